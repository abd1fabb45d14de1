//! Character references (HTML standard, section 13.5): numbers, and the names of Latin letters
//! and common signs.

use std::borrow::Cow;

/// No name is longer.
const LONGEST: usize = 10;

/// The text with its references replaced; what is none stays as it is.
pub(in crate::format) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match reference(&rest[1..]) {
            Some((c, length)) => {
                out.push(c);
                rest = &rest[1 + length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out.into()
}

/// The character and the length of the reference behind an `&`.
fn reference(text: &str) -> Option<(char, usize)> {
    let length = text.bytes().take(LONGEST).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
    let name = &text[..length];
    let end = length + usize::from(text[length..].starts_with(';'));
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return Some((char::from_u32(code).filter(|c| *c != '\0')?, end));
    }
    let at = NAMES.binary_search_by(|entry| entry.0.cmp(name)).ok()?;
    // Without its semicolon only the five of markup are meant: `&copy=1` is part of an address.
    let is_ended = end > length || matches!(name, "amp" | "lt" | "gt" | "quot" | "nbsp");
    is_ended.then_some((NAMES[at].1, end))
}

/// Sorted by name.
const NAMES: &[(&str, char)] = &[
    ("AElig", '\u{C6}'),
    ("Aacute", '\u{C1}'),
    ("Abreve", '\u{102}'),
    ("Acirc", '\u{C2}'),
    ("Agrave", '\u{C0}'),
    ("Aogon", '\u{104}'),
    ("Aring", '\u{C5}'),
    ("Atilde", '\u{C3}'),
    ("Auml", '\u{C4}'),
    ("Cacute", '\u{106}'),
    ("Ccaron", '\u{10C}'),
    ("Ccedil", '\u{C7}'),
    ("Dcaron", '\u{10E}'),
    ("ETH", '\u{D0}'),
    ("Eacute", '\u{C9}'),
    ("Ecaron", '\u{11A}'),
    ("Ecirc", '\u{CA}'),
    ("Egrave", '\u{C8}'),
    ("Eogon", '\u{118}'),
    ("Euml", '\u{CB}'),
    ("Gbreve", '\u{11E}'),
    ("Iacute", '\u{CD}'),
    ("Icirc", '\u{CE}'),
    ("Idot", '\u{130}'),
    ("Igrave", '\u{CC}'),
    ("Iuml", '\u{CF}'),
    ("Lstrok", '\u{141}'),
    ("Nacute", '\u{143}'),
    ("Ncaron", '\u{147}'),
    ("Ntilde", '\u{D1}'),
    ("OElig", '\u{152}'),
    ("Oacute", '\u{D3}'),
    ("Ocirc", '\u{D4}'),
    ("Odblac", '\u{150}'),
    ("Ograve", '\u{D2}'),
    ("Oslash", '\u{D8}'),
    ("Otilde", '\u{D5}'),
    ("Ouml", '\u{D6}'),
    ("Rcaron", '\u{158}'),
    ("Sacute", '\u{15A}'),
    ("Scaron", '\u{160}'),
    ("Scedil", '\u{15E}'),
    ("THORN", '\u{DE}'),
    ("Tcaron", '\u{164}'),
    ("Uacute", '\u{DA}'),
    ("Ucirc", '\u{DB}'),
    ("Udblac", '\u{170}'),
    ("Ugrave", '\u{D9}'),
    ("Uring", '\u{16E}'),
    ("Uuml", '\u{DC}'),
    ("Yacute", '\u{DD}'),
    ("Yuml", '\u{178}'),
    ("Zacute", '\u{179}'),
    ("Zcaron", '\u{17D}'),
    ("Zdot", '\u{17B}'),
    ("aacute", '\u{E1}'),
    ("abreve", '\u{103}'),
    ("acirc", '\u{E2}'),
    ("acute", '\u{B4}'),
    ("aelig", '\u{E6}'),
    ("agrave", '\u{E0}'),
    ("amp", '\u{26}'),
    ("aogon", '\u{105}'),
    ("apos", '\u{27}'),
    ("aring", '\u{E5}'),
    ("atilde", '\u{E3}'),
    ("auml", '\u{E4}'),
    ("bdquo", '\u{201E}'),
    ("brvbar", '\u{A6}'),
    ("bull", '\u{2022}'),
    ("cacute", '\u{107}'),
    ("ccaron", '\u{10D}'),
    ("ccedil", '\u{E7}'),
    ("cedil", '\u{B8}'),
    ("cent", '\u{A2}'),
    ("colon", '\u{3A}'),
    ("commat", '\u{40}'),
    ("copy", '\u{A9}'),
    ("curren", '\u{A4}'),
    ("dcaron", '\u{10F}'),
    ("deg", '\u{B0}'),
    ("divide", '\u{F7}'),
    ("eacute", '\u{E9}'),
    ("ecaron", '\u{11B}'),
    ("ecirc", '\u{EA}'),
    ("egrave", '\u{E8}'),
    ("emsp", '\u{2003}'),
    ("ensp", '\u{2002}'),
    ("eogon", '\u{119}'),
    ("eth", '\u{F0}'),
    ("euml", '\u{EB}'),
    ("euro", '\u{20AC}'),
    ("fnof", '\u{192}'),
    ("frac12", '\u{BD}'),
    ("frac14", '\u{BC}'),
    ("frac34", '\u{BE}'),
    ("gbreve", '\u{11F}'),
    ("gt", '\u{3E}'),
    ("hellip", '\u{2026}'),
    ("hyphen", '\u{2010}'),
    ("iacute", '\u{ED}'),
    ("icirc", '\u{EE}'),
    ("iexcl", '\u{A1}'),
    ("igrave", '\u{EC}'),
    ("inodot", '\u{131}'),
    ("iquest", '\u{BF}'),
    ("iuml", '\u{EF}'),
    ("laquo", '\u{AB}'),
    ("ldquo", '\u{201C}'),
    ("lpar", '\u{28}'),
    ("lsaquo", '\u{2039}'),
    ("lsquo", '\u{2018}'),
    ("lstrok", '\u{142}'),
    ("lt", '\u{3C}'),
    ("macr", '\u{AF}'),
    ("mdash", '\u{2014}'),
    ("micro", '\u{B5}'),
    ("middot", '\u{B7}'),
    ("nacute", '\u{144}'),
    ("nbsp", '\u{A0}'),
    ("ncaron", '\u{148}'),
    ("ndash", '\u{2013}'),
    ("not", '\u{AC}'),
    ("ntilde", '\u{F1}'),
    ("num", '\u{23}'),
    ("oacute", '\u{F3}'),
    ("ocirc", '\u{F4}'),
    ("odblac", '\u{151}'),
    ("oelig", '\u{153}'),
    ("ograve", '\u{F2}'),
    ("ordf", '\u{AA}'),
    ("ordm", '\u{BA}'),
    ("oslash", '\u{F8}'),
    ("otilde", '\u{F5}'),
    ("ouml", '\u{F6}'),
    ("para", '\u{B6}'),
    ("period", '\u{2E}'),
    ("plus", '\u{2B}'),
    ("plusmn", '\u{B1}'),
    ("pound", '\u{A3}'),
    ("quot", '\u{22}'),
    ("raquo", '\u{BB}'),
    ("rcaron", '\u{159}'),
    ("rdquo", '\u{201D}'),
    ("reg", '\u{AE}'),
    ("rpar", '\u{29}'),
    ("rsaquo", '\u{203A}'),
    ("rsquo", '\u{2019}'),
    ("sacute", '\u{15B}'),
    ("sbquo", '\u{201A}'),
    ("scaron", '\u{161}'),
    ("scedil", '\u{15F}'),
    ("sect", '\u{A7}'),
    ("shy", '\u{AD}'),
    ("sol", '\u{2F}'),
    ("sup1", '\u{B9}'),
    ("sup2", '\u{B2}'),
    ("sup3", '\u{B3}'),
    ("szlig", '\u{DF}'),
    ("tcaron", '\u{165}'),
    ("thinsp", '\u{2009}'),
    ("thorn", '\u{FE}'),
    ("times", '\u{D7}'),
    ("trade", '\u{2122}'),
    ("uacute", '\u{FA}'),
    ("ucirc", '\u{FB}'),
    ("udblac", '\u{171}'),
    ("ugrave", '\u{F9}'),
    ("uml", '\u{A8}'),
    ("uring", '\u{16F}'),
    ("uuml", '\u{FC}'),
    ("yacute", '\u{FD}'),
    ("yen", '\u{A5}'),
    ("yuml", '\u{FF}'),
    ("zacute", '\u{17A}'),
    ("zcaron", '\u{17E}'),
    ("zdot", '\u{17C}'),
    ("zwj", '\u{200D}'),
    ("zwnj", '\u{200C}'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_short() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(NAMES.iter().all(|entry| entry.0.len() <= LONGEST));
    }

    #[test]
    fn only_references_are_replaced() {
        for (text, want) in [
            ("&lt;&AMP;&eacute;&eacute", "<&AMP;é&eacute"),
            ("&#0;&#xD800;&#99999999999;&#65", "&#0;&#xD800;&#99999999999;A"),
            ("&&amp;&", "&&&"),
        ] {
            assert_eq!(decode(text), want);
        }
    }
}
