//! Names, and records, that are those of two people at a glance: most pairs that meet by a town or a birthday.
//!
//! What is said here is true of the names, whatever `likeness` finds in them; what is not said is left to it.

use super::{
    likeness::nickname_groups,
    name::Name,
    record::{Class, Key, NONE, Record, Records, mix},
    rule::births_agree,
    way::hash_text,
};

/// Letters of a given name and a surname, a bit for each, and which nicknames go with them. Those of other names are not known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Glance {
    given: Word,
    surname: Word,
}

#[derive(Clone, Copy, Debug, Default)]
struct Word {
    /// `a` to `z`, and from [`LENGTH`] on how many letters it has; 0 where nothing is known.
    letters: u32,
    /// Hashes of the groups of nicknames it belongs to.
    groups: u32,
}

/// Above the letters.
const LENGTH: u32 = 26;

/// Whether given names and surnames have so little in common that neither goes with either: for names that nobody glanced at before.
pub(super) fn agree_in_nothing(a: &Name, b: &Name) -> bool {
    let words = |name: &Name| {
        let [given, _, surname, _] = name.parts();
        Glance { given: Word::by_letters(given), surname: Word::by_letters(surname) }
    };
    words(a).agrees_in_nothing_with(words(b)) && Glance::of(a).agrees_in_nothing_with(Glance::of(b))
}

impl Glance {
    /// Known are names of one given name and one surname, of three letters or more each.
    pub(super) fn of(name: &Name) -> Glance {
        let [given, middle, surname, maiden] = name.parts();
        if !middle.is_empty() {
            return Glance::default();
        }
        // Under her maiden name she may be known elsewhere.
        let surname = if maiden.is_empty() { Word::of(surname) } else { Word::default() };
        Glance { given: Word::of(given), surname }
    }

    /// See [`agree_in_nothing`].
    pub(super) fn agrees_in_nothing_with(self, other: Glance) -> bool {
        self.are_two(other) && self.surname.differs(other.surname) && self.surname.differs(other.given)
    }

    /// Whether the given names have so little in common that they are two people's in whatever order the names stand: neither a nickname,
    /// nor a short form, nor two typing errors.
    pub(super) fn are_two(self, other: Glance) -> bool {
        self.given.differs(other.given) && self.given.differs(other.surname)
    }

    /// Whether the surnames have as little in common: what the given names tell is all that the names do.
    pub(super) fn surnames_differ(self, other: Glance) -> bool {
        self.surname.differs(other.surname) && self.given.differs(other.surname)
    }
}

/// What is seen of a record at once, while there are few records: enough to tell most pairs apart without looking any further.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outline {
    names: Glance,
    birth: u32,
    /// [`NONE`] for none.
    address: u32,
    /// The hash of the house number, where there is one and the address has no second line; 0 elsewhere.
    number: u32,
    /// A bit for each class of its keys, ...
    classes: u16,
    /// ... and one for each key: that of a reference is that of the key it refers to.
    keys: u128,
    has_mail: bool,
}

impl Outline {
    pub(super) fn of(records: &Records, node: Record<'_>, names: Glance, has_mail: bool) -> Outline {
        let told = records.addresses.get(node.address as usize).map(|address| address.told());
        let number = told.filter(|told| told.unit.is_empty()).and_then(|told| told.number());
        let bit = |key: &Key| {
            let refers = matches!(key.class, Class::Own | Class::Reference);
            1u128 << (mix(&[if refers { Class::Own } else { key.class } as u64, key.value]) & 127)
        };
        Outline {
            names,
            birth: node.birth,
            address: node.address,
            number: number.map_or(0, |number| hash_text(number) as u32),
            classes: node.keys().iter().fold(0, |classes, key| classes | 1 << key.class as u16),
            keys: node.keys().iter().fold(0, |keys, key| keys | bit(key)),
            has_mail,
        }
    }

    /// Whether the names are plainly those of two people, and nothing else is likely to outweigh that but keys: true only where looking
    /// closer says so too.
    pub(super) fn names_are_two(&self, other: &Outline) -> bool {
        let (mine, theirs) = (self.names, other.names);
        mine.are_two(theirs) || (mine.surnames_differ(theirs) && self.hardly_agrees(other))
    }

    fn hardly_agrees(&self, other: &Outline) -> bool {
        let live_apart = self.address != other.address && self.number != 0 && other.number != 0 && self.number != other.number;
        let unknown = self.address == NONE || other.address == NONE;
        (live_apart || unknown) && !(self.has_mail && other.has_mail) && !births_agree(self.birth, other.birth)
    }

