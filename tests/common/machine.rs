//! Machine data that holds nobody, the same every time.

use breachscope::base::Random;
use std::fmt::Write;

/// Draws machine-like text.
pub(crate) struct Draw(pub Random);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0.draw() % end
    }

    fn hex(&mut self, digits: usize) -> String {
        let mut text = String::new();
        while text.len() < digits {
            let _ = write!(text, "{:016x}", self.0.draw());
        }
        text.truncate(digits);
        text
    }

    fn base64(&mut self, length: usize) -> String {
        const SET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        (0..length).map(|_| SET[self.below(64) as usize] as char).collect()
    }

    /// A short name as minifiers give, or a longer one as programmers do.
    fn name(&mut self, long: bool) -> String {
        const PARTS: [&str; 16] = [
            "get", "set", "node", "index", "value", "state", "item", "list", "buffer", "page", "event", "cache", "key", "size", "render",
            "merge",
        ];
        match long {
            true => format!("{}_{}", PARTS[self.below(16) as usize], PARTS[self.below(16) as usize]),
            false => char::from(b'a' + self.below(26) as u8).to_string(),
        }
    }
}

/// Appends a few lines of one kind.
type Lines = fn(&mut Draw, &mut String);

/// Every kind of machine data, by name.
pub(crate) const KINDS: &[(&str, Lines)] = &[
    ("UUIDs", uuids),
    ("digests", digests),
    ("versions", versions),
    ("times", times),
    ("hex dumps", dumps),
    ("base 64", blobs),
    ("positions", positions),
    ("tracking and order numbers", parcels),
    ("ISBN and EAN", goods),
    ("source", source),
    ("minified scripts", minified),
];

/// A megabyte of all kinds, line by line.
pub(crate) fn megabyte(draw: &mut Draw) -> String {
    let mut text = String::new();
    while text.len() < 1_000_000 {
        KINDS.iter().for_each(|(_, write)| write(draw, &mut text));
    }
    text
}

/// A megabyte of one kind.
pub(crate) fn megabyte_of(write: Lines, draw: &mut Draw) -> String {
    let mut text = String::new();
    while text.len() < 1_000_000 {
        write(draw, &mut text);
    }
    text
}

fn uuids(draw: &mut Draw, text: &mut String) {
    let uuid = [8, 4, 4, 4, 12].map(|digits| draw.hex(digits)).join("-");
    let _ = writeln!(text, "request {uuid} took 0.{:06}s", draw.below(1_000_000));
}

fn digests(draw: &mut Draw, text: &mut String) {
    let _ = writeln!(text, "{}  ./obj/{}.o\n{}  ./src/{}.c", draw.hex(40), draw.hex(6), draw.hex(64), draw.hex(6));
    let _ = writeln!(text, "{} *dist/{}.tar.gz", draw.hex(32), draw.hex(6));
}

fn versions(draw: &mut Draw, text: &mut String) {
    let _ = writeln!(text, "libx v{}.{}.{}-rc{}+{}", draw.below(20), draw.below(99), draw.below(9_999), draw.below(9), draw.hex(8));
    let _ = writeln!(
        text,
        "agent/{}.{}.{}.{} (build {})",
        draw.below(150),
        draw.below(10),
        draw.below(9_999),
        draw.below(250),
        draw.below(100_000)
    );
}

fn times(draw: &mut Draw, text: &mut String) {
    let _ = writeln!(text, "{}.{:03} tick {}", 1_600_000_000 + draw.below(100_000_000), draw.below(1_000), draw.below(1_000_000_000_000));
    let date = (2015 + draw.below(12), 1 + draw.below(12), 1 + draw.below(28));
    let _ = writeln!(
        text,
        "{}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z up",
        date.0,
        date.1,
        date.2,
        draw.below(24),
        draw.below(60),
        draw.below(60),
        draw.below(1_000_000)
    );
}

fn dumps(draw: &mut Draw, text: &mut String) {
    let octets = [(); 16].map(|()| draw.hex(2)).join(" ");
    let _ = writeln!(text, "{}  {octets}", draw.hex(8));
}

fn blobs(draw: &mut Draw, text: &mut String) {
    let _ = writeln!(text, "{}", draw.base64(76));
    let _ = writeln!(text, "integrity sha512-{}==", draw.base64(86));
}

