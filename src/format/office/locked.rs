//! Documents encrypted with a password ([MS-OFFCRYPTO] 2.3.4): the kind of Office 2007 ("standard") and
//! that of later ones ("agile").

use super::markup::{Event, Markup};
use crate::format::{
    base64,
    binary::{slice, u16_le, u32_le, u64_le},
};
use aes::{
    Aes128, Aes192, Aes256,
    cipher::{Array, BlockCipherDecrypt, KeyInit},
};
use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha384, Sha512};

/// Programs write 50 000 or 100 000; more would only cost our time.
const SPINS: u32 = 1_000_000;
/// The package is encrypted in pieces of this many bytes.
const PIECE: usize = 4096;
/// What each key of an agile document is made for.
const VERIFIER: [u8; 8] = [0xFE, 0xA7, 0xD2, 0x76, 0x3B, 0x4B, 0x9E, 0x79];
const VERIFIED: [u8; 8] = [0xD7, 0xAA, 0x0F, 0x6D, 0x30, 0x61, 0x34, 0x4E];
const KEY: [u8; 8] = [0x14, 0x6E, 0x0B, 0xE7, 0xAB, 0xAC, 0xD0, 0xD6];

/// The package, by the first password that opens it.
pub(super) fn open(info: &[u8], package: &[u8], passwords: &[String]) -> Option<Vec<u8>> {
    let plan = if info.get(..4)? == [4, 0, 4, 0] { Plan::agile(info.get(8..)?)? } else { Plan::standard(info)? };
    let size = usize::try_from(u64_le(package, 0)?).ok()?;
    let body = package.get(8..)?;
    let mut bytes = passwords.iter().find_map(|word| plan.open(word, body))?;
    bytes.truncate(size);
    Some(bytes)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        fn run<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut hash = D::new();
            parts.iter().for_each(|part| hash.update(part));
            hash.finalize().to_vec()
        }
        match self {
            Hash::Sha1 => run::<Sha1>(parts),
            Hash::Sha256 => run::<Sha256>(parts),
            Hash::Sha384 => run::<Sha384>(parts),
            Hash::Sha512 => run::<Sha512>(parts),
        }
    }

    /// A password, made slow to try.
    fn spun(self, salt: &[u8], password: &str, spins: u32) -> Vec<u8> {
        let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
        (0..spins).fold(self.of(&[salt, &password]), |hash, round| self.of(&[&round.to_le_bytes(), &hash]))
    }
}

/// How a document is encrypted.
#[derive(Debug)]
enum Plan {
    Standard { salt: Vec<u8>, verifier: Vec<u8>, verified: Vec<u8>, key: usize },
    Agile { data: Part, own: Part, verifier: Vec<u8>, verified: Vec<u8>, secret: Vec<u8>, spins: u32 },
}

/// What encrypts the package, or the keys to it.
#[derive(Debug)]
struct Part {
    salt: Vec<u8>,
    hash: Hash,
    /// Bytes of the key.
    key: usize,
}

impl Plan {
    fn standard(info: &[u8]) -> Option<Plan> {
        // AES only: RC4 of this kind was never the default.
        let (kind, header) = (u16_le(info, 2)?, u32_le(info, 8)? as usize);
        let is_aes = matches!(u32_le(info, 12 + 8)?, 0x660E..=0x6610);
        let key = u32_le(info, 12 + 16)? as usize / 8;
        let rest = info.get(header.checked_add(12)?..)?;
        let plan = Plan::Standard {
            salt: slice(rest, 4, 16).to_vec(),
            verifier: slice(rest, 20, 16).to_vec(),
            verified: slice(rest, 40, 32).to_vec(),
            key,
        };
        (kind == 2 && is_aes && rest.len() >= 72).then_some(plan)
    }