    /// Whether the keys are plainly such that [`share_nothing`](super::rule::share_nothing) holds.
    pub(super) fn shares_nothing(&self, other: &Outline) -> bool {
        let alike = 1 << Class::Unverified as u16 | 1 << Class::Proven as u16;
        self.keys & other.keys == 0 && self.classes & other.classes & alike == 0
    }

    /// Anything of it, for whoever wants it at hand.
    #[inline]
    pub(super) fn any(&self) -> u32 {
        self.birth
    }
}

impl Word {
    fn of(word: &str) -> Word {
        let groups = nickname_groups(word).iter().fold(0, |groups, group| groups | 1 << (hash_text(group) & 31));
        Word { groups, ..Word::by_letters(word) }
    }

    /// The same without nicknames.
    fn by_letters(word: &str) -> Word {
        let letters =
            word.bytes().fold(0u32, |letters, byte| letters | 1u32.checked_shl(byte.wrapping_sub(b'a').into()).unwrap_or(1 << 31));
        let known = (3..64).contains(&word.len()) && letters < 1 << LENGTH;
        Word { letters: if known { letters | (word.len() as u32) << LENGTH } else { 0 }, groups: 0 }
    }

    fn length(self) -> u32 {
        self.letters >> LENGTH
    }

    /// A typing error takes one letter away or brings one in; of a short form nothing is missing in the long one.
    #[inline]
    fn differs(self, other: Word) -> bool {
        let set = |word: Word| word.letters & ((1 << LENGTH) - 1);
        let (mine, theirs) = ((set(self) & !set(other)).count_ones(), (set(other) & !set(self)).count_ones());
        let known = self.letters != 0 && other.letters != 0;
        let errors = mine.max(theirs).max(self.length().abs_diff(other.length()));
        // As many as no word is taken for another with: one in short words, two in others.
        let most = if self.length().min(other.length()) <= SHORT { 1 } else { 2 };
        known && self.groups & other.groups == 0 && mine.min(theirs) >= 1 && errors > most
    }
}

/// In words of so many letters two errors make another word.
const SHORT: u32 = 4;

#[cfg(test)]
mod tests {
    use super::{super::likeness::Likeness, super::name, *};
    use proptest::prelude::*;

    fn full(text: &str) -> Name {
        Name::from_parts(&name::Parts { full: text, ..name::Parts::default() }).expect("a name")
    }

    /// Given names and surnames, nicknames, and both in the other's place.
    fn of_lists() -> Vec<String> {
        let names = include_str!("../../patterns/lexicons/names.tsv").lines().filter(|line| !line.starts_with('#'));
        let nicknames = include_str!("../../patterns/lexicons/nicknames.tsv").lines().filter(|line| !line.starts_with('#')).skip(1);
        let names = names.step_by(211).filter_map(|line| Some(line.split('\t').next()?.to_owned()));
        names.chain(nicknames.step_by(7).flat_map(|line| line.split('\t')).map(str::to_owned)).collect()
    }

    fn holds(a: &Name, b: &Name) -> bool {
        let (x, y) = (Glance::of(a), Glance::of(b));
        let (likeness, levels) = (a.likeness_in_full(b), a.levels_in_full(b));
        x.agrees_in_nothing_with(y) == agree_in_nothing(a, b)
            && (!agree_in_nothing(a, b) || (likeness == Likeness::Incompatible && levels == [1, 1]))
            && (!x.are_two(y) || (likeness == Likeness::Incompatible && levels[0] == 1))
            && (!x.surnames_differ(y) || (likeness <= Likeness::Partial && levels.contains(&1)))
    }

    #[test]
    fn whoever_is_two_people_at_a_glance_is_so_when_looked_at() {
        let words = of_lists();
        let (mut told, mut all) = (0, 0);
        for (at, one) in words.iter().enumerate() {
            for other in words.iter().skip(at % 5).step_by(5) {
                for (a, b) in [(format!("{one} smith"), format!("{other} smith")), (format!("{one} brown"), format!("mary {other}"))] {
                    let (a, b) = (full(&a), full(&b));
                    assert!(holds(&a, &b), "{a:?} {b:?}");
                    told += usize::from(Glance::of(&a).are_two(Glance::of(&b)));
                    all += 1;
                }
            }
        }
        assert!(told * 3 > all, "{told} of {all}");
    }

    proptest! {
        #[test]
        fn so_is_whoever_is_named_at_random(a in "[a-e]{1,9} [a-z]{1,9}( [a-z]{3,9})?", b in "[a-h]{1,9} [a-z]{1,9}( [a-z]{3,9})?") {
            let (a, b) = (full(&a), full(&b));
            prop_assert!(holds(&a, &b) && holds(&b, &a));
        }
    }
}
