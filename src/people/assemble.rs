//! Rows that hold details of another row's person lend them to it before people are compared.
//!
//! In a dump a customer's address, telephone or birth date often stands in a table of its own,
//! joined by a key; in nested JSON it stands in a child object. Rules compare records, so the record that has the
//! name borrows what its details say. The detail rows stay records of their own and are attached later, by rule R20.

use super::{
    lookup::Lookup,
    record::{Class, Key, NONE, Records},
    values::SEVERAL,
};
use rayon::prelude::*;

/// A detail that more people than this point to describes none of them (a default address).
const SHARED: usize = 8;

/// Lends details along keys between rows.
pub fn lend_details(records: &mut Records) {
    if !records.all_keys.iter().any(|key| matches!(key.class, Class::Own | Class::Reference)) {
        return;
    }
    let owners = index(records, Class::Own);
    // What points to a row from below: contact, address, identifier rows.
    for (node, value) in nameless(records, Class::Reference) {
        if let [(_, owner)] = owners.at(value) {
            lend(records, node as usize, *owner as usize);
        }
    }
    // What a row points to, and a name that stands below the row it belongs to.
    let pointing = index(records, Class::Reference);
    for (node, value) in nameless(records, Class::Own) {
        for borrower in borrowers(records, pointing.at(value)) {
            lend(records, node as usize, borrower as usize);
        }
    }
}

/// Records without a name, each with its keys of one class.
fn nameless(records: &Records, class: Class) -> Vec<(u32, u64)> {
    let mut found = Vec::new();
    for (at, node) in records.all().filter(|(_, node)| node.name == NONE) {
        found.extend(node.keys().iter().filter(|key| key.class == class).map(|key| (at as u32, key.value)));
    }
    found
}

/// The named records among those that point to a row; where one of them is that row's own
/// name, only those.
fn borrowers(records: &Records, pointers: &[(u64, u32)]) -> Vec<u32> {
    let named = |node: &u32| records.nodes[*node as usize].name != NONE;
    let nodes = || pointers.iter().map(|(_, node)| *node).filter(named);
    let own: Vec<u32> = nodes().filter(|node| records.nodes[*node as usize].has_own_name()).collect();
    if !own.is_empty() {
        return own;
    }
    let all: Vec<u32> = nodes().collect();
    if all.len() <= SHARED { all } else { Vec::new() }
}

/// (key, node) of one class.
fn index(records: &Records, class: Class) -> Lookup<(u64, u32)> {
    let mut index: Vec<(u64, u32)> = Vec::new();
    for (at, node) in records.all().filter(|(_, node)| !node.is_organisation()) {
        index.extend(node.keys().iter().filter(|key| key.class == class).map(|key| (key.value, at as u32)));
    }
    index.par_sort_unstable();
    Lookup::new(index, |entry| entry.0)
}

/// Gives one record's identity values to another, where it has none of its own.
fn lend(records: &mut Records, from: usize, to: usize) {
    let Ok([lender, borrower]) = records.nodes.get_disjoint_mut([from, to]) else { return };
    if borrower.address == NONE {
        borrower.address = lender.address;
    }
    if borrower.birth == 0 {
        borrower.birth = lender.birth;
    }
    if borrower.sex() == 0 {
        borrower.flags = borrower.flags.with_sex(lender.sex());
    }
    let links = |key: &&Key| !matches!(key.class, Class::Own | Class::Reference);
    let (theirs, own) = (records.record(from).keys(), records.record(to).keys());
    let more = theirs.iter().filter(links).filter(|key| !own.contains(key)).copied();
    let mut keys: Vec<Key> = more.collect();
    if keys.is_empty() || own.len() >= 64 {
        return;
    }
    keys.extend_from_slice(own);
    keys.sort_unstable();
    // Who has several telephones has their places by their keys.
    for (place, keys) in [from, to].map(|at| (records.nodes[at].place, records.spans[at])).into_iter().filter(|(place, _)| *place < SEVERAL)
    {
        let phones = records.all_keys[keys.range()].iter().filter(|key| key.class == Class::Phone);
        phones.for_each(|key| records.phone_places.note(key.value, place));
    }
    records.nodes[to].place = SEVERAL;
    records.spans[to] = records.add_keys(&keys);
}
