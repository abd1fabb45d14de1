//! How likely two records are one person's, learnt from the leak itself.
//!
//! Fellegi and Sunter, "A theory for record linkage", Journal of the American Statistical Association 64 (1969): each field in
//! which two records agree or differ speaks for or against one person by how often it does so in records of one person and in
//! any two records. The latter is seen in pairs of records drawn at random; the former is found without labels by expectation
//! and maximisation (Dempster, Laird and Rubin, JRSS B 39 (1977); Winkler, "Using the EM algorithm for weight computation in the
//! Fellegi-Sunter model of record linkage", 1988). It joins (R24) what no other rule knows, in leaks where numbers do not prove it wrong.

use super::{
    holdout::Tally,
    record::{Class, NONE, Record, Records, mix},
    rule::{self, Birth, Door, Numbers, Traits},
    spelling::edit_distance,
    way::Meeting,
};
use rayon::prelude::*;
use std::collections::BTreeMap;

const FIELDS: usize = 6;
const LEVELS: usize = 6;

/// How two records agree, by field: 0 where one does not say, 1 where they differ, up to 4 where they are equal; 5 for birth dates
/// that differ in two parts and more, by about a year or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pattern([u8; FIELDS]);

impl Pattern {
    const GIVEN: usize = 0;
    const SURNAME: usize = 1;
    const BIRTH: usize = 2;
    const PLACE: usize = 3;
    const NUMBER: usize = 5;
    /// Level of birth dates that lie close to each other.
    const CLOSE: u8 = 5;

    /// How two records agree, personal numbers aside; `None` where one has no name.
    pub(super) fn of(records: &Records, c: Traits, a: u32, b: u32) -> Option<Pattern> {
        Some(Pattern::named(records, c, a, b, levels(records, a, b)?))
    }

    /// The same, when it is known how given names and surnames go together.
    fn named(records: &Records, c: Traits, a: u32, b: u32, [given, surname]: [u8; 2]) -> Pattern {
        let (x, y) = (records.record(a as usize), records.record(b as usize));
        let birth = match c.birth {
            Birth::Unknown => 0,
            Birth::Same => 4,
            Birth::Near => 3,
            Birth::Different if rule::share_two_parts(x.birth, y.birth) => 2,
            Birth::Different if days_apart(x.birth, y.birth) <= CLOSE_BY => Pattern::CLOSE,
            Birth::Different => 1,
        };
        let place = match c.address {
            Door::Unknown => u8::from(towns_differ(records, x, y)),
            Door::Different => 1,
            Door::Area => 2,
            Door::Near => 3,
            Door::Same => 4,
        };
        let contact = if c.contact || c.account {
            4
        } else if mails_alike(records, a, b) {
            3
        } else {
            u8::from([Class::Email, Class::Phone, Class::Username].into_iter().any(|class| holds(x, class) && holds(y, class)))
        };
        let number = match c.unverified {
            Numbers::Unknown => 0,
            Numbers::Different => 1,
            Numbers::Near => 3,
            Numbers::Same => 4,
        };
        Pattern([given, surname, birth, place, contact, number])
    }

    /// The same, numbers hidden.
    fn without_number(mut self) -> Pattern {
        self.0[Pattern::NUMBER] = 0;
        self
    }

    /// Names, birth date and address agree, and nothing speaks against.
    fn is_whole(self) -> bool {
        self.0[Pattern::GIVEN] >= 3 && self.0[Pattern::SURNAME] >= 3 && self.0[Pattern::BIRTH] == 4 && self.0[Pattern::PLACE] >= 3
    }

    /// More agrees than the name and the town: names are borne by many, and oftener within a town.
    fn is_told(self) -> bool {
        let [_, _, birth, place, contact, number] = self.0;
        birth >= 2 || place >= 3 || contact >= 3 || number >= 3
    }

    /// Given names of two people, or such as brothers and sisters have too (a short form, a letter more), without a birth date to tell.
    pub(super) fn is_apart(self) -> bool {
        let [given, _, birth, ..] = self.0;
        given == 1 || (matches!(given, 2 | 3) && birth == 0)
    }
}

/// How given names and surnames of two records go together.
fn levels(records: &Records, a: u32, b: u32) -> Option<[u8; 2]> {
    let name = |at: u32| records.names.get(records.nodes[at as usize].name as usize);
    Some(name(a)?.levels(name(b)?))
}

