//! Postal addresses folded for comparison, and the jurisdiction they lie in.

use super::name::{folded, tokens};
use std::{collections::HashMap, sync::LazyLock};

/// The fields of an address as they stand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts<'a> {
    pub street: &'a str,
    pub unit: &'a str,
    pub city: &'a str,
    pub region: &'a str,
    pub postcode: &'a str,
    pub country: &'a str,
    /// The whole address in one value.
    pub full: &'a str,
}

/// A folded address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Address {
    /// House number and street words, abbreviated alike: `12 main st`.
    pub street: String,
    pub unit: String,
    pub city: String,
    pub postcode: String,
    /// ISO 3166-2 for US, Canada and Australia, ISO 3166-1 elsewhere, empty when nothing tells.
    pub jurisdiction: String,
}

impl Address {
    /// The address these fields make; `None` when they hold nothing.
    pub fn from_parts(parts: &Parts<'_>) -> Option<Address> {
        let mut address = Address {
            street: street_words(parts.street),
            unit: street_words(parts.unit),
            city: folded(parts.city),
            postcode: fold_postcode(parts.postcode),
            jurisdiction: jurisdiction(parts.country, parts.region, parts.postcode),
        };
        // A house number in a column of its own.
        if is_house_number(&address.unit) && !address.street.is_empty() && !address.street.bytes().any(|byte| byte.is_ascii_digit()) {
            address.street = format!("{} {}", std::mem::take(&mut address.unit), address.street);
        }
        if !parts.full.is_empty() {
            address.read_full(parts.full);
        }
        let something =
            !(address.street.is_empty() && address.city.is_empty() && address.postcode.is_empty() && address.jurisdiction.is_empty());
        something.then_some(address)
    }

    /// `12 Main St, Springfield, IL 62701, USA` and lines of other countries: comma by comma from the end.
    fn read_full(&mut self, full: &str) {
        let mut segments: Vec<&str> = full.split([',', '\n', '\r']).map(str::trim).filter(|segment| !segment.is_empty()).collect();
        let mut country = "";
        if let Some(last) = segments.last()
            && country_code(last).is_some()
            && segments.len() > 1
        {
            country = last;
            segments.pop();
        }
        let (mut region, mut postcode) = ("", String::new());
        let mut places: Vec<String> = Vec::new();
        for (at, segment) in segments.iter().enumerate() {
            if at == 0 && self.street.is_empty() {
                self.street = street_words(segment);
                continue;
            }
            let mut words: Vec<&str> = segment.split_whitespace().collect();
            let mut keep = Vec::new();
            while let Some(word) = words.first().copied() {
                words.remove(0);
                let pair = words.first().map(|next| format!("{word} {next}")).unwrap_or_default();
                if is_spaced_postcode(&pair) {
                    postcode = pair;
                    words.remove(0);
                } else if postcode.is_empty() && is_postcode(word) {
                    postcode = word.to_owned();
                } else if region.is_empty()
                    && word.len() <= 3
                    && word.chars().all(|c| c.is_ascii_uppercase())
                    && subdivision_code(word).is_some()
                {
                    region = word;
                } else {
                    keep.push(word);
                }
            }
            if !keep.is_empty() {
                places.push(keep.join(" "));
            }
        }
        if let Some(position) = places.iter().position(|place| region.is_empty() && subdivision_code(place).is_some() && places.len() > 1) {
            let place = places.remove(position);
            if self.jurisdiction.is_empty() {
                self.jurisdiction = jurisdiction(country, &place, &postcode);
            }
        }
        if self.city.is_empty() {
            self.city = places.last().map(|place| folded(place)).unwrap_or_default();
        }
        if self.postcode.is_empty() {
            self.postcode = fold_postcode(&postcode);
        }
        if self.jurisdiction.is_empty() {
            self.jurisdiction = jurisdiction(country, region, &postcode);
        }
    }

    /// Equal for the same door whatever the spelling: house number and first street word, and postcode or city. 0 when the address has no street.
    pub fn key(&self) -> u64 {
        let mut number = "";
        let mut word = "";
        for token in self.street.split(' ') {
            if token.starts_with(|c: char| c.is_ascii_digit()) {
                if number.is_empty() {
                    number = token;
                }
            } else if word.is_empty() && !STREET_KINDS.contains_key(token) && token.chars().count() > 2 {
                word = token;
            }
        }
        if number.is_empty() && word.is_empty() {
            return 0;
        }
        let place = if self.postcode.is_empty() { self.city.as_str() } else { self.postcode.as_str() };
        let text = format!("{number}\u{1f}{word}\u{1f}{place}");
        u64::from_le_bytes(blake3::hash(text.as_bytes()).as_bytes()[..8].try_into().unwrap_or_default())
    }

