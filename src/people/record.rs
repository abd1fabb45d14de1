//! Mentions read from evidence into what resolution compares: names, birth dates, addresses, keys.
//!
//! Mentions whose identity is equal to the last byte collapse into one [`Node`]: exports,
//! backups and transactions repeat the same people many times.

use super::{
    address::Address,
    catalogue::Catalogue,
    mention::{MentionOf, Mentions, OfNodes},
    name::{self, Name, Suffix},
    packed::Lines,
    values::{Numbers, Places},
};
use crate::base::Short;
use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    hint::black_box,
    ops::Deref,
};

/// A map by numbers or short texts, looked up for every mention.
pub type Map<K, V> = HashMap<K, V, foldhash::fast::FixedState>;

/// No name, no address.
pub const NONE: u32 = u32::MAX;

/// How strongly a key tells people apart; the classes of docs/counting.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Class {
    /// SSN and other personal numbers: one person, one number.
    Personal,
    /// Passport, licence, record and member numbers: one person each, within the issuer.
    Issued,
    /// The row's own key within its dump.
    Own,
    /// A reference to another row's key.
    Reference,
    /// An identifier of unknown kind, scoped to its header.
    Unverified,
    /// Such an identifier whose values name one person each throughout the data.
    Proven,
    /// Card, bank account: usually one person or a couple.
    Account,
    Email,
    Phone,
    Username,
    /// Last digits of a personal number.
    Partial,
}

impl Class {
    /// Every class, each at its number.
    const ALL: [Class; 11] = [
        Class::Personal,
        Class::Issued,
        Class::Own,
        Class::Reference,
        Class::Unverified,
        Class::Proven,
        Class::Account,
        Class::Email,
        Class::Phone,
        Class::Username,
        Class::Partial,
    ];

    /// The class of a number, as `class as u8` made it.
    #[inline]
    pub(super) fn of(number: u8) -> Class {
        Class::ALL.get(usize::from(number)).copied().unwrap_or(Class::Partial)
    }
}

/// The clear digits of a number, while they are compared. Never printed.
pub type Number = Short<23>;

/// What an address or a login begins with. Never printed.
pub type Mailbox = Short<31>;

/// A value that may link mentions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(C, packed)] // nine bytes, not sixteen: there are several to a record
pub struct Key {
    pub class: Class,
    pub value: u64,
}

/// Where the keys of a node lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, packed(2))] // six bytes, not eight: there is one for every record
pub struct Span {
    from: u32,
    count: u16,
}

impl Span {
    pub(super) fn new(from: u32, count: u16) -> Span {
        Span { from, count }
    }

    #[inline]
    pub(super) fn range(self) -> std::ops::Range<usize> {
        self.from as usize..self.from as usize + usize::from(self.count)
    }
}

/// One distinct identity as records show it.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    pub name: u32,
    /// `yyyymmdd`; 0 when unknown; `yyyy0000` when only the year is known.
    pub birth: u32,
    pub address: u32,
    /// Of its telephone, in [`Records::phone_places`].
    pub place: u16,
    /// The name's, see [`Name::mark`].
    pub name_mark: u8,
    pub flags: Flags,
}

/// What else a node tells of whom it speaks of, a few bits of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    const ORGANISATION: u8 = 1;
    const OWN_NAME: u8 = 2;
    const SEX: u8 = 0b1100;
    const SEXES: [u8; 4] = [0, b'm', b'f', 0];

    /// `sex` is `m`, `f` or 0.
    pub(super) fn new(organisation: bool, own_name: bool, sex: u8) -> Flags {
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        Flags(flag(organisation, Flags::ORGANISATION) | flag(own_name, Flags::OWN_NAME)).with_sex(sex)
    }

    /// The same of somebody of this sex.
    pub(super) fn with_sex(self, sex: u8) -> Flags {
        let at = Flags::SEXES.iter().position(|known| *known == sex).unwrap_or_default();
        Flags(self.0 & !Flags::SEX | (at as u8) << Flags::SEX.trailing_zeros())
    }
}

impl Node {
    /// Whether given name and surname are both known.
    pub fn is_fully_named(&self) -> bool {
        name::is_full(self.name_mark)
    }

    /// Named for an organisation or a role, not a person.
    #[inline]
    pub fn is_organisation(&self) -> bool {
        self.flags.0 & Flags::ORGANISATION != 0
    }

