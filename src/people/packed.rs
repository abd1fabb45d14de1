//! Small texts in one piece of memory: a million names and addresses are two allocations each otherwise, or ten.

/// `N` texts one behind the other, and a byte of whatever else is to be told of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Packed<const N: usize> {
    /// Held in place, as most names are: whoever has found it has found the text.
    Short {
        mark: u8,
        ends: [u8; N],
        text: [u8; SHORT],
    },
    Long {
        mark: u8,
        ends: [u16; N],
        text: Box<str>,
    },
}

/// With what goes with it, half a line of the processor's cache for four texts.
const SHORT: usize = 26;

/// No part of a name or an address is longer; what is gets cut.
const LONGEST: usize = 1000;

impl<const N: usize> Packed<N> {
    /// These texts.
    pub(super) fn new(fields: [&str; N], mark: u8) -> Packed<N> {
        let fields = fields.map(|field| &field[..field.floor_char_boundary(LONGEST)]);
        let mut ends = [0; N];
        let mut length = 0;
        for (end, field) in ends.iter_mut().zip(fields) {
            length += field.len();
            *end = u16::try_from(length).unwrap_or(u16::MAX);
        }
        if length > SHORT {
            return Packed::Long { mark, ends, text: fields.concat().into() };
        }
        let mut text = [0; SHORT];
        let mut from = 0;
        for field in fields {
            text[from..from + field.len()].copy_from_slice(field.as_bytes());
            from += field.len();
        }
        Packed::Short { mark, ends: ends.map(|end| end as u8), text }
    }

    /// One of them.
    pub(super) fn field(&self, at: usize) -> &str {
        let field = match self {
            Packed::Short { ends, text, .. } => range(ends, at).and_then(|range| std::str::from_utf8(text.get(range)?).ok()),
            Packed::Long { ends, text, .. } => range(ends, at).and_then(|range| text.get(range)),
        };
        field.unwrap_or_default()
    }

    /// All of them, for less than one after the other.
    #[inline]
    pub(super) fn fields(&self) -> [&str; N] {
        match self {
            Packed::Short { ends, text, .. } => cut(whole(ends, text), ends),
            Packed::Long { ends, text, .. } => cut(text, ends),
        }
    }

    /// What else was to be told.
    pub(super) fn mark(&self) -> u8 {
        match self {
            Packed::Short { mark, .. } | Packed::Long { mark, .. } => *mark,
        }
    }
}

/// What a text is of that ends where the last of these fields does.
#[inline]
fn whole<'t>(ends: &[u8], text: &'t [u8]) -> &'t str {
    let text = text.get(..ends.last().map_or(0, |end| usize::from(*end)));
    text.and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
}

/// A text cut where these fields end.
#[inline]
fn cut<'t, T: Copy + Into<u16>, const N: usize>(text: &'t str, ends: &[T; N]) -> [&'t str; N] {
    let mut fields = [""; N];
    let mut from = 0;
    for (field, end) in fields.iter_mut().zip(ends) {
        let end = usize::from((*end).into());
        *field = text.get(from..end).unwrap_or_default();
        from = end;
    }
    fields
}

/// Where a text lies.
fn range<T: Copy + Into<u16>>(ends: &[T], at: usize) -> Option<std::ops::Range<usize>> {
    let end = |at: usize| ends.get(at).map(|end| usize::from((*end).into()));
    Some(at.checked_sub(1).and_then(end).unwrap_or(0)..end(at)?)
}

/// Texts one behind the other, in blocks that stay where they are.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Each text after two bytes of its length.
    blocks: Vec<Vec<u8>>,
    /// Where every [`STEP`]th begins: block, and place in it.
    starts: Vec<(u32, u32)>,
    count: usize,
}

const STEP: usize = 16;
const BLOCK: usize = 1 << 20;

impl Lines {
    /// Adds a text; what is longer than 64 KiB is cut.
    pub(super) fn push(&mut self, text: &str) {
        let text = &text[..text.floor_char_boundary(usize::from(u16::MAX))];
        if self.count.is_multiple_of(STEP) {
            if self.blocks.last().is_none_or(|block| block.len() > BLOCK - 1024) {
                self.blocks.push(Vec::with_capacity(BLOCK));
            }
            let block = self.blocks.last().map_or(0, Vec::len);
            self.starts.push((self.blocks.len() as u32 - 1, block as u32));
        }
        if let Some(block) = self.blocks.last_mut() {
            block.extend_from_slice(&(text.len() as u16).to_le_bytes());
            block.extend_from_slice(text.as_bytes());
        }
        self.count += 1;
    }

    /// Brings the texts at these places into the processor's cache.
    pub(super) fn foresee(&self, places: impl Iterator<Item = usize>) -> u32 {
        let starts = places.filter_map(|at| self.starts.get(at / STEP));
        let first = |(block, from): &(u32, u32)| self.blocks.get(*block as usize)?.get(*from as usize).copied();
        starts.filter_map(first).map(u32::from).sum()
    }

    /// The text at a place.
    pub(super) fn get(&self, at: usize) -> Option<&str> {
        let (block, from) = *self.starts.get(at / STEP).filter(|_| at < self.count)?;
        let mut rest = self.blocks.get(block as usize)?.get(from as usize..)?;
        let mut left = at % STEP;
        loop {
            let (length, after) = rest.split_first_chunk::<2>()?;
            let (text, after) = after.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
            if left == 0 {
                return std::str::from_utf8(text).ok();
            }
            (rest, left) = (after, left - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_come_out_as_they_went_in_and_overlong_ones_are_cut() {
        let long = "é".repeat(900);
        for (third, want) in [(long.as_str(), "é".repeat(500).as_str()), ("springfield", "springfield")] {
            let packed = Packed::new(["12 main st", "", third, "62701"], 7);
            let fields = [0, 1, 2, 3, 4].map(|at| packed.field(at));
            assert_eq!(fields, ["12 main st", "", want, "62701", ""]);
            assert_eq!(packed.fields()[..], fields[..4]);
            assert_eq!(packed.mark(), 7);
        }
    }

    proptest! {
        #[test]
        fn lines_come_out_as_they_went_in(texts in prop::collection::vec(".{0,40}", 0..100)) {
            let mut lines = Lines::default();
            texts.iter().for_each(|text| lines.push(text));
            for at in 0..texts.len() + 20 {
                prop_assert_eq!(lines.get(at), texts.get(at).map(String::as_str));
            }
        }
    }
}
