//! The jurisdiction a person lives in, from country, region, postcode or telephone number.
//!
//! ISO 3166-2 for the United States, Canada and Australia, where law goes by state, ISO 3166-1 elsewhere.

use super::name::{folded, tokens};
use crate::base::Short;
use std::{collections::HashMap, sync::LazyLock};

/// `US-CA`, `DE`; empty when nothing tells.
pub type Jurisdiction = Short<7>;

pub(super) fn is_postcode(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let rest = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    rest && (4..=9).contains(&digits) && digits + usize::from(word.contains('-')) == word.len()
}

/// `SW1A 1AA`, `K1A 0B1`, `1012 AB`.
pub(super) fn is_spaced_postcode(pair: &str) -> bool {
    is_gb_postcode(pair) || is_ca_postcode(pair) || {
        let bytes = pair.as_bytes();
        bytes.len() == 7 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b' ' && bytes[5..].iter().all(u8::is_ascii_uppercase)
    }
}

fn shape(text: &str) -> String {
    text.trim()
        .chars()
        .map(|c| match c {
            _ if c.is_ascii_digit() => '9',
            _ if c.is_ascii_alphabetic() => 'A',
            _ => c,
        })
        .collect()
}

fn is_gb_postcode(text: &str) -> bool {
    matches!(
        shape(text).as_str(),
        "A9 9AA" | "A99 9AA" | "AA9 9AA" | "AA99 9AA" | "A9A 9AA" | "AA9A 9AA" | "AA99AA" | "AA999AA" | "AA9A9AA" | "A9A9AA" | "A999AA"
    )
}

fn is_ca_postcode(text: &str) -> bool {
    matches!(shape(text).as_str(), "A9A 9A9" | "A9A9A9")
}

/// The jurisdiction of a country, region and postcode, any of which may be empty.
pub fn jurisdiction(country: &str, region: &str, postcode: &str) -> String {
    let code = country_code(country);
    let postcode = postcode.trim();
    let subdivision = |country: &str| -> Option<String> {
        let (_, found) = subdivision_of(region, country)?;
        Some(format!("{country}-{found}"))
    };
    match code {
        Some("US") => subdivision("US").or_else(|| zip_state(postcode)).unwrap_or_default(),
        Some("CA") => subdivision("CA").or_else(|| ca_province(postcode)).unwrap_or_default(),
        Some("AU") => subdivision("AU").or_else(|| au_state(postcode)).unwrap_or_default(),
        Some("PR") => "US-PR".to_owned(),
        Some(other) => other.to_owned(),
        None => without_country(region, postcode),
    }
}

fn without_country(region: &str, postcode: &str) -> String {
    if is_ca_postcode(postcode) {
        return ca_province(postcode).unwrap_or_default();
    }
    if is_gb_postcode(postcode) {
        return "GB".to_owned();
    }
    let digits: String = postcode.chars().take_while(char::is_ascii_digit).collect();
    let plain = postcode.chars().all(|c| c.is_ascii_digit() || c == '-' || c == ' ');
    let au = subdivision_of(region, "AU").map(|(_, code)| format!("AU-{code}"));
    let us = subdivision_of(region, "US").map(|(_, code)| format!("US-{code}"));
    let ca = subdivision_of(region, "CA").map(|(_, code)| format!("CA-{code}"));
    match (postcode.is_empty(), plain, digits.len()) {
        (false, true, 4) => au.unwrap_or_default(),
        (false, true, 5) if us.is_some() || region.trim().is_empty() => match (us, zip_state(postcode)) {
            (Some(us), _) => us,
            // A bare five-digit code may be German, French, Spanish or Italian as well.
            (None, _) => String::new(),
        },
        (false, true, 9 | 10) if us.is_some() => us.unwrap_or_default(),
        (true, ..) => us.or(ca).or(au).unwrap_or_default(),
        _ => us.unwrap_or_default(),
    }
}

