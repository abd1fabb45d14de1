//! What the name of a column says, and of whom; what the name of a table says.
//!
//! A name is cut into words (`patientFirst`, `DEP1_DOB`, `Fecha de nacimiento`), and every
//! stretch of words is looked up in the vocabulary that all detector files make together.
//! Words left over are a person's slot, make no difference, void the match, or weaken it.

use super::{DetectorId, Role, Scope, fold::fold, lexicon::lines};
use serde::Deserialize;
use std::collections::HashMap;

/// Bits a name gives that says it by itself, and one that needs the values to agree.
pub(super) const STRONG: f32 = 10.0;
pub(super) const WEAK: f32 = 4.0;
/// Every word nobody knows takes so many away.
const UNKNOWN: f32 = 5.5;

/// What one stretch of words is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Term {
    Detector(DetectorId, f32),
    Slot(u8),
    Neutral,
    Void,
    /// A country or what comes from it: `canadian`.
    Nation([u8; 2]),
}

/// A reading of a column's name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct HeaderMatch {
    pub detector: DetectorId,
    pub bits: f32,
    /// The slot named beside it, and its number (`dep2` is 2).
    pub slot: Option<(u8, u32)>,
    /// The country named beside it.
    pub nation: Option<[u8; 2]>,
}

/// What the words around a match say.
#[derive(Clone, Copy, Debug, Default)]
struct Rest {
    cost: f32,
    slot: Option<(u8, u32)>,
    nation: Option<[u8; 2]>,
}

/// A name cut into words, and which of them count for less.
struct Cut<'n> {
    tokens: &'n [String],
    /// Words before the last dot: `address.city`.
    path: usize,
    /// Words in brackets explain the others: `Date of birth (DD/MM/YYYY)`.
    aside: std::ops::Range<usize>,
}

/// What a column's name says.
#[derive(Clone, Debug, Default)]
pub(super) struct HeaderReading {
    /// Best first.
    pub matches: Vec<HeaderMatch>,
    /// A slot named without any element: `emergency_contact`.
    pub slot: Option<(u8, u32)>,
    /// A country named.
    pub nation: Option<[u8; 2]>,
    /// `id`, `user_id`, `Kundennr`: the words before the key word, joined; empty for `id` alone.
    pub key: Option<String>,
    /// Whether the words void any reading.
    pub void: bool,
    /// Some word was known.
    pub known: bool,
    /// The words.
    pub words: Vec<String>,
}

/// What tables and slots the vocabulary knows.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    terms: HashMap<String, Vec<Term>>,
    longest: usize,
    pub slots: Vec<(String, SlotRole)>,
    tables: HashMap<String, Role>,
    things: HashMap<String, ()>,
    /// By detector, the country that issues its values.
    issuers: Vec<Option<[u8; 2]>>,
}

/// Whom a slot is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SlotRole {
    Unknown,
    Contact,
    Dependant,
    Employee,
    Professional,
    /// No person at all.
    Organisation,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordsFile {
    neutral: Vec<String>,
    void: Vec<String>,
    slot: Vec<SlotFile>,
    table: Vec<TableFile>,
    things: Things,
    nation: HashMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct SlotFile {
    name: String,
    role: SlotRole,
    words: Vec<String>,
}

#[derive(Deserialize)]
struct TableFile {
    role: Role,
    words: Vec<String>,
}

#[derive(Deserialize)]
struct Things {
    words: Vec<String>,
}

/// What a table's name says of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TableKind {
    Unknown,
    People(Role),
    Things,
}

