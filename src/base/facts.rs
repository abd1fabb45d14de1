//! The facts of the incident that only people know; everything missing is a stated assumption.
//!
//! One table, [`KEYS`], holds every key with its kind, default and explanation. The reader,
//! the template of `breachscope facts init`, the assumptions and the condition language of
//! the law files are all made from it: a new fact is one entry there.

use super::{
    document::{Document, Keys},
    fault::Fault,
    moment::Moment,
};
use jiff::civil::Date;
use std::{collections::BTreeMap, fmt};

/// What a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A date, or a date-time with offset.
    Moment,
    /// One of these words; the first is the default.
    Word(&'static [&'static str]),
    /// `true` or `false`; false is the default.
    Flag,
    /// ISO 3166-1 or 3166-2 codes, one or many.
    Places,
    /// An amount of US dollars.
    Amount,
}

/// One key of the facts file.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub name: &'static str,
    pub kind: Kind,
    /// What it means, for the template.
    pub about: &'static str,
    /// The value written into the template.
    pub sample: &'static str,
    /// What is assumed when it is missing; empty when nothing is.
    pub assumption: &'static str,
}

const ENTITY_TYPES: &[&str] = &[
    "business",
    "hipaa_covered_entity",
    "hipaa_business_associate",
    "health_record_vendor",
    "financial_institution",
    "bank",
    "broker_dealer",
    "insurer",
    "consumer_reporting_agency",
    "information_broker",
    "school",
    "government",
    "telecom",
    "nonprofit",
    "credit_union",
    "health_provider",
    "law_enforcement",
    "trust_service_provider",
    "manufacturer",
];

