//! Whose name an e-mail address or a login tells: `jane.doe`, `doej`, `janedoe7`.
//!
//! A record that knows nothing but an address may be of somebody who is counted under a name already. If the address
//! tells a name that nobody in the leak has, it is not.

use super::{
    likeness::{self, Likeness, token_likeness},
    name::Name,
};
use crate::detect::{is_given_name, is_surname};
use std::borrow::Cow;

/// A given name or its initial, and a surname.
type Reading = (String, String);

/// Names by surname, for asking who could be meant.
pub(super) struct Names<'a> {
    /// Surname without spaces, and the name.
    by_surname: Vec<(Cow<'a, str>, &'a Name)>,
}

impl<'a> Names<'a> {
    /// Of everybody in the records.
    pub(super) fn new(names: &'a [Name]) -> Names<'a> {
        let mut by_surname: Vec<(Cow<'_, str>, &Name)> =
            names.iter().filter(|name| !name.surname().is_empty()).map(|name| (likeness::joined(name.surname()), name)).collect();
        by_surname.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Names { by_surname }
    }

    /// Whether a mailbox tells a name and nobody has it.
    pub(super) fn is_strangers(&self, mailbox: &str) -> bool {
        let readings = readings(mailbox);
        !readings.is_empty() && !readings.iter().any(|reading| self.has(reading))
    }

    fn has(&self, (given, surname): &Reading) -> bool {
        let from = self.by_surname.partition_point(|(known, _)| **known < **surname);
        let namesakes = self.by_surname[from..].iter().take_while(|(known, _)| **known == **surname);
        namesakes.into_iter().any(|(_, name)| {
            name.given().is_empty()
                || [name.given(), name.middle()].iter().any(|known| token_likeness(given, known, true) > Likeness::Incompatible)
        })
    }
}

/// The names a mailbox can be read as; none when it is made of something else (`cooldude99`).
fn readings(mailbox: &str) -> Vec<Reading> {
    let local = mailbox.split(['@', '+']).next().unwrap_or_default().to_ascii_lowercase();
    let parts: Vec<&str> = local.split(|c: char| !c.is_alphabetic()).filter(|part| !part.is_empty()).collect();
    let reading = |given: &str, surname: &str| (given.to_owned(), surname.to_owned());
    match parts.as_slice() {
        [one] => joined(one),
        [first, .., last] if [first, last].iter().any(|part| part.len() > 2 && (is_given_name(part) || is_surname(part))) => {
            vec![reading(first, last), reading(last, first)]
        }
        _ => Vec::new(),
    }
}

/// `jdoe`, `doej`, `janedoe`, `doejane`.
fn joined(word: &str) -> Vec<Reading> {
    let mut found = Vec::new();
    for at in word.char_indices().map(|(at, _)| at).skip(1) {
        let (before, after) = word.split_at(at);
        for (given, surname) in [(before, after), (after, before)] {
            let initial = given.chars().count() == 1 && surname.len() > 3 && is_surname(surname);
            let whole = given.len() > 2 && surname.len() > 2 && is_given_name(given) && (is_surname(surname) || given.len() > 3);
            if initial || whole {
                found.push((given.to_owned(), surname.to_owned()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{super::name::Parts, *};

    #[test]
    fn a_mailbox_is_a_strangers_if_it_tells_a_name_that_nobody_has() {
        let name = |full| Name::from_parts(&Parts { full, ..Parts::default() }).expect("a name");
        let all = [name("Margaret Miller"), name("Robert Smith"), name("Ana de la Cruz")];
        let names = Names::new(&all);
        for (mailbox, strangers) in [
            ("margaret.miller@x.example", false),
            ("miller.margaret", false),
            ("mmiller", false),
            ("millerm", false),
            ("margaretmiller81", false),
            ("bob.smith", false),
            ("r.smith+news@x.example", false),
            ("ana.delacruz", false),
            ("margaret.johnson@x.example", true),
            ("kmiller", true),
            ("susanmiller", true),
            // Not a name: it can be anybody's.
            ("cooldude99@x.example", false),
            ("x7-22", false),
        ] {
            assert_eq!(names.is_strangers(mailbox), strangers, "{mailbox}");
        }
    }
}
