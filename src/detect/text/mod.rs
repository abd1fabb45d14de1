//! Free text: one pass finds candidates by what they are made of; only survivors of a cheap
//! test look around themselves for words that speak for them.
//!
//! Four finders walk the block, each led by bytes that are rare: digits ([`numbers`], [`phones`]), `@`
//! ([`signs`]), fixed beginnings and labels ([`literals`]), and, in prose, capital letters
//! ([`names`], [`address`]). Around names, [`attributes`] looks for what is said of people. What they find is weighed in bits; above zero it is reported, and
//! of overlapping findings the strongest stays.

mod address;
mod address_words;
mod attributes;
mod choice;
mod context;
mod dates;
mod forms;
mod layer;
mod literals;
mod login_files;
mod markings;
mod name_words;
mod names;
mod numbers;
mod phones;
mod pieces;
mod planes;
mod search;
mod seeds;
mod signs;
mod stems;
mod word_lists;

use super::{Detector, DetectorId, Detectors, Protection, normal::Hints, read::Verdict};
use crate::format::{TextKind, lanes::EIGHT};
use memchr::memmem::Finder;
use smallvec::SmallVec;
use std::{ops::Range, sync::LazyLock};

/// A value found in text.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub detector: DetectorId,
    /// Bytes of the text.
    pub start: usize,
    pub length: usize,
    /// Most need no memory of their own.
    pub normalised: SmallVec<[u8; 32]>,
    /// Evidence: log₂ of the odds that it is what it looks like.
    pub bits: f32,
    pub protection: Protection,
    /// A documented harmless value.
    pub test_value: bool,
}

/// Everything compiled for the text pass.
#[derive(Debug)]
pub(super) struct Scanner {
    forms: forms::Forms,
    context: context::Words,
    literals: literals::Literals,
    /// The literals, then the words of the context.
    stems: stems::Stems,
    email: Option<DetectorId>,
    phone: Option<DetectorId>,
    ip: Option<DetectorId>,
    iban: Option<DetectorId>,
    name: Option<DetectorId>,
    address: Option<DetectorId>,
    birth_date: Option<DetectorId>,
    /// Who reports what [`attributes`] finds by the words of a table named like them.
    attributes: Vec<DetectorId>,
    password: Option<DetectorId>,
    hash: Option<DetectorId>,
    seed_phrase: Option<DetectorId>,
    /// Detectors of words that nearly nothing but a check tells from others (wallets), and how long these are.
    words: Vec<(DetectorId, std::ops::RangeInclusive<usize>)>,
    /// The shortest of them, and of hashes.
    shortest_word: usize,
    /// The form of a telephone number must say so much, where no word speaks for it.
    phone_alone: f32,
}

impl Scanner {
    /// Compiles the text side of all detectors.
    pub(super) fn of(all: &[Detector]) -> Result<Scanner, String> {
        let all_by_scanner = |name: &'static str| {
            let named = all.iter().enumerate().filter(move |(_, detector)| detector.text.scanner.as_deref() == Some(name));
            named.map(|(at, detector)| (DetectorId(at as u16), detector))
        };
        let by_scanner = |name| all_by_scanner(name).next().map(|(id, _)| id);
        let (literals, context) = (literals::Literals::of(all), context::Words::of(all));
        let words: Vec<_> = all_by_scanner("word").map(|(id, detector)| (id, detector.length.0..=detector.length.1)).collect();
        Ok(Scanner {
            stems: stems::Stems::of(literals.texts().chain(context.texts().map(|text| (text, stems::End::Whole))))?,
            literals,
            context,
            forms: forms::Forms::of(all)?,
            email: by_scanner("email"),
            phone: by_scanner("phone"),
            ip: by_scanner("ip"),
            iban: by_scanner("iban"),
            name: by_scanner("name"),
            address: by_scanner("address"),
            birth_date: by_scanner("birth_date"),
            attributes: all_by_scanner("attribute").map(|(id, _)| id).collect(),
            password: by_scanner("combo"),
            hash: by_scanner("hash"),
            seed_phrase: by_scanner("seed_phrase"),
            phone_alone: by_scanner("phone").map_or(f32::INFINITY, |id| -all[usize::from(id.0)].text.most_alone(0.0)),
            shortest_word: words.iter().map(|(_, lengths)| *lengths.start()).chain([32]).min().unwrap_or_default(),
            words,
        })
    }
}

