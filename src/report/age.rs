//! The age file format (age-encryption.org/v1), its writing half: a file only the holders of the recipients' keys can read.
//!
//! A header wraps a random file key for each recipient (X25519, HKDF-SHA-256, ChaCha20-Poly1305) under a MAC; the payload follows in
//! chunks of 64 KiB, each sealed under its number. Reading is left to `age` and `rage`. No clear byte reaches a disk: what
//! waits to be sealed waits in memory.

use crate::base::token::base64;
use anyhow::bail;
use bech32::{Bech32, primitives::decode::CheckedHrpstring};
use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::{
    fmt,
    io::{self, Write},
    str::FromStr,
};
use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};
use zeroize::Zeroizing;

/// Bytes of clear text that are sealed at once.
const CHUNK: usize = 64 << 10;

/// Whoever may read: an X25519 public key, `age1…`, as `age-keygen` prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient([u8; 32]);

/// A text that names no recipient.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRecipient {
    #[error("this is a secret key, which must not be given to anyone; its recipient begins with `age1` (`age-keygen -y` prints it)")]
    Secret,
    #[error("it is no age recipient: `age1` and 58 letters and digits, as `age-keygen` prints it, were expected")]
    Other,
}

impl FromStr for Recipient {
    type Err = NoRecipient;

    fn from_str(text: &str) -> Result<Recipient, NoRecipient> {
        if text.get(..14).is_some_and(|start| start.eq_ignore_ascii_case("AGE-SECRET-KEY")) {
            return Err(NoRecipient::Secret);
        }
        let checked = CheckedHrpstring::new::<Bech32>(text).map_err(|_| NoRecipient::Other)?;
        let key: Vec<u8> = checked.byte_iter().collect();
        // Any secret takes a point of low order to zero, which everybody knows: nobody holds the key of such a recipient.
        match <[u8; 32]>::try_from(key) {
            Ok(key) if checked.hrp().to_lowercase() == "age" && x25519([1; 32], key) != [0; 32] => Ok(Recipient(key)),
            _ => Err(NoRecipient::Other),
        }
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = bech32::Hrp::parse("age").ok().and_then(|prefix| bech32::encode::<Bech32>(prefix, &self.0).ok());
        f.write_str(&text.unwrap_or_default())
    }
}

/// Seals what is written to it. [`Encrypted::finish`] ends the file; one that was not finished cannot be read.
pub struct Encrypted<W: Write> {
    to: W,
    cipher: ChaCha20Poly1305,
    /// Chunks sealed so far.
    sealed: u64,
    waiting: Zeroizing<Vec<u8>>,
}

impl<W: Write> Encrypted<W> {
    /// Begins a file for these recipients.
    ///
    /// # Errors
    /// When there are no recipients, the system gives no random bytes, or nothing can be written.
    pub fn new(mut to: W, recipients: &[Recipient]) -> anyhow::Result<Encrypted<W>> {
        let file_key: Zeroizing<[u8; 16]> = random()?;
        to.write_all(header(&file_key, recipients)?.as_bytes())?;
        let nonce: Zeroizing<[u8; 16]> = random()?;
        to.write_all(&*nonce)?;
        let cipher = ChaCha20Poly1305::new(&(*derived(&*file_key, &*nonce, b"payload")?).into());
        // Room for the tag, so that sealing never moves the clear text.
        Ok(Encrypted { to, cipher, sealed: 0, waiting: Zeroizing::new(Vec::with_capacity(CHUNK + 16)) })
    }

    /// Seals what waits, as the last chunk or as one of several.
    fn seal(&mut self, last: bool) -> io::Result<()> {
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&self.sealed.to_be_bytes());
        nonce[11] = u8::from(last);
        self.cipher.encrypt_in_place(&nonce.into(), b"", &mut *self.waiting).map_err(|_| io::Error::other("a chunk cannot be sealed"))?;
        self.to.write_all(&self.waiting)?;
        self.waiting.clear();
        self.sealed += 1;
        Ok(())
    }

    /// Ends the file and gives back what it was written to.
    pub fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        self.to.flush()?;
        Ok(self.to)
    }
}

impl<W: Write> Write for Encrypted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk is sealed only when more follows: the last one must be marked and must not be empty.
        if self.waiting.len() == CHUNK && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.waiting.len());
        self.waiting.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    /// Sealed chunks only: what waits is no whole chunk yet.
    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// The file key, wrapped for each recipient, under its own MAC.