/// Every key of the facts file, in the order of the template.
pub const KEYS: &[Key] = &[
    Key {
        name: "discovery_date",
        kind: Kind::Moment,
        about: "Day 0 of most clocks: when the breach was discovered. Add time and offset where a law counts hours.",
        sample: "2026-03-02",
        assumption: "the day of discovery is not given: deadlines that count from it have no date",
    },
    Key {
        name: "determination_date",
        kind: Kind::Moment,
        about: "When it was determined that a breach occurred (AL, AZ, CO, DE, FL, TX and others count from here).",
        sample: "2026-03-02",
        assumption: "the breach was determined when it was discovered",
    },
    Key {
        name: "reason_to_believe_date",
        kind: Kind::Moment,
        about: "When there first was reason to believe that a breach occurred, if earlier (FL).",
        sample: "2026-03-02",
        assumption: "there was no reason to believe in a breach before it was determined",
    },
    Key {
        name: "breach_date",
        kind: Kind::Moment,
        about: "When the breach itself took place, or began.",
        sample: "2026-02-20",
        assumption: "",
    },
    Key {
        name: "notices_sent_date",
        kind: Kind::Moment,
        about: "When the individuals were told; some regulators' clocks begin there (CA, LA, IA, OK).",
        sample: "2026-03-25",
        assumption: "the individuals are told on the last day the law allows",
    },
    Key {
        name: "entity_type",
        kind: Kind::Word(ENTITY_TYPES),
        about: "What the organisation is.",
        sample: "\"business\"",
        assumption: "the organisation is a private business without a sector regulator",
    },
    Key {
        name: "home_jurisdiction",
        kind: Kind::Places,
        about: "Where it has its seat: US-CA, DE, GB ...",
        sample: "\"US-CA\"",
        assumption: "the seat of the organisation is not known",
    },
    Key {
        name: "establishments",
        kind: Kind::Places,
        about: "Other countries it has an establishment in.",
        sample: "[\"DE\", \"GB\"]",
        assumption: "the organisation has no establishment outside its seat",
    },
    Key {
        name: "role",
        kind: Kind::Word(&["owner", "service_provider"]),
        about: "Whether it owns (controls) the data or keeps them for somebody else.",
        sample: "\"owner\"",
        assumption: "the organisation owns or controls the data",
    },
    Key {
        name: "encrypted",
        kind: Kind::Flag,
        about: "Whether all of the data was encrypted.",
        sample: "false",
        assumption: "the data was not encrypted",
    },
    Key {
        name: "key_compromised",
        kind: Kind::Flag,
        about: "Whether the key or password that undoes the encryption was taken as well.",
        sample: "false",
        assumption: "no key was taken",
    },
    Key {
        name: "password_hashes",
        kind: Kind::Word(&["unknown", "strong", "weak"]),
        about: "How hashed passwords were made: strong (salted, slow), weak (count as passwords), unknown (count at most).",
        sample: "\"unknown\"",
        assumption: "whether password hashes can be undone is not known: their owners count in the ceiling only",
    },
    Key {
        name: "acquisition",
        kind: Kind::Word(&["acquired", "accessed", "unknown"]),
        about: "Whether the data was taken or only looked at.",
        sample: "\"acquired\"",
        assumption: "the data was acquired, not only accessed",
    },
    Key {
        name: "cause",
        kind: Kind::Word(&["malicious", "accidental", "unknown"]),
        about: "Whether somebody meant harm (Japan, Korea).",
        sample: "\"malicious\"",
        assumption: "the breach was malicious",
    },
    Key {
        name: "recipients",
        kind: Kind::Word(&["unknown", "known", "trusted", "none"]),
        about: "Who has the data: unknown (published, stolen), known (wrong addressees), trusted (bound to secrecy, deletion confirmed), none (no sign).",
        sample: "\"unknown\"",
        assumption: "nobody knows who has the data",
    },
    Key {
        name: "within_organisation",
        kind: Kind::Flag,
        about: "Whether only people of the organisation itself could get at the data (Singapore).",
        sample: "false",
        assumption: "the data reached people outside the organisation",
    },
    Key {
        name: "logins_from",
        kind: Kind::Word(&["organisation", "elsewhere"]),
        about: "Where user names and passwords were taken: from the organisation or its agent, or elsewhere, as when those of another breach are tried here (Vermont).",
        sample: "\"organisation\"",
        assumption: "user names and passwords were taken from the organisation or its agent",
    },
    Key {
        name: "insight",
        kind: Kind::Word(&["none", "habits", "finances"]),
        about: "What the data tell of people's lives beyond the elements found: habits (calls, purchases, movements, messages over some time), finances (transactions or statements over some time).",
        sample: "\"none\"",
        assumption: "the data tell nothing of people's habits and finances beyond the elements found",
    },
    Key {
        name: "integrity",
        kind: Kind::Word(&["kept", "restorable", "lost"]),
        about: "Whether data was altered: kept, restorable, lost.",
        sample: "\"kept\"",
        assumption: "no data was altered",
    },
    Key {
        name: "availability",
        kind: Kind::Word(&["kept", "restorable", "lost"]),
        about: "Whether data is out of reach: kept, restorable (with time and effort), lost.",
        sample: "\"kept\"",
        assumption: "no data is out of reach",
    },
    Key {
        name: "medium",
        kind: Kind::Word(&["electronic", "paper"]),
        about: "What the data was on.",
        sample: "\"electronic\"",
        assumption: "the data was electronic",
    },
    Key {
        name: "risk",
        kind: Kind::Word(&["unknown", "unlikely", "likely", "high"]),
        about: "The documented finding on the risk to the people affected. `unlikely` is the no-harm finding of US law.",
        sample: "\"unknown\"",
        assumption: "no finding on the risk of harm has been made",
    },
    Key {
        name: "identity_theft_enabling",
        kind: Kind::Flag,
        about: "Whether elements without a name would still enable identity theft (DC, GA, ME, OR, WA).",
        sample: "false",
        assumption: "elements without a name do not enable identity theft",
    },
    Key {
        name: "usable_without_code",
        kind: Kind::Flag,
        about: "Whether account or card numbers can be used without a code (AK, ME, NY, VT).",
        sample: "false",
        assumption: "account and card numbers cannot be used without a code",
    },
    Key {
        name: "essential_service",
        kind: Kind::Flag,
        about: "Whether it is a designated operator of essential services or critical infrastructure (NIS2, CER, China, Hong Kong, Switzerland ...).",
        sample: "false",
        assumption: "the organisation operates no essential service and no critical infrastructure",
    },
    Key {
        name: "significant_incident",
        kind: Kind::Flag,
        about: "Whether the incident was found significant, major or material under the rules of its sector (NIS2, DORA, SEC, banks).",
        sample: "false",
        assumption: "the incident has not been found significant, major or material under sector rules",
    },
    Key {
        name: "listed_company",
        kind: Kind::Flag,
        about: "Whether it files reports with the US Securities and Exchange Commission.",
        sample: "false",
        assumption: "the organisation is not listed in the United States",
    },
    Key {
        name: "defense_contractor",
        kind: Kind::Flag,
        about: "Whether it holds covered information under a contract with the US Department of Defense.",
        sample: "false",
        assumption: "the organisation has no US defence contract",
    },
    Key {
        name: "tax_preparer",
        kind: Kind::Flag,
        about: "Whether it files or prepares US tax returns for others.",
        sample: "false",
        assumption: "the organisation prepares no US tax returns for others",
    },
    Key {
        name: "substance_use_records",
        kind: Kind::Flag,
        about: "Whether the health data are records of a US substance use disorder program (42 CFR part 2).",
        sample: "false",
        assumption: "no records of substance use disorder programs are among the data",
    },
    Key {
        name: "opt_in_laws",
        kind: Kind::Flag,
        about: "Whether law files that are off by default (low confidence, not yet in force, contracts) are applied as well.",
        sample: "false",
        assumption: "law files that are off by default are left out",
    },
    Key {
        name: "law_enforcement_hold",
        kind: Kind::Flag,
        about: "Whether a law enforcement agency has asked, in the form the law wants, that notice be delayed.",
        sample: "false",
        assumption: "no law enforcement agency has asked that notice be delayed",
    },
    Key {
        name: "insurance_retention_usd",
        kind: Kind::Amount,
        about: "What the organisation bears itself under its cyber policy, in US dollars.",
        sample: "100_000",
        assumption: "",
    },
    Key {
        name: "insurance_limit_usd",
        kind: Kind::Amount,
        about: "The most that its cyber policy pays, in US dollars.",
        sample: "2_000_000",
        assumption: "no insurance is known: costs are before any insurance",
    },
    Key {
        name: "annual_turnover_usd",
        kind: Kind::Amount,
        about: "Worldwide annual turnover in US dollars, for fines that are capped by it.",
        sample: "50_000_000",
        assumption: "the turnover is not known: caps that depend on it are left at their fixed amount",
    },
];

