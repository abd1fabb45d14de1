//! Numbers as text, the way SQLite casts them.

use std::io::Write;

/// Appends an integer in decimal.
pub(super) fn integer(value: i64, into: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    into.extend_from_slice(&digits[at..]);
}

/// Appends a floating-point number: always with a decimal point, with an exponent below 1e-4 and
/// from 1e17 on. The digits are the fewest that give the same number again, which are those of
/// SQLite since 3.52 but for a few numbers of 16 and 17 digits; before that it printed only 15.
pub(super) fn real(value: f64, into: &mut Vec<u8>) {
    const INTO_MEMORY: &str = "writing to memory does not fail";
    if value.is_infinite() {
        into.extend_from_slice(if value < 0.0 { b"-Inf" } else { b"Inf" });
        return;
    }
    let start = into.len();
    // SQLite has no negative zero.
    let value = if value == 0.0 { 0.0 } else { value };
    if value == 0.0 || (1e-4..1e17).contains(&value.abs()) {
        write!(into, "{value}").expect(INTO_MEMORY);
        if !into[start..].contains(&b'.') {
            into.extend_from_slice(b".0");
        }
        return;
    }
    write!(into, "{value:e}").expect(INTO_MEMORY);
    let length = into[start..].iter().position(|byte| *byte == b'e').unwrap_or(0);
    let exponent = std::str::from_utf8(&into[start + length + 1..]).ok().and_then(|text| text.parse::<i32>().ok()).unwrap_or(0);
    into.truncate(start + length);
    if !into[start..].contains(&b'.') {
        into.extend_from_slice(b".0");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    write!(into, "e{sign}{:02}", exponent.abs()).expect(INTO_MEMORY);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reals_are_printed_as_sqlite_prints_them() {
        for (value, text) in [
            (0.0, "0.0"),
            (-0.0, "0.0"),
            (1.0, "1.0"),
            (-2.5, "-2.5"),
            (49.47, "49.47"),
            (0.0001, "0.0001"),
            (0.00001, "1.0e-05"),
            (1e16, "10000000000000000.0"),
            (1e17, "1.0e+17"),
            (-1.25e100, "-1.25e+100"),
            (5e-324, "5.0e-324"),
            (f64::INFINITY, "Inf"),
            (f64::NEG_INFINITY, "-Inf"),
        ] {
            let mut into = b"x".to_vec();
            real(value, &mut into);
            assert_eq!(String::from_utf8_lossy(&into[1..]), text);
        }
    }

    #[test]
    fn integers_are_printed_whole() {
        for value in [0, 7, -7, 10, i64::MAX, i64::MIN] {
            let mut into = Vec::new();
            integer(value, &mut into);
            assert_eq!(into, value.to_string().as_bytes());
        }
    }
}
