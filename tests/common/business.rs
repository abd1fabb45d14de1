//! Documents of firms with known truth: what is a business secret and what only looks like one.
//!
//! The texts stand in `tests/data/business.txt`; names, numbers, formats and the places of markings are drawn from a
//! seed. The texts and markings were written before the words the program knows were looked at, and are not a list of them.

use breachscope::base::Random;
use std::{collections::BTreeMap, io::Write as _, path::Path};

/// A document and what it is.
pub(crate) struct Document {
    pub path: String,
    pub bytes: Vec<u8>,
    pub secret: bool,
    /// Of what kind it is: `board`, `pricing`, `press` …
    pub kind: &'static str,
    pub language: &'static str,
}

/// Where a marking stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Title,
    Header,
    Footer,
    Property,
    File,
    Folder,
}

const PLACES: [Place; 6] = [Place::Title, Place::Header, Place::Footer, Place::Property, Place::File, Place::Folder];

/// Markings by language, as firms set them, and the word for names of files and folders.
const MARKINGS: &[(&str, &[&str], &str)] = &[
    (
        "en",
        &[
            "Confidential",
            "CONFIDENTIAL - {company}",
            "Strictly private and confidential",
            "Internal use only",
            "{company} proprietary information",
            "Trade secret - do not copy",
            "Commercial in confidence",
            "Classification: Restricted",
            "Not for distribution",
            "COMPANY RESTRICTED",
        ],
        "confidential",
    ),
    (
        "de",
        &[
            "Vertraulich",
            "STRENG VERTRAULICH",
            "Nur für den internen Gebrauch",
            "Geschäftsgeheimnis der {company}",
            "Interne Unterlage – Weitergabe untersagt",
            "BETRIEBSGEHEIMNIS",
            "Klassifizierung: vertraulich",
        ],
        "vertraulich",
    ),
    (
        "fr",
        &[
            "Confidentiel",
            "STRICTEMENT CONFIDENTIEL",
            "Usage interne uniquement",
            "Document interne – ne pas diffuser",
            "Secret des affaires",
            "Confidentiel entreprise",
        ],
        "confidentiel",
    ),
    (
        "es",
        &[
            "Confidencial",
            "ESTRICTAMENTE CONFIDENCIAL",
            "Solo para uso interno",
            "Secreto empresarial",
            "Documento interno – no distribuir",
        ],
        "confidencial",
    ),
    (
        "it",
        &["Riservato", "STRETTAMENTE CONFIDENZIALE", "Solo per uso interno", "Segreto aziendale", "Documento riservato – non divulgare"],
        "riservato",
    ),
    (
        "pt",
        &["Confidencial", "ESTRITAMENTE CONFIDENCIAL", "Apenas para uso interno", "Segredo de negócio", "Documento interno – não divulgar"],
        "confidencial",
    ),
    (
        "nl",
        &["Vertrouwelijk", "STRIKT VERTROUWELIJK", "Alleen voor intern gebruik", "Bedrijfsgeheim", "Intern document – niet verspreiden"],
        "vertrouwelijk",
    ),
    ("pl", &["Poufne", "ŚCIŚLE POUFNE", "Tajemnica przedsiębiorstwa", "Do użytku wewnętrznego"], "poufne"),
    ("ja", &["社外秘", "極秘", "機密", "部外秘"], "社外秘"),
];

const FIRMS: &[&str] = &["Halden Marine", "Brightwater Foods", "Nordkap Pumpen", "Sellier Optique", "Talamantes Textil", "Vessel & Crane"];
const FORMS: &[&str] = &["GmbH", "Ltd", "Inc.", "S.A.", "B.V.", "S.p.A.", "Lda"];
const PEOPLE: &[&str] = &["A. Brandt", "Clara Eriksen", "J. Novak", "Marisol Vasquez", "P. Lindqvist", "Tamara Quigley", "W. Rasmussen"];
const PRODUCTS: &[&str] = &["HP-7", "Osprey valve", "NX-200", "Lumen 4", "Delta pump", "Trimaran 12", "KX foam"];
const TOWNS: &[&str] = &["Leeds", "Bremen", "Nantes", "Gijón", "Brescia", "Braga", "Arnhem", "Aarhus", "Linz"];

