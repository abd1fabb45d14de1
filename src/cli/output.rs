//! What is printed, and how: no control character and no clear value reaches a terminal.

use std::io::Write;

/// Prints results.
pub(super) fn line(text: &str) {
    // A closed pipe is the reader's choice, not an error.
    writeln!(std::io::stdout(), "{}", printable(text)).ok();
}

/// Prints bytes as they are (records of `read`, which a person asked to see).
pub(super) fn raw(bytes: &[u8]) -> std::io::Result<()> {
    std::io::stdout().write_all(bytes)
}

/// Prints what a writer writes, in large pieces.
pub(super) fn stream(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    // A closed pipe is the reader's choice, not an error.
    write(&mut out).and_then(|()| out.flush()).ok();
}

/// Prints a note beside the results.
pub(super) fn note(text: &str) {
    writeln!(std::io::stderr(), "{}", printable(text)).ok();
}

/// Prints an error with its causes, and its remedy if it names one.
pub(super) fn error(error: &anyhow::Error) {
    let mut text = format!("error: {error}");
    let mut last = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !last.contains(&cause) {
            text.push_str(&format!("\n  because: {cause}"));
            last = cause;
        }
    }
    note(&text);
}

/// Panics are bugs; their text may hold evidence, so only the place is told.
pub(super) fn hide_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "an unknown place".to_owned(), |place| format!("{}:{}", place.file(), place.line()));
        note(&format!("internal error at {place}: one item is read in part; please report this place"));
    }));
}

/// Escape sequences of hostile names become visible.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{FFFD}' } else { c }).collect()
}
