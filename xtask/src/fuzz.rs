//! `cargo xtask fuzz`.

use clap::Args;

use crate::{
    Result,
    run::{cargo, show},
    test::{ONLY, Only, reach},
};

#[derive(Args)]
pub(crate) struct Options {
    /// These targets, all of them when left out: `paths`, `bodies`, `authorization`, `stored_hashes`, `expressions`,
    /// `object_pk`; or one on one database, as `object_pk::…::postgres`.
    targets: Vec<String>,
    /// How long each target runs, on each database.
    #[arg(long, default_value = "10")]
    minutes: f64,
    /// Leave the other databases out.
    #[arg(long, value_enum)]
    only: Option<Only>,
}

/// Runs the targets one after the other; a small input for each new way in which inputs are taken is added to
/// `tests/fuzz/corpus`.
pub(crate) fn run(options: &Options) -> Result {
    let mut test = cargo(&["test", "--workspace", "--all-features", "--test", "fuzz", "--"]);
    test.args(["--nocapture", "--test-threads=1"]).args(&options.targets);
    test.env("REFRAIN_FUZZ_MINUTES", options.minutes.to_string());
    let (_servers, environment) = match options.only {
        Some(Only::Sqlite) => (None, vec![(ONLY.to_owned(), "sqlite".to_owned())]),
        None => reach()?,
    };
    show(test.env_remove(ONLY).envs(environment))
}