fn header(file_key: &[u8; 16], recipients: &[Recipient]) -> anyhow::Result<String> {
    if recipients.is_empty() {
        bail!("nobody was named who could read the file");
    }
    let mut text = "age-encryption.org/v1\n".to_owned();
    for recipient in recipients {
        text.push_str(&stanza(file_key, recipient)?);
    }
    text.push_str("---");
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&*derived(file_key, b"", b"header")?)?;
    mac.update(text.as_bytes());
    text.push_str(&format!(" {}\n", unpadded(&mac.finalize().into_bytes())));
    Ok(text)
}

/// The file key for one recipient, under a key agreed with a secret that is used once.
fn stanza(file_key: &[u8; 16], recipient: &Recipient) -> anyhow::Result<String> {
    let secret: Zeroizing<[u8; 32]> = random()?;
    let share = x25519(*secret, X25519_BASEPOINT_BYTES);
    let shared = Zeroizing::new(x25519(*secret, recipient.0));
    let salt = [share, recipient.0].concat();
    let wrap = derived(&*shared, &salt, b"age-encryption.org/v1/X25519")?;
    let mut body = Zeroizing::new(file_key.to_vec());
    let cipher = ChaCha20Poly1305::new(&(*wrap).into());
    cipher.encrypt_in_place(&[0; 12].into(), b"", &mut *body).map_err(|_| anyhow::anyhow!("the file key cannot be wrapped"))?;
    Ok(format!("-> X25519 {}\n{}\n", unpadded(&share), unpadded(&body)))
}

/// HKDF-SHA-256 to 32 bytes.
fn derived(secret: &[u8], salt: &[u8], label: &[u8]) -> anyhow::Result<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    let expanded = Hkdf::<Sha256>::new(Some(salt), secret).expand(label, &mut *key);
    expanded.map_err(|_| anyhow::anyhow!("no key of this length can be derived"))?;
    Ok(key)
}

fn random<const N: usize>() -> anyhow::Result<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(&mut *bytes).map_err(|error| anyhow::anyhow!("the system gave no random bytes: {error}"))?;
    Ok(bytes)
}

