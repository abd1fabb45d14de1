//! Reads the pattern files that every run begins with, so that no run has to: word lists become the tables the program
//! looks words up in, TOML becomes JSON, which takes a third of the time to read. And rebuilds when a pattern file changes: the macros that embed `patterns/` do not notice by themselves.

use std::{env, error::Error, fmt::Write, fs, path::Path};

#[path = "src/detect/lexicon/table.rs"]
mod table;

use table::{SLOT, flag, lines, place};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=patterns");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/detect/lexicon/table.rs");
    let out = env::var("OUT_DIR")?;

    let names = fs::read_to_string("patterns/lexicons/names.tsv")?;
    let words = fs::read_to_string("patterns/lexicons/words.txt")?;
    let known = lines(&names).filter_map(|line| line.split_once('\t')).map(|(name, kinds)| (name, kinds.bytes().fold(0, kind)));
    let entries: Vec<(&str, u8)> = known.chain(lines(&words).map(|word| (word, flag::PLAIN))).collect();
    fs::write(Path::new(&out).join("names.table"), lay_out(&entries))?;

    let cities = fs::read_to_string("patterns/lexicons/cities.tsv")?;
    let entries: Vec<(&str, u8)> = lines(&cities).map(|line| (line.split('\t').next().unwrap_or(line), 1)).collect();
    fs::write(Path::new(&out).join("cities.table"), lay_out(&entries))?;

    fs::write(Path::new(&out).join("header-words.json"), digest(Path::new("patterns/lexicons/header-words.toml"))?)?;
    let mut detectors = String::new();
    for entry in walkdir::WalkDir::new("patterns/detectors").sort_by_file_name() {
        let entry = entry?;
        if entry.path().extension().is_some_and(|ending| ending == "toml") {
            let path = entry.path().strip_prefix("patterns/detectors")?.to_string_lossy().replace('\\', "/");
            writeln!(detectors, "{path}\t{}", digest(entry.path())?)?;
        }
    }
    fs::write(Path::new(&out).join("detectors.jsonl"), detectors)?;
    Ok(())
}

/// A TOML file as JSON on one line.
fn digest(path: &Path) -> Result<String, Box<dyn Error>> {
    let read: serde_json::Value = toml::from_str(&fs::read_to_string(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(read.to_string())
}

/// Adds what a letter of the list of names says.
fn kind(flags: u8, letter: u8) -> u8 {
    flags
        | match letter {
            b'G' => flag::GIVEN,
            b'g' => flag::RARE_GIVEN,
            b'S' => flag::SURNAME,
            b's' => flag::RARE_SURNAME,
            b'w' => flag::WORD,
            _ => 0,
        }
}

/// The table of these words, at least half of it free; a word that stands twice has the flags of both.
fn lay_out(entries: &[(&str, u8)]) -> Vec<u8> {
    let slots = (entries.len() * 2).next_power_of_two();
    let mut table = vec![0_u32; slots];
    for (word, flags) in entries {
        let (mut at, print) = place(word.as_bytes(), slots);
        while table[at] != 0 && table[at] >> 8 != print {
            at = (at + 1) & (slots - 1);
        }
        table[at] |= print << 8 | u32::from(*flags);
    }
    const { assert!(size_of::<u32>() == SLOT) };
    table.into_iter().flat_map(u32::to_le_bytes).collect()
}
