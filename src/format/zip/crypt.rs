//! Members under a password: the old cipher of PKZIP (APPNOTE 6.1) and AES of WinZip (AE-1, AE-2).
//!
//! A password counts as right only when what it opens has the checksum, or the code, that the archive says.

use super::{
    decode::{Member, content},
    directory::{extra_fields, u16_at},
};
use aes::{
    Aes128, Aes192, Aes256,
    cipher::{BlockCipherEncrypt, KeyInit},
};
use hmac::{Hmac, Mac};
use sha1::Sha1;
use std::io::{self, Read};

/// Bytes of the old cipher before the member.
const HEADER: usize = 12;
/// Bytes by which a wrong password is told at once.
const CHECK: usize = 2;
/// Bytes of the code behind the member.
const CODE: usize = 10;
const ROUNDS: u32 = 1000;
/// A member that unfolds to more than this many times its size is no test of a password.
const RATIO: u64 = 1100;

/// How a member is encrypted by AES: extra field 0x9901.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aes {
    /// 2 leaves the checksum out.
    version: u16,
    /// 1, 2, 3: 128, 192, 256 bits.
    strength: u8,
    /// How the member is packed.
    method: u16,
}

impl Aes {
    pub(super) fn of(extra: &[u8]) -> Option<Aes> {
        let (_, field) = extra_fields(extra).find(|field| field.0 == 0x9901)?;
        let strength = *field.get(4).filter(|strength| (1..=3).contains(*strength))?;
        Some(Aes { version: u16_at(field, 0)?, strength, method: u16_at(field, 5)? })
    }
}

/// The member and its packed bytes without the encryption, by the first password that is right.
pub(super) fn open<'a>(member: &Member<'a>, packed: &[u8], passwords: &[String]) -> Option<(Member<'a>, Vec<u8>)> {
    // Flags of what PKWARE calls strong encryption, whose keys may be anywhere.
    if member.flags & (1 << 6 | 1 << 13) != 0 {
        return None;
    }
    let mut plain = Member { flags: member.flags & !1, aes: None, ..*member };
    if let Some(aes) = member.aes.filter(|_| member.method == 99) {
        plain.method = aes.method;
        plain.crc = member.crc.filter(|_| aes.version == 1);
        let bytes = passwords.iter().find_map(|password| open_aes(aes, packed, password.as_bytes()))?;
        plain.packed = bytes.len() as u64;
        return Some((plain, bytes));
    }
    plain.packed = member.packed.checked_sub(HEADER as u64)?;
    passwords.iter().find_map(|password| {
        let bytes = open_old(member, packed, password.as_bytes())?;
        is_sound(&plain, &bytes).then_some((plain, bytes))
    })
}

/// Whether the member unpacks to what its checksum says.
fn is_sound(member: &Member<'_>, packed: &[u8]) -> bool {
    let most = (packed.len() as u64).saturating_mul(RATIO).saturating_add(1 << 20);
    let mut content = content(member, packed, false).take(most);
    member.crc.is_some() && io::copy(&mut content, &mut io::sink()).is_ok() && content.limit() > 0
}

fn open_aes(aes: Aes, packed: &[u8], password: &[u8]) -> Option<Vec<u8>> {
    let (length, salt) = (8 * (usize::from(aes.strength) + 1), 4 * (usize::from(aes.strength) + 1));
    let (salt, rest) = packed.split_at_checked(salt)?;
    let (check, rest) = rest.split_at_checked(CHECK)?;
    let (body, code) = rest.split_at_checked(rest.len().checked_sub(CODE)?)?;
    let mut keys = vec![0; 2 * length + CHECK];
    pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, ROUNDS, &mut keys);
    if keys.get(2 * length..)? != check {
        return None;
    }
    let mut mac = Hmac::<Sha1>::new_from_slice(keys.get(length..2 * length)?).ok()?;
    mac.update(body);
    mac.verify_truncated_left(code).ok()?;
    let key = keys.get(..length)?;
    let mut bytes = body.to_vec();
    match aes.strength {
        1 => count(&Aes128::new_from_slice(key).ok()?, &mut bytes),
        2 => count(&Aes192::new_from_slice(key).ok()?, &mut bytes),
        _ => count(&Aes256::new_from_slice(key).ok()?, &mut bytes),
    }
    Some(bytes)
}

