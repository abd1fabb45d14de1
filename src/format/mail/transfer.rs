//! Content transfer encodings (RFC 2045, section 6). Damage costs the damaged characters, not the body.

use crate::format::base64::{join, sextet};
use std::borrow::Cow;

/// How a body was made fit for travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    /// 7bit, 8bit, binary, or one nobody knows.
    Identity,
    Base64,
    QuotedPrintable,
}

impl Transfer {
    /// The body as it was; borrowed when nothing was done to it.
    pub(super) fn decode(self, body: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Transfer::Identity => body.into(),
            Transfer::Base64 => base64(body).into(),
            Transfer::QuotedPrintable => quoted_printable(body).into(),
        }
    }
}

/// Characters outside the alphabet are passed over, as the RFC demands.
fn base64(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    // Padding ends a group; another body may be appended to it.
    for group in body.split(|byte| *byte == b'=') {
        join(group.iter().filter_map(|byte| sextet(*byte)), &mut out);
    }
    out
}

/// An `=` that no two hexadecimal digits and no line end follow stands for itself.
fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = memchr::memchr(b'=', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let digit = |at: usize| rest.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        if let (Some(high), Some(low)) = (digit(0), digit(1)) {
            out.push((high << 4 | low) as u8);
            rest = &rest[2..];
            continue;
        }
        // White space may have been added behind a soft line break.
        let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        match rest.get(blank) {
            Some(b'\n') => rest = &rest[blank + 1..],
            None => rest = &rest[blank..],
            Some(_) => out.push(b'='),
        }
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_decoded_around_damage() {
        for (transfer, body, want) in [
            (Transfer::Base64, "SGVs\r\nbG8=", "Hello"),
            (Transfer::Base64, "SGVs*bG8", "Hello"),
            (Transfer::Base64, "SGVsbG8=SGVsbG8=", "HelloHello"),
            (Transfer::QuotedPrintable, "Gr=C3=BC=C3=9Fe =\r\nan =  \nalle=", "Grüße an alle"),
            (Transfer::QuotedPrintable, "1 = 1 =XY =4", "1 = 1 =XY =4"),
            (Transfer::Identity, "=41", "=41"),
        ] {
            assert_eq!(String::from_utf8_lossy(&transfer.decode(body.as_bytes())), want, "{body}");
        }
    }
}
