//! Judging a table once, from its first rows: which column holds what, and of whom.
//!
//! Every reading of a column's name is weighed against its values in bits; columns without a
//! telling name are judged by their values alone, where those are hard to get by chance. Then
//! the table decides what single columns cannot: whose name `name` is, which country bare
//! numbers are from, what keys point to, and which columns speak of somebody else.

use super::{
    Alone, Detector, DetectorId, Detectors, Role, Scope,
    header::{HeaderReading, SlotRole, TableKind},
    normal::{DateOrder, Hints, Normalise},
    read::{self, Reading, Scratch, Verdict, is_role_mailbox},
    stats::Stats,
};
use crate::{base::Meaning, format::Sample};

/// Evidence needed before a column is said to hold something.
const ENOUGH: f32 = 5.0;

/// What a table's columns hold.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    pub columns: Vec<ColumnProfile>,
    /// Groups of columns, by the person they speak of; the first is the row's main person.
    pub slots: Vec<Slot>,
    /// The names given are really a first row.
    pub header_is_data: bool,
    /// The column that tells the row's country, for reading numbers of the other columns.
    pub country_column: Option<usize>,
}

/// What one column holds.
#[derive(Clone, Debug, Default)]
pub struct ColumnProfile {
    pub header: String,
    pub detector: Option<DetectorId>,
    /// What its values do for finding out who it is; mostly the detector's own meaning, but an
    /// `emp_no` that points to another table is a foreign key here.
    pub meaning: Option<Meaning>,
    /// Index into [`Profile::slots`].
    pub slot: u8,
    /// Values are texts to scan.
    pub free_text: bool,
    /// Share of cells of the sample that are filled.
    pub fill_rate: f32,
    /// Share of filled cells that the detector reads.
    pub valid_rate: f32,
    pub bits: f32,
    /// One line for `tables.csv`.
    pub reason: String,
    /// A value that fails its check is refused.
    pub(super) strict: bool,
    pub(super) hints: Hints,
}

/// A person a row speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Empty for the main person; `spouse`, `emergency_contact`, `dependent1`.
    pub name: String,
    pub role: Role,
}

impl Profile {
    /// Reads one cell; does not allocate once `scratch` is warm.
    pub fn read<'s>(&self, detectors: &Detectors, column: usize, cell: &[u8], scratch: &'s mut Scratch) -> Reading<'s> {
        match self.columns.get(column) {
            Some(column) => read::read(detectors, column, cell, scratch),
            None => Reading::Invalid,
        }
    }

    /// Optional, before the cells of a row: tells `scratch` what the row's country column
    /// says, so that `942 593 2421` in an Indian row is an Indian number.
    pub fn start_row(&self, detectors: &Detectors, country_cell: Option<&[u8]>, scratch: &mut Scratch) {
        scratch.country = None;
        let (Some(column), Some(cell)) = (self.country_column, country_cell) else { return };
        if let Reading::Value { normalised: &[one, two], .. } = self.read(detectors, column, cell, scratch) {
            scratch.country = Some([one, two]);
        }
    }
}

/// A possible reading of a column.
#[derive(Clone, Debug)]
struct Candidate {
    detector: DetectorId,
    bits: f32,
    valid: f32,
    strict: bool,
    slot: Option<(u8, u32)>,
    by_header: bool,
    why: String,
}

struct Column<'s> {
    header: String,
    reading: HeaderReading,
    stats: Stats<'s>,
    candidates: Vec<Candidate>,
}

impl Detectors {
    /// Judges a table.
    pub fn profile(&self, sample: &Sample) -> Profile {
        let width = sample.columns.as_ref().map_or(0, Vec::len).max(sample.rows.iter().map(Vec::len).max().unwrap_or(0));
        let header_is_data = sample.columns.as_ref().is_some_and(|names| self.is_data(names));
        let headers: &[String] = if header_is_data { &[] } else { sample.columns.as_deref().unwrap_or_default() };
        let table = sample.name.as_deref().map_or(TableKind::Unknown, |name| self.vocabulary.table(name));
        let mut columns: Vec<Column<'_>> = (0..width)
            .map(|at| {
                let header = headers.get(at).cloned().unwrap_or_default();
                Column { reading: self.vocabulary.read(&header), header, stats: Stats::of(&sample.rows, at), candidates: Vec::new() }
            })
            .collect();
        let headerless = headers.iter().all(|name| name.trim().is_empty());
        for column in &mut columns {
            column.candidates = self.candidates(column, headerless);
        }
        let judge = Judge { detectors: self, table, table_name: sample.name.as_deref().unwrap_or_default(), headerless };
        judge.decide(&columns, header_is_data)
    }

