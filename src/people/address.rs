//! Postal addresses folded for comparison, and the jurisdiction they lie in.

use super::{
    name::folded,
    packed::Packed,
    place::{Jurisdiction, country_code, is_postcode, is_spaced_postcode, jurisdiction, subdivision_code},
    record::Map,
    spelling::is_typo,
};
use std::sync::LazyLock;

/// The fields of an address as they stand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts<'a> {
    pub street: &'a str,
    /// One line for each column.
    pub unit: &'a str,
    pub city: &'a str,
    pub region: &'a str,
    pub postcode: &'a str,
    pub country: &'a str,
    /// The whole address in one value.
    pub full: &'a str,
}

/// A folded address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    /// Street, unit, city, postcode.
    fields: Packed<4>,
    /// ISO 3166-2 for US, Canada and Australia, ISO 3166-1 elsewhere, empty when nothing tells.
    pub jurisdiction: Jurisdiction,
}

/// An address while it is taken apart.
#[derive(Default)]
struct Draft {
    street: String,
    unit: String,
    city: String,
    postcode: String,
    jurisdiction: String,
}

impl Address {
    /// The address these fields make; `None` when they hold nothing.
    pub fn from_parts(parts: &Parts<'_>) -> Option<Address> {
        let mut address = Draft {
            street: street_words(parts.street),
            unit: String::new(),
            city: folded(parts.city),
            postcode: fold_postcode(parts.postcode),
            jurisdiction: jurisdiction(parts.country, parts.region, parts.postcode),
        };
        for line in parts.unit.lines().map(street_words).filter(|line| !line.is_empty()) {
            // A house number in a column of its own.
            if is_house_number(&line) && !address.street.is_empty() && !address.street.bytes().any(|byte| byte.is_ascii_digit()) {
                address.street = format!("{line} {}", address.street);
            } else {
                address.unit.push_str(if address.unit.is_empty() { "" } else { " " });
                address.unit.push_str(&line);
            }
        }
        if !parts.full.is_empty() {
            address.read_full(parts.full);
        }
        let Draft { street, unit, city, postcode, jurisdiction } = &address;
        let something = ![street, city, postcode, jurisdiction].iter().all(|field| field.is_empty());
        something.then(|| Address {
            fields: Packed::new([street, unit, city, postcode], 0),
            jurisdiction: Jurisdiction::fit(jurisdiction).unwrap_or_default(),
        })
    }

    /// All that is told of it.
    pub(super) fn told(&self) -> Told<'_> {
        let [street, unit, city, postcode] = self.fields.fields();
        Told { street, unit, city, postcode }
    }

    /// House number and street words, abbreviated alike: `12 main st`.
    pub fn street(&self) -> &str {
        self.fields.field(0)
    }

    /// Flat, floor, suite.
    pub fn unit(&self) -> &str {
        self.fields.field(1)
    }

    /// The town.
    pub fn city(&self) -> &str {
        self.fields.field(2)
    }

    /// Without spaces, capitals.
    pub fn postcode(&self) -> &str {
        self.fields.field(3)
    }
}

/// The fields of a folded address, found once for all that is asked of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'a> {
    pub street: &'a str,
    pub unit: &'a str,
    pub city: &'a str,
    pub postcode: &'a str,
}

impl<'a> Told<'a> {
    fn street_number(&self) -> Option<&'a str> {
        self.street.split(' ').find(|token| is_number(token))
    }

    /// House number, in the street or before the unit's.
    pub(super) fn number(&self) -> Option<&'a str> {
        self.street_number().or_else(|| self.unit.split(' ').find(|token| is_number(token)))
    }

    /// Equal for the same door whatever the spelling: house number and first street word, and postcode or city. `None` when the address has
    /// no street.
    pub(super) fn door(&self) -> Option<[&'a str; 3]> {
        let is_name = |token: &&str| !is_number(token) && !STREET_KINDS.contains_key(token) && token.chars().count() > 2;
        let number = self.street_number().unwrap_or_default();
        let word = self.street.split(' ').find(is_name).unwrap_or_default();
        let place = if self.postcode.is_empty() { self.city } else { self.postcode };
        (!number.is_empty() || !word.is_empty()).then_some([number, word, place])
    }

    /// Whether both can be the same door.
    pub(super) fn agrees(&self, other: &Told<'_>) -> bool {
        !self.street.is_empty() && self.street_number() == other.street_number() && self.door() == other.door()
    }
}

fn is_number(token: &str) -> bool {
    token.as_bytes().first().is_some_and(u8::is_ascii_digit)
}

/// Words of a unit that name no place.
const UNIT_WORDS: &[&str] = &[
    "apt",
    "ste",
    "unit",
    "flat",
    "floor",
    "building",
    "bldg",
    "room",
    "level",
    "lower",
    "upper",
    "front",
    "rear",
    "basement",
    "ground",
    "penthouse",
    "block",
    "tower",
    "house",
    "suite",
    "box",
    "dept",
    "department",
    "first",
    "second",
    "third",
    "left",
    "right",
    "office",
    "door",
    "stair",
    "stairs",
];

/// The lines of an address as they are compared: without spaces, since those go wrong too, and without the kind of street.
pub(super) struct Lines<'a> {
    /// House number.
    number: Option<&'a str>,
    kind: Option<&'a str>,
    pub street: String,
    /// The name of a house, an estate or a village in a second line.
    estate: String,
}

