//! The case folder: where evidence and reports lie, and the key to its values.

use crate::base::TokenKey;
use anyhow::{Context, bail};
use sha2::{Digest, Sha256};
use std::{
    fmt, fs,
    io::Write,
    path::{Path, PathBuf},
};
use zeroize::Zeroize;

/// 256 bits that tokens and encrypted columns hang on. Shows nothing of itself.
#[derive(Clone)]
pub struct CaseKey {
    bytes: [u8; 32],
    /// Tokens hang on no secret, so that runs can be compared that share no key.
    comparable: bool,
}

impl CaseKey {
    /// A new random key.
    pub fn generate() -> anyhow::Result<CaseKey> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("the system gave no random bytes: {error}"))?;
        Ok(CaseKey { bytes, comparable: false })
    }

    /// A new random key whose tokens are the same in every run: for a case that is thrown away.
    pub fn generate_comparable() -> anyhow::Result<CaseKey> {
        Ok(CaseKey { comparable: true, ..CaseKey::generate()? })
    }

    /// The key in a file: 64 hexadecimal digits.
    pub fn read(path: &Path) -> anyhow::Result<CaseKey> {
        let mut text = fs::read_to_string(path).with_context(|| {
            format!("the case key `{}` cannot be read; without it evidence tells no value\nhint: name it with --key-file", path.display())
        })?;
        let digits = text.trim();
        let mut bytes = [0; 32];
        let valid = digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if valid {
            for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
                *byte = std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()).unwrap_or_default();
            }
        }
        text.zeroize();
        if !valid {
            bail!("`{}` is no case key: 64 hexadecimal digits were expected", path.display());
        }
        Ok(CaseKey { bytes, comparable: false })
    }

    /// Writes the key, readable by its owner only, and never over another key.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut options = fs::File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).with_context(|| format!("the case key `{}` cannot be written", path.display()))?;
        let mut text: String = self.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        text.push('\n');
        file.write_all(text.as_bytes())?;
        text.zeroize();
        Ok(())
    }

    /// Whether it is the same key.
    pub fn is(&self, other: &CaseKey) -> bool {
        self.bytes == other.bytes && self.comparable == other.comparable
    }

    /// The key of tokens.
    pub fn token_key(&self) -> TokenKey {
        if self.comparable {
            return TokenKey::new(*b"breachscope same");
        }
        let derived = self.derive(b"breachscope token key 1");
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&derived[..16]);
        TokenKey::new(bytes)
    }

    /// AES-128 key of encrypted columns.
    pub(super) fn column_key(&self) -> Vec<u8> {
        self.derive(b"breachscope column key 1")[..16].to_vec()
    }

    /// AES-128 key that signs the plain footer of evidence files.
    pub(super) fn footer_key(&self) -> Vec<u8> {
        self.derive(b"breachscope footer key 1")[..16].to_vec()
    }

    /// One-way: SHA-256 over label, key and label (the key has full entropy and fixed length).
    fn derive(&self, label: &[u8]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(label);
        hash.update(self.bytes);
        hash.update(label);
        hash.finalize().into()
    }
}

impl fmt::Debug for CaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CaseKey(hidden)")
    }
}

impl Drop for CaseKey {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

/// A case folder and its key.
#[derive(Debug)]
pub struct Case {
    root: PathBuf,
    key: CaseKey,
}

impl Case {
    /// Makes a new case folder. An existing one is refused unless it is empty, or a case whose
    /// evidence may be `replace`d: its key is kept then, so that tokens stay comparable.
    pub fn create(root: &Path, key_file: Option<&Path>, replace: bool) -> anyhow::Result<Case> {
        Case::create_under(root, key_file, replace, None)
    }

