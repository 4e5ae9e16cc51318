//! The drivers, as `cargo run --example drivers` serves them, with hashes that cost no time.

mod under_test;

use std::process::ExitCode;

use refrain_examples::drivers::Drivers;

use under_test::UnderTest;

fn main() -> ExitCode {
    refrain::cli::run::<UnderTest<Drivers>>()
}
