//! Person names: taken apart, folded, and compared.
//!
//! A name is compared as given, middle and surname tokens whose order may be wrong in the
//! source, with nicknames, initials, typing errors, double surnames and name changes known.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A folded name. Tokens are lower case ASCII where the script allows, without punctuation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Name {
    pub given: Vec<String>,
    pub middle: Vec<String>,
    pub surname: Vec<String>,
    pub maiden: Vec<String>,
    pub suffix: Suffix,
}

/// Tells father from son.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suffix {
    #[default]
    None,
    Senior,
    Junior,
    Second,
    Third,
    Fourth,
}

/// The parts of a name as fields give them; any may be empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts<'a> {
    pub full: &'a str,
    pub given: &'a str,
    pub middle: &'a str,
    pub surname: &'a str,
    pub maiden: &'a str,
    pub suffix: &'a str,
}

/// How two names go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// Different given names, or nothing in common.
    Incompatible,
    /// Same given name, different surname (marriage), or the reverse with one given name missing.
    Partial,
    /// An initial stands for a given name.
    Initial,
    /// Nickname, typing error, missing or additional middle name, double surname.
    Close,
    /// The same tokens, in any order.
    Same,
}

impl Name {
    /// The name these fields make; `None` when they hold no letters.
    pub fn from_parts(parts: &Parts<'_>) -> Option<Name> {
        let mut name = Name::default();
        if !parts.full.trim().is_empty() && parts.surname.trim().is_empty() {
            name.read_full(parts.full);
        }
        let given = tokens(parts.given);
        if !given.is_empty() {
            let mut given = without_titles(given);
            name.take_suffix(&mut given);
            name.middle = given.split_off(given.len().min(1));
            name.given = given;
        }
        name.middle.extend(tokens(parts.middle));
        let mut surname = tokens(parts.surname);
        if !surname.is_empty() {
            name.take_suffix(&mut surname);
            name.surname = surname;
        }
        name.maiden = tokens(parts.maiden);
        if let [one] = tokens(parts.suffix).as_slice() {
            name.suffix = suffix(one).unwrap_or(name.suffix);
        }
        (!(name.given.is_empty() && name.surname.is_empty())).then_some(name)
    }

    /// `Mary Ann Smith`, `SMITH, Mary A.`, `Dr. Jan van der Berg Jr.`
    fn read_full(&mut self, full: &str) {
        if let Some((before, after)) = full.split_once(',') {
            let mut rest = tokens(after);
            self.take_suffix(&mut rest);
            let rest = without_titles(rest);
            if !rest.is_empty() {
                let mut surname = tokens(before);
                self.take_suffix(&mut surname);
                self.surname = surname;
                self.given = rest[..1].to_vec();
                self.middle = rest[1..].to_vec();
                return;
            }
        }
        let mut all = without_titles(tokens(full));
        self.take_suffix(&mut all);
        if all.len() < 2 {
            self.given = all;
            return;
        }
        let mut from = all.len() - 1;
        while from > 1 && PARTICLES.contains(all[from - 1].as_str()) {
            from -= 1;
        }
        self.surname = all[from..].to_vec();
        self.given = all[..1].to_vec();
        self.middle = all[1..from].to_vec();
    }

    fn take_suffix(&mut self, tokens: &mut Vec<String>) {
        if tokens.len() > 1
            && let Some(found) = tokens.last().and_then(|last| suffix(last))
        {
            self.suffix = found;
            tokens.pop();
        }
    }

    /// Whether both a given name (more than an initial) and a surname are known.
    pub fn is_full(&self) -> bool {
        self.given.first().is_some_and(|given| given.chars().count() > 1) && self.surname.iter().any(|surname| surname.chars().count() > 1)
    }

    /// The same for every order and spelling variant of equal tokens: the sorted tokens of given name and surname.
    pub fn bag(&self) -> String {
        let mut bag: Vec<&str> = self.given.iter().chain(&self.surname).map(String::as_str).collect();
        bag.sort_unstable();
        bag.join(" ")
    }

