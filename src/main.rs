//! Command line → library → exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(feedbake::cli::run(std::env::args_os()))
}