impl Vocabulary {
    /// The vocabulary of these detectors. `Err` is what is wrong with the built-in words.
    pub(super) fn of<'d>(detectors: impl Iterator<Item = (DetectorId, &'d super::Detector)>) -> Result<Vocabulary, String> {
        let mut vocabulary = Vocabulary::default();
        for (id, detector) in detectors {
            vocabulary.issuers.push(match detector.scope {
                Scope::Country(country) => Some(country),
                Scope::World => None,
            });
            for (names, bits) in [(&detector.column.names, STRONG), (&detector.column.weak, WEAK)] {
                for name in names {
                    vocabulary.add(name, Term::Detector(id, bits));
                }
            }
        }
        let file: WordsFile =
            serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/header-words.json"))).map_err(|error| error.to_string())?;
        for slot in file.slot {
            let index = vocabulary.slots.len() as u8;
            slot.words.iter().for_each(|word| vocabulary.add(word, Term::Slot(index)));
            vocabulary.slots.push((slot.name, slot.role));
        }
        file.neutral.iter().for_each(|word| vocabulary.add(word, Term::Neutral));
        file.void.iter().for_each(|word| vocabulary.add(word, Term::Void));
        for (code, names) in &file.nation {
            let &[one, two] = code.as_bytes() else { return Err(format!("nation `{code}` is no code of two letters")) };
            names.iter().for_each(|word| vocabulary.add(word, Term::Nation([one, two])));
        }
        for table in file.table {
            for word in table.words {
                vocabulary.tables.insert(words(&word).concat(), table.role);
            }
        }
        vocabulary.things.extend(file.things.words.iter().map(|word| (words(word).concat(), ())));
        Ok(vocabulary)
    }

    fn add(&mut self, name: &str, term: Term) {
        let joined = words(name).concat();
        self.longest = self.longest.max(joined.len());
        if !joined.is_empty() {
            self.terms.entry(joined).or_default().push(term);
        }
    }

    /// What a table of this name holds.
    pub(super) fn table(&self, name: &str) -> TableKind {
        let words = words(name);
        // The last words weigh most: `customer_addresses` is about customers still, `film_actor` is not.
        for length in (1..=words.len().min(3)).rev() {
            for stretch in words.windows(length).rev() {
                let joined = stretch.concat();
                for form in forms(&joined) {
                    if let Some(role) = self.tables.get(form) {
                        return TableKind::People(*role);
                    }
                    if self.things.contains_key(form) {
                        return TableKind::Things;
                    }
                }
            }
        }
        TableKind::Unknown
    }

    /// Reads a column's name.
    pub(super) fn read(&self, name: &str) -> HeaderReading {
        let split = |name: &str| -> Vec<String> { words(name).into_iter().flat_map(|token| self.split_glued(token)).collect() };
        let mut tokens = split(name);
        tokens.truncate(16);
        let path = name.rfind('.').map_or(0, |dot| words(&name[..dot]).len());
        let aside = bracket(name).map_or(0..0, |(open, close)| split(&name[..open]).len()..split(&name[..close]).len());
        // A name wholly in brackets is no aside.
        let aside = if aside.len() >= tokens.len() { 0..0 } else { aside };
        let cut = Cut { tokens: &tokens, path, aside };
        let mut reading = HeaderReading { words: tokens.clone(), ..HeaderReading::default() };
        for from in 0..tokens.len() {
            let mut joined = String::new();
            for to in from + 1..=tokens.len() {
                joined.push_str(&tokens[to - 1]);
                if joined.len() > self.longest {
                    break;
                }
                let Some(terms) = self.terms.get(&joined) else { continue };
                reading.known = true;
                for term in terms {
                    let Term::Detector(detector, bits) = term else { continue };
                    let Some(rest) = self.rest(&cut, from, to, Some(*detector)) else { continue };
                    let bits = bits + (to - from - 1) as f32 * 0.75 + (joined.len() as f32 * 0.01) - rest.cost;
                    reading.matches.push(HeaderMatch { detector: *detector, bits, slot: rest.slot, nation: rest.nation });
                }
            }
        }
        reading.matches.sort_by(|a, b| b.bits.total_cmp(&a.bits).then(a.detector.cmp(&b.detector)));
        let mut seen = Vec::new();
        reading.matches.retain(|found| {
            let first = !seen.contains(&found.detector);
            seen.push(found.detector);
            first && found.bits > 0.0
        });
        let whole = self.rest(&cut, 0, 0, None);
        reading.slot = whole.and_then(|rest| rest.slot.filter(|_| rest.cost < 1.0));
        reading.nation = whole.and_then(|rest| rest.nation);
        reading.void = whole.is_none();
        reading.key = key_of(&tokens);
        reading
    }

    /// What the words outside `from..to` say beside a match of detector `own`; `None` when they void it.
    fn rest(&self, cut: &Cut<'_>, from: usize, to: usize, own: Option<DetectorId>) -> Option<Rest> {
        let tokens = cut.tokens;
        let (mut rest, mut slot, mut number) = (Rest::default(), None, 0);
        let mut at = 0;
        while at < tokens.len() {
            if at == from && to > from {
                at = to;
                continue;
            }
            let end = if at < from { from } else { tokens.len() };
            let found = (at + 1..=end).rev().find_map(|until| {
                let terms = self.terms.get(&tokens[at..until].concat())?;
                let term = terms.iter().find(|term| !matches!(term, Term::Detector(..))).copied();
                // The same thing said twice: `SSN (social security number)`.
                let again = || terms.iter().find(|term| matches!(term, Term::Detector(id, _) if Some(*id) == own)).copied();
                term.or_else(again).map(|term| (term, until - at))
            });
            let unknown = if cut.aside.contains(&at) { 1.0 } else { UNKNOWN };
            match found.map(|(term, _)| term) {
                // A role word behind the value names its kind: `contact_type`, but `provider_email` is a slot.
                Some(Term::Void) if at >= cut.path => return None,
                Some(Term::Slot(index)) => slot = Some(index),
                Some(Term::Nation(nation)) => {
                    let issuer = own.and_then(|id| self.issuers.get(usize::from(id.0)).copied().flatten());
                    rest.cost += match issuer {
                        Some(issuer) if issuer == nation => -1.0,
                        Some(_) => unknown,
                        None => 0.0,
                    };
                    rest.nation = Some(nation);
                }
                Some(_) => {}
                None if tokens[at].bytes().all(|byte| byte.is_ascii_digit()) => number = tokens[at].parse().unwrap_or(0),
                None if at < cut.path || tokens[at].len() < 2 => rest.cost += 0.5,
                None if self.is_other_element(&tokens[at]) => rest.cost += unknown + 2.0,
                None => rest.cost += unknown,
            }
            at += found.map_or(1, |(_, step)| step);
        }
        rest.slot = slot.map(|slot| (slot, number));
        Some(rest)
    }

    /// `ip` of `ip_address`, `passport` of `passport_country`: about another element.
    fn is_other_element(&self, token: &str) -> bool {
        self.terms.get(token).is_some_and(|terms| terms.iter().any(|term| matches!(term, Term::Detector(_, bits) if *bits >= STRONG)))
    }

    /// Cuts a word of glued words (`patientid`, `fathername`) where all parts are known.
    fn split_glued(&self, token: String) -> Vec<String> {
        if token.len() < 5 || !token.is_ascii() || self.terms.contains_key(&token) {
            return vec![token];
        }
        for cut in (2..token.len().saturating_sub(1)).rev() {
            let (head, tail) = token.split_at(cut);
            let known = |part: &str| self.terms.contains_key(part) && (part.len() > 2 || matches!(part, "id" | "no" | "nr"));
            if known(head) && known(tail) {
                return vec![head.to_owned(), tail.to_owned()];
            }
        }
        vec![token]
    }
}

