//! Free text: one pass finds candidates by what they are made of; only survivors of a cheap
//! test look around themselves for words that speak for them.
//!
//! Four finders walk the block, each led by bytes that are rare: digits ([`numbers`]), `@`
//! ([`signs`]), fixed beginnings and labels ([`literals`]), and, in prose, capital letters
//! ([`names`], [`address`]). What they find is weighed in bits; above zero it is reported, and
//! of overlapping findings the strongest stays.

mod address;
mod context;
mod literals;
mod names;
mod numbers;
mod signs;

use super::{Detector, DetectorId, Detectors, Protection, normal::Hints, read::Verdict};
use crate::format::TextKind;

/// A value found in text.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub detector: DetectorId,
    /// Bytes of the text.
    pub start: usize,
    pub length: usize,
    pub normalised: Box<[u8]>,
    /// Evidence: log₂ of the odds that it is what it looks like.
    pub bits: f32,
    pub protection: Protection,
    /// A documented harmless value.
    pub test_value: bool,
}

/// Everything compiled for the text pass.
#[derive(Debug)]
pub(super) struct Scanner {
    numbers: numbers::Index,
    context: context::Words,
    literals: literals::Literals,
    email: Option<DetectorId>,
    phone: Option<DetectorId>,
    ip: Option<DetectorId>,
    iban: Option<DetectorId>,
    name: Option<DetectorId>,
    address: Option<DetectorId>,
    password: Option<DetectorId>,
    hash: Option<DetectorId>,
}

impl Scanner {
    /// Compiles the text side of all detectors.
    pub(super) fn of(all: &[Detector]) -> Result<Scanner, String> {
        let by_scanner = |name: &str| {
            all.iter()
                .position(|detector| detector.text.scanner.as_ref().is_some_and(|scanner| scanner.get_ref() == name))
                .map(|at| DetectorId(at as u16))
        };
        Ok(Scanner {
            numbers: numbers::Index::of(all),
            context: context::Words::of(all)?,
            literals: literals::Literals::of(all)?,
            email: by_scanner("email"),
            phone: by_scanner("phone"),
            ip: by_scanner("ip"),
            iban: by_scanner("iban"),
            name: by_scanner("name"),
            address: by_scanner("address"),
            password: by_scanner("combo"),
            hash: by_scanner("hash"),
        })
    }
}

/// One scan of one text.
struct Scan<'t> {
    detectors: &'t Detectors,
    text: &'t [u8],
    kind: TextKind,
    found: &'t mut Vec<Finding>,
    scratch: Vec<u8>,
    around: context::Around,
    /// German text writes every noun with a capital.
    capitalises_nouns: bool,
}

impl Detectors {
    /// Findings in one stretch of text, by position; overlapping ones resolved to the strongest.
    /// Appends to `found`.
    pub fn scan_text(&self, text: &[u8], kind: TextKind, found: &mut Vec<Finding>) {
        let from = found.len();
        let mut scan = Scan {
            detectors: self,
            text,
            kind,
            found,
            scratch: Vec::new(),
            around: context::Around::default(),
            capitalises_nouns: is_german(text),
        };
        scan.numbers();
        scan.signs();
        scan.literals();
        if matches!(kind, TextKind::Prose | TextKind::MailHeader) {
            scan.addresses();
            scan.names();
        }
        resolve(found, from);
    }
}

impl Scan<'_> {
    /// Judges `start..end` by a detector with this much evidence from its shape, and keeps it
    /// if all evidence together is above zero. Returns whether it was kept.
    fn weigh(&mut self, id: DetectorId, start: usize, end: usize, shape_bits: f32) -> bool {
        let detector = self.detectors.get(id);
        let text = &detector.text;
        let most = text.base + shape_bits + text.check_bits.max(0.0) + text.near_bits.max(0.0);
        if most <= 0.0 {
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
        if text.near_bits > 0.0 {
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
            normalised: self.scratch.as_slice().into(),
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

/// Sorts what was found since `from` and lets the stronger of two that overlap stay.
fn resolve(found: &mut Vec<Finding>, from: usize) {
    let Some(mine) = found.get_mut(from..) else { return };
    mine.sort_by(|a, b| a.start.cmp(&b.start).then(b.length.cmp(&a.length)).then(a.detector.cmp(&b.detector)));
    let mut kept: Vec<Finding> = Vec::with_capacity(mine.len());
    for finding in found.drain(from..) {
        let stronger = |held: &Finding| finding.bits > held.bits || (finding.bits == held.bits && finding.length > held.length);
        let overlapping = kept.iter().rev().take(4).filter(|held| held.start + held.length > finding.start).count();
        if overlapping == 0 {
            kept.push(finding);
        } else if kept.iter().rev().take(overlapping).all(stronger) {
            kept.truncate(kept.len() - overlapping);
            kept.push(finding);
        }
    }
    found.append(&mut kept);
}

/// Whether the beginning of a text has more German than English small words.
fn is_german(text: &[u8]) -> bool {
    let head = &text[..text.len().min(16 << 10)];
    let count = |word: &[u8]| memchr::memmem::find_iter(head, word).count();
    count(b" und ") + count(b" der ") + count(b" die ") > count(b" the ") + count(b" of ")
}

/// Letters and digits, and everything beyond ASCII.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}
