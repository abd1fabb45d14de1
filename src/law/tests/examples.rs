//! Worked examples of the collected facts that are not in [`super`]: several laws, their edges, their dates.
//!
//! Where the examples say that a duty is *not required* or for *review*, the program lists it until a finding on
//! the risk is recorded in the facts (`risk`): it never decides that nobody has to be told.

use super::{MARCH, owed, population, rows};
use crate::law::Crossed;

/// The rows that are owed of one place, as `individuals 2026-04-01`.
fn of(place: &str, groups: &str, facts: &str) -> Vec<String> {
    let prefix = format!("{place} ");
    owed(groups, facts).iter().filter_map(|row| row.strip_prefix(&prefix).map(str::to_owned)).collect()
}

#[test]
fn california_counts_more_than_500_and_the_attorney_general_from_the_mailing() {
    let facts = format!("{MARCH}notices_sent_date = 2026-03-25");
    assert_eq!(of("US-CA", "US-CA 500 name drivers_license", &facts), ["credit_monitoring 2026-03-25", "individuals 2026-04-01"]);
    assert_eq!(
        of("US-CA", "US-CA 501 name drivers_license", &facts),
        ["attorney_general 2026-04-09", "credit_monitoring 2026-03-25", "individuals 2026-04-01"]
    );
}

#[test]
fn north_dakota_needs_251_for_its_attorney_general() {
    assert_eq!(of("US-ND", "US-ND 250 name dob", MARCH), ["individuals -"]);
    assert_eq!(of("US-ND", "US-ND 250 dob", MARCH), [""; 0]);
}

#[test]
fn thirty_patients_go_into_the_yearly_log() {
    let facts = "discovery_date = 2026-11-10\nentity_type = \"hipaa_covered_entity\"";
    assert_eq!(owed("US-GA 30 name medical_info", facts), ["US individuals 2027-01-09", "US regulator 2027-03-01"]);
}

#[test]
fn edges_of_regulators_and_agencies_are_exact() {
    let broker = "entity_type = \"information_broker\"\n";
    for (place, facts, kind, first, date) in [
        ("US-AL", "", "attorney_general", 1001, "2026-04-16"),
        ("US-AL", "", "consumer_reporting_agencies", 1001, "-"),
        ("US-OR", "", "attorney_general", 251, "2026-04-16"),
        ("US-TX", "", "attorney_general", 250, "2026-04-01"),
        ("US-DC", "", "attorney_general", 50, "-"),
        ("US-CO", "", "attorney_general", 500, "2026-04-01"),
        ("US-UT", "", "attorney_general", 500, "-"),
        ("US-UT", "", "consumer_reporting_agencies", 1000, "-"),
        ("US-MD", "", "consumer_reporting_agencies", 1000, "-"),
        ("US-WI", "", "consumer_reporting_agencies", 1000, "-"),
        ("US-GA", broker, "consumer_reporting_agencies", 10_001, "-"),
    ] {
        let at = |people: u64| {
            let rows = of(place, &format!("{place} {people} name ssn"), &format!("{MARCH}{facts}"));
            rows.into_iter().find_map(|row| row.strip_prefix(kind).map(|date| date.trim().to_owned()))
        };
        assert_eq!((at(first - 1), at(first).as_deref()), (None, Some(date)), "{place} {kind} {first}");
    }
}

#[test]
fn oklahoma_counts_500_and_later_than_the_individuals() {
    let facts = format!("{MARCH}notices_sent_date = 2026-04-10");
    assert_eq!(of("US-OK", "US-OK 499 name ssn", &facts), ["individuals -"]);
    assert_eq!(of("US-OK", "US-OK 500 name ssn", &facts), ["attorney_general 2026-06-09", "individuals -"]);
}

