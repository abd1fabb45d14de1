//! What the names of tables, files and folders say of the people in them.

use super::catalogue::words;
use crate::base::Role;

/// What the name of a table, else the names of the file and its folders, say of the people in it.
pub fn of_table(table: &str, path: &str) -> Role {
    let own = of_words(&words(table));
    if own != Role::Unknown {
        return own;
    }
    path.rsplit(['/', '#']).take(3).map(|part| of_words(&words(part))).find(|role| *role != Role::Unknown).unwrap_or_default()
}

fn of_words(words: &[String]) -> Role {
    words.iter().map(|word| of_word(word)).find(|role| *role != Role::Unknown).unwrap_or_default()
}

fn of_word(word: &str) -> Role {
    let singular = word.strip_suffix('s').unwrap_or(word);
    LEXICON.iter().find(|(listed, _)| *listed == word || *listed == singular).map_or(Role::Unknown, |(_, role)| *role)
}

/// Words of table, file and folder names. The first word that tells decides.
const LEXICON: &[(&str, Role)] = &[
    ("provider", Role::Professional),
    ("physician", Role::Professional),
    ("doctor", Role::Professional),
    ("clinician", Role::Professional),
    ("practitioner", Role::Professional),
    ("prescriber", Role::Professional),
    ("therapist", Role::Professional),
    ("attorney", Role::Professional),
    ("dependent", Role::Dependant),
    ("dependant", Role::Dependant),
    ("beneficiary", Role::Dependant),
    ("beneficiaries", Role::Dependant),
    ("children", Role::Dependant),
    ("emergency", Role::Contact),
    ("kin", Role::Contact),
    ("patient", Role::Patient),
    ("patienten", Role::Patient),
    ("claim", Role::Patient),
    ("student", Role::Student),
    ("pupil", Role::Student),
    ("alumni", Role::Student),
    ("employee", Role::Employee),
    ("payroll", Role::Employee),
    ("staff", Role::Employee),
    ("personnel", Role::Employee),
    ("mitarbeiter", Role::Employee),
    ("salary", Role::Employee),
    ("salaries", Role::Employee),
    ("hr", Role::Employee),
    ("emp", Role::Employee),
    ("w2", Role::Employee),
    ("customer", Role::Customer),
    ("client", Role::Customer),
    ("kunden", Role::Customer),
    ("kunde", Role::Customer),
    ("user", Role::Customer),
    ("member", Role::Customer),
    ("subscriber", Role::Customer),
    ("crm", Role::Customer),
    ("account", Role::Customer),
    ("order", Role::Customer),
    ("shop", Role::Customer),
    ("guest", Role::Customer),
    ("borrower", Role::Customer),
];

/// Whether a key of this name is a person's (`customer`, `patient`, `employee`).
pub fn is_person_word(stem: &str) -> bool {
    of_word(stem) != Role::Unknown
        || ["person", "contact", "individual", "subject", "participant", "holder", "owner", "applicant"].contains(&stem)
}

/// Whether a table lists organisations: rows without a person's name are no people.
pub fn is_organisation_table(table: &str) -> bool {
    const WORDS: &[&str] = &[
        "organization",
        "organisation",
        "company",
        "companies",
        "payer",
        "vendor",
        "supplier",
        "store",
        "shop",
        "branch",
        "branches",
        "department",
        "insurer",
        "hospital",
        "facility",
        "facilities",
        "partner",
        "merchant",
        "agency",
        "agencies",
        "carrier",
        "bank",
        "school",
        "firm",
        "lieferant",
        "lieferanten",
        "firma",
        "firmen",
        "fournisseur",
        "proveedor",
        "warehouse",
        "office",
        "dealer",
        "clinic",
        "manufacturer",
        "institution",
    ];
    words(table).iter().any(|word| WORDS.contains(&word.as_str()) || word.strip_suffix('s').is_some_and(|stem| WORDS.contains(&stem)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_names_come_before_folders() {
        assert_eq!(of_table("providers", "x/patients/providers.csv"), Role::Professional);
        assert_eq!(of_table("data_2025", "share/hr/data_2025.csv"), Role::Employee);
        assert_eq!(of_table("Customer", "dump.sql"), Role::Customer);
        assert_eq!(of_table("t1", "x/y.csv"), Role::Unknown);
    }
}
