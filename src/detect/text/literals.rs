//! Fixed beginnings (`AKIA`, `-----BEGIN`, `eyJ`), labels (`password=`), markings.

use super::{Scan, context::cases, is_word, login_files::PORTS, signs::is_no_secret, stems::End};
use crate::detect::{
    Detector, DetectorId, check,
    lexicon::{self, flag},
    pattern::TokenSet,
};
use std::ops::Range;

/// What a literal starts.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Token {
        set: TokenSet,
        min: usize,
        max: usize,
        number_before: bool,
        check: Option<&'static check::Check>,
        checksum: Option<&'static check::Check>,
    },
    PrivateKey,
    PuttyKey,
    Jwt,
    Crypt,
    PgPass,
    Label,
    Phrase,
}

/// All literals of all detectors.
#[derive(Debug)]
pub(super) struct Literals {
    uses: Vec<Literal>,
}

#[derive(Debug)]
struct Literal {
    text: String,
    kind: Kind,
    detector: DetectorId,
}

impl Literals {
    pub(super) fn of(all: &[Detector]) -> Literals {
        let mut uses = Vec::new();
        for (at, detector) in all.iter().enumerate() {
            let mut add = |text: &str, kind| uses.push(Literal { text: text.to_owned(), kind, detector: DetectorId(at as u16) });
            let file = &detector.text;
            for token in &file.tokens {
                let named = |name: &Option<String>| name.as_deref().and_then(check::by_name);
                let (check, checksum) = (named(&token.check), named(&token.checksum));
                add(
                    &token.prefix,
                    Kind::Token { set: token.set, min: token.min, max: token.max, number_before: token.number_before, check, checksum },
                );
            }
            file.labels.iter().for_each(|label| add(label, Kind::Label));
            file.phrases.iter().flat_map(|phrase| cases(phrase)).for_each(|phrase| add(&phrase, Kind::Phrase));
            match file.scanner.as_deref() {
                Some("private_key") => {
                    add("-----BEGIN ", Kind::PrivateKey);
                    add("---- BEGIN ", Kind::PrivateKey);
                    add("Private-Lines: ", Kind::PuttyKey);
                }
                Some("jwt") => add("eyJ", Kind::Jwt),
                Some("combo") => PORTS.iter().for_each(|port| add(port, Kind::PgPass)),
                Some("hash") => [
                    "$2a$",
                    "$2b$",
                    "$2y$",
                    "$1$",
                    "$5$",
                    "$6$",
                    "$y$",
                    "$argon2",
                    "$P$",
                    "$H$",
                    "$apr1$",
                    "$7$",
                    "$8$",
                    "$9$",
                    "$krb5tgs$",
                    "$krb5asrep$",
                    "$dcc2$",
                    "pbkdf2_sha",
                    "scrypt:",
                    "{ssha",
                    "{sha}",
                ]
                .iter()
                .for_each(|start| add(start, Kind::Crypt)),
                _ => {}
            }
        }
        Literals { uses }
    }

    /// How they are written, and how they may go on.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, End)> {
        self.uses.iter().map(|literal| {
            let end = match literal.kind {
                Kind::Token { .. } => End::OpenAsWritten,
                Kind::Label | Kind::Phrase => End::Whole,
                _ => End::Open,
            };
            (literal.text.as_str(), end)
        })
    }

    pub(super) fn count(&self) -> usize {
        self.uses.len()
    }

    /// Whether a literal of this place, which stands here but for the case of letters, is one.
    pub(super) fn is_one(&self, place: usize, stands: &[u8]) -> bool {
        let literal = &self.uses[place];
        !matches!(literal.kind, Kind::Token { .. }) || stands == literal.text.as_bytes()
    }
}