    /// Whether a "header" is a row of values: addresses, dates or numbers among the names, and
    /// no name that says anything.
    fn is_data(&self, names: &[String]) -> bool {
        let telling = names.iter().any(|name| {
            let reading = self.vocabulary.read(name);
            reading.matches.first().is_some_and(|best| best.bits >= 8.0) || (reading.known && reading.key.is_some())
        });
        let looks_like_value = |name: &String| {
            let name = name.trim().as_bytes();
            let digits = name.iter().filter(|byte| byte.is_ascii_digit()).count();
            let mut out = Vec::new();
            super::normal::email(name, &mut out)
                || (digits >= 5 && digits * 2 >= name.len())
                || super::normal::parse_date(name, DateOrder::Unknown).is_some()
        };
        let values = names.iter().filter(|name| looks_like_value(name)).count();
        values > 0 && (!telling || values * 2 >= names.len())
    }

    /// What the column may hold, best first.
    fn candidates(&self, column: &Column<'_>, headerless: bool) -> Vec<Candidate> {
        let mut found: Vec<Candidate> =
            column.reading.matches.iter().filter_map(|read| self.weigh_header(column, read.detector, read.bits, read.slot)).collect();
        let told = found.iter().any(|candidate| candidate.bits >= ENOUGH);
        if !told && !column.stats.values.is_empty() {
            let silent = headerless || column.header.trim().is_empty();
            found.extend(self.enumerate().filter_map(|(id, detector)| self.weigh_values(column, id, detector, silent)));
        }
        found.sort_by(|a, b| b.bits.total_cmp(&a.bits).then(b.valid.total_cmp(&a.valid)).then(a.detector.cmp(&b.detector)));
        found
    }

    /// A name's claim against the values.
    fn weigh_header(&self, column: &Column<'_>, id: DetectorId, header_bits: f32, slot: Option<(u8, u32)>) -> Option<Candidate> {
        let detector = self.get(id);
        let fit = self.fit(detector, &column.stats);
        // An identifier of no known kind gives way to every kind that fits.
        let mut bits = if detector.meaning == Meaning::UnverifiedId { header_bits - 4.0 } else { header_bits };
        let mut strict = !detector.checks.is_empty();
        let mut why = format!("header {:+.1}", header_bits);
        let mut add = |amount: f32, what: &str| {
            bits += amount;
            why.push_str(&format!(", {what} {amount:+.1}"));
        };
        if column.stats.values.is_empty() {
            add(0.0, "no values");
        } else if detector.is_selective() {
            let loose = fit.valid + fit.shaped;
            if fit.valid >= 0.5 {
                add((-detector.chance().log2()).clamp(0.5, 8.0) * fit.valid, "values");
                // Few failing values are mistyped; a check with many exceptions must not lose people.
                strict &= !(detector.loose && fit.valid < 0.9 && fit.shaped > 0.05);
            } else if detector.loose && loose >= 0.5 {
                add(-1.0, "right shape, check fails");
                strict = false;
            } else if fit.hidden >= 0.5 {
                add(0.0, "masked or hashed");
            } else {
                add(-12.0 * (1.0 - 2.0 * loose.max(fit.valid).max(fit.hidden)).max(0.3), "values do not fit");
            }
        }
        if let Some(share) = name_share(detector.meaning, &column.stats) {
            let strength = if header_bits > 6.0 { 6.0 } else { 12.0 };
            add(((share - 0.3) * strength).clamp(-5.0, 4.0), "name lists");
        }
        if !column.stats.values.is_empty()
            && detector.meaning.is_name()
            && column.stats.id_like > 0.7
            && column.stats.full_name + column.stats.given + column.stats.surname < 0.2
        {
            add(-8.0, "ids");
        }
        Some(Candidate {
            detector: id,
            bits,
            valid: fit.valid.max(fit.shaped * f32::from(u8::from(!strict))) + fit.hidden,
            strict,
            slot,
            by_header: true,
            why,
        })
    }

    /// The values' own claim, without a telling name.
    fn weigh_values(&self, column: &Column<'_>, id: DetectorId, detector: &Detector, silent: bool) -> Option<Candidate> {
        let allowed = match detector.column.alone {
            Alone::Never => false,
            Alone::Headerless => silent,
            Alone::Always => silent || !(column.reading.key.is_some() && detector.normalise == Normalise::Digits),
        };
        if !allowed {
            return None;
        }
        let slot = column.reading.slot;
        let count = column.stats.values.len() as f32;
        if let Some(share) = name_share(detector.meaning, &column.stats) {
            let enough = share >= 0.6 && count >= 2.0 && column.stats.distinct > 0.2;
            return enough.then(|| Candidate {
                detector: id,
                bits: 5.0 + share,
                valid: share,
                strict: false,
                slot,
                by_header: false,
                why: format!("values: {:.0} % names", share * 100.0),
            });
        }
        let fit = self.fit(detector, &column.stats);
        let valid = fit.valid + fit.test;
        let surprise = -detector.chance().max(1e-6).log2();
        if valid < 0.9 || surprise * count < 12.0 || (surprise < 2.0 && !silent) {
            return None;
        }
        let bits = 5.0 + surprise.min(14.0) * 0.25;
        Some(Candidate {
            detector: id,
            bits,
            valid,
            strict: true,
            slot,
            by_header: false,
            why: format!("values: {:.0} % pass, one in {:.0} by chance", valid * 100.0, surprise.exp2()),
        })
    }

