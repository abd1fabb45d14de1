//! Free text: the pass of all detectors beside one `regex` alternation of 42 patterns ([`REFERENCE`]) over the same bytes.
//!
//! `cargo bench --bench text [-- MEGABYTES] [CORPUS]` makes each corpus of about that size (16) from a fixed seed, scans it in pieces
//! as the program does, and checks that what was planted was found. Told are megabytes per second of processor time,
//! the fastest of some runs, and how many times as fast as the alternation the pass was. With `detectors` it is told instead
//! what 250 detectors cost beside the 40 that find what those patterns look for.

mod common;

use breachscope::{detect::Detectors, format::TextKind};
use common::{Draw, ssn};
use std::{fmt::Write, time::Duration};

const REFERENCE: &str = include_str!("reference-patterns.tsv");
/// Bytes of a piece.
const PIECE: usize = 1 << 20;
const RUNS: usize = 3;

/// A text and how many e-mail addresses and Social Security numbers are planted in it.
struct Corpus {
    name: &'static str,
    kind: TextKind,
    bytes: Vec<u8>,
    planted: usize,
}

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn main() {
    let size = std::env::args().skip(1).find_map(|argument| argument.parse::<usize>().ok()).unwrap_or(16) << 20;
    let detectors = Detectors::builtin().expect("built-in files load");
    let patterns = REFERENCE.lines().filter_map(|line| line.split_once('\t')).filter(|(id, _)| !id.starts_with('#'));
    let alternation: Vec<String> = patterns.map(|(_, pattern)| format!("(?:{pattern})")).collect();
    assert_eq!(alternation.len(), 42);
    let reference = regex::bytes::RegexBuilder::new(&alternation.join("|")).unicode(false).build().expect("they compile");
    let (email, number) = (detectors.place_of("email"), detectors.place_of("us_ssn"));

    if std::env::args().any(|argument| argument == "detectors") {
        return tell_detectors(&detectors, &[log(size), code(size), statements(size)]);
    }
    println!("{:<8} {:>9} {:>9} {:>7} {:>10} {:>10}", "corpus", "pass MB/s", "regex", "ratio", "findings", "matches");
    let wanted = |name: &str| std::env::args().any(|argument| argument == name);
    let corpora = [log(size), code(size), mail(size), statements(size), noise(size)];
    let one = corpora.iter().any(|corpus| wanted(corpus.name));
    for corpus in corpora.iter().filter(|corpus| !one || wanted(corpus.name)) {
        let mut found = Vec::new();
        let pass = fastest(|| {
            found.clear();
            pieces(&corpus.bytes).for_each(|piece| detectors.scan_text(piece, corpus.kind, &mut found));
        });
        let mut matches = 0;
        let alone = fastest(|| matches = pieces(&corpus.bytes).map(|piece| reference.find_iter(piece).count()).sum());
        let planted = found.iter().filter(|one| Some(one.detector) == email || Some(one.detector) == number).count();
        assert_eq!(planted, corpus.planted, "{}: addresses and numbers found", corpus.name);
        let rate = |time: Duration| corpus.bytes.len() as f64 / 1e6 / time.as_secs_f64();
        println!(
            "{:<8} {:>9.0} {:>9.0} {:>7.2} {:>10} {:>10}",
            corpus.name,
            rate(pass),
            rate(alone),
            rate(pass) / rate(alone),
            found.len(),
            matches
        );
    }
}

/// Detectors of what the reference patterns look for (several look for one), and a few more: telephones and addresses of machines are
/// most of what there is to look at in a log, and are looked for by whoever looks for anything.
const FORTY: [&str; 40] = [
    "email",
    "us_ssn",
    "card_number",
    "phone",
    "iban",
    "ip_address",
    "mac_address",
    "birth_date",
    "key_aws",
    "key_github",
    "key_slack",
    "key_google",
    "key_stripe",
    "jwt",
    "private_key",
    "password_hash",
    "device_id",
    "uk_nino",
    "postcode",
    "uk_nhs_number",
    "ca_sin",
    "br_cpf",
    "in_aadhaar",
    "in_pan",
    "es_dni",
    "it_codice_fiscale",
    "fr_nir",
    "vehicle_id",
    "crypto_wallet",
    "us_dea",
    "us_passport_book",
    "password",
    "basic_auth",
    "icd10",
    "geolocation",
    "username",
    "us_mbi",
    "us_npi",
    "us_ein",
    "us_itin",
];

/// Prints what 250 detectors, the 40 and others from all over the list, cost beside 40.
#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn tell_detectors(all: &Detectors, corpora: &[Corpus]) {
    let others: Vec<&str> = all.iter().map(|detector| detector.id.as_str()).filter(|id| !FORTY.contains(id)).collect();
    let spread = (0..210).map(|at| others[at * others.len() / 210]);
    let many: Vec<&str> = FORTY.into_iter().chain(spread).collect();
    let [few, many] = [&FORTY[..], &many].map(|ids| Detectors::some(|id| ids.contains(&id)).expect("they load"));
    assert_eq!((few.iter().count(), many.iter().count()), (40, 250));
    println!("{:<8} {:>10} {:>10} {:>7}", "corpus", "of 40 MB/s", "of 250", "costs");
    for corpus in corpora {
        let times = [&few, &many].map(|detectors| {
            let mut found = Vec::new();
            fastest(|| {
                found.clear();
                pieces(&corpus.bytes).for_each(|piece| detectors.scan_text(piece, corpus.kind, &mut found));
            })
        });
        let rate = |time: Duration| corpus.bytes.len() as f64 / 1e6 / time.as_secs_f64();
        println!(
            "{:<8} {:>10.0} {:>10.0} {:>6.1}%",
            corpus.name,
            rate(times[0]),
            rate(times[1]),
            100.0 * (times[1].as_secs_f64() / times[0].as_secs_f64() - 1.0)
        );
    }
}