/// Draws what stands for the names in braces.
struct Draw {
    random: Random,
    company: String,
    other: String,
}

impl Draw {
    fn new(seed: u64) -> Draw {
        let mut draw = Draw { random: Random(seed), company: String::new(), other: String::new() };
        draw.company = format!("{} {}", draw.of(FIRMS), draw.of(FORMS));
        draw.other = format!("{} {}", draw.of(FIRMS), draw.of(FORMS));
        draw
    }

    fn below(&mut self, end: u64) -> u64 {
        self.random.draw() % end
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    fn fill(&mut self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let drawn = after.split_once('}').and_then(|(name, after)| Some((self.value(name)?, after)));
            let (value, after) = drawn.unwrap_or_else(|| ("{".to_owned(), after));
            filled.push_str(&value);
            rest = after;
        }
        filled + rest
    }

    fn value(&mut self, name: &str) -> Option<String> {
        Some(match name {
            "company" => self.company.clone(),
            "other" => self.other.clone(),
            "product" => self.of(PRODUCTS).to_owned(),
            "person" => self.of(PEOPLE).to_owned(),
            "place" => self.of(TOWNS).to_owned(),
            "date" => format!("{}-{:02}-{:02}", 2023 + self.below(4), 1 + self.below(12), 1 + self.below(28)),
            "year" => (2023 + self.below(5)).to_string(),
            "n" => (11 + self.below(888)).to_string(),
            "big" => format!("{}.{:02}", 1_000 + self.below(90_000), self.below(100)),
            "pct" => format!("{}.{} %", 1 + self.below(40), self.below(10)),
            "money" => format!("EUR {}.{} million", 1 + self.below(400), self.below(10)),
            _ => return None,
        })
    }
}

/// All documents of a seed: every path of the texts twice, the second time often in another format or under a marking more.
pub(crate) fn documents(seed: u64) -> Vec<Document> {
    let mut all = Vec::new();
    for (number, block) in include_str!("../data/business.txt").split("\n=== ").skip(1).enumerate() {
        let (head, body) = block.split_once('\n').expect("a head line");
        let mut words = head.split(' ');
        let mut word = || words.next().expect("label, kind, language");
        let (label, kind, language) = (word(), word(), word());
        for (turn, path) in words.enumerate() {
            for round in 0..2 {
                let mut draw = Draw::new(seed ^ (number as u64) << 20 ^ (turn as u64) << 8 ^ round);
                draw.random.draw();
                let secret = label == "secret";
                let marked = kind == "marked" || secret && round == 1 && draw.below(3) == 0;
                let document = document(&mut draw, language, path, body, marked, round == 1);
                all.push(Document { path: document.0, bytes: document.1, secret, kind, language });
            }
        }
    }
    all
}

/// Writes documents below `folder`, each in a folder of its own, and matches rows of a report (by column `path`) to them.
/// Of equal documents one row stands for all.
pub(crate) fn scan(
    documents: &[Document],
    folder: &Path,
    scan: impl FnOnce(&Path) -> Vec<BTreeMap<String, String>>,
) -> Vec<Option<BTreeMap<String, String>>> {
    let root = folder.join("share");
    let place = |number: usize, document: &Document| format!("share/{number:03}/{}", document.path);
    for (number, document) in documents.iter().enumerate() {
        let path = folder.join(place(number, document));
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        std::fs::write(path, &document.bytes).expect("written");
    }
    let rows: BTreeMap<String, BTreeMap<String, String>> = scan(&root).into_iter().map(|row| (row["path"].clone(), row)).collect();
    let row_of = |number: usize| rows.get(&place(number, &documents[number])).cloned();
    let first = |document: &Document| documents.iter().position(|other| other.bytes == document.bytes);
    (0..documents.len()).map(|number| row_of(number).or_else(|| first(&documents[number]).and_then(row_of))).collect()
}

