//! Images made here, but for those of Linux, which mkfs made.

use super::*;
use crate::format::{
    hostile::survives,
    testing::{Collected, read},
};

fn unzipped(packed: &[u8]) -> Vec<u8> {
    let mut image = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut image).expect("sound");
    image
}

/// Writes bytes at a place.
fn put(image: &mut [u8], at: usize, bytes: &[u8]) {
    image[at..at + bytes.len()].copy_from_slice(bytes);
}

fn files(found: &Collected) -> Vec<(&str, String)> {
    let mut files: Vec<_> = found
        .items
        .iter()
        .map(|(name, bytes)| (name.as_str(), String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned()))
        .collect();
    files.sort();
    files
}

#[test]
fn files_of_linux_are_read_and_what_was_deleted_is_found() {
    let image = unzipped(include_bytes!("../../../fixtures/disk/ext4.img.gz"));
    let older = unzipped(include_bytes!("../../../fixtures/disk/ext2.img.gz"));
    for (image, has_small) in [(&image, false), (&older, true)] {
        let found = read(&Ext, image);
        assert_eq!(found.problems, []);
        let item = |name: &str| found.items.iter().find(|(held, _)| held == name).map(|(_, bytes)| bytes.clone());
        assert_eq!(item("hr/people.csv").expect("there"), b"name,email\nAnn Poe,ann@example.org\n");
        assert_eq!(item("link").expect("there"), b"hr/people.csv");
        let long = item("long.txt").expect("there");
        assert!(long.len() == 9018 && long.ends_with(b"xtail: 078-05-1120\n"), "{}", long.len());
        assert_eq!(item("small.txt").is_some(), has_small);
        let lost = found.items.iter().filter(|(name, bytes)| name.starts_with('@') && bytes.starts_with(b"small")).count();
        assert_eq!(lost, usize::from(!has_small));
    }
    survives(&Ext, &image[..64 << 10]);
    survives(&Ext, &older[..64 << 10]);
}

/// A diskette: `Long name.txt` of two clusters that do not follow one another, `SUB/A.TXT`, a deleted file, something in free space.
fn fat() -> Vec<u8> {
    let mut image = vec![0; 40 * 512];
    put(&mut image, 0, &[0xEB, 0x3C, 0x90]);
    put(&mut image, 11, &[0, 2, 1, 1, 0, 1, 16, 0, 40, 0, 0xF0, 1, 0]);
    put(&mut image, 510, &[0x55, 0xAA]);
    // Clusters 2 -> 4 -> end, 3 end, 5 end; 6 and later free.
    let chain: [u16; 6] = [0xFF0, 0xFFF, 4, 0xFFF, 0xFFF, 0xFFF];
    for (pair, at) in chain.chunks(2).zip((512..).step_by(3)) {
        put(&mut image, at, &[pair[0] as u8, (pair[0] >> 8) as u8 | (pair[1] << 4) as u8, (pair[1] >> 4) as u8]);
    }
    let entry = |name: &[u8; 11], attributes: u8, first: u16, size: u32| {
        let mut entry = [0; 32];
        put(&mut entry, 0, name);
        entry[11] = attributes;
        put(&mut entry, 26, &first.to_le_bytes());
        put(&mut entry, 28, &size.to_le_bytes());
        entry
    };
    let mut long = [0xFF; 32];
    put(&mut long, 0, &[0x41]);
    let units: Vec<u8> = "Long name.txt".encode_utf16().flat_map(u16::to_le_bytes).collect();
    put(&mut long, 1, &units[..10]);
    put(&mut long, 11, &[0x0F, 0, 0]);
    put(&mut long, 14, &units[10..22]);
    put(&mut long, 26, &[0, 0]);
    put(&mut long, 28, &units[22..26]);
    let root = [long, entry(b"LONGNA~1TXT", 0x20, 2, 600), entry(b"SUB        ", 0x10, 3, 0), entry(b"\xE5OST    TXT", 0x20, 6, 9)];
    put(&mut image, 1024, &root.concat());
    let cluster = |number: usize| 1536 + (number - 2) * 512;
    put(&mut image, cluster(2), &[b'a'; 512]);
    put(&mut image, cluster(4), &[b'b'; 88]);
    put(&mut image, cluster(3), &[entry(b".          ", 0x10, 3, 0), entry(b"A       TXT", 0x20, 5, 5)].concat());
    put(&mut image, cluster(5), b"hello");
    put(&mut image, cluster(6), b"deleted..");
    put(&mut image, cluster(9), b"left behind");
    image
}

#[test]
fn diskettes_are_read_with_deleted_files_and_free_space() {
    let image = fat();
    let found = read(&Fat, &image);
    assert_eq!(found.problems, []);
    let want = [("@5120", "left behind"), ("Long name.txt", &"a".repeat(40)), ("SUB/A.TXT", "hello"), ("_OST.TXT", "deleted..")];
    assert_eq!(files(&found), want.map(|(name, text)| (name, text.to_owned())));
    let long = &found.items.iter().find(|(name, _)| name == "Long name.txt").expect("there").1;
    assert!(long.len() == 600 && long.ends_with(&[b'b'; 88]));
    survives(&Fat, &image);
}

