//! Runs the program: `serve`, where no command is named.

use std::process::ExitCode;

use {{crate_name}}::{{program}};

fn main() -> ExitCode {
    tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::WARN).with_writer(std::io::stderr).init();
    refrain::cli::run::<{{program}}>()
}
