//! Ways in which two records may meet: they share a number, an address, a name and a birth date.
//!
//! Records that meet in no way are never compared.

use super::{
    address::Address,
    apart::{Glance, Outline},
    likeness::joined,
    name::Name,
    namesakes::Namesakes,
    record::{Class, Key, Map, NONE, Record, Records, mix},
    rule::{self, Door},
};
use rayon::prelude::*;
use smallvec::SmallVec;

/// What two records share when they meet. In the order they are gone through: numbers of one person come last, since records that
/// meet by nothing else do not tell how others agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Way {
    /// A reference meets the own key of the row it refers to.
    Row,
    Email,
    Phone,
    Username,
    Account,
    Issued,
    Partial,
    Unverified,
    BirthBag,
    BirthSurname,
    BirthGiven,
    BirthSound,
    BirthDoor,
    BirthPostcode,
    /// Both with a number, whichever.
    NumberedBirthGiven,
    DoorGiven,
    DoorSurname,
    BagCity,
    BagPostcode,
    BagYear,
    Bag,
    Personal,
    Proven,
    // What follows is asked only of few records, and shows no possible pairs.
    Birth,
    SurnameYear,
    SurnameDay,
    GivenYear,
    GivenDay,
    SurnameCity,
    GivenCity,
    MailName,
    MailHost,
}

/// Blocks with more distinct records than this are not compared pair by pair.
const CAP: usize = 200;

/// The same for what many people share by chance: a name, a name and a year, a name and a town.
const WEAK_CAP: usize = 16;

impl Way {
    pub(super) const ALL: [Way; 32] = [
        Way::Row,
        Way::Email,
        Way::Phone,
        Way::Username,
        Way::Account,
        Way::Issued,
        Way::Partial,
        Way::Unverified,
        Way::BirthBag,
        Way::BirthSurname,
        Way::BirthGiven,
        Way::BirthSound,
        Way::BirthDoor,
        Way::BirthPostcode,
        Way::NumberedBirthGiven,
        Way::DoorGiven,
        Way::DoorSurname,
        Way::BagCity,
        Way::BagPostcode,
        Way::BagYear,
        Way::Bag,
        Way::Personal,
        Way::Proven,
        Way::Birth,
        Way::SurnameYear,
        Way::SurnameDay,
        Way::GivenYear,
        Way::GivenDay,
        Way::SurnameCity,
        Way::GivenCity,
        Way::MailName,
        Way::MailHost,
    ];

    /// Those that need a birth date, ...
    const BY_BIRTH: u32 = Way::BirthBag.bit()
        | Way::BirthSurname.bit()
        | Way::BirthGiven.bit()
        | Way::BirthSound.bit()
        | Way::BirthDoor.bit()
        | Way::BirthPostcode.bit()
        | Way::NumberedBirthGiven.bit();

    /// ... an address, ...
    const BY_PLACE: u32 = Way::BirthDoor.bit()
        | Way::BirthPostcode.bit()
        | Way::DoorGiven.bit()
        | Way::DoorSurname.bit()
        | Way::BagCity.bit()
        | Way::BagPostcode.bit();

    /// ... and few records.
    const FAINT: u32 = !((Way::Proven.bit() << 1) - 1);

    #[inline]
    pub(super) const fn bit(self) -> u32 {
        1 << self as u32
    }

    pub(super) const fn cap(self) -> usize {
        if self.is_weak() { WEAK_CAP } else { CAP }
    }

    /// Many people share it by chance.
    pub(super) const fn is_weak(self) -> bool {
        matches!(self, Way::BagCity | Way::BagPostcode | Way::BagYear | Way::Bag) || self.is_faint()
    }

    /// It is asked only of few records, and shows no possible pairs.
    pub(super) const fn is_faint(self) -> bool {
        self as u8 > Way::Proven as u8
    }

    /// It is a number of one person.
    pub(super) const fn is_number(self) -> bool {
        matches!(self, Way::Personal | Way::Proven)
    }

    /// The way of meeting by a key of this class.
    const fn of(class: Class) -> Way {
        match class {
            Class::Personal => Way::Personal,
            Class::Issued => Way::Issued,
            Class::Own | Class::Reference => Way::Row,
            Class::Unverified => Way::Unverified,
            Class::Proven => Way::Proven,
            Class::Account => Way::Account,
            Class::Email => Way::Email,
            Class::Phone => Way::Phone,
            Class::Username => Way::Username,
            Class::Partial => Way::Partial,
        }
    }

