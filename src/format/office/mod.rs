//! Documents, workbooks and presentations that are zips of XML: Office Open XML (ECMA-376,
//! ISO/IEC 29500), OpenDocument (ISO/IEC 26300) and pages for printing (XPS, ECMA-388).
//!
//! Every part of a package is read: text, tables, notes, comments, deleted text, hidden sheets,
//! properties, addresses behind links, cached data. What is embedded is an item of its own. Only
//! pictures and what says how things look (styles, themes, fonts) are passed over.

mod biff;
mod binary_text;
mod compound;
mod fixed;
mod flow;
mod grid;
mod layout;
mod locked;
mod loose;
pub(super) mod markup;
mod message;
mod number;
mod numbering;
mod opendocument;
mod prose;
mod shown;
mod storage;
mod workbook;
mod xlsb;

use super::{
    Claim, Format, Head, Sink, read_problem,
    zip::{
        Zip,
        package::{Package, first_names, member_problem},
    },
};
use crate::{
    base::{Category, Problem},
    source::Input,
};
pub use compound::Compound;
use markup::{Event, Markup};
pub(super) use message::property_line;
use prose::Prose;
use std::{
    collections::{BTreeSet, HashSet},
    io::{self, BufRead},
};

/// A kind of package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Document,
    Workbook,
    Presentation,
    OpenDocument,
    Fixed,
}

/// `.docx` and its kin.
pub struct Docx;
/// `.xlsx` and its kin.
pub struct Xlsx;
/// `.pptx` and its kin.
pub struct Pptx;
/// `.odt`, `.ods`, `.odp` and their kin.
pub struct OpenDocument;

/// `.xps`, `.oxps`.
pub struct Xps;

macro_rules! formats {
    ($($format:ident $name:literal $kind:ident,)*) => {$(
        impl Format for $format {
            fn name(&self) -> &'static str {
                $name
            }

            fn claim(&self, head: &Head<'_>) -> Claim {
                if kind_of_head(head) == Some(Kind::$kind) { Claim::Sure } else { Claim::No }
            }

            fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
                read(input, sink);
            }
        }
    )*};
}

formats! {
    Docx "docx" Document,
    Xlsx "xlsx" Workbook,
    Pptx "pptx" Presentation,
    OpenDocument "opendocument" OpenDocument,
    Xps "xps" Fixed,
}

/// Folders of packages, and what is in them.
const FOLDERS: &[(&str, Kind)] = &[("word/", Kind::Document), ("xl/", Kind::Workbook), ("ppt/", Kind::Presentation)];

/// Endings by which a package is told whose first members say nothing of it.
const ENDINGS: &[(&[&str], Kind)] = &[
    (&[".docx", ".docm", ".dotx", ".dotm"], Kind::Document),
    (&[".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xlam"], Kind::Workbook),
    (&[".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"], Kind::Presentation),
];

/// The kind by the first members: the first must be one that stands at the top of a package.
fn kind_of_head(head: &Head<'_>) -> Option<Kind> {
    if is_flat(head.bytes) {
        return Some(Kind::OpenDocument);
    }
    let names = first_names(head.bytes);
    let first = names.first()?;
    let has = |name: &str| names.iter().any(|other| other == name);
    if first == "mimetype" {
        let start = head.bytes.get(..256).unwrap_or(head.bytes);
        // The type should be stored as it is; where it is packed, the name of the main part tells.
        let is_open = memchr::memmem::find(start, b"application/vnd.oasis.opendocument").is_some() || has("content.xml");
        return is_open.then_some(Kind::OpenDocument);
    }
    let is_by_ending = |endings: &[&str]| endings.iter().any(|ending| head.name.ends_with(ending));
    if names.iter().any(|name| name.ends_with(".fdseq")) || is_by_ending(&[".xps", ".oxps"]) {
        return Some(Kind::Fixed);
    }
    let is_top = |name: &str| {
        ["[Content_Types].xml", "_rels/.rels"].contains(&name)
            || ["docProps/", "customXml/"].iter().any(|folder| name.starts_with(folder))
            || FOLDERS.iter().any(|(folder, _)| name.starts_with(folder))
    };
    if !(is_top(first) || has("[Content_Types].xml") && has("_rels/.rels")) {
        return None;
    }
    let is_open_packaging =
        names.iter().any(|name| name.ends_with(".rels") || name == "[Content_Types].xml" || name.starts_with("docProps/"));
    let by_folder = FOLDERS.iter().find(|(folder, _)| names.iter().any(|name| name.starts_with(folder)));
    let by_ending = ENDINGS.iter().find(|(endings, _)| is_by_ending(endings));
    match (by_folder, by_ending) {
        (Some((_, kind)), _) if is_open_packaging || by_ending.is_some() => Some(*kind),
        (None, Some((_, kind))) => Some(*kind),
        _ => None,
    }
}