/// The time of the thread the fastest of some runs took.
fn fastest(mut run: impl FnMut()) -> Duration {
    let once = |run: &mut dyn FnMut()| {
        let before = common::thread_time();
        run();
        common::thread_time() - before
    };
    (0..RUNS).map(|_| once(&mut run)).min().unwrap_or_default()
}

/// The text cut behind lines.
fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let end = memchr::memrchr(b'\n', &rest[..rest.len().min(PIECE)]).map_or(rest.len().min(PIECE), |at| at + 1);
        let piece;
        (piece, rest) = rest.split_at(end);
        (!piece.is_empty()).then_some(piece)
    })
}

/// A server's log, with a customer in every five thousandth line.
fn log(size: usize) -> Corpus {
    let (bytes, planted) = common::log(size);
    Corpus { name: "log", kind: TextKind::Lines, bytes, planted }
}

/// Source code: names, calls, numbers of a few digits, comments.
fn code(size: usize) -> Corpus {
    const NAMES: [&str; 10] = ["index", "buffer", "request", "handler", "node", "context", "value", "parent", "offset", "stream"];
    let mut draw = Draw(2);
    let mut text = String::new();
    while text.len() < size {
        let (a, b, c) = (draw.pick(&NAMES), draw.pick(&NAMES), draw.pick(&NAMES));
        let _ = match draw.below(7) {
            0 => writeln!(text, "    if ({a}->{b} != NULL && {c} < 0x{:x}) {{", draw.below(1 << 20)),
            1 => writeln!(text, "        return {a}_{b}({c}, {});", draw.below(4096)),
            2 => writeln!(text, "    }}\n\n    // Walk the {a} until the {b} is empty; the {c} stays valid."),
            3 => writeln!(text, "static int {a}_{b}_init(struct {c} *self, size_t length)\n{{"),
            4 => writeln!(text, "    {a}[{}] = {b}.{c} + {}.{}f;", draw.below(64), draw.below(10), draw.below(1000)),
            5 => writeln!(text, "    assert({a} == {b} || {c} % {} == 0);", 1 << draw.below(9)),
            _ => writeln!(text, "    for (auto &{a} : {b}.children()) {{ {c}.push_back({a}); }}"),
        };
    }
    Corpus { name: "code", kind: TextKind::Lines, bytes: text.into_bytes(), planted: 0 }
}

/// Letters of a business: sentences, a date, an amount; each signed with an address of the writer.
fn mail(size: usize) -> Corpus {
    const SENTENCES: [&str; 6] = [
        "Thank you for the figures you sent on Monday, they were what we needed. ",
        "Could you look at the second page again before the meeting? ",
        "The delivery was late, and nobody at the warehouse knew why. ",
        "I have asked the office in Lyon to send the samples by the end of the week. ",
        "Please find the plan for the next quarter below; it is a draft. ",
        "We will need about 1,250 pieces, at 3.40 each, before 14 June 2025. ",
    ];
    let mut draw = Draw(3);
    let mut corpus = Corpus { name: "mail", kind: TextKind::Prose, bytes: Vec::new(), planted: 0 };
    let mut text = String::new();
    while text.len() < size {
        text.push_str("Hello,\n\n");
        for _ in 0..8 + draw.below(8) {
            text.push_str(draw.pick(&SENTENCES));
        }
        corpus.planted += 1;
        let _ = writeln!(text, "\n\nKind regards\nwriter{}@mailhaven.net\n", corpus.planted);
    }
    corpus.bytes = text.into_bytes();
    corpus
}

/// A dump of people, taken for text: an address and a number in every row.
fn statements(size: usize) -> Corpus {
    let mut draw = Draw(4);
    let mut corpus = Corpus { name: "dump", kind: TextKind::Lines, bytes: Vec::new(), planted: 0 };
    let mut text = String::new();
    while text.len() < size {
        let row = corpus.planted as u64 / 2 + 1;
        corpus.planted += 2;
        let _ = writeln!(
            text,
            "INSERT INTO customers VALUES ({row},'user{row}@mailhaven.net','{}','SSN {}',{},{}.{:02},'2024-{:02}-{:02}');",
            draw.pick(&["active", "closed", "waiting"]),
            ssn(row),
            draw.below(100),
            draw.below(9000),
            draw.below(100),
            1 + draw.below(12),
            1 + draw.below(28)
        );
    }
    corpus.bytes = text.into_bytes();
    corpus
}

/// Bytes of chance.
fn noise(size: usize) -> Corpus {
    let mut draw = Draw(5);
    let bytes = std::iter::repeat_with(|| (draw.below(1 << 30) >> 7) as u8).take(size).collect();
    Corpus { name: "noise", kind: TextKind::Raw, bytes, planted: 0 }
}
