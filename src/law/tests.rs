//! Tests of the stage as a whole: worked examples of several laws together, and properties.

use super::*;
use crate::base::{Element, Facts};
use std::{collections::BTreeSet, sync::LazyLock};

mod clocks;
mod coverage;
mod examples;
mod mistakes;
mod properties;
mod thresholds;

static LAWS: LazyLock<Vec<Law>> =
    LazyLock::new(|| Law::builtin().unwrap_or_else(|faults| panic!("{}", faults.iter().map(ToString::to_string).collect::<String>())));

fn set(codes: &str) -> ElementSet {
    codes.split_whitespace().map(|code| Element::from_code(code).expect(code)).collect()
}

/// `residency people elements...`, one group a line.
fn population(text: &str) -> Population {
    let mut population = Population::default();
    for line in text.trim().lines() {
        let mut words = line.trim().splitn(3, ' ');
        let mut next = || words.next().expect(line);
        let residency = next().to_owned();
        let people = Bounds::exactly(next().parse().expect(line));
        population.total = population.total.plus(people);
        population.groups.push(Group { residency, people, elements: set(next()), ..Group::default() });
    }
    population
}

/// Rows that are owed, as `US-TX individuals 2026-05-01`, sorted; `-` for no date.
fn owed(groups: &str, facts: &str) -> Vec<String> {
    let facts = Facts::parse(facts).expect(facts);
    let duties = assess(&population(groups), &facts, &LAWS);
    let row = |duty: &Duty| {
        let date = duty.deadline_date.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        format!("{} {} {date}", duty.jurisdiction, duty.duty.word())
    };
    let mut rows: Vec<_> = duties.iter().filter(|duty| duty.crossed == Crossed::Yes).map(row).collect();
    rows.sort();
    rows.dedup();
    rows
}

const MARCH: &str = "discovery_date = 2026-03-02\n";

