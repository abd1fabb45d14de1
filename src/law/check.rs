//! What a law file must prove about itself.

use super::{
    Crossed, Group, Population,
    assess::Assessor,
    rule::{Example, Law},
    when::Edge,
};
use crate::base::{Bounds, Fault};
use std::collections::BTreeSet;

/// What came of one example: which duties of the file were owed.
struct Outcome {
    people: u64,
    owed: BTreeSet<usize>,
}

impl Law {
    /// Runs the file's own examples: each must give exactly its duties, every duty must be
    /// owed in one and not owed in another, and every number of people in a condition needs
    /// an example on both sides of it.
    pub fn self_test(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut outcomes = Vec::new();
        for example in &self.examples {
            let (outcome, told) = self.run(example);
            outcomes.push(outcome);
            faults.extend(told.map(|message| self.fault(&example.span, format!("example \"{}\": {message}", example.why))));
        }
        for (index, duty) in self.duties.iter().enumerate() {
            let mut fault = |message: String| faults.push(self.fault(&duty.span, message));
            let owed = outcomes.iter().filter(|outcome| outcome.owed.contains(&index)).count();
            if owed == 0 {
                fault("no example in which this duty is owed".to_owned());
            }
            if owed == outcomes.len() {
                fault("no example in which this duty is not owed".to_owned());
            }
            for Edge { below, above, .. } in duty.when.iter().flat_map(|when| when.edges()) {
                for people in [below, above] {
                    if !outcomes.iter().any(|outcome| outcome.people == people) {
                        fault(format!("no example with {people} people, next to a threshold of this duty"));
                    }
                }
            }
        }
        faults
    }

    fn run(&self, example: &Example) -> (Outcome, Option<String>) {
        let residency = example.residency.as_deref().or_else(|| self.jurisdictions.first().map(String::as_str));
        let group = Group {
            residency: residency.unwrap_or_default().to_owned(),
            elements: example.elements,
            protected: example.protected,
            minor: example.minor,
            people: Bounds::exactly(example.people),
        };
        let population = Population { total: group.people, groups: vec![group] };
        let rows = Assessor::new(&population, &example.facts).rows(self);
        let yes: Vec<_> = rows.iter().filter(|(_, duty)| duty.crossed == Crossed::Yes).collect();
        let outcome = Outcome { people: example.people, owed: yes.iter().filter_map(|(index, _)| *index).collect() };
        let found: BTreeSet<_> = yes.iter().map(|(_, duty)| duty.duty).collect();
        let wanted: BTreeSet<_> = example.duties.iter().copied().collect();
        if found != wanted {
            let words = |set: &BTreeSet<super::DutyKind>| set.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(", ");
            return (outcome, Some(format!("expected [{}], found [{}]", words(&wanted), words(&found))));
        }
        for (kind, at) in &example.by {
            let dates: Vec<_> = yes.iter().filter(|(_, duty)| duty.duty == *kind).map(|(_, duty)| duty.deadline_date.as_ref()).collect();
            if !dates.contains(&Some(at)) {
                let found: Vec<_> = dates.iter().map(|date| date.map_or_else(|| "no date".to_owned(), ToString::to_string)).collect();
                return (outcome, Some(format!("expected {} by {at}, found {}", kind.word(), found.join(", "))));
            }
        }
        (outcome, None)
    }
}
