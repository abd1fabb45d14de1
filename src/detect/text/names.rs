//! Names of people in prose: word lists, capitals, and what stands before them (a title, a
//! salutation, a label). Words that are also names need more evidence.

use super::{Scan, is_word};
use crate::detect::{
    Normalise,
    fold::fold_into,
    header::is_organisation,
    lexicon::{self, flag},
    normal::month_word,
    places,
};
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// Words around names, folded: the lists of `patterns/lexicons/name-words.toml`.
#[derive(Debug, Default)]
struct NameWords {
    titles: HashSet<Vec<u8>>,
    greetings: HashSet<Vec<u8>>,
    suffixes: HashSet<Vec<u8>>,
    particles: HashSet<Vec<u8>>,
    leads: HashSet<Vec<u8>>,
    places: HashSet<Vec<u8>>,
    function: HashSet<Vec<u8>>,
}

impl NameWords {
    fn parse(text: &str) -> Result<NameWords, toml::de::Error> {
        let mut lists: HashMap<String, Vec<String>> = toml::from_str(text)?;
        let mut list = |name: &str| lists.remove(name).unwrap_or_default().into_iter().map(String::into_bytes).collect();
        Ok(NameWords {
            titles: list("titles"),
            greetings: list("greetings"),
            suffixes: list("suffixes"),
            particles: list("particles"),
            leads: list("leads"),
            places: list("places"),
            function: list("function"),
        })
    }
}

const WORDS_FILE: &str = include_str!("../../../patterns/lexicons/name-words.toml");

fn name_words() -> &'static NameWords {
    // The test below holds that the file can be read.
    static WORDS: LazyLock<NameWords> = LazyLock::new(|| NameWords::parse(WORDS_FILE).unwrap_or_default());
    &WORDS
}

/// A capitalised word.
#[derive(Clone, Copy, Debug)]
struct Word {
    start: usize,
    end: usize,
    flags: u8,
    role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Name,
    Initial,
    /// de, van, bin: lower case inside a name.
    Particle,
    Title,
    Suffix,
    /// A word that is never part of a name.
    Stop,
}

