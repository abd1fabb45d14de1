//! Mentions that say the same to the last byte become one record.
//!
//! What a mention says is written down in a bin, among others whose records will lie beside its own. When all are read, one bin after
//! the other is gone through in the processor's cache, and let go of. So nothing is looked for among all that is known, and records come
//! into being in the order in which they stay.

use super::{
    aside::Aside,
    bin::{Bin, Shelf},
    fields::Fields,
    holdout,
    mention::OfNodes,
    name::Name,
    record::{Bits, Class, Flags, Key, Mailbox, NONE, Node, Records, Span, mix},
};
use std::{
    fs::File,
    hash::{BuildHasher, Hasher},
};

/// Mentions of a bin, about.
const ABOUT: usize = 1 << 16;

const MOST_BINS: usize = 1 << 9;

/// So many namesakes before a record are looked at for the keys it has.
const NAMESAKES: usize = 4;

/// What one mention says, on its way to its record.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    /// Its place among all mentions.
    pub(super) at: u32,
    /// See [`Records::id`].
    pub(super) id: u64,
    /// A hash of the name that its record lies in the order of, where there is one.
    pub(super) near: Option<u32>,
    pub(super) name: u32,
    pub(super) address: u32,
    pub(super) fields: &'a Fields,
}

/// What of a name is asked for when its records are made: the hash they lie in the order of, and [`Name::mark`].
pub(super) type OfName = (u32, u8);

/// What all mentions say, by what records lie in the order of: the hash of their name, or their id.
pub(super) struct Bins {
    placed: Vec<Bin>,
    /// Records that lie in the order of their ids, whose least is known when all mentions are: by what they say.
    unplaced: Vec<Bin>,
    shelf: Shelf,
    /// Of a number that something lies in the order of, as many tell the bin.
    bits: u32,
    mentions: usize,
    keys: usize,
    /// Not the same in every run, so that nobody can make mentions of one hash.
    hashing: foldhash::fast::RandomState,
    /// Reused.
    line: Vec<u8>,
}

/// Where the identity of a line lies among all lines of a bin.
#[derive(Clone, Copy)]
struct Stretch {
    from: usize,
    length: u32,
}

/// All lines of a bin, as they lie one behind the other.
#[derive(Clone, Copy)]
struct Lines<'b>(&'b [u8]);

impl<'b> Lines<'b> {
    /// All of them, with where their identities lie.
    fn iter(self) -> impl Iterator<Item = (Stretch, Line<'b>)> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (line, after) = Line::read(rest)?;
            let from = self.0.len() - rest.len() + HEAD;
            rest = after;
            Some((Stretch { from, length: line.identity.len() as u32 }, line))
        })
    }

    #[inline]
    fn at(self, Stretch { from, length }: Stretch) -> &'b [u8] {
        self.0.get(from..from + length as usize).unwrap_or_default()
    }

    /// Mailbox or mail of a record.
    fn text(self, found: &Found) -> &'b str {
        if found.marks & (MAILBOX | MAIL) == 0 {
            return "";
        }
        let Stretch { from, length } = found.identity;
        let behind = self.0.get(from + length as usize..);
        behind.and_then(|mut rest| text(&mut rest)).unwrap_or_default()
    }
}

/// A text after two bytes of its length.
fn text<'l>(bytes: &mut &'l [u8]) -> Option<&'l str> {
    let length = usize::from(u16::from_le_bytes(first(bytes)?));
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    std::str::from_utf8(text).ok()
}

/// A mention as it is written down.
struct Line<'l> {
    all: &'l [u8],
    at: u32,
    id: u64,
    place: u16,
    marks: u8,
    /// What mentions of one record have in common.
    identity: &'l [u8],
}

/// Bytes before the identity: place among all, id, place of the telephone, marks.
const HEAD: usize = 4 + 8 + 2 + 1;

/// Marks: the first of a record tells its own.
const OWN_NAME: u8 = 1;
const DECEASED: u8 = 2;
const MAILBOX: u8 = 4;
const MAIL: u8 = 8;