#[test]
fn every_law_file_passes_its_own_examples() {
    let faults: String = LAWS.iter().flat_map(Law::self_test).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn files_of_low_confidence_are_off_but_for_general_statutes_of_the_united_states() {
    let general = |law: &Law| law.id.len() == 5 && law.id.starts_with("us_");
    let wrong: Vec<_> = LAWS.iter().filter(|law| (law.confidence == Confidence::Low && !general(law)) != law.opt_in).collect();
    assert!(wrong.is_empty(), "{:?}", wrong.iter().map(|law| &law.id).collect::<Vec<_>>());
    let off = LAWS.iter().filter(|law| law.opt_in).count();
    assert!(LAWS.len() >= 180 && off >= 20, "{} files, {off} off", LAWS.len());
}

#[test]
fn the_file_of_the_manual_is_a_good_law() {
    let manual = include_str!("../../docs/laws.md");
    let text = manual.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a file in the manual");
    let law = Law::parse("xx", "docs/laws.md", text).expect("the manual's file reads");
    assert_eq!(law.self_test(), []);
}

#[test]
fn texas_and_vermont_count_from_different_days() {
    assert_eq!(
        owed("US-TX 612 name ssn\nUS-VT 40 username password", MARCH),
        [
            "US-TX attorney_general 2026-04-01",
            "US-TX individuals 2026-05-01",
            "US-VT attorney_general 2026-03-20",
            "US-VT individuals 2026-04-16",
        ]
    );
}

#[test]
fn vermonts_authority_is_told_of_logins_only_if_they_were_taken_from_the_organisation() {
    let elsewhere = format!("{MARCH}logins_from = \"elsewhere\"");
    assert_eq!(owed("US-VT 40 username password", &elsewhere), ["US-VT individuals 2026-04-16"]);
    let more = "US-VT 40 username password\nUS-VT 1 name ssn";
    assert_eq!(owed(more, &elsewhere), ["US-VT attorney_general 2026-03-20", "US-VT individuals 2026-04-16"]);
}

#[test]
fn a_birth_date_with_a_name_counts_in_two_states_only() {
    assert_eq!(
        owed("US-WA 1200 name dob\nUS-OR 1200 name dob\nUS-ND 251 name dob\nUS-AL 9 dob", MARCH),
        ["US-ND attorney_general -", "US-ND individuals -", "US-WA attorney_general 2026-04-01", "US-WA individuals 2026-04-01"]
    );
}

#[test]
fn credentials_need_a_name_here_and_not_there() {
    let groups = "US-NY 6000 username password\nUS-PA 900 name username password\nUS-PA 900 username password\n\
                  US-MD 50 username password";
    assert_eq!(
        owed(groups, MARCH),
        [
            "US-NY attorney_general 2026-04-01",
            "US-NY consumer_reporting_agencies -",
            "US-NY individuals 2026-04-01",
            "US-NY regulator 2026-04-01",
            "US-PA attorney_general -",
            "US-PA consumer_reporting_agencies -",
            "US-PA individuals -",
        ]
    );
    assert_eq!(owed("US-MD 50 email password", MARCH), ["US-MD attorney_general 2026-04-16", "US-MD individuals 2026-04-16"]);
}

#[test]
fn card_numbers_without_codes() {
    let states = ["MA", "IL", "CT", "KS", "WI", "OH", "TX", "NY"];
    let groups: String = states.iter().map(|state| format!("US-{state} 2000 name card_number\n")).collect();
    assert_eq!(
        owed(&groups, MARCH),
        [
            "US-CT attorney_general 2026-05-01",
            "US-CT individuals 2026-05-01",
            "US-IL attorney_general -",
            "US-IL individuals -",
            "US-KS consumer_reporting_agencies -",
            "US-KS individuals -",
            "US-MA attorney_general -",
            "US-MA individuals -",
            "US-MA regulator -",
            "US-WI consumer_reporting_agencies -",
            "US-WI individuals 2026-04-16",
        ]
    );
}

#[test]
fn clocks_that_start_at_the_mailing() {
    let facts = format!("{MARCH}notices_sent_date = 2026-04-10");
    assert_eq!(
        owed("US-LA 10 name ssn\nUS-IA 600 name ssn\nUS-OK 500 name ssn", &facts),
        [
            "US-IA attorney_general 2026-04-17",
            "US-IA individuals -",
            "US-LA attorney_general 2026-04-20",
            "US-LA individuals 2026-05-01",
            "US-OK attorney_general 2026-06-09",
            "US-OK individuals -",
        ]
    );
}

#[test]
fn discovered_on_one_day_and_determined_on_another() {
    let facts = format!("{MARCH}determination_date = 2026-03-20");
    let individuals = |state: &str| {
        let rows = owed(&format!("US-{state} 1500 name ssn"), &facts);
        rows.into_iter().find(|row| row.contains("individuals")).unwrap_or_default()
    };
    for (state, date) in [
        ("OH", "2026-04-16"),
        ("AZ", "2026-05-04"),
        ("TX", "2026-05-19"),
        ("CO", "2026-04-19"),
        ("FL", "2026-04-19"),
        ("CT", "2026-05-01"),
        ("DE", "2026-05-19"),
        ("LA", "2026-05-01"),
    ] {
        assert_eq!(individuals(state), format!("US-{state} individuals {date}"));
    }
}

#[test]
fn bare_numbers_without_names() {
    let groups: String = ["IN", "ME", "WA", "NY", "CA"].iter().map(|state| format!("US-{state} 300 ssn\n")).collect();
    assert_eq!(owed(&groups, MARCH), ["US-IN attorney_general 2026-04-16", "US-IN individuals 2026-04-16"]);
    let asserted = format!("{MARCH}identity_theft_enabling = true");
    assert!(owed(&groups, &asserted).contains(&"US-WA individuals 2026-04-01".to_owned()));
    assert!(!owed(&groups, &asserted).iter().any(|row| row.starts_with("US-WA attorney_general")));
}

#[test]
fn paper_files() {
    let facts = format!("{MARCH}medium = \"paper\"");
    assert_eq!(
        owed("US-HI 1001 name ssn\nUS-FL 1001 name ssn", &facts),
        ["US-HI consumer_reporting_agencies -", "US-HI individuals -", "US-HI regulator -"]
    );
}

#[test]
fn health_data_of_two_states_under_federal_and_state_law() {
    let facts = format!("{MARCH}entity_type = \"hipaa_covered_entity\"");
    assert_eq!(
        owed("US-FL 480 name medical_info\nUS-GA 220 name medical_info", &facts),
        ["US individuals 2026-05-01", "US regulator 2026-05-01", "US-FL individuals 2026-04-01"]
    );
    assert_eq!(
        owed("US-FL 501 name medical_info\nUS-GA 220 name medical_info", &facts),
        [
            "US individuals 2026-05-01",
            "US regulator 2026-05-01",
            "US-FL attorney_general 2026-04-01",
            "US-FL individuals 2026-04-01",
            "US-FL media 2026-05-01",
        ]
    );
}

#[test]
fn a_dealer_under_the_safeguards_rule_and_alabama() {
    let facts = format!("{MARCH}entity_type = \"financial_institution\"");
    assert_eq!(owed("US-AL 499 name ssn", &facts), ["US-AL individuals 2026-04-16"]);
    assert_eq!(owed("US-AL 500 name ssn", &facts), ["US regulator 2026-04-01", "US-AL individuals 2026-04-16"]);
}

#[test]
fn a_customer_list_on_a_forum_across_the_world() {
    let places = ["DE 1200", "GB 800", "CH 150", "SG 499", "MY 1001", "JP 950", "KR 999", "BR 300"];
    let groups: String = places.iter().map(|place| format!("{place} name email phone\n")).collect();
    assert_eq!(
        owed(&groups, MARCH),
        [
            "DE regulator 2026-03-05",
            "GB regulator 2026-03-05",
            "JP individuals -",
            "JP regulator 2026-03-07",
            "JP regulator 2026-05-01",
            "KR individuals 2026-03-05",
            "KR regulator 2026-03-05",
            "MY regulator 2026-03-05",
        ]
    );
}

#[test]
fn payroll_data_grades_high_and_hours_run_through_the_weekend() {
    let facts = "discovery_date = 2026-11-19T10:00:00+01:00";
    assert_eq!(
        owed("DE 200 name salary iban religion\nPL 30 name national_id salary\nCH 20 name salary iban", facts),
        [
            "CH individuals -",
            "CH regulator -",
            "DE individuals -",
            "DE regulator 2026-11-22T09:00:00Z",
            "PL individuals -",
            "PL regulator 2026-11-22T09:00:00Z",
        ]
    );
}

fn rows(population: &Population, facts: &str) -> Vec<Duty> {
    assess(population, &Facts::parse(facts).expect(facts), &LAWS)
}

#[test]
fn a_threshold_between_floor_and_ceiling_is_within_the_interval() {
    let mut people = population("US-CA 1 name ssn");
    people.groups[0].people = Bounds { floor: 480, best: 499, ceiling: 510 };
    let crossed = |kind| rows(&people, MARCH).iter().find(|duty| duty.duty == kind).map(|duty| duty.crossed);
    assert_eq!(crossed(DutyKind::AttorneyGeneral), Some(Crossed::WithinInterval));
    assert_eq!(crossed(DutyKind::Individuals), Some(Crossed::Yes));
}

#[test]
fn a_threshold_not_reached_is_a_row_of_its_own() {
    let duties = rows(&population("US-CA 500 name ssn"), MARCH);
    let general = duties.iter().find(|duty| duty.duty == DutyKind::AttorneyGeneral).expect("a row");
    assert_eq!((general.crossed, general.threshold.as_str()), (Crossed::No, "people > 500"));
    assert_eq!(general.citation, "Cal. Civ. Code § 1798.82(f)");
}

#[test]
fn unknown_residency_widens_the_ceiling_and_has_its_own_row() {
    let duties = rows(&population("US-CA 400 name ssn\nunknown 200 name ssn\nUS 50 name ssn"), MARCH);
    let general = duties.iter().find(|duty| duty.duty == DutyKind::AttorneyGeneral).expect("a row");
    assert_eq!(general.people, Bounds { floor: 400, best: 400, ceiling: 650 });
    assert_eq!(general.crossed, Crossed::WithinInterval);
    assert!(!duties.iter().any(|duty| duty.jurisdiction == "US-TX"));
    for place in ["unknown", "US"] {
        let row = duties.iter().find(|duty| duty.jurisdiction == place).expect(place);
        assert_eq!((row.crossed, row.duty), (Crossed::WithinInterval, DutyKind::Other));
    }
}

#[test]
fn people_of_unknown_residency_may_live_where_the_organisation_is_at_home() {
    let people = population("unknown 10 name ssn");
    let duties = rows(&people, "home_jurisdiction = \"US-CA\"");
    let row = duties.iter().find(|duty| duty.duty == DutyKind::Individuals).expect("a row");
    assert_eq!((row.jurisdiction.as_str(), row.crossed), ("US-CA", Crossed::WithinInterval));
    assert_eq!(row.people, Bounds { floor: 0, best: 0, ceiling: 10 });
    assert_eq!(rows(&people, "").len(), 1);
}

#[test]
fn a_province_lies_in_its_country() {
    let places = |groups: &str| -> BTreeSet<String> {
        rows(&population(groups), "").into_iter().filter(|duty| duty.crossed == Crossed::Yes).map(|duty| duty.jurisdiction).collect()
    };
    assert_eq!(places("CA-QC 5 name medical_info"), BTreeSet::from(["CA".to_owned(), "CA-QC".to_owned()]));
    assert_eq!(places("AU-NSW 5 name medical_info"), BTreeSet::from(["AU".to_owned()]));
    assert_eq!(places("US-CA 5 email"), BTreeSet::new());
}

#[test]
fn residents_of_a_place_without_a_law_file_are_not_silent() {
    let duties = rows(&population("AQ 7 name email"), MARCH);
    assert_eq!(duties.len(), 1);
    assert!(duties[0].note.contains("AQ: 7 people"), "{}", duties[0].note);
}

#[test]
fn a_hold_of_law_enforcement_is_told_to_whom_it_may_concern() {
    let people = population("US-CA 600 name ssn");
    let held = |facts: &str, tell: DutyKind| {
        let rows = rows(&people, facts);
        rows.iter().find(|duty| duty.duty == tell).expect("a row").note.contains("law enforcement asked for delay")
    };
    let facts = format!("{MARCH}law_enforcement_hold = true");
    assert!(held(&facts, DutyKind::Individuals) && !held(&facts, DutyKind::AttorneyGeneral));
    assert!(!held(MARCH, DutyKind::Individuals));
}

#[test]
fn a_service_provider_tells_the_owner() {
    let duties = rows(&population("US-CA 900 name ssn\nDE 5 name email"), "role = \"service_provider\"");
    let told: BTreeSet<_> = duties.iter().map(|duty| (duty.jurisdiction.as_str(), duty.recipient.as_str())).collect();
    assert_eq!(told, BTreeSet::from([("DE", "owner of the data"), ("US-CA", "owner of the data")]));
}

#[test]
fn hashed_passwords_count_at_most_until_the_facts_say_more() {
    let people = population("US-CA 900 email password_hash");
    let individuals = |facts: &str| {
        rows(&people, facts).iter().find(|duty| duty.duty == DutyKind::Individuals).map(|duty| (duty.crossed, duty.people.best))
    };
    assert_eq!(individuals(""), Some((Crossed::WithinInterval, 0)));
    assert_eq!(individuals("password_hashes = \"weak\""), Some((Crossed::Yes, 900)));
    assert_eq!(individuals("password_hashes = \"strong\""), None);
}

#[test]
fn an_exemption_is_told_and_never_says_that_notice_is_not_required() {
    let mut people = population("US-CA 900 name ssn\nUS-OH 900 name ssn\nDE 900 name ssn");
    people.groups.push(Group { people: Bounds::exactly(3), ..Group::default() });
    for facts in
        ["encrypted = true", "risk = \"unlikely\"", "acquisition = \"accessed\"", "medium = \"paper\"", "discovery_date = 2029-01-01"]
    {
        for duty in rows(&people, facts) {
            assert!(!duty.note.contains("not required") && !duty.deadline.contains("not required"), "{}", duty.note);
        }
    }
    let encrypted = rows(&people, "encrypted = true");
    assert!(encrypted.iter().any(|duty| duty.crossed == Crossed::No && duty.note.starts_with("an exemption appears to apply")));
}

#[test]
fn files_older_or_younger_than_the_incident_say_so() {
    let note = |facts: &str| rows(&population("US-CA 1 name ssn"), facts)[0].note.clone();
    assert!(note("discovery_date = 2028-01-01").contains("last compared with the law on 2026-11-22"));
    assert!(note("discovery_date = 2025-06-01").contains("an earlier text governs an incident of 2025-06-01"));
    assert!(!note("discovery_date = 2026-06-01").contains("text"));
}

#[test]
fn each_row_names_the_facts_it_rests_on_that_nobody_gave() {
    let assumed = |facts: &str, law: &str, tell: DutyKind| {
        let rows = rows(&population("US-FL 600 name ssn\nDE 5 name email"), facts);
        rows.into_iter().find(|duty| duty.law_id == law && duty.duty == tell).expect(law).assumptions
    };
    let florida = assumed(MARCH, "us_fl", DutyKind::Individuals);
    assert_eq!(florida, ["determination_date", "reason_to_believe_date", "role", "encrypted", "key_compromised", "medium", "risk"]);
    let given = format!("{MARCH}determination_date = 2026-03-02\nencrypted = false\nmedium = \"paper\"\nrisk = \"high\"");
    assert_eq!(assumed(&given, "us_fl", DutyKind::Individuals), ["reason_to_believe_date", "role", "key_compromised"]);
    // Encryption frees from telling individuals only, so the notice to the authority does not rest on it.
    let authority = assumed("", "eu_gdpr", DutyKind::Regulator);
    assert_eq!(authority, ["discovery_date", "home_jurisdiction", "establishments", "role", "risk"]);
}

#[test]
fn dates_at_the_end_of_time_are_survived() {
    let people = population("US-CA 900 name ssn\nUS-VT 900 name ssn\nDE 900 name ssn\nUS-MN 900 name ssn");
    for date in ["9999-12-31", "9999-12-29T23:59:59Z", "-009999-01-02", "-009999-01-03T00:00:00+01:00"] {
        assert!(rows(&people, &format!("discovery_date = \"{date}\"")).len() > 4, "{date}");
    }
}

#[test]
fn rows_are_sorted_by_deadline_and_dateless_rows_are_last() {
    let duties = rows(&population("US-CA 900 name ssn\nUS-TX 900 name ssn\nUS-OK 900 name ssn\nFR 9 name medical_info"), MARCH);
    let dates: Vec<_> = duties.iter().map(|duty| duty.deadline_date.as_ref().map(crate::base::Moment::sort_key)).collect();
    let dated = dates.iter().take_while(|date| date.is_some()).count();
    assert!(dates[..dated].is_sorted() && dates[dated..].iter().all(Option::is_none));
    assert_eq!(duties[0].jurisdiction, "FR");
}
