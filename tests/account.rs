//! The account of every byte, and what passwords, volumes and documents in cells add to what is read.

mod common;

use common::{rows, scan, summary};
use std::{collections::BTreeMap, fs, io::Write, path::Path};
use zip::{AesMode, ZipWriter, write::SimpleFileOptions};

const PEOPLE: &str = "first_name,last_name,ssn,email\nAmelia,Brandt,912-21-4411,amelia.brandt@nordlicht-post.net\n\
                      Bruno,Novak,913-22-5522,bruno.novak@nordlicht-post.net\n";

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, bytes).expect("written");
}

fn zipped(name: &str, bytes: &[u8], options: SimpleFileOptions) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file(name, options).expect("memory");
    zip.write_all(bytes).expect("memory");
    zip.finish().expect("memory").into_inner()
}

fn locked(name: &str, bytes: &[u8]) -> Vec<u8> {
    zipped(name, bytes, SimpleFileOptions::default().with_aes_encryption(AesMode::Aes256, "correct horse"))
}

fn stored(name: &str, bytes: &[u8]) -> Vec<u8> {
    zipped(name, bytes, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored))
}

fn number(row: &BTreeMap<String, String>, column: &str) -> u64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?}"))
}

#[test]
fn every_byte_on_disk_was_examined_or_told_or_is_a_copy() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let share = folder.path().join("share");
    write(&share, "people.csv", PEOPLE.as_bytes());
    write(&share, "copies/people.csv", PEOPLE.as_bytes());
    write(&share, "empty.txt", b"");
    write(&share, "locked.zip", &locked("people.csv", PEOPLE.as_bytes()));
    let zip = stored("a.csv", PEOPLE.repeat(20).as_bytes());
    write(&share, "cut.zip", &zip[..zip.len() / 2]);
    write(&share, "picture.png", b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR and so on");
    write(&share, "locked.7z", b"7z\xBC\xAF\x27\x1C\0\x04 and what is no list at all behind it");
    write(&share, "lost.parquet", b"PAR1 and nothing that could be read PAR1");
    write(&share, "noise.bin", &(0..50_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>());
    let case = folder.path().join("case");
    scan(&share, &case, &[]);
    let account = account(&share, &case);
    assert!(account.copied > 0 && account.lost > 0, "{account:?}");
}

#[test]
fn the_account_of_a_whole_share_comes_out_even() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let share = folder.path().join("share");
    let mut archive = zip::ZipArchive::new(fs::File::open(common::fixture()).expect("the fixture")).expect("an archive");
    archive.extract(&share).expect("unpacked");
    let case = folder.path().join("case");
    scan(&share, &case, &[]);
    let account = account(&share, &case);
    assert!(account.examined > 0, "{account:?}");
}

/// Bytes on the disk, by what became of them.
#[derive(Debug, Default)]
struct Account {
    examined: u64,
    copied: u64,
    lost: u64,
}

/// Adds up what the reports of a case say of the files of a share; it must be all of them, and nothing may be untold.
fn account(share: &Path, case: &Path) -> Account {
    let on_disk: u64 = common::files(share).values().map(|bytes| bytes.len() as u64).sum();
    let is_root = |path: &str| !path.contains("!/") && !path.contains('#');
    let (files, exceptions) = (rows(case, "files.csv"), rows(case, "exceptions.csv"));
    let mut account = Account::default();
    for row in files.iter().filter(|row| is_root(&row["path"])) {
        let own: u64 = exceptions.iter().filter(|told| told["path"] == row["path"]).map(|told| number(told, "bytes_not_examined")).sum();
        if row["status"] == "duplicate" {
            account.copied += number(row, "size_bytes");
        } else {
            assert_eq!(number(row, "size_bytes"), number(row, "bytes_examined") + own, "{row:?}");
            account.examined += number(row, "bytes_examined");
            account.lost += own;
        }
        if row["status"] != "full" && row["status"] != "duplicate" {
            let begins = |told: &BTreeMap<String, String>| told["path"].starts_with(row["path"].as_str());
            assert!(exceptions.iter().any(begins), "{row:?} is told nowhere");
        }
    }
    assert_eq!(on_disk, account.examined + account.copied + account.lost);
    account
}

#[test]
fn a_password_opens_what_is_told_without_it() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let share = folder.path().join("share");
    write(&share, "locked.zip", &locked("people.csv", PEOPLE.as_bytes()));
    let words = folder.path().join("words.txt");
    fs::write(&words, "wrong\ncorrect horse\n").expect("written");
    let case = folder.path().join("case");
    scan(&share, &case, &[]);
    assert_eq!(summary(&case)["people"]["best"], 0);
    assert!(rows(&case, "exceptions.csv").iter().any(|row| row["category"] == "encrypted"));
    let case = folder.path().join("opened");
    scan(&share, &case, &["--password-file", words.to_str().expect("UTF-8")]);
    assert_eq!(summary(&case)["people"]["best"], 2);
    assert_eq!(rows(&case, "exceptions.csv").len(), 0);
    let manifest = fs::read_to_string(case.join("manifest.json")).expect("written");
    assert!(!manifest.contains("correct horse"));
}

