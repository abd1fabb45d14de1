//! Rich text as Outlook packs it ([MS-OXRTFCP]): LZ77 over a window that begins with usual words.

use super::binary::{slice, u32_le};

const PACKED: u32 = 0x7546_5A4C;
const STORED: u32 = 0x414C_454D;
/// The window wraps after so many bytes.
const WINDOW: usize = 4096;
/// A body longer than this is cut.
const LONGEST: usize = 64 << 20;
const FIRST: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor \
MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// The rich text; `None` when it is nothing of the kind. What is damaged ends it.
pub(super) fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    let body = bytes.get(16..)?;
    match u32_le(bytes, 8)? {
        STORED => return Some(slice(body, 0, u32_le(bytes, 4)? as usize).to_vec()),
        PACKED => {}
        _ => return None,
    }
    let mut window = [0; WINDOW];
    window[..FIRST.len()].copy_from_slice(FIRST);
    let mut at = FIRST.len();
    let mut text = Vec::new();
    let mut rest = body.iter().copied();
    'all: while let Some(flags) = rest.next() {
        for bit in 0..8 {
            let Some(first) = rest.next().filter(|_| text.len() < LONGEST) else { break 'all };
            if flags >> bit & 1 == 0 {
                window[at % WINDOW] = first;
                at += 1;
                text.push(first);
                continue;
            }
            let Some(second) = rest.next() else { break 'all };
            let from = usize::from(first) << 4 | usize::from(second) >> 4;
            if from == at % WINDOW {
                break 'all;
            }
            for step in 0..usize::from(second & 15) + 2 {
                let byte = window[(from + step) % WINDOW];
                window[at % WINDOW] = byte;
                at += 1;
                text.push(byte);
            }
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_is_unpacked() {
        // [MS-OXRTFCP] 4.1.1.
        let packed = [
            0x2D, 0, 0, 0, 0x2B, 0, 0, 0, 0x4C, 0x5A, 0x46, 0x75, 0xF1, 0xC5, 0xC7, 0xA7, 0x03, 0x00, 0x0A, 0x00, 0x72, 0x63, 0x70, 0x67,
            0x31, 0x32, 0x35, 0x42, 0x32, 0x0A, 0xF3, 0x20, 0x68, 0x65, 0x6C, 0x09, 0x00, 0x20, 0x62, 0x77, 0x05, 0xB0, 0x6C, 0x64, 0x7D,
            0x0A, 0x80, 0x0F, 0xA0,
        ];
        assert_eq!(unpack(&packed).as_deref(), Some(b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n".as_slice()));
        for cut in 0..packed.len() {
            unpack(&packed[..cut]);
        }
        assert_eq!(unpack(b"nothing of the kind here"), None);
    }
}
