//! Names and mailboxes that are no person's: firms, agencies, functions.

use super::name;
use smallvec::SmallVec;

/// Mailboxes of a function, not of a person (RFC 2142 and common practice).
pub fn is_role_mailbox(email: &str) -> bool {
    let end = email.bytes().position(|byte| matches!(byte, b'@' | b'+' | b'-' | b'_' | b'.')).unwrap_or(email.len());
    email.get(..end).is_some_and(|local| ROLES.has(local))
}

static ROLES: Words = Words::new(&[
    "info",
    "contact",
    "hello",
    "office",
    "admin",
    "administrator",
    "support",
    "help",
    "helpdesk",
    "sales",
    "marketing",
    "billing",
    "accounts",
    "accounting",
    "accountspayable",
    "ap",
    "ar",
    "invoices",
    "invoice",
    "finance",
    "hr",
    "jobs",
    "careers",
    "recruiting",
    "press",
    "media",
    "legal",
    "privacy",
    "security",
    "abuse",
    "postmaster",
    "hostmaster",
    "webmaster",
    "noreply",
    "no",
    "donotreply",
    "mailer",
    "root",
    "team",
    "service",
    "kundenservice",
    "kontakt",
    "buchhaltung",
    "orders",
    "shop",
    "claims",
    "enquiries",
    "inquiries",
    "feedback",
    "newsletter",
    "notifications",
    "alerts",
    "reception",
    "payroll",
    "it",
    "ops",
    "dev",
    "sysadmin",
    "operations",
    "procurement",
    "purchasing",
    "all",
    "staff",
]);

/// Words to be told from all others. Most are told by their length and first letter.
struct Words {
    words: &'static [&'static str],
    /// By length, a bit for each first letter.
    firsts: [u32; Words::LONGEST + 1],
}

impl Words {
    const LONGEST: usize = 15;

    const fn new(words: &'static [&'static str]) -> Words {
        let mut firsts = [0; Words::LONGEST + 1];
        let mut at = 0;
        while at < words.len() {
            let word = words[at].as_bytes();
            firsts[word.len()] |= 1 << (word[0] % 32);
            at += 1;
        }
        Words { words, firsts }
    }

    fn has(&self, word: &str) -> bool {
        let first = word.bytes().next().unwrap_or_default();
        self.firsts.get(word.len()).is_some_and(|firsts| firsts >> (first % 32) & 1 == 1) && self.words.contains(&word)
    }
}

/// Legal forms.
static FORMS: Words = Words::new(&[
    "inc",
    "llc",
    "ltd",
    "gmbh",
    "ag",
    "kg",
    "corp",
    "corporation",
    "plc",
    "llp",
    "pllc",
    "bv",
    "nv",
    "srl",
    "spa",
    "sarl",
    "sas",
    "sl",
    "oy",
    "ab",
    "pty",
    "limited",
    "incorporated",
    "ltda",
    "eireli",
    "kgaa",
    "ohg",
    "co",
]);

/// What firms, agencies and functions are called.
static BODIES: Words = Words::new(&[
    "company",
    "bank",
    "hospital",
    "clinic",
    "university",
    "school",
    "department",
    "agency",
    "association",
    "foundation",
    "holdings",
    "group",
    "services",
    "solutions",
    "logistics",
    "consulting",
    "insurance",
    "systems",
    "technologies",
    "industries",
    "partners",
    "associates",
    "accounts",
    "payable",
    "customer",
    "support",
    "team",
    "office",
    "council",
    "institute",
    "trust",
    "society",
    "restaurant",
    "hotel",
    "test",
    "bakery",
    "plumbing",
    "construction",
    "motors",
    "pharmacy",
    "dental",
    "supplies",
    "enterprises",
    "trading",
    "studio",
    "studios",
    "cafe",
]);

/// Names of firms and agencies stand in people tables too.
pub fn is_organisation(shown: &str) -> bool {
    let folded = name::folded(shown);
    let words: SmallVec<[&str; 8]> = name::words(&folded).collect();
    is_organisation_of(&words)
}

/// The same of its words, folded.
pub(super) fn is_organisation_of(words: &[&str]) -> bool {
    if words.len() < 2 {
        return words.first().is_some_and(|word| FORMS.has(word) || *word == "test");
    }
    // `S.A.` and `S.L.` fold to `sa`, `sl`.
    let last = words.last().copied().unwrap_or_default();
    FORMS.has(last) && last != "co" && last != "ab" && last != "ag"
        || ["sa", "ag", "ab", "co"].contains(&last) && words.len() > 2
        || words.iter().any(|word| BODIES.has(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn firms_and_functions_are_not_people() {
        for firm in ["Banco do Vale S.A.", "Acme Inc.", "Nordsee Handels GmbH", "Accounts Payable", "Test User", "First National Bank"] {
            assert!(is_organisation(firm), "{firm}");
        }
        for person in ["Jane Doe", "Marco Sala", "Anna Inckel", "Sara Ag", "Mary Co"] {
            assert!(!is_organisation(person), "{person}");
        }
        assert!(is_role_mailbox("accounts@bank.example") && is_role_mailbox("no-reply@x.example"));
        assert!(!is_role_mailbox("jane.doe@x.example"));
    }
}
