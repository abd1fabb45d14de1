//! Reads the mentions of a case into nodes: names, birth dates, addresses and keys, interned.

use super::{
    catalogue::Catalogue,
    fields::{FIRM, Fields, date, new_address, new_name, sex},
    firm::is_role_mailbox,
    generic::{Generic, RoleMailboxes},
    holdout,
    intern::{Index, Print, Texts},
    mention::MentionOf,
    name::Name,
    record::{Bits, Class, FEW, Key, Map, NONE, Node, Records, mix, short_hash},
    shelf::Shelf,
    way::{hash_bag, hash_text},
};
use crate::{
    base::{Meaning, Role, Token},
    evidence::{
        Evidence,
        load::StoredMention,
        row::{NO_TABLE, unpack},
    },
};
use std::hint::black_box;

/// Reads the used mentions of a case, and what of them links nobody.
pub fn read(evidence: &Evidence<'_>, catalogue: &Catalogue) -> anyhow::Result<(Records, Generic)> {
    let mut reader = Reader::new(evidence, catalogue);
    let mentions = evidence.mention_count();
    reader.records.mentions.reserve(mentions);
    reader.records.few = mentions <= FEW;
    // Room that is not used costs nothing; moving millions of records to where there is more does.
    reader.records.nodes.reserve_exact(mentions);
    reader.records.names.reserve_exact(mentions);
    evidence.mentions_at_once(ROUND, |mentions| reader.take(mentions))?;
    Ok(reader.finish())
}

/// So many mentions are taken at once: what each looks up is brought into the processor's cache for all of them before it is asked for, since
/// waiting for one look after the other is most of the work.
const ROUND: usize = 64;

struct Reader<'a> {
    evidence: &'a Evidence<'a>,
    catalogue: &'a Catalogue,
    records: Records,
    by_identity: Index,
    /// By the fields as they stand, so that a name or an address is taken apart once.
    names: Texts,
    written: Texts,
    addresses: Index,
    /// Reused for looking up.
    joined: String,
    /// Tables whose rows hold rows of other tables, by place in the catalogue.
    parents: std::collections::HashSet<u32>,
    keys: Shelf,
    /// By name, a hash of it. Where there are many records, those of one name lie together, so that whoever looks at one
    /// person's has them at hand.
    nearby: Vec<u32>,
    /// Of identifiers of unknown kind, by table and column.
    scopes: Map<(u32, u32), u64>,
    /// Where the last mention stood; the next mostly stands there too.
    place: Option<Place>,
    role_mailboxes: RoleMailboxes,
    /// By detector: what its values mean, and whether they are elements. Looked at for every value.
    meanings: Vec<(Meaning, bool)>,
    /// Reused.
    pending: Vec<Pending>,
    detectors: Vec<u16>,
    /// The detectors of the last mention; the next mostly has the same.
    last: Vec<u16>,
}

/// Item, part and table that mentions stand in, and what follows from them.
#[derive(Clone, Copy)]
struct Place {
    at: (u32, u32, u32),
    is_used: bool,
    /// Place in the catalogue.
    table: Option<u32>,
}

/// A mention on its way to its node.
#[derive(Default)]
struct Pending {
    fields: Fields,
    table: Option<u32>,
    row: u64,
    role: Role,
    name: Option<Print>,
    address: Option<Print>,
    name_number: u32,
    address_number: u32,
    /// Of what makes up its identity.
    hash: u64,
}

