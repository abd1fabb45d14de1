//! The comparisons of [`super::Look`] with vectors of 16, 32 and 64 bytes, and tables of 128 bytes where the processor has them.

#![expect(unsafe_code, reason = "the language asks for it around vector instructions, even those every processor of the target has")]

use super::{
    CHUNK, CLASSES, EIGHT, Eight, HalfTable, Look, STRETCH, Sieve, Table, Walk, Words, limit,
    orders::{ACROSS, BACKWARDS, EXCHANGES, IN_ORDER, TURN},
    sieve::{FACTOR, MIX, NINTH, ONE_LETTER, SHIFTS, THREE_BYTES},
};
use std::arch::x86_64::*;
use std::{
    ops::{BitAnd, BitOr, Not},
    sync::LazyLock,
};

/// Walks with the widest comparison this processor has.
#[inline]
pub(super) fn widest<W: Walk>(walk: W) -> W::Output {
    let most = limit().min(*MOST);
    if most > CHUNK {
        // SAFETY: the processor has what the function is compiled for.
        unsafe { with_tables(walk) }
    } else if most == CHUNK {
        // SAFETY: the processor has what the function is compiled for.
        unsafe { with_512(walk) }
    } else if most == CHUNK / 2 {
        // SAFETY: the processor has what the function is compiled for.
        unsafe { with_256(walk) }
    } else {
        walk.walk::<Lanes>()
    }
}

/// How many bytes the processor compares at once, as [`limit`] counts them.
static MOST: LazyLock<usize> = LazyLock::new(|| match (has_tables(), has_avx512(), has_avx2()) {
    (true, ..) => 2 * CHUNK,
    (_, true, _) => CHUNK,
    (.., true) => CHUNK / 2,
    _ => CHUNK / 4,
});

/// See [`super::foresee`].
#[inline(always)]
pub(super) fn foresee(chunk: &[u8; CHUNK]) {
    // SAFETY: nothing is read, and what is asked for is there; needs SSE, as the module does.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(chunk.as_ptr().cast()) };
}

fn has_avx2() -> bool {
    let counts_bits = is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("lzcnt") && is_x86_feature_detected!("popcnt");
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2") && is_x86_feature_detected!("pclmulqdq") && counts_bits
}

fn has_avx512() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") && has_avx2()
}

/// Tables of 128 bytes, moves of bits among bytes, bytes chosen by masks: all processors since 2019 that have AVX-512 at all.
fn has_tables() -> bool {
    let vectors = is_x86_feature_detected!("avx512vbmi") && is_x86_feature_detected!("avx512vbmi2");
    let counts = is_x86_feature_detected!("avx512cd") && is_x86_feature_detected!("avx512vpopcntdq");
    vectors && counts && is_x86_feature_detected!("gfni") && has_avx512()
}

#[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512vbmi,avx512vbmi2,avx512vpopcntdq,gfni,avx2,bmi1,bmi2,lzcnt,pclmulqdq,popcnt")]
fn with_tables<W: Walk>(walk: W) -> W::Output {
    walk.walk::<Tables>()
}

