//! One affected individual, put together from the records that speak of them.

use super::{
    catalogue::Catalogue,
    held::Held,
    mention::MentionOf,
    place::Jurisdiction,
    record::{Map, NONE, Node, Records, mix},
    rule::Tier,
};
use crate::{
    base::{Element, ElementSet, Role, Short, token::base32_into},
    evidence::Evidence,
};
use smallvec::SmallVec;
use std::{collections::BTreeMap, fmt};

/// Yes, no, or nothing tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Known {
    Yes,
    No,
    #[default]
    Unknown,
}

impl Known {
    /// `Y`, `N` or `unknown`.
    pub const fn word(self) -> &'static str {
        match self {
            Known::Yes => "Y",
            Known::No => "N",
            Known::Unknown => "unknown",
        }
    }
}

/// What tells where somebody lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    Address,
    Phone,
    PersonalNumber,
    None,
}

impl Basis {
    /// The word in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Basis::Address => "address",
            Basis::Phone => "phone",
            Basis::PersonalNumber => "personal_number",
            Basis::None => "none",
        }
    }
}

/// What tells a person from all others, from the content of their first record: stable over runs and renamed files. Written as `P-` and
/// 13 letters and digits, in whose order it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(u64);

impl PersonId {
    /// Of what tells somebody's first mention from all others.
    fn of(least: u64) -> PersonId {
        PersonId(mix(&[least]))
    }

    /// The half that an order looks at first.
    pub(super) const fn first(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// As it is written.
    pub fn text(self) -> Short<15> {
        let mut text = *b"P-0000000000000";
        base32_into(u128::from(self.0), &mut text[2..]);
        std::str::from_utf8(&text).ok().and_then(Short::fit).unwrap_or_default()
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl serde::Serialize for PersonId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One person.
#[derive(Clone, Debug)]
pub struct Individual {
    pub id: PersonId,
    /// Place in [`Records::names`], or [`NONE`].
    pub name: u32,
    pub birth: u32,
    pub minor: Known,
    pub deceased: Known,
    pub residency: Jurisdiction,
    pub residency_basis: Basis,
    pub elements: ElementSet,
    /// Elements seen only masked, hashed, truncated or encrypted.
    pub protected: ElementSet,
    pub files: u32,
    /// Weakest rule that a merge of theirs rests on; `None` for a single record.
    pub tier: Option<Tier>,
    pub conflict: bool,
    pub roles: u16,
    /// Counted among the affected (docs/counting.md says who is).
    pub counted: bool,
    /// Only ever named for their work.
    pub professional: bool,
    /// Has an address, e-mail or phone to be told by.
    pub reachable: bool,
    /// Range of their mentions in [`super::Population::order`].
    pub first: u32,
    pub last: u32,
}

impl Individual {
    /// How many records speak of them.
    pub fn records(&self) -> u32 {
        self.last - self.first
    }

    /// Places of their mentions among all, of [`super::Population::order`].
    pub(super) fn places<'o>(&self, order: &'o [u32]) -> &'o [u32] {
        order.get(self.first as usize..self.last as usize).unwrap_or_default()
    }

    /// The roles, in the contract's order.
    pub fn roles(&self) -> impl Iterator<Item = Role> {
        let roles = self.roles;
        Role::ALL.iter().copied().filter(move |role| roles >> (*role as u16) & 1 == 1)
    }
}

/// Puts one individual together.
pub struct Assembler<'a> {
    pub evidence: &'a Evidence<'a>,
    pub records: &'a Records,
    /// What the keys of the records come to.
    pub(super) held: &'a Held,
    pub catalogue: &'a Catalogue,
    /// `yyyymmdd` ages are counted at.
    pub on: u32,
    /// How recent the data of each item with mentions seem, by its path.
    pub recency: Map<u32, i32>,
}

