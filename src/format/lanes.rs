//! Compares 64 bytes at once and gives the answer as one word: bit `i` is byte `i`.
//!
//! [`Lanes`] needs what every processor of its target has: SSE2 on x86-64, elsewhere loops that compilers make vector code of.
//! A walk over much text asks [`widest`] instead, which looks once whether the processor has AVX-512 or AVX2.

pub(crate) const CHUNK: usize = 64;

/// The places of the bits that are set, the lowest first.
#[inline(always)]
pub(crate) fn bits(word: u64) -> Bits {
    Bits(word)
}

/// See [`bits`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bits(u64);

impl Iterator for Bits {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        let place = (self.0 != 0).then(|| self.0.trailing_zeros() as usize);
        self.0 &= self.0.wrapping_sub(1);
        place
    }
}

/// 64 bytes, ready to be compared.
pub(crate) trait Look: Copy {
    fn of(chunk: &[u8; CHUNK]) -> Self;

    /// Which bytes are one of these.
    fn any_of<const N: usize>(&self, wanted: [u8; N]) -> u64;

    /// Which bytes are ASCII digits or letters.
    fn alphanumeric(&self) -> u64;

    /// Which bytes are ASCII digits.
    fn digits(&self) -> u64;

    /// Which bytes are one of these or lie between them.
    fn within(&self, from: u8, to: u8) -> u64;

    /// Which bytes have the highest bit set.
    fn beyond_ascii(&self) -> u64;

    /// Which bytes have the highest two bits set: in UTF-8, the first ones of characters beyond ASCII.
    fn leads(&self) -> u64;
}

/// What is to be done with whatever width the processor has. `walk` and all it calls must be `inline(always)`:
/// only what becomes a part of the caller is compiled for the wider instructions.
pub(crate) trait Walk {
    type Output;

    fn walk<L: Look>(self) -> Self::Output;
}

/// Walks with the widest comparison this processor has.
#[inline]
pub(crate) fn widest<W: Walk>(walk: W) -> W::Output {
    #[cfg(test)]
    if limit() == 0 {
        return walk.walk::<portable::Lanes>();
    }
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    return vector::widest(walk);
    #[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
    return walk.walk::<Lanes>();
}

/// How many bytes may be compared at once; tests let it be fewer than the processor can.
#[cfg(all(not(test), target_arch = "x86_64", target_feature = "sse2"))]
#[inline(always)]
const fn limit() -> usize {
    CHUNK
}

#[cfg(test)]
thread_local! {
    static LIMIT: std::cell::Cell<usize> = const { std::cell::Cell::new(CHUNK) };
}

#[cfg(test)]
fn limit() -> usize {
    LIMIT.get()
}

