//! Values of dictionaries, with references followed.

use lopdf::{Dictionary, Document, Object, Stream, decode_text_string};
use std::io::Read;

/// The value of a key.
pub(super) fn value<'d>(from: &'d Dictionary, key: &[u8], document: &'d Document) -> Option<&'d Object> {
    from.get_deref(key, document).ok()
}

pub(super) fn dictionary<'d>(from: &'d Dictionary, key: &[u8], document: &'d Document) -> Option<&'d Dictionary> {
    value(from, key, document)?.as_dict().ok()
}

pub(super) fn array<'d>(from: &'d Dictionary, key: &[u8], document: &'d Document) -> Option<&'d [Object]> {
    value(from, key, document)?.as_array().ok().map(Vec::as_slice)
}

pub(super) fn name<'d>(from: &'d Dictionary, key: &[u8], document: &'d Document) -> Option<&'d [u8]> {
    value(from, key, document)?.as_name().ok()
}

pub(super) fn integer(from: &Dictionary, key: &[u8], document: &Document) -> Option<i64> {
    value(from, key, document)?.as_i64().ok()
}

/// A number, or what refers to one.
pub(super) fn number(object: &Object, document: &Document) -> Option<f32> {
    document.dereference(object).ok()?.1.as_float().ok()
}

/// A text for people (ISO 32000-2, 7.9.2.2).
pub(super) fn text(from: &Dictionary, key: &[u8], document: &Document) -> Option<String> {
    let value = value(from, key, document)?;
    // Many programs write UTF-8 without the mark that is asked for.
    let utf_8 = value.as_str().ok().filter(|bytes| !bytes.is_ascii()).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let text = utf_8.map_or_else(|| decode_text_string(value).ok(), |text| Some(text.trim_start_matches('\u{FEFF}').to_owned()));
    text.filter(|text| !text.trim().is_empty())
}

/// The unpacked content of a stream, if it is no longer than `limit`.
pub(super) fn stream(from: &Dictionary, key: &[u8], document: &Document, limit: usize) -> Option<Vec<u8>> {
    content(value(from, key, document)?.as_stream().ok()?, limit)
}

/// What could be unpacked of a stream, up to `limit` bytes, and whether it is all there.
pub(super) fn sound_content(stream: &Stream, limit: usize) -> (Vec<u8>, bool) {
    let has_predictor = stream.dict.get(b"DecodeParms").or_else(|_| stream.dict.get(b"DP")).is_ok();
    match stream.filters() {
        // Damage in the middle is passed over by the reader of objects; here it matters.
        Ok(filters) if !has_predictor && filters.len() == 1 && matches!(filters[0], b"FlateDecode" | b"Fl") => {
            let deflated = stream.content.get(2..).unwrap_or_default();
            let mut bytes = Vec::new();
            let ended = flate2::read::DeflateDecoder::new(deflated).take(limit as u64 + 1).read_to_end(&mut bytes);
            let is_sound = ended.is_ok() && bytes.len() <= limit;
            bytes.truncate(limit);
            (bytes, is_sound)
        }
        _ => content(stream, limit).map_or((Vec::new(), false), |bytes| (bytes, true)),
    }
}

/// The unpacked content of a stream, if it is no longer than `limit`.
pub(super) fn content(stream: &Stream, limit: usize) -> Option<Vec<u8>> {
    stream.get_plain_content_with_limit(limit).ok()
}
