//! Avro object container files (specification 1.12): each object a record, unfolded as JSON is.
//!
//! The schema in the header is read here and its types are followed by number, so that schemas which
//! contain themselves need no tree. Blocks are unpacked one at a time.

use super::{
    Claim, Format, Head, Sink,
    blob::written,
    json::records::{Records, Value},
    packed::Source,
    read_problem,
};
use crate::source::{Budget, Input};
use jiff::{ToSpan, civil::Date};
use serde_json::Value as Json;
use std::{
    collections::HashMap,
    io::{self, BufRead, Read},
};

const MAGIC: &[u8] = b"Obj\x01";
/// Types within types, and values within values.
const DEPTH: usize = 64;
/// Types of one schema.
const TYPES: usize = 1 << 16;
/// The header with its schema.
const LONGEST_HEADER: usize = 64 << 20;
/// Objects of no bytes are written by schemas that say nothing.
const EMPTY_OBJECTS: u64 = 1000;

/// `.avro`.
pub struct Avro;

impl Format for Avro {
    fn name(&self) -> &'static str {
        "avro"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if head.bytes.starts_with(MAGIC) { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let mut source = Source::new(input);
        let mut records = Records::new();
        let ended = objects(&mut source, &mut records, sink);
        records.finish(sink);
        if let Err(error) = ended {
            sink.problem(read_problem(&error));
        }
    }
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Reads the header, then block after block.
fn objects(source: &mut Source<'_>, records: &mut Records, sink: &mut dyn Sink) -> io::Result<()> {
    source.skip(MAGIC.len() as u64)?;
    let mut meta = HashMap::new();
    let mut left = LONGEST_HEADER;
    loop {
        let count = long_from(source)?;
        if count == 0 {
            break;
        }
        if count < 0 {
            long_from(source)?;
        }
        for _ in 0..count.unsigned_abs() {
            let name = bytes_from(source, &mut left)?;
            meta.insert(name, bytes_from(source, &mut left)?);
        }
    }
    let mut mark = [0; 16];
    source.read_exact(&mut mark)?;
    let schema: Json = meta
        .get(b"avro.schema".as_slice())
        .and_then(|schema| serde_json::from_slice(schema).ok())
        .ok_or_else(|| damaged("its schema cannot be read"))?;
    let mut types = Types::default();
    let root = types.add(&schema, "", DEPTH).ok_or_else(|| damaged("its schema cannot be understood"))?;
    let codec = meta.get(b"avro.codec".as_slice()).map_or(b"null".as_slice(), Vec::as_slice).to_vec();
    let budget = sink.budget();
    while !source.fill_buf()?.is_empty() {
        let (count, length) = (long_from(source)?, long_from(source)?);
        let length = u64::try_from(length).map_err(|_| damaged("a block of no length"))?;
        if length > sink.in_memory() as u64 {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a block larger than the limit for one item in memory"));
        }
        let mut packed = Vec::new();
        if Read::take(&mut *source, length).read_to_end(&mut packed)? < length as usize {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let block = unpack(&codec, packed, sink.in_memory(), &budget)?;
        let mut rest = block.as_slice();
        for number in 0..u64::try_from(count).unwrap_or(0) {
            if rest.is_empty() && number >= EMPTY_OBJECTS {
                break;
            }
            let value = types.value(root, &mut rest, DEPTH).ok_or_else(|| damaged("an object that does not fit its schema"))?;
            let record = match value {
                Some(Value::Record(members)) => Value::Record(members),
                Some(other) => Value::Record(vec![("value".to_owned(), other)]),
                None => Value::Record(Vec::new()),
            };
            records.row("", &record, sink);
        }
        let mut own = [0; 16];
        source.read_exact(&mut own)?;
        if own != mark {
            return Err(damaged("a block does not end with the file's mark"));
        }
    }
    Ok(())
}

/// A block without its packing.
fn unpack(codec: &[u8], packed: Vec<u8>, limit: usize, budget: &Budget) -> io::Result<Vec<u8>> {
    let from = packed.as_slice();
    let mut reader: Box<dyn Read> = match codec {
        b"null" => return Ok(packed),
        b"deflate" => Box::new(flate2::read::DeflateDecoder::new(from)),
        b"zstandard" => Box::new(zstd::stream::read::Decoder::new(from)?),
        b"bzip2" => Box::new(bzip2::read::BzDecoder::new(from)),
        b"xz" => Box::new(lzma_rust2::XzReader::new_mem_limit(from, false, 256 << 10)),
        b"snappy" => {
            // A checksum stands behind.
            let body = from.len().checked_sub(4).and_then(|length| from.get(..length)).ok_or_else(|| damaged("a block of no length"))?;
            let length = snap::raw::decompress_len(body).map_err(io::Error::other)?;
            if length > limit || length / 64 > body.len().max(1 << 20) {
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a block larger than the limit for one item in memory"));
            }
            let block =
                snap::raw::Decoder::new().decompress_vec(body).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            return Ok(block);
        }
        _ => {
            let name = String::from_utf8_lossy(codec).into_owned();
            return Err(io::Error::new(io::ErrorKind::Unsupported, format!("packed by {name}, which is not supported")));
        }
    };
    let mut block = Vec::new();
    loop {
        let before = block.len();
        if reader.by_ref().take(1 << 20).read_to_end(&mut block)? == 0 {
            return Ok(block);
        }
        let is_within =
            block.len() <= limit && budget.expand((block.len() - before) as u64, block.len() as u64, Some(from.len() as u64)).is_ok();
        if !is_within {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "unfolds to far more bytes than it has: a decompression bomb"));
        }
    }
}