/// ISO 3166-1 alpha-2 of a country's name or code.
pub fn country_code(text: &str) -> Option<&'static str> {
    let key = compact(text);
    if key.is_empty() {
        return None;
    }
    COUNTRIES.get(key.as_str()).copied()
}

static COUNTRIES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut map = HashMap::new();
    let lines = include_str!("../../patterns/lexicons/countries.tsv").lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        let mut columns = line.split('\t');
        if let (Some(two), Some(three), Some(names)) = (columns.next(), columns.next(), columns.nth(2)) {
            for name in names.split('|').chain([two, three]) {
                map.insert(tokens(name).concat(), two);
            }
        }
    }
    for (name, code) in [
        ("usa", "US"),
        ("unitedstatesofamerica", "US"),
        ("uk", "GB"),
        ("greatbritain", "GB"),
        ("england", "GB"),
        ("scotland", "GB"),
        ("wales", "GB"),
        ("deutschland", "DE"),
        ("allemagne", "DE"),
        ("france", "FR"),
        ("espana", "ES"),
        ("italia", "IT"),
        ("nederland", "NL"),
        ("holland", "NL"),
        ("brasil", "BR"),
        ("schweiz", "CH"),
        ("suisse", "CH"),
        ("osterreich", "AT"),
        ("belgie", "BE"),
        ("belgique", "BE"),
        ("polska", "PL"),
        ("eire", "IE"),
        ("mexico", "MX"),
        ("sverige", "SE"),
        ("norge", "NO"),
        ("danmark", "DK"),
        ("suomi", "FI"),
        ("portugal", "PT"),
        ("nippon", "JP"),
    ] {
        map.insert(name.to_owned(), code);
    }
    map
});

/// The code of a US state, Canadian province or Australian state by code or name.
pub(super) fn subdivision_code(text: &str) -> Option<&'static str> {
    ["US", "CA", "AU"].iter().find_map(|country| subdivision_of(text, country)).map(|(_, code)| code)
}

fn subdivision_of(text: &str, country: &str) -> Option<Subdivision> {
    let key = compact(text);
    if key.is_empty() {
        return None;
    }
    // `US-CA` and `CA` and `California` are one.
    let key = key.strip_prefix(&country.to_lowercase()).filter(|rest| rest.len() >= 2 && text.contains('-')).unwrap_or(&key);
    BY_NAME.get(country)?.get(key).copied()
}

/// The tokens of a text without the spaces between.
fn compact(text: &str) -> String {
    let mut text = folded(text);
    text.retain(|c| c != ' ');
    text
}

/// Country and code.
type Subdivision = (&'static str, &'static str);

/// Of each country: its subdivisions by code or name, folded.
static BY_NAME: LazyLock<HashMap<&'static str, HashMap<String, Subdivision>>> = LazyLock::new(|| {
    let mut countries: HashMap<_, HashMap<_, _>> = HashMap::new();
    for (country, code, name) in SUBDIVISIONS {
        let known = countries.entry(*country).or_default();
        known.insert((*name).to_owned(), (*country, *code));
        known.insert(code.to_lowercase(), (*country, *code));
    }
    countries
});

