//! Path patterns: `*` within a name, `?` one character, `**` any folders; no `/` means any folder.

/// Whether a path fits a pattern. A pattern that ends in `/` means all below.
pub fn fits(pattern: &str, path: &str) -> bool {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let whole = if pattern.ends_with('/') { format!("{pattern}**") } else { pattern.to_owned() };
    if whole.contains('/') { matches(whole.as_bytes(), path.as_bytes()) } else { names(&whole, path) }
}

/// Whether a text fits a pattern in which `*` stands for anything.
pub fn text_fits(pattern: &str, text: &str) -> bool {
    matches(pattern.replace('*', "**").as_bytes(), text.as_bytes())
}

/// A pattern without folders fits a file or folder of that name anywhere.
fn names(pattern: &str, path: &str) -> bool {
    path.split('/').any(|name| matches(pattern.as_bytes(), name.as_bytes()))
}

/// Greedy with one place to go back to per star kind, so that no pattern takes more than quadratic time.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    // Pattern behind the star, text at which it tries next.
    let mut single: Option<(usize, usize)> = None;
    let mut double: Option<(usize, usize)> = None;
    loop {
        if pattern[p..].starts_with(b"**") {
            p += 2;
            // `a/**/b` fits `a/b`.
            if pattern.get(p) == Some(&b'/') && (t == 0 || text.get(t - 1) == Some(&b'/')) && matches(&pattern[p + 1..], &text[t..]) {
                return true;
            }
            double = Some((p, t));
            single = None;
            continue;
        }
        match (pattern.get(p), text.get(t)) {
            (Some(b'*'), _) => {
                p += 1;
                single = Some((p, t));
                continue;
            }
            (None, None) => return true,
            (Some(b'?'), Some(byte)) if *byte != b'/' => {
                (p, t) = (p + 1, t + 1);
                continue;
            }
            (Some(wanted), Some(byte)) if wanted == byte => {
                (p, t) = (p + 1, t + 1);
                continue;
            }
            _ => {}
        }
        if let Some((behind, at)) = single.filter(|(_, at)| text.get(*at).is_some_and(|byte| *byte != b'/')) {
            (p, t) = (behind, at + 1);
            single = Some((behind, at + 1));
        } else if let Some((behind, at)) = double.filter(|(_, at)| *at < text.len()) {
            (p, t) = (behind, at + 1);
            double = Some((behind, at + 1));
            single = None;
        } else {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_in_ignore_files() {
        for (pattern, path, expected) in [
            ("*.csv", "a/b/c.csv", true),
            ("*.csv", "a/b/c.csv.gz", false),
            ("testdata", "x/testdata/a.csv", true),
            ("testdata/", "testdata/a/b.csv", true),
            ("testdata/*", "testdata/a/b.csv", false),
            ("testdata/**", "testdata/a/b.csv", true),
            ("**/fixtures/**", "a/b/fixtures/c.txt", true),
            ("**/fixtures/**", "fixtures/c.txt", true),
            ("a/**/z.txt", "a/z.txt", true),
            ("a/**/z.txt", "a/b/c/z.txt", true),
            ("a/?.txt", "a/b.txt", true),
            ("a/?.txt", "a/bb.txt", false),
            ("./a/*.txt", "a/b.txt", true),
            ("exports/*.csv", "exports/a.csv", true),
            ("exports/*.csv", "old/exports/a.csv", false),
            ("a*b*c/d", "aXbYc/d", true),
            ("a*b*c/d", "aXbY/c/d", false),
        ] {
            assert_eq!(fits(pattern, path), expected, "{pattern} on {path}");
        }
        assert!(text_fits("*@example.com", "jane@example.com"));
        assert!(!text_fits("*@example.com", "jane@example.com.net"));
    }

    #[test]
    fn many_stars_end_in_time() {
        let pattern = "*a".repeat(30);
        assert!(!fits(&format!("{pattern}/b"), &"a".repeat(4000)));
    }
}