impl<'a> Reader<'a> {
    fn new(evidence: &'a Evidence<'a>, catalogue: &'a Catalogue) -> Reader<'a> {
        let parents = catalogue.tables.iter().filter_map(|table| table.parent).collect();
        Reader {
            evidence,
            catalogue,
            records: Records::default(),
            by_identity: Index::default(),
            names: Texts::default(),
            written: Texts::default(),
            addresses: Index::default(),
            joined: String::new(),
            parents,
            keys: Shelf::default(),
            nearby: Vec::new(),
            scopes: Map::default(),
            place: None,
            meanings: evidence.detectors.iter().map(|entry| (entry.meaning, entry.element.is_some())).collect(),
            pending: Vec::new(),
            role_mailboxes: RoleMailboxes::default(),
            detectors: Vec::new(),
            last: Vec::new(),
        }
    }

    /// Notes an item's digest as a number, for ids that do not depend on paths.
    fn identify(&mut self, item: u32) {
        let (catalogue, evidence) = (self.catalogue, self.evidence);
        self.records.identities.entry(item).or_insert_with(|| {
            let seen = catalogue.place(item).and_then(|place| evidence.items.get(place));
            seen.map_or(0, |seen| {
                if seen.digest.is_unknown() { short_hash(seen.path.as_bytes()) } else { short_hash(seen.digest.to_string().as_bytes()) }
            })
        });
    }

    fn place(&mut self, mention: &StoredMention<'_>) -> Place {
        let at = (mention.item, mention.part, mention.table);
        if let Some(place) = self.place.filter(|place| place.at == at) {
            return place;
        }
        let table = self.catalogue.table_index(mention.item, mention.part, mention.table);
        let place = Place { at, is_used: self.catalogue.is_used(mention.item), table };
        if place.is_used {
            self.identify(mention.item);
        }
        self.place = Some(place);
        place
    }

    fn take(&mut self, mentions: &[StoredMention<'_>]) {
        let mut all = std::mem::take(&mut self.pending);
        all.resize_with(all.len().max(mentions.len()), Pending::default);
        let mut taken: Vec<&StoredMention<'_>> = Vec::with_capacity(mentions.len());
        for mention in mentions {
            let place = self.place(mention);
            if place.is_used {
                self.gather(mention, place, &mut all[taken.len()]);
                taken.push(mention);
            }
        }
        let pending = &mut all[..taken.len()];
        let names = pending.iter().filter_map(|of| of.name).map(|print| self.names.foresee(print));
        let written = pending.iter().filter_map(|of| of.address).map(|print| self.written.foresee(print));
        black_box(names.chain(written).sum::<u32>());
        taken.iter().zip(pending.iter_mut()).for_each(|(mention, of)| self.intern(mention, of));
        black_box(pending.iter().map(|of| self.by_identity.foresee(of.hash)).sum::<u32>());
        taken.iter().zip(pending).for_each(|(mention, of)| self.settle(mention, of));
        self.pending = all;
    }

    /// Name and address get their numbers.
    fn intern(&mut self, mention: &StoredMention<'_>, of: &mut Pending) {
        let Pending { fields, name, address, .. } = of;
        let (records, nearby) = (&mut self.records, &mut self.nearby);
        let known = of.table.map(|table| &self.catalogue.tables[table as usize]);
        let name = name.map_or(NONE, |print| self.names.number(print, || new_name(fields, records)));
        if !records.few {
            nearby.extend(records.names[nearby.len()..].iter().map(|name| (hash_bag(name) >> 32) as u32));
        }
        fields.own_name = known.is_some_and(|table| table.of_own_names);
        let organisations = known.is_some_and(|table| table.of_organisations);
        // A firm in the column of names, or a row of a table of firms, without a person's name.
        let personal = fields.keys.iter().any(|key| key.class == Class::Personal);
        let nobody = matches!(name, NONE | FIRM) && !personal && ((organisations && mention.slot == 0) || fields.firm);
        fields.organisation = name == FIRM || nobody;
        let addresses = &mut self.addresses;
        let address = address.map_or(NONE, |print| self.written.number(print, || new_address(fields, records, addresses)));
        let name = if name == FIRM { NONE } else { name };
        let hash =
            mix(&[u64::from(name), u64::from(fields.birth), u64::from(fields.sex), u64::from(address), u64::from(fields.organisation)]);
        of.hash = fields.keys.iter().fold(hash, |hash, key| mix(&[hash, key.class as u64, key.value]));
        (of.name_number, of.address_number) = (name, address);
    }

    /// The mention is put with its node.
    fn settle(&mut self, mention: &StoredMention<'_>, of: &Pending) {
        let node = self.intern_node(of);
        if of.fields.deceased {
            self.records.death_nodes.insert(node);
        }
        if self.last != *mention.detectors {
            self.last.clear();
            self.last.extend_from_slice(mention.detectors);
            self.detectors.clear();
            self.detectors.extend(
                mention.detectors.iter().filter(|detector| self.meanings.get(usize::from(**detector)).is_some_and(|known| known.1)),
            );
        }
        let mention = MentionOf {
            node,
            item: mention.item,
            table: of.table.unwrap_or(NO_TABLE),
            row: of.row,
            length: mention.length,
            part: mention.part,
            sequence: mention.sequence,
            slot: mention.slot,
            role: of.role,
            elements: mention.elements,
            protected: mention.protected,
        };
        self.records.mentions.push(&mention, &self.detectors);
    }

    /// Sorts the mention's values into fields and keys by what they mean.
    fn gather(&mut self, mention: &StoredMention<'_>, place: Place, of: &mut Pending) {
        let (table, fields) = (place.table, &mut of.fields);
        fields.clear();
        for ((at, detector), value) in mention.detectors.iter().enumerate().zip(unpack(mention.values)) {
            let Some((meaning, _)) = self.meanings.get(usize::from(*detector)).copied() else { continue };
            self.gather_one(fields, mention, table, meaning, mention.token(at), value);
        }
        fields.keys.sort_unstable();
        fields.keys.dedup();
        let known = table.map(|table| &self.catalogue.tables[table as usize]);
        of.row = known.map_or(mention.row, |table| table.row(mention.part, mention.row));
        if let Some(table) = table.filter(|table| self.parents.contains(table)) {
            let value = mix(&[u64::from(table), u64::from(mention.part), mention.row]);
            fields.keys.push(Key { class: Class::Own, value });
        }
        of.table = table;
        of.role = self.role(mention, table);
        fields.tell_maiden_name();
        let joined = &mut self.joined;
        of.name = fields.join_name(joined).then(|| self.names.print(joined));
        of.address = fields.join_address(joined).then(|| self.written.print(joined));
    }

    fn gather_one(
        &mut self,
        fields: &mut Fields,
        mention: &StoredMention<'_>,
        table: Option<u32>,
        meaning: Meaning,
        whole: Token,
        value: &[u8],
    ) {
        let token = whole.0 as u64;
        let text = std::str::from_utf8(value).unwrap_or_default();
        let mut key = |class, value| fields.keys.push(Key { class, value });
        match meaning {
            // Only the last digits are there: `XXX-XX-6789`.
            Meaning::PersonalNumber if text.len() < 6 => key(Class::Partial, token),
            Meaning::PersonalNumber => {
                key(Class::Personal, token);
                self.records.numbers.note(token, text);
            }
            Meaning::IssuedNumber => key(Class::Issued, token),
            Meaning::PartialNumber => key(Class::Partial, token),
            Meaning::Organisation => {
                fields.firm = true;
                if text.contains('@') {
                    self.role_mailboxes.meet(whole, text);
                }
            }
            Meaning::Email if is_role_mailbox(text) => self.role_mailboxes.meet(whole, text),
            Meaning::Email => {
                key(Class::Email, token);
                fields.meet_mailbox(text);
                if self.records.few && fields.mail.is_empty() {
                    fields.mail.push_str(text);
                }
            }
            Meaning::Phone => {
                key(Class::Phone, token);
                fields.meet_phone(token, self.records.phone_places.number(text));
            }
            Meaning::Username => {
                key(Class::Username, token);
                fields.meet_mailbox(text);
            }
            Meaning::Card | Meaning::Account => key(Class::Account, token),
            Meaning::RowKey | Meaning::ForeignKey => self.gather_key(fields, mention, table, meaning, token, value),
            Meaning::UnverifiedId => {
                let column = table.and_then(|table| Some((table, key_column(&self.catalogue.tables[table as usize], value)?)));
                let place = column.map_or((NONE, NONE), |(table, column)| (table, column.seen.column));
                let scope = *self.scopes.entry(place).or_insert_with(|| {
                    let header = column.map_or("", |(_, column)| column.seen.header.as_str());
                    short_hash(super::catalogue::words(header).concat().as_bytes())
                });
                let key = mix(&[scope, token]);
                fields.keys.push(Key { class: Class::Unverified, value: key });
                self.records.scopes.insert(key, scope);
                if let Some(raw) = value.get(2..).and_then(|raw| std::str::from_utf8(raw).ok()) {
                    self.records.numbers.note(key, raw);
                }
            }
            Meaning::BirthDate => fields.birth = fields.birth.max(date(text)),
            Meaning::BirthYear => {
                if fields.birth == 0 {
                    fields.birth = text
                        .get(..4)
                        .and_then(|year| year.parse::<u32>().ok())
                        .filter(|year| (1880..2100).contains(year))
                        .map_or(0, |y| y * 10_000);
                }
            }
            Meaning::Sex => fields.sex = sex(text),
            Meaning::DeathDate => fields.deceased |= !text.is_empty(),
            // A column that says whether somebody has died has a value where it says so.
            Meaning::Deceased => fields.deceased |= !text.is_empty(),
            _ => fields.gather_text(meaning, text),
        }
    }

    /// Row keys and references count within the tables they can mean.
    fn gather_key(&self, fields: &mut Fields, mention: &StoredMention<'_>, table: Option<u32>, meaning: Meaning, token: u64, value: &[u8]) {
        let class = if meaning == Meaning::RowKey { Class::Own } else { Class::Reference };
        let Some(table) = table.map(|table| &self.catalogue.tables[table as usize]) else { return };
        if let Some((column, row)) = value.split_first_chunk::<2>()
            && u16::from_le_bytes(*column) == u16::MAX
        {
            // The row this one lies in.
            if let (Some(parent), Ok(row)) = (table.parent, std::str::from_utf8(row).unwrap_or_default().parse::<u64>()) {
                let value = mix(&[u64::from(parent), u64::from(mention.part), row]);
                fields.keys.push(Key { class: Class::Reference, value });
            }
            return;
        }
        if let Some(column) = key_column(table, value) {
            for group in &column.keys {
                fields.keys.push(Key { class, value: mix(&[group.0, token]) });
            }
        }
    }

    fn role(&self, mention: &StoredMention<'_>, table: Option<u32>) -> Role {
        let Some(table) = table.map(|table| &self.catalogue.tables[table as usize]) else { return Role::Unknown };
        table.slot_roles.get(usize::from(mention.slot)).copied().unwrap_or(Role::Contact)
    }

    fn intern_node(&mut self, of: &Pending) -> u32 {
        let Pending { fields, name_number, address_number, hash, .. } = of;
        let (name, address) = (*name_number, *address_number);
        let anonymous = name == NONE && fields.keys.is_empty();
        let number = self.records.nodes.len() as u32;
        let (records, all_keys) = (&self.records, &self.keys);
        let is = |at: u32| {
            let node = &records.nodes[at as usize];
            (node.name, node.birth, node.sex, node.address, node.organisation)
                == (name, fields.birth, fields.sex, address, fields.organisation)
                && *all_keys.get(node.keys) == *fields.keys
        };
        if !anonymous && let Some(known) = self.by_identity.find_hashed_or(*hash, number, is) {
            return known;
        }
        if let [_, _, ..] = *fields.phones {
            fields.phones.iter().for_each(|(key, place)| self.records.phone_places.note(*key, *place));
        }
        // Twice as many at once would be the most memory a case ever needs.
        if self.records.nodes.len() == self.records.nodes.capacity() {
            self.records.nodes.reserve_exact(self.records.nodes.len() / 4 + 1024);
        }
        let keys = self.keys.add(self.nearby.get(name as usize).copied(), &fields.keys);
        self.records.nodes.push(Node {
            name,
            birth: fields.birth,
            sex: fields.sex,
            name_mark: self.records.names.get(name as usize).map_or(0, Name::mark),
            place: fields.place,
            address,
            keys,
            organisation: fields.organisation,
            own_name: fields.own_name,
        });
        if name != NONE && !fields.mail.is_empty() {
            self.records.mails.push((number, fields.mail.as_str().into()));
        }
        if name == NONE && !fields.mailbox.is_empty() {
            self.records.mailboxes.push((number, fields.mailbox));
        }
        number
    }

    /// Lets go of what it took to tell known names and addresses from new ones, and puts nodes and mentions into an order that depends
    /// on content only.
    fn finish(self) -> (Records, Generic) {
        let Reader { catalogue, mut records, keys, nearby, role_mailboxes, by_identity, names, written, addresses, .. } = self;
        drop((by_identity, names, written, addresses));
        records.numbers.settle();
        let near = |node: &Node| nearby.get(node.name as usize).copied();
        let ids = ids(&records, catalogue);
        let one_in = holdout::one_in(ids.len());
        let mut drawn = Bits::new(if one_in > 1 { ids.len() } else { 0 });
        ids.iter().filter(|of| one_in > 1 && mix(&[of.key]).is_multiple_of(one_in)).for_each(|of| drawn.set(of.node as usize));
        let mut place = places(&records.nodes, ids, near);
        if one_in > 1 {
            records.drawn = Bits::new(place.len());
            (0..).zip(&place).filter(|(at, _)| drawn.get(*at) == Some(true)).for_each(|(_, to)| records.drawn.set(*to as usize));
        }
        records.mentions.renumber(&place);
        records.mailboxes.iter_mut().for_each(|(node, _)| *node = place[*node as usize]);
        records.mails.iter_mut().for_each(|(node, _)| *node = place[*node as usize]);
        records.keep_own_mails();
        records.death_nodes = records.death_nodes.iter().map(|node| place[*node as usize]).collect();
        put_in_order(&mut records.nodes, &mut place);
        drop(place);
        records.all_keys = keys.in_order(&mut records.nodes, near);
        (records, role_mailboxes.into_generic())
    }
}

/// A node, and what it is put in order by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Placed {
    key: u64,
    /// What of its id is not in the key.
    rest: u32,
    node: u32,
}

/// All nodes, each by the least id of its mentions.
fn ids(records: &Records, catalogue: &Catalogue) -> Vec<Placed> {
    let mut ids: Vec<Placed> = (0..records.nodes.len() as u32).map(|node| Placed { key: u64::MAX, rest: 0, node }).collect();
    for mention in records.mentions.iter() {
        let least = &mut ids[mention.node as usize].key;
        *least = (*least).min(records.id(catalogue, &mention));
    }
    ids
}

/// The place of every node: by its name, where `near` tells one, then by its id.
fn places(nodes: &[Node], ids: Vec<Placed>, near: impl Fn(&Node) -> Option<u32>) -> Vec<u32> {
    let mut order = ids;
    for (of, node) in order.iter_mut().zip(nodes) {
        if let Some(hash) = near(node) {
            (of.key, of.rest) = (u64::from(hash) << 32 | of.key >> 32, of.key as u32);
        }
    }
    // Divided first, so that what is sorted stays in the processor's cache.
    let bits = (order.len() / AT_ONCE).next_power_of_two().ilog2();
    let part = |of: Placed| (of.key >> 1 >> (63 - bits)) as usize;
    let mut ends = vec![0usize; 1 << bits];
    order.iter().for_each(|of| ends[part(*of)] += 1);
    let mut starts = Vec::with_capacity(ends.len());
    let mut sum = 0;
    for end in &mut ends {
        starts.push(sum);
        sum += *end;
        *end = sum;
    }
    let mut filled = starts.clone();
    for own in 0..ends.len() {
        while filled[own] < ends[own] {
            let to = part(order[filled[own]]);
            order.swap(filled[own], filled[to]);
            filled[to] += 1;
        }
    }
    for (start, end) in starts.into_iter().zip(ends) {
        order[start..end].sort_unstable();
    }
    let mut place = vec![0; order.len()];
    (0..).zip(order).for_each(|(new, of)| place[of.node as usize] = new);
    place
}

/// What is sorted at a time stays in the processor's cache.
const AT_ONCE: usize = 1 << 15;

/// Puts each where `place` tells, without room for all of them a second time: first into its stretch of places, then within it. `place`
/// is used up.
pub(super) fn put_in_order<T>(things: &mut [T], place: &mut [u32]) {
    let mut filled: Vec<usize> = (0..things.len()).step_by(AT_ONCE).collect();
    for stretch in 0..filled.len() {
        let end = things.len().min((stretch + 1) * AT_ONCE);
        while filled[stretch] < end {
            let at = filled[stretch];
            let own = place[at] as usize / AT_ONCE;
            let to = filled[own];
            filled[own] += 1;
            if own != stretch {
                things.swap(at, to);
                place.swap(at, to);
            }
        }
    }
    for at in 0..things.len() {
        while place[at] as usize != at {
            let to = place[at] as usize;
            things.swap(at, to);
            place.swap(at, to);
        }
    }
}

/// More records than this at one host, and it is no host of one's own.
const SHARED_HOST: u32 = 16;

impl Records {
    /// Keeps e-mail addresses at hosts that hardly anybody else has, by record.
    fn keep_own_mails(&mut self) {
        let host = |mail: &str| hash_text(mail.split('@').next_back().unwrap_or_default());
        let mut borne: Map<u64, u32> = Map::default();
        self.mails.iter().for_each(|(_, mail)| *borne.entry(host(mail)).or_default() += 1);
        self.mails.retain(|(_, mail)| borne.get(&host(mail)).is_some_and(|times| *times <= SHARED_HOST));
        self.mails.sort_unstable();
    }
}

fn key_column<'t>(table: &'t super::catalogue::Table, value: &[u8]) -> Option<&'t super::catalogue::Column> {
    let (column, _) = value.split_first_chunk::<2>()?;
    let number = u32::from(u16::from_le_bytes(*column));
    table.columns.iter().find(|column| column.seen.column == number)
}

