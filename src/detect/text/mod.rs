//! Free text.

use super::{Detector, DetectorId, Detectors, Protection};
use crate::format::TextKind;

/// A value found in text.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub detector: DetectorId,
    pub start: usize,
    pub length: usize,
    pub normalised: Box<[u8]>,
    pub bits: f32,
    pub protection: Protection,
    pub test_value: bool,
}

#[derive(Debug)]
pub(super) struct Scanner;

impl Scanner {
    pub(super) fn of(_: &[Detector]) -> Result<Scanner, String> {
        Ok(Scanner)
    }
}

impl Detectors {
    /// Findings in one stretch of text, by position; overlapping ones resolved to the strongest.
    pub fn scan_text(&self, _text: &[u8], _kind: TextKind, _found: &mut Vec<Finding>) {}
}