/// Base64 without padding, the only one the format knows.
fn unpadded(bytes: &[u8]) -> String {
    base64(bytes).trim_end_matches('=').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key made for these tests with rage, whose secret half is no secret.
    const RECIPIENT: &str = "age1sm9wjkgjkljzmpzdngf4rwe4ypkam9lfp0nsetrxdhs3ydw79ehs9h3g2m";
    const IDENTITY: &str = "AGE-SECRET-KEY-1S56PW7CJPJU5X4UFUE9D34U03QZS097FPAPA023L4WDHFFHJYU3S0YFS8L";

    fn secret() -> [u8; 32] {
        let checked = CheckedHrpstring::new::<Bech32>(IDENTITY).expect("Bech32");
        checked.byte_iter().collect::<Vec<u8>>().try_into().expect("32 bytes")
    }

    /// What unpadded base64 stands for.
    fn bytes(text: &str) -> Option<Vec<u8>> {
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let sixes: Vec<usize> = text.bytes().map(|c| letters.iter().position(|known| *known == c)).collect::<Option<_>>()?;
        let word = |four: &[usize]| four.iter().fold(0, |word, six| word << 6 | six) << (6 * (4 - four.len()));
        Some(sixes.chunks(4).flat_map(|four| (0..four.len() - 1).map(move |at| (word(four) >> (16 - 8 * at)) as u8)).collect())
    }

    fn opened(key: &[u8; 32], nonce: [u8; 12], sealed: &[u8]) -> Option<Vec<u8>> {
        let mut clear = sealed.to_vec();
        ChaCha20Poly1305::new(&(*key).into()).decrypt_in_place(&nonce.into(), b"", &mut clear).ok()?;
        Some(clear)
    }

    /// The reading half of the format, from its specification.
    fn read(file: &[u8]) -> Option<Vec<u8>> {
        let mac_at = memchr::memmem::find(file, b"\n--- ")? + 1;
        let end = mac_at + file[mac_at..].iter().position(|byte| *byte == b'\n')? + 1;
        let header = std::str::from_utf8(&file[..end]).ok()?;
        let file_key = header.strip_prefix("age-encryption.org/v1\n")?.split("-> ").find_map(|stanza| {
            let (arguments, body) = stanza.split_once('\n')?;
            let share: [u8; 32] = bytes(arguments.strip_prefix("X25519 ")?)?.try_into().ok()?;
            let salt = [share, x25519(secret(), X25519_BASEPOINT_BYTES)].concat();
            let wrap = derived(&x25519(secret(), share), &salt, b"age-encryption.org/v1/X25519").ok()?;
            opened(&wrap, [0; 12], &bytes(body.lines().next()?)?)
        })?;
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&*derived(&file_key, b"", b"header").ok()?).ok()?;
        mac.update(&file[..mac_at + 3]);
        mac.verify_slice(&bytes(header[mac_at + 4..].trim_end())?).ok()?;
        let (nonce, payload) = file[end..].split_at(16);
        let key = derived(&file_key, nonce, b"payload").ok()?;
        let chunks: Vec<&[u8]> = payload.chunks(CHUNK + 16).collect();
        let mut clear = Vec::new();
        for (at, chunk) in chunks.iter().enumerate() {
            let mut nonce = [0; 12];
            nonce[3..11].copy_from_slice(&(at as u64).to_be_bytes());
            nonce[11] = u8::from(at + 1 == chunks.len());
            let part = opened(&key, nonce, chunk)?;
            assert!(!part.is_empty() || chunks.len() == 1, "an empty last chunk");
            clear.extend(part);
        }
        Some(clear)
    }

    fn sealed(clear: &[u8], recipients: &[&str]) -> Vec<u8> {
        let recipients: Vec<Recipient> = recipients.iter().map(|text| text.parse().expect("a recipient")).collect();
        let mut file = Encrypted::new(Vec::new(), &recipients).expect("begun");
        // In pieces that fit no chunk.
        clear.chunks(40_001).for_each(|piece| file.write_all(piece).expect("sealed"));
        file.finish().expect("ended")
    }

    #[test]
    fn the_reader_of_these_tests_reads_what_rage_wrote() {
        let file = include_bytes!("../../tests/data/age/rage.age");
        assert_eq!(read(file).as_deref(), Some(b"person_id,emails\nP-1,someone@example.org\n".as_slice()));
    }

    #[test]
    fn files_of_every_length_are_read_again_and_hide_what_they_hold() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17] {
            let clear: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let file = sealed(&clear, &[RECIPIENT]);
            assert_eq!(read(&file).as_deref(), Some(clear.as_slice()), "{length}");
            assert!(length < 64 || memchr::memmem::find(&file, &clear[..32]).is_none(), "{length}");
        }
        assert_ne!(sealed(b"same", &[RECIPIENT]), sealed(b"same", &[RECIPIENT]), "every file has a key of its own");
    }

    #[test]
    fn any_of_several_recipients_can_read_and_nobody_else() {
        let other = Recipient(x25519([9; 32], X25519_BASEPOINT_BYTES)).to_string();
        assert_eq!(read(&sealed(b"both", &[&other, RECIPIENT])).as_deref(), Some(b"both".as_slice()));
        assert_eq!(read(&sealed(b"other", &[&other])), None);
        assert!(Encrypted::new(Vec::new(), &[]).is_err());
    }

    #[test]
    fn a_file_that_was_changed_or_cut_is_not_read() {
        let file = sealed(&vec![7; CHUNK + 5], &[RECIPIENT]);
        let last_chunk = file.len() - (5 + 16);
        for at in [24, 100, last_chunk - 1, file.len() - 1] {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert_eq!(read(&changed), None, "{at}");
        }
        assert_eq!(read(&file[..last_chunk]), None, "the last chunk is missing");
    }

    #[test]
    fn recipients_are_written_as_they_were_read_and_faults_are_told() {
        let recipient: Recipient = RECIPIENT.parse().expect("a recipient");
        assert_eq!(recipient.to_string(), RECIPIENT);
        assert_eq!(RECIPIENT.to_uppercase().parse(), Ok(recipient));
        assert_eq!(IDENTITY.parse::<Recipient>(), Err(NoRecipient::Secret));
        let (zero, typo) = (Recipient([0; 32]).to_string(), RECIPIENT.replacen("1s", "1t", 1));
        for text in ["", "age1", "ägé-secret-kéy", &zero, &typo, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG"] {
            assert_eq!(text.parse::<Recipient>(), Err(NoRecipient::Other), "{text}");
        }
    }
}
