//! What the case's items and tables are: copies, table names, keys between tables, roles.
//!
//! Everything here is decided from the evidence as a whole, so that it depends neither on the
//! order items were read in nor on which of two equal files was met first.

use super::{
    record::{Map, NONE},
    role,
};
use crate::{
    base::{Meaning, Role},
    evidence::{
        Evidence, ItemSeen,
        row::{ColumnSeen, ItemStatus, NO_TABLE},
    },
};
use std::collections::HashMap;

/// One table of one item, all parts together.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub item: u32,
    /// Its place among the tables of the item, by first appearance: the same however the item is cut.
    pub table: u32,
    /// Its own name, or the file's stem for a file that is one table.
    pub name: String,
    /// Place in [`Catalogue::tables`] of the table whose rows hold this one's rows.
    pub parent: Option<u32>,
    pub rows: u64,
    /// First row of each part, by part.
    pub bases: Vec<(u32, u64)>,
    pub columns: Vec<Column>,
    /// Role of the main person of a row, by the table's and the folders' names.
    pub role: Role,
    /// Its rows are firms, shops, agencies.
    pub of_organisations: bool,
    /// Its rows are the names of the rows they lie in (`Patient.name`).
    pub of_own_names: bool,
    /// Role of the person of each column group.
    pub slot_roles: Vec<Role>,
}

/// One column, all parts together.
#[derive(Clone, Debug)]
pub struct Column {
    pub seen: ColumnSeen,
    /// For a key column: the groups of row keys it may hold.
    pub keys: Vec<KeyGroup>,
    /// They are the keys of this table's own rows.
    pub own_key: bool,
}

/// A set of tables whose row keys mean the same rows: one folder, one key name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyGroup(pub u64);

/// The case's items and tables.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// The numbers of the evidence's items, rising; what follows is by place in it.
    items: Vec<u32>,
    /// The copy whose path stands for all equal ones.
    masters: Vec<u32>,
    /// The place of the one of equal ones that was read and whose evidence is used, or [`NONE`].
    read: Vec<u32>,
    pub tables: Vec<Table>,
    /// By item, part, and number within the part.
    by_number: Map<(u32, u32, u32), u32>,
}

impl Catalogue {
    /// Makes the catalogue of a case.
    pub fn new(evidence: &Evidence<'_>) -> Catalogue {
        let mut catalogue = Catalogue { items: evidence.items.iter().map(|item| item.item).collect(), ..Catalogue::default() };
        catalogue.find_copies(evidence);
        catalogue.gather_tables(evidence);
        catalogue.name_tables(evidence);
        catalogue.link_keys(evidence);
        catalogue
    }

    /// The table with this number in this part of this item.
    pub fn table(&self, item: u32, part: u32, table: u32) -> Option<&Table> {
        self.table_index(item, part, table).map(|index| &self.tables[index as usize])
    }

    /// Its place in [`Catalogue::tables`].
    pub fn table_index(&self, item: u32, part: u32, table: u32) -> Option<u32> {
        self.by_number.get(&(item, part, table)).copied()
    }

    /// The number of the table at a place in its item; [`NO_TABLE`] where there is none.
    pub(super) fn number(&self, table: Option<u32>) -> u32 {
        table.and_then(|table| self.tables.get(table as usize)).map_or(NO_TABLE, |table| table.table)
    }

    /// The path an item's evidence is reported under.
    pub fn path<'e>(&self, evidence: &'e Evidence<'_>, item: u32) -> &'e str {
        self.place(self.master(item)).and_then(|place| evidence.items.get(place)).map_or("", |item| item.path)
    }

    /// The item whose path stands for this one and all its copies.
    pub fn master(&self, item: u32) -> u32 {
        self.place(item).and_then(|place| self.masters.get(place)).copied().unwrap_or(item)
    }

    /// Whether its evidence is used: it was read, and is the one of all equal ones.
    pub fn is_used(&self, item: u32) -> bool {
        self.place(item).is_some_and(|place| self.read.get(place).is_some_and(|read| *read as usize == place))
    }

    /// Whether the evidence of another is used for it, or of none.
    pub fn is_set_aside(&self, item: u32) -> bool {
        self.place(item).is_some() && !self.is_used(item)
    }

    /// What is known of the copy that was read of this item.
    pub fn read_as<'e>(&self, evidence: &'e Evidence<'_>, item: u32) -> Option<ItemSeen<'e>> {
        evidence.items.get(*self.read.get(self.place(item)?)? as usize)
    }

