//! The mistakes people make in a law file, and what they are told: what is wrong, where, and what to write.

use crate::law::Law;

const GOOD: &str = r#"name         = "Law of nowhere"
cite         = "N. 1"
jurisdiction = "XX"
protects     = "residents"
read_on      = 2026-01-01
confidence   = "medium"
sources      = ["https://example.org"]

[[protected]]
with   = "name"
any_of = ["ssn", "passport"]

[[duty]]
tell = "individuals"
when = "people > 500 and not encrypted"
by   = "30 days after discovery"

[[example]]
why    = "enough"
given  = { people = 501, elements = ["name", "ssn"], discovery_date = 2026-03-02 }
duties = ["individuals"]
by     = { individuals = 2026-04-01 }

[[example]]
why    = "too few"
given  = { people = 500, elements = ["name", "ssn"] }
duties = []
"#;

/// Everything said of the file with one change, as printed.
fn told(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    let text = GOOD.replacen(from, to, 1);
    let faults = match Law::parse("xx_law", "xx/law.toml", &text) {
        Ok(law) => law.self_test(),
        Err(faults) => faults,
    };
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn a_good_file_has_no_faults() {
    assert_eq!(told("nowhere", "nowhere"), "");
}

#[test]
fn one_mistake_is_told_once() {
    for (from, to) in
        [("30 days after discovery", "30 days"), ("\"individuals\"\nwhen", "\"individual\"\nwhen"), ("\"ssn\", \"passport\"", "\"sns\"")]
    {
        let told = told(from, to);
        assert_eq!(told.matches("error: ").count(), 1, "{told}");
    }
}

#[test]
fn typical_mistakes_are_told_with_line_caret_and_hint() {
    for (from, to, place, line, caret, message, hint) in [
        (
            "\"passport\"",
            "\"pasport\"",
            "11:19",
            "any_of = [\"ssn\", \"pasport\"]",
            "^^^^^^^",
            "unknown element `pasport`",
            "did you mean `passport`?",
        ),
        (
            "not encrypted",
            "not encryptd",
            "15:30",
            "when = \"people > 500 and not encryptd\"",
            "^^^^^^^^",
            "unknown fact `encryptd`",
            "did you mean `encrypted`?",
        ),
        (
            "30 days after discovery",
            "30 days",
            "16:9",
            "by   = \"30 days\"",
            "^^^^^^^",
            "`30 days` is no deadline",
            "write `N hours|days|business days|months after",
        ),
        (
            "\"individuals\"\nwhen",
            "\"individual\"\nwhen",
            "14:8",
            "tell = \"individual\"",
            "^^^^^^^^^^^^",
            "error: `individual` is no duty",
            "did you mean `individuals`?",
        ),
        (
            "\"residents\"",
            "\"resident\"",
            "4:16",
            "protects     = \"resident\"",
            "^^^^^^^^^^",
            "`resident` is nobody a law protects",
            "one of: residents,",
        ),
        ("\"medium\"", "\"good\"", "6:16", "confidence   = \"good\"", "^^^^^^", "`good` is no confidence", "one of: low, medium, high"),
        ("read_on ", "readon  ", "5:1", "readon       = 2026-01-01", "^^^^^^", "unknown key `readon`", "did you mean `read_on`?"),
        ("people > 500", "people > five", "15:18", "when = \"people > five and not encrypted\"", "^^^^", "expected a whole number", ""),
        ("people > 500", "people => 500", "15:16", "when = \"people => 500 and not encrypted\"", "^^", "expected a comparison", ""),
        ("500 and not encrypted", "500 or (not encrypted", "15:39", "when = \"people > 500 or (not encrypted\"", "", "expected `)`", ""),
        (
            "2026-01-01",
            "\"first of January\"",
            "5:16",
            "read_on      = \"first of January\"",
            "^^^^^^^^^^^^^^^^^^",
            "`read_on` must be a date such as 2026-03-02",
            "",
        ),
        ("{ people = 501", "{ persons = 501", "20:12", "", "^^^^^^^", "unknown key `persons`", ""),
        (
            "confidence   = \"medium\"",
            "confidence   = \"high\"\nsurvey       = true",
            "1:1",
            "name         = \"Law of nowhere\"",
            "^",
            "a file drafted from a survey cannot be of high confidence",
            "write `confidence = \"medium\"`",
        ),
        ("people = 501", "people = 502", "13:1", "[[duty]]", "^", "no example with 501 people", ""),
        ("duties = []", "duties = [\"media\"]", "24:1", "[[example]]", "^", "expected [media], found []", ""),
        ("2026-04-01 }", "2026-04-02 }", "18:1", "[[example]]", "^", "expected individuals by 2026-04-02, found 2026-04-01", ""),
    ] {
        let told = told(from, to);
        let has = |part: &str| assert!(told.contains(part), "{to}: `{part}` is not in\n{told}");
        has("error: ");
        has(&format!("--> xx/law.toml:{place}\n"));
        has(line);
        has(caret);
        has(message);
        has(hint);
    }
}
