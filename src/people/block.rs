//! Which pairs of records are worth comparing: records that meet in some way.
//!
//! What records meet by is sorted, never looked up pair by pair, so the cost grows with the number of records
//! and not with its square. What too many records share links nobody. A pair is compared once, in the first way it meets.

use super::{
    agreement::{self, Agreement, Sight},
    edges::Parts,
    generic::{self, Crowd},
    holdout::{self, Tally, Trial},
    likelihood::{Model, Pattern, Seen},
    record::Records,
    rule::{self, Birth, Numbers, Rule, Tier},
    slip::Slips,
    way::{Meeting, Way},
};
use rayon::prelude::*;
use std::{
    collections::HashSet,
    hint::black_box,
    sync::atomic::{AtomicU32, Ordering},
};

/// Two records a rule joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, packed)] // nine bytes, not twelve: there are as many as records
pub struct Edge {
    pub rule: Rule,
    pub a: u32,
    pub b: u32,
}

/// What comparing records came to.
#[derive(Debug, Default)]
pub struct Proposals {
    /// Between named records, in the total order in which they are applied.
    pub edges: Vec<Edge>,
    /// How the rules fare where something hidden tells who is who.
    pub trials: Vec<Trial>,
    /// How the ways of agreeing fare that join records by R23.
    pub agreed: Tally,
    /// What was learnt and joined by R24: right and wrong, as expected.
    pub likely: Tally,
    /// Values that too many share to link anybody.
    pub crowds: Vec<Crowd>,
    /// What was joined by R25.
    pub slips: Tally,
    /// Birth dates of one person differ so often that R24 is not asked about them.
    pub dates_err: bool,
    /// A number by record that is done with: room that is there.
    pub(super) room: Vec<u32>,
}

/// Records are taken in chunks of so many, ...
const CHUNK: usize = 1 << 16;

/// ... whose hashes are divided so that what is sorted at a time stays in the processor's cache.
const BUCKET: usize = 1 << 11;
const MOST_BUCKETS: usize = 1 << 12;

/// So many records or mentions are brought into the processor's cache before they are gone through.
pub(super) const AHEAD: usize = 256;

