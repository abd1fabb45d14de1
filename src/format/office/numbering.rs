//! The numbers before paragraphs of documents before 2007 ([MS-DOC] 2.9.131 to 2.9.150): they stand nowhere in the text, and
//! a clause, a question or a row of a list is spoken of by them.

use crate::format::binary::{slice, u16_le, u32_le};
use std::collections::{HashMap, HashSet};

/// Levels of a list.
const LEVELS: usize = 9;
/// More lists, styles and runs of paragraphs than this are damage.
const MOST: usize = 1 << 20;
/// Styles based on styles.
const DEPTH: usize = 12;

/// One level of a list.
#[derive(Clone, Debug, Default)]
struct Level {
    start: u32,
    /// How numbers are written.
    kind: u8,
    /// All numbers in it are written plainly.
    is_legal: bool,
    /// It begins anew only behind levels before this one.
    restart: Option<u8>,
    /// What stands around the numbers; characters below nine are numbers of levels.
    text: Vec<u16>,
}

/// A list as paragraphs refer to it.
#[derive(Debug, Default)]
struct Override {
    list: u32,
    /// Where a level starts otherwise, and how it looks otherwise.
    starts: [Option<u32>; LEVELS],
    levels: [Option<Level>; LEVELS],
}

#[derive(Debug, Default)]
struct List {
    levels: Vec<Level>,
    /// The style of each level.
    styles: [u16; LEVELS],
}

/// Which list and level a paragraph or style is of.
#[derive(Clone, Copy, Debug, Default)]
struct Membership {
    list: Option<u16>,
    level: Option<u8>,
}

/// The lists of a document, and how far each is counted.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    lists: HashMap<u32, List>,
    overrides: Vec<Override>,
    /// End of the run of bytes, style and membership of each paragraph, rising.
    paragraphs: Vec<(u32, u16, Membership)>,
    /// What each style is of, and the style it is based on.
    styles: Vec<(Membership, usize)>,
    counts: HashMap<u32, [Option<u32>; LEVELS]>,
    /// Starts of their own that were used.
    begun: HashSet<(u16, usize)>,
}

impl Numbering {
    /// The numbering of a document; `None` when it has no lists.
    pub(super) fn of(main: &[u8], table: &[u8]) -> Option<Numbering> {
        let part = |at: usize| Some(slice(table, u32_le(main, at)? as usize, u32_le(main, at + 4)? as usize));
        let mut numbering = Numbering::default();
        let lists_at = u32_le(main, 0x2E2)? as usize;
        let levels_at = lists_at.checked_add(u32_le(main, 0x2E6)? as usize)?;
        numbering.read_lists(part(0x2E2)?, table.get(levels_at..)?);
        numbering.read_overrides(part(0x2EA)?);
        if numbering.lists.is_empty() || numbering.overrides.is_empty() {
            return None;
        }
        numbering.read_styles(part(0xA2)?);
        numbering.read_paragraphs(part(0x102)?, main);
        Some(numbering)
    }

    fn read_lists(&mut self, described: &[u8], levels: &[u8]) {
        let count = usize::from(u16_le(described, 0).unwrap_or_default());
        let mut at = 0;
        for list in described.get(2..).unwrap_or_default().as_chunks::<28>().0.iter().take(count) {
            let how_many = if list[26] & 1 == 0 { LEVELS } else { 1 };
            let mut all = Vec::new();
            for _ in 0..how_many {
                let Some((level, length)) = levels.get(at..).and_then(level) else { return };
                at += length;
                all.push(level);
            }
            let mut styles = [0xFFF; LEVELS];
            styles.iter_mut().enumerate().for_each(|(number, style)| *style = u16_le(list, 8 + 2 * number).unwrap_or(0xFFF));
            self.lists.insert(u32_le(list, 0).unwrap_or_default(), List { levels: all, styles });
        }
    }

    fn read_overrides(&mut self, bytes: &[u8]) {
        let count = (u32_le(bytes, 0).unwrap_or_default() as usize).min(bytes.len() / 16);
        let mut at = 4 + 16 * count;
        for number in 0..count {
            let described = slice(bytes, 4 + 16 * number, 16);
            let mut one = Override { list: u32_le(described, 0).unwrap_or_default(), ..Override::default() };
            // A number of no use to us stands before the levels.
            at += 4;
            for _ in 0..described.get(12).copied().unwrap_or_default() {
                let (start, flags) = (u32_le(bytes, at), u32_le(bytes, at + 4));
                let (Some(start), Some(flags)) = (start, flags) else { break };
                at += 8;
                let place = (flags & 15) as usize;
                if let Some(own) = one.starts.get_mut(place).filter(|_| flags & 16 != 0) {
                    *own = Some(start);
                }
                if flags & 32 != 0 {
                    let Some((level, length)) = bytes.get(at..).and_then(level) else { break };
                    at += length;
                    if let Some(own) = one.levels.get_mut(place) {
                        *own = Some(level);
                    }
                }
            }
            self.overrides.push(one);
        }
    }

