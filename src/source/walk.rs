//! The directory walk: every entry below the roots, regular or not, in a stable order.

use super::Bytes;
use crate::base::{Category, LogicalPath, Problem};
use std::{
    io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};
use walkdir::WalkDir;

/// A file-system entry found by the walk.
#[derive(Debug)]
pub struct Entry {
    pub path: LogicalPath,
    pub found: Found,
}

/// What the entry is.
#[derive(Debug)]
pub enum Found {
    /// A regular file of this size.
    File { on_disk: PathBuf, size: u64 },
    /// Bytes that are there already: of a small file, or of standard input.
    Held(Bytes),
    /// Something that is not read, and why.
    Refused(Problem),
}

impl Entry {
    /// Reads a small file now, if there is room left for it: whoever asks for its first bytes and then for all of them opens it once.
    /// What cannot be read stays as it is; opening it tells why.
    pub fn hold(&mut self, room: &AtomicU64) {
        let Found::File { on_disk, size } = &self.found else { return };
        let taken = |room: u64| if *size <= SHORT { room.checked_sub(*size) } else { None };
        if room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).is_ok()
            && let Ok(bytes) = Bytes::open(on_disk, false)
            && bytes.as_slice().len() as u64 == *size
        {
            self.found = Found::Held(bytes);
        }
    }
}

/// Files up to this size are small.
const SHORT: u64 = 4096;

/// A root that cannot be scanned at all: wrong usage, not evidence.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    #[error("`{0}` does not exist")]
    Missing(PathBuf),
    #[error("`{path}` cannot be read: {error}")]
    Unreadable { path: PathBuf, error: io::Error },
}

/// Every entry below the roots, directories first by name. Symbolic links are listed, not
/// followed: their targets lie in the roots, and are read there, or outside, and are not ours.
/// `skip` is a directory (the case folder) that is left out.
pub fn walk(roots: &[PathBuf], skip: Option<&Path>) -> Result<Vec<Entry>, RootError> {
    check_roots(roots)?;
    let mut entries = Vec::new();
    for (root, name) in roots.iter().zip(root_names(roots)) {
        walk_root(root, &name, skip, &mut entries);
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    entries.dedup_by(|a, b| a.path == b.path);
    Ok(entries)
}

/// Whether every root exists and can be opened.
pub fn check_roots(roots: &[PathBuf]) -> Result<(), RootError> {
    for root in roots {
        let unreadable = |error| RootError::Unreadable { path: root.clone(), error };
        let metadata = std::fs::metadata(root).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => RootError::Missing(root.clone()),
            _ => unreadable(error),
        })?;
        if metadata.is_dir() {
            std::fs::read_dir(root).map_err(unreadable)?;
        } else if metadata.is_file() {
            std::fs::File::open(root).map_err(unreadable)?;
        }
    }
    Ok(())
}

/// How the logical paths of each root begin.
pub fn logical_roots(roots: &[PathBuf]) -> Vec<String> {
    root_names(roots).iter().map(|name| LogicalPath::from_root(name, Path::new("")).to_string()).collect()
}

/// What each root is called in logical paths: its own name, numbered where two roots share one.
fn root_names(roots: &[PathBuf]) -> Vec<String> {
    let own: Vec<String> = roots
        .iter()
        .map(|root| {
            let resolved = root.canonicalize().unwrap_or_else(|_| root.clone());
            resolved.file_name().map_or_else(|| "root".to_owned(), |name| name.to_string_lossy().into_owned())
        })
        .collect();
    own.iter()
        .enumerate()
        .map(|(at, name)| match own.iter().filter(|other| *other == name).count() {
            1 => name.clone(),
            _ => format!("{name}~{}", own[..=at].iter().filter(|other| *other == name).count()),
        })
        .collect()
}

fn walk_root(root: &Path, name: &str, skip: Option<&Path>, entries: &mut Vec<Entry>) {
    let walker = WalkDir::new(root).follow_links(false).follow_root_links(true).sort_by_file_name();
    // A file cannot be the folder to skip: its real path costs five calls of the system.
    let is_skipped =
        |entry: &walkdir::DirEntry, skip: &Path| !entry.file_type().is_file() && entry.path().canonicalize().is_ok_and(|path| path == skip);
    let wanted = |entry: &walkdir::DirEntry| skip.is_none_or(|skip| !is_skipped(entry, skip));
    for entry in walker.into_iter().filter_entry(wanted) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => {
                let below = entry.path().strip_prefix(root).unwrap_or(Path::new(""));
                entries.push(Entry { path: LogicalPath::from_root(name, below), found: classify(&entry) });
            }
            Err(error) => {
                let below = error.path().and_then(|path| path.strip_prefix(root).ok()).unwrap_or(Path::new("")).to_owned();
                entries.push(Entry { path: LogicalPath::from_root(name, &below), found: Found::Refused(walk_problem(&error)) });
            }
        }
    }
}

fn classify(entry: &walkdir::DirEntry) -> Found {
    let kind = entry.file_type();
    if kind.is_symlink() && entry.depth() > 0 {
        return Found::Refused(Problem::new(Category::Symlink, "symbolic link, not followed"));
    }
    match std::fs::metadata(entry.path()) {
        Ok(metadata) if metadata.is_file() => Found::File { on_disk: entry.path().to_owned(), size: metadata.len() },
        Ok(_) => Found::Refused(Problem::new(Category::SpecialFile, "pipe, socket or device, not opened")),
        Err(error) => Found::Refused(io_problem(&error)),
    }
}

fn walk_problem(error: &walkdir::Error) -> Problem {
    if error.loop_ancestor().is_some() {
        return Problem::new(Category::Symlink, "link loop");
    }
    error.io_error().map_or_else(|| Problem::new(Category::Io, "cannot be listed"), io_problem)
}

/// An error of the file system as a problem; the message is the system's, without our paths.
pub fn io_problem(error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Problem::new(Category::Permission, "permission denied"),
        kind => Problem::new(Category::Io, format!("cannot be read: {kind}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_of_one_name_are_numbered() {
        let names = root_names(&[PathBuf::from("/nowhere/a/x"), PathBuf::from("/nowhere/b/x"), PathBuf::from("/nowhere/y")]);
        assert_eq!(names, ["x~1", "x~2", "y"]);
    }

    #[test]
    fn a_missing_root_is_wrong_usage() {
        assert!(matches!(walk(&[PathBuf::from("/nowhere/at/all")], None), Err(RootError::Missing(_))));
    }
}
