//! Laws applied to people and facts.

use super::{
    Confidence, Crossed, Duty, DutyKind, Group, Population, UNKNOWN,
    calendar::{Calendar, country},
    clock::{Clock, Clockwork, Due},
    protects::implied,
    rule::{Law, Obligation, Reach, ServiceProvider, Substitute},
    when::{Counts, When},
};
use crate::base::{Bounds, ElementSet, Facts, Moment, facts::KEYS};
use std::collections::{BTreeMap, BTreeSet};

/// The duties these laws put on whoever lost the data, sorted by deadline (rows without a
/// date last), jurisdiction, law and duty. Files that are off by default count only if the facts say `opt_in_laws`.
///
/// A duty of a law that concerns somebody is listed even when its threshold is not reached
/// or an exemption appears to apply: `crossed` is `no` then, and the note says why. People whose residency
/// is unknown widen the ceiling of every jurisdiction that has others, and have a row of their
/// own, as have places no law file speaks of.
pub fn assess(population: &Population, facts: &Facts, laws: &[Law]) -> Vec<Duty> {
    let calendar = Calendar::builtin();
    let assessor = Assessor { population, facts, calendar: &calendar };
    let enabled = laws.iter().filter(|law| assessor.enabled(law));
    let mut duties: Vec<Duty> = enabled.flat_map(|law| assessor.rows(law)).map(|(_, duty)| duty).collect();
    duties.extend(assessor.unassigned(laws));
    duties.sort_by_cached_key(|duty| {
        let date = duty.deadline_date.as_ref().map(Moment::sort_key);
        (date.is_none(), date, duty.jurisdiction.clone(), duty.law.clone(), duty.duty, duty.recipient.clone())
    });
    duties
}

/// One population and one set of facts, ready to meet laws.
pub(super) struct Assessor<'a> {
    pub(super) population: &'a Population,
    pub(super) facts: &'a Facts,
    pub(super) calendar: &'a Calendar,
}

/// What a law finds in one group.
struct Hit<'a> {
    group: &'a Group,
    /// The triggering elements for certain, and at most.
    certain: Option<ElementSet>,
    possible: Option<ElementSet>,
}

/// People whom a duty concerns, and the elements that make it so.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    people: Bounds,
    elements: ElementSet,
    exposed: ElementSet,
    /// Somebody in it is known to live there.
    known: bool,
}

/// How sure it is that somebody lives in a jurisdiction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resides {
    Yes,
    Perhaps,
    No,
}

/// When others are told under the same law in the same place.
#[derive(Clone, Copy, Debug, Default)]
struct Told<'a> {
    /// How the law words the deadline for the individuals.
    clock: Option<&'a Clock>,
    individuals: Option<&'a Moment>,
    regulator: Option<&'a Moment>,
    /// The duty of the same kind stated before.
    before: Option<&'a Moment>,
}

/// One law under assessment in one place.
struct Place<'a> {
    law: &'a Law,
    jurisdiction: &'a str,
    /// Everybody counts here, wherever they live.
    everyone: bool,
}

impl<'a> Assessor<'a> {
    /// The rows of one law, each with the number of its duty in the file.
    pub(super) fn rows(&self, law: &Law) -> Vec<(Option<usize>, Duty)> {
        if !self.applies(law) {
            return Vec::new();
        }
        let clear = self.hits(law, false);
        let all = self.hits(law, true);
        let mut rows = Vec::new();
        for jurisdiction in &law.jurisdictions {
            let established = self.facts.establishments().any(|place| place == jurisdiction);
            let everyone = match law.reach {
                Reach::Everyone => true,
                Reach::Residents => false,
                Reach::ResidentsOrEstablishment => established,
                Reach::Establishment if established => true,
                Reach::Establishment => continue,
            };
            let place = Place { law, jurisdiction, everyone };
            match &law.service_provider {
                Some(rule) if self.facts.is_service_provider() => rows.extend(self.provider_row(&place, rule, &all)),
                _ => rows.extend(self.place_rows(&place, &clear, &all)),
            }
        }
        without_losing_alternatives(rows)
    }

    /// Whether the file is on.
    fn enabled(&self, law: &Law) -> bool {
        !law.opt_in || self.facts.flag("opt_in_laws")
    }

