//! Stub.
use super::{Claim, Format, Head, Sink};
use crate::source::Input;
/// Stub.
#[derive(Clone, Copy, Debug)]
pub struct Json;
impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }
    fn claim(&self, _: &Head<'_>) -> Claim {
        Claim::No
    }
    fn read(&self, _: Input<'_>, _: &mut dyn Sink) {}
}
