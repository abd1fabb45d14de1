//! What only a whole table tells: whose name `name` is, which country bare numbers are from,
//! what keys point to, which columns speak of somebody else.

use super::{
    ColumnProfile, DetectorId, Detectors, Profile, Role, Scope, Slot,
    header::{self, SlotRole, TableKind},
    normal::{DateOrder, Hints, Normalise},
    profile::{Candidate, Column, ENOUGH, name_share},
    read::{Verdict, is_role_mailbox},
};
use crate::base::Meaning;

/// Decides about the table as a whole.
pub(super) struct Judge<'d> {
    pub detectors: &'d Detectors,
    pub table: TableKind,
    pub table_name: &'d str,
    pub headerless: bool,
}

impl Judge<'_> {
    /// The whole profile.
    pub(super) fn decide(&self, columns: &[Column<'_>], header_is_data: bool) -> Profile {
        let country = self.country(columns);
        let mut chosen: Vec<Option<Candidate>> = columns.iter().map(|column| self.choose(column, country)).collect();
        self.one_of_each(columns, &mut chosen);
        self.settle_context(columns, &mut chosen);
        let mut profile = Profile {
            slots: vec![Slot { name: String::new(), role: self.role_by_columns(columns) }],
            header_is_data,
            ..Profile::default()
        };
        for (column, candidate) in columns.iter().zip(&chosen) {
            let described = self.describe(column, candidate.as_ref(), country, &mut profile.slots);
            profile.columns.push(described);
        }
        self.keys(columns, &mut profile);
        self.date_order(columns, country, &mut profile);
        label_values(columns, &mut profile);
        profile.country_column = profile.columns.iter().position(|column| column.meaning == Some(Meaning::Country) && column.slot == 0);
        profile
    }

    fn main_role(&self) -> Role {
        match self.table {
            TableKind::People(role) => role,
            _ => Role::Unknown,
        }
    }

    /// Only tables of clinicians and lawyers say what they are specialised in.
    fn role_by_columns(&self, columns: &[Column<'_>]) -> Role {
        const OF_PROFESSIONALS: &[&str] =
            &["speciality", "specialty", "taxonomy", "npi", "fachrichtung", "specialite", "especialidad", "specializzazione"];
        let named = |column: &Column<'_>| column.reading.words.iter().any(|word| OF_PROFESSIONALS.contains(&word.as_str()));
        match self.main_role() {
            // A claim names its doctor's number beside the patient: such a column has a slot of its own.
            Role::Unknown
                if columns.iter().any(|column| named(column) && column.reading.slot.is_none() && column.reading.words.len() == 1) =>
            {
                Role::Professional
            }
            role => role,
        }
    }

    /// The best reading of a column once the table's country is known.
    fn choose(&self, column: &Column<'_>, country: Option<[u8; 2]>) -> Option<Candidate> {
        let mut best: Option<Candidate> = None;
        for candidate in &column.candidates {
            let detector = self.detectors.get(candidate.detector);
            let mut candidate = candidate.clone();
            if candidate.by_header && detector.meaning == Meaning::Attribute && is_about(&column.header) {
                candidate.bits -= 6.0;
            }
            match (detector.scope, country) {
                (Scope::Country(own), Some(country)) if own == country => candidate.bits += 3.0,
                (Scope::Country(_), Some(_)) => candidate.bits -= 1.5,
                _ => {}
            }
            if matches!(detector.meaning, Meaning::FullName) && candidate.by_header {
                match self.table {
                    TableKind::People(_) => candidate.bits += 3.0,
                    TableKind::Things => candidate.bits -= 7.0,
                    TableKind::Unknown => {}
                }
            }
            if best.as_ref().is_none_or(|held| candidate.bits > held.bits) {
                best = Some(candidate);
            }
        }
        best.map(|held| self.rival(column, &held, held.nation.or(country)).unwrap_or(held))
    }

    /// The country the table is of: its country column's majority, else the issuer of a
    /// personal number or the states of its addresses.
    fn country(&self, columns: &[Column<'_>]) -> Option<[u8; 2]> {
        let mut votes: Vec<([u8; 2], f32)> = Vec::new();
        let mut vote = |country: [u8; 2], weight: f32| match votes.iter_mut().find(|(held, _)| *held == country) {
            Some((_, total)) => *total += weight,
            None => votes.push((country, weight)),
        };
        for column in columns {
            let states = column.stats.share(|value| super::places::is_us_state(value));
            if states > 0.8 && column.stats.values.len() > 1 {
                vote(*b"US", 2.0);
            }
            let Some(best) = column.candidates.first().filter(|best| best.bits >= ENOUGH) else { continue };
            let detector = self.detectors.get(best.detector);
            if matches!(detector.meaning, Meaning::Postcode | Meaning::Region)
                && let Some(country) = Self::country_of_places(column)
            {
                vote(country, 2.0);
            }
            if let Some(nation) = best.nation {
                vote(nation, 2.5);
            }
            if let Scope::Country(country) = detector.scope {
                let tied = column
                    .candidates
                    .iter()
                    .skip(1)
                    .any(|other| other.bits > best.bits - 2.0 && self.detectors.get(other.detector).scope != detector.scope);
                // A header that people use for any country's number, over values that any number passes for, says less.
                let vague = detector.meaning == Meaning::PersonalNumber && detector.chance() > 0.5;
                vote(
                    country,
                    if tied {
                        0.5
                    } else if vague {
                        1.5
                    } else {
                        2.5
                    },
                );
            }
            let mut out = Vec::new();
            for value in column.stats.values.iter().take(100) {
                if matches!(detector.meaning, Meaning::Country | Meaning::Phone | Meaning::Account)
                    && detector.judge(value, Hints::default(), &mut out) == Verdict::Valid
                {
                    let told = match detector.meaning {
                        Meaning::Country => out.first_chunk().copied(),
                        Meaning::Phone if value.starts_with(b"+") || value.starts_with(b"00") => super::phone::country_of(&out),
                        Meaning::Account => detector.country_of(&out),
                        _ => None,
                    };
                    if let Some(country) = told {
                        vote(country, 4.0 / column.stats.values.len().min(100) as f32);
                    }
                }
            }
        }
        votes.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        votes.first().filter(|(_, weight)| *weight >= 1.0).map(|(country, _)| *country)
    }

    /// Two columns cannot both be the main person's only surname: the weaker claim by values
    /// alone gives way to its next best.
    fn one_of_each(&self, columns: &[Column<'_>], chosen: &mut [Option<Candidate>]) {
        for meaning in [Meaning::GivenName, Meaning::Surname, Meaning::FullName, Meaning::BirthDate] {
            let mut holders: Vec<usize> = (0..chosen.len())
                .filter(|at| chosen[*at].as_ref().is_some_and(|one| !one.by_header && self.detectors.get(one.detector).meaning == meaning))
                .collect();
            holders.sort_by(|a, b| {
                let share = |at: usize| name_share(meaning, &columns[at].stats).unwrap_or(0.0) - columns[at].stats.town;
                share(*b).total_cmp(&share(*a)).then(a.cmp(b))
            });
            for loser in holders.into_iter().skip(1) {
                let next = columns[loser].candidates.iter().find(|one| self.detectors.get(one.detector).meaning != meaning);
                chosen[loser] = next.cloned();
            }
        }
    }

    /// What only the other columns tell: whether `name`, bare dates and towns are a person's.
    fn settle_context(&self, columns: &[Column<'_>], chosen: &mut [Option<Candidate>]) {
        let meaning =
            |one: &Option<Candidate>| one.as_ref().filter(|one| one.bits >= ENOUGH).map(|one| self.detectors.get(one.detector).meaning);
        let personal = chosen
            .iter()
            .filter(|one| {
                matches!(
                    meaning(one),
                    Some(
                        Meaning::BirthDate
                            | Meaning::PersonalNumber
                            | Meaning::Surname
                            | Meaning::GivenName
                            | Meaning::Sex
                            | Meaning::Email
                            | Meaning::Phone
                            | Meaning::MaidenName
                    )
                )
            })
            .count();
        let has_name = chosen.iter().any(|one| meaning(one).is_some_and(Meaning::is_name));
        let of_patient = columns.iter().any(|column| {
            column.reading.words.first().is_some_and(|word| matches!(word.as_str(), "patient" | "subject" | "patientid"))
                && column.stats.id_like > 0.8
        });
        let has_number = chosen.iter().any(|one| matches!(meaning(one), Some(Meaning::PersonalNumber)));
        for (column, one) in columns.iter().zip(chosen.iter_mut()) {
            let Some(candidate) = one else { continue };
            let detector = self.detectors.get(candidate.detector);
            match detector.meaning {
                Meaning::FullName | Meaning::GivenName | Meaning::Surname
                    if candidate.by_header && candidate.bits < ENOUGH + 3.0 && self.table != TableKind::Things =>
                {
                    candidate.bits += personal.saturating_sub(usize::from(detector.meaning != Meaning::FullName)).min(3) as f32 * 1.5;
                    if column.stats.values.is_empty() && personal == 0 {
                        candidate.bits -= 1.0;
                    }
                }
                // Without a name or number beside it a date of the last century is any date.
                Meaning::BirthDate if !(candidate.by_header || has_name || has_number) => candidate.bits = 0.0,
                Meaning::Attribute
                    if candidate.by_header
                        && (3.0..ENOUGH).contains(&candidate.bits)
                        && (has_name || of_patient || matches!(self.table, TableKind::People(_))) =>
                {
                    candidate.bits += 2.0;
                }
                _ => {}
            }
        }
        self.firms(columns, chosen);
    }

    /// In a table about firms or things, telephone and address are not a person's.
    fn firms(&self, columns: &[Column<'_>], chosen: &mut [Option<Candidate>]) {
        let of =
            |one: &Option<Candidate>| one.as_ref().filter(|one| one.bits >= ENOUGH).map(|one| self.detectors.get(one.detector).meaning);
        let person = chosen.iter().any(|one| {
            of(one).is_some_and(|meaning| {
                meaning.is_name()
                    || matches!(meaning, Meaning::BirthDate | Meaning::PersonalNumber | Meaning::Username | Meaning::Card | Meaning::Sex)
            })
        });
        let firm = columns.iter().zip(chosen.iter()).any(|(column, one)| {
            column.stats.organisation > 0.5
                || (of(one) == Some(Meaning::Organisation) && one.as_ref().is_some_and(|one| one.slot.is_none()))
        });
        if person || !(firm || self.table == TableKind::Things) {
            return;
        }
        for (column, one) in columns.iter().zip(chosen.iter_mut()) {
            let offices = column.stats.share(|value| is_role_mailbox(&value.to_ascii_lowercase()));
            let contact = match of(one) {
                Some(
                    Meaning::Phone
                    | Meaning::Street
                    | Meaning::Unit
                    | Meaning::FullAddress
                    | Meaning::City
                    | Meaning::Region
                    | Meaning::Postcode
                    | Meaning::Country,
                ) => true,
                Some(Meaning::Email) => offices > 0.5,
                Some(Meaning::Attribute) => {
                    one.as_ref().is_some_and(|one| self.detectors.get(one.detector).element == Some(crate::base::Element::Geolocation))
                }
                _ => false,
            };
            if contact {
                *one = None;
            }
        }
    }

    fn describe(
        &self,
        column: &Column<'_>,
        candidate: Option<&Candidate>,
        country: Option<[u8; 2]>,
        slots: &mut Vec<Slot>,
    ) -> ColumnProfile {
        let fill_rate = column.stats.filled as f32 / column.stats.rows.max(1) as f32;
        let mut described = ColumnProfile {
            header: column.header.clone(),
            fill_rate,
            hints: Hints { country, ..Hints::default() },
            ..ColumnProfile::default()
        };
        let long = column.stats.mean_length >= 60.0 && column.stats.wordy > 0.5;
        described.free_text = long || (column.stats.mean_length >= 12.0 && column.stats.wordy > 0.3);
        let Some(candidate) = candidate.filter(|one| one.bits >= ENOUGH) else {
            described.reason = match candidate {
                Some(candidate) => {
                    format!("not enough: {} is {:.1} bits ({})", self.detectors.get(candidate.detector).id, candidate.bits, candidate.why)
                }
                None => String::new(),
            };
            return described;
        };
        let mut id = candidate.detector;
        let slot = if candidate.by_header { candidate.slot } else { column.reading.slot };
        let slot_role = slot.and_then(|(slot, _)| self.detectors.vocabulary.slots.get(usize::from(slot))).map(|(_, role)| *role);
        if slot_role == Some(SlotRole::Organisation) && self.detectors.get(id).meaning != Meaning::Organisation {
            let Some(organisation) = self.detectors.well_known.organisation.filter(|_| self.detectors.get(id).meaning.is_name()) else {
                described.reason = "belongs to a firm, not to a person".to_owned();
                return described;
            };
            id = organisation;
        }
        id = self.digest_instead(column, self.whole_address_instead(column, id));
        let detector = self.detectors.get(id);
        described.detector = Some(id);
        described.hints.country = candidate.nation.or(country);
        described.meaning = Some(detector.meaning);
        described.slot = self.slot_index(slot, slots);
        // A value that is kept though its check fails is no valid one.
        let fit = detector.loose.then(|| self.detectors.fit(detector, &column.stats));
        described.valid_rate = fit.map_or(candidate.valid, |fit| fit.valid + fit.hidden).min(1.0);
        described.bits = candidate.bits;
        described.strict = candidate.strict;
        described.free_text = long && matches!(detector.normalise, Normalise::Exact | Normalise::Fold);
        described.reason = format!("{}: {:.1} bits ({})", detector.id, candidate.bits, candidate.why);
        described
    }

    /// A column called `password` whose values are digests holds digests.
    fn digest_instead(&self, column: &Column<'_>, id: DetectorId) -> DetectorId {
        let known = &self.detectors.well_known;
        match known.password_hash {
            Some(hash) if Some(id) == known.password && self.detectors.fit(self.detectors.get(hash), &column.stats).valid > 0.5 => hash,
            _ => id,
        }
    }

    /// A column called `address` whose values go on behind a comma holds whole addresses.
    fn whole_address_instead(&self, column: &Column<'_>, id: DetectorId) -> DetectorId {
        let commas = column.stats.share(|value| value.contains(&b',') || value.contains(&b'\n'));
        match self.detectors.well_known.address {
            Some(whole) if Some(id) == self.detectors.well_known.street && commas > 0.5 && column.stats.mean_length > 20.0 => whole,
            _ => id,
        }
    }

    fn slot_index(&self, slot: Option<(u8, u32)>, slots: &mut Vec<Slot>) -> u8 {
        let Some((index, number)) = slot else { return 0 };
        let Some((name, role)) = self.detectors.vocabulary.slots.get(usize::from(index)) else { return 0 };
        let role = match role {
            SlotRole::Organisation => return 0,
            SlotRole::Unknown => Role::Unknown,
            SlotRole::Contact => Role::Contact,
            SlotRole::Dependant => Role::Dependant,
            SlotRole::Employee => Role::Employee,
            SlotRole::Professional => Role::Professional,
        };
        // A table of doctors is about them; their columns are the main person's.
        if role == Role::Professional && self.main_role() == Role::Professional {
            return 0;
        }
        let name = if number > 0 { format!("{name}{number}") } else { name.clone() };
        add_slot(slots, Slot { name, role })
    }

    /// Finds the row's own key and keys that point to people of other tables.
    fn keys(&self, columns: &[Column<'_>], profile: &mut Profile) {
        let known = &self.detectors.well_known;
        let own = header::words(self.table_name).concat();
        let is_own = |prefix: &str| {
            prefix.is_empty() || own == prefix || own.strip_suffix('s') == Some(prefix) || own.strip_suffix("es") == Some(prefix)
        };
        let mut foreign: Vec<(Role, usize, String)> = Vec::new();
        let mut has_row_key = false;
        for (at, column) in columns.iter().enumerate() {
            let points = match &profile.columns[at].meaning {
                None => self.key_prefix(column),
                // Small numbers called `emp_no` are keys of their database, not a card's number.
                Some(Meaning::IssuedNumber) if column.reading.key.is_some() && column.stats.small_number > 0.9 => self.key_prefix(column),
                _ => None,
            };
            let Some(prefix) = points else { continue };
            let distinct = column.stats.distinct >= 0.98;
            let described = &mut profile.columns[at];
            if distinct && !has_row_key && (is_own(&prefix) || (at == 0 && own.is_empty())) {
                has_row_key = true;
                described.meaning = Some(Meaning::RowKey);
                described.detector = described.detector.or(known.row_key);
            } else if let TableKind::People(role) = self.detectors.vocabulary.table(&prefix) {
                if role == Role::Professional || column.reading.slot.is_some() {
                    continue;
                }
                described.meaning = Some(Meaning::ForeignKey);
                described.detector = described.detector.or(known.foreign_key);
                foreign.push((role, at, prefix.clone()));
            } else if DETAILS.contains(&prefix.as_str()) {
                described.meaning = Some(Meaning::ForeignKey);
                described.detector = described.detector.or(known.foreign_key);
            } else {
                continue;
            }
            described.free_text = false;
            described.valid_rate = 1.0;
            if described.bits == 0.0 {
                described.bits = ENOUGH;
                described.reason = format!("key of `{}`", if prefix.is_empty() { "this table" } else { &prefix });
            }
        }
        // A payment names its customer and its clerk: the clerk is another person.
        foreign.sort_by_key(|(role, at, _)| (*role == Role::Employee, *at));
        for (role, at, prefix) in foreign.iter().skip(1) {
            if foreign.first().is_some_and(|main| main.0 != *role && *role == Role::Employee) {
                profile.columns[*at].slot = add_slot(&mut profile.slots, Slot { name: prefix.clone(), role: *role });
            }
        }
    }

    /// The words before the key word, if the column is a key by name and by values.
    fn key_prefix(&self, column: &Column<'_>) -> Option<String> {
        let id_like = column.stats.values.is_empty() || column.stats.id_like > 0.9;
        if self.headerless || !id_like {
            return None;
        }
        if let Some(prefix) = &column.reading.key {
            return Some(prefix.clone());
        }
        let whole = column.reading.words.concat();
        let names_people = matches!(self.detectors.vocabulary.table(&whole), TableKind::People(_)) && column.reading.words.len() == 1;
        (names_people && (column.stats.uuid > 0.8 || column.stats.distinct > 0.98)).then_some(whole)
    }

    /// In which order the table writes days and months.
    fn date_order(&self, columns: &[Column<'_>], country: Option<[u8; 2]>, profile: &mut Profile) {
        let mut order = DateOrder::Unknown;
        let mut dotted = false;
        for column in columns {
            for value in &column.stats.values {
                match first_two_numbers(value) {
                    Some((first, _, _)) if first > 12 && first <= 31 => order = DateOrder::DayFirst,
                    Some((_, second, _)) if second > 12 && second <= 31 => order = DateOrder::MonthFirst,
                    Some((_, _, separator)) => dotted |= separator == b'.',
                    None => {}
                }
            }
        }
        if order == DateOrder::Unknown {
            order = match country {
                Some(country) if !matches!(&country, b"US" | b"PH" | b"CA") => DateOrder::DayFirst,
                _ if dotted => DateOrder::DayFirst,
                _ => DateOrder::MonthFirst,
            };
        }
        profile.columns.iter_mut().for_each(|column| column.hints.dates = order);
    }
}

fn add_slot(slots: &mut Vec<Slot>, slot: Slot) -> u8 {
    let at = slots.iter().position(|held| held.name == slot.name).unwrap_or_else(|| {
        slots.push(slot);
        slots.len() - 1
    });
    at.min(255) as u8
}

/// `{type, value}` pairs hold an address in one row and a telephone number in the next: such values are read
/// as text behind the words of the column that says what they are.
fn label_values(columns: &[Column<'_>], profile: &mut Profile) {
    const SAY_WHAT: &[&str] = &["type", "system", "kind", "label", "key", "code", "attribute", "field", "name"];
    const EXPLAIN: &[&str] = &["description", "desc", "display", "meaning", "title"];
    let ends_with =
        |at: usize, words: &[&str]| super::header::words(&columns[at].header).last().is_some_and(|word| words.contains(&word.as_str()));
    let places = 0..columns.len().min(profile.columns.len());
    // Labels repeat and are words; a name of its own in each row is none.
    let is_label = |at: usize, words: &[&str]| {
        let stats = &columns[at].stats;
        ends_with(at, words) && stats.distinct <= 0.5 && stats.share(|value| value.iter().any(u8::is_ascii_alphabetic)) > 0.9
    };
    let mut labels: Vec<usize> = places.clone().find(|at| is_label(*at, SAY_WHAT)).into_iter().collect();
    let values: Vec<usize> = places.clone().filter(|at| ends_with(*at, &["value", "val"])).collect();
    if !values.is_empty() {
        labels.extend(places.filter(|at| is_label(*at, EXPLAIN)));
        // What explains a value speaks of nobody.
        labels.iter().for_each(|at| profile.columns[*at].free_text = false);
    }
    for at in values {
        let addresses = columns[at].stats.share(|value| value.contains(&b'@')) >= 0.1;
        let described = &mut profile.columns[at];
        described.free_text |= described.detector.is_none() && (addresses || !labels.is_empty());
    }
    profile.label_columns = labels;
}

/// The two numbers a date like `31/12/1999` starts with, and what stands between them.
fn first_two_numbers(value: &[u8]) -> Option<(u32, u32, u8)> {
    let mut parts = value.get(..value.len().min(10))?.split(|byte| matches!(byte, b'/' | b'.' | b'-'));
    let mut number = |most: usize| {
        parts
            .next()
            .filter(|part| (1..=most).contains(&part.len()) && part.iter().all(u8::is_ascii_digit))
            .map(|part| part.iter().fold(0_u32, |number, byte| number * 10 + u32::from(byte - b'0')))
    };
    let (first, second, year) = (number(2)?, number(2)?, number(4)?);
    let separator = value.iter().find(|byte| !byte.is_ascii_digit()).copied()?;
    (year > 31 || year == 0 || first <= 31).then_some((first, second, separator))
}

/// Whether a header's last word says that the column tells of a thing, not the thing: `pwd.alg`, `password_changed_at`.
fn is_about(header: &str) -> bool {
    const ABOUT: &[&str] = &[
        "alg",
        "algo",
        "algorithm",
        "changed",
        "expires",
        "expiry",
        "expired",
        "policy",
        "version",
        "salt",
        "iterations",
        "rounds",
        "at",
        "updated",
        "created",
        "count",
        "attempts",
        "reset",
    ];
    super::header::words(header).last().is_some_and(|word| ABOUT.contains(&word.as_str()))
}

/// Tables that hold details of people rather than people: `customer.address_id` points to one.
const DETAILS: &[&str] = &[
    "address",
    "addr",
    "contact",
    "phone",
    "email",
    "account",
    "bankaccount",
    "card",
    "creditcard",
    "paymentmethod",
    "profile",
    "identity",
    "login",
    "credential",
    "credentials",
    "adresse",
    "direccion",
    "konto",
];