/// A number of seven bits a byte, its sign in the lowest bit.
fn long_from(from: &mut impl Read) -> io::Result<i64> {
    let mut number = 0_u64;
    for place in 0..10 {
        let mut byte = [0];
        from.read_exact(&mut byte)?;
        number |= u64::from(byte[0] & 0x7F).checked_shl(7 * place).unwrap_or(0);
        if byte[0] & 0x80 == 0 {
            return Ok((number >> 1) as i64 ^ -((number & 1) as i64));
        }
    }
    Err(damaged("a number longer than any"))
}

fn bytes_from(source: &mut Source<'_>, left: &mut usize) -> io::Result<Vec<u8>> {
    let length =
        usize::try_from(long_from(source)?).ok().filter(|length| length <= left).ok_or_else(|| damaged("a header longer than any"))?;
    *left -= length;
    let mut bytes = Vec::new();
    if Read::take(&mut *source, length as u64).read_to_end(&mut bytes)? < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

/// What values of a type mean beyond what they are stored as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Plain,
    Date,
    /// Units of so many to a second, since midnight or since 1970.
    Time(i64),
    Moment(i64),
    /// Digits behind the point.
    Decimal(usize),
}

#[derive(Debug)]
enum Type {
    Null,
    Boolean,
    Whole(Meaning),
    Float,
    Double,
    Bytes(Meaning),
    Text,
    Fixed(usize, Meaning),
    Enum(Vec<String>),
    List(usize),
    Map(usize),
    Union(Vec<usize>),
    Record(Vec<(String, usize)>),
}

/// The types of a schema, by number.
#[derive(Default)]
struct Types {
    all: Vec<Type>,
    named: HashMap<String, usize>,
}

impl Types {
    fn push(&mut self, one: Type) -> Option<usize> {
        (self.all.len() < TYPES).then(|| {
            self.all.push(one);
            self.all.len() - 1
        })
    }

