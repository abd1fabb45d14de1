//! Machine data that holds nobody: what is found in it is wrong.
//!
//! Two megabytes by default; `NEGATIVES_MB=100 cargo test --test negatives` makes more.

use breachscope::{base::Random, detect::Detectors, format::TextKind};
use std::fmt::Write;

/// Machine-like text: the same every time.
struct Draw(Random);

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
}

/// One line of each kind of machine data.
fn lines(draw: &mut Draw, text: &mut String) {
    let uuid = [8, 4, 4, 4, 12].map(|digits| draw.hex(digits)).join("-");
    let _ = writeln!(text, "request {uuid} took 0.{:06}s", draw.below(1_000_000));
    let _ = writeln!(text, "{}  ./obj/{}.o\n{}  ./src/{}.c", draw.hex(40), draw.hex(6), draw.hex(64), draw.hex(6));
    let _ = writeln!(text, "libx v{}.{}.{}-rc{}+{}", draw.below(20), draw.below(99), draw.below(9_999), draw.below(9), draw.hex(8));
    let _ = writeln!(text, "{}.{:03} tick {}", 1_600_000_000 + draw.below(100_000_000), draw.below(1_000), draw.below(1_000_000_000_000));
    let _ = writeln!(text, "tracking 94{:020} order {:016}", draw.below(u64::MAX), draw.below(10_000_000_000_000_000));
    let _ = writeln!(
        text,
        "isbn 978-{}-{:04}-{:04}-{} ean {:013}",
        draw.below(10),
        draw.below(10_000),
        draw.below(10_000),
        draw.below(10),
        draw.below(10_000_000_000_000)
    );
    let octets = [(); 16].map(|()| draw.hex(2)).join(" ");
    let _ = writeln!(text, "{}  {octets}", draw.hex(8));
    let _ = writeln!(text, "{}", draw.base64(76));
    let (index, factor, number) = (draw.below(999), draw.below(10_000), draw.below(1_000_000_000));
    let _ = writeln!(text, "function a(b,c){{return b[{index}]*.{factor}+c;var t={number};for(i=0;i<{index};i++)t^=i}}");
}

#[test]
fn machine_data_holds_less_than_one_finding_in_ten_megabytes() {
    let megabytes: usize = std::env::var("NEGATIVES_MB").ok().and_then(|size| size.parse().ok()).unwrap_or(2);
    let detectors = Detectors::builtin().expect("built-in files load");
    let (mut draw, mut wrong) = (Draw(Random(5)), Vec::new());
    for _ in 0..megabytes {
        let mut text = String::new();
        while text.len() < 1_000_000 {
            lines(&mut draw, &mut text);
        }
        let mut found = Vec::new();
        detectors.scan_text(text.as_bytes(), TextKind::Lines, &mut found);
        for one in found.iter().filter(|one| !one.test_value) {
            wrong.push(format!("{}: {:?}", detectors.get(one.detector).id, text.get(one.start..one.start + one.length)));
        }
    }
    assert!(wrong.len() <= megabytes / 10, "{}", wrong.join("\n"));
}
