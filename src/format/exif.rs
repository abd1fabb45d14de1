//! What a camera writes into a picture (Exif 2.32): where and when it was taken, by whom, with which camera.

use super::{
    Cell, Rows, Sink, TableSpec,
    binary::{slice, utf_16},
};
use std::fmt::Write;

/// Such data stands before the picture.
const LOOK: usize = 1 << 20;
/// Entries of one directory.
const ENTRIES: usize = 256;
/// A text longer than this is none that a camera or a person wrote.
const LONGEST: usize = 4096;

/// Directories within the first one.
const EXIF: u16 = 0x8769;
const GPS: u16 = 0x8825;

/// Column, and the tag of its text.
const TEXTS: &[(&str, u16)] = &[
    ("description", 0x010E),
    ("artist", 0x013B),
    ("copyright", 0x8298),
    ("author", 0x9C9D),
    ("title", 0x9C9B),
    ("comment", 0x9C9C),
    ("camera_make", 0x010F),
    ("camera_model", 0x0110),
    ("taken", 0x9003),
    ("owner_name", 0xA430),
    ("device_serial_number", 0xA431),
];

/// Numbers in the order of bytes that the data says.
#[derive(Clone, Copy)]
struct Data<'b> {
    bytes: &'b [u8],
    is_big: bool,
}

impl<'b> Data<'b> {
    /// The data in the first bytes of a picture: behind a mark of JPEG, PNG, WebP or HEIF, or a TIFF itself.
    fn of(picture: &'b [u8]) -> Option<Data<'b>> {
        let start = picture.get(..LOOK).unwrap_or(picture);
        let marked = |mark: &[u8]| memchr::memmem::find_iter(start, mark).map(|at| at + mark.len()).collect::<Vec<_>>();
        let places = [0].into_iter().chain(marked(b"Exif\0\0")).chain(marked(b"eXIf"));
        places.filter_map(|at| picture.get(at..)).find_map(|bytes| match bytes {
            [b'I', b'I', b'*', 0, ..] => Some(Data { bytes, is_big: false }),
            [b'M', b'M', 0, b'*', ..] => Some(Data { bytes, is_big: true }),
            _ => None,
        })
    }

    fn u16(self, at: usize) -> Option<u16> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(self, at: usize) -> Option<u32> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// Where the value of a tag of the directory at `directory` is, and how many bytes it has.
    fn value(self, directory: usize, tag: u16) -> Option<(usize, usize)> {
        let count = usize::from(self.u16(directory)?).min(ENTRIES);
        let entry = (0..count).map(|entry| directory + 2 + 12 * entry).find(|at| self.u16(*at) == Some(tag))?;
        let width = match self.u16(entry + 2)? {
            3 => 2,
            4 => 4,
            5 => 8,
            _ => 1,
        };
        let length = (self.u32(entry + 4)? as usize).checked_mul(width)?;
        Some((if length <= 4 { entry + 8 } else { self.u32(entry + 8)? as usize }, length))
    }

    fn directory(self, within: usize, tag: u16) -> Option<usize> {
        self.value(within, tag).and_then(|(at, _)| self.u32(at)).map(|at| at as usize)
    }

    fn text(self, directory: usize, tag: u16) -> Option<String> {
        let (at, length) = self.value(directory, tag)?;
        let bytes = slice(self.bytes, at, length.min(LONGEST));
        // Those of Windows are of two bytes a character.
        let text = if (0x9C9B..=0x9C9F).contains(&tag) { utf_16(bytes) } else { String::from_utf8_lossy(bytes).into_owned() };
        let text = text.trim_matches(['\0', ' ']).to_owned();
        (!text.is_empty()).then_some(text)
    }

    /// Degrees, minutes and seconds as one number; negative to the south and west.
    fn angle(self, directory: usize, tag: u16) -> Option<String> {
        let (at, length) = self.value(directory, tag + 1)?;
        let part = |number: usize| {
            let (above, below) = (self.u32(at + 8 * number)?, self.u32(at + 8 * number + 4)?);
            (below != 0).then(|| f64::from(above) / f64::from(below))
        };
        let degrees = part(0)? + part(1).unwrap_or(0.0) / 60.0 + part(2).unwrap_or(0.0) / 3600.0;
        let is_negative = self.text(directory, tag).is_some_and(|side| matches!(side.as_str(), "S" | "W"));
        let mut shown = String::new();
        write!(shown, "{}{degrees:.6}", if is_negative { "-" } else { "" }).ok()?;
        (length >= 8 && degrees <= 180.0).then_some(shown)
    }
}

/// Hands on what the picture says of itself, as a row.
pub(super) fn tell(picture: &[u8], sink: &mut dyn Sink) {
    let Some(data) = Data::of(picture) else { return };
    let Some(first) = data.u32(4).map(|at| at as usize) else { return };
    let mut found: Vec<(&str, String)> = Vec::new();
    if let Some(gps) = data.directory(first, GPS) {
        found.extend(data.angle(gps, 1).map(|value| ("latitude", value)));
        found.extend(data.angle(gps, 3).map(|value| ("longitude", value)));
    }
    let inner = data.directory(first, EXIF);
    for (name, tag) in TEXTS {
        let text = data.text(first, *tag).or_else(|| data.text(inner?, *tag));
        found.extend(text.map(|text| (*name, text)));
    }
    // A camera alone says nothing of anybody.
    if found.iter().all(|(name, _)| matches!(*name, "camera_make" | "camera_model" | "taken")) {
        return;
    }
    let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
    let table = sink.table(&TableSpec { name: Some("exif"), columns: Some(&names), width: names.len(), ..TableSpec::default() });
    let (mut cells, mut arena) = (Vec::new(), String::new());
    for (_, value) in &found {
        cells.push(Cell::rewritten(arena.len(), value.len()));
        arena.push_str(value);
    }
    sink.rows(&Rows { table, width: names.len(), cells: &cells, bytes: &[], arena: arena.as_bytes() });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::Category,
        format::{hostile::survives, raw::Raw, testing::read},
    };

