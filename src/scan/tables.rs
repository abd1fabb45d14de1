//! Rows of tables into mentions: a table is judged once by its first rows, then every row is
//! read with its columns' own readers only.

use super::{
    engine::Engine,
    texts::{self, Scratch},
};
use crate::{
    base::{Element, Meaning, Token, meaning::Held},
    detect::{DetectorId, Detectors, Profile, Protection, Reading, country_of_postcode},
    evidence::{
        ColumnSeen, FindingRow, MentionRow, TableRow,
        row::{NO_DETECTOR, NO_TABLE},
        sketch::Sketch,
    },
    format::{Rows, SAMPLE_BYTES, SAMPLE_ROWS, Sample, TableId, TableSpec, TextKind, Wants},
};
use std::{collections::HashMap, sync::Arc};

/// The tables of one item or one part of it.
pub(super) struct Tables<'s, 'p> {
    engine: &'s Engine<'s>,
    item: u32,
    part: u32,
    planned: Option<&'p HashMap<String, Arc<Profile>>>,
    open: Vec<Open>,
    mentions: u64,
    reader: crate::detect::Scratch,
    slots: Vec<MentionRow>,
    /// By slot, how many test values stand in the row.
    tests: Vec<u16>,
    scratch: Scratch,
}

/// A table being read.
struct Open {
    name: String,
    parent: Option<TableId>,
    /// Its rows are read by this once there are enough to judge by.
    profile: Option<Judged>,
    sample: Sample,
    sample_bytes: usize,
    rows: u64,
}

/// A judged table and what was seen in its columns.
struct Judged {
    profile: Arc<Profile>,
    /// Columns that are read at all.
    active: Vec<usize>,
    stats: Vec<Stats>,
    /// Some column tells who a row is about.
    identifies: bool,
    /// No column can hold an element: its values are counted and nothing is kept of a row.
    bare: bool,
    /// What is looked at of a row by itself.
    wants: Wants,
    slots: usize,
    /// A column of personal numbers that names no country, and the columns that may tell it.
    mixes_countries: bool,
    hints: Vec<usize>,
}

#[derive(Default)]
struct Stats {
    filled: u64,
    valid: u64,
    /// Values whose check fails.
    kept: u64,
    tests: u64,
    placeholders: u64,
    distinct: Sketch,
}

impl Stats {
    /// Counts what a cell was read as, a value by its token; of a value, what it is and that token.
    #[inline]
    fn count(&mut self, own: DetectorId, reading: &Reading<'_>, token: impl Fn(DetectorId, &[u8]) -> Token) -> Option<(DetectorId, Token)> {
        match reading {
            Reading::Value { normalised, kind, checked, .. } => {
                self.valid += 1;
                self.kept += u64::from(!checked);
                let detector = kind.unwrap_or(own);
                let token = token(detector, normalised);
                self.distinct.add(token);
                Some((detector, token))
            }
            Reading::Test { normalised } => {
                self.tests += 1;
                self.distinct.add(token(own, normalised));
                None
            }
            Reading::Placeholder => {
                self.placeholders += 1;
                None
            }
            Reading::Empty | Reading::Invalid => None,
        }
    }
}

impl<'s, 'p> Tables<'s, 'p> {
    pub(super) fn new(engine: &'s Engine<'s>, item: u32, part: u32, planned: Option<&'p HashMap<String, Arc<Profile>>>) -> Tables<'s, 'p> {
        Tables {
            engine,
            item,
            part,
            planned,
            open: Vec::new(),
            mentions: 0,
            reader: crate::detect::Scratch::default(),
            slots: Vec::new(),
            tests: Vec::new(),
            scratch: Scratch::default(),
        }
    }

    /// The profiles of a cut file's tables, from samples of the whole.
    pub(super) fn profiles(detectors: &Detectors, samples: &[Sample]) -> HashMap<String, Arc<Profile>> {
        samples.iter().map(|sample| (sample.name.clone().unwrap_or_default(), Arc::new(detectors.profile(sample)))).collect()
    }

    pub(super) fn announce(&mut self, spec: &TableSpec<'_>) -> TableId {
        let name = spec.name.unwrap_or_default();
        if let Some(at) = self.open.iter().rposition(|open| open.name == name) {
            let known = &self.open[at];
            let wider = spec.columns.is_some_and(|columns| known.sample.columns.as_ref().is_some_and(|known| known.len() < columns.len()));
            if !wider {
                return TableId(at as u32);
            }
            if known.profile.is_none() {
                let columns = spec.columns.map(|columns| columns.iter().map(|column| (*column).to_owned()).collect());
                self.open[at].sample.columns = columns;
                return TableId(at as u32);
            }
            let rows = known.rows;
            return self.push(spec, rows);
        }
        self.push(spec, 0)
    }

