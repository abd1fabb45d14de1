//! How two names go together: nicknames, initials, typing errors, double surnames and name changes are known.

use super::{
    apart::agree_in_nothing,
    name::{Name, PARTICLES, words},
    record::Map,
    spelling::{edit_distance, is_typo},
};
use crate::detect::{is_given_name, is_surname};
use smallvec::SmallVec;
use std::{borrow::Cow, sync::LazyLock};

/// How two names go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// Different given names, or nothing in common.
    Incompatible,
    /// Same given name, different surname (marriage), or the reverse with one given name missing.
    Partial,
    /// An initial stands for a given name.
    Initial,
    /// Nickname, typing error, missing or additional middle name, double surname.
    Close,
    /// The same tokens, in any order.
    Same,
}

impl Name {
    /// Compares two names.
    pub fn likeness(&self, other: &Name) -> Likeness {
        if agree_in_nothing(self, other) {
            return Likeness::Incompatible;
        }
        self.likeness_in_full(other)
    }

    /// The same, whatever can be seen at a glance.
    pub(super) fn likeness_in_full(&self, other: &Name) -> Likeness {
        let (mine, theirs) = (Parts::of(self), Parts::of(other));
        let straight = compare(&mine, &theirs);
        if straight >= Likeness::Close || mine.given.is_empty() || theirs.given.is_empty() {
            return straight;
        }
        let crossed = compare(&mine, &Parts { given: theirs.surname, surname: theirs.given, ..theirs });
        if crossed >= Likeness::Close { crossed.max(straight) } else { straight }
    }

    /// Whether the surnames are alike, whatever the given names.
    pub(super) fn shares_surname(&self, other: &Name) -> bool {
        surname_likeness(&Parts::of(self), &Parts::of(other)).is_some_and(|surname| surname >= Likeness::Close)
    }

    /// How given names and surnames go together, each from 1 where they differ to 4 where they are the same; 0 where one is missing.
    pub(super) fn levels(&self, other: &Name) -> [u8; 2] {
        if agree_in_nothing(self, other) { [1, 1] } else { self.levels_in_full(other) }
    }

    /// The same, whatever can be seen at a glance.
    pub(super) fn levels_in_full(&self, other: &Name) -> [u8; 2] {
        let (mine, theirs) = (Parts::of(self), Parts::of(other));
        let level = |likeness: Option<Likeness>, a: &str, b: &str| match likeness {
            None => 0,
            Some(Likeness::Incompatible) if is_garbled(a, b) => 2,
            Some(Likeness::Incompatible) => 1,
            Some(Likeness::Partial | Likeness::Initial) => 2,
            Some(Likeness::Close) => 3,
            Some(Likeness::Same) => 4,
        };
        let of = |a: &Parts<'_>, b: &Parts<'_>| {
            [level(given_likeness(a, b), a.given, b.given), level(surname_likeness(a, b), a.surname, b.surname)]
        };
        let straight = of(&mine, &theirs);
        if straight.iter().any(|level| *level > 1) {
            return straight;
        }
        // The order may be wrong, or the only name there is may stand in the other's place.
        let crossed = of(&mine, &Parts { given: theirs.surname, surname: theirs.given, ..theirs });
        if crossed.iter().any(|level| *level > 1) { crossed } else { straight }
    }

    /// Whether both tell a given name, and they are those of two people.
    pub(super) fn given_differs(&self, other: &Name) -> bool {
        self.levels(other)[0] == 1
    }

    /// Whether the given names are two different ones, though one may be short for the other.
    pub(super) fn are_two(&self, other: &Name) -> bool {
        let first = |name: &Name| words(name.given()).next().map(str::to_owned).unwrap_or_default();
        let (mine, theirs) = (first(self), first(other));
        mine != theirs && is_given_name(&mine) && is_given_name(&theirs)
    }

    /// Whether the given names are one letter apart, and the surnames alike. Where both are names by themselves, only what else
    /// the records hold tells a typing error from a sister.
    pub fn is_one_letter_from(&self, other: &Name) -> bool {
        let (mine, theirs) = (self.given(), other.given());
        mine.len().min(theirs.len()) >= 3 && edit_distance(mine, theirs, 1) <= 1 && self.shares_surname(other)
    }
}

