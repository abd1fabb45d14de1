//! What word lists look like as files, and the form of a compiled one: open addressing over slots of four bytes. The build lays the lists out
//! (`build.rs` includes this file), the program looks words up in them where they lie in the binary.
//!
//! A word that is not in a list is taken for one with odds below one in a million: its 24 bits of
//! fingerprint would have to equal those of one of the few words it is compared with.

/// What a word is known as; one bit each.
pub(crate) mod flag {
    /// A given name that is common somewhere.
    pub(crate) const GIVEN: u8 = 1;
    /// A given name that is rare.
    pub(crate) const RARE_GIVEN: u8 = 2;
    /// A surname that is common somewhere.
    pub(crate) const SURNAME: u8 = 4;
    /// A surname that is rare.
    pub(crate) const RARE_SURNAME: u8 = 8;
    /// Also a word of English, written in lower case.
    pub(crate) const WORD: u8 = 16;
    /// Only a word, no name.
    pub(crate) const PLAIN: u8 = 128;
}

/// Bytes of a slot, least significant first: upper 24 bits fingerprint, lower 8 flags; 0 where it is free.
pub(crate) const SLOT: usize = 4;

/// Where the probing for a word begins in a table of so many slots (a power of two), and its fingerprint.
pub(crate) fn place(word: &[u8], slots: usize) -> (usize, u32) {
    let hash = hash(word);
    (hash as usize & (slots - 1), (hash >> 40) as u32)
}

/// A quick hash of short words (multiply and rotate by eight bytes at a time).
fn hash(bytes: &[u8]) -> u64 {
    let mut state = 0_u64;
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        state = (state.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    state ^= bytes.len() as u64;
    let mixed = (state ^ state >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ mixed >> 32
}

/// The lines of a list that are not comments.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}