/// The facts of one incident. Keys that were not given have the defaults of [`KEYS`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    moments: BTreeMap<&'static str, Moment>,
    words: BTreeMap<&'static str, &'static str>,
    flags: BTreeMap<&'static str, bool>,
    places: BTreeMap<&'static str, Vec<String>>,
    amounts: BTreeMap<&'static str, f64>,
}

/// Everything that is wrong in a facts file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactsError(pub Vec<Fault>);

impl fmt::Display for FactsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|fault| writeln!(f, "{fault}"))
    }
}

impl std::error::Error for FactsError {}

impl Facts {
    /// Reads the text of a facts file.
    ///
    /// # Errors
    /// Every fault in it at once, each with line, column and hint.
    pub fn parse(text: &str) -> Result<Facts, FactsError> {
        let mut doc = Document::new("facts", text);
        let facts = doc.read(Facts::read);
        if doc.faults.is_empty() { Ok(facts) } else { Err(FactsError(doc.faults)) }
    }

    /// Reads the keys of a table; law files state the facts of their examples this way.
    pub fn read(keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) -> Facts {
        let mut facts = Facts::default();
        for key in KEYS {
            facts.read_key(key, keys, doc);
        }
        facts
    }

    fn read_key(&mut self, key: &Key, keys: &mut Keys<'_, '_>, doc: &mut Document<'_>) {
        match key.kind {
            Kind::Moment => {
                let text = keys.time_text(key.name, doc);
                let moment = text.and_then(|text| doc.check(text.span, Moment::parse(&text.value)));
                self.moments.extend(moment.map(|moment| (key.name, moment)));
            }
            Kind::Word(words) => {
                let Some(text) = keys.text(key.name, doc) else { return };
                match words.iter().find(|word| **word == text.value) {
                    Some(word) => {
                        self.words.insert(key.name, word);
                    }
                    None => doc.fault_with_hint(
                        text.span,
                        format!("`{}` is no {}", text.value, key.name),
                        format!("one of: {}", words.join(", ")),
                    ),
                }
            }
            Kind::Flag => self.flags.extend(keys.flag(key.name, doc).map(|flag| (key.name, flag))),
            Kind::Places => {
                let mut places = Vec::new();
                for text in keys.texts(key.name, doc) {
                    places.extend(doc.check(text.span, place(&text.value)));
                }
                if !places.is_empty() {
                    self.places.insert(key.name, places);
                }
            }
            Kind::Amount => self.amounts.extend(keys.number(key.name, doc).map(|amount| (key.name, amount))),
        }
    }

