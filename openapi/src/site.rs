//! The pages, as `cargo run --example site` serves them.

use std::process::ExitCode;

use refrain_examples::site::Site;

fn main() -> ExitCode {
    refrain::cli::run::<Site>()
}
