//! In which order vectors take bytes and words.

use super::{CHUNK, EIGHT};

/// Where bit `i` of byte `7 - j` comes to be bit `j` of byte `i`.
pub(super) const TURN: i64 = i64::from_le_bytes([1, 2, 4, 8, 16, 32, 64, 128]);

/// The bytes of each eight in the opposite order; the first bytes of all eights, then the second ones, and so on; 0, 1, 2 and so on.
const ORDERS: [[u8; CHUNK]; 3] = {
    let (mut orders, mut at) = ([[0; CHUNK]; 3], 0);
    while at < CHUNK {
        (orders[0][at], orders[1][at], orders[2][at]) = ((at ^ 7) as u8, (at % 8 * 8 + at / 8) as u8, at as u8);
        at += 1;
    }
    orders
};
pub(super) const BACKWARDS: [u8; CHUNK] = ORDERS[0];
pub(super) const ACROSS: [u8; CHUNK] = ORDERS[1];
pub(super) const IN_ORDER: [u8; CHUNK] = ORDERS[2];

/// For steps of four, two and one: of two vectors, which words the first consists of and which the second, once words so far apart have changed places.
pub(super) const EXCHANGES: [[[u64; EIGHT]; 2]; 3] = {
    let (mut all, mut at) = ([[[0; EIGHT]; 2]; 3], 0);
    while at < 3 * EIGHT {
        let (step, word) = (4 >> (at / EIGHT), at % EIGHT);
        all[at / EIGHT][0][word] = if word & step == 0 { word } else { EIGHT + word - step } as u64;
        all[at / EIGHT][1][word] = if word & step == 0 { word + step } else { EIGHT + word } as u64;
        at += 1;
    }
    all
};