    fn push(&mut self, spec: &TableSpec<'_>, rows: u64) -> TableId {
        let columns: Option<Vec<String>> = spec.columns.map(|columns| columns.iter().map(|column| (*column).to_owned()).collect());
        let name = spec.name.unwrap_or_default().to_owned();
        let sample = Sample { name: spec.name.map(str::to_owned), columns, rows: Vec::new() };
        let profile =
            self.planned.and_then(|planned| planned.get(&name)).map(|profile| Judged::new(Arc::clone(profile), self.engine.detectors));
        self.open.push(Open { name, parent: spec.parent, profile, sample, sample_bytes: 0, rows });
        TableId((self.open.len() - 1) as u32)
    }

    /// How many rows of a table came so far.
    pub(super) fn count(&self, table: TableId) -> u64 {
        self.open.get(table.0 as usize).map_or(0, |open| open.rows + open.sample.rows.len() as u64)
    }

    /// The name of a table with a blank behind it; nothing for one without.
    pub(super) fn name(&self, table: TableId) -> String {
        let open = self.open.get(table.0 as usize).filter(|open| !open.name.is_empty());
        open.map_or_else(String::new, |open| format!("{} ", open.name))
    }

    /// What is looked at of the further rows of a table.
    pub(super) fn wants(&self, table: TableId) -> Wants {
        let open = self.open.get(table.0 as usize);
        let judged = open.filter(|open| open.parent.is_none()).and_then(|open| open.profile.as_ref());
        judged.map_or(Wants::ALL, |judged| judged.wants)
    }

    pub(super) fn rows(&mut self, rows: &Rows<'_>) {
        let Some(open) = self.open.get_mut(rows.table.0 as usize) else { return };
        let mut from = 0;
        if open.profile.is_none() {
            while from < rows.len() && open.sample.rows.len() < SAMPLE_ROWS && open.sample_bytes < SAMPLE_BYTES {
                let row: Vec<Option<Vec<u8>>> = (0..rows.width).map(|column| rows.cell(from, column).map(<[u8]>::to_vec)).collect();
                open.sample_bytes += row.iter().flatten().map(Vec::len).sum::<usize>();
                open.sample.rows.push(row);
                from += 1;
            }
            if open.sample.rows.len() >= SAMPLE_ROWS || open.sample_bytes >= SAMPLE_BYTES {
                self.judge(rows.table);
            }
        }
        if from < rows.len() {
            self.read_rows(rows.table, rows.len() - from, |row, column| rows.cell(from + row, column));
        }
    }

    /// Judges a table by its sample and reads the sample's rows.
    fn judge(&mut self, table: TableId) {
        let Some(open) = self.open.get_mut(table.0 as usize) else { return };
        let profile = Arc::new(self.engine.detectors.profile(&open.sample));
        open.profile = Some(Judged::new(profile, self.engine.detectors));
        let rows = std::mem::take(&mut open.sample.rows);
        self.read_rows(table, rows.len(), |row, column| rows[row].get(column)?.as_deref());
    }

