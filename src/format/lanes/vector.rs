//! The comparisons of [`super::Look`] with vectors of 16, 32 and 64 bytes, and tables of 128 bytes where the processor has them.

#![expect(unsafe_code, reason = "the language asks for it around vector instructions, even those every processor of the target has")]

use super::{
    CHUNK, Look, OfTable, Sieve, Table, Walk, limit,
    sieve::{FACTOR, MIX, SHIFTS},
};
use std::arch::x86_64::{
    __m128i, __m256i, __m512i, _MM_HINT_T0, _mm_add_epi8, _mm_and_si128, _mm_cmpeq_epi8, _mm_cvtsi32_si128, _mm_min_epu8,
    _mm_movemask_epi8, _mm_or_si128, _mm_prefetch, _mm_set_epi64x, _mm_set1_epi8, _mm_sub_epi8, _mm256_add_epi8, _mm256_and_si256,
    _mm256_cmpeq_epi8, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set_epi64x, _mm256_set1_epi8, _mm256_sub_epi8,
    _mm512_add_epi8, _mm512_add_epi64, _mm512_alignr_epi64, _mm512_and_si512, _mm512_andnot_si512, _mm512_castsi512_si128,
    _mm512_cmpeq_epi8_mask, _mm512_cmpge_epu8_mask, _mm512_cmple_epu8_mask, _mm512_cvtepu8_epi32, _mm512_cvtepu8_epi64,
    _mm512_cvtepu32_epi64, _mm512_gf2p8affine_epi64_epi8, _mm512_i32gather_epi32, _mm512_i64gather_epi32, _mm512_maskz_compress_epi8,
    _mm512_maskz_permutex2var_epi8, _mm512_movepi8_mask, _mm512_movm_epi8, _mm512_mul_epu32, _mm512_mullo_epi32, _mm512_or_si512,
    _mm512_permutex2var_epi8, _mm512_permutexvar_epi8, _mm512_set_epi64, _mm512_set1_epi8, _mm512_set1_epi32, _mm512_set1_epi64,
    _mm512_set4_epi32, _mm512_shuffle_epi8, _mm512_slli_epi64, _mm512_srl_epi32, _mm512_srl_epi64, _mm512_srli_epi32, _mm512_srli_epi64,
    _mm512_srlv_epi32, _mm512_srlv_epi64, _mm512_sub_epi8, _mm512_test_epi32_mask, _mm512_test_epi64_mask, _mm512_xor_si512, _pdep_u64,
};

/// Walks with the widest comparison this processor has.
#[inline]
pub(super) fn widest<W: Walk>(walk: W) -> W::Output {
    if limit() > CHUNK && has_tables() {
        // SAFETY: the processor has what the function is compiled for.
        unsafe { with_tables(walk) }
    } else if limit() >= CHUNK && has_avx512() {
        // SAFETY: the processor has what the function is compiled for.
        unsafe { with_512(walk) }
    } else if limit() >= CHUNK / 2 && has_avx2() {
        // SAFETY: the processor has what the function is compiled for.
        unsafe { with_256(walk) }
    } else {
        walk.walk::<Lanes>()
    }
}

