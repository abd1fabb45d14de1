//! What stands around an `@`: e-mail addresses, the passwords of combo lists, logins in URLs.

use super::{Scan, TextKind, is_word};
use crate::detect::{
    DetectorId, normal,
    read::{is_role_mailbox, is_test_email},
};

/// What a byte may be in an address, and what ends one; one bit each.
mod part {
    /// Stands before the sign.
    pub(super) const LOCAL: u8 = 1;
    /// The same, but what a key or a sentence sign leaves before an address is not part of it.
    pub(super) const CUT: u8 = 1 << 1;
    /// Stands behind the sign.
    pub(super) const DOMAIN: u8 = 1 << 2;
    /// Beyond ASCII.
    pub(super) const BEYOND: u8 = 1 << 3;
}

const PARTS: [u8; 256] = {
    const fn mark(table: &mut [u8; 256], signs: &[u8], bits: u8) {
        let mut at = 0;
        while at < signs.len() {
            table[signs[at] as usize] |= bits;
            at += 1;
        }
    }
    let (mut table, mut at) = ([0; 256], 0);
    while at < table.len() {
        if is_word(at as u8) {
            table[at] = part::LOCAL | part::DOMAIN;
        }
        if at >= 0x80 {
            table[at] |= part::BEYOND;
        }
        at += 1;
    }
    mark(&mut table, b".+-_", part::LOCAL);
    mark(&mut table, b"!#$&*=?^{|}~", part::LOCAL | part::CUT);
    mark(&mut table, b".-", part::DOMAIN);
    table
};

