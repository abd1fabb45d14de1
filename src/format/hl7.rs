//! HL7 version 2 messages (ER7): each segment is a row, of the table of its kind, with the
//! message's number and the field names of the standard (chapters 3, 6 and 7 of version 2.5).

use super::{
    Claim, Format, Head, Sink, decoded,
    json::records::{Records, Value},
};
use crate::source::Input;

/// `.hl7`.
pub struct Hl7;

/// Names of fields, from field 1; an empty name is left out.
type Fields = &'static [&'static str];

const PID: Fields = &[
    "",
    "patient_id",
    "medical_record_number",
    "alternate_patient_id",
    "patient_name",
    "mothers_maiden_name",
    "birth_date",
    "sex",
    "patient_alias",
    "race",
    "patient_address",
    "county",
    "home_phone",
    "business_phone",
    "language",
    "marital_status",
    "religion",
    "encounter_number",
    "ssn",
    "drivers_license",
    "mothers_identifier",
    "ethnic_group",
    "birth_place",
    "",
    "",
    "citizenship",
    "",
    "nationality",
    "death_date",
    "death_indicator",
];
const NK1: Fields = &[
    "",
    "contact_name",
    "relationship",
    "contact_address",
    "contact_phone",
    "contact_business_phone",
    "contact_role",
    "",
    "",
    "job_title",
    "",
    "",
    "employer",
    "marital_status",
    "sex",
    "birth_date",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "contact_identifier",
    "",
    "",
    "",
    "ssn",
];
const IN1: Fields = &[
    "",
    "insurance_plan_id",
    "insurance_company_id",
    "insurance_company",
    "insurance_company_address",
    "insurance_contact",
    "insurance_company_phone",
    "group_number",
    "group_name",
    "",
    "",
    "",
    "",
    "",
    "",
    "insured_name",
    "insured_relationship",
    "insured_birth_date",
    "insured_address",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "policy_number",
    "",
    "",
    "",
    "",
    "",
    "",
    "insured_sex",
    "insured_employer_address",
    "",
    "",
    "",
    "",
    "insured_id",
];
const GT1: Fields = &[
    "",
    "guarantor_number",
    "guarantor_name",
    "guarantor_spouse_name",
    "guarantor_address",
    "guarantor_home_phone",
    "guarantor_business_phone",
    "guarantor_birth_date",
    "guarantor_sex",
    "",
    "relationship",
    "ssn",
];
const DG1: Fields = &["", "", "diagnosis_code", "diagnosis", "diagnosis_date", "diagnosis_type"];
const OBX: Fields = &["", "", "observation", "", "observation_value", "units", "reference_range", "abnormal_flags"];
const PV1: Fields = &["", "patient_class", "patient_location", "", "", "", "attending_doctor", "referring_doctor", "consulting_doctor"];
const AL1: Fields = &["", "allergy_type", "allergy", "allergy_severity", "allergy_reaction"];
const RXE: Fields = &["", "medication"];

const SEGMENTS: &[(&str, Fields)] =
    &[("PID", PID), ("NK1", NK1), ("IN1", IN1), ("GT1", GT1), ("DG1", DG1), ("OBX", OBX), ("PV1", PV1), ("AL1", AL1), ("RXE", RXE)];

/// Fields that hold names of people, addresses and such: their components are told apart.
const NAME: &[&str] = &["family", "given", "middle", "suffix", "prefix"];
const ADDRESS: &[&str] = &["street", "other", "city", "state", "postal_code", "country"];

impl Format for Hl7 {
    fn name(&self) -> &'static str {
        "hl7"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        // A batch begins with headers of its own; lower layers put a vertical tab before a message.
        let text = head.bytes.strip_prefix(b"\x0B").unwrap_or(head.bytes);
        match text {
            [b'M', b'S', b'H', b'|', _, _, b'\\' | b'&' | b'|' | b'#' | b'~', ..] => Claim::Sure,
            [b'F' | b'B', b'H', b'S', b'|', ..] if memchr::memmem::find(text, b"MSH|").is_some() => Claim::Sure,
            _ => Claim::No,
        }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        decoded(input, sink, read);
    }
}

