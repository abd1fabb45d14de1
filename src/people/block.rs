//! Which pairs of records are worth comparing: records that share a blocking key.
//!
//! Keys are sorted, never looked up pair by pair, so the cost grows with the number of records
//! and not with its square. A key shared by too many different names is generic: it links nobody and is reported.

use super::{
    agreement::{self, Agreement, Sight},
    holdout::{self, Tally, Trial},
    likeness::joined,
    name::Name,
    record::{Class, Map, NONE, Node, Records, mix},
    rule::{self, Numbers, Rule, Tier},
};
use rayon::prelude::*;

/// Blocks with more distinct records than this are not compared pair by pair.
const CAP: usize = 200;

/// The same for keys that many people share by chance: a name, a name and a year, a name and a town.
const WEAK_CAP: usize = 16;

/// Marks such keys.
const WEAK: u64 = 1 << 63;

/// Marks keys that are a number of one person: records that meet by nothing else do not tell how others agree.
const NUMBER: u64 = 1 << 62;

/// What a blocking key is worth.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Plain,
    Weak,
}

impl Kind {
    fn mark(self, key: u64) -> u64 {
        let bits = match self {
            Kind::Number => NUMBER,
            Kind::Plain => 0,
            Kind::Weak => WEAK,
        };
        key & !(WEAK | NUMBER) | bits
    }
}

fn cap(key: u64) -> usize {
    if key & WEAK == 0 { CAP } else { WEAK_CAP }
}

/// Two records a rule joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    pub rule: Rule,
    pub a: u32,
    pub b: u32,
}

/// A key too many share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generic {
    pub class: Option<Class>,
    pub value: u64,
    pub records: usize,
}

/// Blocking keys are made, sorted and compared in so many shares, one after the other: a record has a dozen and a half, and
/// all of them at once would be the most memory that resolving ever takes.
const SHARES: u64 = 8;

/// What comparing records came to.
#[derive(Debug, Default)]
pub struct Proposals {
    /// Between named records, in the total order in which they are applied.
    pub edges: Vec<Edge>,
    /// Keys found generic.
    pub generic: Vec<Generic>,
    /// How the rules fare where something hidden tells who is who.
    pub trials: Vec<Trial>,
    /// How the ways of agreeing fare that join records by R23.
    pub agreed: Tally,
}

/// Compares the records that share a blocking key.
pub fn propose(records: &Records) -> Proposals {
    let all = BlockingKeys::new(records);
    let rarity = Rarity::new(records);
    let one_in = holdout::one_in(records.nodes.len());
    let is_tried = |node: &Node| all.names[node.name as usize].bag.is_multiple_of(one_in);
    let mut proposals = Proposals::default();
    let mut sights: Vec<Sight> = Vec::new();
    let mut alike: Vec<(Agreement, u32, u32)> = Vec::new();
    for share in 0..SHARES {
        let mut keys = all.share(share);
        keys.par_sort_unstable();
        keys.dedup();
        let blocks: Vec<(u64, &[(u64, u32)])> =
            keys.chunk_by(|a, b| a.0 == b.0).filter(|block| block.len() > 1).map(|block| (block[0].0, block)).collect();
        let shared = blocks.iter().filter(|(key, block)| key & WEAK == 0 && block.len() > CAP);
        proposals.generic.extend(shared.map(|(key, block)| Generic { class: None, value: *key, records: block.len() }));
        let compared = blocks.par_iter().filter(|(key, block)| block.len() <= cap(*key)).fold(Found::default, |mut found, (key, block)| {
            let by_number = key & NUMBER != 0;
            for (i, (_, a)) in block.iter().enumerate() {
                let is_tried = is_tried(&records.nodes[*a as usize]);
                for (_, b) in &block[i + 1..] {
                    found.compare(records, &rarity, *a, *b, is_tried, by_number);
                }
            }
            found
        });
        for found in compared.collect::<Vec<Found>>() {
            proposals.edges.extend(found.edges);
            proposals.trials.extend(found.trials);
            sights.extend(found.sights);
            alike.extend(found.alike);
        }
        proposals.edges.par_sort_unstable_by_key(|edge| (edge.rule.tier(), edge.rule, edge.a, edge.b));
        proposals.edges.dedup();
        proposals.trials.par_sort_unstable();
        proposals.trials.dedup();
        alike.par_sort_unstable();
        alike.dedup();
    }
    proposals.join_alike(&mut sights, repeated(records, is_tried), &alike);
    proposals.generic.sort_unstable_by_key(|generic| generic.value);
    proposals
}

