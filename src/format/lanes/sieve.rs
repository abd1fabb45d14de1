//! Which of many places a word of a list may begin at, said by bits under hashes of what stands there.
//!
//! A list has thousands of words and a text a word every eight bytes, nearly none of them of the list: what is asked here must
//! tell nearly all of them apart by arithmetic, without a branch, so that several places can be asked about at once.

use super::{CHUNK, EIGHT, bits};

const RUNS_BITS: u32 = 15;
const EIGHTS_BITS: u32 = 17;
const PAIRS_BITS: u32 = 12;

/// The beginnings of the words of a list.
#[derive(Debug)]
pub(crate) struct Sieve {
    /// One bit per hash of a run of up to seven letters that ends there, in lower case.
    pub(super) runs: Box<[u64; 1 << (RUNS_BITS - 6)]>,
    /// One bit per hash of eight bytes, the first of them a letter, letters in lower case.
    pub(super) eights: Box<[u64; 1 << (EIGHTS_BITS - 6)]>,
    /// By the hash of two bytes, which may follow them: a bit for the sum of the third and fourth.
    pub(super) pairs: Box<[u32; 1 << PAIRS_BITS]>,
}

impl Sieve {
    pub(crate) fn new() -> Sieve {
        Sieve {
            runs: Box::new([0; 1 << (RUNS_BITS - 6)]),
            eights: Box::new([0; 1 << (EIGHTS_BITS - 6)]),
            pairs: Box::new([0; 1 << PAIRS_BITS]),
        }
    }

    /// Adds a word that begins with these letters, up to seven, and does not go on with further ones.
    pub(crate) fn add_run(&mut self, letters: &[u8]) {
        let bit = place(fold(first_eight(letters)) & mask(letters.len()), RUNS_BITS);
        self.runs[bit / 64] |= 1 << (bit % 64);
    }

    /// Adds a word that begins with a letter and these eight bytes.
    pub(crate) fn add_eight(&mut self, bytes: [u8; 8]) {
        let bit = place(fold(u64::from_le_bytes(bytes)), EIGHTS_BITS);
        self.eights[bit / 64] |= 1 << (bit % 64);
    }

    /// Adds a word that begins with these bytes, letters as they are, however it goes on. The first four are looked at.
    pub(crate) fn add_bytes(&mut self, bytes: &[u8]) {
        let seconds = bytes.get(1).map_or(0..=u8::MAX, |second| *second..=*second);
        for second in seconds {
            let number = u32::from_le_bytes([bytes[0], second, bytes.get(2).copied().unwrap_or(0), bytes.get(3).copied().unwrap_or(0)]);
            // The sum of a third byte and any fourth is anything.
            let follow = if bytes.len() >= 4 { 1 << follower(number) } else { u32::MAX };
            self.pairs[pair_place(number)] |= follow;
        }
    }

    /// At which of these places of the first eight times sixty-four bytes a word may begin, by bits: `letters` are places of letters,
    /// `all` those and places of other characters.
    #[inline(always)]
    pub(crate) fn each(&self, text: &[u8; STRETCH], letters: [u64; EIGHT], all: [u64; EIGHT]) -> [u64; EIGHT] {
        // Noted without a branch, which would mostly be guessed wrong.
        let mut noted = [0; EIGHT];
        for (row, noted) in noted.iter_mut().enumerate() {
            for at in bits(letters[row]) {
                let here = fold(eight(text, row * CHUNK + at));
                let stand = here & leading_letters(here);
                let (run, whole) = (place(stand, RUNS_BITS), place(here, EIGHTS_BITS));
                let known = self.runs[run / 64] >> (run % 64) | self.eights[whole / 64] >> (whole % 64);
                *noted |= (known & 1) << at;
            }
            for at in bits(all[row]) {
                let number = eight(text, row * CHUNK + at) as u32;
                *noted |= u64::from(self.pairs[pair_place(number)] >> follower(number) & 1) << at;
            }
        }
        noted
    }
}

/// Eight times sixty-four bytes, and those behind them that words go on in.
pub(crate) const STRETCH: usize = (EIGHT + 1) * CHUNK;