fn read(text: &str, sink: &mut dyn Sink) {
    let mut records = Records::new();
    let mut message = 0_u64;
    for line in text.split(['\r', '\n']) {
        let line = line.trim_start_matches(['\u{B}', '\u{1C}']);
        let mut fields = line.split('|');
        let Some(kind) = fields.next().filter(|kind| kind.len() == 3 && kind.is_ascii()) else { continue };
        message += u64::from(kind == "MSH");
        if matches!(kind, "MSH" | "FHS" | "BHS" | "FTS" | "BTS") {
            continue;
        }
        let names = SEGMENTS.iter().find(|(held, _)| *held == kind).map_or(&[] as Fields, |(_, names)| names);
        let mut members = vec![("message".to_owned(), Value::text(message.to_string()))];
        for (at, field) in fields.enumerate().take(256) {
            match names.get(at) {
                Some(&"") => {}
                Some(name) => put(name, field, &mut members),
                None if names.is_empty() => put(&format!("{kind}-{}", at + 1), field, &mut members),
                None => {}
            }
        }
        if members.len() > 1 {
            records.row(kind, &Value::Record(members), sink);
        }
    }
    records.finish(sink);
}

/// Adds a field; of repetitions the first that says something by its components, the others whole.
fn put(name: &str, field: &str, members: &mut Vec<(String, Value)>) {
    let mut repetitions = field.split('~').filter(|one| !one.is_empty() && *one != "\"\"");
    let Some(first) = repetitions.next() else { return };
    let parts: &[&str] = match name {
        name if name.ends_with("_name") || name.ends_with("_doctor") || name == "patient_alias" => NAME,
        name if name.ends_with("_address") => ADDRESS,
        _ => &[],
    };
    let skips_id = usize::from(name.ends_with("_doctor"));
    if parts.is_empty() {
        // Identifiers are followed by who gave them; codes by their texts.
        let mut components = first.split('^').filter(|component| !component.is_empty());
        let is_coded = name.contains("diagnosis") || name.contains("observation") || name.contains("allergy") || name == "medication";
        let value = if is_coded { components.collect::<Vec<_>>().join(" ") } else { components.next().unwrap_or_default().to_owned() };
        members.push((name.to_owned(), Value::text(unescape(&value))));
    } else {
        for (component, part) in first.split('^').skip(skips_id).zip(parts).filter(|(component, _)| !component.is_empty()) {
            let component = component.split('&').next().unwrap_or(component);
            members.push((format!("{name}.{part}"), Value::text(unescape(component))));
        }
    }
    let more: Vec<String> = repetitions.map(|one| unescape(&one.replace('^', " "))).collect();
    if !more.is_empty() {
        members.push((format!("{name}.more"), Value::text(more.join("; "))));
    }
}

/// Undoes the escapes of delimiters (2.7).
fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    [("\\F\\", "|"), ("\\S\\", "^"), ("\\T\\", "&"), ("\\R\\", "~"), ("\\E\\", "\\"), ("\\.br\\", "\n")]
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{hostile::survives, testing::read};

    #[test]
    fn segments_are_rows_with_the_names_of_the_standard() {
        let text = "MSH|^~\\&|A|B|||20240101||ADT^A01|1|P|2.5\rPID|1||MR123^^^HOSP~X9||Doe^Jane^Q||19800102|F|||12 Elm St^^Springfield^IL^62701\
            ||~555-0100~\"\"\rNK1|1|Doe^John|SPO|||\rDG1|1||E11.9^Type 2 diabetes^I10\rZZ1|a\\T\\b\r";
        assert_eq!(Hl7.claim(&Head { bytes: text.as_bytes(), name: "a", whole: true }), Claim::Sure);
        let found = read(&Hl7, text.as_bytes());
        let patient = found.table("PID");
        assert_eq!(
            patient.header(),
            "message|medical_record_number|medical_record_number.more|patient_name.family|patient_name.given|patient_name.middle|birth_date|sex|\
             patient_address.street|patient_address.city|patient_address.state|patient_address.postal_code|home_phone"
        );
        assert_eq!(patient.lines(), ["1|MR123|X9|Doe|Jane|Q|19800102|F|12 Elm St|Springfield|IL|62701|555-0100"]);
        assert_eq!(found.table("DG1").lines(), ["1|E11.9 Type 2 diabetes I10"]);
        assert_eq!(found.table("ZZ1").lines(), ["1|a&b"]);
        survives(&Hl7, text.as_bytes());
    }
}
