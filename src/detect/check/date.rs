//! Dates as ISO 8601 text (YYYY-MM-DD), which is how date columns are normalised.

use super::{digits, plausible_date};

/// A day that exists between 1850 and 2100.
pub(super) fn date(value: &[u8]) -> bool {
    let (Some(year), Some(month), Some(day)) =
        (value.get(..4).and_then(digits), value.get(5..7).and_then(digits), value.get(8..10).and_then(digits))
    else {
        return false;
    };
    let year = year.iter().fold(0_u16, |year, digit| year * 10 + u16::from(*digit));
    value.len() == 10 && (1850..2100).contains(&year) && plausible_date(Some(year), month[0] * 10 + month[1], day[0] * 10 + day[1])
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["1980-02-29", "2024-12-31"] {
            assert!(date(value.as_bytes()), "{value}");
        }
        for value in ["1981-02-29", "1980-13-01", "1700-01-01", "", "0"] {
            assert!(!date(value.as_bytes()), "{value}");
        }
    }
}