/// Compares the records that meet.
pub fn propose(records: &Records) -> Proposals {
    let one_in = holdout::one_in(records.nodes.len());
    let meeting = Meeting::new(records, one_in);
    let bits = (records.nodes.len() / BUCKET).next_power_of_two().min(MOST_BUCKETS).ilog2();
    let ways: Vec<u32> = (0..records.nodes.len()).into_par_iter().map(|at| meeting.ways(at, records.record(at))).collect();
    let used = ways.par_iter().copied().reduce(|| 0, |one, other| one | other);
    let met_in: Vec<AtomicU32> = records.nodes.iter().map(|_| AtomicU32::new(0)).collect();
    let blocks = AtomicU32::new(0);
    let mut crowded = Crowded::default();
    let mut all = Found::default();
    let mut edges = Parts::default();
    for way in Way::ALL.into_iter().filter(|way| used & way.bit() != 0) {
        let chunks = ways.par_chunks(CHUNK).enumerate();
        let chunk = |hashes: &mut Vec<_>, (at, ways)| Chunk::new(&meeting, records, way, at * CHUNK, ways, bits, hashes);
        let chunks: Vec<Chunk> = chunks.map_init(Vec::new, chunk).collect();
        let comparing = Comparing { meeting: &meeting, records, ways: &ways, crowded: &crowded, met_in: &met_in, blocks: &blocks, bits };
        let met = (0..1usize << bits).into_par_iter().with_min_len(8).fold(Found::default, |mut found, bucket| {
            comparing.bucket(way, &chunks, bucket, &mut found);
            found
        });
        for mut found in met.collect::<Vec<Found>>() {
            edges.add(&std::mem::take(&mut found.edges));
            crowded.add(way, records.nodes.len(), &found);
            all.join(found);
        }
    }
    drop(met_in);
    let comparing = Comparing { meeting: &meeting, records, ways: &ways, crowded: &crowded, met_in: &[], blocks: &blocks, bits };
    let stretches = (0..records.nodes.len().div_ceil(CHUNK)).into_par_iter().map(|chunk| {
        let (mut found, mut parts) = (comparing.namesakes(chunk * CHUNK), Parts::default());
        parts.add(&std::mem::take(&mut found.edges));
        (found, parts)
    });
    for (found, parts) in stretches.collect::<Vec<_>>() {
        edges.join(parts);
        all.join(found);
    }
    drop(crowded);
    let Found { mut trials, mut sights, mut alike, seen, likely, slips, crowds, .. } = all;
    trials.par_sort_unstable();
    trials.dedup();
    alike.par_sort_unstable();
    alike.dedup();
    let mut proposals = Proposals { trials, crowds: generic::most_frequent(crowds), room: ways, ..Proposals::default() };
    let repeated = repeated(records, |node| meeting.is_tried(node));
    proposals.join_alike(&mut sights, repeated, &alike);
    if let Some(model) = Model::learn(records, &meeting, &seen, one_in).filter(|model| model.is_borne_out(&seen, repeated)) {
        proposals.join_likely(&model, &likely);
    }
    proposals.slips = slips.settle(&mut proposals.edges);
    edges.add(&std::mem::take(&mut proposals.edges));
    drop(meeting);
    proposals.edges = edges.in_order();
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
    }

    /// Joins pairs that are one person's by what was learnt.
    fn join_likely(&mut self, model: &Model, likely: &[(Pattern, u32, u32)]) {
        let (mut all, mut right) = (0u64, 0.0);
        for (pattern, a, b) in likely.iter().filter(|(pattern, ..)| model.joins(*pattern)) {
            all += 1;
            right += model.probability(*pattern);
            self.edges.push(Edge { rule: Rule::R24, a: *a, b: *b });
        }
        self.dates_err = model.dates_err;
        let one = (right as u64).min(all);
        self.likely = Tally { one, two: all - one };
    }
}

/// Mentions that say again to the letter what another of the same node says, of the nodes that are tried.
fn repeated(records: &Records, is_tried: impl Fn(u32) -> bool) -> u64 {
    let tells = |node: &u32| is_tried(*node) && agreement::tells_all(records.record(*node as usize));
    let several = (0..).zip(records.of_nodes.counts()).filter(|(node, mentions)| *mentions > 1 && tells(node));
    several.map(|(_, mentions)| mentions as u64 - 1).sum()
}

/// Where a hash is sorted.
fn bucket(hash: u64, bits: u32) -> usize {
    (hash >> 32 >> (32 - bits)) as usize
}

/// What the records of a chunk are met by in one way: half of each hash, and the record, divided by the first bits of the hash.
struct Chunk {
    entries: Vec<u64>,
    /// Where each bucket begins, and where the last ends.
    starts: Vec<u32>,
}

impl Chunk {
    /// `hashes` is room that is used again.
    fn new(
        meeting: &Meeting<'_>,
        records: &Records,
        way: Way,
        first: usize,
        ways: &[u32],
        bits: u32,
        hashes: &mut Vec<(u64, u32)>,
    ) -> Chunk {
        hashes.clear();
        // Of namesakes who share something, the first stands for all.
        let (mut seen, mut of) = (0, None);
        for (at, _) in ways.iter().enumerate().filter(|(_, ways)| *ways & way.bit() != 0) {
            let at = first + at;
            let node = at as u32;
            if way.is_of_namesakes() && meeting.namesakes.are_all_near(node) {
                continue;
            }
            let name = Some(meeting.namesakes.first(node));
            if of != name {
                (seen, of) = (hashes.len(), name);
            }
            meeting.hashes(way, at, records.record(at), |hash| {
                if hashes[seen..].iter().all(|(known, _)| *known != hash) {
                    hashes.push((hash, node));
                }
            });
        }
        if hashes.is_empty() {
            return Chunk { entries: Vec::new(), starts: Vec::new() };
        }
        let bucket = |hash: u64| bucket(hash, bits);
        let mut starts = vec![0u32; (1 << bits) + 1];
        hashes.iter().for_each(|(hash, _)| starts[bucket(*hash) + 1] += 1);
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut entries = vec![0; hashes.len()];
        for (hash, node) in hashes.iter().rev() {
            let end = &mut starts[bucket(*hash) + 1];
            *end -= 1;
            entries[*end as usize] = hash << 32 | u64::from(*node);
        }
        // What were the ends are now the beginnings, one place too far.
        starts.remove(0);
        starts.push(entries.len() as u32);
        Chunk { entries, starts }
    }

