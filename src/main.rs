//! The `breachscope` program.

/// Resolution and reports make many small values; see Cargo.toml for what this is worth.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    breachscope::cli::run()
}