    /// The name stands in a child object of the row it names (`Patient.name`).
    pub fn has_own_name(&self) -> bool {
        self.flags.0 & Flags::OWN_NAME != 0
    }

    /// `m`, `f`, or 0 when nothing tells.
    #[inline]
    pub fn sex(&self) -> u8 {
        Flags::SEXES[usize::from((self.flags.0 & Flags::SEX) >> Flags::SEX.trailing_zeros())]
    }

    /// What tells father from son.
    pub fn suffix(&self) -> Suffix {
        name::suffix_of(self.name_mark)
    }
}

/// A node and its keys, which are sorted.
#[derive(Clone, Copy, Debug)]
pub struct Record<'r> {
    node: &'r Node,
    keys: &'r [Key],
}

impl<'r> Record<'r> {
    pub(super) fn keys(self) -> &'r [Key] {
        self.keys
    }
}

impl Deref for Record<'_> {
    type Target = Node;

    #[inline]
    fn deref(&self) -> &Node {
        self.node
    }
}

/// Everything resolution works on.
#[derive(Debug, Default)]
pub struct Records {
    pub nodes: Vec<Node>,
    /// By node: where its keys lie, until they are let go of.
    pub(super) spans: Vec<Span>,
    /// Empty until records are joined.
    pub mentions: Mentions,
    /// Which mentions speak of which node, until they are grouped by person.
    pub(super) of_nodes: OfNodes,
    /// Of all nodes, one behind the other: a piece of memory for each is found more slowly than it is read.
    pub(super) all_keys: Vec<Key>,
    pub names: Vec<Name>,
    /// As the records write it; empty where it is [`Name::titled`].
    pub(super) shown_names: Lines,
    pub addresses: Vec<Address>,
    /// Of personal numbers and identifiers of unknown kind, for one-digit comparison.
    pub numbers: Numbers,
    /// Header of unverified identifiers, hashed, by key value.
    pub scopes: Map<u64, u64>,
    /// What [`Node::place`] means.
    pub phone_places: Places,
    pub death_nodes: BTreeSet<u32>,
    /// Of the items that mentions lie in, what the ids of mentions rest on: see [`Records::id`].
    pub(super) identities: Map<u32, u64>,
    /// By record: whether the person it stands for is asked about in the hold-out. Empty where everybody is.
    pub(super) drawn: Bits,
    /// E-mail address or login of records without a name.
    pub mailboxes: Vec<(u32, Mailbox)>,
    /// E-mail addresses of records with a name at hosts that hardly anybody else has, by record, while there are few records: see [`FEW`].
    pub mails: Vec<(u32, Box<str>)>,
    /// There are few.
    pub few: bool,
}

/// Up to so many mentions, what is rarely worth its time is done as well: learning how likely records are one person's (R24).
pub const FEW: usize = 1 << 19;

/// A bit for each of many things.
#[derive(Debug, Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// All unset.
    pub(super) fn new(count: usize) -> Bits {
        Bits(vec![0; count.div_ceil(64)])
    }

    pub(super) fn set(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    /// Whether it is set; `None` where there is none.
    #[inline]
    pub(super) fn get(&self, at: usize) -> Option<bool> {
        self.0.get(at / 64).map(|bits| bits >> (at % 64) & 1 == 1)
    }
}

impl Records {
    /// What tells a mention from all others, from content and place only: the same in every run over the same evidence.
    pub(super) fn id(&self, catalogue: &Catalogue, mention: &MentionOf) -> u64 {
        let item = self.identities.get(&mention.item).copied().unwrap_or(0);
        id(item, catalogue.number(Some(mention.table)), mention.row, mention.slot)
    }