impl<'a> Lines<'a> {
    pub(super) fn of(address: &Told<'a>) -> Lines<'a> {
        let squeezed = |text: &str, is_left_out: fn(&str) -> bool| {
            let mut all = String::with_capacity(text.len());
            text.split(' ').filter(|token| !is_number(token) && !is_left_out(token)).for_each(|token| all.push_str(token));
            if let Some(cut) = KINDS_IN_FULL.iter().find_map(|kind| all.strip_suffix(kind)).map(str::len).filter(|left| *left > 3) {
                all.truncate(cut);
            }
            all
        };
        Lines {
            kind: address.street.split(' ').next_back().and_then(|token| STREET_KINDS.get(token)).copied(),
            number: address.number(),
            street: squeezed(address.street, |token| STREET_KINDS.contains_key(token)),
            estate: squeezed(address.unit, |token| STREET_KINDS.contains_key(token) || UNIT_WORDS.contains(&token)),
        }
    }

    /// Whether house number and street are the same but for typing errors.
    pub(super) fn share_door(&self, other: &Lines<'_>) -> bool {
        let kinds_differ = self.kind.is_some() && other.kind.is_some() && self.kind != other.kind;
        self.number.is_some() && self.number == other.number && !kinds_differ && alike(&self.street, &other.street)
    }

    /// Whether both name one house or estate, and the street or the house number is the same, or the lines have changed places. The
    /// house number may then be wrong.
    pub(super) fn share_estate(&self, other: &Lines<'_>) -> bool {
        let same = |x: &str, y: &str| x.len() > 4 && y.len() > 4 && alike(x, y);
        let straight = same(&self.estate, &other.estate);
        let numbered = self.number.is_some() && self.number == other.number;
        let streets = same(&self.street, &other.street);
        let missing = self.street.is_empty() || other.street.is_empty();
        let (over, back) = (same(&self.street, &other.estate), same(&self.estate, &other.street));
        (straight && (streets || (missing && numbered))) || (over && back) || ((over || back) && numbered)
    }
}

/// Whether two lines are one but for typing errors.
fn alike(x: &str, y: &str) -> bool {
    x == y || is_typo(x, y)
}

/// Kinds of streets that stand at the end of a word where the space was lost.
const KINDS_IN_FULL: &[&str] = &[
    "street",
    "avenue",
    "crescent",
    "place",
    "court",
    "drive",
    "close",
    "terrace",
    "circuit",
    "parade",
    "highway",
    "square",
    "boulevard",
    "road",
    "lane",
];

impl Draft {
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
}

/// `12`, `12a`; not `apt 12`.
fn is_house_number(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=5).contains(&digits) && text.len() <= digits + 1 && text.bytes().skip(digits).all(|byte| byte.is_ascii_lowercase())
}

/// House numbers and street words, abbreviated alike.
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

static STREET_KINDS: LazyLock<Map<&'static str, &'static str>> = LazyLock::new(|| {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_house_number_in_its_own_column_belongs_to_the_street() {
        let of = |street, unit| {
            Address::from_parts(&Parts { street, unit, ..Parts::default() })
                .map(|address| [address.street().to_owned(), address.unit().to_owned()])
        };
        let wanted = |street: &str, unit: &str| Some([street.to_owned(), unit.to_owned()]);
        assert_eq!(of("Grace Place", "25"), wanted("25 grace pl", ""));
        assert_eq!(of("Grace Place", "Apt 25"), wanted("grace pl", "apt 25"));
        assert_eq!(of("7 Grace Place", "25"), wanted("7 grace pl", "25"));
    }

    #[test]
    fn second_lines_are_kept_and_may_stand_in_the_first() {
        let of = |street, unit| {
            Address::from_parts(&Parts { street, unit, city: "Melville", postcode: "3929", ..Parts::default() }).expect("an address")
        };
        let (a, b) = (of("Darwinia Terrace", "47\nThe Canberra Hospital"), of("The Canberra Hospital", "47\ndarwiniaerrace"));
        assert_eq!([a.street(), a.unit()], ["47 darwinia ter", "the canberra hospital"]);
        assert!(Lines::of(&a.told()).share_estate(&Lines::of(&b.told())), "they have changed places");
        let door = |x: &Address, y: &Address| Lines::of(&x.told()).share_door(&Lines::of(&y.told()));
        assert!(door(&of("87 Poynton Street", ""), &of("87 poyntonstreet", "")), "a space is lost");
        assert!(door(&of("262 Verbrugghen Street", ""), &of("262 verbrugghens treet", "")), "a space is misplaced");
        assert!(!door(&of("12 Main Street", ""), &of("12 Main Avenue", "")));
        let estate = |x: &Address, y: &Address| Lines::of(&x.told()).share_estate(&Lines::of(&y.told()));
        assert!(estate(&of("180 Marconi Crescent", "Hamilton Park"), &of("84 Marconi Crescent", "Hamilton Park")));
        assert!(!estate(&of("180 Marconi Crescent", "Apartment 4"), &of("84 Marconi Crescent", "Apartment 4")));
        assert!(estate(&of("", "37\nelensra"), &of("37 Port Jackson Circuit", "elenera")));
    }

    #[test]
    fn whole_addresses_are_taken_apart() {
        let full = |text: &str| Address::from_parts(&Parts { full: text, ..Parts::default() }).expect("an address");
        let us = full("12 Main Street, Springfield, IL 62701");
        assert_eq!([us.street(), us.city(), us.postcode(), &us.jurisdiction], ["12 main st", "springfield", "62701", "US-IL"]);
        let de = full("Hauptstraße 5, 10115 Berlin, Germany");
        assert_eq!([de.city(), de.postcode(), &de.jurisdiction], ["berlin", "10115", "DE"]);
        assert_eq!(&*full("1 High St, London SW1A 1AA").jurisdiction, "GB");
        let fields =
            Address::from_parts(&Parts { street: "12 Main St", city: "Springfield", region: "IL", postcode: "62701", ..Parts::default() });
        assert!(us.told().agrees(&fields.expect("an address").told()));
    }
}
