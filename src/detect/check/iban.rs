//! IBAN (ISO 13616): country, length of that country, modulus 97.

/// The length is the country's and the check digits fit.
pub(super) fn iban(value: &[u8]) -> bool {
    let Some(length) = value.first_chunk().and_then(|country| length_in(*country)) else { return false };
    if value.len() != length || !value[2..4].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let rest = value[4..].iter().chain(&value[..4]).try_fold(0_u32, |rest, byte| match byte {
        b'0'..=b'9' => Some((rest * 10 + u32::from(byte - b'0')) % 97),
        b'A'..=b'Z' => Some((rest * 100 + u32::from(byte - b'A') + 10) % 97),
        _ => None,
    });
    rest == Some(1)
}

/// How long those of a country are, by its code in capitals.
#[inline]
pub(in crate::detect) fn length_in(country: [u8; 2]) -> Option<usize> {
    let letters = country.map(|letter| usize::from(letter.wrapping_sub(b'A')));
    let length = if letters.iter().all(|letter| *letter < 26) { BY_LETTERS[letters[0]][letters[1]] } else { 0 };
    (length > 0).then_some(usize::from(length))
}

/// The same as a table.
static BY_LETTERS: [[u8; 26]; 26] = {
    let (mut table, mut at) = ([[0; 26]; 26], 0);
    while at < LENGTHS.len() {
        let (code, length) = LENGTHS[at];
        let code = code.as_bytes();
        table[(code[0] - b'A') as usize][(code[1] - b'A') as usize] = length as u8;
        at += 1;
    }
    table
};

/// Length by country, from the SWIFT IBAN registry and the countries that use one outside it.
const LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AO", 25),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BF", 28),
    ("BG", 22),
    ("BH", 22),
    ("BI", 27),
    ("BJ", 28),
    ("BR", 29),
    ("BY", 28),
    ("CF", 27),
    ("CG", 27),
    ("CH", 21),
    ("CI", 28),
    ("CM", 27),
    ("CR", 22),
    ("CV", 25),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DJ", 27),
    ("DK", 18),
    ("DO", 28),
    ("DZ", 26),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FK", 18),
    ("FO", 18),
    ("FR", 27),
    ("GA", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GQ", 27),
    ("GR", 27),
    ("GT", 28),
    ("GW", 25),
    ("HN", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IR", 26),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KM", 27),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MA", 28),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MG", 27),
    ("MK", 19),
    ("ML", 28),
    ("MN", 20),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("MZ", 25),
    ("NE", 28),
    ("NI", 28),
    ("NL", 18),
    ("NO", 15),
    ("OM", 23),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("RU", 33),
    ("SA", 24),
    ("SC", 31),
    ("SD", 18),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("SN", 28),
    ("SO", 23),
    ("ST", 25),
    ("SV", 28),
    ("TD", 27),
    ("TG", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
    ("YE", 30),
];

#[cfg(test)]
mod tests {
    use super::iban;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["GB82WEST12345698765432", "DE89370400440532013000", "NO9386011117947"] {
            assert!(iban(value.as_bytes()), "{value}");
        }
        for value in ["GB82WEST12345698765433", "DE8937040044053201300", "XX89370400440532013000", "", "0"] {
            assert!(!iban(value.as_bytes()), "{value}");
        }
    }
}