/// The parts of a name, tokens apart by spaces.
struct Parts<'a> {
    given: &'a str,
    middle: &'a str,
    surname: &'a str,
    maiden: &'a str,
}

impl Parts<'_> {
    fn of(name: &Name) -> Parts<'_> {
        let [given, middle, surname, maiden] = name.parts();
        Parts { given, middle, surname, maiden }
    }
}

fn compare(a: &Parts<'_>, b: &Parts<'_>) -> Likeness {
    let given = given_likeness(a, b);
    let surname = surname_likeness(a, b);
    match (given, surname) {
        (Some(Likeness::Incompatible), _) => Likeness::Incompatible,
        (Some(given), Some(surname)) if surname > Likeness::Incompatible => given.min(surname),
        (Some(given), Some(_)) if given >= Likeness::Close => Likeness::Partial,
        (Some(_), Some(_)) => Likeness::Incompatible,
        (None, Some(surname)) if surname >= Likeness::Close => Likeness::Partial,
        (Some(given), None) if given >= Likeness::Close => Likeness::Partial,
        _ => Likeness::Incompatible,
    }
}

/// `None` when one side has no given name.
fn given_likeness(a: &Parts<'_>, b: &Parts<'_>) -> Option<Likeness> {
    let (first_a, first_b) = (words(a.given).next()?, words(b.given).next()?);
    let direct = token_likeness(first_a, first_b, true);
    if direct == Likeness::Close && !is_typo(first_a, first_b) && middles_differ(a.middle, b.middle) {
        return Some(Likeness::Incompatible);
    }
    if direct > Likeness::Incompatible {
        return Some(direct);
    }
    // People go by their middle name; `Mary Ann` is written `Maryann`.
    let by_middle = |first: &str, middle: &str| words(middle).any(|m| m.chars().count() > 2 && m == first);
    let joined = |first: &str, middle: &str, other: &str| words(middle).next().is_some_and(|m| other.strip_prefix(first) == Some(m));
    let close = by_middle(first_a, b.middle)
        || by_middle(first_b, a.middle)
        || joined(first_a, a.middle, first_b)
        || joined(first_b, b.middle, first_a);
    Some(if close { Likeness::Close } else { Likeness::Incompatible })
}

/// Whether both tell a middle name, and none is the other's or its initial: `Carl D.` and `Charles M.` may be twins, though one
/// name is short for the other. A surname in the middle may be the one before a marriage, and tells nothing.
fn middles_differ(a: &str, b: &str) -> bool {
    let tells = |word: &&str| word.chars().count() == 1 || is_given_name(word);
    let differ = |x: &str, y: &str| token_likeness(x, y, true) == Likeness::Incompatible;
    let (mut mine, mut theirs) = (words(a).peekable(), words(b).peekable());
    mine.peek().is_some_and(&tells) && theirs.peek().is_some_and(&tells) && mine.all(|x| words(b).all(|y| differ(x, y)))
}

/// `None` when one side has no surname.
fn surname_likeness(a: &Parts<'_>, b: &Parts<'_>) -> Option<Likeness> {
    if a.surname.is_empty() || b.surname.is_empty() {
        return None;
    }
    if a.surname == b.surname {
        return Some(Likeness::Same);
    }
    let (joined_a, joined_b) = (joined(a.surname), joined(b.surname));
    if joined_a == joined_b {
        return Some(Likeness::Same);
    }
    if is_typo(&joined_a, &joined_b) {
        return Some(Likeness::Close);
    }
    // Double surnames lose a half; Iberian and Latin American ones hide in the middle; maiden names stand apart.
    let is_held = |token: &str, name: &Parts<'_>| {
        let long = token.chars().count() > 2 && !PARTICLES.contains(token);
        long && [name.surname, name.middle, name.maiden].into_iter().flat_map(words).any(|other| other == token)
    };
    if words(a.surname).any(|token| is_held(token, b)) || words(b.surname).any(|token| is_held(token, a)) {
        return Some(Likeness::Close);
    }
    let initial = |short: &str, long: &str| short.chars().count() == 1 && long.starts_with(short);
    if initial(&joined_a, &joined_b) || initial(&joined_b, &joined_a) {
        return Some(Likeness::Initial);
    }
    Some(Likeness::Incompatible)
}