impl Scan<'_> {
    /// Looks behind every literal of the text.
    pub(super) fn literals(&mut self, standing: &[(usize, Range<usize>)]) {
        let detectors = self.detectors;
        for (place, Range { start, end }) in standing.iter().cloned() {
            let literal = &detectors.scanner.literals.uses[place];
            let id = literal.detector;
            match literal.kind {
                kind @ Kind::Token { .. } => self.token(id, start, end, kind),
                Kind::PrivateKey => self.private_key(id, start, end),
                Kind::PuttyKey => self.putty_key(id, start, end),
                Kind::Jwt => self.jwt(id, start),
                Kind::Crypt => self.crypt(id, start),
                Kind::PgPass => self.pgpass(start, end),
                Kind::Label => self.label(id, start, end),
                Kind::Phrase => self.phrase(id, start, end),
            }
        }
    }

    fn token(&mut self, id: DetectorId, prefix_start: usize, prefix_end: usize, kind: Kind) {
        let Kind::Token { set, min, max, number_before, check, checksum } = kind else { return };
        let number = self.text[..prefix_start].iter().rev().take(20).take_while(|byte| number_before && byte.is_ascii_digit()).count();
        let start = prefix_start - number;
        let rest =
            self.text[prefix_end..].iter().take(max + 1).take_while(|byte| set.contains(**byte) || byte.is_ascii_alphanumeric()).count();
        let value = &self.text[start..prefix_end + rest];
        let body = &self.text[prefix_end..prefix_end + rest];
        let varied = body.iter().collect::<std::collections::HashSet<_>>().len();
        let in_set = body.iter().all(|byte| set.contains(*byte));
        let placeholder = is_no_secret(value) || varied < 6 || !body.iter().any(u8::is_ascii_digit);
        let refused = check.is_some_and(|check| !(check.run)(value));
        // What begins with a sign (`?secret=`) stands behind words.
        let inside = is_word(self.byte(start)) && is_word(self.before(start));
        if inside || !(min..=max).contains(&rest) || !in_set || placeholder || refused {
            return;
        }
        self.scratch.clear();
        self.scratch.extend_from_slice(value);
        // What fails the provider's own checksum was never issued: made up for a manual or a test.
        let never_issued = checksum.is_some_and(|checksum| !(checksum.run)(value));
        self.keep(id, start, prefix_end + rest, 10.0, never_issued);
    }

    /// From `-----BEGIN … PRIVATE KEY-----` to its end line, if anything stands between.
    fn private_key(&mut self, id: DetectorId, start: usize, end: usize) {
        let head = &self.text[end..(end + 48).min(self.text.len())];
        let Some(close) = memchr::memmem::find(head, b"----") else { return };
        if memchr::memmem::find(&head[..close], b"PRIVATE KEY").is_none() {
            return;
        }
        let dashes = head[close..].iter().take_while(|byte| **byte == b'-').count();
        let body = end + close + dashes;
        let limit = (body + 16_384).min(self.text.len());
        // SSH2 sets four dashes and a space (RFC 4716).
        let ends = memchr::memmem::find(&self.text[body..limit], if dashes == 4 { b"---- END".as_slice() } else { b"-----END" });
        let stop = ends.map(|at| body + at);
        let last = stop
            .map_or(limit, |at| memchr::memmem::find(&self.text[at + 8..limit], b"----").map_or(limit, |close| at + 8 + close + dashes));
        let material = self.text[body..stop.unwrap_or(limit)]
            .iter()
            .take(400)
            .filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
            .count();
        let words = self.text[body..(body + 40).min(self.text.len())].iter().filter(|byte| **byte == b' ').count();
        if material < 40 || words > 3 {
            return;
        }
        self.scratch.clear();
        self.scratch.extend(self.text[body..stop.unwrap_or(limit)].iter().filter(|byte| byte.is_ascii_graphic()));
        self.keep(id, start, last, 12.0, false);
    }

    /// The lines a PuTTY key file (`.ppk`) says its private half has.
    fn putty_key(&mut self, id: DetectorId, start: usize, end: usize) {
        let rest = &self.text[end..(end + 16_384).min(self.text.len())];
        let digits = rest.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        let lines = rest[..digits].iter().fold(0, |lines, digit| lines * 10 + usize::from(digit - b'0'));
        let length: usize = rest.split_inclusive(|byte| *byte == b'\n').take(lines + 1).map(<[u8]>::len).sum();
        let body = rest[digits..length].trim_ascii();
        let in_set = body.iter().all(|byte| TokenSet::Base64.contains(*byte) || matches!(byte, b'\r' | b'\n'));
        if lines == 0 || body.len() < 40 || !in_set {
            return;
        }
        self.scratch.clear();
        self.scratch.extend(body.iter().filter(|byte| byte.is_ascii_graphic()));
        self.keep(id, start, end + rest[..length].trim_ascii_end().len(), 12.0, false);
    }

    fn jwt(&mut self, id: DetectorId, start: usize) {
        let length = self.text[start..]
            .iter()
            .take(8192)
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
            .count();
        let value = self.text[start..start + length].trim_ascii_end();
        let value = value.strip_suffix(b".").unwrap_or(value);
        if value.len() < 30 || is_word(self.before(start)) || !check::by_name("jwt").is_some_and(|check| (check.run)(value)) {
            return;
        }
        self.scratch.clear();
        self.scratch.extend_from_slice(value);
        self.keep(id, start, start + value.len(), 12.0, false);
    }

    fn crypt(&mut self, id: DetectorId, start: usize) {
        let rest = &self.text[start..];
        // Of tickets and cached logons the name of the account is a part; scrypt's parameters are parted by colons.
        let is_long =
            [b"$krb5".as_slice(), b"$dcc2", b"scrypt:"].iter().any(|kind| rest.len() > 7 && rest[..kind.len()].eq_ignore_ascii_case(kind));
        let more: &[u8] = if is_long { b":*#" } else { b"" };
        let of_hash = |byte: &u8| byte.is_ascii_alphanumeric() || b"./$=,+-_{}".contains(byte) || more.contains(byte);
        let length = rest.iter().take(if is_long { 4096 } else { 256 }).take_while(|byte| of_hash(byte)).count();
        let value = &rest[..length];
        let dollars = value.iter().filter(|byte| **byte == b'$').count();
        let least = if is_long { 2 } else { 3 };
        if is_word(self.before(start))
            || (dollars < least && !value.starts_with(b"{"))
            || !check::by_name("password_hash").is_some_and(|check| (check.run)(value))
        {
            return;
        }
        self.scratch.clear();
        self.scratch.extend_from_slice(value);
        self.keep(id, start, start + length, 10.0, false);
    }

    /// The value behind `label: value`, `label=value`, `"label": "value"`, `<label>value<`.
    fn label(&mut self, id: DetectorId, start: usize, end: usize) {
        let before = self.before(start);
        if before.is_ascii_alphanumeric() || is_word(self.byte(end)) {
            return;
        }
        let mut at = end;
        let mut signed = self.before(end) == b':';
        let mut quoted = false;
        let bearer = self.text[start..end].eq_ignore_ascii_case(b"bearer")
            || self.text[start..end].to_ascii_lowercase().ends_with(b"bearer")
            || self.text[start..end].to_ascii_lowercase().ends_with(b" of");
        while at < self.text.len() && at < end + 8 {
            match self.byte(at) {
                b':' | b'=' => signed = true,
                // `define('DB_PASSWORD', 'value')`
                b',' if matches!(self.before(at), b'"' | b'\'') => signed = true,
                b'>' if signed || !self.text[end..at].contains(&b' ') => signed = true,
                b' ' | b'\t' => {}
                b'"' | b'\'' | b'`' => quoted = signed || quoted,
                b'\\' | b']' => {}
                _ => break,
            }
            at += 1;
        }
        signed |= at > end && self.is_netrc(start);
        if !(signed || (bearer && at > end)) {
            return;
        }
        let detector = self.detectors.get(id);
        match detector.element {
            Some(crate::base::Element::Salary) => self.amount(id, at),
            Some(crate::base::Element::MothersMaidenName) => {
                let length = self.text[at..]
                    .iter()
                    .take(40)
                    .take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80 || matches!(byte, b'-' | b'\''))
                    .count();
                if length >= 2 {
                    self.secret(id, at, at + length, 4.0);
                }
            }
            _ => self.labelled(id, at, quoted || matches!(self.before(at), b'"' | b'\''), bearer),
        }
    }

    /// Whether `login NAME` stands before, as in the file `.netrc`: `machine HOST login NAME password VALUE`.
    fn is_netrc(&self, start: usize) -> bool {
        let before = &self.text[start.saturating_sub(160)..start];
        let mut words = before.rsplit(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let (_, login) = (words.next(), words.next());
        login == Some(b"login") && memchr::memmem::rfind(before, b"machine ").is_some()
    }

    fn labelled(&mut self, id: DetectorId, at: usize, quoted: bool, bearer: bool) {
        let stop = |byte: u8| match byte {
            b'"' | b'\'' | b'`' => true,
            b'<' | b'\n' | b'\r' | b'\t' => true,
            b' ' | b'&' | b',' | b';' => !quoted,
            _ => byte < 0x20,
        };
        let element = self.detectors.get(id).element;
        let token = matches!(element, Some(crate::base::Element::ApiKey | crate::base::Element::AccessToken));
        // Keys in base 64 (`client-key-data`) are long, passwords are not.
        let (least, most) = if token { (16, 8192) } else { (4, 200) };
        let length = self.text[at..].iter().take(most).take_while(|byte| !stop(**byte)).count();
        let value = &self.text[at..at + length];
        let digits = value.iter().any(u8::is_ascii_digit);
        if length < least
            || length >= most
            || value.contains(&b' ')
            || (token && (!digits || value.iter().any(|byte| matches!(byte, b'(' | b')' | b'[' | b'{'))))
            || (bearer && !digits)
        {
            return;
        }
        let lower = value.to_ascii_lowercase();
        let plain_word = value.iter().all(u8::is_ascii_lowercase) && lexicon::NAMES.get(&lower) & (flag::PLAIN | flag::WORD) != 0;
        // "Username: the" and "password: incorrect" are sentences.
        if plain_word && !quoted {
            return;
        }
        self.secret(id, at, at + length, 4.0);
    }

    /// `$85,000`, `USD 72,500.00`, `4.200 €`.
    fn amount(&mut self, id: DetectorId, at: usize) {
        let rest = self.text.get(at..(at + 32).min(self.text.len())).unwrap_or_default();
        let currency = [b"USD ".as_slice(), b"EUR ", b"GBP ", b"US$", b"$", "€".as_bytes(), "£".as_bytes()]
            .iter()
            .find(|mark| rest.starts_with(mark))
            .map_or(0, |mark| mark.len());
        let space = usize::from(rest.get(currency) == Some(&b' '));
        let digits = rest[(currency + space).min(rest.len())..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.'))
            .count();
        let mut end = at + currency + space + digits;
        while end > at && matches!(self.before(end), b'.' | b',') {
            end -= 1;
        }
        if self.text[at..end].iter().filter(|byte| byte.is_ascii_digit()).count() >= 4 {
            self.scratch.clear();
            self.scratch.extend(self.text[at..end].iter().filter(|byte| byte.is_ascii_digit() || **byte == b'.'));
            self.keep(id, at, end, 3.0, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::{Detectors, pattern::TokenSet};
    use crate::format::TextKind;

    /// Characters of a set, drawn from a seed: tokens are made here so that no file looks as if it leaked some.
    fn body(set: TokenSet, length: usize, state: &mut u32) -> String {
        let of_set: Vec<u8> = (b'!'..=b'z').filter(|byte| set.contains(*byte) && byte.is_ascii_alphanumeric()).collect();
        let mut draw = || {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (*state >> 16) as usize
        };
        // A digit in front: a token without any is taken for a word.
        std::iter::once('7').chain((1..length).map(|_| of_set[draw() % of_set.len()] as char)).collect()
    }

    fn found_by(detectors: &Detectors, text: &str, id: usize) -> usize {
        let mut found = Vec::new();
        detectors.scan_text(text.as_bytes(), TextKind::Prose, &mut found);
        found.iter().filter(|one| usize::from(one.detector.0) == id).count()
    }

    #[test]
    fn every_kind_of_token_is_found_and_no_longer_or_shorter_one() {
        let detectors = Detectors::builtin().expect("built-in files load");
        let (mut state, mut kinds) = (7, 0);
        for (id, detector) in detectors.all.iter().enumerate() {
            for token in &detector.text.tokens {
                kinds += 1;
                // What passes a check of its form is no random string; tests/credentials.rs makes some.
                if token.check.is_some() {
                    continue;
                }
                let mut told = |length: usize, before: &str| {
                    let text = format!("set {before}{}{} now", token.prefix, body(token.set, length, &mut state));
                    (found_by(&detectors, &text, id), text)
                };
                for length in [token.min, token.max] {
                    let (count, text) = told(length, "");
                    assert_eq!(count, 1, "{}: {text}", detector.id);
                }
                // What begins with a sign may stand behind a word.
                let word = if token.prefix.starts_with(char::is_alphanumeric) { (token.min, "x") } else { (token.min - 1, "x") };
                for (length, before) in [(token.min - 1, ""), (token.max + 1, ""), word] {
                    let (count, text) = told(length, before);
                    assert_eq!(count, 0, "{}: {text}", detector.id);
                }
            }
        }
        assert!(kinds >= 240, "{kinds} kinds of token");
    }

    #[test]
    fn numbers_that_only_look_like_tokens_are_none() {
        let detectors = Detectors::builtin().expect("built-in files load");
        let tokens: Vec<usize> = (0..detectors.all.len()).filter(|id| !detectors.all[*id].text.tokens.is_empty()).collect();
        let mut state = 11;
        for round in 0..2_000 {
            let hex = body(TokenSet::Hex, 40, &mut state).to_lowercase();
            let word = body(TokenSet::Base64, 64, &mut state);
            let text =
                format!("commit {hex} request {}-{}-{} blob {word} v1.{round}.7 sdk-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[..9]);
            let mut found = Vec::new();
            detectors.scan_text(text.as_bytes(), TextKind::Lines, &mut found);
            assert!(found.iter().all(|one| !tokens.contains(&usize::from(one.detector.0))), "{text}");
        }
    }
}