    /// The place of an item among those of the evidence. Numbers are given without gaps, but a scan that was killed leaves some.
    pub fn place(&self, item: u32) -> Option<usize> {
        match self.items.get(item as usize) {
            Some(number) if *number == item => Some(item as usize),
            _ => self.items.binary_search(&item).ok(),
        }
    }

    /// Equal digests are copies: the path that lies least deep, then the first, stands for all, and the evidence of the first
    /// that was really read is used.
    fn find_copies(&mut self, evidence: &Evidence<'_>) {
        let items = &evidence.items;
        let all = 0..u32::try_from(items.len()).unwrap_or(u32::MAX);
        self.masters.clone_from(&self.items);
        self.read = all.clone().collect();
        let row = |place: u32| items.get(place as usize);
        let can_be_copy = |place: &u32| row(*place).is_some_and(|item| !item.digest.is_unknown() && item.size > 0);
        for place in all.clone().filter(|place| !can_be_copy(place)) {
            if row(place).is_some_and(|item| item.status == ItemStatus::Duplicate) {
                self.read[place as usize] = NONE;
            }
        }
        let key = |place: &u32| row(*place).map(|item| (item.digest, item.depth, item.path));
        let mut hashed: Vec<u32> = all.filter(can_be_copy).collect();
        hashed.sort_unstable_by_key(|place| (key(place), *place));
        for equal in hashed.chunk_by(|a, b| key(a).map(|key| key.0) == key(b).map(|key| key.0)) {
            let is_read = |place: &u32| row(*place).is_some_and(|item| item.status != ItemStatus::Duplicate);
            let read = equal.iter().copied().find(is_read).unwrap_or(NONE);
            for place in equal {
                self.masters[*place as usize] = self.items[equal[0] as usize];
                self.read[*place as usize] = read;
            }
        }
    }

    /// Every part of a cut file numbers the tables it meets for itself; what makes them one is the name.
    fn gather_tables(&mut self, evidence: &Evidence<'_>) {
        let mut rows: Vec<_> = evidence.tables.iter().filter(|row| self.is_used(row.item)).collect();
        rows.sort_by_key(|row| (row.item, row.part, row.table));
        // By item, name, and how many tables of that name the part had before it (each wider than the last).
        let mut named: HashMap<(u32, &str, usize), u32> = HashMap::new();
        for of_item in rows.chunk_by(|a, b| a.item == b.item) {
            let first = self.tables.len();
            for of_part in of_item.chunk_by(|a, b| a.part == b.part) {
                let mut met: HashMap<&str, usize> = HashMap::new();
                for row in of_part {
                    let before = met.entry(&row.name).or_default();
                    let index = *named.entry((row.item, &row.name, *before)).or_insert_with(|| {
                        let table = (self.tables.len() - first) as u32;
                        self.tables.push(Table { item: row.item, table, name: row.name.clone(), ..Table::default() });
                        (self.tables.len() - 1) as u32
                    });
                    *before += 1;
                    self.by_number.insert((row.item, row.part, row.table), index);
                    let parent = self.by_number.get(&(row.item, row.part, row.parent)).copied();
                    let table = &mut self.tables[index as usize];
                    table.parent = table.parent.or(parent);
                    table.bases.push((row.part, table.rows));
                    table.rows += row.rows;
                }
            }
        }
        let place = |seen: &ColumnSeen| self.by_number.get(&(seen.item, seen.part, seen.table)).copied();
        let mut columns: Vec<(u32, &ColumnSeen)> = evidence.columns.iter().filter_map(|seen| Some((place(seen)?, seen))).collect();
        columns.sort_by_key(|(index, seen)| (*index, seen.column, seen.part));
        for (index, seen) in columns {
            let table = &mut self.tables[index as usize];
            match table.columns.last_mut() {
                Some(last) if last.seen.column == seen.column => add_part(&mut last.seen, seen),
                _ => table.columns.push(Column { seen: seen.clone(), keys: Vec::new(), own_key: false }),
            }
        }
    }

