//! Bits of eight chunks that follow one another, worked on together: word `i` holds those of chunk `i`.

use super::{CHUNK, bits};
use std::ops::{BitAnd, BitOr, Not};

/// So many words.
pub(crate) const EIGHT: usize = 8;

/// Eight chunks of a text, and those behind them that what begins there goes on in.
pub(crate) const STRETCH: usize = (EIGHT + 2) * CHUNK;

/// Eight words of sixty-four bits.
pub(crate) trait Eight: Copy + BitAnd<Output = Self> + BitOr<Output = Self> + Not<Output = Self> {
    /// Whether eight are worked on by one instruction.
    const IS_QUICK: bool;

    fn of(words: [u64; EIGHT]) -> Self;

    fn words(self) -> [u64; EIGHT];

    /// Every bit moved so many places up, at most 63; into the places that are left come the upper bits of the word of `low`.
    fn up(self, low: Self, places: u32) -> Self;

    /// Every bit moved so many places down, at most 63; into the places that are left come the lower bits of the word of `high`.
    fn down(self, high: Self, places: u32) -> Self;

    /// The words before these: the last of `before`, then all but the last of these.
    fn preceding(self, before: Self) -> Self;

    /// The words behind these: all but the first, then the first of `behind`.
    fn following(self, behind: Self) -> Self;

    /// All bits of the words that have any.
    fn filled(self) -> Self;

    /// The sum of two numbers of 512 bits, the lowest word first, and of what is carried into it; `carry` is then what is carried on.
    fn add(self, other: Self, carry: &mut bool) -> Self;

    /// The words of these at the places that the lowest three bits of each of `at` say.
    fn pick(self, at: Self) -> Self;

    /// All bits of the words whose place is set: of these, bit `i % 64` of word `i / 64`, which is taken modulo eight, is place `i`.
    fn has(self, places: Self) -> Self;

    /// Of each word the bits from the one on that the lowest six bits of `from` say, then those of the word of `high`.
    fn window(self, high: Self, from: Self) -> Self;

    /// Each number without its lowest bits, so many.
    fn without(self, bits: Self) -> Self;

    /// How many bits of each word are not set below the lowest that is.
    fn zeros(self) -> Self;

    /// How many are not set above the highest that is.
    fn zeros_above(self) -> Self;

    /// How many are set.
    fn ones(self) -> Self;

    fn plus(self, other: Self) -> Self;

    fn least(self, other: Self) -> Self;

    /// All bits of the words where the numbers are equal.
    fn is(self, other: Self) -> Self;

    /// The entries of a table, the length of which is a power of two: the numbers are taken modulo that.
    fn look_up<const N: usize>(self, table: &[u64; N]) -> Self;

    /// The bytes of a text at places below 512 and up to 64 behind them.
    fn bytes_of(self, behind: Self, text: &[u8; STRETCH]) -> Self;

    /// The eight bytes of a text from each of these places on, which are below 512; the first is the lowest.
    fn eights_of(self, text: &[u8; STRETCH]) -> Self;

    /// Which words have any bits.
    fn which(self) -> u8;

    /// Puts the lowest sixteen bits of these words side by side; what stands behind them is anything.
    fn pack(self, which: u8, into: &mut [u16; EIGHT]);

    #[inline(always)]
    fn of_places(places: &[u16; EIGHT]) -> Self {
        Self::of(std::array::from_fn(|at| u64::from(places[at])))
    }

    /// The lowest bits of words, so many of each, 64 at most.
    #[inline(always)]
    fn below(places: Self) -> Self {
        Self::all(u64::MAX).without(Self::all(65).plus(!places))
    }

    /// The 64 bits from each of these places on, of eight rows and of those behind each.
    #[inline(always)]
    fn windows([low, high]: [Self; 2], places: Self) -> Self {
        let row = places.without(Self::all(6));
        low.pick(row).window(high.pick(row), places)
    }

    /// These bits where a word has all, those others where it has none.
    #[inline(always)]
    fn choose(self, one: Self, other: Self) -> Self {
        self & one | !self & other
    }

    #[inline(always)]
    fn is_at_most(self, most: Self) -> Self {
        self.least(most).is(self)
    }

    #[inline(always)]
    fn all(word: u64) -> Self {
        Self::of([word; EIGHT])
    }
}

/// Word by word.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words([u64; EIGHT]);

impl Words {
    #[inline(always)]
    fn each(of: impl FnMut(usize) -> u64) -> Words {
        Words(std::array::from_fn(of))
    }
}

impl BitAnd for Words {
    type Output = Words;

    #[inline(always)]
    fn bitand(self, other: Words) -> Words {
        Words::each(|at| self.0[at] & other.0[at])
    }
}

impl BitOr for Words {
    type Output = Words;

    #[inline(always)]
    fn bitor(self, other: Words) -> Words {
        Words::each(|at| self.0[at] | other.0[at])
    }
}

