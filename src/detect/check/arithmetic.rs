//! What several checks compute: digits, weighted sums, Luhn's and Verhoeff's checks, dates.

use crate::format::base64::{join, sextet};

/// Up to forty digits as numbers.
#[derive(Clone, Copy)]
pub(super) struct Digits {
    values: [u8; 40],
    length: usize,
}

impl std::ops::Deref for Digits {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.values[..self.length]
    }
}

/// The digits of a value as numbers; `None` if it has another character or more than forty.
pub(super) fn digits(value: &[u8]) -> Option<Digits> {
    let mut digits = Digits { values: [0; 40], length: value.len() };
    if value.len() > digits.values.len() || value.is_empty() {
        return None;
    }
    for (digit, byte) in digits.values.iter_mut().zip(value) {
        if !byte.is_ascii_digit() {
            return None;
        }
        *digit = byte - b'0';
    }
    Some(digits)
}

/// The sum of digits times weights.
pub(super) fn weighted(digits: &[u8], weights: &[i32]) -> i32 {
    digits.iter().zip(weights).map(|(digit, weight)| i32::from(*digit) * weight).sum()
}

/// What up to eighteen digits are together.
pub(super) fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0_u64, |number, digit| number.wrapping_mul(10).wrapping_add(u64::from(*digit)))
}

/// The Luhn sum; the number checks when it divides by ten.
pub(super) fn luhn_sum(value: &[u8]) -> Option<u32> {
    let mut sum = 0;
    for (place, byte) in value.iter().rev().enumerate() {
        let digit = u32::from(byte.wrapping_sub(b'0'));
        if digit > 9 {
            return None;
        }
        sum += match (place % 2, digit) {
            (0, _) => digit,
            (_, 0..=4) => digit * 2,
            _ => digit * 2 - 9,
        };
    }
    Some(sum)
}

/// Whether a month has such a day, in leap years if the year is not known.
pub(in crate::detect) fn plausible_date(year: Option<u16>, month: u8, day: u8) -> bool {
    let leap = year.is_none_or(|year| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u8::from(leap),
        _ => 0,
    };
    day > 0 && day <= days
}

/// The same by the last two digits of a year: 2000 was a leap year.
pub(super) fn plausible_short_date(year: u8, month: u8, day: u8) -> bool {
    plausible_date(Some(2000 + u16::from(year)), month, day)
}

/// A number that tells a later birth is nobody's yet. No clock is asked, so it is raised from time to time.
pub(super) const LATEST_BIRTH: u16 = 2030;

/// ISO 7064 MOD 11,10 over digits, the last of which is the check digit.
pub(super) fn mod_11_10(digits: &[u8]) -> bool {
    let Some((check, number)) = digits.split_last() else { return false };
    let product = number.iter().fold(10_u32, |product, digit| {
        let sum = (product + u32::from(*digit)) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == u32::from(*check)
}

/// Verhoeff's dihedral check over digits, the last of which is the check digit.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    const TIMES: [[u8; 10]; 10] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
        [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
        [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
        [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
        [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
        [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
        [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
        [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ];
    const TURN: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let mut check = 0;
    for (place, digit) in digits.iter().rev().enumerate() {
        let turned = (0..place % 8).fold(*digit, |digit, _| TURN[usize::from(digit % 10)]);
        check = TIMES[usize::from(check % 10_u8)][usize::from(turned % 10)];
    }
    check == 0
}

/// The bytes of unpadded base64url, as far as it goes.
pub(super) fn base64url(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    join(text.iter().map_while(|byte| sextet(*byte)), &mut bytes);
    bytes
}
