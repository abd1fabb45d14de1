//! Reads the mentions of a case into nodes: names, birth dates, addresses and keys, interned.

use super::{
    catalogue::Catalogue,
    collapse::{Bins, OfName, Said},
    fields::{FIRM, Fields, date, new_address, new_name, sex},
    firm::is_role_mailbox,
    generic::{Generic, RoleMailboxes},
    intern::{Index, Print, Texts},
    mention::{MentionOf, Met},
    record::{Class, FEW, Key, Map, NONE, Records, id, mix, short_hash},
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
use std::{fs::File, hint::black_box};

/// The used mentions of a case.
pub(super) struct Gathered {
    pub(super) records: Records,
    /// What goes into [`Records::mentions`].
    pub(super) met: Met,
    /// What of them links nobody.
    pub(super) generic: Generic,
}

/// Reads the used mentions of a case. Where there are many, what nobody asks for until records are joined may be `set_aside` in the case
/// folder.
pub(super) fn read(evidence: &Evidence<'_>, catalogue: &Catalogue, set_aside: bool) -> anyhow::Result<Gathered> {
    let mentions = evidence.mention_count();
    let few = mentions <= FEW;
    let scratch = || if set_aside && !few { evidence.scratch() } else { None };
    let mut reader = Reader::new(evidence, catalogue, Bins::new(mentions, few, scratch()), Met::new(scratch()));
    reader.records.few = few;
    // Room that is not used costs nothing; moving millions of names to where there is more does.
    reader.records.names.reserve_exact(mentions);
    evidence.mentions_at_once(ROUND, |mentions| reader.take(mentions))?;
    reader.finish(scratch)
}

/// So many mentions are taken at once: what each looks up is brought into the processor's cache for all of them before it is asked for, since
/// waiting for one look after the other is most of the work.
const ROUND: usize = 64;

struct Reader<'a> {
    evidence: &'a Evidence<'a>,
    catalogue: &'a Catalogue,
    records: Records,
    /// By the fields as they stand, so that a name or an address is taken apart once.
    names: Texts,
    written: Texts,
    addresses: Index,
    /// Reused for looking up.
    joined: String,
    /// Tables whose rows hold rows of other tables, by place in the catalogue.
    parents: std::collections::HashSet<u32>,
    bins: Bins,
    met: Met,
    /// By name. Where there are many records, those of one name lie together, so that whoever looks at one person's has them at hand.
    of_names: Vec<OfName>,
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
    /// What ids of mentions rest on.
    item: u64,
    number: u32,
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
    near: Option<u32>,
    /// See [`Records::id`].
    id: u64,
}

impl<'a> Reader<'a> {
    fn new(evidence: &'a Evidence<'a>, catalogue: &'a Catalogue, bins: Bins, met: Met) -> Reader<'a> {
        let parents = catalogue.tables.iter().filter_map(|table| table.parent).collect();
        Reader {
            evidence,
            catalogue,
            records: Records::default(),
            names: Texts::default(),
            written: Texts::default(),
            addresses: Index::default(),
            joined: String::new(),
            parents,
            bins,
            met,
            of_names: Vec::new(),
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
    fn identify(&mut self, item: u32) -> u64 {
        let (catalogue, evidence) = (self.catalogue, self.evidence);
        *self.records.identities.entry(item).or_insert_with(|| {
            let seen = catalogue.place(item).and_then(|place| evidence.items.get(place));
            seen.map_or(0, |seen| {
                if seen.digest.is_unknown() { short_hash(seen.path.as_bytes()) } else { short_hash(seen.digest.to_string().as_bytes()) }
            })
        })
    }

    fn place(&mut self, mention: &StoredMention<'_>) -> Place {
        let at = (mention.item, mention.part, mention.table);
        if let Some(place) = self.place.filter(|place| place.at == at) {
            return place;
        }
        let table = self.catalogue.table_index(mention.item, mention.part, mention.table);
        let number = self.catalogue.number(table);
        let mut place = Place { at, is_used: self.catalogue.is_used(mention.item), table, item: 0, number };
        if place.is_used {
            place.item = self.identify(mention.item);
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
        // Looked up for all of them, since nobody waits for one of many.
        let near = |of: &mut Pending| of.near = self.of_names.get(of.name_number as usize).map(|(near, _)| *near);
        pending.iter_mut().for_each(near);
        taken.iter().zip(pending).for_each(|(mention, of)| self.settle(mention, of));
        self.pending = all;
    }

    /// Name and address get their numbers.
    fn intern(&mut self, mention: &StoredMention<'_>, of: &mut Pending) {
        let Pending { fields, name, address, .. } = of;
        let (records, of_names) = (&mut self.records, &mut self.of_names);
        let known = of.table.map(|table| &self.catalogue.tables[table as usize]);
        let name = name.map_or(NONE, |print| self.names.number(print, || new_name(fields, records)));
        if !records.few {
            of_names.extend(records.names[of_names.len()..].iter().map(|name| ((hash_bag(name) >> 32) as u32, name.mark())));
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
        (of.name_number, of.address_number) = (name, address);
    }

    /// The mention is put with those that may be of its record.
    fn settle(&mut self, mention: &StoredMention<'_>, of: &Pending) {
        let Pending { fields, id, near, name_number, address_number, .. } = of;
        let (name, address) = (*name_number, *address_number);
        self.bins.put(&Said { at: self.met.len(), id: *id, near: *near, name, address, fields });
        if let [_, _, ..] = *fields.phones {
            fields.phones.iter().for_each(|(key, place)| self.records.phone_places.note(*key, *place));
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
            node: NONE,
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
        self.met.push(&mention, &self.detectors);
    }

    /// Sorts the mention's values into fields and keys by what they mean.
    fn gather(&mut self, mention: &StoredMention<'_>, place: Place, of: &mut Pending) {
        let (table, fields) = (place.table, &mut of.fields);
        fields.clear();
        for ((at, detector), value) in mention.detectors.iter().enumerate().zip(unpack(mention.values)) {
            let Some((meaning, _)) = self.meanings.get(usize::from(*detector)).copied() else { continue };
            self.gather_one(fields, mention, table, meaning, mention.token(at), value);
        }
        fields.keys.sort_unstable_by_key(|key| (key.class as u128) << 64 | u128::from(key.value));
        fields.keys.dedup();
        let known = table.map(|table| &self.catalogue.tables[table as usize]);
        of.row = known.map_or(mention.row, |table| table.row(mention.part, mention.row));
        of.id = id(place.item, place.number, of.row, mention.slot);
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

    /// Lets go of what it took to tell known names and addresses from new ones, and makes records, in an order that depends on content
    /// only.
    fn finish(self, scratch: impl Fn() -> Option<File>) -> anyhow::Result<Gathered> {
        let Reader { mut records, bins, met, of_names, role_mailboxes, names, written, addresses, .. } = self;
        drop((names, written, addresses));
        records.numbers.settle();
        bins.into_records(&mut records, &of_names, scratch)?;
        records.keep_own_mails();
        Ok(Gathered { records, met, generic: role_mailboxes.into_generic() })
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
