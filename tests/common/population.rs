//! Populations that are hard to count, with truth: households, twins, fathers and sons of one name, shared mailboxes,
//! nicknames, maiden names, moves, and errors in names, dates and numbers.
//!
//! Shares of errors are drawn for every dump: numbers mistyped or missing up to the 6 % and 15 % that ID Analytics
//! published of US records (2010), the others about as often as in the public linkage sets.

use breachscope::base::Random;
use std::collections::{BTreeMap, BTreeSet};

/// A dump and who is in it.
pub(crate) struct Population {
    /// Name and content of each table.
    pub(crate) files: Vec<(&'static str, String)>,
    /// Who each row of each table speaks of, from row 0.
    pub(crate) rows: BTreeMap<&'static str, Vec<usize>>,
    /// What the dump tells of each person that is in it, as codes of elements.
    pub(crate) elements: BTreeMap<usize, BTreeSet<&'static str>>,
}

#[derive(Clone)]
struct Person {
    given: String,
    middle: String,
    surname: String,
    /// The surname of old records.
    maiden: String,
    suffix: &'static str,
    birth: (u32, u32, u32),
    ssn: String,
    email: String,
    old_email: String,
    phone: String,
    home: [String; 4],
    old_home: [String; 4],
}

impl Person {
    /// The surname with what tells father from son.
    fn titled(&self, surname: &str) -> String {
        if self.suffix.is_empty() { surname.to_owned() } else { format!("{surname} {}", self.suffix) }
    }
}

struct Words {
    women: Vec<String>,
    men: Vec<String>,
    surnames: Vec<String>,
    nicknames: BTreeMap<&'static str, Vec<&'static str>>,
}

const TOWNS: [[&str; 3]; 8] = [
    ["Springfield", "IL", "627"],
    ["Madison", "WI", "537"],
    ["Portland", "OR", "972"],
    ["Austin", "TX", "787"],
    ["Fresno", "CA", "937"],
    ["Albany", "NY", "122"],
    ["Tampa", "FL", "336"],
    ["Worcester", "MA", "016"],
];
const STREETS: [&str; 16] = [
    "Maple",
    "Oak",
    "Cedar",
    "Pine",
    "Lake",
    "Hill",
    "River",
    "Park",
    "Washington",
    "Lincoln",
    "Sunset",
    "Church",
    "Mill",
    "Spring",
    "Prospect",
    "Highland",
];
const KINDS: [&str; 5] = ["Street", "Avenue", "Road", "Lane", "Drive"];

impl Words {
    fn load() -> Words {
        let mut words = Words { women: Vec::new(), men: Vec::new(), surnames: Vec::new(), nicknames: BTreeMap::new() };
        for line in include_str!("../../patterns/lexicons/names.tsv").lines().filter(|line| !line.starts_with('#')) {
            let Some((name, marks)) = line.split_once('\t') else { continue };
            if name.len() < 4 || marks.contains('w') || !name.bytes().all(|byte| byte.is_ascii_lowercase()) {
                continue;
            }
            let written = name[..1].to_uppercase() + &name[1..];
            match (marks.contains('G'), marks.contains('S'), marks.contains('f')) {
                (true, false, true) => words.women.push(written),
                (true, false, false) => words.men.push(written),
                (false, true, _) => words.surnames.push(written),
                _ => {}
            }
        }
        for (name, nickname) in
            include_str!("../../patterns/lexicons/nicknames.tsv").lines().skip(2).filter_map(|line| line.split_once('\t'))
        {
            words.nicknames.entry(name).or_default().push(nickname);
        }
        words
    }
}

/// Shares of errors of one dump.
struct Noise {
    typo: f64,
    nickname: f64,
    no_middle: f64,
    birth_swap: f64,
    no_birth: f64,
    ssn_typo: f64,
    no_ssn: f64,
    moved: f64,
    new_email: f64,
}

struct Maker<'w> {
    random: Random,
    words: &'w Words,
    noise: Noise,
    population: Population,
}

