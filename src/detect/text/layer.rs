//! Lays a text out in planes, eight times sixty-four bytes at once.

use super::planes::{Block, Planes, Rows, plane};
use crate::format::lanes::{CHUNK, CLASSES, EIGHT, Eight, HalfTable, Look, Table, Walk, look_ahead, widest};
use std::ops::Range;

/// Signs that may stand in a telephone number, and those that are of a class with them.
pub(super) const DIALLED_SIGNS: &[u8] = b" -./()_+,";

/// The classes that join what follows to them.
#[derive(Clone, Copy, Debug, Default)]
struct Joining<T> {
    words: T,
    digits: T,
    hyphens: T,
    slashes: T,
    /// Points and slashes.
    points: T,
    colons: T,
    /// Words and dollars.
    joined: T,
    percents: T,
    capitals: T,
    /// Spaces, brackets, hyphens.
    gaps: T,
    /// Those, full stops and slashes.
    dialling: T,
}

impl<T> Joining<T> {
    #[inline(always)]
    fn map<U>(self, mut to: impl FnMut(T) -> U) -> Joining<U> {
        Joining {
            words: to(self.words),
            digits: to(self.digits),
            hyphens: to(self.hyphens),
            slashes: to(self.slashes),
            points: to(self.points),
            colons: to(self.colons),
            joined: to(self.joined),
            percents: to(self.percents),
            capitals: to(self.capitals),
            gaps: to(self.gaps),
            dialling: to(self.dialling),
        }
    }
}

/// Lays out a text in every plane, some rows after others.
#[derive(Debug, Default)]
pub(super) struct Layer {
    /// Of the sixty-four bytes before.
    before: Joining<u64>,
    /// Whether there was any `%` so far,
    pub has_percent: bool,
    /// any `://`,
    pub has_scheme: bool,
    /// any two colons with one character between them.
    pub has_single: bool,
}

impl Layer {
    /// Lays out these rows, which follow those laid out last and begin a block.
    pub(super) fn lay(&mut self, text: &[u8], planes: &Planes<'_>, rows: Range<usize>) {
        let (text, last) = (&text[text.len().min(rows.start * CHUNK)..], rows.end);
        let blocks = rows.start / EIGHT..rows.end.div_ceil(EIGHT);
        let (before, any) = widest(Laying { text, rows: planes.rows, blocks, before: self.before });
        if last == planes.rows.count() {
            planes.rows.empty_behind();
        }
        self.before = before;
        self.has_percent |= any[0];
        self.has_scheme |= any[1];
        self.has_single |= any[2];
    }
}

/// Lays out blocks of a text.
struct Laying<'a> {
    /// From the first of them on.
    text: &'a [u8],
    rows: Rows<'a>,
    blocks: Range<usize>,
    before: Joining<u64>,
}

impl Walk for Laying<'_> {
    /// The classes of the last row, and of which bytes [`Layer`] keeps in mind there are any.
    type Output = (Joining<u64>, [bool; 3]);

    #[inline(always)]
    fn walk<L: Look>(self) -> Self::Output {
        let (chunks, _) = self.text.as_chunks::<CHUNK>();
        let none = L::Eight::all(0);
        let (mut before, mut any) = (self.before.map(L::Eight::all), [none; 3]);
        for (at, to) in self.blocks.enumerate() {
            let Some(block) = self.rows.block(to) else { break };
            let rest = self.text.get(at * EIGHT * CHUNK..).unwrap_or_default();
            if let Some(full) = rest.as_chunks::<CHUNK>().0.first_chunk() {
                (at * EIGHT..(at + 1) * EIGHT).for_each(|row| look_ahead(chunks, row));
                lay::<L>((full, EIGHT), rest.get(EIGHT * CHUNK).copied().unwrap_or(0), block, &mut before, &mut any);
            } else {
                // The last one of the text, not full.
                let mut last = [[0; CHUNK]; EIGHT];
                last.as_flattened_mut()[..rest.len()].copy_from_slice(rest);
                lay::<L>((&last, rest.len().div_ceil(CHUNK)), 0, block, &mut before, &mut any);
                // What the zeros behind the text are is nobody's.
                let bytes = |row: usize| rest.len().saturating_sub(row * CHUNK).min(CHUNK) as u32;
                let within = L::Eight::of(std::array::from_fn(|row| u64::MAX.checked_shr(u64::BITS - bytes(row)).unwrap_or(0)));
                block.set(plane::STRANGE, block.plane::<L::Eight>(plane::STRANGE) & within);
            }
        }
        (before.map(|words| words.words()[EIGHT - 1]), any.map(|any| any.words() != [0; EIGHT]))
    }
}

