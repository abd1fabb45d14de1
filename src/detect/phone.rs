//! Telephone numbers: from national and international spellings to E.164 digits (ITU-T E.164,
//! national plans as published by the ITU and NANPA).

use super::places;

/// A national numbering plan, as far as telling numbers needs it.
struct Plan {
    country: [u8; 2],
    code: &'static str,
    /// The digit dialled before national numbers, that falls away behind the country code.
    trunk: &'static str,
    /// Lengths of the significant number.
    shortest: usize,
    longest: usize,
    /// First digits of the significant number.
    first: &'static [u8],
}

const fn plan(country: [u8; 2], code: &'static str, trunk: &'static str, shortest: usize, longest: usize, first: &'static [u8]) -> Plan {
    Plan { country, code, trunk, shortest, longest, first }
}

/// Plans of countries whose national form is common; all others are known by calling code alone.
const PLANS: &[Plan] = &[
    plan(*b"US", "1", "1", 10, 10, b"23456789"),
    plan(*b"CA", "1", "1", 10, 10, b"23456789"),
    plan(*b"GB", "44", "0", 9, 10, b"1235789"),
    plan(*b"DE", "49", "0", 6, 12, b"123456789"),
    plan(*b"FR", "33", "0", 9, 9, b"123456789"),
    plan(*b"ES", "34", "", 9, 9, b"6789"),
    plan(*b"IT", "39", "", 6, 11, b"03"),
    plan(*b"NL", "31", "0", 9, 9, b"123456789"),
    plan(*b"BE", "32", "0", 8, 9, b"123456789"),
    plan(*b"AT", "43", "0", 7, 13, b"123456789"),
    plan(*b"CH", "41", "0", 9, 9, b"2345678"),
    plan(*b"IE", "353", "0", 7, 9, b"123456789"),
    plan(*b"PT", "351", "", 9, 9, b"29"),
    plan(*b"PL", "48", "", 9, 9, b"12345678"),
    plan(*b"SE", "46", "0", 7, 10, b"123456789"),
    plan(*b"NO", "47", "", 8, 8, b"23456789"),
    plan(*b"DK", "45", "", 8, 8, b"23456789"),
    plan(*b"FI", "358", "0", 6, 11, b"123456789"),
    plan(*b"AU", "61", "0", 9, 9, b"23478"),
    plan(*b"NZ", "64", "0", 8, 10, b"234679"),
    plan(*b"IN", "91", "0", 10, 10, b"123456789"),
    plan(*b"SG", "65", "", 8, 8, b"3689"),
    plan(*b"HK", "852", "", 8, 8, b"235679"),
    plan(*b"JP", "81", "0", 9, 10, b"123456789"),
    plan(*b"BR", "55", "0", 10, 11, b"123456789"),
    plan(*b"MX", "52", "", 10, 10, b"23456789"),
    plan(*b"ZA", "27", "0", 9, 9, b"12345678"),
    plan(*b"CZ", "420", "", 9, 9, b"234567"),
    plan(*b"GR", "30", "", 10, 10, b"26"),
    plan(*b"RO", "40", "0", 9, 9, b"237"),
    plan(*b"HU", "36", "06", 8, 9, b"123456789"),
    plan(*b"TR", "90", "0", 10, 10, b"234589"),
    plan(*b"IL", "972", "0", 8, 9, b"234578"),
    plan(*b"RU", "7", "8", 10, 10, b"3489"),
    plan(*b"KR", "82", "0", 8, 10, b"1234567"),
    plan(*b"CN", "86", "0", 9, 11, b"123456789"),
];