impl<'a> Assembler<'a> {
    /// An assembler of a case.
    pub(super) fn new(
        evidence: &'a Evidence<'a>,
        records: &'a Records,
        held: &'a Held,
        catalogue: &'a Catalogue,
        on: u32,
    ) -> Assembler<'a> {
        let mut found: Map<u32, i32> = Map::default();
        for item in records.mentions.items() {
            found.entry(item).or_insert_with(|| recency(catalogue.path(evidence, item)));
        }
        Assembler { evidence, records, held, catalogue, on, recency: found }
    }

    /// The individual these mentions, each with its place among all, speak of.
    pub fn assemble(&self, mentions: &[(u32, MentionOf)], extra: ElementSet) -> Individual {
        let records = self.records;
        let all = || mentions.iter().map(|(_, mention)| mention);
        let elements = all().fold(extra, |set, mention| set.union(mention.elements));
        let clear = all().fold(extra, |set, mention| set.union(mention.elements.difference(mention.protected)));
        let mut files: SmallVec<[u32; 8]> = all().map(|mention| self.catalogue.master(mention.item)).collect();
        files.sort_unstable();
        files.dedup();
        let roles = all().fold(0u16, |roles, mention| roles | 1 << mention.role as u16);
        let birth = self.birth(mentions);
        let name = self.name(mentions);
        let (residency, residency_basis) = self.residency(mentions);
        let mut nodes: SmallVec<[u32; 8]> = all().map(|mention| mention.node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let least = all().map(|mention| records.id(self.catalogue, mention)).min().unwrap_or(0);
        let deceased = nodes.iter().any(|node| records.death_nodes.contains(node));
        let keyed = nodes.iter().any(|node| self.held.is_direct(*node));
        let person = nodes.iter().any(|node| !records.nodes[*node as usize].is_organisation());
        let professional = roles == 1 << Role::Professional as u16;
        let named = name != NONE;
        Individual {
            id: PersonId::of(least),
            name,
            birth,
            minor: age(birth, self.on).map_or(Known::Unknown, |age| if age < 18 { Known::Yes } else { Known::No }),
            deceased: match (deceased, named) {
                (true, _) => Known::Yes,
                (false, true) => Known::No,
                _ => Known::Unknown,
            },
            residency,
            residency_basis,
            elements,
            protected: elements.difference(clear),
            files: files.len() as u32,
            tier: None,
            conflict: false,
            roles,
            counted: person && !professional && (keyed || (named && elements.len() > 1 && elements.contains(Element::Name))),
            professional: person && professional && (named || keyed),
            reachable: [Element::PostalAddress, Element::Email, Element::Phone].iter().any(|element| elements.contains(*element)),
            first: 0,
            last: 0,
        }
    }

    /// The node of a mention.
    fn node(&self, mention: &MentionOf) -> &Node {
        &self.records.nodes[mention.node as usize]
    }

    /// The name most records use; of equally frequent ones the longest, then the first by alphabet.
    fn name(&self, mentions: &[(u32, MentionOf)]) -> u32 {
        let names = || {
            let all = mentions.iter().map(|(_, mention)| self.node(mention).name);
            all.filter(|name| *name != NONE)
        };
        let Some(first) = names().next() else { return NONE };
        if names().all(|name| name == first) {
            return first;
        }
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        names().for_each(|name| *counts.entry(name).or_default() += 1);
        let shown = |name: &u32| self.records.shown_name(*name).unwrap_or_default();
        let rank = |name: &u32| self.records.names[*name as usize].is_full();
        let best = counts.iter().max_by(|(a, n), (b, m)| {
            (rank(a), *n, shown(a).len()).cmp(&(rank(b), *m, shown(b).len())).then_with(|| shown(b).cmp(&shown(a)))
        });
        best.map_or(NONE, |(name, _)| *name)
    }

    /// The birth date most records use; full dates before years.
    fn birth(&self, mentions: &[(u32, MentionOf)]) -> u32 {
        let births = || {
            let all = mentions.iter().map(|(_, mention)| self.node(mention).birth);
            all.filter(|birth| *birth != 0)
        };
        let Some(first) = births().next() else { return 0 };
        if births().all(|birth| birth == first) {
            return first;
        }
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        births().for_each(|birth| *counts.entry(birth).or_default() += 1);
        counts.iter().max_by_key(|(birth, count)| (**birth % 10_000 != 0, **count, **birth)).map_or(0, |(birth, _)| *birth)
    }

    /// Current address before former ones, addresses before telephone numbers.
    fn residency(&self, mentions: &[(u32, MentionOf)]) -> (Jurisdiction, Basis) {
        let records = self.records;
        let mut seen: BTreeMap<Jurisdiction, (i32, u32)> = BTreeMap::new();
        for (_, mention) in mentions {
            let node = self.node(mention);
            let Some(address) = records.addresses.get(node.address as usize).filter(|address| !address.jurisdiction.is_empty()) else {
                continue;
            };
            let recency = self.recency.get(&mention.item).copied().unwrap_or(0);
            let entry = seen.entry(address.jurisdiction).or_insert((i32::MIN, 0));
            entry.0 = entry.0.max(recency);
            entry.1 += 1;
        }
        if let Some((jurisdiction, _)) = seen.iter().max_by(|(a, x), (b, y)| x.cmp(y).then_with(|| b.cmp(a))) {
            return (*jurisdiction, Basis::Address);
        }
        let mut places: BTreeMap<Jurisdiction, u32> = BTreeMap::new();
        for (_, mention) in mentions {
            let node = self.node(mention);
            let phones = self.held.phones(mention.node);
            records.phone_places.of(node.place, phones).for_each(|place| *places.entry(place).or_default() += 1);
        }
        if let Some((place, _)) = places.iter().max_by(|(a, x), (b, y)| x.cmp(y).then_with(|| b.cmp(a))) {
            return (*place, Basis::Phone);
        }
        if let Some(country) = self.number_country(mentions) {
            return (country, Basis::PersonalNumber);
        }
        (Jurisdiction::fit("unknown").unwrap_or_default(), Basis::None)
    }

    /// The country that issued a personal number; a US number tells no state.
    fn number_country(&self, mentions: &[(u32, MentionOf)]) -> Option<Jurisdiction> {
        let mut countries: Vec<&str> = Vec::new();
        for (at, _) in mentions {
            for detector in self.records.mentions.detectors(*at as usize) {
                if let Some(entry) = self.evidence.detectors.get(usize::from(*detector))
                    && matches!(entry.element, Some(Element::NationalId))
                    && entry.country.len() == 2
                    && entry.country != "US"
                {
                    countries.push(&entry.country);
                }
            }
        }
        countries.sort_unstable();
        countries.dedup();
        match countries.as_slice() {
            // Canada and Australia are told by province and state.
            [one] if *one != "CA" && *one != "AU" => Jurisdiction::fit(one),
            _ => None,
        }
    }
}

