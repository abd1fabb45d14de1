//! Values that stand in many records and tell nobody apart: the telephone of a call centre, the mailbox of a function. They link no
//! records; the most frequent are kept, for a report to list.

use super::record::{Class, Key};
use crate::base::{Token, mask::mask};
use std::{cmp::Reverse, collections::BTreeMap};

/// A value that links nobody because too many distinct records share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowd {
    pub key: Key,
    pub records: u32,
    /// One of the records.
    pub node: u32,
}

/// A mailbox of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleMailbox {
    pub token: Token,
    pub masked: Box<str>,
    pub records: u32,
}

/// What links nobody, the most frequent first.
#[derive(Debug, Default)]
pub struct Generic {
    pub crowds: Vec<Crowd>,
    pub mailboxes: Vec<RoleMailbox>,
    /// There are too many mailboxes of functions to tell the most frequent of them.
    pub too_many: bool,
}

/// So many of each are listed.
pub const LISTED: usize = 100;

/// More mailboxes of functions than this are not counted one by one.
const COUNTED: usize = 1 << 16;

/// The most frequent of them.
pub(super) fn most_frequent(mut crowds: Vec<Crowd>) -> Vec<Crowd> {
    crowds.sort_unstable_by_key(|crowd| (crowd.key, Reverse(crowd.records), crowd.node));
    crowds.dedup_by_key(|crowd| crowd.key);
    crowds.sort_unstable_by_key(|crowd| (Reverse(crowd.records), crowd.key));
    crowds.truncate(LISTED);
    crowds
}

/// Counts mailboxes of functions.
#[derive(Debug, Default)]
pub(super) struct RoleMailboxes {
    known: BTreeMap<Token, (u32, Box<str>)>,
    too_many: bool,
}

impl RoleMailboxes {
    pub(super) fn meet(&mut self, token: Token, text: &str) {
        if self.too_many {
            return;
        }
        self.known.entry(token).or_insert_with(|| (0, mask(text).into())).0 += 1;
        // Which of them were met first depends on the order of reading: none are listed then.
        if self.known.len() > COUNTED {
            (self.known, self.too_many) = (BTreeMap::new(), true);
        }
    }

    pub(super) fn into_generic(self) -> Generic {
        let mut mailboxes: Vec<RoleMailbox> =
            self.known.into_iter().map(|(token, (records, masked))| RoleMailbox { token, masked, records }).collect();
        mailboxes.sort_by_key(|mailbox| (Reverse(mailbox.records), mailbox.token));
        mailboxes.truncate(LISTED);
        Generic { crowds: Vec::new(), mailboxes, too_many: self.too_many }
    }
}

impl Class {
    /// What a value of this class is, in plain words.
    pub const fn word(self) -> &'static str {
        match self {
            Class::Personal => "personal number",
            Class::Issued => "issued number",
            Class::Own | Class::Reference => "row key",
            Class::Unverified | Class::Proven => "identifier",
            Class::Account => "card or account",
            Class::Email => "e-mail address",
            Class::Phone => "telephone number",
            Class::Username => "login",
            Class::Partial => "last digits",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_values_are_kept_each_once_whatever_the_order() {
        let crowd = |value: u64, records| Crowd { key: Key { class: Class::Phone, value }, records, node: 0 };
        let mut all: Vec<Crowd> = (0..500).map(|value| crowd(value, 201 + value as u32 % 300)).collect();
        all.push(crowd(7, 900));
        let kept = most_frequent(all.clone());
        assert_eq!((kept.len(), kept[0], kept[1].records), (LISTED, crowd(7, 900), 500));
        all.reverse();
        assert_eq!(most_frequent(all), kept);
    }

    #[test]
    fn mailboxes_of_functions_are_counted_and_masked() {
        let mut met = RoleMailboxes::default();
        for (token, text) in [(2, "info@firm.example"), (1, "sales@firm.example"), (2, "info@firm.example")] {
            met.meet(Token(token), text);
        }
        let listed = met.into_generic().mailboxes;
        assert_eq!((listed.len(), listed[0].records, &*listed[0].masked), (2, 2, "i***@***.example"));
        let mut met = RoleMailboxes::default();
        (0..=COUNTED as u128).for_each(|token| met.meet(Token(token), "info@firm.example"));
        let generic = met.into_generic();
        assert!(generic.too_many && generic.mailboxes.is_empty());
    }
}