/// Birth dates no further apart than this lie close to each other: a wrong year, month and day at once.
const CLOSE_BY: u32 = 412;

/// Days between two dates, as if each month had 31.
fn days_apart(a: u32, b: u32) -> u32 {
    let days = |date: u32| (date / 10_000 * 12 + date / 100 % 100) * 31 + date % 100;
    days(a).abs_diff(days(b))
}

fn holds(node: Record<'_>, class: Class) -> bool {
    node.keys().iter().any(|key| key.class == class)
}

fn towns_differ(records: &Records, a: Record<'_>, b: Record<'_>) -> bool {
    let town = |node: Record<'_>| records.addresses.get(node.address as usize).map_or("", |address| address.city());
    !town(a).is_empty() && !town(b).is_empty() && town(a) != town(b)
}

/// One e-mail address with errors. Those at hosts of many are not kept: most are made of the name, which is compared by itself.
fn mails_alike(records: &Records, a: u32, b: u32) -> bool {
    let (Some(x), Some(y)) = (records.mail(a), records.mail(b)) else { return false };
    edit_distance(x, y, 2) <= 2
}

/// What was seen of the pairs that met: how many agree in a way, and what the numbers say of those where both carry one.
#[derive(Default)]
pub(super) struct Seen {
    patterns: BTreeMap<Pattern, (u64, Tally)>,
}

impl Seen {
    pub(super) fn meet(&mut self, pattern: Pattern, one: Option<bool>) {
        let (count, told) = self.patterns.entry(pattern).or_default();
        *count += 1;
        told.one += u64::from(one == Some(true));
        told.two += u64::from(one == Some(false));
    }

    pub(super) fn join(&mut self, other: Seen) {
        for (pattern, (more, of_more)) in other.patterns {
            let (count, told) = self.patterns.entry(pattern).or_default();
            *count += more;
            told.one += of_more.one;
            told.two += of_more.two;
        }
    }
}

/// Shares of levels, by field; of a level that is not known there is none.
type Shares = [[f64; LEVELS]; FIELDS];

/// What was learnt.
#[derive(Debug)]
pub(super) struct Model {
    one: Shares,
    any: Shares,
    /// Odds that two records drawn at random are one person's.
    prior: f64,
    /// Birth dates of one person differ so often here that they tell nobody apart.
    pub(super) dates_err: bool,
}

/// Rounds of expectation and maximisation; it has long settled by then.
const ROUNDS: usize = 40;

/// Pairs drawn at random, ...
const DRAWN: u32 = 200_000;

/// ... so many at once: nobody waits for one after the other.
const AT_ONCE: u32 = 50;

/// Where this share of the pairs of one name and one contact differ in two parts of the birth date and more, dates do not tell two
/// people. Fathers and sons of one name are never so many.
const ERR: f64 = 0.1;

/// So many pairs of one person must be expected, ...
const ENOUGH: f64 = 50.0;

/// ... and two records must be one person's with this probability.
const SURE: f64 = 0.9;

impl Model {
    /// Learns from the pairs that met, one in so many, among these records.
    pub(super) fn learn(records: &Records, meeting: &Meeting<'_>, seen: &Seen, one_in: u64) -> Option<Model> {
        // Families, who agree in much, are no example of one person.
        let examples = || seen.patterns.iter().filter(|(pattern, _)| pattern.0[Pattern::GIVEN] != 1);
        // No more can be expected than were seen: small leaks are spared the draw.
        if (examples().map(|(_, (count, _))| *count).sum::<u64>() as f64) < ENOUGH {
            return None;
        }
        let named: Vec<u32> = (0..records.nodes.len() as u32)
            .filter(|at| records.nodes[*at as usize].name != NONE && !records.nodes[*at as usize].is_organisation())
            .collect();
        let all = named.len() as f64 * (named.len() as f64 - 1.0) / 2.0 / one_in as f64;
        let any = drawn(records, meeting, &named)?;
        let start = [0.0, 0.1, 0.1, 0.1, 0.6, 0.1];
        let mut model = Model { one: [start; FIELDS], any, prior: 1.0 / named.len() as f64, dates_err: dates_err(seen) };
        for _ in 0..ROUNDS {
            let mut sums = [[0.0; LEVELS]; FIELDS];
            let mut expected = 0.0;
            for (pattern, (count, _)) in examples() {
                let weight = model.probability(*pattern) * *count as f64;
                expected += weight;
                pattern.0.iter().zip(&mut sums).for_each(|(level, of_field)| of_field[usize::from(*level)] += weight);
            }
            if expected < ENOUGH {
                return None;
            }
            model.prior = expected / (all - expected).max(1.0);
            model.one = sums.map(shares);
        }
        Some(model)
    }

