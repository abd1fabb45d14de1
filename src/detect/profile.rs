//! Judging a table once, from its first rows: which column holds what, and of whom.
//!
//! Every reading of a column's name is weighed against its values in bits; columns without a
//! telling name are judged by their values alone, where those are hard to get by chance. Then
//! the table decides what single columns cannot: whose name `name` is, which country bare
//! numbers are from, what keys point to, and which columns speak of somebody else.

use super::{
    Alone, Detector, DetectorId, Detectors, Role,
    header::{HeaderMatch, HeaderReading, TableKind},
    normal::{DateOrder, Hints, Normalise},
    read::{self, Reading, Scratch, Verdict},
    stats::Stats,
};
use crate::{base::Meaning, format::Sample};

/// Evidence needed before a column is said to hold something.
pub(super) const ENOUGH: f32 = 5.0;

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
    /// The columns that say what a column `value` holds: `{system: ssn, value: …}`.
    pub label_columns: Vec<usize>,
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
    pub fn read<'s>(&self, detectors: &Detectors, column: usize, cell: &'s [u8], scratch: &'s mut Scratch) -> Reading<'s> {
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
pub(super) struct Candidate {
    pub detector: DetectorId,
    pub bits: f32,
    pub valid: f32,
    pub strict: bool,
    pub slot: Option<(u8, u32)>,
    /// The country its name names.
    pub nation: Option<[u8; 2]>,
    pub by_header: bool,
    pub why: String,
}

pub(super) struct Column<'s> {
    pub header: String,
    pub reading: HeaderReading,
    pub stats: Stats<'s>,
    pub candidates: Vec<Candidate>,
}

impl Detectors {
    /// Judges a table.
    pub fn profile(&self, sample: &Sample) -> Profile {
        // Values taken for a header are a row like the others.
        let mut rows = sample.rows.clone();
        if let Some(names) = sample.columns.as_ref().filter(|names| self.is_data(names)) {
            rows.insert(0, names.iter().map(|name| Some(name.clone().into_bytes())).collect());
        }
        let width = sample.columns.as_ref().map_or(0, Vec::len).max(sample.rows.iter().map(Vec::len).max().unwrap_or(0));
        let header_is_data = sample.columns.as_ref().is_some_and(|names| self.is_data(names));
        let headers: &[String] = if header_is_data { &[] } else { sample.columns.as_deref().unwrap_or_default() };
        let table = sample.name.as_deref().map_or(TableKind::Unknown, |name| self.vocabulary.table(name));
        let mut columns: Vec<Column<'_>> = (0..width)
            .map(|at| {
                let header = headers.get(at).cloned().unwrap_or_default();
                Column { reading: self.vocabulary.read(&header), header, stats: Stats::of(&rows, at), candidates: Vec::new() }
            })
            .collect();
        let headerless = headers.iter().all(|name| name.trim().is_empty());
        let vouched = if headerless && rows.len() == 1 { self.vouched(&columns) } else { 1.0 };
        for column in &mut columns {
            column.candidates = self.candidates(column, headerless, vouched);
        }
        let judge = super::judge::Judge { detectors: self, table, table_name: sample.name.as_deref().unwrap_or_default(), headerless };
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

    /// For how many rows a lone row without a header speaks: a name in two cells and something else that is a person's
    /// vouch for each other, where a single value would not do.
    fn vouched(&self, columns: &[Column<'_>]) -> f32 {
        let names = columns.iter().filter(|column| column.stats.given.max(column.stats.surname) >= 0.6).count();
        let telling = |column: &&Column<'_>| {
            let known = |detector: &Detector| {
                detector.column.alone != Alone::Never
                    && name_share(detector.meaning, &column.stats).is_none()
                    && detector.chance() <= 0.0625
                    && self.fit(detector, &column.stats).valid >= 1.0
            };
            !column.stats.values.is_empty() && self.iter().any(known)
        };
        if names >= 2 && columns.iter().any(|column| telling(&column)) { 2.0 } else { 1.0 }
    }

    /// What the column may hold, best first. `vouched`: how many rows each row counts for.
    fn candidates(&self, column: &Column<'_>, headerless: bool, vouched: f32) -> Vec<Candidate> {
        let mut found: Vec<Candidate> = column.reading.matches.iter().filter_map(|read| self.weigh_header(column, *read)).collect();
        let told = found.iter().any(|candidate| candidate.bits >= ENOUGH);
        if !told && !column.stats.values.is_empty() {
            let silent = headerless || column.header.trim().is_empty();
            found.extend(self.enumerate().filter_map(|(id, detector)| self.weigh_values(column, id, detector, silent, vouched)));
        }
        found.sort_by(|a, b| b.bits.total_cmp(&a.bits).then(b.valid.total_cmp(&a.valid)).then(a.detector.cmp(&b.detector)));
        found
    }

    /// A name's claim against the values.
    fn weigh_header(&self, column: &Column<'_>, read: HeaderMatch) -> Option<Candidate> {
        let HeaderMatch { detector: id, bits: header_bits, slot, nation } = read;
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
            if detector.sparse && fit.valid > 0.0 {
                add(4.0, "some values");
                strict = false;
            } else if fit.valid >= 0.5 {
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
            nation,
            by_header: true,
            why,
        })
    }

