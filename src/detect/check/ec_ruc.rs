//! Ecuadorian tax number of a person (RUC de persona natural): the cédula and the number of an establishment.

use super::ec_ci::ec_ci;

/// Ten digits of a cédula and three that are not all nought. Numbers of firms and offices are none.
pub(super) fn ec_ruc(value: &[u8]) -> bool {
    let Some((cedula, establishment)) = value.split_last_chunk::<3>() else { return false };
    ec_ci(cedula) && establishment.iter().all(u8::is_ascii_digit) && establishment != b"000"
}

#[cfg(test)]
mod tests {
    use super::ec_ruc;

    #[test]
    fn accepts_right_values_and_nothing_else() {
        assert!(ec_ruc(b"1714307103001"));
        for value in ["1714307104001", "1714307103000", "1792060346001", "1714307103", "", "0"] {
            assert!(!ec_ruc(value.as_bytes()), "{value}");
        }
    }
}
