//! Which of many places a word of a list may begin at, said by bits under hashes of what stands there.
//!
//! A list has thousands of words and a text a word every eight bytes, nearly none of them of the list: what is asked here must
//! tell nearly all of them apart by arithmetic, without a branch, so that several places can be asked about at once. A look at the
//! first four bytes, in a table that is always at hand, leaves few for the second, closer one.

use super::Openings;

const BEGINNINGS_BITS: u32 = 15;
const RUNS_BITS: u32 = 15;
const EIGHTS_BITS: u32 = 17;
const PAIRS_BITS: u32 = 12;

/// The beginnings of the words of a list.
#[derive(Debug)]
pub(crate) struct Sieve {
    /// One bit per hash of the first bytes ([`beginning`]): the first look.
    pub(super) beginnings: Box<[u32; 1 << (BEGINNINGS_BITS - 5)]>,
    /// One bit per hash of a run of up to seven letters that ends there, in lower case.
    pub(super) runs: Box<[u64; 1 << (RUNS_BITS - 6)]>,
    /// One bit per hash of eight bytes, the first of them a letter, letters in lower case, and of the byte behind them: dozens of words
    /// begin with `customer`.
    pub(super) eights: Box<[u64; 1 << (EIGHTS_BITS - 6)]>,
    /// By the hash of two bytes, which may follow them: a bit for the sum of the third and fourth.
    pub(super) pairs: Box<[u32; 1 << PAIRS_BITS]>,
    /// By the first byte, without its highest bit, which may be the second.
    seconds: Box<[u128; 128]>,
}

impl Sieve {
    pub(crate) fn new() -> Sieve {
        Sieve {
            beginnings: Box::new([0; 1 << (BEGINNINGS_BITS - 5)]),
            runs: Box::new([0; 1 << (RUNS_BITS - 6)]),
            eights: Box::new([0; 1 << (EIGHTS_BITS - 6)]),
            pairs: Box::new([0; 1 << PAIRS_BITS]),
            seconds: Box::new([0; 128]),
        }
    }

    /// What two bytes the words that were added may begin with.
    pub(crate) fn openings(&self) -> Openings {
        Openings::of(&self.seconds)
    }

    /// Adds these as the first bytes of a word, with `in_either` in either case.
    fn open(&mut self, bytes: &[u8], in_either: bool) {
        let cases = |byte: u8| if in_either { [byte & !CASE, byte | CASE] } else { [byte; 2] };
        let bit = |byte: u8| 1 << (byte & 0x7f);
        let seconds = bytes.get(1).map_or(u128::MAX, |second| cases(*second).into_iter().fold(0, |all, byte| all | bit(byte)));
        for first in bytes.first().map(|first| cases(*first)).into_iter().flatten() {
            self.seconds[usize::from(first & 0x7f)] |= seconds;
        }
    }

    /// Adds a word that begins with these letters, up to seven, and does not go on with further ones.
    pub(crate) fn add_run(&mut self, letters: &[u8]) {
        let bit = place(fold(first_eight(letters)) & mask(letters.len()), RUNS_BITS);
        self.runs[bit / 64] |= 1 << (bit % 64);
        self.open(letters, true);
        self.add_beginning(letters, false);
    }

    /// Adds a word that begins with a letter and these eight bytes, and goes on with the ninth, if it does.
    pub(crate) fn add_eight(&mut self, bytes: [u8; 8], ninth: Option<u8>) {
        self.open(&bytes, true);
        let place = place(fold(u64::from_le_bytes(bytes)), EIGHTS_BITS);
        for ninth in ninth.map_or(0..=u8::MAX, |ninth| ninth..=ninth) {
            self.eights[place / 64] |= 1 << ((place % 64) ^ behind(ninth));
        }
        self.add_beginning(&bytes, true);
    }

    /// Adds a word that begins with these bytes, letters as they are, however it goes on. The first four are looked at.
    pub(crate) fn add_bytes(&mut self, bytes: &[u8]) {
        self.open(bytes, false);
        let seconds = bytes.get(1).map_or(0..=u8::MAX, |second| *second..=*second);
        for second in seconds {
            let number = u32::from_le_bytes([bytes[0], second, bytes.get(2).copied().unwrap_or(0), bytes.get(3).copied().unwrap_or(0)]);
            // The sum of a third byte and any fourth is anything.
            let follow = if bytes.len() >= 4 { 1 << follower(number) } else { u32::MAX };
            self.pairs[pair_place(number)] |= follow;
        }
        self.add_beginning(bytes, true);
    }

    /// Adds all that the first bytes of a word may be that begins so; with `goes_on`, with a letter behind these as well.
    fn add_beginning(&mut self, bytes: &[u8], goes_on: bool) {
        let four = (fold(first_eight(bytes)) & mask(bytes.len().min(4))) as u32;
        let run = leading_letters(u64::from(four)).count_ones() as usize / 8;
        // Two letters or three tell, whatever sign follows them.
        let are_letters = run == bytes.len() && run > 1;
        if bytes.len() >= 3 || run > 1 {
            let place = beginning_place(beginning(four));
            self.beginnings[place / 32] |= 1 << (place % 32);
        }
        if bytes.len() >= 4 || bytes.len() == 3 && !are_letters || are_letters && !goes_on {
            return;
        }
        for next in (0..=u8::MAX).filter(|next| *next == next | 0x20) {
            let is_wanted = if next.is_ascii_lowercase() { goes_on } else { !are_letters };
            if is_wanted {
                let longer: Vec<u8> = bytes.iter().copied().chain([next]).collect();
                self.add_beginning(&longer, true);
            }
        }
    }

