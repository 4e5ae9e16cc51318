//! `cargo xtask mutants`: changes to the code that decides, each of which a test must notice.
//!
//! cargo-mutants lists the changes and names them. It would build the library anew for each; here one copy of the tree
//! holds every change behind a switch, and an environment variable says which one is on.
//!
//! | step | file |
//! |---|---|
//! | ask cargo-mutants for the changes, by `.cargo/mutants.toml` | `list.rs` |
//! | find the places in the source that they change | `sites.rs` |
//! | write the source with every change behind a switch | `instrument.rs`, `switch.rs` |
//! | copy the tree, leave out what does not compile, build the tests | `tree.rs`, `build.rs`, `blame.rs` |
//! | run every test once, and note which places each one reaches | `tests.rs`, `reach.rs` |
//! | run each change against the tests that reach it | `judge.rs` |
//! | compare the survivors with `docs/mutants.md` | `report.rs` |

mod blame;
mod build;
mod instrument;
mod judge;
mod list;
mod reach;
mod report;
mod sites;
mod switch;
mod tests;
mod tree;

use std::{num::NonZero, thread, time::Duration};

use clap::Args;

use self::{judge::Judge, list::Mutant, report::Report, tests::Stage};
use crate::{
    Result,
    run::has_cargo,
    test::{self, Only},
};

#[derive(Args)]
pub(crate) struct Options {
    /// Only mutants whose names contain one of these, in this order: `src/grants`.
    #[arg(value_name = "PART")]
    parts: Vec<String>,
    /// Those that survived an earlier run without a reason as well, not only those that no run has tried.
    #[arg(long)]
    survivors: bool,
    /// Leave the other databases out.
    #[arg(long, value_enum)]
    only: Option<Only>,
    /// Only the tests that SQLite alone does not run.
    #[arg(long, conflicts_with = "only")]
    servers: bool,
    /// Only these programs of `tests/`, beside the library's own tests.
    #[arg(long = "test", value_name = "NAME")]
    programs: Vec<String>,
    /// How many tests run at once.
    #[arg(long, default_value_t = thread::available_parallelism().map_or(1, NonZero::get))]
    jobs: usize,
    /// For how many seconds a mutant is tried: one that no test noticed by then counts as a survivor.
    #[arg(long, default_value = "600")]
    seconds: u64,
}

/// Runs the mutants, and fails where one survives without a reason in `docs/mutants.md`.
///
/// Outcomes are written as they come, and a later run goes on where this one stopped; to begin anew, remove
/// `target/mutants`.
pub(crate) fn run(options: &Options) -> Result {
    if !has_cargo("mutants") {
        return Err("cargo-mutants is not installed: cargo install cargo-mutants --locked".to_owned());
    }
    let all = list::all()?;
    let mut report = Report::open()?;
    let place = |name: &str| match options.parts.as_slice() {
        [] => Some(0),
        parts => parts.iter().position(|part| name.contains(part.as_str())),
    };
    // all of them are built, so that what was built serves the next run
    let mutants: Vec<Mutant> = all.into_iter().filter(|mutant| place(&mutant.id).is_some()).collect();
    let is_tried_again = |mutant: &Mutant| options.survivors && report.survived(mutant) && !report.is_accepted(mutant);
    let is_open = |mutant: &Mutant| report.is_new(mutant) || is_tried_again(mutant);
    let mut open: Vec<usize> = (0..mutants.len()).filter(|number| is_open(&mutants[*number])).collect();
    open.sort_by_key(|number| place(&mutants[*number].id));
    if !open.is_empty() {
        try_each(open, &mutants, options, &mut report)?;
    }
    report.print(&mutants)
}

fn try_each(mut open: Vec<usize>, mutants: &[Mutant], options: &Options, report: &mut Report) -> Result {
    let programs = build::switched(mutants, &options.programs, report)?;
    open.retain(|number| !report.is_left_out(&mutants[*number]));
    let mut stages = if options.servers { Vec::new() } else { vec![Stage::sqlite()] };
    let _servers = match options.only {
        Some(Only::Sqlite) => None,
        None => {
            let (servers, environment) = test::reach()?;
            stages.push(Stage::servers(environment));
            servers
        }
    };
    for stage in &stages {
        let reach = reach::of(&programs, stage, options.jobs)?;
        let judge = Judge { mutants, reach: &reach, stage, patience: Duration::from_secs(options.seconds) };
        open = judge.run(open, options.jobs, report)?;
    }
    Ok(())
}
