//! X12 interchanges of health care (834 enrolment, 835 payment, 837 claim, and their kin): everybody named in one is
//! a row, with what the segments behind the name say of them.
//!
//! Rows are of the table of their role: subscribers, patients, providers. The separators stand in the
//! interchange's header, which has a fixed length (X12.5).

use super::{
    Claim, Format, Head, Sink,
    json::records::{Records, Value, add},
    read_problem,
};
use crate::{
    base::{Category, Problem},
    source::{Input, stream::Blocks},
};

/// Length of the header of an interchange.
const HEADER: usize = 106;
/// Columns of one person; what comes behind them is a claim of thousands of lines.
const WIDEST: usize = 200;

/// `.x12`, `.edi`, `.834`, `.837`.
pub struct X12;

/// The characters between segments and elements.
#[derive(Clone, Copy, Debug)]
struct Separators {
    element: char,
    segment: char,
    component: char,
}

impl Separators {
    fn of(head: &[u8]) -> Option<Separators> {
        let head = head.get(..HEADER).filter(|head| head.starts_with(b"ISA"))?;
        let (element, component, segment) = (head[3], head[104], head[105]);
        // Sixteen elements, all of their lengths.
        let is_even = [6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103].iter().all(|at| head[*at] == element);
        (is_even && !element.is_ascii_alphanumeric() && segment.is_ascii()).then(|| Separators {
            element: element.into(),
            segment: segment.into(),
            component: component.into(),
        })
    }
}

impl Format for X12 {
    fn name(&self) -> &'static str {
        "x12"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        if Separators::of(head.bytes.trim_ascii_start()).is_some() { Claim::Sure } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let mut blocks = input.blocks();
        let mut reading = Reading { records: Records::new(), subject: None, other: None, set: String::new(), before: Vec::new() };
        let is_known = segments(&mut blocks, |segment, separators| reading.segment(segment, separators, sink));
        reading.close(sink);
        reading.records.finish(sink);
        if !is_known {
            sink.problem(Problem::new(Category::Corrupt, "no header of an interchange tells what stands between its parts"));
        }
        if let Some(error) = blocks.take_error() {
            sink.problem(read_problem(&error));
        }
    }
}

/// Calls `each` for every segment of every interchange; `false` when there is none.
fn segments(blocks: &mut Blocks<'_>, mut each: impl FnMut(&str, Separators)) -> bool {
    let mut separators: Option<Separators> = None;
    loop {
        let boundary = |bytes: &[u8]| {
            let known = separators.or_else(|| Separators::of(bytes.trim_ascii_start()));
            memchr::memrchr(known.map_or(b'~', |known| known.segment as u8), bytes).map(|at| at + 1)
        };
        let Some(block) = blocks.next(boundary) else { return separators.is_some() };
        let text = String::from_utf8_lossy(block.bytes);
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            if rest.starts_with("ISA") {
                separators = Separators::of(rest.as_bytes()).or(separators);
            }
            let Some(known) = separators else { break };
            let (segment, behind) = rest.split_once(known.segment).unwrap_or((rest, ""));
            each(segment.trim(), known);
            rest = behind.trim_start();
        }
    }
}

/// A person or firm being gathered.
struct Open {
    role: &'static str,
    members: Vec<(String, Value)>,
}

struct Reading {
    records: Records,
    /// The member or patient that claims are of.
    subject: Option<Open>,
    /// Whoever else was named last: a provider, a payer.
    other: Option<Open>,
    /// The number of the transaction set.
    set: String,
    /// What was said of a member before the name.
    before: Vec<(String, Value)>,
}

impl Reading {
    fn close(&mut self, sink: &mut dyn Sink) {
        let subject = self.subject.take();
        self.row(subject, sink);
        self.close_other(sink);
    }

    fn close_other(&mut self, sink: &mut dyn Sink) {
        let other = self.other.take();
        self.row(other, sink);
    }

    fn row(&mut self, open: Option<Open>, sink: &mut dyn Sink) {
        if let Some(Open { role, members }) = open {
            let table = if self.set.is_empty() { role.to_owned() } else { format!("x12_{}_{role}", self.set) };
            self.records.row(&table, &Value::Record(members), sink);
        }
    }