/// What an identity begins with: what of it there is.
const ORGANISATION: u8 = 1;
const BIRTH: u8 = 2;
const ADDRESS: u8 = 4;
const SEX: u8 = 8;

/// Bytes of a key: see [`Class::ALL`].
const KEY: usize = 9;

/// So many keys and more are counted in two bytes.
const MANY: usize = u8::MAX as usize;

/// No record has more keys.
const MOST_KEYS: usize = u16::MAX as usize;

#[inline]
fn first<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*first)
}

/// Writes where there is room.
struct Pen<'p> {
    line: &'p mut [u8],
    at: usize,
}

impl Pen<'_> {
    #[inline]
    fn write<const N: usize>(&mut self, bytes: [u8; N]) {
        if let Some(place) = self.line.get_mut(self.at..).and_then(|rest| rest.first_chunk_mut()) {
            *place = bytes;
            self.at += N;
        }
    }
}

impl<'l> Line<'l> {
    /// Of the length that comes back, in a line that is used again.
    fn write(said: &Said<'_>, line: &mut Vec<u8>) -> usize {
        let Said { at, id, name, address, fields, .. } = *said;
        let keys = &fields.keys[..fields.keys.len().min(MOST_KEYS)];
        let (text_mark, text) = match name {
            NONE => (MAILBOX, &*fields.mailbox),
            _ => (MAIL, fields.mail.as_str()),
        };
        let text = &text[..text.floor_char_boundary(usize::from(u16::MAX))];
        let most = HEAD + 1 + 3 * 4 + 1 + 3 + KEY * keys.len() + 2 + text.len();
        if line.len() < most {
            line.resize(most, 0);
        }
        let mut pen = Pen { line, at: 0 };
        let mark = |is: bool, mark: u8| if is { mark } else { 0 };
        pen.write(at.to_le_bytes());
        pen.write(id.to_le_bytes());
        pen.write(fields.place.to_le_bytes());
        pen.write([mark(fields.own_name, OWN_NAME) | mark(fields.deceased, DECEASED) | mark(!text.is_empty(), text_mark)]);
        let (birth, sex) = (fields.birth, fields.sex);
        let parts = mark(birth != 0, BIRTH) | mark(address != NONE, ADDRESS) | mark(sex != 0, SEX);
        pen.write([mark(fields.organisation, ORGANISATION) | parts]);
        pen.write(name.to_le_bytes());
        if birth != 0 {
            pen.write(birth.to_le_bytes());
        }
        if address != NONE {
            pen.write(address.to_le_bytes());
        }
        if sex != 0 {
            pen.write([sex]);
        }
        pen.write([keys.len().min(MANY) as u8]);
        if keys.len() >= MANY {
            pen.write((keys.len() as u16).to_le_bytes());
        }
        for key in keys {
            pen.write([key.class as u8]);
            pen.write({ key.value }.to_le_bytes());
        }
        if !text.is_empty() {
            pen.write((text.len() as u16).to_le_bytes());
            text.bytes().for_each(|byte| pen.write([byte]));
        }
        pen.at
    }

    /// The first of these, and what follows.
    #[inline]
    fn read(bytes: &'l [u8]) -> Option<(Line<'l>, &'l [u8])> {
        let mut rest = bytes;
        let (at, id) = (u32::from_le_bytes(first(&mut rest)?), u64::from_le_bytes(first(&mut rest)?));
        let (place, [marks]) = (u16::from_le_bytes(first(&mut rest)?), first(&mut rest)?);
        let there = *rest.first()?;
        let long = |mark: u8, length: usize| if there & mark != 0 { length } else { 0 };
        let counted = 1 + 4 + long(BIRTH, 4) + long(ADDRESS, 4) + long(SEX, 1);
        let (before, keys) = match usize::from(*rest.get(counted)?) {
            MANY => (counted + 3, usize::from(u16::from_le_bytes(*rest.get(counted + 1..)?.first_chunk()?))),
            keys => (counted + 1, keys),
        };
        let (identity, mut rest) = rest.split_at_checked(before + KEY * keys)?;
        if marks & (MAILBOX | MAIL) != 0 {
            text(&mut rest)?;
        }
        let all = &bytes[..bytes.len() - rest.len()];
        Some((Line { all, at, id, place, marks, identity }, rest))
    }
}