    /// That two records which agree in this way are one person's.
    pub(super) fn probability(&self, pattern: Pattern) -> f64 {
        let mut odds = self.prior;
        for ((level, one), any) in pattern.0.iter().zip(&self.one).zip(&self.any) {
            if *level != 0 {
                odds *= one[usize::from(*level)] / any[usize::from(*level)];
            }
        }
        odds / (1.0 + odds)
    }

    /// Whether records that agree in this way are joined.
    pub(super) fn joins(&self, pattern: Pattern) -> bool {
        let dates_differ = matches!(pattern.0[Pattern::BIRTH], 1 | Pattern::CLOSE);
        pattern.is_told() && !pattern.is_apart() && (!dates_differ || self.dates_err) && self.probability(pattern) >= SURE
    }
}

/// Whether birth dates differ in two parts and more in many pairs of one name and one contact.
fn dates_err(seen: &Seen) -> bool {
    let one = |pattern: &Pattern| {
        let [given, surname, birth, _, contact, _] = pattern.0;
        given == 4 && surname >= 3 && contact == 4 && birth != 0
    };
    let (mut all, mut differ) = (0.0, 0.0);
    for (pattern, (count, _)) in seen.patterns.iter().filter(|(pattern, _)| one(pattern)) {
        all += *count as f64;
        differ += if matches!(pattern.0[Pattern::BIRTH], 1 | Pattern::CLOSE) { *count as f64 } else { 0.0 };
    }
    all >= ENOUGH && differ >= ERR * all
}

/// What levels come to as shares. None is impossible because it was not seen.
fn shares(sums: [f64; LEVELS]) -> [f64; LEVELS] {
    let known: f64 = sums[1..].iter().map(|sum| sum + 0.5).sum();
    sums.map(|sum| (sum + 0.5) / known)
}

/// How pairs of records drawn at random agree.
fn drawn(records: &Records, meeting: &Meeting<'_>, named: &[u32]) -> Option<Shares> {
    let count = named.len() as u64;
    if count < 2 {
        return None;
    }
    let none = || [[0u32; LEVELS]; FIELDS];
    let pair = |at: u32| {
        let draw = mix(&[at.into(), count]);
        (named[(draw % count) as usize], named[((draw >> 32) % count) as usize])
    };
    let drawn = (0..DRAWN / AT_ONCE).into_par_iter().with_min_len(1 << 6).fold(none, |mut sums, hand| {
        let pairs: [_; AT_ONCE as usize] = std::array::from_fn(|at| pair(hand * AT_ONCE + at as u32));
        records.foresee(pairs.iter().flat_map(|(a, b)| [*a, *b]));
        for (a, b) in pairs.into_iter().filter(|(a, b)| a != b) {
            let (x, y) = (records.record(a as usize), records.record(b as usize));
            let names = if meeting.agree_in_nothing(x, y) { Some([1, 1]) } else { levels(records, a, b) };
            let pattern = names.map(|names| Pattern::named(records, Traits::compare(records, x, y), a, b, names));
            if let Some(Pattern(levels)) = pattern {
                levels.iter().zip(&mut sums).for_each(|(level, of_field)| of_field[usize::from(*level)] += 1);
            }
        }
        sums
    });
    let sums = drawn.reduce(none, |mut sums, more| {
        sums.as_flattened_mut().iter_mut().zip(more.as_flattened()).for_each(|(sum, more)| *sum += more);
        sums
    });
    Some(sums.map(|of_field| shares(of_field.map(f64::from))))
}