    /// Whether the law is about this organisation and this time.
    fn applies(&self, law: &Law) -> bool {
        self.in_scope(law) && self.in_force(law)
    }

    fn in_scope(&self, law: &Law) -> bool {
        law.scope.as_ref().is_none_or(|scope| self.fact_holds(scope))
    }

    fn in_force(&self, law: &Law) -> bool {
        let day = self.facts.reference_day().unwrap_or(law.read_on);
        let begun = law.amended || law.in_force.is_none_or(|from| day >= from);
        begun && law.until.is_none_or(|until| day <= until)
    }

    fn fact_holds(&self, when: &When) -> bool {
        when.crossed(&Counts::default(), self.facts) == Crossed::Yes
    }

    /// What triggers the law in each group; with `all`, protected elements count as well.
    fn hits(&self, law: &Law, all: bool) -> Vec<Hit<'a>> {
        let rules: Vec<_> = law.protected.iter().filter(|rule| rule.when.as_ref().is_none_or(|when| self.fact_holds(when))).collect();
        let everywhere = self.counts_everywhere(law);
        let near = |group: &&Group| everywhere || law.jurisdictions.iter().any(|place| resides(&group.residency, place) != Resides::No);
        let mut hits = Vec::new();
        for group in self.population.groups.iter().filter(near) {
            let (certain, possible) = self.exposed(group, all);
            let triggered =
                |exposed| rules.iter().filter_map(|rule| rule.protects.triggered(exposed, group.minor)).reduce(ElementSet::union);
            let possible = triggered(possible);
            if possible.is_some() {
                hits.push(Hit { group, certain: triggered(certain), possible });
            }
        }
        hits
    }

    /// Whether people who live elsewhere matter to the law.
    fn counts_everywhere(&self, law: &Law) -> bool {
        let established = || self.facts.establishments().any(|home| law.jurisdictions.iter().any(|place| place == home));
        let by_reach = match law.reach {
            Reach::Everyone => true,
            Reach::ResidentsOrEstablishment | Reach::Establishment => established(),
            Reach::Residents => false,
        };
        let conditions = law.duties.iter().filter_map(|duty| duty.when.as_ref()).chain(law.exempt.iter().map(|one| &one.when));
        by_reach || conditions.into_iter().any(When::counts_anywhere)
    }

    /// The elements of a group that count, for certain and at most.
    fn exposed(&self, group: &Group, all: bool) -> (ElementSet, ElementSet) {
        let all = all || self.facts.flag("key_compromised");
        let elements = if all { group.elements.union(group.protected) } else { group.elements };
        implied(elements, self.facts)
    }

    fn place_rows(&self, place: &Place<'_>, clear: &[Hit<'_>], all: &[Hit<'_>]) -> Vec<(Option<usize>, Duty)> {
        let law = place.law;
        let told_first = |kind: DutyKind, told: Told<'_>| {
            let duties = law.duties.iter().filter(|duty| duty.tell == kind);
            let dated = duties.map(|duty| (&duty.by, self.due(&duty.by, told, place.jurisdiction).at));
            dated.min_by_key(|(_, at)| (at.is_none(), at.as_ref().map(Moment::sort_key)))
        };
        let authority = told_first(DutyKind::Regulator, Told::default()).and_then(|(_, at)| at);
        let regulator = authority.as_ref();
        let individuals = told_first(DutyKind::Individuals, Told { regulator, ..Told::default() });
        let told = Told {
            clock: individuals.as_ref().map(|(clock, _)| *clock),
            individuals: individuals.as_ref().and_then(|(_, at)| at.as_ref()),
            regulator,
            before: None,
        };
        let mut rows = Vec::new();
        let mut last: BTreeMap<DutyKind, Moment> = BTreeMap::new();
        for (index, duty) in law.duties.iter().enumerate() {
            let before = last.get(&duty.tell).cloned();
            let told = Told { before: before.as_ref(), ..told };
            last.extend(self.due(&duty.by, told, place.jurisdiction).at.map(|at| (duty.tell, at)));
            let exempts = law.encryption.exempts.contains(&duty.tell);
            let hits = if exempts { clear } else { all };
            if duty.each_state {
                for state in states(place.jurisdiction, hits) {
                    let place = Place { law, jurisdiction: state, everyone: false };
                    rows.extend(self.row(&place, duty, hits, told).map(|row| (Some(index), row)));
                }
            } else {
                rows.extend(self.row(place, duty, hits, told).map(|row| (Some(index), row)));
            }
        }
        rows
    }

    fn due(&self, clock: &Clock, told: Told<'_>, jurisdiction: &str) -> Due {
        let Told { individuals, regulator, before, .. } = told;
        clock.due(&Clockwork { facts: self.facts, calendar: self.calendar, individuals, regulator, before }, jurisdiction)
    }

    fn row(&self, place: &Place<'_>, duty: &Obligation, hits: &[Hit<'_>], told: Told<'_>) -> Option<Duty> {
        let law = place.law;
        let tally = self.tally(place, duty, hits);
        let home = self.facts.home_jurisdiction() == Some(place.jurisdiction);
        if tally.people.ceiling == 0 || !(tally.known || home) {
            return None;
        }
        let anywhere = hits.iter().fold(Bounds::default(), |sum, hit| sum.plus(counted(hit.group.people, hit.certain.is_some())));
        let counts = Counts { here: tally.people, anywhere };
        let at_all = match tally.people.floor {
            0 => Crossed::WithinInterval,
            _ => Crossed::Yes,
        };
        let threshold = duty.when.as_ref().map_or(at_all, |when| when.crossed(&counts, self.facts));
        let exemption = self.exemption(law, duty, &counts);
        let due = self.due(&duty.by, told, place.jurisdiction);
        let with = told.clock.filter(|_| duty.tell != DutyKind::Individuals);
        let mut notes: Vec<String> = exemption.iter().cloned().collect();
        notes.extend(due.notes);
        notes.extend(self.notes(place, duty, &tally));
        Some(Duty {
            recipient: self.recipient(place, duty),
            threshold: duty.when.as_ref().map_or_else(|| "people >= 1".to_owned(), |when| when.text.clone()),
            crossed: if exemption.is_some() { Crossed::No } else { threshold.max(at_all) },
            deadline: duty.by.words(with),
            deadline_date: due.at,
            confidence: duty.confidence.map_or(law.confidence, |own| own.min(law.confidence)),
            citation: citation(&law.cite, &duty.cite),
            assumptions: self.assumptions(law, Some(duty), &duty.by),
            note: notes.join("; "),
            ..blank(place, duty.tell, &tally)
        })
    }

    /// The facts a duty rests on that nobody gave: what its law and its conditions ask for, and what its clock runs on.
    fn assumptions(&self, law: &Law, duty: Option<&Obligation>, clock: &Clock) -> Vec<&'static str> {
        let exempted = |kinds: &[DutyKind]| duty.is_some_and(|duty| kinds.contains(&duty.tell));
        let exempt = law.exempt.iter().filter(|one| exempted(&one.duties)).map(|one| &one.when);
        let protected = law.protected.iter().filter_map(|rule| rule.when.as_ref());
        let own = duty.and_then(|duty| duty.when.as_ref());
        let conditions = law.scope.iter().chain(own).chain(exempt).chain(protected);
        let mut asked: BTreeSet<&str> = conditions.flat_map(When::facts).chain(clock.facts().iter().copied()).collect();
        if exempted(&law.encryption.exempts) {
            asked.extend(["encrypted", "key_compromised"]);
        }
        if matches!(law.reach, Reach::Establishment | Reach::ResidentsOrEstablishment) {
            asked.extend(["home_jurisdiction", "establishments"]);
        }
        if law.service_provider.is_some() {
            asked.insert("role");
        }
        KEYS.iter().map(|key| key.name).filter(|key| asked.contains(key) && self.facts.assumption(key).is_some()).collect()
    }

    /// The people of a place whom a duty concerns.
    fn tally(&self, place: &Place<'_>, duty: &Obligation, hits: &[Hit<'_>]) -> Tally {
        let mut tally = Tally::default();
        for hit in hits {
            let resides = if place.everyone { Resides::Yes } else { resides(&hit.group.residency, place.jurisdiction) };
            if resides == Resides::No {
                continue;
            }
            let (certain, possible) = match &duty.only {
                None => (hit.certain, hit.possible),
                Some(only) => {
                    let all = !place.law.encryption.exempts.contains(&duty.tell);
                    let (certain, possible) = self.exposed(hit.group, all);
                    let within = |exposed| only.triggered(exposed, hit.group.minor);
                    (hit.certain.and(within(certain)), hit.possible.and(within(possible)))
                }
            };
            let Some(possible) = possible else { continue };
            let sure = certain.is_some() && resides == Resides::Yes;
            tally.people = tally.people.plus(counted(hit.group.people, sure));
            tally.known |= resides == Resides::Yes && hit.group.people.ceiling > 0;
            if resides == Resides::Yes {
                tally.elements = tally.elements.union(certain.unwrap_or(possible));
                tally.exposed = tally.exposed.union(hit.group.elements).union(hit.group.protected);
            }
        }
        tally
    }

    /// Why the duty appears to fall away, if it does.
    fn exemption(&self, law: &Law, duty: &Obligation, counts: &Counts) -> Option<String> {
        let encrypted = self.facts.flag("encrypted") && !self.facts.flag("key_compromised");
        if encrypted && law.encryption.exempts.contains(&duty.tell) {
            let citation = citation(&law.cite, &law.encryption.cite);
            return Some(format!(
                "an exemption appears to apply ({citation}): the data was encrypted and the key is safe, as the facts state"
            ));
        }
        let applies = |when: &When| when.crossed(counts, self.facts) == Crossed::Yes;
        let found = law.exempt.iter().find(|one| one.duties.contains(&duty.tell) && applies(&one.when))?;
        Some(format!("an exemption appears to apply ({}): {}", citation(&law.cite, &found.cite), found.why))
    }

    fn notes(&self, place: &Place<'_>, duty: &Obligation, tally: &Tally) -> Vec<String> {
        let law = place.law;
        let mut notes = Vec::new();
        notes.extend([&duty.note, &law.note].into_iter().filter(|note| !note.is_empty()).cloned());
        if let (DutyKind::Individuals, Some(rule)) = (duty.tell, &law.substitute) {
            notes.push(substitute_note(law, rule, tally.people));
        }
        if duty.tell == DutyKind::Regulator {
            notes.extend(law.place_notes.get(place.jurisdiction).cloned());
        }
        let elsewhere = !place.everyone && law.reach == Reach::ResidentsOrEstablishment && self.counts_everywhere(law);
        if elsewhere && duty.tell == DutyKind::Regulator && !law.lead_note.is_empty() {
            notes.push(law.lead_note.clone());
        }
        if self.facts.is_service_provider() && law.service_provider.is_none() {
            notes.push("the organisation keeps the data for others, of whom this law file says nothing".to_owned());
        }
        if tally.people.floor < tally.people.ceiling {
            notes.push("the count is a range: the records behind it decide".to_owned());
        }
        if self.facts.law_enforcement_hold() && !matches!(duty.tell, DutyKind::Regulator | DutyKind::AttorneyGeneral) {
            notes.push(
                "law enforcement asked for delay: where this law lets notice wait for that, the date counts on from the end of the hold"
                    .to_owned(),
            );
        }
        if law.survey {
            notes.push(format!("drafted on {} from a survey of laws; nobody has compared this file with the text of the law", law.read_on));
        }
        notes.extend(self.age_note(law));
        notes
    }

    /// Says when the file is older than the incident, or its text younger.
    fn age_note(&self, law: &Law) -> Option<String> {
        let day = self.facts.reference_day()?;
        if let Some(from) = law.in_force.filter(|from| day < *from) {
            return Some(format!("this text is in force since {from}; an earlier text governs an incident of {day}"));
        }
        law.stale(day).then(|| match law.survey {
            true => format!("the law file was drafted on {}, over a year before the incident", law.read_on),
            false => format!("the law file was last compared with the law on {}, over a year before the incident", law.read_on),
        })
    }

    fn recipient(&self, place: &Place<'_>, duty: &Obligation) -> String {
        let authority = place.law.authorities.get(place.jurisdiction).filter(|_| duty.tell == DutyKind::Regulator);
        authority.unwrap_or(&duty.recipient).clone()
    }

    /// A keeper of others' data tells their owner, who tells everybody else.
    fn provider_row(&self, place: &Place<'_>, rule: &ServiceProvider, hits: &[Hit<'_>]) -> Option<(Option<usize>, Duty)> {
        let any = place.law.duties.first()?;
        let tally = self.tally(place, &Obligation { only: None, ..any.clone() }, hits);
        if tally.people.ceiling == 0 || !tally.known {
            return None;
        }
        let due = self.due(&rule.by, Told::default(), place.jurisdiction);
        let mut notes = due.notes;
        notes.push(
            "the organisation keeps the data for others: its duty is towards the owner, whose own duties follow from the owner's facts"
                .to_owned(),
        );
        let duty = Duty {
            recipient: "owner of the data".to_owned(),
            threshold: "people >= 1".to_owned(),
            crossed: if tally.people.floor > 0 { Crossed::Yes } else { Crossed::WithinInterval },
            deadline: rule.by.text.clone(),
            deadline_date: due.at,
            citation: citation(&place.law.cite, &rule.cite),
            confidence: place.law.confidence,
            assumptions: self.assumptions(place.law, None, &rule.by),
            note: notes.join("; "),
            ..blank(place, DutyKind::Other, &tally)
        };
        Some((None, duty))
    }

    /// Rows for people no law file speaks of: unknown residency, places without a file.
    fn unassigned(&self, laws: &[Law]) -> Vec<Duty> {
        let mut places: BTreeMap<&str, Tally> = BTreeMap::new();
        for group in &self.population.groups {
            let tally = places.entry(group.residency.as_str()).or_default();
            tally.people = tally.people.plus(group.people);
            tally.elements = tally.elements.union(group.elements);
            tally.exposed = tally.exposed.union(group.elements).union(group.protected);
        }
        let about = |law: &Law, place: &str| {
            let by_residency = matches!(law.reach, Reach::Residents | Reach::ResidentsOrEstablishment);
            by_residency && self.in_scope(law) && law.jurisdictions.iter().any(|known| resides(place, known) == Resides::Yes)
        };
        let on = |law: &&Law| self.enabled(law) && self.in_force(law);
        let spoken_of = |place: &str| laws.iter().filter(on).any(|law| about(law, place));
        let mut rows = Vec::new();
        for (place, tally) in places {
            let unknown = place == UNKNOWN || place.is_empty();
            if tally.people.ceiling == 0 || !unknown && spoken_of(place) {
                continue;
            }
            let mut row = unassigned_row(if unknown { UNKNOWN } else { place }, &tally, laws);
            for law in laws.iter().filter(|law| !on(law) && about(law, place)) {
                row.note.push_str(&self.left_out(law));
            }
            rows.push(row);
        }
        rows
    }

    /// Why a law file about these people was not applied.
    fn left_out(&self, law: &Law) -> String {
        match law.in_force {
            _ if self.in_force(law) => format!("; `{}` is off by default: opt_in_laws = true in the facts applies it", law.id),
            Some(from) => format!("; `{}` ({}) is not in force on the day of the incident (in force since {from})", law.id, law.name),
            None => format!("; `{}` ({}) is not in force on the day of the incident", law.id, law.name),
        }
    }
}

