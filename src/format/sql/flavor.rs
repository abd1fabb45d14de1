//! Whose SQL it is, as far as that changes what bytes mean.

use memchr::memmem;

/// What differs between SQL flavors and matters here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flavor {
    /// A backslash escapes the next byte of a plain string (MySQL, MariaDB, PostgreSQL with
    /// `standard_conforming_strings` off); elsewhere it is a letter.
    pub(super) backslash: bool,
}

/// Judges the first bytes of a script.
pub(super) fn of(head: &[u8]) -> Flavor {
    let has = |needle: &[u8]| memmem::find(head, needle).is_some();
    if let Some(backslash) = standard_strings(head) {
        return Flavor { backslash };
    }
    if has(b"PRAGMA ") || has(b"PostgreSQL database dump") || has(b"[dbo].") || has(b"FROM stdin;") || has(b"sqlite_") {
        return Flavor { backslash: false };
    }
    let mysql =
        [&b"/*!"[..], b"ENGINE=", b"MySQL dump", b"MariaDB dump", b"LOCK TABLES", b"UNLOCK TABLES", b"phpMyAdmin", b"AUTO_INCREMENT"];
    if mysql.iter().any(|word| has(word)) {
        return Flavor { backslash: true };
    }
    Flavor { backslash: escapes(head) }
}

/// What the script itself says: `SET standard_conforming_strings = on;`.
pub(super) fn standard_strings(statement: &[u8]) -> Option<bool> {
    let name = b"standard_conforming_strings";
    let after = &statement[memmem::find(statement, name)? + name.len()..];
    let value: Vec<u8> = after.iter().take_while(|byte| **byte != b';' && **byte != b'\n').copied().collect();
    let value = value.to_ascii_lowercase();
    if memmem::find(&value, b"off").is_some() { Some(true) } else { memmem::find(&value, b"on").map(|_| false) }
}

/// Whether `\'` stands inside strings more often than at their ends.
fn escapes(head: &[u8]) -> bool {
    let (mut inside, mut at_end) = (0u32, 0u32);
    for at in memmem::find_iter(head, b"\\'") {
        match head[at + 2..].iter().find(|byte| **byte != b' ') {
            Some(b',' | b')' | b';') => at_end += 1,
            Some(_) => inside += 1,
            None => {}
        }
    }
    // Backticks are MySQL's, and so are its escapes.
    inside > at_end || (inside == at_end && memmem::find(head, b"INTO `").is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslashes_are_judged_by_the_head() {
        for (head, backslash) in [
            ("INSERT INTO `t` VALUES ('a');", true),
            ("INSERT INTO t VALUES ('a');", false),
            (r"INSERT INTO t VALUES ('it\'s');", true),
            (r"INSERT INTO t VALUES ('C:\dir\','x');", false),
            ("SET standard_conforming_strings = off;", true),
            ("SET standard_conforming_strings = on;", false),
            ("-- MySQL dump 10.13", true),
            ("PRAGMA foreign_keys=OFF;\nINSERT INTO `t`", false),
        ] {
            assert_eq!(of(head.as_bytes()).backslash, backslash, "{head}");
        }
    }
}