    fn segment(&mut self, segment: &str, separators: Separators, sink: &mut dyn Sink) {
        let elements: Vec<&str> = segment.split(separators.element).map(str::trim).collect();
        let get = |at: usize| elements.get(at).copied().unwrap_or_default();
        match get(0) {
            "ST" => self.set = get(1).chars().filter(char::is_ascii_alphanumeric).take(6).collect(),
            // Whoever comes next is somebody else.
            "SE" | "HL" | "INS" | "CLP" => {
                self.close(sink);
                self.before.clear();
                match get(0) {
                    "INS" => self.put("relationship", relationship(get(2))),
                    "CLP" => self.put("claim_id", get(1)),
                    _ => {}
                }
            }
            "NM1" => self.person(&elements, sink),
            "N1" => {
                self.close_other(sink);
                self.other = Some(Open { role: role(get(1)), members: Vec::new() });
                self.put("organization_name", get(2));
                self.put(id_name(get(3)), get(4));
            }
            "N3" => [("address", 1), ("address_2", 2)].iter().for_each(|(name, at)| self.put(name, get(*at))),
            "N4" => [("city", 1), ("state", 2), ("zip", 3), ("country", 4)].iter().for_each(|(name, at)| self.put(name, get(*at))),
            "DMG" => {
                self.put("birth_date", &date(get(2)));
                [("sex", 3), ("marital_status", 4), ("ethnicity", 5), ("citizenship", 6)]
                    .iter()
                    .for_each(|(name, at)| self.put(name, get(*at)));
            }
            "PER" => {
                self.put("contact_name", get(2));
                (3..8).step_by(2).for_each(|at| self.put(contact_name(get(at)), get(at + 1)));
            }
            "REF" => self.put(reference_name(get(1)), get(2)),
            "CLM" => self.put_claim("claim_id", get(1)),
            "HI" => {
                for code in elements.iter().skip(1) {
                    self.put_claim("diagnosis_code", code.split(separators.component).nth(1).unwrap_or_default());
                }
            }
            "SV1" | "SV2" | "SVC" => {
                let code = if get(0) == "SV2" { get(2) } else { get(1) };
                self.put_claim("procedure_code", code.split(separators.component).nth(1).unwrap_or_default());
            }
            "DTP" if get(2) == "D8" => self.put_claim(date_name(get(1)), &date(get(3))),
            _ => {}
        }
    }

    /// A name: entity, whether a person, surname or name of a firm, given names, then what identifies it.
    fn person(&mut self, elements: &[&str], sink: &mut dyn Sink) {
        let get = |at: usize| elements.get(at).copied().unwrap_or_default();
        let role = role(get(1));
        if matches!(role, "subscriber" | "patient" | "dependant") {
            self.close(sink);
            self.subject = Some(Open { role, members: std::mem::take(&mut self.before) });
        } else {
            // Providers within a claim leave the patient open: what is said of the claim behind them is the patient's.
            self.close_other(sink);
            self.other = Some(Open { role, members: Vec::new() });
        }
        if get(2) == "2" {
            self.put("organization_name", get(3));
        } else {
            [("last_name", 3), ("first_name", 4), ("middle_name", 5), ("name_suffix", 7)]
                .iter()
                .for_each(|(name, at)| self.put(name, get(*at)));
        }
        self.put(id_name(get(8)), get(9));
    }

    /// Adds a value to whoever was named last, or to whoever comes next.
    fn put(&mut self, name: &str, value: &str) {
        let open = self.other.as_mut().or(self.subject.as_mut());
        push(open.map_or(&mut self.before, |open| &mut open.members), name, value);
    }

    /// Adds what is said of a claim to its patient.
    fn put_claim(&mut self, name: &str, value: &str) {
        push(self.subject.as_mut().map_or(&mut self.before, |open| &mut open.members), name, value);
    }
}

/// Adds a value once.
fn push(members: &mut Vec<(String, Value)>, name: &str, value: &str) {
    let is_held = members.iter().any(|(held, kept)| held == name && *kept == Value::text(value));
    if !value.is_empty() && members.len() < WIDEST && !is_held {
        add(members, name, Value::text(value));
    }
}

/// `20240131` with its dashes.
fn date(digits: &str) -> String {
    match digits.as_bytes() {
        [_, _, _, _, _, _, _, _] if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..])
        }
        _ => digits.to_owned(),
    }
}

/// Who it is (element 98).
fn role(code: &str) -> &'static str {
    match code {
        "IL" | "74" | "31" => "subscriber",
        "QC" => "patient",
        "03" => "dependant",
        "S1" | "S3" | "GD" | "QD" | "E1" | "EXS" | "EI" | "6Y" | "9K" | "LR" | "TZ" | "X4" | "36" | "M8" => "contact",
        "41" => "submitter",
        "40" => "receiver",
        "PR" | "IN" | "ACV" | "TV" => "payer",
        "P5" => "sponsor",
        _ => "provider",
    }
}

/// What identifies it (element 66).
fn id_name(code: &str) -> &'static str {
    match code {
        "34" => "ssn",
        "MI" | "II" | "ZZ" => "member_id",
        "XX" => "npi",
        "24" | "FI" | "EI" => "ein",
        _ => "id",
    }
}

