//! Why a value is or is not of a detector, step by step, for `breachscope patterns explain ID --value V`.
//!
//! Every step is the one a scan takes; nothing is judged here that is not judged there.

use super::{Detector, DetectorId, Detectors, Finding, Profile, normal::Hints, read::Verdict};
use crate::format::{Sample, TextKind};

impl Detectors {
    /// What happens to `value`, one step to a line.
    pub fn explain(&self, id: DetectorId, value: &str) -> Vec<String> {
        let detector = self.get(id);
        let mut steps = Vec::new();
        if detector.marking.is_none() {
            steps.push("as a value".to_owned());
            detector.explain_value(value.trim().as_bytes(), &mut steps);
        }
        if detector.finds_text() {
            steps.push("in text".to_owned());
            detector.explain_weights(&mut steps);
            self.explain_text(id, value, &mut steps);
        }
        let headers = [detector.column.names.first(), detector.column.weak.first()];
        for header in headers.into_iter().flatten() {
            steps.push(format!("in a column `{header}` of five such cells"));
            self.explain_column(id, Some(header), value, &mut steps);
        }
        if detector.column.alone != super::Alone::Never {
            steps.push("in a table without header".to_owned());
            self.explain_column(id, None, value, &mut steps);
        }
        steps
    }

    /// The value by itself, behind a word that speaks for it, and behind a label.
    fn explain_text(&self, id: DetectorId, value: &str, steps: &mut Vec<String>) {
        let text = &self.get(id).text;
        let mut tries = vec![("alone".to_owned(), value.to_owned())];
        if let Some(word) = text.near.first().filter(|_| text.near_bits > 0.0) {
            tries.push((format!("behind the word `{word}`"), format!("{word} {value}")));
        }
        if let Some(label) = text.labels.first() {
            tries.push((format!("behind the label `{label}`"), format!("{label}: {value}")));
        }
        for (how, text) in tries {
            let mut found = Vec::new();
            self.scan_text(text.as_bytes(), TextKind::Prose, &mut found);
            let own = found.iter().find(|one| one.detector == id);
            let told = match (own, found.first()) {
                (Some(one), _) => reported(one, &text),
                (None, Some(other)) => format!("not found; `{}` is, {:+.1} bits", self.get(other.detector).id, other.bits),
                (None, None) => "not found".to_owned(),
            };
            steps.push(format!("  {how}: {told}"));
        }
    }

    fn explain_column(&self, id: DetectorId, header: Option<&String>, value: &str, steps: &mut Vec<String>) {
        let row = vec![Some(value.as_bytes().to_vec())];
        let sample = Sample { name: None, columns: header.map(|name| vec![name.clone()]), rows: vec![row; 5] };
        let profile: Profile = self.profile(&sample);
        let Some(column) = profile.columns.first() else { return };
        let told = match column.detector {
            Some(found) if found == id => "the column is of this kind".to_owned(),
            Some(other) => format!("the column is `{}`", self.get(other).id),
            None => "the column is of no kind".to_owned(),
        };
        let reason = if column.reason.is_empty() { String::new() } else { format!(": {}", column.reason) };
        steps.push(format!("  {told}{reason}"));
    }
}

fn reported(one: &Finding, text: &str) -> String {
    let shown = text.get(one.start..one.start + one.length).unwrap_or_default();
    let test = if one.test_value { ", a known harmless value: reported apart, never counted" } else { "" };
    format!("`{shown}` found, {:+.1} bits{test}", one.bits)
}

impl Detector {
    fn finds_text(&self) -> bool {
        let text = &self.text;
        !self.text_shapes.is_empty() || text.scanner.is_some() || !text.tokens.is_empty() || !text.phrases.is_empty()
    }

    /// Normalising, length, list, known values, shapes, checks.
    fn explain_value(&self, value: &[u8], steps: &mut Vec<String>) {
        let mut out = Vec::new();
        let verdict = self.judge(value, Hints::default(), &mut out);
        let normalised = String::from_utf8_lossy(&out).into_owned();
        let how = format!("{:?}", self.normalise).to_lowercase();
        if out.is_empty() {
            steps.push(format!("  normalise {how}: cannot be read so"));
        } else {
            steps.push(format!("  normalise {how}: `{normalised}`"));
            self.explain_form(&out, steps);
        }
        steps.push(format!(
            "  so it is {}",
            match verdict {
                Verdict::Valid => "a valid value",
                Verdict::Test => "a known harmless value: reported apart, never counted",
                Verdict::Placeholder => "a placeholder",
                Verdict::Shaped if self.loose => "no valid value, but its shape is right: taken under a header that names it",
                Verdict::Shaped => "no value: its shape is right and a check fails",
                Verdict::No => "no value",
            }
        ));
    }