#[test]
fn authorities_count_from_the_determination_where_the_law_says_so() {
    let facts = format!("{MARCH}determination_date = 2026-03-20\n");
    let at = |place: &str, facts: &str| of(place, &format!("{place} 1500 name ssn"), facts);
    for row in ["individuals", "attorney_general", "regulator", "consumer_reporting_agencies"] {
        assert!(at("US-AZ", &facts).contains(&format!("{row} 2026-05-04")), "{row}: {:?}", at("US-AZ", &facts));
    }
    for (place, row) in [
        ("US-TX", "attorney_general 2026-04-19"),
        ("US-CO", "attorney_general 2026-04-19"),
        ("US-FL", "attorney_general 2026-04-19"),
        ("US-FL", "individuals 2026-04-19"),
    ] {
        assert!(at(place, &facts).contains(&row.to_owned()), "{place} {row}: {:?}", at(place, &facts));
    }
    let believed = format!("{facts}reason_to_believe_date = 2026-03-02\n");
    assert!(at("US-FL", &believed).contains(&"individuals 2026-04-01".to_owned()));
    let texas = rows(&population("US-TX 1500 name ssn"), &facts);
    assert!(texas.iter().any(|duty| duty.note.contains("2026-04-19 is a Sunday, not a business day: plan for 2026-04-17")));
}

#[test]
fn a_bare_number_counts_in_new_york_with_any_other_identifier_and_in_maine_if_it_enables_identity_theft() {
    assert_eq!(of("US-NY", "US-NY 300 ssn", MARCH), [""; 0]);
    assert!(of("US-NY", "US-NY 300 ssn email", MARCH).contains(&"individuals 2026-04-01".to_owned()));
    assert_eq!(of("US-ME", "US-ME 300 ssn", MARCH), [""; 0]);
    let asserted = format!("{MARCH}identity_theft_enabling = true");
    assert!(of("US-ME", "US-ME 300 ssn", &asserted).contains(&"individuals 2026-04-01".to_owned()));
}

/// DORA art. 19(4), NIS2 art. 23(4): each report counts from the one before it; months by Regulation (EEC, Euratom) 1182/71.
#[test]
fn final_reports_of_union_law_are_due_a_calendar_month_after_the_report_before_them() {
    let facts = "discovery_date = 2027-01-28T09:00:00Z\nhome_jurisdiction = \"IE\"\nsignificant_incident = true\n";
    let bank = rows(&population("IE 5 name email"), &format!("{facts}entity_type = \"bank\""));
    let days = |law: &str, duties: &[crate::law::Duty]| -> Vec<String> {
        let of_law = duties.iter().filter(|duty| duty.law_id == law && duty.duty == crate::law::DutyKind::Regulator);
        of_law.filter_map(|duty| duty.deadline_date.as_ref().map(ToString::to_string)).collect()
    };
    assert_eq!(days("eu_dora", &bank), ["2027-01-29T09:00:00Z", "2027-02-01T09:00:00Z", "2027-03-01"]);
    let operator = rows(&population("IE 5 name email"), &format!("{facts}essential_service = true"));
    assert_eq!(days("eu_nis2", &operator), ["2027-01-29T09:00:00Z", "2027-01-31T09:00:00Z", "2027-02-28"]);
}

#[test]
fn an_encrypted_database_is_owed_again_when_the_key_is_taken() {
    let people = "US-CA 50000 name ssn";
    let facts = format!("{MARCH}encrypted = true\n");
    assert_eq!(owed(people, &facts), [""; 0]);
    let taken = owed(people, &format!("{facts}key_compromised = true"));
    assert!(taken.contains(&"US-CA individuals 2026-04-01".to_owned()), "{taken:?}");
    assert!(taken.contains(&"US-CA attorney_general 2026-04-16".to_owned()), "{taken:?}");
}

#[test]
fn a_customer_list_in_a_public_bucket() {
    let facts = format!("{MARCH}cause = \"accidental\"\nacquisition = \"unknown\"\n");
    assert_eq!(owed("DE 5000 name postal_address phone", &facts), ["DE regulator 2026-03-05"]);
    assert_eq!(owed("DE 5000 name postal_address phone", &format!("{facts}risk = \"unlikely\"")), [""; 0]);
}

#[test]
fn an_encrypted_laptop_and_one_that_is_not() {
    let people = "FR 300 name dob medical_info";
    assert_eq!(owed(people, &format!("{MARCH}encrypted = true")), ["FR regulator 2026-03-05"]);
    assert_eq!(owed(people, &format!("{MARCH}encrypted = true\nrisk = \"unlikely\"")), [""; 0]);
    assert_eq!(owed(people, MARCH), ["FR individuals -", "FR regulator 2026-03-05"]);
}

