//! Cars and trips, who owns them, and who may do what with them.
//!
//! ```text
//! cargo run --example drivers
//! cargo run --example drivers -- createsuperuser
//! ```

use std::process::ExitCode;

use refrain_examples::drivers::Drivers;
use tracing_subscriber::{filter::Targets, prelude::*};

fn main() -> ExitCode {
    // `RUST_LOG=debug` shows the statements, without their values
    let wanted = std::env::var("RUST_LOG").ok().and_then(|wanted| wanted.parse::<Targets>().ok());
    let filter = wanted.unwrap_or_else(|| Targets::new().with_default(tracing_subscriber::filter::LevelFilter::WARN));
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr))
        .with(filter)
        .init();
    refrain::cli::run::<Drivers>()
}
