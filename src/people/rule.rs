//! The rules that make two records one person, and how two records compare.
//!
//! Deterministic and named: every merge cites its rule. The numbering follows the method in
//! docs/counting.md; R14 to R16 are for records with errors in several fields at once.

use super::{
    address::Lines,
    likeness::Likeness,
    name::Suffix,
    record::{Class, Key, NONE, Record, Records},
    spelling::{edit_distance, is_typo},
};
use smallvec::SmallVec;

/// How sure a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    Certain,
    Strong,
    /// Not merged; widens the interval.
    Possible,
}

impl Tier {
    /// The word in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Tier::Certain => "certain",
            Tier::Strong => "strong",
            Tier::Possible => "possible",
        }
    }
}

macro_rules! rules {
    ($($name:ident $tier:ident $text:literal,)*) => {
        /// What makes two records one person. In order of precedence: which of several rules for one pair is told and applied first.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = $text] $name,)*
        }

        impl Rule {
            /// Every rule, in order of precedence.
            pub const ALL: &'static [Rule] = &[$(Rule::$name,)*];

            /// `R01` and so on, as reports cite it.
            pub const fn id(self) -> &'static str {
                match self { $(Rule::$name => stringify!($name),)* }
            }

            /// Joins without a common number, birth date and contact: may err.
            pub const fn is_weak(self) -> bool {
                matches!(self, Rule::R07 | Rule::R08 | Rule::R09 | Rule::R14 | Rule::R15 | Rule::R16 | Rule::R17 | Rule::R22 | Rule::R23 | Rule::R24 | Rule::R25)
            }

            /// How sure it is.
            pub const fn tier(self) -> Tier {
                match self { $(Rule::$name => Tier::$tier,)* }
            }

            /// When it holds, in plain words.
            pub const fn text(self) -> &'static str {
                match self { $(Rule::$name => $text,)* }
            }
        }
    };
}

rules! {
    R01 Certain "same personal number, and name, birth date or a contact agrees",
    R02 Certain "same number of one issuer or same row key, and the names are compatible",
    R03 Certain "personal numbers one typing error apart, same birth date, compatible names",
    R04 Certain "same birth date, same full name, and same address or contact",
    R05 Strong "same e-mail, phone, account or reference, same full name, no conflict of birth dates",
    R06 Strong "same birth date and same full name, and the name is rare enough",
    R07 Strong "same full name and same address, no conflict",
    R08 Strong "same birth date and address, surname alike, given name a nickname, initial or typing error; or given name, birth date and contact agree, and one record knows no surname",
    R09 Strong "same last digits of a personal number, same birth date and surname",
    R14 Strong "same unverified identifier, and name, birth date or address agrees",
    R15 Strong "names alike, and birth date, address and identifiers agree but for single errors",
    R17 Strong "same identifier of a kind that names one person each throughout the data, and name, birth date or address agrees",
    R16 Strong "same person changed surname: same given name, and birth date and contact, or contact and address, agree",
    R23 Strong "alike in a way that, throughout the data, only records of one person are, as their numbers tell",
    R25 Strong "identifiers that name one person each one typing error apart, and name with birth date or address agrees",
    R24 Strong "agrees more than two people would by chance, by how often fields agree throughout the data",
    R20 Certain "record without a name attached by a key that only this person has",
    R21 Strong "records without names that share an identifier",
    R22 Strong "record without a name whose address tells the whole name of one person and of no other",
    R10 Possible "same full name and same birth date, but the name is common",
    R18 Possible "names alike and same birth date, but too little else",
    R11 Possible "same full name and same city, no other evidence",
    R12 Possible "same contact, compatible but partial name",
    R13 Possible "same full name only, nothing that speaks against",
}

