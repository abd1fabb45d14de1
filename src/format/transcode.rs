//! Which characters bytes stand for, when nothing says it.

use super::Place;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Decoder, Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Among so many bytes of text one may be a control character (a form feed, a terminal's
/// escape, the zeros a crash leaves in a log).
const BYTES_PER_CONTROL: usize = 128;

/// Offsets are exact at line starts and after so many bytes.
const STEP: usize = 128;

/// The encoding of text that begins with these bytes; `None` when it is no text. `is_whole`
/// tells whether they are all there is, so that a character cut off at the end is damage.
pub(super) fn detect(head: &[u8], is_whole: bool) -> Option<&'static Encoding> {
    if is_plain(head) {
        return Some(UTF_8);
    }
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        // FF FE 00 00 marks UTF-32 and not a text that begins with a NUL.
        return (!head.starts_with(&[0xFF, 0xFE, 0, 0])).then_some(encoding);
    }
    if let Some(encoding) = utf_16(head) {
        return Some(encoding);
    }
    if head.contains(&0x1B) && is_iso_2022_jp(head) {
        return Some(ISO_2022_JP);
    }
    let controls = head.iter().filter(|byte| is_control(**byte)).count();
    if head.is_empty() || controls > head.len() / BYTES_PER_CONTROL {
        return None;
    }
    if is_utf_8(head, is_whole) { Some(UTF_8) } else { Some(guess(head, is_whole)) }
}

/// Whether it is text in ASCII, whatever else is asked: most files are, and every format asks.
pub(super) fn is_plain(head: &[u8]) -> bool {
    // All bytes are looked at, so that many can be at once.
    let other = head.iter().fold(false, |other, byte| other | is_control(*byte) | (*byte == 0x1B) | (*byte >= 0x80));
    !head.is_empty() && !other
}

/// Seven-bit Japanese: escapes to a two-byte set and nothing above ASCII (RFC 1468).
fn is_iso_2022_jp(head: &[u8]) -> bool {
    head.is_ascii() && memchr::memchr_iter(0x1B, head).any(|at| matches!(head.get(at + 1..at + 3), Some(b"$B" | b"$@")))
}

/// Control characters that are no part of a text.
const fn is_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B) || byte == 0x7F
}

/// Whether the bytes are UTF-8, but for a rare slip.
fn is_utf_8(bytes: &[u8], is_whole: bool) -> bool {
    let mut slips = 0;
    let mut characters = 0;
    for chunk in bytes.utf8_chunks() {
        characters += chunk.valid().bytes().filter(|byte| *byte >= 0xC0).count();
        slips += usize::from(!chunk.invalid().is_empty());
    }
    // A character may be cut off at the end of what we see.
    let cut = usize::from(!is_whole && std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none()));
    slips.saturating_sub(cut) * 50 <= characters
}

/// UTF-16 without a mark, by the zeros that make up half of any text in a Latin script.
fn utf_16(head: &[u8]) -> Option<&'static Encoding> {
    let sample = &head[..head.len().min(4096)];
    let pairs = sample.as_chunks::<2>().0;
    let zeros = |at: usize| pairs.iter().filter(|pair| pair[at] == 0).count();
    let texts = |at: usize| pairs.iter().filter(|pair| pair[at] != 0 && !is_control(pair[at])).count();
    let is_half =
        |zero: usize, text: usize| pairs.len() >= 4 && zeros(zero) * 10 >= pairs.len() * 7 && texts(text) * 100 >= pairs.len() * 99;
    match () {
        () if is_half(1, 0) => Some(UTF_16LE),
        () if is_half(0, 1) => Some(UTF_16BE),
        () => None,
    }
}

/// The likeliest legacy encoding.
fn guess(head: &[u8], is_whole: bool) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, is_whole);
    let guess = detector.guess(None, Utf8Detection::Deny);
    // Big5 is what the detector falls to for a few odd bytes; two bytes of it in a row are rare elsewhere.
    let odd = head.iter().filter(|byte| **byte >= 0x80).count();
    if guess == BIG5 && odd < 8 { WINDOWS_1252 } else { guess }
}

