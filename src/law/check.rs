//! What a law file must prove about itself.

use super::{
    Crossed, Group, Population,
    assess::Assessor,
    calendar::Calendar,
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
        let calendar = Calendar::builtin();
        for example in &self.examples {
            let (outcome, told) = self.run(example, &calendar);
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

    fn run(&self, example: &Example, calendar: &Calendar) -> (Outcome, Option<String>) {
        let residency = example.residency.as_deref().or_else(|| self.jurisdictions.first().map(String::as_str));
        let group = Group {
            residency: residency.unwrap_or_default().to_owned(),
            elements: example.elements,
            protected: example.protected,
            minor: example.minor,
            people: Bounds::exactly(example.people),
        };
        let population = Population { total: group.people, groups: vec![group] };
        let rows = Assessor { population: &population, facts: &example.facts, calendar }.rows(self);
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

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
name = "Law of nowhere"
cite = "N. 1"
jurisdiction = "XX"
protects = "residents"
read_on = 2026-01-01
confidence = "low"
sources = ["https://example.org"]

[[protected]]
with = "name"
any_of = "ssn"

[[duty]]
tell = "individuals"
when = "people > 500"
by = "30 days after discovery"

[[example]]
why = "enough"
given = { people = 501, elements = ["name", "ssn"] }
duties = ["individuals"]

[[example]]
why = "too few"
given = { people = 500, elements = ["name", "ssn"] }
duties = []
"#;

    fn faults(change: (&str, &str)) -> Vec<(usize, String)> {
        assert!(GOOD.contains(change.0), "{}", change.0);
        let text = GOOD.replacen(change.0, change.1, 1);
        let told = match Law::parse("xx", "xx.toml", &text) {
            Ok(law) => law.self_test(),
            Err(faults) => faults,
        };
        told.into_iter().map(|fault| (fault.line, fault.message)).collect()
    }

    #[test]
    fn a_law_must_prove_itself() {
        assert_eq!(faults(("nowhere", "nowhere")), []);
        for (change, line, message) in [
            (("people = 501", "people = 502"), 14, "no example with 501 people"),
            (("people = 500", "people = 400"), 14, "no example with 500 people"),
            (("duties = []", "duties = [\"media\"]"), 24, "example \"too few\": expected [media], found []"),
            (("people > 500", "people >= 500"), 14, "no example in which this duty is not owed"),
            (("people > 500", "people > 501"), 14, "no example in which this duty is owed"),
            (("duties = [\"individuals\"]", "duties = [\"individuals\"]\nby = { individuals = 2026-01-01 }"), 19, "found no date"),
        ] {
            let told = faults(change);
            assert!(told.iter().any(|(at, text)| *at == line && text.contains(message)), "{change:?}: {told:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_has_a_place() {
        for (change, line, message) in [
            (("with = \"name\"", "with = \"nome\""), 11, "unknown element `nome`"),
            (("people > 500", "peple > 500"), 16, "unknown fact `peple`"),
            (("30 days after discovery", "30 days"), 17, "`30 days` is no deadline"),
            (("tell = \"individuals\"", "tell = \"everybody\""), 15, "`everybody` is no duty"),
            (("read_on = 2026-01-01", "red_on = 2026-01-01"), 6, "unknown key `red_on`"),
            (("protects = \"residents\"", "protects = \"cats\""), 5, "`cats` is nobody a law protects"),
        ] {
            let told = faults(change);
            assert!(told.iter().any(|(at, text)| *at == line && text.contains(message)), "{change:?}: {told:?}");
        }
    }
}