    /// Whether both can be the same door.
    pub fn agrees(&self, other: &Address) -> bool {
        !self.street.is_empty() && self.key() == other.key()
    }
}

/// House numbers and street words, abbreviated alike.
/// `12`, `12a`; not `apt 12`.
fn is_house_number(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=5).contains(&digits) && text.len() <= digits + 1 && text.bytes().skip(digits).all(|byte| byte.is_ascii_lowercase())
}

fn street_words(street: &str) -> String {
    let street = folded(street);
    let mut words = String::with_capacity(street.len());
    for word in street.split(' ').filter(|word| !word.is_empty()) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(STREET_KINDS.get(word).unwrap_or(&word));
    }
    words
}

static STREET_KINDS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    [
        ("street", "st"),
        ("st", "st"),
        ("str", "st"),
        ("avenue", "ave"),
        ("ave", "ave"),
        ("av", "ave"),
        ("road", "rd"),
        ("rd", "rd"),
        ("boulevard", "blvd"),
        ("blvd", "blvd"),
        ("drive", "dr"),
        ("dr", "dr"),
        ("lane", "ln"),
        ("ln", "ln"),
        ("court", "ct"),
        ("ct", "ct"),
        ("place", "pl"),
        ("pl", "pl"),
        ("square", "sq"),
        ("sq", "sq"),
        ("terrace", "ter"),
        ("ter", "ter"),
        ("circle", "cir"),
        ("cir", "cir"),
        ("highway", "hwy"),
        ("hwy", "hwy"),
        ("parkway", "pkwy"),
        ("pkwy", "pkwy"),
        ("trail", "trl"),
        ("way", "way"),
        ("crescent", "cres"),
        ("close", "cl"),
        ("north", "n"),
        ("south", "s"),
        ("east", "e"),
        ("west", "w"),
        ("apartment", "apt"),
        ("apt", "apt"),
        ("suite", "ste"),
        ("unit", "unit"),
        ("flat", "flat"),
        ("strasse", "st"),
        ("rue", "rue"),
        ("calle", "calle"),
        ("via", "via"),
        ("rua", "rua"),
    ]
    .into_iter()
    .collect()
});

fn fold_postcode(postcode: &str) -> String {
    let folded: String = postcode.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    // ZIP+4 names the same place as its first five digits.
    if folded.len() == 9 && folded.bytes().all(|byte| byte.is_ascii_digit()) { folded[..5].to_owned() } else { folded }
}

fn is_postcode(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let rest = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    rest && (4..=9).contains(&digits) && digits + usize::from(word.contains('-')) == word.len()
}

/// `SW1A 1AA`, `K1A 0B1`, `1012 AB`.
fn is_spaced_postcode(pair: &str) -> bool {
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
fn subdivision_code(text: &str) -> Option<&'static str> {
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
    fn a_house_number_in_its_own_column_belongs_to_the_street() {
        let of =
            |street, unit| Address::from_parts(&Parts { street, unit, ..Parts::default() }).map(|address| (address.street, address.unit));
        let wanted = |street: &str, unit: &str| Some((street.to_owned(), unit.to_owned()));
        assert_eq!(of("Grace Place", "25"), wanted("25 grace pl", ""));
        assert_eq!(of("Grace Place", "Apt 25"), wanted("grace pl", "apt 25"));
        assert_eq!(of("7 Grace Place", "25"), wanted("7 grace pl", "25"));
    }

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
    fn whole_addresses_are_taken_apart() {
        let full = |text: &str| Address::from_parts(&Parts { full: text, ..Parts::default() }).expect("an address");
        let us = full("12 Main Street, Springfield, IL 62701");
        assert_eq!(
            (us.street.as_str(), us.city.as_str(), us.postcode.as_str(), us.jurisdiction.as_str()),
            ("12 main st", "springfield", "62701", "US-IL")
        );
        let de = full("Hauptstraße 5, 10115 Berlin, Germany");
        assert_eq!((de.city.as_str(), de.postcode.as_str(), de.jurisdiction.as_str()), ("berlin", "10115", "DE"));
        assert_eq!(full("1 High St, London SW1A 1AA").jurisdiction, "GB");
        let fields =
            Address::from_parts(&Parts { street: "12 Main St", city: "Springfield", region: "IL", postcode: "62701", ..Parts::default() });
        assert!(us.agrees(&fields.expect("an address")));
    }

    #[test]
    fn phones_suggest_a_place() {
        assert_eq!(phone_jurisdiction("+14155550100").as_deref(), Some("US-CA"));
        assert_eq!(phone_jurisdiction("+493012345678").as_deref(), Some("DE"));
        assert_eq!(phone_jurisdiction("2125550100"), None);
    }
}