    /// The values' own claim, without a telling name.
    fn weigh_values(&self, column: &Column<'_>, id: DetectorId, detector: &Detector, silent: bool, vouched: f32) -> Option<Candidate> {
        let allowed = match detector.column.alone {
            Alone::Never => false,
            Alone::Headerless => silent,
            Alone::Always => silent || !(column.reading.key.is_some() && detector.normalise == Normalise::Digits),
        };
        if !allowed {
            return None;
        }
        let slot = column.reading.slot;
        let count = column.stats.values.len() as f32 * vouched;
        if let Some(share) = name_share(detector.meaning, &column.stats) {
            // Names repeat in a long list; without a header ten different ones are no column of codes.
            let varied = column.stats.distinct > 0.2 || (silent && column.stats.distinct * column.stats.values.len() as f32 >= 10.0);
            let enough = share >= 0.6 && count >= 2.0 && varied;
            return enough.then(|| Candidate {
                detector: id,
                bits: 5.0 + share,
                valid: share,
                strict: false,
                slot,
                nation: None,
                by_header: false,
                why: format!("values: {:.0} % names", share * 100.0),
            });
        }
        // Amounts and counts are digits too: without a name a column of telephone numbers must be written as such.
        if detector.normalise == Normalise::Phone && column.stats.share(|value| super::phone::is_dialled(value)) < 0.9 {
            return None;
        }
        let fit = self.fit(detector, &column.stats);
        let valid = fit.valid + fit.test;
        let surprise = -detector.chance().max(1e-6).log2();
        if valid < 0.9 || surprise * count < 8.5 || (surprise < 2.0 && !silent) {
            return None;
        }
        let bits = 5.0 + surprise.min(14.0) * 0.25;
        Some(Candidate {
            detector: id,
            bits,
            valid,
            strict: true,
            slot,
            nation: None,
            by_header: false,
            why: format!("values: {:.0} % pass, one in {:.0} by chance", valid * 100.0, surprise.exp2()),
        })
    }

