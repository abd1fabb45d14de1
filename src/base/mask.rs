//! Values that hide themselves, and what a reader may see of them.

use std::fmt;

/// A sensitive value: `Debug` and `Display` show the mask. [`Secret::reveal`] is the only way
/// to the clear value, so a search for it finds every place that may show one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Secret(String);

impl Secret {
    /// Hides this value.
    pub fn new(value: impl Into<String>) -> Secret {
        Secret(value.into())
    }

    /// The clear value, for normalisation, comparison, evidence under the case key, and `--reveal`.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What a reader may see.
    pub fn masked(&self) -> String {
        mask(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.masked())
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// Masks a value by its shape: an address keeps first letter and domain ending, a number of
/// nine digits or more its last four, anything else its first letter at most. Values
/// of fewer than six characters are hidden whole.
pub fn mask(value: &str) -> String {
    let value = value.trim();
    if let Some((local, domain)) = value.rsplit_once('@')
        && !local.is_empty()
        && domain.contains('.')
    {
        let first: String = local.chars().take(1).collect();
        let ending = domain.rsplit('.').next().unwrap_or_default();
        return format!("{first}***@***.{ending}");
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    if digits >= 9 && letters <= 4 {
        return keep_last_digits(value, 4);
    }
    if value.chars().count() < 6 {
        return "***".to_owned();
    }
    if digits > letters {
        return keep_last_digits(value, 2);
    }
    let first: String = value.chars().take(1).collect();
    format!("{first}***")
}

/// A name with the first letter of each word: `J*** D***`.
pub fn mask_name(name: &str) -> String {
    let mut masked = String::new();
    write_masked_name(&mut masked, name);
    masked
}

/// The same, behind what `to` holds.
pub fn write_masked_name(to: &mut String, name: &str) {
    for (at, word) in name.split_whitespace().enumerate() {
        to.push_str(if at == 0 { "" } else { " " });
        to.extend(word.chars().find(|c| c.is_alphanumeric()));
        to.push_str("***");
    }
}

/// Every letter and digit but the last `keep` digits becomes `*`; separators stay.
fn keep_last_digits(value: &str, keep: usize) -> String {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let mut seen = 0;
    value
        .chars()
        .map(|c| {
            seen += usize::from(c.is_ascii_digit());
            match c {
                _ if c.is_ascii_digit() && seen > digits.saturating_sub(keep) => c,
                _ if c.is_alphanumeric() => '*',
                _ => c,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_by_shape() {
        assert_eq!(mask("078-05-1120"), "***-**-1120");
        assert_eq!(mask("jane.doe@mail.example.com"), "j***@***.com");
        assert_eq!(mask("4111 1111 1111 1111"), "**** **** **** 1111");
        assert_eq!(mask("hunter22"), "h***");
        assert_eq!(mask("abc"), "***");
        assert_eq!(format!("{:?}", Secret::new("hunter22")), "Secret(h***)");
    }
}