/// So many rows of the planes are laid out before anything is looked up in them. What looks forward from a number or a line
/// looks less far than a tile.
const TILE: usize = 256;

/// One scan of one text.
struct Scan<'t> {
    detectors: &'t Detectors,
    text: &'t [u8],
    kind: TextKind,
    found: &'t mut Vec<Finding>,
    planes: &'t planes::Planes<'t>,
    layer: layer::Layer,
    scratch: Vec<u8>,
    around: context::Around,
    /// Room that is used again.
    chosen: choice::Chosen,
    /// German text writes every noun with a capital.
    capitalises_nouns: bool,
    /// Where addresses stand: their streets are called after people.
    taken: Vec<(usize, usize)>,
}

impl Detectors {
    /// Findings in one stretch of text, by position; overlapping ones resolved to the strongest.
    /// Appends to `found`.
    pub fn scan_text(&self, text: &[u8], kind: TextKind, found: &mut Vec<Finding>) {
        let from = found.len();
        let mut room = planes::Room::new();
        let planes = planes::Planes::of(text, is_prose(kind), &mut room);
        let mut scan = Scan::of(self, text, kind, &planes, found);
        let literals = scan.walk();
        if scan.layer.has_percent {
            scan.escaped_signs();
        }
        scan.literals(&literals);
        if scan.layer.has_scheme {
            scan.url_lines();
        }
        if scan.layer.has_single {
            scan.pgpass_of_any_port();
        }
        if is_prose(kind) {
            scan.addresses();
            scan.names();
            scan.attributes(from);
        }
        scan.around.keep();
        resolve(found, from);
    }
}

