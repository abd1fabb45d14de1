//! Italian codice fiscale (DM 23 December 1976): 16 characters, check letter modulus 26.

use super::plausible_short_date;

/// Letters and digits stand where they must (omocodia allowed) and the last letter checks.
pub(super) fn it_codice_fiscale(value: &[u8]) -> bool {
    const ODD: [u32; 26] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let placed = |place: usize, byte: u8| match place {
        6 | 7 | 9 | 10 | 12 | 13 | 14 => byte.is_ascii_digit() || b"LMNPQRSTUV".contains(&byte),
        8 => b"ABCDEHLMPRST".contains(&byte),
        _ => byte.is_ascii_uppercase(),
    };
    if value.len() != 16 || !value.iter().enumerate().all(|(place, byte)| placed(place, *byte)) {
        return false;
    }
    // Where two people's codes would be equal, digits are written as these letters.
    let digit = |place: usize| match b"LMNPQRSTUV".iter().position(|letter| *letter == value[place]) {
        Some(digit) => digit as u8,
        None => value[place] - b'0',
    };
    let month = b"ABCDEHLMPRST".iter().position(|letter| *letter == value[8]).map_or(0, |month| month as u8 + 1);
    if !plausible_short_date(digit(6) * 10 + digit(7), month, (digit(9) * 10 + digit(10)) % 40) {
        return false;
    }
    let sum: u32 = value[..15]
        .iter()
        .enumerate()
        .map(|(place, byte)| {
            let number = if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' };
            if place % 2 == 0 { ODD[usize::from(number) % 26] } else { u32::from(number) }
        })
        .sum();
    u32::from(value[15] - b'A') == sum % 26
}

#[cfg(test)]
mod tests {
    use super::it_codice_fiscale;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["RCCMNL83S18D969H", "MNCGLI63C50F839B"] {
            assert!(it_codice_fiscale(value.as_bytes()), "{value}");
        }
        for value in ["RCCMNL83S18D969I", "RCCMNL83X18D969H", "", "0"] {
            assert!(!it_codice_fiscale(value.as_bytes()), "{value}");
        }
    }
}
