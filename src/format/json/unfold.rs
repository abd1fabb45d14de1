//! Unfolds one JSON value into the rows of its tables.

use super::{
    scan::{Scan, Stop},
    tables::Tables,
};
use std::collections::HashSet;

/// Values nested deeper than this are stepped over and reported.
const DEEPEST: usize = 256;
/// Objects deeper than this are not looked at for ids as keys.
const MAPS: usize = 4;
/// Between the values of an array.
const JOIN: &[u8] = b"; ";

impl Tables {
    /// Unfolds the value here into a row of `table`.
    #[inline]
    pub(super) fn element(&mut self, scan: &mut Scan<'_>, table: usize) -> Result<(), Stop> {
        let root = self.root(table);
        self.begin(table);
        match scan.token()? {
            b'{' => self.object(scan, root, 0)?,
            b'[' => self.positions(scan, root)?,
            _ => {
                let scalar = scan.scalar()?;
                let cell = self.cell(scan.bytes, scalar);
                self.set(root, cell);
            }
        }
        self.end(table);
        Ok(())
    }

    /// Unfolds the value of a member.
    #[inline]
    pub(super) fn value(&mut self, scan: &mut Scan<'_>, node: usize, depth: usize) -> Result<(), Stop> {
        match scan.token()? {
            b'"' => {
                let string = scan.string()?;
                let cell = self.cell(scan.bytes, string);
                self.set(node, cell);
            }
            b'{' | b'[' if depth >= DEEPEST => {
                self.limited = true;
                scan.skip()?;
            }
            b'{' => match depth < MAPS && is_map(*scan) {
                true => self.map(scan, node, depth)?,
                false => self.object(scan, node, depth + 1)?,
            },
            b'[' => {
                let mut joined = Vec::new();
                let values = self.array(scan, node, depth + 1, &mut joined)?;
                if values > 0 {
                    let cell = self.written(&joined);
                    self.set(node, cell);
                }
            }
            _ => {
                let scalar = scan.scalar()?;
                let cell = self.cell(scan.bytes, scalar);
                self.set(node, cell);
            }
        }
        Ok(())
    }

    /// The members of an object become paths below `node`.
    fn object(&mut self, scan: &mut Scan<'_>, node: usize, depth: usize) -> Result<(), Stop> {
        scan.at += 1;
        self.rewind(node);
        loop {
            match scan.token()? {
                b'}' => {
                    scan.at += 1;
                    return Ok(());
                }
                b',' => scan.at += 1,
                b'"' if let Some((inner, length)) = self.usual_child(node, &scan.bytes[scan.at + 1..]) => {
                    scan.at += length + 2;
                    colon(scan)?;
                    self.value(scan, inner, depth)?;
                }
                _ => {
                    let key = key(scan)?;
                    let inner = match key.first() {
                        // Extended JSON: `{"$oid": "..."}` is its inner value.
                        Some(b'$') if !self.is_root(node) => node,
                        _ => self.child(node, key),
                    };
                    self.value(scan, inner, depth)?;
                }
            }
        }
    }

    /// An object whose keys are ids: a table of its members.
    fn map(&mut self, scan: &mut Scan<'_>, node: usize, depth: usize) -> Result<(), Stop> {
        scan.at += 1;
        let table = self.inner(node, true);
        loop {
            match scan.token()? {
                b'}' => {
                    scan.at += 1;
                    return Ok(());
                }
                b',' => scan.at += 1,
                _ => self.entry(scan, table, depth + 1)?,
            }
        }
    }

    /// One member of such an object: a row with the key first.
    pub(super) fn entry(&mut self, scan: &mut Scan<'_>, table: usize, depth: usize) -> Result<(), Stop> {
        let mut name = scan.string()?;
        name.null = false;
        let root = self.root(table);
        self.begin(table);
        let node = self.child(root, b"key");
        let cell = self.cell(scan.bytes, name);
        self.set(node, cell);
        colon(scan)?;
        match scan.token()? {
            b'{' => self.object(scan, root, depth + 1)?,
            _ => {
                let node = self.child(root, b"value");
                self.value(scan, node, depth + 1)?;
            }
        }
        self.end(table);
        Ok(())
    }

