//! `and`, `or`, `not` and parentheses: the one grammar of conditions and of element sets.

use std::ops::Range;

/// A boolean expression over leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression<L> {
    /// All of these; none is true.
    All(Vec<Expression<L>>),
    /// Any of these; none is false.
    Any(Vec<Expression<L>>),
    Not(Box<Expression<L>>),
    Is(L),
}

/// What is wrong, and at which bytes of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub span: Range<usize>,
    pub message: String,
    pub hint: Option<String>,
}

impl Wrong {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Wrong {
        Wrong { span, message: message.into(), hint: None }
    }
}

/// Parentheses and `not` may nest this deep.
const MAX_DEPTH: usize = 16;

/// The words and signs of a text, read from left to right.
#[derive(Debug)]
pub(super) struct Tokens<'t> {
    text: &'t str,
    list: Vec<Range<usize>>,
    next: usize,
}

impl<'t> Tokens<'t> {
    fn new(text: &'t str) -> Tokens<'t> {
        let mut list: Vec<Range<usize>> = Vec::new();
        let mut last = ' ';
        for (at, c) in text.char_indices() {
            let same = is_word(c) && is_word(last) || is_comparison(c) && is_comparison(last);
            match list.last_mut() {
                Some(span) if same => span.end = at + c.len_utf8(),
                _ if c.is_whitespace() => {}
                _ => list.push(at..at + c.len_utf8()),
            }
            last = c;
        }
        Tokens { text, list, next: 0 }
    }

    /// The next token without taking it; empty at the end.
    pub(super) fn peek(&self) -> &'t str {
        self.list.get(self.next).and_then(|span| self.text.get(span.clone())).unwrap_or_default()
    }

    /// Where the next token is.
    pub(super) fn span(&self) -> Range<usize> {
        self.list.get(self.next).cloned().unwrap_or(self.text.len()..self.text.len())
    }

    /// Takes the next token.
    pub(super) fn take(&mut self) -> &'t str {
        let token = self.peek();
        self.next += 1;
        token
    }

    fn take_if(&mut self, token: &str) -> bool {
        let found = self.peek() == token;
        self.next += usize::from(found);
        found
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

fn is_comparison(c: char) -> bool {
    matches!(c, '<' | '>' | '=' | '!')
}

/// Reads an expression; `leaf` reads one leaf from the tokens.
///
/// # Errors
/// The first thing that is wrong.
pub(super) fn parse<L>(text: &str, leaf: &dyn Fn(&mut Tokens<'_>) -> Result<L, Wrong>) -> Result<Expression<L>, Wrong> {
    let mut tokens = Tokens::new(text);
    let expression = any(&mut tokens, leaf, 0)?;
    if tokens.peek().is_empty() {
        return Ok(expression);
    }
    Err(Wrong::new(tokens.span(), format!("expected `and` or `or` before `{}`", tokens.peek())))
}

fn any<L>(tokens: &mut Tokens<'_>, leaf: &dyn Fn(&mut Tokens<'_>) -> Result<L, Wrong>, depth: usize) -> Result<Expression<L>, Wrong> {
    if depth > MAX_DEPTH {
        return Err(Wrong::new(tokens.span(), "nested too deeply"));
    }
    let mut list = vec![all(tokens, leaf, depth)?];
    while tokens.take_if("or") {
        list.push(all(tokens, leaf, depth)?);
    }
    Ok(if list.len() == 1 { list.swap_remove(0) } else { Expression::Any(list) })
}

fn all<L>(tokens: &mut Tokens<'_>, leaf: &dyn Fn(&mut Tokens<'_>) -> Result<L, Wrong>, depth: usize) -> Result<Expression<L>, Wrong> {
    let mut list = vec![one(tokens, leaf, depth)?];
    while tokens.take_if("and") {
        list.push(one(tokens, leaf, depth)?);
    }
    Ok(if list.len() == 1 { list.swap_remove(0) } else { Expression::All(list) })
}

fn one<L>(tokens: &mut Tokens<'_>, leaf: &dyn Fn(&mut Tokens<'_>) -> Result<L, Wrong>, depth: usize) -> Result<Expression<L>, Wrong> {
    if tokens.take_if("not") {
        if depth > MAX_DEPTH {
            return Err(Wrong::new(tokens.span(), "nested too deeply"));
        }
        return Ok(Expression::Not(Box::new(one(tokens, leaf, depth + 1)?)));
    }
    if tokens.take_if("(") {
        let inner = any(tokens, leaf, depth + 1)?;
        return if tokens.take_if(")") { Ok(inner) } else { Err(Wrong::new(tokens.span(), "expected `)`")) };
    }
    match tokens.peek() {
        "" => Err(Wrong::new(tokens.span(), "the expression ends too early")),
        token @ (")" | "and" | "or") => Err(Wrong::new(tokens.span(), format!("expected a condition before `{token}`"))),
        _ => leaf(tokens).map(Expression::Is),
    }
}

impl<L> Expression<L> {
    /// The truth, given the truth of each leaf.
    pub(super) fn holds(&self, leaf: &dyn Fn(&L) -> bool) -> bool {
        match self {
            Expression::All(list) => list.iter().all(|part| part.holds(leaf)),
            Expression::Any(list) => list.iter().any(|part| part.holds(leaf)),
            Expression::Not(inner) => !inner.holds(leaf),
            Expression::Is(one) => leaf(one),
        }
    }

    /// Every leaf, from left to right.
    pub(super) fn leaves(&self) -> Vec<&L> {
        match self {
            Expression::All(list) | Expression::Any(list) => list.iter().flat_map(Expression::leaves).collect(),
            Expression::Not(inner) => inner.leaves(),
            Expression::Is(one) => vec![one],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth(text: &str) -> Result<bool, String> {
        let leaf = |tokens: &mut Tokens<'_>| match tokens.take() {
            "t" => Ok(true),
            "f" => Ok(false),
            other => Err(Wrong::new(0..0, format!("no {other}"))),
        };
        parse(text, &leaf).map(|expression| expression.holds(&|leaf| *leaf)).map_err(|wrong| wrong.message)
    }

    #[test]
    fn not_binds_before_and_before_or() {
        for (text, expected) in
            [("t or f and f", true), ("(t or f) and f", false), ("not f and t", true), ("not (f or t)", false), ("not not t", true)]
        {
            assert_eq!(truth(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn mistakes_are_told() {
        for (text, message) in [
            ("", "the expression ends too early"),
            ("t and", "the expression ends too early"),
            ("t t", "expected `and` or `or` before `t`"),
            ("(t", "expected `)`"),
            ("or t", "expected a condition before `or`"),
        ] {
            assert_eq!(truth(text), Err(message.to_owned()), "{text}");
        }
        assert_eq!(truth(&"(".repeat(100_000)), Err("nested too deeply".to_owned()));
        assert_eq!(truth(&"not ".repeat(100_000)), Err("nested too deeply".to_owned()));
    }
}
