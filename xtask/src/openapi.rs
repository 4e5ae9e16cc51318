//! `cargo xtask openapi`.

use clap::Args;

use crate::{
    Result,
    run::{cargo, show},
    tools,
};

/// The package that holds the document to the program, and the clients to the document.
pub(crate) const PACKAGE: &str = "refrain-openapi";

#[derive(Args)]
pub(crate) struct Options {
    /// Change nothing; fail where a file is not as it would be made.
    #[arg(long)]
    check: bool,
}

/// Makes `openapi/drivers.json` and `openapi/tracker.json`, and the clients from them.
pub(crate) fn run(options: &Options) -> Result {
    let environment = tools::prepare()?;
    // of the whole workspace, whose dependencies are built already
    let mut test = cargo(&["test", "--workspace", "--all-features", "--test", "up_to_date"]);
    if options.check {
        test.env_remove("REFRAIN_OPENAPI");
    } else {
        test.env("REFRAIN_OPENAPI", "write");
    }
    show(test.envs(environment))
}