impl Proposals {
    /// Joins pairs by ways of agreeing that tell one person.
    fn join_alike(&mut self, sights: &mut Vec<Sight>, repeated: u64, alike: &[(Agreement, u32, u32)]) {
        let telling = agreement::telling(sights, repeated);
        let mut used: Vec<&Tally> = Vec::new();
        for same in alike.chunk_by(|x, y| x.0 == y.0) {
            let Some(tally) = same.first().and_then(|(how, ..)| telling.get(how)) else { continue };
            used.push(tally);
            self.edges.extend(same.iter().map(|(_, a, b)| Edge { rule: Rule::R23, a: *a, b: *b }));
        }
        self.agreed = used.iter().fold(Tally::default(), |all, tally| Tally { one: all.one + tally.one, two: all.two + tally.two });
        self.edges.par_sort_unstable_by_key(|edge| (edge.rule.tier(), edge.rule, edge.a, edge.b));
    }
}

/// Mentions that say again to the letter what another of the same node says, of the nodes that are tried.
fn repeated(records: &Records, is_tried: impl Fn(&Node) -> bool) -> u64 {
    let mut met = vec![false; records.nodes.len()];
    let again = records.mentions.iter().filter(|mention| std::mem::replace(&mut met[mention.node as usize], true));
    again.map(|mention| &records.nodes[mention.node as usize]).filter(|node| agreement::tells_all(node) && is_tried(node)).count() as u64
}

/// What some blocks came to.
#[derive(Default)]
struct Found {
    edges: Vec<Edge>,
    trials: Vec<Trial>,
    sights: Vec<Sight>,
    /// Pairs that no rule joins, and how they agree.
    alike: Vec<(Agreement, u32, u32)>,
}

impl Found {
    fn compare(&mut self, records: &Records, rarity: &Rarity, a: u32, b: u32, is_tried: bool, by_number: bool) {
        let (x, y) = (&records.nodes[a as usize], &records.nodes[b as usize]);
        let (comparison, rare) = (rule::compare(records, x, y), rarity.is_rare(x));
        let rule = rule::judge(&comparison, rare);
        self.edges.extend(rule.map(|rule| Edge { rule, a, b }));
        if is_tried {
            self.trials.extend(holdout::trials(&comparison, rare, a, b));
        }
        let open = rule.is_none_or(|rule| rule.tier() == Tier::Possible) && comparison.personal != Numbers::Different;
        if (open || is_tried)
            && !by_number
            && let Some(how) = Agreement::of(records, &comparison, rare, x, y)
        {
            if open {
                self.alike.push((how, a, b));
            }
            if is_tried {
                self.sights.extend(agreement::by_number(records, &comparison, x, y).map(|one| Sight { how, one, a, b }));
            }
        }
    }
}

/// The blocking keys of every named record.
struct BlockingKeys<'a> {
    records: &'a Records,
    names: Vec<NameKeys>,
    doors: Vec<u64>,
}