    fn bucket(&self, bucket: usize) -> &[u64] {
        match self.starts.get(bucket..bucket + 2) {
            Some([from, to]) => &self.entries[*from as usize..*to as usize],
            _ => &[],
        }
    }
}

/// What some buckets came to.
#[derive(Default)]
struct Found {
    edges: Vec<Edge>,
    trials: Vec<Trial>,
    sights: Vec<Sight>,
    /// Pairs that no rule joins, and how they agree.
    alike: Vec<(Agreement, u32, u32)>,
    /// How pairs agree, for learning how likely they are one person's, ...
    seen: Seen,
    /// ... and those that no rule joins.
    likely: Vec<(Pattern, u32, u32)>,
    /// Pairs whose identifiers are one typing error apart.
    slips: Slips,
    /// Records that share something with too many.
    crowded: Vec<u32>,
    /// What they share, where it is a key.
    crowds: Vec<Crowd>,
    /// The hash of what they share, as far as it tells.
    crowded_hashes: Vec<u64>,
    /// Reused.
    entries: Vec<u64>,
    block: Vec<u32>,
}

impl Found {
    /// Adds what another found, but for edges and the records of crowds.
    fn join(&mut self, other: Found) {
        self.trials.extend(other.trials);
        self.sights.extend(other.sights);
        self.alike.extend(other.alike);
        self.seen.join(other.seen);
        self.likely.extend(other.likely);
        self.slips.join(other.slips);
        self.crowds.extend(other.crowds);
    }
}

/// What is shared by too many. Hardly any leak has such records.
#[derive(Default)]
struct Crowded {
    /// By record: the ways in which it meets too many; empty while no record does.
    ways: Vec<u32>,
    /// What they meet by, see [`place`].
    hashes: HashSet<u64>,
}

impl Crowded {
    fn add(&mut self, way: Way, records: usize, found: &Found) {
        if !found.crowded.is_empty() {
            self.ways.resize(records, 0);
            found.crowded.iter().for_each(|node| self.ways[*node as usize] |= way.bit());
            self.hashes.extend(&found.crowded_hashes);
        }
    }

    fn ways(&self, a: u32, b: u32) -> u32 {
        let of = |node: u32| self.ways.get(node as usize).copied().unwrap_or(0);
        of(a) | of(b)
    }
}

/// What of a hash tells blocks apart, and the way.
fn place(way: Way, bucket: usize, half: u64) -> u64 {
    (way as u64) << 44 | (bucket as u64) << 32 | half
}

/// Comparing records that meet.
struct Comparing<'a> {
    meeting: &'a Meeting<'a>,
    records: &'a Records,
    /// By record: the ways in which it may meet others, ...
    ways: &'a [u32],
    /// ... those gone through already in which it meets too many, ...
    crowded: &'a Crowded,
    /// ... and the block it was last compared in.
    met_in: &'a [AtomicU32],
    /// How many blocks there were.
    blocks: &'a AtomicU32,
    /// Of a hash, for its bucket.
    bits: u32,
}

