//! Normalising: how two spellings of one value become the same bytes.
//!
//! Every normaliser writes into a buffer that is reused, and says whether the value can be
//! of its kind at all. Nothing here allocates per value.

use super::{check, fold::fold_into, phone};
use serde::Deserialize;

/// How a detector's values are normalised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalise {
    /// As it is, trimmed.
    #[default]
    Exact,
    /// Trimmed, folded (case, accents), inner white space to one space.
    Fold,
    /// Digits only; separators (space, hyphen, dot, slash, brackets) fall away, anything else refuses.
    Digits,
    /// Letters and digits in upper case; the same separators fall away, anything else refuses.
    UpperAlnum,
    /// Upper case without spaces; every other printable character stays.
    Upper,
    Email,
    /// E.164 without the plus where the country is known, national digits otherwise.
    Phone,
    /// `YYYY-MM-DD`.
    Date,
    /// A year, from a year or an age column.
    Year,
    /// A person's name: folded, "Surname, Given" turned round, digits and dots dropped.
    Name,
    /// `f`, `m` or `x`.
    Sex,
    /// ISO 3166-1 alpha-2 where the word is known, else folded.
    Country,
    /// Postcode: upper case, no spaces; a ZIP+4 is cut to five digits.
    Postcode,
    /// A street or whole address: folded, punctuation to spaces.
    Address,
    /// A decimal number.
    Number,
    /// IPv4 or IPv6.
    Ip,
}

/// In which order numbers of a date stand when they do not tell themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateOrder {
    #[default]
    Unknown,
    DayFirst,
    MonthFirst,
}

/// What a column knows of its values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hints {
    pub dates: DateOrder,
    /// Where telephone numbers without a country code are from.
    pub country: Option<[u8; 2]>,
}

impl Normalise {
    /// Appends the normalised value to `out`. `false`: it cannot be of this kind.
    pub(super) fn run(self, value: &[u8], hints: Hints, out: &mut Vec<u8>) -> bool {
        match self {
            Normalise::Exact => {
                out.extend_from_slice(value);
                !value.is_empty()
            }
            Normalise::Fold => fold_spaces(value, out),
            Normalise::Digits => keep(value, out, false),
            Normalise::UpperAlnum => keep(value, out, true),
            Normalise::Upper => {
                out.extend(value.iter().filter(|byte| !byte.is_ascii_whitespace()).map(u8::to_ascii_uppercase));
                !out.is_empty()
            }
            Normalise::Email => email(value, out),
            Normalise::Phone => phone::normalise(value, hints.country, out).is_some(),
            Normalise::Date => date(value, hints.dates, out),
            Normalise::Year => year(value, out),
            Normalise::Name => name(value, out),
            Normalise::Sex => sex(value, out),
            Normalise::Country => super::places::country(value, out),
            Normalise::Postcode => postcode(value, out),
            Normalise::Address => address(value, out),
            Normalise::Number => number(value, out),
            Normalise::Ip => {
                out.extend(value.iter().map(u8::to_ascii_lowercase));
                is_ip(value)
            }
        }
    }
}

/// Whether the bytes are an IP address.
pub(super) fn is_ip(value: &[u8]) -> bool {
    value.len() <= 45 && std::str::from_utf8(value).is_ok_and(|text| text.parse::<std::net::IpAddr>().is_ok())
}

/// The value without white space and quotes around it.
pub(super) fn trim(value: &[u8]) -> &[u8] {
    let mut value = value.trim_ascii();
    while let Some(rest) = value.strip_prefix("\u{a0}".as_bytes()) {
        value = rest.trim_ascii();
    }
    while let Some(rest) = value.strip_suffix("\u{a0}".as_bytes()) {
        value = rest.trim_ascii();
    }
    match value {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner.trim_ascii(),
        _ => value,
    }
}

fn fold_spaces(value: &[u8], out: &mut Vec<u8>) -> bool {
    let from = out.len();
    fold_into(value, out);
    squeeze(out, from, |byte| byte.is_ascii_whitespace());
    out.len() > from
}

