//! The tracker, as `cargo run --example tracker` serves it, with hashes that cost no time.

mod under_test;

use std::process::ExitCode;

use refrain_examples::tracker::Tracker;

use under_test::UnderTest;

fn main() -> ExitCode {
    refrain::cli::run::<UnderTest<Tracker>>()
}
