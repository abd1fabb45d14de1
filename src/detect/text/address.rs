//! Postal addresses in prose. An anchor (a street word beside a number, a flat, a military
//! post box) is extended over what usually follows: flat, town, region, postcode, country.

use super::{Scan, is_word};
use crate::detect::{DetectorId, fold::fold_into, normal::month_word, places};

/// Words behind a name of a street: `4642 Forest Court`, `12 Mill Lane`.
const BEHIND: &[&str] = &[
    "street",
    "st",
    "avenue",
    "ave",
    "av",
    "road",
    "rd",
    "lane",
    "ln",
    "drive",
    "dr",
    "court",
    "ct",
    "boulevard",
    "blvd",
    "place",
    "pl",
    "way",
    "circle",
    "cir",
    "terrace",
    "ter",
    "parkway",
    "pkwy",
    "highway",
    "hwy",
    "square",
    "sq",
    "trail",
    "trl",
    "crescent",
    "cres",
    "close",
    "grove",
    "gardens",
    "row",
    "mews",
    "hill",
    "alley",
    "loop",
    "pike",
    "plaza",
    "walk",
    "esplanade",
    "parade",
    "rise",
    "quay",
    "crossing",
    "junction",
    "fort",
    "mount",
    "track",
    "route",
    "strasse",
    "gasse",
    "weg",
    "allee",
    "platz",
    "ring",
    "damm",
    "ufer",
    "utca",
    "ter",
    "ut",
    "utja",
    "korut",
    "sor",
    "street.",
    "gata",
    "vag",
    "vej",
    "vei",
    "gade",
    "plads",
    "allee",
    "laan",
    "straat",
    "gracht",
    "plein",
    "kade",
    "dreef",
    "steenweg",
    "katu",
    "tie",
    "polku",
    "ulice",
    "ulica",
    "cesta",
    "namesti",
    "trg",
    "caddesi",
    "sokak",
    "nagar",
    "marg",
    "puistotie",
    "kuja",
    "brae",
    "vale",
    "ridge",
];

/// Words before it: `rue de Virton 38`, `Via Roma 131`.
pub(super) const BEFORE: &[&str] = &[
    "rue",
    "avenue",
    "boulevard",
    "place",
    "chemin",
    "impasse",
    "allee",
    "quai",
    "cours",
    "route",
    "faubourg",
    "via",
    "viale",
    "corso",
    "piazza",
    "vicolo",
    "largo",
    "strada",
    "contrada",
    "calle",
    "avenida",
    "paseo",
    "plaza",
    "camino",
    "carrera",
    "cuesta",
    "ronda",
    "pasaje",
    "c/",
    "rua",
    "travessa",
    "alameda",
    "praca",
    "estrada",
    "rodovia",
    "largo",
    "ulica",
    "ul",
    "al",
    "os",
    "strada",
    "bulevardul",
    "calea",
    "jalan",
    "jl",
    "ulitsa",
    "prospekt",
    "am",
    "an",
    "zum",
    "unter",
    "auf",
];

/// Endings of street names in one word.
const ENDINGS: &[&str] = &[
    "strasse", "str", "gasse", "weg", "allee", "platz", "ring", "damm", "ufer", "steig", "pfad", "straat", "laan", "gracht", "plein",
    "kade", "dreef", "singel", "gatan", "gata", "vagen", "vag", "vej", "veien", "vegen", "vei", "veg", "gade", "plads", "stien", "vegur",
    "stigur", "braut", "katu", "tie", "kuja", "polku", "raitti", "kaari", "utca", "steenweg", "lei", "hof", "hagen", "bakken", "svingen",
    "toppen", "lia", "tunet", "straede", "parken", "lunden", "ovska", "ovska", "ova", "ulice", "ska", "cka", "skeho", "ckeho", "iho", "nt",
    "puiestee", "maantee", "markt", "dijk", "pad", "park",
];