/// Lays out eight times sixty-four bytes, of which so many are of the text; `next` is the byte behind them.
#[inline(always)]
fn lay<L: Look>(
    (chunks, rows): (&[[u8; CHUNK]; EIGHT], usize),
    next: u8,
    to: &Block,
    before: &mut Joining<L::Eight>,
    any: &mut [L::Eight; 3],
) {
    let here = Classes::of::<L>(chunks, rows);
    let now = Joining {
        words: here.words,
        digits: here.digits,
        hyphens: here.hyphens,
        slashes: here.slashes,
        points: here.points | here.slashes,
        colons: here.colons,
        joined: here.words | here.dollars,
        percents: here.percents,
        capitals: here.capitals,
        gaps: here.spaces | here.hyphens,
        dialling: here.spaces | here.hyphens | here.slashes | here.points & !here.commas,
    };
    // Of byte `i`: the class of the byte so many before it, and that of the one behind it.
    let back = |now: L::Eight, before: L::Eight, far: u32| now.up(now.preceding(before), far);
    let ahead = |now: L::Eight, next: bool| now.down(now.following(L::Eight::all(u64::from(next))), 1);
    let joined = back(now.hyphens, before.hyphens, 1) & back(now.words, before.words, 2)
        | back(now.points, before.points, 1) & back(now.digits, before.digits, 2)
        | back(now.joined, before.joined, 1);
    // "%20" and "%3D" before a value are a space and a sign, not its digits.
    let spared = back(now.percents, before.percents, 2) | back(now.percents, before.percents, 3);
    let goes_on = (here.hyphens | here.slashes) & ahead(here.alphanumeric, next.is_ascii_alphanumeric())
        | (here.points | here.colons) & ahead(here.digits, next.is_ascii_digit())
        | here.ats
        | here.words;
    let in_word = back(now.words, before.words, 1);
    to.set(plane::ALPHANUMERIC, here.alphanumeric);
    to.set(plane::DIGITS, here.digits);
    to.set(plane::WORDS, here.words);
    to.set(plane::BEGINNINGS, here.alphanumeric & !in_word | here.leads);
    to.set(plane::RESTS, joined & !spared);
    to.set(plane::GOES_ON, goes_on);
    to.set(plane::DIALLED, here.digits | here.spaces | here.hyphens | now.points);
    to.set(plane::NEWLINES, here.newlines);
    to.set(plane::LABELS, here.colons | here.signs);
    to.set(plane::HEXADECIMAL, here.digits | here.hexadecimal | here.colons);
    to.set(plane::APART, back(now.gaps, before.gaps, 1) & back(now.capitals, before.capitals, 2));
    any[0] = any[0] | here.percents;
    any[1] = any[1] | here.slashes & back(now.slashes, before.slashes, 1) & back(now.colons, before.colons, 2);
    any[2] = any[2] | here.colons & back(now.colons, before.colons, 2);
    to.set(plane::ATS, here.ats);
    to.set(plane::STRANGE, !here.of_phrase);
    to.set(plane::SET_APART, here.set_apart);
    to.set(plane::MIDDLE, back(now.dialling, before.dialling, 1) & back(now.digits, before.digits, 2));
    to.set(plane::CAPITALISED, (here.capitals | here.words & !here.alphanumeric) & !in_word);
    *before = now;
}

/// Eight times sixty-four bytes by class.
struct Classes<E> {
    alphanumeric: E,
    digits: E,
    words: E,
    leads: E,
    /// `-`, `_`, `+`: join what stands on both sides.
    hyphens: E,
    slashes: E,
    /// `.`, `,`: join digits.
    points: E,
    commas: E,
    colons: E,
    ats: E,
    dollars: E,
    percents: E,
    /// Space and brackets.
    spaces: E,
    newlines: E,
    /// `=`, `[`, `>`.
    signs: E,
    capitals: E,
    /// `a` to `f` in either case.
    hexadecimal: E,
    /// What seed phrases are made of.
    of_phrase: E,
    /// `+` and `(`.
    set_apart: E,
}

