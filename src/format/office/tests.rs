//! Packages made here, as small as each point allows.

use crate::{
    base::Category,
    format::{
        Claim, Format, Head, Input, pick,
        testing::{Collected, read_stream},
        unfold::{read_with, unfold},
    },
};
use std::io::{Cursor, Write};
use zip::{ZipWriter, write::SimpleFileOptions};

const TYPES: (&str, &str) = ("[Content_Types].xml", "<Types/>");

fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).expect("memory");
        writer.write_all(content.as_bytes()).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

fn read(bytes: &[u8]) -> Collected {
    let format = pick(&Head { bytes: &bytes[..bytes.len().min(crate::format::HEAD)], name: "x", whole: true }).expect("a format");
    let mut collected = Collected::default();
    format.read(Input::Whole(bytes), &mut collected);
    let stream = read_stream(format, bytes);
    assert_eq!((&collected.tables, &collected.texts), (&stream.tables, &stream.texts));
    collected
}

fn document(body: &str) -> Vec<u8> {
    package(&[TYPES, ("word/document.xml", &format!("<w:document><w:body>{body}</w:body></w:document>"))])
}

/// A workbook of these sheets, each the content of its `sheetData`.
fn workbook(sheets: &[&str], more: &[(&str, &str)]) -> Vec<u8> {
    let listed: String = (1..=sheets.len()).map(|n| format!("<sheet name='S{n}' sheetId='{n}' state='hidden' r:id='r{n}'/>")).collect();
    let related: String =
        (1..=sheets.len()).map(|n| format!("<Relationship Id='r{n}' Type='x/worksheet' Target='worksheets/sheet{n}.xml'/>")).collect();
    let (listed, related) =
        (format!("<workbook><sheets>{listed}</sheets></workbook>"), format!("<Relationships>{related}</Relationships>"));
    let sheets: Vec<(String, String)> = sheets
        .iter()
        .enumerate()
        .map(|(n, data)| (format!("xl/worksheets/sheet{}.xml", n + 1), format!("<worksheet><sheetData>{data}</sheetData></worksheet>")))
        .collect();
    let mut parts = vec![TYPES, ("xl/workbook.xml", listed.as_str()), ("xl/_rels/workbook.xml.rels", related.as_str())];
    parts.extend(sheets.iter().map(|(name, content)| (name.as_str(), content.as_str())));
    parts.extend(more);
    package(&parts)
}

#[test]
fn packages_are_told_from_other_archives() {
    for (names, want) in [
        (["[Content_Types].xml", "word/document.xml"], Some("docx")),
        (["docProps/app.xml", "xl/workbook.xml"], Some("xlsx")),
        (["_rels/.rels", "ppt/slides/slide1.xml"], Some("pptx")),
        (["docProps\\app.xml", "xl\\workbook.xml"], Some("xlsx")),
        (["report.docx", "word/document.xml"], Some("zip")),
        (["word/letter.txt", "word/other.txt"], Some("zip")),
    ] {
        let bytes = package(&names.map(|name| (name, "<x/>")));
        let format = pick(&Head { bytes: &bytes, name: "a.bin", whole: true });
        assert_eq!(format.map(Format::name), want, "{names:?}");
    }
    let text = package(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "<x/>")]);
    assert_eq!(super::OpenDocument.claim(&Head { bytes: &text, name: "", whole: true }), Claim::Sure);
}

#[test]
fn an_archive_that_only_looks_like_a_package_is_read_as_one() {
    let bytes = package(&[("[Content_Types].xml", "<Types/>"), ("word/notes.txt", "Jane Doe")]);
    assert!(unfold("a.zip", &bytes).contents().contains(&("a.zip!/word/notes.txt", b"Jane Doe".as_slice())));
}