    /// Compares two names.
    pub fn likeness(&self, other: &Name) -> Likeness {
        let (mine, theirs) = (self, other);
        let straight = compare(mine, theirs);
        if straight >= Likeness::Close || mine.given.is_empty() || theirs.given.is_empty() {
            return straight;
        }
        let swapped = Name { given: theirs.surname.clone(), surname: theirs.given.clone(), ..theirs.clone() };
        let crossed = compare(mine, &swapped);
        if crossed >= Likeness::Close { crossed.max(straight) } else { straight }
    }
}

fn compare(a: &Name, b: &Name) -> Likeness {
    let given = given_likeness(&a.given, &b.given, &a.middle, &b.middle);
    let surname = surname_likeness(a, b);
    match (given, surname) {
        (Some(Likeness::Incompatible), _) => Likeness::Incompatible,
        (Some(given), Some(surname)) if surname > Likeness::Incompatible => given.min(surname),
        (Some(given), Some(_)) if given >= Likeness::Close => Likeness::Partial,
        (Some(_), Some(_)) => Likeness::Incompatible,
        (None, Some(surname)) if surname >= Likeness::Close => Likeness::Partial,
        (Some(given), None) if given >= Likeness::Close => Likeness::Partial,
        _ => Likeness::Incompatible,
    }
}

/// `None` when one side has no given name.
fn given_likeness(a: &[String], b: &[String], a_middle: &[String], b_middle: &[String]) -> Option<Likeness> {
    let (first_a, first_b) = (a.first()?, b.first()?);
    let direct = token_likeness(first_a, first_b, true);
    if direct > Likeness::Incompatible {
        return Some(direct);
    }
    // People go by their middle name; `Mary Ann` is written `Maryann`.
    let by_middle = |first: &String, middle: &[String]| middle.iter().any(|m| m.chars().count() > 2 && m == first);
    let joined = |first: &String, middle: &[String], other: &String| middle.first().is_some_and(|m| &format!("{first}{m}") == other);
    let close = by_middle(first_a, b_middle)
        || by_middle(first_b, a_middle)
        || joined(first_a, a_middle, first_b)
        || joined(first_b, b_middle, first_a);
    Some(if close { Likeness::Close } else { Likeness::Incompatible })
}

/// `None` when one side has no surname.
fn surname_likeness(a: &Name, b: &Name) -> Option<Likeness> {
    if a.surname.is_empty() || b.surname.is_empty() {
        return None;
    }
    if a.surname == b.surname {
        return Some(Likeness::Same);
    }
    let (joined_a, joined_b) = (a.surname.concat(), b.surname.concat());
    if joined_a == joined_b {
        return Some(Likeness::Same);
    }
    if is_typo(&joined_a, &joined_b) {
        return Some(Likeness::Close);
    }
    // Double surnames lose a half; Iberian and Latin American ones hide in the middle; maiden names stand apart.
    let of = |name: &Name| -> HashSet<String> {
        name.surname.iter().chain(&name.middle).chain(&name.maiden).filter(|token| token.chars().count() > 2).cloned().collect()
    };
    let (all_a, all_b) = (of(a), of(b));
    let shared = a.surname.iter().any(|token| all_b.contains(token) && !PARTICLES.contains(token.as_str()))
        || b.surname.iter().any(|token| all_a.contains(token) && !PARTICLES.contains(token.as_str()));
    if shared {
        return Some(Likeness::Close);
    }
    let initial = |short: &str, long: &str| short.chars().count() == 1 && long.starts_with(short);
    if initial(&joined_a, &joined_b) || initial(&joined_b, &joined_a) {
        return Some(Likeness::Initial);
    }
    Some(Likeness::Incompatible)
}

fn token_likeness(a: &str, b: &str, given: bool) -> Likeness {
    if a == b {
        return if a.chars().count() == 1 { Likeness::Initial } else { Likeness::Same };
    }
    let initial = |short: &str, long: &str| short.chars().count() == 1 && long.starts_with(short);
    if initial(a, b) || initial(b, a) {
        return Likeness::Initial;
    }
    if given && (is_nickname(a, b) || is_short_form(a, b)) {
        return Likeness::Close;
    }
    if is_typo(a, b) && !(given && (a.chars().count().min(b.chars().count()) < 5 || is_counterpart(a, b))) {
        return Likeness::Close;
    }
    Likeness::Incompatible
}

