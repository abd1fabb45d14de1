//! A Parquet footer whose writer gave fields a type the standard does not: Dremio 3 wrote the statistics of encodings a second
//! time where the length of a Bloom filter stands now. Such fields are left out; all others are copied as they are.
//!
//! <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>,
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>

/// Structures and lists within each other.
const DEPTH: u32 = 32;

/// The footer without fields of a foreign type in the descriptions of columns; `None` when it is no footer at all.
pub(super) fn without_foreign_fields(footer: &[u8]) -> Option<Vec<u8>> {
    let mut copy = Copy { from: footer, made: Vec::with_capacity(footer.len()) };
    copy.fields(Place::File, DEPTH)?;
    Some(copy.made)
}

/// The structure that is copied, as far as it matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    File,
    RowGroup,
    Chunk,
    Column,
    Elsewhere,
}

impl Place {
    /// What the field of this number holds.
    const fn field(self, number: i16) -> Place {
        match (self, number) {
            (Place::File, 4) => Place::RowGroup,
            (Place::RowGroup, 1) => Place::Chunk,
            (Place::Chunk, 3) => Place::Column,
            _ => Place::Elsewhere,
        }
    }

    /// Whether the field has another type than the standard's: of the optional ones that came late.
    fn is_foreign(self, number: i16, kind: u8) -> bool {
        let standard = match number {
            14 => I64,
            15 => I32,
            16 | 17 => STRUCT,
            _ => return false,
        };
        self == Place::Column && kind != standard
    }
}

const BYTE: u8 = 3;
const I16: u8 = 4;
const I32: u8 = 5;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;
const UUID: u8 = 13;

/// Thrift's compact protocol, copied value by value.
struct Copy<'b> {
    from: &'b [u8],
    made: Vec<u8>,
}

impl Copy<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.from.split_first()?;
        self.from = rest;
        Some(*byte)
    }

    fn bytes(&mut self, count: usize) -> Option<()> {
        let (bytes, rest) = self.from.split_at_checked(count)?;
        self.made.extend_from_slice(bytes);
        self.from = rest;
        Some(())
    }

    /// A number of at most ten bytes, which is copied too when it is asked for.
    fn number(&mut self, copied: bool) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            if copied {
                self.made.push(byte);
            }
            number |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn fields(&mut self, place: Place, depth: u32) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let (mut last, mut kept) = (0_i16, 0_i16);
        loop {
            let head = self.byte()?;
            if head == 0 {
                self.made.push(0);
                return Some(());
            }
            let kind = head & 15;
            let number = match head >> 4 {
                0 => unzigzag(self.number(false)?)?,
                step => last.checked_add(i16::from(step))?,
            };
            last = number;
            let before = self.made.len();
            match number.checked_sub(kept)? {
                step @ 1..=15 => self.made.push((step as u8) << 4 | kind),
                _ => {
                    self.made.push(kind);
                    push_number(&mut self.made, zigzag(number));
                }
            }
            // Truth is told by the type of a field.
            if !matches!(kind, 1 | 2) {
                self.value(kind, place.field(number), depth)?;
            }
            if place.is_foreign(number, kind) {
                self.made.truncate(before);
            } else {
                kept = number;
            }
        }
    }

    fn value(&mut self, kind: u8, place: Place, depth: u32) -> Option<()> {
        match kind {
            1..=BYTE => self.bytes(1),
            I16 | I32 | I64 => self.number(true).map(|_| ()),
            DOUBLE => self.bytes(8),
            UUID => self.bytes(16),
            BINARY => {
                let length = self.number(true)?;
                self.bytes(usize::try_from(length).ok()?)
            }
            LIST | SET => {
                let head = self.byte()?;
                self.made.push(head);
                let count = if head >> 4 == 15 { self.number(true)? } else { u64::from(head >> 4) };
                self.values(count, &[head & 15], place, depth)
            }
            MAP => {
                let count = self.number(true)?;
                if count == 0 {
                    return Some(());
                }
                let kinds = self.byte()?;
                self.made.push(kinds);
                self.values(count, &[kinds >> 4, kinds & 15], Place::Elsewhere, depth)
            }
            STRUCT => self.fields(place, depth),
            _ => None,
        }
    }

    fn values(&mut self, count: u64, kinds: &[u8], place: Place, depth: u32) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        // Each is of a byte at least, so the bytes there are bound the count.
        for _ in 0..count {
            for kind in kinds {
                self.value(*kind, place, depth)?;
            }
        }
        Some(())
    }
}

const fn zigzag(number: i16) -> u64 {
    ((number << 1) ^ (number >> 15)) as u16 as u64
}

fn unzigzag(number: u64) -> Option<i16> {
    let number = u16::try_from(number).ok()?;
    Some((number >> 1) as i16 ^ -((number & 1) as i16))
}

fn push_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_footer_is_copied_byte_for_byte() {
        // A structure of: i32, list of binary, a field far away, a map, truth, a structure.
        let sound: &[u8] = &[
            0x15, 0x02, 0x19, 0x28, 0x01, b'a', 0x02, b'b', b'c', 0x06, 0x80, 0x02, 0x2a, 0x1b, 0x01, 0x85, 0x01, b'k', 0x06, 0x11, 0x1c,
            0x16, 0x80, 0x01, 0x00, 0x17, 0, 0, 0, 0, 0, 0, 0, 1, 0x00,
        ];
        assert_eq!(without_foreign_fields(sound).as_deref(), Some(sound));
        for end in 0..sound.len() {
            assert_eq!(without_foreign_fields(&sound[..end]), None, "cut at {end}");
        }
    }

    #[test]
    fn a_list_where_a_length_belongs_is_left_out() {
        // Row groups of columns of one description: type, then field 15 as a list, then field 16 as a structure.
        let column = |late: &[u8]| -> Vec<u8> {
            let description = [&[0x15, 0x02][..], late, &[0x00]].concat();
            [&[0x49, 0x1c, 0x19, 0x1c, 0x3c][..], &description, &[0x00, 0x00, 0x00]].concat()
        };
        let foreign = column(&[0xe9, 0x1c, 0x15, 0x00, 0x00, 0x1c, 0x00]);
        assert_eq!(without_foreign_fields(&foreign), Some(column(&[0xfc, 0x00])));
        let sound = column(&[0xe5, 0x04, 0x1c, 0x00]);
        assert_eq!(without_foreign_fields(&sound), Some(sound));
    }

    #[test]
    fn structures_without_end_end() {
        assert_eq!(without_foreign_fields(&[0x1c; 10_000]), None);
        assert_eq!(without_foreign_fields(&[0x19, 0xfb, 0xff, 0xff, 0xff, 0xff, 0x0f]), None);
    }

    #[test]
    fn numbers_of_fields_keep_their_sign() {
        for number in [0, 1, -1, i16::MAX, i16::MIN] {
            assert_eq!(unzigzag(zigzag(number)), Some(number));
        }
    }
}
