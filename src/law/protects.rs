//! Which exposed elements a law is about: `name` with `ssn`, or `(username or email) and password`.

use super::expression::{Expression, Tokens, Wrong, parse};
use crate::base::{Element, ElementSet, Facts, element::ElementCategory, fault::nearest};

/// Elements that must be exposed together; with `minor`, of a minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Combination {
    pub elements: ElementSet,
    pub minor: bool,
}

/// More combinations than this in one expression is a mistake.
const MAX_COMBINATIONS: usize = 256;

/// Reads an expression over element codes. `special` is any element of the special categories
/// and of health (GDPR art. 9, 10); `any` is any element at all; `minor` is a person under age.
///
/// # Errors
/// The first thing that is wrong in it.
pub(super) fn combinations(text: &str) -> Result<Vec<Combination>, Wrong> {
    let expression = parse(text, &leaf)?;
    expand(&expression).ok_or_else(|| Wrong::new(0..text.len(), "`not` and very many alternatives are not possible among elements"))
}

fn leaf(tokens: &mut Tokens<'_>) -> Result<Vec<Combination>, Wrong> {
    let span = tokens.span();
    let word = tokens.take();
    let one = |element: Element| Combination { elements: ElementSet::EMPTY.with(element), minor: false };
    match word {
        "minor" => Ok(vec![Combination { elements: ElementSet::EMPTY, minor: true }]),
        "any" => Ok(vec![Combination { elements: ElementSet::EMPTY, minor: false }]),
        "special" => Ok(Element::ALL.iter().copied().filter(|element| is_special(*element)).map(one).collect()),
        _ => Element::from_code(word).map(|element| vec![one(element)]).ok_or_else(|| {
            let known = Element::ALL.iter().map(|element| element.code()).chain(["minor", "any", "special"]);
            let hint = nearest(word, known).map(|near| format!("did you mean `{near}`?"));
            Wrong { hint, ..Wrong::new(span, format!("unknown element `{word}`")) }
        }),
    }
}

fn is_special(element: Element) -> bool {
    matches!(element.category(), ElementCategory::Special | ElementCategory::Health)
}

/// The expression as a list of alternatives.
fn expand(expression: &Expression<Vec<Combination>>) -> Option<Vec<Combination>> {
    let mut list = match expression {
        Expression::Is(list) => list.clone(),
        Expression::Not(_) => return None,
        Expression::Any(parts) => parts.iter().map(expand).collect::<Option<Vec<_>>>()?.concat(),
        Expression::All(parts) => {
            let mut product = vec![Combination { elements: ElementSet::EMPTY, minor: false }];
            for part in parts {
                let part = expand(part)?;
                if product.len().saturating_mul(part.len()) > MAX_COMBINATIONS {
                    return None;
                }
                product = product.iter().flat_map(|left| part.iter().map(|right| left.and(*right))).collect();
            }
            product
        }
    };
    list.sort_unstable();
    list.dedup();
    (list.len() <= MAX_COMBINATIONS).then_some(list)
}

impl Combination {
    const fn and(self, other: Combination) -> Combination {
        Combination { elements: self.elements.union(other.elements), minor: self.minor || other.minor }
    }

    fn within(self, exposed: ElementSet, minor: bool) -> bool {
        self.elements.difference(exposed).is_empty() && (minor || !self.minor) && !exposed.is_empty()
    }
}

/// A list of combinations, of which one with another from `with` (if there are any) triggers.
#[derive(Clone, Debug, Default)]
pub(super) struct Protects {
    pub with: Vec<Combination>,
    pub any_of: Vec<Combination>,
}

impl Protects {
    /// The elements that trigger for somebody with these exposed; none if nothing does. The
    /// identifier of `with` must be another element than those it is combined with.
    pub(super) fn triggered(&self, exposed: ElementSet, minor: bool) -> Option<ElementSet> {
        let mut found: Option<ElementSet> = None;
        let mut add = |set: ElementSet| found = Some(found.unwrap_or_default().union(set));
        for one in self.any_of.iter().filter(|one| one.within(exposed, minor)) {
            // `any` names no element: all that is exposed is what triggers.
            let elements = if one.elements.is_empty() { exposed } else { one.elements };
            if self.with.is_empty() {
                add(elements);
            }
            // One companion is enough; the first in the contract's order is told, most often the name.
            let companion = |with: &&Combination| with.within(exposed, minor) && with.elements.intersection(one.elements).is_empty();
            if let Some(with) = self.with.iter().find(companion) {
                add(elements.union(with.elements));
            }
        }
        found
    }
}

