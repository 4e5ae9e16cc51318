//! Organizations, their projects, tasks and comments: a service whose rules hang on each other, each said once.
//!
//! ```text
//! cargo run --example tracker
//! ```

use std::process::ExitCode;

use refrain_examples::tracker::Tracker;
use tracing_subscriber::{filter::Targets, prelude::*};

fn main() -> ExitCode {
    // `RUST_LOG=debug` shows the statements, without their values
    let wanted = std::env::var("RUST_LOG").ok().and_then(|wanted| wanted.parse::<Targets>().ok());
    let filter = wanted.unwrap_or_else(|| Targets::new().with_default(tracing_subscriber::filter::LevelFilter::WARN));
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr))
        .with(filter)
        .init();
    refrain::cli::run::<Tracker>()
}
