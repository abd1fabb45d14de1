//! Characters by the names of their glyphs (Adobe Glyph List for New Fonts), and the codes of
//! StandardEncoding that are not ASCII (ISO 32000-2, annex D).

use unicode_normalization::UnicodeNormalization;

/// Accents at the end of names, as combining characters.
const ACCENTS: &[(&str, char)] = &[
    ("acute", '\u{301}'),
    ("grave", '\u{300}'),
    ("circumflex", '\u{302}'),
    ("tilde", '\u{303}'),
    ("dieresis", '\u{308}'),
    ("ring", '\u{30A}'),
    ("cedilla", '\u{327}'),
    ("caron", '\u{30C}'),
    ("ogonek", '\u{328}'),
    ("macron", '\u{304}'),
    ("breve", '\u{306}'),
    ("dotaccent", '\u{307}'),
    ("hungarumlaut", '\u{30B}'),
    ("commaaccent", '\u{327}'),
];

const NAMES: &[(&str, &str)] = &[
    ("space", " "),
    ("nbspace", " "),
    ("exclam", "!"),
    ("quotedbl", "\""),
    ("numbersign", "#"),
    ("dollar", "$"),
    ("percent", "%"),
    ("ampersand", "&"),
    ("quotesingle", "'"),
    ("parenleft", "("),
    ("parenright", ")"),
    ("asterisk", "*"),
    ("plus", "+"),
    ("comma", ","),
    ("hyphen", "-"),
    ("sfthyphen", "-"),
    ("minus", "-"),
    ("period", "."),
    ("slash", "/"),
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("colon", ":"),
    ("semicolon", ";"),
    ("less", "<"),
    ("equal", "="),
    ("greater", ">"),
    ("question", "?"),
    ("at", "@"),
    ("bracketleft", "["),
    ("backslash", "\\"),
    ("bracketright", "]"),
    ("asciicircum", "^"),
    ("underscore", "_"),
    ("grave", "`"),
    ("braceleft", "{"),
    ("bar", "|"),
    ("braceright", "}"),
    ("asciitilde", "~"),
    ("quoteleft", "‘"),
    ("quoteright", "’"),
    ("quotedblleft", "“"),
    ("quotedblright", "”"),
    ("quotesinglbase", "‚"),
    ("quotedblbase", "„"),
    ("guillemotleft", "«"),
    ("guillemotright", "»"),
    ("guilsinglleft", "‹"),
    ("guilsinglright", "›"),
    ("endash", "–"),
    ("emdash", "—"),
    ("bullet", "•"),
    ("ellipsis", "…"),
    ("fi", "fi"),
    ("fl", "fl"),
    ("ff", "ff"),
    ("ffi", "ffi"),
    ("ffl", "ffl"),
    ("AE", "Æ"),
    ("ae", "æ"),
    ("OE", "Œ"),
    ("oe", "œ"),
    ("Oslash", "Ø"),
    ("oslash", "ø"),
    ("Lslash", "Ł"),
    ("lslash", "ł"),
    ("Dcroat", "Đ"),
    ("dcroat", "đ"),
    ("Eth", "Ð"),
    ("eth", "ð"),
    ("Thorn", "Þ"),
    ("thorn", "þ"),
    ("germandbls", "ß"),
    ("dotlessi", "ı"),
    ("Euro", "€"),
    ("sterling", "£"),
    ("yen", "¥"),
    ("cent", "¢"),
    ("section", "§"),
    ("paragraph", "¶"),
    ("copyright", "©"),
    ("registered", "®"),
    ("trademark", "™"),
    ("degree", "°"),
    ("ordfeminine", "ª"),
    ("ordmasculine", "º"),
    ("mu", "µ"),
    ("periodcentered", "·"),
    ("exclamdown", "¡"),
    ("questiondown", "¿"),
    ("onehalf", "½"),
    ("onequarter", "¼"),
    ("threequarters", "¾"),
    ("plusminus", "±"),
    ("multiply", "×"),
    ("divide", "÷"),
    ("dagger", "†"),
    ("daggerdbl", "‡"),
    ("perthousand", "‰"),
    ("fraction", "/"),
];