/// Whether it is OpenDocument in one XML file.
fn is_flat(head: &[u8]) -> bool {
    let head = head.get(..1024).unwrap_or(head);
    head.trim_ascii_start().starts_with(b"<") && memchr::memmem::find(head, b"<office:document").is_some()
}

fn read(input: Input<'_>, sink: &mut dyn Sink) {
    let (bytes, error) = input.into_whole(sink.in_memory());
    let is_flat = is_flat(&bytes);
    let package = Package::open(if is_flat { &[] } else { &bytes }, sink.budget());
    let size = bytes.len() as u64;
    let mut reading =
        Reading { package: &package, prose: Prose::new(size), sink, read: HashSet::new(), pictures: 0, members: 0, tables: 0 };
    let is_known = if is_flat {
        opendocument::read_flat(&bytes, &mut reading);
        true
    } else {
        reading.read()
    };
    let Reading { mut prose, pictures, members, tables, .. } = reading;
    if !is_known {
        return Zip.read(Input::Whole(&bytes), sink);
    }
    prose.flush(sink);
    if !prose.is_told && members + tables == 0 && pictures > 0 {
        sink.problem(Problem::new(Category::ImageOnly, format!("no text, but {pictures} pictures")));
    }
    // Other errors are of the reader we were given: already known to its owner.
    match error {
        Some(error) if error.kind() == io::ErrorKind::FileTooLarge => sink.problem(read_problem(&error)),
        None if package.is_damaged && !is_flat => {
            sink.problem(Problem::new(Category::Truncated, "the package is damaged or cut off; its parts were found by their own headers"));
        }
        _ => {}
    }
}

/// A package being read.
struct Reading<'r, 'a> {
    package: &'r Package<'a>,
    prose: Prose,
    sink: &'r mut dyn Sink,
    /// Parts already read, in lower case.
    read: HashSet<String>,
    pictures: usize,
    /// Items found.
    members: usize,
    /// Tables found: in documents they have no names.
    tables: usize,
}

/// What a part says of its relation to another (ECMA-376 part 2, chapter 6.5).
#[derive(Clone, Debug, Default)]
struct Relation {
    id: String,
    /// The last name of the relation's type.
    kind: String,
    /// The part, from the top of the package; as written when it is outside of it.
    part: String,
    is_external: bool,
}

impl<'r, 'a> Reading<'r, 'a> {
    /// Reads all parts; `false` when it is no package of a known kind.
    fn read(&mut self) -> bool {
        if let Some(is_read) = opendocument::read(self) {
            return is_read;
        }
        let pages = self.unread_in("", ".fpage");
        if !pages.is_empty() {
            self.pages(pages);
            return true;
        }
        let main = self.relations("").into_iter().find(|relation| relation.kind == "officeDocument").map(|relation| relation.part);
        let usual = ["word/document.xml", "xl/workbook.xml", "ppt/presentation.xml"];
        let main = main.filter(|main| self.package.has(main));
        let main = main.or_else(|| usual.into_iter().find(|part| self.package.has(part)).map(str::to_owned));
        let Some(main) = main.or_else(|| self.lost_main()) else { return false };
        match self.kind_of(&main) {
            Some(Kind::Workbook) if main.ends_with(".bin") => xlsb::read(&main, self),
            Some(Kind::Workbook) => workbook::read(&main, self),
            Some(Kind::Presentation) => {
                by_number(self.unread_in("ppt/slides/", ".xml")).iter().for_each(|slide| flow::read(slide, self));
            }
            Some(Kind::Document) => flow::read(&main, self),
            _ => return false,
        }
        self.rest();
        true
    }

    /// Reads pages of fixed layout, and what else the package holds.
    fn pages(&mut self, pages: Vec<String>) {
        for page in by_number(pages) {
            fixed::read(&page, self);
        }
        self.rest();
    }

