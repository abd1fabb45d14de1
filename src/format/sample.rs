//! A sink that keeps the first rows of every table: what a plan hands on as samples.

use super::{Member, Rows, SAMPLE_BYTES, SAMPLE_ROWS, Sample, Sink, TableId, TableSpec, Text, Wants};
use crate::base::Problem;

/// Keeps the first rows of every table, and nothing else.
#[derive(Default)]
pub(super) struct Sampler {
    pub(super) samples: Vec<Sample>,
    /// Of each sample: its bytes so far, and whether its rows end with a parent's number.
    kept: Vec<Kept>,
}

#[derive(Clone, Copy, Default)]
struct Kept {
    bytes: usize,
    child: bool,
}

impl Sampler {
    /// Whether every table met so far has its sample.
    pub(super) fn is_full(&self) -> bool {
        !self.samples.is_empty() && self.samples.iter().zip(&self.kept).all(|(sample, kept)| is_full(sample, *kept))
    }
}

fn is_full(sample: &Sample, kept: Kept) -> bool {
    sample.rows.len() >= SAMPLE_ROWS || kept.bytes >= SAMPLE_BYTES
}

impl Sink for Sampler {
    fn table(&mut self, spec: &TableSpec<'_>) -> TableId {
        let at = self.samples.iter().position(|sample| sample.name.as_deref() == spec.name).unwrap_or_else(|| {
            self.samples.push(Sample { name: spec.name.map(str::to_owned), ..Sample::default() });
            self.kept.push(Kept { bytes: 0, child: spec.parent.is_some() });
            self.samples.len() - 1
        });
        let sample = &mut self.samples[at];
        sample.columns = spec.columns.map(|columns| columns.iter().map(|name| (*name).to_owned()).collect());
        let width = spec.columns.map_or(spec.width, <[&str]>::len);
        for row in &mut sample.rows {
            while row.len() < width {
                row.insert(row.len() - usize::from(self.kept[at].child && !row.is_empty()), None);
            }
        }
        TableId(u32::try_from(at).unwrap_or(u32::MAX))
    }

    fn rows(&mut self, rows: &Rows<'_>) {
        let at = rows.table.0 as usize;
        let (Some(sample), Some(kept)) = (self.samples.get_mut(at), self.kept.get_mut(at)) else { return };
        for row in 0..rows.len() {
            if is_full(sample, *kept) {
                return;
            }
            let cells: Vec<Option<Vec<u8>>> = (0..rows.width).map(|column| rows.cell(row, column).map(<[u8]>::to_vec)).collect();
            kept.bytes += cells.iter().flatten().map(Vec::len).sum::<usize>();
            sample.rows.push(cells);
        }
    }

    fn wants(&self, table: TableId) -> Wants {
        let at = table.0 as usize;
        let full = self.samples.get(at).zip(self.kept.get(at)).is_none_or(|(sample, kept)| is_full(sample, *kept));
        if full { Wants::Nothing } else { Wants::ALL }
    }

    fn text(&mut self, _: &Text<'_>) {}

    fn item(&mut self, _: Member<'_>) {}

    fn unread(&mut self, _: &[u8], _: Option<u64>, _: Problem) {}

    fn problem(&mut self, _: Problem) {}

    fn schema(&mut self, _: &str, _: &[&str]) {}

    fn known_columns(&self, _: &str) -> Option<Vec<String>> {
        None
    }

    fn in_memory(&self) -> usize {
        0
    }
}
