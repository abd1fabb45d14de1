//! HTML: the text a reader sees, the addresses behind its links, its scripts and what is embedded.

pub(super) mod entity;
mod script;

use super::{Claim, Format, Head, Place, Sink, Text, TextKind, tell_cut, transcode};
use crate::source::Input;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use memchr::{memchr, memmem};

/// A page is handed on in pieces of about this size.
const PIECE: usize = 4 << 20;

/// Pages, saved mails, reports.
pub struct Html;

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn claim(&self, head: &Head<'_>) -> Claim {
        let start = &head.bytes[..head.bytes.len().min(1024)];
        if memchr::memchr(b'<', start).is_none() {
            return Claim::No;
        }
        let narrow: Vec<u8> = start.iter().copied().filter(|byte| *byte != 0).map(|byte| byte.to_ascii_lowercase()).collect();
        let text = narrow.trim_ascii_start();
        let text = text.strip_prefix(b"\xEF\xBB\xBF").or_else(|| text.strip_prefix(b"\xFF\xFE")).unwrap_or(text);
        let text = text.trim_ascii_start();
        let is_markup = text.starts_with(b"<");
        let is_html = text.starts_with(b"<head>")
            || text.starts_with(b"<body")
            || [b"<!doctype html".as_slice(), b"<html"].iter().any(|tag| memmem::find(text, tag).is_some());
        if is_markup && is_html { Claim::Likely } else { Claim::No }
    }

    fn read(&self, input: Input<'_>, sink: &mut dyn Sink) {
        let (bytes, error) = input.into_whole(sink.in_memory());
        read_page(&bytes, sink);
        script::give(&bytes, sink);
        script::give_files(&bytes, sink);
        tell_cut(error.as_ref(), sink);
    }
}

fn read_page(bytes: &[u8], sink: &mut dyn Sink) {
    let encoding = encoding_of(bytes);
    let mut give = |text: &str, points: &[(u32, u64)]| {
        sink.text(&Text { kind: TextKind::Prose, bytes: text.as_bytes(), place: Place::Decoded { points } });
    };
    if encoding == UTF_16LE || encoding == UTF_16BE {
        let (page, ..) = encoding.decode(bytes);
        let scale = bytes.len() as u64 * 1000 / (page.len() as u64).max(1);
        let mut scaled = |text: &str, points: &[(u32, u64)]| {
            let points: Vec<_> = points.iter().map(|(at, from)| (*at, from.saturating_mul(scale) / 1000)).collect();
            give(text, &points);
        };
        Page::new(UTF_8, &mut scaled).read(page.as_bytes());
    } else {
        Page::new(encoding, &mut give).read(bytes);
    }
}

/// The text a reader sees of a piece of HTML that is all UTF-8.
pub(super) fn visible(html: &str) -> String {
    let mut all = String::new();
    Page::new(UTF_8, &mut |text: &str, _: &[(u32, u64)]| all.push_str(text)).read(html.as_bytes());
    all
}

/// What a page says of its encoding, by mark or `<meta charset>`, else what its bytes tell.
fn encoding_of(bytes: &[u8]) -> &'static Encoding {
    let head = &bytes[..bytes.len().min(super::HEAD)];
    let is_whole = head.len() == bytes.len();
    let found = transcode::detect(head, is_whole).unwrap_or(UTF_8);
    if found == UTF_8 || transcode::is_utf_16(found) {
        return found;
    }
    let label = memmem::find(&head[..head.len().min(4096)], b"charset=").map(|at| &head[at + 8..]).and_then(|rest| {
        let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
        let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_'))?;
        std::str::from_utf8(&rest[..end]).ok()
    });
    label.and_then(transcode::named).unwrap_or(found)
}

/// Where a run of visible text goes.
type Give<'g> = &'g mut dyn FnMut(&str, &[(u32, u64)]);

