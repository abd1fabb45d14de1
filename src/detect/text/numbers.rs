//! Values made of digits: personal numbers, cards, accounts, telephones, IP addresses, IBAN.
//!
//! The walk goes from digit to digit. Around each it takes the whole run of letters and
//! digits; its length and make-up say which shapes can begin there, mostly none.

use super::{Scan, is_word};
use crate::{
    detect::{
        Detector, DetectorId, normal, phone,
        read::{is_private_ip, is_test_ip},
        shape::{Follows, RunKey, Tree},
    },
    format::TextKind,
};
use std::collections::HashMap;

/// Shapes by the run they begin with and what follows it.
#[derive(Debug)]
pub(super) struct Index {
    shapes: HashMap<(RunKey, Follows), Tree<Sought>, foldhash::fast::FixedState>,
    /// One bit per hash of a key: most runs end here.
    filter: Vec<u64>,
}

/// Who looks for a shape.
#[derive(Debug)]
struct Sought {
    id: DetectorId,
    /// What it says by itself.
    bits: f32,
    /// Whether it says nothing unless a word of the detector stands near.
    needs_word: bool,
}

const FILTER_BITS: u32 = 13;
/// A longer run of letters and digits is a blob.
const LONGEST_RUN: usize = 70;

fn filter_place(key: RunKey, follows: Follows) -> usize {
    let follows = match follows {
        Follows::Anything => 0,
        Follows::Sign(sign) => u64::from(sign),
    };
    let hash = (u64::from(key.digits) << 16 ^ u64::from(key.length) << 8 ^ follows).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (hash >> (64 - FILTER_BITS)) as usize
}

/// A mask of the first so many of 32 bits.
const fn low_bits(count: usize) -> u32 {
    if count >= 32 { u32::MAX } else { (1 << count) - 1 }
}

impl Index {
    pub(super) fn of(all: &[Detector]) -> Index {
        let mut index = Index { shapes: HashMap::default(), filter: vec![0; 1 << (FILTER_BITS - 6)] };
        for (at, detector) in all.iter().enumerate() {
            for shape in detector.text_shapes.iter().filter(|shape| detector.text.most(shape.bits) > 0.0) {
                let needs_word = detector.text.most_alone(shape.bits) <= 0.0;
                for (key, follows) in shape.shape.first_runs() {
                    let bit = filter_place(key, follows);
                    index.filter[bit / 64] |= 1 << (bit % 64);
                    let sought = Sought { id: DetectorId(at as u16), bits: shape.bits, needs_word };
                    index.shapes.entry((key, follows)).or_default().insert(&shape.shape, sought);
                }
            }
        }
        index
    }

    /// The shapes that begin with such a run, when this follows it.
    fn starting(&self, key: RunKey, follows: Follows) -> Option<&Tree<Sought>> {
        let bit = filter_place(key, follows);
        if self.filter[bit / 64] >> (bit % 64) & 1 != 0 { self.shapes.get(&(key, follows)) } else { None }
    }
}