impl Scan<'_> {
    /// Whether the word before is a kind of street: `87 avenue Victor Hugo` names nobody.
    fn names_a_street(&self, start: usize) -> bool {
        let before = self.text.get(..start).unwrap_or_default().trim_ascii_end();
        let from = before.iter().rposition(|byte| byte.is_ascii_whitespace() || *byte == b',').map_or(0, |at| at + 1);
        let mut word = Vec::new();
        fold_into(&before[from..], &mut word);
        super::address::BEFORE.iter().any(|street| street.as_bytes() == word)
    }

    /// Walks the capitals of the text.
    pub(super) fn names(&mut self) {
        let mut at = 0;
        while at < self.text.len() {
            if !is_word(self.text[at]) {
                at += 1;
                continue;
            }
            let end = self.word_end(at);
            if self.is_capital(at) && !matches!(self.before(at), b'@' | b'#' | b'/' | b'_' | b'\\' | b'<') && end - at <= 24 {
                at = self.sequence(at).max(end);
            } else {
                at = end;
            }
        }
    }

    fn word_end(&self, start: usize) -> usize {
        let mut end = start + 1;
        while end < self.text.len() {
            let byte = self.text[end];
            let joins = matches!(byte, b'\'' | b'-') || (byte == 0xe2 && self.text.get(end..end + 3) == Some("’".as_bytes()));
            if joins && self.text.get(end + if byte == 0xe2 { 3 } else { 1 }).is_some_and(|next| is_word(*next)) {
                end += if byte == 0xe2 { 3 } else { 1 };
            } else if is_word(byte)
                && self.text.get(end..end + 3) != Some("’".as_bytes())
                && self.text.get(end..end + 3) != Some("”".as_bytes())
            {
                end += 1;
            } else {
                break;
            }
        }
        end
    }

    fn is_capital(&self, at: usize) -> bool {
        match self.text[at] {
            byte if byte.is_ascii() => byte.is_ascii_uppercase(),
            _ => {
                let head = &self.text[at..(at + 4).min(self.text.len())];
                let valid = std::str::from_utf8(head).map_or_else(|error| &head[..error.valid_up_to()], |_| head);
                std::str::from_utf8(valid).ok().and_then(|text| text.chars().next()).is_some_and(char::is_uppercase)
            }
        }
    }

    /// Reads the run of capitalised words that starts here and reports the names in it.
    /// Returns where it ends.
    fn sequence(&mut self, start: usize) -> usize {
        let mut words: Vec<Word> = Vec::new();
        let mut at = start;
        let mut end;
        loop {
            end = self.word_end(at);
            words.push(self.word(at, end));
            let Some(next) = self.next_word(end, &words) else { break };
            at = next;
            if words.len() >= 8 {
                break;
            }
        }
        while words.last().is_some_and(|word| word.role == Role::Particle) {
            words.pop();
        }
        self.judge_names(&words);
        words.last().map_or(end, |word| word.end)
    }

    /// Where the next word of the same name starts, if one does.
    fn next_word(&self, end: usize, words: &[Word]) -> Option<usize> {
        let last = words.last()?;
        let dot = self.byte(end) == b'.' && matches!(last.role, Role::Initial | Role::Title);
        let comma = self.byte(end) == b','
            && self
                .text
                .get(end + 1..end + 5)
                .is_some_and(|next| next.starts_with(b" Jr") || next.starts_with(b" Sr") || next.starts_with(b" II"));
        let space = end + usize::from(dot || comma);
        if self.byte(space) != b' ' || !is_word(self.byte(space + 1)) || space + 1 >= self.text.len() {
            return None;
        }
        let next = space + 1;
        if self.is_capital(next) {
            return Some(next);
        }
        let word = &self.text[next..self.word_end(next)];
        let particle = name_words().particles.contains(word);
        (particle && words.iter().any(|word| word.role == Role::Name)).then_some(next).filter(|next| {
            // A particle must be followed by a capital, perhaps after another particle.
            let mut at = self.word_end(*next) + 1;
            if at < self.text.len() && !self.is_capital(at) {
                at = self.word_end(at) + 1;
            }
            at < self.text.len() && is_word(self.text[at]) && self.is_capital(at)
        })
    }

    fn word(&self, start: usize, end: usize) -> Word {
        let text = &self.text[start..end];
        let mut folded = Vec::with_capacity(text.len());
        fold_into(text, &mut folded);
        let possessive = folded.ends_with(b"'s");
        if possessive {
            folded.truncate(folded.len() - 2);
        }
        let names = lexicon::names();
        let flags = folded.split(|byte| *byte == b'-').fold(names.get(&folded), |flags, part| flags | (names.get(part) & !flag::PLAIN));
        let words = name_words();
        let is = |list: &HashSet<Vec<u8>>| list.contains(&folded);
        let is_one = |list: &[&str]| list.iter().any(|word| folded == word.as_bytes());
        let letters = text.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80 || matches!(byte, b'\'' | b'-'));
        let role = match () {
            () if !letters => Role::Stop,
            () if is(&words.titles)
                && (self.byte(end) == b'.'
                    || folded.len() > 3
                    || folded == b"mr"
                    || folded == b"mrs"
                    || folded == b"ms"
                    || folded == b"dr") =>
            {
                Role::Title
            }
            () if is(&words.suffixes) => Role::Suffix,
            () if text.len() == 1 => Role::Initial,
            () if text.first().is_some_and(u8::is_ascii_lowercase) => Role::Particle,
            () if is(&words.greetings)
                || month_word(&folded)
                    .is_some_and(|_| !is_one(&["may", "april", "june", "august", "marc", "janek"]) && folded.len() > 5)
                || is(&words.function) =>
            {
                Role::Stop
            }
            () => Role::Name,
        };
        Word { start, end: if possessive { end - if text.ends_with(b"'s") { 2 } else { 4 } } else { end }, flags, role }
    }

    fn judge_names(&mut self, words: &[Word]) {
        let Some(id) = self.detectors.scanner.name else { return };
        let capitals = words
            .iter()
            .filter(|word| word.end - word.start > 3)
            .all(|word| self.text[word.start..word.end].iter().all(|byte| !byte.is_ascii_lowercase()));
        let mut from = 0;
        while from < words.len() {
            if !matches!(words[from].role, Role::Name | Role::Title | Role::Initial) {
                from += 1;
                continue;
            }
            let to = from + words[from..].iter().position(|word| word.role == Role::Stop).unwrap_or(words.len() - from);
            self.judge_name(id, &words[from..to], capitals, words.get(to));
            from = to + 1;
        }
    }

    fn judge_name(&mut self, id: crate::detect::DetectorId, words: &[Word], capitals: bool, next: Option<&Word>) {
        let title = words.iter().take_while(|word| word.role == Role::Title).count();
        let mut body = &words[title..];
        // Plain words at either end are no part of the name: "Annual Report Jane Smith".
        while body.first().is_some_and(|word| word.role == Role::Particle || (word.flags == flag::PLAIN && body.len() > 1)) {
            body = &body[1..];
        }
        while body.last().is_some_and(|word| {
            matches!(word.role, Role::Particle | Role::Title)
                || (word.flags == flag::PLAIN && body.len() > 1)
                || (word.role == Role::Initial && body.len() > 1)
        }) {
            body = &body[..body.len() - 1];
        }
        let (Some(first), Some(last)) = (body.first(), body.last()) else { return };
        if body.len() > 5 || first.role == Role::Suffix || body.iter().all(|word| word.role != Role::Name) {
            return;
        }
        let mut bits = self.detectors.get(id).text.base + if title > 0 { 6.0 } else { 0.0 };
        let names = body.iter().filter(|word| word.role == Role::Name).count();
        let initials = body.iter().filter(|word| word.role == Role::Initial).count();
        let common = (flag::GIVEN | flag::SURNAME, flag::GIVEN | flag::RARE_GIVEN, flag::SURNAME | flag::RARE_SURNAME);
        let mut given = false;
        for (place, word) in body.iter().enumerate().filter(|(_, word)| word.role == Role::Name) {
            let doubt = if word.flags & flag::WORD != 0 { 0.4 } else { 1.0 };
            // Short rare names are mostly abbreviations and words of other languages.
            let rare_bits = if word.end - word.start > 4 { 2.5 } else { 1.9 };
            let rare = word.flags & common.0 == 0;
            bits += match word.flags {
                flags if flags & flag::PLAIN != 0 => -4.0,
                flags if place == 0 && flags & common.1 != 0 => (if flags & flag::GIVEN != 0 { 3.0 } else { rare_bits }) * doubt,
                flags if flags & common.2 != 0 => (if rare { rare_bits } else { 2.5 }) * doubt,
                flags if flags & common.1 != 0 => 2.0 * doubt,
                _ if word.end - word.start < 3 => -2.0,
                _ if names > 1 => 1.2,
                _ => 0.3,
            };
            given |= word.flags & common.1 != 0 && (doubt == 1.0 || place == 0);
        }
        bits += initials.min(1) as f32 * if names > 1 { 2.0 } else { 0.5 };
        bits += if names >= 2 && given { 0.8 } else { 0.0 };
        if names == 1 && title == 0 && self.capitalises_nouns {
            bits -= 2.0;
        }
        bits += self.lead(words[0].start);
        bits += self.tail(last, next);
        if capitals && bits < 7.0 {
            bits -= 6.0;
        }
        if self.is_place_name(first.start, last.end) {
            // Towns are called after people, mostly after their given names.
            bits -= match (names, given) {
                (1, true) => 0.4,
                (_, true) => 1.0,
                (1, false) => 4.0,
                (_, false) => 3.0,
            };
        }
        self.scratch.clear();
        let mut normal = std::mem::take(&mut self.scratch);
        let good = Normalise::Name.run(&self.text[first.start..last.end], Default::default(), &mut normal);
        let organisation = is_organisation(&normal);
        let detector = self.detectors.get(id);
        let test = detector.test_values.contains(&normal);
        self.scratch = normal;
        if good && !organisation && bits > 0.0 && !self.names_a_street(first.start) {
            self.keep(id, first.start, last.end, bits, test);
        }
    }

    /// What stands before: a greeting, a label, "my name is"; "the" speaks against.
    fn lead(&self, start: usize) -> f32 {
        let from = start.saturating_sub(24);
        let mut before = Vec::new();
        fold_into(self.text[from..start].trim_ascii_end(), &mut before);
        let line_start = self.text[from..start].trim_ascii_end().is_empty() || self.before(start) == b'\n';
        let word_before = before.rsplit(|byte| !is_word(*byte) && *byte != b'\'').find(|word| !word.is_empty()).unwrap_or_default();
        let ends =
            |lead: &Vec<u8>| before.ends_with(lead) && (before.len() == lead.len() || !is_word(before[before.len() - lead.len() - 1]));
        let adjacent = before.last().is_some_and(|byte| is_word(*byte) || *byte == b',');
        if name_words().leads.iter().any(ends) || (adjacent && name_words().greetings.contains(word_before) && self.before(start) == b' ') {
            return 3.5;
        }
        match word_before {
            b"the" if adjacent => -2.5,
            b"a" | b"an" if adjacent => -1.0,
            b"in" | b"at" | b"near" | b"visit" if adjacent && !line_start => -0.7,
            _ => 0.0,
        }
    }

    /// What stands behind: "Street" makes a place, ":" a speaker, a mailbox a sender.
    fn tail(&self, last: &Word, next: Option<&Word>) -> f32 {
        let place = |start: usize, end: usize| {
            let mut folded = Vec::new();
            fold_into(&self.text[start..end], &mut folded);
            name_words().places.contains(&folded)
        };
        if next.is_some_and(|next| place(next.start, next.end)) {
            return -6.0;
        }
        if place(last.start, last.end) {
            return -6.0;
        }
        let rest = self.text.get(last.end..(last.end + 3).min(self.text.len())).unwrap_or_default();
        if rest.starts_with(b" <") {
            return 5.0;
        }
        if rest.starts_with(b": ")
            && (last.start == 0 || self.text[..last.start].rsplit(|byte| *byte == b'\n').next().is_some_and(|line| line.len() < 24))
        {
            return 1.0;
        }
        let possessive = rest.starts_with(b"'s");
        if self.byte(last.end) == b' ' && is_word(self.byte(last.end + 1)) {
            let end = self.word_end(last.end + 1);
            if place(last.end + 1, end) && self.is_capital(last.end + 1) {
                return -6.0;
            }
            let verb = [
                b"said".as_slice(),
                b"says",
                b"wrote",
                b"is",
                b"was",
                b"has",
                b"lives",
                b"called",
                b"asked",
                b"works",
                b"will",
                b"told",
                b"sings",
                b"sang",
                b"played",
                b"died",
                b"born",
            ]
            .contains(&&self.text[last.end + 1..end]);
            if verb {
                return 1.2;
            }
        }
        if possessive { 0.7 } else { 0.0 }
    }

    fn is_place_name(&self, start: usize, end: usize) -> bool {
        let mut folded = Vec::new();
        fold_into(&self.text[start..end], &mut folded);
        let mut code = Vec::new();
        (folded.len() > 3 && places::country(&folded, &mut code)) || places::is_city(&folded) || places::is_us_state(&folded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_lists_can_be_read() {
        let words = NameWords::parse(WORDS_FILE).expect("a readable file");
        for list in [&words.titles, &words.greetings, &words.suffixes, &words.particles, &words.leads, &words.places, &words.function] {
            assert!(!list.is_empty());
        }
    }
}
