//! A small store made here, with one folder, one mail with an attachment, and one contact.

use super::*;
use crate::format::{hostile::survives, unfold::unfold};

/// A store in the making: blocks behind each other, then one page for each tree.
struct Maker {
    bytes: Vec<u8>,
    blocks: Vec<(u64, u64, usize)>,
    nodes: Vec<(u32, u64, u64, u32)>,
    next: u64,
}

impl Maker {
    fn new() -> Maker {
        Maker { bytes: vec![0; 1024], blocks: Vec::new(), nodes: Vec::new(), next: 4 }
    }

    /// Adds a block of data, scrambled, or a list.
    fn block(&mut self, bytes: &[u8], is_list: bool) -> u64 {
        let number = self.next | if is_list { 2 } else { 0 };
        self.next += 4;
        let mut bytes = bytes.to_vec();
        if !is_list {
            let mut table: Vec<u8> = (0..=255).collect();
            cipher::Cipher::Permute.undo(0, &mut table);
            bytes.iter_mut().for_each(|byte| *byte = table.iter().position(|held| held == byte).expect("one of all") as u8);
        }
        self.blocks.push((number, self.bytes.len() as u64, bytes.len()));
        self.bytes.extend(bytes);
        number
    }

    fn inner(&mut self, entries: &[(u32, u64, u64)]) -> u64 {
        let mut list = vec![2, 0, entries.len() as u8, 0, 0, 0, 0, 0];
        for (number, data, inner) in entries {
            list.extend(u64::from(*number).to_le_bytes());
            list.extend(data.to_le_bytes());
            list.extend(inner.to_le_bytes());
        }
        self.block(&list, true)
    }

    fn page(&mut self, entries: Vec<Vec<u8>>) -> u64 {
        let at = self.bytes.len() as u64;
        let (count, length) = (entries.len(), entries[0].len());
        let mut page = entries.concat();
        page.resize(512, 0);
        (page[488], page[489], page[490]) = (count as u8, count as u8, length as u8);
        self.bytes.extend(page);
        at
    }

    fn finish(mut self) -> Vec<u8> {
        let long = |numbers: &[u64]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
        let nodes = self.nodes.clone();
        let nodes = nodes.iter().map(|(number, data, inner, parent)| long(&[u64::from(*number), *data, *inner, u64::from(*parent)]));
        let nodes = self.page(nodes.collect());
        let blocks = self.blocks.iter().map(|(number, start, size)| long(&[*number, *start, *size as u64])).collect();
        let blocks = self.page(blocks);
        self.bytes[..4].copy_from_slice(MAGIC);
        self.bytes[8..12].copy_from_slice(b"SM\x17\0");
        self.bytes[224..232].copy_from_slice(&nodes.to_le_bytes());
        self.bytes[240..248].copy_from_slice(&blocks.to_le_bytes());
        self.bytes[513] = 1;
        self.bytes
    }
}

/// A heap of these values; the first one's handle is that of its owner.
fn heap(kind: u8, values: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 0xEC, kind, 0x20, 0, 0, 0, 0, 0, 0, 0];
    let mut ends = vec![bytes.len()];
    for value in values {
        bytes.extend(value);
        ends.push(bytes.len());
    }
    let map = bytes.len() as u16;
    bytes[..2].copy_from_slice(&map.to_le_bytes());
    bytes.extend((values.len() as u16).to_le_bytes());
    bytes.extend([0, 0]);
    bytes.extend(ends.iter().flat_map(|end| (*end as u16).to_le_bytes()));
    bytes
}

