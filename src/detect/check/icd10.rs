//! ICD-10 and ICD-10-CM codes: a letter, a digit, a digit or letter, and up to four more behind a dot.

/// A code of a chapter that exists. The dot may be missing.
pub(super) fn icd10(value: &[u8]) -> bool {
    let Some((first, rest)) = value.split_first() else { return false };
    let (head, tail) = rest.split_at(rest.len().min(2));
    let tail = match tail.split_first() {
        Some((b'.', tail)) if !tail.is_empty() => tail,
        Some((b'.', _)) => return false,
        _ => tail,
    };
    first.is_ascii_uppercase()
        && head.len() == 2
        && head[0].is_ascii_digit()
        && (head[1].is_ascii_digit() || matches!(head[1], b'A' | b'B' | b'C'))
        && tail.len() <= 4
        && tail.iter().all(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::icd10;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in ["E11.9", "I10", "F84.0", "S72001A", "C7A.1"] {
            assert!(icd10(value.as_bytes()), "{value}");
        }
        for value in ["11.9", "E1", "E11.", "E11.99999", "", "0"] {
            assert!(!icd10(value.as_bytes()), "{value}");
        }
    }
}
