//! Moves the bits of one word, by an instruction where the processor has one.

#![cfg_attr(
    all(target_arch = "x86_64", target_feature = "sse2"),
    expect(unsafe_code, reason = "the language asks for it around instructions that not every processor of the target has")
)]

use super::bits;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
use super::vector::{Lanes, Pair, Tables, Wide};
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
use std::arch::x86_64::{_mm_clmulepi64_si128, _mm_cvtsi64_si128, _mm_cvtsi128_si64, _pdep_u64, _pext_u64};

/// What can be done with the bits of a word.
pub(crate) trait Word {
    /// The bits at the places of a mask, moved together: bit `i` of the result is the bit at the mask's place `i`.
    #[inline(always)]
    fn compact(word: u64, mask: u64) -> u64 {
        bits(mask).enumerate().fold(0, |all, (to, from)| all | (word >> from & 1) << to)
    }

    /// The lowest bits moved to the places of a mask, the others left out.
    #[inline(always)]
    fn spread(word: u64, mask: u64) -> u64 {
        bits(mask).enumerate().fold(0, |all, (from, to)| all | (word >> from & 1) << to)
    }

    /// Bit `i` is the parity of the bits up to `i`.
    #[inline(always)]
    fn parity(mut word: u64) -> u64 {
        for places in [1, 2, 4, 8, 16, 32] {
            word ^= word << places;
        }
        word
    }
}

#[cfg(any(test, not(all(target_arch = "x86_64", target_feature = "sse2"))))]
impl Word for super::portable::Lanes {}

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
impl Word for Lanes {}

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
macro_rules! by_instructions {
    ($($lanes:ident),*) => {$(
        impl Word for $lanes {
            #[inline(always)]
            fn compact(word: u64, mask: u64) -> u64 {
                // SAFETY: takes numbers; the type is used only where the processor has BMI2.
                unsafe { _pext_u64(word, mask) }
            }

            #[inline(always)]
            fn spread(word: u64, mask: u64) -> u64 {
                // SAFETY: takes numbers; the type is used only where the processor has BMI2.
                unsafe { _pdep_u64(word, mask) }
            }

            #[inline(always)]
            fn parity(word: u64) -> u64 {
                // A product without carries, by all ones, is the sum of the word moved by 0, 1, 2 … places.
                // SAFETY: takes numbers; the type is used only where the processor has PCLMULQDQ.
                unsafe { _mm_cvtsi128_si64(_mm_clmulepi64_si128::<0>(_mm_cvtsi64_si128(word as i64), _mm_cvtsi64_si128(-1))) as u64 }
            }
        }
    )*};
}

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
by_instructions!(Pair, Wide, Tables);

#[cfg(test)]
mod tests {
    use super::super::{Look, Walk, each_width, widest};
    use proptest::prelude::*;

    struct All(u64, u64);

    impl Walk for All {
        type Output = [u64; 3];

        #[inline(always)]
        fn walk<L: Look>(self) -> [u64; 3] {
            [L::compact(self.0, self.1), L::spread(self.0, self.1), L::parity(self.0)]
        }
    }

    proptest! {
        #[test]
        fn every_width_moves_bits_alike(word: u64, mask: u64) {
            let places: Vec<usize> = (0..64).filter(|at| mask >> at & 1 == 1).collect();
            let bit = |at: usize| word >> at & 1;
            let slow = [
                places.iter().enumerate().fold(0, |all, (to, from)| all | bit(*from) << to),
                places.iter().enumerate().fold(0, |all, (from, to)| all | bit(from) << to),
                (0..64).fold(0, |all, at| all | (0..=at).fold(0, |parity, low| parity ^ bit(low)) << at),
            ];
            for told in each_width(|| widest(All(word, mask))) {
                prop_assert_eq!(told, slow);
            }
        }
    }
}