    /// Styles (2.9.271): a fixed part, a name, then the formats of paragraphs.
    fn read_styles(&mut self, sheet: &[u8]) {
        let (Some(head), Some(count), Some(fixed)) = (u16_le(sheet, 0), u16_le(sheet, 2), u16_le(sheet, 4)) else { return };
        let (mut at, fixed) = (2 + usize::from(head), usize::from(fixed));
        for _ in 0..count {
            let Some(length) = u16_le(sheet, at) else { return };
            let style = slice(sheet, at + 2, usize::from(length));
            at += 2 + usize::from(length).next_multiple_of(2);
            let based = u16_le(style, 2).unwrap_or_default();
            let name = usize::from(u16_le(style, fixed).unwrap_or_default());
            let formats = fixed + 2 + 2 * (name + 1);
            let length = usize::from(u16_le(style, formats).unwrap_or_default());
            let is_of_paragraphs = based & 15 == 1;
            let own = slice(style, formats + 2, length).get(2..).filter(|_| is_of_paragraphs).unwrap_or_default();
            self.styles.push((membership(own), usize::from(based >> 4)));
        }
    }

    /// Pages of 512 bytes that each describe a stretch of the text (2.9.175).
    fn read_paragraphs(&mut self, pages: &[u8], main: &[u8]) {
        let count = pages.len().saturating_sub(4) / 8;
        for number in 0..count {
            let Some(page) = u32_le(pages, (count + 1 + number) * 4) else { return };
            let page = slice(main, (page & 0x3F_FFFF) as usize * 512, 512);
            let runs = usize::from(page.get(511).copied().unwrap_or_default());
            for run in 0..runs {
                let (Some(end), Some(place)) = (u32_le(page, (run + 1) * 4), page.get((runs + 1) * 4 + run * 13)) else { break };
                let at = usize::from(*place) * 2;
                let (at, length) = match (at, page.get(at).copied().unwrap_or_default(), page.get(at + 1).copied().unwrap_or_default()) {
                    (0, ..) => (0, 0),
                    (at, 0, words) => (at + 2, usize::from(words) * 2),
                    (at, words, _) => (at + 1, usize::from(words) * 2 - 1),
                };
                let formats = slice(page, at, length);
                if self.paragraphs.len() < MOST {
                    let own = membership(formats.get(2..).unwrap_or_default());
                    self.paragraphs.push((end, u16_le(formats, 0).unwrap_or_default(), own));
                }
            }
        }
        self.paragraphs.sort_unstable_by_key(|paragraph| paragraph.0);
    }

    /// What stands before the paragraph that ends with the byte at `place` of the document. To be asked in the order of the text.
    pub(super) fn next(&mut self, place: u32) -> Option<String> {
        let (_, style, own) = *self.paragraphs.get(self.paragraphs.partition_point(|(end, ..)| *end <= place))?;
        let inherited = self.of_style(style);
        let number = own.list.or(inherited.list).filter(|list| (1..0xF801).contains(list))?;
        let one = self.overrides.get(usize::from(number) - 1)?;
        let list = self.lists.get(&one.list)?;
        let by_style = || list.styles.iter().position(|of_level| *of_level == style).and_then(|level| u8::try_from(level).ok());
        let place = usize::from(own.level.or_else(|| by_style().filter(|_| own.list.is_none())).or(inherited.level).unwrap_or(0));
        let level = |place: usize| one.levels.get(place).and_then(Option::as_ref).or_else(|| list.levels.get(place));
        let this = level(place)?;
        let counts = self.counts.entry(one.list).or_default();
        let own_start = one.starts[place].filter(|_| self.begun.insert((number, place)));
        // A level that is passed over counts as begun.
        for (above, count) in counts.iter_mut().enumerate().take(place) {
            *count = count.or_else(|| level(above).map(|level| level.start));
        }
        let before = counts[place];
        counts[place] = Some(own_start.unwrap_or_else(|| before.map_or(this.start, |count| count.saturating_add(1))));
        for (deeper, count) in counts.iter_mut().enumerate().skip(place + 1) {
            if level(deeper).is_none_or(|level| level.restart.is_none_or(|before| place < usize::from(before))) {
                *count = None;
            }
        }
        if is_sign(this.kind) {
            return None;
        }
        let written = |c: u16| match level(usize::from(c)).filter(|_| usize::from(c) < LEVELS) {
            Some(of) if is_sign(of.kind) => String::new(),
            Some(of) => write(counts[usize::from(c)].unwrap_or(of.start), if this.is_legal { 0 } else { of.kind }),
            None => char::from_u32(u32::from(c)).map(String::from).unwrap_or_default(),
        };
        let label: String = this.text.iter().map(|c| written(*c)).collect();
        (!label.trim().is_empty()).then_some(label)
    }

    /// The list of a style, or of those it is based on.
    fn of_style(&self, style: u16) -> Membership {
        let mut found = Membership::default();
        let mut style = usize::from(style);
        for _ in 0..DEPTH {
            let Some((own, based)) = self.styles.get(style) else { break };
            found.list = found.list.or(own.list);
            found.level = found.level.or(own.level);
            style = *based;
        }
        found
    }
}

