//! Rebuilds when a pattern file changes: the macros that embed `patterns/` do not notice by themselves.

fn main() {
    println!("cargo:rerun-if-changed=patterns");
    println!("cargo:rerun-if-changed=build.rs");
}
