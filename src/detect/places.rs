//! Countries, calling codes, area codes, and towns.

use super::{
    fold::fold_into,
    lexicon::{self, lines},
};
use std::{collections::HashMap, sync::LazyLock};

struct Places {
    /// Folded names and codes to ISO 3166-1 alpha-2.
    countries: HashMap<Vec<u8>, [u8; 2], foldhash::fast::FixedState>,
    /// By the first three digits of a number: the calling codes it may have, longest first.
    calling: Vec<Vec<(&'static str, [u8; 2])>>,
    /// One bit per North American area code.
    areas: Vec<bool>,
}

static PLACES: LazyLock<Places> = LazyLock::new(|| {
    let mut places = Places { countries: HashMap::default(), calling: vec![Vec::new(); 1000], areas: vec![false; 1000] };
    let mut all: Vec<(&'static str, [u8; 2])> = Vec::new();
    for line in lines(include_str!("../../patterns/lexicons/countries.tsv")) {
        let mut fields = line.split('\t');
        let (Some(two), Some(three), Some(calling), Some(_), Some(names)) =
            (fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let &[one, other] = two.as_bytes() else { continue };
        let code = [one, other];
        for name in names.split('|').chain([two, three]) {
            let mut folded = Vec::new();
            fold_into(name.as_bytes(), &mut folded);
            places.countries.insert(folded, code);
        }
        all.extend(calling.split(',').filter(|calling| !calling.is_empty()).map(|calling| (calling, code)));
    }
    // The main country of a shared code comes first: 1 is the United States, 44 the United Kingdom.
    const MAIN: [&[u8; 2]; 8] = [b"US", b"GB", b"RU", b"IT", b"AU", b"NO", b"MA", b"FI"];
    all.sort_by_key(|(calling, code)| (usize::MAX - calling.len(), !MAIN.contains(&code), *calling, *code));
    for (number, codes) in places.calling.iter_mut().enumerate() {
        let digits = format!("{number:03}");
        codes.extend(all.iter().filter(|(calling, _)| digits.starts_with(calling) || calling.starts_with(&digits)));
    }
    for line in lines(include_str!("../../patterns/lexicons/us-area-codes.tsv")) {
        if let Some(area) = line.get(..3).and_then(|area| area.parse::<usize>().ok()).and_then(|area| places.areas.get_mut(area)) {
            *area = true;
        }
    }
    places
});

/// Appends the ISO 3166-1 code of a country word, or the folded word when it is not known
/// (and `false`).
pub(super) fn country(word: &[u8], out: &mut Vec<u8>) -> bool {
    let from = out.len();
    fold_into(word, out);
    match PLACES.countries.get(&out[from..]) {
        Some(code) => {
            out.truncate(from);
            out.extend_from_slice(code);
            true
        }
        None => false,
    }
}

/// Whether two capitals are a country's code (ISO 3166-1).
pub(super) fn is_country_code(code: [u8; 2]) -> bool {
    PLACES.countries.get(code.to_ascii_lowercase().as_slice()) == Some(&code)
}

/// The country whose calling code the digits start with, and the code's length.
pub(super) fn calling_code(digits: &[u8]) -> Option<([u8; 2], usize)> {
    let first = digits.get(..3).filter(|first| first.iter().all(u8::is_ascii_digit))?;
    let codes = PLACES.calling.get(first.iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0')))?;
    let found = codes.iter().find(|(calling, _)| digits.starts_with(calling.as_bytes()) && digits.len() >= calling.len() + 4)?;
    Some((found.1, found.0.len()))
}

/// Whether three digits are an area code in use in North America.
pub(super) fn is_area_code(digits: &[u8]) -> bool {
    let number = digits.iter().fold(0_usize, |number, digit| number * 10 + usize::from(digit.wrapping_sub(b'0')));
    PLACES.areas.get(number).copied().unwrap_or(false)
}

/// The country whose postcodes are like no other's, of an address or postcode that ends with one: `V8E 7R0` of Canada,
/// `SW1A 1AA` of the United Kingdom, `D08 X481` of Ireland.
pub fn country_of_postcode(address: &[u8]) -> Option<[u8; 2]> {
    let end = address.trim_ascii_end();
    // The two halves, the space between them left out.
    let mut held = [0_u8; 8];
    let mut length = 0;
    let mut words = end.rsplit(|byte| byte.is_ascii_whitespace() || *byte == b',').filter(|word| !word.is_empty());
    let last = words.next()?;
    let halves = match last.len() {
        3 | 4 => [words.next()?, last],
        5..=7 => [last, &[]],
        _ => return None,
    };
    for byte in halves.into_iter().flatten() {
        *held.get_mut(length)? = match byte {
            b'0'..=b'9' => b'9',
            _ if byte.is_ascii_alphabetic() => b'A',
            _ => return None,
        };
        length += 1;
    }
    let first = halves[0].first()?.to_ascii_uppercase();
    match &held[..length] {
        // Canada Post: no D, F, I, O, Q or U, and no W or Z in front.
        b"A9A9A9" if !b"DFIOQUWZ".contains(&first) => Some(*b"CA"),
        b"A99AA" | b"A999AA" | b"AA99AA" | b"AA999AA" | b"A9A9AA" | b"AA9A9AA" => Some(*b"GB"),
        // The routing key of an Eircode, and four of letters and digits that begin with a letter or digit.
        [b'A', b'9', b'9', rest @ ..] if rest.len() == 4 && rest.contains(&b'9') && rest.contains(&b'A') => Some(*b"IE"),
        _ if length == 7 && halves[0].get(..3).is_some_and(|key| key.eq_ignore_ascii_case(b"D6W")) => Some(*b"IE"),
        _ => None,
    }
}

/// Whether a folded word is the name of a town.
pub(super) fn is_city(folded: &[u8]) -> bool {
    lexicon::CITIES.get(folded) != 0
}

/// Whether a folded word is a state or territory of the United States, by name or code.
pub(super) fn is_us_state(word: &[u8]) -> bool {
    US_STATES.iter().any(|(code, name)| word.eq_ignore_ascii_case(code.as_bytes()) || word.eq_ignore_ascii_case(name.as_bytes()))
}

/// Whether a word is the code of a state, province or territory as it stands in addresses of the
/// United States, Canada or Australia: `TX`, `ON`, `NSW`. In capitals: `in` and `me` are words.
pub(super) fn is_region_code(word: &[u8]) -> bool {
    const CODES: [&[u8]; 20] = [
        b"AB", b"BC", b"MB", b"NB", b"NL", b"NS", b"NT", b"NU", b"ON", b"PE", b"QC", b"SK", b"YT", b"NSW", b"VIC", b"QLD", b"WA", b"SA",
        b"TAS", b"ACT",
    ];
    CODES.contains(&word) || US_STATES.iter().any(|(code, _)| word == code.as_bytes())
}

/// USPS codes and names (Publication 28, appendix B).
pub(super) const US_STATES: &[(&str, &str)] = &[
    ("AL", "Alabama"),
    ("AK", "Alaska"),
    ("AZ", "Arizona"),
    ("AR", "Arkansas"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DE", "Delaware"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("HI", "Hawaii"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("IA", "Iowa"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("ME", "Maine"),
    ("MD", "Maryland"),
    ("MA", "Massachusetts"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MS", "Mississippi"),
    ("MO", "Missouri"),
    ("MT", "Montana"),
    ("NE", "Nebraska"),
    ("NV", "Nevada"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NY", "New York"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PA", "Pennsylvania"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("VT", "Vermont"),
    ("VA", "Virginia"),
    ("WA", "Washington"),
    ("WV", "West Virginia"),
    ("WI", "Wisconsin"),
    ("WY", "Wyoming"),
    ("DC", "District of Columbia"),
    ("PR", "Puerto Rico"),
    ("GU", "Guam"),
    ("VI", "Virgin Islands"),
    ("AS", "American Samoa"),
    ("MP", "Northern Mariana Islands"),
    ("AA", "Armed Forces Americas"),
    ("AE", "Armed Forces Europe"),
    ("AP", "Armed Forces Pacific"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_known_by_code_and_by_name_in_many_languages() {
        for (word, code) in [("US", "US"), ("usa", "US"), ("Deutschland", "DE"), ("ESPAÑA", "ES"), ("DEU", "DE"), ("Österreich", "AT")] {
            let mut out = Vec::new();
            assert!(country(word.as_bytes(), &mut out), "{word}");
            assert_eq!(out, code.as_bytes());
        }
        assert!(!country(b"Narnia", &mut Vec::new()));
    }

    #[test]
    fn calling_codes_pick_the_longest() {
        assert_eq!(calling_code(b"14255552671"), Some((*b"US", 1)));
        assert_eq!(calling_code(b"353861234567"), Some((*b"IE", 3)));
        assert_eq!(calling_code(b"447548763133"), Some((*b"GB", 2)));
        assert_eq!(calling_code(b"999123456"), None);
        assert!(is_area_code(b"425") && !is_area_code(b"911"));
        assert!(is_city(b"hamburg") && !is_city(b"xyzzy"));
    }

    #[test]
    fn postcodes_of_one_country_only_tell_it() {
        for (address, country) in [
            ("226 Queen St E, Vancouver, BC V8E 7R0", Some(*b"CA")),
            ("H7N4A2", Some(*b"CA")),
            ("10 Downing Street, London SW1A 2AA", Some(*b"GB")),
            ("m1 1ae", Some(*b"GB")),
            ("215 Grafton Street, Dublin, D08 X481", Some(*b"IE")),
            ("D6W XY00", Some(*b"IE")),
            ("3410 Dogwood Ln, Philadelphia, PA 19195", None),
            ("D8E 7R0", None),
            ("Apt 4B", None),
            ("1012 AB", None),
            ("", None),
        ] {
            assert_eq!(country_of_postcode(address.as_bytes()), country, "{address}");
        }
    }
}
