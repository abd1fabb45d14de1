//! Runs of numbers, bytes and bits: the encodings that all columns are made of.

use super::unpacked::{Unpacked, damaged};
use std::io;

/// The least run that is written as one.
const LEAST_RUN: usize = 3;
/// The most numbers of one run, in either version.
const LONGEST_RUN: usize = 512;

/// Bytes in runs.
pub(super) struct Bytes<'b> {
    from: Unpacked<'b>,
    /// What repeats; `None` while bytes stand for themselves.
    repeated: Option<u8>,
    left: usize,
}

impl<'b> Bytes<'b> {
    pub(super) const fn new(from: Unpacked<'b>) -> Bytes<'b> {
        Bytes { from, repeated: None, left: 0 }
    }

    pub(super) fn next(&mut self) -> io::Result<u8> {
        if self.left == 0 {
            let head = self.from.byte()?;
            if head < 0x80 {
                self.left = usize::from(head) + LEAST_RUN;
                self.repeated = Some(self.from.byte()?);
            } else {
                self.left = 256 - usize::from(head);
                self.repeated = None;
            }
        }
        self.left -= 1;
        match self.repeated {
            Some(byte) => Ok(byte),
            None => self.from.byte(),
        }
    }
}

/// Bits of bytes in runs, the highest first.
pub(super) struct Bits<'b> {
    from: Bytes<'b>,
    byte: u8,
    left: u8,
}

impl<'b> Bits<'b> {
    pub(super) const fn new(from: Unpacked<'b>) -> Bits<'b> {
        Bits { from: Bytes::new(from), byte: 0, left: 0 }
    }

    pub(super) fn next(&mut self) -> io::Result<bool> {
        if self.left == 0 {
            self.byte = self.from.next()?;
            self.left = 8;
        }
        self.left -= 1;
        Ok(self.byte >> self.left & 1 == 1)
    }
}

/// Whole numbers in runs, as either version of the encoding writes them.
pub(super) struct Numbers<'b> {
    from: Unpacked<'b>,
    second: bool,
    signed: bool,
    /// The numbers of a run, and how many of them were taken.
    held: Vec<i64>,
    taken: usize,
}

