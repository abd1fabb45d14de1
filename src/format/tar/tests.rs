//! Archives made by the `tar` crate, and by hand where it cannot make them.

use super::super::unfold::unfold;
use crate::base::Category;
use tar::{Builder, EntryType, GnuHeader, Header};

fn file(builder: &mut Builder<Vec<u8>>, name: &str, content: &[u8]) {
    let mut header = Header::new_gnu();
    header.set_size(content.len() as u64);
    builder.append_data(&mut header, name, content).expect("memory");
}

fn archive(fill: impl FnOnce(&mut Builder<Vec<u8>>)) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    fill(&mut builder);
    builder.into_inner().expect("memory")
}

/// A header and body of any kind, with a right checksum.
fn entry(kind: u8, name: &str, size: u64, body: &[u8], adapt: impl FnOnce(&mut Header)) -> Vec<u8> {
    let mut header = Header::new_gnu();
    header.set_path(name).expect("short");
    header.set_size(size);
    header.set_entry_type(EntryType::new(kind));
    adapt(&mut header);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend_from_slice(body);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

const END: [u8; 1024] = [0; 1024];

#[test]
fn members_are_read_in_order_and_links_hold_where_they_lead() {
    let bytes = archive(|builder| {
        file(builder, "hr/one.txt", b"one");
        let long = format!("{}/two.txt", "d".repeat(150));
        file(builder, &long, &[b'2'; 1000]);
        let mut link = Header::new_gnu();
        link.set_entry_type(EntryType::Symlink);
        link.set_size(0);
        builder.append_link(&mut link, "link", "/etc/passwd").expect("memory");
        let mut pipe = Header::new_ustar();
        pipe.set_entry_type(EntryType::Fifo);
        pipe.set_size(0);
        builder.append_data(&mut pipe, "pipe", [].as_slice()).expect("memory");
    });
    let found = unfold("a.tar", &bytes);
    let names: Vec<_> = found.contents().into_iter().map(|(path, content)| (path.to_owned(), content.len())).collect();
    let long = format!("a.tar!/{}/two.txt", "d".repeat(150));
    assert_eq!(names, [("a.tar!/hr/one.txt".to_owned(), 3), (long, 1000), ("a.tar!/link".to_owned(), 11)]);
    assert_eq!(found.problems(), [("a.tar!/pipe", Category::SpecialFile)]);
}

#[test]
fn a_name_that_climbs_is_only_a_name() {
    let mut bytes = entry(b'0', "xx/xx/evil", 1, b"x", |header| header.as_mut_bytes()[..5].copy_from_slice(b"../.."));
    bytes.extend(END);
    assert_eq!(unfold("a.tar", &bytes).contents(), [("a.tar!/../../evil", b"x".as_slice())]);
}

#[test]
fn pax_records_give_name_and_size() {
    let records = b"30 path=a name\nwith a newline\n10 size=4\n";
    let mut bytes = entry(b'x', "pax", records.len() as u64, records, |_| {});
    bytes.extend(entry(b'0', "short", 9, b"text", |_| {}));
    bytes.extend(END);
    let found = unfold("a.tar", &bytes);
    assert_eq!(found.contents(), [("a.tar!/a name\nwith a newline", b"text".as_slice())]);
    assert_eq!(found.problems(), []);
}

#[test]
fn an_archive_without_magic_is_known_by_its_checksum() {
    let mut header = Header::new_old();
    header.set_path("v7").expect("short");
    header.set_size(2);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend(b"ok");
    bytes.resize(4096, 0);
    assert_eq!(unfold("a", &bytes).contents(), [("a!/v7", b"ok".as_slice())]);
}

#[test]
fn damage_costs_the_damaged_blocks_only() {
    let mut bytes = archive(|builder| {
        file(builder, "one", b"1");
        file(builder, "two", b"2");
        file(builder, "three", b"3");
    });
    bytes[1024 + 20] = b'!';
    let found = unfold("a.tar", &bytes);
    assert_eq!(found.contents(), [("a.tar!/one", b"1".as_slice()), ("a.tar!/three", b"3")]);
    assert_eq!(found.problems(), [("a.tar", Category::Corrupt)]);
}

#[test]
fn appended_archives_are_read_to_the_end() {
    let bytes = [archive(|builder| file(builder, "one", b"1")), archive(|builder| file(builder, "two", b"2"))].concat();
    assert_eq!(unfold("a.tar", &bytes).contents(), [("a.tar!/one", b"1".as_slice()), ("a.tar!/two", b"2")]);
}

#[test]
fn what_is_behind_the_end_is_an_item_of_its_own() {
    let bytes = [archive(|builder| file(builder, "one", b"1")), b"hidden".to_vec()].concat();
    assert_eq!(unfold("a.tar", &bytes).contents(), [("a.tar!/one", b"1".as_slice()), ("a.tar#trailing", b"hidden")]);
}

#[test]
fn every_cut_reads_what_was_there_and_tells() {
    let bytes = archive(|builder| {
        file(builder, "one", &[b'1'; 600]);
        file(builder, "two", b"2");
    });
    for cut in 512..512 + 1024 + 512 + 512 {
        let found = unfold("a.tar", &bytes[..cut]);
        let categories: Vec<_> = found.problems().into_iter().map(|(_, category)| category).collect();
        assert_eq!(categories, [Category::Truncated], "cut at {cut}");
        let (path, content) = found.contents()[0];
        assert_eq!((path, content.len()), ("a.tar!/one", (cut - 512).min(600)), "cut at {cut}");
    }
}

#[test]
fn a_sparse_member_gets_its_zeros_back() {
    let want = [b"ab".as_slice(), &[0; 98], b"cd", &[0; 900]].concat();
    let old = entry(b'S', "s", 4, b"abcd", |header| {
        let gnu: &mut GnuHeader = header.as_gnu_mut().expect("GNU");
        gnu.set_real_size(1002);
        for (piece, offset) in gnu.sparse.iter_mut().zip([0, 100]) {
            piece.set_offset(offset);
            piece.set_length(2);
        }
    });
    let pax = |records: &[&str], body: &[u8]| {
        let records: String = records.iter().map(|record| format!("{} {record}\n", record.len() + 4)).collect();
        let mut bytes = entry(b'x', "pax", records.len() as u64, records.as_bytes(), |_| {});
        bytes.extend(entry(b'0', "s", body.len() as u64, body, |_| {}));
        bytes
    };
    let map = "GNU.sparse.map=0,2,100,2";
    let one = pax(&["GNU.sparse.size=1002", "GNU.sparse.numblocks=2", map], b"abcd");
    let mut body = b"2\n0\n2\n100\n2\n".to_vec();
    body.resize(512, 0);
    body.extend(b"abcd");
    let two = pax(&["GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name=s", "GNU.sparse.realsize=1002"], &body);
    for mut bytes in [old, one, two] {
        bytes.extend(entry(b'0', "after", 1, b"x", |_| {}));
        bytes.extend(END);
        let found = unfold("a.tar", &bytes);
        assert_eq!(found.contents(), [("a.tar!/s", want.as_slice()), ("a.tar!/after", b"x")]);
        assert_eq!(found.problems(), [], "text with holes is text");
    }
}

#[test]
fn a_name_of_gigabytes_is_refused() {
    let mut bytes = entry(b'L', "long", 8 << 30, b"", |_| {});
    bytes.extend([b'a'; 2048]);
    let found = unfold("a.tar", &bytes);
    assert_eq!(found.problems()[0], ("a.tar", Category::Limit));
}
