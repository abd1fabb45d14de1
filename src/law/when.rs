//! Conditions of law files: `people > 500 and not (encrypted or risk = unlikely)`.
//!
//! Leaves are comparisons of a count of people with a number, and the facts of the incident
//! ([`facts::KEYS`]): a flag by its name, a word by `key = word` or `key != word`. No arithmetic, no functions.

use super::expression::{Expression, Tokens, Wrong, parse};
use crate::base::{
    Bounds, Facts,
    facts::{self, Kind},
    fault::nearest,
};

/// A condition, and the text it was read from.
#[derive(Clone, Debug)]
pub(super) struct When {
    pub text: String,
    expression: Expression<Leaf>,
}

/// A condition on the facts alone, in the words of law files, for other stages.
#[derive(Clone, Debug)]
pub struct Condition(When);

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// One sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<Condition, String> {
        When::parse(text).map(Condition).map_err(|wrong| wrong.message)
    }

    /// Whether it holds, of nobody in particular.
    pub fn holds(&self, facts: &Facts) -> bool {
        self.0.holds(0, 0, facts)
    }
}

/// What a condition compares.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Leaf {
    People(Count, Comparison, u64),
    Flag(&'static str),
    /// The key, the word, and whether they must be equal.
    Word(&'static str, &'static str, bool),
}

/// Whom a count of people is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    /// People of the jurisdiction whom the duty concerns.
    Here,
    /// People whom the law's elements concern, wherever they live.
    Anywhere,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    MoreOrEqual,
    More,
}

/// Whether a threshold is crossed, over the bounds of the count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Crossed {
    Yes,
    WithinInterval,
    No,
}

impl Crossed {
    /// The word in `duties.csv`.
    pub const fn word(self) -> &'static str {
        match self {
            Crossed::Yes => "yes",
            Crossed::WithinInterval => "within_interval",
            Crossed::No => "no",
        }
    }
}

/// The counts a condition is asked about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub here: Bounds,
    pub anywhere: Bounds,
}

/// A threshold a condition names, and a count just on each side of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub count: Count,
    pub below: u64,
    pub above: u64,
}

impl When {
    /// Reads a condition.
    ///
    /// # Errors
    /// The first thing that is wrong in it.
    pub(super) fn parse(text: &str) -> Result<When, Wrong> {
        Ok(When { text: text.to_owned(), expression: parse(text, &leaf)? })
    }

    /// Whether it holds for one number of people.
    fn holds(&self, here: u64, anywhere: u64, facts: &Facts) -> bool {
        self.expression.holds(&|leaf| match leaf {
            Leaf::People(Count::Here, comparison, number) => comparison.holds(here, *number),
            Leaf::People(Count::Anywhere, comparison, number) => comparison.holds(anywhere, *number),
            Leaf::Flag(key) => facts.flag(key),
            Leaf::Word(key, word, equal) => (facts.word(key) == *word) == *equal,
        })
    }

    /// Whether it holds at the floor, the best count and the ceiling alike.
    pub(super) fn crossed(&self, counts: &Counts, facts: &Facts) -> Crossed {
        let Counts { here, anywhere } = counts;
        let at = [(here.floor, anywhere.floor), (here.best, anywhere.best), (here.ceiling, anywhere.ceiling)];
        match at.into_iter().filter(|(here, anywhere)| self.holds(*here, *anywhere, facts)).count() {
            3 => Crossed::Yes,
            0 => Crossed::No,
            _ => Crossed::WithinInterval,
        }
    }

    /// Whether it asks for people wherever they live.
    pub(super) fn counts_anywhere(&self) -> bool {
        self.expression.leaves().iter().any(|leaf| matches!(leaf, Leaf::People(Count::Anywhere, ..)))
    }

    /// The facts it asks for.
    pub(super) fn facts(&self) -> impl Iterator<Item = &'static str> {
        self.expression.leaves().into_iter().filter_map(|leaf| match leaf {
            Leaf::People(..) => None,
            Leaf::Flag(key) | Leaf::Word(key, ..) => Some(*key),
        })
    }

    /// The thresholds it names; a threshold of one person needs no proof on both sides.
    pub(super) fn edges(&self) -> Vec<Edge> {
        let edge = |leaf: &Leaf| match *leaf {
            Leaf::People(count, comparison, number) => {
                let (below, above) = match comparison {
                    Comparison::More | Comparison::LessOrEqual => (number, number.saturating_add(1)),
                    _ => (number.saturating_sub(1), number),
                };
                (above > 1).then_some(Edge { count, below, above })
            }
            _ => None,
        };
        self.expression.leaves().into_iter().filter_map(edge).collect()
    }
}