/// A bullet, or nothing.
const fn is_sign(kind: u8) -> bool {
    matches!(kind, 23 | 255)
}

/// A level and how many bytes it takes (2.9.150).
fn level(bytes: &[u8]) -> Option<(Level, usize)> {
    let (formats, letters) = (usize::from(*bytes.get(24)?), usize::from(*bytes.get(25)?));
    let at = 28 + formats + letters;
    let length = usize::from(u16_le(bytes, at)?);
    let text = bytes.get(at + 2..at + 2 + 2 * length)?.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    let flags = *bytes.get(5)?;
    let restart = (flags & 8 != 0).then(|| bytes[26]);
    let level = Level { start: u32_le(bytes, 0)?, kind: *bytes.get(4)?, is_legal: flags & 4 != 0, restart, text };
    Some((level, at + 2 + 2 * length))
}

/// What changes to formats say of lists: a code, and as many bytes as its highest bits tell (2.2.5.1).
fn membership(mut changes: &[u8]) -> Membership {
    let mut found = Membership::default();
    while let Some(code) = u16_le(changes, 0) {
        match code {
            0x260A => found.level = changes.get(2).copied().filter(|level| usize::from(*level) < LEVELS),
            0x460B => found.list = u16_le(changes, 2),
            _ => {}
        }
        let length = match code >> 13 {
            0 | 1 => 1,
            2 | 4 | 5 => 2,
            3 => 4,
            7 => 3,
            _ if code == 0xD608 => usize::from(u16_le(changes, 2).unwrap_or_default()) + 1,
            _ => 1 + usize::from(changes.get(2).copied().unwrap_or_default()),
        };
        changes = changes.get(2 + length..).unwrap_or_default();
    }
    found
}

/// A number as its kind is written ([MS-OSHARED] 2.2.1.3); kinds of other scripts are written plainly.
fn write(number: u32, kind: u8) -> String {
    match kind {
        1 => roman(number),
        2 => roman(number).to_lowercase(),
        3 => letters(number),
        4 => letters(number).to_lowercase(),
        5 => {
            let ending = match (number % 10, number % 100) {
                (_, 11..=13) => "th",
                (1, _) => "st",
                (2, _) => "nd",
                (3, _) => "rd",
                _ => "th",
            };
            format!("{number}{ending}")
        }
        22 => format!("{number:02}"),
        _ => number.to_string(),
    }
}

/// `A` to `Z`, then `AA`, `BB`.
fn letters(number: u32) -> String {
    let Some(before) = number.checked_sub(1).filter(|before| *before < 26 * 30) else { return number.to_string() };
    let letter = char::from(b'A' + (before % 26) as u8);
    std::iter::repeat_n(letter, before as usize / 26 + 1).collect()
}

fn roman(number: u32) -> String {
    const SIGNS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if !(1..4000).contains(&number) {
        return number.to_string();
    }
    let mut rest = number;
    let mut out = String::new();
    for (value, sign) in SIGNS {
        while rest >= value {
            out.push_str(sign);
            rest -= value;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::unfold::{read_with, unfold};
    use std::io::Read;

    /// Test documents of Apache Tika (Apache-2.0).
    const PACKED: [&[u8]; 2] = [
        include_bytes!("../../../fixtures/documents/numbered-list.doc.gz"),
        include_bytes!("../../../fixtures/documents/override-list-numbering.doc.gz"),
    ];

    fn document(packed: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).expect("sound");
        bytes
    }

    #[test]
    fn paragraphs_have_the_numbers_a_reader_sees() {
        let text = |packed| unfold("a.doc", &document(packed)).texts.iter().map(|text| text.text.as_str()).collect::<String>();
        let [plain, changed] = PACKED.map(text);
        for line in
            ["1) This", "a) Is", "i) A multi", "II. bar", "6. six", "e. seven e", "3. page break list 3", "1. Within cell 1", "b. Cell b"]
        {
            assert!(plain.contains(line), "{line} in {plain}");
        }
        // Each of these says itself what its number should be.
        for line in [
            "1st.2.2someOtherText.1 1st.2.2someOtherText.1",
            "1.b.III 1.b.III",
            "2.a.I 2.a.I",
            "(1)) (1))",
            "2.18.2.1 2.18.2.1",
            "2.b 2.b",
            "1.1.1.1...1 1.1.1.1...1",
        ] {
            assert!(changed.contains(line), "{line} in {changed}");
        }
    }

    #[test]
    fn damage_to_lists_ends() {
        let bytes = document(PACKED[0]);
        for at in (0..bytes.len()).step_by(97) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0xFF;
            read_with(&super::super::Compound, &damaged);
        }
    }

    #[test]
    fn numbers_are_written_in_every_kind() {
        for (number, kind, want) in
            [(1994, 1, "MCMXCIV"), (4, 2, "iv"), (28, 3, "BB"), (1, 4, "a"), (112, 5, "112th"), (23, 5, "23rd"), (7, 22, "07"), (0, 1, "0")]
        {
            assert_eq!(write(number, kind), want);
        }
    }
}