/// What mentions of one record have in common.
struct Identity<'l> {
    organisation: bool,
    name: u32,
    birth: u32,
    address: u32,
    sex: u8,
    keys: &'l [[u8; KEY]],
}

impl<'l> Identity<'l> {
    #[inline]
    fn read(mut bytes: &'l [u8]) -> Option<Identity<'l>> {
        let rest = &mut bytes;
        let [there] = first(rest)?;
        let has = |mark: u8| there & mark != 0;
        let name = u32::from_le_bytes(first(rest)?);
        let birth = if has(BIRTH) { u32::from_le_bytes(first(rest)?) } else { 0 };
        let address = if has(ADDRESS) { u32::from_le_bytes(first(rest)?) } else { NONE };
        let [sex] = if has(SEX) { first(rest)? } else { [0] };
        let [keys] = first(rest)?;
        if usize::from(keys) == MANY {
            let _: [u8; 2] = first(rest)?;
        }
        Some(Identity { organisation: has(ORGANISATION), name, birth, address, sex, keys: rest.as_chunks::<KEY>().0 })
    }

    /// Nothing tells it from any other: each is a record of its own.
    fn is_anonymous(&self) -> bool {
        self.name == NONE && self.keys.is_empty()
    }
}

/// A record as its mentions are gone through.
struct Found {
    /// The least of its mentions' ids.
    id: u64,
    name: u32,
    /// How many they are.
    mentions: u32,
    /// What the first of them says.
    identity: Stretch,
    at: u32,
    place: u16,
    marks: u8,
    name_mark: u8,
}

/// The records of one bin. Reused for the next.
#[derive(Default)]
struct Apart {
    found: Vec<Found>,
    /// By mention, in their order: its record, and its place among all mentions.
    of: Vec<(u32, u32)>,
    /// By hash of an identity: half of it, and its record or [`NONE`].
    table: Vec<(u32, u32)>,
}

impl Apart {
    /// Tells the records of a bin apart.
    fn gather(&mut self, lines: Lines<'_>, count: usize, hashing: &foldhash::fast::RandomState) {
        let Apart { found, of, table } = self;
        found.clear();
        of.clear();
        table.clear();
        table.resize((count * 2).next_power_of_two(), (0, NONE));
        for (stretch, line) in lines.iter() {
            let Some(identity) = Identity::read(line.identity) else { continue };
            let new = found.len() as u32;
            let known = match identity.is_anonymous() {
                true => new,
                false => find_or(table, found, lines, (hash(hashing, line.identity), line.identity), new),
            };
            if known == new {
                let Line { at, id, place, marks, .. } = line;
                found.push(Found { id, name: identity.name, mentions: 0, identity: stretch, at, place, marks, name_mark: 0 });
            }
            let one = &mut found[known as usize];
            one.id = one.id.min(line.id);
            one.mentions += 1;
            one.marks |= line.marks & DECEASED;
            of.push((known, line.at));
        }
    }
}

/// The record of an identity; `new`, where there is none.
fn find_or(table: &mut [(u32, u32)], found: &[Found], lines: Lines<'_>, (hash, identity): (u64, &[u8]), new: u32) -> u32 {
    let (half, last) = (hash as u32, table.len() - 1);
    let mut at = (hash >> 32) as usize & last;
    loop {
        match table[at] {
            (_, NONE) => {
                table[at] = (half, new);
                return new;
            }
            (other, known) if other == half && lines.at(found[known as usize].identity) == identity => return known,
            _ => at = (at + 1) & last,
        }
    }
}

fn hash(hashing: &foldhash::fast::RandomState, identity: &[u8]) -> u64 {
    let mut hasher = hashing.build_hasher();
    hasher.write(identity);
    hasher.finish()
}

impl Bins {
    /// For so many mentions, about. Where there are few, all are one bin: their records lie in the order of their ids. What is not asked
    /// for before all are read is set aside in this file, if there is one.
    pub(super) fn new(mentions: usize, few: bool, scratch: Option<File>) -> Bins {
        let bins = if few { 1 } else { mentions.div_ceil(ABOUT).next_power_of_two().min(MOST_BINS) };
        Bins {
            placed: (0..bins).map(|_| Bin::default()).collect(),
            unplaced: (0..bins).map(|_| Bin::default()).collect(),
            shelf: Shelf::new(scratch),
            bits: bins.ilog2(),
            mentions: 0,
            keys: 0,
            hashing: foldhash::fast::RandomState::default(),
            line: Vec::new(),
        }
    }