fn unassigned_row(place: &str, tally: &Tally, laws: &[Law]) -> Duty {
    let Bounds { floor, best, ceiling } = tally.people;
    let parts = laws.iter().flat_map(|law| &law.jurisdictions).any(|known| resides(place, known) == Resides::Perhaps);
    let note = match place {
        UNKNOWN => format!(
            "where {best} people ({floor} to {ceiling}) live is not known: they may fall under further laws, and raise the ceiling of the counts above"
        ),
        _ if parts => format!("of {best} people ({floor} to {ceiling}) only the country is known: the laws of its states may apply"),
        _ => format!(
            "no law file speaks of residents of {place}: {best} people ({floor} to {ceiling}) may have further rights; ask local counsel"
        ),
    };
    Duty {
        jurisdiction: place.to_owned(),
        law: "laws of the place of residence".to_owned(),
        law_id: String::new(),
        duty: DutyKind::Other,
        recipient: "to be determined".to_owned(),
        people: tally.people,
        threshold: String::new(),
        crossed: Crossed::WithinInterval,
        trigger_elements: tally.elements,
        exposed: tally.exposed,
        deadline: String::new(),
        deadline_date: None,
        citation: String::new(),
        as_of: None,
        confidence: Confidence::Low,
        assumptions: Vec::new(),
        note,
    }
}

