//! BreachScope: who is in a leak, what of theirs is exposed, and who must be told.
//!
//! Six nouns, in the order a byte meets them: an [`source::Item`] (a file or an archive
//! member) holds records; a record yields findings; the findings of one record that speak
//! of one person are a mention; mentions resolve to individuals; individuals
//! and the facts of the incident derive duties. A module imports only from modules above it
//! in the list below (`tests/tidy.rs` holds it to that). Start at [`scan::scan`].

pub mod base;
pub mod cli;
pub mod detect;
pub mod evidence;
pub mod format;
pub mod gate;
pub mod impact;
pub mod law;
pub mod people;
pub mod report;
pub mod scan;
pub mod source;
