//! SQL text cut into tokens, as far as a CREATE TABLE needs it (sqlite.org/lang_keywords.html,
//! sqlite.org/lang_comment.html).

use std::borrow::Cow;

/// A token of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A bare name, keyword or number.
    Word(&'a str),
    /// A name in `"`, `` ` `` or `[]`.
    Quoted(Cow<'a, str>),
    /// A string in `'`; SQLite takes it for a name where it expects one.
    Text(Cow<'a, str>),
    Symbol(char),
}

impl Token<'_> {
    /// Whether it is this keyword.
    pub(super) fn is(&self, keyword: &str) -> bool {
        matches!(self, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// Whether it is one of these keywords.
    pub(super) fn is_one_of(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(keyword))
    }

    /// What it names.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Token::Word(word) => Some(word),
            Token::Quoted(name) | Token::Text(name) => Some(name),
            Token::Symbol(_) => None,
        }
    }
}

/// The tokens of a statement.
pub(super) struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(sql: &'a str) -> Tokens<'a> {
        Tokens { rest: sql }
    }

    /// Takes the first `length` bytes, which end at a letter's end.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn skip_blanks_and_comments(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let end = if self.rest.starts_with("--") {
                self.rest.find('\n')
            } else if self.rest.starts_with("/*") {
                self.rest.get(2..).and_then(|rest| rest.find("*/")).map(|at| at + 4)
            } else {
                return;
            };
            self.take(end.unwrap_or(self.rest.len()));
        }
    }

    /// The inside of a token that ends with this quote; doubled it stands for itself.
    fn quoted(&mut self, close: char) -> Cow<'a, str> {
        self.take(1);
        let body = self.rest;
        let mut end = 0;
        let mut doubled = false;
        loop {
            let Some(at) = body.get(end..).and_then(|rest| rest.find(close)) else {
                self.rest = "";
                return body.into();
            };
            end += at;
            if close == ']' || !body[end + 1..].starts_with(close) {
                break;
            }
            doubled = true;
            end += 2;
        }
        self.take(end + 1);
        let body = &body[..end];
        if doubled { body.replace(&format!("{close}{close}"), &close.to_string()).into() } else { body.into() }
    }

    fn word(&mut self) -> &'a str {
        let number = self.rest.starts_with(|first: char| first.is_ascii_digit() || first == '.');
        let hexadecimal = self.rest.starts_with("0x") || self.rest.starts_with("0X");
        let mut exponent = false;
        let inside = |letter: char| {
            let sign = number && exponent && matches!(letter, '+' | '-');
            exponent = !hexadecimal && matches!(letter, 'e' | 'E');
            sign || letter.is_ascii_alphanumeric() || matches!(letter, '_' | '$') || !letter.is_ascii() || number && letter == '.'
        };
        let mut inside = inside;
        let end = self.rest.find(|letter| !inside(letter)).unwrap_or(self.rest.len());
        self.take(end)
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        self.skip_blanks_and_comments();
        let mut letters = self.rest.chars();
        let first = letters.next()?;
        Some(match first {
            '"' | '`' => Token::Quoted(self.quoted(first)),
            '[' => Token::Quoted(self.quoted(']')),
            '\'' => Token::Text(self.quoted('\'')),
            '.' if letters.next().is_some_and(|second| second.is_ascii_digit()) => Token::Word(self.word()),
            _ if first.is_ascii_alphanumeric() || first == '_' || !first.is_ascii() => Token::Word(self.word()),
            _ => {
                self.take(first.len_utf8());
                Token::Symbol(first)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_cut_as_sqlite_cuts_them() {
        let tokens: Vec<_> = Tokens::new("a1\"b \"\"c\"[d]`e``f`'g''h'--x\n/* y */1.5e+3-.5(ü_$,t.c) /* open").collect();
        let name = |name: &str| Token::Quoted(name.to_owned().into());
        assert_eq!(
            tokens,
            [
                Token::Word("a1"),
                name("b \"c"),
                name("d"),
                name("e`f"),
                Token::Text("g'h".into()),
                Token::Word("1.5e+3"),
                Token::Symbol('-'),
                Token::Word(".5"),
                Token::Symbol('('),
                Token::Word("ü_$"),
                Token::Symbol(','),
                Token::Word("t"),
                Token::Symbol('.'),
                Token::Word("c"),
                Token::Symbol(')'),
            ]
        );
    }
}
