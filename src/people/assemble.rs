//! Rows that hold details of another row's person lend them to it before people are compared.
//!
//! In a dump a customer's address, telephone or birth date often stands in a table of its own,
//! joined by a key; in nested JSON it stands in a child object. Rules compare records, so the record that has the
//! name borrows what its details say. The detail rows stay records of their own and are attached later, by rule R20.

use super::record::{Class, Key, NONE, Records};
use rayon::prelude::*;

/// A detail that more people than this point to describes none of them (a default address).
const SHARED: usize = 8;

/// Lends details along keys between rows.
pub fn lend_details(records: &mut Records) {
    let owners = index(records, Class::Own);
    // What points to a row from below: contact, address, identifier rows.
    for node in 0..records.nodes.len() {
        if records.nodes[node].name != NONE {
            continue;
        }
        for value in values(records, node, Class::Reference) {
            if let [(_, owner)] = found(&owners, value) {
                lend(records, node, *owner as usize);
            }
        }
    }
    // What a row points to, and a name that stands below the row it belongs to.
    let pointing = index(records, Class::Reference);
    for node in 0..records.nodes.len() {
        if records.nodes[node].name != NONE {
            continue;
        }
        for value in values(records, node, Class::Own) {
            let pointers = found(&pointing, value);
            if pointers.is_empty() {
                continue;
            }
            for borrower in borrowers(records, pointers) {
                lend(records, node, borrower as usize);
            }
        }
    }
}

/// The named records among those that point to a row; where one of them is that row's own
/// name, only those.
fn borrowers(records: &Records, pointers: &[(u64, u32)]) -> Vec<u32> {
    let named = |node: &u32| records.nodes[*node as usize].name != NONE;
    let nodes = || pointers.iter().map(|(_, node)| *node).filter(named);
    let own: Vec<u32> = nodes().filter(|node| records.nodes[*node as usize].own_name).collect();
    if !own.is_empty() {
        return own;
    }
    let all: Vec<u32> = nodes().collect();
    if all.len() <= SHARED { all } else { Vec::new() }
}

/// (key, node) of one class, sorted.
fn index(records: &Records, class: Class) -> Vec<(u64, u32)> {
    let mut index: Vec<(u64, u32)> = Vec::new();
    for (at, node) in records.nodes.iter().enumerate().filter(|(_, node)| !node.organisation) {
        index.extend(node.keys.iter().filter(|key| key.class == class).map(|key| (key.value, at as u32)));
    }
    index.par_sort_unstable();
    index
}

fn found(index: &[(u64, u32)], value: u64) -> &[(u64, u32)] {
    let from = index.partition_point(|entry| entry.0 < value);
    let length = index[from..].partition_point(|entry| entry.0 == value);
    &index[from..from + length]
}

fn values(records: &Records, node: usize, class: Class) -> Vec<u64> {
    records.nodes[node].keys.iter().filter(|key| key.class == class).map(|key| key.value).collect()
}

/// Gives one record's identity values to another, where it has none of its own.
fn lend(records: &mut Records, from: usize, to: usize) {
    if from == to {
        return;
    }
    let lender = records.nodes[from].clone();
    let borrower = &mut records.nodes[to];
    if borrower.address == NONE {
        borrower.address = lender.address;
    }
    if borrower.birth == 0 {
        borrower.birth = lender.birth;
    }
    if borrower.sex == 0 {
        borrower.sex = lender.sex;
    }
    let links = |key: &&Key| !matches!(key.class, Class::Own | Class::Reference);
    let more: Vec<Key> = lender.keys.iter().filter(links).filter(|key| !borrower.keys.contains(key)).copied().collect();
    if !more.is_empty() && borrower.keys.len() < 64 {
        let mut keys = borrower.keys.to_vec();
        keys.extend(more);
        keys.sort_unstable();
        borrower.keys = keys.into();
    }
}