/// See [`super::foresee`].
#[inline(always)]
pub(super) fn foresee(chunk: &[u8; CHUNK]) {
    // SAFETY: nothing is read, and what is asked for is there; needs SSE, as the module does.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(chunk.as_ptr().cast()) };
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

/// Tables of 128 bytes, moves of bits among bytes, bytes chosen by masks: all processors since 2019 that have AVX-512 at all.
#[inline]
fn has_tables() -> bool {
    let vectors = is_x86_feature_detected!("avx512vbmi") && is_x86_feature_detected!("avx512vbmi2");
    vectors && is_x86_feature_detected!("gfni") && has_avx512()
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vbmi2,gfni,avx2,bmi1,bmi2,lzcnt,popcnt")]
fn with_tables<W: Walk>(walk: W) -> W::Output {
    walk.walk::<Tables>()
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

/// The same where there are tables of 128 bytes.
#[derive(Clone, Copy)]
pub(super) struct Tables(Wide);

/// Where bit `i` of byte `7 - j` comes to be bit `j` of byte `i`.
const TURN: i64 = i64::from_le_bytes([1, 2, 4, 8, 16, 32, 64, 128]);

/// The bytes of each eight in the opposite order.
const BACKWARDS: [u8; CHUNK] = {
    let (mut order, mut at) = ([0; CHUNK], 0);
    while at < CHUNK {
        order[at] = (at ^ 7) as u8;
        at += 1;
    }
    order
};

/// The first bytes of all eights, then the second ones, and so on.
const ACROSS: [u8; CHUNK] = {
    let (mut order, mut at) = ([0; CHUNK], 0);
    while at < CHUNK {
        order[at] = (at % 8 * 8 + at / 8) as u8;
        at += 1;
    }
    order
};

/// 0, 1, 2 and so on.
const IN_ORDER: [u8; CHUNK] = {
    let (mut order, mut at) = ([0; CHUNK], 0);
    while at < CHUNK {
        order[at] = at as u8;
        at += 1;
    }
    order
};

#[inline(always)]
fn all_of(bytes: &[u8; CHUNK]) -> __m512i {
    Wide::of(bytes).0
}

impl Look for Tables {
    #[inline(always)]
    fn of(chunk: &[u8; CHUNK]) -> Tables {
        Tables(Wide::of(chunk))
    }

    #[inline(always)]
    fn any_of<const N: usize>(&self, wanted: [u8; N]) -> u64 {
        self.0.any_of(wanted)
    }

    #[inline(always)]
    fn alphanumeric(&self) -> u64 {
        self.0.alphanumeric()
    }

    #[inline(always)]
    fn digits(&self) -> u64 {
        self.0.digits()
    }

    #[inline(always)]
    fn within(&self, from: u8, to: u8) -> u64 {
        self.0.within(from, to)
    }

    #[inline(always)]
    fn beyond_ascii(&self) -> u64 {
        self.0.beyond_ascii()
    }

    #[inline(always)]
    fn leads(&self) -> u64 {
        self.0.leads()
    }

    #[inline(always)]
    fn by_table(chunk: &[u8; CHUNK], table: &Table) -> Option<OfTable> {
        let mut classes = OfTable::default();
        let (eights, _) = classes.0.as_chunks_mut::<8>();
        for (half, eight) in table.0.iter().zip(eights) {
            let (halves, _) = half.as_chunks::<CHUNK>();
            // SAFETY: takes vectors; the type is used only where the processor has the instructions.
            let planes = unsafe {
                let bytes = _mm512_shuffle_epi8(all_of(chunk), all_of(&BACKWARDS));
                let ascii = !_mm512_movepi8_mask(bytes);
                let of = _mm512_maskz_permutex2var_epi8(ascii, all_of(&halves[0]), bytes, all_of(&halves[1]));
                _mm512_permutexvar_epi8(all_of(&ACROSS), _mm512_gf2p8affine_epi64_epi8::<0>(_mm512_set1_epi64(TURN), of))
            };
            *eight = numbers(planes);
        }
        Some(classes)
    }

    #[inline(always)]
    fn sieve(sieve: &Sieve, text: &[u8; 2 * CHUNK], letters: u64, others: u64) -> u64 {
        let (halves, _) = text.as_chunks::<CHUNK>();
        let halves = [all_of(&halves[0]), all_of(&halves[1])];
        by_words(sieve, halves, letters) | by_bytes(sieve, halves, letters | others)
    }
}

#[inline(always)]
fn numbers(vector: __m512i) -> [u64; 8] {
    // SAFETY: a vector is as large as eight numbers, and any bits are numbers.
    unsafe { std::mem::transmute(vector) }
}

/// Asks about the places whose bits are set, `8 * EIGHTS` at a time: the numbers of so many lie first in the vector that is handed over. What
/// is told of them comes back as bits of their own places.
#[inline(always)]
fn in_groups<const EIGHTS: i32>(at: u64, ask: impl Fn(__m128i) -> u64) -> u64 {
    let (mut noted, mut done) = (0, 0);
    // SAFETY: takes vectors and numbers; the processor has the instructions where the caller's type is used.
    unsafe {
        let mut places = _mm512_maskz_compress_epi8(at, all_of(&IN_ORDER));
        while done < at.count_ones() {
            noted |= ask(_mm512_castsi512_si128(places)) << done;
            places = _mm512_alignr_epi64::<EIGHTS>(places, places);
            done += 8 * EIGHTS as u32;
        }
        _pdep_u64(noted, at)
    }
}

/// What [`Sieve::each`] says of letters, eight places at a time.
#[inline(always)]
fn by_words(sieve: &Sieve, [low, high]: [__m512i; 2], at: u64) -> u64 {
    // SAFETY: takes vectors, and reads where a hash of so many bits says in a table with a bit for each;
    // the processor has the instructions where the caller's type is used.
    in_groups::<1>(at, |places| unsafe {
        let each = _mm512_shuffle_epi8(_mm512_cvtepu8_epi64(places), _mm512_set4_epi32(0x0808_0808, 0x0808_0808, 0, 0));
        let from = _mm512_add_epi8(each, _mm512_set1_epi64(0x0706_0504_0302_0100));
        let here = _mm512_or_si512(_mm512_permutex2var_epi8(low, from, high), _mm512_set1_epi8(0x20));
        let letters = _mm512_cmple_epu8_mask(_mm512_sub_epi8(here, _mm512_set1_epi8(b'a' as i8)), _mm512_set1_epi8(25));
        let others = _mm512_movm_epi8(!letters);
        let leading = _mm512_andnot_si512(others, _mm512_add_epi64(others, _mm512_set1_epi64(-1)));
        let hash = |eight: __m512i| {
            let mixed = _mm512_xor_si512(eight, _mm512_srli_epi64::<MIX>(eight));
            _mm512_mul_epu32(mixed, _mm512_set1_epi64(i64::from(FACTOR)))
        };
        // The hash is the lower half of the product: its upper bits say where in the table, the next five which bit.
        let (runs, eights) = (hash(_mm512_and_si512(here, leading)), hash(here));
        let word = |hash: __m512i, shift: u32| _mm512_srl_epi64(_mm512_slli_epi64::<32>(hash), _mm_cvtsi32_si128(32 + shift as i32 + 5));
        let bit =
            |hash: __m512i, shift: u32| _mm512_and_si512(_mm512_srl_epi64(hash, _mm_cvtsi32_si128(shift as i32)), _mm512_set1_epi64(31));
        let known = |table: *const i32, hash: __m512i, shift: u32| {
            let words = _mm512_i64gather_epi32::<4>(word(hash, shift), table);
            _mm512_srlv_epi64(_mm512_cvtepu32_epi64(words), bit(hash, shift))
        };
        let both =
            _mm512_or_si512(known(sieve.runs.as_ptr().cast(), runs, SHIFTS[0]), known(sieve.eights.as_ptr().cast(), eights, SHIFTS[1]));
        u64::from(_mm512_test_epi64_mask(both, _mm512_set1_epi64(1)))
    })
}

/// What it says of the first four bytes, sixteen places at a time.
#[inline(always)]
fn by_bytes(sieve: &Sieve, [low, high]: [__m512i; 2], at: u64) -> u64 {
    // SAFETY: takes vectors, and reads where a hash of so many bits says in a table with an entry for each;
    // the processor has the instructions where the caller's type is used.
    in_groups::<2>(at, |places| unsafe {
        let each = _mm512_shuffle_epi8(_mm512_cvtepu8_epi32(places), _mm512_set4_epi32(0x0c0c_0c0c, 0x0808_0808, 0x0404_0404, 0));
        let here = _mm512_permutex2var_epi8(low, _mm512_add_epi8(each, _mm512_set1_epi32(0x0302_0100)), high);
        let hash = _mm512_mullo_epi32(_mm512_and_si512(here, _mm512_set1_epi32(0xffff)), _mm512_set1_epi32(FACTOR as i32));
        let place = _mm512_srl_epi32(hash, _mm_cvtsi32_si128(SHIFTS[2] as i32));
        let follow = _mm512_i32gather_epi32::<4>(place, sieve.pairs.as_ptr().cast());
        let which = _mm512_xor_si512(_mm512_srli_epi32::<16>(here), _mm512_srli_epi32::<24>(here));
        let known = _mm512_srlv_epi32(follow, _mm512_and_si512(which, _mm512_set1_epi32(31)));
        u64::from(_mm512_test_epi32_mask(known, _mm512_set1_epi32(1)))
    })
}