/// Runs something with every width this processor has, and with the loops for processors without vectors.
#[cfg(test)]
pub(crate) fn each_width<T>(mut run: impl FnMut() -> T) -> Vec<T> {
    let all = [0, 16, 32, CHUNK].map(|most| {
        LIMIT.set(most);
        run()
    });
    LIMIT.set(CHUNK);
    all.into()
}

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod vector {
    #![expect(unsafe_code, reason = "the language asks for it around vector instructions, even those every processor of the target has")]

    use super::{CHUNK, Look, Walk, limit};
    use std::arch::x86_64::{
        __m128i, __m256i, __m512i, _mm_add_epi8, _mm_and_si128, _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128,
        _mm_set_epi64x, _mm_set1_epi8, _mm_sub_epi8, _mm256_add_epi8, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_min_epu8,
        _mm256_movemask_epi8, _mm256_or_si256, _mm256_set_epi64x, _mm256_set1_epi8, _mm256_sub_epi8, _mm512_cmpeq_epi8_mask,
        _mm512_cmpge_epu8_mask, _mm512_cmple_epu8_mask, _mm512_movepi8_mask, _mm512_or_si512, _mm512_set_epi64, _mm512_set1_epi8,
        _mm512_sub_epi8,
    };

    /// Walks with the widest comparison this processor has.
    #[inline]
    pub(super) fn widest<W: Walk>(walk: W) -> W::Output {
        if limit() >= CHUNK && has_avx512() {
            // SAFETY: the processor has what the function is compiled for.
            unsafe { with_512(walk) }
        } else if limit() >= CHUNK / 2 && has_avx2() {
            // SAFETY: the processor has what the function is compiled for.
            unsafe { with_256(walk) }
        } else {
            walk.walk::<Lanes>()
        }
    }

    #[inline]
    fn has_avx2() -> bool {
        let counts_bits = is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("lzcnt") && is_x86_feature_detected!("popcnt");
        is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2") && counts_bits
    }

    #[inline]
    fn has_avx512() -> bool {
        is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") && has_avx2()
    }

    #[target_feature(enable = "avx512f,avx512bw,avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn with_512<W: Walk>(walk: W) -> W::Output {
        walk.walk::<Wide>()
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn with_256<W: Walk>(walk: W) -> W::Output {
        walk.walk::<Pair>()
    }

    /// Comparisons with vectors whose equal bytes become bytes of ones.
    macro_rules! by_masks {
        ($lanes:ident, $width:literal, $vector:ty, $of:ident, $set:ident, $add:ident, $sub:ident, $and:ident, $or:ident, $equal:ident, $min:ident, $mask:ident, $bits:ty) => {
            impl $lanes {
                #[inline(always)]
                fn bits(&self, compare: impl Fn($vector) -> $vector) -> u64 {
                    // SAFETY: takes a vector; the type is used only where the processor has the instruction.
                    let mask = |lane| u64::from(unsafe { $mask(compare(lane)) } as $bits);
                    self.0.iter().enumerate().fold(0, |bits, (at, lane)| bits | mask(*lane) << ($width * at))
                }
            }

            impl Look for $lanes {
                #[inline(always)]
                fn of(chunk: &[u8; CHUNK]) -> $lanes {
                    $of(chunk)
                }

                #[inline(always)]
                fn any_of<const N: usize>(&self, wanted: [u8; N]) -> u64 {
                    // SAFETY: takes vectors; the type is used only where the processor has the instructions.
                    self.bits(|lane| unsafe {
                        let mut all = $set(0);
                        for byte in wanted {
                            all = $or(all, $equal(lane, $set(byte as i8)));
                        }
                        all
                    })
                }

                #[inline(always)]
                fn alphanumeric(&self) -> u64 {
                    // SAFETY: takes vectors; the type is used only where the processor has the instructions.
                    let within = |value: $vector, most: i8| unsafe { $equal($min(value, $set(most)), value) };
                    // SAFETY: the same.
                    self.bits(|lane| unsafe {
                        let digit = within($sub(lane, $set(b'0' as i8)), 9);
                        let lower = $or(lane, $set(0x20));
                        $or(digit, within($sub(lower, $set(b'a' as i8)), 25))
                    })
                }

                #[inline(always)]
                fn digits(&self) -> u64 {
                    // SAFETY: takes vectors; the type is used only where the processor has the instructions.
                    self.bits(|lane| unsafe {
                        let value = $sub(lane, $set(b'0' as i8));
                        $equal($min(value, $set(9)), value)
                    })
                }

                #[inline(always)]
                fn within(&self, from: u8, to: u8) -> u64 {
                    // SAFETY: takes vectors; the type is used only where the processor has the instructions.
                    self.bits(|lane| unsafe {
                        let value = $sub(lane, $set(from as i8));
                        $equal($min(value, $set(to.wrapping_sub(from) as i8)), value)
                    })
                }

                #[inline(always)]
                fn beyond_ascii(&self) -> u64 {
                    self.bits(|lane| lane)
                }

                #[inline(always)]
                fn leads(&self) -> u64 {
                    // SAFETY: takes vectors; the type is used only where the processor has the instructions.
                    self.bits(|lane| unsafe { $and(lane, $add(lane, lane)) })
                }
            }
        };
    }

    #[inline(always)]
    fn number(chunk: &[u8; CHUNK], at: usize) -> i64 {
        let (numbers, _) = chunk.as_chunks::<8>();
        i64::from_le_bytes(numbers[at])
    }

    /// Four times sixteen bytes.
    #[derive(Clone, Copy)]
    pub(crate) struct Lanes([__m128i; 4]);

    #[inline(always)]
    fn four(chunk: &[u8; CHUNK]) -> Lanes {
        // SAFETY: takes numbers, needs SSE2, without which this module is not compiled.
        Lanes(std::array::from_fn(|lane| unsafe { _mm_set_epi64x(number(chunk, 2 * lane + 1), number(chunk, 2 * lane)) }))
    }

    by_masks!(
        Lanes,
        16,
        __m128i,
        four,
        _mm_set1_epi8,
        _mm_add_epi8,
        _mm_sub_epi8,
        _mm_and_si128,
        _mm_or_si128,
        _mm_cmpeq_epi8,
        _mm_min_epu8,
        _mm_movemask_epi8,
        u16
    );

    /// Twice thirty-two bytes: AVX2.
    #[derive(Clone, Copy)]
    pub(super) struct Pair([__m256i; 2]);

    #[inline(always)]
    fn two(chunk: &[u8; CHUNK]) -> Pair {
        // SAFETY: takes numbers; the type is used only where the processor has AVX2.
        Pair(std::array::from_fn(|lane| unsafe {
            let at = |number_at| number(chunk, 4 * lane + number_at);
            _mm256_set_epi64x(at(3), at(2), at(1), at(0))
        }))
    }

    by_masks!(
        Pair,
        32,
        __m256i,
        two,
        _mm256_set1_epi8,
        _mm256_add_epi8,
        _mm256_sub_epi8,
        _mm256_and_si256,
        _mm256_or_si256,
        _mm256_cmpeq_epi8,
        _mm256_min_epu8,
        _mm256_movemask_epi8,
        u32
    );

    /// Sixty-four bytes: AVX-512, whose comparisons give bits.
    #[derive(Clone, Copy)]
    pub(super) struct Wide(__m512i);

    impl Look for Wide {
        #[inline(always)]
        fn of(chunk: &[u8; CHUNK]) -> Wide {
            let at = |place| number(chunk, place);
            // SAFETY: takes numbers; the type is used only where the processor has AVX-512.
            Wide(unsafe { _mm512_set_epi64(at(7), at(6), at(5), at(4), at(3), at(2), at(1), at(0)) })
        }

        #[inline(always)]
        fn any_of<const N: usize>(&self, wanted: [u8; N]) -> u64 {
            // SAFETY: takes vectors; the type is used only where the processor has AVX-512.
            wanted.iter().fold(0, |bits, byte| bits | unsafe { _mm512_cmpeq_epi8_mask(self.0, _mm512_set1_epi8(*byte as i8)) })
        }

        #[inline(always)]
        fn alphanumeric(&self) -> u64 {
            // SAFETY: takes vectors; the type is used only where the processor has AVX-512.
            let letters = unsafe {
                let lower = _mm512_or_si512(self.0, _mm512_set1_epi8(0x20));
                _mm512_cmple_epu8_mask(_mm512_sub_epi8(lower, _mm512_set1_epi8(b'a' as i8)), _mm512_set1_epi8(25))
            };
            letters | self.digits()
        }

        #[inline(always)]
        fn digits(&self) -> u64 {
            // SAFETY: takes vectors; the type is used only where the processor has AVX-512.
            unsafe { _mm512_cmple_epu8_mask(_mm512_sub_epi8(self.0, _mm512_set1_epi8(b'0' as i8)), _mm512_set1_epi8(9)) }
        }

        #[inline(always)]
        fn within(&self, from: u8, to: u8) -> u64 {
            // SAFETY: takes vectors; the type is used only where the processor has AVX-512.
            unsafe {
                let value = _mm512_sub_epi8(self.0, _mm512_set1_epi8(from as i8));
                _mm512_cmple_epu8_mask(value, _mm512_set1_epi8(to.wrapping_sub(from) as i8))
            }
        }

        #[inline(always)]
        fn beyond_ascii(&self) -> u64 {
            // SAFETY: takes a vector; the type is used only where the processor has AVX-512.
            unsafe { _mm512_movepi8_mask(self.0) }
        }

        #[inline(always)]
        fn leads(&self) -> u64 {
            // SAFETY: takes vectors; the type is used only where the processor has AVX-512.
            unsafe { _mm512_cmpge_epu8_mask(self.0, _mm512_set1_epi8(0xc0_u8 as i8)) }
        }
    }
}