#[test]
fn parts_of_an_archive_are_read_as_the_archive() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let share = folder.path().join("share");
    let whole = stored("people.csv", PEOPLE.as_bytes());
    for (number, part) in whole.chunks(whole.len().div_ceil(3)).enumerate() {
        write(&share, &format!("backup.zip.{:03}", number + 1), part);
    }
    let case = folder.path().join("case");
    scan(&share, &case, &[]);
    assert_eq!(summary(&case)["people"]["best"], 2);
    let files = rows(&case, "files.csv");
    let volumes: u64 = files.iter().filter(|row| row["format"] == "volume").map(|row| number(row, "bytes_examined")).sum();
    assert_eq!(volumes, whole.len() as u64);
    assert!(files.iter().any(|row| row["path"] == "share/backup.zip.001!/backup.zip!/people.csv"), "{files:#?}");
}

#[test]
fn a_document_in_a_cell_is_an_item() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let share = folder.path().join("share");
    let hex: String = stored("people.csv", PEOPLE.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    write(
        &share,
        "dump.sql",
        format!("CREATE TABLE docs (id int, body bytea);\nINSERT INTO docs VALUES (1, 'none'), (2, '\\x{hex}');\n").as_bytes(),
    );
    let case = folder.path().join("case");
    scan(&share, &case, &[]);
    let files = rows(&case, "files.csv");
    assert!(files.iter().any(|row| row["path"].contains("#docs row 2 column 2!/people.csv")), "{files:#?}");
    assert_eq!(summary(&case)["people"]["best"], 2);
}

#[test]
fn who_may_be_in_what_was_not_read_raises_the_ceiling_and_is_explained() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let share = folder.path().join("share");
    write(&share, "hr/2023.csv", PEOPLE.as_bytes());
    write(&share, "hr/2024.zip", &locked("2024.csv", PEOPLE.repeat(30).as_bytes()));
    let case = folder.path().join("case");
    scan(&share, &case, &[]);
    let people = &summary(&case)["people"];
    assert_eq!((people["floor"].as_u64(), people["best"].as_u64()), (Some(2), Some(2)));
    assert!(people["ceiling"].as_u64() > Some(2), "{people}");
    let reasons = rows(&case, "interval_reasons.csv");
    assert!(reasons.iter().any(|row| row["reason_code"] == "unread_items" && number(row, "people_affected") > 0), "{reasons:?}");
}

#[test]
fn a_database_and_its_log_are_read_as_one_and_accounted_for_as_two() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (share, open) = (folder.path().join("share"), folder.path().join("app.db"));
    let database = rusqlite::Connection::open(&open).expect("a database");
    let made = "PRAGMA journal_mode = WAL; CREATE TABLE customers(first_name, last_name, ssn, email); PRAGMA wal_checkpoint(TRUNCATE);
                INSERT INTO customers VALUES ('Amelia', 'Brandt', '912-21-4411', 'amelia.brandt@nordlicht-post.net'),
                ('Bruno', 'Novak', '913-22-5522', 'bruno.novak@nordlicht-post.net');";
    database.execute_batch(made).expect("made");
    write(&share, "app.db", &fs::read(&open).expect("the database"));
    write(&share, "app.db-wal", &fs::read(folder.path().join("app.db-wal")).expect("its log"));
    let case = folder.path().join("case");
    scan(&share, &case, &[]);
    assert_eq!(summary(&case)["people"]["best"], 2);
    let account = account(&share, &case);
    assert_eq!((account.copied, account.lost), (0, 0));
    assert!(rows(&case, "tables.csv").iter().any(|row| row["path"] == "share/app.db!/app.db" && row["header"] == "ssn"));
}

/// A letter, digit or space of code page 037.
fn ebcdic(text: &str) -> Vec<u8> {
    let byte = |c: u8| match c {
        b'0'..=b'9' => c + 0xC0,
        b'A'..=b'I' => c + 0x80,
        b'J'..=b'R' => c + 0x87,
        b'S'..=b'Z' => c + 0x8F,
        _ => 0x40,
    };
    text.bytes().map(byte).collect()
}

#[test]
fn records_of_a_mainframe_are_people_when_their_layout_is_given() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let share = folder.path().join("share");
    let records = ["912214411AMELIA  BRANDT  ", "913225522BRUNO   NOVAK   ", "914236633CLARA   OKAFOR  "].concat();
    write(&share, "hr/PAY.D2401.gz", &{
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(&ebcdic(&records)).expect("memory");
        packed.finish().expect("memory")
    });
    let layout = folder.path().join("layout.toml");
    let fields = "field = [{ name = 'ssn', start = 1, length = 9 }, { name = 'first_name', start = 10, length = 8 }, { name = 'last_name', start = 18, length = 8 }]";
    fs::write(&layout, format!("[[layout]]\nname = 'payroll'\nfiles = ['PAY.*']\nencoding = 'cp037'\nrecord_length = 25\n{fields}\n"))
        .expect("written");
    let (case, layout) = (folder.path().join("case"), layout.to_str().expect("UTF-8"));
    scan(&share, &case, &["--layout", layout]);
    assert_eq!(summary(&case)["people"]["best"], 3);
    assert!(rows(&case, "tables.csv").iter().any(|row| row["table"] == "payroll" && row["element"] == "ssn"));
    assert!(rows(&case, "files.csv").iter().any(|row| row["format"] == "fixed-width" && row["status"] == "full"));
    let (case, share) = (case.to_str().expect("UTF-8"), share.to_str().expect("UTF-8"));
    assert_eq!(common::run(&["verify", case, share, "--layout", layout]).status.code(), Some(0));
    assert_ne!(common::run(&["verify", case, share]).status.code(), Some(0), "the layout is part of what was scanned");
}
