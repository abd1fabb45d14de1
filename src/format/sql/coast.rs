//! Steps over rows without looking at their values, for planning where a big script is cut.
//!
//! Sixty-four bytes at a time, the quotes tell which of them lie in strings, and what lies outside
//! must be what dumps write by the million: `),(`, commas, numbers and bare words. Anything else
//! (blanks, comments, expressions, other quotes, a row of another width) ends the ride before
//! that row, and the reader of rows goes on from there. So this never has to understand SQL, only
//! to know when it would have to.

use super::flavor::Flavor;
use crate::format::lanes::{CHUNK, Lanes, Look as _, bits};

/// Where the last of the plain rows from `start` on ends: behind the parenthesis that closes it, at
/// the comma before the next row. `None` if not even the first one is plain. `start` is where a row opens.
pub(super) fn coast(bytes: &[u8], start: usize, width: usize, flavor: Flavor) -> Option<usize> {
    let mut state = State::default();
    let (mut end, mut commas) = (None, 0);
    let (chunks, _) = bytes.get(start + 1..)?.as_chunks::<CHUNK>();
    for (at, chunk) in chunks.iter().enumerate() {
        let seen = state.look(chunk, flavor.backslash);
        let good = seen.bad.trailing_zeros();
        let mut counted = 0;
        for open in bits(seen.opens & low_bits(good)).map(|bit| bit as u32) {
            commas += (seen.commas & low_bits(open) & !low_bits(counted)).count_ones() as usize;
            if commas != width {
                return end;
            }
            (counted, commas) = (open, 0);
            end = Some(start + at * CHUNK + open as usize);
        }
        if seen.bad != 0 {
            return end;
        }
        commas += (seen.commas & !low_bits(counted)).count_ones() as usize;
    }
    end
}

/// The lowest `count` bits.
fn low_bits(count: u32) -> u64 {
    if count >= u64::BITS { u64::MAX } else { (1 << count) - 1 }
}

/// What a chunk holds outside of strings.
struct Seen {
    /// Parentheses that open a row behind another row.
    opens: u64,
    commas: u64,
    /// What ends the ride.
    bad: u64,
}

/// What the bytes before a chunk say about its first byte. A ride starts behind a `(`.
#[derive(Default)]
struct State {
    /// All ones within a string.
    string: u64,
    /// The first byte follows an odd number of backslashes.
    escaped: bool,
    /// The byte before is not the `(` of a row.
    inside: bool,
    comma: bool,
    close: bool,
    /// The byte before is the comma between two rows.
    gap: bool,
    end_of_string: bool,
    dash: bool,
}

impl State {
    #[inline]
    fn look(&mut self, chunk: &[u8; CHUNK], backslash: bool) -> Seen {
        let lanes = Lanes::of(chunk);
        let quotes = lanes.any_of([b'\'']) & if backslash { !self.escapes(lanes.any_of([b'\\'])) } else { u64::MAX };
        let strings = prefix_xor(quotes) ^ self.string;
        self.string = ((strings as i64) >> 63) as u64;
        // The quote that opens a string counts as in it, the one that closes it does not.
        let (starts, ends) = (quotes & strings, quotes & !strings);
        let outside = !strings;
        let (opens, closes) = (lanes.any_of([b'(']) & outside, lanes.any_of([b')']) & outside);
        let (commas, dashes) = (lanes.any_of([b',']) & outside, lanes.any_of([b'-']) & outside);
        let other = outside & !(lanes.alphanumeric() | opens | closes | commas | dashes | ends | lanes.any_of([b'.', b'+']));

        let after_close = after(closes, self.close);
        let gaps = commas & after_close;
        let (after_gap, after_end, after_comma) = (after(gaps, self.gap), after(ends, self.end_of_string), after(commas, self.comma));
        let after_open = after(opens, !self.inside);
        let bad = other
            | (opens ^ after_gap) // rows open behind `),` and nowhere else
            | (after_close & !commas)
            | ((commas | closes) & (after_comma | after_open)) // no value
            | (starts & !(after_comma | after_open | after_end)) // E'..', _utf8'..'
            | (after_end & !(commas | closes | starts))
            | (dashes & after(dashes, self.dash)); // a comment
        (self.inside, self.comma, self.close) = (!last(opens), last(commas), last(closes));
        (self.gap, self.end_of_string, self.dash) = (last(gaps), last(ends), last(dashes));
        Seen { opens, commas, bad }
    }

    /// The bytes that a backslash before them makes letters.
    #[inline]
    fn escapes(&mut self, mut backslashes: u64) -> u64 {
        if backslashes == 0 {
            return u64::from(std::mem::take(&mut self.escaped));
        }
        let mut escaped = u64::from(self.escaped);
        backslashes &= !escaped;
        self.escaped = false;
        while backslashes != 0 {
            let at = backslashes.trailing_zeros();
            let next = (1u64 << at) << 1;
            self.escaped = next == 0;
            escaped |= next;
            backslashes &= !(next | 1 << at);
        }
        escaped
    }
}

/// The bytes behind these; the first one as `carried` from the chunk before.
const fn after(bits: u64, carried: bool) -> u64 {
    bits << 1 | carried as u64
}

const fn last(bits: u64) -> bool {
    bits >> 63 == 1
}

/// Bit `i` is the parity of the bits up to `i`.
const fn prefix_xor(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^ bits << 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ridden(text: &str, width: usize, backslash: bool) -> usize {
        let padded = text.to_owned() + &" ".repeat(2 * CHUNK);
        coast(padded.as_bytes(), 0, width, Flavor { backslash }).unwrap_or(0)
    }

    #[test]
    fn it_goes_up_to_the_last_row_before_anything_unusual() {
        let long = format!("(1,'{}'),(2,'y'),(3,'z');", "x, (".repeat(70));
        for (text, width, backslash, expected) in [
            ("(1,'a'),(2,'b'),(3,'c');", 2, true, "(1,'a'),(2,'b')"),
            ("(1,'a'),(2,'b',3),(3,'c'),(4,'d');", 2, true, "(1,'a')"),
            ("(1,'it''s'),(-2.5e+3,''),(NULL,'),(9,'),(3,'c');", 2, true, "(1,'it''s'),(-2.5e+3,''),(NULL,'),(9,')"),
            ("(1,'it\\'s'),(2,'\\\\'),(3,'c'),(4,'d') ON", 2, true, "(1,'it\\'s'),(2,'\\\\'),(3,'c')"),
            ("(1,'a\\'),(2,'b'),(3,'c');", 2, false, "(1,'a\\'),(2,'b')"),
            ("(1,'a'), (2,'b'),(3,'c');", 2, true, ""),
            ("(1,now()),(2,'b'),(3,'c');", 2, true, ""),
            ("(1,E'a'),(2,'b'),(3,'c');", 2, true, ""),
            ("(1,'a'),(2,'b'),(3,\"c\"),(4,'d');", 2, true, "(1,'a'),(2,'b')"),
            ("(1,'a'),(2,'b'),(3,'c'--\n),(4,'d');", 2, true, "(1,'a'),(2,'b')"),
            ("(1,'a'),(2,'b'),(3,),(4,'d');", 2, true, "(1,'a'),(2,'b')"),
            ("(1,'a'),(2,(3)),(3,'c'),(4,'d');", 2, true, "(1,'a')"),
            (&long, 2, true, &long[..long.len() - ",(3,'z');".len()]),
        ] {
            assert_eq!(&text[..ridden(text, width, backslash)], expected, "{text}");
        }
    }
}