/// How two records compare, attribute by attribute.
#[derive(Clone, Copy, Debug)]
pub struct Comparison {
    pub name: Option<Likeness>,
    pub full_names: bool,
    pub birth: Birth,
    pub personal: Numbers,
    pub issued: bool,
    pub row_key: bool,
    pub reference: bool,
    pub unverified: Numbers,
    /// Such identifiers are one typing error apart, not one behind the other as those of a family that came at once.
    pub slip: bool,
    /// A shared identifier whose values name one person each throughout the data.
    pub proven: bool,
    /// With such an identifier: a given name or surname agrees too.
    pub related: bool,
    pub contact: bool,
    /// The contact is an e-mail address.
    pub email: bool,
    pub account: bool,
    pub partial: bool,
    pub address: Door,
    pub suffix_conflict: bool,
    pub sex_conflict: bool,
    /// Same birth date and address, and given names one letter apart that are names by themselves: a typing error, or twins.
    pub one_letter: bool,
    /// The given names agree, and one record knows no surname.
    pub given_only: bool,
}

impl Comparison {
    /// Twins do not write from one address.
    pub fn is_misspelt(&self) -> bool {
        self.one_letter && self.email
    }

    /// An identifier that names one person, and enough else that it is no slip into somebody else's: more than a birth date can outweigh.
    pub fn is_proven(&self) -> bool {
        self.proven
            && (self.address >= Door::Near
                || self.name.is_some_and(|name| name >= Likeness::Close)
                || (self.related && self.address >= Door::Area))
    }

    /// An identifier but for one typing error, the name and the address agree: more than a birth date can outweigh.
    pub fn is_slip(&self) -> bool {
        self.slip && self.address >= Door::Near && self.name.is_some_and(|name| name >= Likeness::Close)
    }

    /// Birth date, name, and an address or contact agree: more than a wrong personal number can outweigh.
    pub fn all_agree(&self) -> bool {
        self.birth == Birth::Same
            && self.name.is_some_and(|name| name >= Likeness::Close)
            && (self.address >= Door::Near || self.contact || self.account)
    }
}

/// How two birth dates compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Birth {
    Unknown,
    Same,
    /// One part differs by one digit, or day and month are swapped.
    Near,
    Different,
}

/// How numbers of one kind compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Numbers {
    Unknown,
    Same,
    /// One digit or one transposition apart.
    Near,
    Different,
}

/// How two addresses compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Door {
    Unknown,
    Different,
    /// Same city or postcode only.
    Area,
    /// Same street and number up to typing errors, or same door in another spelling.
    Near,
    Same,
}

/// Compares two nodes.
pub fn compare(records: &Records, a: Record<'_>, b: Record<'_>) -> Comparison {
    let name = match (records.names.get(a.name as usize), records.names.get(b.name as usize)) {
        _ if a.name == b.name => (a.name != NONE).then_some(Likeness::Same),
        (Some(x), Some(y)) => Some(x.likeness(y)),
        _ => None,
    };
    compare_named(records, a, b, name)
}

/// The same, when it is known how their names go together.
fn compare_named(records: &Records, a: Record<'_>, b: Record<'_>, mut name: Option<Likeness>) -> Comparison {
    let names = || (records.names.get(a.name as usize), records.names.get(b.name as usize));
    let keys = Keys::of(a.keys(), b.keys());
    let shares = |class: Class| keys.shared & bit(class) != 0;
    let numbers = |class: Class| keys.numbers(records, a, b, class);
    let mut personal = numbers(Class::Personal);
    // Teresa and Theresa, whose numbers were issued one after the other, are twins.
    if personal == Numbers::Near && matches!(names(), (Some(x), Some(y)) if x.are_two(y)) && were_issued_at_once(records, a, b) {
        (personal, name) = (Numbers::Different, Some(Likeness::Incompatible));
    }
    let Traits { birth, address, contact, account, unverified } = Traits::of(records, a, b, &keys);
    let full_names = a.is_fully_named() && b.is_fully_named();
    let suffix_conflict = a.suffix() != b.suffix() && a.suffix() != Suffix::None && b.suffix() != Suffix::None;
    let proven = shares(Class::Proven);
    let related = proven && matches!(names(), (Some(x), Some(y)) if x.levels(y).iter().any(|level| *level > 2));
    let at_once = name == Some(Likeness::Incompatible) && birth == Birth::Same && address >= Door::Near;
    Comparison {
        name,
        full_names,
        birth,
        personal,
        issued: shares(Class::Issued),
        row_key: shares(Class::Own),
        reference: shares(Class::Reference) || keys.crossed,
        unverified,
        slip: unverified == Numbers::Near && !in_sequence(records, a, b),
        proven,
        related,
        email: shares(Class::Email),
        contact,
        account,
        partial: shares(Class::Partial),
        address,
        suffix_conflict,
        given_only: name == Some(Likeness::Partial) && !full_names && matches!(names(), (Some(x), Some(y)) if x.levels(y)[0] > 2),
        one_letter: at_once && matches!(names(), (Some(x), Some(y)) if x.is_one_letter_from(y)),
        sex_conflict: a.sex() != 0 && b.sex() != 0 && a.sex() != b.sex(),
    }
}