    /// Adds the type a schema says; names without a space of their own are of `space`.
    fn add(&mut self, schema: &Json, space: &str, depth: usize) -> Option<usize> {
        let depth = depth.checked_sub(1)?;
        match schema {
            Json::String(name) => self.by_name(name, space, Meaning::Plain),
            Json::Array(choices) => {
                let choices = choices.iter().map(|choice| self.add(choice, space, depth)).collect::<Option<Vec<_>>>()?;
                self.push(Type::Union(choices))
            }
            Json::Object(members) => {
                let kind = members.get("type")?;
                let Json::String(name) = kind else { return self.add(kind, space, depth) };
                let own = members.get("name").and_then(Json::as_str).unwrap_or_default();
                let space = match (members.get("namespace").and_then(Json::as_str), own.rsplit_once('.')) {
                    (_, Some((space, _))) | (Some(space), None) => space,
                    _ => space,
                };
                let full = format!("{space}.{}", own.rsplit('.').next().unwrap_or_default());
                match name.as_str() {
                    "record" | "error" => {
                        // Known by its name before its members are, which may be of this type again.
                        let number = self.push(Type::Null)?;
                        self.named.insert(full, number);
                        let mut fields = Vec::new();
                        for field in members.get("fields")?.as_array()? {
                            let name = field.get("name")?.as_str()?.to_owned();
                            fields.push((name, self.add(field.get("type")?, space, depth)?));
                        }
                        *self.all.get_mut(number)? = Type::Record(fields);
                        Some(number)
                    }
                    "enum" => {
                        let symbols = members.get("symbols")?.as_array()?.iter();
                        let number = self.push(Type::Enum(symbols.filter_map(Json::as_str).map(str::to_owned).collect()))?;
                        self.named.insert(full, number);
                        Some(number)
                    }
                    "fixed" => {
                        let size = usize::try_from(members.get("size")?.as_u64()?).ok()?;
                        let number = self.push(Type::Fixed(size, meaning(schema)))?;
                        self.named.insert(full, number);
                        Some(number)
                    }
                    "array" => {
                        let inner = self.add(members.get("items")?, space, depth)?;
                        self.push(Type::List(inner))
                    }
                    "map" => {
                        let inner = self.add(members.get("values")?, space, depth)?;
                        self.push(Type::Map(inner))
                    }
                    name => self.by_name(name, space, meaning(schema)),
                }
            }
            _ => None,
        }
    }

    fn by_name(&mut self, name: &str, space: &str, meaning: Meaning) -> Option<usize> {
        let one = match name {
            "null" => Type::Null,
            "boolean" => Type::Boolean,
            "int" | "long" => Type::Whole(meaning),
            "float" => Type::Float,
            "double" => Type::Double,
            "bytes" => Type::Bytes(meaning),
            "string" => Type::Text,
            name => {
                let full = if name.contains('.') { name.to_owned() } else { format!("{space}.{name}") };
                return self.named.get(&full).or_else(|| self.named.get(&format!(".{name}"))).copied();
            }
        };
        self.push(one)
    }

    /// The next value of this type; the inner `None` is null, the outer one damage.
    fn value(&self, number: usize, rest: &mut &[u8], depth: usize) -> Option<Option<Value>> {
        let depth = depth.checked_sub(1)?;
        let text = |text: String| Some(Some(Value::text(text)));
        match self.all.get(number)? {
            Type::Null => Some(None),
            Type::Boolean => text(if take(rest, 1)? == [0] { "false" } else { "true" }.to_owned()),
            Type::Whole(meaning) => text(whole(long(rest)?, *meaning)),
            Type::Float => text(f32::from_le_bytes(*take(rest, 4)?.first_chunk()?).to_string()),
            Type::Double => text(f64::from_le_bytes(*take(rest, 8)?.first_chunk()?).to_string()),
            Type::Bytes(meaning) => text(binary(sized(rest)?, *meaning)),
            Type::Fixed(size, meaning) => text(binary(take(rest, *size)?, *meaning)),
            Type::Text => text(String::from_utf8_lossy(sized(rest)?).into_owned()),
            Type::Enum(symbols) => text(symbols.get(usize::try_from(long(rest)?).ok()?)?.clone()),
            Type::Union(choices) => self.value(*choices.get(usize::try_from(long(rest)?).ok()?)?, rest, depth),
            Type::Record(fields) => {
                let mut members = Vec::new();
                for (name, number) in fields {
                    members.extend(self.value(*number, rest, depth)?.map(|value| (name.clone(), value)));
                }
                Some(Some(Value::Record(members)))
            }
            Type::List(inner) => {
                let mut values = Vec::new();
                self.blocks(rest, |rest| {
                    values.extend(self.value(*inner, rest, depth)?);
                    Some(())
                })?;
                Some(Some(Value::List(values)))
            }
            Type::Map(inner) => {
                let mut members = Vec::new();
                self.blocks(rest, |rest| {
                    let name = String::from_utf8_lossy(sized(rest)?).into_owned();
                    members.extend(self.value(*inner, rest, depth)?.map(|value| (name, value)));
                    Some(())
                })?;
                Some(Some(Value::Record(members)))
            }
        }
    }