impl Scan<'_> {
    /// Walks all digits of the text.
    pub(super) fn numbers(&mut self) {
        let planes = self.planes;
        let mut at = 0;
        while let Some(digit) = planes.digits.next(at) {
            let start = planes.alphanumeric.start(at, digit);
            at = planes.alphanumeric.end(digit);
            if at - start <= LONGEST_RUN {
                let key = RunKey { length: (at - start) as u8, digits: planes.digits.window(start) & low_bits(at - start) };
                self.run(start, digit, at, key);
            }
        }
    }

    /// Everything that may begin at or just before a run.
    fn run(&mut self, start: usize, digit: usize, end: usize, key: RunKey) {
        let detectors = self.detectors;
        let scanner = &detectors.scanner;
        self.shapes(start, end, key);
        if start == digit {
            if let Some(letters) = self.letters_before(start) {
                self.shapes(letters, start - 1, RunKey { length: (start - 1 - letters) as u8, digits: 0 });
                // "ES 77 1234 …": some set the country apart.
                if let (Some(iban), 3, b' ', 2 | 4) = (scanner.iban, start - letters, self.before(start), end - start) {
                    self.iban(iban, letters);
                }
            }
            match self.before(start) {
                b'.' | b':' if self.before(start.saturating_sub(1)).is_ascii_hexdigit() => {}
                _ => self.ip(start, end),
            }
            self.phone(start, end);
            self.pgpass(start, end);
            self.worded_date(start, end);
        } else if let (Some(iban), 2) = (scanner.iban, digit - start) {
            if end - start >= 4 && self.byte(digit + 1).is_ascii_digit() {
                self.iban(iban, start);
            }
        } else if self.byte(end) == b':' {
            self.ip(start, end);
        }
        for (id, lengths) in &scanner.words {
            if lengths.contains(&(end - start)) && self.whole(start, end) {
                self.weigh(*id, start, end, 0.0);
            }
        }
        if let (Some(hash), true) = (scanner.hash, self.is_windows_dump(start, end) || self.is_digest_login(start, end)) {
            self.scratch.clear();
            self.scratch.extend_from_slice(&self.text[start..end]);
            self.keep(hash, start, end, 8.0, false);
        } else if let (Some(hash), 32 | 40 | 64 | 128) = (scanner.hash, end - start)
            && self.whole(start, end)
            && self.text[start..end].iter().all(u8::is_ascii_hexdigit)
        {
            self.weigh(hash, start, end, 0.0);
        }
    }

    /// A short run of capitals and one separator before a run of digits: `AB 12 34 56 C`.
    fn letters_before(&self, start: usize) -> Option<usize> {
        if start == 0 || !matches!(self.before(start), b' ' | b'-') {
            return None;
        }
        let end = start - 1;
        let letters = self.text[..end].iter().rev().take(5).take_while(|byte| byte.is_ascii_uppercase()).count();
        ((1..=4).contains(&letters) && !is_word(self.before(end - letters))).then_some(end - letters)
    }

    /// Every shape that begins with this run.
    fn shapes(&mut self, start: usize, run_end: usize, key: RunKey) {
        if !self.begins(start) {
            return;
        }
        let detectors = self.detectors;
        let index = &detectors.scanner.numbers;
        let text = self.text;
        let sign = Follows::Sign(self.byte(run_end));
        let any = RunKey { digits: RunKey::ANY, ..key };
        // A shape that ends with its run is whole only where nothing is joined to it.
        let whole = self.ends(run_end).then_some([(key, Follows::Anything), (any, Follows::Anything)]);
        for (key, follows) in [(key, sign), (any, sign)].into_iter().chain(whole.into_iter().flatten()) {
            let Some(tree) = index.starting(key, follows) else { continue };
            tree.matches(&text[start..], &mut |length, sought| {
                if self.ends(start + length) && (!sought.needs_word || self.may_be_near(sought.id, start)) {
                    self.weigh(sought.id, start, start + length, sought.bits);
                }
            });
        }
    }

    /// Whether a value is not a part of something longer.
    fn whole(&self, start: usize, end: usize) -> bool {
        self.begins(start) && self.ends(end)
    }

    /// Whether what begins here is not the rest of something.
    fn begins(&self, start: usize) -> bool {
        let before = self.before(start);
        let further = start.checked_sub(2).map_or(b' ', |at| self.byte(at));
        let joined = match before {
            b'-' | b'_' | b'+' => is_word(further),
            b'.' | b'/' | b',' => further.is_ascii_digit(),
            b'$' | b'#' | b'\\' => before == b'$',
            b'%' => false,
            _ => is_word(before),
        };
        // "%20" and "%3D" before a value are a space and a sign, not its digits.
        !joined || further == b'%' || start.checked_sub(3).is_some_and(|at| self.byte(at) == b'%')
    }

    /// Whether what ends here does not go on.
    fn ends(&self, end: usize) -> bool {
        let beyond = self.byte(end + 1);
        let joined = match self.byte(end) {
            b'-' | b'_' | b'/' | b'+' => beyond.is_ascii_alphanumeric(),
            b'.' | b',' | b':' => beyond.is_ascii_digit(),
            b'@' => true,
            b'%' => false,
            after => is_word(after),
        };
        !joined
    }

    fn ip(&mut self, start: usize, run_end: usize) {
        let Some(id) = self.detectors.scanner.ip else { return };
        let (v4, v6) = (self.byte(run_end) == b'.' && run_end - start <= 3, self.byte(run_end) == b':' && run_end - start <= 4);
        if !(v4 || v6) {
            return;
        }
        let of = |byte: &&u8| if v4 { byte.is_ascii_digit() || **byte == b'.' } else { byte.is_ascii_hexdigit() || **byte == b':' };
        let mut length = self.text[start..].iter().take(46).take_while(of).count();
        while length > 0 && matches!(self.text[start + length - 1], b'.' | b':') {
            length -= 1;
        }
        let value = &self.text[start..start + length];
        let parts = value.iter().filter(|byte| matches!(byte, b'.' | b':')).count();
        if (v4 && parts != 3) || (v6 && (parts < 3 || value.len() < 9)) || !self.whole(start, start + length) {
            return;
        }
        // A private address tells nothing of a person; an unlikely one is a version.
        let silent = |value: &[u8]| is_private_ip(value) || (v4 && value.ends_with(b".0.0"));
        if normal::is_ip(value) && !silent(value) && !self.is_version(start) {
            self.scratch.clear();
            self.scratch.extend(value.iter().map(u8::to_ascii_lowercase));
            let test = is_test_ip(value);
            self.keep(id, start, start + length, 3.0, test);
        }
    }

    /// `version 7.14.2.1`, `v10.4.22.1`, `Chrome/126.0.6478.127`.
    fn is_version(&self, start: usize) -> bool {
        let before = &self.text[start.saturating_sub(16)..start];
        let lower = before.to_ascii_lowercase();
        let slash_word = before.last() == Some(&b'/') && before.len() > 1 && before[before.len() - 2].is_ascii_alphabetic();
        slash_word
            || matches!(before.last(), Some(b'v' | b'V'))
            || [
                b"version".as_slice(),
                b"ver",
                b"rev",
                b"release",
                b"firmware",
                b"build",
                b"v.",
                b"chrome",
                b"revision",
                b"section",
                "§".as_bytes(),
            ]
            .iter()
            .any(|word| memchr::memmem::find(&lower, word).is_some())
    }

    fn iban(&mut self, id: DetectorId, start: usize) {
        let mut compact = [0_u8; 34];
        let (mut length, mut at, mut grouped) = (0, start, false);
        while length < compact.len() {
            let byte = self.byte(at);
            if byte.is_ascii_alphanumeric() {
                compact[length] = byte.to_ascii_uppercase();
                length += 1;
            } else if !(matches!(byte, b' ' | b'-') && (matches!(length, 2 | 4) || grouped) && self.byte(at + 1).is_ascii_alphanumeric()) {
                break;
            } else {
                // Groups are of four (ISO 13616-1); the first gap of a UUID comes after eight.
                grouped = true;
            }
            at += 1;
            let wanted =
                crate::detect::check::IBAN_LENGTHS.iter().find(|(code, _)| compact[..2] == *code.as_bytes()).map(|(_, length)| *length);
            if wanted.is_none() && length >= 2 {
                return;
            }
            if wanted == Some(length) {
                let goes_on = self.byte(at) == b'-' && self.byte(at + 1).is_ascii_alphanumeric();
                let goes_back = self.before(start) == b'-' && self.before(start.saturating_sub(1)).is_ascii_alphanumeric();
                if !is_word(self.before(start)) && !is_word(self.byte(at)) && !goes_on && !goes_back {
                    self.weigh(id, start, at, 0.0);
                }
                return;
            }
        }
    }

    /// A telephone number that begins at this run, with the plus or bracket before it.
    fn phone(&mut self, run_start: usize, run_end: usize) {
        let Some(id) = self.detectors.scanner.phone else { return };
        // Seven digits stand within 25 bytes, gaps of three between them all.
        if self.planes.digits.window(run_start).count_ones() < 7 {
            return;
        }
        let mut start = run_start;
        let plus = self.before(start) == b'+' || (self.before(start) == b'(' && start > 1 && self.before(start - 1) == b'+');
        if matches!(self.before(start), b'(' | b'+') {
            start -= 1;
            if self.before(start) == b'+' {
                start -= 1;
            }
        }
        // The middle of a number is no beginning.
        let joined = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'+');
        let before = self.before(start);
        let digit_further = start >= 2 && self.byte(start - 2).is_ascii_digit();
        if is_word(before)
            || (joined(before) && digit_further)
            || matches!(before, b'$' | b'#' | b'_')
            || (matches!(before, b'/' | b'-' | b' ' | b')') && digit_further)
        {
            return;
        }
        if !plus && run_end - run_start > 12 {
            return;
        }
        let (number_end, digits, groups, marks) = self.phone_extent(run_start);
        let end = number_end + self.extension(number_end);
        if !(7..=15).contains(&digits)
            || is_word(self.byte(end))
            || (self.byte(end) == b'-' && self.byte(end + 1).is_ascii_digit())
            || self.byte(end) == b'@'
            || (self.byte(end) == b'/' && self.byte(end + 1).is_ascii_digit())
            || (run_end - run_start == 2 && self.among_octets(start, end))
        {
            return;
        }
        let bracket = self.text[start..number_end].contains(&b'(');
        let first = run_end - run_start;
        // What its form alone says: a plus, an area code in brackets, three groups of the usual lengths.
        let form = match (plus, bracket, groups) {
            (true, _, _) if digits >= 9 => 8.0,
            (_, true, 3..) => 8.0,
            (_, _, 3) if digits == 10 && first == 3 && self.is_nanp_groups(start, number_end) => 6.5,
            (_, _, 4) if digits == 11 && first == 1 => 6.0,
            (_, _, 5) if digits == 10 && first == 2 && self.byte(run_start) == b'0' => 6.5,
            (_, _, 2..=6) if digits >= 9 && (self.byte(run_start) == b'0' || marks > 0) && self.kind != TextKind::Lines => 3.5,
            (_, _, 2) if digits == 7 && first == 3 => 1.5,
            (_, _, _) if digits >= 10 && self.byte(run_start) == b'0' => 2.5,
            (_, _, _) if digits >= 9 => 2.0,
            _ => 1.2,
        };
        self.weigh(id, start, end, form);
    }

    /// Whether the pair before or behind is the octet of a dump: `a3 07 14 39 78 88 f1`. Two letters may be
    /// a word (`de`), but not two in a row.
    fn among_octets(&self, start: usize, end: usize) -> bool {
        let octet = |at: usize| {
            let pair = [self.byte(at), self.byte(at + 1)];
            let alone = !is_word(self.before(at)) && !is_word(self.byte(at + 2));
            let hex = alone && pair.iter().all(u8::is_ascii_hexdigit);
            usize::from(hex) + usize::from(hex && pair.iter().any(u8::is_ascii_digit))
        };
        let before = |far: usize| if start >= far && self.before(start) == b' ' { octet(start - far) } else { 0 };
        let behind = |far: usize| if self.byte(end) == b' ' { octet(end + far) } else { 0 };
        let both = |near: usize, next: usize| if near > 0 { near + next } else { 0 };
        both(before(3), before(6)) + both(behind(1), behind(4)) >= 2
    }

    /// Area code, exchange and number, parted as North America writes them.
    fn is_nanp_groups(&self, start: usize, end: usize) -> bool {
        let groups = self.text[start..end].split(|byte| !byte.is_ascii_digit()).map(<[u8]>::len).filter(|length| *length > 0);
        let digits: Vec<u8> = self.text[start..end].iter().filter(|byte| byte.is_ascii_digit()).copied().collect();
        groups.eq([3, 3, 4]) && (phone::is_test_number(&digits) || (digits[0] >= b'2' && digits[3] >= b'2'))
    }

    /// Where the groups of digits end; how many digits, groups and unusual separators.
    fn phone_extent(&self, from: usize) -> (usize, usize, usize, usize) {
        let (mut at, mut end, mut digits, mut groups, mut marks) = (from, from, 0, 0, 0);
        loop {
            let run = self.text[at.min(self.text.len())..].iter().take(16).take_while(|byte| byte.is_ascii_digit()).count();
            if run == 0 || digits + run > 15 {
                break;
            }
            digits += run;
            groups += 1;
            end = at + run;
            at = end;
            let gap = self.text[at..].iter().take(3).take_while(|byte| matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'/')).count();
            if gap == 0 || !self.byte(at + gap).is_ascii_digit() {
                break;
            }
            marks += usize::from(self.byte(at) != b' ');
            at += gap;
        }
        (end, digits, groups, marks)
    }

    /// ` x123`, ` ext. 45` behind a number.
    fn extension(&self, end: usize) -> usize {
        let rest = self.text.get(end..(end + 14).min(self.text.len())).unwrap_or_default();
        let space = usize::from(rest.first() == Some(&b' '));
        for mark in [b"extension ".as_slice(), b"ext. ", b"ext.", b"ext ", b"ext", b"x"] {
            let Some(after) =
                rest.get(space..space + mark.len()).filter(|word| word.eq_ignore_ascii_case(mark)).map(|_| space + mark.len())
            else {
                continue;
            };
            let digits = rest[after..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if (1..=6).contains(&digits) {
                return after + digits;
            }
        }
        0
    }
}