    fn read_rows<'r>(&mut self, table: TableId, count: usize, cell: impl Fn(usize, usize) -> Option<&'r [u8]>) {
        let Some(open) = self.open.get_mut(table.0 as usize) else { return };
        let Some(judged) = &mut open.profile else { return };
        let detectors = self.engine.detectors;
        let first = open.rows;
        open.rows += count as u64;
        if judged.bare && open.parent.is_none() {
            judged.count_values(self.engine, &mut self.reader, count, cell);
            return;
        }
        self.slots.resize_with(judged.slots.max(self.slots.len()), MentionRow::default);
        self.tests.resize(self.slots.len(), 0);
        let recorder = &mut *self.engine.recorder();
        for row in 0..count {
            self.slots[..judged.slots].iter_mut().for_each(MentionRow::clear);
            self.tests.fill(0);
            let at = first + row as u64;
            let country = judged.profile.country_column.and_then(|column| cell(row, column));
            judged.profile.start_row(detectors, country, &mut self.reader);
            if self.reader.country.is_none() && judged.mixes_countries {
                self.reader.country = judged.hints.iter().find_map(|column| hinted_country(cell(row, *column)?));
            }
            for column in &judged.active {
                let Some(bytes) = cell(row, *column).filter(|bytes| !bytes.is_empty()) else { continue };
                let description = &judged.profile.columns[*column];
                let stats = &mut judged.stats[*column];
                stats.filled += 1;
                let slot = &mut self.slots[usize::from(description.slot)];
                let Some(detector) = description.detector else {
                    self.scratch.found.clear();
                    // `{type: ssn, value: …}`: what the value is stands in another column.
                    let labels: Vec<&[u8]> = judged
                        .profile
                        .label_columns
                        .iter()
                        .filter(|label| *label != column)
                        .filter_map(|label| cell(row, *label))
                        .collect();
                    let label = labels.join(&b", "[..]);
                    let value = bytes;
                    let bytes = self.scratch.labelled(&label, value);
                    let begin = bytes.len() - value.len();
                    if !detectors.scan_labelled(&label, value, begin, &mut self.reader, &mut self.scratch.found) {
                        detectors.scan_text(&bytes, TextKind::Prose, &mut self.scratch.found);
                        // What the name itself says is nobody's.
                        self.scratch.found.retain(|finding| finding.start >= begin);
                        detectors.drop_rivals(&label, value, begin, &self.reader, &mut self.scratch.found);
                    }
                    let bytes = bytes.as_ref();
                    free_text(self.engine, &mut self.scratch, bytes, slot, (self.item, self.part, table.0, at, *column as u32), recorder);
                    continue;
                };
                let reading = judged.profile.read(detectors, *column, bytes, &mut self.reader);
                if matches!(reading, Reading::Test { .. }) {
                    self.tests[usize::from(description.slot)] += 1;
                }
                let token = |detector, value: &[u8]| self.engine.token_key.token(detectors.get(detector).token_domain, value);
                if let (Some((detector, token)), Reading::Value { normalised, shown, protection, .. }) =
                    (stats.count(detector, &reading, token), reading)
                {
                    push(slot, detector.0, detectors.get(detector), token, normalised, shown, *column, protection);
                }
            }
            if judged.slots > 1 {
                share_address(detectors, &judged.profile, &mut self.slots[..judged.slots]);
            }
            if let (Some(_), Some(parent)) = (open.parent, judged.profile.columns.len().checked_sub(1))
                && let (Some(row), Some(key)) = (cell(row, parent), reference_detector(detectors))
            {
                let token = self.engine.token_key.token(detectors.get(key).token_domain, row);
                let mut value = u16::MAX.to_le_bytes().to_vec();
                value.extend_from_slice(row);
                self.slots[0].push(key.0, token, &value);
            }
            if !judged.identifies && open.parent.is_none() {
                continue;
            }
            for (number, slot) in self.slots[..judged.slots].iter_mut().enumerate() {
                // What stands beside test values only is made up as they are.
                let is_test = self.tests[number] >= 2 && !links(detectors, slot);
                if !slot.is_empty() && !slot.elements.is_empty() && !is_test {
                    slot.item = self.item;
                    slot.part = self.part;
                    slot.table = table.0;
                    slot.row = at;
                    slot.slot = number as u8;
                    slot.sequence = u32::MAX;
                    recorder.mention(slot);
                    self.mentions += 1;
                }
            }
        }
    }

    /// Judges and reads what was too little for a sample, then records the tables. Returns how many mentions there were.
    pub(super) fn finish(&mut self) -> u64 {
        for table in 0..self.open.len() {
            if self.open[table].profile.is_none() {
                self.judge(TableId(table as u32));
            }
        }
        let mut recorder = self.engine.recorder();
        for (number, open) in self.open.drain(..).enumerate() {
            let Some(judged) = open.profile else { continue };
            let table = number as u32;
            recorder.table(TableRow {
                item: self.item,
                part: self.part,
                table,
                name: open.name,
                parent: open.parent.map_or(u32::MAX, |parent| parent.0),
                rows: open.rows,
            });
            for (column, (description, stats)) in judged.profile.columns.iter().zip(&judged.stats).enumerate() {
                let slot = judged.profile.slots.get(usize::from(description.slot));
                recorder.column(ColumnSeen {
                    item: self.item,
                    part: self.part,
                    table,
                    column: column as u32,
                    header: description.header.clone(),
                    detector: description.detector.map_or(NO_DETECTOR, |detector| detector.0),
                    slot: description.slot,
                    slot_name: slot.map(|slot| slot.name.clone()).unwrap_or_default(),
                    role: slot.map(|slot| slot.role.word().to_owned()).unwrap_or_default(),
                    free_text: description.free_text,
                    bits: description.bits,
                    reason: description.reason.clone(),
                    filled: stats.filled,
                    valid: stats.valid,
                    kept: stats.kept,
                    test_values: stats.tests,
                    placeholders: stats.placeholders,
                    distinct: stats.distinct.to_bytes(),
                });
            }
        }
        self.mentions
    }
}