    /// Keeps those of the first so many places of a text, in their order, where a word may begin. Returns how many there are.
    #[inline(always)]
    pub(crate) fn each(&self, text: &[u8], places: &mut [u16], count: usize) -> usize {
        let mut kept = 0;
        for at in 0..count.min(places.len()) {
            // Noted without a branch, which would mostly be guessed wrong.
            places[kept] = places[at];
            let rest = text.get(usize::from(places[at])..).unwrap_or_default();
            kept += usize::from(self.may_begin(first_eight(rest), rest.get(8).copied().unwrap_or(0)));
        }
        kept
    }

    #[inline(always)]
    fn may_begin(&self, bytes: u64, ninth: u8) -> bool {
        let here = fold(bytes);
        let first = beginning_place(beginning(here as u32));
        let leading = leading_letters(here);
        let (run, whole) = (place(here & leading, RUNS_BITS), place(here, EIGHTS_BITS));
        let known = self.runs[run / 64] >> (run % 64) | self.eights[whole / 64] >> ((whole % 64) ^ behind(ninth));
        let pair = u64::from(self.pairs[pair_place(bytes as u32)] >> follower(bytes as u32));
        u64::from(self.beginnings[first / 32] >> (first % 32)) & (known & leading | pair) & 1 != 0
    }
}

/// Up to eight bytes, zeros behind them.
#[inline(always)]
fn first_eight(bytes: &[u8]) -> u64 {
    if let Some(eight) = bytes.first_chunk() {
        return u64::from_le_bytes(*eight);
    }
    bytes.iter().take(8).rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The bit that parts cases.
const CASE: u8 = 0x20;

/// That bit is set: letters become alike whatever their case, and so do some signs.
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

/// Of the first four bytes, their case folded, those that are looked at first: up to four letters, or three bytes where there is no second
/// letter.
#[inline(always)]
fn beginning(four: u32) -> u32 {
    let leading = leading_letters(u64::from(four)) as u32;
    four & if leading <= ONE_LETTER { THREE_BYTES } else { leading }
}

pub(super) const ONE_LETTER: u32 = 0xff;
pub(super) const THREE_BYTES: u32 = 0x00ff_ffff;

#[inline(always)]
fn beginning_place(beginning: u32) -> usize {
    (beginning.wrapping_mul(FACTOR) >> (32 - BEGINNINGS_BITS)) as usize
}

#[inline(always)]
fn place(eight: u64, bits: u32) -> usize {
    (((eight ^ eight >> MIX) as u32).wrapping_mul(FACTOR) >> (32 - bits)) as usize
}

/// By what the place of a bit is changed in its word for the byte behind eight: letters are alike whatever their case.
#[inline(always)]
fn behind(ninth: u8) -> usize {
    usize::from(ninth & NINTH) << 1
}

pub(super) const NINTH: u8 = 31;

#[inline(always)]
fn pair_place(four: u32) -> usize {
    ((four & 0xffff).wrapping_mul(FACTOR) >> (32 - PAIRS_BITS)) as usize
}

#[inline(always)]
fn follower(four: u32) -> u32 {
    (four >> 16 ^ four >> 24) & 31
}

/// What the look at several places at once needs to know of the tables.
pub(super) const SHIFTS: [u32; 4] = [32 - BEGINNINGS_BITS, 32 - RUNS_BITS, 32 - EIGHTS_BITS, 32 - PAIRS_BITS];

#[cfg(test)]
mod tests {
    use super::{
        super::{CHUNK, Look, Walk, each_width, widest},
        *,
    };
    use proptest::prelude::*;

    struct Ask<'a>(&'a Sieve, &'a [u8], Vec<u16>);

    impl Walk for Ask<'_> {
        type Output = Vec<u16>;

        #[inline(always)]
        fn walk<L: Look>(mut self) -> Vec<u16> {
            let count = self.2.len();
            self.2.resize(count + CHUNK, 0);
            let count = L::sieve(self.0, self.1, &mut self.2, count);
            self.2[..count].to_vec()
        }
    }

    proptest! {
        #[test]
        fn every_width_lets_the_same_places_through_and_all_where_a_word_begins(
            words in prop::collection::vec(("[a-z]{1,7}", "[a-z][a-z -]{7,9}", "[0-9$éA]{1,5}"), 1..20),
            stretches in prop::collection::vec(prop_oneof![any::<prop::sample::Index>().prop_map(Ok), prop::collection::vec(any::<u8>(), 1..9).prop_map(Err)], 60),
        ) {
            let mut sieve = Sieve::new();
            for (run, eight, bytes) in &words {
                sieve.add_run(run.as_bytes());
                sieve.add_eight(*eight.as_bytes().first_chunk().expect("eight"), eight.as_bytes().get(8).copied());
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
            let length = text.len().next_power_of_two();
            text.resize(length + CHUNK, 0);
            let asked: Vec<u16> = (0..length).filter(|at| text[*at] != b' ').map(|at| at as u16).collect();
            let told = each_width(|| widest(Ask(&sieve, &text, asked.clone())));
            prop_assert!(told.iter().all(|noted| *noted == told[0]), "{:?}", told);
            let openings = sieve.openings();
            for at in begin {
                prop_assert!(told[0].contains(&(at as u16)), "{}", at);
                prop_assert!(openings.may_open(text[at], text[at + 1]), "{}", at);
            }
            for at in 0..CHUNK {
                let here = fold(first_eight(&text[at..]));
                let run = here.to_le_bytes().iter().take_while(|byte| byte.is_ascii_lowercase()).count();
                prop_assert_eq!(leading_letters(here), mask(run));
            }
        }
    }
}