/// Flats, floors and boxes; a number follows.
const UNITS: &[&str] =
    &["apt", "apartment", "suite", "ste", "unit", "flat", "floor", "psc", "box", "cmr", "po", "postfach", "piso", "appt", "bte", "unit"];

/// One word or number of the text.
#[derive(Clone, Copy, Debug)]
struct Piece {
    start: usize,
    end: usize,
    kind: PieceKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PieceKind {
    Number,
    /// Starts with a capital, or has one in it with digits.
    Capital,
    Lower,
}

impl Scan<'_> {
    /// Walks the numbers of the text and looks whether an address stands around one.
    pub(super) fn addresses(&mut self) {
        let Some(id) = self.detectors.scanner.address else { return };
        let mut at = 0;
        while let Some(step) = self.text.get(at..).and_then(|rest| rest.iter().position(u8::is_ascii_digit)) {
            let start = at + step;
            let end = start + self.text[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            at = end.max(start + 1);
            if end - start <= 6
                && !is_word(self.before(start))
                && !matches!(self.before(start), b'.' | b':' | b'$' | b'#' | b'%' | b'/')
                && let Some(reached) = self.address_at(id, start)
            {
                at = at.max(reached);
            }
        }
    }

    fn address_at(&mut self, id: DetectorId, number: usize) -> Option<usize> {
        let after = self.pieces(number, 24);
        let before = self.pieces_before(number);
        let first = after.first()?;
        let (mut start, mut bits) = (number, self.detectors.get(id).text.base);
        let anchor;
        // "4642 Forest Court": a street word within five capitals behind the number.
        let run: Vec<&Piece> = after
            .iter()
            .skip(1)
            .take(6)
            .take_while(|piece| piece.kind != PieceKind::Lower || self.is(piece, BEFORE) || self.is_particle(piece))
            .collect();
        if run
            .first()
            .is_some_and(|piece| self.text[first.end..piece.start].iter().any(|byte| matches!(byte, b':' | b'(' | b'"' | b'?' | b'!')))
        {
            return None;
        }
        // "15 Sep 2025" is a day.
        let year = after.get(2).is_some_and(|piece| piece.kind == PieceKind::Number && piece.end - piece.start == 4);
        if year && run.first().is_some_and(|piece| month_word(&self.text[piece.start..piece.end]).is_some()) {
            return None;
        }
        let street = run.iter().take(5).position(|piece| self.is_street(piece));
        let before_word = before.iter().position(|piece| self.is(piece, BEFORE) && piece.kind == PieceKind::Capital);
        if let Some(place) = street.filter(|place| *place > 0 || run.len() > 1 || self.is_compound(run[0])) {
            bits += if first.end - first.start <= 5 { 5.0 } else { 3.0 };
            anchor = place + 2;
        } else if let Some(place) = before_word.filter(|place| *place > 0) {
            // "Via Roma 131", "Rua João Pessoa 1636".
            start = before[place].start;
            bits += 5.0;
            anchor = 1;
        } else if let Some(piece) = before.first().filter(|piece| piece.kind == PieceKind::Capital && self.is_compound(piece)) {
            start = piece.start;
            bits += 4.5;
            anchor = 1;
        } else if before.first().is_some_and(|piece| self.is(piece, UNITS) && piece.kind == PieceKind::Capital) {
            start = before.first()?.start;
            bits += 4.0;
            anchor = 1;
        } else if run.first().is_some_and(|piece| piece.kind == PieceKind::Capital) {
            // A number, a capital, and what follows decides.
            bits += 0.5;
            anchor = 2;
            // "450 Præstevænget 15": numbers on both sides of a name.
            let other = after.iter().skip(2).find(|piece| piece.kind != PieceKind::Capital && !self.is_particle(piece));
            if other.is_some_and(|piece| piece.kind == PieceKind::Number && piece.end - piece.start <= 4) {
                bits += 2.0;
            }
        } else {
            return None;
        }
        if start < number {
            start = self.house_number_before(start);
        }
        bits += self.address_lead(start);
        let (end, more) = self.extend(&after, anchor);
        bits += more;
        if bits <= 0.0 || end <= start {
            return None;
        }
        self.scratch.clear();
        let mut normal = std::mem::take(&mut self.scratch);
        let good = crate::detect::Normalise::Address.run(&self.text[start..end], Default::default(), &mut normal);
        self.scratch = normal;
        if good {
            self.keep(id, start, end, bits, false);
            return Some(end);
        }
        None
    }

    /// Words before an address that speak for one.
    fn address_lead(&self, start: usize) -> f32 {
        const LEADS: &[&str] = &[
            "address",
            "adresse",
            "anschrift",
            "direccion",
            "indirizzo",
            "adres",
            "endereco",
            "lives at",
            "live at",
            "lived at",
            "living at",
            "resides at",
            "residing at",
            "located at",
            "sent to",
            "send to",
            "deliver to",
            "ship to",
            "office is at",
            "is at",
            "moved to",
            "new one to",
            "at the corner",
            "wohnhaft",
        ];
        let mut before = Vec::new();
        fold_into(&self.text[start.saturating_sub(36)..start], &mut before);
        if LEADS.iter().any(|lead| memchr::memmem::find(&before, lead.as_bytes()).is_some()) { 3.0 } else { 0.0 }
    }

    /// "6750 Koskikatu 25": a number before the street as well.
    fn house_number_before(&self, start: usize) -> usize {
        match self.pieces_before(start).first() {
            Some(piece) if piece.kind == PieceKind::Number && piece.end - piece.start <= 5 => piece.start,
            _ => start,
        }
    }

    /// Goes on over flat, town, region, postcode and country. Returns the end and their bits.
    fn extend(&self, after: &[Piece], anchor: usize) -> (usize, f32) {
        let mut end = after.get(anchor.saturating_sub(1)).map_or(0, |piece| piece.end);
        let (mut bits, mut capitals) = (0.0_f32, 0);
        let mut known = false;
        for (place, piece) in after.iter().enumerate().skip(anchor) {
            let gap = &self.text[end.min(piece.start)..piece.start];
            let sentence = gap.contains(&b'.') && !self.is(&after[place - 1], UNITS) && !self.is_street(&after[place - 1]);
            if gap.len() > 8 || sentence || gap.iter().any(|byte| matches!(byte, b'?' | b'!' | b':' | b';' | b'(' | b'"' | b'@' | b'\'')) {
                break;
            }
            // A blank line ends an address unless a known place goes on with it.
            if gap.iter().filter(|byte| **byte == b'\n').count() > 1 && !self.is_place(after, place) {
                break;
            }
            match piece.kind {
                PieceKind::Number => {
                    let digits = piece.end - piece.start;
                    if digits > 6 {
                        break;
                    }
                    if self.is(&after[place - 1], UNITS) {
                        bits += 3.0;
                        known = true;
                    } else if (4..=6).contains(&digits) {
                        bits += 2.0;
                        known = true;
                    }
                    capitals = 0;
                }
                PieceKind::Capital => {
                    let word = &self.text[piece.start..piece.end];
                    if word.len() == 2 && places::is_us_state(word) {
                        bits += 1.5;
                        known = true;
                    } else if self.is_place(after, place) {
                        bits += 2.0;
                        known = true;
                    }
                    capitals += 1;
                    if capitals > 5 {
                        break;
                    }
                }
                PieceKind::Lower if self.is_particle(piece) && after.get(place + 1).is_some_and(|next| next.kind == PieceKind::Capital) => {
                }
                PieceKind::Lower => break,
            }
            end = piece.end;
        }
        (end, if known { bits.min(7.0) } else { 0.0 })
    }

    /// A town or country, of one or two words.
    fn is_place(&self, after: &[Piece], place: usize) -> bool {
        let piece = &after[place];
        let mut folded = Vec::new();
        fold_into(&self.text[piece.start..piece.end], &mut folded);
        if folded.len() < 4 {
            return false;
        }
        let mut code = Vec::new();
        if places::is_city(&folded) || places::country(&folded, &mut code) {
            return true;
        }
        let Some(next) = after.get(place + 1) else { return false };
        folded.push(b' ');
        fold_into(&self.text[next.start..next.end], &mut folded);
        code.clear();
        places::is_city(&folded) || places::country(&folded, &mut code)
    }

    fn pieces(&self, from: usize, most: usize) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let limit = (from + 160).min(self.text.len());
        let mut at = from;
        while at < limit && pieces.len() < most {
            if !is_word(self.byte(at)) {
                at += 1;
                continue;
            }
            let end = at + self.text[at..limit].iter().take_while(|byte| is_word(**byte) || matches!(byte, b'\'' | b'-')).count();
            pieces.push(self.piece(at, end));
            at = end;
        }
        pieces
    }