    /// Only records of one name meet in it, which namesakes are compared by anyway.
    pub(super) const fn is_of_namesakes(self) -> bool {
        matches!(self, Way::BirthBag | Way::BagCity | Way::BagPostcode | Way::BagYear | Way::Bag)
    }

    /// It is a key, of which a record may have several.
    const fn is_key(self) -> bool {
        matches!(
            self,
            Way::Row
                | Way::Email
                | Way::Phone
                | Way::Username
                | Way::Account
                | Way::Issued
                | Way::Partial
                | Way::Unverified
                | Way::Personal
                | Way::Proven
        )
    }
}

/// Hashes of names, by name; 0 for what is not known. What nothing is met by is left out.
#[derive(Debug)]
struct NameHashes {
    bags: Vec<u64>,
    givens: Vec<u64>,
    surnames: Vec<u64>,
    /// First four letters, folded by sound, of the surname.
    sounds: Vec<u64>,
}

/// Hashes of an address; 0 for what is not known.
#[derive(Clone, Copy, Debug, Default)]
struct PlaceHashes {
    door: u64,
    city: u64,
    postcode: u64,
}

/// What records are met by.
pub(super) struct Meeting<'a> {
    records: &'a Records,
    names: NameHashes,
    places: Vec<PlaceHashes>,
    /// By record, name and host of an e-mail address, 0 for none; of few records only.
    mails: Vec<(u64, u64)>,
    /// By name, and by record; of few records only.
    glances: Vec<Glance>,
    outlines: Vec<Outline>,
    /// By record: [`RARE`], [`TRIED`].
    traits: Vec<u8>,
    pub(super) namesakes: Namesakes,
    /// Some record tells a birth date. Where none does, a name and a year are met by whoever meets by the name.
    is_dated: bool,
}

/// The name is not to be met twice by chance.
const RARE: u8 = 1;

/// It is one of those whose pairs are tried, the same records of a name always.
const TRIED: u8 = 2;

