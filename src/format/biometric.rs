//! Records of the bodies of people, by how their files begin: fingerprints, faces, irises (ISO/IEC 19794, ANSI/NIST-ITL).
//! What is in them is compared by machines and not read here; that they are there has to be told.

use super::{Cell, Rows, Sink, TableSpec, binary::slice};
use crate::base::token::hex;

/// So many of the first bytes stand for the record.
const SHOWN: usize = 32;

/// How a record begins, the column it is told in, and what it is.
pub(super) const RECORDS: &[(&[u8], &str, &str)] = &[
    (b"FMR\0", "fingerprint template", "fingerprint minutiae (ISO/IEC 19794-2)"),
    (b"FIR\0", "fingerprint", "fingerprint pictures (ISO/IEC 19794-4)"),
    (b"FAC\0", "face template", "pictures of a face (ISO/IEC 19794-5)"),
    (b"IIR\0", "iris scan", "pictures of an iris (ISO/IEC 19794-6)"),
    (b"VIR\0", "palm print", "pictures of veins (ISO/IEC 19794-9)"),
    // Start of image, then a table of the wavelet or a comment (FBI, WSQ 3.1).
    (b"\xFF\xA0\xFF\xA4", "fingerprint", "fingerprint picture (WSQ)"),
    (b"\xFF\xA0\xFF\xA8", "fingerprint", "fingerprint picture (WSQ)"),
    (b"1.001:", "fingerprint", "transaction of biometric records (ANSI/NIST-ITL)"),
    (b"1.01:", "fingerprint", "transaction of biometric records (ANSI/NIST-ITL)"),
];

/// Hands on that a file is such a record, as a row.
pub(super) fn tell(file: &[u8], sink: &mut dyn Sink) {
    let Some((_, column, _)) = RECORDS.iter().find(|(start, ..)| file.starts_with(start)) else { return };
    let shown = hex(slice(file, 0, SHOWN));
    let table = sink.table(&TableSpec { name: Some("biometric"), columns: Some(&[column]), width: 1, ..TableSpec::default() });
    let cells = [Cell::rewritten(0, shown.len())];
    sink.rows(&Rows { table, width: 1, cells: &cells, bytes: &[], arena: shown.as_bytes() });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::Category,
        format::{hostile::survives, raw::Raw, testing::read},
    };

    #[test]
    fn a_record_is_a_row_and_its_bytes_are_told_as_not_read() {
        for (start, column, _) in RECORDS {
            let file = [start, [0x20, 0x32, 0x30, 0, 0xFE, 0x9C].as_slice(), &[0xE5; 60]].concat();
            let found = read(&Raw, &file);
            assert_eq!(found.table("biometric").header(), *column);
            assert_eq!(found.table("biometric").lines().len(), 1);
            assert_eq!(found.categories(), [Category::ImageOnly], "{column}");
            survives(&Raw, &file);
        }
    }
}
