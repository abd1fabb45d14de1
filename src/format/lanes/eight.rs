//! Bits of eight chunks that follow one another, worked on together: word `i` holds those of chunk `i`.

use std::ops::{BitAnd, BitOr, Not};

/// So many words.
pub(crate) const EIGHT: usize = 8;

/// Eight words of sixty-four bits.
pub(crate) trait Eight: Copy + BitAnd<Output = Self> + BitOr<Output = Self> + Not<Output = Self> {
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

    /// What is done with two times eight words, and a carry.
    struct All([[u64; EIGHT]; 2], u32, bool);

    impl Walk for All {
        type Output = (Vec<[u64; EIGHT]>, bool);

        #[inline(always)]
        fn walk<L: Look>(self) -> Self::Output {
            let All(words, places, mut carry) = self;
            let [a, b] = words.map(L::Eight::of);
            let sum = a.add(b, &mut carry);
            let all = [a & b, a | b, !a, a.up(b, places), a.down(b, places), a.preceding(b), a.following(b), a.filled(), sum];
            (all.map(Eight::words).into(), carry)
        }
    }

    proptest! {
        #[test]
        fn every_width_does_what_is_done_word_by_word(
            a in prop::array::uniform8(prop_oneof![Just(0), Just(u64::MAX), any::<u64>()]),
            b in prop::array::uniform8(prop_oneof![Just(0), Just(1), Just(u64::MAX), any::<u64>()]),
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
            ];
            for told in each_width(|| widest(All([a, b], places, carry))) {
                prop_assert_eq!(&told.0, &wanted);
                prop_assert_eq!(told.1, carried);
            }
        }
    }
}
