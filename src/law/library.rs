//! The law files: those in the binary, and a user's own folders.

use super::rule::Law;
use crate::base::Fault;
use include_dir::{Dir, include_dir};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

static LAWS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/patterns/laws");

impl Law {
    /// The law files inside the binary: path and text, for the manifest.
    pub fn builtin_sources() -> Vec<(String, &'static [u8])> {
        builtin_files(&LAWS).into_iter().map(|(path, text)| (path.to_string_lossy().replace('\\', "/"), text.as_bytes())).collect()
    }

    /// The laws in the binary, by id.
    ///
    /// # Errors
    /// The faults of all files.
    pub fn builtin() -> Result<Vec<Law>, Vec<Fault>> {
        Law::load(&[])
    }

    /// The built-in laws and every `*.toml` below these folders. A file with the id of
    /// another replaces it; the id is the path below the folder, with `_` for `/`.
    ///
    /// # Errors
    /// The faults of all files, those that cannot be read included.
    pub fn load(dirs: &[PathBuf]) -> Result<Vec<Law>, Vec<Fault>> {
        let mut laws = BTreeMap::new();
        let mut faults = Vec::new();
        let mut add = |path: &Path, file: &str, text: &str| match Law::parse(&id(path), file, text) {
            Ok(law) => {
                laws.insert(law.id.clone(), law);
            }
            Err(told) => faults.extend(told),
        };
        for (path, text) in builtin_files(&LAWS) {
            add(path, &format!("patterns/laws/{}", path.display()), text);
        }
        let mut unread = Vec::new();
        for dir in dirs {
            for entry in walkdir::WalkDir::new(dir).sort_by_file_name() {
                let path = match entry {
                    Ok(entry) if entry.file_type().is_file() && is_toml(entry.path()) => entry.into_path(),
                    Ok(_) => continue,
                    Err(error) => {
                        unread.push(Fault::at(&dir.display().to_string(), "", 0..0, format!("cannot be read: {error}")));
                        continue;
                    }
                };
                let name = path.display().to_string();
                match fs::read_to_string(&path) {
                    Ok(text) => add(path.strip_prefix(dir).unwrap_or(&path), &name, &text),
                    Err(error) => unread.push(Fault::at(&name, "", 0..0, format!("cannot be read: {error}"))),
                }
            }
        }
        faults.append(&mut unread);
        if faults.is_empty() { Ok(laws.into_values().collect()) } else { Err(faults) }
    }
}

fn builtin_files(dir: &'static Dir<'static>) -> Vec<(&'static Path, &'static str)> {
    let own = dir.files().filter(|file| is_toml(file.path())).filter_map(|file| Some((file.path(), file.contents_utf8()?)));
    own.chain(dir.dirs().flat_map(builtin_files)).collect()
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

fn id(path: &Path) -> String {
    let parts: Vec<_> = path.with_extension("").components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_users_file_replaces_the_built_in_one_and_faults_are_told_together() {
        let dir = tempfile::tempdir().expect("a scratch folder");
        let us = dir.path().join("us");
        fs::create_dir(&us).expect("a folder");
        let (path, text) = builtin_files(&LAWS).into_iter().find(|(path, _)| path.ends_with("ca.toml")).expect("a Californian law");
        assert_eq!(id(path), "us_ca");
        fs::write(us.join("ca.toml"), text.replace("California", "Kalifornien")).expect("a file");
        let laws = Law::load(&[dir.path().to_owned()]).expect("good files");
        let mine = laws.iter().find(|law| law.id == "us_ca").expect("the law");
        assert!(mine.name.contains("Kalifornien"), "{}", mine.name);
        assert_eq!(laws.len(), Law::builtin().expect("built-in laws").len());

        fs::write(us.join("zz.toml"), "name = 1\n").expect("a file");
        let faults = Law::load(&[dir.path().to_owned(), dir.path().join("missing")]).expect_err("a bad file, a missing folder");
        assert!(faults.len() > 5 && faults.iter().any(|fault| fault.message.starts_with("cannot be read")), "{faults:?}");
    }
}
