//! `breachscope read PATH`: what the detectors see of a file, in the clear.

use super::{Exit, output};
use crate::{
    base::{LogicalPath, Problem},
    format::{self, HEAD, Head, Layout, Layouts, Member, Rows, Sink, TableId, TableSpec, Text},
    source::{Bytes, Input, Passwords, budget::Limits},
};
use anyhow::Context;
use clap::Args;
use std::{path::PathBuf, sync::Arc};

/// Show what the detectors see of a file: records, fields, text (clear values!).
#[derive(Debug, Args)]
pub(super) struct Read {
    /// A file or archive
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// Passwords to try on encrypted archives and documents, one on each line
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Where the fields stand in files of fixed-width records; see docs/formats.md
    #[arg(long, value_name = "FILE")]
    layout: Option<PathBuf>,
}

impl Read {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let bytes = Bytes::open(&self.path, true).with_context(|| super::Usage(format!("`{}` cannot be read", self.path.display())))?;
        let name = self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let path = LogicalPath::from_root(&name, std::path::Path::new(""));
        let (passwords, layouts) = (super::passwords(self.password_file.as_deref())?, super::layouts(self.layout.as_deref())?);
        let mut printer = Printer { path, tables: Vec::new(), depth: 0, passwords, layouts };
        printer.read(bytes.as_slice());
        Ok(Exit::Done)
    }
}

/// Prints what a format tells. A pipe that closes ends nothing but the printing.
struct Printer {
    path: LogicalPath,
    tables: Vec<(String, Option<Vec<String>>)>,
    depth: u32,
    passwords: Passwords,
    layouts: Layouts,
}

impl Printer {
    fn read(&mut self, bytes: &[u8]) {
        let name = self.path.file_name().to_lowercase();
        let head = Head { bytes: &bytes[..bytes.len().min(HEAD)], name: &name, whole: bytes.len() <= HEAD };
        let format = format::of_item(&self.path, &head, &self.layouts);
        self.print(&format!("== {} ({})\n", self.path, format.name()));
        format.read(Input::Whole(bytes), self);
    }

    fn print(&self, text: &str) {
        output::raw(text.as_bytes()).ok();
    }
}

impl Sink for Printer {
    fn table(&mut self, spec: &TableSpec<'_>) -> TableId {
        let columns = spec.columns.map(|columns| columns.iter().map(|column| (*column).to_owned()).collect::<Vec<_>>());
        let name = spec.name.unwrap_or_default().to_owned();
        self.print(&format!("-- table {name}\n"));
        if let Some(columns) = &columns {
            self.print(&format!("{}\n", columns.join("\t")));
        }
        self.tables.push((name, columns));
        TableId((self.tables.len() - 1) as u32)
    }

    fn rows(&mut self, rows: &Rows<'_>) {
        let mut out = Vec::new();
        for row in 0..rows.len() {
            for column in 0..rows.width {
                if column > 0 {
                    out.push(b'\t');
                }
                out.extend_from_slice(rows.cell(row, column).unwrap_or_default());
            }
            out.push(b'\n');
        }
        output::raw(&out).ok();
    }

    fn text(&mut self, text: &Text<'_>) {
        output::raw(text.bytes).ok();
        if !text.bytes.ends_with(b"\n") {
            output::raw(b"\n").ok();
        }
    }

    fn item(&mut self, member: Member<'_>) {
        if self.depth >= Limits::default().depth {
            return;
        }
        let path = if member.step { self.path.member(member.name) } else { self.path.part(&String::from_utf8_lossy(member.name)) };
        let (bytes, error) = member.content.into_whole(Limits::default().in_memory);
        let mut inner =
            Printer { path, tables: Vec::new(), depth: self.depth + 1, passwords: self.passwords.clone(), layouts: self.layouts.clone() };
        inner.read(&bytes);
        if let Some(error) = error {
            inner.problem(format::read_problem(&error));
        }
    }

    fn unread(&mut self, name: &[u8], _size: Option<u64>, problem: Problem) {
        self.print(&format!("!! {}: {}: {}\n", self.path.member(name), problem.category.word(), problem.detail));
    }

    fn problem(&mut self, problem: Problem) {
        self.print(&format!("!! {}: {}: {}\n", self.path, problem.category.word(), problem.detail));
    }

    fn schema(&mut self, _table: &str, _columns: &[&str]) {}

    fn known_columns(&self, _table: &str) -> Option<Vec<String>> {
        None
    }

    fn layout(&self) -> Option<Arc<Layout>> {
        self.layouts.of(&self.path.to_string())
    }

    fn passwords(&self) -> Passwords {
        self.passwords.clone()
    }

    fn in_memory(&self) -> usize {
        Limits::default().in_memory
    }
}