/// One document: its path and its bytes.
fn document(draw: &mut Draw, language: &str, path: &str, body: &str, marked: bool, again: bool) -> (String, Vec<u8>) {
    let mut path = draw.fill(path);
    let lines: Vec<String> = body.lines().flat_map(|line| repeated(draw, line)).collect();
    let is_table = kind_is_table(&lines);
    if again {
        path = renamed(draw, &path, is_table);
    }
    let (_, markings, word) = MARKINGS.iter().find(|(code, ..)| *code == language).expect("markings of the language");
    let mut place = marked.then(|| draw.of(&PLACES));
    let extension = path.rsplit('.').next().unwrap_or_default().to_owned();
    // Where a format has no such place.
    place = place.map(|place| match (place, extension.as_str()) {
        (Place::File | Place::Folder, _) => place,
        (_, "csv" | "py" | "c" | "cpp" | "java" | "ts" | "pas" | "step" | "stp" | "dxf") => Place::File,
        (Place::Property, "txt" | "md" | "eml") => Place::Header,
        _ => place,
    });
    let marking = place.map(|place| {
        let text = draw.of(markings);
        (place, draw.fill(text))
    });
    match place {
        Some(Place::File) => {
            let (stem, extension) = path.rsplit_once('.').expect("an extension");
            path = if draw.below(2) == 0 { format!("{stem}_{word}.{extension}") } else { format!("{stem} ({word}).{extension}") };
        }
        Some(Place::Folder) => path = format!("{word}/{path}"),
        _ => {}
    }
    let marking = marking.filter(|(place, _)| !matches!(place, Place::File | Place::Folder));
    let bytes = match extension.as_str() {
        "docx" => docx(&lines, marking, is_table),
        "xlsx" => xlsx(&lines, marking),
        "html" => html(&lines, marking, is_table),
        "eml" => mail(&lines, marking),
        _ => plain(&lines, marking),
    };
    (path, bytes)
}

/// Whether the lines are rows of cells.
fn kind_is_table(lines: &[String]) -> bool {
    lines.len() > 5 && lines.iter().all(|line| line.matches(';').count() >= 2)
}

/// A line, or the many it stands for.
fn repeated(draw: &mut Draw, line: &str) -> Vec<String> {
    let many =
        line.strip_prefix('%').and_then(|rest| rest.split_once(' ')).and_then(|(count, text)| Some((count.parse::<u32>().ok()?, text)));
    match many {
        Some((count, text)) => (0..count).map(|_| draw.fill(text)).collect(),
        None => vec![draw.fill(line)],
    }
}

/// The same document as another program would have kept it.
fn renamed(draw: &mut Draw, path: &str, is_table: bool) -> String {
    let (stem, extension) = path.rsplit_once('.').expect("an extension");
    let others: &[&str] = match extension {
        "docx" | "txt" | "md" | "html" if !is_table => &["docx", "txt", "md", "html"],
        "csv" | "xlsx" => &["csv", "xlsx"],
        _ => return format!("2/{path}"),
    };
    format!("2/{stem}.{}", draw.of(others))
}

/// Lines with the marking where text has a place for it.
fn with_marking(lines: &[String], marking: Option<(Place, String)>) -> Vec<String> {
    let mut lines = lines.to_vec();
    match marking {
        Some((Place::Title, text)) => {
            let title = lines.first_mut().expect("a title");
            *title = format!("{title} – {text}");
        }
        Some((Place::Header, text)) => lines.splice(0..0, [text, String::new()]).for_each(drop),
        Some((_, text)) => lines.extend([String::new(), text]),
        None => {}
    }
    lines
}

fn plain(lines: &[String], marking: Option<(Place, String)>) -> Vec<u8> {
    (with_marking(lines, marking).join("\n") + "\n").into_bytes()
}