impl Model {
    /// Whether numbers bear out what the model joins without them: where both records carry one, as many may differ as errors in numbers explain,
    /// by what records show that agree in everything, and one standard deviation more. `repeated` are records that say again to the
    /// letter what another says.
    pub(super) fn is_borne_out(&self, seen: &Seen, repeated: u64) -> bool {
        let (mut joined, mut whole) = (Tally::default(), Tally { one: repeated, two: 0 });
        for (pattern, (_, told)) in seen.patterns.iter().filter(|(pattern, _)| self.joins(pattern.without_number())) {
            let add = |tally: &mut Tally| *tally = Tally { one: tally.one + told.one, two: tally.two + told.two };
            add(&mut joined);
            if pattern.is_whole() {
                add(&mut whole);
            }
        }
        let expected = if whole.one == 0 { 0.0 } else { joined.one as f64 * whole.two as f64 / whole.one as f64 };
        joined.two as f64 <= expected + expected.sqrt() + 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIFFER: Shares = [[1.0, 0.95, 0.01, 0.01, 0.01, 0.02]; FIELDS];
    const AGREE: Shares = [[1.0, 0.02, 0.05, 0.1, 0.8, 0.03]; FIELDS];

    fn model() -> Model {
        Model { one: AGREE, any: DIFFER, prior: 1e-3, dates_err: false }
    }

    #[test]
    fn every_field_that_agrees_makes_one_person_likelier_and_what_is_not_known_says_nothing() {
        let model = model();
        let p = |levels| model.probability(Pattern(levels));
        assert!(p([4, 4, 4, 0, 0, 0]) > 0.99 && p([4, 0, 4, 0, 0, 0]) > p([4, 0, 0, 0, 0, 0]));
        assert!(p([4, 4, 1, 1, 1, 0]) < 0.01);
        assert!((p([0; FIELDS]) - 1e-3 / (1.0 + 1e-3)).abs() < 1e-9);
    }

    #[test]
    fn twins_and_fathers_of_sons_are_left_to_the_guards() {
        let model = Model { prior: 1e6, ..model() };
        assert!(
            !model.joins(Pattern([1, 4, 4, 4, 4, 0]))
                && !model.joins(Pattern([4, 4, 1, 4, 4, 0]))
                && model.joins(Pattern([4, 4, 2, 4, 4, 0]))
        );
    }

    #[test]
    fn brothers_and_sisters_with_like_names_are_apart_without_birth_dates() {
        let model = Model { prior: 1e6, ..model() };
        assert!(
            !model.joins(Pattern([3, 4, 0, 4, 4, 0]))
                && model.joins(Pattern([3, 4, 3, 4, 4, 0]))
                && model.joins(Pattern([4, 4, 0, 4, 4, 0]))
        );
    }

    #[test]
    fn dates_a_wrong_year_month_and_day_apart_lie_close() {
        for (a, b, close) in [
            (20_110_121, 20_091_221, true),
            (20_110_121, 20_091_121, false),
            (20_110_121, 20_100_120, true),
            (19_781_023, 19_791_123, true),
        ] {
            assert_eq!(days_apart(a, b) <= CLOSE_BY, close, "{a} {b}");
        }
    }

    #[test]
    fn birth_dates_tell_two_people_unless_those_of_one_person_differ_all_the_time() {
        let mut model = Model { prior: 1e6, ..model() };
        assert!(!model.joins(Pattern([4, 4, 1, 4, 4, 0])));
        let mut seen = Seen::default();
        seen.patterns.insert(Pattern([4, 4, 4, 2, 4, 0]), (80, Tally::default()));
        assert!(!dates_err(&seen));
        seen.patterns.insert(Pattern([4, 4, 1, 2, 4, 0]), (10, Tally::default()));
        model.dates_err = dates_err(&seen);
        assert!(model.joins(Pattern([4, 4, 1, 4, 4, 0])));
    }

    #[test]
    fn numbers_that_differ_oftener_than_errors_explain_forbid_it() {
        let seen = |one, two| {
            let mut seen = Seen::default();
            seen.patterns.insert(Pattern([4, 4, 4, 4, 0, 0]), (1000, Tally { one: 900, two: 45 }));
            seen.patterns.insert(Pattern([0, 4, 4, 2, 4, 0]), (200, Tally { one, two }));
            seen
        };
        assert!(model().is_borne_out(&seen(100, 5), 0) && !model().is_borne_out(&seen(100, 30), 0));
    }
}
