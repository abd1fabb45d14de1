//! Passwords that whoever asks for a scan knows, to be tried on what is encrypted.

use std::{fmt, fs, io, ops::Deref, path::Path, sync::Arc};

/// Shared by all workers; never shown, never written.
#[derive(Clone, Default)]
pub struct Passwords(Arc<[String]>);

impl Passwords {
    /// One on each line, as it stands: spaces are part of it.
    pub fn read(path: &Path) -> io::Result<Passwords> {
        let text = fs::read(path)?;
        let text = String::from_utf8_lossy(text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text)).into_owned();
        Ok(text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
    }
}

impl FromIterator<String> for Passwords {
    fn from_iter<I: IntoIterator<Item = String>>(words: I) -> Passwords {
        Passwords(words.into_iter().collect())
    }
}

impl Deref for Passwords {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passwords", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_password_and_none_is_shown() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("words");
        fs::write(&path, "\u{FEFF}one\r\n\n two words \n").expect("written");
        let words = Passwords::read(&path).expect("a file");
        assert_eq!(&words[..], ["one", " two words "]);
        assert_eq!(format!("{words:?}"), "2 passwords");
    }
}