/// Whole years at a date, both `yyyymmdd`; a year alone counts to its end.
pub fn age(birth: u32, on: u32) -> Option<u32> {
    if birth == 0 || on < birth {
        return None;
    }
    Some((on - birth) / 10_000)
}

/// How recent data seem by a path: `archive`, `old`, `v1` and past years lie behind.
fn recency(path: &str) -> i32 {
    let words: Vec<String> = path.split(['/', '#', '!']).flat_map(super::catalogue::words).collect();
    let old = ["archive", "archived", "old", "backup", "bak", "former", "previous", "legacy", "historic", "history", "deprecated"];
    let mut rank = 0;
    for word in &words {
        if old.contains(&word.as_str()) {
            rank -= 100;
        }
        if let Some(version) = word.strip_prefix('v').and_then(|digits| digits.parse::<i32>().ok()).filter(|version| *version < 50) {
            rank += version - 50;
        }
    }
    rank
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_turn_on_the_birthday() {
        assert_eq!(age(20_080_115, 20_260_114), Some(17));
        assert_eq!(age(20_080_115, 20_260_115), Some(18));
        assert_eq!(age(0, 20_260_115), None);
    }

    #[test]
    fn ids_of_people_are_read_like_other_numbers_in_base_32_and_lie_in_the_order_of_their_text() {
        let mut ids: Vec<PersonId> = [0, 1, 77, 78, u64::MAX].into_iter().map(PersonId::of).collect();
        for id in &ids {
            assert_eq!(id.to_string(), format!("P-{}", crate::base::token::base32(id.0.into(), 13)));
        }
        ids.sort_unstable();
        assert!(ids.is_sorted_by_key(|id| id.to_string()));
    }

    #[test]
    fn archives_and_versions_are_older() {
        assert!(recency("share/sales/crm_2025.csv") > recency("share/sales/archive/crm_v3.csv"));
        assert!(recency("share/sales/archive/crm_v3.csv") > recency("share/sales/archive/crm_v1.csv"));
    }
}
