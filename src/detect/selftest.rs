//! Every detector file proves itself: its finds are found exactly, its ignores are not, its
//! cells are read as it says. The same test runs in `cargo test` and for users' own files.

use super::{Detector, DetectorId, Detectors, Fault, Profile, Reading, Scratch};
use crate::format::{Sample, TextKind};

impl Detectors {
    /// What is wrong with any file's own examples; nothing when all hold.
    pub fn self_test(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (id, detector) in self.enumerate() {
            let mut fault = |message: String| faults.push(Fault::of_file(&detector.id, message));
            self.test_counts(detector, &mut fault);
            self.test_text(id, detector, &mut fault);
            self.test_cells(id, detector, &mut fault);
        }
        faults
    }

    fn test_counts(&self, detector: &Detector, fault: &mut impl FnMut(String)) {
        let finds_text = !detector.text_shapes.is_empty() || detector.text.scanner.is_some() || !detector.text.phrases.is_empty();
        if finds_text && (detector.examples.finds.len() < 2 || detector.examples.ignores.len() < 2) {
            fault("a detector with `[text]` needs two `finds` and two `ignores`".to_owned());
        }
        let has_column = !detector.column.names.is_empty() || !detector.column.weak.is_empty();
        if has_column && detector.examples.cells.is_empty() {
            fault("a detector with `[column]` needs an example in `cells`".to_owned());
        }
        if detector.name.is_empty() || (detector.sources.is_empty() && !detector.checks.is_empty()) {
            fault("a name, and sources for what is checked, are needed".to_owned());
        }
    }

    fn test_text(&self, id: DetectorId, detector: &Detector, fault: &mut impl FnMut(String)) {
        for example in &detector.examples.finds {
            let (text, wanted) = marked(example);
            let got = self.spans(id, text.as_bytes());
            if got != wanted {
                let shown: Vec<&str> = got.iter().filter_map(|(from, to)| text.get(*from..*to)).collect();
                fault(format!("`finds` {:?}: found {shown:?}", example));
            }
        }
        for ignored in &detector.examples.ignores {
            let text = &ignored.text;
            let got: Vec<&str> = self.spans(id, text.as_bytes()).iter().filter_map(|(from, to)| text.get(*from..*to)).collect();
            if !got.is_empty() {
                fault(format!("`ignores` {text:?}: found {got:?}, but {}", ignored.why));
            }
        }
    }

    /// Where this detector finds values that are no known test values.
    fn spans(&self, id: DetectorId, text: &[u8]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        self.scan_text(text, TextKind::Prose, &mut found);
        found.iter().filter(|one| one.detector == id && !one.test_value).map(|one| (one.start, one.start + one.length)).collect()
    }

    fn test_cells(&self, id: DetectorId, detector: &Detector, fault: &mut impl FnMut(String)) {
        for cell in &detector.examples.cells {
            let row = vec![Some(cell.value.clone().into_bytes())];
            let sample = Sample { name: None, columns: cell.column.clone().map(|name| vec![name]), rows: vec![row; 5] };
            let profile = self.profile(&sample);
            let got = self.one_cell(id, &profile, cell.value.as_bytes());
            let wanted = if cell.test { Some("(test)".to_owned()) } else { cell.reads.clone() };
            if got != wanted {
                let reason = profile.columns.first().map_or("", |column| column.reason.as_str());
                fault(format!("cell {:?} under {:?}: read {got:?}, wanted {wanted:?}; {reason}", cell.value, cell.column));
            }
        }
    }

    fn one_cell(&self, id: DetectorId, profile: &Profile, value: &[u8]) -> Option<String> {
        if profile.columns.first()?.detector != Some(id) {
            return None;
        }
        match profile.read(self, 0, value, &mut Scratch::default()) {
            Reading::Value { normalised, .. } => Some(String::from_utf8_lossy(normalised).into_owned()),
            Reading::Test { .. } => Some("(test)".to_owned()),
            _ => None,
        }
    }
}

/// The text without its marks, and what stood between « and ».
fn marked(example: &str) -> (String, Vec<(usize, usize)>) {
    let mut text = String::new();
    let (mut spans, mut open) = (Vec::new(), 0);
    for c in example.chars() {
        match c {
            '«' => open = text.len(),
            '»' => spans.push((open, text.len())),
            _ => text.push(c),
        }
    }
    (text, spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_detector_file_passes_its_own_examples() {
        let detectors = Detectors::builtin().expect("built-in files load");
        let faults = detectors.self_test();
        let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert!(faults.is_empty(), "{}", shown.join("\n\n"));
    }

    #[test]
    fn the_catalogue_has_the_numbers_of_seventy_countries_and_the_tokens_of_a_hundred_and_fifty_kinds() {
        let detectors = Detectors::builtin().expect("built-in files load");
        assert!(detectors.iter().count() >= 350);
        let countries: std::collections::BTreeSet<[u8; 2]> = detectors
            .iter()
            .filter(|detector| detector.meaning == crate::base::Meaning::PersonalNumber)
            .filter_map(|detector| match detector.scope {
                crate::detect::Scope::Country(country) => Some(country),
                crate::detect::Scope::World => None,
            })
            .collect();
        assert!(countries.len() >= 70, "{}", countries.len());
        let tokens: std::collections::BTreeSet<&str> =
            detectors.iter().flat_map(|detector| &detector.text.tokens).map(|token| token.prefix.as_str()).collect();
        assert!(tokens.len() >= 150, "{}", tokens.len());
    }

    #[test]
    fn the_detector_that_the_guide_builds_from_nothing_works_to_the_letter() {
        let guide = include_str!("../../docs/detectors.md");
        let file = guide
            .split("```toml\n")
            .find(|block| block.starts_with("name = \"Library number\""))
            .and_then(|block| block.split("```").next());
        let folder = tempfile::tempdir().expect("a scratch folder");
        std::fs::create_dir(folder.path().join("xx")).expect("a folder");
        std::fs::write(folder.path().join("xx/library.toml"), file.expect("the block of the guide")).expect("written");
        let detectors = Detectors::load(&[folder.path().to_owned()]).expect("loads");
        assert_eq!(detectors.self_test(), []);
        let steps = detectors.explain(detectors.place_of("xx_library").expect("loaded"), "123-455").join("\n");
        assert!(steps.contains("check luhn: holds") && steps.contains("a valid value"), "{steps}");
    }

    #[test]
    fn marks_are_taken_out() {
        assert_eq!(marked("a «bc» d"), ("a bc d".to_owned(), vec![(2, 4)]));
    }
}
