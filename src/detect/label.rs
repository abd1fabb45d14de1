//! A value whose name is a cell of its own row: `{type: "SSN", value: "536-22-8145"}`. The name is read as that of a
//! column would be, phrase by phrase, since such names explain themselves: `BSN (Burgerservicenummer, the Dutch citizen number)`.

use super::{
    DetectorId, Detectors, Finding, Protection, Scope,
    header::HeaderMatch,
    normal::{Hints, trim},
    profile::ENOUGH,
    read::{Scratch, Verdict, number_of_country},
};
use crate::base::Meaning;
use smallvec::SmallVec;

/// So many names are remembered; a table with more has no names but texts.
const REMEMBERED: usize = 4096;
/// Two kinds that a name says about as strongly, in bits.
const CLOSE: f32 = 2.0;
/// Longer names are texts.
const LONGEST: usize = 200;

/// What a name says: detectors with their bits, best first.
#[derive(Clone, Debug, Default)]
pub(super) struct Label {
    matches: Vec<(DetectorId, f32)>,
    nation: Option<[u8; 2]>,
}

impl Detectors {
    /// Reads `value`, which stands at `at` behind its name, as the name says. Returns whether it was that; the finding
    /// is appended to `found`.
    pub fn scan_labelled(&self, name: &[u8], value: &[u8], at: usize, scratch: &mut Scratch, found: &mut Vec<Finding>) -> bool {
        let trimmed = trim(value);
        if name.is_empty() || name.len() > LONGEST || trimmed.is_empty() || trimmed.len() > LONGEST {
            return false;
        }
        let mut labels = std::mem::take(&mut scratch.labels);
        if !labels.contains_key(name) {
            if labels.len() >= REMEMBERED {
                labels.clear();
            }
            labels.insert(name.to_vec(), self.read_label(&String::from_utf8_lossy(name)));
        }
        let judged = labels.get(name).and_then(|label| self.judge_labelled(label, trimmed, scratch));
        scratch.labels = labels;
        let Some((detector, bits, test_value)) = judged else { return false };
        let start = at + value.len() - value.trim_ascii_start().len();
        found.push(Finding {
            detector,
            start,
            length: trimmed.len(),
            normalised: SmallVec::from_slice(&scratch.out),
            bits,
            protection: Protection::Clear,
            test_value,
        });
        true
    }

    /// Drops of what text behind `name` was read as the guesses that go by form alone (telephones, addresses, names) where the name
    /// says that the whole value is something else: `IMEI: 49-015420-323751`; and what another country issues than the one it names.
    /// The value stands at `at` behind its name.
    pub fn drop_rivals(&self, name: &[u8], value: &[u8], at: usize, scratch: &Scratch, found: &mut Vec<Finding>) {
        let Some(label) = scratch.labels.get(name) else { return };
        let says = |id: DetectorId, bits: f32| bits >= ENOUGH && self.get(id).element.is_some() && self.get(id).is_selective();
        if !label.matches.iter().any(|(id, bits)| says(*id, *bits)) {
            return;
        }
        let start = at + value.len() - value.trim_ascii_start().len();
        let length = value.trim_ascii().len();
        let refuted = !found.is_empty() && self.refuted(label, trim(value), &mut Vec::new()).is_some();
        let is_number = !value.iter().any(u8::is_ascii_alphabetic);
        found.retain(|one| {
            let is_whole = one.start <= start + 1 && one.start + one.length + 1 >= start + length;
            // A part of a number that fails the check of its name is no number of another kind, nor one without its check digit.
            if refuted && !is_whole && one.start >= start && one.start + one.length <= start + length {
                return false;
            }
            let is_whole = is_whole || (is_number && one.start >= start && one.start < start + length);
            let detector = self.get(one.detector);
            let meaning = detector.meaning;
            let is_foreign = matches!((detector.scope, label.nation), (Scope::Country(own), Some(nation)) if own != nation);
            if is_whole && (is_foreign || (refuted && detector.checks.is_empty())) {
                return false;
            }
            let is_guess = meaning.is_name() || matches!(meaning, Meaning::Phone | Meaning::FullAddress | Meaning::Street);
            !(is_whole && is_guess) || label.matches.iter().any(|(id, _)| *id == one.detector)
        });
    }

    fn read_label(&self, name: &str) -> Label {
        let mut label = Label::default();
        let mut matches: Vec<HeaderMatch> = Vec::new();
        let phrases =
            name.split(['(', ')', ',', ';', '/', '|', ':']).flat_map(|part| part.split(" or ")).flat_map(|part| part.split(" - "));
        for phrase in phrases {
            let reading = self.vocabulary.read(phrase);
            label.nation = label.nation.or(reading.nation);
            matches.extend(reading.matches);
        }
        for found in matches {
            let bits = match (self.get(found.detector).scope, label.nation) {
                (Scope::Country(own), Some(nation)) if own == nation => found.bits + 3.0,
                // What another country issues is not what a Belgian number is.
                (Scope::Country(_), Some(_)) => continue,
                _ => found.bits,
            };
            match label.matches.iter_mut().find(|(held, _)| *held == found.detector) {
                Some((_, held)) => *held = held.max(bits),
                None => label.matches.push((found.detector, bits)),
            }
        }
        label.matches.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        label
    }

