//! Rebuilds when a pattern file changes: the macros that embed `patterns/` do not notice by themselves.
#![expect(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]

fn main() {
    println!("cargo:rerun-if-changed=patterns");
    println!("cargo:rerun-if-changed=build.rs");
}
