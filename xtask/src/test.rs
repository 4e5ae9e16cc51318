//! `cargo xtask test`.

use std::{env, num::NonZero, process::Command, thread};

use clap::{Args, ValueEnum};

use crate::{
    Result, openapi,
    run::{cargo, has_cargo, show},
    servers::{MARIADB_URL, POSTGRES_URL, REDIS_URL, Servers},
    stop::Stop,
    tools,
};

/// The variable by which tests know that the other databases were left out on purpose.
pub(crate) const ONLY: &str = "REFRAIN_TEST_ONLY";

/// The variable by which one database's feature is tested alone.
pub(crate) const FEATURE: &str = "REFRAIN_TEST_FEATURE";

/// The packages whose tests use the programs of others.
const WITH_TOOLS: [&str; 3] = [openapi::PACKAGE, "refrain-django", "refrain-cli"];

#[derive(Args, Default)]
pub(crate) struct Options {
    /// Leave the other databases out, and what needs Node, Python and a browser; refused in CI.
    #[arg(long, value_enum)]
    only: Option<Only>,
    /// When a test fails, leave the servers and the test's database up until Ctrl-C.
    #[arg(long)]
    keep: bool,
    /// Test this package only; may be given several times.
    #[arg(short, long, value_name = "NAME")]
    package: Vec<String>,
    /// Arguments for nextest, or for `cargo test` where nextest is missing.
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// The databases that are not left out.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Only {
    Sqlite,
}

pub(crate) type Variables = Vec<(String, String)>;

/// Runs the tests of the workspace, and its doc tests.
pub(crate) fn run(options: &Options) -> Result {
    let in_ci = env::var_os("CI").is_some();
    if in_ci && options.only.is_some() {
        return Err("`--only` is refused in CI: every database counts there".to_owned());
    }
    let stop = Stop::on_ctrl_c()?;
    let (servers, environment) = match options.only {
        Some(Only::Sqlite) => (None, vec![(ONLY.to_owned(), "sqlite".to_owned())]),
        None => reach()?,
    };
    let places = if options.needs_tools() { tools::prepare()? } else { Vec::new() };
    let environment: Variables = environment.into_iter().chain(places).collect();
    let with =
        |command: &mut Command| show(command.env_remove(ONLY).env_remove(FEATURE).envs(environment.iter().cloned()));
    let tested = if has_cargo("nextest") {
        let mut nextest = options.cargo(&["nextest", "run"]);
        if in_ci {
            nextest.args(["--profile", "ci"]);
        }
        // a test waits for its server as long as it computes
        nextest.env("NEXTEST_TEST_THREADS", (2 * cores()).to_string());
        // nextest does not run doc tests; arguments choose among tests, and then these are not asked for.
        let doc_tests = || match options.arguments.as_slice() {
            [] => with(&mut options.cargo(&["test", "--doc"])),
            _ => Ok(()),
        };
        with(nextest.args(&options.arguments)).and_then(|()| doc_tests())
    } else {
        eprintln!("cargo-nextest is not installed: running `cargo test`");
        with(options.cargo(&["test"]).args(&options.arguments))
    };
    if options.only.is_some() {
        eprintln!("not run: every test on PostgreSQL and MariaDB (--only sqlite)");
        if !options.needs_tools() {
            eprintln!("not run: the tests of `{}` (--only sqlite, and not named)", WITH_TOOLS.join("`, `"));
        }
    }
    if tested.is_err() && options.keep && servers.is_some() && !stop.heard() {
        for (variable, url) in &environment {
            eprintln!("kept up until Ctrl-C: {variable}={url}");
        }
        stop.wait();
    }
    tested
}

impl Options {
    /// Are there tests among these that use the programs of others?
    fn needs_tools(&self) -> bool {
        match self.package.as_slice() {
            [] => self.only.is_none(),
            packages => packages.iter().any(|package| WITH_TOOLS.contains(&package.as_str())),
        }
    }

    fn cargo(&self, command: &[&str]) -> Command {
        let mut cargo = cargo(command);
        match self.package.as_slice() {
            [] if self.needs_tools() => cargo.arg("--workspace"),
            [] => cargo.arg("--workspace").args(WITH_TOOLS.iter().flat_map(|package| ["--exclude", package])),
            // the databases are features of what makes them for tests
            packages => cargo
                .args(packages.iter().flat_map(|package| ["--package", package]))
                .args(["--package", "refrain-testing"]),
        };
        cargo.arg("--all-features");
        cargo
    }
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Servers that run already and are named in the environment, else new ones.
pub(crate) fn reach() -> Result<(Option<Servers>, Variables)> {
    match [POSTGRES_URL, MARIADB_URL, REDIS_URL].map(env::var) {
        [Ok(_), Ok(_), Ok(_)] => {
            eprintln!("using the servers that {POSTGRES_URL}, {MARIADB_URL} and {REDIS_URL} name");
            Ok((None, Vec::new()))
        }
        _ => {
            let servers = Servers::start()?;
            let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
            let variables = servers.variables().into_iter().map(owned).collect();
            Ok((Some(servers), variables))
        }
    }
}