impl Not for Words {
    type Output = Words;

    #[inline(always)]
    fn not(self) -> Words {
        Words::each(|at| !self.0[at])
    }
}

impl Eight for Words {
    const IS_QUICK: bool = false;

    #[inline(always)]
    fn of(words: [u64; EIGHT]) -> Words {
        Words(words)
    }

    #[inline(always)]
    fn words(self) -> [u64; EIGHT] {
        self.0
    }

    #[inline(always)]
    fn up(self, low: Words, places: u32) -> Words {
        Words::each(|at| self.0[at] << places | low.0[at].checked_shr(u64::BITS - places).unwrap_or(0))
    }

    #[inline(always)]
    fn down(self, high: Words, places: u32) -> Words {
        Words::each(|at| self.0[at] >> places | high.0[at].checked_shl(u64::BITS - places).unwrap_or(0))
    }

    #[inline(always)]
    fn preceding(self, before: Words) -> Words {
        Words::each(|at| if at == 0 { before.0[EIGHT - 1] } else { self.0[at - 1] })
    }

    #[inline(always)]
    fn following(self, behind: Words) -> Words {
        Words::each(|at| if at == EIGHT - 1 { behind.0[0] } else { self.0[at + 1] })
    }

    #[inline(always)]
    fn filled(self) -> Words {
        Words::each(|at| if self.0[at] == 0 { 0 } else { u64::MAX })
    }

    #[inline(always)]
    fn pick(self, at: Words) -> Words {
        Words::each(|place| self.0[at.0[place] as usize % EIGHT])
    }

    #[inline(always)]
    fn has(self, places: Words) -> Words {
        Words::each(|at| (self.0[places.0[at] as usize / CHUNK % EIGHT] >> (places.0[at] % CHUNK as u64) & 1).wrapping_neg())
    }

    #[inline(always)]
    fn window(self, high: Words, from: Words) -> Words {
        Words::each(|at| {
            let from = from.0[at] as u32 % u64::BITS;
            self.0[at] >> from | high.0[at] << 1 << (u64::BITS - 1 - from)
        })
    }

    #[inline(always)]
    fn without(self, bits: Words) -> Words {
        Words::each(|at| if bits.0[at] < 64 { self.0[at] >> bits.0[at] } else { 0 })
    }

    #[inline(always)]
    fn zeros(self) -> Words {
        Words::each(|at| u64::from(self.0[at].trailing_zeros()))
    }

    #[inline(always)]
    fn zeros_above(self) -> Words {
        Words::each(|at| u64::from(self.0[at].leading_zeros()))
    }

    #[inline(always)]
    fn ones(self) -> Words {
        Words::each(|at| u64::from(self.0[at].count_ones()))
    }

    #[inline(always)]
    fn plus(self, other: Words) -> Words {
        Words::each(|at| self.0[at].wrapping_add(other.0[at]))
    }

    #[inline(always)]
    fn least(self, other: Words) -> Words {
        Words::each(|at| self.0[at].min(other.0[at]))
    }

    #[inline(always)]
    fn is(self, other: Words) -> Words {
        Words::each(|at| if self.0[at] == other.0[at] { u64::MAX } else { 0 })
    }

    #[inline(always)]
    fn look_up<const N: usize>(self, table: &[u64; N]) -> Words {
        const { assert!(N.is_power_of_two()) }
        Words::each(|at| table[self.0[at] as usize % N])
    }

    #[inline(always)]
    fn bytes_of(self, behind: Words, text: &[u8; STRETCH]) -> Words {
        let place = |at: usize| self.0[at] as usize % (EIGHT * CHUNK) + behind.0[at].min(CHUNK as u64) as usize;
        Words::each(|at| u64::from(text[place(at)]))
    }

    #[inline(always)]
    fn eights_of(self, text: &[u8; STRETCH]) -> Words {
        let place = |at: usize| self.0[at] as usize % (EIGHT * CHUNK);
        Words::each(|at| text.get(place(at)..).and_then(|rest| rest.first_chunk()).map_or(0, |eight| u64::from_le_bytes(*eight)))
    }

    #[inline(always)]
    fn which(self) -> u8 {
        (0..EIGHT).fold(0, |which, at| which | u8::from(self.0[at] != 0) << at)
    }

    #[inline(always)]
    fn pack(self, which: u8, into: &mut [u16; EIGHT]) {
        into.iter_mut().zip(bits(u64::from(which))).for_each(|(place, word)| *place = self.0[word % EIGHT] as u16);
    }

    #[inline(always)]
    fn add(self, other: Words, carry: &mut bool) -> Words {
        Words::each(|at| {
            let (sum, one) = self.0[at].overflowing_add(other.0[at]);
            let (sum, two) = sum.overflowing_add(u64::from(*carry));
            *carry = one | two;
            sum
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Look, Walk, each_width, widest},
        *,
    };
    use proptest::prelude::*;

    const SQUARES: [u64; 16] = [0, 1, 4, 9, 16, 25, 36, 49, 64, 81, 100, 121, 144, 169, 196, 225];

    /// What is done with two times eight words, a carry and a text.
    struct All<'a>([[u64; EIGHT]; 2], u32, bool, &'a [u8; STRETCH]);