#[target_feature(enable = "avx512f,avx512bw,avx2,bmi1,bmi2,lzcnt,pclmulqdq,popcnt")]
fn with_512<W: Walk>(walk: W) -> W::Output {
    walk.walk::<Wide>()
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,pclmulqdq,popcnt")]
fn with_256<W: Walk>(walk: W) -> W::Output {
    walk.walk::<Pair>()
}

/// Comparisons with vectors whose equal bytes become bytes of ones. Loops, no closures: what becomes no part of its caller for certain is
/// compiled without the instructions.
macro_rules! by_masks {
    ($lanes:ident, $count:literal, $vector:ty, $of:ident, $set:ident, $sub:ident, $or:ident, $equal:ident, $min:ident, $mask:ident, $bits:ty) => {
        impl $lanes {
            #[inline(always)]
            fn bits(lanes: [$vector; $count]) -> u64 {
                let mut bits = 0;
                for (at, lane) in lanes.iter().enumerate() {
                    // SAFETY: takes a vector; the type is used only where the processor has the instruction.
                    bits |= u64::from(unsafe { $mask(*lane) } as $bits) << (CHUNK / $count * at);
                }
                bits
            }

            /// Whether bytes are so much from `from` on at most.
            #[inline(always)]
            fn lane_within(lane: $vector, from: u8, most: u8) -> $vector {
                // SAFETY: takes vectors; the type is used only where the processor has the instructions.
                unsafe {
                    let value = $sub(lane, $set(from as i8));
                    $equal($min(value, $set(most as i8)), value)
                }
            }
        }

        impl Look for $lanes {
            type Eight = Words;

            #[inline(always)]
            fn of(chunk: &[u8; CHUNK]) -> $lanes {
                let mut lanes = [$of(chunk, 0); $count];
                for (at, lane) in lanes.iter_mut().enumerate() {
                    *lane = $of(chunk, at);
                }
                $lanes(lanes)
            }

            #[inline(always)]
            fn any_of<const N: usize>(&self, wanted: [u8; N]) -> u64 {
                let mut lanes = self.0;
                for lane in &mut lanes {
                    // SAFETY: takes vectors; the type is used only where the processor has the instructions.
                    unsafe {
                        let mut all = $set(0);
                        for byte in wanted {
                            all = $or(all, $equal(*lane, $set(byte as i8)));
                        }
                        *lane = all;
                    }
                }
                Self::bits(lanes)
            }

            #[inline(always)]
            fn alphanumeric(&self) -> u64 {
                let mut lanes = self.0;
                for lane in &mut lanes {
                    let digits = Self::lane_within(*lane, b'0', 9);
                    // SAFETY: takes vectors; the type is used only where the processor has the instructions.
                    *lane = unsafe { $or(digits, Self::lane_within($or(*lane, $set(0x20)), b'a', 25)) };
                }
                Self::bits(lanes)
            }

            #[inline(always)]
            fn within(&self, from: u8, to: u8) -> u64 {
                let mut lanes = self.0;
                for lane in &mut lanes {
                    *lane = Self::lane_within(*lane, from, to.wrapping_sub(from));
                }
                Self::bits(lanes)
            }

            #[inline(always)]
            fn beyond_ascii(&self) -> u64 {
                Self::bits(self.0)
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
fn sixteen(chunk: &[u8; CHUNK], at: usize) -> __m128i {
    // SAFETY: takes numbers, needs SSE2, without which this module is not compiled.
    unsafe { _mm_set_epi64x(number(chunk, 2 * at + 1), number(chunk, 2 * at)) }
}

by_masks!(Lanes, 4, __m128i, sixteen, _mm_set1_epi8, _mm_sub_epi8, _mm_or_si128, _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, u16);

/// Twice thirty-two bytes: AVX2.
#[derive(Clone, Copy)]
pub(super) struct Pair([__m256i; 2]);

#[inline(always)]
fn thirty_two(chunk: &[u8; CHUNK], at: usize) -> __m256i {
    let first = 4 * at;
    // SAFETY: takes numbers; the type is used only where the processor has AVX2.
    unsafe { _mm256_set_epi64x(number(chunk, first + 3), number(chunk, first + 2), number(chunk, first + 1), number(chunk, first)) }
}

by_masks!(
    Pair,
    2,
    __m256i,
    thirty_two,
    _mm256_set1_epi8,
    _mm256_sub_epi8,
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
    type Eight = Words;

    #[inline(always)]
    fn of(chunk: &[u8; CHUNK]) -> Wide {
        let at = |place| number(chunk, place);
        // SAFETY: takes numbers; the type is used only where the processor has AVX-512.
        Wide(unsafe { _mm512_set_epi64(at(7), at(6), at(5), at(4), at(3), at(2), at(1), at(0)) })
    }

    #[inline(always)]
    fn any_of<const N: usize>(&self, wanted: [u8; N]) -> u64 {
        let mut bits = 0;
        for byte in wanted {
            // SAFETY: takes vectors; the type is used only where the processor has AVX-512.
            bits |= unsafe { _mm512_cmpeq_epi8_mask(self.0, _mm512_set1_epi8(byte as i8)) };
        }
        bits
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
}

/// The same where there are tables of 128 bytes.
#[derive(Clone, Copy)]
pub(super) struct Tables(Wide);

#[inline(always)]
fn all_of(bytes: &[u8; CHUNK]) -> __m512i {
    Wide::of(bytes).0
}

macro_rules! by_wide {
    ($($name:ident($($given:ident: $kind:ty),*);)*) => {$(
        #[inline(always)]
        fn $name(&self, $($given: $kind),*) -> u64 {
            self.0.$name($($given),*)
        }
    )*};
}

impl Look for Tables {
    type Eight = Vector;

    #[inline(always)]
    fn of(chunk: &[u8; CHUNK]) -> Tables {
        Tables(Wide::of(chunk))
    }

    by_wide! {
        alphanumeric();
        within(from: u8, to: u8);
        beyond_ascii();
        leads();
    }

    #[inline(always)]
    fn any_of<const N: usize>(&self, wanted: [u8; N]) -> u64 {
        self.0.any_of(wanted)
    }

    #[inline(always)]
    fn by_table(chunks: &[[u8; CHUNK]; EIGHT], rows: usize, table: &Table) -> Option<[Self::Eight; CLASSES]> {
        let mut classes = [Self::Eight::all(0); CLASSES];
        if rows <= 1 {
            for (half, eight) in table.0.iter().zip(classes.as_chunks_mut::<EIGHT>().0) {
                for (of, word) in eight.iter_mut().zip(numbers(in_half(&chunks[0], half))) {
                    *of = Vector::of([word, 0, 0, 0, 0, 0, 0, 0]);
                }
            }
            return Some(classes);
        }
        for (half, eight) in table.0.iter().zip(classes.as_chunks_mut::<EIGHT>().0) {
            for (chunk, of) in chunks.iter().zip(eight.iter_mut()) {
                *of = Vector(in_half(chunk, half));
            }
            across(eight);
        }
        Some(classes)
    }

    #[inline(always)]
    fn list(word: u64, first: u16, into: &mut [u16; CHUNK]) {
        let (halves, _) = into.as_chunks_mut::<{ CHUNK / 2 }>();
        // SAFETY: takes vectors; the type is used only where the processor has the instructions.
        let places = unsafe { _mm512_maskz_compress_epi8(word, all_of(&IN_ORDER)) };
        let counted = |half: __m256i| {
            // SAFETY: takes vectors, and a vector is as large as 32 numbers; the type is used only where the processor has the instructions.
            unsafe { std::mem::transmute(_mm512_add_epi16(_mm512_cvtepu8_epi16(half), _mm512_set1_epi16(first as i16))) }
        };
        // SAFETY: takes vectors; the type is used only where the processor has the instructions.
        let [low, high] = unsafe { [_mm512_castsi512_si256(places), _mm512_extracti64x4_epi64::<1>(places)] };
        halves[0] = counted(low);
        if word.count_ones() > 32 {
            halves[1] = counted(high);
        }
    }

    #[inline(always)]
    fn sieve(sieve: &Sieve, text: &[u8], places: &mut [u16], count: usize) -> usize {
        let held = text.len().checked_sub(CHUNK).and_then(usize::checked_ilog2).map(|bits| (1 << bits) - 1);
        // A few are quicker asked about one by one.
        let Some(held) = held.filter(|_| count > EIGHT) else { return sieve.each(text, places, count) };
        let count = keep(places, count, |sixteen| by_beginnings(sieve, text, held, sixteen));
        keep(places, count, |eight| by_words(sieve, text, held, eight))
    }
}

/// Of eight classes of 64 bytes a word each.
#[inline(always)]
fn in_half(chunk: &[u8; CHUNK], half: &HalfTable) -> __m512i {
    let (ascii, _) = half.ascii.as_chunks::<CHUNK>();
    // SAFETY: takes vectors; the processor has the instructions where the caller's type is used.
    unsafe {
        let bytes = _mm512_shuffle_epi8(all_of(chunk), all_of(&BACKWARDS));
        let of = _mm512_permutex2var_epi8(all_of(&ascii[0]), bytes, all_of(&ascii[1]));
        let of = _mm512_mask_mov_epi8(of, _mm512_movepi8_mask(bytes), _mm512_set1_epi8(half.beyond as i8));
        let leads = _mm512_cmpge_epu8_mask(bytes, _mm512_set1_epi8(0xc0_u8 as i8));
        let of = _mm512_mask_mov_epi8(of, leads, _mm512_set1_epi8(half.leads as i8));
        _mm512_permutexvar_epi8(all_of(&ACROSS), _mm512_gf2p8affine_epi64_epi8::<0>(_mm512_set1_epi64(TURN), of))
    }
}

/// Word `i` of vector `j` becomes word `j` of vector `i`: by halves, quarters and neighbours.
#[inline(always)]
fn across(vectors: &mut [Vector; EIGHT]) {
    for (step, [low, high]) in [4, 2, 1].into_iter().zip(&EXCHANGES) {
        for at in (0..EIGHT).filter(|at| at & step == 0) {
            let (a, b) = (vectors[at].0, vectors[at + step].0);
            // SAFETY: takes vectors; the type is used only where the processor has AVX-512.
            unsafe {
                vectors[at] = Vector(_mm512_permutex2var_epi64(a, of_numbers(low), b));
                vectors[at + step] = Vector(_mm512_permutex2var_epi64(a, of_numbers(high), b));
            }
        }
    }
}

/// Eight words of bits, where there are tables of 128 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vector(__m512i);

#[inline(always)]
fn of_numbers(words: &[u64; EIGHT]) -> __m512i {
    // SAFETY: eight numbers are as large as a vector, and any bits are one.
    unsafe { std::mem::transmute(*words) }
}

/// What is made of vectors alone.
macro_rules! of_vectors {
    ($($name:ident($one:ident $(, $other:ident)*) = $made:expr;)*) => {$(
        #[inline(always)]
        fn $name($one $(, $other: Self)*) -> Self {
            // SAFETY: takes vectors; the type is used only where the processor has the instructions.
            Vector(unsafe { $made })
        }
    )*};
}

impl BitAnd for Vector {
    type Output = Self;

    of_vectors! { bitand(self, other) = _mm512_and_si512(self.0, other.0); }
}

impl BitOr for Vector {
    type Output = Self;

    of_vectors! { bitor(self, other) = _mm512_or_si512(self.0, other.0); }
}

impl Not for Vector {
    type Output = Self;

    of_vectors! { not(self) = _mm512_andnot_si512(self.0, _mm512_set1_epi64(-1)); }
}

impl Eight for Vector {
    of_vectors! {
        preceding(self, before) = _mm512_alignr_epi64::<7>(self.0, before.0);
        following(self, behind) = _mm512_alignr_epi64::<1>(behind.0, self.0);
        filled(self) = _mm512_maskz_set1_epi64(_mm512_test_epi64_mask(self.0, self.0), -1);
        pick(self, at) = _mm512_permutexvar_epi64(at.0, self.0);
        has(self, places) = {
            let words = _mm512_permutexvar_epi64(_mm512_srli_epi64::<6>(places.0), self.0);
            let bits = _mm512_rolv_epi64(_mm512_set1_epi64(1), places.0);
            _mm512_maskz_set1_epi64(_mm512_test_epi64_mask(words, bits), -1)
        };
        window(self, high, from) = _mm512_shrdv_epi64(self.0, high.0, from.0);
        without(self, bits) = _mm512_srlv_epi64(self.0, bits.0);
        zeros(self) = _mm512_popcnt_epi64(_mm512_andnot_si512(self.0, _mm512_add_epi64(self.0, _mm512_set1_epi64(-1))));
        zeros_above(self) = _mm512_lzcnt_epi64(self.0);
        ones(self) = _mm512_popcnt_epi64(self.0);
        plus(self, other) = _mm512_add_epi64(self.0, other.0);
        least(self, other) = _mm512_min_epu64(self.0, other.0);
        is(self, other) = _mm512_maskz_set1_epi64(_mm512_cmpeq_epu64_mask(self.0, other.0), -1);
    }

    #[inline(always)]
    fn of(words: [u64; EIGHT]) -> Vector {
        Vector(of_numbers(&words))
    }

    #[inline(always)]
    fn words(self) -> [u64; EIGHT] {
        numbers(self.0)
    }

    #[inline(always)]
    fn up(self, low: Vector, places: u32) -> Vector {
        // SAFETY: takes vectors; the type is used only where the processor has the instructions.
        Vector(unsafe { _mm512_shldv_epi64(self.0, low.0, _mm512_set1_epi64(i64::from(places))) })
    }

    #[inline(always)]
    fn down(self, high: Vector, places: u32) -> Vector {
        // SAFETY: takes vectors; the type is used only where the processor has the instructions.
        Vector(unsafe { _mm512_shrdv_epi64(self.0, high.0, _mm512_set1_epi64(i64::from(places))) })
    }

    #[inline(always)]
    fn look_up<const N: usize>(self, table: &[u64; N]) -> Vector {
        const { assert!(N.is_power_of_two()) }
        // SAFETY: takes vectors, and reads entries of the table at places held to its length; the type is used only where the processor
        // has the instructions.
        unsafe {
            let at = _mm512_and_si512(self.0, _mm512_set1_epi64(N as i64 - 1));
            Vector(_mm512_i64gather_epi64::<8>(at, table.as_ptr().cast()))
        }
    }

    #[inline(always)]
    fn bytes_of(self, behind: Vector, text: &[u8; STRETCH]) -> Vector {
        const { assert!(STRETCH >= 511 + CHUNK + 8) }
        // SAFETY: takes vectors, and reads eight bytes of the text from places on that are held to its first 512, and up to 64 behind them;
        // the type is used only where the processor has the instructions.
        unsafe {
            let at = _mm512_and_si512(self.0, _mm512_set1_epi64(511));
            let at = _mm512_add_epi64(at, _mm512_min_epu64(behind.0, _mm512_set1_epi64(64)));
            Vector(_mm512_and_si512(_mm512_i64gather_epi64::<1>(at, text.as_ptr().cast()), _mm512_set1_epi64(0xff)))
        }
    }

    #[inline(always)]
    fn which(self) -> u8 {
        // SAFETY: takes a vector; the type is used only where the processor has the instructions.
        unsafe { _mm512_test_epi64_mask(self.0, self.0) }
    }

    #[inline(always)]
    fn pack(self, which: u8, into: &mut [u16; EIGHT]) {
        // SAFETY: takes vectors, and one of 128 bits is eight numbers; the type is used only where the processor has the instructions.
        *into = unsafe { std::mem::transmute::<__m128i, [u16; EIGHT]>(_mm512_cvtepi64_epi16(_mm512_maskz_compress_epi64(which, self.0))) };
    }

    #[inline(always)]
    fn of_places(places: &[u16; EIGHT]) -> Vector {
        // SAFETY: takes a vector, and eight numbers of 16 bits are one; the type is used only where the processor has the instructions.
        Vector(unsafe { _mm512_cvtepu16_epi64(std::mem::transmute::<[u16; EIGHT], __m128i>(*places)) })
    }

    #[inline(always)]
    fn add(self, other: Vector, carry: &mut bool) -> Vector {
        // SAFETY: takes vectors; the type is used only where the processor has the instructions.
        unsafe {
            let ones = _mm512_set1_epi64(-1);
            let sum = _mm512_add_epi64(self.0, other.0);
            // Which words carry, and which are all ones: these pass on what is carried into them, as the digits nine do.
            let (carrying, passing) = (_mm512_cmplt_epu64_mask(sum, self.0), _mm512_cmpeq_epu64_mask(sum, ones));
            let into = u32::from(carrying) << 1 | u32::from(*carry);
            let passed = (into + u32::from(passing)) ^ u32::from(passing);
            *carry = passed >> EIGHT & 1 != 0;
            Vector(_mm512_mask_sub_epi64(sum, passed as u8, sum, ones))
        }
    }
}

#[inline(always)]
fn numbers(vector: __m512i) -> [u64; 8] {
    // SAFETY: a vector is as large as eight numbers, and any bits are numbers.
    unsafe { std::mem::transmute(vector) }
}

/// Keeps those of the first so many places that are told by bits to be worth it, so many at a time. Returns how many are.
#[inline(always)]
fn keep<const SOME: usize>(places: &mut [u16], count: usize, is_worth: impl Fn(&[u16; SOME]) -> u32) -> usize {
    let mut kept = 0;
    for first in (0..count).step_by(SOME) {
        let Some(asked) = places.get(first..).and_then(|rest| rest.first_chunk::<SOME>()).copied() else { break };
        let worth = is_worth(&asked) & (u32::MAX >> 32_usize.saturating_sub(count - first));
        let mut all = [0; CHUNK / 2];
        all[..SOME].copy_from_slice(&asked);
        // SAFETY: takes vectors, and 32 numbers are as large as one; the processor has the instruction where the caller's type is used.
        let packed: [u16; CHUNK / 2] =
            unsafe { std::mem::transmute(_mm512_maskz_compress_epi16(worth, std::mem::transmute::<[u16; CHUNK / 2], __m512i>(all))) };
        // Never beyond what is read already: as many are kept at most as were asked about.
        let Some(free) = places.get_mut(kept..).and_then(|rest| rest.first_chunk_mut::<SOME>()) else { break };
        free.copy_from_slice(&packed[..SOME]);
        kept += worth.count_ones() as usize;
    }
    kept
}

/// What [`Sieve::each`] says first of what begins at these places.
#[inline(always)]
fn by_beginnings(sieve: &Sieve, text: &[u8], held: usize, places: &[u16; 16]) -> u32 {
    // SAFETY: takes vectors, and reads four bytes of the text at places held to what is 64 bytes before its end, and of the table the
    // entry that a hash of so many bits names; the processor has the instructions where the caller's type is used.
    unsafe {
        let places =
            _mm512_and_si512(_mm512_cvtepu16_epi32(std::mem::transmute::<[u16; 16], __m256i>(*places)), _mm512_set1_epi32(held as i32));
        let here = _mm512_or_si512(_mm512_i32gather_epi32::<1>(places, text.as_ptr().cast()), _mm512_set1_epi8(0x20));
        let letters = _mm512_cmple_epu8_mask(_mm512_sub_epi8(here, _mm512_set1_epi8(b'a' as i8)), _mm512_set1_epi8(25));
        let others = _mm512_movm_epi8(!letters);
        let leading = _mm512_andnot_si512(others, _mm512_add_epi32(others, _mm512_set1_epi32(-1)));
        let few = _mm512_cmple_epu32_mask(leading, _mm512_set1_epi32(ONE_LETTER as i32));
        let beginning = _mm512_and_si512(here, _mm512_mask_mov_epi32(leading, few, _mm512_set1_epi32(THREE_BYTES as i32)));
        let hash = _mm512_mullo_epi32(beginning, _mm512_set1_epi32(FACTOR as i32));
        let place = _mm512_srl_epi32(hash, _mm_cvtsi32_si128(SHIFTS[0] as i32));
        let known = _mm512_i32gather_epi32::<4>(_mm512_srli_epi32::<5>(place), sieve.beginnings.as_ptr().cast());
        u32::from(_mm512_test_epi32_mask(_mm512_rorv_epi32(known, place), _mm512_set1_epi32(1)))
    }
}

/// The upper bits of the hash of numbers of 32 bits, which is the lower half of a product.
#[inline(always)]
fn hashed(number: __m512i, shift: u32) -> __m512i {
    // SAFETY: takes vectors; the processor has the instructions where the caller's type is used.
    unsafe { _mm512_srl_epi64(_mm512_mul_epu32(number, _mm512_set1_epi64(i64::from(FACTOR))), _mm_cvtsi32_si128(shift as i32)) }
}

/// As the lowest bit, that of a table under the hash of each eight bytes: its upper bits say where in the table, the next ones, changed by
/// these, which bit.
#[inline(always)]
fn known(table: &[u64], eight: __m512i, shift: u32, changed: __m512i) -> __m512i {
    // SAFETY: takes vectors, and reads entries of the table at places held to its length; the processor has the instructions where the
    // caller's type is used.
    unsafe {
        let place = hashed(_mm512_xor_si512(eight, _mm512_srli_epi64::<MIX>(eight)), shift);
        let word = _mm512_and_si512(_mm512_srli_epi64::<6>(place), _mm512_set1_epi64(table.len() as i64 - 1));
        _mm512_rorv_epi64(_mm512_i64gather_epi64::<8>(word, table.as_ptr().cast()), _mm512_xor_si512(place, changed))
    }
}

/// What it says then of what is left.
#[inline(always)]
fn by_words(sieve: &Sieve, text: &[u8], held: usize, places: &[u16; 8]) -> u32 {
    // SAFETY: takes vectors, and reads sixteen bytes of the text at places held to what is 64 bytes before its end, and of each table the
    // entry that a hash of so many bits names; the processor has the instructions where the caller's type is used.
    unsafe {
        let places =
            _mm512_and_si512(_mm512_cvtepu16_epi64(std::mem::transmute::<[u16; 8], __m128i>(*places)), _mm512_set1_epi64(held as i64));
        let bytes = _mm512_i64gather_epi64::<1>(places, text.as_ptr().cast());
        let here = _mm512_or_si512(bytes, _mm512_set1_epi8(0x20));
        let letters = _mm512_cmple_epu8_mask(_mm512_sub_epi8(here, _mm512_set1_epi8(b'a' as i8)), _mm512_set1_epi8(25));
        let others = _mm512_movm_epi8(!letters);
        let leading = _mm512_andnot_si512(others, _mm512_add_epi64(others, _mm512_set1_epi64(-1)));
        let ninth = _mm512_and_si512(_mm512_i64gather_epi64::<1>(places, text.as_ptr().add(8).cast()), _mm512_set1_epi64(i64::from(NINTH)));
        let run = known(&*sieve.runs, _mm512_and_si512(here, leading), SHIFTS[1], _mm512_setzero_si512());
        let eight = known(&*sieve.eights, here, SHIFTS[2], _mm512_slli_epi64::<1>(ninth));
        let place = hashed(_mm512_and_si512(bytes, _mm512_set1_epi64(0xffff)), SHIFTS[3]);
        let place = _mm512_and_si512(place, _mm512_set1_epi64(sieve.pairs.len() as i64 - 1));
        let follow = _mm512_cvtepu32_epi64(_mm512_i64gather_epi32::<4>(place, sieve.pairs.as_ptr().cast()));
        let which = _mm512_xor_si512(_mm512_srli_epi64::<16>(bytes), _mm512_srli_epi64::<24>(bytes));
        let pair = _mm512_srlv_epi64(follow, _mm512_and_si512(which, _mm512_set1_epi64(31)));
        let known = _mm512_or_si512(_mm512_and_si512(_mm512_or_si512(run, eight), leading), pair);
        u32::from(_mm512_test_epi64_mask(known, _mm512_set1_epi64(1)))
    }
}
