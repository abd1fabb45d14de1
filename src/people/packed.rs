//! A few texts in one piece of memory: a million names and addresses are two allocations each otherwise, or ten.

/// `N` texts one behind the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Packed<const N: usize> {
    text: Box<str>,
    /// Where each ends.
    ends: [u16; N],
}

/// No part of a name or an address is longer; what is gets cut.
const LONGEST: usize = 1000;

impl<const N: usize> Packed<N> {
    /// These texts.
    pub(super) fn new(fields: [&str; N]) -> Packed<N> {
        let mut text = String::with_capacity(fields.iter().map(|field| field.len().min(LONGEST)).sum());
        let ends = fields.map(|field| {
            text.push_str(&field[..field.floor_char_boundary(LONGEST)]);
            u16::try_from(text.len()).unwrap_or(u16::MAX)
        });
        Packed { text: text.into(), ends }
    }

    /// One of them.
    pub(super) fn field(&self, at: usize) -> &str {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| usize::from(*end));
        self.ends.get(at).and_then(|end| self.text.get(start..usize::from(*end))).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_out_as_they_went_in_and_overlong_ones_are_cut() {
        let long = "é".repeat(900);
        let packed = Packed::new(["12 main st", "", &long, "62701"]);
        assert_eq!([packed.field(0), packed.field(1), packed.field(3), packed.field(4)], ["12 main st", "", "62701", ""]);
        assert_eq!(packed.field(2), "é".repeat(500));
    }
}