    pub(super) fn fit(&self, detector: &Detector, stats: &Stats<'_>) -> Fit {
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
pub(super) struct Fit {
    pub valid: f32,
    pub test: f32,
    pub shaped: f32,
    pub hidden: f32,
}

impl Detector {
    /// Whether its values can be told from others at all.
    pub(super) fn is_selective(&self) -> bool {
        !self.checks.is_empty()
            || !self.shapes.is_empty()
            || !self.only.is_empty()
            || !matches!(self.normalise, Normalise::Exact | Normalise::Fold | Normalise::Upper | Normalise::Name)
    }
}

impl Meaning {
    /// Whether it is a part of a person's name.
    pub(super) const fn is_name(self) -> bool {
        matches!(self, Meaning::FullName | Meaning::GivenName | Meaning::Surname | Meaning::MiddleName | Meaning::MaidenName)
    }
}

pub(super) fn name_share(meaning: Meaning, stats: &Stats<'_>) -> Option<f32> {
    if stats.values.is_empty() {
        return None;
    }
    match meaning {
        Meaning::FullName => Some(stats.full_name - stats.organisation * 0.5),
        Meaning::GivenName => Some(stats.given - stats.town * 0.3),
        Meaning::Surname => Some(stats.surname - stats.town * 0.5),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Element;
    use std::sync::OnceLock;

    fn detectors() -> &'static Detectors {
        static DETECTORS: OnceLock<Detectors> = OnceLock::new();
        DETECTORS.get_or_init(|| Detectors::builtin().expect("built-in files load"))
    }

    /// A table of lines of cells between `|`; the first is the header unless it is empty.
    fn table(name: Option<&str>, header: &str, rows: &[&str]) -> Sample {
        let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
        Sample {
            name: name.map(str::to_owned),
            columns: (!header.is_empty()).then(|| cells(header)),
            rows: rows.iter().map(|row| cells(row).into_iter().map(|cell| Some(cell.into_bytes())).collect()).collect(),
        }
    }

    /// What each column holds, by detector id and slot: `given_name`, `us_ssn@dependent`, `-`.
    fn judged(sample: &Sample) -> Vec<String> {
        let profile = detectors().profile(sample);
        let shown = |column: &ColumnProfile| {
            let id = column.detector.map_or("-", |id| detectors().get(id).id.as_str());
            match &profile.slots[usize::from(column.slot)].name {
                slot if slot.is_empty() => id.to_owned(),
                slot => format!("{id}@{slot}"),
            }
        };
        profile.columns.iter().map(shown).collect()
    }

    #[test]
    fn headers_of_many_languages_are_understood() {
        for (header, id) in [
            ("Geburtsdatum", "birth_date"),
            ("date de naissance", "birth_date"),
            ("fecha_nacimiento", "birth_date"),
            ("data di nascita", "birth_date"),
            ("geboortedatum", "birth_date"),
            ("data_nascimento", "birth_date"),
            ("data urodzenia", "birth_date"),
            ("fødselsdato", "birth_date"),
            ("syntymäaika", "birth_date"),
            ("datum narození", "birth_date"),
            ("doğum tarihi", "birth_date"),
            ("дата рождения", "birth_date"),
            ("ημερομηνία γέννησης", "birth_date"),
            ("生年月日", "birth_date"),
            ("출생일", "-"),
            ("생년월일", "birth_date"),
            ("出生日期", "birth_date"),
            ("تاريخ الميلاد", "birth_date"),
            ("Nachname", "surname"),
            ("apellidos", "surname"),
            ("cognome", "surname"),
            ("achternaam", "surname"),
            ("nazwisko", "surname"),
            ("efternamn", "surname"),
            ("фамилия", "surname"),
            ("sukunimi", "surname"),
            ("vorname", "given_name"),
            ("prénom", "given_name"),
            ("voornaam", "given_name"),
            ("etunimi", "given_name"),
            ("imię", "given_name"),
            ("patientDOB", "birth_date"),
            ("DATEOFBIRTH", "birth_date"),
            ("cust_email_addr", "-"),
            ("custEmailAddress", "email"),
            ("PHONE_NUM", "phone"),
            ("e-mail", "email"),
            ("Straße", "street"),
            ("email_verified", "-"),
            ("password_changed_at", "-"),
            ("phone_type", "-"),
            ("is_deceased", "deceased"),
            ("SSN#", "us_ssn"),
            ("mot de passe", "password"),
            ("Steuer-ID", "de_steuer_id"),
        ] {
            let sample = Sample { columns: Some(vec![header.to_owned()]), ..Sample::default() };
            assert_eq!(judged(&sample), [id], "{header}");
        }
    }

    /// Language, given name, surname, birth date, address, telephone: as headers say them.
    const LANGUAGES: &str = "en|first name|last name|date of birth|address|phone
        de|Vorname|Nachname|Geburtsdatum|Straße|Telefon
        fr|prénom|nom de famille|date de naissance|adresse|téléphone
        es|nombres|apellidos|fecha de nacimiento|dirección|teléfono
        it|-|cognome|data di nascita|indirizzo|telefono
        pt|nome próprio|apelido|data de nascimento|endereço|telefone
        nl|voornaam|achternaam|geboortedatum|adres|telefoonnummer
        pl|imię|nazwisko|data urodzenia|adres|numer telefonu
        cs|křestní jméno|příjmení|datum narození|adresa|telefon
        sk|krstné meno|priezvisko|dátum narodenia|adresa|telefón
        hu|keresztnév|vezetéknév|születési dátum|cím|telefonszám
        ro|prenume|nume de familie|data nașterii|adresa|telefon
        bg|собствено име|фамилия|дата на раждане|адрес|телефон
        hr|ime|prezime|datum rođenja|adresa|telefon
        sl|ime|priimek|datum rojstva|naslov|telefon
        el|όνομα|επώνυμο|ημερομηνία γέννησης|διεύθυνση|τηλέφωνο
        sv|förnamn|efternamn|födelsedatum|adress|telefon
        da|fornavn|efternavn|fødselsdato|adresse|telefon
        no|fornavn|etternavn|fødselsdato|adresse|telefon
        fi|etunimi|sukunimi|syntymäaika|osoite|puhelin
        et|eesnimi|perekonnanimi|sünnikuupäev|aadress|telefon
        lv|vārds|uzvārds|dzimšanas datums|adrese|tālrunis
        lt|vardas|pavardė|gimimo data|adresas|telefonas
        tr|ad|soyad|doğum tarihi|adres|cep telefonu
        ru|имя|фамилия|дата рождения|адрес|телефон
        uk|ім'я|прізвище|дата народження|адреса|телефон
        ar|الاسم الأول|اسم العائلة|تاريخ الميلاد|العنوان|هاتف
        he|שם פרטי|שם משפחה|תאריך לידה|כתובת|טלפון
        zh|名|姓|出生日期|地址|电话
        ja|名|姓|生年月日|住所|電話番号
        ko|-|성|생년월일|주소|전화번호
        hi|पहला नाम|उपनाम|जन्म तिथि|पता|मोबाइल
        id|nama depan|nama belakang|tanggal lahir|alamat|nomor telepon
        th|ชื่อ|นามสกุล|วันเกิด|ที่อยู่|โทรศัพท์
        vi|tên|-|ngày sinh|địa chỉ|số điện thoại";

    #[test]
    fn the_headers_of_a_person_are_understood_in_thirty_languages() {
        let mut missed = Vec::new();
        for line in LANGUAGES.lines() {
            let words: Vec<&str> = line.trim().split('|').collect();
            for (header, wanted) in words[1..].iter().zip(["given_name", "surname", "birth_date", "street", "phone"]) {
                let sample = Sample { columns: Some(vec![(*header).to_owned()]), ..Sample::default() };
                let got = judged(&sample).remove(0);
                if *header != "-" && got != wanted && !(wanted == "street" && got == "postal_address") {
                    missed.push(format!("{} {header}: {got}", words[0]));
                }
            }
        }
        assert!(LANGUAGES.lines().count() >= 30);
        assert!(missed.is_empty(), "{missed:?}");
    }

    #[test]
    fn what_a_header_says_twice_or_explains_takes_nothing_away() {
        for (header, id) in [
            ("SSN (Social Security Number)", "us_ssn"),
            ("Date of Birth (DOB)", "birth_date"),
            ("Geburtsdatum (TT.MM.JJJJ)", "birth_date"),
            ("Canadian Social Insurance Number (SIN)", "ca_sin"),
            ("Dutch BSN", "nl_bsn"),
            ("Email (verified)", "-"),
            ("password (last changed)", "-"),
        ] {
            let sample = Sample { columns: Some(vec![header.to_owned()]), ..Sample::default() };
            assert_eq!(judged(&sample), [id], "{header}");
        }
    }

    #[test]
    fn amounts_without_a_header_are_no_telephone_numbers() {
        let amounts =
            ["1250000.50|3400000|1 250 000|512345678", "2300100.75|1200500|2 300 100|498123377", "980000.00|7710000|12 345 678|623400011"];
        let rows: Vec<&str> = amounts.iter().copied().cycle().take(12).collect();
        assert!(judged(&table(None, "", &rows)).iter().all(|id| id != "phone"), "{:?}", judged(&table(None, "", &rows)));
        let dialled = ["(425) 882-6710|+49 157 14615023|06 47 42 77 39", "(425) 882-6711|+49 157 14615024|06 47 42 77 40"];
        let rows: Vec<&str> = dialled.iter().copied().cycle().take(12).collect();
        assert_eq!(judged(&table(None, "", &rows)), ["phone", "phone", "phone"]);
    }

    #[test]
    fn columns_of_other_people_have_slots_of_their_own() {
        let sample = table(
            None,
            "first_name|last_name|emergency_contact_name|emergency_contact_phone|spouse_dob|billing_zip|provider_name|dep2_ssn",
            &[
                "Jane|Foster|Peter Foster|(425) 882-6710|1980-02-03|98052|Anna Miller|536-22-8145",
                "Mary|Miller|John Miller|(425) 882-6711|1981-12-30|98053|Ruth Hall|536-22-8146",
            ],
        );
        assert_eq!(
            judged(&sample),
            [
                "given_name",
                "surname",
                "full_name@emergency_contact",
                "phone@emergency_contact",
                "birth_date@spouse",
                "postcode",
                "full_name@provider",
                "us_ssn@dependent2"
            ]
        );
    }

    #[test]
    fn a_table_without_header_is_judged_by_its_values() {
        let sample = table(
            None,
            "",
            &[
                "Margaret Foster|margaret@mailhaven.com|1971-03-05|6433435F|17",
                "Peter Miller|p.miller@skyletter.com|1985-11-30|1505812O|23",
                "Susan Walker|walker@netpostal.org|1990-01-17|6433435F|44",
                "Robert Clark|rob.clark@netpostal.org|1962-07-21|1505812O|51",
            ],
        );
        assert_eq!(judged(&sample), ["full_name", "email", "birth_date", "ie_pps", "-"]);
    }

    #[test]
    fn a_lone_row_is_read_when_its_cells_vouch_for_each_other() {
        let row = "K0000327|Walsh|Cian|09/01/1973|215 Grafton Street|D08 X481|Dublin|0878158876|6433435F";
        assert_eq!(judged(&table(None, "", &[row]))[1..4], ["surname", "given_name", "birth_date"]);
        assert_eq!(judged(&table(None, "", &[row]))[8], "ie_pps");
        let thing = "K0000327|Walnut|Oak|09/01/1973|6433435F";
        assert!(judged(&table(None, "", &[thing])).iter().all(|id| id == "-"), "{:?}", judged(&table(None, "", &[thing])));
    }

    #[test]
    fn a_header_that_is_a_row_is_told() {
        let sample = table(
            None,
            "Eoin O'Brien|eoin@mailhaven.com|1955-05-02",
            &["Ann Walsh|ann@mailhaven.com|1961-06-03", "Sean Byrne|sean@mailhaven.com|1970-01-30"],
        );
        let profile = detectors().profile(&sample);
        assert!(profile.header_is_data);
        assert_eq!(judged(&sample)[1], "email");
    }

    #[test]
    fn names_of_things_are_no_people() {
        let rows = ["1|Caetano Veloso", "2|Alice Cooper", "3|Miles Davis", "4|Frank Sinatra"];
        assert_eq!(judged(&table(Some("Artist"), "ArtistId|Name", &rows)), ["row_key", "-"]);
        assert_eq!(judged(&table(Some("customers"), "customer_id|name", &rows)), ["row_key", "full_name"]);
    }

    #[test]
    fn numbers_that_only_look_like_personal_numbers_are_not() {
        let sample = table(
            None,
            "part_no|bin_code|order_id|qty",
            &[
                "423-43-7029|931-323-0000|4314894797628459|7",
                "427-24-4877|312-555-0001|5896926477740165|8",
                "107-29-5374|212-555-0001|5896926477740173|9",
            ],
        );
        assert!(judged(&sample).iter().all(|id| id == "-" || id == "row_key"), "{:?}", judged(&sample));
    }

    #[test]
    fn a_header_and_values_of_another_shape_are_an_unverified_id() {
        let sample = table(None, "surname|soc_sec_id", &["waller|6988048", "bruhn|7535316", "neumann|5304218"]);
        assert_eq!(judged(&sample)[1], "unverified_id");
        let synthetic = table(None, "LAST|SSN", &["Foster|999-17-5017", "Miller|999-22-1234", "Clark|999-34-8765"]);
        assert_eq!(judged(&synthetic)[1], "us_ssn");
    }

    #[test]
    fn cells_tell_what_they_hold() {
        let sample = table(
            None,
            "name|ssn|card_number|phone|email|password",
            &[
                "Jane Foster|536-22-8145|4232160940587284|(425) 882-6710|jane@mailhaven.com|Winter77201",
                "Mary Miller|536-22-8146|4692270252520725|(425) 882-6711|mary@mailhaven.com|Spring8812!",
            ],
        );
        let profile = detectors().profile(&sample);
        let mut scratch = Scratch::default();
        let mut read = |column: usize, cell: &str| match profile.read(detectors(), column, cell.as_bytes(), &mut scratch) {
            Reading::Value { normalised, protection, kind, .. } => {
                format!(
                    "{} {protection:?} {}",
                    String::from_utf8_lossy(normalised),
                    kind.map_or("-", |kind| detectors().get(kind).id.as_str())
                )
            }
            Reading::Test { .. } => "Test".to_owned(),
            other => format!("{other:?}"),
        };
        for (column, cell, wanted) in [
            (0, "Foster, Jane", "jane foster Clear -"),
            (0, "Acme Logistics LLC", "acme logistics llc Clear organisation"),
            (1, "536 22 8145", "536228145 Clear -"),
            (1, "123-45-6789", "Test"),
            (1, "000-00-0000", "Placeholder"),
            (1, "XXX-XX-8145", "8145 Truncated -"),
            (1, "6433435F", "6433435F Clear ie_pps"),
            (1, "n/a", "Empty"),
            (1, "hello", "Invalid"),
            (2, "4242424242424242", "Test"),
            (2, "************7284", "7284 Truncated -"),
            (3, "+1 425 882 6710", "14258826710 Clear -"),
            (4, "info@acme.com", "info@acme.com Clear organisation_email"),
            (4, "jane@example.com", "Test"),
            (5, "5f4dcc3b5aa765d61d8327deb882cf99", "5f4dcc3b5aa765d61d8327deb882cf99 Hashed password_hash"),
        ] {
            assert_eq!(read(column, cell), wanted, "{cell}");
        }
        assert_eq!(detectors().get(profile.columns[1].detector.expect("a detector")).element, Some(Element::Ssn));
    }
}