    /// The bin of what lies in the order of this number.
    fn bin(bits: u32, number: u64) -> usize {
        (number >> 1 >> (63 - bits)) as usize
    }

    /// Writes down what a mention says.
    pub(super) fn put(&mut self, said: &Said<'_>) {
        let Bins { placed, unplaced, shelf, bits, hashing, line, .. } = self;
        let length = Line::write(said, line);
        let line = &line[..length];
        let bin = match said.near {
            Some(near) => &mut placed[Bins::bin(*bits, u64::from(near) << 32)],
            None if placed.len() == 1 => &mut placed[0],
            None if said.name == NONE && said.fields.keys.is_empty() => &mut placed[Bins::bin(*bits, said.id)],
            None => &mut unplaced[Bins::bin(*bits, hash(hashing, &line[HEAD..]))],
        };
        bin.push(line, shelf);
        self.mentions += 1;
        self.keys += said.fields.keys.len();
    }

    /// Puts what was said by records that lie in the order of their ids into the bins of these.
    fn place(&mut self, apart: &mut Apart, bytes: &mut Vec<u8>) -> anyhow::Result<()> {
        for mut bin in std::mem::take(&mut self.unplaced) {
            let count = bin.lines();
            bin.empty(&mut self.shelf, bytes)?;
            let lines = Lines(bytes);
            apart.gather(lines, count, &self.hashing);
            for ((_, line), (record, _)) in lines.iter().zip(&apart.of) {
                let bin = Bins::bin(self.bits, apart.found[*record as usize].id);
                self.placed[bin].push(line.all, &mut self.shelf);
            }
        }
        Ok(())
    }

    /// Makes the records, in an order that depends on content only: by their name, where `names` tells one, then by their id. What they
    /// hold beside goes into `records` as well; what nobody asks for until later is set aside in files, if there are any.
    pub(super) fn into_records(
        mut self,
        records: &mut Records,
        names: &[OfName],
        scratch: impl Fn() -> Option<File>,
    ) -> anyhow::Result<()> {
        let (mut apart, mut bytes) = (Apart::default(), Vec::new());
        self.place(&mut apart, &mut bytes)?;
        // Room that is not used costs nothing; moving millions of records to where there is more does.
        records.nodes.reserve_exact(self.mentions);
        records.spans.reserve_exact(self.mentions);
        records.all_keys.reserve_exact(self.keys);
        let mut ids = Aside::new(scratch());
        let mut of_nodes = OfNodes::with_capacity(self.mentions, scratch());
        let mut order: Vec<(u64, u32, u32, u32)> = Vec::new();
        let mut next: Vec<u32> = Vec::new();
        for bin in &mut self.placed {
            let count = bin.lines();
            bin.empty(&mut self.shelf, &mut bytes)?;
            let lines = Lines(&bytes);
            apart.gather(lines, count, &self.hashing);
            order.clear();
            order.extend(apart.found.iter_mut().zip(0..).map(|(found, at)| {
                let Some((near, mark)) = names.get(found.name as usize) else {
                    found.name_mark = records.names.get(found.name as usize).map_or(0, Name::mark);
                    return (found.id, 0, found.at, at);
                };
                found.name_mark = *mark;
                (u64::from(*near) << 32 | found.id >> 32, found.id as u32, found.at, at)
            }));
            order.sort_unstable();
            next.clear();
            next.resize(apart.found.len(), 0);
            for (.., at) in &order {
                let found = &apart.found[*at as usize];
                next[*at as usize] = of_nodes.begin(found.mentions);
                ids.push([found.id as u32, (found.id >> 32) as u32]);
                if let Some(identity) = Identity::read(lines.at(found.identity)) {
                    records.add(found, &identity);
                    records.add_text(found, lines.text(found));
                }
            }
            for (record, at) in &apart.of {
                let place = &mut next[*record as usize];
                of_nodes.set(*place, *at);
                *place += 1;
            }
            of_nodes.finish();
        }
        records.of_nodes = of_nodes;
        records.draw(ids)
    }
}

impl Records {
    /// Adds a record.
    fn add(&mut self, found: &Found, identity: &Identity<'_>) {
        let Identity { organisation, name, birth, address, sex, keys } = *identity;
        if found.marks & DECEASED != 0 {
            self.death_nodes.insert(self.nodes.len() as u32);
        }
        let keys = self
            .add_keys_of(name, keys.iter().map(|[class, value @ ..]| Key { class: Class::of(*class), value: u64::from_le_bytes(*value) }));
        self.spans.push(keys);
        self.nodes.push(Node {
            name,
            birth,
            address,
            place: found.place,
            name_mark: found.name_mark,
            flags: Flags::new(organisation, found.marks & OWN_NAME != 0, sex),
        });
    }