#[test]
fn a_document_is_lines() {
    for (body, want) in [
        (
            "<w:p><w:r><w:t>Jane </w:t></w:r><w:r><w:t>Doe</w:t><w:br/><w:t>x</w:t></w:r></w:p><w:p/><w:p/><w:p><w:t>y</w:t></w:p>",
            "Jane Doe\nx\n\ny\n",
        ),
        ("<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:t>a</w:t><w:tab/><w:t>b</w:t></w:p>", "a\tb\n"),
        ("<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>", "gone\n"),
        ("<w:p><w:instrText>HYPERLINK \"mailto:j@example.org\"</w:instrText><w:t>mail</w:t></w:p>", "mail\nj@example.org\n"),
        ("<w:p><AlternateContent><Choice><w:t>box</w:t></Choice><Fallback><w:t>box</w:t></Fallback></AlternateContent></w:p>", "box\n"),
        ("<w:tbl><w:tr><w:tc><w:p><w:t>Name</w:t></w:p></w:tc><w:tc><w:p><w:t>Jane</w:t></w:p></w:tc></w:tr></w:tbl>", "Name: Jane\n"),
        ("<w:p><w:t>M&#252;ller &amp; S&#xF6;hne &x;</w:t></w:p>", "Müller & Söhne \n"),
    ] {
        let want = want.replace(" \n", "\n");
        assert_eq!(read(&document(body)).texts.concat(), want, "{body}");
    }
}

#[test]
fn a_table_of_a_document_is_a_table() {
    let row = |cells: &[&str]| {
        let cells: String = cells.iter().map(|cell| format!("<w:tc><w:p><w:t>{cell}</w:t></w:p></w:tc>")).collect();
        format!("<w:tr>{cells}</w:tr>")
    };
    let rows = [row(&["Id", "Name", "Born"]), row(&["1", "Ann Poe", "1980-01-02"]), row(&["2", "Bob Roe", "1981-02-03"])].concat();
    let found = read(&document(&format!("<w:p><w:t>Staff</w:t></w:p><w:tbl>{rows}</w:tbl>")));
    assert_eq!(found.table("table 1").header(), "Id|Name|Born");
    assert_eq!(found.table("table 1").lines(), ["1|Ann Poe|1980-01-02", "2|Bob Roe|1981-02-03"]);
    assert_eq!(found.texts, ["Staff\n"]);
}

#[test]
fn everything_around_a_document_is_read() {
    let bytes = package(&[
        TYPES,
        ("word/document.xml", "<w:document><w:p><w:t>body</w:t></w:p></w:document>"),
        ("word/header1.xml", "<w:hdr><w:p><w:t>header</w:t></w:p></w:hdr>"),
        ("word/comments.xml", "<w:comments><w:comment><w:p><w:t>comment</w:t></w:p></w:comment></w:comments>"),
        ("word/charts/chart1.xml", "<c:chart><c:f>A1</c:f><c:v>chart</c:v></c:chart>"),
        ("word/_rels/document.xml.rels", "<R><Relationship Target='mailto:a@example.org' TargetMode='External'/></R>"),
        ("docProps/core.xml", "<cp:x><dc:creator>Jane Doe</dc:creator></cp:x>"),
        ("word/theme/theme1.xml", "<a:t>theme</a:t>"),
        ("word/embeddings/list.csv", "id,name\n1,Ann\n2,Bob\n"),
    ]);
    let found = unfold("a.docx", &bytes);
    let text: String = found.texts.iter().map(|text| text.text.as_str()).collect();
    for word in ["body", "header", "comment", "chart", "a@example.org", "creator: Jane Doe"] {
        assert!(text.contains(word), "{word} in {text}");
    }
    assert!(!text.contains("theme") && !text.contains("A1"), "{text}");
    assert_eq!(found.contents()[0].0, "a.docx!/word/embeddings/list.csv");
    assert_eq!(found.problems(), []);
}