/// Writes the number's digits as E.164 without the plus, or as national digits when its
/// country is not known. Returns the country if known (`Some(None)` otherwise); `None` when it
/// is no telephone number.
pub(super) fn normalise(value: &[u8], country: Option<[u8; 2]>, out: &mut Vec<u8>) -> Option<Option<[u8; 2]>> {
    let from = out.len();
    let value = value.strip_prefix(b"tel:").unwrap_or(value);
    let (number, extension) = split_extension(value);
    if extension.len() > 8 {
        return None;
    }
    let mut plus = false;
    let mut zero_in_brackets = false;
    let mut at = 0;
    while at < number.len() {
        match number[at] {
            byte @ b'0'..=b'9' => out.push(byte),
            b'+' if out.len() == from => plus = true,
            // "+44 (0)20": the trunk digit is not dialled behind a country code.
            b'(' if number.get(at..at + 3) == Some(b"(0)") && out.len() > from => {
                zero_in_brackets = true;
                at += 2;
            }
            b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'\t' | b'\'' => {}
            0xc2 | 0xa0 | 0xe2 | 0x80 | 0x90..=0x95 | 0xaf => {}
            _ => return None,
        }
        at += 1;
    }
    let mut international = plus || zero_in_brackets;
    if !plus && out[from..].starts_with(b"00") {
        out.drain(from..from + 2);
        international = true;
    } else if !plus && out[from..].starts_with(b"011") && out.len() - from > 11 {
        out.drain(from..from + 3);
        international = true;
    }
    let digits = &out[from..];
    if is_amount(number) || !(6..=15).contains(&digits.len()) || digits.iter().all(|digit| *digit == digits[0]) {
        return None;
    }
    if international {
        return places::calling_code(digits).map(|(country, _)| Some(country));
    }
    Some(nationalise(country, from, out))
}

/// `1234567.89`: the only mark of an amount is its decimal point, with one or two digits behind it.
fn is_amount(number: &[u8]) -> bool {
    let mut parts = number.split(|byte| !byte.is_ascii_digit());
    let (whole, cents, more) = (parts.next(), parts.next(), parts.next());
    number.contains(&b'.') && more.is_none() && whole.is_some_and(|part| !part.is_empty()) && cents.is_some_and(|part| part.len() <= 2)
}