    fn agile(text: &[u8]) -> Option<Plan> {
        let mut markup = Markup::new(text);
        let (mut data, mut own) = (None, None);
        while let Ok(event) = markup.next() {
            match event {
                Event::End => break,
                Event::Open(tag) if matches!(tag.name(), "keyData" | "encryptedKey") => {
                    let get = |name: &str| tag.attribute(name).unwrap_or_default().into_owned();
                    let bytes = |name: &str| base64::decode(get(name).as_bytes());
                    let hash = match get("hashAlgorithm").as_str() {
                        "SHA1" | "SHA-1" => Hash::Sha1,
                        "SHA256" => Hash::Sha256,
                        "SHA384" => Hash::Sha384,
                        "SHA512" => Hash::Sha512,
                        _ => return None,
                    };
                    if get("cipherAlgorithm") != "AES" || get("cipherChaining") != "ChainingModeCBC" {
                        return None;
                    }
                    let part = Part { salt: bytes("saltValue"), hash, key: get("keyBits").parse::<usize>().ok()? / 8 };
                    if tag.name() == "keyData" {
                        data = Some(part);
                    } else if own.is_none() {
                        let spins = get("spinCount").parse().ok().filter(|spins| *spins <= SPINS)?;
                        let held = ["encryptedVerifierHashInput", "encryptedVerifierHashValue", "encryptedKeyValue"].map(bytes);
                        own = Some((part, held, spins));
                    }
                }
                _ => {}
            }
        }
        let (own, [verifier, verified, secret], spins) = own?;
        Some(Plan::Agile { data: data?, own, verifier, verified, secret, spins })
    }

    /// The package, if the password is right.
    fn open(&self, password: &str, body: &[u8]) -> Option<Vec<u8>> {
        match self {
            Plan::Standard { salt, verifier, verified, key } => {
                let hash = Hash::Sha1.of(&[&Hash::Sha1.spun(salt, password, 50_000), &[0; 4]]);
                let half = |fill: u8| {
                    let mut block = [fill; 64];
                    block.iter_mut().zip(&hash).for_each(|(byte, hash)| *byte ^= hash);
                    Hash::Sha1.of(&[&block])
                };
                let cipher = Cipher::new([half(0x36), half(0x5C)].concat().get(..*key)?)?;
                let want = cipher.blocks(verified, None);
                let is_right = want.get(..20)? == Hash::Sha1.of(&[&cipher.blocks(verifier, None)]);
                is_right.then(|| cipher.blocks(body, None))
            }
            Plan::Agile { data, own, verifier, verified, secret, spins } => {
                let spun = own.hash.spun(&own.salt, password, *spins);
                let part = |kind: &[u8], bytes: &[u8]| {
                    let mut key = own.hash.of(&[&spun, kind]);
                    key.resize(own.key, 0x36);
                    Some(Cipher::new(&key)?.blocks(bytes, Some(&vector(&own.salt))))
                };
                let (verifier, want) = (part(&VERIFIER, verifier)?, part(&VERIFIED, verified)?);
                let hash = own.hash.of(&[verifier.get(..own.salt.len().min(verifier.len()))?]);
                if want.get(..hash.len())? != hash {
                    return None;
                }
                let secret = part(&KEY, secret)?;
                let cipher = Cipher::new(secret.get(..data.key)?)?;
                let pieces = (0_u32..).zip(body.chunks(PIECE));
                let open = |(number, piece): (u32, &[u8])| {
                    cipher.blocks(piece, Some(&vector(&data.hash.of(&[&data.salt, &number.to_le_bytes()]))))
                };
                Some(pieces.flat_map(open).collect())
            }
        }
    }
}

/// The first sixteen bytes, filled up as the standard says.
fn vector(bytes: &[u8]) -> [u8; 16] {
    let mut vector = [0x36; 16];
    vector.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    vector
}

enum Cipher {
    Aes128(Aes128),
    Aes192(Aes192),
    Aes256(Aes256),
}