    fn fit(&self, detector: &Detector, stats: &Stats<'_>) -> Fit {
        let mut counts = [0_usize; 4];
        let mut out = Vec::new();
        for value in &stats.values {
            match detector.judge(value, Hints::default(), &mut out) {
                Verdict::Valid | Verdict::Placeholder => counts[0] += 1,
                Verdict::Test => counts[1] += 1,
                Verdict::Shaped => counts[2] += 1,
                Verdict::No if read::protection_of(value) != read::Protection::Clear => counts[3] += 1,
                Verdict::No => {}
            }
        }
        let share = |count: usize| count as f32 / stats.values.len().max(1) as f32;
        Fit { valid: share(counts[0] + counts[1]), test: 0.0, shaped: share(counts[2]), hidden: share(counts[3]) }
    }
}

/// Shares of values by verdict.
struct Fit {
    valid: f32,
    test: f32,
    shaped: f32,
    hidden: f32,
}

impl Detector {
    /// Whether its values can be told from others at all.
    fn is_selective(&self) -> bool {
        !self.checks.is_empty()
            || !self.shapes.is_empty()
            || !self.only.is_empty()
            || !matches!(self.normalise, Normalise::Exact | Normalise::Fold | Normalise::Upper | Normalise::Name)
    }
}

impl Meaning {
    /// Whether it is a part of a person's name.
    const fn is_name(self) -> bool {
        matches!(self, Meaning::FullName | Meaning::GivenName | Meaning::Surname | Meaning::MiddleName | Meaning::MaidenName)
    }
}

fn name_share(meaning: Meaning, stats: &Stats<'_>) -> Option<f32> {
    if stats.values.is_empty() {
        return None;
    }
    match meaning {
        Meaning::FullName => Some(stats.full_name - stats.organisation * 0.5),
        Meaning::GivenName => Some(stats.given),
        Meaning::Surname => Some(stats.surname),
        _ => None,
    }
}

/// Decides about the table as a whole.
struct Judge<'d> {
    detectors: &'d Detectors,
    table: TableKind,
    table_name: &'d str,
    headerless: bool,
}

impl Judge<'_> {
    fn decide(&self, columns: &[Column<'_>], header_is_data: bool) -> Profile {
        let country = self.country(columns);
        let mut chosen: Vec<Option<Candidate>> = columns.iter().map(|column| self.choose(column, country)).collect();
        self.one_of_each(columns, &mut chosen);
        self.settle_context(columns, &mut chosen);
        let mut profile =
            Profile { slots: vec![Slot { name: String::new(), role: self.main_role() }], header_is_data, ..Profile::default() };
        for (column, candidate) in columns.iter().zip(&chosen) {
            let described = self.describe(column, candidate.as_ref(), country, &mut profile.slots);
            profile.columns.push(described);
        }
        self.keys(columns, &mut profile);
        self.date_order(columns, country, &mut profile);
        profile.country_column = profile.columns.iter().position(|column| column.meaning == Some(Meaning::Country) && column.slot == 0);
        profile
    }

    fn main_role(&self) -> Role {
        match self.table {
            TableKind::People(role) => role,
            _ => Role::Unknown,
        }
    }

    /// The best reading of a column once the table's country is known.
    fn choose(&self, column: &Column<'_>, country: Option<[u8; 2]>) -> Option<Candidate> {
        let mut best: Option<Candidate> = None;
        for candidate in &column.candidates {
            let detector = self.detectors.get(candidate.detector);
            let mut candidate = candidate.clone();
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
        best
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
            if let Scope::Country(country) = detector.scope {
                let tied = column
                    .candidates
                    .iter()
                    .skip(1)
                    .any(|other| other.bits > best.bits - 2.0 && self.detectors.get(other.detector).scope != detector.scope);
                vote(country, if tied { 0.5 } else { 2.5 });
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
                Meaning::BirthDate if !candidate.by_header && !(has_name || has_number) => candidate.bits = 0.0,
                Meaning::Attribute
                    if candidate.by_header
                        && (3.0..ENOUGH).contains(&candidate.bits)
                        && (has_name || matches!(self.table, TableKind::People(_))) =>
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
        described.meaning = Some(detector.meaning);
        described.slot = self.slot_index(slot, slots);
        described.valid_rate = candidate.valid.min(1.0);
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
        let own = super::header::words(self.table_name).concat();
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