/// Turns every run of bytes that `gap` names into one space, none at the ends.
fn squeeze(out: &mut Vec<u8>, from: usize, gap: impl Fn(u8) -> bool) {
    let mut to = from;
    let mut pending = false;
    for at in from..out.len() {
        let byte = out[at];
        if gap(byte) {
            pending = to > from;
            continue;
        }
        if pending {
            out[to] = b' ';
            to += 1;
            pending = false;
        }
        out[to] = byte;
        to += 1;
    }
    out.truncate(to);
}

fn keep(value: &[u8], out: &mut Vec<u8>, letters: bool) -> bool {
    let from = out.len();
    if let Some((kept, length)) = keep_short(value, letters) {
        out.extend_from_slice(&kept[..length]);
        return length > 0;
    }
    let mut rest = value;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'0'..=b'9' => out.push(*byte),
            b'A'..=b'Z' | b'a'..=b'z' if letters => out.push(byte.to_ascii_uppercase()),
            b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'_' => {}
            // Sweden and Finland write a plus instead of the hyphen for people of a hundred years.
            b'+' if out.len() > from => {}
            _ => {
                let Some((length, digit)) = wide(*byte, after) else { return false };
                out.extend(digit);
                rest = &after[length..];
            }
        }
    }
    out.len() > from
}

/// A short value of common characters alone, which nearly all are: told byte by byte from a table, without a branch.
#[inline]
fn keep_short(value: &[u8], letters: bool) -> Option<([u8; 32], usize)> {
    const SKIPPED: u8 = 0;
    const OTHER: u8 = 0xff;
    /// What is written for each byte where letters are kept.
    const KEPT: [u8; 256] = {
        let (mut kept, mut at) = ([OTHER; 256], 0);
        while at < kept.len() {
            let byte = at as u8;
            if byte.is_ascii_alphanumeric() {
                kept[at] = byte.to_ascii_uppercase();
            } else if matches!(byte, b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'_') {
                kept[at] = SKIPPED;
            }
            at += 1;
        }
        kept
    };
    let (mut kept, mut length, mut is_other) = ([0; 32], 0, value.len() > 32);
    for byte in value.iter().take(kept.len()) {
        let written = KEPT[usize::from(*byte)];
        kept[length & 31] = written;
        length += usize::from(written != SKIPPED);
        is_other |= written == OTHER || !letters && written > b'9';
    }
    (!is_other).then_some((kept, length))
}

/// The digits of a number written in parts, each filled up with noughts to its length. Parts may lack in front (the prefix of an
/// account) or behind (the code of its bank).
pub(super) fn filled(value: &[u8], groups: &[u8], out: &mut Vec<u8>) -> bool {
    if groups.is_empty() {
        return false;
    }
    let separator = |byte: &u8| matches!(byte, b' ' | b'-' | b'.' | b'/');
    let parts = || value.split(separator).filter(|part| !part.is_empty());
    let count = parts().count();
    if count < 2 || count > groups.len() || !value.iter().all(|byte| separator(byte) || byte.is_ascii_digit()) {
        return false;
    }
    let missing = groups.len() - count;
    let fits = |groups: &[u8]| parts().zip(groups).all(|(part, length)| part.len() <= usize::from(*length));
    let (leading, lengths) = match (fits(&groups[missing..]), fits(&groups[..count])) {
        (true, _) => (&groups[..missing], &groups[missing..]),
        (_, true) => (&groups[..0], &groups[..count]),
        _ => return false,
    };
    leading.iter().for_each(|length| out.resize(out.len() + usize::from(*length), b'0'));
    for (part, length) in parts().zip(lengths) {
        out.resize(out.len() + usize::from(*length) - part.len(), b'0');
        out.extend_from_slice(part);
    }
    true
}