    /// When the breach was discovered: as given, else when it was determined.
    pub fn discovery(&self) -> Option<&Moment> {
        self.moments.get("discovery_date").or_else(|| self.moments.get("determination_date"))
    }

    /// When it was determined that a breach occurred: as given, else when it was discovered.
    pub fn determination(&self) -> Option<&Moment> {
        self.moments.get("determination_date").or_else(|| self.moments.get("discovery_date"))
    }

    /// The earlier of the determination and the first reason to believe in a breach.
    pub fn reason_to_believe(&self) -> Option<&Moment> {
        let moments = [self.moments.get("reason_to_believe_date"), self.determination()];
        moments.into_iter().flatten().min_by_key(|moment| moment.sort_key())
    }

    /// When the breach took place.
    pub fn breach(&self) -> Option<Date> {
        self.moments.get("breach_date").map(Moment::day)
    }

    /// When the individuals were told.
    pub fn notices_sent(&self) -> Option<&Moment> {
        self.moments.get("notices_sent_date")
    }

    /// The day whose law governs: discovery, else the breach.
    pub fn reference_day(&self) -> Option<Date> {
        self.discovery().map(Moment::day).or_else(|| self.breach())
    }

    /// The word of a [`Kind::Word`] key, its default when it was not given.
    pub fn word(&self, key: &str) -> &'static str {
        let default = || KEYS.iter().find(|known| known.name == key).map_or("", Key::default_word);
        self.words.get(key).copied().unwrap_or_else(default)
    }

    /// The value of a [`Kind::Flag`] key.
    pub fn flag(&self, key: &str) -> bool {
        self.flags.get(key).copied().unwrap_or(false)
    }

    /// What the organisation is.
    pub fn entity_type(&self) -> &'static str {
        self.word("entity_type")
    }

    /// Where the organisation has its seat.
    pub fn home_jurisdiction(&self) -> Option<&str> {
        self.places.get("home_jurisdiction")?.first().map(String::as_str)
    }

    /// The seat and all establishments.
    pub fn establishments(&self) -> impl Iterator<Item = &str> {
        self.places.values().flatten().map(String::as_str)
    }

    /// Whether it keeps the data for somebody else.
    pub fn is_service_provider(&self) -> bool {
        self.word("role") == "service_provider"
    }

    /// Whether law enforcement asked that notice be delayed.
    pub fn law_enforcement_hold(&self) -> bool {
        self.flag("law_enforcement_hold")
    }

    /// What the cyber policy leaves to the organisation and what it pays at most, in US dollars; `None` without a policy.
    pub fn insurance(&self) -> Option<(f64, f64)> {
        let limit = self.amounts.get("insurance_limit_usd").copied()?;
        Some((self.amounts.get("insurance_retention_usd").copied().unwrap_or(0.0), limit))
    }

    /// Worldwide annual turnover in US dollars.
    pub fn annual_turnover(&self) -> Option<f64> {
        self.amounts.get("annual_turnover_usd").copied()
    }

    /// What is assumed because nobody said otherwise, one sentence each.
    pub fn assumptions(&self) -> Vec<String> {
        KEYS.iter()
            .filter(|key| !self.given(key.name) && !key.assumption.is_empty())
            .map(|key| format!("{} ({} not given)", key.assumption, key.name))
            .collect()
    }

    /// What is assumed of a key, in words; none where it was given or nothing is assumed.
    pub fn assumption(&self, key: &str) -> Option<&'static str> {
        let known = KEYS.iter().find(|known| known.name == key)?;
        (!self.given(key) && !known.assumption.is_empty()).then_some(known.assumption)
    }

    fn given(&self, key: &str) -> bool {
        self.moments.contains_key(key)
            || self.words.contains_key(key)
            || self.flags.contains_key(key)
            || self.places.contains_key(key)
            || self.amounts.contains_key(key)
    }

    /// A facts file with every key explained and commented out.
    pub fn template() -> String {
        let mut out = String::from(
            "# Facts of the incident. Take the `#` away where you know the answer; what stays\n\
             # commented out is an assumption, and the reports list it as one.\n",
        );
        for key in KEYS {
            let words = match key.kind {
                Kind::Word(words) => format!("# One of: {}.\n", words.join(", ")),
                _ => String::new(),
            };
            let assumed = match key.assumption {
                "" => String::new(),
                text => format!("# If missing: {text}.\n"),
            };
            out.push_str(&format!("\n# {}\n{words}{assumed}# {} = {}\n", key.about, key.name, key.sample));
        }
        out
    }
}

