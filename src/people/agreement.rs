//! Ways of agreeing that, throughout this leak, only records of one person do.
//!
//! Whether two records of one surname, birth date and address under different given names are twins or one person misread
//! depends on the leak: a register of families is full of twins, a badly keyed list of adults has none. Where both records carry a
//! number that names one person, the number tells. Numbers have errors too; how many is seen where everything else agrees. If a
//! way of agreeing comes with differing numbers no oftener than errors in the number explain, it tells one person, and pairs
//! that no rule knows may be joined by it (R23).

use super::{
    holdout::Tally,
    likeness::Likeness,
    record::{Class, NONE, Record, Records},
    rule::{self, Birth, Comparison, Door, Numbers},
};
use std::collections::BTreeMap;

/// How two records agree, numbers aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Agreement {
    names: Names,
    birth: Birth,
    door: Door,
    contact: bool,
    sexes_differ: bool,
    /// A name that is not to be met twice by chance.
    rare: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Names {
    Alike,
    Initial,
    /// Same given name, another surname.
    Given,
    /// Same surname, another given name or none.
    Surname,
    Other,
}

/// Two records that agree in a way, and whether their numbers say that they are one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sight {
    pub how: Agreement,
    pub one: bool,
    pub a: u32,
    pub b: u32,
}

/// So many pairs of one person must have been seen.
const ENOUGH: u64 = 25;

impl Agreement {
    /// How two records agree; `None` if they do in one thing only, or a generation suffix keeps them apart. A door written
    /// differently is the same door: the more ways there are, the fewer pairs tell of each.
    pub(super) fn of(records: &Records, c: &Comparison, rare: bool, a: Record<'_>, b: Record<'_>) -> Option<Agreement> {
        let (dated, housed, contact) =
            (matches!(c.birth, Birth::Same | Birth::Near), c.address >= Door::Near, c.contact || c.account || c.reference);
        if c.suffix_conflict || (u8::from(dated) + u8::from(housed) + u8::from(contact)) == 0 {
            return None;
        }
        let likeness = c.name?;
        let alike = || matches!((records.names.get(a.name as usize), records.names.get(b.name as usize)), (Some(x), Some(y)) if x.shares_surname(y));
        let names = match likeness {
            Likeness::Same | Likeness::Close => Names::Alike,
            Likeness::Initial => Names::Initial,
            _ if alike() => Names::Surname,
            Likeness::Partial => Names::Given,
            Likeness::Incompatible => Names::Other,
        };
        let door = if housed { Door::Same } else { c.address };
        let agreeing = u8::from(names != Names::Other) + u8::from(dated) + u8::from(housed) + u8::from(contact);
        (agreeing >= 2).then_some(Agreement { names, birth: c.birth, door, contact, sexes_differ: c.sex_conflict, rare })
    }

    /// Everything agrees but perhaps the number.
    fn is_whole(&self) -> bool {
        self.names == Names::Alike && self.birth == Birth::Same && self.door >= Door::Near && !self.sexes_differ
    }
}

/// What the numbers of two records say of them, where both carry one.
pub(super) fn by_number(records: &Records, c: &Comparison, a: Record<'_>, b: Record<'_>) -> Option<bool> {
    let told = |numbers| match numbers {
        Numbers::Same => Some(true),
        Numbers::Near | Numbers::Different => Some(false),
        Numbers::Unknown => None,
    };
    told(c.personal).or_else(|| told(rule::numbers(records, a, b, Class::Proven)))
}

/// Whether a record says all that a whole agreement needs, and carries a number.
pub(super) fn tells_all(node: Record<'_>) -> bool {
    let numbered = node.keys().iter().any(|key| matches!(key.class, Class::Personal | Class::Proven));
    numbered && node.name != NONE && node.address != NONE && !node.birth.is_multiple_of(10_000)
}

/// The ways of agreeing that tell one person, each with the pairs seen: `two` are those beyond what errors in the number explain.
/// `repeated` are records that say again to the letter what another says: they too agree in everything, the number included.
pub(super) fn telling(sights: &mut Vec<Sight>, repeated: u64) -> BTreeMap<Agreement, Tally> {
    sights.sort_unstable();
    sights.dedup();
    let mut seen: BTreeMap<Agreement, Tally> = BTreeMap::new();
    let mut whole = Tally { one: repeated, two: 0 };
    for sight in sights.iter() {
        let count = |tally: &mut Tally| if sight.one { tally.one += 1 } else { tally.two += 1 };
        count(seen.entry(sight.how).or_default());
        if sight.how.is_whole() {
            count(&mut whole);
        }
    }
    if whole.one < ENOUGH {
        return BTreeMap::new();
    }
    let misread = whole.two as f64 / whole.one as f64;
    seen.retain(|_, tally| {
        let expected = tally.one as f64 * misread;
        let (one, two) = (tally.one, tally.two as f64);
        *tally = Tally { one: one + two.min(expected) as u64, two: (two - expected).max(0.0).ceil() as u64 };
        one >= ENOUGH && two <= expected + expected.sqrt()
    });
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWINS: Agreement =
        Agreement { names: Names::Surname, birth: Birth::Same, door: Door::Same, contact: false, sexes_differ: false, rare: true };
    const WHOLE: Agreement = Agreement { names: Names::Alike, ..TWINS };

    fn sights(of: &[(Agreement, bool, u32)]) -> Vec<Sight> {
        let mut next = 0..;
        let mut all = Vec::new();
        for (how, one, count) in of {
            all.extend((0..*count).filter_map(|_| next.next()).map(|at| Sight { how: *how, one: *one, a: 2 * at, b: 2 * at + 1 }));
        }
        all
    }

    #[test]
    fn numbers_differ_among_twins_oftener_than_errors_explain() {
        let whole = [(WHOLE, true, 1000), (WHOLE, false, 100)];
        let tells =
            |one, two| telling(&mut sights(&[&whole[..], &[(TWINS, true, one), (TWINS, false, two)]].concat()), 0).get(&TWINS).copied();
        assert_eq!(tells(200, 18), Some(Tally { one: 218, two: 0 }), "twenty errors were to be expected");
        assert_eq!(tells(200, 23), Some(Tally { one: 220, two: 3 }));
        assert_eq!(tells(200, 30), None, "ten twins");
        assert_eq!(tells(10, 0), None, "too few to tell");
    }

    #[test]
    fn records_repeated_to_the_letter_show_how_seldom_numbers_are_wrong() {
        let seen = |repeated| {
            telling(&mut sights(&[(WHOLE, true, 60), (WHOLE, false, 30), (TWINS, true, 30), (TWINS, false, 10)]), repeated)
                .contains_key(&TWINS)
        };
        assert!(seen(0) && !seen(1_000));
    }

    #[test]
    fn numbers_without_errors_excuse_no_difference() {
        let seen = |two| telling(&mut sights(&[(WHOLE, true, 1000), (TWINS, true, 50), (TWINS, false, two)]), 0).contains_key(&TWINS);
        assert!(seen(0) && !seen(1));
    }

    #[test]
    fn nothing_is_told_where_numbers_are_few() {
        assert!(telling(&mut sights(&[(WHOLE, true, 10), (TWINS, true, 50)]), 0).is_empty());
    }
}