/// What two records tell of whether they are one person's, but for names, and numbers nobody else has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traits {
    pub birth: Birth,
    pub address: Door,
    /// See [`Comparison`], for these as well.
    pub contact: bool,
    pub account: bool,
    pub unverified: Numbers,
}

impl Traits {
    fn of(records: &Records, a: Record<'_>, b: Record<'_>, keys: &Keys) -> Traits {
        let shares = |class: Class| keys.shared & bit(class) != 0;
        Traits {
            birth: births(a.birth, b.birth),
            address: doors(records, a, b),
            contact: shares(Class::Email) || shares(Class::Phone) || shares(Class::Username),
            account: shares(Class::Account),
            unverified: match keys.numbers(records, a, b, Class::Unverified) {
                Numbers::Unknown => keys.numbers(records, a, b, Class::Proven),
                known => known,
            },
        }
    }

    /// Compares two nodes, no further than that.
    pub(super) fn compare(records: &Records, a: Record<'_>, b: Record<'_>) -> Traits {
        Traits::of(records, a, b, &Keys::of(a.keys(), b.keys()))
    }
}

impl Comparison {
    /// What of it is a trait.
    pub(super) fn traits(&self) -> Traits {
        let Comparison { birth, address, contact, account, unverified, .. } = *self;
        Traits { birth, address, contact, account, unverified }
    }
}

/// Whether two records hold nothing that could outweigh names of two people: no key in common, nor identifiers of unknown kind in
/// both, which may be a typing error apart.
pub(super) fn share_nothing(a: Record<'_>, b: Record<'_>) -> bool {
    let keys = Keys::of(a.keys(), b.keys());
    keys.shared == 0 && !keys.crossed && keys.mine & keys.theirs & (bit(Class::Unverified) | bit(Class::Proven)) == 0
}

/// The strongest rule that holds for two named records. `rare` says whether the name is rare
/// enough for a name and a birth date to be one person.
pub fn judge(c: &Comparison, rare: bool) -> Option<Rule> {
    let name = c.name?;
    let same = name >= Likeness::Close && c.full_names;
    let exact = name == Likeness::Same && c.full_names;
    let birth_free = c.birth != Birth::Different && !c.suffix_conflict;
    let door = c.address >= Door::Near;
    let compatible = name >= Likeness::Initial;
    let partner = c.contact || c.account || c.reference;
    if c.personal == Numbers::Same && (compatible || (c.birth == Birth::Same && name >= Likeness::Partial)) {
        return Some(Rule::R01);
    }
    if c.suffix_conflict {
        return None;
    }
    let numbers_free = c.personal != Numbers::Different;
    let given_differs = name == Likeness::Incompatible;
    if (c.issued || c.row_key) && (compatible || name == Likeness::Partial) && birth_free {
        return Some(Rule::R02);
    }
    if c.personal == Numbers::Near && matches!(c.birth, Birth::Same | Birth::Near) && compatible {
        return Some(Rule::R03);
    }
    if c.birth == Birth::Same && same && (door || partner) {
        return Some(Rule::R04);
    }
    if partner && same && birth_free && !c.sex_conflict {
        return Some(Rule::R05);
    }
    if c.birth == Birth::Same && exact && rare && numbers_free {
        return Some(Rule::R06);
    }
    if same && door && birth_free && !c.sex_conflict {
        return Some(Rule::R07);
    }
    if c.birth == Birth::Same && ((door && (compatible || c.is_misspelt())) || (c.given_only && (door || partner) && numbers_free)) {
        return Some(Rule::R08);
    }
    if c.partial && c.birth == Birth::Same && name >= Likeness::Partial {
        return Some(Rule::R09);
    }
    if c.proven && numbers_free && (name >= Likeness::Partial || matches!(c.birth, Birth::Same | Birth::Near) || c.is_proven()) {
        return Some(Rule::R17);
    }
    if c.unverified == Numbers::Same
        && (compatible || (!given_differs && (c.birth == Birth::Same || door)) || (c.birth == Birth::Same && door))
    {
        return Some(Rule::R14);
    }
    if points(c, name) >= 7.0 && !given_differs {
        return Some(Rule::R15);
    }
    // Who bears the same given name, telephone and address under another surname has married.
    let dated = c.birth == Birth::Same && (c.contact || door || c.account);
    let at_home = c.birth == Birth::Unknown && c.contact && door;
    if name == Likeness::Partial && c.full_names && !c.sex_conflict && (dated || at_home) && numbers_free {
        return Some(Rule::R16);
    }
    possible(c, name, rare, partner)
}