    fn explain_form(&self, out: &[u8], steps: &mut Vec<String>) {
        let (least, most) = self.length;
        let fits = (least..=most).contains(&out.len());
        let most = if most == usize::MAX { "any number of".to_owned() } else { most.to_string() };
        steps.push(format!("  length {}: {least} to {most} bytes, {}", out.len(), if fits { "fits" } else { "does not fit" }));
        if !self.only.is_empty() {
            let listed = self.only.iter().any(|only| only == out);
            steps.push(format!("  list of {} values: {}", self.only.len(), if listed { "it is one" } else { "it is none of them" }));
        }
        if !self.shapes.is_empty() {
            let matches = self.shapes.iter().any(|shape| shape.matches(out));
            steps.push(format!("  {} shapes: {}", self.shapes.len(), if matches { "it has one" } else { "it has none of them" }));
        }
        for check in &self.checks {
            let holds = if (check.run)(out) { "holds" } else { "fails" };
            let chance = check.chance * 100.0;
            steps.push(format!("  check {}: {holds} (of random values {chance:.3} % pass)", check.name));
        }
    }

    /// What evidence in text is made of.
    fn explain_weights(&self, steps: &mut Vec<String>) {
        let text = &self.text;
        let mut terms = vec![format!("base {:+.1}", text.base)];
        if !self.text_shapes.is_empty() {
            let best = self.text_shapes.iter().map(|shape| shape.bits).fold(f32::MIN, f32::max);
            terms.push(format!("{} shapes up to {best:+.1}", self.text_shapes.len()));
        }
        let words = [
            (!self.checks.is_empty() && text.check_bits != 0.0).then(|| format!("check {:+.1}", text.check_bits)),
            (text.near_bits != 0.0).then(|| format!("a word near {:+.1}", text.near_bits)),
            (text.alone_bits != 0.0).then(|| format!("a line of its own {:+.1}", text.alone_bits)),
            text.scanner.as_ref().map(|scanner| format!("scanner `{scanner}`")),
            (!text.tokens.is_empty()).then(|| format!("{} fixed beginnings", text.tokens.len())),
            (!text.phrases.is_empty()).then(|| format!("{} phrases", text.phrases.len())),
        ];
        terms.extend(words.into_iter().flatten());
        steps.push(format!("  evidence in bits, reported above 0: {}", terms.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::Detectors;

    fn told(detectors: &Detectors, id: &str, value: &str) -> String {
        detectors.explain(detectors.place_of(id).expect("a detector"), value).join("\n")
    }

    #[test]
    fn every_kind_of_detector_explains_a_value_step_by_step() {
        let detectors = Detectors::builtin().expect("built-in files load");
        for (id, value, parts) in [
            ("us_ssn", "536-22-8145", ["`536228145`", "a valid value", "found, +"].as_slice()),
            ("us_ssn", "078-05-1120", &["a known harmless value", "never counted"]),
            ("us_ssn", "666-22-8145", &["check us_ssn: fails"]),
            ("card_number", "4111111111111112", &["check card: fails", "its shape is right"]),
            ("card_number", "4111111111111111", &["known harmless value"]),
            ("iban", "DE85500105175961766590", &["check iban: holds", "a valid value"]),
            ("email", "jane.foster@mailhaven.com", &["a valid value", "scanner `email`"]),
            ("key_github", "ghp_Zk3Vx9Tb2Lm7Rs4Wy8Nd1Qf6Hj0Pc5Gt3Ka9", &["fixed beginnings", "never counted"]),
            ("password", "Winter77201", &["behind the label `password`: `Winter77201` found"]),
            ("marking_confidential", "STRICTLY CONFIDENTIAL", &["phrases", "a line of its own +3.0", "found, +4.0 bits"]),
            ("birth_date", "1975-03-21", &["a valid value", "the column is of this kind"]),
        ] {
            let steps = told(&detectors, id, value);
            for part in parts {
                assert!(steps.contains(part), "{id} {value}: `{part}` is not in\n{steps}");
            }
        }
    }

    #[test]
    fn no_detector_panics_on_any_value() {
        let detectors = Detectors::builtin().expect("built-in files load");
        for (id, _) in detectors.enumerate() {
            for value in ["", " ", "0", "ÄÖ", "123-45-6789"] {
                assert!(!detectors.explain(id, value).is_empty() || value.trim().is_empty() || detectors.get(id).column.names.is_empty());
            }
        }
    }
}
