//! Spanish DNI and NIE: eight digits, or X, Y or Z and seven, and a letter by modulus 23. The NIF of children,
//! of Spaniards abroad and of foreigners without a NIE has K, L or M before seven digits (Real Decreto 1065/2007, art. 19-20).

use super::digits;

/// The letter is the one the number asks for.
pub(super) fn es_dni(value: &[u8]) -> bool {
    if value.len() != 9 {
        return false;
    }
    let first = match value[0] {
        byte @ b'0'..=b'9' => byte - b'0',
        byte @ b'X'..=b'Z' => byte - b'X',
        b'K'..=b'M' => 0,
        _ => return false,
    };
    let Some(rest) = digits(&value[1..8]) else { return false };
    let number = rest.iter().fold(u32::from(first), |number, digit| number * 10 + u32::from(*digit));
    b"TRWAGMYFPDXBNJZSQVHLCKE"[(number % 23) as usize] == value[8]
}

#[cfg(test)]
mod tests {
    use super::es_dni;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["54362315K", "X2482300W", "12345678Z", "M1234567L"] {
            assert!(es_dni(value.as_bytes()), "{value}");
        }
        for value in ["54362315Z", "X2482300A", "1234567Z", "M1234567K", "N1234567L", "", "0"] {
            assert!(!es_dni(value.as_bytes()), "{value}");
        }
    }
}
