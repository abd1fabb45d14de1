//! How many distinct values a column holds, in 1 KiB whatever the column's length.
//!
//! HyperLogLog (Flajolet et al. 2007) with linear counting for small ranges. Registers are
//! joined by maximum, so parts of a cut file and shards of a case give the same
//! answer in any order.

use crate::base::Token;

const PRECISION: u32 = 10;
const REGISTERS: usize = 1 << PRECISION;

/// A sketch of a set of tokens.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Sketch {
    /// Exact up to [`EXACT`] values, then empty.
    few: Vec<u64>,
    registers: Vec<u8>,
}

/// Up to so many values are counted exactly.
const EXACT: usize = 1024;

impl Sketch {
    /// Adds a value by its token.
    pub fn add(&mut self, token: Token) {
        let hash = token.0 as u64;
        if self.registers.is_empty() {
            match self.few.last() {
                Some(last) if *last == hash => return,
                _ => self.few.push(hash),
            }
            if self.few.len() >= EXACT * 2 {
                self.settle();
            }
            return;
        }
        self.raise(hash);
    }

    /// Adds all values of another sketch.
    pub fn join(&mut self, other: &Sketch) {
        if other.registers.is_empty() {
            other.few.iter().for_each(|hash| self.add(Token(u128::from(*hash))));
            return;
        }
        self.make_dense();
        self.registers.iter_mut().zip(&other.registers).for_each(|(mine, theirs)| *mine = (*mine).max(*theirs));
    }

    /// How many distinct values were added: exact up to about a thousand, within 4 % beyond.
    pub fn count(&self) -> u64 {
        if self.registers.is_empty() {
            let mut few = self.few.clone();
            few.sort_unstable();
            few.dedup();
            return few.len() as u64;
        }
        let m = REGISTERS as f64;
        let zeros = self.registers.iter().filter(|register| **register == 0).count();
        let sum: f64 = self.registers.iter().map(|register| (-f64::from(*register)).exp2()).sum();
        let raw = 0.7213 / (1.0 + 1.079 / m) * m * m / sum;
        let estimate = if raw <= 2.5 * m && zeros > 0 { m * (m / zeros as f64).ln() } else { raw };
        (estimate.round() as u64).max(EXACT as u64)
    }

    /// The sketch as bytes for evidence.
    pub fn to_bytes(&self) -> Vec<u8> {
        if !self.registers.is_empty() {
            return self.registers.clone();
        }
        let mut few = self.few.clone();
        few.sort_unstable();
        few.dedup();
        let mut bytes = vec![0xFF];
        few.iter().for_each(|hash| bytes.extend_from_slice(&hash.to_le_bytes()));
        bytes
    }

    /// A sketch stored as these bytes; anything else is empty.
    pub fn from_bytes(bytes: &[u8]) -> Sketch {
        match bytes.split_first() {
            Some((0xFF, few)) => {
                let few = few.chunks_exact(8).map(|chunk| u64::from_le_bytes(chunk.try_into().unwrap_or_default())).collect();
                Sketch { few, registers: Vec::new() }
            }
            Some(_) if bytes.len() == REGISTERS => Sketch { few: Vec::new(), registers: bytes.to_vec() },
            _ => Sketch::default(),
        }
    }

    /// Drops repeats; turns into registers when there are still too many.
    fn settle(&mut self) {
        self.few.sort_unstable();
        self.few.dedup();
        if self.few.len() > EXACT {
            self.make_dense();
        }
    }

    fn make_dense(&mut self) {
        if self.registers.is_empty() {
            self.registers = vec![0; REGISTERS];
            for hash in std::mem::take(&mut self.few) {
                self.raise(hash);
            }
        }
    }

    fn raise(&mut self, hash: u64) {
        let register = (hash >> (64 - PRECISION)) as usize;
        let rank = ((hash << PRECISION) | (1 << (PRECISION - 1))).leading_zeros() as u8 + 1;
        self.registers[register] = self.registers[register].max(rank);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::TokenKey;

    fn sketch(range: std::ops::Range<u32>) -> Sketch {
        let key = TokenKey::new([3; 16]);
        let mut sketch = Sketch::default();
        range.for_each(|n| sketch.add(key.token(0, &n.to_le_bytes())));
        sketch
    }

    #[test]
    fn few_values_are_counted_exactly_and_many_within_bounds() {
        assert_eq!(sketch(0..78).count(), 78);
        assert_eq!(sketch(0..1000).count(), 1000);
        for many in [5_000, 200_000] {
            let count = sketch(0..many).count() as f64;
            assert!((count / f64::from(many) - 1.0).abs() < 0.08, "{count} for {many}");
        }
    }

    #[test]
    fn joining_in_any_order_gives_the_same_count() {
        let (a, b, whole) = (sketch(0..3000), sketch(2000..5000), sketch(0..5000));
        let mut ab = a.clone();
        ab.join(&b);
        let mut ba = b;
        ba.join(&a);
        assert_eq!(ab.count(), whole.count());
        assert_eq!(ba.count(), whole.count());
        assert_eq!(Sketch::from_bytes(&ab.to_bytes()).count(), ab.count());
        let mut small = sketch(0..10);
        small.join(&sketch(5..20));
        assert_eq!(Sketch::from_bytes(&small.to_bytes()).count(), 20);
    }
}
