//! A column of a stripe: its streams, and the values they make row by row.

use super::{
    super::{blob::written, json::records::Value},
    message::{Directory, Footer},
    run::{Bits, Bytes, Numbers},
    unpacked::{Packing, Unpacked, damaged},
};
use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime, date},
    tz::{TimeZone, TimeZoneDatabase},
};
use std::io;

/// Types within types.
const DEPTH: usize = 64;
/// What a value takes in memory beside its text.
const VALUE: usize = 32;
/// Digits behind the point that a decimal number may have.
const SCALE: u32 = 38;

/// What the streams of a stripe are known by.
pub(super) struct Streams<'b> {
    pub footer: &'b Footer,
    pub directory: &'b Directory,
    /// The bytes of each stream of the directory.
    pub bytes: Vec<&'b [u8]>,
    pub packing: Packing<'b>,
    pub zone: Zone,
}

/// Where the moments of a stripe count from: the beginning of 2015 in the zone of its writer.
#[derive(Clone)]
pub(super) struct Zone {
    zone: TimeZone,
    start: Timestamp,
}

const START: DateTime = date(2015, 1, 1).at(0, 0, 0, 0);

impl Zone {
    /// Zones nobody knows are taken for universal time.
    pub(super) fn of(name: &str) -> Zone {
        let zone = if name.is_empty() { None } else { TimeZoneDatabase::bundled().get(name).ok() }.unwrap_or(TimeZone::UTC);
        let start = zone.to_timestamp(START).unwrap_or(Timestamp::UNIX_EPOCH);
        Zone { zone, start }
    }

    /// The time that clocks showed there.
    fn show(&self, seconds: i64, nanoseconds: i64) -> Option<String> {
        // Before 1970 the seconds are rounded up where there is a fraction.
        let since = SignedDuration::from_secs(seconds);
        let moment = self.start.checked_add(since).ok()?;
        let moment = if nanoseconds > 999_999 && moment < Timestamp::UNIX_EPOCH { moment.checked_sub(1.seconds()).ok()? } else { moment };
        let shown = self.zone.to_datetime(moment);
        Some(format!("{} {}", shown.date(), shown.time()))
    }
}

/// A column and what is in it.
pub(super) struct Column<'b> {
    /// Which values there are; all, when there is no such stream.
    present: Option<Bits<'b>>,
    kind: Kind<'b>,
}