/// Where the first bracket of a name opens and closes.
fn bracket(name: &str) -> Option<(usize, usize)> {
    let open = name.find(['(', '[', '（'])?;
    let close = name[open..].find([')', ']', '）']).map_or(name.len(), |length| open + length);
    Some((open, close))
}

/// The word itself and its likely singulars.
fn forms(word: &str) -> impl Iterator<Item = &str> {
    let singular = word.strip_suffix("es").filter(|stem| stem.len() > 3);
    std::iter::once(word).chain(word.strip_suffix('s')).chain(singular)
}

const KEY_WORDS: &[&str] = &[
    "id",
    "ids",
    "no",
    "nr",
    "num",
    "number",
    "nbr",
    "key",
    "uuid",
    "guid",
    "ref",
    "pk",
    "fk",
    "oid",
    "nummer",
    "numero",
    "kundennr",
    "kundennummer",
    "sk",
    "seq",
    "code",
    "identifier",
    "kennung",
    "klantnr",
    "kontonr",
];

fn key_of(tokens: &[String]) -> Option<String> {
    let (last, rest) = tokens.split_last()?;
    if KEY_WORDS.contains(&last.as_str()) {
        return Some(rest.concat());
    }
    let (first, rest) = tokens.split_first()?;
    (matches!(first.as_str(), "id" | "fk" | "ref") && !rest.is_empty()).then(|| rest.concat())
}

