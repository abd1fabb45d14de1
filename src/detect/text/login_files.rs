//! Lines of files that programs keep logins in, known by how their parts follow one another: the port of a `.pgpass`, the hash
//! of a copy of the Windows accounts, the digest of a file of htdigest.

use super::{Scan, is_word};

/// Where PostgreSQL and its poolers listen as a rule, as a line of `.pgpass` has it.
pub(super) const PORTS: [&str; 6] = [":5432:", ":5433:", ":5434:", ":6432:", ":6543:", ":26257:"];

impl Scan<'_> {
    /// The lines of a `.pgpass` that hold for any port.
    pub(super) fn pgpass_of_any_port(&mut self) {
        for at in memchr::memmem::find_iter(self.text, b":*:") {
            self.pgpass(at, at + 3);
        }
    }

    /// The password of `host:port:database:user:password`, a line of `.pgpass` (PostgreSQL, libpq, "The Password File"), by its
    /// port and the colons around it.
    pub(super) fn pgpass(&mut self, colon: usize, behind: usize) {
        let Some(id) = self.detectors.scanner.password else { return };
        let (start, end) = (colon + 1, behind - 1);
        let host = &self.text[self.line_start(start)..start - 1];
        let of_host = |byte: &u8| is_word(*byte) || matches!(byte, b'.' | b'-' | b'_' | b'*');
        let line = self.text[end + 1..]
            .iter()
            .take(400)
            .position(|byte| matches!(byte, b'\n' | b'\r'))
            .map_or(self.text.len().min(end + 401), |at| end + 1 + at);
        let rest = &self.text[end + 1..line];
        let mut colons = rest.iter().enumerate().filter(|(_, byte)| **byte == b':').map(|(at, _)| at);
        let (Some(database), Some(user)) = (colons.next(), colons.next()) else { return };
        let password = &rest[user + 1..];
        // A colon inside a password is written with a backslash.
        let is_split = (user + 1..rest.len()).all(|at| rest[at] != b':' || rest[at - 1] == b'\\');
        let named = |part: &[u8]| !part.is_empty() && !part.iter().any(u8::is_ascii_whitespace);
        if host.is_empty()
            || !host.iter().all(of_host)
            || !named(&rest[..database])
            || !named(&rest[database + 1..user])
            || !named(password)
            || password.len() < 4
            || !is_split
        {
            return;
        }
        self.secret(id, end + 2 + user, line, 4.0);
    }

    /// Login and password of `https://host/path:login:password`, a line of the lists that are made of what stealing programs
    /// gather. Logins that are addresses are found with the address.
    pub(super) fn url_lines(&mut self) {
        let known = &self.detectors.well_known;
        let (Some(username), Some(password)) = (known.username, self.detectors.scanner.password) else { return };
        for at in memchr::memmem::find_iter(self.text, b"://") {
            let line = self.line_start(at);
            let scheme = &self.text[line..at];
            if scheme.is_empty() || scheme.len() > 12 || !scheme.iter().all(u8::is_ascii_alphanumeric) {
                continue;
            }
            let begin = at + 3;
            let rest = &self.text[begin..(begin + 400).min(self.text.len())];
            let rest = rest.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default().trim_ascii_end();
            let mut colons = memchr::memrchr_iter(b':', rest);
            let (Some(second), Some(first)) = (colons.next(), colons.next()) else { continue };
            let (url, login, secret) = (&rest[..first], &rest[first + 1..second], &rest[second + 1..]);
            let is_url = url.contains(&b'.') && !url.iter().any(u8::is_ascii_whitespace);
            // `file.js:120:14` is a place in a program.
            let is_login = (3..=64).contains(&login.len())
                && login.iter().any(u8::is_ascii_alphabetic)
                && login.iter().all(|byte| is_word(*byte) || matches!(byte, b'.' | b'_' | b'-' | b'+'));
            let is_secret = secret.len() >= 4 && !secret.iter().any(u8::is_ascii_whitespace) && !secret.starts_with(b"//");
            if !(is_url && is_login && is_secret) {
                continue;
            }
            let (login_end, secret_end) = (begin + second, begin + rest.len());
            if self.secret(password, login_end + 1, secret_end, 4.0) {
                self.scratch.clear();
                self.scratch.extend_from_slice(login);
                self.keep(username, login_end - login.len(), login_end, 4.0, false);
            }
        }
    }

    /// The second hash of `name:1001:LM hash:NT hash:::`, the lines of pwdump and of copies of NTDS.
    pub(super) fn is_windows_dump(&self, start: usize, end: usize) -> bool {
        if end - start != 32 || !self.text[end..].starts_with(b":::") {
            return false;
        }
        let is_hash = |bytes: &[u8]| bytes.len() == 32 && bytes.iter().all(u8::is_ascii_hexdigit);
        let lm = start.checked_sub(33).and_then(|from| self.text.get(from..start - 1));
        self.before(start) == b':' && is_hash(&self.text[start..end]) && lm.is_some_and(|lm| is_hash(lm) || lm.starts_with(b"NO PASSWORD"))
    }

    /// The digest of `name:realm:digest`, the lines of files that htdigest writes (RFC 7616, section 3.4.2). Lists of packages have
    /// three parts and a digest as well: a realm is words.
    pub(super) fn is_digest_login(&self, start: usize, end: usize) -> bool {
        if end - start != 32 || self.before(start) != b':' || !matches!(self.byte(end), b'\n' | b'\r' | b' ') {
            return false;
        }
        let mut parts = self.text[self.line_start(start)..start - 1].split(|byte| *byte == b':');
        let (Some(name), Some(realm), None) = (parts.next(), parts.next(), parts.next()) else { return false };
        let is_name = !name.is_empty() && name.iter().all(|byte| is_word(*byte) || matches!(byte, b'.' | b'_' | b'-' | b'@'));
        let of_realm = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'-' | b'\'' | b'.' | b',') || *byte >= 0x80;
        is_name && realm.contains(&b' ') && realm.iter().all(of_realm) && self.text[start..end].iter().all(u8::is_ascii_hexdigit)
    }

    /// Where the line of a place begins, or two hundred bytes before it.
    fn line_start(&self, at: usize) -> usize {
        let from = at.saturating_sub(200);
        memchr::memrchr(b'\n', &self.text[from..at]).map_or(from, |line| from + line + 1)
    }
}