    /// How strongly a name says a kind whose check the value fails: then it is not that in more general words either.
    fn refuted(&self, label: &Label, value: &[u8], out: &mut Vec<u8>) -> Option<f32> {
        let fails = |(id, bits): &&(DetectorId, f32)| {
            let detector = self.get(*id);
            *bits >= ENOUGH && !detector.checks.is_empty() && detector.judge(value, Hints::default(), out) == Verdict::Shaped
        };
        label.matches.iter().filter(fails).map(|(_, bits)| *bits).max_by(f32::total_cmp)
    }

    /// The detector, its bits and whether the value is a known harmless one; the normalised value is left in `scratch.out`.
    fn judge_labelled(&self, label: &Label, value: &[u8], scratch: &mut Scratch) -> Option<(DetectorId, f32, bool)> {
        let mut best: Option<(DetectorId, f32, bool)> = None;
        let refuted = self.refuted(label, value, &mut scratch.out);
        for (id, bits) in &label.matches {
            let detector = self.get(*id);
            let is_general = |refuted| detector.checks.is_empty() || *bits < refuted - CLOSE;
            if detector.element.is_none() || !detector.is_selective() || refuted.is_some_and(is_general) {
                continue;
            }
            if let (Meaning::PersonalNumber, Scope::World) = (detector.meaning, detector.scope) {
                // A name of no one number says only with its country which check has to hold.
                let country = label.nation.or(scratch.country);
                if let Some(own) = country.and_then(|country| number_of_country(self, country, value, scratch))
                    && best.is_none_or(|(_, held, _)| bits + 3.0 > held)
                {
                    best = Some((own, bits + 3.0, false));
                }
                continue;
            }
            let hints = Hints { country: label.nation.or(scratch.country), ..Hints::default() };
            let verdict = detector.judge(value, hints, &mut scratch.out);
            let bits = bits + (-detector.chance().log2()).clamp(0.0, 8.0);
            let fits = bits >= ENOUGH && matches!(verdict, Verdict::Valid | Verdict::Test);
            if fits && best.is_none_or(|(_, held, _)| bits > held) {
                best = Some((*id, bits, verdict == Verdict::Test));
            }
        }
        // The last judged need not be the best.
        let (id, ..) = best?;
        let hints = Hints { country: label.nation.or(scratch.country), ..Hints::default() };
        self.get(id).judge(value, hints, &mut scratch.out);
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The detector a value behind a name is found by.
    fn found(name: &str, value: &str) -> Option<String> {
        let detectors = Detectors::builtin().expect("our own files");
        let (mut scratch, mut found) = (Scratch::default(), Vec::new());
        detectors.scan_labelled(name.as_bytes(), value.as_bytes(), 0, &mut scratch, &mut found);
        found.first().map(|finding| detectors.get(finding.detector).id.clone())
    }

    #[test]
    fn a_name_of_another_kind_outdoes_a_guess_by_form() {
        let detectors = Detectors::builtin().expect("our own files");
        let read = |name: &str, value: &str| {
            let (mut scratch, mut found) = (Scratch::default(), Vec::new());
            let text = format!("{name}: {value}");
            let at = text.len() - value.len();
            if !detectors.scan_labelled(name.as_bytes(), value.as_bytes(), at, &mut scratch, &mut found) {
                detectors.scan_text(text.as_bytes(), crate::format::TextKind::Prose, &mut found);
                found.retain(|one| one.start >= at);
                detectors.drop_rivals(name.as_bytes(), value.as_bytes(), at, &scratch, &mut found);
            }
            found.iter().map(|one| detectors.get(one.detector).id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(read("IMEI (International Mobile Equipment Identity)", "49-015420-323751-9"), Vec::<String>::new());
        assert_eq!(read("MEID (Mobile Equipment Identifier)", "AF 01 33 45 0A BC DE C"), Vec::<String>::new());
        assert_eq!(read("mobile phone", "+1 425 882 6710"), ["phone"]);
        assert_eq!(read("passport number", "call +1 425 882 6710 first"), ["phone"]);
    }

    #[test]
    fn a_name_beside_a_value_is_read_as_a_column_s() {
        for (name, value, id) in [
            ("BSN (Burgerservicenummer, the Dutch citizen number)", "111222333", Some("nl_bsn")),
            ("SIN (Canadian Social Insurance Number)", "936 068 741", Some("ca_sin")),
            ("Dutch personal number", "111222333", Some("nl_bsn")),
            ("patient_ssn", "536-22-8145", Some("us_ssn")),
            ("SIN (Canadian Social Insurance Number)", "936 068 742", None),
            ("ABN (Australian Business Number)", "83 914 571 673", None),
            ("Konto nr. (Norwegian bank account number)", "8601.11.17947", Some("no_kontonummer")),
            ("Konto nr. (Norwegian bank account number)", "8601.11.17948", None),
            ("Konto nr.", "8601.11.17948", Some("bank_account")),
            ("IBAN (International Bank Account Number)", "NO58 7694 0513 888", None),
            ("IBAN or account number", "66747750840", Some("bank_account")),
            ("NIF (French tax identification number)", "3023217600054", None),
            ("PAN (Permanent Account Number, Indian income tax identifier)", "AAKQD7113K", None),
            ("IMEI (International Mobile Equipment Identity)", "3520990017614823", Some("imei")),
            ("part number", "111222333", None),
            ("", "111222333", None),
        ] {
            assert_eq!(found(name, value).as_deref(), id, "{name}: {value}");
        }
    }
}
