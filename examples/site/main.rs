//! Pages: people log in, see a list, and change what they may; buttons are there for whoever may press them.
//!
//! ```text
//! cargo run --example site
//! ```

use std::process::ExitCode;

use refrain_examples::site::Site;

fn main() -> ExitCode {
    refrain::cli::run::<Site>()
}
