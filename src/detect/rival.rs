//! Several kinds of numbers that fit one column: nine digits are a US, a Canadian, an Australian, a Dutch number. What the
//! column is called, what the other columns say of the country, and whose check the values pass decide; the choice is explained.

use super::{
    Detector, Scope,
    header::WEAK,
    judge::Judge,
    profile::{Candidate, Column, ENOUGH},
};
use crate::base::Meaning;

/// Values needed before they speak for a number the column is not called by: with the table's country, and without.
const FEW: usize = 3;
const MANY: usize = 8;
/// A check that this share of random values passes says something.
const TELLING: f32 = 0.15;
/// What the values of a whole column can say at most.
const MOST: f32 = 20.0;

/// What it says that so many values pass, in bits.
fn surprise(detector: &Detector, count: usize) -> f32 {
    (-detector.chance().max(1e-6).log2() * count as f32).clamp(0.0, MOST)
}

impl Judge<'_> {
    /// The personal number of another issuer that a column called `held` by its header holds.
    pub(super) fn rival(&self, column: &Column<'_>, held: &Candidate, country: Option<[u8; 2]>) -> Option<Candidate> {
        let own = self.detectors.get(held.detector);
        let count = column.stats.values.len();
        if own.meaning != Meaning::PersonalNumber || !held.by_header || held.bits < ENOUGH || count < FEW {
            return None;
        }
        let claim = held.bits + surprise(own, count) * held.valid;
        let mut best: Option<(f32, Candidate)> = None;
        let mut tied = false;
        for (id, other) in self.detectors.enumerate() {
            let Scope::Country(issuer) = other.scope else { continue };
            let here = country == Some(issuer);
            let asked = other.meaning == Meaning::PersonalNumber && !other.checks.is_empty() && other.chance() <= TELLING;
            if !asked || other.scope == own.scope || !(here || (count >= MANY && own.scope != Scope::World)) {
                continue;
            }
            let fit = self.detectors.fit(other, &column.stats);
            if fit.valid < 0.95 {
                continue;
            }
            let bits = WEAK + surprise(other, count) + if here { 3.0 } else { 0.0 };
            if bits <= claim {
                continue;
            }
            let place = if here { format!(", and the table is of {}", String::from_utf8_lossy(&issuer)) } else { String::new() };
            let why = format!("not {}: {:.0} % of {count} values pass the check of {}{place}", own.id, fit.valid * 100.0, other.id);
            let candidate = Candidate { detector: id, bits, valid: fit.valid, strict: false, why, ..held.clone() };
            match &best {
                Some((held, _)) if bits < *held => {}
                // Two issuers with one check, and nothing to tell them apart: the name of the column stays.
                Some((held, _)) if bits == *held => tied = true,
                _ => {
                    tied = false;
                    best = Some((bits, candidate));
                }
            }
        }
        best.filter(|_| !tied).map(|(_, candidate)| candidate)
    }

    /// Whether a column's values are postcodes or regions that only one country has.
    pub(super) fn country_of_places(column: &Column<'_>) -> Option<[u8; 2]> {
        const FORMS: [(&[u8; 2], Form); 4] = [(b"CA", is_canadian), (b"GB", is_british), (b"NL", is_dutch), (b"AU", is_australian_state)];
        let several = column.stats.values.len() > 1;
        FORMS.iter().find(|(_, form)| several && column.stats.share(|value| form(value)) > 0.8).map(|(country, _)| **country)
    }
}

/// Whether a value is written as one country writes it.
type Form = fn(&[u8]) -> bool;

/// A letter as `A`, a digit as `0`, of a value without its blank.
fn form(value: &[u8]) -> Vec<u8> {
    let kind = |byte: &u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' => b'A',
        b'0'..=b'9' => b'0',
        other => *other,
    };
    value.iter().filter(|byte| **byte != b' ').take(12).map(kind).collect()
}