    /// Adds the keys of a record, unless those of one of its namesakes before it end in the same: people write the same into most of
    /// their records. What may turn out to be another class of key stands by itself.
    fn add_keys_of(&mut self, name: u32, keys: impl Iterator<Item = Key>) -> Span {
        let from = self.all_keys.len();
        self.all_keys.extend(keys);
        let own = &self.all_keys[from..];
        let before = self.nodes.iter().zip(&self.spans).rev();
        let namesakes = before.take_while(|(node, _)| node.name == name && name != NONE).take(NAMESAKES);
        let ends = namesakes.map(|(_, keys)| keys.range()).filter(|range| range.len() >= own.len());
        let mut same = ends.map(|range| range.end - own.len()).filter(|at| self.all_keys[*at..*at + own.len()] == *own);
        let count = own.len() as u16;
        match same.next().filter(|_| own.iter().all(|key| key.class != Class::Unverified)) {
            Some(known) => {
                self.all_keys.truncate(from);
                Span::new(known as u32, count)
            }
            None => Span::new(from as u32, count),
        }
    }

    /// Keeps the mailbox of a record without a name, the mail of one with a name.
    fn add_text(&mut self, found: &Found, text: &str) {
        let record = self.nodes.len() as u32 - 1;
        if found.marks & MAIL != 0 {
            self.mails.push((record, text.into()));
        }
        if found.marks & MAILBOX != 0 {
            self.mailboxes.extend(Mailbox::fit(text).map(|mailbox| (record, mailbox)));
        }
    }

