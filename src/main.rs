//! The `imagelock` program, which is in the library: see `src/cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    imagelock::run()
}