/// Tokens without the spaces between them.
pub(super) fn joined(part: &str) -> Cow<'_, str> {
    if part.contains(' ') { Cow::Owned(part.replace(' ', "")) } else { Cow::Borrowed(part) }
}

/// How two tokens go together; `given` when they are given names.
pub(super) fn token_likeness(a: &str, b: &str, given: bool) -> Likeness {
    if a == b {
        return if a.chars().count() == 1 { Likeness::Initial } else { Likeness::Same };
    }
    let initial = |short: &str, long: &str| short.chars().count() == 1 && long.starts_with(short);
    if initial(a, b) || initial(b, a) {
        return Likeness::Initial;
    }
    if given && (are_initials(a, b) || are_initials(b, a)) {
        return Likeness::Initial;
    }
    if given && (is_nickname(a, b) || is_short_form(a, b)) {
        return Likeness::Close;
    }
    if given && is_slip(a, b) {
        return Likeness::Close;
    }
    if is_typo(a, b) && !(given && (a.chars().count().min(b.chars().count()) < 5 || is_counterpart(a, b))) {
        return Likeness::Close;
    }
    Likeness::Incompatible
}

/// `K.C.` for Kasey: two letters that nobody could pronounce.
fn are_initials(short: &str, long: &str) -> bool {
    short.len() == 2 && !short.contains(['a', 'e', 'i', 'o', 'u', 'y']) && short.chars().next() == long.chars().next()
}

/// `Kut` for Kurt, `Dnoa` for Dona: one error away from a given name, and none itself. Brothers and sisters both have names.
fn is_slip(a: &str, b: &str) -> bool {
    a.len().min(b.len()) >= 3 && edit_distance(a, b, 1) <= 1 && is_given_name(a) != is_given_name(b) && !is_counterpart(a, b)
}

/// The same letters in another order, or two errors in five letters and more (one in fewer), unless both are known names.
fn is_garbled(a: &str, b: &str) -> bool {
    let shorter = a.chars().count().min(b.chars().count());
    let errors = match shorter {
        0..=1 => return false,
        2..=4 => 1,
        _ => 2,
    };
    let sorted = |text: &str| {
        let mut letters: SmallVec<[char; 32]> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    let same_letters = || a.len() == b.len() && sorted(a) == sorted(b);
    let is_known = |name: &str| is_given_name(name) || is_surname(name);
    (edit_distance(a, b, errors) <= errors || (shorter > 3 && same_letters())) && !(is_known(a) && is_known(b)) && !is_counterpart(a, b)
}

/// `Daniel` and `Daniela`, `Mario` and `Maria`: two people, not a typing error.
fn is_counterpart(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let mut stem = short.chars();
    let last = stem.next_back();
    let added = long.strip_prefix(short).is_some_and(|rest| ["a", "e"].contains(&rest));
    let swapped = long.strip_prefix(stem.as_str()).is_some_and(|rest| matches!((last, rest), (Some('o'), "a") | (Some('a'), "o")));
    added || swapped
}

/// `Barb` for Barbara, `Alex` for Alexander: the first four letters or more of the other. Endings
/// that make a woman's name of a man's (`Paul`, `Paula`) are another person's.
fn is_short_form(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let Some(rest) = long.strip_prefix(short).filter(|_| short.chars().count() >= 4) else { return false };
    rest.chars().count() >= 2 && !["ine", "ina", "ette", "etta", "elle", "ella", "ia", "na", "ne"].contains(&rest)
}

/// Name to the set of groups it belongs to: a name and its nicknames make one group.
static NICKNAMES: LazyLock<Map<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut groups: Map<&str, Vec<&str>> = Map::default();
    let lines = include_str!("../../patterns/lexicons/nicknames.tsv").lines().filter(|line| !line.starts_with('#')).skip(1);
    for (name, nickname) in lines.filter_map(|line| line.split_once('\t')) {
        groups.entry(nickname).or_default().push(name);
        groups.entry(name).or_default().push(name);
    }
    groups.values_mut().for_each(|names| {
        names.sort_unstable();
        names.dedup();
    });
    groups
});

