//! Credentials as they lie in files: every layout is found. Secrets are drawn from a seed, so no file here looks as if it leaked one.

use breachscope::{base::Random, detect::Detectors, format::TextKind};

const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &str = "0123456789abcdef";
const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// `count` characters of a set, the first of them `first`.
fn drawn(random: &mut Random, first: char, set: &str, count: usize) -> String {
    let set: Vec<char> = set.chars().collect();
    std::iter::once(first).chain((1..count).map(|_| set[(random.draw() % set.len() as u64) as usize])).collect()
}

/// Detectors that find something in a text, test values aside.
fn ids(detectors: &Detectors, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    detectors.scan_text(text.as_bytes(), TextKind::Lines, &mut found);
    found.iter().filter(|one| !one.test_value).map(|one| detectors.get(one.detector).id.clone()).collect()
}

#[test]
fn every_layout_of_credential_files_is_found() {
    let detectors = Detectors::builtin().expect("built-in files load");
    let mut random = Random(21);
    let mut word = |count| drawn(&mut random, '7', ALNUM, count);
    let mut random_hex = Random(22);
    let mut hex = |count| drawn(&mut random_hex, 'a', HEX, count);
    let lm = "aad3b435b51404eeaad3b435b51404ee";
    let layouts = [
        (".netrc", format!("machine api.firm.example login deploy password {}\n", word(12)), "password"),
        (".netrc on lines", format!("machine ftp.firm.example\n  login bob\n  password {}\n", word(12)), "password"),
        (".htpasswd", format!("alice:$apr1${}${}\n", word(8), word(22)), "password_hash"),
        (".htpasswd bcrypt", format!("bob:$2y$05${}\n", word(53)), "password_hash"),
        (".htpasswd SHA", format!("carol:{{SHA}}{}=\n", word(27)), "password_hash"),
        ("/etc/shadow", format!("root:$6${}${}:19000:0:99999:7:::\n", word(16), word(86)), "password_hash"),
        ("/etc/shadow yescrypt", format!("alice:$y$j9T${}${}:19500:0:99999:7:::\n", word(22), word(43)), "password_hash"),
        ("pwdump", format!("user:1001:{lm}:{}:::\n", hex(32)), "password_hash"),
        ("NTDS", format!("firm.example\\user:1104:{lm}:{}:::\n", hex(32)), "password_hash"),
        (".htdigest", format!("alice:Private Area:{}\n", hex(32)), "password_hash"),
        (".pgpass", format!("db1.firm.net:5432:crm:app:{}\n", word(12)), "password"),
        ("stealer log on lines", format!("https://login.shop.com/auth:jane77:{}\n", word(10)), "password"),
        ("shared access signature", format!("https://firm.blob.core.windows.net/hr?sv=2022-11-02&sp=r&sig={}%3D\n", word(43)), "key_azure"),
        ("Telegram bot", format!("bot_token: 6123456789:AA{}\n", word(33)), "key_telegram"),
        ("combo list", format!("jane.foster@mailhaven.com:{}\n", word(9)), "password"),
        ("page:login:password", format!("https://login.shop.com/auth:jane.foster@mailhaven.com:{}\n", word(9)), "password"),
        (
            "stealer log",
            format!("URL: https://login.shop.com/\nUsername: jane77\nPassword: {}\nApplication: Browser\n", word(10)),
            "password",
        ),
        (
            "stealer log, other make",
            format!("Soft: Browser\nHost: https://login.shop.com/\nLogin: jane77\nPassword: {}\n", word(10)),
            "password",
        ),
        ("define()", format!("define( 'DB_PASSWORD', '{}' );\n", word(14)), "password"),
        ("URL of a database", format!("postgres://app:{}@db1.firm.net:5432/crm\n", word(12)), "password"),
        ("ODBC", format!("Server=db1;Database=crm;User Id=app;Pwd={};\n", word(10)), "password"),
        ("JDBC", format!("jdbc:mysql://db1.firm.net/crm?user=app&password={}\n", word(12)), "password"),
        ("storage account", format!("DefaultEndpointsProtocol=https;AccountName=firm;AccountKey={}==;\n", word(86)), "key_azure"),
        ("kubeconfig", format!("    client-key-data: {}\n", word(600)), "api_key"),
        ("npmrc", format!("//registry.firm.net/:_authToken={}\n", word(36)), "access_token"),
        ("Rails", format!("  secret_key_base: {}\n", hex(128)), "api_key"),
        ("WireGuard", format!("PrivateKey = {}=\n", word(43)), "key_wireguard"),
        ("type 7", format!("username admin password 7 0{}\n", hex(19)), "key_cisco"),
        ("type 9", format!("enable secret 9 $9${}${}\n", word(14), word(43)), "password_hash"),
        ("Kerberos ticket", format!("$krb5tgs$23$*svc$FIRM$x*${}${}\n", hex(32), hex(200)), "password_hash"),
        ("cached logon", format!("$DCC2$10240#bob#{}\n", hex(32)), "password_hash"),
        ("basic authentication", "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZTE=\n".to_owned(), "basic_auth"),
        ("Slack", format!("SLACK=xoxb-23145678901-{}\n", word(24)), "key_slack"),
        ("AWS", "aws_access_key_id = AKIAZ7Q2M4X2C6V3B5N7\n".to_owned(), "key_aws"),
        (
            "enrolment of a second factor",
            "otpauth://totp/Firm:jane?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Firm\n".to_owned(),
            "key_totp",
        ),
        ("bearer", format!("Authorization: Bearer {}\n", word(40)), "access_token"),
    ];
    let missed: Vec<&str> =
        layouts.iter().filter(|(_, text, id)| !ids(&detectors, text).iter().any(|found| found == id)).map(|(name, ..)| *name).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn every_kind_of_private_key_is_found() {
    let detectors = Detectors::builtin().expect("built-in files load");
    let mut random = Random(23);
    let body: Vec<String> = (0..6).map(|_| drawn(&mut random, 'M', ALNUM, 64)).collect();
    let body = body.join("\n");
    for kind in ["RSA", "EC", "DSA", "OPENSSH", "ENCRYPTED", "ANY"] {
        let text = format!("-----BEGIN {kind} PRIVATE KEY-----\n{body}\n-----END {kind} PRIVATE KEY-----\n");
        assert_eq!(ids(&detectors, &text), ["private_key"], "{kind}");
    }
    for text in [
        format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"),
        format!("-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 2\n\n{body}\n-----END PGP PRIVATE KEY BLOCK-----\n"),
        format!("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: \"x\"\n{body}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n"),
        format!("PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 6\n{body}\nPrivate-MAC: 00\n"),
    ] {
        assert_eq!(ids(&detectors, &text), ["private_key"], "{text}");
    }
}

/// The six digits of base 62 behind a token's random part.
fn checksum(random_part: &str) -> String {
    let mut crc = crc32fast_of(random_part.as_bytes());
    let digits: Vec<u8> =
        "0123456789".bytes().chain("ABCDEFGHIJKLMNOPQRSTUVWXYZ".bytes()).chain("abcdefghijklmnopqrstuvwxyz".bytes()).collect();
    let mut text = Vec::new();
    for _ in 0..6 {
        text.push(digits[(crc % 62) as usize]);
        crc /= 62;
    }
    text.reverse();
    String::from_utf8(text).expect("ASCII")
}

/// CRC-32 by the inflater's own implementation, not by ours.
fn crc32fast_of(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[test]
fn tokens_with_a_checksum_are_told_from_made_up_ones() {
    let detectors = Detectors::builtin().expect("built-in files load");
    let mut random = Random(24);
    for (prefix, id) in [("ghp_", "key_github"), ("gho_", "key_github"), ("npm_", "key_npm")] {
        for _ in 0..20 {
            let part = drawn(&mut random, '7', ALNUM, 30);
            let right = format!("token {prefix}{part}{}\n", checksum(&part));
            assert_eq!(ids(&detectors, &right), [id], "{right}");
            let wrong = format!("token {prefix}{part}{}\n", checksum(&part[1..]));
            assert_eq!(ids(&detectors, &wrong), [""; 0], "{wrong}");
        }
    }
}

#[test]
fn an_id_of_a_key_tells_its_account() {
    // The account the documentation of AWS uses, set into the upper bits as ids hold it.
    let mut bits = (123_456_789_012_u128 << 7) << 32;
    let digits: Vec<u8> = BASE32.bytes().collect();
    let mut id = Vec::new();
    for _ in 0..16 {
        id.push(digits[(bits & 31) as usize]);
        bits >>= 5;
    }
    id.extend(b"AIKA");
    id.reverse();
    assert_eq!(breachscope::detect::aws_account(&id), Some(123_456_789_012));
}