/// Whether characters are pairs of bytes, so that a line feed is one too.
pub(super) fn is_utf_16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

/// The encoding a label names (`iso-8859-1`, `shift_jis`, `cp1252`).
pub(super) fn named(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(label.trim().trim_matches(['"', '\'']).as_bytes())
}

/// Turns the bytes of one encoding into UTF-8, block by block, and remembers where they came from.
pub(super) struct Transcoder {
    decoder: Decoder,
    /// Bytes per code unit.
    unit: usize,
    text: String,
    points: Vec<(u32, u64)>,
}

impl Transcoder {
    /// A byte order mark is dropped.
    pub(super) fn new(encoding: &'static Encoding) -> Transcoder {
        let unit = if is_utf_16(encoding) { 2 } else { 1 };
        Transcoder { decoder: encoding.new_decoder_with_bom_removal(), unit, text: String::new(), points: Vec::new() }
    }

    /// The text of the next block, which starts at `offset` of the item.
    pub(super) fn block(&mut self, bytes: &[u8], offset: u64, is_last: bool) -> (&str, Place<'_>) {
        self.text.clear();
        self.points.clear();
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let longest = rest.len().min(STEP);
            let step = memchr::memchr(b'\n', &rest[..longest]).map_or(longest, |line| (line + 1).next_multiple_of(self.unit).min(longest));
            self.points.push((self.text.len() as u32, offset + at as u64));
            self.decode(&rest[..step], is_last && step == rest.len());
            at += step;
        }
        self.points.push((self.text.len() as u32, offset + bytes.len() as u64));
        (&self.text, Place::Decoded { points: &self.points })
    }

    fn decode(&mut self, bytes: &[u8], is_last: bool) {
        let most = self.decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len() * 4);
        self.text.reserve(most);
        let _ = self.decoder.decode_to_string(bytes, &mut self.text, is_last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{EUC_KR, GB18030, SHIFT_JIS, WINDOWS_1251};

    #[test]
    fn encodings_are_told_apart() {
        let japanese = "お客様の情報を含む文書です。電話番号は左記の通りです。";
        let russian = "Уважаемый клиент, ваши данные хранятся в нашей базе.";
        let french = "Le numéro de sécurité sociale de l'employé a été communiqué à l'hôpital.";
        let korean = "고객 정보가 포함된 문서입니다. 전화번호는 다음과 같습니다.";
        for (text, encoding) in [
            (japanese, SHIFT_JIS),
            (japanese, ISO_2022_JP),
            (japanese, UTF_8),
            (russian, WINDOWS_1251),
            (french, WINDOWS_1252),
            (french, UTF_8),
            (korean, EUC_KR),
        ] {
            let (bytes, _, _) = encoding.encode(text);
            assert_eq!(detect(&bytes, true).map(Encoding::name), Some(encoding.name()), "{text}");
        }
        assert_eq!(detect(&GB18030.encode("客户信息包含姓名和电话号码，请勿外传。").0, true).map(Encoding::name), Some("GBK"));
    }

    #[test]
    fn utf_16_is_known_with_and_without_its_mark() {
        let text = "name;phone\r\nJane;555-0100\r\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(detect(&little, true), Some(UTF_16LE));
        assert_eq!(detect(&big, true), Some(UTF_16BE));
        let mut transcoder = Transcoder::new(UTF_16LE);
        let (got, Place::Decoded { points }) = transcoder.block(&[&[0xFF, 0xFE], little.as_slice()].concat(), 100, true) else {
            panic!("decoded text has points")
        };
        assert_eq!(got, text);
        assert_eq!(points.last(), Some(&(27, 156)));
    }

    #[test]
    fn binary_bytes_are_no_text() {
        let binary: Vec<u8> = (0..2000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert_eq!(detect(&binary, false), None);
        assert_eq!(detect(&[0; 100], true), None);
        assert_eq!(detect(b"", true), None);
    }

    #[test]
    fn a_character_cut_off_at_the_end_of_the_head_is_no_damage() {
        let text = "größer".as_bytes();
        assert_eq!(detect(&text[..3], false), Some(UTF_8));
        assert_ne!(detect(&text[..3], true), Some(UTF_8));
    }
}