/// A separator or digit of more than one byte, by its first byte and those behind it: how many of these belong to it, and
/// the digit. Spaces and hyphens as word processors write them, digits as wide as ideographs.
fn wide(first: u8, after: &[u8]) -> Option<(usize, Option<u8>)> {
    match (first, after) {
        (0xc2, [0xa0 | 0xad, ..]) => Some((1, None)),
        (0xe2, [0x80, 0x80..=0x95 | 0xaf, ..] | [0x88, 0x92, ..]) | (0xe3, [0x80, 0x80, ..]) => Some((2, None)),
        (0xef, [0xbc, 0x8d, ..]) => Some((2, None)),
        (0xef, [0xbc, wide @ 0x90..=0x99, ..]) => Some((2, Some(wide - 0x90 + b'0'))),
        // A no-break space of a code page.
        (0xa0, _) => Some((0, None)),
        _ => None,
    }
}

/// Checks and lower-cases an address (RFC 5321 local part of common characters, a dotted
/// domain). `%40` is an `@`; `mailto:` and angle brackets fall away.
pub(super) fn email(value: &[u8], out: &mut Vec<u8>) -> bool {
    let value = value.strip_prefix(b"mailto:").unwrap_or(value);
    let value = match value {
        [b'<', inner @ .., b'>'] => inner,
        _ => value,
    };
    let from = out.len();
    let escaped = memchr::memchr(b'%', value).and_then(|_| memchr::memmem::find(value, b"%40"));
    if let Some(at) = escaped {
        out.extend_from_slice(&value[..at]);
        out.push(b'@');
        out.extend_from_slice(&value[at + 3..]);
    } else {
        out.extend_from_slice(value);
    }
    out[from..].make_ascii_lowercase();
    let address = &out[from..];
    memchr::memchr(b'@', address).is_some_and(|at| is_local(&address[..at]) && is_domain(&address[at + 1..]))
}

/// The same of an address whose sign is known to be its first, with nothing around it and no `%` in it.
pub(super) fn email_parted(value: &[u8], at: usize, out: &mut Vec<u8>) -> bool {
    let from = out.len();
    out.extend_from_slice(value);
    out[from..].make_ascii_lowercase();
    is_local(&value[..at]) && is_domain(&value[at + 1..])
}

/// Where a byte may stand in an address; one bit each.
const LOCAL: u8 = 1;
const LABEL: u8 = 1 << 1;
const TOP_LABEL: u8 = 1 << 2;

const IN_ADDRESS: [u8; 256] = {
    let (mut table, signs) = ([0; 256], b".!#$%&'*+-/=?^_`{|}~");
    let mut at = 0;
    while at < table.len() {
        let byte = at as u8;
        let is_letter = byte.is_ascii_alphabetic() || byte >= 0x80;
        table[at] = if is_letter {
            LOCAL | LABEL | TOP_LABEL
        } else if byte.is_ascii_digit() {
            LOCAL | LABEL
        } else if byte == b'-' {
            LABEL
        } else {
            0
        };
        at += 1;
    }
    at = 0;
    while at < signs.len() {
        table[signs[at] as usize] |= LOCAL;
        at += 1;
    }
    table
};

fn is_local(local: &[u8]) -> bool {
    !local.is_empty()
        && local.len() <= 64
        && local.first() != Some(&b'.')
        && local.last() != Some(&b'.')
        && local.iter().all(|byte| IN_ADDRESS[usize::from(*byte)] & LOCAL != 0)
}

/// A host name of two labels or more that ends in letters.
pub(super) fn is_domain(domain: &[u8]) -> bool {
    if domain.len() > 253 {
        return false;
    }
    // Where the last label begins, and what all of its bytes are.
    let (mut last, mut all, mut labels) = (0, LABEL | TOP_LABEL, 1);
    for (at, byte) in domain.iter().enumerate() {
        if *byte != b'.' {
            if at == last && *byte == b'-' {
                return false;
            }
            all &= IN_ADDRESS[usize::from(*byte)];
        } else if at == last || at - last > 63 || all & LABEL == 0 {
            return false;
        } else {
            (last, all) = (at + 1, LABEL | TOP_LABEL);
            labels += 1;
        }
    }
    let length = domain.len() - last;
    labels > 1 && (2..=63).contains(&length) && all & LABEL != 0 && (all & TOP_LABEL != 0 || domain[last..].starts_with(b"xn--"))
}

