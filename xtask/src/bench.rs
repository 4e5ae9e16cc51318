//! `cargo xtask bench`.

use clap::{Args, ValueEnum};

use crate::{
    Result,
    run::{cargo, show},
    stop::Stop,
    test::reach,
};

#[derive(Args)]
pub(crate) struct Options {
    /// This one, all of them when left out.
    #[arg(value_enum)]
    bench: Option<Bench>,
    /// Arguments for the bench, such as `--rows 10000` for `grants`.
    #[arg(last = true)]
    arguments: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Bench {
    /// One decision, without a database.
    Decision,
    /// A viewset's route against a handler written by hand, over HTTP on SQLite.
    Http,
    /// Lists and checks over growing tables of grants, on SQLite, PostgreSQL and MariaDB.
    Grants,
}

/// Runs the benches one after the other.
pub(crate) fn run(options: &Options) -> Result {
    let stop = Stop::on_ctrl_c()?;
    let benches = options.bench.as_ref().map_or(Bench::value_variants(), std::slice::from_ref);
    benches.iter().try_for_each(|bench| {
        let name = match bench {
            Bench::Decision => "decision",
            Bench::Http => "http",
            Bench::Grants => "grants",
        };
        // dropped, and so stopped, when the bench has ended
        let (_servers, environment) = if *bench == Bench::Grants { reach()? } else { (None, Vec::new()) };
        let mut command = cargo(&["bench", "-p", "refrain", "--all-features", "--bench", name, "--"]);
        show(command.args(&options.arguments).envs(environment))?;
        if stop.heard() { Err("stopped".to_owned()) } else { Ok(()) }
    })
}