    impl Walk for All<'_> {
        type Output = (Vec<[u64; EIGHT]>, bool);

        #[inline(always)]
        fn walk<L: Look>(self) -> Self::Output {
            let All(words, places, mut carry, text) = self;
            let [a, b] = words.map(L::Eight::of);
            let sum = a.add(b, &mut carry);
            let bits = [a & b, a | b, !a, a.up(b, places), a.down(b, places), a.preceding(b), a.following(b), a.filled(), sum];
            let numbers = [
                a.pick(b),
                a.has(b),
                a.window(b, b),
                a.without(b),
                a.zeros(),
                a.zeros_above(),
                a.ones(),
                a.plus(b),
                a.least(b),
                a.is(b),
                a.is_at_most(b),
            ];
            let found = [a.look_up(&SQUARES), a.bytes_of(b, text), a.eights_of(text), L::Eight::all(u64::from(a.which()))];
            let mut packed = [0; EIGHT];
            b.pack(a.which(), &mut packed);
            packed[a.which().count_ones() as usize..].fill(0);
            let packed = L::Eight::of_places(&packed);
            let places = L::Eight::of_places(&words[0].map(|word| word as u16));
            (bits.into_iter().chain(numbers).chain(found).chain([places, packed]).map(Eight::words).collect(), carry)
        }
    }

    proptest! {
        #[test]
        fn every_width_does_what_is_done_word_by_word(
            a in prop::array::uniform8(prop_oneof![Just(0), Just(1), Just(u64::MAX), Just(1 << 40), any::<u64>()]),
            b in prop::array::uniform8(prop_oneof![Just(0), Just(1), Just(u64::MAX), 2..70_u64, any::<u64>()]),
            text in prop::collection::vec(any::<u8>(), STRETCH),
            places in 0..64_u32,
            carry in any::<bool>(),
        ) {
            let each = |of: &dyn Fn(usize) -> u64| std::array::from_fn::<u64, EIGHT, _>(of);
            let mut carried = carry;
            let sum: [u64; EIGHT] = std::array::from_fn(|at| {
                let sum = u128::from(a[at]) + u128::from(b[at]) + u128::from(carried);
                carried = sum >> 64 != 0;
                sum as u64
            });
            let wide = |low: u64, high: u64| u128::from(high) << 64 | u128::from(low);
            let wanted = vec![
                each(&|at| a[at] & b[at]),
                each(&|at| a[at] | b[at]),
                each(&|at| !a[at]),
                each(&|at| (wide(b[at], a[at]) << places >> 64) as u64),
                each(&|at| (wide(a[at], b[at]) >> places) as u64),
                each(&|at| if at == 0 { b[7] } else { a[at - 1] }),
                each(&|at| if at == 7 { b[0] } else { a[at + 1] }),
                each(&|at| if a[at] == 0 { 0 } else { u64::MAX }),
                sum,
                each(&|at| a[b[at] as usize % 8]),
                each(&|at| if a[b[at] as usize / 64 % 8] >> (b[at] % 64) & 1 != 0 { u64::MAX } else { 0 }),
                each(&|at| (wide(a[at], b[at]) >> (b[at] % 64)) as u64),
                each(&|at| a[at].checked_shr(b[at].min(64) as u32).unwrap_or(0)),
                each(&|at| u64::from(a[at].trailing_zeros())),
                each(&|at| u64::from(a[at].leading_zeros())),
                each(&|at| u64::from(a[at].count_ones())),
                each(&|at| a[at].wrapping_add(b[at])),
                each(&|at| a[at].min(b[at])),
                each(&|at| if a[at] == b[at] { u64::MAX } else { 0 }),
                each(&|at| if a[at] <= b[at] { u64::MAX } else { 0 }),
                each(&|at| (a[at] % 16).pow(2)),
                each(&|at| u64::from(text[(a[at] % 512 + b[at].min(64)) as usize])),
                each(&|at| (0..8).fold(0, |eight, far| eight | u64::from(text[(a[at] % 512 + far) as usize]) << (8 * far))),
                each(&|_| (0..8).fold(0, |which, at| which | u64::from(a[at] != 0) << at)),
                each(&|at| u64::from(a[at] as u16)),
                each(&|at| (0..8).filter(|at| a[*at] != 0).nth(at).map_or(0, |word| u64::from(b[word] as u16))),
            ];
            let text = text.first_chunk().expect("so many");
            for told in each_width(|| widest(All([a, b], places, carry, text))) {
                prop_assert_eq!(&told.0, &wanted);
                prop_assert_eq!(told.1, carried);
            }
        }
    }
}