fn possible(c: &Comparison, name: Likeness, rare: bool, partner: bool) -> Option<Rule> {
    if c.personal == Numbers::Different {
        return None;
    }
    let exact = name == Likeness::Same && c.full_names;
    let birth_free = c.birth != Birth::Different;
    if c.birth == Birth::Same && exact {
        return Some(Rule::R10);
    }
    if c.birth == Birth::Same && ((name >= Likeness::Close && c.full_names) || c.one_letter) {
        return Some(Rule::R18);
    }
    if exact && c.address >= Door::Area && birth_free {
        return Some(Rule::R11);
    }
    if partner && name == Likeness::Initial && birth_free {
        return Some(Rule::R12);
    }
    // An address on both sides that differs speaks against, though people move: of a rare name it may be the same one.
    (exact && c.birth == Birth::Unknown && !c.sex_conflict && (c.address != Door::Different || rare)).then_some(Rule::R13)
}

/// Weights in rough bits of odds, calibrated by hand on public linkage data; an agreement in
/// error-prone fields counts less, a disagreement counts against.
fn points(c: &Comparison, name: Likeness) -> f32 {
    let name = match name {
        Likeness::Same => 3.5,
        Likeness::Close => 2.5,
        Likeness::Initial => 1.5,
        Likeness::Partial => 0.5,
        Likeness::Incompatible => -4.0,
    };
    let birth = match c.birth {
        Birth::Same => 3.5,
        Birth::Near => 2.5,
        Birth::Unknown => 0.0,
        Birth::Different => -2.5,
    };
    let door = match c.address {
        Door::Same => 3.0,
        Door::Near => 2.5,
        Door::Area => 0.5,
        Door::Unknown => 0.0,
        Door::Different => -0.5,
    };
    let number = |numbers: Numbers| match numbers {
        Numbers::Same => 4.0,
        Numbers::Near => 3.0,
        Numbers::Unknown => 0.0,
        Numbers::Different => -2.0,
    };
    let contact = if c.contact || c.account || c.reference { 3.0 } else { 0.0 };
    name + birth + door + number(c.personal) + number(c.unverified) + contact - if c.sex_conflict { 2.0 } else { 0.0 }
}

pub(super) fn births(a: u32, b: u32) -> Birth {
    if a == 0 || b == 0 {
        return Birth::Unknown;
    }
    if a == b {
        return Birth::Same;
    }
    let parts = |date: u32| [date / 10_000, date / 100 % 100, date % 100];
    let ([ya, ma, da], [yb, mb, db]) = (parts(a), parts(b));
    if (ma == 0 && da == 0) || (mb == 0 && db == 0) {
        return if ya == yb { Birth::Unknown } else { Birth::Different };
    }
    if is_digit_slip(a, b) || (ya == yb && ma == db && da == mb) || (ya == yb && ma == mb && da.abs_diff(db) <= 1) {
        return Birth::Near;
    }
    Birth::Different
}

