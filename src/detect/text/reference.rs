//! The slow way to find what has a shape: one regular expression for each shape of each detector, tried at every place, and a
//! search of the whole text for every word of the context. What the pass finds must be the same.

use super::{
    Finding, Scan, TILE,
    context::cases,
    is_word,
    planes::{Planes, Room},
};
use crate::{
    detect::{Detector, DetectorId, Detectors, normal::Hints, pattern::TextShape, read::Verdict},
    format::{
        TextKind,
        lanes::{CHUNK, each_width},
    },
};
use regex::bytes::{Regex, RegexBuilder};

/// Detector, begin, end, and the evidence in thousandths of a bit.
type Found = (DetectorId, usize, usize, i64);

/// Shapes are all it has.
fn is_of_shapes(detector: &Detector) -> bool {
    !detector.text_shapes.is_empty() && detector.text.scanner.is_none()
}

fn expression(shape: &TextShape) -> Regex {
    let expression = format!("\\A(?:{})", shape.shape.expression());
    RegexBuilder::new(&expression).unicode(false).case_insensitive(true).build().expect("a good expression")
}

/// A text, looked at byte by byte.
pub(super) struct Slow<'t> {
    pub(super) text: &'t [u8],
}

impl Slow<'_> {
    fn byte(&self, at: Option<usize>) -> u8 {
        at.and_then(|at| self.text.get(at)).copied().unwrap_or(b' ')
    }

    /// Runs of letters and digits that have a digit and are no blob, and up to four capitals before one that begins with a digit.
    fn may_begin(&self, at: usize) -> bool {
        let of_run = |at: usize| self.text.get(at).is_some_and(u8::is_ascii_alphanumeric);
        if !of_run(at) || at > 0 && of_run(at - 1) {
            return false;
        }
        let run = self.text[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let next = at + run + 1;
        let capitals = run <= 4 && self.text[at..at + run].iter().all(u8::is_ascii_uppercase);
        let set_apart = matches!(self.byte(Some(at + run)), b' ' | b'-') && self.byte(Some(next)).is_ascii_digit();
        let next_run = self.text.get(next..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        self.text[at..at + run].iter().any(u8::is_ascii_digit) && run <= 70
            || capitals && set_apart && next_run <= 70 && !is_word(self.byte(at.checked_sub(1)))
    }

    /// Whether what begins here is joined to what stands before.
    pub(super) fn is_rest(&self, start: usize) -> bool {
        let (before, further, third) = (self.byte(start.checked_sub(1)), self.byte(start.checked_sub(2)), self.byte(start.checked_sub(3)));
        let joined = match before {
            b'-' | b'_' | b'+' => is_word(further),
            b'.' | b'/' | b',' => further.is_ascii_digit(),
            b'$' => true,
            _ => is_word(before),
        };
        joined && further != b'%' && third != b'%'
    }

    pub(super) fn goes_on(&self, end: usize) -> bool {
        let beyond = self.byte(Some(end + 1));
        match self.byte(Some(end)) {
            b'-' | b'_' | b'/' | b'+' => beyond.is_ascii_alphanumeric(),
            b'.' | b',' | b':' => beyond.is_ascii_digit(),
            b'@' => true,
            after => is_word(after),
        }
    }

    /// Whether a word that stands here is none inside of another.
    pub(super) fn is_free(&self, start: usize, end: usize) -> bool {
        let is_ascii_word = |byte: u8| byte.is_ascii() && is_word(byte);
        let inside = is_ascii_word(self.text[start]) && is_word(self.byte(start.checked_sub(1)));
        let goes_on = is_ascii_word(self.text[end - 1]) && self.byte(Some(end)).is_ascii_alphabetic();
        !inside && !goes_on
    }

    /// The evidence of the detector's words around a value in lines.
    fn near(&self, detector: &Detector, scan: &Scan<'_>, start: usize, end: usize) -> f32 {
        let text = &detector.text;
        let within = text.within.unwrap_or(48).min(64);
        let mut farthest = None;
        for word in text.near.iter().flat_map(|near| cases(near)) {
            let stands = |at: usize| self.text.get(at..at + word.len()).is_some_and(|here| here.eq_ignore_ascii_case(word.as_bytes()));
            for at in (start.saturating_sub(64)..(end + 20).min(self.text.len())).filter(|at| stands(*at)) {
                let stop = at + word.len();
                let distance = if stop <= start {
                    start - at
                } else if at >= end && stop <= end + 20 {
                    scan.distance_behind(end, at, stop)
                } else {
                    usize::MAX
                };
                if self.is_free(at, stop) && distance <= within {
                    farthest = farthest.max(Some(distance));
                }
            }
        }
        farthest.map_or(0.0, |distance| if distance == 0 { text.near_bits * 0.5 } else { text.near_bits })
    }

    fn find(&self, detectors: &Detectors, expressions: &[Vec<Regex>], scan: &Scan<'_>) -> Vec<Found> {
        let mut found = Vec::new();
        for start in (0..self.text.len()).filter(|start| self.may_begin(*start) && !self.is_rest(*start)) {
            for (at, detector) in detectors.all.iter().enumerate().filter(|(_, detector)| is_of_shapes(detector)) {
                for (shape, expression) in detector.text_shapes.iter().zip(&expressions[at]) {
                    let Some(stands) = expression.find(&self.text[start..]) else { continue };
                    let end = start + stands.end();
                    let mut normal = Vec::new();
                    let verdict = detector.judge(&self.text[start..end], Hints::default(), &mut normal);
                    if self.goes_on(end) || !matches!(verdict, Verdict::Valid | Verdict::Test) {
                        continue;
                    }
                    let check = if detector.checks.is_empty() { 0.0 } else { detector.text.check_bits };
                    let bits = detector.text.base + shape.bits + check;
                    let bits = bits + if detector.text.near_bits > 0.0 { self.near(detector, scan, start, end) } else { 0.0 };
                    if bits > 0.0 {
                        found.push((DetectorId(at as u16), start, end, (bits * 1e3).round() as i64));
                    }
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// What the files say of themselves, put together at random, a digit or letter changed here and there.
fn text(detectors: &Detectors, size: usize, draw: &mut impl FnMut(usize) -> usize) -> Vec<u8> {
    let mut text = Vec::new();
    while text.len() < size {
        let examples = &detectors.all[draw(detectors.all.len())].examples;
        let all: Vec<&str> =
            examples.finds.iter().map(String::as_str).chain(examples.ignores.iter().map(|ignored| ignored.text.as_str())).collect();
        if !all.is_empty() {
            text.extend(all[draw(all.len())].replace(['«', '»'], "").bytes());
        }
        text.extend([b" ".as_slice(), b"\n", b": ", b"-", b"", b", ", b" no. ", b"."][draw(8)]);
    }
    for _ in 0..text.len() / 100 {
        let at = draw(text.len());
        if text[at].is_ascii_alphanumeric() {
            text[at] = b"0123456789ABX -./"[draw(17)];
        }
    }
    text
}

/// What the walk over numbers finds.
fn numbers(detectors: &Detectors, text: &[u8]) -> Vec<Finding> {
    let (mut room, mut found) = (Room::new(), Vec::new());
    let planes = Planes::of(text, false, &mut room);
    let mut scan = Scan::of(detectors, text, TextKind::Lines, &planes, &mut found);
    scan.walk();
    found
}

/// With vectors of every width, and without.
#[test]
fn the_pass_finds_what_one_expression_for_each_shape_finds() {
    let detectors = Detectors::builtin().expect("built-in files load");
    let expressions: Vec<Vec<Regex>> = detectors.all.iter().map(|detector| detector.text_shapes.iter().map(expression).collect()).collect();
    let mut state = 5_u32;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let mut kinds = std::collections::BTreeSet::new();
    for round in 0..24 {
        // One goes over several tiles.
        let size = if round == 0 { 2 * TILE * CHUNK + 1500 } else { 1500 };
        let text = text(&detectors, size, &mut draw);
        let slow = {
            let (mut room, mut found) = (Room::new(), Vec::new());
            let planes = Planes::of(&text, false, &mut room);
            let mut scan = Scan::of(&detectors, &text, TextKind::Lines, &planes, &mut found);
            scan.walk();
            Slow { text: &text }.find(&detectors, &expressions, &scan)
        };
        let place = |one: &Finding| (one.detector, one.start, one.start + one.length, (f64::from(one.bits) * 1e3).round() as i64);
        for found in each_width(|| numbers(&detectors, &text)) {
            let mut fast: Vec<Found> = found.iter().filter(|one| is_of_shapes(detectors.get(one.detector))).map(place).collect();
            fast.sort_unstable();
            fast.dedup();
            assert_eq!(fast, slow, "{}", String::from_utf8_lossy(&text));
        }
        kinds.extend(slow.iter().map(|(id, ..)| *id));
    }
    assert!(kinds.len() > 100, "findings of {} detectors", kinds.len());
}

/// All that is looked for, in texts of all kinds and lengths: those of one row, of one block, of several tiles.
#[test]
fn with_vectors_of_every_width_the_same_is_found() {
    let detectors = Detectors::builtin().expect("built-in files load");
    let mut state = 9_u32;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let mut count = 0;
    for size in [1, 20, 60, 130, 500, 600, 4000, 9000, 2 * TILE * CHUNK + 1500] {
        for kind in [TextKind::Lines, TextKind::Raw, TextKind::Prose, TextKind::MailHeader] {
            let text = text(&detectors, size, &mut draw);
            let found = each_width(|| {
                let mut found = Vec::new();
                detectors.scan_text(&text, kind, &mut found);
                found
            });
            count += found[0].len();
            assert!(found.iter().all(|of_width| *of_width == found[0]), "{}", String::from_utf8_lossy(&text));
        }
    }
    assert!(count > 1000, "{count} findings");
}