enum Kind<'b> {
    Truth(Bits<'b>),
    Byte(Bytes<'b>),
    Whole(Numbers<'b>),
    Float(Unpacked<'b>),
    Double(Unpacked<'b>),
    Text { data: Unpacked<'b>, lengths: Numbers<'b>, binary: bool },
    Words { indexes: Numbers<'b>, words: Words },
    Date(Numbers<'b>),
    Moment { seconds: Numbers<'b>, fractions: Numbers<'b>, zone: Zone },
    Decimal { data: Unpacked<'b>, scales: Numbers<'b> },
    List { lengths: Numbers<'b>, inner: Box<Column<'b>> },
    Map { lengths: Numbers<'b>, names: Box<Column<'b>>, values: Box<Column<'b>> },
    Record(Vec<(&'b str, Column<'b>)>),
    Union { tags: Bytes<'b>, choices: Vec<Column<'b>> },
}

/// The words of a dictionary, one behind the other.
struct Words {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Words {
    fn get(&self, index: i64) -> Option<&[u8]> {
        let index = usize::try_from(index).ok()?;
        let start = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.bytes.get(start as usize..*self.ends.get(index)? as usize)
    }
}

/// Kinds of streams, by their numbers.
mod stream {
    pub(super) const PRESENT: u64 = 0;
    pub(super) const DATA: u64 = 1;
    pub(super) const LENGTH: u64 = 2;
    pub(super) const WORDS: u64 = 3;
    pub(super) const SECOND: u64 = 5;
}

impl<'b> Streams<'b> {
    fn find(&self, column: usize, kind: u64) -> Option<Unpacked<'b>> {
        let at = self.directory.streams.iter().position(|stream| stream.kind == kind && stream.column == column as u64)?;
        Some(Unpacked::new(self.bytes.get(at).copied().unwrap_or_default(), self.packing))
    }

    /// An absent stream is one without bytes.
    fn get(&self, column: usize, kind: u64) -> Unpacked<'b> {
        self.find(column, kind).unwrap_or_else(|| Unpacked::new(&[], self.packing))
    }

    /// The column of this number with all that is in it.
    pub(super) fn column(&self, number: usize, depth: usize) -> io::Result<Column<'b>> {
        if depth > DEPTH {
            return Err(damaged("types within types without end"));
        }
        let held = self.footer.types.get(number).ok_or_else(|| damaged("a column of no type"))?;
        let encoding = self.directory.encodings.get(number).copied().unwrap_or_default();
        let second = encoding.kind >= 2;
        let numbers = |kind, signed| Numbers::new(self.get(number, kind), second, signed);
        // Types within a type come after it, so that none holds itself.
        let inner = |at: usize| match held.inner.get(at) {
            Some(inner) if *inner > number => Ok(*inner),
            _ => Err(damaged("a type that holds itself")),
        };
        let kind = match held.kind {
            0 => Kind::Truth(Bits::new(self.get(number, stream::DATA))),
            1 => Kind::Byte(Bytes::new(self.get(number, stream::DATA))),
            2..=4 => Kind::Whole(numbers(stream::DATA, true)),
            5 => Kind::Float(self.get(number, stream::DATA)),
            6 => Kind::Double(self.get(number, stream::DATA)),
            7 | 16 | 17 if encoding.kind % 2 == 1 => {
                Kind::Words { indexes: numbers(stream::DATA, false), words: self.words(number, encoding.words, second)? }
            }
            7 | 8 | 16 | 17 => {
                Kind::Text { data: self.get(number, stream::DATA), lengths: numbers(stream::LENGTH, false), binary: held.kind == 8 }
            }
            9 => Kind::Moment { seconds: numbers(stream::DATA, true), fractions: numbers(stream::SECOND, false), zone: self.zone.clone() },
            18 => Kind::Moment { seconds: numbers(stream::DATA, true), fractions: numbers(stream::SECOND, false), zone: Zone::of("") },
            10 => Kind::List { lengths: numbers(stream::LENGTH, false), inner: Box::new(self.column(inner(0)?, depth + 1)?) },
            11 => Kind::Map {
                lengths: numbers(stream::LENGTH, false),
                names: Box::new(self.column(inner(0)?, depth + 1)?),
                values: Box::new(self.column(inner(1)?, depth + 1)?),
            },
            12 => {
                let name = |at: usize| held.names.get(at).map_or("", String::as_str);
                let members = (0..held.inner.len()).map(|at| Ok((name(at), self.column(inner(at)?, depth + 1)?)));
                Kind::Record(members.collect::<io::Result<_>>()?)
            }
            13 => {
                let choices = (0..held.inner.len()).map(|at| self.column(inner(at)?, depth + 1)).collect::<io::Result<_>>()?;
                Kind::Union { tags: Bytes::new(self.get(number, stream::DATA)), choices }
            }
            14 => Kind::Decimal { data: self.get(number, stream::DATA), scales: numbers(stream::SECOND, true) },
            15 => Kind::Date(numbers(stream::DATA, true)),
            _ => return Err(io::Error::new(io::ErrorKind::Unsupported, "a column of a type that is not supported")),
        };
        Ok(Column { present: self.find(number, stream::PRESENT).map(Bits::new), kind })
    }

    fn words(&self, column: usize, count: u64, second: bool) -> io::Result<Words> {
        let mut lengths = Numbers::new(self.get(column, stream::LENGTH), second, false);
        let mut data = self.get(column, stream::WORDS);
        let mut words = Words { bytes: Vec::new(), ends: Vec::new() };
        for _ in 0..count {
            let length = usize::try_from(lengths.next()?).map_err(|_| damaged("a word of no length"))?;
            self.packing.memory.hold(length.saturating_add(size_of::<u32>()))?;
            data.append(length, &mut words.bytes)?;
            words.ends.push(u32::try_from(words.bytes.len()).map_err(|_| damaged("words longer than any"))?);
        }
        Ok(words)
    }
}

impl Column<'_> {
    /// The next value, if there is one. `left`: the bytes a row may still take in memory.
    pub(super) fn next(&mut self, left: &mut usize) -> io::Result<Option<Value>> {
        if let Some(present) = &mut self.present
            && !present.next()?
        {
            return Ok(None);
        }
        let taken = |bytes: usize, left: &mut usize| {
            *left = left.checked_sub(bytes).ok_or_else(|| io::Error::new(io::ErrorKind::FileTooLarge, "a row larger than any"))?;
            io::Result::Ok(())
        };
        taken(VALUE, left)?;
        let count = |length: i64| usize::try_from(length).map_err(|_| damaged("a value of no length"));
        let text = match &mut self.kind {
            Kind::Truth(bits) => if bits.next()? { "true" } else { "false" }.to_owned(),
            Kind::Byte(bytes) => (bytes.next()? as i8).to_string(),
            Kind::Whole(numbers) => numbers.next()?.to_string(),
            Kind::Float(data) => f32::from_le_bytes(data.array()?).to_string(),
            Kind::Double(data) => f64::from_le_bytes(data.array()?).to_string(),
            Kind::Text { data, lengths, binary } => {
                let length = count(lengths.next()?)?;
                taken(length, left)?;
                let mut bytes = Vec::new();
                data.append(length, &mut bytes)?;
                if *binary { written(&bytes).unwrap_or_default() } else { String::from_utf8_lossy(&bytes).into_owned() }
            }
            Kind::Words { indexes, words } => {
                let word = words.get(indexes.next()?).ok_or_else(|| damaged("a word that is in no dictionary"))?;
                taken(word.len(), left)?;
                String::from_utf8_lossy(word).into_owned()
            }
            Kind::Date(days) => {
                let days = days.next()?;
                let shown = Some(days).filter(|days| days.unsigned_abs() < 4_000_000);
                let shown = shown.and_then(|days| Date::constant(1970, 1, 1).checked_add(days.days()).ok());
                shown.map_or_else(|| days.to_string(), |date| date.to_string())
            }
            Kind::Moment { seconds, fractions, zone } => {
                let (seconds, fraction) = (seconds.next()?, fractions.next()?);
                // Zeros at the end are counted in the lowest three bits, if there is more than one.
                let zeros = (fraction & 7) as u32;
                let nanoseconds = (fraction >> 3).saturating_mul(if zeros == 0 { 1 } else { 10_i64.pow(zeros + 1) });
                zone.show(seconds, nanoseconds).unwrap_or_else(|| seconds.to_string())
            }
            Kind::Decimal { data, scales } => {
                let number = data.number()?;
                let (number, negative) = (number >> 1, number & 1 == 1);
                decimal(if negative { number + 1 } else { number }, negative, scales.next()?)
            }
            Kind::List { lengths, inner } => {
                let length = count(lengths.next()?)?;
                let mut values = Vec::new();
                for _ in 0..length {
                    taken(VALUE, left)?;
                    values.extend(inner.next(left)?);
                }
                return Ok(Some(Value::List(values)));
            }
            Kind::Map { lengths, names, values } => {
                let length = count(lengths.next()?)?;
                let mut members = Vec::new();
                for _ in 0..length {
                    taken(VALUE, left)?;
                    let name = match names.next(left)? {
                        Some(Value::Text(name)) => name,
                        _ => String::new(),
                    };
                    members.extend(values.next(left)?.map(|value| (name, value)));
                }
                return Ok(Some(Value::Record(members)));
            }
            Kind::Record(columns) => {
                let mut members = Vec::with_capacity(columns.len());
                for (name, column) in columns {
                    members.extend(column.next(left)?.map(|value| ((*name).to_owned(), value)));
                }
                return Ok(Some(Value::Record(members)));
            }
            Kind::Union { tags, choices } => {
                let tag = tags.next()?;
                return choices.get_mut(usize::from(tag)).ok_or_else(|| damaged("a value of no type"))?.next(left);
            }
        };
        Ok(Some(Value::Text(text)))
    }
}

/// A number with a point before its last `scale` digits.
fn decimal(number: u128, negative: bool, scale: i64) -> String {
    let scale = u32::try_from(scale).unwrap_or(0).min(SCALE) as usize;
    let digits = format!("{number:0width$}", width = scale + 1);
    let (before, behind) = digits.split_at(digits.len() - scale);
    format!("{}{before}{}{behind}", if negative { "-" } else { "" }, if behind.is_empty() { "" } else { "." })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_their_point() {
        assert_eq!(decimal(12_345, false, 2), "123.45");
        assert_eq!(decimal(5, true, 2), "-0.05");
        assert_eq!(decimal(5, false, 0), "5");
        assert_eq!(decimal(5, false, -1), "5");
    }

    #[test]
    fn moments_are_what_clocks_showed() {
        assert_eq!(Zone::of("GMT").show(0, 0).as_deref(), Some("2015-01-01 00:00:00"));
        // Midnight of a summer's day in California.
        let offset = -773_193_600 - 3600;
        assert_eq!(Zone::of("America/Los_Angeles").show(offset, 0).as_deref(), Some("1990-07-02 00:00:00"));
        assert_eq!(Zone::of("Nowhere/Nothing").show(86_400, 0).as_deref(), Some("2015-01-02 00:00:00"));
        assert_eq!(Zone::of("").show(i64::MAX, 0), None);
    }
}