/// A page being read.
struct Page<'g> {
    encoding: &'static Encoding,
    text: String,
    points: Vec<(u32, u64)>,
    give: Give<'g>,
    /// Written into an attribute of another page; deeper than that none is read.
    is_inside: bool,
}

impl<'g> Page<'g> {
    fn new(encoding: &'static Encoding, give: Give<'g>) -> Page<'g> {
        Page { encoding, text: String::new(), points: Vec::new(), give, is_inside: false }
    }

    fn read(mut self, html: &[u8]) {
        let mut at = 0;
        while let Some(rest) = html.get(at..).filter(|rest| !rest.is_empty()) {
            at += match rest[0] {
                b'<' => self.markup(rest, at),
                _ => {
                    let end = memchr(b'<', rest).unwrap_or(rest.len());
                    self.run(&rest[..end], at);
                    end
                }
            };
            if self.text.len() >= PIECE && self.text.ends_with('\n') {
                self.flush(at);
            }
        }
        self.flush(html.len());
    }

    fn flush(&mut self, at: usize) {
        if !self.text.trim().is_empty() {
            self.points.push((self.text.len() as u32, at as u64));
            (self.give)(&self.text, &self.points);
        }
        self.text.clear();
        self.points.clear();
    }

    /// A run of text, with its entities decoded and its white space folded as a browser does.
    fn run(&mut self, bytes: &[u8], at: usize) {
        self.points.push((self.text.len() as u32, at as u64));
        let (decoded, ..) = self.encoding.decode_without_bom_handling(bytes);
        let decoded = entity::decode(&decoded);
        for c in decoded.chars() {
            match c {
                ' ' | '\t' | '\n' | '\r' | '\u{A0}' => {
                    if !self.text.is_empty() && !self.text.ends_with([' ', '\n', '\t']) {
                        self.text.push(' ');
                    }
                }
                _ => self.text.push(c),
            }
        }
        self.points.push((self.text.len() as u32, (at + bytes.len()) as u64));
    }

    /// A tag, a comment or a lone `<`; returns how many bytes it took.
    fn markup(&mut self, rest: &[u8], at: usize) -> usize {
        if rest.starts_with(b"<!--") {
            return memmem::find(&rest[4..], b"-->").map_or(rest.len(), |end| 4 + end + 3);
        }
        let is_tag = rest.get(1).is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?'));
        if !is_tag {
            self.run(b"<", at);
            return 1;
        }
        let length = tag_length(rest);
        let tag = &rest[1..length];
        let name: Vec<u8> =
            tag.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'/').map(u8::to_ascii_lowercase).collect();
        match name.as_slice() {
            b"script" | b"style" | b"template" | b"noscript" => return length + hidden_length(&rest[length..], &name),
            b"td" | b"th" => self.separate('\t'),
            b"a" => self.address(tag, at),
            b"input" => self.value(tag, at),
            b"meta" => self.property(tag, at),
            b"iframe" => self.page_inside(tag, at),
            name if !is_inline(name) => self.separate('\n'),
            _ => {}
        }
        length
    }

    /// Ends a cell or a line.
    fn separate(&mut self, separator: char) {
        while self.text.ends_with(' ') {
            self.text.pop();
        }
        if self.text.is_empty() || self.text.ends_with('\n') || separator == '\t' && self.text.ends_with('\t') {
            return;
        }
        self.text.push(separator);
    }

    /// The mail address or telephone number a link leads to.
    fn address(&mut self, tag: &[u8], at: usize) {
        let Some((start, href)) = attribute(tag, b"href") else { return };
        let scheme = [b"mailto:".as_slice(), b"tel:"]
            .into_iter()
            .find(|scheme| href.len() > scheme.len() && href[..scheme.len()].eq_ignore_ascii_case(scheme));
        if let Some(scheme) = scheme {
            let end = memchr(b'?', href).unwrap_or(href.len());
            self.aside(href.get(scheme.len()..end).unwrap_or_default(), at + 1 + start + scheme.len());
        }
    }

    /// What the page says of itself and no reader sees: its keywords, its classification.
    fn property(&mut self, tag: &[u8], at: usize) {
        const NAMES: [&[u8]; 3] = [b"keywords", b"subject", b"classification"];
        let is_told = attribute(tag, b"name").is_some_and(|(_, name)| NAMES.iter().any(|known| name.eq_ignore_ascii_case(known)));
        if let Some((start, content)) = attribute(tag, b"content").filter(|_| is_told) {
            self.separate('\n');
            self.aside(content, at + 1 + start);
            self.separate('\n');
        }
    }

    /// What a form is filled in with.
    fn value(&mut self, tag: &[u8], at: usize) {
        if let Some((start, value)) = attribute(tag, b"value") {
            self.aside(value, at + 1 + start);
        }
    }

    /// A page written into an attribute of this one.
    fn page_inside(&mut self, tag: &[u8], at: usize) {
        let Some((start, source)) = attribute(tag, b"srcdoc").filter(|_| !self.is_inside) else { return };
        let source = entity::decode(&self.encoding.decode_without_bom_handling(source).0).into_owned();
        let mut all = String::new();
        let mut give = |text: &str, _: &[(u32, u64)]| all.push_str(text);
        Page { is_inside: true, ..Page::new(UTF_8, &mut give) }.read(source.as_bytes());
        self.separate('\n');
        self.points.push((self.text.len() as u32, (at + 1 + start) as u64));
        self.text.push_str(&all);
        self.separate('\n');
    }

    fn aside(&mut self, bytes: &[u8], at: usize) {
        self.run(b" ", at);
        self.run(bytes, at);
        self.run(b" ", at + bytes.len());
    }
}