fn mail(lines: &[String], marking: Option<(Place, String)>) -> Vec<u8> {
    let mut lines = lines.to_vec();
    if !lines[0].starts_with("From: ") {
        let subject = format!("Subject: {}", lines[0]);
        let head = ["From: Lab <lab@example.com>", "To: Quality <quality@example.com>"].map(str::to_owned);
        lines.splice(0..1, head.into_iter().chain([subject, String::new()]));
    }
    let subject = lines.iter().position(|line| line.starts_with("Subject: ")).expect("a subject");
    match marking {
        Some((Place::Footer, text)) => lines.extend([String::new(), text]),
        Some((_, text)) => lines[subject] = lines[subject].replacen("Subject: ", &format!("Subject: [{text}] "), 1),
        None => {}
    }
    format!("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n{}\r\n", lines.join("\r\n")).into_bytes()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn html(lines: &[String], marking: Option<(Place, String)>, is_table: bool) -> Vec<u8> {
    let (property, marking) = match marking {
        Some((Place::Property, text)) => (format!("<meta name=\"keywords\" content=\"{}\">", escaped(&text)), None),
        other => (String::new(), other),
    };
    let title = escaped(&lines[0]);
    let mut body = String::new();
    let cells = |line: &str| line.split(';').map(|cell| format!("<td>{}</td>", escaped(cell))).collect::<String>();
    for line in with_marking(lines, marking) {
        body +=
            &if is_table && line.contains(';') { format!("<tr>{}</tr>\n", cells(&line)) } else { format!("<p>{}</p>\n", escaped(&line)) };
    }
    if is_table {
        body = format!("<table>{body}</table>");
    }
    format!("<!DOCTYPE html><html><head><meta charset=\"utf-8\">{property}<title>{title}</title></head><body>{body}</body></html>")
        .into_bytes()
}

/// A package of Word's with header, footer and properties of its own.
fn docx(lines: &[String], marking: Option<(Place, String)>, is_table: bool) -> Vec<u8> {
    let paragraph = |text: &str| format!("<w:p><w:r><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>", escaped(text));
    let row = |line: &str| {
        format!("<w:tr>{}</w:tr>", line.split(';').map(|cell| format!("<w:tc>{}</w:tc>", paragraph(cell))).collect::<String>())
    };
    let (mut header, mut footer, mut keywords) = (String::new(), String::new(), String::new());
    let rest = match marking {
        Some((Place::Header, text)) => {
            header = text;
            None
        }
        Some((Place::Footer, text)) => {
            footer = text;
            None
        }
        Some((Place::Property, text)) => {
            keywords = text;
            None
        }
        other => other,
    };
    let text = with_marking(lines, rest);
    let body = match is_table {
        true => format!("<w:tbl>{}</w:tbl>", text.iter().map(|line| row(line)).collect::<String>()),
        false => text.iter().map(|line| paragraph(line)).collect(),
    };
    let word = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>";
    for (name, content) in [
        ("[Content_Types].xml", types.to_owned()),
        ("word/document.xml", format!("<w:document {word}><w:body>{body}</w:body></w:document>")),
        ("word/header1.xml", format!("<w:hdr {word}>{}</w:hdr>", paragraph(&header))),
        ("word/footer1.xml", format!("<w:ftr {word}>{}</w:ftr>", paragraph(&footer))),
        (
            "docProps/core.xml",
            format!("<cp:coreProperties xmlns:cp=\"c\"><cp:keywords>{}</cp:keywords></cp:coreProperties>", escaped(&keywords)),
        ),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("memory takes everything");
        zip.write_all(content.as_bytes()).expect("memory takes everything");
    }
    zip.finish().expect("memory takes everything").into_inner()
}

fn xlsx(lines: &[String], marking: Option<(Place, String)>) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let mut first = 0;
    if let Some((Place::Property, text)) = &marking {
        book.set_properties(&rust_xlsxwriter::DocProperties::new().set_keywords(text));
    }
    let sheet = book.add_worksheet();
    match &marking {
        Some((Place::Header, text)) => drop(sheet.set_header(format!("&C{text}"))),
        Some((Place::Footer, text)) => drop(sheet.set_footer(format!("&C{text}"))),
        Some((Place::Title, text)) => {
            sheet.write(0, 0, text).expect("a cell");
            first = 1;
        }
        _ => {}
    }
    for (row, line) in lines.iter().enumerate() {
        for (column, cell) in line.split(';').enumerate() {
            let (row, column) = (row as u32 + first, column as u16);
            match cell.parse::<f64>() {
                Ok(number) => sheet.write(row, column, number),
                Err(_) => sheet.write(row, column, cell),
            }
            .expect("a cell");
        }
    }
    book.save_to_buffer().expect("memory takes everything")
}