/// Country, code, folded name.
const SUBDIVISIONS: &[(&str, &str, &str)] = &[
    ("US", "AL", "alabama"),
    ("US", "AK", "alaska"),
    ("US", "AZ", "arizona"),
    ("US", "AR", "arkansas"),
    ("US", "CA", "california"),
    ("US", "CO", "colorado"),
    ("US", "CT", "connecticut"),
    ("US", "DE", "delaware"),
    ("US", "DC", "districtofcolumbia"),
    ("US", "FL", "florida"),
    ("US", "GA", "georgia"),
    ("US", "HI", "hawaii"),
    ("US", "ID", "idaho"),
    ("US", "IL", "illinois"),
    ("US", "IN", "indiana"),
    ("US", "IA", "iowa"),
    ("US", "KS", "kansas"),
    ("US", "KY", "kentucky"),
    ("US", "LA", "louisiana"),
    ("US", "ME", "maine"),
    ("US", "MD", "maryland"),
    ("US", "MA", "massachusetts"),
    ("US", "MI", "michigan"),
    ("US", "MN", "minnesota"),
    ("US", "MS", "mississippi"),
    ("US", "MO", "missouri"),
    ("US", "MT", "montana"),
    ("US", "NE", "nebraska"),
    ("US", "NV", "nevada"),
    ("US", "NH", "newhampshire"),
    ("US", "NJ", "newjersey"),
    ("US", "NM", "newmexico"),
    ("US", "NY", "newyork"),
    ("US", "NC", "northcarolina"),
    ("US", "ND", "northdakota"),
    ("US", "OH", "ohio"),
    ("US", "OK", "oklahoma"),
    ("US", "OR", "oregon"),
    ("US", "PA", "pennsylvania"),
    ("US", "RI", "rhodeisland"),
    ("US", "SC", "southcarolina"),
    ("US", "SD", "southdakota"),
    ("US", "TN", "tennessee"),
    ("US", "TX", "texas"),
    ("US", "UT", "utah"),
    ("US", "VT", "vermont"),
    ("US", "VA", "virginia"),
    ("US", "WA", "washington"),
    ("US", "WV", "westvirginia"),
    ("US", "WI", "wisconsin"),
    ("US", "WY", "wyoming"),
    ("US", "PR", "puertorico"),
    ("US", "GU", "guam"),
    ("US", "VI", "virginislands"),
    ("US", "AS", "americansamoa"),
    ("US", "MP", "northernmarianaislands"),
    ("CA", "AB", "alberta"),
    ("CA", "BC", "britishcolumbia"),
    ("CA", "MB", "manitoba"),
    ("CA", "NB", "newbrunswick"),
    ("CA", "NL", "newfoundlandandlabrador"),
    ("CA", "NS", "novascotia"),
    ("CA", "ON", "ontario"),
    ("CA", "PE", "princeedwardisland"),
    ("CA", "QC", "quebec"),
    ("CA", "SK", "saskatchewan"),
    ("CA", "NT", "northwestterritories"),
    ("CA", "NU", "nunavut"),
    ("CA", "YT", "yukon"),
    ("AU", "NSW", "newsouthwales"),
    ("AU", "QLD", "queensland"),
    ("AU", "SA", "southaustralia"),
    ("AU", "TAS", "tasmania"),
    ("AU", "VIC", "victoria"),
    ("AU", "WA", "westernaustralia"),
    ("AU", "ACT", "australiancapitalterritory"),
    ("AU", "NT", "northernterritory"),
];

fn table(text: &'static str) -> HashMap<&'static str, &'static str> {
    text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).filter_map(|line| line.split_once('\t')).collect()
}

static ZIP3: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| table(include_str!("../../patterns/lexicons/us-zip3.tsv")));
static ZIP5: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| table(include_str!("../../patterns/lexicons/us-zip5-exceptions.tsv")));
static AREA_CODES: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| table(include_str!("../../patterns/lexicons/us-area-codes.tsv")));

/// The state of a US ZIP code.
pub fn zip_state(zip: &str) -> Option<String> {
    let digits: String = zip.chars().take_while(char::is_ascii_digit).collect();
    // Spreadsheets eat the leading zero of New England's codes.
    let digits = if digits.len() == 4 { format!("0{digits}") } else { digits };
    let five = digits.get(..5)?;
    ZIP5.get(five).or_else(|| ZIP3.get(&five[..3])).map(|state| format!("US-{state}"))
}

fn ca_province(postcode: &str) -> Option<String> {
    let province = match postcode.chars().next()?.to_ascii_uppercase() {
        'A' => "NL",
        'B' => "NS",
        'C' => "PE",
        'E' => "NB",
        'G' | 'H' | 'J' => "QC",
        'K' | 'L' | 'M' | 'N' | 'P' => "ON",
        'R' => "MB",
        'S' => "SK",
        'T' => "AB",
        'V' => "BC",
        'Y' => "YT",
        _ => return None,
    };
    Some(format!("CA-{province}"))
}

