//! Rides through rows as dumps write them by the million: `(1,'a',NULL),(2,'b',-1.5)`.
//!
//! Sixty-four bytes at a time, the quotes tell which of them lie in strings, and what lies outside
//! must be what plain rows are made of: commas, parentheses around rows, numbers, bare words and a blank
//! behind a comma. Anything else (comments, expressions, other quotes, a row of another width) ends
//! the ride before that row, and the reader of values goes on from there. So this never has to
//! understand SQL, only to know when it would have to.

use super::{flavor::Flavor, lexer::Cursor, value};
use crate::format::{
    Cell, Wants,
    blob::SHORTEST,
    lanes::{CHUNK, Look, Walk, bits, look_ahead, widest},
};

/// Where a ride begins, and what is to be had of it.
#[derive(Clone, Copy)]
pub(super) struct Ride {
    /// Where a row opens.
    pub(super) start: usize,
    /// So many values has each row, ...
    pub(super) width: usize,
    pub(super) flavor: Flavor,
    /// ... of which these are wanted, ...
    pub(super) wants: Wants,
    /// ... of so many rows at most.
    pub(super) most: usize,
}

/// How far a ride came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ridden {
    /// Behind the parenthesis that closes the last row; where it began if not even the first row is plain.
    pub(super) end: usize,
    pub(super) rows: usize,
}

/// Rides, and appends the values of every row; those that nobody wants are NULL (long ones and those of very wide rows need not be), and
/// with [`Wants::Nothing`] left out.
pub(super) fn ride(ride: Ride, bytes: &[u8], cells: &mut Vec<Cell>, arena: &mut Vec<u8>) -> Ridden {
    let (chunks, _) = bytes.get(ride.start + 1..).unwrap_or_default().as_chunks::<CHUNK>();
    widest(Riding { ride, bytes, chunks, cells, arena })
}

/// What of the ends of values, one after the other, closes a row, and which values are wanted: the same for every row.
struct Pattern {
    width: usize,
    /// From the last value of a row on.
    closes: u64,
    /// From the first value of a row on.
    wanted: u128,
}

impl Pattern {
    fn of(width: usize, wants: Wants) -> Pattern {
        let wanted = match wants {
            Wants::Nothing => 0,
            Wants::Columns(columns) if width <= 64 => u128::from(columns & low_bits(width as u32)),
            Wants::Columns(_) => u128::MAX,
        };
        let (mut pattern, mut known) = (Pattern { width, closes: 1, wanted }, width);
        while known < 128 {
            pattern.closes |= pattern.closes.checked_shl(known as u32).unwrap_or(0);
            pattern.wanted |= pattern.wanted << known;
            known *= 2;
        }
        pattern
    }

    /// From the value of this column on.
    #[inline(always)]
    fn closes(&self, column: usize) -> u64 {
        self.closes.checked_shl((self.width - 1 - column) as u32).unwrap_or(0)
    }

    /// From the value of this column on.
    #[inline(always)]
    fn wanted(&self, column: usize) -> u64 {
        if column < 64 { (self.wanted >> column) as u64 } else { u64::MAX }
    }
}

struct Riding<'a> {
    ride: Ride,
    bytes: &'a [u8],
    /// The bytes behind the `(` of the first row.
    chunks: &'a [[u8; CHUNK]],
    cells: &'a mut Vec<Cell>,
    arena: &'a mut Vec<u8>,
}

/// The value that is gone through.
struct Value {
    column: usize,
    begin: usize,
    /// Something in it has to be written in another way.
    is_odd: bool,
}

