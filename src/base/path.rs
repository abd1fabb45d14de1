//! Logical paths: where an item is, through every container it lies in.

use std::{fmt, path::Path};

/// The path under the given root, `!/` for each step into a container, `#` for a part of an
/// item (sheet, table, attachment): `share/backup.zip!/hr/payroll.xlsx#2024`.
///
/// Names come from hostile archives: control characters are written as `%XX`, and so is `%`
/// before two hexadecimal digits, so that distinct names stay distinct and no escape sequence reaches a terminal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogicalPath(String);

impl LogicalPath {
    /// The path of a file below a root, with `/` between the parts on every platform.
    pub fn from_root(root_name: &str, below: &Path) -> LogicalPath {
        let mut path = clean(root_name.as_bytes());
        for part in below.components() {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(&clean(part.as_os_str().as_encoded_bytes()));
        }
        LogicalPath(path)
    }

    /// A path read back from evidence.
    pub fn from_stored(path: &str) -> LogicalPath {
        LogicalPath(path.to_owned())
    }

    /// A member of the container at this path. Leading `/` and drive letters stay visible as part of the name.
    #[must_use]
    pub fn member(&self, name: &[u8]) -> LogicalPath {
        LogicalPath(format!("{}!/{}", self.0, clean(name)))
    }

    /// A part of the item at this path: sheet, table, attachment.
    #[must_use]
    pub fn part(&self, name: &str) -> LogicalPath {
        LogicalPath(format!("{}#{}", self.0, clean(name.as_bytes())))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last name of the path, without directories and container steps.
    pub fn file_name(&self) -> &str {
        file_name(&self.0)
    }

    /// What a packed stream at this path holds, where the stream gives it no name: it is named after its container, less the ending.
    #[must_use]
    pub fn unpacked(&self) -> LogicalPath {
        self.member(unpacked_name(&self.0).as_bytes())
    }

    /// The directory (in the file system or in the container) the item lies in.
    pub fn directory(&self) -> &str {
        self.0.rfind('/').map_or("", |at| &self.0[..at])
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The name of what a packed stream at this path holds, see [`LogicalPath::unpacked`].
pub fn unpacked_name(path: &str) -> &str {
    let file = file_name(path);
    file.rsplit_once('.').map_or(file, |(stem, ending)| match ending.to_ascii_lowercase().as_str() {
        "tgz" | "tbz" | "tbz2" | "txz" | "tlz" | "tzst" => file,
        _ => stem,
    })
}

impl fmt::Display for LogicalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name as text: UTF-8 where it is, otherwise and for control characters `%XX`.
fn clean(name: &[u8]) -> String {
    let mut out = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for (at, c) in chunk.valid().char_indices() {
            let escapes = c == '%' && chunk.valid().as_bytes()[at + 1..].iter().take(2).filter(|b| b.is_ascii_hexdigit()).count() == 2;
            if c.is_control() || escapes || is_invisible(c) {
                let mut bytes = [0; 4];
                c.encode_utf8(&mut bytes).bytes().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
            } else {
                out.push(c);
            }
        }
        chunk.invalid().iter().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
    }
    out
}

/// Bidirectional overrides and zero-width characters disguise what a name says.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// A path and each container around it, innermost first.
pub fn around(path: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(path);
    std::iter::from_fn(move || {
        let this = next?;
        next = this.rfind("!/").max(this.rfind('#')).map(|at| &this[..at]);
        Some(this)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_containers_around_a_path_are_told() {
        assert_eq!(around("a.zip!/b.xlsx#S").collect::<Vec<_>>(), ["a.zip!/b.xlsx#S", "a.zip!/b.xlsx", "a.zip"]);
    }

    #[test]
    fn steps_into_containers_are_marked() {
        let path = LogicalPath::from_root("share", Path::new("a/b.zip")).member(b"hr/pay.xlsx").part("2024");
        assert_eq!(path.as_str(), "share/a/b.zip!/hr/pay.xlsx#2024");
    }

    #[test]
    fn escape_sequences_do_not_survive() {
        let path = LogicalPath::from_root("x", Path::new("")).member(b"\x1b[2Jevil\xff%41\n");
        assert_eq!(path.as_str(), "x!/%1B[2Jevil%FF%2541%0A");
    }
}