/// A province by its code, or a postcode (Canada Post: letter, digit, letter, digit, letter, digit).
fn is_canadian(value: &[u8]) -> bool {
    const PROVINCES: [&[u8]; 13] = [b"AB", b"BC", b"MB", b"NB", b"NL", b"NS", b"NT", b"NU", b"ON", b"PE", b"QC", b"SK", b"YT"];
    PROVINCES.contains(&value) || form(value) == b"A0A0A0"
}

/// Royal Mail: area and district, then a digit and two letters.
fn is_british(value: &[u8]) -> bool {
    let form = form(value);
    form.strip_suffix(b"0AA").is_some_and(|outward| matches!(outward, b"A0" | b"A00" | b"AA0" | b"AA00" | b"A0A" | b"AA0A"))
}

/// PostNL: four digits and two letters.
fn is_dutch(value: &[u8]) -> bool {
    form(value) == b"0000AA"
}

/// `NSW`, `VIC`: `NT`, `SA` and `WA` are other countries' too.
fn is_australian_state(value: &[u8]) -> bool {
    matches!(value, b"NSW" | b"VIC" | b"QLD" | b"TAS" | b"ACT" | b"SA" | b"WA" | b"NT")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{detect::Detectors, format::Sample};

    /// What the first of these columns is judged to hold, and why.
    fn judged(detectors: &Detectors, headers: &[&str], rows: &[Vec<String>]) -> (String, String) {
        let sample = Sample {
            name: Some("employees".to_owned()),
            columns: Some(headers.iter().map(|header| (*header).to_owned()).collect()),
            rows: rows.iter().map(|row| row.iter().map(|cell| Some(cell.clone().into_bytes())).collect()).collect(),
        };
        let profile = detectors.profile(&sample);
        let first = &profile.columns[0];
        (first.detector.map_or_else(String::new, |id| detectors.get(id).id.clone()), first.reason.clone())
    }

    /// Numbers that pass a check, and that US Social Security could have issued as well.
    fn numbers(detectors: &Detectors, id: &str, count: usize) -> Vec<String> {
        let (detector, ssn) = (detectors.by_id(id).expect("a detector"), detectors.by_id("us_ssn").expect("a detector"));
        let passes = |value: &String, of: &Detector| of.checks.iter().all(|check| (check.run)(value.as_bytes()));
        let all = (1_u32..).map(|number| format!("{:09}", 211_010_007 + number * 7_919));
        all.filter(|value| passes(value, detector) && passes(value, ssn)).take(count).collect()
    }

    #[test]
    fn nine_digits_are_whose_check_they_pass_and_whose_country_the_table_is_of() {
        let detectors = Detectors::builtin().expect("our own files");
        for (header, id, beside, cell, wanted) in [
            ("ssn", "ca_sin", "province", "ON", "ca_sin"),
            ("SSN", "ca_sin", "postal code", "K1A 0B1", "ca_sin"),
            ("ssn", "ca_sin", "country", "Canada", "ca_sin"),
            ("ssn", "us_ssn", "state", "TX", "us_ssn"),
            ("ssn", "us_ssn", "province", "ON", "us_ssn"),
            ("tax id", "au_tfn", "state", "NSW", "au_tfn"),
            ("id number", "nl_bsn", "postcode", "1012 AB", "nl_bsn"),
            ("national id", "pt_nif", "country", "Portugal", "pt_nif"),
            ("sin", "ca_sin", "state", "TX", "ca_sin"),
            ("routing number", "us_bank_routing", "province", "ON", "us_bank_routing"),
        ] {
            let rows: Vec<Vec<String>> = numbers(&detectors, id, 12).into_iter().map(|number| vec![number, cell.to_owned()]).collect();
            let (got, why) = judged(&detectors, &[header, beside], &rows);
            assert_eq!(got, wanted, "{header} beside {beside}: {why}");
            let explained = !why.contains("not us_ssn") || why.contains("pass the check of");
            assert!(explained, "{why}");
        }
    }
}
