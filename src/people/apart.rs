//! Names that are those of two people at a glance: most pairs that meet by a town or a birthday.
//!
//! What is said here is true of the names, whatever `likeness` finds in them; what is not said is left to it.

use super::{likeness::nickname_groups, name::Name, way::hash_text};

/// Letters of a given name and a surname, a bit for each, and which nicknames go with them. Those of other names are not known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Glance {
    given: Word,
    surname: Word,
}

#[derive(Clone, Copy, Debug, Default)]
struct Word {
    /// `a` to `z`; 0 where nothing is known.
    letters: u32,
    /// Hashes of the groups of nicknames it belongs to.
    groups: u32,
}

/// Whether given names and surnames have so little in common that neither goes with either: for names that nobody glanced at before.
pub(super) fn agree_in_nothing(a: &Name, b: &Name) -> bool {
    let words = |name: &Name| Glance { given: Word::by_letters(name.given()), surname: Word::by_letters(name.surname()) };
    words(a).agrees_in_nothing_with(words(b)) && Glance::of(a).agrees_in_nothing_with(Glance::of(b))
}

impl Glance {
    /// Known are names of one given name and one surname, of three letters or more each.
    pub(super) fn of(name: &Name) -> Glance {
        if !name.middle().is_empty() {
            return Glance::default();
        }
        // Under her maiden name she may be known elsewhere.
        let surname = if name.maiden().is_empty() { Word::of(name.surname()) } else { Word::default() };
        Glance { given: Word::of(name.given()), surname }
    }

    /// Anything of it, for whoever wants it at hand.
    #[inline]
    pub(super) fn any(&self) -> u32 {
        self.given.letters
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

impl Word {
    fn of(word: &str) -> Word {
        let groups = nickname_groups(word).iter().fold(0, |groups, group| groups | 1 << (hash_text(group) & 31));
        Word { groups, ..Word::by_letters(word) }
    }

    /// The same without nicknames.
    fn by_letters(word: &str) -> Word {
        let letters =
            word.bytes().fold(0u32, |letters, byte| letters | 1u32.checked_shl(byte.wrapping_sub(b'a').into()).unwrap_or(1 << 31));
        let known = word.len() > 2 && letters < 1 << 26;
        Word { letters: if known { letters } else { 0 }, groups: 0 }
    }

    /// A typing error takes one letter away or brings one in; of a short form nothing is missing in the long one.
    fn differs(self, other: Word) -> bool {
        let (mine, theirs) = ((self.letters & !other.letters).count_ones(), (other.letters & !self.letters).count_ones());
        let known = self.letters != 0 && other.letters != 0;
        known && self.groups & other.groups == 0 && mine.min(theirs) >= 1 && mine.max(theirs) >= 3
    }
}

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