impl<'t> Scan<'t> {
    fn of(
        detectors: &'t Detectors,
        text: &'t [u8],
        kind: TextKind,
        planes: &'t planes::Planes<'t>,
        found: &'t mut Vec<Finding>,
    ) -> Scan<'t> {
        Scan {
            detectors,
            text,
            kind,
            found,
            planes,
            layer: layer::Layer::default(),
            scratch: Vec::new(),
            around: context::Around::kept(),
            chosen: choice::Chosen::default(),
            capitalises_nouns: is_prose(kind) && is_german(text),
            taken: Vec::new(),
        }
    }

    /// Lays out the planes and walks what needs no other finding: words, numbers, signs, seed phrases. A tile of the text is gone
    /// through at a time, so that what was laid out of it is still in the nearest cache. Returns the literals.
    fn walk(&mut self) -> Vec<(usize, Range<usize>)> {
        let (planes, rows) = (self.planes, self.planes.rows.count());
        let (mut literals, mut before, mut seen) = (Vec::new(), search::Before::default(), seeds::Seen::default());
        self.around.clear(self.text.len(), self.kind);
        let (mut scratch, mut last) = (search::Scratch::kept(), 0..0);
        for start in (0..rows).step_by(TILE) {
            let tile = start..rows.min(start + TILE);
            self.layer.lay(self.text, planes, tile.clone());
            self.words(tile.clone(), &mut scratch, &mut literals);
            // Words behind a number may speak for it: values are a tile late.
            self.values(last, &mut before, &mut scratch, &mut seen);
            last = tile;
        }
        self.values(last, &mut before, &mut scratch, &mut seen);
        scratch.keep();
        literals
    }

    /// Walks numbers, signs and seed phrases of these rows.
    fn values(&mut self, rows: Range<usize>, before: &mut search::Before, scratch: &mut search::Scratch, seen: &mut seeds::Seen) {
        let from = self.found.len();
        self.numbers_and_signs(rows.clone(), before, scratch);
        self.seeds(rows, seen);
        // What was found in all tiles is sorted in the end: of what is in order already that is little.
        sort(&mut self.found[from..]);
    }

    /// Walks the beginnings of words: what stands there of the context is kept for the values around, the literals are
    /// told. What stands inside of a literal is none by itself; of several that begin at one place the one with signs
    /// before it counts, then the longest.
    fn words(&mut self, rows: Range<usize>, scratch: &mut search::Scratch, found: &mut Vec<(usize, Range<usize>)>) {
        let (text, planes) = (self.text, self.planes);
        let Scanner { stems, literals, context, .. } = &self.detectors.scanner;
        let (count, mut next) = (literals.count(), found.last().map_or(0, |(_, stands)| stands.end));
        let look = |at: usize| {
            let mut best: Option<(usize, Range<usize>)> = None;
            stems.each_at(text, at, |place, stands| {
                if let Some(word) = place.checked_sub(count) {
                    let last = text[stands.end - 1];
                    let goes_on = last.is_ascii() && is_word(last) && text.get(stands.end).is_some_and(u8::is_ascii_alphabetic);
                    if !goes_on {
                        self.around.add(word, context.marks(word), at, stands);
                    }
                } else if at >= next && literals.is_one(place, &text[stands.clone()]) {
                    let better = |best: &Range<usize>| (stands.start, best.end) < (best.start, stands.end);
                    if best.as_ref().is_none_or(|(_, best)| better(best)) {
                        best = Some((place, stands));
                    }
                }
            });
            // A literal begins no word in the middle of one.
            if let Some((place, stands)) = best.filter(|_| at == 0 || !planes.words.has(at - 1)) {
                next = stands.end;
                found.push((place, stands));
            }
        };
        planes.each_stem(rows.start / EIGHT..rows.end.div_ceil(EIGHT), text, stems, scratch, look);
    }

    /// Judges `start..end` by a detector with this much evidence from its shape, and keeps it
    /// if all evidence together is above zero. Returns whether it was kept.
    fn weigh(&mut self, id: DetectorId, start: usize, end: usize, shape_bits: f32) -> bool {
        self.weigh_known(id, start, end, shape_bits, false)
    }

    /// The same; `is_near`: a word of the detector is known to stand around.
    fn weigh_known(&mut self, id: DetectorId, start: usize, end: usize, shape_bits: f32, is_near: bool) -> bool {
        let detector = self.detectors.get(id);
        let text = &detector.text;
        // Words are known already, the value is not.
        let word = is_near || text.most_alone(shape_bits) > 0.0 || text.near_bits > 0.0 && self.may_be_near(id, start, end);
        if !word || text.most(shape_bits) <= 0.0 {
            return false;
        }
        let Some(value) = self.text.get(start..end) else { return false };
        let verdict = detector.judge(value, Hints::default(), &mut self.scratch);
        let test_value = match verdict {
            Verdict::Valid => false,
            Verdict::Test => true,
            _ => return false,
        };
        let mut bits = text.base + shape_bits + if detector.checks.is_empty() { 0.0 } else { text.check_bits };
        if text.near_bits > 0.0 && bits + text.near_bits > 0.0 {
            bits += self.near(id, start, end);
        }
        bits > 0.0 && {
            self.keep(id, start, end, bits, test_value);
            true
        }
    }

    /// Reports what stands normalised in the scratch buffer.
    fn keep(&mut self, detector: DetectorId, start: usize, end: usize, bits: f32, test_value: bool) {
        let protection = if Some(detector) == self.detectors.scanner.hash { Protection::Hashed } else { Protection::Clear };
        self.found.push(Finding {
            detector,
            start,
            length: end - start,
            normalised: SmallVec::from_slice(&self.scratch),
            bits,
            protection,
            test_value,
        });
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(b' ')
    }

    fn before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(b' ', |before| self.byte(before))
    }
}

/// By place; of those that begin at one the longer first.
fn in_order(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    a.start.cmp(&b.start).then(b.length.cmp(&a.length)).then(a.detector.cmp(&b.detector))
}

/// Most of what is found is in order as it comes.
fn sort(found: &mut [Finding]) {
    if !found.is_sorted_by(|a, b| in_order(a, b).is_le()) {
        found.sort_by(in_order);
    }
}

/// Sorts what was found since `from` and lets the stronger of two that overlap stay.
fn resolve(found: &mut Vec<Finding>, from: usize) {
    let Some(mine) = found.get_mut(from..) else { return };
    sort(mine);
    // What is kept moves forward, over what is not.
    let mut kept = 0;
    for at in 0..mine.len() {
        let finding = &mine[at];
        let stronger = |held: &Finding| finding.bits > held.bits || (finding.bits == held.bits && finding.length > held.length);
        let overlapping = mine[..kept].iter().rev().take(4).filter(|held| held.start + held.length > finding.start).count();
        if mine[kept - overlapping..kept].iter().all(stronger) {
            kept -= overlapping;
            mine.swap(kept, at);
            kept += 1;
        }
    }
    found.truncate(from + kept);
}

/// Whether names and addresses are looked for: after all else, in the planes of the whole text.
fn is_prose(kind: TextKind) -> bool {
    matches!(kind, TextKind::Prose | TextKind::MailHeader)
}