fn au_state(postcode: &str) -> Option<String> {
    let number: u32 = postcode.trim().parse().ok()?;
    let state = match number {
        800..=999 => "NT",
        200..=299 | 2600..=2618 | 2900..=2920 => "ACT",
        1000..=2999 => "NSW",
        3000..=3999 | 8000..=8999 => "VIC",
        4000..=4999 | 9000..=9999 => "QLD",
        5000..=5999 => "SA",
        6000..=6999 => "WA",
        7000..=7999 => "TAS",
        _ => return None,
    };
    Some(format!("AU-{state}"))
}

/// Where an E.164 number suggests somebody lives: the state of a US area code with one state, else the country.
pub fn phone_jurisdiction(e164: &str) -> Option<String> {
    let digits = e164.strip_prefix('+')?;
    if let Some(national) = digits.strip_prefix('1') {
        let states = AREA_CODES.get(national.get(..3)?)?;
        let one = !states.is_empty() && !states.contains(' ');
        return one.then(|| if states.contains('-') { (*states).to_owned() } else { format!("US-{states}") });
    }
    CALLING_CODES.iter().find(|(code, _)| digits.starts_with(code)).map(|(_, country)| (*country).to_owned())
}

/// Calling codes of one country each, longest first.
const CALLING_CODES: &[(&str, &str)] = &[
    ("353", "IE"),
    ("351", "PT"),
    ("352", "LU"),
    ("358", "FI"),
    ("420", "CZ"),
    ("421", "SK"),
    ("852", "HK"),
    ("972", "IL"),
    ("971", "AE"),
    ("359", "BG"),
    ("370", "LT"),
    ("371", "LV"),
    ("372", "EE"),
    ("385", "HR"),
    ("386", "SI"),
    ("380", "UA"),
    ("49", "DE"),
    ("33", "FR"),
    ("34", "ES"),
    ("31", "NL"),
    ("32", "BE"),
    ("30", "GR"),
    ("36", "HU"),
    ("40", "RO"),
    ("41", "CH"),
    ("43", "AT"),
    ("45", "DK"),
    ("46", "SE"),
    ("47", "NO"),
    ("48", "PL"),
    ("55", "BR"),
    ("52", "MX"),
    ("54", "AR"),
    ("56", "CL"),
    ("57", "CO"),
    ("61", "AU"),
    ("62", "ID"),
    ("63", "PH"),
    ("64", "NZ"),
    ("65", "SG"),
    ("66", "TH"),
    ("60", "MY"),
    ("81", "JP"),
    ("82", "KR"),
    ("86", "CN"),
    ("91", "IN"),
    ("92", "PK"),
    ("90", "TR"),
    ("27", "ZA"),
    ("20", "EG"),
    ("39", "IT"),
    ("44", "GB"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jurisdictions_come_from_whatever_is_there() {
        for (country, region, postcode, want) in [
            ("", "CA", "94105", "US-CA"),
            ("", "California", "", "US-CA"),
            ("USA", "", "02139", "US-MA"),
            ("Germany", "", "10115", "DE"),
            ("", "", "10115", ""),
            ("", "", "SW1A 1AA", "GB"),
            ("", "", "K1A 0B1", "CA-ON"),
            ("", "qld", "4814", "AU-QLD"),
            ("AU", "", "2000", "AU-NSW"),
            ("", "WA", "6000", "AU-WA"),
            ("", "WA", "98101", "US-WA"),
            ("United Kingdom", "England", "", "GB"),
            ("", "", "", ""),
        ] {
            assert_eq!(jurisdiction(country, region, postcode), want, "{country}/{region}/{postcode}");
        }
    }

    #[test]
    fn phones_suggest_a_place() {
        assert_eq!(phone_jurisdiction("+14155550100").as_deref(), Some("US-CA"));
        assert_eq!(phone_jurisdiction("+493012345678").as_deref(), Some("DE"));
        assert_eq!(phone_jurisdiction("2125550100"), None);
    }
}