impl Walk for Riding<'_> {
    type Output = Ridden;

    #[inline(always)]
    fn walk<L: Look>(mut self) -> Ridden {
        let ride = self.ride;
        let mut ridden = Ridden { end: ride.start, rows: 0 };
        if ride.width == 0 || ride.most == 0 {
            return ridden;
        }
        let pattern = Pattern::of(ride.width, ride.wants);
        let mut state = State::default();
        let mut value = Value { column: 0, begin: ride.start + 1, is_odd: false };
        // Of each row that many cells are kept.
        let (base, row) = (self.cells.len(), if ride.wants == Wants::Nothing { 0 } else { ride.width });
        for (at, chunk) in self.chunks.iter().enumerate() {
            look_ahead(self.chunks, at);
            let seen = state.look(&L::of(chunk), ride.flavor.backslash);
            let first = ride.start + 1 + at * CHUNK;
            let mut ends = (seen.commas | seen.closes) & low_bits(seen.bad.trailing_zeros());
            let mut goes_on = seen.bad == 0;
            let unlike = (L::compact(seen.closes, ends) ^ pattern.closes(value.column)) & low_bits(ends.count_ones());
            if unlike != 0 {
                // A row of another width.
                ends &= L::spread(lowest(unlike), ends) - 1;
                goes_on = false;
            }
            let left = ride.most - ridden.rows;
            if (seen.closes & ends).count_ones() as usize >= left {
                let last = L::spread(1 << (left - 1), seen.closes & ends);
                ends &= upto(last);
                goes_on = false;
            }
            if row > 0 {
                let place = base + ridden.rows * row;
                self.cells.resize(place + ((seen.closes & ends).count_ones() as usize + 1) * row, Cell::NULL);
                let mut wanted = L::spread(pattern.wanted(value.column), ends);
                const { assert!(SHORTEST >= CHUNK, "only the first value that ends in a chunk may be long") }
                if ends != 0 && first + ends.trailing_zeros() as usize - value.begin >= SHORTEST {
                    wanted |= lowest(ends);
                }
                for bit in bits(wanted) {
                    let before = ends & low_bits(bit as u32);
                    let odd = seen.odd & low_bits(bit as u32);
                    let (begin, is_odd) = match before {
                        0 => (value.begin, value.is_odd || odd != 0),
                        _ => (first + seen.next(before), odd & !upto(before) != 0),
                    };
                    let place = place + value.column + before.count_ones() as usize;
                    if !self.take(place, is_odd, begin, first + bit) {
                        ends = before;
                        goes_on = false;
                        break;
                    }
                }
            }
            let closes = seen.closes & ends;
            if closes != 0 {
                ridden.rows += closes.count_ones() as usize;
                ridden.end = first + closes.ilog2() as usize + 1;
            }
            if !goes_on {
                break;
            }
            if ends == 0 {
                value.is_odd |= seen.odd != 0;
                continue;
            }
            let column = if closes == 0 { value.column } else { 0 };
            let of_row = ends & !upto(closes);
            value = Value {
                column: column + of_row.count_ones() as usize,
                begin: first + seen.next(ends),
                is_odd: seen.odd & !upto(ends) != 0,
            };
        }
        // Of the row that was not finished.
        self.cells.truncate(base + ridden.rows * row);
        ridden
    }
}

impl Riding<'_> {
    /// Puts the value between `begin` and `end` in its place. `false`: it is none.
    #[inline(always)]
    fn take(&mut self, place: usize, is_odd: bool, begin: usize, end: usize) -> bool {
        let bytes = &self.bytes[begin..end];
        let bytes = if let [b' ', rest @ ..] = bytes { rest } else { bytes };
        let begin = end - bytes.len();
        let cell = match bytes {
            [b'\'', .., b'\''] if !is_odd => Cell::borrowed(begin + 1, bytes.len() - 2),
            [b'0'..=b'9' | b'-', rest @ ..] if rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') => {
                Cell::borrowed(begin, bytes.len())
            }
            b"NULL" => Cell::NULL,
            _ => match self.read(begin, end) {
                Some(cell) => cell,
                None => return false,
            },
        };
        self.cells[place] = cell;
        true
    }

    /// A value that is written in a way of its own.
    #[inline(never)]
    fn read(&mut self, begin: usize, end: usize) -> Option<Cell> {
        let mut cursor = Cursor { bytes: self.bytes, at: begin, flavor: self.ride.flavor };
        value::value(&mut cursor, self.arena).ok().filter(|_| cursor.at == end)
    }
}

/// The lowest `count` bits.
#[inline(always)]
fn low_bits(count: u32) -> u64 {
    if count >= u64::BITS { u64::MAX } else { (1 << count) - 1 }
}

/// The lowest bit that is set.
#[inline(always)]
const fn lowest(word: u64) -> u64 {
    word & word.wrapping_neg()
}

/// The bits up to the highest that is set.
#[inline(always)]
fn upto(word: u64) -> u64 {
    low_bits(u64::BITS - word.leading_zeros())
}

/// What a chunk holds outside of strings.
struct Seen {
    /// Commas between the values of a row, and parentheses that close one.
    commas: u64,
    closes: u64,
    /// What makes a string that is not as it is written: backslashes, quotes that are doubled.
    odd: u64,
    /// What ends the ride.
    bad: u64,
}