impl Comparing<'_> {
    /// Compares all who meet in one way but namesakes.
    fn bucket(&self, way: Way, chunks: &[Chunk], bucket: usize, found: &mut Found) {
        let (mut entries, mut block) = (std::mem::take(&mut found.entries), std::mem::take(&mut found.block));
        entries.clear();
        chunks.iter().for_each(|chunk| entries.extend_from_slice(chunk.bucket(bucket)));
        entries.sort_unstable();
        entries.dedup();
        let namesakes = &self.meeting.namesakes;
        let (mut at, mut foreseen) = (0, 0);
        for same in entries.chunk_by(|a, b| a >> 32 == b >> 32) {
            at += same.len();
            if at > foreseen {
                foreseen = entries.len().min(at + AHEAD);
                self.foresee(way, &entries[at - same.len()..foreseen]);
            }
            if same.len() < 2 {
                continue;
            }
            self.all_of(way, bucket, same, &mut block);
            if block.len() > way.cap() {
                found.crowded.extend_from_slice(&block);
                found.crowded_hashes.push(place(way, bucket, same[0] >> 32));
                let node = block[0];
                let key = self.meeting.key(way, self.records.record(node as usize), (same[0] >> 32) as u32);
                found.crowds.extend(key.map(|key| Crowd { key, records: block.len() as u32, node }));
                continue;
            }
            let met_in = |node: &u32| &self.met_in[*node as usize];
            let last = |node: &u32| met_in(node).load(Ordering::Relaxed);
            // What records meet in by turns: their telephone, their name, their number.
            let known = last(&block[0]);
            if known != 0 && block[1..].iter().all(|node| last(node) == known) {
                continue;
            }
            for (i, a) in block.iter().enumerate() {
                let (known, name) = (last(a), namesakes.first(*a));
                let is_tried = self.meeting.is_tried(*a);
                for b in &block[i + 1..] {
                    let is_new = (known == 0 || known != last(b)) && namesakes.first(*b) != name;
                    if is_new && !self.are_two(way, *a, *b) && !self.have_met(way, *a, *b) {
                        self.compare(way, found, *a, *b, is_tried);
                    }
                }
            }
            let this = self.blocks.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
            block.iter().for_each(|node| met_in(node).store(this, Ordering::Relaxed));
        }
        (found.entries, found.block) = (entries, block);
    }

    /// All records of a block, in order: those that these entries stand for, too.
    fn all_of(&self, way: Way, at: usize, entries: &[u64], block: &mut Vec<u32>) {
        block.clear();
        let namesakes = &self.meeting.namesakes;
        let mut last = None;
        for entry in entries {
            let node = *entry as u32;
            let first = namesakes.first(node);
            if last.replace(first) == Some(first) {
                continue;
            }
            block.push(node);
            for other in namesakes.after(node).filter(|other| self.ways[*other as usize] & way.bit() != 0) {
                let mut is_of = false;
                let is = |hash: u64| hash << 32 >> 32 == entry >> 32 && bucket(hash, self.bits) == at;
                self.meeting.hashes(way, other as usize, self.records.record(other as usize), |hash| is_of |= is(hash));
                if is_of {
                    block.push(other);
                }
            }
        }
    }

    /// Compares namesakes, who lie beside each other, in the first way they meet. Those of names that begin in one chunk.
    fn namesakes(&self, from: usize) -> Found {
        // Room that is not used costs nothing; what grows is there twice for a while.
        let mut found = Found { edges: Vec::with_capacity(CHUNK), ..Found::default() };
        let nodes = from as u32..self.records.nodes.len().min(from + CHUNK) as u32;
        let namesakes = &self.meeting.namesakes;
        for first in nodes.filter(|node| namesakes.are_all_near(*node) && namesakes.first(*node) == *node) {
            for a in std::iter::once(first).chain(namesakes.after(first)) {
                let is_tried = self.meeting.is_tried(a);
                for b in namesakes.after(a) {
                    if let Some(way) = self.first_way(a, b) {
                        self.compare(way, &mut found, a, b, is_tried);
                    }
                }
            }
        }
        found
    }

    /// The first way in which two records meet, and not too many others.
    fn first_way(&self, a: u32, b: u32) -> Option<Way> {
        let record = |at: u32| (at as usize, self.records.record(at as usize));
        let mut ways = self.ways[a as usize] & self.ways[b as usize];
        let crowded = self.crowded.ways(a, b);
        let is_free = |way: Way, hash: u64| !self.crowded.hashes.contains(&place(way, bucket(hash, self.bits), hash << 32 >> 32));
        while ways != 0 {
            let way = *Way::ALL.get(ways.trailing_zeros() as usize)?;
            ways &= ways - 1;
            let counts = |hash| crowded & way.bit() == 0 || is_free(way, hash);
            if self.meeting.meet_by(way, record(a), record(b), counts) {
                return Some(way);
            }
        }
        None
    }

    /// Brings the records that these entries may bring together into the processor's cache: nobody waits for one after the other.
    fn foresee(&self, way: Way, entries: &[u64]) {
        let meet = || entries.windows(2).filter(|pair| pair[0] >> 32 == pair[1] >> 32).flatten().map(|entry| *entry as u32);
        let mut seen = 0;
        if way.is_faint() {
            let met_in = |node: u32| u64::from(self.met_in[node as usize].load(Ordering::Relaxed));
            black_box(meet().fold(0, |seen, node| seen ^ met_in(node) ^ self.meeting.foresee_outline(node)));
            return;
        }
        for node in meet() {
            let at = node as usize;
            seen ^= self.records.foresee_one(at) ^ u64::from(self.ways[at] ^ self.met_in[at].load(Ordering::Relaxed));
            seen ^= u64::from(self.meeting.is_rare(node));
        }
        for node in meet() {
            let node = self.records.record(node as usize);
            seen ^= node.keys().first().map_or(0, |key| key.value) ^ self.meeting.foresee(node);
        }
        black_box(seen);
    }

    /// Whether two records were compared already.
    fn have_met(&self, way: Way, a: u32, b: u32) -> bool {
        let crowded = self.crowded.ways(a, b);
        let (a, b) = (a as usize, b as usize);
        let ways = self.ways[a] & self.ways[b] & !crowded & (way.bit() - 1);
        let (x, y) = (self.records.record(a), self.records.record(b));
        ways != 0 && Way::ALL.iter().filter(|way| ways & way.bit() != 0).any(|way| self.meeting.meet(*way, (a, x), (b, y)))
    }

    /// Whether nothing can come of comparing two records that have hardly met.
    fn are_two(&self, way: Way, a: u32, b: u32) -> bool {
        way.is_faint() && self.meeting.are_two(a as usize, b as usize)
    }

    fn compare(&self, way: Way, found: &mut Found, a: u32, b: u32, is_tried: bool) {
        let (records, x, y) = (self.records, self.records.record(a as usize), self.records.record(b as usize));
        let (comparison, rare) = (rule::compare(records, x, y), self.meeting.is_rare(a));
        let rule = rule::judge(&comparison, rare);
        let open = rule.is_none_or(|rule| rule.tier() == Tier::Possible) && comparison.personal != Numbers::Different;
        let told = || agreement::by_number(records, &comparison, x, y);
        if open || comparison.birth == Birth::Different {
            found.slips.meet(records, &comparison, a, b);
        }
        if records.few
            && !way.is_number()
            && let Some(pattern) = Pattern::of(records, comparison.traits(), a, b)
        {
            if is_tried {
                found.seen.meet(pattern, told());
            }
            if open && !pattern.is_apart() {
                found.likely.push((pattern, a, b));
            }
        }
        if way.is_faint() {
            found.edges.extend(rule.filter(|rule| rule.tier() <= Tier::Strong).map(|rule| Edge { rule, a, b }));
            return;
        }
        found.edges.extend(rule.map(|rule| Edge { rule, a, b }));
        if is_tried {
            found.trials.extend(holdout::trials(&comparison, rare, a, b));
        }
        if (open || is_tried)
            && !way.is_number()
            && let Some(how) = Agreement::of(records, &comparison, rare, x, y)
        {
            if open {
                found.alike.push((how, a, b));
            }
            if is_tried {
                found.sights.extend(told().map(|one| Sight { how, one, a, b }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::name, *};
    use crate::people::record::{Class, Key};

    /// Records of these names, birth dates and telephone numbers.
    fn records(of: &[(&'static str, u32, u64)]) -> Records {
        let mut records = Records::default();
        for (full, birth, phone) in of {
            records.names.extend(name::Name::from_parts(&name::Parts { full, ..name::Parts::default() }));
            records.add_plain(records.names.len() as u32 - 1, *birth, Key { class: Class::Phone, value: *phone });
        }
        records
    }

    #[test]
    fn records_that_meet_in_several_ways_are_compared_once() {
        let found = propose(&records(&[("Ada Byron", 18_151_210, 7), ("Byron, Ada", 18_151_210, 7), ("Mary Somerville", 17_801_226, 8)]));
        assert_eq!(found.edges, [Edge { rule: Rule::R04, a: 0, b: 1 }]);
    }

    #[test]
    fn a_given_name_alone_is_told_by_birth_date_and_telephone() {
        let rule = |of: &[(&'static str, u32, u64)]| propose(&records(of)).edges.first().map(|edge| edge.rule);
        assert_eq!(rule(&[("Niamh", 19_821_119, 7), ("Niamh O'Brien", 19_821_119, 7)]), Some(Rule::R08));
        assert_eq!(rule(&[("Orla", 19_821_119, 7), ("Niamh O'Brien", 19_821_119, 7)]), None, "twins");
        assert_eq!(rule(&[("Niamh", 19_521_119, 7), ("Niamh O'Brien", 19_821_119, 7)]), None);
    }

    #[test]
    fn numbers_issued_one_after_the_other_are_those_of_twins_though_one_name_is_short_for_the_other() {
        let joined = |names: [&'static str; 2], numbers: [&str; 2]| {
            let mut records = Records::default();
            for (at, full) in names.into_iter().enumerate() {
                records.names.extend(name::Name::from_parts(&name::Parts { full, ..name::Parts::default() }));
                records.numbers.note(at as u64, numbers[at]);
                records.add_plain(at as u32, 20_130_417, Key { class: Class::Personal, value: at as u64 });
            }
            records.numbers.settle();
            propose(&records).edges.iter().any(|edge| edge.rule.tier() <= Tier::Strong)
        };
        assert!(!joined(["Teresa Clayville", "Theresa Clayville"], ["054089936", "054089937"]));
        assert!(joined(["Teresa Clayville", "Teresa Clayville"], ["054089936", "054089937"]), "an error in the last digit");
        assert!(joined(["Teresa Clayville", "Theresa Clayville"], ["054089936", "054889936"]), "an error in another");
    }

    #[test]
    fn values_that_too_many_share_are_told() {
        let all: Vec<(&str, u32, u64)> = (0..300).map(|at| ("Mary Somerville", 19_000_101 + 10_000 * at, 7)).collect();
        let crowds = propose(&records(&all)).crowds;
        assert_eq!(
            crowds.iter().map(|crowd| (crowd.key, crowd.records)).collect::<Vec<_>>(),
            [(Key { class: Class::Phone, value: 7 }, 300)]
        );
    }

    #[test]
    fn what_too_many_share_links_nobody_and_hides_no_other_way_of_meeting() {
        let mut all: Vec<(&str, u32, u64)> = (0..300).map(|at| ("Mary Somerville", 19_000_101 + 10_000 * (at % 90), 7)).collect();
        all.extend([("Ada Byron", 18_151_210, 7), ("Ada Byron", 18_151_210, 7)]);
        let found = propose(&records(&all));
        assert!(found.edges.contains(&Edge { rule: Rule::R04, a: 300, b: 301 }), "by name and birth date");
        assert!(found.edges.iter().all(|edge| edge.a < 300 && edge.b < 300 || edge.a == 300));
    }
}
