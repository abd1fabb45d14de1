//! Business identifier code of a bank (ISO 9362): four letters, a country, a place, and perhaps a branch.

use crate::detect::places;

/// Eight or eleven characters whose fifth and sixth are a country's code.
pub(super) fn bic(value: &[u8]) -> bool {
    let Some((party, rest)) = value.split_first_chunk::<4>() else { return false };
    let Some((country, place)) = rest.split_first_chunk::<2>() else { return false };
    matches!(place.len(), 2 | 5)
        && party.iter().all(u8::is_ascii_uppercase)
        && place.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        // Kosovo has codes of its own under a code of no country.
        && (places::is_country_code(*country) || country == b"XK")
}

#[cfg(test)]
mod tests {
    use super::bic;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        for value in ["DEUTDEFF", "DEUTDEFF500", "BNPAFRPPXXX", "NLPRXKPR"] {
            assert!(bic(value.as_bytes()), "{value}");
        }
        for value in ["DEUTQQFF", "DEUTDEFF50", "DEU1DEFF", "DEUTDE", "", "0"] {
            assert!(!bic(value.as_bytes()), "{value}");
        }
    }
}
