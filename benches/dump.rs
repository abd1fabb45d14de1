//! The whole program on a mysqldump: bytes per second of processor time, from file to reports.
//!
//! `cargo bench --bench dump [-- MEGABYTES] [--views=N] [--people]` makes a dump of about that size (400)
//! with a fixed seed, scans it, and checks that every person of it was counted. The dump is that of a
//! shop: customers with an address and two orders each, the orders' items, and page views. What a dump
//! costs depends on how many people are in it more than on its bytes, so the density is an argument:
//! N views for each customer (60: thirty for an order, which is few, since two or three visits in a
//! hundred buy), and `--people` leaves only customers and addresses. `--threads=N` is passed on. With `--gzip` the dump is scanned
//! as `gzip` packs it, and the time `gzip -dc` alone needs is told beside. With `--pair` it is told how much of one worker's
//! time two take, by the clock, the lesser of two runs of each in turns: on a machine with nothing else to do. Told as well is how much of
//! its memory was not of mapped files (`RssAnon`, Linux only): while it read the dump, and in all.

mod common;

use common::{Draw, children, ssn};
use std::{
    fs::File,
    io::{BufWriter, Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// Common given names and surnames of the lexicon, and towns with a state and a ZIP prefix.
struct Words {
    given: Vec<String>,
    surnames: Vec<String>,
}

impl Words {
    fn load() -> Words {
        let mut words = Words { given: Vec::new(), surnames: Vec::new() };
        for line in include_str!("../patterns/lexicons/names.tsv").lines().filter(|line| !line.starts_with('#')) {
            let Some((name, marks)) = line.split_once('\t') else { continue };
            if name.len() < 4 || marks.contains('w') || !name.bytes().all(|byte| byte.is_ascii_lowercase()) {
                continue;
            }
            let written = name[..1].to_uppercase() + &name[1..];
            match (marks.contains('G'), marks.contains('S')) {
                (true, false) => words.given.push(written),
                (false, true) => words.surnames.push(written),
                _ => {}
            }
        }
        assert!(words.given.len() > 500 && words.surnames.len() > 2000, "{} {}", words.given.len(), words.surnames.len());
        words
    }
}

const TOWNS: [(&str, &str, &str); 6] = [
    ("Springfield", "IL", "627"),
    ("Madison", "WI", "537"),
    ("Portland", "OR", "972"),
    ("Austin", "TX", "787"),
    ("Fresno", "CA", "937"),
    ("Albany", "NY", "122"),
];

const SCHEMA: &str = "-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
CREATE TABLE `customers` (
  `id` int NOT NULL, `first_name` varchar(40), `last_name` varchar(40), `email` varchar(80), `phone` varchar(20), `ssn` char(11),
  `birth_date` date, `password_hash` char(60), `created_at` datetime, `last_login_ip` varchar(40), PRIMARY KEY (`id`)
);
CREATE TABLE `addresses` (
  `id` int NOT NULL, `customer_id` int, `street` varchar(80), `city` varchar(40), `state` char(2), `zip` char(5), PRIMARY KEY (`id`)
);
CREATE TABLE `orders` (
  `id` int NOT NULL, `customer_id` int, `total` decimal(8,2), `status` varchar(20), `created_at` datetime, `note` varchar(200), PRIMARY KEY (`id`)
);
CREATE TABLE `order_items` (
  `id` int NOT NULL, `order_id` int, `product_id` int, `quantity` int, `unit_price` decimal(8,2), `tax_rate` decimal(4,3), PRIMARY KEY (`id`)
);
CREATE TABLE `page_views` (
  `id` bigint NOT NULL, `session` char(32), `path` varchar(200), `referrer` varchar(200), `browser` varchar(40), `took_ms` int, `at` datetime,
  PRIMARY KEY (`id`)
);
";

/// What share of the bytes speaks of people.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Density {
    /// A shop with so many page views for each customer.
    Shop(u64),
    /// Customers and their addresses only: every row is a person's.
    People,
}

/// Statements of one batch of customers.
struct Batch<'w> {
    words: &'w Words,
    draw: Draw,
    customers: u64,
    addresses: u64,
    orders: u64,
    items: u64,
    views: u64,
}

/// Customers in one INSERT.
const BATCH: u64 = 200;

