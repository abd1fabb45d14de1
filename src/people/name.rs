//! Person names, taken apart and folded: given, middle and surname tokens, whose order may be wrong in the source.

use super::packed::Packed;
use smallvec::SmallVec;
use std::{collections::HashSet, sync::LazyLock};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A folded name. Tokens are lower case ASCII where the script allows, without punctuation, a space between them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// Given name, middle names, surname, maiden name; and the suffix, with [`FULL`].
    tokens: Packed<4>,
}

/// The longest word that is read without further ado.
const PLAIN: usize = 24;

/// Given name and surname are both known.
const FULL: u8 = 1 << 7;

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

impl Suffix {
    const ALL: [Suffix; 6] = [Suffix::None, Suffix::Senior, Suffix::Junior, Suffix::Second, Suffix::Third, Suffix::Fourth];
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

/// A name while it is taken apart.
#[derive(Default)]
struct Draft {
    given: Vec<String>,
    middle: Vec<String>,
    surname: Vec<String>,
    maiden: Vec<String>,
    suffix: Suffix,
}

impl Name {
    /// The name these fields make; `None` when they hold no letters.
    pub fn from_parts(parts: &Parts<'_>) -> Option<Name> {
        if let Some(plain) = Name::plain(parts) {
            return Some(plain);
        }
        let mut name = Draft::default();
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
        (!(name.given.is_empty() && name.surname.is_empty())).then(|| name.pack())
    }

    /// A given name and a surname of one word each, as most are, which nothing need be taken from.
    pub(super) fn plain(parts: &Parts<'_>) -> Option<Name> {
        let is_word = |text: &str| matches!(text.len(), 1..=PLAIN) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let rest = [parts.middle, parts.maiden, parts.suffix];
        if !is_word(parts.given) || !is_word(parts.surname) || rest.iter().any(|part| !part.is_empty()) {
            return None;
        }
        let mut folded = [[0; PLAIN]; 2];
        let [given, surname] = &mut folded;
        let fold = |text: &str, into: &mut [u8; PLAIN]| {
            text.bytes().zip(into).for_each(|(byte, place)| *place = byte.to_ascii_lowercase());
        };
        fold(parts.given, given);
        fold(parts.surname, surname);
        let given = std::str::from_utf8(given.get(..parts.given.len())?).ok()?;
        let surname = std::str::from_utf8(surname.get(..parts.surname.len())?).ok()?;
        Some(Name::pack([given, "", surname, ""], Suffix::None))
    }

    fn pack([given, middle, surname, maiden]: [&str; 4], suffix: Suffix) -> Name {
        let long = |token: &str| token.chars().nth(1).is_some();
        let full = if long(given) && surname.split(' ').any(long) { FULL } else { 0 };
        Name { tokens: Packed::new([given, middle, surname, maiden], suffix as u8 | full) }
    }

    /// Given name and surname with a capital each, as most records write them.
    pub(super) fn titled(&self) -> impl Iterator<Item = u8> + '_ {
        titled(self.given()).chain([b' ']).chain(titled(self.surname()))
    }

    /// Given name, middle names, surname and maiden name.
    pub(super) fn parts(&self) -> [&str; 4] {
        self.tokens.fields()
    }

    /// The given name; empty when there is none.
    pub fn given(&self) -> &str {
        self.tokens.field(0)
    }

    /// Middle names and initials.
    pub fn middle(&self) -> &str {
        self.tokens.field(1)
    }

    /// Surnames with their particles.
    pub fn surname(&self) -> &str {
        self.tokens.field(2)
    }

    /// The surname at birth, where a field tells.
    pub fn maiden(&self) -> &str {
        self.tokens.field(3)
    }

    /// Whether both a given name (more than an initial) and a surname are known.
    pub fn is_full(&self) -> bool {
        is_full(self.mark())
    }

    /// What tells father from son.
    pub fn suffix(&self) -> Suffix {
        suffix_of(self.mark())
    }

    /// Both of these in one, for whoever keeps it at hand.
    pub(super) fn mark(&self) -> u8 {
        self.tokens.mark()
    }

    /// The same for every order and spelling variant of equal tokens: the sorted tokens of given name and surname.
    pub fn bag(&self) -> SmallVec<[&str; 6]> {
        let mut bag: SmallVec<[&str; 6]> = words(self.given()).chain(words(self.surname())).collect();
        bag.sort_unstable();
        bag
    }
}

/// What a mark says of the name.
pub(super) fn is_full(mark: u8) -> bool {
    mark & FULL != 0
}

/// What a mark says of the suffix.
pub(super) fn suffix_of(mark: u8) -> Suffix {
    Suffix::ALL.get(usize::from(mark & !FULL)).copied().unwrap_or_default()
}

/// A word with a capital.
fn titled(word: &str) -> impl Iterator<Item = u8> + '_ {
    word.bytes().enumerate().map(|(at, byte)| if at == 0 { byte.to_ascii_uppercase() } else { byte })
}

/// The tokens of a part of a name.
pub(super) fn words(part: &str) -> impl Iterator<Item = &str> {
    part.split(' ').filter(|token| !token.is_empty())
}

impl Draft {
    fn pack(&self) -> Name {
        let [given, middle, surname, maiden] = [&self.given, &self.middle, &self.surname, &self.maiden].map(|part| part.join(" "));
        Name::pack([&given, &middle, &surname, &maiden], self.suffix)
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
    // `Don Davis` is Donald, and so is `Don A. Davis`; `Don Carlos Ruiz` is titled.
    let is_title = |tokens: &[String]| match tokens.first().map(String::as_str) {
        Some("don" | "dona") => tokens.len() > 2 && tokens[1].chars().count() > 1,
        Some(first) => tokens.len() > 1 && TITLES.contains(&first),
        None => false,
    };
    while is_title(&tokens) {
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

pub(super) static PARTICLES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn full(text: &str) -> Name {
        Name::from_parts(&Parts { full: text, ..Parts::default() }).expect("a name")
    }

    #[test]
    fn plain_names_are_read_as_others_are() {
        for (given, surname) in [("Mary", "Hall"), ("DR", "Jr"), ("X", "O2"), ("a", "b")] {
            let parts = Parts { given, surname, ..Parts::default() };
            assert_eq!(Name::from_parts(&parts), Name::from_parts(&Parts { middle: " ", ..parts }));
            assert!(Name::plain(&parts).is_some() && Name::plain(&Parts { middle: " ", ..parts }).is_none());
        }
    }

    #[test]
    fn orders_titles_and_suffixes_are_understood() {
        assert_eq!(full("Robert Hall Jr.").suffix(), Suffix::Junior);
        assert_eq!(full("Hall, Robert, Sr").suffix(), Suffix::Senior);
        assert_eq!(full("Jan van der Berg").surname(), "van der berg");
        assert_eq!(full("Dr. Lucía Gómez").given(), "lucia");
        assert_eq!(full("Don Davis").given(), "don");
        assert_eq!(full("Don Carlos Ruiz").given(), "carlos");
    }
}