impl Judged {
    fn new(profile: Arc<Profile>, detectors: &Detectors) -> Judged {
        let active: Vec<usize> = (0..profile.columns.len())
            .filter(|column| profile.columns[*column].detector.is_some() || profile.columns[*column].free_text)
            .collect();
        let identifies =
            profile.columns.iter().filter_map(|column| column.detector).any(|detector| tells_who(detectors.get(detector).meaning))
                || profile.columns.iter().any(|column| column.free_text);
        let slots = profile.columns.iter().map(|column| usize::from(column.slot) + 1).max().unwrap_or(1).max(1);
        let stats = profile.columns.iter().map(|_| Stats::default()).collect();
        let meaning = |column: &crate::detect::ColumnProfile| column.detector.map(|detector| detectors.get(detector));
        let mixes_countries = profile.columns.iter().filter_map(meaning).any(|detector| detector.meaning == Meaning::PersonalNumber);
        let tells = |detector: &crate::detect::Detector| {
            matches!(detector.meaning, Meaning::Account | Meaning::Phone | Meaning::Email | Meaning::Postcode | Meaning::FullAddress)
        };
        let hints = (0..profile.columns.len()).filter(|column| meaning(&profile.columns[*column]).is_some_and(tells)).collect();
        let exposes =
            |column: &crate::detect::ColumnProfile| column.free_text || meaning(column).is_some_and(|detector| detector.element.is_some());
        let bare = !mixes_countries && !profile.columns.iter().any(exposes);
        let wants = if bare { Wants::of(active.iter().copied()) } else { Wants::ALL };
        Judged { profile, active, stats, identifies, bare, wants, slots, mixes_countries, hints }
    }

    /// Counts the values of rows of which nothing is kept.
    fn count_values<'r>(
        &mut self,
        engine: &Engine<'_>,
        reader: &mut crate::detect::Scratch,
        rows: usize,
        cell: impl Fn(usize, usize) -> Option<&'r [u8]>,
    ) {
        reader.country = None;
        for column in &self.active {
            let (stats, Some(detector)) = (&mut self.stats[*column], self.profile.columns[*column].detector) else { continue };
            for row in 0..rows {
                let Some(bytes) = cell(row, *column).filter(|bytes| !bytes.is_empty()) else { continue };
                stats.filled += 1;
                let reading = self.profile.read(engine.detectors, *column, bytes, reader);
                stats.count(detector, &reading, |_, value| engine.token_key.rough(value));
            }
        }
    }
}

/// The country an IBAN, a mail domain or a postcode like no other country's tells.
fn hinted_country(cell: &[u8]) -> Option<[u8; 2]> {
    let cell = cell.trim_ascii();
    if let [one, two, check, digit, ..] = cell
        && one.is_ascii_uppercase()
        && two.is_ascii_uppercase()
        && check.is_ascii_digit()
        && digit.is_ascii_digit()
        && cell.len() > 14
    {
        return Some([*one, *two]);
    }
    let Some(at) = memchr::memrchr(b'@', cell) else { return country_of_postcode(cell) };
    let ending = cell[at..].rsplit(|byte| *byte == b'.').next()?;
    // Country codes that are sold as words (io, me, tv, co, ai) tell nothing.
    match ending {
        [one, two] if !matches!(ending, b"io" | b"me" | b"tv" | b"co" | b"ai" | b"cc" | b"us" | b"eu") => {
            Some(if ending == b"uk" { *b"GB" } else { [one.to_ascii_uppercase(), two.to_ascii_uppercase()] })
        }
        _ => None,
    }
}

/// A dependant without an address of their own lives at the address of the row.
fn share_address(detectors: &Detectors, profile: &Profile, slots: &mut [MentionRow]) {
    let Some((main, others)) = slots.split_first_mut() else { return };
    if !main.elements.contains(Element::PostalAddress) {
        return;
    }
    for (number, slot) in others.iter_mut().enumerate() {
        let dependant = profile.slots.get(number + 1).is_some_and(|slot| slot.role == crate::base::Role::Dependant);
        if !dependant || slot.is_empty() || slot.elements.contains(Element::PostalAddress) {
            continue;
        }
        for ((detector, token), value) in main.detectors.iter().zip(&main.tokens).zip(crate::evidence::row::unpack(&main.values)) {
            let known = detectors.get(crate::detect::DetectorId(*detector));
            if matches!(
                known.meaning,
                Meaning::Street
                    | Meaning::Unit
                    | Meaning::City
                    | Meaning::Region
                    | Meaning::Postcode
                    | Meaning::Country
                    | Meaning::FullAddress
            ) {
                slot.push(*detector, Token::from_bytes(*token), value);
            }
        }
        slot.elements.insert(Element::PostalAddress);
    }
}