#[cfg(test)]
mod tests {
    use super::{super::record::Records, *};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nodes_come_into_order_where_they_lie(count in 0..3 * AT_ONCE as u64, seed in any::<u64>()) {
            let mut places: Vec<u32> = (0..count as u32).collect();
            places.sort_by_key(|place| mix(&[seed, u64::from(*place)]));
            let mut records = Records::default();
            places.iter().for_each(|place| records.add_plain(NONE, *place, Key { class: Class::Phone, value: 7 }));
            put_in_order(&mut records.nodes, &mut places);
            prop_assert!(records.nodes.iter().map(|node| node.birth).eq(0..count as u32));
        }

        #[test]
        fn places_are_those_of_a_plain_sort(of in prop::collection::vec((prop::option::of(any::<u32>()), any::<u64>()), 0..200), times in 1..400u64) {
            let of: Vec<(Option<u32>, u64)> = (0..times).flat_map(|time| of.iter().map(move |(near, id)| (*near, mix(&[*id, time])))).collect();
            let ids: Vec<u64> = of.iter().map(|(_, id)| *id).collect();
            let mut records = Records::default();
            (0..of.len() as u32).for_each(|at| records.add_plain(NONE, at, Key { class: Class::Phone, value: 7 }));
            let placed = ids.iter().zip(0..).map(|(id, node)| Placed { key: *id, rest: 0, node }).collect();
            let place = places(&records.nodes, placed, |node| of[node.birth as usize].0);
            let near = |(near, id): &(Option<u32>, u64)| near.map_or(*id, |near| u64::from(near) << 32 | id >> 32);
            let mut sorted: Vec<u32> = (0..of.len() as u32).collect();
            sorted.sort_by_key(|at| (near(&of[*at as usize]), ids[*at as usize]));
            prop_assert!((0..).zip(sorted).all(|(new, old): (u32, u32)| place[old as usize] == new));
        }
    }
}
