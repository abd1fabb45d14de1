//! Shapes of stored passwords: bcrypt, argon2, scrypt, sha-crypt, PBKDF2, phpass, MySQL, hex digests.

/// A crypt string of a known kind, or a hexadecimal digest of a usual length.
pub(super) fn password_hash(value: &[u8]) -> bool {
    if [b"$2a$".as_slice(), b"$2b$", b"$2y$", b"$2x$"].iter().any(|prefix| value.starts_with(prefix)) {
        return value.len() == 60;
    }
    let known = [
        "$argon2",
        "$1$",
        "$5$",
        "$6$",
        "$y$",
        "$7$",
        "$8$",
        "$9$",
        "$krb5",
        "$DCC2$",
        "$P$",
        "$H$",
        "$apr1$",
        "$scrypt$",
        "$pbkdf2",
        "pbkdf2_sha",
        "pbkdf2:",
        "bcrypt_sha256$",
        "scrypt:",
        "{SSHA",
        "{SHA",
        "{CRYPT}",
        "{MD5}",
        "sha1$",
        "md5$",
        "$md5",
        "$sha1$",
    ];
    if known.iter().any(|prefix| value.starts_with(prefix.as_bytes())) {
        return value.len() >= 20;
    }
    let value = match value {
        [b'*', rest @ ..] if rest.len() == 40 => rest,
        [b'0', b'x', rest @ ..] => rest,
        _ => value,
    };
    matches!(value.len(), 32 | 40 | 48 | 56 | 64 | 96 | 128) && value.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::password_hash;

    #[test]
    fn accepts_official_values_and_nothing_else() {
        for value in [
            "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
            "5f4dcc3b5aa765d61d8327deb882cf99",
            "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19",
        ] {
            assert!(password_hash(value.as_bytes()), "{value}");
        }
        for value in ["$2b$12$short", "hunter22", "deadbeef", "", "0"] {
            assert!(!password_hash(value.as_bytes()), "{value}");
        }
    }
}