impl Scan<'_> {
    /// Walks all `%40` of the text.
    pub(super) fn escaped_signs(&mut self) {
        for at in memchr::memmem::find_iter(self.text, b"%40") {
            self.sign(at, 3);
        }
    }

    /// What stands around an `@`, or around what so many bytes write for one.
    pub(super) fn sign(&mut self, at: usize, width: usize) {
        // Of what cuts an address, and of what is beyond ASCII, the nearest to the sign: where what stands behind it begins.
        let (mut local, mut cut, mut beyond) = (0, 0, 0);
        for byte in self.text[..at].iter().rev().take(65) {
            let part = PARTS[usize::from(*byte)];
            if part & part::LOCAL == 0 {
                break;
            }
            if part & part::CUT != 0 && cut == 0 {
                cut = at - local;
            }
            if part & part::BEYOND != 0 && beyond == 0 {
                beyond = at - local;
            }
            local += 1;
        }
        let after = &self.text[at + width..];
        let (mut domain, mut beyond_domain) = (0, None);
        for byte in after.iter().take(254) {
            let part = PARTS[usize::from(*byte)];
            if part & part::DOMAIN == 0 {
                break;
            }
            if part & part::BEYOND != 0 && beyond_domain.is_none() {
                beyond_domain = Some(domain);
            }
            domain += 1;
        }
        while domain > 0 && matches!(after[domain - 1], b'.' | b'-') {
            domain -= 1;
        }
        if self.login_in_url(at, domain) || local == 0 || domain < 4 {
            return;
        }
        // What a key or a sentence sign leaves before the address is not part of it: "email=jane@…".
        let mut start = cut.max(at - local);
        while start < at && !is_word(self.text[start]) && self.text[start] != b'_' {
            start += 1;
        }
        // Non-ASCII text runs into the address where no space is written.
        start = start.max(beyond);
        let end = at + width + beyond_domain.map_or(domain, |beyond| beyond.min(domain));
        self.email(start, at, end);
    }

    fn email(&mut self, start: usize, at: usize, end: usize) {
        let Some(id) = self.detectors.scanner.email else { return };
        // What stands before the host of a URL is no address: `android://key@com.shop.app/`.
        if start >= at || matches!(self.byte(end), b'@') || self.text[..start].ends_with(b"://") {
            return;
        }
        self.scratch.clear();
        let mut address = std::mem::take(&mut self.scratch);
        let value = &self.text[start..end];
        let good = match value.get(at - start) {
            Some(b'@') => normal::email_parted(value, at - start, &mut address),
            _ => normal::email(value, &mut address),
        };
        self.scratch = address;
        // "git@github.com:org/repo": a repository.
        let repository = self.byte(end) == b':' && self.byte(end + 1).is_ascii_alphabetic() && &self.text[start..at] == b"git";
        if !good || repository || self.is_message_id(start, at, end) || self.kind == TextKind::Raw && self.is_by_chance(start, end) {
            return;
        }
        let id = match self.detectors.well_known.organisation_email {
            Some(office) if is_role_mailbox(&self.scratch) => office,
            _ => id,
        };
        let test = is_test_email(&self.scratch);
        self.keep(id, start, end, 8.0, test);
        self.combo(start, end);
    }

    /// Whether an address in bytes of unknown make is one by chance: hardly anything stands beside it, and so little is said by it that
    /// some thousand million bytes of chance hold the like.
    fn is_by_chance(&self, start: usize, end: usize) -> bool {
        /// So many printable characters in a row are text.
        const TEXT: usize = 20;
        /// Bits: 2³² bytes, and a few more that different forms share.
        const ENOUGH: usize = 33;
        let goes_on = |byte: &&u8| **byte != b'\n';
        let before = self.text[..start].iter().rev().take(TEXT).take_while(goes_on).count();
        let behind = self.text[end..].iter().take(TEXT).take_while(goes_on).count();
        let value = &self.text[start..end];
        if before + value.len() + behind >= TEXT {
            return false;
        }
        let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
        let lower = value.iter().filter(|byte| byte.is_ascii_lowercase()).count();
        // The sign and a dot are one byte in 256 each, what else may stand there is one in four; letters of one case are half of those.
        let of_one_case = if lower == 0 || lower == letters { letters.saturating_sub(1) } else { 0 };
        8 * 2 + 2 * (value.len() - 2) + of_one_case < ENOUGH
    }

    /// `<20250102.ABC@host>` behind `Message-ID`, `References`, `In-Reply-To`.
    fn is_message_id(&self, start: usize, at: usize, end: usize) -> bool {
        let bracketed = self.before(start) == b'<' && self.byte(end) == b'>';
        let local = &self.text[start..at];
        let digits = || local.iter().filter(|byte| byte.is_ascii_digit()).count();
        bracketed && local.len() >= 16 && digits() * 3 > local.len()
    }

    /// `address:password` alone on a line.
    fn combo(&mut self, start: usize, end: usize) {
        let Some(id) = self.detectors.scanner.password else { return };
        let begins_line = matches!(self.before(start), b'\n') || start == 0;
        if !matches!(self.byte(end), b':' | b';' | b'|') || !(begins_line || self.is_behind_page(start)) {
            return;
        }
        let value = self.text[end + 1..].iter().take(129).take_while(|byte| byte.is_ascii_graphic() || **byte >= 0x80).count();
        let after = self.byte(end + 1 + value);
        if (4..=128).contains(&value) && (matches!(after, b'\n' | b'\r') || end + 1 + value == self.text.len()) {
            self.secret(id, end + 1, end + 1 + value, 6.0);
        }
    }

    /// Whether `https://page:` stands before, from the beginning of the line: `page:address:password`.
    fn is_behind_page(&self, start: usize) -> bool {
        if !matches!(self.before(start), b':' | b';' | b'|') {
            return false;
        }
        let from = memchr::memrchr(b'\n', &self.text[start.saturating_sub(400)..start])
            .map_or(start.saturating_sub(400), |at| start.saturating_sub(400) + at + 1);
        let page = &self.text[from..start];
        (page.starts_with(b"http") || page.starts_with(b"android://")) && !page.iter().any(u8::is_ascii_whitespace)
    }

    /// `scheme://user:password@host`. Returns whether the sign was one's.
    fn login_in_url(&mut self, at: usize, domain: usize) -> bool {
        let Some(id) = self.detectors.scanner.password.filter(|_| self.layer.has_scheme) else { return false };
        let from = at.saturating_sub(200);
        let token = self.text[from..at]
            .iter()
            .rposition(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'<'))
            .map_or(from, |space| from + space + 1);
        let Some(scheme) = self.text[token..at].windows(3).rposition(|sign| sign == b"://").map(|found| token + found + 3) else {
            return false;
        };
        let Some(colon) = memchr::memchr(b':', &self.text[scheme..at]).map(|found| scheme + found) else { return false };
        if domain == 0 || self.text[scheme..at].contains(&b'/') {
            return false;
        }
        self.secret(id, colon + 1, at, 5.0);
        true
    }

    /// Reports a secret unless it is a placeholder or a piece of code.
    pub(super) fn secret(&mut self, id: DetectorId, start: usize, end: usize, bits: f32) -> bool {
        let value = &self.text[start..end];
        if value.len() < 3 || is_no_secret(value) {
            return false;
        }
        self.scratch.clear();
        self.scratch.extend_from_slice(value);
        self.keep(id, start, end, bits, false);
        true
    }
}

