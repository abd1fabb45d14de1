//! LZNT1, the compression of NTFS ([MS-XCA] 2.5): chunks of 4096 bytes, each packed or not.

use crate::format::binary::u16_le;

const CHUNK: usize = 4096;

/// Unpacks up to `limit` bytes; what is damaged ends it.
pub(super) fn unpack(packed: &[u8], limit: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(header) = u16_le(packed, at).filter(|header| *header != 0 && out.len() < limit) {
        let length = usize::from(header & 0x0FFF) + 1;
        let Some(chunk) = packed.get(at + 2..at + 2 + length) else { break };
        at += 2 + length;
        let begin = out.len();
        if header & 0x8000 == 0 {
            out.extend_from_slice(chunk);
        } else if unpack_chunk(chunk, begin, &mut out).is_none() {
            break;
        }
        // A chunk that is not the last stands for 4096 bytes.
        if u16_le(packed, at).is_some_and(|next| next != 0) {
            out.resize(begin + CHUNK, 0);
        }
    }
    out.truncate(limit);
    out
}

fn unpack_chunk(chunk: &[u8], begin: usize, out: &mut Vec<u8>) -> Option<()> {
    let mut rest = chunk;
    while let Some((flags, tokens)) = rest.split_first() {
        rest = tokens;
        for bit in 0..8 {
            if rest.is_empty() || out.len() - begin >= CHUNK {
                return Some(());
            }
            if flags >> bit & 1 == 0 {
                out.push(rest[0]);
                rest = &rest[1..];
                continue;
            }
            let token = usize::from(u16_le(rest, 0)?);
            rest = &rest[2..];
            // The further into the chunk, the more bits tell how far back, the fewer how long.
            let position = out.len() - begin;
            let mut shift = 12;
            while shift > 4 && position > 1 << (16 - shift) {
                shift -= 1;
            }
            let (back, length) = ((token >> shift) + 1, (token & ((1 << shift) - 1)) + 3);
            if back > position {
                return None;
            }
            for _ in 0..length.min(CHUNK - position) {
                out.push(*out.get(out.len() - back)?);
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::unpack;

    #[test]
    fn chunks_are_unpacked() {
        // "F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# D E F# G F# E D E A F# ..." is the
        // standard's example in words; shorter: "abc" and a copy of it, then a chunk that is not packed.
        let packed = [0x05, 0xB0, 0b0000_1000, b'a', b'b', b'c', 0x03, 0x20];
        assert_eq!(unpack(&packed, 100), b"abcabcabc"[..9]);
        assert_eq!(unpack(&[2, 0x30, b'x', b'y', b'z', 0, 0], 100), b"xyz");
        assert_eq!(unpack(&[2, 0x30, b'x', b'y', b'z'], 2), b"xy");
        assert!(unpack(&[0x03, 0xB0, 1, 0xFF, 0xFF, 0], 100).is_empty());
    }
}