impl<'a> Meeting<'a> {
    /// One in `many` names is tried.
    pub(super) fn new(records: &'a Records, many: u64) -> Meeting<'a> {
        let is_dated = records.nodes.iter().any(|node| node.birth != 0);
        let names = NameHashes::new(records, is_dated);
        let namesakes = Namesakes::new(records, |name| names.bags.get(name as usize).map(|bag| (bag >> 32) as u32));
        let rare = rare(records, &names.bags);
        let of_name = |(rare, bag): (bool, &u64)| (u8::from(rare) * RARE) | (u8::from(bag.is_multiple_of(many)) * TRIED);
        let by_name: Vec<u8> = rare.into_iter().zip(&names.bags).map(of_name).collect();
        let traits = records.nodes.par_iter().map(|node| by_name.get(node.name as usize).copied().unwrap_or(RARE)).collect();
        let mut mails = vec![(0, 0); if records.few { records.nodes.len() } else { 0 }];
        for (node, mail) in &records.mails {
            if let (Some(hashes), Some((name, host))) = (mails.get_mut(*node as usize), mail.split_once('@')) {
                *hashes = (hash_text(name), hash_text(host));
            }
        }
        let glances: Vec<Glance> = if records.few { records.names.par_iter().map(Glance::of).collect() } else { Vec::new() };
        let outline = |(at, mail): (usize, &(u64, u64))| {
            let node = records.record(at);
            Outline::of(records, node, glances.get(node.name as usize).copied().unwrap_or_default(), mail.0 != 0)
        };
        Meeting {
            namesakes,
            is_dated,
            outlines: mails.par_iter().enumerate().map(outline).collect(),
            glances,
            records,
            names,
            places: records.addresses.par_iter().map(PlaceHashes::new).collect(),
            mails,
            traits,
        }
    }

    /// The ways in which a record may meet others, a bit for each.
    pub(super) fn ways(&self, at: usize, node: Record<'_>) -> u32 {
        if node.name == NONE || node.is_organisation() {
            return 0;
        }
        let by_keys = node.keys().iter().fold(0, |ways, key| ways | Way::of(key.class).bit());
        if node.address == NONE && self.mails.is_empty() {
            return by_keys | self.ways_by_name(node);
        }
        by_keys | self.ways_by_parts(at, node)
    }

    /// The ways other than keys in which a record may meet others.
    fn ways_by_parts(&self, at: usize, node: Record<'_>) -> u32 {
        // Most records say so little that most ways need not be asked.
        let nowhere = (if node.birth == 0 { Way::BY_BIRTH } else { 0 })
            | (if node.address == NONE { Way::BY_PLACE } else { 0 })
            | (if self.mails.is_empty() { Way::FAINT } else { 0 })
            | (if self.is_dated { 0 } else { Way::Bag.bit() });
        let open = Way::ALL.iter().filter(|way| !way.is_key() && nowhere & way.bit() == 0);
        open.filter(|way| self.all_parts(**way, at, node).next().is_some()).fold(0, |ways, way| ways | way.bit())
    }

    /// The same for a record without an address, of many: most are such, and what they meet by need not be looked at to know of it.
    fn ways_by_name(&self, node: Record<'_>) -> u32 {
        let has = |of: &[u64]| (node.name as usize) < of.len();
        let bit = |is: bool, way: Way| if is { way.bit() } else { 0 };
        let is_full = node.is_fully_named() && has(&self.names.bags);
        let mut ways = bit(is_full, Way::BagYear) | bit(is_full && self.is_dated, Way::Bag);
        if node.birth == 0 {
            return ways;
        }
        let is_given = has(&self.names.givens);
        if !node.birth.is_multiple_of(10_000) {
            ways |= bit(has(&self.names.bags), Way::BirthBag) | bit(is_given, Way::BirthGiven);
            ways |= bit(has(&self.names.surnames), Way::BirthSurname) | bit(has(&self.names.sounds), Way::BirthSound);
        }
        ways | bit(is_given && self.is_numbered(node), Way::NumberedBirthGiven)
    }

    /// Whether a record has a number of whichever kind.
    fn is_numbered(&self, node: Record<'_>) -> bool {
        node.keys().iter().any(|key| matches!(key.class, Class::Personal | Class::Unverified | Class::Proven))
    }

    /// Whether a record's name is rare enough for a name and a birth date to be one person.
    pub(super) fn is_rare(&self, node: u32) -> bool {
        self.traits.get(node as usize).is_none_or(|traits| traits & RARE != 0)
    }

    fn glance(&self, node: Record<'_>) -> Option<&Glance> {
        self.glances.get(node.name as usize)
    }

    /// Brings what is looked at first when a name is compared into the processor's cache.
    #[inline]
    pub(super) fn foresee(&self, node: Record<'_>) -> u64 {
        self.records.names.get(node.name as usize).map_or(0, |name| u64::from(name.mark()))
    }

    /// The same for what few records meet by.
    #[inline]
    pub(super) fn foresee_outline(&self, node: u32) -> u64 {
        self.outlines.get(node as usize).map_or(0, |outline| outline.any().into())
    }

    /// Whether names have so little in common that it is seen at a glance. Only few records are looked at.
    pub(super) fn agree_in_nothing(&self, a: Record<'_>, b: Record<'_>) -> bool {
        matches!((self.glance(a), self.glance(b)), (Some(x), Some(y)) if x.agrees_in_nothing_with(*y))
    }

    /// Whether two records are those of two people, as far as their names tell, and nothing else is likely to outweigh that. Only few
    /// records are looked at.
    pub(super) fn are_two(&self, at: usize, bt: usize) -> bool {
        let (Some(x), Some(y)) = (self.outlines.get(at), self.outlines.get(bt)) else { return false };
        if !x.names_are_two(y) {
            return self.are_two_in_full(at, bt);
        }
        x.shares_nothing(y) || rule::share_nothing(self.records.record(at), self.records.record(bt))
    }

    /// The same, whatever can be seen at once.
    fn are_two_in_full(&self, at: usize, bt: usize) -> bool {
        let (a, b) = (self.records.record(at), self.records.record(bt));
        let name = |node: Record<'_>| self.records.names.get(node.name as usize);
        let (Some(x), Some(y)) = (self.glance(a), self.glance(b)) else { return false };
        let has_mail = |at: usize| self.mails.get(at).is_some_and(|mail| mail.0 != 0);
        let agree_elsewhere = || rule::births_agree(a.birth, b.birth) || (has_mail(at) && has_mail(bt));
        let hardly_agree = || !agree_elsewhere() && rule::doors(self.records, a, b) < Door::Near;
        let names_are_two = || {
            let (Some(x), Some(y)) = (name(a), name(b)) else { return false };
            // At a glance they are not apart.
            let [given, surname] = x.levels_in_full(y);
            given == 1 || (surname == 1 && hardly_agree())
        };
        (x.are_two(*y) || if x.surnames_differ(*y) { hardly_agree() } else { names_are_two() }) && rule::share_nothing(a, b)
    }

    /// Whether the pairs of a record are tried.
    pub(super) fn is_tried(&self, node: u32) -> bool {
        self.traits.get(node as usize).is_some_and(|traits| traits & TRIED != 0)
    }

    /// Hands over the hashes a record is met by in one way.
    pub(super) fn hashes(&self, way: Way, at: usize, node: Record<'_>, mut hash: impl FnMut(u64)) {
        if way.is_key() {
            let of_way = node.keys().iter().filter(|key| Way::of(key.class) == way);
            of_way.for_each(|key| hash(mix(&[way as u64, key.value])));
        } else {
            self.all_parts(way, at, node).for_each(|(one, other)| hash(mix(&[way as u64, one, other])));
        }
    }

    /// The key a record is met by in a way whose hash ends in this; `None` for row keys, which many rows point to.
    pub(super) fn key(&self, way: Way, node: Record<'_>, half: u32) -> Option<Key> {
        let keys = node.keys().iter().filter(|key| way != Way::Row && Way::of(key.class) == way);
        keys.copied().find(|key| mix(&[way as u64, key.value]) as u32 == half)
    }

    /// Whether two records meet in a way.
    pub(super) fn meet(&self, way: Way, a: (usize, Record<'_>), b: (usize, Record<'_>)) -> bool {
        self.meet_by(way, a, b, |_| true)
    }

    /// The same, by something whose hash `counts`.
    pub(super) fn meet_by(
        &self,
        way: Way,
        (at, a): (usize, Record<'_>),
        (bt, b): (usize, Record<'_>),
        counts: impl Fn(u64) -> bool,
    ) -> bool {
        if !way.is_key() {
            let shared = |parts: &(u64, u64)| self.all_parts(way, bt, b).any(|theirs| theirs == *parts);
            return self.all_parts(way, at, a).any(|parts| shared(&parts) && counts(mix(&[way as u64, parts.0, parts.1])));
        }
        let mut theirs = b.keys().iter().filter(|key| Way::of(key.class) == way).peekable();
        theirs.peek().is_some()
            && a.keys()
                .iter()
                .filter(|key| Way::of(key.class) == way)
                .any(|key| theirs.clone().any(|other| { other.value } == { key.value }) && counts(mix(&[way as u64, key.value])))
    }

    /// What records meet by in a way other than a key.
    fn all_parts(&self, way: Way, at: usize, node: Record<'_>) -> impl Iterator<Item = (u64, u64)> + use<> {
        let second = if self.mails.is_empty() { None } else { self.second_parts(way, node) };
        self.parts(way, at, node).into_iter().chain(second)
    }

    /// What few records meet by as well: a given name in the place of the surname, a postcode where the town is misspelt, the sound of
    /// a surname where the year is wrong.
    fn second_parts(&self, way: Way, node: Record<'_>) -> Option<(u64, u64)> {
        let hash = |of: &[u64]| of.get(node.name as usize).copied();
        let (given, surname) = (hash(&self.names.givens)?, hash(&self.names.surnames)?);
        let place = || self.places.get(node.address as usize);
        let (one, other) = match way {
            Way::DoorSurname => (place()?.door, given),
            Way::SurnameCity => (place()?.postcode, surname),
            Way::GivenCity => (place()?.postcode, given),
            Way::GivenYear => (hash(&self.names.sounds)?, given),
            _ => return None,
        };
        (one != 0 && other != 0).then_some((one, other))
    }

    /// What must be equal for two records to meet in a way other than a key; `None` if this one has no such thing.
    #[inline]
    fn parts(&self, way: Way, at: usize, node: Record<'_>) -> Option<(u64, u64)> {
        let hash = |of: &[u64]| of.get(node.name as usize).copied();
        let (bag, given, surname) = (|| hash(&self.names.bags), || hash(&self.names.givens), || hash(&self.names.surnames));
        let dated = || (!node.birth.is_multiple_of(10_000)).then_some(u64::from(node.birth));
        let place = || self.places.get(node.address as usize);
        let known = |hash: u64| (hash != 0).then_some(hash);
        let full = || if node.is_fully_named() { bag() } else { None };
        // Of few records only.
        let mail = || self.mails.get(at);
        let few = || mail().is_some().then_some(());
        let (year, day) = (u64::from(node.birth / 10_000), u64::from(node.birth % 10_000));
        Some(match way {
            Way::BirthBag => (dated()?, bag()?),
            Way::BirthSurname => (dated()?, surname()?),
            Way::BirthGiven => (dated()?, given()?),
            Way::BirthSound => (dated()?, hash(&self.names.sounds)?),
            Way::BirthDoor => (dated()?, known(place()?.door)?),
            Way::BirthPostcode => (dated()?, known(place()?.postcode)?),
            Way::NumberedBirthGiven if node.birth != 0 => (self.is_numbered(node).then_some(node.birth.into())?, given()?),
            Way::DoorGiven => (known(place()?.door)?, given()?),
            Way::DoorSurname => (known(place()?.door)?, surname()?),
            Way::BagCity => (known(place()?.city)?, full()?),
            Way::BagPostcode => (known(place()?.postcode)?, full()?),
            Way::BagYear => ((node.birth / 10_000).into(), full()?),
            Way::Bag => (0, full()?),
            Way::Birth => (few().and_then(|()| dated())?, 0),
            Way::SurnameYear => (few().and_then(|()| known(year))?, known(surname()?)?),
            Way::SurnameDay => (few().and_then(|()| known(day))?, known(surname()?)?),
            Way::GivenYear => (few().and_then(|()| known(year))?, known(given()?)?),
            Way::GivenDay => (few().and_then(|()| known(day))?, known(given()?)?),
            Way::SurnameCity => (few().and_then(|()| known(place()?.city))?, known(surname()?)?),
            Way::GivenCity => (few().and_then(|()| known(place()?.city))?, known(given()?)?),
            Way::MailName => (known(mail()?.0)?, 0),
            Way::MailHost => (known(mail()?.1)?, 0),
            _ => return None,
        })
    }
}

impl NameHashes {
    fn new(records: &Records, is_dated: bool) -> NameHashes {
        let hashes = |is_asked: bool, hash: fn(&Name) -> u64| -> Vec<u64> {
            if is_asked { records.names.par_iter().map(hash).collect() } else { Vec::new() }
        };
        let are_apart = is_dated || records.few || !records.addresses.is_empty();
        NameHashes {
            bags: hashes(true, hash_bag),
            givens: hashes(are_apart, |name| hash_known(name.given())),
            surnames: hashes(are_apart, |name| hash_known(&joined(name.surname()))),
            sounds: hashes(is_dated || records.few, |name| hash_text(&soundex(&joined(name.surname())))),
        }
    }
}

/// Of the tokens of given name and surname, in whatever order.
pub(super) fn hash_bag(name: &Name) -> u64 {
    let mut text: SmallVec<[u8; 64]> = SmallVec::new();
    let (given, surname) = (name.given(), name.surname());
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte != b' ');
    if is_word(given) && is_word(surname) {
        let (first, last) = if given <= surname { (given, surname) } else { (surname, given) };
        text.extend_from_slice(first.as_bytes());
        text.push(b' ');
        text.extend_from_slice(last.as_bytes());
        return hash_bytes(&text);
    }
    for (at, token) in name.bag().iter().enumerate() {
        text.extend_from_slice(if at == 0 { b"" } else { b" " });
        text.extend_from_slice(token.as_bytes());
    }
    hash_bytes(&text)
}

impl PlaceHashes {
    fn new(address: &Address) -> PlaceHashes {
        let told = address.told();
        PlaceHashes {
            door: told.door().map_or(0, |parts| mix(&parts.map(hash_text))),
            city: hash_known(told.city),
            postcode: hash_known(told.postcode),
        }
    }
}

fn hash_known(text: &str) -> u64 {
    if text.is_empty() { 0 } else { hash_text(text) }
}

/// Birth dates of living people spread over so many days, roughly.
const BIRTHDAYS: f64 = 365.25 * 60.0;

/// Expected coincidences above this make a name common.
pub(super) const COINCIDENCES: f64 = 0.01;

/// By name: whether two people of that name and one birthday are not to be expected, from how often it occurs with different
/// birth dates.
fn rare(records: &Records, bags: &[u64]) -> Vec<bool> {
    let dated = records.nodes.iter().filter(|node| node.name != NONE && node.birth != 0);
    let mut pairs: Vec<(u64, u32)> = dated.map(|node| (bags[node.name as usize], node.birth)).collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    let mut common: Map<u64, ()> = Map::default();
    for of_name in pairs.chunk_by(|a, b| a.0 == b.0) {
        let n = of_name.len() as f64;
        if n * (n - 1.0) / 2.0 / BIRTHDAYS >= COINCIDENCES {
            common.insert(of_name[0].0, ());
        }
    }
    bags.iter().map(|bag| !common.contains_key(bag)).collect()
}

/// Meeting only proposes what is then compared, so that a hash met by chance joins nobody.
pub(super) fn hash_text(text: &str) -> u64 {
    hash_bytes(text.as_bytes())
}

fn hash_bytes(text: &[u8]) -> u64 {
    let (chunks, rest) = text.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let hash = chunks.iter().fold(text.len() as u64, |hash, chunk| mix(&[hash, u64::from_le_bytes(*chunk)]));
    mix(&[hash, u64::from_le_bytes(last)])
}

/// American Soundex (US National Archives), for blocking only.
pub(super) fn soundex(word: &str) -> String {
    let code = |c: char| match c {
        'b' | 'f' | 'p' | 'v' => '1',
        'c' | 'g' | 'j' | 'k' | 'q' | 's' | 'x' | 'z' => '2',
        'd' | 't' => '3',
        'l' => '4',
        'm' | 'n' => '5',
        'r' => '6',
        'h' | 'w' => '-',
        _ => '0',
    };
    let mut out = String::new();
    let mut last = ' ';
    for c in word.chars() {
        let this = code(c);
        if out.is_empty() {
            out.push(c);
        } else if this.is_ascii_digit() && this != '0' && this != last {
            out.push(this);
        }
        if this != '-' {
            last = this;
        }
        if out.len() >= 4 {
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{
        super::{address, name},
        *,
    };
    use proptest::prelude::*;

    #[test]
    fn soundex_of_published_examples() {
        for (word, want) in [("robert", "r163"), ("rupert", "r163"), ("ashcraft", "a261"), ("tymczak", "t522"), ("lee", "l")] {
            assert_eq!(soundex(word), want);
        }
    }

    #[test]
    fn the_ways_of_records_without_an_address_are_those_their_parts_tell() {
        use crate::people::name::Parts;
        let mut records = Records::default();
        for full in ["Ada Byron", "Mary", "M Somerville"] {
            records.names.extend(Name::from_parts(&Parts { full, ..Parts::default() }));
        }
        for births in [&[0][..], &[0, 19_900_000, 19_900_203]] {
            for (name, birth) in (0..3).flat_map(|name| births.iter().map(move |birth| (name, *birth))) {
                records.add_plain(name, birth, Key { class: Class::Phone, value: 7 });
                records.add_plain(name, birth, Key { class: Class::Unverified, value: 7 });
            }
            let meeting = Meeting::new(&records, 1);
            for (at, node) in records.all() {
                assert_eq!(meeting.ways_by_name(node), meeting.ways_by_parts(at, node), "{node:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_seen_at_once_is_what_is_seen_when_looked_at(
            all in prop::collection::vec(
                ("(ann|anna|mary|jo|joan|peter|pete|robert|bob) (smith|smyth|jones|brown|browne)", 0..4u32, 0..5usize, 0..6u64),
                2..9,
            ),
        ) {
            let addresses = ["", "12 Main Street, Fresno, CA 93701", "12 Main St, Fresno, CA 93701", "7 Main Street, Fresno, CA 93701", "Rose Cottage, Fresno"];
            let mut records = Records { few: true, ..Records::default() };
            for (full, birth, address, key) in &all {
                records.names.extend(Name::from_parts(&name::Parts { full, ..name::Parts::default() }));
                let class = [Class::Phone, Class::Unverified, Class::Own, Class::Reference][*key as usize % 4];
                records.add_plain(records.names.len() as u32 - 1, [0, 19_900_203, 19_900_204, 19_711_130][*birth as usize], Key { class, value: key / 4 });
                if let Some(address) = Address::from_parts(&address::Parts { full: addresses[*address], ..address::Parts::default() }) {
                    records.nodes.last_mut().expect("one was added").address = records.addresses.len() as u32;
                    records.addresses.push(address);
                }
            }
            let meeting = Meeting::new(&records, 1);
            for (a, b) in (0..all.len()).flat_map(|a| (0..a).map(move |b| (a, b))) {
                prop_assert_eq!(meeting.are_two(a, b), meeting.are_two_in_full(a, b), "{:?} {:?}", &all[a], &all[b]);
            }
        }
    }

    #[test]
    fn ways_are_gone_through_in_their_order() {
        assert!(Way::ALL.iter().enumerate().all(|(at, way)| *way as usize == at));
    }
}