impl<'a> BlockingKeys<'a> {
    fn new(records: &'a Records) -> BlockingKeys<'a> {
        BlockingKeys {
            records,
            names: records.names.par_iter().map(NameKeys::new).collect(),
            doors: records.addresses.par_iter().map(super::address::Address::key).collect(),
        }
    }

    /// (key, record) for one share of the keys.
    fn share(&self, share: u64) -> Vec<(u64, u32)> {
        let nodes = self.records.nodes.par_iter().enumerate().filter(|(_, node)| node.name != NONE && !node.organisation);
        nodes
            .flat_map_iter(|(at, node)| {
                let mut keys = Vec::with_capacity(8);
                let door = self.doors.get(node.address as usize).copied().unwrap_or(0);
                node_keys(node, &self.names[node.name as usize], door, self.records, |key, kind| {
                    if key % SHARES == share {
                        keys.push((kind.mark(key), at as u32));
                    }
                });
                keys
            })
            .collect()
    }
}

/// Hashes of a name for blocking.
struct NameKeys {
    bag: u64,
    given: u64,
    surname: u64,
    /// First four letters, folded by sound, of the surname.
    sound: u64,
    full: bool,
}

impl NameKeys {
    fn new(name: &Name) -> NameKeys {
        let hash = hash_text;
        let surname = joined(name.surname());
        NameKeys {
            bag: hash(&name.bag()),
            given: hash(name.given()),
            surname: hash(&surname),
            sound: hash(&soundex(&surname)),
            full: name.is_full(),
        }
    }
}

/// The blocking keys of one record.
fn node_keys(node: &Node, name: &NameKeys, door: u64, records: &Records, mut key: impl FnMut(u64, Kind)) {
    let mut push = |parts: &[u64], kind: Kind| key(mix(parts), kind);
    for key in &node.keys {
        match key.class {
            // A reference meets the own key of the row it refers to.
            Class::Reference | Class::Own => push(&[20, key.value], Kind::Plain),
            class @ (Class::Personal | Class::Proven) => push(&[class as u64, key.value], Kind::Number),
            class => push(&[class as u64, key.value], Kind::Plain),
        }
        if matches!(key.class, Class::Personal | Class::Unverified | Class::Proven) && node.birth != 0 {
            push(&[30, u64::from(node.birth), name.given], Kind::Plain);
        }
    }
    let birth = u64::from(node.birth);
    if !node.birth.is_multiple_of(10_000) {
        push(&[31, birth, name.bag], Kind::Plain);
        push(&[32, birth, name.surname], Kind::Plain);
        push(&[33, birth, name.given], Kind::Plain);
        push(&[34, birth, name.sound], Kind::Plain);
        if door != 0 {
            push(&[35, birth, door], Kind::Plain);
        }
        if let Some(address) = records.addresses.get(node.address as usize).filter(|address| !address.postcode().is_empty()) {
            push(&[39, birth, super::record::mix(&[address.postcode().len() as u64, hash_text(address.postcode())])], Kind::Plain);
        }
    }
    if door != 0 {
        push(&[36, door, name.given], Kind::Plain);
        push(&[37, door, name.surname], Kind::Plain);
    }
    if name.full {
        if let Some(address) = records.addresses.get(node.address as usize) {
            if !address.city().is_empty() {
                push(&[38, name.bag, hash_text(address.city())], Kind::Weak);
            }
            if !address.postcode().is_empty() {
                push(&[40, name.bag, hash_text(address.postcode())], Kind::Weak);
            }
        }
        push(&[41, name.bag, birth / 10_000], Kind::Weak);
        push(&[42, name.bag], Kind::Weak);
    }
}

/// Blocks only propose what is then compared, so that a hash met by chance joins nobody.
pub(super) fn hash_text(text: &str) -> u64 {
    let (chunks, rest) = text.as_bytes().as_chunks::<8>();
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

/// How often a name occurs with different birth dates: what two people of one name and one
/// birthday by chance are judged by.
struct Rarity {
    births: Map<u64, u32>,
    keys: Vec<u64>,
}

/// Birth dates of living people spread over so many days, roughly.
const BIRTHDAYS: f64 = 365.25 * 60.0;

/// Expected coincidences above this make a name common.
pub(super) const COINCIDENCES: f64 = 0.01;

impl Rarity {
    fn new(records: &Records) -> Rarity {
        let keys: Vec<u64> = records.names.par_iter().map(|name| hash_text(&name.bag())).collect();
        let mut pairs: Vec<(u64, u32)> = records
            .nodes
            .iter()
            .filter(|node| node.name != NONE && node.birth != 0)
            .map(|node| (keys[node.name as usize], node.birth))
            .collect();
        pairs.par_sort_unstable();
        pairs.dedup();
        let mut births = Map::default();
        for (key, _) in pairs {
            *births.entry(key).or_insert(0) += 1;
        }
        Rarity { births, keys }
    }

    fn is_rare(&self, node: &Node) -> bool {
        let n = self.keys.get(node.name as usize).and_then(|key| self.births.get(key)).copied().unwrap_or(0);
        let n = f64::from(n);
        n * (n - 1.0) / 2.0 / BIRTHDAYS < COINCIDENCES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soundex_of_published_examples() {
        for (word, want) in [("robert", "r163"), ("rupert", "r163"), ("ashcraft", "a261"), ("tymczak", "t522"), ("lee", "l")] {
            assert_eq!(soundex(word), want);
        }
    }
}