/// Corners of tiles: positions of the map, of nobody.
fn positions(draw: &mut Draw, text: &mut String) {
    let (north, east) = (draw.below(180_000_000) as f64 / 1e6 - 90.0, draw.below(360_000_000) as f64 / 1e6 - 180.0);
    let _ = writeln!(text, "tile {} bounds [{north:.6},{east:.6},{:.6},{:.6}]", draw.below(1 << 20), north + 0.25, east + 0.25);
}

/// Numbers of parcels, orders, invoices and parts.
fn parcels(draw: &mut Draw, text: &mut String) {
    let _ = writeln!(text, "tracking 94{:020} order {:016}", draw.below(u64::MAX), draw.below(10_000_000_000_000_000));
    let serial = draw.hex(8).to_uppercase();
    let _ = writeln!(
        text,
        "shipped 1Z{serial}{:08} and {:012}, JD{:018}",
        draw.below(100_000_000),
        draw.below(1_000_000_000_000),
        draw.below(1_000_000_000_000_000_000)
    );
    let _ = writeln!(
        text,
        "invoice RE-{}-{:05} part {:03}-{:02}-{:04}-{}",
        2020 + draw.below(6),
        draw.below(100_000),
        draw.below(1_000),
        draw.below(100),
        draw.below(10_000),
        char::from(b'A' + draw.below(26) as u8)
    );
}

/// Numbers of books and goods, with right check digits.
fn goods(draw: &mut Draw, text: &mut String) {
    let book = with_check(format!("978{:09}", draw.below(1_000_000_000)));
    let good = with_check(format!("{:012}", draw.below(1_000_000_000_000)));
    let _ = writeln!(text, "isbn {}-{}-{}-{}-{} ean {good}", &book[..3], &book[3..4], &book[4..8], &book[8..12], &book[12..]);
}

/// Twelve digits and the check digit of EAN-13.
fn with_check(digits: String) -> String {
    let sum: u32 = digits.bytes().zip([1, 3].iter().cycle()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// Lines as they stand in source trees.
fn source(draw: &mut Draw, text: &mut String) {
    let (one, two, three) = (draw.name(true), draw.name(true), draw.name(true));
    let _ = writeln!(text, "#include \"{one}/{two}.h\"\nimport {{ {one}, {two} }} from './{three}.js';\nuse crate::{one}::{two};");
    let _ = writeln!(
        text,
        "static const uint32_t {one}_table[] = {{ 0x{}, 0x{}, {}, {} }};",
        draw.hex(8),
        draw.hex(8),
        draw.below(1 << 32),
        draw.below(1 << 32)
    );
    let _ = writeln!(
        text,
        "    if ({one}->{two} != NULL && {three}[{}] > {}) {{ return {}; }} /* see #{} */",
        draw.below(64),
        draw.below(10_000),
        draw.below(256),
        draw.below(100_000)
    );
    let _ = writeln!(
        text,
        "def {one}(self, {two}=None):\n    password = self.{three}.get('password')\n    return self.{two}({}, {:.4})",
        draw.below(1_000),
        draw.below(10_000) as f64 / 1e4
    );
    let _ = writeln!(
        text,
        "@@ -{},{} +{},{} @@ fn {one}()\nindex {}..{} 100644",
        draw.below(900),
        draw.below(20),
        draw.below(900),
        draw.below(20),
        draw.hex(7),
        draw.hex(7)
    );
    let _ = writeln!(text, "test_{one} ... ok ({} ms)  coverage {}.{:02}%", draw.below(5_000), draw.below(100), draw.below(100));
}

/// One long line of a minified script.
fn minified(draw: &mut Draw, text: &mut String) {
    text.push_str("!function(){\"use strict\";");
    for _ in 0..12 {
        let (a, b, c) = (draw.name(false), draw.name(false), draw.name(false));
        let (number, hex, index) = (draw.below(4_294_967_296), draw.hex(6), draw.below(999));
        let _ = write!(
            text,
            "var {a}={b}({number}),{c}=\"#{hex}\";function {a}{index}({b},{c}){{return {b}[{index}]*.{}+{c}|0}}",
            draw.below(10_000)
        );
        let _ = write!(
            text,
            "{a}.exports=JSON.parse('{{\"{b}\":[{},{},-{}.{}],\"d\":\"M{} {}L{}.{} {}Z\"}}');",
            draw.below(1 << 31),
            draw.below(1 << 40),
            draw.below(180),
            draw.below(1_000_000),
            draw.below(512),
            draw.below(512),
            draw.below(512),
            draw.below(100),
            draw.below(512)
        );
    }
    text.push_str("}();\n");
}
