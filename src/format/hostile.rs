//! Properties every format of this folder keeps on any bytes: no panic, no endless reading,
//! and nothing read that is not there.

use super::{FORMATS, Format, bzip2::Bzip2, gzip::Gzip, tar::Tar, unfold::read_with, xz::Xz, zip::Zip, zstd::Zstd};
use proptest::prelude::*;

/// Bytes that look like something: pieces of real structures between arbitrary ones.
fn plausible() -> impl Strategy<Value = Vec<u8>> {
    let pieces: &[&[u8]] = &[
        b"PK\x03\x04\x14\0\x08\0\x08\0",
        b"PK\x01\x02",
        b"PK\x05\x06\0\0\0\0\x01\0\x01\0",
        b"PK\x06\x06",
        b"PK\x06\x07",
        b"PK\x07\x08",
        b"\x1F\x8B\x08\0\0\0\0\0\0\xFF",
        b"BZh91AY&SY",
        b"\xFD7zXZ\0\0\x04\xE6\xD6\xB4\x46",
        b"]\0\0\x80\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0",
        b"LZIP\x01\x14",
        b"\x28\xB5\x2F\xFD\x04",
        b"\x50\x2A\x4D\x18\x04\0\0\0",
        b"From a Mon Jan  1 10:00:00 2024\n",
        b"From: a@example.com\n",
        b"Content-Type: multipart/mixed; boundary=b\n\n",
        b"--b\n",
        b"--b--\n",
        b"\n\n",
        b"<a href=\"mailto:",
        b"<script>",
        b"</",
        b"<!--",
        b"&#x",
        b"\xFF\xFE",
        b"\x04\x22\x4D\x18\x64\x40\xA7",
        b"\x1F\x9D\x90",
        b"070707000000000000100644",
        b"070701",
        b"!BDN\0\0\0\0SM\x17\0",
        b"Obj\x01\x02\x16avro.schema",
        b"{\"type\":\"record\",\"name\":\"a\",\"fields\":[{\"name\":\"b\",\"type\":\"long\"}]}",
        b"PGDMP\x01\x0E\0\x04\x08\x01",
        b"\x03\x7C\x05\x1A\x02\0\0\0\x41\0\x0B\0",
        b"NAME\0\0\0\0\0\0\0C\0\0\0\0\x0A\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0D",
        b"%PDF-1.4\n1 0 obj<</Length 9>>stream\n",
        b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20",
        b"PAR1",
        b"ARROW1\0\0",
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        b"Rar!\x1A\x07\x01\0",
        b"7z\xBC\xAF\x27\x1C\0\x04",
        b"MSCF\0\0\0\0",
        b"{\\rtf1{\\field",
        b"INSERT INTO `a` VALUES (1,'",
        b"COPY a (b, c) FROM stdin;\n",
        b"{\"a\":[{\"b\":",
        b"MSH|^~\\&|",
        b"BEGIN:VCARD\nN:a;b\n",
        b"dn: cn=a\ncn:: ",
        b"a=1 b=\"2\" c='3\n",
        b"<?xml version=\"1.0\"?><a b=\"",
        b"\0\0\0\0",
        b"ustar\0",
    ];
    let piece = prop_oneof![
        3 => prop::sample::select(pieces).prop_map(<[u8]>::to_vec),
        2 => prop::collection::vec(any::<u8>(), 0..40),
        1 => (any::<u8>(), 0..600_usize).prop_map(|(byte, length)| vec![byte; length]),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in plausible()) {
        for format in FORMATS {
            read_with(*format, &bytes);
        }
    }

    #[test]
    fn damage_to_an_archive_is_survived(at in 0..10_000_usize, value in any::<u8>()) {
        for (format, bytes) in samples() {
            let mut bytes = bytes.clone();
            let length = bytes.len();
            bytes[at % length] = value;
            read_with(*format, &bytes);
        }
    }
}

/// Cuts a sound item at many places and flips many of its bytes: no reader may panic or hang.
pub(super) fn survives(format: &dyn Format, bytes: &[u8]) {
    let step = (bytes.len() / 400).max(1);
    for at in (0..bytes.len()).step_by(step) {
        read_with(format, &bytes[..at]);
        for value in [0, 0xFF, bytes[at] ^ 1, bytes[at] ^ 0x80] {
            let mut damaged = bytes.to_vec();
            damaged[at] = value;
            read_with(format, &damaged);
        }
    }
}

/// One sound item of each packed format.
fn samples() -> &'static [(&'static dyn Format, Vec<u8>)] {
    use std::{io::Write, sync::OnceLock};
    static SAMPLES: OnceLock<Vec<(&'static dyn Format, Vec<u8>)>> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let text = b"jane.doe@example.com, 555-0100\n".repeat(40);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&text).expect("memory");
        let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        bzip2.write_all(&text).expect("memory");
        let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).expect("valid options");
        xz.write_all(&text).expect("memory");
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        tar.append_data(&mut header, "d".repeat(120), text.as_slice()).expect("memory");
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for method in [zip::CompressionMethod::Deflated, zip::CompressionMethod::Stored, zip::CompressionMethod::Zstd] {
            zip.start_file(method.to_string(), zip::write::SimpleFileOptions::default().compression_method(method)).expect("memory");
            zip.write_all(&text).expect("memory");
        }
        vec![
            (&Gzip, gzip.finish().expect("memory")),
            (&Bzip2, bzip2.finish().expect("memory")),
            (&Xz, xz.finish().expect("memory")),
            (&Zstd, zstd::encode_all(text.as_slice(), 3).expect("memory")),
            (&Tar, tar.into_inner().expect("memory")),
            (&Zip, zip.finish().expect("memory").into_inner()),
        ]
    })
}
