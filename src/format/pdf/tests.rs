//! Documents made here, as small as each point allows.

use super::Pdf;
use crate::{
    base::Category,
    format::unfold::{Found, read_with, unfold},
};

/// A document of these objects, numbered from 1; the first is the catalog.
fn document(objects: &[&str]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        offsets.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).bytes());
    }
    let table = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    offsets.iter().for_each(|offset| bytes.extend(format!("{offset:010} 00000 n \n").bytes()));
    bytes.extend(format!("trailer\n<</Size {}/Root 1 0 R/Info 4 0 R>>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1).bytes());
    bytes
}

fn stream(dictionary: &str, content: &str) -> String {
    format!("<</Length {} {dictionary}>>\nstream\n{content}\nendstream", content.len())
}

/// A document of one page, with two fonts: F1 plain, F2 with a map for its two-byte codes.
fn page(content: &str, more: &[&str]) -> Vec<u8> {
    let content = stream("", content);
    let map = stream("", "1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0001> <0003> <0061> endbfrange");
    let form = stream("/Type/XObject/Subtype/Form", "BT /F1 10 Tf 300 700 Td (in form) Tj ET /X1 Do");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[9 0 R]>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1/Resources<</Font<</F1 5 0 R/F2 6 0 R>>/XObject<</X1 8 0 R>>>>>>",
        "<</Type/Page/Parent 2 0 R/Contents 10 0 R/Annots[11 0 R]>>",
        "<</Author(Jane Doe)/Producer(x)>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</BaseEncoding/WinAnsiEncoding/Differences[1/eacute/uni0041/g9]>>>>",
        "<</Type/Font/Subtype/Type0/Encoding/Identity-H/ToUnicode 7 0 R/DescendantFonts[<</DW 500>>]>>",
        &map,
        &form,
        "<</T(Name)/V(Ann Poe)/Kids[<</T(SSN)/V(none)>>]>>",
        &content,
        "<</Subtype/Link/A<</URI(mailto:a@example.org)>>>>",
    ];
    document(&[&objects[..], more].concat())
}

fn texts(found: &Found) -> String {
    found.texts.iter().filter(|text| text.place == (1, 1)).map(|text| text.text.as_str()).collect()
}

#[test]
fn lines_and_gaps_are_told_by_position() {
    for (content, want) in [
        ("BT /F1 12 Tf 72 700 Td (Jane) Tj 0 -14 Td (Doe) Tj ET", "Jane\nDoe"),
        ("BT /F1 12 Tf 72 700 Td (Jane) Tj 0 -40 Td (Doe) Tj ET", "Jane\n\nDoe"),
        ("BT /F1 12 Tf 1 0 0 1 72 700 Tm (Jane) Tj 1 0 0 1 200 700 Tm (555-0100) Tj ET", "Jane\t555-0100"),
        ("BT /F1 12 Tf 72 700 Td [(Ja)20(ne)-300(Doe)] TJ ET", "Jane Doe"),
        ("BT /F1 12 Tf 14 TL 72 700 Td (a) ' (b) ' T* (c) Tj ET", "a\nb\nc"),
        ("BT /F1 1 Tf 12 0 0 12 72 700 Tm (a) Tj 0 -1.2 TD (b) Tj ET", "a\nb"),
        ("q 0 1 -1 0 0 0 cm BT /F1 12 Tf 72 700 Td (up) Tj 18 0 Td (on) Tj ET Q", "up on"),
        ("BT /F1 12 Tf 72 700 Td (caf\\001 \\002\\003\\200) Tj ET", "café A€"),
        ("BT /F2 12 Tf 72 700 Td <000100020003> Tj ET", "abc"),
        ("/X1 Do", "in form"),
        ("BI /W 1 ID \x01(EI x EI BT /F1 9 Tf (y) Tj ET", "y"),
    ] {
        let found = unfold("a.pdf", &page(content, &[]));
        assert_eq!(texts(&found).replace("\na@example.org\n", ""), want, "{content}");
    }
}

#[test]
fn fields_properties_links_and_files_are_read() {
    let file = stream("/Type/EmbeddedFile", "id,name\n1,Ann\n2,Bob\n");
    let specification = "<</Type/Filespec/UF(list.csv)/EF<</F 12 0 R>>>>";
    let found = unfold("a.pdf", &page("BT /F1 9 Tf (x) Tj ET", &[&file, specification]));
    let all: String = found.texts.iter().map(|text| text.text.as_str()).collect();
    for line in ["x\na@example.org\n", "Author: Jane Doe\n", "Name: Ann Poe\nSSN: none\n"] {
        assert!(all.contains(line), "{line} in {all}");
    }
    assert!(!all.contains("Producer"));
    assert_eq!(found.contents(), [("a.pdf#list.csv", b"id,name\n1,Ann\n2,Bob\n".as_slice())]);
    assert_eq!(found.problems(), []);
}

#[test]
fn pages_nobody_can_read_are_told() {
    let picture = document(&[
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/Contents 5 0 R>>",
        "<<>>",
        &stream("", "BI /W 1 ID xx EI"),
    ]);
    assert_eq!(unfold("a.pdf", &picture).problems(), [("a.pdf", Category::ImageOnly)]);
}

#[test]
fn a_lost_table_of_objects_is_no_loss() {
    let bytes = page("BT /F1 9 Tf (Jane) Tj ET", &[]);
    let table = bytes.windows(4).position(|window| window == b"xref").expect("a table");
    let mut wrong = bytes.clone();
    wrong[table + 20..table + 30].copy_from_slice(b"9999999999");
    wrong.truncate(bytes.len() - 10);
    assert!(texts(&unfold("a.pdf", &wrong)).starts_with("Jane"));
}

#[test]
fn loops_and_damage_end() {
    let looped = document(&[
        "<</Type/Catalog/Pages 2 0 R/Outlines 4 0 R/AcroForm<</Fields[5 0 R]>>>>",
        "<</Type/Pages/Kids[3 0 R 2 0 R]/Count 9/Parent 2 0 R>>",
        "<</Type/Page/Parent 2 0 R>>",
        "<</Title(t)/Next 4 0 R/First 4 0 R>>",
        "<</T(f)/V(v)/Kids[5 0 R 5 0 R]>>",
    ]);
    let found = unfold("a.pdf", &looped);
    assert!(found.texts.iter().any(|text| text.text.contains("f: v\nt\n")));
    assert_eq!(found.problems(), [("a.pdf", Category::Limit)]);
    assert_eq!(unfold("a.pdf", &page("/X1 Do", &[])).problems(), [("a.pdf", Category::Limit)], "a form that draws itself");
    let bytes = page("BT /F1 9 Tf [(a) 1 (b)] TJ ET q q Q Q Q /X1 Do", &[]);
    for at in (9..bytes.len()).step_by(11) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x11;
        read_with(&Pdf, &flipped);
        read_with(&Pdf, &bytes[..at]);
    }
}