/// Counter mode as WinZip has it: from one, the lowest byte first.
fn count<C: BlockCipherEncrypt<BlockSize = aes::cipher::consts::U16>>(cipher: &C, bytes: &mut [u8]) {
    for (number, chunk) in (1_u128..).zip(bytes.chunks_mut(16)) {
        let mut block = aes::cipher::Array::from(number.to_le_bytes());
        cipher.encrypt_block(&mut block);
        chunk.iter_mut().zip(block).for_each(|(byte, key)| *byte ^= key);
    }
}

/// The state of the old cipher.
struct Keys([u32; 3]);

impl Keys {
    fn of(password: &[u8]) -> Keys {
        let mut keys = Keys([0x1234_5678, 0x2345_6789, 0x3456_7890]);
        password.iter().for_each(|byte| keys.update(*byte));
        keys
    }

    fn update(&mut self, byte: u8) {
        let Keys([first, second, third]) = self;
        *first = step(*first, byte);
        *second = second.wrapping_add(*first & 0xFF).wrapping_mul(0x0808_8405).wrapping_add(1);
        *third = step(*third, (*second >> 24) as u8);
    }

    fn undo(&mut self, byte: u8) -> u8 {
        let mixed = (self.0[2] | 2) & 0xFFFF;
        let plain = byte ^ (mixed.wrapping_mul(mixed ^ 1) >> 8) as u8;
        self.update(plain);
        plain
    }
}

/// One step of CRC-32.
const fn step(crc: u32, byte: u8) -> u32 {
    (crc >> 8) ^ TABLE[((crc ^ byte as u32) & 0xFF) as usize]
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let (mut value, mut bit) = (at as u32, 0);
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ 0xEDB8_8320 } else { value >> 1 };
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
};

/// The bytes behind the cipher's header, unless that tells that the password is wrong.
fn open_old(member: &Member<'_>, packed: &[u8], password: &[u8]) -> Option<Vec<u8>> {
    let (header, body) = packed.split_at_checked(HEADER)?;
    let mut keys = Keys::of(password);
    let last = header.iter().map(|byte| keys.undo(*byte)).last()?;
    // Where the checksum comes behind the member, its time stands here instead.
    let is_timed = member.flags & (1 << 3) != 0;
    if !is_timed && member.crc.is_some_and(|crc| (crc >> 24) as u8 != last) {
        return None;
    }
    Some(body.iter().map(|byte| keys.undo(*byte)).collect())
}

#[cfg(test)]
mod tests {
    use crate::format::{Sink, testing::Collected, zip::Zip};
    use crate::{base::Category, format::Format, source::Input};
    use std::io::Write;
    use zip::{AesMode, ZipWriter, unstable::write::FileOptionsExt, write::SimpleFileOptions};

    #[test]
    fn members_are_read_by_the_right_password_and_told_without() {
        let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default();
        let old = options.with_deprecated_encryption(b"correct horse").expect("a password");
        for (name, options) in [
            ("old", old),
            ("128", options.with_aes_encryption(AesMode::Aes128, "correct horse")),
            ("256", options.with_aes_encryption(AesMode::Aes256, "battery staple")),
        ] {
            writer.start_file(name, options).expect("memory");
            writer.write_all(format!("{name}: {}", "jane.doe@example.com ".repeat(9)).as_bytes()).expect("memory");
        }
        let bytes = writer.finish().expect("memory").into_inner();
        for (passwords, read) in
            [(vec![], 0), (vec!["wrong"], 0), (vec!["wrong", "correct horse"], 2), (vec!["battery staple", "correct horse"], 3)]
        {
            for is_whole in [true, false] {
                let mut found = Collected { passwords: passwords.iter().map(|word| (*word).to_owned()).collect(), ..Collected::default() };
                let mut stream = bytes.as_slice();
                Zip.read(if is_whole { Input::Whole(&bytes) } else { Input::Stream(&mut stream) }, &mut found);
                assert_eq!(found.items.len(), read, "{passwords:?}");
                assert!(found.items.iter().all(|(name, body)| body.starts_with(format!("{name}: jane.doe@").as_bytes())));
                assert_eq!(found.categories(), vec![Category::Encrypted; 3 - read]);
            }
        }
        assert!(Collected::default().passwords().is_empty());
    }
}
