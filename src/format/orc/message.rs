//! The messages that describe a file (Protocol Buffers, `orc_proto.proto`), as far as rows need them.

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field<'b> {
    Number(u64),
    Bytes(&'b [u8]),
}

/// The fields of a message in their order; nothing after the first damage.
struct Fields<'b> {
    rest: &'b [u8],
}

impl<'b> Iterator for Fields<'b> {
    type Item = (u64, Field<'b>);

    fn next(&mut self) -> Option<(u64, Field<'b>)> {
        let head = number(&mut self.rest)?;
        let field = match head & 7 {
            0 => Field::Number(number(&mut self.rest)?),
            1 => Field::Bytes(take(&mut self.rest, 8)?),
            2 => {
                let length = number(&mut self.rest)?;
                Field::Bytes(take(&mut self.rest, usize::try_from(length).ok()?)?)
            }
            5 => Field::Bytes(take(&mut self.rest, 4)?),
            _ => return None,
        };
        Some((head >> 3, field))
    }
}

fn take<'b>(rest: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for place in 0..10 {
        let byte = take(rest, 1)?[0];
        number |= u64::from(byte & 0x7f).checked_shl(7 * place).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// The last bytes of a file: how long what stands before them is, and how it is packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PostScript {
    pub footer: u64,
    pub codec: u64,
    pub block: u64,
}

impl PostScript {
    pub(super) fn of(bytes: &[u8]) -> PostScript {
        let mut found = PostScript::default();
        for field in (Fields { rest: bytes }) {
            match field {
                (1, Field::Number(length)) => found.footer = length,
                (2, Field::Number(codec)) => found.codec = codec,
                (3, Field::Number(block)) => found.block = block,
                _ => {}
            }
        }
        found
    }
}

/// What the file holds.
#[derive(Debug, Default)]
pub(super) struct Footer {
    pub stripes: Vec<Stripe>,
    pub types: Vec<Type>,
    pub rows: u64,
    pub encrypted: bool,
}

/// Rows that lie together. The streams of their columns stand in the order of the stripe's own footer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stripe {
    pub offset: u64,
    pub index: u64,
    pub data: u64,
    pub footer: u64,
    pub rows: u64,
}

/// The type of a column; types within it follow it and are told by their numbers.
#[derive(Debug, Default)]
pub(super) struct Type {
    pub kind: u64,
    pub inner: Vec<usize>,
    pub names: Vec<String>,
}

impl Footer {
    pub(super) fn of(bytes: &[u8]) -> Footer {
        let mut found = Footer::default();
        for field in (Fields { rest: bytes }) {
            match field {
                (3, Field::Bytes(stripe)) => found.stripes.push(Stripe::of(stripe)),
                (4, Field::Bytes(kind)) => found.types.push(Type::of(kind)),
                (6, Field::Number(rows)) => found.rows = rows,
                (10, Field::Bytes(_)) => found.encrypted = true,
                _ => {}
            }
        }
        found
    }
}

impl Stripe {
    fn of(bytes: &[u8]) -> Stripe {
        let mut found = Stripe::default();
        for (name, field) in (Fields { rest: bytes }) {
            let Field::Number(value) = field else { continue };
            match name {
                1 => found.offset = value,
                2 => found.index = value,
                3 => found.data = value,
                4 => found.footer = value,
                5 => found.rows = value,
                _ => {}
            }
        }
        found
    }
}

impl Type {
    fn of(bytes: &[u8]) -> Type {
        let mut found = Type::default();
        for field in (Fields { rest: bytes }) {
            match field {
                (1, Field::Number(kind)) => found.kind = kind,
                (2, Field::Number(inner)) => found.inner.extend(usize::try_from(inner)),
                (2, Field::Bytes(mut packed)) => {
                    while let Some(inner) = number(&mut packed) {
                        found.inner.extend(usize::try_from(inner));
                    }
                }
                (3, Field::Bytes(name)) => found.names.push(String::from_utf8_lossy(name).into_owned()),
                _ => {}
            }
        }
        found
    }
}

/// Where the streams of a stripe are, and how their columns are written.
#[derive(Debug, Default)]
pub(super) struct Directory {
    pub streams: Vec<Stream>,
    pub encodings: Vec<Encoding>,
    /// The time zone of whoever wrote it, in which its moments are.
    pub zone: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stream {
    pub kind: u64,
    pub column: u64,
    pub length: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Encoding {
    pub kind: u64,
    /// Words of the column's dictionary.
    pub words: u64,
}

impl Directory {
    pub(super) fn of(bytes: &[u8]) -> Directory {
        let mut found = Directory::default();
        let numbers = |bytes, into: &mut [u64]| {
            for (name, field) in (Fields { rest: bytes }) {
                if let (Field::Number(value), Some(place)) =
                    (field, usize::try_from(name).ok().and_then(|name| into.get_mut(name.checked_sub(1)?)))
                {
                    *place = value;
                }
            }
        };
        for field in (Fields { rest: bytes }) {
            match field {
                (1, Field::Bytes(stream)) => {
                    let mut held = [0; 3];
                    numbers(stream, &mut held);
                    let [kind, column, length] = held;
                    found.streams.push(Stream { kind, column, length });
                }
                (2, Field::Bytes(encoding)) => {
                    let mut held = [0; 2];
                    numbers(encoding, &mut held);
                    let [kind, words] = held;
                    found.encodings.push(Encoding { kind, words });
                }
                (3, Field::Bytes(zone)) => found.zone = String::from_utf8_lossy(zone).into_owned(),
                _ => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_until_they_are_damaged() {
        assert_eq!(
            PostScript::of(&[0x08, 0x85, 0x01, 0x10, 0x01, 0x18, 0x80, 0x80, 0x10]),
            PostScript { footer: 133, codec: 1, block: 262_144 }
        );
        assert_eq!(PostScript::of(&[0x08, 0x05, 0x10, 0x80]), PostScript { footer: 5, ..PostScript::default() });
        let footer = Footer::of(&[
            0x1a, 0x04, 0x08, 0x03, 0x28, 0x02, 0x22, 0x0a, 0x08, 0x0c, 0x12, 0x02, 0x01, 0x02, 0x1a, 0x02, b'i', b'd', 0x30, 0x02,
        ]);
        assert_eq!(footer.stripes, [Stripe { offset: 3, rows: 2, ..Stripe::default() }]);
        assert_eq!(
            (footer.types[0].kind, &footer.types[0].inner[..], &footer.types[0].names[..]),
            (12, &[1, 2][..], &["id".to_owned()][..])
        );
        assert_eq!(footer.rows, 2);
        let directory = Directory::of(&[
            0x0a, 0x06, 0x08, 0x01, 0x10, 0x02, 0x18, 0x09, 0x12, 0x04, 0x08, 0x03, 0x10, 0x07, 0x1a, 0x03, b'U', b'T', b'C',
        ]);
        assert_eq!(directory.streams, [Stream { kind: 1, column: 2, length: 9 }]);
        assert_eq!(directory.encodings, [Encoding { kind: 3, words: 7 }]);
        assert_eq!(directory.zone, "UTC");
    }
}