/// Whether a value is written as people write numbers to dial: with a plus, a trunk zero, an area code of North America or
/// in groups, but not in the groups of thousands of an amount.
pub(super) fn is_dialled(value: &[u8]) -> bool {
    let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
    let nanp = digits.strip_prefix(b"1").filter(|rest| rest.len() == 10).unwrap_or(&digits);
    let groups: Vec<&[u8]> = value.split(|byte| !byte.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    let thousands = groups.first().is_some_and(|first| first.len() < 3) && groups.iter().skip(1).all(|group| group.len() == 3);
    value.contains(&b'+') || value.starts_with(b"0") || value.starts_with(b"(") || is_nanp(nanp) || (groups.len() > 1 && !thousands)
}

/// Puts the country code before a national number, if the number fits the country's plan.
fn nationalise(country: Option<[u8; 2]>, from: usize, out: &mut Vec<u8>) -> Option<[u8; 2]> {
    let candidates = [country, Some(*b"US")];
    for country in candidates.into_iter().flatten() {
        let Some(plan) = PLANS.iter().find(|plan| plan.country == country) else { continue };
        let digits = &out[from..];
        let fits = |rest: &[u8]| {
            (plan.shortest..=plan.longest).contains(&rest.len())
                && rest.first().is_some_and(|first| plan.first.contains(first))
                && (plan.code != "1" || is_nanp(rest))
        };
        let trunk = digits.strip_prefix(plan.trunk.as_bytes()).filter(|rest| !plan.trunk.is_empty() && fits(rest));
        let with_code = digits.strip_prefix(plan.code.as_bytes()).filter(|rest| fits(rest));
        // Only the table's own country may read a bare number; the guess of last resort must fit exactly.
        let bare = Some(digits).filter(|rest| fits(rest) && (plan.trunk.is_empty() || matches!(plan.code, "1" | "91" | "49" | "55")));
        let Some(significant) = trunk.or(bare).or(with_code).map(<[u8]>::len) else { continue };
        let cut = out.len() - from - significant;
        out.splice(from..from + cut, plan.code.bytes());
        return Some(country);
    }
    None
}

/// Area code and exchange start with 2 to 9, and the area code is assigned.
fn is_nanp(number: &[u8]) -> bool {
    number.len() == 10 && number[0] >= b'2' && number[3] >= b'2' && places::is_area_code(&number[..3])
}

fn split_extension(value: &[u8]) -> (&[u8], &[u8]) {
    // One of these is in every mark.
    if memchr::memchr3(b'x', b'X', b'#', value).is_none() {
        return (value, &[]);
    }
    for mark in [b" ext".as_slice(), b" x", b"x", b" Ext", b"ext", b";ext=", b" #", b" EXT", b"-x"] {
        if let Some(at) = memchr::memmem::find(value, mark)
            && at >= 6
        {
            return (value[..at].trim_ascii(), &value[at + mark.len()..]);
        }
    }
    (value, &[])
}

/// Numbers set aside for examples and fiction: 555-01xx in North America (NANPA), the
/// ranges of Ofcom (UK), and repeated or counted-up digits.
pub(super) fn is_test_number(e164: &[u8]) -> bool {
    let nanp = e164.strip_prefix(b"1").filter(|rest| rest.len() == 10).or(Some(e164).filter(|number| number.len() == 10));
    if let Some(nanp) = nanp
        && (&nanp[3..8] == b"55501" || &nanp[..3] == b"555" || nanp == b"1234567890" || nanp[3..].iter().all(|digit| *digit == b'0'))
    {
        return true;
    }
    // Most numbers are told from all of them by their first digits.
    if e164.len() >= 10 && FICTION.iter().any(|range| range[..3] == e164[..3] && e164.starts_with(range)) {
        return true;
    }
    matches!(e164, b"1234567" | b"5551234" | b"12345678" | b"123456789")
}

/// Ranges that regulators keep for films and manuals, by their beginning: Ofcom ("Telephone numbers for use in TV and radio drama"),
/// ARCEP (decision 2018-0881), ACMA ("Phone numbers for use in TV shows, films and creative works"), Bundesnetzagentur (film and
/// television numbers), PTS (numbers for use in fiction).
const FICTION: &[&[u8]] = &[
    b"447700900",
    b"442079460",
    b"441632960",
    b"441134960",
    b"441144960",
    b"441154960",
    b"441164960",
    b"441174960",
    b"441184960",
    b"441214960",
    b"441314960",
    b"441414960",
    b"441514960",
    b"441614960",
    b"441914980",
    b"442890180",
    b"442920180",
    b"443069990",
    b"448081570",
    b"449098790",
    b"3319900",
    b"3326191",
    b"3335301",
    b"3346571",
    b"3353649",
    b"3363998",
    b"6125550",
    b"6127010",
    b"6135550",
    b"6137010",
    b"6175550",
    b"6177010",
    b"6185550",
    b"6187010",
    b"61491570",
    b"493023125",
    b"494066969",
    b"492214710",
    b"496990009",
    b"498999998",
    b"463139006",
    b"464062804",
    b"468465004",
    b"469803192",
    b"467017406",
];

/// The countries whose national plans are known, for guesses by value.
pub(super) fn country_of(e164: &[u8]) -> Option<[u8; 2]> {
    places::calling_code(e164).map(|(country, _)| country)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_number_become_one_e164() {
        for (value, country, e164) in [
            ("+1 (425) 555-2671", None, "14255552671"),
            ("(425) 555-2671", None, "14255552671"),
            ("4255552671", Some(*b"US"), "14255552671"),
            ("1-425-555-2671 x12", None, "14255552671"),
            ("00919425932421", None, "919425932421"),
            ("9425932421", Some(*b"IN"), "919425932421"),
            ("015714615023", Some(*b"DE"), "4915714615023"),
            ("+49 (0)157 14615023", None, "4915714615023"),
            ("06 47 42 77 39", Some(*b"FR"), "33647427739"),
            ("614568096", Some(*b"ES"), "34614568096"),
            ("0638899280", Some(*b"NL"), "31638899280"),
            ("07548763133", Some(*b"GB"), "447548763133"),
            ("3498113082", Some(*b"IT"), "393498113082"),
        ] {
            let mut out = Vec::new();
            assert!(normalise(value.as_bytes(), country, &mut out).is_some(), "{value}");
            assert_eq!(String::from_utf8_lossy(&out), e164, "{value}");
        }
    }

    #[test]
    fn other_numbers_are_refused() {
        for value in ["12345", "1111111111", "2025-01-01T00:00", "+999123456789", "12345678901234567"] {
            assert!(normalise(value.as_bytes(), None, &mut Vec::new()).is_none(), "{value}");
        }
        assert!(is_test_number(b"14155550123"));
        assert!(!is_test_number(b"14159250123"));
    }
}