    /// A file that is one table without a name takes the file's: `payroll_2025.csv` is `payroll_2025`.
    fn name_tables(&mut self, evidence: &Evidence<'_>) {
        for index in 0..self.tables.len() {
            let item = self.tables[index].item;
            let path = self.path(evidence, item).to_owned();
            let table = &mut self.tables[index];
            if table.name.is_empty() {
                let file = path.rsplit(['/', '#']).find(|part| !part.is_empty()).unwrap_or(&path);
                table.name = file.split('.').next().unwrap_or(file).to_owned();
            }
            table.role = role::of_table(&table.name, &path);
            table.of_organisations = role::is_organisation_table(&table.name);
            let leaf = words(table.name.rsplit('.').next().unwrap_or_default());
            table.of_own_names =
                table.parent.is_some() && matches!(leaf.last().map(String::as_str), Some("name" | "names" | "person" | "profile"));
            let slots = table.columns.iter().map(|column| usize::from(column.seen.slot) + 1).max().unwrap_or(1);
            table.slot_roles = (0..slots).map(|slot| slot_role(table, slot)).collect();
        }
    }

    /// Works out which row keys a foreign key may mean: by its name, in the nearest folder around.
    fn link_keys(&mut self, evidence: &Evidence<'_>) {
        let meaning =
            |seen: &ColumnSeen| evidence.detectors.get(usize::from(seen.detector)).map_or(Meaning::Attribute, |entry| entry.meaning);
        let mut owners: HashMap<(String, String), KeyGroup> = HashMap::new();
        let scopes: Vec<Vec<String>> = self.tables.iter().map(|table| scopes(self.path(evidence, table.item))).collect();
        for (index, scope) in scopes.iter().enumerate() {
            let table = &mut self.tables[index];
            let name = table.name.clone();
            for column in &mut table.columns {
                if meaning(&column.seen) == Meaning::RowKey {
                    let stem = key_stem(&column.seen.header, &name);
                    let group = KeyGroup(hash(&[&scope[0], &stem]));
                    column.keys = vec![group];
                    column.own_key = true;
                    owners.insert((scope[0].clone(), stem), group);
                }
            }
        }
        // A scope above a folder knows the keys of the folders below it, while they are few.
        let mut below: HashMap<(&str, &str), Vec<KeyGroup>> = HashMap::new();
        for ((folder, stem), group) in &owners {
            for scope in scopes_of_folder(folder) {
                below.entry((scope, stem)).or_default().push(*group);
            }
        }
        for (table, scope) in self.tables.iter_mut().zip(&scopes) {
            for column in table.columns.iter_mut().filter(|column| meaning(&column.seen) == Meaning::ForeignKey) {
                let stem = key_stem(&column.seen.header, "");
                let found = scope.iter().find_map(|scope| below.get(&(scope.as_str(), stem.as_str())));
                column.keys = match found {
                    Some(groups) if groups.len() <= 4 => {
                        let mut groups = groups.clone();
                        groups.sort_unstable();
                        groups
                    }
                    // No such table: rows that share a person's key still belong together.
                    _ if !super::role::is_person_word(&stem) => Vec::new(),
                    _ => vec![KeyGroup(hash(&[&scope[0], &stem, "only references"]))],
                };
            }
        }
        self.drop_idle_keys();
    }

    /// A row key that no other table mentions links nothing; keeping it would make every order a record of its own.
    fn drop_idle_keys(&mut self) {
        let mut uses: HashMap<KeyGroup, u32> = HashMap::new();
        for column in self.tables.iter().flat_map(|table| &table.columns) {
            column.keys.iter().for_each(|group| *uses.entry(*group).or_default() += 1);
        }
        for column in self.tables.iter_mut().flat_map(|table| &mut table.columns) {
            let own = column.own_key;
            column.keys.retain(|group| !own || uses.get(group).is_some_and(|count| *count > 1));
        }
    }
}

/// The role a column group names, else the table's for the main person and a contact's for others.
fn slot_role(table: &Table, slot: usize) -> Role {
    let named = table
        .columns
        .iter()
        .map(|column| &column.seen)
        .find(|seen| usize::from(seen.slot) == slot && !(seen.role.is_empty() && seen.slot_name.is_empty()));
    match named.map(|seen| (Role::from_word(&seen.role), seen.slot_name.is_empty())) {
        Some((role, _)) if role != Role::Unknown => role,
        Some((_, false)) => Role::Contact,
        _ if slot == 0 => table.role,
        _ => Role::Contact,
    }
}

