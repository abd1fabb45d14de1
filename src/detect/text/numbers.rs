//! Values made of digits: personal numbers, cards, accounts, IP addresses, IBAN.
//!
//! The walk goes from number to number. The length and the make-up of the run of letters and digits around each, and of the
//! run behind it, say which shapes can begin there, mostly none.

use super::{
    Scan,
    choice::{Choice, Part},
    context::ANYBODY,
    forms::{Entry, Further, Next, Seekers, Sought, sign, state},
    is_word,
    search::{Before, Scratch},
};
use crate::{
    detect::{
        DetectorId,
        check::iban_length_in,
        normal,
        read::{is_private_ip, is_test_ip},
        shape::MakeUp,
    },
    format::{
        TextKind,
        lanes::{CHUNK, EIGHT},
    },
};
use std::ops::Range;

/// A longer run of letters and digits is a blob.
const LONGEST_RUN: usize = 70;

impl Scan<'_> {
    /// Walks all digits of these rows, and all `@`; the words around are known as far as they may speak for what begins there.
    pub(super) fn numbers_and_signs(&mut self, rows: Range<usize>, before: &mut Before, scratch: &mut Scratch) {
        let planes = self.planes;
        let Some(places) = scratch.places() else { return };
        let mut chosen = std::mem::take(&mut self.chosen);
        chosen.clear(&rows);
        planes.each_numbers(rows.start / EIGHT..rows.end.div_ceil(EIGHT), before, Choice::of(self, places, &mut chosen));
        // In the order of the text, in which what is found is kept.
        let mut signs = planes.ats.places_in(rows);
        let mut next = signs.next();
        for (at, part) in chosen.each() {
            while let Some(sign) = next.filter(|sign| *sign < at) {
                self.sign(sign, 1);
                next = signs.next();
            }
            let near = self.around.marks(at) | ANYBODY;
            let start = if part == Part::Mixed { planes.alphanumeric.start(at.saturating_sub(LONGEST_RUN), at) } else { at };
            let made = planes.made(start);
            let is_worth = match part {
                Part::Any => self.may_be_number(at, made, near),
                Part::Shape => self.may_begin_shape(at, made, near),
                Part::Mixed => self.may_be_mixed(at),
            };
            if is_worth {
                self.run(start, at, made);
            }
        }
        next.into_iter().chain(signs).for_each(|sign| self.sign(sign, 1));
        self.chosen = chosen;
    }

    /// Whether anything may begin at a run of letters and digits that begins with a digit and is made so. Of most nothing does: parts
    /// of dates and times, counts, sizes. `near`: marks of whose words may be near.
    #[inline]
    pub(super) fn may_be_number(&mut self, start: usize, made: MakeUp, near: u64) -> bool {
        let scanner = &self.detectors.scanner;
        let end = start + made.first_run().length() as usize;
        let (before, further, after) = (self.before(start), self.before(start.saturating_sub(1)), self.byte(end));
        let next = Next::of(made, after);
        let length = next.first;
        let is_number = (!made.digits).trailing_zeros() >= length;
        let shape = self.may_begin_shape_of(start, made, next, near);
        let letters = matches!(before, b' ' | b'-') & further.is_ascii_uppercase();
        let goes_back = matches!(before, b'.' | b':') & further.is_ascii_hexdigit();
        let v4 = (next.sign == sign::DOT) & is_number & (length <= 3) & (next.length <= 3) & !goes_back
            && !self.is_inside(start)
            && self.is_dotted(start, made.digits);
        let v6 = (after == b':') & (length <= 4) & !goes_back;
        let dated = (self.kind != TextKind::Lines) & (length <= 4) && self.may_be_year(end);
        let long = length as usize >= scanner.shortest_word;
        shape | letters | v4 | v6 | dated | long || self.phone_start(start).is_some() && self.may_dial(start, made)
    }

    /// Whether a shape may begin at a run that begins with a digit and is made so. `near`: marks of whose words may be near.
    #[inline(always)]
    pub(super) fn may_begin_shape(&mut self, start: usize, made: MakeUp, near: u64) -> bool {
        self.may_begin_shape_of(start, made, Next::of(made, self.byte(start + made.first_run().length() as usize)), near)
    }

    /// The same of a run that is followed so.
    #[inline(always)]
    fn may_begin_shape_of(&mut self, start: usize, made: MakeUp, next: Next, near: u64) -> bool {
        let (forms, planes) = (&self.detectors.scanner.forms, self.planes);
        if (!made.digits).trailing_zeros() >= next.first {
            let near = forms.marks_of_number(next) & near;
            near != 0
                && !planes.rests.has(start)
                && forms.marks_of_further(next, Further::of(&self.text[start..], made, next)) & near != 0
                && self.is_sought(forms.of_number(next), start)
        } else {
            !planes.rests.has(start) && self.may_be_shape(start, made)
        }
    }

    /// Whether a shape may begin with a run that has letters in it.
    #[inline]
    fn may_be_shape(&mut self, start: usize, made: MakeUp) -> bool {
        let forms = &self.detectors.scanner.forms;
        let first = made.first_run();
        forms.may_be(first, self.around.may_reach(start)) && forms.of_mixed(first).any(|seekers| self.is_sought(seekers, start))
    }

    /// Whether somebody looks for a shape that begins here, to whom it says something without a word near it or whose word may be.
    #[inline]
    fn is_sought(&mut self, by: &Seekers, start: usize) -> bool {
        by.is_any_alone || self.around.may_reach(start) && self.is_any_of_near(&by.needing, start)
    }

    /// The same of a run that begins with letters and goes on with this digit.
    #[inline]
    pub(super) fn may_be_mixed(&mut self, digit: usize) -> bool {
        let (scanner, planes) = (&self.detectors.scanner, self.planes);
        let letters = planes.letters_before(digit);
        if letters == CHUNK {
            return true;
        }
        let start = digit - letters;
        let made = planes.made(start);
        let length = made.first_run().length();
        let shape = !planes.rests.has(start) && self.may_be_shape(start, made);
        let iban = (letters == 2) & (length >= 4) & (made.digits >> 2 & 3 == 3) && self.length_of_iban(start).is_some();
        let v6 = (length <= 4) & (self.byte(start + length as usize) == b':');
        shape | iban | v6 | (length as usize >= scanner.shortest_word)
    }

    /// Everything that may begin at or just before a run of letters and digits that is made so; `digit` is its first digit.
    fn run(&mut self, start: usize, digit: usize, made: MakeUp) {
        let (scanner, planes) = (&self.detectors.scanner, self.planes);
        let end = match made.first_run().length() as usize {
            length if length < CHUNK => start + length,
            _ => match planes.alphanumeric.end_within(digit, LONGEST_RUN) {
                Some(end) if end - start <= LONGEST_RUN => end,
                _ => return,
            },
        };
        if start < digit && start > 0 && planes.alphanumeric.has(start - 1) {
            return;
        }
        self.shapes(start, made);
        let (before, after) = (self.before(start), self.byte(end));
        if start == digit {
            if matches!(before, b' ' | b'-')
                && start > 1
                && self.text[start - 2].is_ascii_uppercase()
                && let Some(letters) = self.letters_before(start)
            {
                self.shapes(letters, self.planes.made(letters));
                // "ES 77 1234 …": some set the country apart.
                if let (Some(iban), 3, b' ', 2 | 4) = (scanner.iban, start - letters, before, end - start) {
                    self.iban(iban, letters);
                }
            }
            let goes_back = matches!(before, b'.' | b':') && self.before(start - 1).is_ascii_hexdigit();
            if matches!(after, b'.' | b':') && !goes_back {
                self.ip(start, end);
            }
            if !is_word(before) && self.may_dial(start, made) {
                self.phone(start, end);
            }
            if self.kind != TextKind::Lines {
                self.worded_date(start, end);
            }
        } else if let (Some(iban), 2) = (scanner.iban, digit - start) {
            if end - start >= 4 && self.byte(digit + 1).is_ascii_digit() {
                self.iban(iban, start);
            }
        } else if after == b':' {
            self.ip(start, end);
        }
        if end - start >= scanner.shortest_word {
            self.long_run(start, end);
        }
    }

    /// Whether a word for a telephone stands around what is dialled here.
    fn is_phone_near(&mut self, start: usize, end: usize) -> bool {
        (self.around.may_reach(start) || self.around.may_reach(end))
            && self.detectors.scanner.phone.is_some_and(|id| self.may_be_near(id, start, end))
    }

    /// Whether seven digits or more stand here with nothing between them but what stands between those of a telephone number
    /// (they are within 25 bytes, gaps of three between them all), and its form says enough of it, or a word may.
    #[inline]
    fn may_dial(&mut self, start: usize, made: MakeUp) -> bool {
        let others = !self.planes.dialled.window(start);
        let dialled = others.trailing_zeros() as usize;
        dialled >= 7
            && (made.digits as u32 & (others & others.wrapping_neg()).wrapping_sub(1) as u32).count_ones() >= 7
            && (self.most_of_form(start, dialled) > self.detectors.scanner.phone_alone
                || self.is_phone_near(start.saturating_sub(2), start + dialled))
    }

    /// What a long run by itself may be: a wallet, a hash.
    fn long_run(&mut self, start: usize, end: usize) {
        let scanner = &self.detectors.scanner;
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

    /// Every shape that begins here, of a text that is made so.
    #[inline]
    fn shapes(&mut self, start: usize, made: MakeUp) {
        let (planes, detectors, text) = (self.planes, self.detectors, self.text);
        if planes.rests.has(start) {
            return;
        }
        let mut found = smallvec::SmallVec::<[(&Entry, usize); 4]>::new();
        detectors.scanner.forms.each(
            made,
            self.around.may_reach(start),
            |length, known| known & state::SIGNED != 0 || !planes.goes_on.has(start + length),
            |length, entry| found.push((entry, start + length)),
        );
        if found.is_empty() {
            return;
        }
        // Whose words stand around is asked for once for all of them.
        let mut worth = smallvec::SmallVec::<[(&Sought, usize); 8]>::new();
        let owners = self.owners_near(start);
        let is_sought = |by: &Seekers| by.is_any_alone || owners.is_some_and(|owners| owners.meets(&by.needing));
        for (entry, last) in found.iter().filter(|(entry, _)| is_sought(&entry.seekers)) {
            for alike in &entry.shapes {
                let end = last + alike.signs;
                if planes.goes_on.has(end) || !alike.stands(&text[start..], end - start) || !is_sought(&alike.seekers) {
                    continue;
                }
                for sought in &alike.sought {
                    if !sought.needs_word || owners.is_some_and(|owners| owners.contains(sought.id)) {
                        worth.push((sought, end));
                    }
                }
            }
        }
        for (sought, end) in worth {
            self.weigh_known(sought.id, start, end, sought.bits, sought.needs_word);
        }
    }

    /// Whether a value is not a part of something longer.
    fn whole(&self, start: usize, end: usize) -> bool {
        !self.planes.rests.has(start) && !self.planes.goes_on.has(end)
    }

    fn ip(&mut self, start: usize, run_end: usize) {
        let Some(id) = self.detectors.scanner.ip else { return };
        let (v4, v6) = (self.byte(run_end) == b'.' && run_end - start <= 3, self.byte(run_end) == b':' && run_end - start <= 4);
        if !(v4 || v6) {
            return;
        }
        if v4 && (!self.is_dotted(start, self.planes.digits.window(start)) || self.is_inside(start)) {
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

    /// Whether numbers of up to three digits and dots between them begin here, three of each. `digits`: which of the characters from here
    /// on are digits.
    fn is_dotted(&self, start: usize, mut digits: u64) -> bool {
        let mut at = start;
        (0..3).all(|_| {
            let run = (!digits).trailing_zeros();
            at += run as usize + 1;
            digits = digits.checked_shr(run + 1).unwrap_or_default();
            (1..=3).contains(&run) && self.before(at) == b'.'
        })
    }

    /// Whether an address of IPv4 begins as those inside of networks do, which tell nothing of a person.
    fn is_inside(&self, start: usize) -> bool {
        matches!(
            self.text[start..],
            [b'1', b'0', b'.', ..] | [b'1', b'2', b'7', b'.', ..] | [b'1', b'9', b'2', b'.', b'1', b'6', b'8', b'.', ..]
        )
    }

    /// `version 7.14.2.1`, `v10.4.22.1`, `Chrome/126.0.6478.127`.
    fn is_version(&self, start: usize) -> bool {
        let before = &self.text[start.saturating_sub(16)..start];
        let slash_word = before.last() == Some(&b'/') && before.len() > 1 && before[before.len() - 2].is_ascii_alphabetic();
        slash_word || matches!(before.last(), Some(b'v' | b'V')) || (0..before.len()).any(|at| is_version_word(&before[at..]))
    }

    /// How long an IBAN is whose country stands here.
    fn length_of_iban(&self, start: usize) -> Option<usize> {
        iban_length_in([start, start + 1].map(|at| self.byte(at).to_ascii_uppercase()))
    }

    fn iban(&mut self, id: DetectorId, start: usize) {
        let mut compact = [0_u8; 34];
        let (mut length, mut at, mut grouped) = (0, start, false);
        let mut cases = [false; 2];
        let Some(wanted) = self.length_of_iban(start) else { return };
        while length < compact.len() {
            let byte = self.byte(at);
            if byte.is_ascii_alphanumeric() {
                cases[usize::from(byte.is_ascii_lowercase())] |= byte.is_ascii_alphabetic();
                compact[length] = byte.to_ascii_uppercase();
                length += 1;
            } else if !(matches!(byte, b' ' | b'-') && (matches!(length, 2 | 4) || grouped) && self.byte(at + 1).is_ascii_alphanumeric()) {
                break;
            } else {
                // Groups are of four (ISO 13616-1); the first gap of a UUID comes after eight.
                grouped = true;
            }
            at += 1;
            if wanted == length {
                let joins = |byte: u8, beyond: u8| matches!(byte, b'-' | b'+' | b'=') && beyond.is_ascii_alphanumeric();
                let goes_on = joins(self.byte(at), self.byte(at + 1));
                let goes_back = joins(self.before(start), self.before(start.saturating_sub(1))) && self.before(start) != b'=';
                // Both cases are base 64, small letters alone mostly a number to base 16.
                let form = if grouped || !cases[1] { 0.0 } else { -8.0 };
                let blob = cases[0] && cases[1];
                if !is_word(self.before(start)) && !is_word(self.byte(at)) && !goes_on && !goes_back && !blob {
                    self.weigh(id, start, at, form);
                }
                return;
            }
        }
    }
}

/// Whether a text begins with a word that stands before versions.
fn is_version_word(text: &[u8]) -> bool {
    let words: &[&[u8]] = match text.first().map(u8::to_ascii_lowercase) {
        Some(b'v') => &[b"ver", b"v."],
        Some(b'r') => &[b"rev", b"release"],
        Some(b'f') => &[b"firmware"],
        Some(b'b') => &[b"build"],
        Some(b'c') => &[b"chrome"],
        Some(b's') => &[b"section"],
        Some(0xc2) => &["§".as_bytes()],
        _ => &[],
    };
    words.iter().any(|word| text.get(..word.len()).is_some_and(|stands| stands.eq_ignore_ascii_case(word)))
}