/// The characters of a glyph; none when its name says nothing (`g27`).
pub(super) fn characters(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    // `a.sc`, `one.oldstyle`: the same character drawn otherwise.
    let name = name.split_once('.').map_or(name, |(name, _)| name);
    if let [letter @ (b'a'..=b'z' | b'A'..=b'Z')] = name.as_bytes() {
        return Some(char::from(*letter).to_string());
    }
    if let Some((_, characters)) = NAMES.iter().find(|known| known.0 == name) {
        return Some((*characters).to_owned());
    }
    let accented = |(accent, mark): &(&str, char)| {
        let base = name.strip_suffix(accent).filter(|base| base.len() == 1 && base.as_bytes()[0].is_ascii_alphabetic())?;
        Some([base, mark.to_string().as_str()].concat().nfc().collect())
    };
    if let Some(character) = ACCENTS.iter().find_map(accented) {
        return Some(character);
    }
    let units = name.strip_prefix("uni").filter(|digits| digits.len() >= 4 && digits.is_ascii());
    if let Some(digits) = units {
        let unit = |at: usize| u16::from_str_radix(digits.get(at..at + 4)?, 16).ok();
        let units: Vec<u16> = (0..digits.len() / 4).map_while(|number| unit(number * 4)).collect();
        return (!units.is_empty()).then(|| String::from_utf16_lossy(&units));
    }
    let point = name.strip_prefix('u').filter(|digits| (4..=6).contains(&digits.len()))?;
    Some(char::from_u32(u32::from_str_radix(point, 16).ok()?)?.to_string())
}

/// Names of the codes of StandardEncoding that differ from ASCII.
const STANDARD: &[(u8, &str)] = &[
    (0x27, "quoteright"),
    (0x60, "quoteleft"),
    (0xA1, "exclamdown"),
    (0xA2, "cent"),
    (0xA3, "sterling"),
    (0xA4, "fraction"),
    (0xA5, "yen"),
    (0xA7, "section"),
    (0xA9, "quotesingle"),
    (0xAA, "quotedblleft"),
    (0xAB, "guillemotleft"),
    (0xAC, "guilsinglleft"),
    (0xAD, "guilsinglright"),
    (0xAE, "fi"),
    (0xAF, "fl"),
    (0xB1, "endash"),
    (0xB2, "dagger"),
    (0xB3, "daggerdbl"),
    (0xB4, "periodcentered"),
    (0xB6, "paragraph"),
    (0xB7, "bullet"),
    (0xB8, "quotesinglbase"),
    (0xB9, "quotedblbase"),
    (0xBA, "quotedblright"),
    (0xBB, "guillemotright"),
    (0xBC, "ellipsis"),
    (0xBD, "perthousand"),
    (0xBF, "questiondown"),
    (0xD0, "emdash"),
    (0xE1, "AE"),
    (0xE3, "ordfeminine"),
    (0xE8, "Lslash"),
    (0xE9, "Oslash"),
    (0xEA, "OE"),
    (0xEB, "ordmasculine"),
    (0xF1, "ae"),
    (0xF5, "dotlessi"),
    (0xF8, "lslash"),
    (0xF9, "oslash"),
    (0xFA, "oe"),
    (0xFB, "germandbls"),
];

/// The characters of a code of StandardEncoding.
pub(super) fn standard(code: u8) -> Option<String> {
    if let Some((_, name)) = STANDARD.iter().find(|known| known.0 == code) {
        return characters(name.as_bytes());
    }
    (0x20..0x7F).contains(&code).then(|| char::from(code).to_string())
}

/// Widths of the printable ASCII characters in Helvetica, in thousandths of the font's size: what
/// the fonts have that every reader knows and files need not describe (Adobe Core 14 metrics).
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278,
    278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722,
    667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556,
    556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// The usual width of a code, when the font does not say.
pub(super) fn usual_width(code: u8) -> f32 {
    code.checked_sub(0x20).and_then(|at| HELVETICA.get(usize::from(at))).map_or(556.0, |width| f32::from(*width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_give_characters() {
        for (name, want) in [
            ("A", Some("A")),
            ("eacute", Some("é")),
            ("Scaron", Some("Š")),
            ("odieresis.sc", Some("ö")),
            ("germandbls", Some("ß")),
            ("uni00E90041", Some("éA")),
            ("u1F600", Some("😀")),
            ("ffi", Some("ffi")),
            ("g27", None),
            ("", None),
            ("u12", None),
        ] {
            assert_eq!(characters(name.as_bytes()).as_deref(), want, "{name}");
        }
        assert_eq!(standard(0x27).as_deref(), Some("’"));
        assert_eq!(standard(0x80), None);
    }
}
