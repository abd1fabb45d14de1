//! EBCDIC, the charset of mainframes: the code pages of most of the Americas and Western Europe.

/// What bytes from 0x40 stand for in code page 037.
const US: &str = "\u{20}\u{A0}âäàáãåçñ¢.<(+|&éêëèíîïìß!$*);¬-/ÂÄÀÁÃÅÇÑ¦,%_>?øÉÊËÈÍÎÏÌ`:#@'=\"Øabcdefghi«»ðýþ±°jklmnopqrªºæ¸Æ¤µ~stuvwxyz¡¿ÐÝÞ®^£¥·©§¶¼½¾[]¯¨´×{ABCDEFGHI\u{AD}ôöòóõ}JKLMNOPQR¹ûüùúÿ\\÷STUVWXYZ²ÔÖÒÓÕ0123456789³ÛÜÙÚ\u{9F}";

/// The names of a page, and where it differs from 037.
type Page = (&'static [&'static str], &'static [(u8, char)]);

/// The other pages.
const PAGES: &[Page] = &[
    (&["037", "37", "1140"], &[]),
    (&["500", "1148"], &[(0x4A, '['), (0x4F, '!'), (0x5A, ']'), (0x5F, '^'), (0xB0, '¢'), (0xBA, '¬'), (0xBB, '|')]),
    (&["1047", "924"], &[(0x5F, '^'), (0xAD, '['), (0xB0, '¬'), (0xBA, 'Ý'), (0xBB, '¨'), (0xBD, ']')]),
    (
        &["273", "1141"],
        &[
            (0x43, '{'),
            (0x4A, 'Ä'),
            (0x4F, '!'),
            (0x59, '~'),
            (0x5A, 'Ü'),
            (0x5F, '^'),
            (0x63, '['),
            (0x6A, 'ö'),
            (0x7C, '§'),
            (0xA1, 'ß'),
            (0xB0, '¢'),
            (0xB5, '@'),
            (0xBA, '¬'),
            (0xBB, '|'),
            (0xBC, '‾'),
            (0xC0, 'ä'),
            (0xCC, '¦'),
            (0xD0, 'ü'),
            (0xDC, '}'),
            (0xE0, 'Ö'),
            (0xEC, '\\'),
            (0xFC, ']'),
        ],
    ),
];

/// What each byte of a code page stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CodePage(Box<[char; 256]>);

impl CodePage {
    /// The page of this name, such as `cp037` or `IBM1047`.
    pub(super) fn of(name: &str) -> Option<CodePage> {
        let number = name.to_ascii_lowercase();
        let number = ["cp", "ibm-", "ibm", "ebcdic-"].iter().find_map(|before| number.strip_prefix(before))?;
        let (_, differences) = PAGES.iter().find(|(names, _)| names.contains(&number))?;
        let mut page = Box::new([' '; 256]);
        // Of controls only the ends of lines matter.
        (page[0x05], page[0x0D], page[0x15], page[0x25]) = ('\t', '\r', '\n', '\n');
        page[0x40..].iter_mut().zip(US.chars()).for_each(|(place, c)| *place = c);
        // The last is a control here and the euro sign in the pages of the nineties.
        page[0xFF] = ' ';
        page[0x9F] = if matches!(number, "1140" | "1141" | "1148" | "924") { '€' } else { page[0x9F] };
        differences.iter().for_each(|(byte, c)| page[usize::from(*byte)] = *c);
        Some(CodePage(page))
    }

    pub(super) fn decode(&self, bytes: &[u8]) -> String {
        bytes.iter().map(|byte| self.0[usize::from(*byte)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_known_by_the_names_of_their_makers() {
        for (name, bytes, want) in [
            ("cp037", b"\xD1\x81\x95\x85\x40\xF0\xF9\x60\xBA".as_slice(), "Jane 09-["),
            ("IBM500", b"\x4A\xC1\x5A", "[A]"),
            ("ibm-1047", b"\xAD\xC1\xBD\x15", "[A]\n"),
            ("cp273", b"\xC9\xC1\xC0\xA1", "IAäß"),
            ("cp1140", b"\x9F", "€"),
            ("cp037", b"\xE9\xD7\xE6\xA9\x00\xFF", "ZPWz  "),
        ] {
            assert_eq!(CodePage::of(name).map(|page| page.decode(bytes)).as_deref(), Some(want), "{name}");
        }
        assert_eq!((CodePage::of("cp1252"), CodePage::of("037")), (None, None));
        assert_eq!(US.chars().count(), 192);
    }
}