impl Cipher {
    fn new(key: &[u8]) -> Option<Cipher> {
        Some(match key.len() {
            16 => Cipher::Aes128(Aes128::new_from_slice(key).ok()?),
            24 => Cipher::Aes192(Aes192::new_from_slice(key).ok()?),
            32 => Cipher::Aes256(Aes256::new_from_slice(key).ok()?),
            _ => return None,
        })
    }

    /// Whole blocks decrypted, each on its own or chained from a vector.
    fn blocks(&self, bytes: &[u8], vector: Option<&[u8; 16]>) -> Vec<u8> {
        let mut before = *vector.unwrap_or(&[0; 16]);
        let mut plain = Vec::with_capacity(bytes.len());
        for chunk in bytes.as_chunks::<16>().0 {
            let mut block = Array::from(*chunk);
            match self {
                Cipher::Aes128(cipher) => cipher.decrypt_block(&mut block),
                Cipher::Aes192(cipher) => cipher.decrypt_block(&mut block),
                Cipher::Aes256(cipher) => cipher.decrypt_block(&mut block),
            }
            plain.extend(block.iter().zip(before).map(|(byte, before)| byte ^ before));
            if vector.is_some() {
                before = *chunk;
            }
        }
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::token::base64;
    use aes::cipher::BlockCipherEncrypt;

    /// Encrypts whole blocks, chained.
    fn encrypt(key: &[u8], vector: [u8; 16], bytes: &[u8]) -> Vec<u8> {
        let cipher = Aes256::new_from_slice(key).expect("32 bytes");
        let mut before = vector;
        let mut all = Vec::new();
        for chunk in bytes.chunks(16) {
            let mut block = [0; 16];
            block.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
            block.iter_mut().zip(before).for_each(|(to, from)| *to ^= from);
            let mut block = Array::from(block);
            cipher.encrypt_block(&mut block);
            before = block.into();
            all.extend(before);
        }
        all
    }

    #[test]
    fn the_right_password_opens_a_document_and_no_other() {
        let (salt, own_salt, secret, verifier) = ([1; 16], [2; 16], [3; 32], [4; 16]);
        let spun = Hash::Sha512.spun(&own_salt, "correct horse", 10);
        let part = |kind: &[u8], bytes: &[u8]| base64(&encrypt(&Hash::Sha512.of(&[&spun, kind])[..32], own_salt, bytes));
        let common = "cipherAlgorithm=\"AES\" cipherChaining=\"ChainingModeCBC\" hashAlgorithm=\"SHA512\" keyBits=\"256\"";
        let text = format!(
            "<encryption><keyData {common} saltValue=\"{}\"/><p:encryptedKey spinCount=\"10\" {common} saltValue=\"{}\" \
             encryptedVerifierHashInput=\"{}\" encryptedVerifierHashValue=\"{}\" encryptedKeyValue=\"{}\"/></encryption>",
            base64(&salt),
            base64(&own_salt),
            part(&VERIFIER, &verifier),
            part(&VERIFIED, &Hash::Sha512.of(&[&verifier])),
            part(&KEY, &secret),
        );
        let info = [b"\x04\0\x04\0\x40\0\0\0".as_slice(), text.as_bytes()].concat();
        let body: Vec<u8> = (0..5000_u32).map(|at| at as u8).collect();
        let pieces = (0_u32..).zip(body.chunks(PIECE));
        let pieces: Vec<u8> =
            pieces.flat_map(|(number, piece)| encrypt(&secret, vector(&Hash::Sha512.of(&[&salt, &number.to_le_bytes()])), piece)).collect();
        let package = [(body.len() as u64).to_le_bytes().as_slice(), &pieces].concat();
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(open(&info, &package, &words(&["wrong", "correct horse"])), Some(body));
        assert_eq!(open(&info, &package, &words(&["wrong"])), None);
        for at in 0..info.len() {
            open(&info[..at], &package, &words(&["wrong"]));
        }
    }
}