    /// Chooses the records that are asked about in the hold-out, by their ids.
    fn draw(&mut self, mut ids: Aside<2>) -> anyhow::Result<()> {
        let one_in = holdout::one_in(self.nodes.len());
        if one_in == 1 {
            return Ok(());
        }
        self.drawn = Bits::new(self.nodes.len());
        let mut at = 0;
        ids.recall(|[low, high]| {
            if mix(&[u64::from(high) << 32 | u64::from(low)]).is_multiple_of(one_in) {
                self.drawn.set(at);
            }
            at += 1;
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// Name, birth, whether it has an address, keys, and id.
    type Plain = (Option<u32>, u32, bool, Vec<u64>, u64);

    /// The same, with a number of its own in place of the id where nothing tells it from another.
    type Same = (Option<u32>, u32, bool, Vec<u64>, usize);

    fn fields((_, birth, _, keys, id): &Plain) -> Fields {
        let keys = keys.iter().map(|value| Key { class: Class::Phone, value: *value }).collect();
        Fields {
            birth: *birth,
            keys,
            deceased: id.is_multiple_of(5),
            mailbox: Mailbox::fit("jane").unwrap_or_default(),
            ..Fields::default()
        }
    }

    proptest! {
        #[test]
        fn mentions_that_say_the_same_are_one_record_and_records_lie_in_their_order(
            all in prop::collection::vec((prop::option::of(0..4u32), 0..2u32, any::<bool>(), prop::collection::vec(0..2u64, 0..2), any::<u64>()), 0..80),
            bins in prop::sample::select(vec![1usize, 2, 16]),
            few in any::<bool>(),
        ) {
            let near = |name: u32| name.wrapping_mul(0x9E37_79B9);
            let names: Vec<OfName> = if few { Vec::new() } else { (0..4).map(|name| (near(name), name as u8)).collect() };
            let mut made = Bins::new(bins * ABOUT, few, tempfile::tempfile().ok().filter(|_| !few));
            for (of, at) in all.iter().zip(0..) {
                let (name, address) = (of.0.unwrap_or(NONE), if of.2 { 7 } else { NONE });
                let near = of.0.filter(|_| !few).map(near);
                made.put(&Said { at, id: of.4, near, name, address, fields: &fields(of) });
            }
            let mut records = Records::default();
            made.into_records(&mut records, &names, || None).expect("held");

            // The same, looked for among all.
            let mut plain: BTreeMap<Same, Vec<usize>> = BTreeMap::new();
            for (at, (name, birth, address, keys, _)) in all.iter().enumerate() {
                let own = if name.is_none() && keys.is_empty() { at + 1 } else { 0 };
                plain.entry((*name, *birth, *address, keys.clone(), own)).or_default().push(at);
            }
            let mut expected: Vec<((u64, u32), Vec<usize>)> = plain.into_values().map(|mentions| {
                let least = mentions.iter().map(|at| all[*at].4).min().unwrap_or_default();
                let near = all[mentions[0]].0.filter(|_| !few).map(near);
                (near.map_or((least, 0), |near| (u64::from(near) << 32 | least >> 32, least as u32)), mentions)
            }).collect();
            expected.sort();
            let held = std::mem::take(&mut records.of_nodes).recalled().expect("held");
            let of_nodes: Vec<Vec<usize>> = held.iter().map(|of| of.iter().map(|at| *at as usize).collect()).collect();
            prop_assert_eq!(&of_nodes, &expected.into_iter().map(|(_, mentions)| mentions).collect::<Vec<_>>());
            prop_assert_eq!(records.nodes.len(), of_nodes.len());
            for ((at, node), mentions) in records.all().zip(&of_nodes) {
                let of = &all[mentions[0]];
                prop_assert_eq!((node.name, node.birth, node.address == 7), (of.0.unwrap_or(NONE), of.1, of.2));
                prop_assert_eq!(node.keys(), &fields(of).keys);
                prop_assert_eq!(node.name_mark, if few { 0 } else { of.0.unwrap_or(0) as u8 });
                let at = at as u32;
                prop_assert_eq!(records.death_nodes.contains(&at), mentions.iter().any(|mention| fields(&all[*mention]).deceased));
                prop_assert_eq!(records.mailboxes.iter().any(|(of, mailbox)| *of == at && mailbox.as_str() == "jane"), of.0.is_none());
            }
        }
    }

    #[test]
    fn long_lines_come_out_as_they_went_in() {
        let (mut all, mut line) = (Vec::new(), Vec::new());
        let keys = |count: u64| (0..count).map(|value| Key { class: Class::Partial, value }).collect();
        let counts = [0, 1, 254, 255, 256, 9_000, 70_000];
        for count in counts {
            let fields = Fields { keys: keys(count), sex: b'f', mail: "a@b.example".to_owned(), ..Fields::default() };
            let said = Said { at: count as u32, id: count, near: None, name: 3, address: 4, fields: &fields };
            let length = Line::write(&said, &mut line);
            all.extend_from_slice(&line[..length]);
        }
        let lines = Lines(&all);
        let read: Vec<(u32, usize)> = lines
            .iter()
            .map(|(stretch, line)| {
                assert_eq!(lines.at(stretch), line.identity);
                let identity = Identity::read(line.identity).expect("an identity");
                assert_eq!((identity.name, identity.address, identity.sex, identity.organisation), (3, 4, b'f', false));
                (line.at, identity.keys.len())
            })
            .collect();
        assert_eq!(read, counts.map(|count| (count as u32, (count as usize).min(MOST_KEYS))));
    }
}