/// Reads a date in any of the usual spellings and writes it as `YYYY-MM-DD`.
pub(super) fn date(value: &[u8], order: DateOrder, out: &mut Vec<u8>) -> bool {
    let Some((year, month, day)) = parse_date(value, order) else { return false };
    let mut text = [b'-'; 10];
    write_number(&mut text[..4], u32::from(year));
    write_number(&mut text[5..7], u32::from(month));
    write_number(&mut text[8..], u32::from(day));
    out.extend_from_slice(&text);
    (1850..2100).contains(&year) && check::plausible_date(Some(year), month, day)
}

fn write_number(to: &mut [u8], mut number: u32) {
    for byte in to.iter_mut().rev() {
        *byte = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Year, month and day; not yet checked against the calendar.
pub(super) fn parse_date(value: &[u8], order: DateOrder) -> Option<(u16, u8, u8)> {
    if value.len() < 6 || value.len() > 40 {
        return None;
    }
    if value.iter().all(u8::is_ascii_digit) {
        return compact_date(value, order);
    }
    let mut numbers = [(0_u32, 0_usize); 3];
    let (mut count, mut month, mut at) = (0, None, 0);
    while at < value.len() && (count < 3 && !(count == 2 && month.is_some())) {
        let rest = &value[at..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0 {
            if digits > 4 {
                return None;
            }
            numbers[count] = (rest[..digits].iter().fold(0, |number, byte| number * 10 + u32::from(byte - b'0')), digits);
            count += 1;
            at += digits;
            continue;
        }
        let letters = rest.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80).count();
        if letters > 0 {
            match month_word(&rest[..letters]) {
                Some(found) if month.is_none() => month = Some((found, count)),
                _ if is_date_filler(&rest[..letters]) => {}
                _ => return None,
            }
            at += letters;
            continue;
        }
        if !matches!(rest[0], b'-' | b'/' | b'.' | b' ' | b',') {
            return None;
        }
        at += 1;
    }
    if !is_time(&value[at..]) {
        return None;
    }
    order_parts(&numbers, count, month, order)
}

fn order_parts(numbers: &[(u32, usize); 3], count: usize, month: Option<(u8, usize)>, order: DateOrder) -> Option<(u16, u8, u8)> {
    let [first, second, third] = *numbers;
    let small = |number: (u32, usize)| (number.1 <= 2).then_some(number.0 as u8);
    match (month, count) {
        (Some((month, 0 | 1)), 2) if first.1 <= 2 => Some((full_year(second)?, month, small(first)?)),
        (Some((month, _)), 2) if first.1 == 4 => Some((first.0 as u16, month, small(second)?)),
        (None, 3) if first.1 == 4 => Some((first.0 as u16, small(second)?, small(third)?)),
        (None, 3) => {
            let (one, two, year) = (small(first)?, small(second)?, full_year(third)?);
            let day_first = match order {
                _ if one > 12 => true,
                _ if two > 12 => false,
                DateOrder::MonthFirst => false,
                DateOrder::DayFirst | DateOrder::Unknown => order == DateOrder::DayFirst,
            };
            Some(if day_first { (year, two, one) } else { (year, one, two) })
        }
        _ => None,
    }
}

/// Two digits of a year stand for the last such year before 2030.
fn full_year((number, digits): (u32, usize)) -> Option<u16> {
    match digits {
        4 => Some(number as u16),
        2 if number < 30 => Some(2000 + number as u16),
        2 => Some(1900 + number as u16),
        _ => None,
    }
}

fn compact_date(value: &[u8], order: DateOrder) -> Option<(u16, u8, u8)> {
    let number = |from: usize, to: usize| value[from..to].iter().fold(0_u32, |number, byte| number * 10 + u32::from(byte - b'0'));
    let is =
        |year: u32, month: u32, day: u32| (1850..2100).contains(&year) && check::plausible_date(Some(year as u16), month as u8, day as u8);
    if value.len() != 8 {
        return None;
    }
    let ymd = (number(0, 4), number(4, 6), number(6, 8));
    let dmy = (number(4, 8), number(2, 4), number(0, 2));
    let mdy = (dmy.0, dmy.2, dmy.1);
    let tries = if order == DateOrder::DayFirst { [ymd, dmy, mdy] } else { [ymd, mdy, dmy] };
    tries.into_iter().find(|(year, month, day)| is(*year, *month, *day)).map(|(year, month, day)| (year as u16, month as u8, day as u8))
}

/// What may follow a date: nothing, or a time of day with a zone.
fn is_time(rest: &[u8]) -> bool {
    rest.is_empty()
        || (matches!(rest[0], b'T' | b't' | b' ' | b'Z' | b'.' | b',')
            && rest[1..].iter().all(|byte| byte.is_ascii_digit() || b":.+-ZTzt APMapmUC".contains(byte)))
}

fn is_date_filler(word: &[u8]) -> bool {
    ["st", "nd", "rd", "th", "de", "of", "del", "er", "mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        .iter()
        .any(|filler| word.eq_ignore_ascii_case(filler.as_bytes()))
}

/// The month a word names, in the languages of Western Europe; three letters are enough where
/// they are not shared.
pub(in crate::detect) fn month_word(word: &[u8]) -> Option<u8> {
    let mut lower = [0; 16];
    let lower = lower.get_mut(..word.len())?;
    for (to, byte) in lower.iter_mut().zip(word) {
        *to = byte.to_ascii_lowercase();
    }
    if lower == b"marriage" || lower == b"married" || word.len() < 3 {
        return None;
    }
    let (first, further) = lower.split_first_chunk::<3>()?;
    let month = match (first, further.first()) {
        (b"jan" | b"ene" | b"gen", _) => 1,
        (b"feb" | b"fev", _) | (b"f\xc3\xa9", Some(b'v')) => 2,
        (b"mar" | b"mae" | b"maa" | b"mrt", _) | (b"m\xc3\xa4", Some(b'r')) => 3,
        (b"apr" | b"avr" | b"abr", _) => 4,
        (b"may" | b"mai" | b"mei" | b"maj" | b"mag", _) => 5,
        (b"jun" | b"giu", _) | (b"jui", Some(b'n')) => 6,
        (b"jul" | b"lug", _) | (b"jui", Some(b'l')) => 7,
        (b"aug" | b"aou" | b"ago", _) | (b"ao\xc3", Some(0xbb)) => 8,
        (b"sep" | b"set", _) => 9,
        (b"oct" | b"okt" | b"out" | b"ott", _) => 10,
        (b"nov", _) => 11,
        (b"dec" | b"dez" | b"dic", _) | (b"d\xc3\xa9", Some(b'c')) => 12,
        _ => return None,
    };
    (word.len() <= 4 || MONTH_ENDINGS.iter().any(|ending| lower.ends_with(ending.as_bytes()))).then_some(month)
}

const MONTH_ENDINGS: &[&str] = &[
    "uary", "rch", "ril", "une", "uly", "ust", "ber", "uar", "rz", "uni", "uli", "vier", "rier", "ars", "vril", "uin", "llet", "bre",
    "ero", "zo", "yo", "nio", "lio", "sto", "aio", "braio", "naio", "ile", "gno", "glio", "bro", "eiro", "reiro", "ubro", "ari", "aart",
    "ustus", "ember", "ober", "ût", "out", "mai", "maj",
];

fn year(value: &[u8], out: &mut Vec<u8>) -> bool {
    out.extend_from_slice(value);
    value.iter().all(u8::is_ascii_digit)
        && (value.len() == 4 && matches!(&value[..2], b"18" | b"19" | b"20") || (1..=3).contains(&value.len()))
}

/// Folds a name. Titles stay: which words are titles is for whoever compares names.
pub(super) fn name(value: &[u8], out: &mut Vec<u8>) -> bool {
    let from = out.len();
    let comma = memchr::memchr(b',', value).filter(|at| {
        let after = value[at + 1..].trim_ascii();
        *at > 0 && !after.is_empty() && !is_suffix(after) && memchr::memchr(b',', after).is_none()
    });
    match comma {
        Some(at) => {
            fold_into(&value[at + 1..], out);
            out.push(b' ');
            fold_into(&value[..at], out);
        }
        None => fold_into(value, out),
    }
    squeeze(out, from, |byte| {
        byte.is_ascii_whitespace() || byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'"' | b'(' | b')' | b'_' | b'*' | b';')
    });
    out.len() > from && out[from..].iter().any(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80)
}

fn is_suffix(word: &[u8]) -> bool {
    ["jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "md", "m.d.", "phd", "ph.d.", "esq", "esq.", "rn", "dds", "cpa"]
        .iter()
        .any(|suffix| word.eq_ignore_ascii_case(suffix.as_bytes()))
}

fn sex(value: &[u8], out: &mut Vec<u8>) -> bool {
    let from = out.len();
    fold_into(value, out);
    let letter = match &out[from..] {
        b"f" | b"female" | b"w" | b"woman" | b"weiblich" | b"frau" | b"femme" | b"feminin" | b"femenino" | b"mujer" | b"femmina"
        | b"vrouw" | b"feminino" | b"k" | b"kobieta" | b"kvinna" | b"kvinde" | b"kvinne" | b"nainen" | b"girl" | b"2" => b'f',
        b"m" | b"male" | b"man" | b"mannlich" | b"maennlich" | b"herr" | b"homme" | b"masculin" | b"masculino" | b"hombre" | b"h"
        | b"maschio" | b"uomo" | b"boy" | b"mezczyzna" | b"mand" | b"mann" | b"mies" | b"1" => b'm',
        b"x" | b"d" | b"divers" | b"other" | b"nonbinary" | b"non-binary" | b"nb" | b"o" | b"u" | b"unknown" | b"diverse" | b"0" | b"9" => {
            b'x'
        }
        _ => return false,
    };
    out.truncate(from);
    out.push(letter);
    true
}

fn postcode(value: &[u8], out: &mut Vec<u8>) -> bool {
    let from = out.len();
    out.extend(value.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_uppercase));
    if value.len() == 10 && value[5] == b'-' && out.len() - from == 9 {
        out.truncate(from + 5);
    }
    let code = &out[from..];
    (3..=10).contains(&code.len()) && code.iter().any(u8::is_ascii_digit) && value.len() <= 12
}

fn address(value: &[u8], out: &mut Vec<u8>) -> bool {
    let from = out.len();
    fold_into(value, out);
    squeeze(out, from, |byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b'.' | b';' | b'#' | b'"' | b'\\'));
    out.len() >= from + 3 && out[from..].iter().any(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80)
}

fn number(value: &[u8], out: &mut Vec<u8>) -> bool {
    let from = out.len();
    out.extend(value.iter().filter(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-')));
    let other = value.iter().filter(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80).count();
    out[from..].iter().any(u8::is_ascii_digit) && other <= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(kind: Normalise, value: &str, hints: Hints) -> Option<String> {
        let mut out = Vec::new();
        kind.run(value.as_bytes(), hints, &mut out).then(|| String::from_utf8(out).expect("normalised text is UTF-8"))
    }

    #[test]
    fn short_numbers_are_kept_as_long_ones_are() {
        for value in
            ["001-02-0101", "ab 12.c/3(4)", "", "- ", "12+3", "+12", "1,2", "\u{ff11}2", "x\u{a0}7", "99999999999999999999999999999999"]
        {
            // So many hyphens are no short value, and nothing of them is kept.
            let long = format!("{value}{}", "-".repeat(33));
            for kind in [Normalise::Digits, Normalise::UpperAlnum] {
                assert_eq!(run(kind, value, Hints::default()), run(kind, &long, Hints::default()), "{value}");
            }
        }
    }

    #[test]
    fn an_address_whose_sign_is_known_is_judged_as_any_other() {
        for value in [
            "Jane.Foster@Mail-haven.com",
            "a@b.c",
            "a@b",
            ".a@b.de",
            "a.@b.de",
            "a@-b.de",
            "a@b-.de",
            "a@b..de",
            "a@b.de.",
            "a@b.d3",
            "a@b.xn--p1ai",
            "a@b.x-",
            "jos\u{e9}@\u{fc}ber.de",
            "a b@c.de",
            "a,b@c.de",
            "a@b_c.de",
            "@b.de",
            "a@",
        ] {
            let (mut parted, mut whole) = (Vec::new(), Vec::new());
            let at = value.find('@').expect("a sign");
            assert_eq!(email_parted(value.as_bytes(), at, &mut parted), email(value.as_bytes(), &mut whole), "{value}");
            assert_eq!(parted, whole);
        }
        let long = |local: usize, label: usize| is_domain(format!("{}.{}.de", "a".repeat(local), "b".repeat(label)).as_bytes());
        assert!(long(63, 63) && !long(64, 63) && !long(63, 64) && is_local(&[b'a'; 64]) && !is_local(&[b'a'; 65]));
        assert!(!is_domain(b"") && !is_domain(b"de") && !is_domain(b".de") && !is_domain(&[b'a'; 254]));
    }

    #[test]
    fn dates_of_many_spellings_become_iso() {
        let day_first = Hints { dates: DateOrder::DayFirst, ..Hints::default() };
        for (value, hints, iso) in [
            ("1980-02-29", Hints::default(), Some("1980-02-29")),
            ("1980-02-29T00:00:00Z", Hints::default(), Some("1980-02-29")),
            ("02/03/1980", Hints::default(), Some("1980-02-03")),
            ("02/03/1980", day_first, Some("1980-03-02")),
            ("31/12/1999", Hints::default(), Some("1999-12-31")),
            ("05.06.1963", day_first, Some("1963-06-05")),
            ("19300213", Hints::default(), Some("1930-02-13")),
            ("March 5, 1961", Hints::default(), Some("1961-03-05")),
            ("5 mars 1961", Hints::default(), Some("1961-03-05")),
            ("12. Dezember 1961", Hints::default(), Some("1961-12-12")),
            ("3 de enero de 1970", Hints::default(), Some("1970-01-03")),
            ("14-Feb-75", Hints::default(), Some("1975-02-14")),
            ("1981-02-29", Hints::default(), None),
            ("12/30", Hints::default(), None),
            ("2025.0.0.1000", Hints::default(), None),
            ("12:30:11", Hints::default(), None),
        ] {
            assert_eq!(run(Normalise::Date, value, hints).as_deref(), iso, "{value}");
        }
    }

    #[test]
    fn values_normalise_by_kind() {
        for (kind, value, normal) in [
            (Normalise::Email, "Jane.Doe@Mail.Example.com", Some("jane.doe@mail.example.com")),
            (Normalise::Email, "hall.jeffrey%40quickinbox.net", Some("hall.jeffrey@quickinbox.net")),
            (Normalise::Email, "jane@localhost", None),
            (Normalise::Email, "a@b@c.de", None),
            (Normalise::Digits, "536-22-8145", Some("536228145")),
            (Normalise::Digits, "12a", None),
            (Normalise::Digits, "536\u{2011}22\u{2013}8145", Some("536228145")),
            (Normalise::Digits, "５３６－２２−8145", Some("536228145")),
            (Normalise::Digits, "121212+1212", Some("1212121212")),
            (Normalise::Digits, "+1 617 555 0123", None),
            (Normalise::Digits, "12€", None),
            (Normalise::UpperAlnum, "ab 12-34 c", Some("AB1234C")),
            (Normalise::Name, "O'Brien, Eoin", Some("eoin o'brien")),
            (Normalise::Name, "Maynard46", Some("maynard")),
            (Normalise::Name, "John Smith, Jr.", Some("john smith jr")),
            (Normalise::Name, "12345", None),
            (Normalise::Postcode, "02139-4307", Some("02139")),
            (Normalise::Postcode, "sw1a 2kl", Some("SW1A2KL")),
            (Normalise::Sex, "weiblich", Some("f")),
            (Normalise::Sex, "purple", None),
            (Normalise::Fold, "  Große   Straße ", Some("grosse strasse")),
        ] {
            assert_eq!(run(kind, value, Hints::default()).as_deref(), normal, "{kind:?} {value}");
        }
    }
}