/// `Daniel` and `Daniela`, `Mario` and `Maria`: two people, not a typing error.
fn is_counterpart(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let mut stem = short.chars();
    let last = stem.next_back();
    let added = long.strip_prefix(short).is_some_and(|rest| ["a", "e"].contains(&rest));
    let swapped = long.strip_prefix(stem.as_str()).is_some_and(|rest| matches!((last, rest), (Some('o'), "a") | (Some('a'), "o")));
    added || swapped
}

/// `Barb` for Barbara, `Alex` for Alexander: the first four letters or more of the other. Endings
/// that make a woman's name of a man's (`Paul`, `Paula`) are another person's.
fn is_short_form(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let Some(rest) = long.strip_prefix(short).filter(|_| short.chars().count() >= 4) else { return false };
    rest.chars().count() >= 2 && !["ine", "ina", "ette", "etta", "elle", "ella", "ia", "na", "ne"].contains(&rest)
}

/// One insertion, deletion, substitution or transposition; two in words of eight letters or more.
/// Words of three letters or fewer must be equal: `Ana` and `Ann` are two people.
pub fn is_typo(a: &str, b: &str) -> bool {
    let shorter = a.chars().count().min(b.chars().count());
    let allowed = match shorter {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    allowed > 0 && edit_distance(a, b, allowed) <= allowed
}

/// Optimal string alignment distance, cut off above `limit`.
pub fn edit_distance(a: &str, b: &str, limit: usize) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut row: Vec<usize> = vec![0; b.len() + 1];
    for i in 1..=a.len() {
        row[0] = i;
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        if row.iter().min().is_some_and(|least| *least > limit) {
            return limit + 1;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last[b.len()]
}

/// Letters and digits of a text in folded tokens. Digits stay (synthetic data numbers its names).
pub fn tokens(text: &str) -> Vec<String> {
    if text.is_ascii() {
        return folded(text).split(' ').filter(|token| !token.is_empty()).map(str::to_owned).collect();
    }
    let mut tokens = Vec::new();
    let mut token = String::new();
    for c in text.nfkd() {
        match c {
            _ if is_combining_mark(c) => {}
            '\'' | '’' | '`' | '´' | '.' | 'ʼ' => {}
            'ß' => token.push_str("ss"),
            'æ' | 'Æ' => token.push_str("ae"),
            'œ' | 'Œ' => token.push_str("oe"),
            'ø' | 'Ø' => token.push('o'),
            'ł' | 'Ł' => token.push('l'),
            'đ' | 'Đ' | 'ð' | 'Ð' => token.push('d'),
            'þ' | 'Þ' => token.push_str("th"),
            'ı' => token.push('i'),
            _ if c.is_alphanumeric() => token.extend(c.to_lowercase()),
            _ if !token.is_empty() => tokens.push(std::mem::take(&mut token)),
            _ => {}
        }
    }
    if !token.is_empty() {
        tokens.push(token);
    }
    tokens
}

/// The same tokens with a space between them.
pub fn folded(text: &str) -> String {
    if !text.is_ascii() {
        return tokens(text).join(" ");
    }
    let mut folded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'\'' | b'`' | b'.' => {}
            _ if byte.is_ascii_alphanumeric() => folded.push(char::from(byte.to_ascii_lowercase())),
            _ if !folded.is_empty() && !folded.ends_with(' ') => folded.push(' '),
            _ => {}
        }
    }
    if folded.ends_with(' ') {
        folded.pop();
    }
    folded
}

fn without_titles(mut tokens: Vec<String>) -> Vec<String> {
    while tokens.len() > 1 && TITLES.contains(&tokens[0].as_str()) {
        tokens.remove(0);
    }
    while tokens.len() > 2 && tokens.last().is_some_and(|last| DEGREES.contains(&last.as_str())) {
        tokens.pop();
    }
    tokens
}

const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "sir",
    "lady",
    "lord",
    "rev",
    "hon",
    "capt",
    "lt",
    "sgt",
    "herr",
    "frau",
    "hr",
    "fr",
    "dipl",
    "ing",
    "mme",
    "mlle",
    "m",
    "monsieur",
    "madame",
    "sr",
    "sra",
    "srta",
    "don",
    "dona",
    "dott",
    "sig",
    "dhr",
    "mevr",
    "mw",
    "senhor",
    "senhora",
    "doctor",
    "shri",
    "smt",
];