#[test]
fn stolen_job_applications_are_of_high_risk_once_found_so() {
    let people = "NL 213 name email phone dob";
    assert_eq!(owed(people, &format!("{MARCH}risk = \"high\"")), ["NL individuals -", "NL regulator 2026-03-05"]);
}

/// Guidelines 01/2021, case 17: nobody has to grade what the facts say of people's lives for the duty to be listed.
#[test]
fn bills_given_to_somebody_who_poses_as_the_client_concern_authority_and_client() {
    let bills = format!("{MARCH}insight = \"habits\"");
    for place in ["BE", "GB"] {
        let people = format!("{place} 1 name postal_address phone email");
        assert_eq!(of(place, &people, &bills), ["individuals -", "regulator 2026-03-05"]);
        assert_eq!(of(place, &people, MARCH), ["regulator 2026-03-05"]);
    }
}

/// What the board would have done in its eighteen cases, once the finding is the one it makes.
#[test]
fn a_finding_on_the_risk_tells_whom_the_board_would_tell() {
    for (finding, rows) in
        [("unlikely", [].as_slice()), ("likely", &["FR regulator 2026-03-05"]), ("high", &["FR individuals -", "FR regulator 2026-03-05"])]
    {
        for elements in ["name email", "name dob medical_info", "username password_hash", "name salary iban"] {
            assert_eq!(owed(&format!("FR 90 {elements}"), &format!("{MARCH}risk = \"{finding}\"")), rows, "{finding} {elements}");
        }
    }
}

#[test]
fn hashes_of_a_forum_and_its_plain_passwords() {
    let strong = format!("{MARCH}password_hashes = \"strong\"");
    assert_eq!(owed("DE 1200 username password_hash", &strong), ["DE regulator 2026-03-05"]);
    assert_eq!(owed("DE 1200 email password", &strong), ["DE individuals -", "DE regulator 2026-03-05"]);
}

#[test]
fn a_bank_answers_to_two_clocks() {
    let people = "IE 2000 name dob bank_account";
    let facts = "discovery_date = 2026-03-02T09:00:00Z\nentity_type = \"bank\"\nhome_jurisdiction = \"IE\"\n";
    assert_eq!(of("IE", people, facts), ["individuals -", "regulator 2026-03-05T09:00:00Z"]);
    assert_eq!(
        of("IE", people, &format!("{facts}significant_incident = true")),
        [
            "individuals -",
            "regulator 2026-03-03T09:00:00Z",
            "regulator 2026-03-05T09:00:00Z",
            "regulator 2026-03-06T09:00:00Z",
            "regulator 2026-04-06"
        ]
    );
}

#[test]
fn the_scale_of_singapore_is_500() {
    assert_eq!(of("SG", "SG 500 name email", MARCH), ["regulator 2026-03-05"]);
    assert_eq!(of("SG", "SG 499 name email", MARCH), [""; 0]);
    let inside = format!("{MARCH}within_organisation = true");
    for people in ["SG 500 name email", "SG 1000000 name salary bank_account"] {
        assert_eq!(of("SG", people, &inside), [""; 0], "{people}");
    }
}

#[test]
fn scales_of_malaysia_and_korea_are_exact() {
    assert_eq!(of("MY", "MY 1000 name email phone", MARCH), [""; 0]);
    assert_eq!(of("MY", "MY 1001 name email phone", MARCH), ["regulator 2026-03-05"]);
    let accident = format!("{MARCH}cause = \"accidental\"");
    let korea = |people: u64| of("KR", &format!("KR {people} name email phone"), &accident);
    assert_eq!(korea(999), ["individuals 2026-03-05"]);
    assert_eq!(korea(1000), ["individuals 2026-03-05", "regulator 2026-03-05"]);
}

#[test]
fn one_resident_number_is_enough_in_korea() {
    let facts = format!("{MARCH}cause = \"accidental\"");
    assert_eq!(of("KR", "KR 1 name national_id", &facts), ["individuals 2026-03-05", "regulator 2026-03-05"]);
}

