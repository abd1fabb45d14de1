//! Stub.
use super::{Claim, Format, Head, Sink};
use crate::source::Input;
/// Stub.
#[derive(Clone, Copy, Debug)]
pub struct Sql;
impl Format for Sql {
    fn name(&self) -> &'static str {
        "sql"
    }
    fn claim(&self, _: &Head<'_>) -> Claim {
        Claim::No
    }
    fn read(&self, _: Input<'_>, _: &mut dyn Sink) {}
}