#[test]
fn exfat_is_read_with_and_without_chains() {
    let mut image = vec![0; 64 * 512];
    put(&mut image, 0, b"\xEB\x76\x90EXFAT   ");
    for (at, value) in [(80, 2_u32), (84, 1), (88, 4), (92, 50), (96, 2)] {
        put(&mut image, at, &value.to_le_bytes());
    }
    put(&mut image, 108, &[9, 0]);
    put(&mut image, 510, &[0x55, 0xAA]);
    for (cluster, next) in [(2, u32::MAX), (3, u32::MAX), (4, 6), (6, u32::MAX)] {
        put(&mut image, 1024 + cluster * 4, &next.to_le_bytes());
    }
    let file = |name: &str, kind: u8, flags: u8, first: u32, size: u64| {
        let mut set = [[0; 32]; 3];
        put(&mut set[0], 0, &[kind, 2, 0, 0, 0x20]);
        put(&mut set[1], 0, &[kind & 0x80 | 0x40, flags, 0, name.len() as u8]);
        put(&mut set[1], 20, &first.to_le_bytes());
        put(&mut set[1], 24, &size.to_le_bytes());
        put(&mut set[2], 0, &[kind & 0x80 | 0x41]);
        put(&mut set[2], 2, &name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
        set.concat()
    };
    let mut bitmap = [0; 32];
    put(&mut bitmap, 0, &[0x81]);
    put(&mut bitmap, 20, &3_u32.to_le_bytes());
    put(&mut bitmap, 24, &7_u64.to_le_bytes());
    let cluster = |number: usize| 2048 + (number - 2) * 512;
    let root = [bitmap.to_vec(), file("chain.txt", 0x85, 0, 4, 600), file("run.txt", 0x85, 2, 7, 700), file("old.txt", 0x05, 2, 9, 4)];
    put(&mut image, cluster(2), &root.concat());
    // Clusters 2, 3, 4, 6, 7, 8.
    put(&mut image, cluster(3), &[0b0111_0111]);
    put(&mut image, cluster(4), &[b'a'; 512]);
    put(&mut image, cluster(6), &[b'b'; 88]);
    put(&mut image, cluster(7), &[b'c'; 700]);
    put(&mut image, cluster(9), b"gone");
    put(&mut image, cluster(5), b"free");
    let found = read(&Fat, &image);
    assert_eq!(found.problems, []);
    let sizes: Vec<(&str, usize)> = found.items.iter().map(|(name, bytes)| (name.as_str(), bytes.len())).collect();
    assert_eq!(sizes, [("chain.txt", 600), ("run.txt", 700), ("old.txt", 4), ("@3584", 4)]);
    assert!(found.items[0].1.ends_with(b"ab") || found.items[0].1.ends_with(&[b'b'; 88]));
    survives(&Fat, &image);
}

/// A volume of Windows: sectors and clusters of 512 bytes, records of 1024 at cluster 4.
fn ntfs() -> Vec<u8> {
    let mut image = vec![0; 120 * 512];
    put(&mut image, 0, b"\xEB\x52\x90NTFS    \0\x02\x01");
    put(&mut image, 48, &4_u64.to_le_bytes());
    image[64] = 0xF6;
    put(&mut image, 510, &[0x55, 0xAA]);
    let resident = |kind: u32, name: &str, value: &[u8]| {
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let start = 24 + units.len();
        let length = (start + value.len()).next_multiple_of(8);
        let mut bytes = vec![0; length];
        put(&mut bytes, 0, &kind.to_le_bytes());
        put(&mut bytes, 4, &(length as u32).to_le_bytes());
        bytes[9] = (units.len() / 2) as u8;
        bytes[10] = 24;
        put(&mut bytes, 16, &(value.len() as u32).to_le_bytes());
        put(&mut bytes, 20, &(start as u16).to_le_bytes());
        put(&mut bytes, 24, &units);
        put(&mut bytes, start, value);
        bytes
    };
    let distant = |size: u64, flags: u8, runs: &[u8]| {
        let length = (64 + runs.len()).next_multiple_of(8);
        let mut bytes = vec![0; length];
        put(&mut bytes, 0, &0x80_u32.to_le_bytes());
        put(&mut bytes, 4, &(length as u32).to_le_bytes());
        bytes[8] = 1;
        bytes[12] = flags;
        bytes[32] = 64;
        put(&mut bytes, 48, &size.to_le_bytes());
        put(&mut bytes, 64, runs);
        bytes
    };
    let named = |parent: u64, name: &str| {
        let mut value = vec![0; 66];
        put(&mut value, 0, &parent.to_le_bytes());
        value[64] = name.len() as u8;
        value.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        resident(0x30, "", &value)
    };
    let mut record = |number: usize, flags: u8, attributes: &[Vec<u8>]| {
        let mut bytes = vec![0; 1024];
        put(&mut bytes, 0, b"FILE\x30\0\x03\0");
        bytes[20] = 56;
        bytes[22] = flags;
        put(&mut bytes, 56, &[attributes.concat(), vec![0xFF; 8]].concat());
        // Each sector ends in the mark; what belongs there stands in front.
        let ends = [bytes[510], bytes[511], bytes[1022], bytes[1023]];
        put(&mut bytes, 48, &[&[7, 7], &ends[..]].concat());
        put(&mut bytes, 510, &[7, 7]);
        put(&mut bytes, 1022, &[7, 7]);
        put(&mut image, 2048 + number * 1024, &bytes);
    };
    record(0, 1, &[named(5, "$MFT"), distant(30 * 1024, 0, &[0x11, 60, 4, 0])]);
    record(5, 3, &[named(5, ".")]);
    record(6, 1, &[named(5, "$Bitmap"), distant(15, 0, &[0x11, 1, 70, 0])]);
    record(24, 3, &[named(5, "hr")]);
    record(25, 1, &[named(24, "people.csv"), distant(700, 0, &[0x11, 1, 80, 0x11, 1, 2, 0])]);
    record(26, 1, &[named(5, "note.txt"), resident(0x80, "", b"resident"), resident(0x80, "zone", b"stream")]);
    record(27, 0, &[named(5, "deleted.txt"), distant(9, 0, &[0x11, 1, 90, 0])]);
    record(28, 1, &[named(5, "packed.txt"), distant(9, 1, &[0x11, 1, 84, 0x01, 15, 0])]);
    record(
        29,
        1,
        &[named(5, "secret.txt"), {
            let mut locked = distant(9, 0, &[0x11, 1, 85, 0]);
            locked[13] = 0x40;
            locked
        }],
    );
    // In use: up to 70, then 80, 82, 84 and 85.
    let mut bitmap = [0xFF; 15];
    bitmap[8..].copy_from_slice(&[0x7F, 0, 0b0011_0101, 0, 0, 0, 0]);
    put(&mut image, 70 * 512, &bitmap);
    put(&mut image, 80 * 512, &[b'a'; 512]);
    put(&mut image, 82 * 512, &[b'b'; 188]);
    put(&mut image, 84 * 512, &[0x05, 0xB0, 0b0000_1000, b'a', b'b', b'c', 0x03, 0x20]);
    put(&mut image, 90 * 512, b"it is old");
    put(&mut image, 95 * 512, b"left behind");
    image
}

#[test]
fn files_of_windows_are_read_with_streams_and_deleted_ones() {
    let image = ntfs();
    let found = read(&Ntfs, &image);
    assert_eq!(found.categories(), [Category::Encrypted]);
    let want = [
        ("@48640", "left behind".to_owned()),
        ("deleted.txt", "it is old".to_owned()),
        ("hr/people.csv", "a".repeat(40)),
        ("note.txt", "resident".to_owned()),
        ("note.txt:zone", "stream".to_owned()),
        ("packed.txt", "abcabcabc".to_owned()),
    ];
    assert_eq!(files(&found), want);
    survives(&Ntfs, &image);
}

#[test]
fn partitions_of_both_tables_are_items() {
    let entry =
        |kind: u8, start: u32, length: u32| [&[0, 0, 0, 0, kind, 0, 0, 0], &start.to_le_bytes()[..], &length.to_le_bytes()].concat();
    let mut disk = vec![0; 100 * 512];
    put(&mut disk, 446, &[entry(6, 1, 40), entry(5, 50, 20)].concat());
    put(&mut disk, 510, &[0x55, 0xAA]);
    put(&mut disk, 512, &fat());
    // A partition within the extended one, two sectors behind its table.
    put(&mut disk, 50 * 512 + 446, &entry(7, 2, 5));
    put(&mut disk, 50 * 512 + 510, &[0x55, 0xAA]);
    put(&mut disk, 52 * 512, b"logical");
    put(&mut disk, 80 * 512, b"outside");
    let found = read(&Disk, &disk);
    let names: Vec<(&str, usize)> = found.items.iter().map(|(name, bytes)| (name.as_str(), bytes.len())).collect();
    assert_eq!(names, [("partition 1", 40 * 512), ("partition 2", 5 * 512), ("@25600", 512), ("@40960", 7)]);
    survives(&Disk, &disk[..1024]);

    let mut disk = vec![0; 60 * 512];
    put(&mut disk, 512, b"EFI PART");
    put(&mut disk, 512 + 72, &2_u64.to_le_bytes());
    put(&mut disk, 512 + 80, &[4, 0, 0, 0, 128, 0, 0, 0]);
    disk[1024] = 1;
    put(&mut disk, 1024 + 32, &[&40_u64.to_le_bytes()[..], &69_u64.to_le_bytes()].concat());
    let found = read(&Disk, &disk);
    assert_eq!((found.items[0].0.as_str(), found.items[0].1.len()), ("partition 1", 20 * 512));
    assert_eq!(found.categories(), [Category::Truncated]);
}