    /// The main part of a package that has lost it, by what it would list.
    fn lost_main(&mut self) -> Option<String> {
        const LISTED: &[(&str, &str)] =
            &[("xl/worksheets/", "xl/workbook.xml"), ("ppt/slides/", "ppt/presentation.xml"), ("word/", "word/document.xml")];
        let is_part = |name: &str, folder: &str| name.starts_with(folder) && name.ends_with(".xml");
        let listed = LISTED.iter().find(|(folder, _)| self.package.names().any(|name| is_part(name, folder)))?;
        self.sink.problem(Problem::new(Category::Corrupt, format!("{} is missing: parts were read by their names", listed.1)));
        Some(listed.1.to_owned())
    }

    /// The kind of package by the type of its main part, else by its folder.
    fn kind_of(&mut self, main: &str) -> Option<Kind> {
        let kinds = [("wordprocessingml", Kind::Document), ("spreadsheetml", Kind::Workbook), ("presentationml", Kind::Presentation)];
        let by_type = self.part("[Content_Types].xml", None, |kind, event| {
            let Event::Open(tag) = event else { return };
            let is_main = tag.attribute("PartName").is_some_and(|name| name.trim_start_matches('/').eq_ignore_ascii_case(main));
            let content_type = tag.attribute("ContentType").unwrap_or_default();
            // Types of workbooks with macros name the program alone.
            let is_of = |(word, _): &&(&str, Kind)| content_type.contains(word) || content_type.contains(&format!("ms-{}", program(word)));
            *kind = kind.or_else(|| kinds.iter().find(is_of).filter(|_| is_main).map(|(_, kind)| *kind));
        });
        by_type.or_else(|| FOLDERS.iter().find(|(folder, _)| main.starts_with(folder)).map(|(_, kind)| *kind))
    }

    /// Reads what is left, each part by what it is.
    fn rest(&mut self) {
        let package = self.package;
        let names: BTreeSet<&str> = package.names().filter(|name| !self.is_read(name)).collect();
        for name in names {
            let lower = name.to_ascii_lowercase();
            match what_is(&lower) {
                What::Look => {}
                What::Picture => self.pictures += 1,
                What::Flow => flow::read(name, self),
                What::Loose => loose::read(name, self),
                What::Links => self.links(name),
                What::Item => {
                    self.members += 1;
                    self.package.give(name, self.sink);
                }
            }
        }
    }

    /// Opens a part, once.
    fn open(&mut self, part: &str) -> Option<impl BufRead + use<'r, 'a>> {
        if !self.read.insert(part.to_ascii_lowercase()) {
            return None;
        }
        self.package.read(part)
    }