    /// The same, under a key that other cases have; a key that lies there already is kept.
    pub fn create_under(root: &Path, key_file: Option<&Path>, replace: bool, key: Option<&CaseKey>) -> anyhow::Result<Case> {
        let occupied = fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_some());
        let is_case = root.join("evidence").is_dir();
        if occupied && !(replace && is_case) {
            let hint = if is_case {
                "name another with --case, or pass --force to replace this case's evidence and reports"
            } else {
                "name another with --case"
            };
            bail!("the case folder `{}` is not empty\nhint: {hint}", root.display());
        }
        create_private(root)?;
        for part in ["evidence", "reports"] {
            let folder = root.join(part);
            if folder.is_dir() {
                clear(&folder).with_context(|| format!("`{}` cannot be replaced", folder.display()))?;
            }
            create_private(&folder)?;
        }
        let key_path = key_file.map_or_else(|| root.join("case.key"), Path::to_owned);
        let key = if key_path.exists() {
            CaseKey::read(&key_path)?
        } else {
            let key = key.map_or_else(CaseKey::generate, |key| Ok(key.clone()))?;
            key.write(&key_path)?;
            key
        };
        Ok(Case { root: root.to_owned(), key })
    }

    /// A case that is thrown away: its key is never written.
    pub fn in_scratch(root: &Path, key: CaseKey) -> anyhow::Result<Case> {
        ["evidence", "reports"].iter().try_for_each(|part| create_private(&root.join(part)))?;
        Ok(Case { root: root.to_owned(), key })
    }

    /// Opens a case folder that a scan made.
    pub fn open(root: &Path, key_file: Option<&Path>) -> anyhow::Result<Case> {
        if !root.join("evidence").is_dir() {
            bail!("`{}` is no case folder: it has no `evidence` in it\nhint: `breachscope scan PATH --case DIR` makes one", root.display());
        }
        let key = CaseKey::read(&key_file.map_or_else(|| root.join("case.key"), Path::to_owned))?;
        let reports = root.join("reports");
        if !reports.is_dir() {
            create_private(&reports)?;
        }
        Ok(Case { root: root.to_owned(), key })
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the manifest lies.
    pub fn manifest(&self) -> PathBuf {
        self.root.join("manifest.json")
    }

    /// Where evidence lies.
    pub fn evidence(&self) -> PathBuf {
        self.root.join("evidence")
    }

    /// Where reports lie.
    pub fn reports(&self) -> PathBuf {
        self.root.join("reports")
    }

    /// An empty folder in which reports are made before they take the place of those in [`Case::reports`].
    ///
    /// # Errors
    /// When what an earlier run left there cannot be removed, or no folder be made.
    pub fn unfinished_reports(&self) -> anyhow::Result<PathBuf> {
        let folder = self.root.join("reports.unfinished");
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("the folder `{}` of an earlier run cannot be removed", folder.display()))?;
        }
        create_private(&folder)?;
        Ok(folder)
    }

    /// The key.
    pub fn key(&self) -> &CaseKey {
        &self.key
    }
}

/// The log of custody, which outlives what it tells of.
pub const CUSTODY: &str = "custody.csv";

/// Removes everything in a folder but the log of custody.
fn clear(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => fs::remove_dir_all(entry.path())?,
            false if entry.file_name() == CUSTODY => {}
            false => fs::remove_file(entry.path())?,
        }
    }
    Ok(())
}

/// Evidence is personal data itself: folders are for their owner only.
fn create_private(folder: &Path) -> anyhow::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).with_context(|| format!("the folder `{}` cannot be made", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_not_made_over_other_files_and_keeps_its_key() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let root = folder.path().join("case");
        let first = Case::create(&root, None, false).expect("a new case");
        let token = first.key().token_key().token(1, b"x");
        assert!(Case::create(&root, None, false).is_err());
        let again = Case::create(&root, None, true).expect("replaced");
        assert_eq!(again.key().token_key().token(1, b"x"), token);
        assert_eq!(Case::open(&root, None).expect("opened").key().token_key().token(1, b"x"), token);
        fs::write(folder.path().join("other"), "x").expect("written");
        assert!(Case::create(folder.path(), None, true).is_err());
    }

    #[test]
    fn the_key_shows_nothing_of_itself() {
        assert_eq!(format!("{:?}", CaseKey { bytes: [7; 32], comparable: false }), "CaseKey(hidden)");
    }
}
