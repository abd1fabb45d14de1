//! Identifiers of one person with a typing error, told from those of a family that came one after the other.
//!
//! Of a million numbers hardly a hundred are one typing error from another, so two records whose numbers are, and whose names and birth
//! date or address agree, are one person's; unless numbers are given to households at once, as in a register of families. The data
//! tell: numbers close to each other are then common among people of one address and surname, and errors in the first digits are not.

use super::{
    block::Edge,
    holdout::Tally,
    likeness::Likeness,
    record::{Class, Record, Records},
    rule::{self, Birth, Comparison, Door, Numbers, Rule},
};

/// Pairs whose identifiers are one typing error apart.
#[derive(Debug, Default)]
pub(super) struct Slips {
    /// Those that agree in enough else.
    told: Vec<(u32, u32)>,
    /// Pairs of two given names or birth dates at one address, whose numbers follow each other, ...
    close: u64,
    /// ... or are an error in another digit apart.
    far: u64,
}

impl Slips {
    /// Looks at a pair that no other rule joins, or that birth dates keep apart.
    pub(super) fn meet(&mut self, records: &Records, c: &Comparison, a: u32, b: u32) {
        if !matches!(c.unverified, Numbers::Near | Numbers::Different) {
            return;
        }
        let (x, y) = (records.record(a as usize), records.record(b as usize));
        if rule::numbers(records, x, y, Class::Proven) == Numbers::Unknown {
            return;
        }
        let (near, follow) = (c.unverified == Numbers::Near, rule::in_sequence(records, x, y));
        if (c.name == Some(Likeness::Incompatible) || c.birth == Birth::Different) && c.address >= Door::Near {
            self.close += u64::from(follow);
            self.far += u64::from(near && !follow);
        }
        if near && !c.suffix_conflict && c.personal != Numbers::Different && is_told(records, c, x, y, follow) {
            self.told.push((a, b));
        }
    }

    pub(super) fn join(&mut self, other: Slips) {
        self.told.extend(other.told);
        self.close += other.close;
        self.far += other.far;
    }

    /// Joins them, where numbers are not given to households at once. What comes back is how many were joined.
    pub(super) fn settle(self, edges: &mut Vec<Edge>) -> Tally {
        if self.close > self.far {
            return Tally::default();
        }
        edges.extend(self.told.iter().map(|(a, b)| Edge { rule: Rule::R25, a: *a, b: *b }));
        Tally { one: self.told.len() as u64, two: 0 }
    }
}

/// Whether enough else agrees: the whole name in one town, or a part of it with the birth date or the address. Numbers that follow each other
/// want name and address.
fn is_told(records: &Records, c: &Comparison, a: Record<'_>, b: Record<'_>, follow: bool) -> bool {
    let names = (records.names.get(a.name as usize), records.names.get(b.name as usize));
    let (Some(x), Some(y)) = names else { return false };
    let [given, surname] = x.levels(y);
    let (whole, part) = (given > 2 && surname > 2, given > 2 || surname > 2);
    let apart = c.birth == Birth::Different && !whole && !x.is_one_letter_from(y);
    match (follow, c.address >= Door::Near, c.birth == Birth::Same) {
        (true, door, _) => whole && door,
        (false, true, _) => part && !apart,
        (false, false, true) => part,
        (false, false, false) => whole && c.address == Door::Area,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{
        name::{Name, Parts},
        record::Key,
    };

    /// Two records of one surname and birth date, with these given names and identifiers.
    fn slips(of: &[[(&'static str, &'static str); 2]]) -> Tally {
        let mut records = Records::default();
        let mut slips = Slips::default();
        (0..).zip(of.iter().flatten()).for_each(|(value, (_, number))| records.numbers.note(value, number));
        records.numbers.settle();
        for pair in of {
            for (given, _) in pair {
                let value = records.nodes.len() as u64;
                records.names.extend(Name::from_parts(&Parts { given, surname: "Hartmann", ..Parts::default() }));
                records.add_plain(records.names.len() as u32 - 1, 19_800_203, Key { class: Class::Proven, value });
            }
            let [a, b] = [records.nodes.len() as u32 - 2, records.nodes.len() as u32 - 1];
            let mut compared = rule::compare(&records, records.record(a as usize), records.record(b as usize));
            compared.address = Door::Same;
            slips.meet(&records, &compared, a, b);
        }
        slips.settle(&mut Vec::new())
    }

    #[test]
    fn a_typing_error_in_a_number_is_no_other_person_unless_families_have_numbers_in_sequence() {
        let misread = [("Lotte", "7846001"), ("Bruno", "7346001")];
        let family = [("Simon", "5500012"), ("Greta", "5500013")];
        assert_eq!(slips(&[misread]).one, 1);
        assert_eq!(slips(&[misread, family, family]), Tally::default());
        assert_eq!(slips(&[[("Lotte", "7846001"), ("Bruno", "2395177")]]).one, 0, "another number");
    }
}
