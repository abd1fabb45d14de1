//! The `breachscope` program.

fn main() -> std::process::ExitCode {
    breachscope::cli::run()
}