fn contact_name(code: &str) -> &'static str {
    match code {
        "EM" => "email",
        "FX" => "fax",
        "HP" => "home_phone",
        "CP" => "mobile_phone",
        "WP" => "work_phone",
        "UR" => "url",
        _ => "phone",
    }
}

/// What a reference is of (element 128).
fn reference_name(code: &str) -> &'static str {
    match code {
        "SY" => "ssn",
        "0F" | "1W" | "ABB" | "HJ" => "member_id",
        "23" | "3H" | "F6" | "DX" | "17" | "ZX" | "6O" | "Q4" => "reference",
        "1L" | "IG" | "6P" => "group_number",
        "EA" => "medical_record_number",
        "D9" | "F8" | "9F" | "G1" | "6R" | "Y4" => "claim_reference",
        "EI" | "TJ" => "ein",
        "0B" | "LU" | "G2" | "1G" | "1D" | "1C" => "provider_number",
        "4A" => "personal_identification_number",
        _ => "reference",
    }
}

fn date_name(code: &str) -> &'static str {
    match code {
        "435" => "admission_date",
        "096" => "discharge_date",
        "472" | "434" | "150" => "service_date",
        "348" | "303" | "356" => "coverage_start",
        "349" | "357" => "coverage_end",
        "336" => "hire_date",
        "439" => "accident_date",
        _ => "date",
    }
}

fn relationship(code: &str) -> &'static str {
    match code {
        "18" => "self",
        "01" => "spouse",
        "19" => "child",
        "53" => "life partner",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{
        hostile::survives,
        pick,
        testing::{read, read_stream},
    };

    fn interchange(body: &str) -> String {
        format!(
            "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240102*0304*^*00501*000000001*0*P*:~\nGS*BE*A*B*20240102*0304*1*X*005010X220A1~\n{body}GE*1*1~\nIEA*1*000000001~\n"
        )
    }

    #[test]
    fn members_of_an_enrolment_are_rows() {
        let text = interchange(
            "ST*834*0001~\nN1*P5*ACME INC*FI*123456789~\nINS*Y*18*030*XN*A~\nREF*0F*M0001~\nREF*1L*G77~\nNM1*IL*1*DOE*JANE*Q***34*987654321~\n\
             PER*IP**TE*2025550100*EM*jane@example.com~\nN3*1 ELM ST~\nN4*SPRINGFIELD*IL*62701~\nDMG*D8*19800102*F~\nINS*N*19*030~\nREF*0F*M0001~\n\
             NM1*IL*1*DOE*SAM~\nDMG*D8*20150304*M~\nSE*12*0001~\n",
        );
        assert_eq!(pick(&Head { bytes: text.as_bytes(), name: "x", whole: true }).map(Format::name), Some("x12"));
        let found = read(&X12, text.as_bytes());
        assert_eq!(found.problems, []);
        let people = found.table("x12_834_subscriber");
        assert_eq!(
            people.header(),
            "relationship|member_id|group_number|last_name|first_name|middle_name|ssn|phone|email|address|city|state|zip|birth_date|sex"
        );
        assert_eq!(
            people.lines(),
            [
                "self|M0001|G77|DOE|JANE|Q|987654321|2025550100|jane@example.com|1 ELM ST|SPRINGFIELD|IL|62701|1980-01-02|F",
                "child|M0001|~|DOE|SAM|~|~|~|~|~|~|~|~|2015-03-04|M"
            ]
        );
        assert_eq!(found.table("x12_834_sponsor").lines(), ["ACME INC|123456789"]);
        assert_eq!(read_stream(&X12, text.as_bytes()).tables, found.tables);
        survives(&X12, text.as_bytes());
    }

    #[test]
    fn claims_say_what_their_patients_have() {
        let text = interchange(
            "ST*837*0001~\nHL*1**20*1~\nNM1*85*2*CLINIC*****XX*1234567893~\nHL*2*1*22*0~\nSBR*P*18~\nNM1*IL*1*ROE*ANN****MI*W123~\nDMG*D8*19700506*F~\n\
             CLM*C1*150***11:B:1~\nHI*ABK:E119*ABF:I10~\nNM1*82*1*POE*MAX****XX*1093817465~\nLX*1~\nSV1*HC:99213*150*UN*1~\nDTP*472*D8*20240103~\nSE*11*0001~\n",
        );
        let found = read(&X12, text.as_bytes());
        let people = found.table("x12_837_subscriber");
        assert_eq!(people.header(), "last_name|first_name|member_id|birth_date|sex|claim_id|diagnosis_code|procedure_code|service_date");
        assert_eq!(people.lines(), ["ROE|ANN|W123|1970-05-06|F|C1|E119; I10|99213|2024-01-03"]);
        assert_eq!(found.table("x12_837_provider").lines(), ["CLINIC|1234567893|~|~", "~|1093817465|POE|MAX"]);
    }
}
