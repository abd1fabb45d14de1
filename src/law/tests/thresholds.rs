//! Every number of people in every law file, one below, at and one above it, against a second
//! evaluator of conditions that shares no code with the first.

use super::LAWS;
use crate::{
    base::{Bounds, Facts},
    law::{Crossed, Duty, Group, Law, Population, assess::Assessor, calendar::Calendar, rule::Example},
};
use std::iter::Peekable;

/// Words, numbers and signs of a condition.
fn tokens(text: &str) -> Vec<String> {
    text.replace('(', " ( ").replace(')', " ) ").split_whitespace().map(str::to_owned).collect()
}

type Words<'t> = Peekable<std::slice::Iter<'t, String>>;

/// The second evaluator: `or` of `and` of leaves, by descent over the words.
fn holds(text: &str, people: u64, facts: &Facts) -> bool {
    let words = tokens(text);
    let mut words = words.iter().peekable();
    let truth = either(&mut words, people, facts);
    assert!(words.next().is_none(), "{text}");
    truth
}

fn either(words: &mut Words<'_>, people: u64, facts: &Facts) -> bool {
    let mut truth = both(words, people, facts);
    while words.next_if(|word| *word == "or").is_some() {
        truth |= both(words, people, facts);
    }
    truth
}

fn both(words: &mut Words<'_>, people: u64, facts: &Facts) -> bool {
    let mut truth = single(words, people, facts);
    while words.next_if(|word| *word == "and").is_some() {
        truth &= single(words, people, facts);
    }
    truth
}

fn single(words: &mut Words<'_>, people: u64, facts: &Facts) -> bool {
    let word = words.next().expect("a word");
    match word.as_str() {
        "not" => !single(words, people, facts),
        "(" => {
            let truth = either(words, people, facts);
            assert_eq!(words.next().map(String::as_str), Some(")"));
            truth
        }
        "people" | "people_anywhere" => {
            let sign = words.next().expect("a sign");
            let number: u64 = words.next().expect("a number").replace('_', "").parse().expect("a number");
            match sign.as_str() {
                "<" => people < number,
                "<=" => people <= number,
                "=" => people == number,
                "!=" => people != number,
                ">=" => people >= number,
                ">" => people > number,
                other => panic!("{other}"),
            }
        }
        key => match words.next_if(|word| *word == "=" || *word == "!=").map(String::as_str) {
            None => facts.flag(key),
            Some(sign) => (facts.word(key) == words.next().expect("a value")) == (sign == "="),
        },
    }
}

fn numbers(text: &str) -> Vec<u64> {
    let words = tokens(text);
    let after = |window: &[String]| window[0].starts_with("people").then(|| window[2].replace('_', "").parse().expect("a number"));
    words.windows(3).filter_map(after).collect()
}

fn rows(law: &Law, example: &Example, people: Bounds) -> Vec<(Option<usize>, Duty)> {
    let residency = example.residency.clone().unwrap_or_else(|| law.jurisdictions[0].clone());
    let Example { elements, protected, minor, .. } = *example;
    let population = Population { groups: vec![Group { residency, elements, protected, minor, people }], total: people };
    let calendar = Calendar::builtin();
    Assessor { population: &population, facts: &example.facts, calendar: &calendar }.rows(law)
}

fn crossed(rows: &[(Option<usize>, Duty)], duty: usize) -> Option<Crossed> {
    rows.iter().find(|(index, _)| *index == Some(duty)).map(|(_, row)| row.crossed)
}

/// Whether a row of another duty of the same kind towards the same recipient stands for this one.
fn replaced(law: &Law, rows: &[(Option<usize>, Duty)], duty: usize) -> bool {
    let duty = &law.duties[duty];
    rows.iter().any(|(_, row)| row.duty == duty.tell && row.crossed == Crossed::Yes)
}

#[test]
fn every_threshold_of_every_law_is_exact_to_one_person() {
    let mut thresholds = 0;
    for law in LAWS.iter() {
        for (index, duty) in law.duties.iter().enumerate() {
            let Some(when) = &duty.when else { continue };
            let owed = |example: &&Example| crossed(&rows(law, example, Bounds::exactly(example.people)), index) == Some(Crossed::Yes);
            let example = law.examples.iter().find(owed).expect("an example in which the duty is owed");
            let expected = |people: u64| {
                let exempt =
                    |one: &&crate::law::rule::Exemption| one.duties.contains(&duty.tell) && holds(&one.when.text, people, &example.facts);
                people > 0 && holds(&when.text, people, &example.facts) && law.exempt.iter().find(exempt).is_none()
            };
            for number in numbers(&when.text) {
                thresholds += 1;
                let counts = [number.saturating_sub(1), number, number + 1];
                for people in counts {
                    let rows = rows(law, example, Bounds::exactly(people));
                    match (crossed(&rows, index), expected(people)) {
                        (Some(Crossed::Yes), true) | (Some(Crossed::No) | None, false) => {}
                        (None, true) if replaced(law, &rows, index) => {}
                        (found, wanted) => panic!("{}: {} at {people}: found {found:?}, wanted {wanted}", law.id, when.text),
                    }
                }
                for pair in counts.windows(2).filter(|pair| pair[0] > 0 && expected(pair[0]) != expected(pair[1])) {
                    let between = Bounds { floor: pair[0], best: pair[0], ceiling: pair[1] };
                    let rows = rows(law, example, between);
                    let found = crossed(&rows, index);
                    assert!(
                        found == Some(Crossed::WithinInterval) || replaced(law, &rows, index),
                        "{}: {} {between:?} {found:?}",
                        law.id,
                        when.text
                    );
                }
            }
        }
    }
    assert!(thresholds > 80, "only {thresholds} thresholds were found");
}

#[test]
fn every_number_for_a_substitute_notice_is_exact_to_one_person() {
    let mut numbers = 0;
    for law in LAWS.iter() {
        let Some(number) = law.substitute.as_ref().and_then(|rule| rule.people) else { continue };
        let told = |row: &Duty| row.duty == crate::law::DutyKind::Individuals && row.crossed == Crossed::Yes;
        let example = law.examples.iter().find(|one| rows(law, one, Bounds::exactly(number)).iter().any(|(_, row)| told(row)));
        let example = example.expect("an example in which individuals are told");
        let note = |people: Bounds| rows(law, example, people).into_iter().find(|(_, row)| told(row)).expect("a row").1.note;
        for (people, words) in [
            (Bounds::exactly(number), "not so here"),
            (Bounds::exactly(number + 1), "as here"),
            (Bounds { floor: number, best: number, ceiling: number + 1 }, "as may be here"),
        ] {
            let note = note(people);
            assert!(note.contains(&format!("over {number} people are concerned, {words}")), "{}: {people:?}: {note}", law.id);
        }
        numbers += 1;
    }
    assert!(numbers > 45, "only {numbers} numbers were found");
}

#[test]
fn the_second_evaluator_is_no_echo() {
    let facts = Facts::parse("risk = \"high\"").expect("facts");
    for (text, people, truth) in [
        ("people > 500 and not (encrypted or risk = unlikely)", 500, false),
        ("people > 500 and not (encrypted or risk = unlikely)", 501, true),
        ("people_anywhere >= 1_000 or risk != high", 999, false),
        ("people < 500 and risk = high or people = 600", 600, true),
    ] {
        assert_eq!(holds(text, people, &facts), truth, "{text} at {people}");
    }
    assert_eq!(numbers("people > 500 and people_anywhere >= 1_000"), [500, 1000]);
}
