//! How SAS packs rows: runs (`COMPRESS=CHAR`) and runs with repeated pieces (`COMPRESS=BINARY`).

/// The program's names for the two ways, as they stand in the first text of a file.
pub(super) const RUNS: &[u8] = b"SASYZCRL";
/// See [`RUNS`].
pub(super) const PIECES: &[u8] = b"SASYZCR2";

/// What a packed row unpacks to, `length` bytes at most.
pub(super) fn runs(packed: &[u8], length: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(length.min(1 << 20));
    let mut rest = packed;
    while let Some((control, after)) = rest.split_first().filter(|_| out.len() < length) {
        rest = after;
        let (command, low) = (control >> 4, usize::from(control & 15));
        let mut byte = || {
            let (first, after) = rest.split_first()?;
            rest = after;
            Some(usize::from(*first))
        };
        // Copied as they stand, or one byte so many times.
        let (copied, repeated) = match command {
            0 => (byte().map(|next| next + 64 + low * 256), None),
            1 => (byte().map(|next| next + 64 + low * 256 + 4096), None),
            2 => (Some(low + 96), None),
            4 => (None, byte().and_then(|next| Some((next + 18 + low * 256, byte()?)))),
            5 => (None, byte().map(|next| (next + 17 + low * 256, usize::from(b'@')))),
            6 => (None, byte().map(|next| (next + 17 + low * 256, usize::from(b' ')))),
            7 => (None, byte().map(|next| (next + 17 + low * 256, 0))),
            8..=11 => (Some(low + 1 + 16 * usize::from(command - 8)), None),
            12 => (None, byte().map(|next| (low + 3, next))),
            13 => (None, Some((low + 2, usize::from(b'@')))),
            14 => (None, Some((low + 2, usize::from(b' ')))),
            15 => (None, Some((low + 2, 0))),
            _ => (None, None),
        };
        match (copied, repeated) {
            (Some(count), _) => {
                let (piece, after) = rest.split_at(count.min(rest.len()));
                out.extend_from_slice(piece);
                rest = after;
            }
            (_, Some((count, value))) => out.resize(out.len() + count, value as u8),
            _ => break,
        }
    }
    out.truncate(length);
    out
}

/// Ross Data Compression (Ed Ross, "A simple data-compression technique", 1992).
pub(super) fn pieces(packed: &[u8], length: usize) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(length.min(1 << 20));
    let mut at = 0;
    let (mut mask, mut control) = (0_u16, 0_u16);
    let byte = |at: &mut usize| {
        let byte = packed.get(*at).copied().map(usize::from);
        *at += 1;
        byte
    };
    while at < packed.len() && out.len() < length {
        mask >>= 1;
        if mask == 0 {
            let (Some(high), Some(low)) = (byte(&mut at), byte(&mut at)) else { break };
            (control, mask) = ((high << 8 | low) as u16, 0x8000);
        }
        let Some(value) = byte(&mut at) else { break };
        if control & mask == 0 {
            out.push(value as u8);
            continue;
        }
        let (command, low) = (value >> 4, value & 15);
        let Some(next) = byte(&mut at) else { break };
        let (back, count) = match command {
            0 => {
                out.resize(out.len() + low + 3, next as u8);
                continue;
            }
            1 => {
                let Some(repeated) = byte(&mut at) else { break };
                out.resize(out.len() + low + (next << 4) + 19, repeated as u8);
                continue;
            }
            2 => {
                let Some(count) = byte(&mut at) else { break };
                (low + 3 + (next << 4), count + 16)
            }
            _ => (low + 3 + (next << 4), command),
        };
        let Some(from) = out.len().checked_sub(back) else { break };
        for place in from..from + count {
            let Some(value) = out.get(place).copied() else { break };
            out.push(value);
        }
    }
    out.truncate(length);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_unfold() {
        for (packed, want) in [
            (b"\x82abc".as_slice(), b"abc".to_vec()),
            (b"\x80a\xC0x\xD1\xE0\xF2\x80b", b"axxx@@@  \0\0\0\0b".to_vec()),
            (b"\x40\x02y", vec![b'y'; 20]),
            (b"\x60\x00\x80z", [vec![b' '; 17], vec![b'z']].concat()),
            (b"\x90abcdefghijklmnopq", b"abcdefghijklmnopq".to_vec()),
            (b"\x00\x05ab", b"ab".to_vec()),
            (b"\x40", Vec::new()),
        ] {
            assert_eq!(runs(packed, 100), want, "{packed:x?}");
        }
        assert_eq!(runs(b"\x7F\xFF", 10).len(), 10, "no longer than a row");
    }

    #[test]
    fn pieces_unfold() {
        // a b c, the three again, four times d, the last of pieces out of reach.
        assert_eq!(pieces(b"\x18\0abc\x30\0\x01d", 100), b"abcabcdddd");
        assert_eq!(pieces(b"\x80\0\x3F\xFF", 100), b"");
        assert_eq!(pieces(b"\x80\0\x1F\xFFq", 40), [b'q'; 40]);
        assert_eq!(pieces(b"", 4), b"");
    }
}
