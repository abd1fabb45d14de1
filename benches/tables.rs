//! How fast the table formats split: megabytes per second of CPU-bound reading, each with its row
//! count asserted. Run with `cargo bench --bench tables`.

use breachscope::{
    base::Problem,
    format::{self, Head, Member, Rows, Sink, TableId, TableSpec, Text},
    source::Input,
};
use std::{
    fmt::Write as _,
    io::{self, Write as _},
    time::Instant,
};

/// Rows of every sample.
const ROWS: usize = 200_000;
/// The fastest of so many runs is told: the others were disturbed.
const RUNS: usize = 5;

/// Counts rows and looks at the first cell of each.
#[derive(Default)]
struct Counter {
    rows: usize,
    bytes: usize,
}

impl Sink for Counter {
    fn table(&mut self, _: &TableSpec<'_>) -> TableId {
        TableId(0)
    }

    fn rows(&mut self, rows: &Rows<'_>) {
        self.rows += rows.len();
        self.bytes += (0..rows.len()).filter_map(|row| rows.cell(row, 0)).map(<[u8]>::len).sum::<usize>();
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
        1 << 30
    }
}

const NAMES: [&str; 8] = ["id", "first_name", "last_name", "email", "born", "phone", "address", "balance"];

/// The cells of a row.
fn cells(row: usize) -> [String; 8] {
    [
        row.to_string(),
        ["Ann", "Roberto", "Li"][row % 3].to_owned(),
        ["Smith", "Oyelaran", "Nowak"][row / 3 % 3].to_owned(),
        format!("user{row}@example.org"),
        format!("19{:02}-0{}-1{}", row % 100, row % 9 + 1, row % 10),
        format!("+1 202 555 01{:02}", row % 100),
        format!("{} Main Street Apt {}", row % 999, row % 40),
        format!("{}.{:02}", row * 7 % 100_000, row % 100),
    ]
}

/// A sample: what stands before the rows, each row, what stands after.
fn sample(before: &str, row: impl Fn(usize, &[String; 8]) -> String, after: &str) -> Vec<u8> {
    let rows: String = (0..ROWS).map(|at| row(at, &cells(at))).collect();
    format!("{before}{rows}{after}").into_bytes()
}

fn main() -> io::Result<()> {
    let header = |delimiter: &str| NAMES.join(delimiter) + "\n";
    let quoted = |cells: &[String; 8]| cells.iter().map(|cell| format!("'{cell}'")).collect::<Vec<_>>().join(",");
    let object = |_: usize, cells: &[String; 8]| {
        let mut line = String::from("{");
        NAMES.iter().zip(cells).for_each(|(name, cell)| write!(line, "\"{name}\": \"{cell}\", ").expect("strings grow"));
        line + "\"n\": 1}\n"
    };
    let insert = "INSERT INTO users VALUES ";
    let samples = [
        ("csv", sample(&header(","), |_, cells| cells.join(",") + "\n", "")),
        ("csv, all quoted", sample(&header(","), |_, cells| format!("\"{}\"\n", cells.join("\",\"")), "")),
        ("tsv", sample(&header("\t"), |_, cells| cells.join("\t") + "\n", "")),
        ("sql, rows in one INSERT", sample(insert, |at, cells| format!("{}({})", if at == 0 { "" } else { "," }, quoted(cells)), ";\n")),
        ("sql, one INSERT each", sample("", |_, cells| format!("{insert}({});\n", quoted(cells)), "")),
        ("sql, COPY", sample("COPY users FROM stdin;\n", |_, cells| cells.join("\t") + "\n", "\\.\n")),
        ("json lines", sample("", object, "")),
    ];
    for (name, bytes) in &samples {
        let head = Head { bytes: &bytes[..format::HEAD], name: "", whole: false };
        let format = format::pick(&head).expect("a sample some format claims");
        let seconds = (0..RUNS).map(|_| {
            let mut counter = Counter::default();
            let start = Instant::now();
            format.read(Input::Whole(bytes), &mut counter);
            assert_eq!(counter.rows, ROWS, "{name}");
            start.elapsed().as_secs_f64()
        });
        let fastest = seconds.fold(f64::INFINITY, f64::min);
        writeln!(io::stdout(), "{name:<24} {:>6.0} MB/s", bytes.len() as f64 / 1e6 / fastest)?;
    }
    Ok(())
}