    /// The elements of a list or map, which come in blocks.
    fn blocks(&self, rest: &mut &[u8], mut each: impl FnMut(&mut &[u8]) -> Option<()>) -> Option<()> {
        loop {
            let count = long(rest)?;
            if count == 0 {
                return Some(());
            }
            if count < 0 {
                long(rest)?;
            }
            for _ in 0..count.unsigned_abs() {
                let before = rest.len();
                each(rest)?;
                // Elements of no bytes say nothing, however many.
                if rest.len() == before {
                    break;
                }
            }
        }
    }
}

fn meaning(schema: &Json) -> Meaning {
    match schema.get("logicalType").and_then(Json::as_str).unwrap_or_default() {
        "date" => Meaning::Date,
        "time-millis" => Meaning::Time(1000),
        "time-micros" => Meaning::Time(1_000_000),
        "timestamp-millis" | "local-timestamp-millis" => Meaning::Moment(1000),
        "timestamp-micros" | "local-timestamp-micros" => Meaning::Moment(1_000_000),
        "timestamp-nanos" | "local-timestamp-nanos" => Meaning::Moment(1_000_000_000),
        "decimal" => {
            Meaning::Decimal(schema.get("scale").and_then(Json::as_u64).and_then(|scale| usize::try_from(scale).ok()).unwrap_or(0))
        }
        _ => Meaning::Plain,
    }
}

fn take<'b>(rest: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

fn long(rest: &mut &[u8]) -> Option<i64> {
    long_from(rest).ok()
}

fn sized<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(long(rest)?).ok()?;
    take(rest, length)
}

fn whole(value: i64, meaning: Meaning) -> String {
    let date = |days: i64| {
        let days = Some(days).filter(|days| days.unsigned_abs() < 4_000_000)?;
        Date::constant(1970, 1, 1).checked_add(days.days()).ok()
    };
    let clock = |seconds: i64| format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let shown = match meaning {
        Meaning::Date => date(value).map(|date| date.to_string()),
        Meaning::Time(units) => Some(value / units).filter(|seconds| (0..86_400).contains(seconds)).map(clock),
        Meaning::Moment(units) => {
            let seconds = value.div_euclid(units);
            date(seconds.div_euclid(86_400)).map(|date| format!("{date} {}", clock(seconds.rem_euclid(86_400))))
        }
        Meaning::Plain | Meaning::Decimal(_) => None,
    };
    shown.unwrap_or_else(|| value.to_string())
}

