//! The whole program on a mysqldump: bytes per second of processor time, from file to reports.
//!
//! `cargo bench --bench dump [-- MEGABYTES]` makes a dump of about that size (400) with a fixed
//! seed, scans it, and checks that every person of it was counted.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    process::Command,
};

const FIRST: [&str; 16] = [
    "Amelia", "Bruno", "Clara", "Dmitri", "Elena", "Farid", "Greta", "Hassan", "Ingrid", "Jonas", "Katarina", "Leander", "Marisol",
    "Nikolai", "Tamara", "Winston",
];
const LAST: [&str; 12] = [
    "Abernathy",
    "Brandt",
    "Castellano",
    "Drummond",
    "Eriksen",
    "Fairweather",
    "Gallagher",
    "Hartmann",
    "Jankowski",
    "Lindqvist",
    "Montgomery",
    "Novak",
];

/// Writes a dump of users, their orders and an audit log; returns how many users.
fn write_dump(path: &Path, megabytes: u64) -> u64 {
    let mut out = BufWriter::new(File::create(path).expect("a scratch file"));
    let goal = megabytes << 20;
    let mut written = 0u64;
    let mut users = 0u64;
    out.write_all(b"-- MySQL dump 10.13  Distrib 8.0.36\nCREATE TABLE `users` (\n `id` int,\n `first_name` varchar(40),\n `last_name` varchar(40),\n `email` varchar(80),\n `phone` varchar(20),\n `ssn` char(11),\n `birth_date` date,\n `street` varchar(80),\n `city` varchar(40),\n `state` char(2),\n `zip` char(5),\n `created_at` datetime,\n `notes` varchar(200)\n);\nCREATE TABLE `orders` (\n `id` int,\n `user_id` int,\n `total` decimal(8,2),\n `status` varchar(20),\n `ip_address` varchar(40),\n `created_at` datetime\n);\n").expect("written");
    let mut seed = 42u64;
    let mut random = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut order = 0u64;
    while written < goal {
        let mut line = String::from("INSERT INTO `users` VALUES ");
        let first = users;
        for n in 0..400 {
            let id = users;
            users += 1;
            if n > 0 {
                line.push(',');
            }
            line.push_str(&format!(
                "({id},'{}','{}','{}.{id}@nordlicht-post.net','+1 {}-{:03}-{:04}','{:03}-{:02}-{:04}','{}-{:02}-{:02}','{} Maple Street','Springfield','IL','627{:02}','2024-{:02}-{:02} 10:11:12','prefers delivery on weekdays, it\\'s best to ring twice')",
                FIRST[random(16) as usize],
                LAST[random(12) as usize],
                FIRST[random(16) as usize].to_lowercase(),
                ["312", "415", "206", "617"][random(4) as usize],
                200 + id / 10_000 % 800,
                id % 10_000,
                100 + id / 1_000_000 % 500,
                1 + id / 10_000 % 99,
                1 + id % 9_999,
                1940 + random(65),
                1 + random(12),
                1 + random(28),
                1 + random(9999),
                random(100),
                1 + random(12),
                1 + random(28),
            ));
        }
        line.push_str(";\nINSERT INTO `orders` VALUES ");
        for n in 0..1200 {
            if n > 0 {
                line.push(',');
            }
            line.push_str(&format!(
                "({order},{},{}.99,'shipped','81.{}.{}.{}','2024-{:02}-{:02} 08:09:10')",
                first + random(400),
                random(500),
                random(250),
                random(250),
                1 + random(250),
                1 + random(12),
                1 + random(28)
            ));
            order += 1;
        }
        line.push_str(";\n");
        out.write_all(line.as_bytes()).expect("written");
        written += line.len() as u64;
    }
    out.flush().expect("written");
    users
}

/// User and system seconds of all children so far, and the largest resident set in MiB.
fn children() -> (f64, u64) {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    #[expect(unsafe_code, reason = "getrusage fills a struct")]
    // SAFETY: the pointer is to a zeroed rusage of our own.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr());
        usage.assume_init()
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    (seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss as u64 / 1024)
}

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn main() {
    let megabytes = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(400);
    let folder = tempfile::tempdir().expect("a scratch folder");
    let dump = folder.path().join("shop.sql");
    let users = write_dump(&dump, megabytes);
    let bytes = std::fs::metadata(&dump).expect("the dump").len();
    let case = folder.path().join("case");
    let status = Command::new(env!("CARGO_BIN_EXE_breachscope"))
        .args(["scan", dump.to_str().expect("UTF-8"), "--case", case.to_str().expect("UTF-8"), "--quiet"])
        .status()
        .expect("the program starts");
    assert!(status.success());
    let (seconds, peak) = children();
    let summary: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(case.join("reports/summary.json")).expect("a summary")).expect("JSON");
    assert_eq!(summary["people"]["best"].as_u64(), Some(users), "every user is one person");
    println!(
        "{} MB, {users} people: {seconds:.2} s of processor time, {:.0} MB/s per core, peak resident {peak} MiB (mapped pages included)",
        bytes / 1_000_000,
        bytes as f64 / 1e6 / seconds
    );
}