    /// The objects in an array become rows of their own table, other values are joined; returns how many these are.
    fn array(&mut self, scan: &mut Scan<'_>, node: usize, depth: usize, joined: &mut Vec<u8>) -> Result<usize, Stop> {
        scan.at += 1;
        let mut values = 0;
        loop {
            match scan.token()? {
                b']' => {
                    scan.at += 1;
                    return Ok(values);
                }
                b',' => scan.at += 1,
                b'{' | b'[' if depth >= DEEPEST => {
                    self.limited = true;
                    scan.skip()?;
                }
                b'{' => {
                    let table = self.inner(node, true);
                    let root = self.root(table);
                    self.begin(table);
                    self.object(scan, root, depth + 1)?;
                    self.end(table);
                }
                b'[' => values += self.array(scan, node, depth + 1, joined)?,
                _ => {
                    let scalar = scan.scalar()?;
                    if scalar.null {
                        continue;
                    }
                    if !joined.is_empty() {
                        joined.extend_from_slice(JOIN);
                    }
                    match scalar.escaped {
                        true => super::scan::unescape(&scan.bytes[scalar.from..scalar.to], joined),
                        false => joined.extend_from_slice(&scan.bytes[scalar.from..scalar.to]),
                    }
                    values += 1;
                }
            }
        }
    }

    /// A row written as an array: columns are called by their place, from 1.
    fn positions(&mut self, scan: &mut Scan<'_>, root: usize) -> Result<(), Stop> {
        scan.at += 1;
        self.rewind(root);
        let mut place = 1usize;
        loop {
            match scan.token()? {
                b']' => {
                    scan.at += 1;
                    return Ok(());
                }
                b',' => scan.at += 1,
                _ => {
                    let node = self.child(root, place.to_string().as_bytes());
                    self.value(scan, node, 1)?;
                    place += 1;
                }
            }
        }
    }
}

/// The key here, as written, and the colon after it.
#[inline]
pub(super) fn key<'a>(scan: &mut Scan<'a>) -> Result<&'a [u8], Stop> {
    let key = scan.string()?;
    colon(scan)?;
    Ok(&scan.bytes[key.from..key.to])
}

#[inline]
fn colon(scan: &mut Scan<'_>) -> Result<(), Stop> {
    if scan.token()? != b':' {
        return Err(Stop::Wrong);
    }
    scan.at += 1;
    Ok(())
}

/// Members of a map looked at.
const LOOK: usize = 12;

/// Whether the object here maps ids to objects of one kind: several members, all objects, whose
/// keys are mostly the same.
pub(super) fn is_map(mut scan: Scan<'_>) -> bool {
    scan.at += 1;
    // Nearly every object is told by its first value.
    let mut ahead = scan;
    let first = ahead.token().and_then(|_| key(&mut ahead)).and_then(|_| ahead.token());
    if first != Ok(b'{') {
        return false;
    }
    let mut common: HashSet<Vec<u8>> = HashSet::new();
    let (mut members, mut ids) = (0, 0);
    while members < LOOK {
        match member(&mut scan) {
            Ok(Some((key, names))) => {
                if members == 0 {
                    common = names;
                } else if names.intersection(&common).count() * 2 < names.len().max(common.len()) {
                    return false;
                }
                members += 1;
                ids += usize::from(is_id(key));
            }
            Ok(None) | Err(Stop::More) => break,
            Err(Stop::Wrong) => return false,
        }
    }
    !common.is_empty() && (members >= 4 || (members >= 1 && ids == members))
}

/// A member's key, and the keys of the object it is.
type Member<'a> = (&'a [u8], HashSet<Vec<u8>>);

/// The next member: its key, and the keys of the object it must be. `None` at the end.
fn member<'a>(scan: &mut Scan<'a>) -> Result<Option<Member<'a>>, Stop> {
    while scan.token()? == b',' {
        scan.at += 1;
    }
    if scan.token()? == b'}' {
        return Ok(None);
    }
    let name = key(scan)?;
    if scan.token()? != b'{' {
        return Err(Stop::Wrong);
    }
    scan.at += 1;
    let mut names = HashSet::new();
    loop {
        match scan.token()? {
            b',' => scan.at += 1,
            b'}' => {
                scan.at += 1;
                return Ok(Some((name, names)));
            }
            _ => {
                names.insert(key(scan)?.to_vec());
                scan.token()?;
                scan.skip()?;
            }
        }
    }
}

/// Digits, or long with digits in it, as keys of rows are and names of members are not.
fn is_id(key: &[u8]) -> bool {
    let digits = key.iter().filter(|byte| byte.is_ascii_digit()).count();
    !key.is_empty() && (digits == key.len() || (key.len() >= 16 && digits > 0) || key.contains(&b'@'))
}