/// Tags that stand inside a line.
fn is_inline(name: &[u8]) -> bool {
    let name = name.strip_prefix(b"/").unwrap_or(name);
    const INLINE: &[&[u8]] = &[
        b"a", b"abbr", b"b", b"bdi", b"bdo", b"big", b"cite", b"code", b"data", b"del", b"dfn", b"em", b"font", b"i", b"img", b"ins",
        b"kbd", b"label", b"mark", b"nobr", b"q", b"s", b"samp", b"small", b"span", b"strike", b"strong", b"sub", b"sup", b"td", b"th",
        b"time", b"tt", b"u", b"var", b"wbr",
    ];
    INLINE.contains(&name)
}

/// The length of the tag that begins here: to the first `>` that no quote hides; a quote that never ends hides nothing.
fn tag_length(rest: &[u8]) -> usize {
    // No tag of a page is longer; behind a lone quote it would swallow the rest.
    let rest = &rest[..rest.len().min(PIECE)];
    let first = memchr(b'>', rest).map_or(rest.len(), |end| end + 1);
    let mut quote = None;
    for (at, byte) in rest.iter().enumerate().skip(1) {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') if rest[at - 1] == b'=' => quote = Some(*byte),
            (None, b'<') => return at,
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
    }
    first
}

/// How many bytes go by until the end tag of this name, and with it.
fn hidden_length(rest: &[u8], name: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = memmem::find(&rest[at..], b"</") {
        at += found + 2;
        if rest[at..].len() >= name.len() && rest[at..at + name.len()].eq_ignore_ascii_case(name) {
            return at + memchr(b'>', &rest[at..]).map_or(rest.len() - at, |end| end + 1);
        }
    }
    rest.len()
}

