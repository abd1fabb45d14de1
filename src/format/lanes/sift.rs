//! The looks of [`Sieve`] at several places at once, where there are tables of 128 bytes.

#![expect(unsafe_code, reason = "the language asks for it around vector instructions")]

use super::{
    CHUNK, EIGHT, Openings, Sieve,
    sieve::{FACTOR, MIX, NINTH, ONE_LETTER, SHIFTS, THREE_BYTES},
    vector::all_of,
};
use std::arch::x86_64::*;

/// Of which of 64 bytes, by the one behind each, a word may begin with the two.
#[inline(always)]
pub(super) fn may_open(openings: &Openings, first: __m512i, second: __m512i) -> u64 {
    let looked_up = |of: &[u8; 128], bytes: __m512i| {
        let (halves, _) = of.as_chunks::<CHUNK>();
        // SAFETY: takes vectors; the processor has the instruction where the caller's type is used.
        unsafe { _mm512_permutex2var_epi8(all_of(&halves[0]), bytes, all_of(&halves[1])) }
    };
    // SAFETY: takes vectors; the processor has the instruction where the caller's type is used.
    unsafe { _mm512_test_epi8_mask(looked_up(&openings.first, first), looked_up(&openings.second, second)) }
}

/// See [`super::Look::sieve`].
#[inline(always)]
pub(super) fn each(sieve: &Sieve, text: &[u8], places: &mut [u16], count: usize) -> usize {
    let held = text.len().checked_sub(CHUNK).and_then(usize::checked_ilog2).map(|bits| (1 << bits) - 1);
    // A few are quicker asked about one by one.
    let Some(held) = held.filter(|_| count > EIGHT) else { return sieve.each(text, places, count) };
    let mut begin = 0;
    for first in (0..count).step_by(16) {
        let Some(sixteen) = places.get(first..).and_then(|rest| rest.first_chunk::<16>()).copied() else { break };
        // SAFETY: takes vectors, and sixteen numbers are as large as one of 256 bits; the processor has the instructions where the caller's
        // type is used.
        let all = unsafe { _mm512_zextsi256_si512(std::mem::transmute::<[u16; 16], __m256i>(sixteen)) };
        begin = keep::<16>(places, begin, all, by_beginnings(sieve, text, held, &sixteen) & asked(first, count));
    }
    let mut kept = 0;
    for first in (0..begin).step_by(8) {
        let Some(eight) = places.get(first..).and_then(|rest| rest.first_chunk::<8>()).copied() else { break };
        // SAFETY: takes vectors, and eight numbers are as large as one of 128 bits; the processor has the instructions where the caller's
        // type is used.
        let all = unsafe { _mm512_zextsi128_si512(std::mem::transmute::<[u16; 8], __m128i>(eight)) };
        kept = keep::<8>(places, kept, all, by_words(sieve, text, held, &eight) & asked(first, begin));
    }
    kept
}

/// Of the places asked about, which are the next in the list, packs those that are worth it behind those kept so far. Returns how many they
/// are now.
#[inline(always)]
fn keep<const SOME: usize>(places: &mut [u16], kept: usize, asked: __m512i, worth: u32) -> usize {
    // SAFETY: takes vectors, and 32 numbers are as large as one; the processor has the instruction where the caller's type is used.
    let packed: [u16; CHUNK / 2] = unsafe { std::mem::transmute(_mm512_maskz_compress_epi16(worth, asked)) };
    // Never beyond what is read already: as many are kept at most as were asked about.
    if let (Some(free), Some(packed)) = (places.get_mut(kept..).and_then(|rest| rest.first_chunk_mut::<SOME>()), packed.first_chunk()) {
        *free = *packed;
    }
    kept + worth.count_ones() as usize
}

/// Which of so many places asked about at once, from one on, are of the first so many.
#[inline(always)]
fn asked(first: usize, count: usize) -> u32 {
    u32::MAX >> 32_usize.saturating_sub(count - first)
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