/// The groups a given name belongs to.
pub(super) fn nickname_groups(name: &str) -> &'static [&'static str] {
    NICKNAMES.get(name).map_or(&[], Vec::as_slice)
}

/// Whether two given names may be one person's: a name and its nickname, or two nicknames of one name.
pub fn is_nickname(a: &str, b: &str) -> bool {
    let of_b = nickname_groups(b);
    nickname_groups(a).iter().any(|name| of_b.binary_search(name).is_ok())
}

#[cfg(test)]
mod tests {
    use super::{super::name, *};

    fn full(text: &str) -> Name {
        Name::from_parts(&name::Parts { full: text, ..name::Parts::default() }).expect("a name")
    }

    #[test]
    fn order_titles_and_middle_names_do_not_matter() {
        let want = full("Mary Ann Smith");
        for same in ["SMITH, Mary Ann", "Smith, Mary", "Mrs. Mary Smith", "Mary A. Smith", "Smith Mary", "Maryann Smith"] {
            assert!(full(same).likeness(&want) >= Likeness::Close, "{same}");
        }
        assert!(full("Don Davis").likeness(&full("Donald Davis")) >= Likeness::Close);
    }

    #[test]
    fn likeness_grades_what_names_share() {
        for (a, b, want) in [
            ("Jane Doe", "jane DOE", Likeness::Same),
            ("José Núñez", "Jose Nunez", Likeness::Same),
            ("Bill Gates", "William Gates", Likeness::Close),
            ("Bill H. Gates", "William Henry Gates", Likeness::Close),
            ("Bill H. Gates", "William Gates", Likeness::Close),
            ("Carl D. Gates", "Charles M. Gates", Likeness::Incompatible),
            ("Carl Dylan Gates", "Charles Michael Gates", Likeness::Incompatible),
            ("Charles D. Gates", "Charles M. Gates", Likeness::Same),
            ("Barb Gates", "Barbara Gates", Likeness::Close),
            ("Paul Gates", "Paula Gates", Likeness::Incompatible),
            ("Mario Rossi", "Maria Rossi", Likeness::Incompatible),
            ("Daniel Gates", "Daniela Gates", Likeness::Incompatible),
            ("John Gates", "Joan Gates", Likeness::Incompatible),
            ("Jonathan Miller", "Jonathon Miller", Likeness::Close),
            ("Kurt Miller", "Kut Miller", Likeness::Close),
            ("Dona Miller", "Dnoa Miller", Likeness::Close),
            ("Lora Miller", "Dora Miller", Likeness::Incompatible),
            ("Ana Torres Vega", "Ana Torres", Likeness::Close),
            ("J. Doe", "Jane Doe", Likeness::Initial),
            ("K.C. Doe", "Kasey Doe", Likeness::Initial),
            ("Dona A. Miller", "Dona Miller", Likeness::Same),
            ("Doña Ana Miller", "Ana Miller", Likeness::Same),
            ("Jane Doe", "Jane Brown", Likeness::Partial),
            ("Jane Doe", "Peter Doe", Likeness::Incompatible),
            ("Ana Ruiz", "Ann Ruiz", Likeness::Incompatible),
        ] {
            assert_eq!(full(a).likeness(&full(b)), want, "{a} / {b}");
            assert_eq!(full(b).likeness(&full(a)), want, "{b} / {a}");
        }
    }

    #[test]
    fn given_names_and_surnames_are_levelled_apart_and_across() {
        for (a, b, want) in [
            ("Jane Doe", "Jane Brown", [4, 1]),
            ("Jonathan Miller", "Jonathon Miler", [3, 3]),
            ("Doe Jane", "Jane Doe", [4, 4]),
            ("Jane Doe", "Peter Brown", [1, 1]),
            ("Logan Murphy", "Logan Mruhpy", [4, 2]),
            ("Lora Miller", "Dora Miller", [1, 4]),
            ("Ky Dixon", "Kyo Dixon", [2, 4]),
        ] {
            assert_eq!(full(a).levels(&full(b)), want, "{a} / {b}");
        }
    }
}