/// Whether the beginning of a text has more German than English small words.
fn is_german(text: &[u8]) -> bool {
    static WORDS: LazyLock<[Finder<'_>; 5]> = LazyLock::new(|| [" und ", " der ", " die ", " the ", " of "].map(Finder::new));
    let head = &text[..text.len().min(16 << 10)];
    let [und, der, die, the, of] = WORDS.each_ref().map(|word| word.find_iter(head).count());
    und + der + die > the + of
}

/// Letters and digits, and everything beyond ASCII.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

#[cfg(test)]
mod prose_tests;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind of thing the scanners look for, and what is next to it.
    const TEXT: &str = "From: Jane Doe <jane.foster@mailhaven.com>\nDear Mr. O'Brien, DOB: 03/21/1975 SSN 536-22-8145 call +1 (425) 882-6710 x12.\n\
        4642 Forest Court, Memphis, TN 38140 Straße Ünïcödé-Ñame’s DE85 5001 0517 5961 7665 90 AB 12 34 56 C 2a02:8109:9440:2e4::1f 81.190.68.123\n\
        password=«x9Kd72» https://u:p9ssw0rd@host.example/x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLXNpZ25h -----BEGIN RSA PRIVATE KEY-----\nMII\n-----END\n\
        salary: $85,000 ghp_Zk3Vx9 $2b$12$abc %40 a%40b.de\u{3042}\u{1f600} A'S \u{c9}\u{b4}s X'\u{15a} mother's maiden name: ";

    #[test]
    fn no_cut_and_no_damage_makes_a_scan_panic() {
        let detectors = Detectors::builtin().expect("built-in files load");
        let bytes = TEXT.as_bytes();
        let mut found = Vec::new();
        for at in 0..bytes.len() {
            for text in [&bytes[..at], &bytes[at..]] {
                found.clear();
                detectors.scan_text(text, TextKind::Prose, &mut found);
                assert!(found.iter().all(|one| one.start + one.length <= text.len()));
            }
        }
        let mut state = 7_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as usize
        };
        for _ in 0..300 {
            let mut text = bytes.to_vec();
            for _ in 0..12 {
                let at = next() % text.len();
                text[at] = next() as u8;
            }
            found.clear();
            detectors.scan_text(&text, TextKind::Prose, &mut found);
        }
    }

    #[test]
    fn findings_do_not_overlap_and_stand_in_order() {
        let detectors = Detectors::builtin().expect("built-in files load");
        let mut found = Vec::new();
        detectors.scan_text(TEXT.as_bytes(), TextKind::Prose, &mut found);
        assert!(found.len() > 8);
        assert!(found.windows(2).all(|pair| pair[0].start + pair[0].length <= pair[1].start));
    }

    #[test]
    fn numbers_of_machines_are_no_findings() {
        let detectors = Detectors::builtin().expect("built-in files load");
        let text = "build ba4603a3-3255-8ae4-69dd-0b0ef1cbd4ba ver 2025.0.0.1000 epoch 1757900000000 crc c49b5510 elapsed 0.340382640\n\
            tracking 9400295473275608497924 part 423-43-7029-A order 4314894797628459 sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709x node 10.0.1.1 isbn 978-3-16-148410-0\n";
        let mut found = Vec::new();
        detectors.scan_text(text.as_bytes(), TextKind::Lines, &mut found);
        let shown: Vec<&str> = found.iter().map(|one| detectors.get(one.detector).id.as_str()).collect();
        assert!(found.is_empty(), "{shown:?}");
    }

    #[test]
    fn a_directory_adds_a_detector() {
        let directory = tempfile::tempdir().expect("a scratch folder");
        std::fs::create_dir(directory.path().join("xx")).expect("a folder");
        let file = "name = 'Library number'\nelement = 'state_id'\n[value]\nnormalise = 'upper_alnum'\n[text]\nbase = -1\nshapes = [{ shape = 'L-ddd-ddd', bits = 3 }]\n\
            [examples]\nfinds = ['card «L-123-455»', '«L-123-456» is lost']\nignores = [{ text = 'L-123-4556', why = 'longer' }, { text = 'XL-123-455', why = 'longer' }]\n";
        std::fs::write(directory.path().join("xx/library.toml"), file).expect("written");
        let detectors = Detectors::load(&[directory.path().to_owned()]).expect("loads");
        assert!(detectors.by_id("xx_library").is_some());
        assert_eq!(detectors.self_test(), []);
    }
}