impl Batch<'_> {
    fn write(&mut self, line: &mut String, density: Density) {
        let first = self.customers;
        insert(line, "customers", BATCH, |line| self.customer(line));
        insert(line, "addresses", BATCH, |line| self.address(line, first));
        if let Density::Shop(views) = density {
            let orders = self.orders;
            insert(line, "orders", BATCH * 2, |line| self.order(line, first));
            insert(line, "order_items", BATCH * 8, |line| self.item(line, orders));
            insert(line, "page_views", BATCH * views, |line| self.view(line));
        }
    }

    fn day(&mut self, from: u64, years: u64) -> String {
        let draw = &mut self.draw;
        format!("{}-{:02}-{:02}", from + draw.below(years), 1 + draw.below(12), 1 + draw.below(28))
    }

    fn moment(&mut self) -> String {
        let day = self.day(2022, 4);
        format!("{day} {:02}:{:02}:{:02}", self.draw.below(24), self.draw.below(60), self.draw.below(60))
    }

    fn customer(&mut self, line: &mut String) {
        let id = self.customers;
        self.customers += 1;
        let given = &self.words.given[self.draw.below(self.words.given.len() as u64) as usize];
        let surname = &self.words.surnames[self.draw.below(self.words.surnames.len() as u64) as usize];
        let (birth, created) = (self.day(1940, 65), self.moment());
        let draw = &mut self.draw;
        let area = draw.pick(&["312", "415", "206", "617", "713", "305"]);
        let hash: String = (0..53)
            .map(|_| char::from(b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"[draw.below(64) as usize]))
            .collect();
        // Every telephone belongs to one person: exchange and line walk through all numbers of six areas.
        let (exchange, subscriber) = (200 + id / 9_000 % 800, 1_000 + id % 9_000);
        let (given_low, surname_low) = (given.to_lowercase(), surname.to_lowercase());
        line.push_str(&format!(
            "({id},'{given}','{surname}','{given_low}.{surname_low}{id}@nordlicht-post.net','+1 {area}-{exchange}-{subscriber:04}','{}','{birth}','$2y$10${hash}','{created}','81.{}.{}.{}')",
            ssn(id),
            draw.below(250),
            draw.below(250),
            1 + draw.below(250),
        ));
    }

    fn address(&mut self, line: &mut String, first: u64) {
        let id = self.addresses;
        self.addresses += 1;
        let draw = &mut self.draw;
        let (city, state, zip) = TOWNS[draw.below(6) as usize];
        let street = &self.words.surnames[draw.below(self.words.surnames.len() as u64) as usize];
        line.push_str(&format!(
            "({id},{},'{} {street} {}','{city}','{state}','{zip}{:02}')",
            first + id % BATCH,
            1 + draw.below(9_999),
            draw.pick(&["Street", "Avenue", "Lane", "Drive"]),
            draw.below(100),
        ));
    }

    fn order(&mut self, line: &mut String, first: u64) {
        let id = self.orders;
        self.orders += 1;
        let at = self.moment();
        let draw = &mut self.draw;
        let note =
            draw.pick(&["", "", "", "", "", "", "please leave it at the gate", "gift wrap, it\\'s a birthday", "call before delivery"]);
        line.push_str(&format!(
            "({id},{},{}.99,'{}','{at}','{note}')",
            first + draw.below(BATCH),
            5 + draw.below(500),
            draw.pick(&["shipped", "delivered", "returned", "open"]),
        ));
    }

    fn item(&mut self, line: &mut String, first: u64) {
        let id = self.items;
        self.items += 1;
        let draw = &mut self.draw;
        line.push_str(&format!(
            "({id},{},{},{},{}.{:02},0.190)",
            first + draw.below(BATCH * 2),
            1 + draw.below(4_000),
            1 + draw.below(4),
            1 + draw.below(200),
            draw.below(100)
        ));
    }

    fn view(&mut self, line: &mut String) {
        let id = self.views;
        self.views += 1;
        let at = self.moment();
        let draw = &mut self.draw;
        let session: String = (0..32).map(|_| char::from(b"0123456789abcdef"[draw.below(16) as usize])).collect();
        line.push_str(&format!(
            "({id},'{session}','/catalogue/{}/{}?page={}','{}','{}',{},'{at}')",
            draw.pick(&["garden", "kitchen", "lighting", "textiles", "outlet"]),
            draw.below(4_000),
            draw.below(30),
            draw.pick(&["", "/search?q=lamp", "/catalogue/outlet", "/newsletter/2024-11"]),
            draw.pick(&["Firefox 131 on Windows", "Chrome 129 on Android", "Safari 18 on iOS"]),
            3 + draw.below(900),
        ));
    }
}

fn insert(line: &mut String, table: &str, rows: u64, mut row: impl FnMut(&mut String)) {
    line.push_str("INSERT INTO `");
    line.push_str(table);
    line.push_str("` VALUES ");
    for n in 0..rows {
        if n > 0 {
            line.push(',');
        }
        row(line);
    }
    line.push_str(";\n");
}

/// Runs the program to its end. Returns the seconds it took, the most of its memory in MiB that was of no file while it read the
/// leak and in all, and the seconds the reading took.
fn watch(command: &mut Command) -> (f64, [u64; 2], f64) {
    let began = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let status = format!("/proc/{}/status", child.id());
    let mut seen = Vec::new();
    let exit = loop {
        if let Some(exit) = child.try_wait().expect("a child") {
            break exit;
        }
        let anonymous = std::fs::read_to_string(&status).unwrap_or_default();
        let kibibytes = anonymous.lines().find_map(|line| line.strip_prefix("RssAnon:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        seen.push((began.elapsed().as_secs_f64(), kibibytes.unwrap_or(0) / 1024));
        std::thread::sleep(Duration::from_millis(20));
    };
    let wall = began.elapsed().as_secs_f64();
    let mut told = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut told).expect("it tells");
    assert!(exit.success(), "{told}");
    let read = told.lines().find(|line| line.ends_with("leak read")).and_then(|line| line.split_whitespace().next()?.parse().ok());
    let read = read.expect("the time of the reading");
    let most = |until: f64| seen.iter().filter(|(at, _)| *at <= until).map(|(_, size)| *size).max().unwrap_or(0);
    (wall, [most(read), most(f64::MAX)], read)
}

/// Writes a dump of about that size; returns how many customers it has.
fn write_dump(path: &Path, megabytes: u64, density: Density) -> u64 {
    let mut out = BufWriter::new(File::create(path).expect("a scratch file"));
    let words = Words::load();
    let mut batch = Batch { words: &words, draw: Draw(42), customers: 0, addresses: 0, orders: 0, items: 0, views: 0 };
    out.write_all(SCHEMA.as_bytes()).expect("written");
    let mut written = 0u64;
    let mut line = String::new();
    while written < megabytes * 1_000_000 {
        line.clear();
        batch.write(&mut line, density);
        out.write_all(line.as_bytes()).expect("written");
        written += line.len() as u64;
    }
    out.flush().expect("written");
    batch.customers
}

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let megabytes = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(400);
    let views = arguments.iter().find_map(|argument| argument.strip_prefix("--views=")?.parse().ok()).unwrap_or(60);
    let density = if arguments.iter().any(|argument| argument == "--people") { Density::People } else { Density::Shop(views) };
    let folder = tempfile::tempdir().expect("a scratch folder");
    let keep = arguments.iter().find_map(|argument| argument.strip_prefix("--write="));
    let mut dump = keep.map_or_else(|| folder.path().join("shop.sql"), PathBuf::from);
    let customers = write_dump(&dump, megabytes, density);
    if keep.is_some() {
        println!("{customers} people");
        return;
    }
    let bytes = std::fs::metadata(&dump).expect("the dump").len();
    let gunzip = arguments.iter().any(|argument| argument == "--gzip").then(|| {
        assert!(Command::new("gzip").arg(&dump).status().is_ok_and(|status| status.success()), "gzip is there");
        dump.set_extension("sql.gz");
        let before = children().0;
        let unpacked = Command::new("gzip").arg("-dc").arg(&dump).stdout(Stdio::null()).status();
        assert!(unpacked.is_ok_and(|status| status.success()), "it is unpacked");
        children().0 - before
    });
    let before = children().0;
    let case = folder.path().join("case");
    let scan = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_breachscope"));
        command.arg("scan").arg(&dump).arg("--case").arg(&case).args(["--force", "--quiet", "--timings"]);
        command
    };
    let mut command = scan();
    if let Some(threads) = arguments.iter().find_map(|argument| argument.strip_prefix("--threads=")) {
        command.args(["--threads", threads]);
    }
    let (wall, [reading, anonymous], read) = watch(&mut command);
    let (seconds, peak) = children();
    let seconds = seconds - before;
    let summary: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(case.join("reports/summary.json")).expect("a summary")).expect("JSON");
    assert_eq!(summary["people"]["best"].as_u64(), Some(customers), "every customer is one person");
    assert_eq!(summary["elements"]["ssn"]["people"].as_u64(), Some(customers), "each with a number");
    assert_eq!(summary["elements"]["postal_address"]["people"].as_u64(), Some(customers), "and an address");
    println!(
        "{} MB, {customers} people: {seconds:.2} s of processor time, {:.0} MB/s per core, {:.1} us per person, peak resident {peak} MiB \
         (mapped pages included), {anonymous} without them, {reading} of that while it was read; {wall:.2} s in all, {read:.2} to read it",
        bytes / 1_000_000,
        bytes as f64 / 1e6 / seconds,
        seconds * 1e6 / customers as f64,
    );
    if let Some(gunzip) = gunzip {
        println!("gzip -dc alone: {gunzip:.2} s, {:.2} times that", seconds / gunzip);
    }
    if arguments.iter().any(|argument| argument == "--pair") {
        let mut least = [f64::INFINITY; 2];
        for at in [0, 1, 0, 1] {
            least[at] = least[at].min(watch(scan().args(["--threads", &(at + 1).to_string()])).0);
        }
        println!("one worker: {:.2} s by the clock, two: {:.2} s, {:.2} of that", least[0], least[1], least[1] / least[0]);
    }
}