fn add_part(sum: &mut ColumnSeen, part: &ColumnSeen) {
    sum.filled += part.filled;
    sum.valid += part.valid;
    sum.kept += part.kept;
    sum.test_values += part.test_values;
    sum.placeholders += part.placeholders;
    let mut sketch = crate::evidence::sketch::Sketch::from_bytes(&sum.distinct);
    sketch.join(&crate::evidence::sketch::Sketch::from_bytes(&part.distinct));
    sum.distinct = sketch.to_bytes();
}

/// The folders around an item, nearest first: its directory, then each above, to the root.
/// Tables of one database file share the file as nearest scope.
fn scopes(path: &str) -> Vec<String> {
    let folder = path.rfind('/').map_or("", |at| &path[..at]);
    scopes_of_folder(folder).map(str::to_owned).collect()
}

fn scopes_of_folder(folder: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(folder);
    std::iter::from_fn(move || {
        let this = next?;
        next = this.rfind('/').map(|at| this[..at].trim_end_matches('!'));
        if next.is_none() && !this.is_empty() {
            next = Some("");
        }
        Some(this)
    })
}

/// What a key column is a key of: `customer_id`, `CustomerId`, `id` of table `customers` and
/// `PATIENT` of table `conditions` become `customer`, `customer`, `customer`, `patient`.
pub fn key_stem(header: &str, table: &str) -> String {
    let words = words(header);
    let kept: Vec<&str> = words.iter().map(String::as_str).filter(|word| !KEY_WORDS.contains(word)).collect();
    let stem = if kept.is_empty() { words_of_table(table).concat() } else { kept.concat() };
    singular(&stem)
}

fn words_of_table(table: &str) -> Vec<String> {
    let words: Vec<String> = words(table).into_iter().filter(|word| !word.bytes().all(|byte| byte.is_ascii_digit())).collect();
    words.into_iter().filter(|word| !["tbl", "table", "dim", "fact", "export", "dump", "v1", "v2", "v3"].contains(&word.as_str())).collect()
}

/// Words that say "this is a key" and not of what.
const KEY_WORDS: &[&str] = &[
    "id", "ids", "no", "nr", "num", "number", "key", "pk", "fk", "uuid", "guid", "code", "oid", "rowid", "ref", "idx", "sk", "hk", "object",
];

/// `CustomerID`, `customer_id`, `customer id` are the words customer and id; `PATIENTID` too.
pub fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    for c in text.chars() {
        let starts = c.is_uppercase() && before.is_lowercase();
        if (!c.is_alphanumeric() || starts) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    if let [only] = words.as_slice() {
        for ending in ["id", "no", "nr"] {
            if only.len() > ending.len() + 3 && only.ends_with(ending) && text.chars().all(|c| c.is_uppercase()) {
                let stem = only[..only.len() - ending.len()].to_owned();
                return vec![stem, ending.to_owned()];
            }
        }
    }
    words
}

/// English plurals, as table names are written.
fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 2) {
        return format!("{stem}y");
    }
    for ending in ["sses", "xes", "ches", "shes"] {
        if let Some(stem) = word.strip_suffix(ending) {
            return format!("{stem}{}", &ending[..ending.len() - 2]);
        }
    }
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with('s') && !stem.ends_with("u") => stem.to_owned(),
        _ => word.to_owned(),
    }
}

fn hash(parts: &[&str]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    u64::from_le_bytes(hasher.finalize().as_bytes()[..8].try_into().unwrap_or_default())
}

impl Table {
    /// The row's number in the whole table, from 0.
    pub fn row(&self, part: u32, row: u64) -> u64 {
        let base = self.bases.binary_search_by_key(&part, |(number, _)| *number).map_or(0, |at| self.bases[at].1);
        base + row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_stems_agree_between_header_and_table() {
        for (header, table, want) in [
            ("customer_id", "orders", "customer"),
            ("CustomerId", "Customer", "customer"),
            ("id", "customers", "customer"),
            ("PATIENTID", "claims", "patient"),
            ("PATIENT", "conditions", "patient"),
            ("Id", "patients", "patient"),
            ("emp_no", "salary", "emp"),
            ("address_id", "address", "address"),
            ("company_id", "companies", "company"),
            ("user_uuid", "x", "user"),
        ] {
            assert_eq!(key_stem(header, table), want, "{header} of {table}");
        }
    }

    #[test]
    fn scopes_go_up_through_containers() {
        assert_eq!(scopes("share/a.zip!/hr/pay.csv"), ["share/a.zip!/hr", "share/a.zip", "share", ""]);
    }
}
