//! Word lists, laid out by the build as one small table each (see [`table`]), and lists read as they are.

mod table;

use table::{SLOT, place};
pub(super) use table::{flag, lines};

/// A set of folded words with flags.
pub(super) struct Lexicon {
    slots: &'static [[u8; SLOT]],
}

/// Given names and surnames of many countries, and English words that are neither.
pub(super) static NAMES: Lexicon = Lexicon::laid_out(include_bytes!(concat!(env!("OUT_DIR"), "/names.table")));

/// Names of towns.
pub(super) static CITIES: Lexicon = Lexicon::laid_out(include_bytes!(concat!(env!("OUT_DIR"), "/cities.table")));

impl Lexicon {
    const fn laid_out(bytes: &'static [u8]) -> Lexicon {
        Lexicon { slots: bytes.as_chunks().0 }
    }

    /// The flags of a folded word; 0 when it is not in the list.
    pub(super) fn get(&self, word: &[u8]) -> u8 {
        let (mut at, print) = place(word, self.slots.len());
        loop {
            match u32::from_le_bytes(self.slots[at]) {
                0 => return 0,
                slot if slot >> 8 == print => return slot as u8,
                _ => at = (at + 1) & (self.slots.len() - 1),
            }
        }
    }
}

/// Whether a folded word is a given name somewhere.
pub fn is_given_name(word: &str) -> bool {
    NAMES.get(word.as_bytes()) & (flag::GIVEN | flag::RARE_GIVEN) != 0
}

/// Whether a folded word is a surname somewhere.
pub fn is_surname(word: &str) -> bool {
    NAMES.get(word.as_bytes()) & (flag::SURNAME | flag::RARE_SURNAME) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_words_are_told_apart() {
        assert_ne!(NAMES.get(b"jane") & flag::GIVEN, 0);
        assert_ne!(NAMES.get(b"smith") & flag::SURNAME, 0);
        assert_ne!(NAMES.get(b"will") & flag::WORD, 0);
        assert_eq!(NAMES.get(b"annual"), flag::PLAIN);
        assert_eq!(NAMES.get(b"qwrtzpx"), 0);
    }

    #[test]
    fn tables_hold_every_word_of_their_lists_and_are_half_empty() {
        let names = lines(include_str!("../../patterns/lexicons/names.tsv"));
        assert!(names.map(|line| line.split('\t').next().unwrap_or(line)).all(|name| NAMES.get(name.as_bytes()) & !flag::PLAIN != 0));
        assert!(lines(include_str!("../../patterns/lexicons/words.txt")).all(|word| NAMES.get(word.as_bytes()) & flag::PLAIN != 0));
        let towns = lines(include_str!("../../patterns/lexicons/cities.tsv"));
        assert!(towns.map(|line| line.split('\t').next().unwrap_or(line)).all(|town| CITIES.get(town.as_bytes()) != 0));
        for table in [&NAMES, &CITIES] {
            assert!(table.slots.len().is_power_of_two());
            let free = table.slots.iter().filter(|slot| **slot == [0; SLOT]).count();
            assert!(2 * free >= table.slots.len(), "a word that is not there is told apart by a free slot soon");
        }
    }
}