/// Cuts a name into folded words: at anything that is no letter or digit, between lower and
/// upper case, before the last capital of a run, and between letters and digits.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().take(200).collect();
    for (at, c) in chars.iter().copied().enumerate() {
        if !c.is_alphanumeric() {
            // A mark of other scripts belongs to its letter; an apostrophe joins nothing.
            if c as u32 >= 0x300 && !c.is_whitespace() && !matches!(c, '\u{2000}'..='\u{206f}') {
                word.push(c);
            } else {
                flush(&mut word, &mut words);
            }
            continue;
        }
        let previous = at.checked_sub(1).map(|before| chars[before]).filter(|_| !word.is_empty());
        let next_lower = chars.get(at + 1).is_some_and(|next| next.is_lowercase());
        let cut = previous.is_some_and(|before| {
            (c.is_uppercase() && (before.is_lowercase() || (before.is_uppercase() && next_lower)))
                || (c.is_ascii_digit() != before.is_ascii_digit())
        });
        if cut {
            flush(&mut word, &mut words);
        }
        word.push(c);
    }
    flush(&mut word, &mut words);
    words
}

fn flush(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(fold(word));
        word.clear();
    }
}

/// Words a cell holds when it holds nothing.
const NOTHING: &[&str] = &[
    "null",
    "\\n",
    "n/a",
    "na",
    "none",
    "nil",
    "-",
    "--",
    "---",
    "?",
    "nan",
    "unknown",
    "not available",
    "not provided",
    "undefined",
    "(null)",
    "<null>",
    ".",
    "no data",
    "keine",
    "k.a.",
    "s/n",
    "tbd",
    "#n/a",
];

/// Bytes such a word begins with: most cells begin with another.
const NOTHING_BEGINS: [bool; 256] = {
    let mut begins = [false; 256];
    let mut at = 0;
    while at < NOTHING.len() {
        let first = NOTHING[at].as_bytes()[0];
        begins[first as usize] = true;
        begins[first.to_ascii_uppercase() as usize] = true;
        at += 1;
    }
    begins
};

/// Whether a cell holds nothing.
pub(super) fn is_nothing(value: &[u8]) -> bool {
    let Some(first) = value.first() else { return true };
    NOTHING_BEGINS[usize::from(*first)] && value.len() <= 14 && NOTHING.iter().any(|nothing| value.eq_ignore_ascii_case(nothing.as_bytes()))
}

/// Suffixes and words that make a name a firm's.
pub fn is_organisation(folded: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(folded) else { return false };
    text.split([' ', ',']).any(|word| ORGANISATION_WORDS.contains(word.trim_end_matches('.')))
        || text.contains(" s.a")
        || text.contains(" & co")
}

static ORGANISATION_WORDS: std::sync::LazyLock<std::collections::HashSet<&'static str, foldhash::fast::FixedState>> =
    std::sync::LazyLock::new(|| lines(include_str!("../../patterns/lexicons/organisation-words.txt")).collect());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        for (name, cut) in [
            ("patientFirst", vec!["patient", "first"]),
            ("DEP1_DOB", vec!["dep", "1", "dob"]),
            ("Fecha de nacimiento", vec!["fecha", "de", "nacimiento"]),
            ("SSNNumber", vec!["ssn", "number"]),
            ("Straße", vec!["strasse"]),
            ("N° sécurité sociale", vec!["n", "securite", "sociale"]),
            ("Driver's License", vec!["driver", "s", "license"]),
            ("name.first", vec!["name", "first"]),
        ] {
            assert_eq!(words(name), cut, "{name}");
        }
    }

    #[test]
    fn firms_are_told_from_people() {
        for firm in ["acme logistics llc", "banco do vale s.a.", "first baptist church", "city of lakewood", "smith brothers plumbing llc"]
        {
            assert!(is_organisation(firm.as_bytes()), "{firm}");
        }
        for person in ["jane smith", "bank roberts jr", "anna wolf"] {
            assert!(!is_organisation(person.as_bytes()), "{person}");
        }
    }
}