impl<'b> Numbers<'b> {
    /// `second`: the second version of the encoding. `signed`: the numbers have a sign.
    pub(super) const fn new(from: Unpacked<'b>, second: bool, signed: bool) -> Numbers<'b> {
        Numbers { from, second, signed, held: Vec::new(), taken: 0 }
    }

    pub(super) fn next(&mut self) -> io::Result<i64> {
        if self.taken == self.held.len() {
            (self.taken, self.held) = (0, std::mem::take(&mut self.held));
            self.held.clear();
            if self.second {
                self.run()?
            } else {
                self.first_run()?
            };
        }
        let number = *self.held.get(self.taken).ok_or_else(|| damaged("a run of no numbers"))?;
        self.taken += 1;
        Ok(number)
    }

    /// A number with its sign in the lowest bit, where numbers have signs.
    fn number(&mut self, signed: bool) -> io::Result<i64> {
        let number = self.from.number()? as u64;
        Ok(if signed { unzigzag(number) } else { number as i64 })
    }

    /// A run of the first version: equal steps from a number, or numbers one by one.
    fn first_run(&mut self) -> io::Result<()> {
        let head = self.from.byte()?;
        if head < 0x80 {
            let step = i64::from(self.from.byte()? as i8);
            let mut number = self.number(self.signed)?;
            for _ in 0..usize::from(head) + LEAST_RUN {
                self.held.push(number);
                number = number.wrapping_add(step);
            }
        } else {
            for _ in 0..256 - usize::from(head) {
                let number = self.number(self.signed)?;
                self.held.push(number);
            }
        }
        Ok(())
    }

    /// A run of the second version.
    fn run(&mut self) -> io::Result<()> {
        let head = self.from.byte()?;
        match head >> 6 {
            0 => self.repeats(head),
            1 => {
                let (width, length) = (width(head >> 1 & 31), self.length(head)?);
                self.packed(width, length)?;
                if self.signed {
                    self.held.iter_mut().for_each(|number| *number = unzigzag(*number as u64));
                }
                Ok(())
            }
            2 => self.patched(head),
            _ => self.steps(head),
        }
    }

    /// The length of a run, of nine bits of which the head has the first.
    fn length(&mut self, head: u8) -> io::Result<usize> {
        Ok((usize::from(head & 1) << 8 | usize::from(self.from.byte()?)) + 1)
    }

    /// One number some times over.
    fn repeats(&mut self, head: u8) -> io::Result<()> {
        let number = self.big_endian((head >> 3 & 7) + 1)?;
        let number = if self.signed { unzigzag(number) } else { number as i64 };
        self.held.resize(usize::from(head & 7) + LEAST_RUN, number);
        Ok(())
    }

    fn big_endian(&mut self, bytes: u8) -> io::Result<u64> {
        (0..bytes).try_fold(0_u64, |number, _| Ok(number << 8 | u64::from(self.from.byte()?)))
    }

    /// Numbers of `width` bits, one behind the other; the run ends with its last byte.
    fn packed(&mut self, width: u32, length: usize) -> io::Result<()> {
        let (mut held, mut bits) = (0_u128, 0);
        for _ in 0..length.min(LONGEST_RUN) {
            while bits < width {
                held = held << 8 | u128::from(self.from.byte()?);
                bits += 8;
            }
            bits -= width;
            self.held.push(((held >> bits) as u64 & mask(width)) as i64);
        }
        Ok(())
    }

    /// Small numbers above a base, of which few have more bits than the others; these are told behind.
    fn patched(&mut self, head: u8) -> io::Result<()> {
        let (width, length) = (width(head >> 1 & 31), self.length(head)?);
        let [third, fourth] = self.from.array()?;
        let (bytes, patch_width) = ((third >> 5) + 1, self::width(third & 31));
        let (gap_width, patches) = (u32::from(fourth >> 5) + 1, usize::from(fourth & 31));
        let base = self.big_endian(bytes)?;
        // The sign is the highest bit, the rest is what it is without.
        let sign = 1_u64 << (u32::from(bytes) * 8 - 1);
        let base = if base & sign == 0 { base as i64 } else { ((base & !sign) as i64).wrapping_neg() };
        self.packed(width, length)?;
        let numbers = std::mem::take(&mut self.held);
        self.packed(closest(gap_width + patch_width), patches)?;
        let patches = std::mem::replace(&mut self.held, numbers);
        let mut at = 0_usize;
        for patch in patches {
            at += (patch as u64).checked_shr(patch_width).unwrap_or(0) as usize & 0xff;
            let more = (patch as u64 & mask(patch_width)).checked_shl(width).unwrap_or(0);
            if let Some(number) = self.held.get_mut(at) {
                *number = (*number as u64 | more) as i64;
            }
        }
        self.held.iter_mut().for_each(|number| *number = base.wrapping_add(*number));
        Ok(())
    }

    /// Numbers by their steps, all in one direction.
    fn steps(&mut self, head: u8) -> io::Result<()> {
        // No bits at all: all steps are as the first.
        let code = head >> 1 & 31;
        let length = self.length(head)?;
        let mut number = self.number(self.signed)?;
        let first = self.number(true)?;
        self.held.push(number);
        if length > 1 {
            number = number.wrapping_add(first);
            self.held.push(number);
        }
        let more = length.saturating_sub(2);
        if code == 0 {
            for _ in 0..more {
                number = number.wrapping_add(first);
                self.held.push(number);
            }
            return Ok(());
        }
        self.packed(width(code), more)?;
        for step in self.held.iter_mut().skip(2) {
            number = if first < 0 { number.wrapping_sub(*step) } else { number.wrapping_add(*step) };
            *step = number;
        }
        Ok(())
    }
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

const fn mask(width: u32) -> u64 {
    if width >= 64 { u64::MAX } else { (1 << width) - 1 }
}

/// The bits of a number by their code of five bits.
const fn width(code: u8) -> u32 {
    match code {
        0..=23 => code as u32 + 1,
        24 => 26,
        25 => 28,
        26 => 30,
        27 => 32,
        28 => 40,
        29 => 48,
        30 => 56,
        _ => 64,
    }
}

/// The least of these that has so many bits.
const fn closest(bits: u32) -> u32 {
    match bits {
        0 => 1,
        1..=24 => bits,
        25..=26 => 26,
        27..=28 => 28,
        29..=30 => 30,
        31..=32 => 32,
        33..=40 => 40,
        41..=48 => 48,
        49..=56 => 56,
        _ => 64,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::unpacked::{Codec, Memory, Packing},
        *,
    };

    fn numbers(bytes: &[u8], second: bool, signed: bool, count: usize) -> io::Result<Vec<i64>> {
        let memory = Memory::new(0);
        let mut numbers = Numbers::new(Unpacked::new(bytes, Packing { codec: Codec::Stored, block: 0, memory: &memory }), second, signed);
        (0..count).map(|_| numbers.next()).collect()
    }

    #[test]
    fn the_examples_of_the_specification_are_read() {
        // https://orc.apache.org/specification/ORCv1/, "Run Length Encoding".
        let first = |bytes: &[u8], count| numbers(bytes, false, false, count).expect("sound");
        assert_eq!(first(&[0x61, 0x00, 0x07], 100), [7; 100]);
        assert_eq!(first(&[0x61, 0xff, 0x64], 100), (1..=100).rev().collect::<Vec<i64>>());
        assert_eq!(first(&[0xfb, 0x02, 0x03, 0x06, 0x07, 0x0b], 5), [2, 3, 6, 7, 11]);
        let second = |bytes: &[u8], count| numbers(bytes, true, false, count).expect("sound");
        assert_eq!(second(&[0x0a, 0x27, 0x10], 5), [10_000; 5]);
        assert_eq!(second(&[0x5e, 0x03, 0x5c, 0xa1, 0xab, 0x1e, 0xde, 0xad, 0xbe, 0xef], 4), [23_713, 43_806, 57_005, 48_879]);
        assert_eq!(second(&[0xc6, 0x09, 0x02, 0x02, 0x22, 0x42, 0x42, 0x46], 10), [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
        let patched = [
            0x8e, 0x13, 0x2b, 0x21, 0x07, 0xd0, 0x1e, 0x00, 0x14, 0x70, 0x28, 0x32, 0x3c, 0x46, 0x50, 0x5a, 0x64, 0x6e, 0x78, 0x82, 0x8c,
            0x96, 0xa0, 0xaa, 0xb4, 0xbe, 0xfc, 0xe8,
        ];
        let want =
            [2030, 2000, 2020, 1_000_000, 2040, 2050, 2060, 2070, 2080, 2090, 2100, 2110, 2120, 2130, 2140, 2150, 2160, 2170, 2180, 2190];
        assert_eq!(second(&patched, 20), want);
    }

    #[test]
    fn signs_and_cut_runs_are_seen() {
        assert_eq!(numbers(&[0xfe, 0x01, 0x02], false, true, 2).expect("sound"), [-1, 1]);
        assert_eq!(numbers(&[0x0a, 0x00, 0x03], true, true, 5).expect("sound"), [-2; 5]);
        // Steps of 0 bits, the first of which is -1.
        assert_eq!(numbers(&[0xc0, 0x03, 0x0a, 0x01], true, true, 4).expect("sound"), [5, 4, 3, 2]);
        for bytes in [&[0x5e_u8, 0x03, 0x5c][..], &[0x0a, 0x27], &[0xfb, 0x02], &[0x61, 0x00], &[]] {
            assert!(numbers(bytes, bytes.first() != Some(&0xfb), true, 600).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn bytes_and_bits_come_in_runs() {
        let memory = Memory::new(0);
        let packing = Packing { codec: Codec::Stored, block: 0, memory: &memory };
        let mut bytes = Bytes::new(Unpacked::new(&[0x61, 0x00, 0xfe, 0x44, 0x45], packing));
        let all: Vec<u8> = (0..102).map(|_| bytes.next().expect("sound")).collect();
        assert_eq!(all, [vec![0; 100], vec![0x44, 0x45]].concat());
        assert!(bytes.next().is_err());
        let mut bits = Bits::new(Unpacked::new(&[0xff, 0x80], packing));
        let all: Vec<bool> = (0..8).map(|_| bits.next().expect("sound")).collect();
        assert_eq!(all, [true, false, false, false, false, false, false, false]);
    }
}
