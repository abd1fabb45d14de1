//! Short texts held in place, so that a million of them are one piece of memory.

use std::{borrow::Borrow, cmp::Ordering, fmt, ops::Deref};

/// At most `N` bytes of text (`N` < 256), without an allocation. Compares and prints as the text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Short<const N: usize> {
    length: u8,
    bytes: [u8; N],
}

impl<const N: usize> Short<N> {
    /// This text; `None` when it does not fit.
    #[inline]
    pub fn fit(text: &str) -> Option<Short<N>> {
        let mut bytes = [0; N];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Short { length: u8::try_from(text.len()).ok()?, bytes })
    }

    #[inline]
    fn filled(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self
    }
}

impl<const N: usize> Default for Short<N> {
    /// The empty text.
    fn default() -> Short<N> {
        Short { length: 0, bytes: [0; N] }
    }
}

impl<const N: usize> Deref for Short<N> {
    type Target = str;

    fn deref(&self) -> &str {
        std::str::from_utf8(self.filled()).unwrap_or_default()
    }
}

impl<const N: usize> Borrow<str> for Short<N> {
    fn borrow(&self) -> &str {
        self
    }
}

impl<const N: usize> AsRef<str> for Short<N> {
    fn as_ref(&self) -> &str {
        self
    }
}

impl<const N: usize> PartialEq<str> for Short<N> {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl<const N: usize> PartialOrd for Short<N> {
    fn partial_cmp(&self, other: &Short<N>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<const N: usize> Ord for Short<N> {
    fn cmp(&self, other: &Short<N>) -> Ordering {
        // Texts are in the order of their bytes.
        self.filled().cmp(other.filled())
    }
}

impl<const N: usize> fmt::Display for Short<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl<const N: usize> fmt::Debug for Short<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_reads_and_sorts_as_the_text() {
        let of = |text| Short::<7>::fit(text).expect("fits");
        assert_eq!(&*of("US-CA"), "US-CA");
        assert_eq!(format!("{:>6}|", of("é")), "     é|");
        assert!(of("CA") < of("CA-ON") && of("CA-ON") < of("CB"));
        assert_eq!(Short::<7>::fit("12345678"), None);
        assert_eq!(&*Short::<7>::default(), "");
    }
}
