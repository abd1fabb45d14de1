//! Compares 64 bytes at once and gives the answer as one word: bit `i` is byte `i`.
//!
//! [`Lanes`] needs what every processor of its target has: SSE2 on x86-64, elsewhere loops that compilers make vector code of.
//! A walk over much text asks [`widest`] instead, which looks once whether the processor has AVX-512 or AVX2.
//! With AVX-512 of 2019 and later (VBMI, GFNI) classes of bytes are looked up in tables instead of compared, what was told of eight
//! chunks is worked on at once ([`Eight`]), and beginnings of words are looked up eight and sixteen at a time ([`Sieve`]).

mod eight;
mod openings;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod orders;
mod sieve;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod sift;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod vector;
mod word;

pub(crate) use eight::{EIGHT, Eight, STRETCH, Words};
pub(crate) use openings::Openings;
pub(crate) use sieve::{Sieve, mask};
pub(crate) use word::Word;

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
pub(crate) trait Look: Copy + Word {
    /// What eight words of bits are worked on as.
    type Eight: Eight;

    fn of(chunk: &[u8; CHUNK]) -> Self;

    /// Which bytes are one of these.
    fn any_of<const N: usize>(&self, wanted: [u8; N]) -> u64;

    /// Which bytes are ASCII digits or letters.
    fn alphanumeric(&self) -> u64;

    /// Which bytes are ASCII digits.
    #[inline(always)]
    fn digits(&self) -> u64 {
        self.within(b'0', b'9')
    }

    /// Which bytes are one of these or lie between them.
    fn within(&self, from: u8, to: u8) -> u64;

    /// Which bytes have the highest bit set.
    fn beyond_ascii(&self) -> u64;

    /// Which bytes have the highest two bits set: in UTF-8, the first ones of characters beyond ASCII.
    #[inline(always)]
    fn leads(&self) -> u64 {
        self.within(0xc0, 0xff)
    }

    /// Of which of these bytes, by the one behind each, a word may begin with the two; of all where the width has no quick way to it.
    #[inline(always)]
    fn may_open(_: &Openings, _: &[u8; CHUNK], _: &[u8; CHUNK]) -> u64 {
        u64::MAX
    }

    /// See [`Sieve::each`].
    #[inline(always)]
    fn sieve(sieve: &Sieve, text: &[u8], places: &mut [u16], count: usize) -> usize {
        sieve.each(text, places, count)
    }

    /// Lists the places of the bits that are set, the lowest first, counted from `first`; what stands behind them in the list is anything.
    #[inline(always)]
    fn list(word: u64, first: u16, into: &mut [u16; CHUNK]) {
        into.iter_mut().zip(bits(word)).for_each(|(place, bit)| *place = first.wrapping_add(bit as u16));
    }

    /// Sixteen classes of bytes at once where the width has a quick way to it: of each class a word for every chunk. Of chunks behind so
    /// many it may say that they have none.
    #[inline(always)]
    fn by_table(_: &[[u8; CHUNK]; EIGHT], _: usize, _: &Table) -> Option<[Self::Eight; CLASSES]> {
        None
    }
}

/// So many classes a [`Table`] has.
pub(crate) const CLASSES: usize = 2 * EIGHT;

/// Which classes a byte is of: a bit for each of the first eight, and for each of the others.
#[derive(Debug)]
pub(crate) struct Table(pub(crate) [HalfTable; 2]);

/// A bit for each of eight classes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HalfTable {
    pub ascii: [u8; 128],
    /// Bytes that go on a character beyond ASCII in UTF-8,
    pub beyond: u8,
    /// and those that begin one.
    pub leads: u8,
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

/// Has these bytes brought into the processor's cache, where it can be asked to.
#[inline(always)]
pub(crate) fn foresee(chunk: &[u8; CHUNK]) {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    vector::foresee(chunk);
    #[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
    let _ = chunk;
}

