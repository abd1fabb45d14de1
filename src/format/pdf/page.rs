//! The text of a page, by running its content stream (ISO 32000-2, 8.4, 8.10 and 9.4): letters
//! as they are put down, with a line end where the pen goes to another line and a space where
//! it leaves a gap.

use super::{
    font::Font,
    lexer::{Bracket, Lexer, Token},
    matrix::Matrix,
    object::{dictionary, name, sound_content},
};
use lopdf::{Dictionary, Document, Object, ObjectId};
use std::{collections::HashMap, rc::Rc};

/// Forms within forms.
const DEPTH: usize = 12;
/// States kept at once.
const STATES: usize = 256;
/// Operands of one operator.
const OPERANDS: usize = 64;
/// Strings and numbers of one kerned text.
const KERNED: usize = 1 << 16;
/// The content of one stream.
const LONGEST: usize = 64 << 20;
/// The text of one page.
const LONGEST_TEXT: usize = 32 << 20;

/// What is shared by the pages of a document.
pub(super) struct Reader<'d> {
    pub(super) document: &'d Document,
    fonts: HashMap<ObjectId, Rc<Font>>,
    /// Bytes of content that may still be run.
    pub(super) fuel: usize,
}

/// What a page holds.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) text: String,
    pub(super) pictures: usize,
    /// Codes whose characters nothing tells.
    pub(super) unreadable: usize,
    /// A stream of its content could not be unpacked to its end.
    pub(super) is_damaged: bool,
    /// A form draws itself.
    pub(super) is_looped: bool,
}

