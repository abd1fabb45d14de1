//! The comparisons of [`super::Look`] with vectors of 16, 32 and 64 bytes, and tables of 128 bytes where the processor has them.

#![expect(unsafe_code, reason = "the language asks for it around vector instructions, even those every processor of the target has")]

use super::{
    CHUNK, CLASSES, EIGHT, Eight, HalfTable, Look, Openings, STRETCH, Sieve, Table, Walk, Words, limit,
    orders::{ACROSS, BACKWARDS, EXCHANGES, IN_ORDER, TURN},
    sift,
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
pub(super) fn all_of(bytes: &[u8; CHUNK]) -> __m512i {
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
        // Loops over places: what goes over several lists at once becomes no part of its caller for certain.
        let ([low, high], []) = classes.as_chunks_mut::<EIGHT>() else { return None };
        let mut beyond = all_of(&chunks[0]);
        for chunk in &chunks[1..] {
            // SAFETY: takes vectors; the type is used only where the processor has the instructions.
            beyond = unsafe { _mm512_or_si512(beyond, all_of(chunk)) };
        }
        // SAFETY: takes a vector; the type is used only where the processor has the instructions.
        if unsafe { _mm512_movepi8_mask(beyond) } == 0 {
            for at in 0..EIGHT {
                let bytes = backwards(&chunks[at]);
                (low[at], high[at]) = (Vector(turned(in_ascii(bytes, &table.0[0]))), Vector(turned(in_ascii(bytes, &table.0[1]))));
            }
        } else {
            for at in 0..EIGHT {
                (low[at], high[at]) = (Vector(in_half(&chunks[at], &table.0[0])), Vector(in_half(&chunks[at], &table.0[1])));
            }
        }
        across(low);
        across(high);
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
    fn may_open(openings: &Openings, first: &[u8; CHUNK], second: &[u8; CHUNK]) -> u64 {
        sift::may_open(openings, all_of(first), all_of(second))
    }

    #[inline(always)]
    fn sieve(sieve: &Sieve, text: &[u8], places: &mut [u16], count: usize) -> usize {
        sift::each(sieve, text, places, count)
    }
}

/// Of eight classes of 64 bytes a word each.
#[inline(always)]
fn in_half(chunk: &[u8; CHUNK], half: &HalfTable) -> __m512i {
    let bytes = backwards(chunk);
    // SAFETY: takes vectors; the processor has the instructions where the caller's type is used.
    turned(unsafe {
        let of = _mm512_mask_mov_epi8(in_ascii(bytes, half), _mm512_movepi8_mask(bytes), _mm512_set1_epi8(half.beyond as i8));
        let leads = _mm512_cmpge_epu8_mask(bytes, _mm512_set1_epi8(0xc0_u8 as i8));
        _mm512_mask_mov_epi8(of, leads, _mm512_set1_epi8(half.leads as i8))
    })
}

/// The bytes of each eight in the opposite order, as [`turned`] takes them.
#[inline(always)]
fn backwards(chunk: &[u8; CHUNK]) -> __m512i {
    // SAFETY: takes vectors; the processor has the instruction where the caller's type is used.
    unsafe { _mm512_shuffle_epi8(all_of(chunk), all_of(&BACKWARDS)) }
}

/// The classes of bytes, of which those beyond ASCII count for what they are without their highest bit.
#[inline(always)]
fn in_ascii(bytes: __m512i, half: &HalfTable) -> __m512i {
    let (ascii, _) = half.ascii.as_chunks::<CHUNK>();
    // SAFETY: takes vectors; the processor has the instruction where the caller's type is used.
    unsafe { _mm512_permutex2var_epi8(all_of(&ascii[0]), bytes, all_of(&ascii[1])) }
}

/// Of eight classes of 64 bytes, a bit each for every byte, a word each.
#[inline(always)]
fn turned(of: __m512i) -> __m512i {
    // SAFETY: takes vectors; the processor has the instructions where the caller's type is used.
    unsafe { _mm512_permutexvar_epi8(all_of(&ACROSS), _mm512_gf2p8affine_epi64_epi8::<0>(_mm512_set1_epi64(TURN), of)) }
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
    const IS_QUICK: bool = true;

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
    fn eights_of(self, text: &[u8; STRETCH]) -> Vector {
        const { assert!(STRETCH >= 511 + 8) }
        // SAFETY: takes vectors, and reads eight bytes of the text from places on that are held to its first 512; the type is used only
        // where the processor has the instructions.
        unsafe { Vector(_mm512_i64gather_epi64::<1>(_mm512_and_si512(self.0, _mm512_set1_epi64(511)), text.as_ptr().cast())) }
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
