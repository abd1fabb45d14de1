//! Postal addresses in prose. An anchor (a street word beside a number, a box, a military post
//! office) is extended over what usually follows: flat, town, region, postcode, country.

use super::{
    Scan,
    address_words::{address_words, kind},
    is_word,
    pieces::{Piece, PieceKind, Pieces},
};
use crate::detect::{
    DetectorId,
    fold::{fold_into, with_folded},
    header::is_organisation,
    normal::month_word,
    places,
};

/// Words looked at behind a number, and before one.
const BEHIND: usize = 24;
/// One of them, and those behind it that are looked at together.
const NEXT: usize = 3;
const BEFORE: usize = 8;
/// What words before an address that announce one add, in bits.
const LEAD: f32 = 3.0;
/// Capitals in a row that nobody knows, behind an anchor.
const UNKNOWN: usize = 5;

/// Where an address begins, how many of the words behind the number it surely has, and the bits.
struct Anchor {
    start: usize,
    taken: usize,
    bits: f32,
}

impl Scan<'_> {
    /// Walks the numbers of the text and looks whether an address stands around one.
    pub(super) fn addresses(&mut self) {
        let Some(id) = self.detectors.scanner.address else { return };
        let planes = self.planes;
        let mut behind = 0;
        planes.digits.each_start(|start| {
            let end = planes.digits.end(start);
            if start >= behind
                && end - start <= 6
                && !is_word(self.before(start))
                && !matches!(self.before(start), b'.' | b':' | b'$' | b'#' | b'%')
                && (self.before(start) != b'/' || self.before(start - 1) == b'.' || self.is_unit(start - 1))
                && let Some(reached) = self.address_at(id, start)
            {
                behind = reached;
            }
        });
    }

    /// Whether the number of a flat ends here, before the slash and the number of the house: `8/14 Collins Street`.
    fn is_unit(&self, slash: usize) -> bool {
        let digits = self.text[..slash].iter().rev().take(5).take_while(|byte| byte.is_ascii_digit()).count();
        let before = self.before(slash - digits);
        (1..=4).contains(&digits) && !is_word(before) && !matches!(before, b'/' | b'.' | b'-' | b':')
    }

    fn address_at(&mut self, id: DetectorId, number: usize) -> Option<usize> {
        // Whatever makes an address of it, a capital or a word of streets is right beside it.
        let may = |piece: &Piece| piece.is_capital() || piece.kinds != 0;
        let behind = self.word_behind(number);
        if !behind.as_ref().is_some_and(may) && !self.pieces_before(number, 1).first().is_some_and(may) {
            return None;
        }
        if behind.is_some_and(|piece| self.is_month_of_a_year(number, &piece)) {
            return None;
        }
        let mut after = self.pieces(number, 7);
        let before = self.pieces_before(number, BEFORE);
        let anchor = self.anchor(number, &after, &before)?;
        let start = self.start_before(if anchor.start < number { self.house_number_before(anchor.start) } else { number });
        let (end, more) = self.extend(number, &mut after, anchor.taken);
        let mut bits = self.detectors.get(id).text.base + anchor.bits + more;
        if bits + LEAD <= 0.0 || end <= start {
            return None;
        }
        bits += self.address_lead(start);
        if bits <= 0.0 {
            return None;
        }
        if self.is_of_a_firm(start) {
            return Some(end);
        }
        self.scratch.clear();
        let mut normal = std::mem::take(&mut self.scratch);
        let good = crate::detect::Normalise::Address.run(&self.text[start..end], Default::default(), &mut normal);
        self.scratch = normal;
        good.then(|| {
            self.keep(id, start, end, bits, false);
            self.taken.push((start, end));
            end
        })
    }

    fn is_month(&self, piece: &Piece) -> bool {
        month_word(&self.text[piece.start..piece.end]).is_some()
    }

    /// "15 Sep 2025" is a day: the word behind the number is a month, and a year follows.
    fn is_month_of_a_year(&self, number: usize, behind: &Piece) -> bool {
        let next = || self.word_within(number, behind.end).map(|(start, end)| self.piece(start, end));
        behind.is_of_street() && self.is_month(behind) && next().is_some_and(|piece| piece.is_number() && piece.length() == 4)
    }

    /// What makes the number one of an address.
    fn anchor(&self, number: usize, after: &[Piece], before: &[Piece]) -> Option<Anchor> {
        let first = after.first()?;
        let of = |start, taken, bits| Some(Anchor { start, taken, bits });
        let run: Vec<&Piece> = after.iter().skip(1).take(6).take_while(|piece| piece.is_of_street()).collect();
        let parted = run.first().is_some_and(|piece| {
            self.text[first.end..piece.start].iter().any(|byte| matches!(byte, b':' | b'(' | b'"' | b'?' | b'!' | b';'))
        });
        let month = |piece: &Piece| self.is_month(piece);
        if let Some(start) = self.military(first, before) {
            return of(start, 1, 7.0);
        }
        // "Via Roma 131", "Rua João Pessoa 1636", "Árpád fejedelem útja 62": the street before the number.
        let near = before.first().is_some_and(|piece| !self.text[piece.end..number].contains(&b'\n'));
        let street_before = before
            .iter()
            .position(|piece| piece.is(kind::BEFORE | kind::WEAK | kind::LOWER) && (piece.is_capital() || piece.is(kind::LOWER)));
        // Right behind the word comes the name: "Harbor Plaza, Chicago, IL 60601" is none.
        let street_before =
            street_before.filter(|place| *place == 0 || !self.text[before[*place].end..before[*place - 1].start].contains(&b','));
        if near
            && let Some(place) =
                street_before.filter(|place| *place > 0 && before[..*place].iter().any(Piece::is_capital) && before[0].is_of_street())
        {
            let sure = before[place].is(kind::BEFORE) && (before[place].is_capital() || !before[place].is(kind::WEAK));
            return of(before[place].start, 1, if sure { 5.0 } else { 2.5 });
        }
        if near && let Some(piece) = before.first() {
            // "Kossuth Lajos utca 12": the name before the word.
            let named = before
                .iter()
                .skip(1)
                .take(3)
                .take_while(|piece| piece.is_capital() || piece.is(kind::PARTICLE))
                .filter(|piece| piece.is_capital())
                .last();
            if piece.kind == PieceKind::Lower
                && piece.is(kind::LOWER)
                && piece.is(kind::BEHIND)
                && let Some(named) = named
            {
                return of(named.start, 1, 4.5);
            }
            if piece.is_capital()
                && piece.is(kind::NUMBERED)
                && let Some(named) = named
            {
                return of(named.start, 1, 4.5);
            }
            if piece.is_capital() && piece.is(kind::COMPOUND) && !month(piece) {
                return of(piece.start, 1, 4.5);
            }
            if piece.is(kind::BOX) && piece.is_capital() {
                return of(self.box_start(before), 1, 4.5);
            }
        }
        // "26 rue des lilas": behind a street word in front the name may be in lower case, to the end of its line or part.
        if let Some(taken) = self.lower_street(after).filter(|_| !parted) {
            return of(number, taken, 4.0);
        }
        // "4642 Forest Court": a street word within five capitals behind the number.
        let street = run.iter().take(5).position(|piece| piece.is_street()).filter(|_| !parted);
        if let Some(place) =
            street.filter(|place| *place > 0 || run[0].is(kind::COMPOUND) || run.iter().skip(1).any(|piece| piece.is_capital()))
        {
            let lower = run[place].kind == PieceKind::Lower;
            // "26 rue des Lilas" goes on to its last capital; "12 Mill Lane" ends with the word.
            let taken = if place == 0 { 2 + run.iter().rposition(|piece| piece.is_capital()).unwrap_or_default() } else { place + 2 };
            let bits = if first.length() <= 5 { 5.0 } else { 3.0 } - if lower && place == 0 && run[0].is(kind::WEAK) { 2.0 } else { 0.0 };
            return of(number, taken, bits);
        }
        if near && let Some(piece) = before.first() {
            if piece.is(kind::UNIT) && piece.is_capital() && piece.length() > 1 {
                return of(piece.start, 1, 2.9);
            }
            // "Am Sandtorkai 5, 20457 Hamburg", "lives on Grössgstötten 50".
            let plain = before
                .iter()
                .take(4)
                .take_while(|piece| piece.is_capital() || piece.is(kind::PARTICLE))
                .filter(|piece| piece.is_capital())
                .last();
            if piece.is_capital()
                && !month(piece)
                && first.length() <= 5
                && let Some(plain) = plain
            {
                let town = self.is_postcode_and_town(after);
                let bits = if piece.is(kind::PERHAPS) { 1.0 } else { 0.2 } + if town { 3.0 } else { 0.0 };
                if town || piece.is(kind::PERHAPS) || self.address_lead(plain.start) > 0.0 {
                    return of(plain.start, 1, bits);
                }
            }
        }
        if parted || !run.first().is_some_and(|piece| piece.is_capital()) {
            return None;
        }
        // A number, a capital, and what follows decides. "450 Præstevænget 15": numbers on both sides of a name.
        let other = after.iter().skip(2).find(|piece| !piece.is_capital() && !piece.is(kind::PARTICLE));
        let both = other.is_some_and(|piece| piece.is_number() && piece.length() <= 4);
        of(number, 2, if both { 2.5 } else { 0.5 })
    }

    /// How many words a number, a street word in front and a name in lower case take.
    fn lower_street(&self, after: &[Piece]) -> Option<usize> {
        let word = after.get(1).filter(|piece| piece.is(kind::BEFORE) && !piece.is(kind::WEAK) && piece.length() > 2)?;
        let mut end = word.end;
        let name = after.iter().skip(2).take_while(|piece| {
            let goes_on = self.text.get(end..piece.start) == Some(b" ") && !piece.is_number();
            end = piece.end;
            goes_on
        });
        let count = name.count();
        let last = after.get(1 + count)?;
        let closed = matches!(self.byte(last.end), b',' | b'\n' | b'\r' | b'.') || last.end == self.text.len();
        ((1..=5).contains(&count) && closed && last.kind == PieceKind::Lower || last.is_capital() && closed && (2..=5).contains(&count))
            .then_some(2 + count)
    }

    /// `Unit 4526 Box 0671, DPO AP 51065`, `USNS Mercy FPO AP 96672` (USPS Publication 28, section 225).
    fn military(&self, first: &Piece, before: &[Piece]) -> Option<usize> {
        let word = |place: usize| before.get(place).map_or(&b""[..], |piece| &self.text[piece.start..piece.end]);
        let is = |place: usize, words: &[&[u8]]| words.iter().any(|other| word(place).eq_ignore_ascii_case(other));
        if first.length() < 5 || !is(0, &[b"AA", b"AE", b"AP"]) || !is(1, &[b"APO", b"FPO", b"DPO"]) {
            return None;
        }
        // The line before names the unit or the ship.
        let office = before[1].start;
        let unit = self.pieces_before(self.text[..office].trim_ascii_end().len() + 1, BEFORE);
        let begins = unit
            .iter()
            .take(5)
            .take_while(|piece| piece.is_number() || piece.is_capital() || piece.is(kind::FORCES))
            .filter(|piece| piece.is(kind::FORCES))
            .last();
        Some(begins.map_or(office, |piece| piece.start))
    }

    /// `P.O. Box`, `GPO Box`, `Casella Postale`.
    fn box_start(&self, before: &[Piece]) -> usize {
        before
            .iter()
            .skip(1)
            .take(2)
            .take_while(|piece| piece.is_capital() && piece.length() <= 3)
            .last()
            .or(before.first())
            .map_or(0, |piece| piece.start)
    }

    /// Whether behind the number stand a postcode and a town: `5, 20457 Hamburg`.
    fn is_postcode_and_town(&self, after: &[Piece]) -> bool {
        let postcode =
            after.get(1).is_some_and(|piece| piece.is_number() && (3..=6).contains(&piece.length()) || self.postcode_bits(after, 1) > 2.5);
        let place = if after.get(2).is_some_and(|piece| piece.is_number() || piece.length() <= 2) { 3 } else { 2 };
        postcode && after.get(place).is_some_and(|piece| piece.is_capital()) && self.is_place(after, place)
    }

    /// "Northfield Harbor Group, 1 Harbor Plaza": the address of the firm named right before it.
    fn is_of_a_firm(&self, start: usize) -> bool {
        let before = self.text[start.saturating_sub(80)..start].trim_ascii_end();
        let Some(before) = before.strip_suffix(b",") else { return false };
        let from = before.iter().rposition(|byte| matches!(byte, b',' | b'.' | b':' | b';' | b'\n')).map_or(0, |at| at + 1);
        let name = before[from..].trim_ascii();
        let mut folded = Vec::new();
        fold_into(name, &mut folded);
        name.first().is_some_and(u8::is_ascii_uppercase) && name.split(|byte| *byte == b' ').count() <= 5 && is_organisation(&folded)
    }

    /// Words before an address that speak for one.
    fn address_lead(&self, start: usize) -> f32 {
        let mut before = Vec::new();
        fold_into(&self.text[start.saturating_sub(36)..start], &mut before);
        if address_words().is_lead(&before) { LEAD } else { 0.0 }
    }

    /// "6750 Koskikatu 25": a number before the street as well.
    fn house_number_before(&self, start: usize) -> usize {
        match self.pieces_before(start, 1).first() {
            Some(piece) if piece.is_number() && piece.length() <= 5 => piece.start,
            _ => start,
        }
    }

    /// "Flat 2, 14 High Street", "3178 254 Damvergi Street", "5/14 Mill Lane".
    fn start_before(&self, start: usize) -> usize {
        match self.pieces_before(start, 2).as_slice() {
            [number, unit, ..] if number.is_number() && unit.is_capital() && unit.is(kind::UNIT) => unit.start,
            [number, ..]
                if number.is_number() && number.length() <= 5 && start - number.end == 1 && matches!(self.before(start), b' ' | b'/') =>
            {
                number.start
            }
            _ => start,
        }
    }

    /// Goes on over flat, town, region, postcode and country. Returns the end and their bits.
    fn extend(&self, number: usize, after: &mut Pieces, anchor: usize) -> (usize, f32) {
        self.add_pieces(after, number, (anchor + NEXT).min(BEHIND));
        let mut reached = after.get(anchor.saturating_sub(1)).map_or(0, |piece| piece.end);
        // Words nobody knows belong to it when something known follows.
        let mut end = reached;
        let (mut bits, mut capitals) = (0.0_f32, 0);
        let (mut postcode, mut placed, mut country) = (false, false, false);
        // The second word of a town's name, a town behind its postcode.
        let mut town = usize::MAX;
        for place in anchor..BEHIND {
            // Mostly it ends soon: what is farther is not looked at before.
            self.add_pieces(after, number, (place + NEXT).min(BEHIND));
            let after = after.as_slice();
            let Some(piece) = after.get(place) else { break };
            let gap = &self.text[reached.min(piece.start)..piece.start];
            let new_line = gap.contains(&b'\n');
            if self.ends_address(after, place, gap) || new_line && (country || postcode && piece.is_number()) {
                break;
            }
            let mut known = 0.0;
            match piece.kind {
                PieceKind::Number if self.is_telephone(after, place, new_line) || piece.length() > 10 => break,
                PieceKind::Number => {
                    let before = &after[place - 1];
                    known = if before.is(kind::UNIT | kind::BOX) { 3.0 } else { self.postcode_bits(after, place) };
                    let is_postcode = !before.is(kind::UNIT | kind::BOX) && known > 0.0;
                    // "1000 Bruxelles": the code stands before its town, behind a comma or on a line of its own.
                    if is_postcode && !placed && (gap.iter().any(|byte| matches!(byte, b',' | b'\n')) || piece.length() < 3) {
                        town = place + 1;
                    }
                    postcode |= is_postcode;
                    capitals = 0;
                }
                PieceKind::Capital => {
                    let word = &self.text[piece.start..piece.end];
                    let code = self.postcode_bits(after, place);
                    if code > 0.0 {
                        (known, postcode) = (code, true);
                        // "1016 GV Amsterdam", "CH-8002 Zürich".
                        if !placed && (piece.length() == 2 || word.contains(&b'-')) {
                            town = place + 1;
                        }
                    } else if place == town {
                        (known, placed) = (1.0, true);
                        // "2595 Den Haag", "São Paulo".
                        if piece.length() <= 4
                            && after.get(place + 1).is_some_and(|next| next.is_capital() && next.start - piece.end == 1)
                            && !self.is_place(after, place)
                        {
                            town = place + 1;
                        }
                    } else if matches!(word.len(), 2 | 3) && places::is_region_code(word) {
                        (known, placed) = (1.5, true);
                    } else if let Some(words) = self.place_words(after, place) {
                        (known, placed) = (2.0, true);
                        if words > 1 {
                            town = place + 1;
                        }
                    }
                    country |= known == 2.0 && postcode && self.is_country(after, place);
                    capitals += 1;
                    if capitals > UNKNOWN && known == 0.0 {
                        break;
                    }
                }
                PieceKind::Lower
                    if piece.is(kind::PARTICLE | kind::UNIT) && after.get(place + 1).is_some_and(|next| next.kind != PieceKind::Lower) => {}
                PieceKind::Lower => break,
            }
            bits += known;
            reached = piece.end;
            let same_number = piece.is_number() && place == anchor && !new_line;
            if known > 0.0 || same_number {
                end = reached;
            }
        }
        (end, bits.min(7.0))
    }

    /// Whether what lies before a word ends the address.
    fn ends_address(&self, after: &[Piece], place: usize, gap: &[u8]) -> bool {
        let before = &after[place - 1];
        let abbreviated = before.is(kind::UNIT | kind::BOX | kind::PARTICLE)
            || before.is_street()
            || before.length() <= 2
            || before.is_number() && before.length() <= 3;
        (gap.contains(&b'.') && !abbreviated)
            || gap.len() > 8
            || gap.iter().any(|byte| matches!(byte, b'!' | b':' | b';' | b'"' | b'@' | b'\'' | b'\\' | b'='))
            // A mark that stands before every line of a quotation is none of this one's.
            || gap.iter().any(|byte| matches!(byte, b'?' | b'(')) && !gap.contains(&b'\n') && !(gap == b" (" && self.is_place(after, place))
            // A blank line ends an address unless a known place goes on with it.
            || gap.iter().filter(|byte| **byte == b'\n').count() > 1 && !self.is_place(after, place)
    }

    /// Whether a number begins a telephone number: groups of digits follow, on a line of its own.
    fn is_telephone(&self, after: &[Piece], place: usize, new_line: bool) -> bool {
        let piece = &after[place];
        let on_line = |next: &Piece| !self.text[piece.end..next.start].contains(&b'\n');
        let next_is_near = after.get(place + 1).is_some_and(|next| next.is_number() && next.start - piece.end <= 2 && on_line(next));
        let further = after.get(place + 2).is_some_and(|next| next.is_number() && next.start - after[place + 1].end <= 1);
        self.before(piece.start) == b'+' || next_is_near && (new_line || further)
    }

    /// What a word says as a postcode: digits, or the forms of single countries.
    fn postcode_bits(&self, after: &[Piece], place: usize) -> f32 {
        let of = |place: usize| after.get(place).map_or(&b""[..], |piece| &self.text[piece.start..piece.end]);
        let shape = |word: &[u8]| -> Vec<u8> {
            word.iter()
                .take(11)
                .map(|byte| {
                    if byte.is_ascii_digit() {
                        b'd'
                    } else if byte.is_ascii_uppercase() {
                        b'A'
                    } else {
                        *byte
                    }
                })
                .collect()
        };
        let joined = |end: usize, start: usize| self.text.get(end..start) == Some(b" ");
        let next = if after.get(place + 1).zip(after.get(place)).is_some_and(|(next, piece)| joined(piece.end, next.start)) {
            shape(of(place + 1))
        } else {
            Vec::new()
        };
        match (shape(of(place)).as_slice(), next.as_slice()) {
            // United Kingdom, Canada, Netherlands, Ireland.
            (b"Ad" | b"Add" | b"AAd" | b"AAdd" | b"AdA" | b"AAdA", b"dAA")
            | (b"AdA", b"dAd")
            | (b"dddd", b"AA")
            | (b"Add" | b"AdA", b"AAdd" | b"AdAd" | b"AAAd" | b"dddd") => 4.0,
            (b"AAdd" | b"AdAd" | b"AAAd", _) if place > 0 && shape(of(place - 1)) == b"Add" => 0.5,
            (b"dAA" | b"dAd", _) if place > 0 && shape(of(place - 1)).first() == Some(&b'A') && shape(of(place - 1)).contains(&b'd') => 0.5,
            (b"dddddd" | b"ddddd" | b"dddd", _) => 2.0,
            (b"ddddAA" | b"ddddd-dddd" | b"ddddd-ddd" | b"dddd-ddd" | b"dd-ddd" | b"ddd-dddd", _) => 3.0,
            // Sweden, Greece, the Czech Republic.
            (b"ddd", b"dd") => 2.0,
            (b"dd", _) if place > 0 && shape(of(place - 1)) == b"ddd" => 0.5,
            ([b'A', b'-', digits @ ..] | [b'A', b'A', b'-', digits @ ..], _)
                if (3..=6).contains(&digits.len()) && digits.iter().all(|byte| *byte == b'd') =>
            {
                3.0
            }
            _ => 0.0,
        }
    }

    fn is_country(&self, after: &[Piece], place: usize) -> bool {
        with_folded(&self.text[after[place].start..after[place].end], |folded| places::country(folded, &mut Vec::new()))
    }

    fn is_place(&self, after: &[Piece], place: usize) -> bool {
        self.place_words(after, place).is_some()
    }

    /// A town or country: of how many words, one or two.
    fn place_words(&self, after: &[Piece], place: usize) -> Option<usize> {
        let piece = &after[place];
        let mut folded = Vec::new();
        fold_into(&self.text[piece.start..piece.end], &mut folded);
        let mut code = Vec::new();
        if folded.len() >= 4 && (places::is_city(&folded) || places::country(&folded, &mut code)) {
            return Some(1);
        }
        let next = after.get(place + 1).filter(|_| folded.len() >= 2)?;
        folded.push(b' ');
        fold_into(&self.text[next.start..next.end], &mut folded);
        code.clear();
        (places::is_city(&folded) || places::country(&folded, &mut code)).then_some(2)
    }
}