impl Key {
    const fn default_word(&self) -> &'static str {
        match self.kind {
            Kind::Word([first, ..]) => first,
            _ => "",
        }
    }
}

/// A code of the form `DE` or `US-CA`.
fn place(text: &str) -> Result<String, String> {
    let (country, part) = text.split_once('-').map_or((text, None), |(country, part)| (country, Some(part)));
    let upper = |code: &str| !code.is_empty() && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if country.len() == 2 && upper(country) && part.is_none_or(|part| part.len() <= 4 && upper(part)) {
        return Ok(text.to_owned());
    }
    Err(format!("`{text}` is no ISO 3166 code such as DE or US-CA"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contracts_sample_reads() {
        let facts = Facts::parse(
            r#"
            discovery_date     = 2026-03-02
            determination_date = "2026-03-02"
            breach_date        = 2026-02-20
            notices_sent_date  = 2026-03-25
            entity_type        = "business"
            home_jurisdiction  = "US-CA"
            establishments     = ["DE", "GB"]
            role               = "owner"
            encrypted          = false
            key_compromised    = false
            acquisition        = "acquired"
            "#,
        )
        .expect("the sample of the contract");
        assert_eq!(facts.discovery().map(Moment::to_string).as_deref(), Some("2026-03-02"));
        assert_eq!(facts.establishments().collect::<Vec<_>>(), ["DE", "GB", "US-CA"]);
        assert!(!facts.assumptions().iter().any(|text| text.contains("discovery_date")));
    }

    #[test]
    fn faults_have_lines_and_hints() {
        let faults =
            Facts::parse("discovry_date = 2026-03-02\nrole = \"ownr\"\nhome_jurisdiction = \"Kent\"\n").expect_err("three faults").0;
        let told: Vec<_> = faults.iter().map(|fault| (fault.line, fault.hint.clone().unwrap_or_default())).collect();
        assert_eq!(
            told,
            [(3, String::new()), (2, "one of: owner, service_provider".to_owned()), (1, "did you mean `discovery_date`?".to_owned())]
        );
    }

    #[test]
    fn nothing_given_is_all_assumed() {
        let facts = Facts::parse("").expect("an empty file");
        assert_eq!(facts, Facts::default());
        assert_eq!(facts.assumptions().len(), KEYS.iter().filter(|key| !key.assumption.is_empty()).count());
        assert_eq!(facts.entity_type(), "business");
        assert_eq!(facts.discovery(), None);
    }

    #[test]
    fn the_template_reads_as_it_is_and_with_every_key_taken() {
        let template = Facts::template();
        assert_eq!(Facts::parse(&template), Ok(Facts::default()));
        let settings: Vec<&str> = template
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| KEYS.iter().any(|k| line.starts_with(&format!("{} = ", k.name))))
            .collect();
        assert_eq!(settings.len(), KEYS.len());
        let facts = Facts::parse(&settings.join("\n")).expect("every sample is valid");
        assert!(facts.assumptions().is_empty());
    }

    #[test]
    fn one_known_date_stands_for_the_other() {
        let facts = Facts::parse("determination_date = 2026-03-20\nreason_to_believe_date = 2026-03-02").expect("two dates");
        assert_eq!(facts.discovery().map(Moment::to_string).as_deref(), Some("2026-03-20"));
        assert_eq!(facts.reason_to_believe().map(Moment::to_string).as_deref(), Some("2026-03-02"));
    }
}
