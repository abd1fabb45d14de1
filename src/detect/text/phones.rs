//! Telephone numbers, by how they are written: groups of digits, a plus, brackets, an extension.

use super::{Scan, is_word};
use crate::{
    detect::phone,
    format::{
        TextKind,
        lanes::{Eight, Lanes, Look},
    },
};

/// What the form of a number says, in bits.
const PLUS_OR_BRACKET: f32 = 8.0;
const AREA_EXCHANGE_NUMBER: f32 = 6.5;
const WITH_TRUNK_PREFIX: f32 = 6.0;
const FIVE_PAIRS: f32 = 6.5;
const GROUPS: f32 = 3.5;

/// Which forms of what is dialled say enough of it by themselves, with nothing to set it apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Enough {
    five_pairs: bool,
    three_groups: bool,
    trunk_prefix: bool,
    groups: bool,
}

impl Enough {
    /// Those that say more than this.
    pub(super) fn than(bits: f32) -> Enough {
        Enough {
            five_pairs: FIVE_PAIRS > bits,
            three_groups: AREA_EXCHANGE_NUMBER > bits,
            trunk_prefix: WITH_TRUNK_PREFIX > bits,
            groups: GROUPS > bits,
        }
    }

    /// Whether any number does, in whatever groups.
    pub(super) fn is_any(self) -> bool {
        self.groups
    }

    /// Which of eight numbers that are dialled may be of one, by their first digits, how many there are in a row, and in the next.
    #[inline(always)]
    pub(super) fn which_may_be<E: Eight>(self, digit: E, first: E, second: E) -> E {
        let all = |is: bool| E::all(if is { u64::MAX } else { 0 });
        let of = |number: u64| E::all(number);
        all(self.five_pairs) & first.is(of(2)) & digit.is(of(u64::from(b'0')))
            | all(self.three_groups) & first.is(of(3)) & second.is(of(3))
            | all(self.trunk_prefix) & first.is(of(1))
            | all(self.groups)
    }
}

impl Scan<'_> {
    /// The most that the form of a telephone number may say ([`Scan::phone`]) that begins at this run and ends, with all that may
    /// stand in one, within so many bytes.
    pub(super) fn most_of_form(&self, run_start: usize, length: usize) -> f32 {
        let digits = self.planes.digits.window(run_start);
        let first = (!digits).trailing_zeros();
        let behind = digits.checked_shr(first).unwrap_or(0);
        let second = (!(behind >> behind.trailing_zeros().min(63))).trailing_zeros();
        match (first, second) {
            (2, _) if self.byte(run_start) == b'0' => FIVE_PAIRS,
            (3, 3) => AREA_EXCHANGE_NUMBER,
            _ => {
                let from = run_start.saturating_sub(2);
                let (near, count) = (&self.text[from..], run_start - from + length);
                // The first sixty-four bytes at once, where there are so many.
                let within = u64::MAX.checked_shr(u64::BITS.saturating_sub(count as u32)).unwrap_or(0);
                let is_set_apart = near.first_chunk().map_or_else(
                    || near.iter().take(count).any(|byte| matches!(byte, b'+' | b'(')),
                    |near| Lanes::of(near).any_of(*b"+(") & within != 0,
                );
                if is_set_apart {
                    PLUS_OR_BRACKET
                } else if first == 1 {
                    WITH_TRUNK_PREFIX
                } else {
                    GROUPS
                }
            }
        }
    }

    /// Where a telephone number begins of which this is the first run, with the plus or bracket before it, and whether there is a plus.
    /// None begins in the middle of a number.
    #[inline]
    pub(super) fn phone_start(&self, run_start: usize) -> Option<(usize, bool)> {
        let mut start = run_start;
        let plus = self.before(start) == b'+' || (self.before(start) == b'(' && start > 1 && self.before(start - 1) == b'+');
        if matches!(self.before(start), b'(' | b'+') {
            start -= 1;
            if self.before(start) == b'+' {
                start -= 1;
            }
        }
        let before = self.before(start);
        let digit_further = start >= 2 && self.byte(start - 2).is_ascii_digit();
        let is_middle = is_word(before)
            || matches!(before, b'$' | b'#' | b'_')
            || matches!(before, b'-' | b'.' | b'+' | b'/' | b' ' | b')') && digit_further;
        (!is_middle).then_some((start, plus))
    }

    /// A telephone number that begins at this run.
    pub(super) fn phone(&mut self, run_start: usize, run_end: usize) {
        let Some(id) = self.detectors.scanner.phone else { return };
        let Some((start, plus)) = self.phone_start(run_start) else { return };
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
        let bracket = memchr::memchr(b'(', &self.text[start..number_end]).map(|at| start + at);
        // An area code ends with its bracket: `build 23658712 (2017.12.1)` has a date in it.
        if bracket.is_some_and(|at| at > run_start && !self.text[at..number_end].contains(&b')')) {
            return;
        }
        let bracket = bracket.is_some();
        let first = run_end - run_start;
        // What its form alone says: a plus, an area code in brackets, three groups of the usual lengths.
        let form = match (plus, bracket, groups) {
            (true, _, _) if digits >= 9 => PLUS_OR_BRACKET,
            (_, true, 3..) => PLUS_OR_BRACKET,
            (_, _, 3) if digits == 10 && first == 3 && self.is_nanp_groups(start, number_end) => AREA_EXCHANGE_NUMBER,
            (_, _, 4) if digits == 11 && first == 1 => WITH_TRUNK_PREFIX,
            (_, _, 5) if digits == 10 && first == 2 && self.byte(run_start) == b'0' => FIVE_PAIRS,
            (_, _, 2..=6) if digits >= 9 && (self.byte(run_start) == b'0' || marks > 0) && self.kind != TextKind::Lines => GROUPS,
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
        let mut digits = [0; 10];
        let of_number = self.text[start..end].iter().filter(|byte| byte.is_ascii_digit());
        digits.iter_mut().zip(of_number).for_each(|(place, digit)| *place = *digit);
        groups.eq([3, 3, 4]) && (phone::is_test_number(&digits) || (digits[0] >= b'2' && digits[3] >= b'2'))
    }

    /// Where the groups of digits end; how many digits, groups and unusual separators.
    fn phone_extent(&self, from: usize) -> (usize, usize, usize, usize) {
        let (mut at, mut end, mut digits, mut groups, mut marks) = (from, from, 0, 0, 0);
        loop {
            let run = (!self.planes.digits.window(at)).trailing_zeros() as usize;
            if run == 0 || digits + run > 15 {
                break;
            }
            digits += run;
            groups += 1;
            end = at + run;
            at = end;
            let gap = (0..3).take_while(|step| matches!(self.byte(at + step), b' ' | b'-' | b'.' | b'(' | b')' | b'/')).count();
            if gap == 0 || !self.planes.digits.has(at + gap) {
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