/// Whether two dates are the same but for an error, or have two parts in common.
pub(super) fn births_agree(a: u32, b: u32) -> bool {
    match births(a, b) {
        Birth::Same | Birth::Near => true,
        Birth::Unknown => false,
        Birth::Different => share_two_parts(a, b),
    }
}

/// Whether two dates have year and month, year and day, or month and day in common.
pub(super) fn share_two_parts(a: u32, b: u32) -> bool {
    let parts = |date: u32| [date / 10_000, date / 100 % 100, date % 100];
    parts(a).iter().zip(parts(b)).filter(|(one, other)| *one == other).count() == 2
}

/// Whether two dates are one wrong digit or one transposition apart.
fn is_digit_slip(a: u32, b: u32) -> bool {
    let digits = |date: u32| [7, 6, 5, 4, 3, 2, 1, 0].map(|place| date / 10u32.pow(place) % 10);
    let (x, y) = (digits(a), digits(b));
    let Some(first) = (0..8).find(|at| x[*at] != y[*at]) else { return true };
    let swapped = first < 7 && x[first] == y[first + 1] && x[first + 1] == y[first];
    x[first + 1..] == y[first + 1..] || (swapped && x[first + 2..] == y[first + 2..])
}

/// What the keys of two records have in common, a bit for each class.
struct Keys {
    mine: u16,
    theirs: u16,
    shared: u16,
    /// One record's reference is the other's own key.
    crossed: bool,
}

const fn bit(class: Class) -> u16 {
    1 << class as u16
}

impl Keys {
    /// Of two sorted lists.
    fn of(a: &[Key], b: &[Key]) -> Keys {
        let mut keys = Keys { mine: 0, theirs: 0, shared: 0, crossed: false };
        let mut rest = b;
        for key in a {
            keys.mine |= bit(key.class);
            while let Some((first, after)) = rest.split_first().filter(|(first, _)| *first < key) {
                keys.theirs |= bit(first.class);
                rest = after;
            }
            if rest.first() == Some(key) {
                keys.shared |= bit(key.class);
            }
        }
        rest.iter().for_each(|key| keys.theirs |= bit(key.class));
        let may_cross = |one: u16, other: u16| one & bit(Class::Reference) != 0 && other & bit(Class::Own) != 0;
        keys.crossed = (may_cross(keys.mine, keys.theirs) && crosses(a, b)) || (may_cross(keys.theirs, keys.mine) && crosses(b, a));
        keys
    }

    fn numbers(&self, records: &Records, a: Record<'_>, b: Record<'_>, class: Class) -> Numbers {
        match (self.mine & self.theirs & bit(class) != 0, self.shared & bit(class) != 0) {
            (false, _) => Numbers::Unknown,
            (true, true) => Numbers::Same,
            (true, false) => differing(records, a, b, class),
        }
    }
}

/// Whether personal numbers are one or two apart.
fn were_issued_at_once(records: &Records, a: Record<'_>, b: Record<'_>) -> bool {
    let numbers =
        |node: Record<'_>| -> SmallVec<[u64; 2]> { node.keys().iter().filter_map(|key| personal_number(records, *key)).collect() };
    let (mine, theirs) = (numbers(a), numbers(b));
    mine.iter().any(|x| theirs.iter().any(|y| issued_at_once(*x, *y)))
}

/// A personal number of digits only.
pub(super) fn personal_number(records: &Records, key: Key) -> Option<u64> {
    (key.class == Class::Personal).then(|| records.numbers.get(key.value))??.parse().ok()
}

/// Numbers given to twins and triplets.
pub(super) fn issued_at_once(a: u64, b: u64) -> bool {
    (1..=2).contains(&a.abs_diff(b))
}