#[cfg(any(test, not(all(target_arch = "x86_64", target_feature = "sse2"))))]
mod portable {
    use super::{CHUNK, Look};

    /// 64 bytes, ready to be compared.
    #[derive(Clone, Copy)]
    pub(crate) struct Lanes([u8; CHUNK]);

    impl Look for Lanes {
        #[inline]
        fn of(chunk: &[u8; CHUNK]) -> Lanes {
            Lanes(*chunk)
        }

        #[inline]
        fn any_of<const N: usize>(&self, wanted: [u8; N]) -> u64 {
            self.bits(|byte| wanted.iter().fold(0, |flag, wanted| flag | u8::from(byte == *wanted)))
        }

        #[inline]
        fn alphanumeric(&self) -> u64 {
            self.bits(|byte| u8::from(byte.is_ascii_alphanumeric()))
        }

        #[inline]
        fn digits(&self) -> u64 {
            self.bits(|byte| u8::from(byte.is_ascii_digit()))
        }

        #[inline]
        fn within(&self, from: u8, to: u8) -> u64 {
            self.bits(|byte| u8::from(byte.wrapping_sub(from) <= to.wrapping_sub(from)))
        }

        #[inline]
        fn beyond_ascii(&self) -> u64 {
            self.bits(|byte| byte >> 7)
        }

