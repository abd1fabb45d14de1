//! Kinds of stored passwords, and what each is worth against guessing.
//!
//! What a hash withstands decides whether a stored password counts as exposed in clear: fast and unsalted ones
//! are looked up, slow and salted ones keep all but the commonest passwords.

/// How soon guessing succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// One round of a fast digest without salt: looked up in tables made before.
    Unsalted,
    /// A fast digest with salt, or few rounds: guessed at the rate of a graphics card.
    Fast,
    /// Thousands of rounds: common passwords are found in days.
    Middling,
    /// Made to be slow, and hard on memory or with a cost that can be raised.
    Slow,
}

impl Strength {
    /// What it means for who must act.
    pub const fn advice(self) -> &'static str {
        match self {
            Strength::Unsalted => "fast and unsalted: treat as clear passwords, force a reset, and check for reuse",
            Strength::Fast => "fast to guess: treat as clear passwords and force a reset",
            Strength::Middling => "common passwords will be recovered: force a reset",
            Strength::Slow => "slow and salted: reset weak and reused passwords first, then the others",
        }
    }
}

/// The name of a hash's kind and its strength; `None` for what is no hash that is known.
pub fn kind(value: &[u8]) -> Option<(&'static str, Strength)> {
    let starts = |prefix: &str| value.len() > prefix.len() && value[..prefix.len()].eq_ignore_ascii_case(prefix.as_bytes());
    KINDS.iter().find(|(prefix, ..)| starts(prefix)).map(|(_, name, strength)| (*name, *strength)).or_else(|| digest(value))
}

/// Beginnings of modular crypt format and its kin, the longer before the shorter.
const KINDS: &[(&str, &str, Strength)] = &[
    ("$2a$", "bcrypt", Strength::Slow),
    ("$2b$", "bcrypt", Strength::Slow),
    ("$2x$", "bcrypt", Strength::Slow),
    ("$2y$", "bcrypt", Strength::Slow),
    ("bcrypt_sha256$", "bcrypt", Strength::Slow),
    ("$argon2", "argon2", Strength::Slow),
    ("$scrypt$", "scrypt", Strength::Slow),
    ("scrypt:", "scrypt", Strength::Slow),
    ("$7$", "scrypt", Strength::Slow),
    ("$9$", "scrypt (network device, type 9)", Strength::Slow),
    ("$y$", "yescrypt", Strength::Slow),
    ("$pbkdf2", "PBKDF2", Strength::Middling),
    ("pbkdf2", "PBKDF2", Strength::Middling),
    ("$8$", "PBKDF2 (network device, type 8)", Strength::Middling),
    ("$6$", "SHA-512 crypt", Strength::Middling),
    ("$5$", "SHA-256 crypt", Strength::Middling),
    ("$dcc2$", "cached domain logon (DCC2)", Strength::Middling),
    ("$p$", "phpass", Strength::Fast),
    ("$h$", "phpass", Strength::Fast),
    ("$apr1$", "Apache MD5 crypt", Strength::Fast),
    ("$1$", "MD5 crypt", Strength::Fast),
    ("$krb5", "Kerberos ticket", Strength::Fast),
    ("$sha1$", "SHA-1 crypt", Strength::Fast),
    ("{ssha", "salted SHA (LDAP)", Strength::Fast),
    ("{sha", "SHA (LDAP)", Strength::Unsalted),
    ("{md5}", "MD5 (LDAP)", Strength::Unsalted),
    ("{crypt}", "crypt (LDAP)", Strength::Fast),
    ("sha1$", "salted SHA-1 (Django)", Strength::Fast),
    ("md5$", "salted MD5 (Django)", Strength::Fast),
];

/// Digests in hexadecimal, by their length.
fn digest(value: &[u8]) -> Option<(&'static str, Strength)> {
    let (value, mysql) = value.strip_prefix(b"*").map_or((value, false), |rest| (rest, true));
    if !value.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let name = match (value.len(), mysql) {
        (40, true) => "MySQL 4.1",
        (32, _) => "MD5 or NTLM",
        (40, _) => "SHA-1",
        (56, _) => "SHA-224",
        (64, _) => "SHA-256",
        (96, _) => "SHA-384",
        (128, _) => "SHA-512",
        _ => return None,
    };
    Some((name, Strength::Unsalted))
}

#[cfg(test)]
mod tests {
    use super::{KINDS, Strength, kind};

    #[test]
    fn kinds_are_told_by_their_beginning_or_length() {
        for (value, name, strength) in [
            ("$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW", "bcrypt", Strength::Slow),
            ("5f4dcc3b5aa765d61d8327deb882cf99", "MD5 or NTLM", Strength::Unsalted),
            ("*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19", "MySQL 4.1", Strength::Unsalted),
            ("{SSHA}c2FsdGVkIGRpZ2VzdA==", "salted SHA (LDAP)", Strength::Fast),
            ("$6$rounds=5000$usesomesillystri$x", "SHA-512 crypt", Strength::Middling),
        ] {
            assert_eq!(kind(value.as_bytes()), Some((name, strength)), "{value}");
        }
        for value in ["", "*", "hunter22", "deadbeef", "$2b$"] {
            assert_eq!(kind(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn no_beginning_hides_a_longer_one() {
        for (at, (early, ..)) in KINDS.iter().enumerate() {
            assert!(KINDS[at + 1..].iter().all(|(late, ..)| !late.starts_with(early)), "{early}");
        }
    }
}