/// A dump of about so many people.
pub(crate) fn make(seed: u64, people: usize) -> Population {
    let words = Words::load();
    let mut random = Random(seed);
    let mut share = |most: f64| most * (0.2 + 0.8 * unit(&mut random));
    let noise = Noise {
        typo: share(0.02),
        nickname: share(0.10),
        no_middle: share(0.5),
        birth_swap: share(0.01),
        no_birth: share(0.10),
        ssn_typo: share(0.06),
        no_ssn: share(0.15),
        moved: share(0.15),
        new_email: share(0.15),
    };
    let population = Population { files: Vec::new(), rows: BTreeMap::new(), elements: BTreeMap::new() };
    let mut maker = Maker { random, words: &words, noise, population };
    let everybody = maker.people(people);
    maker.tables(&everybody);
    maker.population
}

fn unit(random: &mut Random) -> f64 {
    (random.draw() >> 11) as f64 / (1u64 << 53) as f64
}

impl Maker<'_> {
    fn chance(&mut self, share: f64) -> bool {
        unit(&mut self.random) < share
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.random.draw() % limit as u64) as usize
    }

    /// Common names are common.
    fn name(&mut self, of: impl Fn(&Words) -> &Vec<String>) -> String {
        let all = of(self.words);
        let at = (unit(&mut self.random).powi(2) * all.len() as f64) as usize;
        all[at.min(all.len() - 1)].clone()
    }

    fn given(&mut self, woman: bool) -> String {
        self.name(|words| if woman { &words.women } else { &words.men })
    }

    fn home(&mut self) -> [String; 4] {
        let [city, state, zip] = TOWNS[self.below(TOWNS.len())];
        let flat = if self.chance(0.3) { format!(" Apt {}", 1 + self.below(60)) } else { String::new() };
        let street = format!("{} {} {}{flat}", 1 + self.below(9800), STREETS[self.below(STREETS.len())], KINDS[self.below(KINDS.len())]);
        [street, city.to_owned(), state.to_owned(), format!("{zip}{:02}", 1 + self.below(98))]
    }

    fn people(&mut self, most: usize) -> Vec<Person> {
        let mut everybody: Vec<Person> = Vec::new();
        while everybody.len() < most {
            let (surname, home, old_home) = (self.name(|words| &words.surnames), self.home(), self.home());
            let year = 1940 + self.below(50) as u32;
            let mailbox = self.chance(0.15).then(|| format!("{}.family{}@homepost.net", surname.to_lowercase(), self.below(10_000)));
            let phone = self.phone();
            let first = everybody.len();
            let children = self.below(4);
            let parents = 1 + usize::from(self.chance(0.7));
            let (son, twins) = (self.chance(0.05), self.chance(0.05));
            for at in 0..parents + children {
                let child = at >= parents;
                let woman = if child { self.chance(0.5) } else { at == 1 };
                let born = if child { year + 25 + self.below(12) as u32 } else { year + at as u32 };
                let mut person = self.person(woman, &surname, born);
                (person.home, person.old_home) = (home.clone(), old_home.clone());
                person.maiden = if at == 1 && self.chance(0.4) { self.name(|words| &words.surnames) } else { surname.clone() };
                if child && at == parents && son && first < everybody.len() {
                    // Named after the father.
                    everybody[first].suffix = "Sr";
                    (person.given, person.middle, person.suffix) = (everybody[first].given.clone(), everybody[first].middle.clone(), "Jr");
                }
                if child && at == parents + 1 && twins {
                    person.birth = everybody.get(first + parents).map_or(person.birth, |twin| twin.birth);
                }
                if let Some(mailbox) = mailbox.as_ref().filter(|_| at < 2) {
                    (person.email, person.old_email) = (mailbox.clone(), mailbox.clone());
                }
                if self.chance(0.4) {
                    person.phone.clone_from(&phone);
                }
                // Siblings and couples bear different names.
                let taken = everybody[first..].iter().any(|other| other.given == person.given && other.suffix == person.suffix);
                if !taken {
                    everybody.push(person);
                }
            }
        }
        everybody
    }

    fn person(&mut self, woman: bool, surname: &str, year: u32) -> Person {
        let (given, middle) = (self.given(woman), self.given(woman));
        let area = 1 + self.below(664);
        let ssn = format!("{area:03}-{:02}-{:04}", 1 + self.below(98), 1 + self.below(9998));
        let number = self.below(100_000);
        let email = format!("{}.{}{number}@postmix.net", given.to_lowercase(), surname.to_lowercase());
        Person {
            old_email: format!("{}{}{number}@oldmail.net", &given.to_lowercase()[..1], surname.to_lowercase()),
            given,
            middle,
            surname: surname.to_owned(),
            maiden: surname.to_owned(),
            suffix: "",
            birth: (year, 1 + self.below(12) as u32, 1 + self.below(28) as u32),
            ssn: ssn.replace("666", "667"),
            email,
            phone: self.phone(),
            home: Default::default(),
            old_home: Default::default(),
        }
    }

    fn phone(&mut self) -> String {
        const AREAS: [&str; 6] = ["217", "608", "503", "512", "559", "518"];
        format!("({}) {:03}-{:04}", AREAS[self.below(AREAS.len())], 220 + self.below(330), self.below(10_000))
    }

    /// One letter changed, lost or exchanged with the next.
    fn mistyped(&mut self, text: &str) -> String {
        let mut letters: Vec<char> = text.chars().collect();
        let at = 1 + self.below(letters.len().saturating_sub(2).max(1));
        match self.below(3) {
            0 => letters[at] = char::from(b'a' + self.below(26) as u8),
            1 => drop(letters.remove(at)),
            _ => letters.swap(at - 1, at),
        }
        letters.into_iter().collect()
    }

    fn given_as_written(&mut self, person: &Person) -> String {
        let nicknames = self.words.nicknames.get(person.given.to_lowercase().as_str());
        if let Some(nicknames) = nicknames.filter(|_| unit(&mut self.random) < self.noise.nickname) {
            let nickname = nicknames[self.below(nicknames.len())];
            return nickname[..1].to_uppercase() + &nickname[1..];
        }
        if self.chance(self.noise.typo) { self.mistyped(&person.given) } else { person.given.clone() }
    }

    fn surname_as_written(&mut self, surname: &str) -> String {
        if self.chance(self.noise.typo) { self.mistyped(surname) } else { surname.to_owned() }
    }

    fn birth(&mut self, person: &Person, american: bool) -> String {
        let (year, mut month, mut day) = person.birth;
        if self.chance(self.noise.no_birth) {
            return String::new();
        }
        if day <= 12 && self.chance(self.noise.birth_swap) {
            (month, day) = (day, month);
        }
        if american { format!("{month:02}/{day:02}/{year}") } else { format!("{year}-{month:02}-{day:02}") }
    }

    fn ssn(&mut self, person: &Person) -> String {
        if self.chance(self.noise.no_ssn) {
            return String::new();
        }
        if !self.chance(self.noise.ssn_typo) {
            return person.ssn.clone();
        }
        let mut digits: Vec<u8> = person.ssn.bytes().collect();
        digits[10] = b'1' + (digits[10] - b'0') % 9;
        String::from_utf8(digits).expect("digits")
    }

    fn tables(&mut self, everybody: &[Person]) {
        let full = self.chance(0.5);
        let with_birth = self.chance(0.7);
        self.customers("customers.csv", everybody, full, with_birth, false);
        self.customers("customers_2019.csv", everybody, !full, with_birth, true);
        self.employees(everybody);
        self.claims(everybody);
        self.logins(everybody);
    }

    /// Notes a row, and what it tells.
    fn row(&mut self, table: &'static str, person: usize, told: &[(&'static str, &str)]) {
        self.population.rows.entry(table).or_default().push(person);
        let elements = self.population.elements.entry(person).or_default();
        elements.extend(told.iter().filter(|(_, value)| !value.is_empty()).map(|(element, _)| *element));
    }

    fn customers(&mut self, table: &'static str, everybody: &[Person], full: bool, with_birth: bool, old: bool) {
        let mut text = if full { "customer,".to_owned() } else { "first_name,last_name,".to_owned() };
        text.push_str("email,phone,street,city,state,zip");
        text.push_str(if with_birth { ",date_of_birth\n" } else { "\n" });
        for (at, person) in everybody.iter().enumerate() {
            if !self.chance(if old { 0.5 } else { 0.85 }) {
                continue;
            }
            let (given, surname) =
                (self.given_as_written(person), self.surname_as_written(if old { &person.maiden } else { &person.surname }));
            let middle = if self.chance(self.noise.no_middle) { String::new() } else { format!(" {}.", &person.middle[..1]) };
            let surname = person.titled(&surname);
            // Whoever moved kept the address of the mailbox: nobody could tell them otherwise.
            let moved = old && self.chance(self.noise.moved);
            let email = if old && !moved && self.chance(self.noise.new_email) { &person.old_email } else { &person.email };
            let [street, city, state, zip] = if moved { &person.old_home } else { &person.home };
            let birth = if with_birth { self.birth(person, false) } else { String::new() };
            let name = if full { format!("{given}{middle} {surname}") } else { format!("{given}{middle},{surname}") };
            text.push_str(&format!("{name},{email},{},{street},{city},{state},{zip}", person.phone));
            text.push_str(&if with_birth { format!(",{birth}\n") } else { "\n".to_owned() });
            self.row(table, at, &[("name", "x"), ("email", "x"), ("phone", "x"), ("postal_address", "x"), ("dob", &birth)]);
        }
        self.population.files.push((table, text));
    }

    fn employees(&mut self, everybody: &[Person]) {
        let mut text = "employee_name;ssn;birth_date;home_address;annual_salary\n".to_owned();
        for (at, person) in everybody.iter().enumerate() {
            if person.birth.0 > 1998 || !self.chance(0.3) {
                continue;
            }
            let (given, surname) = (self.given_as_written(person), self.surname_as_written(&person.surname));
            let (ssn, birth) = (self.ssn(person), self.birth(person, true));
            let [street, city, state, zip] = &person.home;
            text.push_str(&format!(
                "{}, {given};{ssn};{birth};{street}, {city}, {state} {zip};{}\n",
                person.titled(&surname),
                30_000 + self.below(90_000)
            ));
            self.row("employees.csv", at, &[("name", "x"), ("ssn", &ssn), ("dob", &birth), ("postal_address", "x"), ("salary", "x")]);
        }
        self.population.files.push(("employees.csv", text));
    }

    fn claims(&mut self, everybody: &[Person]) {
        let with_ssn = self.chance(0.6);
        let mut text = "claim_no,patient_last,patient_first,dob,patient_ssn,addr,city,st,zip,diagnosis_code\n".to_owned();
        let codes = ["E11.9", "I10", "J45.909", "F41.1", "M54.5", "C50.911"];
        for turn in 0..2 {
            for (at, person) in everybody.iter().enumerate() {
                if !self.chance(if turn == 0 { 0.35 } else { 0.15 }) {
                    continue;
                }
                let (given, surname) = (self.given_as_written(person), self.surname_as_written(&person.surname));
                let (ssn, birth) = (if with_ssn { self.ssn(person) } else { String::new() }, self.birth(person, true));
                let [street, city, state, zip] = &person.home;
                let (claim, code) = (100_000 + self.below(900_000), codes[self.below(codes.len())]);
                let surname = person.titled(&surname);
                text.push_str(&format!("CL{claim},{surname},{given},{birth},{ssn},{street},{city},{state},{zip},{code}\n"));
                self.row(
                    "claims.csv",
                    at,
                    &[("name", "x"), ("ssn", &ssn), ("dob", &birth), ("postal_address", "x"), ("medical_info", "x")],
                );
            }
        }
        self.population.files.push(("claims.csv", text));
    }

    fn logins(&mut self, everybody: &[Person]) {
        let mut text = "email,password,last_login\n".to_owned();
        for (at, person) in everybody.iter().enumerate() {
            // A mailbox that a family shares is nobody's in particular.
            if person.email.contains(".family") || !self.chance(0.3) {
                continue;
            }
            text.push_str(&format!(
                "{},Winter!{}x{},2024-0{}-1{}\n",
                person.email,
                self.below(10_000),
                self.below(100),
                1 + self.below(9),
                self.below(10)
            ));
            self.row("logins.csv", at, &[("email", "x"), ("password", "x")]);
        }
        self.population.files.push(("logins.csv", text));
    }
}
