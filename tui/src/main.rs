//! `sbw-tui`: parses the command line, does what it says, turns errors into words.

use std::process::ExitCode;

fn main() -> ExitCode {
    sbw_tui::main()
}