/// A test of what is exposed, in the words of law files, for other stages.
#[derive(Clone, Debug)]
pub struct Exposure(Protects);

impl Exposure {
    /// Reads an expression over element codes.
    ///
    /// # Errors
    /// One sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<Exposure, String> {
        let any_of = combinations(text).map_err(|wrong| wrong.message)?;
        Ok(Exposure(Protects { with: Vec::new(), any_of }))
    }

    /// Whether somebody with these elements exposed is meant.
    pub fn includes(&self, exposed: ElementSet, minor: bool) -> bool {
        let (certain, _) = implied(exposed, &Facts::default());
        self.0.triggered(certain, minor).is_some()
    }
}

/// What exposure of one element implies about others, for certain and at most.
///
/// Track data holds the number and a code; an IBAN holds the account number; the
/// strength of password hashes is a fact of the incident.
pub(super) fn implied(exposed: ElementSet, facts: &Facts) -> (ElementSet, ElementSet) {
    let mut certain = exposed;
    if exposed.contains(Element::CardTrack) {
        certain = certain.with(Element::CardNumber).with(Element::CardCode);
    }
    if exposed.contains(Element::Iban) {
        certain = certain.with(Element::BankAccount);
    }
    let mut possible = certain;
    if exposed.contains(Element::PasswordHash) {
        match facts.word("password_hashes") {
            "weak" => certain.insert(Element::Password),
            "unknown" => possible.insert(Element::Password),
            _ => {}
        }
    }
    (certain, possible.union(certain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protects(with: &str, any_of: &str) -> Protects {
        let read = |text: &str| if text.is_empty() { Vec::new() } else { combinations(text).expect(text) };
        Protects { with: read(with), any_of: read(any_of) }
    }

    fn triggered(with: &str, any_of: &str, exposed: &[Element]) -> Option<String> {
        protects(with, any_of).triggered(exposed.iter().copied().collect(), false).map(ElementSet::codes)
    }

    #[test]
    fn combinations_need_all_their_elements() {
        use Element::*;
        let login = "(username or email) and (password or security_answer)";
        assert_eq!(triggered("", login, &[Email, Password]).as_deref(), Some("email;password"));
        assert_eq!(triggered("", login, &[Email, Username]), None);
        assert_eq!(triggered("name", "ssn or dob", &[Name, Dob]).as_deref(), Some("dob;name"));
        assert_eq!(triggered("name", "ssn", &[Ssn]), None);
        assert_eq!(triggered("", "any", &[Phone, Name]).as_deref(), Some("name;phone"));
        assert_eq!(triggered("", "any", &[]), None);
        assert_eq!(triggered("", "special", &[Religion, Name]).as_deref(), Some("religion"));
    }

    #[test]
    fn an_identifier_is_not_its_own_companion() {
        use Element::*;
        assert_eq!(triggered("name or ssn or email", "ssn", &[Ssn]), None);
        assert_eq!(triggered("name or ssn or email", "ssn", &[Ssn, Email]).as_deref(), Some("email;ssn"));
    }

    #[test]
    fn minors_are_part_of_a_combination() {
        let rule = protects("", "minor or medical_info");
        let name = ElementSet::EMPTY.with(Element::Name);
        assert_eq!(rule.triggered(name, true), Some(name));
        assert_eq!(rule.triggered(name, false), None);
    }

    #[test]
    fn mistakes_are_told() {
        assert_eq!(combinations("pasport").expect_err("a typo").hint.as_deref(), Some("did you mean `passport`?"));
        assert!(combinations("not ssn").is_err());
    }

    #[test]
    fn hashes_count_as_the_facts_say() {
        let hash = ElementSet::EMPTY.with(Element::PasswordHash);
        let password = |facts: &str| {
            let (certain, possible) = implied(hash, &Facts::parse(facts).expect(facts));
            (certain.contains(Element::Password), possible.contains(Element::Password))
        };
        assert_eq!(password(""), (false, true));
        assert_eq!(password("password_hashes = \"weak\""), (true, true));
        assert_eq!(password("password_hashes = \"strong\""), (false, false));
    }
}