impl<'d> Reader<'d> {
    pub(super) fn new(document: &'d Document, fuel: usize) -> Reader<'d> {
        Reader { document, fonts: HashMap::new(), fuel }
    }

    /// Runs the streams of a page.
    pub(super) fn page(&mut self, page: ObjectId) -> Page {
        let document = self.document;
        let mut joined = Vec::new();
        let mut is_damaged = false;
        for id in document.get_page_contents(page) {
            let stream = document.get_object(id).and_then(Object::as_stream).ok();
            let (bytes, is_sound) =
                stream.map_or((Vec::new(), false), |stream| sound_content(stream, LONGEST.saturating_sub(joined.len())));
            joined.extend_from_slice(&bytes);
            joined.push(b'\n');
            is_damaged |= !is_sound;
        }
        let mut run = Run {
            reader: self,
            page: Page { is_damaged, ..Page::default() },
            states: vec![State::default()],
            pen: None,
            running: Vec::new(),
        };
        run.run(&joined, &resources(document, page));
        let mut page = run.page;
        page.text.truncate(page.text.trim_end().len());
        page
    }
}

/// The resources of a page, its own or those of the nodes above it.
fn resources(document: &Document, page: ObjectId) -> Vec<&Dictionary> {
    let mut all = Vec::new();
    let mut node = document.get_dictionary(page).ok();
    for _ in 0..32 {
        let Some(dictionary_of) = node else { break };
        all.extend(dictionary(dictionary_of, b"Resources", document));
        node = dictionary(dictionary_of, b"Parent", document);
    }
    all
}

/// The part of the graphics state that matters to text.
#[derive(Clone, Default)]
struct State {
    transform: Matrix,
    font: Option<Rc<Font>>,
    size: f32,
    leading: f32,
    rise: f32,
    character_spacing: f32,
    word_spacing: f32,
    /// Horizontal scale less one, so that zero is usual.
    stretch: f32,
}

/// Where the last letter ended: along its line and across.
#[derive(Clone, Copy, Debug)]
struct Pen {
    along: f32,
    across: f32,
    direction: (f32, f32),
    size: f32,
}

/// A content stream being run.
struct Run<'r, 'd> {
    reader: &'r mut Reader<'d>,
    page: Page,
    states: Vec<State>,
    pen: Option<Pen>,
    /// The forms being run, outermost first.
    running: Vec<*const lopdf::Stream>,
}

/// The matrices of a text object.
#[derive(Clone, Copy, Default)]
struct TextObject {
    line: Matrix,
    here: Matrix,
}

impl<'d> Run<'_, 'd> {
    fn run(&mut self, bytes: &[u8], resources: &[&'d Dictionary]) {
        if self.reader.fuel < bytes.len() {
            self.reader.fuel = 0;
            return;
        }
        self.reader.fuel -= bytes.len();
        let mut lexer = Lexer::new(bytes);
        let mut operands: Vec<Token<'_>> = Vec::new();
        let mut object = TextObject::default();
        let base = self.states.len();
        while let Some(token) = lexer.next() {
            match token {
                Token::Word(b"ID") => {
                    lexer.skip_image();
                    self.page.pictures += 1;
                    operands.clear();
                }
                Token::Word(operator) => {
                    self.operator(operator, &operands, &mut object, resources, base);
                    operands.clear();
                }
                Token::Open(Bracket::Array) => {
                    // Kerned text has an operand for each letter.
                    operands.clear();
                    while let Some(token) = lexer.next().filter(|token| *token != Token::Close(Bracket::Array)) {
                        if operands.len() < KERNED {
                            operands.push(token);
                        }
                    }
                }
                token if operands.len() < OPERANDS => operands.push(token),
                _ => {}
            }
            if self.page.text.len() > LONGEST_TEXT {
                break;
            }
        }
        self.states.truncate(base.max(1));
    }

    fn state(&mut self) -> &mut State {
        if self.states.is_empty() {
            self.states.push(State::default());
        }
        let last = self.states.len() - 1;
        &mut self.states[last]
    }

    fn operator(&mut self, operator: &[u8], operands: &[Token<'_>], object: &mut TextObject, resources: &[&'d Dictionary], base: usize) {
        let numbers = numbers(operands);
        let first = numbers.first().copied().unwrap_or(0.0);
        match operator {
            b"q" if self.states.len() < STATES => {
                let state = self.state().clone();
                self.states.push(state);
            }
            b"Q" if self.states.len() > base => drop(self.states.pop()),
            b"cm" => self.state().transform = Matrix::of(&numbers).times(self.state().transform),
            b"BT" => *object = TextObject::default(),
            b"Tf" => {
                self.state().size = numbers.last().copied().unwrap_or(1.0);
                if let Some(Token::Name(name)) = operands.first() {
                    self.state().font = self.font(name, resources);
                }
            }
            b"TL" => self.state().leading = first,
            b"Tc" => self.state().character_spacing = first,
            b"Tw" => self.state().word_spacing = first,
            b"Tz" => self.state().stretch = first / 100.0 - 1.0,
            b"Ts" => self.state().rise = first,
            b"Td" | b"TD" => {
                let [x, y] = [first, numbers.get(1).copied().unwrap_or(0.0)];
                if operator == b"TD" {
                    self.state().leading = -y;
                }
                object.next_line(x, y);
            }
            b"Tm" => *object = TextObject { line: Matrix::of(&numbers), here: Matrix::of(&numbers) },
            b"T*" => object.next_line(0.0, -self.state().leading),
            b"Tj" | b"TJ" => self.show_all(operands, object),
            b"'" | b"\"" => {
                if let (b"\"", [word, character, ..]) = (operator, numbers.as_slice()) {
                    (self.state().word_spacing, self.state().character_spacing) = (*word, *character);
                }
                object.next_line(0.0, -self.state().leading);
                let texts: Vec<Token<'_>> = operands.iter().filter(|token| matches!(token, Token::Text(_))).cloned().collect();
                self.show_all(&texts, object);
            }
            b"Do" => {
                if let Some(Token::Name(name)) = operands.first() {
                    self.draw(name, resources);
                }
            }
            _ => {}
        }
    }

    fn font(&mut self, font: &[u8], resources: &[&'d Dictionary]) -> Option<Rc<Font>> {
        let document = self.reader.document;
        let entry = resources.iter().find_map(|resources| dictionary(resources, b"Font", document)?.get(font).ok())?;
        let id = entry.as_reference().ok();
        if let Some(known) = id.and_then(|id| self.reader.fonts.get(&id)) {
            return Some(Rc::clone(known));
        }
        let read = Rc::new(Font::read(document.dereference(entry).ok()?.1.as_dict().ok()?, document));
        if let Some(id) = id {
            self.reader.fonts.insert(id, Rc::clone(&read));
        }
        Some(read)
    }

    /// Draws a picture, or runs a form.
    fn draw(&mut self, object: &[u8], resources: &[&'d Dictionary]) {
        let document = self.reader.document;
        let find =
            |resources: &&'d Dictionary| dictionary(resources, b"XObject", document)?.get_deref(object, document).ok()?.as_stream().ok();
        let Some(stream) = resources.iter().find_map(find) else { return };
        match name(&stream.dict, b"Subtype", document) {
            Some(b"Image") => self.page.pictures += 1,
            // A form that draws itself is drawn once.
            Some(b"Form") if self.running.contains(&std::ptr::from_ref(stream)) => self.page.is_looped = true,
            Some(b"Form") if self.running.len() < DEPTH && self.reader.fuel > 0 => {
                let (bytes, is_sound) = sound_content(stream, LONGEST);
                self.page.is_damaged |= !is_sound;
                let mut state = self.state().clone();
                let matrix: Vec<f32> = stream
                    .dict
                    .get_deref(b"Matrix", document)
                    .ok()
                    .and_then(|matrix| matrix.as_array().ok())
                    .into_iter()
                    .flatten()
                    .filter_map(|number| number.as_float().ok())
                    .collect();
                state.transform = Matrix::of(&matrix).times(state.transform);
                let own = dictionary(&stream.dict, b"Resources", document);
                let inner: Vec<&Dictionary> = own.into_iter().chain(resources.iter().copied().take(32)).collect();
                self.states.push(state);
                self.running.push(std::ptr::from_ref(stream));
                self.run(&bytes, &inner);
                self.running.pop();
                self.states.pop();
            }
            _ => {}
        }
    }

    /// Shows strings, and moves by the numbers between them.
    fn show_all(&mut self, operands: &[Token<'_>], object: &mut TextObject) {
        for operand in operands {
            match operand {
                Token::Text(bytes) => self.show(bytes, object),
                Token::Number(number) => {
                    let state = self.state();
                    let move_by = -number / 1000.0 * state.size * (1.0 + state.stretch);
                    object.here = Matrix::shift(move_by, 0.0).times(object.here);
                }
                _ => {}
            }
        }
    }

    fn show(&mut self, bytes: &[u8], object: &mut TextObject) {
        let state = self.state().clone();
        let Some(font) = state.font.as_ref() else { return };
        self.place(&state, object);
        let before = self.page.text.len();
        let mut moved = 0.0;
        font.show(bytes, &mut self.page.text, |shown| {
            let spacing = state.character_spacing + if shown.is_space { state.word_spacing } else { 0.0 };
            moved += (shown.width / 1000.0 * state.size + spacing) * (1.0 + state.stretch);
        });
        let text = &mut self.page.text;
        if text[..before].ends_with([' ', '\t', '\n']) && text[before..].starts_with(' ') {
            text.remove(before);
        }
        if text.len() == before && !font.is_readable() {
            self.page.unreadable += bytes.len();
        }
        object.here = Matrix::shift(moved, 0.0).times(object.here);
        let (along, across, direction, size) = self.position(&state, object);
        self.pen = Some(Pen { along, across, direction, size });
    }

    /// Where the pen is: along the line of writing and across it, on the page.
    fn position(&self, state: &State, object: &TextObject) -> (f32, f32, (f32, f32), f32) {
        let matrix = Matrix::shift(0.0, state.rise).times(object.here).times(state.transform);
        let (direction, scale) = matrix.direction();
        let (x, y) = matrix.origin();
        let size = (state.size * scale).abs().max(0.01);
        (x * direction.0 + y * direction.1, y * direction.0 - x * direction.1, direction, size)
    }

    /// Ends the line or adds a space where the next letter does not stand right behind the last.
    fn place(&mut self, state: &State, object: &TextObject) {
        let (along, across, direction, size) = self.position(state, object);
        let Some(pen) = self.pen else { return };
        let size = size.max(pen.size);
        let is_turned = (pen.direction.0 * direction.0 + pen.direction.1 * direction.1) < 0.9;
        let down = pen.across - across;
        let gap = along - pen.along;
        let text = &mut self.page.text;
        if is_turned || down.abs() > 0.5 * size || gap < -2.0 * size {
            text.truncate(text.trim_end_matches([' ', '\t']).len());
            if !text.ends_with('\n') && !text.is_empty() {
                // A gap of more than a line begins a paragraph.
                text.push_str(if !is_turned && down > 2.2 * size { "\n\n" } else { "\n" });
            }
        } else if gap > 2.5 * size && !text.ends_with(['\n', '\t']) {
            text.push('\t');
        } else if gap > 0.18 * size && !text.ends_with([' ', '\n', '\t']) {
            text.push(' ');
        }
    }
}

impl TextObject {
    fn next_line(&mut self, x: f32, y: f32) {
        self.line = Matrix::shift(x, y).times(self.line);
        self.here = self.line;
    }
}

fn numbers(operands: &[Token<'_>]) -> Vec<f32> {
    operands.iter().filter_map(|token| if let Token::Number(number) = token { Some(*number) } else { None }).take(6).collect()
}
