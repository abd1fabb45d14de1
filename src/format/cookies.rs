//! Cookies as browsers, `curl` and programs that steal them write them: seven columns between tabs, which the format of Netscape has
//! (curl, "The Cookie file format"). Who holds the cookie of a session needs no password.

use super::{
    Claim, Format, Head, Sink, decoded,
    json::records::{Records, Value},
};
use crate::source::Input;

/// `cookies.txt`.
pub struct Cookies;

/// One cookie: domain, path, expiry, name, value.
struct Cookie<'l> {
    domain: &'l str,
    path: &'l str,
    expires: &'l str,
    name: &'l str,
    value: &'l str,
}

impl<'l> Cookie<'l> {
    fn of(line: &'l str) -> Option<Cookie<'l>> {
        let mut parts = line.strip_prefix("#HttpOnly_").unwrap_or(line).splitn(7, '\t');
        let (domain, all, path, secure) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let (expires, name) = (parts.next()?, parts.next()?);
        let truth = |word: &str| word.eq_ignore_ascii_case("TRUE") || word.eq_ignore_ascii_case("FALSE");
        let is_number = expires.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-'));
        let is_one = truth(all) && truth(secure) && path.starts_with('/') && is_number && !domain.is_empty();
        is_one.then(|| Cookie { domain, path, expires, name, value: parts.next().unwrap_or_default() })
    }

    /// Whether its name says that it opens a session.
    fn opens_session(&self) -> bool {
        const NAMES: &[&str] = &["sid", "hsid", "ssid", "apisid", "sapisid", "xs", "li_at", "auth", "jwt", "sess", "token"];
        const PARTS: &[&str] = &["session", "auth", "token", "login", "sessid", "secure-", "remember", "psid"];
        let name = self.name.to_ascii_lowercase();
        let kept = !name.contains("csrf") && !name.contains("xsrf") && self.value.len() >= 12;
        kept && (NAMES.contains(&name.as_str()) || PARTS.iter().any(|part| name.contains(part)))
    }
}

impl Format for Cookies {
    fn name(&self) -> &'static str {
        "cookies"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if memchr::memchr(b'\t', head.bytes).is_none() {
            return Claim::No;
        }
        let text = String::from_utf8_lossy(head.bytes);
        let comment = |line: &&str| line.trim().is_empty() || (line.starts_with('#') && !line.starts_with("#HttpOnly_"));
        let mut lines = text.lines().filter(|line| !comment(line));
        let first = lines.next().is_some_and(|line| Cookie::of(line).is_some());
        let second = lines.next().is_none_or(|line| Cookie::of(line).is_some() || lines.next().is_none());
        if first && second { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        decoded(input, sink, |text, sink| {
            let mut records = Records::new();
            for cookie in text.lines().filter_map(Cookie::of) {
                let column = if cookie.opens_session() { "session_token" } else { "cookie_value" };
                let members = [
                    ("domain", cookie.domain),
                    ("path", cookie.path),
                    ("expires", cookie.expires),
                    ("cookie", cookie.name),
                    (column, cookie.value),
                ];
                records.row("", &Value::Record(members.map(|(name, value)| (name.to_owned(), Value::text(value))).into()), sink);
            }
            records.finish(sink);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{hostile::survives, testing::read};

    #[test]
    fn cookies_are_rows_and_sessions_stand_apart() {
        let text = "# Netscape HTTP Cookie File\n\n.shop.example\tTRUE\t/\tTRUE\t1767225600\tsession_id\t8f14e45fceea167a\n\
            #HttpOnly_www.cdn.example\tFALSE\t/\tFALSE\t0\ttheme\tdark\n";
        assert_eq!(Cookies.claim(&Head { bytes: text.as_bytes(), name: "a", whole: true }), Claim::Sure);
        let found = read(&Cookies, text.as_bytes());
        assert_eq!(found.tables[0].header(), "domain|path|expires|cookie|session_token|cookie_value");
        assert_eq!(
            found.tables[0].lines(),
            [".shop.example|/|1767225600|session_id|8f14e45fceea167a|~", "www.cdn.example|/|0|theme|~|dark"]
        );
        survives(&Cookies, text.as_bytes());
    }

    #[test]
    fn other_columns_between_tabs_are_no_cookies() {
        for text in ["a\tTRUE\tb\tFALSE\t1\tc\td\n", "name\tage\nJane\t41\n", "", "# Netscape HTTP Cookie File\n"] {
            assert_eq!(Cookies.claim(&Head { bytes: text.as_bytes(), name: "a", whole: true }), Claim::No, "{text}");
        }
    }
}