#[test]
fn sheets_are_tables_with_typed_cells() {
    let strings = "<sst><si><t>Id</t></si><si><r><t>Na</t></r><r><t>me</t></r><rPh><t>x</t></rPh></si><si><t>Born_x0041_</t></si></sst>";
    let styles = "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='yyyy\\-mm\\-dd'/></numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>
        <cellXfs><xf numFmtId='0'/><xf numFmtId='164'/></cellXfs></styleSheet>";
    let data = "<row><c r='A1' t='s'><v>0</v></c><c t='s'><v>1</v></c><c r='C1' t='s'><v>2</v></c><c r='D1' t='str'><v>Ok</v></c></row>
        <row r='2'><c><v>1</v></c><c t='inlineStr'><is><t>Ann</t></is></c><c s='1'><v>29222</v></c><c t='b'><f>TRUE()</f><v>1</v></c></row>
        <row r='4'><c><v>2.0</v></c><c r='C4' s='1'><v>29223.5</v></c><c t='e'><v>#N/A</v></c></row>";
    let found = read(&workbook(&[data, data], &[("xl/sharedStrings.xml", strings), ("xl/styles.xml", styles)]));
    for name in ["S1", "S2"] {
        assert_eq!(found.table(name).header(), "Id|Name|BornA|Ok");
        assert_eq!(found.table(name).lines(), ["1|Ann|1980-01-02|TRUE", "2|~|1980-01-03 12:00:00|~"]);
    }
    assert_eq!(found.problems, []);
}

#[test]
fn slides_and_open_documents_are_read() {
    let slides = package(&[
        TYPES,
        ("ppt/presentation.xml", "<p:presentation/>"),
        ("ppt/slides/slide10.xml", "<p:sld><a:p><a:r><a:t>ten</a:t></a:r></a:p></p:sld>"),
        ("ppt/slides/slide2.xml", "<p:sld><a:p><a:r><a:t>two</a:t></a:r></a:p></p:sld>"),
        ("ppt/notesSlides/notesSlide1.xml", "<p:notes><a:p><a:t>note</a:t></a:p></p:notes>"),
    ]);
    assert_eq!(read(&slides).texts.concat(), "two\nten\nnote\n");
    let row = "<table:table-row><table:table-cell office:value-type='float' office:value='1619'><text:p>01619</text:p></table:table-cell>
        <table:table-cell office:value-type='string'><office:annotation><text:p>a note</text:p></office:annotation><text:p>Ann</text:p></table:table-cell>
        <table:table-cell office:value-type='date' office:date-value='1980-01-02T00:00:00'><text:p>2 Jan</text:p></table:table-cell>
        <table:table-cell table:number-columns-repeated='16000'/></table:table-row>";
    let names = "<table:table-row><table:table-cell><text:p>zip</text:p></table:table-cell><table:table-cell><text:p>name</text:p></table:table-cell>
        <table:table-cell><text:p>born</text:p></table:table-cell></table:table-row>";
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet><table:table table:name='T'>{names}{row}
        <table:table-row table:number-rows-repeated='1000000'><table:table-cell table:number-columns-repeated='1024'/></table:table-row>
        {row}</table:table></office:spreadsheet></office:body></office:document-content>"
    );
    let sheets = package(&[("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", &content)]);
    let found = read(&sheets);
    assert_eq!(found.table("T").header(), "zip|name|born");
    assert_eq!(found.table("T").lines(), ["01619|Ann|1980-01-02", "01619|Ann|1980-01-02"]);
    assert_eq!(found.texts.concat(), "a note\na note\n");
    let flat = "<?xml version='1.0'?><office:document><office:body><office:text><text:p>Jane<text:s text:c='2'/>Doe</text:p></office:text></office:body></office:document>";
    assert_eq!(read(flat.as_bytes()).texts, ["Jane  Doe\n"]);
}

#[test]
fn damage_is_told_and_the_rest_read() {
    let broken =
        package(&[TYPES, ("word/document.xml", "<w:p><w:t>first</w:t></w:p><w:p x='"), ("word/footer1.xml", "<w:p><w:t>foot</w:t></w:p>")]);
    let found = read(&broken);
    assert_eq!(found.texts.concat(), "first\nfoot\n");
    assert_eq!(found.categories(), [Category::Corrupt]);
    let encrypted = package(&[
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("META-INF/manifest.xml", "<m:manifest><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>"),
        ("content.xml", "\u{1}\u{2}"),
    ]);
    assert_eq!(read(&encrypted).categories(), [Category::Encrypted]);
    let pictures = package(&[TYPES, ("word/document.xml", "<w:document/>"), ("word/media/image1.png", "PNG")]);
    assert_eq!(read(&pictures).categories(), [Category::ImageOnly]);
}