#[cfg(test)]
mod tests {
    use crate::{detect::Detectors, format::TextKind};

    #[test]
    fn lines_of_login_files_are_found_and_what_is_built_alike_is_not() {
        let detectors = Detectors::builtin().expect("our own files");
        for (text, wanted) in [
            ("db1.firm.net:5432:crm:app:Tq7w9Lm2x\n", Some("password")),
            ("*:5432:*:app:Tq7w\\:9Lm2x\n", Some("password")),
            ("db1.firm.net:*:crm:app:Tq7w9Lm2x\n", Some("password")),
            ("*:*:*:app:Tq7w9Lm2x\n", Some("password")),
            ("see a:*:b and c:*:d for more: of these\n", None),
            ("db1.firm.net:5432:crm:app:\n", None),
            ("see db1.firm.net:5432 for crm: app: whatever\n", None),
            ("host:5432:one:two:three:four5x\n", None),
            ("https://login.shop.com/account:jane77:Kx8rTq21zz\n", Some("username")),
            ("android://Kx8r@com.shop.app/:jane77:Kx8rTq21zz\n", Some("username")),
            ("https://cdn.shop.com/app.js:120:14\n", None),
            ("see https://shop.com/a:jane77:Kx8rTq21zz\n", None),
            ("jane:Private Area:a2c4d5f1e3b97c6a8d0e1f2a3b4c5d6e\n", Some("password_hash")),
            ("libc6:amd64:a2c4d5f1e3b97c6a8d0e1f2a3b4c5d6e\n", None),
            ("git:all:a2c4d5f1e3b97c6a8d0e1f2a3b4c5d6e\n", None),
        ] {
            let mut found = Vec::new();
            detectors.scan_text(text.as_bytes(), TextKind::Lines, &mut found);
            let first = found.first().map(|one| detectors.get(one.detector).id.as_str());
            assert_eq!(first, wanted, "{text}");
        }
    }
}