const DEGREES: &[&str] = &["md", "phd", "esq", "dds", "rn", "cpa", "mba", "do", "jd"];

static PARTICLES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    [
        "de", "da", "do", "dos", "das", "del", "della", "di", "du", "la", "le", "van", "von", "der", "den", "ter", "ten", "zu", "zum",
        "zur", "bin", "ibn", "al", "el", "abu", "ben", "bat", "mac", "mc", "o", "san", "santa", "st", "af", "av", "y", "e",
    ]
    .into_iter()
    .collect()
});

fn suffix(token: &str) -> Option<Suffix> {
    Some(match token {
        "jr" | "junior" | "jnr" => Suffix::Junior,
        "sr" | "senior" | "snr" => Suffix::Senior,
        "ii" | "2nd" => Suffix::Second,
        "iii" | "3rd" => Suffix::Third,
        "iv" | "4th" => Suffix::Fourth,
        _ => return None,
    })
}

/// Name to the set of groups it belongs to: a name and its nicknames make one group.
static NICKNAMES: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut groups: HashMap<&str, Vec<&str>> = HashMap::new();
    let lines = include_str!("../../patterns/lexicons/nicknames.tsv").lines().filter(|line| !line.starts_with('#')).skip(1);
    for (name, nickname) in lines.filter_map(|line| line.split_once('\t')) {
        groups.entry(nickname).or_default().push(name);
        groups.entry(name).or_default().push(name);
    }
    groups.values_mut().for_each(|names| {
        names.sort_unstable();
        names.dedup();
    });
    groups
});

/// Whether two given names may be one person's: a name and its nickname, or two nicknames of one name.
pub fn is_nickname(a: &str, b: &str) -> bool {
    let (Some(of_a), Some(of_b)) = (NICKNAMES.get(a), NICKNAMES.get(b)) else { return false };
    of_a.iter().any(|name| of_b.binary_search(name).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(text: &str) -> Name {
        Name::from_parts(&Parts { full: text, ..Parts::default() }).expect("a name")
    }

    #[test]
    fn orders_titles_and_suffixes_are_understood() {
        let want = full("Mary Ann Smith");
        for same in ["SMITH, Mary Ann", "Smith, Mary", "Mrs. Mary Smith", "Mary A. Smith", "Smith Mary"] {
            assert!(full(same).likeness(&want) >= Likeness::Close, "{same}");
        }
        assert_eq!(full("Robert Hall Jr.").suffix, Suffix::Junior);
        assert_eq!(full("Hall, Robert, Sr").suffix, Suffix::Senior);
        assert_eq!(full("Jan van der Berg").surname, ["van", "der", "berg"]);
        assert_eq!(full("Dr. Lucía Gómez").given, ["lucia"]);
    }

    #[test]
    fn likeness_grades_what_names_share() {
        for (a, b, want) in [
            ("Jane Doe", "jane DOE", Likeness::Same),
            ("José Núñez", "Jose Nunez", Likeness::Same),
            ("Bill Gates", "William Gates", Likeness::Close),
            ("Barb Gates", "Barbara Gates", Likeness::Close),
            ("Paul Gates", "Paula Gates", Likeness::Incompatible),
            ("Mario Rossi", "Maria Rossi", Likeness::Incompatible),
            ("Daniel Gates", "Daniela Gates", Likeness::Incompatible),
            ("John Gates", "Joan Gates", Likeness::Incompatible),
            ("Jonathan Miller", "Jonathon Miller", Likeness::Close),
            ("Ana Torres Vega", "Ana Torres", Likeness::Close),
            ("J. Doe", "Jane Doe", Likeness::Initial),
            ("Jane Doe", "Jane Brown", Likeness::Partial),
            ("Jane Doe", "Peter Doe", Likeness::Incompatible),
            ("Ana Ruiz", "Ann Ruiz", Likeness::Incompatible),
        ] {
            assert_eq!(full(a).likeness(&full(b)), want, "{a} / {b}");
            assert_eq!(full(b).likeness(&full(a)), want, "{b} / {a}");
        }
    }

    #[test]
    fn a_transposition_is_one_error() {
        assert_eq!(edit_distance("bertha", "betrha", 2), 1);
        assert_eq!(edit_distance("abc", "xyz", 2), 3);
        assert!(!is_typo("ana", "ann"));
    }
}
