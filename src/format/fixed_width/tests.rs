//! Records made here, read with layouts as users write them.

use super::*;
use crate::format::testing::{Collected, read};

fn read_with(layout: &str, bytes: &[u8]) -> Collected {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let file = folder.path().join("layout.toml");
    std::fs::write(&file, layout).expect("written");
    let layout = Layouts::read(&file).expect("a layout").of("a.dat");
    let sink = || Collected { layout: layout.clone(), ..Collected::default() };
    let (mut whole, mut stream) = (sink(), sink());
    FixedWidth.read(Input::Whole(bytes), &mut whole);
    let mut reader = bytes;
    FixedWidth.read(Input::Stream(&mut reader), &mut stream);
    assert_eq!(whole.tables, stream.tables);
    whole
}

const PAYROLL: &str = "
[[layout]]
name = 'payroll'
files = ['*.dat']
encoding = 'cp037'
record_length = 22
field = [
  { name = 'ssn', start = 1, length = 9 },
  { name = 'name', start = 10, length = 6 },
  { name = 'salary', start = 16, length = 3, type = 'packed', decimals = 2 },
  { name = 'days', start = 19, length = 2, type = 'binary' },
  { name = 'bonus', start = 21, length = 2, type = 'zoned' },
]";

/// Ninety-nine and more records of a mainframe: number, name, packed, binary and zoned numbers.
fn record(number: u32) -> Vec<u8> {
    let digits: Vec<u8> = format!("{:09}", 912_214_411 + number).bytes().map(|byte| byte + 0xC0).collect();
    [digits.as_slice(), b"\xC1\x95\x95\x40\x40\x40", b"\x12\x34\x5D", b"\xFF\xFE", b"\xF4\xD2"].concat()
}

#[test]
fn records_of_mainframes_are_rows() {
    let bytes: Vec<u8> = (0..9000).flat_map(record).collect();
    let found = read_with(PAYROLL, &bytes);
    let table = found.table("payroll");
    assert_eq!(table.header(), "ssn|name|salary|days|bonus");
    assert_eq!((table.rows.len(), table.lines()[8999].as_str()), (9000, "912223410|Ann|-123.45|-2|-42"));
    assert_eq!(found.categories(), []);
}

#[test]
fn a_record_cut_off_and_a_wrong_layout_are_told() {
    let found = read_with(PAYROLL, &[record(0), record(1)[..10].to_vec()].concat());
    assert_eq!((found.table("payroll").rows.len(), found.categories()), (1, vec![Category::Truncated]));
    let shifted = [b"\xC1", record(0).as_slice(), &record(1)[..21]].concat();
    assert_eq!(read_with(PAYROLL, &shifted).categories(), [Category::Corrupt]);
}

#[test]
fn lines_may_be_short_and_numbers_of_any_sign() {
    let layout = "[[layout]]\nfiles = ['a.dat']\nfield = [{ name = 'a', start = 1, length = 3 }, { name = 'b', start = 4, length = 3, type = 'zoned', decimals = 1 }]";
    let found = read_with(layout, "Zoë12C\r\nx  00}\nabc\n\n  y 7p".replace('ë', "e").as_bytes());
    assert_eq!(found.tables[0].lines(), ["Zoe|12.3", "x|-0.0", "abc|~", "y|-7.0"]);
    assert_eq!(found.categories(), []);
}

#[test]
fn without_a_layout_bytes_are_searched() {
    assert_eq!(read(&FixedWidth, b"jane.doe@example.org, 555-0100").texts.len(), 1);
}