/// An attribute's value and where in the tag it starts.
fn attribute<'t>(tag: &'t [u8], name: &[u8]) -> Option<(usize, &'t [u8])> {
    let at = tag.windows(name.len() + 2).position(|window| {
        window[0].is_ascii_whitespace() && window[1..=name.len()].eq_ignore_ascii_case(name) && window[name.len() + 1] == b'='
    })?;
    let start = at + name.len() + 2;
    let value = &tag[start..];
    match value.first()? {
        quote @ (b'"' | b'\'') => {
            let end = memchr(*quote, &value[1..])?;
            Some((start + 1, &value[1..=end]))
        }
        _ => {
            let end = value.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'>').unwrap_or(value.len());
            Some((start, &value[..end]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::unfold::unfold, visible};

    #[test]
    fn a_reader_sees_text_lines_and_cells() {
        for (html, want) in [
            ("<p>One<p>Two", "One\nTwo"),
            ("a<br/>b<BR>c", "a\nb\nc"),
            ("<table><tr><td>Jane</td><td>555-0100</td></tr><tr><td>Joe</td></tr></table>", "Jane\t555-0100\nJoe\n"),
            ("<b>Jane</b> <i>Doe</i>\n  of&nbsp;Springfield", "Jane Doe of Springfield"),
            ("x<script>if (a<b) document.write('</p>')</script>y<style>p{}</style>z", "xyz"),
            ("a<!-- <b>hidden</b> -->b", "ab"),
            ("M&uuml;ller &amp; S&#246;hne &#x20AC; &bogus; &", "Müller & Söhne € &bogus; &"),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("<a href=\"mailto:jane@example.com?subject=x\">write</a>", "jane@example.com write"),
            ("<input name=ssn value='078-05-1120'>", "078-05-1120 "),
            ("<a title=\">\" href=x>t</a><", "t<"),
            ("<iframe srcdoc='<p>in&lt;/p&gt;out'></iframe>", "in\nout\n"),
            ("<p title=\"never closed>text</p>", "text\n"),
        ] {
            assert_eq!(visible(html), want, "{html}");
        }
    }

    #[test]
    fn places_and_encodings_are_kept() {
        let page = "<!DOCTYPE html><html><meta charset=iso-8859-1><p>M\u{fc}ller wohnt in K\u{f6}ln</p></html>";
        let (latin, ..) = encoding_rs::WINDOWS_1252.encode(page);
        let found = unfold("a.html", &latin);
        assert_eq!(found.texts[0].text, "Müller wohnt in Köln\n");
        assert_eq!(found.texts[0].place.0, 49);
        let wide: Vec<u8> = std::iter::once(0xFEFF).chain(page.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(unfold("a.html", &wide).texts[0].text, "Müller wohnt in Köln\n");
    }

    #[test]
    fn data_in_scripts_is_an_item_and_programs_are_none() {
        let page = "<html><SCRIPT type=\"application/ld+json\"> {\"email\": \"jane@example.org\"} </script>\
                    <script>window.__STATE__ = [{\"id\": 1, \"name\": \"Jane\"}];</script>\
                    <script>if (a = {}) { document.write('<p>') }</script><script src=x></script>\
                    <script type='text/json'>{}</script><script>var a = {\"long enough\": 1}";
        let found = unfold("a.html", page.as_bytes());
        let items: Vec<(&str, &[u8])> = found.items_below();
        let want: [(&str, &[u8]); 3] = [
            ("a.html#script 1", b"{\"email\": \"jane@example.org\"}"),
            ("a.html#script 2", b"[{\"id\": 1, \"name\": \"Jane\"}]"),
            ("a.html#script 6", b"{\"long enough\": 1}"),
        ];
        assert_eq!(items, want);
        assert_eq!(found.texts[0].text, "if (a = {}) { document.write('<p>') }");
    }

    #[test]
    fn files_in_addresses_are_items() {
        let base64 = "JVBERi0xLjQg".to_owned() + &"eHh4".repeat(30);
        let picture = "/9j/4AAQ".to_owned() + &"AAAA".repeat(1000);
        let page = format!(
            "<html><a href=\"data:application/pdf;base64,{base64}\">x</a><img src='data:image/jpeg;base64,{picture}'>\
             <img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>data:text;base64, is said"
        );
        let found = unfold("a.html", page.as_bytes());
        let items: Vec<(&str, usize)> = found.items_below().iter().map(|(path, bytes)| (*path, bytes.len())).collect();
        assert_eq!(items, [("a.html#data 1", 99), ("a.html#data 2", 3006)]);
    }
}
