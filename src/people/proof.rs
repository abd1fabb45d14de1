//! Identifiers of unknown kind that prove to name one person each.
//!
//! A column called `soc_sec_id` or `client_ref` may number people, households or branches; its
//! header does not tell. Its values do: where records that differ carry the same value, they share
//! the given name or the birth date if it numbers people, and mostly neither if it numbers families.

use super::{
    likeness::Likeness,
    record::{Class, Key, NONE, Records},
    rule::{self, Birth},
};
use std::collections::HashSet;

/// So many pairs must agree, ...
const ENOUGH: u32 = 20;
/// ... and at most one in so many may contradict.
const ONE_IN: u32 = 20;

/// Puts the keys of such identifiers into [`Class::Proven`].
pub(super) fn prove(records: &mut Records) {
    if records.scopes.is_empty() {
        return;
    }
    let proven = proven(records);
    if proven.is_empty() {
        return;
    }
    let scopes = std::mem::take(&mut records.scopes);
    records.change_keys(|keys| {
        let mut changed = false;
        for key in keys.iter_mut().filter(|key| key.class == Class::Unverified) {
            if scopes.get(&{ key.value }).is_some_and(|scope| proven.contains(scope)) {
                key.class = Class::Proven;
                changed = true;
            }
        }
        changed
    });
    records.scopes = scopes;
}

/// The scopes (headers) whose values name one person each.
fn proven(records: &Records) -> HashSet<u64> {
    let mut carried: Vec<(u64, u64, u32)> = Vec::new();
    for (at, node) in records.all().filter(|(_, node)| node.name != NONE) {
        for &Key { value, .. } in node.keys().iter().filter(|key| key.class == Class::Unverified) {
            carried.extend(records.scopes.get(&value).map(|scope| (*scope, value, at as u32)));
        }
    }
    carried.sort_unstable();
    let of_scope = carried.chunk_by(|a, b| a.0 == b.0);
    let names_one = of_scope.filter(|all| {
        let pairs = all.chunk_by(|a, b| a.1 == b.1).flat_map(|same| same.windows(2));
        let (agree, contradict) = pairs.fold((0, 0), |(agree, contradict), pair| match agrees(records, pair[0].2, pair[1].2) {
            Some(true) => (agree + 1, contradict),
            Some(false) => (agree, contradict + 1),
            None => (agree, contradict),
        });
        agree >= ENOUGH && contradict * ONE_IN <= agree
    });
    names_one.filter_map(|all| all.first()).map(|(scope, ..)| *scope).collect()
}

/// Whether two records share what only one person has; `None` when they do not say enough.
fn agrees(records: &Records, a: u32, b: u32) -> Option<bool> {
    let compared = rule::compare(records, records.record(a as usize), records.record(b as usize));
    let given = match compared.name {
        Some(Likeness::Same | Likeness::Close | Likeness::Initial) => Some(true),
        Some(Likeness::Incompatible) => Some(false),
        Some(Likeness::Partial) | None => None,
    };
    match (given, compared.birth) {
        (_, Birth::Same | Birth::Near) => Some(true),
        // Father and son may share a name.
        (Some(true), Birth::Different) | (None, Birth::Unknown) => None,
        (Some(true), Birth::Unknown) => Some(true),
        (Some(false) | None, Birth::Different) | (Some(false), Birth::Unknown) => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::name::{Name, Parts};

    /// Forty values, each carried by two records.
    fn records(pair: impl Fn(u32) -> [(&'static str, u32); 2]) -> Records {
        let mut records = Records::default();
        for value in 0..40u32 {
            records.scopes.insert(u64::from(value), 7);
            for (given, birth) in pair(value) {
                let parts = Parts { given, surname: "Lindqvist", ..Parts::default() };
                records.names.push(Name::from_parts(&parts).expect("a name"));
                let key = Key { class: Class::Unverified, value: u64::from(value) };
                records.add_plain(records.names.len() as u32 - 1, birth, key);
            }
        }
        records
    }

    #[test]
    fn numbers_of_people_are_told_from_numbers_of_families() {
        let misspelt = |_| [("Johanna", 19_800_203), ("Johana", 19_800_230)];
        let family = |_| [("Johanna", 19_800_203), ("Oswin", 20_110_711)];
        let mostly = |n| if n < 3 { family(n) } else { misspelt(n) };
        assert_eq!(proven(&records(misspelt)), HashSet::from([7]));
        assert!(proven(&records(family)).is_empty());
        assert!(proven(&records(mostly)).is_empty(), "three families in forty are too many");
    }

    #[test]
    fn proven_keys_change_their_class() {
        let mut records = records(|_| [("Johanna", 19_800_203), ("Johana", 19_800_230)]);
        prove(&mut records);
        assert!(records.all().all(|(_, node)| node.keys()[0].class == Class::Proven));
    }
}