impl Seen {
    /// Where in the chunk the value begins that comes behind the last of these ends, one at least: behind a comma, or behind `),(`.
    #[inline(always)]
    fn next(&self, ends: u64) -> usize {
        let last = ends.ilog2();
        last as usize + if self.closes >> last & 1 == 1 { 3 } else { 1 }
    }
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
    /// The byte before is a comma, or the blank behind one.
    comma: bool,
    /// The byte before is that blank.
    blank: bool,
    close: bool,
    /// The byte before is the comma between two rows.
    gap: bool,
    end_of_string: bool,
    dash: bool,
}

impl State {
    #[inline(always)]
    fn look<L: Look>(&mut self, lanes: &L, backslash: bool) -> Seen {
        let backslashes = if backslash { lanes.any_of([b'\\']) } else { 0 };
        let quotes = lanes.any_of([b'\'']) & if backslash { !self.escapes(backslashes) } else { u64::MAX };
        let strings = L::parity(quotes) ^ self.string;
        self.string = ((strings as i64) >> 63) as u64;
        // The quote that opens a string counts as in it, the one that closes it does not.
        let (starts, ends) = (quotes & strings, quotes & !strings);
        let outside = !strings;
        let (opens, closes) = (lanes.any_of([b'(']) & outside, lanes.any_of([b')']) & outside);
        let (commas, dashes) = (lanes.any_of([b',']) & outside, lanes.any_of([b'-']) & outside);
        let after_close = after(closes, self.close);
        let gaps = commas & after_close;
        let commas = commas & !gaps;
        let blanks = lanes.any_of([b' ']) & after(commas, self.comma && !self.blank) & outside;
        let other =
            outside & !(lanes.alphanumeric() | opens | closes | commas | gaps | blanks | dashes | ends | lanes.any_of([b'.', b'+']));

        let (after_gap, after_end) = (after(gaps, self.gap), after(ends, self.end_of_string));
        let before_value = after(commas | blanks, self.comma) | after(opens, !self.inside);
        let bad = other
            | (opens ^ after_gap) // rows open behind `),` and nowhere else
            | (after_close & !gaps)
            | ((commas | closes) & before_value) // no value
            | (starts & !(before_value | after_end)) // E'..', _utf8'..'
            | (after_end & !(commas | closes | starts))
            | (dashes & after(dashes, self.dash)); // a comment
        let odd = (backslashes & strings) | (starts & after_end);
        (self.inside, self.comma, self.blank, self.close) = (!last(opens), last(commas | blanks), last(blanks), last(closes));
        (self.gap, self.end_of_string, self.dash) = (last(gaps), last(ends), last(dashes));
        Seen { commas, closes, odd, bad }
    }