#[test]
fn no_cut_and_no_flip_is_fatal() {
    let data =
        "<row><c t='inlineStr'><is><t>Id</t></is></c></row><row><c r='ZZZZ9'><v>1e999</v></c></row><row><c r='A3'><v>2</v></c></row>";
    let samples = [
        workbook(&[data], &[("xl/sharedStrings.xml", "<sst><si><t>a</t></si></sst>")]),
        document("<w:tbl><w:tr><w:tc><w:p><w:t>x</w:t></w:p></w:tc></w:tr></w:tbl></w:tbl></w:tc>"),
        package(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", "<text:p>a</text:p></table:table></text:p>")]),
    ];
    for bytes in samples {
        for cut in (4..bytes.len()).step_by(7) {
            read_with(&super::Xlsx, &bytes[..cut]);
            let mut flipped = bytes.clone();
            flipped[cut] ^= 0x55;
            read_with(&super::Docx, &flipped);
        }
    }
}

#[test]
fn a_cut_package_gives_the_parts_that_are_left() {
    let bytes =
        package(&[TYPES, ("word/document.xml", &format!("<w:p><w:t>{}</w:t></w:p>", "Jane Doe ".repeat(50))), ("word/x.xml", "<x/>")]);
    let cut = bytes.len() - 100;
    let found = read(&bytes[..cut]);
    assert!(found.texts.concat().starts_with("Jane Doe"));
    assert_eq!(found.categories(), [Category::Truncated]);
}

#[test]
fn pages_of_fixed_layout_are_lines_and_words() {
    let run = |x: f64, y: f64, text: &str, more: &str| {
        format!("<Glyphs OriginX='{x}' OriginY='{y}' FontRenderingEmSize='10' UnicodeString='{text}' {more}/>")
    };
    let runs = [
        run(10.0, 20.0, "Jane", "Indices=',50;,50;,50;,50'"),
        run(30.0, 20.0, "t Doe", ""),
        run(80.0, 20.0, "555-0100", ""),
        run(10.0, 34.0, "{}{x}", "FixedPage.NavigateUri='mailto:jane@example.org'"),
        run(60.0, 48.0, "\u{5d0}\u{5d1}", "BidiLevel='1'"),
        run(48.0, 48.0, "\u{5d2}", "BidiLevel='1'"),
    ];
    let page = format!("<FixedPage>{}</FixedPage>", runs.concat());
    let bytes = package(&[
        ("FixedDocSeq.fdseq", "<FixedDocumentSequence/>"),
        ("Documents/1/Pages/10.fpage", &format!("<FixedPage>{}</FixedPage>", run(0.0, 0.0, "last", ""))),
        ("Documents/1/Pages/2.fpage", &page),
        ("Resources/a.odttf", "\0"),
    ]);
    let found = read(&bytes);
    assert_eq!(found.texts.concat(), "Janet Doe 555-0100\n{x}\n\u{5d0}\u{5d1} \u{5d2}\njane@example.org\nlast\n");
}

#[test]
fn macros_of_flat_documents_are_lines_and_what_is_in_base64_is_an_item() {
    let pdf = format!("JVBERi0xLjQg{}", "eHh4".repeat(30));
    let flat = format!(
        "<office:document><office:scripts><m:source-code>Sub Main\n Shell x\nEnd Sub</m:source-code></office:scripts><office:body><text:p>a\
         <draw:image><office:binary-data>iVBORw0KGgo{}</office:binary-data></draw:image>b</text:p>\
         <draw:object><office:binary-data>{}\n{}</office:binary-data></draw:object></office:body></office:document>",
        "AAAA".repeat(30),
        &pdf[..40],
        &pdf[40..]
    );
    let found = unfold("a.fodt", flat.as_bytes());
    let all: String = found.texts.iter().map(|text| text.text.as_str()).collect();
    assert!(all.contains("Sub Main\n Shell x\nEnd Sub\nab\n"), "{all}");
    let items: Vec<_> = found.items_below().into_iter().map(|(path, bytes)| (path.to_owned(), bytes.starts_with(b"%PDF"))).collect();
    assert_eq!(items, [("a.fodt#binary 1".to_owned(), true)]);
}