    /// The up to five words before a place, nearest first.
    fn pieces_before(&self, at: usize) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut end = at;
        while pieces.len() < 5 {
            let gap = self.text[..end].iter().rev().take(3).take_while(|byte| matches!(byte, b' ' | b',' | b'.')).count();
            if gap == 0 {
                break;
            }
            end -= gap;
            let length =
                self.text[..end].iter().rev().take(30).take_while(|byte| is_word(**byte) || matches!(byte, b'\'' | b'-' | b'/')).count();
            if length == 0 {
                break;
            }
            pieces.push(self.piece(end - length, end));
            end -= length;
        }
        pieces
    }

    fn piece(&self, start: usize, end: usize) -> Piece {
        let word = &self.text[start..end];
        let kind = match word.first() {
            Some(b'0'..=b'9') if word.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-') => PieceKind::Number,
            Some(first) if first.is_ascii_lowercase() => PieceKind::Lower,
            Some(0x80..) if !starts_upper(word) => PieceKind::Lower,
            _ => PieceKind::Capital,
        };
        Piece { start, end, kind }
    }

    fn is(&self, piece: &Piece, words: &[&str]) -> bool {
        let word = &self.text[piece.start..piece.end];
        words.iter().any(|other| word.eq_ignore_ascii_case(other.as_bytes()))
            || (!word.is_ascii() && words.contains(&self.folded(piece).as_str()))
    }

    fn folded(&self, piece: &Piece) -> String {
        let mut folded = Vec::new();
        fold_into(&self.text[piece.start..piece.end], &mut folded);
        String::from_utf8_lossy(&folded).into_owned()
    }

    fn is_street(&self, piece: &Piece) -> bool {
        piece.kind == PieceKind::Capital && (self.is(piece, BEHIND) || self.is(piece, BEFORE) || self.is_compound(piece))
    }

    /// A street name in one word: `Bahnhofstraße`, `Prinsengracht`, `Koskikatu`.
    fn is_compound(&self, piece: &Piece) -> bool {
        let folded = self.folded(piece);
        folded.len() >= 7
            && piece.kind == PieceKind::Capital
            && ENDINGS.iter().any(|ending| folded.ends_with(ending) && folded.len() >= ending.len() + 3)
    }

    fn is_particle(&self, piece: &Piece) -> bool {
        self.is(
            piece,
            &[
                "de", "del", "della", "di", "da", "do", "dos", "des", "du", "la", "le", "les", "van", "von", "der", "den", "of", "the",
                "upon", "y", "e", "z", "na", "sur", "am", "utca", "tie", "i", "u", "al", "el", "l'", "pologne", "ter", "ut",
            ],
        )
    }
}

/// Whether a word that starts beyond ASCII starts with a capital.
fn starts_upper(word: &[u8]) -> bool {
    let head = &word[..word.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    valid.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_lowercase())
}