/// Whether a mention holds a value that can link it to a person.
fn links(detectors: &Detectors, mention: &MentionRow) -> bool {
    mention.detectors.iter().any(|detector| tells_who(detectors.get(crate::detect::DetectorId(*detector)).meaning))
}

/// Whether values of this meaning can link a row to a person.
fn tells_who(meaning: Meaning) -> bool {
    use Meaning::{
        Account, Card, Email, ForeignKey, FullName, GivenName, IssuedNumber, PersonalNumber, Phone, RowKey, Surname, UnverifiedId, Username,
    };
    matches!(
        meaning,
        FullName
            | GivenName
            | Surname
            | PersonalNumber
            | IssuedNumber
            | Email
            | Phone
            | Username
            | Card
            | Account
            | RowKey
            | ForeignKey
            | UnverifiedId
    )
}

/// The detector of references between rows, for rows that lie in other rows.
fn reference_detector(detectors: &Detectors) -> Option<crate::detect::DetectorId> {
    detectors.iter().position(|detector| detector.meaning == Meaning::ForeignKey).map(|at| crate::detect::DetectorId(at as u16))
}

/// Adds a value to a mention, with as much of it as people resolution needs.
#[expect(clippy::too_many_arguments, reason = "one value and where it goes, in the hot loop")]
pub(super) fn push(
    mention: &mut MentionRow,
    detector: u16,
    known: &crate::detect::Detector,
    token: crate::base::Token,
    normalised: &[u8],
    shown: &[u8],
    column: usize,
    protection: Protection,
) {
    match known.meaning.held() {
        Held::Token => mention.push(detector, token, &[]),
        Held::Keyed => {
            let length = normalised.len().min(64);
            let mut value = [0u8; 66];
            value[..2].copy_from_slice(&(column as u16).to_le_bytes());
            value[2..2 + length].copy_from_slice(&normalised[..length]);
            mention.push(detector, token, &value[..2 + length]);
        }
        Held::Shown => mention.push(detector, token, shown),
        Held::Normalised => mention.push(detector, token, normalised),
    }
    if let Some(element) = known.element {
        let clear = mention.elements.difference(mention.protected).contains(element);
        mention.elements.insert(element);
        match protection {
            Protection::Clear => mention.protected.remove(element),
            _ if !clear => mention.protected.insert(element),
            _ => {}
        }
    }
}

/// Findings of a free-text cell belong to the row's person; names in notes are other people's as
/// often as not, so they are listed and not attributed.
fn free_text(
    engine: &Engine<'_>,
    scratch: &mut Scratch,
    bytes: &[u8],
    mention: &mut MentionRow,
    (item, part, table, row, column): (u32, u32, u32, u64, u32),
    recorder: &mut crate::evidence::Recorder,
) {
    for finding in scratch.found.drain(..) {
        let known = engine.detectors.get(finding.detector);
        let token = engine.token_key.token(known.token_domain, &finding.normalised);
        if !finding.test_value && known.element.is_some_and(|element| element != Element::Name) {
            push(
                mention,
                finding.detector.0,
                known,
                token,
                &finding.normalised,
                &finding.normalised,
                usize::from(u16::MAX),
                finding.protection,
            );
        }
        let (context, context_at) = texts::context(bytes, finding.start, finding.length);
        recorder.finding(FindingRow {
            item,
            part,
            table,
            at: row,
            length: 0,
            column,
            detector: finding.detector.0,
            token,
            bits: finding.bits,
            protection: finding.protection as u8,
            test_value: finding.test_value,
            sequence: if mention.is_empty() { NO_TABLE } else { 0 },
            value: finding.normalised.into_vec(),
            context,
            context_at,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_tell_the_country_of_their_row() {
        for (cell, country) in [
            ("GB82WEST12345698765432", Some(*b"GB")),
            ("ann@koalapost.com.au", Some(*b"AU")),
            ("ann@mail.example.com", None),
            ("ann@start.io", None),
            ("226 Queen St E, Vancouver, BC V8E 7R0", Some(*b"CA")),
            ("3410 Dogwood Ln, Philadelphia, PA 19195", None),
        ] {
            assert_eq!(hinted_country(cell.as_bytes()), country, "{cell}");
        }
    }
}