    /// Entries of a directory at `at`: tag, type, count, value; the next directory is none.
    fn directory(entries: &[(u16, u16, u32, [u8; 4])]) -> Vec<u8> {
        let mut bytes = (entries.len() as u16).to_be_bytes().to_vec();
        for (tag, kind, count, value) in entries {
            bytes.extend([tag.to_be_bytes(), kind.to_be_bytes()].concat());
            bytes.extend(count.to_be_bytes());
            bytes.extend(value);
        }
        bytes.extend([0; 4]);
        bytes
    }

    fn picture() -> Vec<u8> {
        let at = |place: u32| place.to_be_bytes();
        // The first directory takes 30 bytes from 8, the other 54 behind it.
        let mut data = b"MM\0*\0\0\0\x08".to_vec();
        data.extend(directory(&[(0x013B, 2, 8, at(92)), (GPS, 4, 1, at(38))]));
        data.extend(directory(&[(1, 2, 2, *b"S\0\0\0"), (2, 5, 3, at(100)), (3, 2, 2, *b"E\0\0\0"), (4, 5, 3, at(100))]));
        data.extend(b"Ann Lee\0");
        for (above, below) in [(52_u32, 1_u32), (30, 1), (3600, 100)] {
            data.extend([above.to_be_bytes(), below.to_be_bytes()].concat());
        }
        [b"\xFF\xD8\xFF\xE1\0\0Exif\0\0".as_slice(), &data, &[0xFE; 50]].concat()
    }

    #[test]
    fn place_and_names_in_a_picture_are_a_row() {
        let picture = picture();
        let found = read(&Raw, &picture);
        assert_eq!(found.table("exif").header(), "latitude|longitude|artist");
        assert_eq!(found.table("exif").lines(), ["-52.510000|52.510000|Ann Lee"]);
        assert_eq!(found.categories(), [Category::ImageOnly]);
        survives(&Raw, &picture);
    }
}