        #[inline]
        fn leads(&self) -> u64 {
            self.bits(|byte| (byte & byte << 1) >> 7)
        }
    }

    impl Lanes {
        #[inline]
        fn bits(&self, compare: impl Fn(u8) -> u8) -> u64 {
            let flags = self.0.map(compare);
            let (eights, _) = flags.as_chunks::<8>();
            // The product moves the low bit of byte i to bit 56 + i, without carries.
            eights
                .iter()
                .enumerate()
                .fold(0, |mask, (i, eight)| mask | ((u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * i)))
        }
    }
}

#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
pub(crate) use portable::Lanes;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
pub(crate) use vector::Lanes;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All answers about 64 bytes.
    struct All<'b>(&'b [u8; CHUNK], [u8; 3]);

    impl Walk for All<'_> {
        type Output = [u64; 6];

        #[inline(always)]
        fn walk<L: Look>(self) -> [u64; 6] {
            let lanes = L::of(self.0);
            [lanes.any_of(self.1), lanes.alphanumeric(), lanes.digits(), lanes.beyond_ascii(), lanes.leads(), lanes.within(b'A', b'F')]
        }
    }

    proptest! {
        #[test]
        fn every_width_says_what_a_look_at_every_byte_says(bytes in prop::collection::vec(any::<u8>(), CHUNK), wanted in any::<[u8; 3]>()) {
            let chunk: &[u8; CHUNK] = bytes.first_chunk().expect("64 bytes");
            let bits = |holds: &dyn Fn(u8) -> bool| bytes.iter().enumerate().fold(0u64, |mask, (at, byte)| mask | u64::from(holds(*byte)) << at);
            let slow = [
                bits(&|byte| wanted.contains(&byte)),
                bits(&|byte| byte.is_ascii_alphanumeric()),
                bits(&|byte| byte.is_ascii_digit()),
                bits(&|byte| byte >= 0x80),
                bits(&|byte| byte >= 0xc0),
                bits(&|byte| (b'A'..=b'F').contains(&byte)),
            ];
            for told in each_width(|| widest(All(chunk, wanted))) {
                prop_assert_eq!(told, slow);
            }
        }
    }
}