    /// Reads a part event by event.
    fn part<S>(&mut self, part: &str, mut state: S, each: impl Fn(&mut S, Event<'_>)) -> S {
        let Some(content) = self.open(part) else { return state };
        let mut markup = Markup::new(content);
        let ended = loop {
            match markup.next() {
                Ok(Event::End) => break Ok(()),
                Ok(event) => each(&mut state, event),
                Err(error) => break Err(error),
            }
        };
        self.tell(part, ended);
        state
    }

    /// Tells why a part could not be read to its end.
    fn tell(&mut self, part: &str, ended: io::Result<()>) {
        if let Err(error) = ended {
            self.sink.problem(self.package.refusal(part).unwrap_or_else(|| member_problem(part, &error)));
        }
    }

    /// Tells of cells of a sheet that were left out: longer than a row may be, and such as refer to strings that are not there.
    fn lost_cells(&mut self, part: &str, cut: u64, missing: u64) {
        for (count, category, what) in [
            (cut, Category::Limit, "cells larger than a row may be, left out"),
            (missing, Category::Corrupt, "cells refer to shared strings that are not there"),
        ] {
            if count > 0 {
                self.sink.problem(Problem::new(category, format!("{part}: {count} {what}")));
            }
        }
    }

    fn is_read(&self, part: &str) -> bool {
        self.read.contains(&part.to_ascii_lowercase())
    }

    /// Parts of a folder not read yet.
    fn unread_in(&self, folder: &str, ending: &str) -> Vec<String> {
        let is_here = |name: &&str| name.starts_with(folder) && name.ends_with(ending) && !name.contains("/_rels/") && !self.is_read(name);
        self.package.names().filter(is_here).map(str::to_owned).collect()
    }

    /// What a part says of its relations; of the package itself when the name is empty.
    fn relations(&mut self, part: &str) -> Vec<Relation> {
        let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
        let separator = if folder.is_empty() { "" } else { "/" };
        self.relations_in(&format!("{folder}{separator}_rels/{name}.rels"), folder)
    }

    fn relations_in(&mut self, part: &str, folder: &str) -> Vec<Relation> {
        self.part(part, Vec::new(), |relations, event| {
            let Event::Open(tag) = event else { return };
            if tag.name() != "Relationship" || relations.len() >= 1 << 20 {
                return;
            }
            let mut relation = Relation::default();
            for (key, value) in tag.attributes() {
                match key {
                    "Id" => relation.id = value.into_owned(),
                    "Type" => relation.kind = value.rsplit('/').next().unwrap_or_default().to_owned(),
                    "Target" => relation.part = value.into_owned(),
                    "TargetMode" => relation.is_external = value.eq_ignore_ascii_case("external"),
                    _ => {}
                }
            }
            if !relation.is_external {
                relation.part = resolve(folder, &relation.part);
            }
            relations.push(relation);
        })
    }

    /// The addresses that links lead to.
    fn links(&mut self, part: &str) {
        for relation in self.relations_in(part, "") {
            if relation.is_external {
                let address = relation.part.strip_prefix("mailto:").unwrap_or(&relation.part);
                self.prose.line(address, self.sink);
            }
        }
    }
}

/// Parts in the order of their numbers; 10 comes after 9.
fn by_number(mut parts: Vec<String>) -> Vec<String> {
    parts.sort_by_key(|name| (name.len(), name.clone()));
    parts
}

/// What the program of a vocabulary is called in types of parts.
fn program(vocabulary: &str) -> &'static str {
    match vocabulary {
        "wordprocessingml" => "word",
        "spreadsheetml" => "excel",
        _ => "powerpoint",
    }
}

/// A target from the top of the package.
fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            ".." => drop(steps.pop()),
            "." | "" => {}
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// How things look.
    Look,
    Picture,
    /// Paragraphs and tables.
    Flow,
    /// Values without order: properties, charts, cached data.
    Loose,
    Links,
    /// Something with a format of its own.
    Item,
}

/// What a part is by its name, in lower case.
fn what_is(name: &str) -> What {
    const LOOKS: &[&str] = &[
        "[content_types].xml",
        "styles.xml",
        "styleswitheffects.xml",
        "settings.xml",
        "websettings.xml",
        "fonttable.xml",
        "calcchain.xml",
        "tablestyles.xml",
        "viewprops.xml",
        "presprops.xml",
        "numbering.xml",
        "metadata.xml",
        "volatiledependencies.xml",
    ];
    const PICTURES: &[&str] = &[
        "png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "emf", "wmf", "wdp", "svg", "ico", "pct", "emz", "wmz", "jfif", "webp", "heic",
    ];
    const FLOWS: &[&str] = &[
        "word/",
        "ppt/slides/",
        "ppt/notesslides/",
        "ppt/slidemasters/",
        "ppt/slidelayouts/",
        "ppt/notesmasters/",
        "ppt/handoutmasters/",
        "ppt/comments/",
        "xl/drawings/drawing",
        "xl/comments",
        "xl/threadedcomments/",
    ];
    let last = name.rsplit('/').next().unwrap_or(name);
    let ending = last.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_look = name.ends_with('/')
        || LOOKS.contains(&last)
        || name.contains("/theme/")
        || name.contains("/printersettings/")
        || (name.contains("/charts/") || name.contains("/diagrams/"))
            && ["style", "colors", "layout", "quickstyle"].iter().any(|look| last.starts_with(look))
        || matches!(ending, "odttf" | "fntdata" | "ttf" | "otf")
        // What pages of fixed layout are in order and in structure.
        || matches!(ending, "fdseq" | "fdoc" | "fpage" | "struct" | "frag");
    match ending {
        _ if is_look => What::Look,
        _ if PICTURES.contains(&ending) => What::Picture,
        "rels" => What::Links,
        "xml" if FLOWS.iter().any(|flow| name.starts_with(flow)) && !name.contains("/charts/") && !name.contains("/diagrams/data") => {
            What::Flow
        }
        "xml" | "vml" => What::Loose,
        _ => What::Item,
    }
}

#[cfg(test)]
mod tests;