impl<E: Eight> Classes<E> {
    #[inline(always)]
    fn of<L: Look<Eight = E>>(chunks: &[[u8; CHUNK]; EIGHT], rows: usize) -> Classes<E> {
        let of = match L::by_table(chunks, rows, &TABLE) {
            Some(of) => of,
            None => {
                let mut all = [[0; EIGHT]; CLASSES];
                for (at, chunk) in chunks.iter().enumerate().take(rows) {
                    for (class, of_chunk) in all.iter_mut().zip(compare::<L>(chunk)) {
                        class[at] = of_chunk;
                    }
                }
                all.map(E::of)
            }
        };
        let alphanumeric = of[0];
        // What is beyond ASCII has the bit of digits but not that of letters and digits; what begins a character that of capitals as well.
        let beyond = of[1] & !alphanumeric;
        Classes {
            alphanumeric,
            digits: of[1] & alphanumeric,
            words: alphanumeric | beyond,
            leads: of[12] & !alphanumeric,
            hyphens: of[2],
            slashes: of[3],
            points: of[4],
            // They have the bit of what sets numbers apart as well.
            commas: of[4] & of[15],
            colons: of[5],
            ats: of[6],
            dollars: of[7],
            percents: of[8],
            spaces: of[9],
            newlines: of[10],
            signs: of[11],
            capitals: of[12] & alphanumeric,
            hexadecimal: of[13],
            of_phrase: of[14],
            set_apart: of[15] & !of[4],
        }
    }
}

/// The classes of sixty-four bytes, in the order of the table.
#[inline(always)]
fn compare<L: Look>(chunk: &[u8; CHUNK]) -> [u64; CLASSES] {
    let lanes = L::of(chunk);
    let (alphanumeric, points, colons, newlines) = (lanes.alphanumeric(), lanes.any_of(*b".,"), lanes.any_of(*b":"), lanes.any_of(*b"\n"));
    [
        alphanumeric,
        lanes.digits() | lanes.beyond_ascii(),
        lanes.any_of(*b"-_+"),
        lanes.any_of(*b"/"),
        points,
        colons,
        lanes.any_of(*b"@"),
        lanes.any_of(*b"$"),
        lanes.any_of(*b"%"),
        lanes.any_of(*b" ()"),
        newlines,
        lanes.any_of(*b"=[>"),
        lanes.within(b'A', b'Z') | lanes.leads(),
        lanes.within(b'A', b'F') | lanes.within(b'a', b'f'),
        // What may stand between words of a phrase besides ([`BETWEEN`]).
        alphanumeric | points | colons | newlines | lanes.any_of(*b" \t\x0c\r)\"'|-_*#"),
        lanes.any_of(*b"+(,"),
    ]
}

/// What may stand between the words of a seed phrase, numbers aside.
pub(super) const BETWEEN: [u8; 16] = *b" \t\n\x0c\r,.)\"'|-_*#:";

const fn is_of_phrase(byte: u8) -> bool {
    let (mut found, mut at) = (byte.is_ascii_alphanumeric(), 0);
    while at < BETWEEN.len() {
        found |= BETWEEN[at] == byte;
        at += 1;
    }
    found
}

/// The same by a table.
static TABLE: Table = {
    let (mut all, mut byte) = ([HalfTable { ascii: [0; 128], beyond: 0, leads: 0 }; 2], 0);
    while byte < 128 {
        let is = byte as u8;
        let of = [
            is.is_ascii_alphanumeric(),
            is.is_ascii_digit(),
            matches!(is, b'-' | b'_' | b'+'),
            is == b'/',
            matches!(is, b'.' | b','),
            is == b':',
            is == b'@',
            is == b'$',
            is == b'%',
            matches!(is, b' ' | b'(' | b')'),
            is == b'\n',
            matches!(is, b'=' | b'[' | b'>'),
            is.is_ascii_uppercase(),
            is.is_ascii_hexdigit() && !is.is_ascii_digit(),
            is_of_phrase(is),
            matches!(is, b'+' | b'(' | b','),
        ];
        let mut class = 0;
        while class < of.len() {
            all[class / EIGHT].ascii[byte] |= (of[class] as u8) << (class % EIGHT);
            class += 1;
        }
        byte += 1;
    }
    all[0].beyond = 1 << 1;
    all[0].leads = 1 << 1;
    all[1].leads = 1 << (12 - EIGHT);
    Table(all)
};