/// The handle of the value at this place of a heap, from 0.
fn handle(at: usize) -> [u8; 4] {
    ((at as u32 + 1) << 5).to_le_bytes()
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// An object with these properties; type 0 is a handle given as it is.
fn object(properties: &[(u16, u16, Vec<u8>)]) -> Vec<u8> {
    let mut values = vec![[vec![0xB5, 2, 6, 0], handle(1).to_vec()].concat(), Vec::new()];
    for (property, kind, value) in properties {
        let held = if *kind == 0 { value.clone() } else { handle(values.len()).to_vec() };
        values[1].extend([property.to_le_bytes(), if *kind == 0 { 0x102_u16 } else { *kind }.to_le_bytes()].concat());
        values[1].extend(held);
        if *kind != 0 {
            values.push(value.clone());
        }
    }
    heap(0xBC, &values)
}

fn recipients() -> Vec<u8> {
    let mut columns = Vec::new();
    for (at, property) in [0x3001_u16, 0x39FE].iter().enumerate() {
        columns.extend(0x1F_u16.to_le_bytes());
        columns.extend(property.to_le_bytes());
        columns.extend((at as u16 * 4).to_le_bytes());
        columns.extend([4, at as u8]);
    }
    let header = [vec![0x7C, 2, 8, 0, 8, 0, 8, 0, 9, 0, 0, 0, 0, 0], handle(1).to_vec(), vec![0; 4], columns].concat();
    let row = [handle(2).to_vec(), handle(3).to_vec(), vec![0xC0]].concat();
    heap(0x7C, &[header, row, wide("Ben Okafor"), wide("ben@example.org")])
}

fn store() -> Vec<u8> {
    let mut maker = Maker::new();
    let folder = maker.block(&object(&[(0x3001, 0x1F, wide("In/box"))]), false);
    let mail = object(&[
        (0x001A, 0x1F, wide("IPM.Note")),
        (0x0037, 0x1F, wide("\u{1}\u{5}Re: pay")),
        (0x0C1A, 0x1F, wide("Ann Lee")),
        (0x0C1F, 0x1F, wide("ann@example.com")),
        (0x0039, 0x40, (133_485_408_000_000_000_i64).to_le_bytes().to_vec()),
        (0x1000, 0x1F, wide("The files are attached.")),
    ]);
    let mail = maker.block(&mail, false);
    let people = maker.block(&recipients(), false);
    // The content of the attachment is in two blocks under a list.
    let parts = [maker.block(b"id,name\n1,Cy", false), maker.block(b" Dow\n2,Di Ek\n", false)];
    let list = [vec![1, 1, 2, 0, 0, 0, 0, 0], parts[0].to_le_bytes().to_vec(), parts[1].to_le_bytes().to_vec()].concat();
    let content = maker.block(&list, true);
    let attachment = object(&[(0x3707, 0x1F, wide("a/b.csv")), (0x3701, 0, 0x81F_u32.to_le_bytes().to_vec())]);
    let attachment = maker.block(&attachment, false);
    let inner = maker.inner(&[(0x81F, content, 0)]);
    let inner = maker.inner(&[(RECIPIENTS, people, 0), (0x8025, attachment, inner)]);
    let contact = object(&[
        (0x001A, 0x1F, wide("IPM.Contact")),
        (0x3001, 0x1F, wide("Eva Fry")),
        (0x3A06, 0x1F, wide("Eva")),
        (0x3A11, 0x1F, wide("Fry")),
        (0x3A1C, 0x1F, wide("+1 202 555 0100")),
        (0x8003, 0x1F, wide("eva@example.net")),
    ]);
    let contact = maker.block(&contact, false);
    maker.nodes = vec![(0x122, folder, 0, 0x122), (0x20_0024, mail, inner, 0x122), (0x20_0044, contact, 0, 0x122)];
    maker.finish()
}

#[test]
fn messages_are_mails_and_cards_with_their_attachments() {
    let found = unfold("a.pst", &store());
    assert_eq!(found.problems(), []);
    let items = found.items_below();
    let text = |name: &str| {
        let item =
            items.iter().find(|(path, _)| *path == format!("a.pst!/In_box/{name}")).unwrap_or_else(|| panic!("no {name}: {items:?}"));
        String::from_utf8_lossy(item.1).into_owned()
    };
    let mail = text("2097188.eml");
    for line in [
        "From: \"Ann Lee\" <ann@example.com>\r\n",
        "To: \"Ben Okafor\" <ben@example.org>\r\n",
        "Subject: Re: pay\r\n",
        "Date: Mon, 01 Jan 2024 00:00:00 +0000\r\n",
        "\r\n\r\nThe files are attached.",
    ] {
        assert!(mail.contains(line), "{line} in {mail}");
    }
    assert_eq!(text("2097188/a_b.csv"), "id,name\n1,Cy Dow\n2,Di Ek\n");
    let card = text("2097220.vcf");
    assert!(card.contains("N:Fry;Eva;;;\r\nFN:Eva Fry\r\nTEL;TYPE=cell:+1 202 555 0100\r\nEMAIL:eva@example.net\r\n"), "{card}");
}

#[test]
fn damage_is_survived_and_told() {
    let bytes = store();
    survives(&Pst, &bytes);
    let mut lost = bytes.clone();
    // The mail's block is said to be beyond the end.
    let at = bytes.len() - 512 + 24 + 8;
    lost[at..at + 8].copy_from_slice(&u64::MAX.to_le_bytes());
    assert_eq!(unfold("a.pst", &lost).problems(), [("a.pst", Category::Corrupt)]);
    let mut locked = bytes;
    locked[513] = 16;
    assert_eq!(unfold("a.pst", &locked).problems(), [("a.pst", Category::Encrypted)]);
}