/// On a walk over chunks: has what comes a while after this one brought into the cache.
#[inline(always)]
pub(crate) fn look_ahead(chunks: &[[u8; CHUNK]], at: usize) {
    const AHEAD: usize = 32;
    chunks.get(at + AHEAD).into_iter().for_each(foresee);
}

/// How many bytes may be compared at once, twice [`CHUNK`] with tables of 128 entries; tests let it be fewer than the processor can.
#[cfg(all(not(test), target_arch = "x86_64", target_feature = "sse2"))]
#[inline(always)]
const fn limit() -> usize {
    2 * CHUNK
}

#[cfg(test)]
thread_local! {
    static LIMIT: std::cell::Cell<usize> = const { std::cell::Cell::new(2 * CHUNK) };
}

#[cfg(test)]
fn limit() -> usize {
    LIMIT.get()
}

/// Runs something with every width this processor has, and with the loops for processors without vectors.
#[cfg(test)]
pub(crate) fn each_width<T>(mut run: impl FnMut() -> T) -> Vec<T> {
    let all = [0, 16, 32, CHUNK, 2 * CHUNK].map(|most| {
        LIMIT.set(most);
        run()
    });
    LIMIT.set(2 * CHUNK);
    all.into()
}

#[cfg(any(test, not(all(target_arch = "x86_64", target_feature = "sse2"))))]
mod portable {
    use super::{CHUNK, Look, Words};

    /// 64 bytes, ready to be compared.
    #[derive(Clone, Copy)]
    pub(crate) struct Lanes([u8; CHUNK]);

    impl Look for Lanes {
        type Eight = Words;

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
        fn within(&self, from: u8, to: u8) -> u64 {
            self.bits(|byte| u8::from(byte.wrapping_sub(from) <= to.wrapping_sub(from)))
        }

        #[inline]
        fn beyond_ascii(&self) -> u64 {
            self.bits(|byte| byte >> 7)
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

    /// What is of which class by a table in which the classes of a byte are its bits, here and behind a turn.
    struct ByTable<'b>(&'b [[u8; CHUNK]; EIGHT], usize);

    impl Walk for ByTable<'_> {
        type Output = Option<[[u64; EIGHT]; CLASSES]>;

        #[inline(always)]
        fn walk<L: Look>(self) -> Self::Output {
            let ascii: [u8; 128] = std::array::from_fn(|byte| byte as u8);
            let half = HalfTable { ascii, beyond: BEYOND, leads: LEADS };
            let turned = HalfTable { ascii: ascii.map(|byte| byte.rotate_left(3)), ..half };
            L::by_table(self.0, self.1, &Table([half, turned])).map(|classes| classes.map(Eight::words))
        }
    }

    const BEYOND: u8 = 0x5a;
    const LEADS: u8 = 0xc3;

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
            let chunks: [[u8; CHUNK]; EIGHT] = std::array::from_fn(|row| std::array::from_fn(|at| bytes[(at + row) % CHUNK].wrapping_mul(row as u8 | 1)));
            let of = |byte: u8, class: usize| match byte {
                0..0x80 if class < 8 => byte,
                0..0x80 => byte.rotate_left(3),
                0x80..0xc0 => BEYOND,
                _ => LEADS,
            };
            let by_table: [[u64; EIGHT]; CLASSES] = std::array::from_fn(|class| {
                chunks.map(|chunk| (0..CHUNK).fold(0, |mask, at| mask | u64::from(of(chunk[at], class) >> (class % 8) & 1) << at))
            });
            for told in each_width(|| widest(ByTable(&chunks, EIGHT))).into_iter().flatten() {
                prop_assert_eq!(told, by_table);
            }
            for told in each_width(|| widest(ByTable(&chunks, 1))).into_iter().flatten() {
                prop_assert_eq!(told.map(|words| words[0]), by_table.map(|words| words[0]));
            }
        }
    }
}