/// Placeholders, stars, types and code where a secret would stand.
pub(super) fn is_no_secret(value: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"null",
        b"none",
        b"nil",
        b"true",
        b"false",
        b"string",
        b"str",
        b"text",
        b"varchar",
        b"required",
        b"optional",
        b"password",
        b"passwd",
        b"changeme",
        b"secret",
        b"yes",
        b"no",
        b"undefined",
        b"empty",
        b"hidden",
        b"redacted",
        b"your_password",
        b"yourpassword",
        b"your-password",
        b"mypassword",
        b"example",
        b"int",
        b"bool",
        b"char",
        b"token",
        b"value",
        b"n/a",
        b"self",
        b"this",
        b"here",
        b"enter",
        b"and",
        b"the",
        b"is",
        b"for",
        b"must",
        b"should",
        b"field",
        b"reset",
        b"invalid",
        b"incorrect",
        b"prompt",
        b"input",
        b"pass",
    ];
    let lower = value.to_ascii_lowercase();
    let first = value.first().copied().unwrap_or(b' ');
    let same = value.iter().all(|byte| *byte == first);
    let code = [
        b"os.".as_slice(),
        b"process.",
        b"env",
        b"getenv",
        b"config",
        b"self.",
        b"this.",
        b"req.",
        b"request.",
        b"params",
        b"args",
        b"${",
        b"{{",
        b"<%",
        b"$(",
        b"%(",
        b"secrets.",
    ]
    .iter()
    .any(|start| lower.starts_with(start));
    same || WORDS.contains(&lower.as_slice())
        || code
        || matches!(first, b'$' | b'<' | b'{' | b'[' | b'%' | b'*' | b'(')
            && !value.starts_with(b"$2")
            && !value[1..].iter().any(u8::is_ascii_digit)
        || value.contains(&b'(') && value.contains(&b')')
        || [b"xxxx".as_slice(), b"****", b"example", b"your-", b"your_", b"placeholder", b"....", b"redacted", "••••".as_bytes(), b"<your"]
            .iter()
            .any(|mark| memchr::memmem::find(&lower, mark).is_some())
}

#[cfg(test)]
mod tests {
    use crate::{detect::Detectors, format::TextKind};

    #[test]
    fn addresses_that_bytes_of_chance_hold_are_none() {
        let detectors = Detectors::builtin().expect("built-in files load");
        let email = detectors.place_of("email");
        let mut found = Vec::new();
        for (text, kind, is_one) in [
            ("xk2(#f\n[7@Cz.Fm]\nq;1~=d", TextKind::Raw, false),
            ("q;1~=d\na@b.de", TextKind::Raw, false),
            ("q;1~=d\na@b.de", TextKind::Lines, true),
            ("q;1~=d\nbob@x.io\nxk2(#f", TextKind::Raw, true),
            ("q;1~=d\nBoB@xY.iO\nxk2(#f", TextKind::Raw, false),
            ("name: 7@cz.fm, since 2019", TextKind::Raw, true),
        ] {
            found.clear();
            detectors.scan_text(text.as_bytes(), kind, &mut found);
            assert_eq!(found.iter().any(|one| Some(one.detector) == email), is_one, "{text}");
        }
    }
}
