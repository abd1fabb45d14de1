//! Compares 64 bytes at once and gives the answer as one word: bit `i` is byte `i`.
//!
//! Every x86-64 processor has the instructions this needs, so nothing is looked up at run time;
//! elsewhere the loops below are written so that compilers make vector code of them.

pub(crate) const CHUNK: usize = 64;

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod vector {
    #![expect(unsafe_code, reason = "the language asks for it around vector instructions, even those every processor of the target has")]

    use super::CHUNK;
    use std::arch::x86_64::{
        __m128i, _mm_add_epi8, _mm_and_si128, _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8,
        _mm_sub_epi8,
    };

    /// 64 bytes, ready to be compared.
    #[derive(Clone, Copy)]
    pub(crate) struct Lanes([__m128i; 4]);

    impl Lanes {
        #[inline(always)]
        pub(crate) fn of(chunk: &[u8; CHUNK]) -> Lanes {
            let (halves, _) = chunk.as_chunks::<8>();
            let half = |at: usize| i64::from_le_bytes(halves[at]);
            // SAFETY: takes numbers, needs SSE2, without which this module is not compiled.
            Lanes(std::array::from_fn(|lane| unsafe { _mm_set_epi64x(half(2 * lane + 1), half(2 * lane)) }))
        }

        /// Which bytes are one of these.
        #[inline(always)]
        pub(crate) fn any_of<const N: usize>(&self, wanted: [u8; N]) -> u64 {
            // SAFETY: takes vectors, needs SSE2, without which this module is not compiled.
            self.bits(|lane| unsafe {
                let mut all = _mm_set1_epi8(0);
                for byte in wanted {
                    all = _mm_or_si128(all, _mm_cmpeq_epi8(lane, _mm_set1_epi8(byte as i8)));
                }
                all
            })
        }

        /// Which bytes are ASCII digits or letters.
        #[inline(always)]
        pub(crate) fn alphanumeric(&self) -> u64 {
            // SAFETY: takes vectors, needs SSE2, without which this module is not compiled.
            let within = |value: __m128i, most: i8| unsafe { _mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(most)), value) };
            // SAFETY: the same.
            self.bits(|lane| unsafe {
                let digit = within(_mm_sub_epi8(lane, _mm_set1_epi8(b'0' as i8)), 9);
                let lower = _mm_or_si128(lane, _mm_set1_epi8(0x20));
                _mm_or_si128(digit, within(_mm_sub_epi8(lower, _mm_set1_epi8(b'a' as i8)), 25))
            })
        }

        /// Which bytes are ASCII digits.
        #[inline(always)]
        pub(crate) fn digits(&self) -> u64 {
            // SAFETY: takes vectors, needs SSE2, without which this module is not compiled.
            self.bits(|lane| unsafe {
                let value = _mm_sub_epi8(lane, _mm_set1_epi8(b'0' as i8));
                _mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value)
            })
        }

        /// Which bytes have the highest bit set.
        #[inline(always)]
        pub(crate) fn beyond_ascii(&self) -> u64 {
            self.bits(|lane| lane)
        }

        /// Which bytes have the highest two bits set: in UTF-8, the first ones of characters beyond ASCII.
        #[inline(always)]
        pub(crate) fn leads(&self) -> u64 {
            // SAFETY: takes a vector, needs SSE2, without which this module is not compiled.
            self.bits(|lane| unsafe { _mm_and_si128(lane, _mm_add_epi8(lane, lane)) })
        }

        #[inline(always)]
        fn bits(&self, compare: impl Fn(__m128i) -> __m128i) -> u64 {
            let [first, second, third, fourth] = self.0;
            // SAFETY: takes a vector, needs SSE2, without which this module is not compiled.
            let mask = |lane| u64::from(unsafe { _mm_movemask_epi8(compare(lane)) } as u16);
            mask(first) | mask(second) << 16 | mask(third) << 32 | mask(fourth) << 48
        }
    }
}

#[cfg(any(test, not(all(target_arch = "x86_64", target_feature = "sse2"))))]
mod portable {
    use super::CHUNK;

    /// 64 bytes, ready to be compared.
    #[derive(Clone, Copy)]
    pub(crate) struct Lanes([u8; CHUNK]);

    impl Lanes {
        #[inline]
        pub(crate) fn of(chunk: &[u8; CHUNK]) -> Lanes {
            Lanes(*chunk)
        }

        /// Which bytes are one of these.
        #[inline]
        pub(crate) fn any_of<const N: usize>(&self, wanted: [u8; N]) -> u64 {
            self.bits(|byte| wanted.iter().fold(0, |flag, wanted| flag | u8::from(byte == *wanted)))
        }

        /// Which bytes are ASCII digits or letters.
        #[inline]
        pub(crate) fn alphanumeric(&self) -> u64 {
            self.bits(|byte| u8::from(byte.is_ascii_alphanumeric()))
        }

        /// Which bytes are ASCII digits.
        #[inline]
        pub(crate) fn digits(&self) -> u64 {
            self.bits(|byte| u8::from(byte.is_ascii_digit()))
        }

        /// Which bytes have the highest bit set.
        #[inline]
        pub(crate) fn beyond_ascii(&self) -> u64 {
            self.bits(|byte| byte >> 7)
        }

        /// Which bytes have the highest two bits set: in UTF-8, the first ones of characters beyond ASCII.
        #[inline]
        pub(crate) fn leads(&self) -> u64 {
            self.bits(|byte| (byte & byte << 1) >> 7)
        }

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

    proptest! {
        #[test]
        fn both_ways_say_what_a_look_at_every_byte_says(bytes in prop::collection::vec(any::<u8>(), CHUNK), wanted in any::<[u8; 3]>()) {
            let chunk: &[u8; CHUNK] = bytes.first_chunk().expect("64 bytes");
            let bits = |holds: &dyn Fn(u8) -> bool| bytes.iter().enumerate().fold(0u64, |mask, (at, byte)| mask | u64::from(holds(*byte)) << at);
            let any = bits(&|byte| wanted.contains(&byte));
            let classes = [bits(&|byte| byte.is_ascii_alphanumeric()), bits(&|byte| byte.is_ascii_digit()), bits(&|byte| byte >= 0x80), bits(&|byte| byte >= 0xc0)];
            let (here, portable) = (Lanes::of(chunk), portable::Lanes::of(chunk));
            prop_assert_eq!((here.any_of(wanted), portable.any_of(wanted)), (any, any));
            prop_assert_eq!([here.alphanumeric(), here.digits(), here.beyond_ascii(), here.leads()], classes);
            prop_assert_eq!([portable.alphanumeric(), portable.digits(), portable.beyond_ascii(), portable.leads()], classes);
        }
    }
}