/// Whether two identifiers of unknown kind may have been given out one soon after the other.
pub(super) fn in_sequence(records: &Records, a: Record<'_>, b: Record<'_>) -> bool {
    let numbers = |node: Record<'_>| -> SmallVec<[u64; 2]> {
        let of_class = node.keys().iter().filter(|key| matches!(key.class, Class::Unverified | Class::Proven));
        of_class.filter_map(|key| records.numbers.get(key.value)?.parse().ok()).collect()
    };
    let (mine, theirs) = (numbers(a), numbers(b));
    mine.is_empty() || theirs.is_empty() || mine.iter().any(|x| theirs.iter().any(|y| x.abs_diff(*y) < 100))
}

fn crosses(a: &[Key], b: &[Key]) -> bool {
    a.iter().filter(|key| key.class == Class::Reference).any(|key| b.contains(&Key { class: Class::Own, value: key.value }))
}

pub(super) fn numbers(records: &Records, a: Record<'_>, b: Record<'_>, class: Class) -> Numbers {
    Keys::of(a.keys(), b.keys()).numbers(records, a, b, class)
}

/// How numbers of which none is the same compare.
fn differing(records: &Records, a: Record<'_>, b: Record<'_>, class: Class) -> Numbers {
    let text = |key: &Key| records.numbers.get(key.value).filter(|text| !text.is_empty());
    let mut comparable = false;
    for x in a.keys().iter().filter(|key| key.class == class) {
        for y in b.keys().iter().filter(|key| key.class == class) {
            if records.numbers.are_far(x.value, y.value) {
                comparable = true;
                continue;
            }
            let (Some(x), Some(y)) = (text(x), text(y)) else { continue };
            if x.len().abs_diff(y.len()) > 1 {
                continue;
            }
            comparable = true;
            if edit_distance(&x, &y, 1) <= 1 {
                return Numbers::Near;
            }
        }
    }
    if comparable { Numbers::Different } else { Numbers::Unknown }
}

/// How the addresses of two records compare.
pub(super) fn doors(records: &Records, a: Record<'_>, b: Record<'_>) -> Door {
    let (Some(x), Some(y)) = (records.addresses.get(a.address as usize), records.addresses.get(b.address as usize)) else {
        return Door::Unknown;
    };
    let (x, y) = (x.told(), y.told());
    if a.address == b.address && !x.street.is_empty() {
        return Door::Same;
    }
    let area =
        (!x.postcode.is_empty() && x.postcode == y.postcode) || (!x.city.is_empty() && (x.city == y.city || is_typo(x.city, y.city)));
    if (area || x.postcode.is_empty() || y.postcode.is_empty()) && x.agrees(&y) {
        return Door::Same;
    }
    let streetless = x.street.is_empty() || y.street.is_empty();
    if streetless && !area {
        return Door::Unknown;
    }
    // Most addresses of one town are on sight those of two doors.
    if x.unit.is_empty() && y.unit.is_empty() {
        let number = x.number();
        if number.is_none() || number != y.number() {
            return if area { Door::Area } else { Door::Different };
        }
    }
    let (mine, theirs) = (Lines::of(&x), Lines::of(&y));
    if area && mine.share_estate(&theirs) {
        return Door::Near;
    }
    if streetless {
        return Door::Area;
    }
    match (area, mine.share_door(&theirs)) {
        (true, true) => Door::Near,
        (true, false) => Door::Area,
        (false, true) if mine.street.len() > 6 => Door::Near,
        _ => Door::Different,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn births_tell_errors_from_differences() {
        assert_eq!(births(19_900_203, 19_900_203), Birth::Same);
        assert_eq!(births(19_900_203, 19_900_302), Birth::Near);
        assert_eq!(births(19_900_203, 19_900_204), Birth::Near);
        assert_eq!(births(19_900_203, 19_910_203), Birth::Near);
        assert_eq!(births(19_900_203, 19_090_203), Birth::Near);
        assert_eq!(births(19_910_112, 19_910_121), Birth::Near);
        assert_eq!(births(19_900_203, 19_910_213), Birth::Different);
        assert_eq!(births(19_900_203, 19_620_711), Birth::Different);
        assert_eq!(births(19_900_000, 19_900_711), Birth::Unknown);
        assert_eq!(births(0, 19_900_711), Birth::Unknown);
    }
}