#[inline(always)]
fn eight(text: &[u8; STRETCH], at: usize) -> u64 {
    text[at % (EIGHT * CHUNK)..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// Up to eight bytes, zeros behind them.
fn first_eight(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The bit that parts cases is set: letters become alike whatever their case, and so do some signs.
#[inline(always)]
fn fold(eight: u64) -> u64 {
    eight | 0x2020_2020_2020_2020
}

/// A mask of the letters that eight bytes begin with, their case folded.
#[inline(always)]
fn leading_letters(eight: u64) -> u64 {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let all = |byte: u8| u64::from_ne_bytes([byte; 8]);
    let low = eight & !HIGH;
    // Of each byte the highest bit: whether it is at least `a`, whether it is beyond `z`, whether it is no letter of ASCII.
    let (from, beyond) = (low + all(0x80 - b'a'), low + all(0x7f - b'z'));
    let others = (!from | beyond | eight) & HIGH;
    // All bits below the byte of the first one that is none.
    (others >> 7).wrapping_sub(1) & !(others >> 7)
}

/// A mask of the first so many of eight bytes.
pub(crate) const fn mask(bytes: usize) -> u64 {
    if bytes >= 8 { u64::MAX } else { (1 << (8 * bytes)) - 1 }
}

pub(super) const FACTOR: u32 = 0x9e37_79b1;
/// By so many bits the upper half of eight bytes is moved over the lower.
pub(super) const MIX: u32 = 29;

#[inline(always)]
fn place(eight: u64, bits: u32) -> usize {
    (((eight ^ eight >> MIX) as u32).wrapping_mul(FACTOR) >> (32 - bits)) as usize
}

#[inline(always)]
fn pair_place(four: u32) -> usize {
    ((four & 0xffff).wrapping_mul(FACTOR) >> (32 - PAIRS_BITS)) as usize
}

#[inline(always)]
fn follower(four: u32) -> u32 {
    (four >> 16 ^ four >> 24) & 31
}

/// What the look at several places at once needs to know of the tables.
pub(super) const SHIFTS: [u32; 3] = [32 - RUNS_BITS, 32 - EIGHTS_BITS, 32 - PAIRS_BITS];

#[cfg(test)]
mod tests {
    use super::{
        super::{Look, Walk, each_width, widest},
        *,
    };
    use proptest::prelude::*;

    struct Ask<'a>(&'a Sieve, &'a [u8; STRETCH], [[u64; EIGHT]; 2]);

    impl Walk for Ask<'_> {
        type Output = [u64; EIGHT];

        #[inline(always)]
        fn walk<L: Look>(self) -> [u64; EIGHT] {
            L::sieve(self.0, self.1, self.2[0], self.2[1])
        }
    }

    proptest! {
        #[test]
        fn every_width_lets_the_same_places_through_and_all_where_a_word_begins(
            words in prop::collection::vec(("[a-z]{1,7}", "[a-z][a-z -]{7}", "[0-9$éA]{1,5}"), 1..20),
            stretches in prop::collection::vec(prop_oneof![any::<prop::sample::Index>().prop_map(Ok), prop::collection::vec(any::<u8>(), 1..9).prop_map(Err)], 60),
        ) {
            let mut sieve = Sieve::new();
            for (run, eight, bytes) in &words {
                sieve.add_run(run.as_bytes());
                sieve.add_eight(*eight.as_bytes().first_chunk().expect("eight"));
                sieve.add_bytes(bytes.as_bytes());
            }
            let (mut text, mut begin) = (Vec::new(), Vec::new());
            for stretch in stretches {
                match stretch {
                    Ok(word) => {
                        let (run, eight, bytes) = &words[word.index(words.len())];
                        for (word, stop) in [(run, "."), (eight, ""), (bytes, "")] {
                            begin.push(text.len());
                            text.extend(format!("{word}{stop}").into_bytes());
                        }
                    }
                    Err(bytes) => text.extend(bytes),
                }
            }
            text.resize(STRETCH, 0);
            let text: &[u8; STRETCH] = text.first_chunk().expect("so many bytes");
            let of = |is: &dyn Fn(u8) -> bool| {
                std::array::from_fn(|row| (0..CHUNK).fold(0, |all, at| all | u64::from(is(text[row * CHUNK + at])) << at))
            };
            let told = each_width(|| widest(Ask(&sieve, text, [of(&|byte| byte.is_ascii_alphabetic()), of(&|byte| byte != b' ')])));
            prop_assert!(told.iter().all(|noted| *noted == told[0]), "{:?}", told);
            for at in begin.into_iter().filter(|at| *at < EIGHT * CHUNK) {
                prop_assert!(told[0][at / CHUNK] >> (at % CHUNK) & 1 == 1, "{}", at);
            }
            for at in 0..CHUNK {
                let here = fold(eight(text, at));
                let run = here.to_le_bytes().iter().take_while(|byte| byte.is_ascii_lowercase()).count();
                prop_assert_eq!(leading_letters(here), mask(run));
            }
        }
    }
}