    /// A name as the records write it, for display.
    pub fn shown_name(&self, name: u32) -> Option<Cow<'_, str>> {
        match self.shown_names.get(name as usize)? {
            "" => String::from_utf8(self.names.get(name as usize)?.titled().collect()).ok().map(Cow::Owned),
            written => Some(Cow::Borrowed(written)),
        }
    }

    /// Brings these names into the processor's cache.
    pub(super) fn foresee_names(&self, names: impl Iterator<Item = u32> + Clone) -> u32 {
        let marks = names.clone().filter_map(|name| self.names.get(name as usize)).map(|name| u32::from(name.mark()));
        self.shown_names.foresee(names.map(|name| name as usize)) ^ marks.fold(0, |seen, mark| seen ^ mark)
    }

    /// Brings what these nodes say into the processor's cache: nobody waits for one after the other.
    pub(super) fn foresee(&self, nodes: impl Iterator<Item = u32> + Clone) {
        let nodes = nodes.map(|at| at as usize).filter(|at| *at < self.nodes.len());
        let mut seen = nodes.clone().fold(0, |seen, at| seen ^ self.foresee_one(at));
        for node in nodes.map(|at| self.record(at)) {
            seen ^= node.keys().first().map_or(0, |key| key.value);
            seen ^= self.names.get(node.name as usize).map_or(0, |name| u64::from(name.mark()));
            seen ^= self.addresses.get(node.address as usize).map_or(0, |address| address.city().len() as u64);
        }
        black_box(seen);
    }

    /// The same for one, but for what its numbers stand for.
    #[inline]
    pub(super) fn foresee_one(&self, at: usize) -> u64 {
        u64::from(self.nodes[at].name) ^ self.spans.get(at).map_or(0, |span| u64::from(span.from))
    }

    /// The node at a place, with its keys.
    #[inline]
    pub fn record(&self, at: usize) -> Record<'_> {
        Record { node: &self.nodes[at], keys: self.keys(at) }
    }

    /// All nodes, with their places and keys.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, Record<'_>)> {
        self.nodes.iter().enumerate().map(|(at, node)| (at, Record { node, keys: self.keys(at) }))
    }

    #[inline]
    fn keys(&self, at: usize) -> &[Key] {
        self.spans.get(at).and_then(|span| self.all_keys.get(span.range())).unwrap_or_default()
    }

    /// Puts sorted keys with those of all nodes; more than anybody has are left out.
    pub(super) fn add_keys(&mut self, keys: &[Key]) -> Span {
        let keys = &keys[..keys.len().min(usize::from(u16::MAX))];
        if self.all_keys.len() + keys.len() > self.all_keys.capacity() {
            self.all_keys.reserve_exact(self.all_keys.len() / 4 + keys.len() + 1024);
        }
        let from = self.all_keys.len() as u32;
        self.all_keys.extend_from_slice(keys);
        Span { from, count: keys.len() as u16 }
    }

    /// Changes the keys of every node where they lie, and sorts those of a node where `change` says that it did.
    pub(super) fn change_keys(&mut self, change: impl Fn(&mut [Key]) -> bool) {
        for span in &self.spans {
            if let Some(keys) = self.all_keys.get_mut(span.range())
                && change(keys)
            {
                keys.sort_unstable();
            }
        }
    }

    /// The e-mail address of a record, while there are few.
    pub(super) fn mail(&self, node: u32) -> Option<&str> {
        self.mails.binary_search_by_key(&node, |(of, _)| *of).ok().map(|at| &*self.mails[at].1)
    }
}

#[cfg(test)]
impl Records {
    /// Adds a record of a name, a birth date and one key.
    pub(super) fn add_plain(&mut self, name: u32, birth: u32, key: Key) {
        let keys = self.add_keys(&[key]);
        self.spans.push(keys);
        self.nodes.push(Node {
            name,
            birth,
            address: NONE,
            place: super::values::NOWHERE,
            name_mark: self.names.get(name as usize).map_or(0, Name::mark),
            flags: Flags::default(),
        });
    }
}

/// See [`Records::id`]: of an item's digest, the number of a table in it, row and slot.
pub(super) fn id(item: u64, table: u32, row: u64, slot: u8) -> u64 {
    mix(&[item, u64::from(table), row, u64::from(slot)])
}

/// A 64-bit hash of numbers; not keyed, for grouping within one process and stable ids.
#[inline]
pub fn mix(parts: &[u64]) -> u64 {
    let mut hash = 0x9E37_79B9_7F4A_7C15u64;
    for part in parts {
        hash = (hash ^ part).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        hash ^= hash >> 29;
        hash = hash.wrapping_mul(0x94D0_49BB_1331_11EB);
        hash ^= hash >> 32;
    }
    hash
}

/// The first 64 bits of a text's BLAKE3 hash.
pub(super) fn short_hash(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(blake3::hash(bytes).as_bytes()[..8].try_into().unwrap_or_default())
}