    /// The bytes that a backslash before them makes letters.
    #[inline(always)]
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
#[inline(always)]
const fn after(bits: u64, carried: bool) -> u64 {
    bits << 1 | carried as u64
}

#[inline(always)]
const fn last(bits: u64) -> bool {
    bits >> 63 == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::lanes::each_width;
    use proptest::prelude::*;

    /// How much of the text is ridden through, and the values of it.
    fn ridden(text: &str, width: usize, backslash: bool, wants: Wants) -> (usize, Vec<Option<String>>) {
        let padded = text.to_owned() + &" ".repeat(2 * CHUNK);
        let (bytes, flavor) = (padded.as_bytes(), Flavor { backslash });
        let all = each_width(|| {
            let (mut cells, mut arena) = (Vec::new(), Vec::new());
            let Ridden { end, rows } = ride(Ride { start: 0, width, flavor, wants, most: 1000 }, bytes, &mut cells, &mut arena);
            assert_eq!(cells.len(), if wants == Wants::Nothing { 0 } else { rows * width }, "{text}");
            let value = |cell: &Cell| cell.value(bytes, &arena).map(|value| String::from_utf8_lossy(value).into_owned());
            (end, cells.iter().map(value).collect::<Vec<_>>())
        });
        assert!(all.iter().all(|one| *one == all[0]), "{text}: {all:?}");
        all.into_iter().next().unwrap_or_default()
    }

    #[test]
    fn it_goes_up_to_the_last_row_before_anything_unusual() {
        let long = format!("(1,'{}'),(2,'y'),(3,'z')", "x, (".repeat(70));
        for (text, width, backslash, expected) in [
            ("(1,'a'),(2,'b'),(3,'c');", 2, true, "(1,'a'),(2,'b'),(3,'c')"),
            ("(1,'a'),(2,'b',3),(3,'c'),(4,'d');", 2, true, "(1,'a')"),
            ("(1,'it''s'),(-2.5e+3,''),(NULL,'),(9,'),(3,'c');", 2, true, "(1,'it''s'),(-2.5e+3,''),(NULL,'),(9,'),(3,'c')"),
            ("(1,'it\\'s'),(2,'\\\\'),(3,'c'),(4,'d') ON", 2, true, "(1,'it\\'s'),(2,'\\\\'),(3,'c'),(4,'d')"),
            ("(1,'a\\'),(2,'b'),(3,'c');", 2, false, "(1,'a\\'),(2,'b'),(3,'c')"),
            ("(1, 'a'),(2, -3),( 2,'b');", 2, true, "(1, 'a'),(2, -3)"),
            ("(1,'a'), (2,'b'),(3,'c');", 2, true, "(1,'a')"),
            ("(1,  'a'),(2,'b');", 2, true, ""),
            ("(1,'a' ),(2,'b');", 2, true, ""),
            ("(1, ),(2,'b');", 2, true, ""),
            ("(1,now()),(2,'b'),(3,'c');", 2, true, ""),
            ("(1,E'a'),(2,'b'),(3,'c');", 2, true, ""),
            ("(1,'a'),(2,'b'),(3,\"c\"),(4,'d');", 2, true, "(1,'a'),(2,'b')"),
            ("(1,'a'),(2,'b'),(3,'c'--\n),(4,'d');", 2, true, "(1,'a'),(2,'b')"),
            ("(1,'a'),(2,'b'),(3,),(4,'d');", 2, true, "(1,'a'),(2,'b')"),
            ("(1,'a'),(2,(3)),(3,'c'),(4,'d');", 2, true, "(1,'a')"),
            ("(1,'a'),(2),(3,'c'),(4,'d');", 2, true, "(1,'a')"),
            (&long, 2, true, &long),
        ] {
            for wants in [Wants::Nothing, Wants::ALL] {
                assert_eq!(&text[..ridden(text, width, backslash, wants).0], expected, "{text}");
            }
        }
    }

    #[test]
    fn values_are_read_as_they_are_meant_and_only_those_that_are_wanted() {
        let text = "(1,'it''s',NULL),(-2.5,'a\\tb', TRUE),(0x6869,'','x\\\\')";
        let values = ["1", "it's", "~", "-2.5", "a\tb", "TRUE", "hi", "", "x\\"];
        let read =
            |wants| ridden(text, 3, true, wants).1.into_iter().map(|value| value.unwrap_or_else(|| "~".to_owned())).collect::<Vec<_>>();
        assert_eq!(read(Wants::ALL), values);
        assert_eq!(read(Wants::Columns(0b10)), ["~", "it's", "~", "~", "a\tb", "~", "~", "", "~"]);
    }

    proptest! {
        /// What is ridden through is what the reader of values reads, one after the other.
        #[test]
        fn a_ride_reads_what_the_reader_of_values_reads(text in "\\(([0-9aN' ,.)(\\\\-]|'[ab,\\\\)]{0,70}'|,|\\),\\(){0,40}", width in 1usize..4, backslash in any::<bool>()) {
            let (end, values) = ridden(&text, width, backslash, Wants::ALL);
            let (bytes, mut arena, mut read) = (text.as_bytes(), Vec::new(), Vec::new());
            let mut cursor = Cursor { bytes: &bytes[..end], at: 0, flavor: Flavor { backslash } };
            while cursor.at < end {
                cursor.at += 1;
                cursor.blank().ok();
                if cursor.at == end {
                    break;
                }
                let cell = value::value(&mut Cursor { bytes, ..cursor }, &mut arena);
                let mut over = Cursor { bytes, ..cursor };
                value::value(&mut over, &mut Vec::new()).ok();
                cursor.at = over.at;
                let cell = cell.map_err(|stop| TestCaseError::fail(format!("{stop:?} {text}")))?;
                read.push(cell.value(bytes, &arena).map(|value| String::from_utf8_lossy(value).into_owned()));
                if bytes[cursor.at] == b')' && cursor.at + 1 < end {
                    cursor.at += 2;
                } else if bytes[cursor.at] == b')' {
                    break;
                }
            }
            prop_assert_eq!(values, read, "{}", text);
        }
    }
}
