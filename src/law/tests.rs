//! Tests of the stage as a whole.

use super::*;
use crate::base::Element;

#[test]
fn every_law_file_passes_its_own_examples() {
    let laws = Law::builtin().unwrap_or_else(|faults| panic!("{}", faults.iter().map(ToString::to_string).collect::<String>()));
    let faults: String = laws.iter().flat_map(Law::self_test).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults}");
}