#[test]
fn a_million_people_make_an_incident_in_china_and_one_is_enough_for_the_law() {
    let facts = "discovery_date = 2026-03-02T09:00:00Z\nhome_jurisdiction = \"CN\"";
    assert_eq!(of("CN", "CN 999999 name email", facts), ["individuals -", "regulator -"]);
    assert_eq!(of("CN", "CN 1000000 name email", facts), ["individuals -", "regulator -", "regulator 2026-03-02T13:00:00Z"]);
}

#[test]
fn russia_has_two_clocks_at_every_count() {
    for people in [1, 999, 1000, 10_000, 100_000] {
        let rows = of("RU", &format!("RU {people} name email"), "discovery_date = 2026-03-02T09:00:00Z");
        assert_eq!(rows, ["regulator 2026-03-03T09:00:00Z", "regulator 2026-03-05T09:00:00Z"], "{people}");
    }
}

#[test]
fn clocks_of_an_awareness_on_a_thursday_morning() {
    let facts = "discovery_date = 2026-11-19T10:00:00+00:00";
    for (place, elements, expected) in [
        ("DE", "name email", vec!["regulator 2026-11-22T10:00:00Z"]),
        ("BR", "name email password", vec!["individuals 2026-11-25", "regulator 2026-11-25", "regulator 2026-12-23"]),
        ("JO", "name medical_info", vec!["individuals 2026-11-20T10:00:00Z", "regulator 2026-11-22T10:00:00Z"]),
        ("KY", "name email", vec!["individuals 2026-11-24T10:00:00Z", "regulator 2026-11-24T10:00:00Z"]),
        ("MY", "name national_id", vec!["individuals 2026-11-29", "regulator 2026-11-22T10:00:00Z"]),
    ] {
        assert_eq!(of(place, &format!("{place} 250 {elements}"), facts), expected, "{place}");
    }
    let india = of("IN", "IN 250 name email", "discovery_date = 2026-11-19T10:00:00+00:00\nhome_jurisdiction = \"IN\"");
    assert!(india.contains(&"regulator 2026-11-19T16:00:00Z".to_owned()), "{india:?}");
}

#[test]
fn a_law_that_has_not_begun_or_is_off_is_named_and_not_applied() {
    let note = |place: &str, facts: &str| {
        let duties = rows(&population(&format!("{place} 5 name bank_account")), facts);
        let row = duties.into_iter().find(|duty| duty.jurisdiction == place).expect(place);
        (row.crossed, row.law_id, row.note)
    };
    let (crossed, id, text) = note("CL", "discovery_date = 2026-11-30");
    assert_eq!((crossed, id.as_str()), (Crossed::WithinInterval, ""));
    assert!(text.contains("`cl_ley_21719`") && text.contains("in force since 2026-12-01"), "{text}");
    assert_eq!(note("CL", "discovery_date = 2026-12-01").1, "cl_ley_21719");
    let (_, id, text) = note("PA", MARCH);
    assert!(id.is_empty() && text.contains("`pa_ley_81` is off by default"), "{text}");
    let (crossed, id, _) = note("PA", &format!("{MARCH}opt_in_laws = true"));
    assert_eq!((crossed, id.as_str()), (Crossed::Yes, "pa_ley_81"));
}

#[test]
fn an_authority_of_one_state_has_its_own_note() {
    let duties = rows(&population("PL 5 name email\nIT 5 name email"), MARCH);
    let note = |place: &str| duties.iter().find(|duty| duty.jurisdiction == place).map(|duty| duty.note.clone()).unwrap_or_default();
    assert!(note("PL").contains("PESEL") && !note("IT").contains("PESEL"), "{}", note("PL"));
}

#[test]
fn a_law_of_establishments_binds_nobody_else() {
    let facts = format!("{MARCH}essential_service = true\nsignificant_incident = true\n");
    let nis2 =
        |facts: &str| rows(&population("DE 5 name email\nUS-CA 9 name email"), facts).into_iter().find(|duty| duty.law_id == "eu_nis2");
    assert_eq!(nis2(&facts), None);
    let row = nis2(&format!("{facts}home_jurisdiction = \"DE\"")).expect("a duty of the seat");
    assert_eq!((row.jurisdiction.as_str(), row.people.best), ("DE", 14));
}