/// Decimal numbers as such, other bytes as what can be read of them.
fn binary(bytes: &[u8], meaning: Meaning) -> String {
    if let (Meaning::Decimal(scale), 1..=16) = (meaning, bytes.len()) {
        let first = if bytes[0] & 0x80 == 0 { 0_i128 } else { -1 };
        let value = bytes.iter().fold(first, |value, byte| value << 8 | i128::from(*byte));
        let digits = format!("{:0width$}", value.unsigned_abs(), width = scale.min(40) + 1);
        let (before, behind) = digits.split_at(digits.len() - scale.min(40));
        let sign = if value < 0 { "-" } else { "" };
        return format!("{sign}{before}{}{behind}", if behind.is_empty() { "" } else { "." });
    }
    written(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Category;
    use crate::format::{
        hostile::survives,
        testing::{read, read_stream},
    };
    use std::io::Write;

    const SCHEMA: &str = r#"{"type":"record","name":"a.Person","fields":[{"name":"name","type":"string"},
        {"name":"born","type":["null",{"type":"int","logicalType":"date"}]},{"name":"pay","type":{"type":"bytes","logicalType":"decimal","scale":2}},
        {"name":"kind","type":{"type":"enum","name":"Kind","symbols":["X","Y"]}},{"name":"tags","type":{"type":"array","items":"long"}},
        {"name":"home","type":{"type":"map","values":"string"}},{"name":"boss","type":["null","Person"]}]}"#;

    fn number(value: i64) -> Vec<u8> {
        let mut rest = (value << 1 ^ value >> 63) as u64;
        let mut bytes = Vec::new();
        while rest > 0x7F {
            bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
        bytes
    }

    fn text(text: &[u8]) -> Vec<u8> {
        [number(text.len() as i64), text.to_vec()].concat()
    }

    fn file(codec: &str, block: &[u8], count: i64) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(
            [number(2), text(b"avro.schema"), text(SCHEMA.as_bytes()), text(b"avro.codec"), text(codec.as_bytes()), number(0)].concat(),
        );
        bytes.extend([b"0123456789abcdef".to_vec(), number(count), text(block), b"0123456789abcdef".to_vec()].concat());
        bytes
    }

    fn people() -> Vec<u8> {
        let cy = [text(b"Cy"), number(0), text(&[0xFF, 0x38]), number(0), number(0), number(0), number(0)].concat();
        let ann =
            [text(b"Ann"), number(1), number(-1), text(&[0x30, 0x39]), number(1), number(-2), number(9), number(7), number(8), number(0)];
        [ann.concat(), [number(1), text(b"city"), text(b"Rome"), number(0), number(1), cy.clone()].concat(), cy].concat()
    }

    #[test]
    fn objects_of_every_type_and_codec_are_records() {
        let block = people();
        let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        deflate.write_all(&block).expect("memory");
        let snappy = [snap::raw::Encoder::new().compress_vec(&block).expect("memory"), vec![0; 4]].concat();
        let zstandard = zstd::encode_all(block.as_slice(), 3).expect("memory");
        for (codec, block) in
            [("null", block.clone()), ("deflate", deflate.finish().expect("memory")), ("snappy", snappy), ("zstandard", zstandard)]
        {
            let bytes = file(codec, &block, 2);
            let found = read(&Avro, &bytes);
            assert_eq!(found.problems, [], "{codec}");
            assert_eq!(found.tables[0].header(), "name|born|pay|kind|tags|home.city|boss.name|boss.pay|boss.kind", "{codec}");
            assert_eq!(found.tables[0].lines(), ["Ann|1969-12-31|123.45|Y|7; 8|Rome|Cy|-2.00|X", "Cy|~|-2.00|X|~|~|~|~|~"]);
            assert_eq!(read_stream(&Avro, &bytes).tables, found.tables);
            survives(&Avro, &bytes);
        }
        assert_eq!(read(&Avro, &file("lzo", &block, 2)).categories(), [Category::Unsupported]);
        let mut cut = file("null", &block, 2);
        cut.truncate(cut.len() - 20);
        assert_eq!(read(&Avro, &cut).categories(), [Category::Truncated]);
    }

    #[test]
    fn a_number_of_objects_that_cannot_be_is_not_believed() {
        let found = read(&Avro, &file("null", &[], i64::MAX));
        assert_eq!(found.categories(), [Category::Corrupt]);
    }
}