impl Comparison {
    const fn holds(self, left: u64, right: u64) -> bool {
        match self {
            Comparison::Less => left < right,
            Comparison::LessOrEqual => left <= right,
            Comparison::Equal => left == right,
            Comparison::NotEqual => left != right,
            Comparison::MoreOrEqual => left >= right,
            Comparison::More => left > right,
        }
    }
}

fn leaf(tokens: &mut Tokens<'_>) -> Result<Leaf, Wrong> {
    let span = tokens.span();
    let name = tokens.take();
    match name {
        "people" => people(Count::Here, tokens),
        "people_anywhere" => people(Count::Anywhere, tokens),
        _ => match facts::KEYS.iter().find(|key| key.name == name).map(|key| (key.name, key.kind)) {
            Some((key, Kind::Flag)) => Ok(Leaf::Flag(key)),
            Some((key, Kind::Word(words))) => word(key, words, tokens),
            Some(_) => Err(Wrong::new(span, format!("`{name}` cannot be used in a condition"))),
            None => {
                let known = facts::KEYS.iter().map(|key| key.name).chain(["people", "people_anywhere"]);
                let hint = nearest(name, known).map(|near| format!("did you mean `{near}`?"));
                Err(Wrong { hint, ..Wrong::new(span, format!("unknown fact `{name}`")) })
            }
        },
    }
}

fn people(count: Count, tokens: &mut Tokens<'_>) -> Result<Leaf, Wrong> {
    let span = tokens.span();
    let comparison = match tokens.take() {
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        "=" => Comparison::Equal,
        "!=" => Comparison::NotEqual,
        ">=" => Comparison::MoreOrEqual,
        ">" => Comparison::More,
        _ => return Err(Wrong::new(span, "expected a comparison: < <= = != >= >")),
    };
    let span = tokens.span();
    let number = tokens.take().replace('_', "").parse().map_err(|_| Wrong::new(span, "expected a whole number"))?;
    Ok(Leaf::People(count, comparison, number))
}

fn word(key: &'static str, words: &'static [&'static str], tokens: &mut Tokens<'_>) -> Result<Leaf, Wrong> {
    let span = tokens.span();
    let equal = match tokens.take() {
        "=" => true,
        "!=" => false,
        _ => return Err(Wrong::new(span, "expected `=` or `!=`")),
    };
    let span = tokens.span();
    let given = tokens.take();
    match words.iter().find(|word| **word == given) {
        Some(word) => Ok(Leaf::Word(key, word, equal)),
        None => Err(Wrong { hint: Some(format!("one of: {}", words.join(", "))), ..Wrong::new(span, format!("`{given}` is no {key}")) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crossed(text: &str, floor: u64, best: u64, ceiling: u64) -> Crossed {
        let counts = Counts { here: Bounds { floor, best, ceiling }, anywhere: Bounds::exactly(7) };
        When::parse(text).expect(text).crossed(&counts, &Facts::default())
    }

    #[test]
    fn thresholds_are_tested_at_both_bounds() {
        assert_eq!(crossed("people > 500", 500, 500, 500), Crossed::No);
        assert_eq!(crossed("people > 500", 501, 501, 501), Crossed::Yes);
        assert_eq!(crossed("people >= 500", 499, 499, 500), Crossed::WithinInterval);
        assert_eq!(crossed("people < 500", 100, 300, 600), Crossed::WithinInterval);
        assert_eq!(crossed("people_anywhere = 7 and people >= 1_000", 1000, 1000, 1000), Crossed::Yes);
    }

    #[test]
    fn facts_have_their_defaults_in_conditions() {
        assert_eq!(crossed("not encrypted and entity_type = business and risk != unlikely", 1, 1, 1), Crossed::Yes);
        assert_eq!(crossed("encrypted or role = service_provider", 1, 1, 1), Crossed::No);
    }

    #[test]
    fn mistakes_have_a_place_and_a_hint() {
        let wrong = When::parse("people > 5 and encryptd").expect_err("no such fact");
        assert_eq!((wrong.span, wrong.hint.as_deref()), (15..23, Some("did you mean `encrypted`?")));
        assert!(When::parse("people > many").is_err());
        assert!(When::parse("discovery_date").is_err());
        assert!(When::parse("role = king").is_err());
    }

    #[test]
    fn edges_lie_on_both_sides_of_every_number() {
        let edges = |text: &str| When::parse(text).expect(text).edges().iter().map(|e| (e.below, e.above)).collect::<Vec<_>>();
        assert_eq!(edges("people > 500 or people >= 250"), [(500, 501), (249, 250)]);
        assert_eq!(edges("people >= 1"), []);
        assert_eq!(edges("people < 500"), [(499, 500)]);
    }
}
