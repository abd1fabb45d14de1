//! Archives made by the `zip` crate, and by hand where it cannot make them.

use super::super::unfold::{unfold, unfold_stream};
use crate::base::Category;
use std::io::{Cursor, Write};
use zip::{AesMode, CompressionMethod, ZipWriter, write::SimpleFileOptions};

fn archive(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).expect("memory");
        writer.write_all(content).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

/// A member with its own header: stored, or with checksum and sizes behind it.
fn local(name: &str, content: &[u8], open: bool) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(content);
    let sizes = [crc.sum().to_le_bytes(), (content.len() as u32).to_le_bytes(), (content.len() as u32).to_le_bytes()].concat();
    let mut bytes = b"PK\x03\x04\x14\0".to_vec();
    bytes.extend([if open { 8 } else { 0 }, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(if open { vec![0; 12] } else { sizes.clone() });
    bytes.extend([name.len() as u8, 0, 0, 0]);
    bytes.extend(name.bytes());
    bytes.extend(content);
    if open {
        bytes.extend(b"PK\x07\x08");
        bytes.extend(sizes);
    }
    bytes
}

/// An entry of the list for a member made by [`local`] at this offset.
fn listed(name: &str, content: &[u8], offset: u32) -> Vec<u8> {
    let local = local(name, content, false);
    let mut bytes = b"PK\x01\x02\x14\0".to_vec();
    bytes.extend(&local[4..30]);
    bytes.extend([0; 10]);
    bytes.extend(offset.to_le_bytes());
    bytes.extend(name.bytes());
    bytes
}

fn with_list(members: &[u8], list: &[Vec<u8>]) -> Vec<u8> {
    let entries = list.concat();
    let count = (list.len() as u16).to_le_bytes();
    let mut bytes = [members, &entries, b"PK\x05\x06\0\0\0\0", &count, &count].concat();
    bytes.extend((entries.len() as u32).to_le_bytes());
    bytes.extend((members.len() as u32).to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

#[test]
fn every_method_gives_the_content() {
    use CompressionMethod as Method;
    let text = b"a little text ".repeat(200);
    for method in [Method::Stored, Method::Deflated, Method::Bzip2, Method::Zstd, Method::Xz] {
        let found = unfold("a.zip", &archive(&[("d/one.txt", &text), ("two", b"")], method));
        assert_eq!(found.contents(), [("a.zip!/d/one.txt", text.as_slice()), ("a.zip!/two", b"")], "{method}");
        assert_eq!(found.problems(), [], "{method}");
    }
}

#[test]
fn lzma_members_are_read() {
    let text = b"a little text ".repeat(20);
    let options = lzma_rust2::LzmaOptions::with_preset(1);
    let mut writer = lzma_rust2::LzmaWriter::new_no_header(Vec::new(), &options, true).expect("valid options");
    writer.write_all(&text).expect("memory");
    let mut packed = vec![9, 20, 5, 0, options.get_props()];
    packed.extend(options.dict_size.to_le_bytes());
    packed.extend(writer.finish().expect("memory"));
    let mut bytes = local("one", &packed, false);
    bytes[6] = 2;
    bytes[8] = 14;
    let mut crc = flate2::Crc::new();
    crc.update(&text);
    bytes[14..18].copy_from_slice(&crc.sum().to_le_bytes());
    bytes.extend(local("two", b"2", false));
    assert_eq!(unfold("a.zip", &bytes).contents(), [("a.zip!/one", text.as_slice()), ("a.zip!/two", b"2")]);
    bytes[30 + 3 + 8] = 0xF0;
    assert_eq!(unfold("a.zip", &bytes).problems()[0], ("a.zip!/one", Category::Limit));
}

#[test]
fn encrypted_members_are_told_and_others_read() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let aes = SimpleFileOptions::default().with_aes_encryption(AesMode::Aes256, "correct horse");
    writer.start_file("secret", aes).expect("memory");
    writer.write_all(b"hidden").expect("memory");
    writer.start_file("open", SimpleFileOptions::default()).expect("memory");
    writer.write_all(b"seen").expect("memory");
    writer.add_directory("empty", SimpleFileOptions::default()).expect("memory");
    writer.add_symlink("link", "target", SimpleFileOptions::default()).expect("memory");
    let found = unfold("a.zip", &writer.finish().expect("memory").into_inner());
    assert_eq!(found.contents(), [("a.zip!/open", b"seen".as_slice()), ("a.zip!/link", b"target")]);
    assert_eq!(found.problems(), [("a.zip!/secret", Category::Encrypted)]);
}

#[test]
fn one_name_twice_is_two_members_and_names_are_only_names() {
    let members = [local("../x", b"1", false), local("../x", b"2", false)].concat();
    let second = local("../x", b"1", false).len() as u32;
    let found = unfold("a.zip", &with_list(&members, &[listed("../x", b"1", 0), listed("../x", b"2", second)]));
    assert_eq!(found.contents(), [("a.zip!/../x", b"1".as_slice()), ("a.zip!/../x", b"2")]);
    assert_eq!(found.problems(), []);
}

#[test]
fn members_hidden_from_the_list_are_read() {
    let hidden = local("hidden", b"h", false);
    let members = [hidden.clone(), local("shown", b"s", false)].concat();
    let found = unfold("a.zip", &with_list(&members, &[listed("shown", b"s", hidden.len() as u32)]));
    assert_eq!(found.contents(), [("a.zip!/hidden", b"h".as_slice()), ("a.zip!/shown", b"s")]);
    assert_eq!(found.problems(), []);
}

#[test]
fn an_archive_may_stand_behind_something_else() {
    let script = b"#!/bin/sh\nexit\n";
    let found = unfold("a", &[script.as_slice(), &with_list(&local("one", b"1", false), &[listed("one", b"1", 0)])].concat());
    assert_eq!(found.contents(), [("a#leading", script.as_slice()), ("a!/one", b"1")]);
    assert_eq!(found.problems(), []);
}

#[test]
fn members_that_share_bytes_are_a_bomb() {
    let one = local("one", b"1", false);
    let list: Vec<_> = (0..30).map(|_| listed("one", b"1", 0)).collect();
    let found = unfold("a.zip", &with_list(&one, &list));
    assert_eq!(found.contents(), [("a.zip!/one", b"1".as_slice())]);
    assert_eq!(found.problems().len(), 21);
    assert!(found.problems().iter().all(|problem| problem.1 == Category::Limit));
}

#[test]
fn without_the_list_members_are_found_by_their_headers() {
    let bytes = [local("one", b"1", false), local("two", b"22", true), local("three", b"333", false)].concat();
    let found = unfold("a.zip", &bytes);
    assert_eq!(found.contents(), [("a.zip!/one", b"1".as_slice()), ("a.zip!/two", b"22"), ("a.zip!/three", b"333")]);
    assert_eq!(found.problems(), [("a.zip", Category::Truncated)]);
}

#[test]
fn an_archive_too_large_to_hold_is_read_front_to_back() {
    let text = b"text ".repeat(100);
    let bytes = archive(&[("one", &text), ("two", b"2")], CompressionMethod::Deflated);
    let mut open = ZipWriter::new_stream(Vec::new());
    for (name, content) in [("one", text.as_slice()), ("two", b"2")] {
        open.start_file(name, SimpleFileOptions::default()).expect("memory");
        open.write_all(content).expect("memory");
    }
    for bytes in [bytes, open.finish().expect("memory").into_inner()] {
        let found = unfold_stream("a.zip", &bytes, 10);
        assert_eq!(found.contents(), [("a.zip!/one", text.as_slice()), ("a.zip!/two", b"2")]);
        assert_eq!(found.problems(), []);
    }
}

#[test]
fn every_cut_reads_what_was_there_and_tells() {
    let bytes = archive(&[("one", &b"text ".repeat(30)), ("two", b"2")], CompressionMethod::Deflated);
    for cut in 33..bytes.len() {
        let found = unfold("a.zip", &bytes[..cut]);
        let told: Vec<_> = found.problems().into_iter().map(|(_, category)| category).collect();
        assert_eq!(told, [Category::Truncated], "cut at {cut}");
        let (path, content) = found.contents()[0];
        assert!(path == "a.zip!/one" && b"text ".repeat(30).starts_with(content), "cut at {cut}");
    }
}

#[test]
fn a_wrong_checksum_is_told() {
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let mut bytes = archive(&[("one", b"text")], method);
        let at = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").expect("the list");
        bytes[at + 16] ^= 1;
        let found = unfold("a.zip", &bytes);
        assert_eq!(found.contents(), [("a.zip!/one", b"text".as_slice())], "{method}");
        assert_eq!(found.problems(), [("a.zip!/one", Category::Corrupt)], "{method}");
    }
}

#[test]
fn containers_nest() {
    let inner = archive(&[("deep.txt", b"deep")], CompressionMethod::Deflated);
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let mut header = tar::Header::new_gnu();
    header.set_size(inner.len() as u64);
    tar.append_data(&mut header, "inner.zip", inner.as_slice()).expect("memory");
    let tar = tar.into_inner().and_then(|encoder| encoder.finish()).expect("memory");
    let found = unfold("a.zip", &archive(&[("b.tar.gz", &tar)], CompressionMethod::Deflated));
    assert_eq!(found.contents(), [("a.zip!/b.tar.gz!/!/inner.zip!/deep.txt", b"deep".as_slice())]);
    assert_eq!(found.problems(), []);
}