fn blank(place: &Place<'_>, duty: DutyKind, tally: &Tally) -> Duty {
    Duty {
        jurisdiction: place.jurisdiction.to_owned(),
        law: place.law.name.clone(),
        law_id: place.law.id.clone(),
        duty,
        recipient: String::new(),
        people: tally.people,
        threshold: String::new(),
        crossed: Crossed::No,
        trigger_elements: tally.elements,
        exposed: tally.exposed,
        deadline: String::new(),
        deadline_date: None,
        citation: String::new(),
        as_of: (!place.law.survey).then_some(place.law.read_on),
        confidence: Confidence::Low,
        assumptions: Vec::new(),
        note: String::new(),
    }
}

/// People who surely count, or count at most.
const fn counted(people: Bounds, sure: bool) -> Bounds {
    if sure { people } else { Bounds { floor: 0, best: 0, ceiling: people.ceiling } }
}

/// When a public notice may stand for letters, and whether the number of people comes to it.
fn substitute_note(law: &Law, rule: &Substitute, people: Bounds) -> String {
    let mut cases = vec!["contact data are missing".to_owned()];
    cases.extend(rule.cost.map(|cost| format!("letters would cost over {cost} US dollars")));
    cases.extend(rule.people.map(|number| {
        let reached = match number {
            number if people.floor > number => "as here",
            number if people.ceiling > number => "as may be here",
            _ => "not so here",
        };
        format!("over {number} people are concerned, {reached}")
    }));
    let last = cases.pop().unwrap_or_default();
    let cases = if cases.is_empty() { last } else { format!("{} or {last}", cases.join(", ")) };
    let more = if rule.note.is_empty() { String::new() } else { format!(" ({})", rule.note) };
    format!("a substitute notice may do where {cases}{more}, {}", citation(&law.cite, &rule.cite))
}

