//! `cargo xtask soak`.

use clap::Args;

use crate::{
    Result,
    install::POSTGRES,
    run::{cargo, show},
    test::{ONLY, reach},
};

#[derive(Args)]
pub(crate) struct Options {
    /// How long it lasts.
    #[arg(long, default_value = "600")]
    seconds: u64,
    /// What the faults follow from, as an earlier run printed it; another one each time when left out.
    #[arg(long)]
    seed: Option<u64>,
}

/// Runs the test that is short in the suite.
pub(crate) fn run(options: &Options) -> Result {
    POSTGRES.programs()?;
    let all = ["--workspace", "--all-features"];
    // the program that it starts, which cargo builds for a whole run of the tests alone
    show(cargo(&["build", "--example", "drivers"]).args(all))?;
    let mut test = cargo(&["test", "--test", "two_nodes"]);
    test.args(all).args(["--", "--nocapture", "soak::"]).env("REFRAIN_SOAK_SECONDS", options.seconds.to_string());
    if let Some(seed) = options.seed {
        test.env("REFRAIN_SOAK_SEED", seed.to_string());
    }
    let (_servers, environment) = reach()?;
    show(test.env_remove(ONLY).envs(environment))
}
