//! Memory of the system's own, which has it back as soon as it is let go of. An allocator keeps memory for a while; of what makes room for
//! as much again, that would be twice the memory.

use memmap2::{MmapMut, MmapOptions};

/// Bytes one behind the other.
pub(super) struct Lent {
    memory: Memory,
    filled: usize,
}

enum Memory {
    Mapped(MmapMut),
    /// Little of it, or where the system gives none.
    Held(Vec<u8>),
}

/// Fewer bytes are the allocator's.
const LEAST: usize = 1 << 14;

impl Default for Lent {
    fn default() -> Lent {
        Lent { memory: Memory::Held(Vec::new()), filled: 0 }
    }
}

impl Lent {
    /// Room for so many. All of it is there at once, which costs a fraction of asking page by page.
    pub(super) fn new(bytes: usize) -> Lent {
        let mapped = if bytes < LEAST { None } else { MmapOptions::new().len(bytes).populate().map_anon().ok() };
        Lent { memory: mapped.map_or_else(|| Memory::Held(vec![0; bytes]), Memory::Mapped), filled: 0 }
    }

    /// What was added.
    pub(super) fn filled(&self) -> &[u8] {
        let all = match &self.memory {
            Memory::Mapped(bytes) => &bytes[..],
            Memory::Held(bytes) => bytes,
        };
        all.get(..self.filled).unwrap_or_default()
    }

    /// How many there is room for.
    pub(super) fn len(&self) -> usize {
        match &self.memory {
            Memory::Mapped(bytes) => bytes.len(),
            Memory::Held(bytes) => bytes.len(),
        }
    }

    /// Makes room again for all of them.
    pub(super) fn clear(&mut self) {
        self.filled = 0;
    }

    /// Adds bytes; tells whether there was room.
    #[inline]
    pub(super) fn add(&mut self, bytes: &[u8]) -> bool {
        let all = match &mut self.memory {
            Memory::Mapped(all) => &mut all[..],
            Memory::Held(all) => all,
        };
        let room = all.get_mut(self.filled..self.filled + bytes.len());
        let fits = room.is_some();
        if let Some(room) = room {
            room.copy_from_slice(bytes);
            self.filled += bytes.len();
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_stays_until_there_is_no_room() {
        for bytes in [0, 5, LEAST - 1, LEAST, 10 * LEAST] {
            let mut lent = Lent::new(bytes);
            let added = (0..).take_while(|number: &u32| lent.add(&number.to_le_bytes())).count();
            assert_eq!(added, bytes / 4);
            let read = lent.filled().as_chunks::<4>().0.iter().map(|number| u32::from_le_bytes(*number));
            assert!(read.eq(0..added as u32));
        }
    }
}