fn citation(law: &str, part: &str) -> String {
    let space = if part.is_empty() || part.starts_with('(') { "" } else { " " };
    format!("{law}{space}{part}")
}

/// Whether somebody of this residency lives in a jurisdiction: `US-CA` lies in `US`, `US` may be `US-CA`.
pub fn resides(residency: &str, jurisdiction: &str) -> Resides {
    let lies_in = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('-'));
    if residency == jurisdiction || lies_in(residency, jurisdiction) {
        Resides::Yes
    } else if residency == UNKNOWN || residency.is_empty() || lies_in(jurisdiction, residency) {
        Resides::Perhaps
    } else {
        Resides::No
    }
}

/// The states of a country people live in.
fn states<'h>(jurisdiction: &str, hits: &'h [Hit<'_>]) -> BTreeSet<&'h str> {
    let residencies = hits.iter().map(|hit| hit.group.residency.as_str());
    residencies.filter(|residency| residency.contains('-') && country(residency) == jurisdiction).collect()
}

/// Of several duties of one kind towards one recipient one row is enough for each deadline:
/// the surest, and of equally sure ones that of most people. Those that are not owed only say
/// something when none is.
fn without_losing_alternatives(mut rows: Vec<(Option<usize>, Duty)>) -> Vec<(Option<usize>, Duty)> {
    rows.sort_by_key(|(_, duty)| (duty.crossed, std::cmp::Reverse(duty.people.ceiling)));
    let mut owed = BTreeSet::new();
    let mut seen = BTreeSet::new();
    rows.retain(|(_, duty)| {
        let key = (duty.jurisdiction.clone(), duty.duty, duty.recipient.clone());
        let date = duty.deadline_date.as_ref().map(Moment::sort_key);
        let alone = duty.crossed != Crossed::No || owed.insert(key.clone());
        if duty.crossed != Crossed::No {
            owed.insert(key.clone());
        }
        alone && seen.insert((key, date))
    });
    rows
}
