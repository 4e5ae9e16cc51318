//! `cargo xtask bench`.

use std::{path::PathBuf, process::Command};

use clap::{Args, ValueEnum};

use crate::{
    Result, figures, new_program,
    run::{cargo, show, target},
    stop::Stop,
    test::{Variables, reach},
    tools,
};

/// The variables by which benches find a Python with Django, the program that serves by other libraries, and the example's.
const SERVE: &str = "REFRAIN_BENCH_SERVE";
const PYTHON: &str = "REFRAIN_BENCH_PYTHON";
const DRIVERS: &str = "REFRAIN_BENCH_DRIVERS";

#[derive(Args)]
pub(crate) struct Options {
    /// This one, all of them when left out.
    #[arg(value_enum)]
    bench: Option<Bench>,
    /// Arguments for the bench, such as `--rows 10000` for `grants`, or `--rounds 3 --only detail` for `http`.
    #[arg(last = true)]
    arguments: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Bench {
    /// One decision without a database; by other engines as well, unless arguments are given, which are criterion's.
    Decision,
    /// Viewsets' routes against handlers by hand and Django REST framework, over HTTP, on PostgreSQL and SQLite.
    Http,
    /// Lists and checks over growing tables of grants, on SQLite, PostgreSQL and MariaDB.
    Grants,
    /// Lists by keys, grants, filters and searches over growing tables, on SQLite, PostgreSQL and MariaDB.
    Lists,
    /// Lists and checks over those tables by the library, by hand and by django-guardian, on SQLite and PostgreSQL.
    Guardian,
    /// Serializers against poem-openapi's derive, without a database.
    Serializer,
    /// The example's first answer and its memory, with a million grants, on SQLite, PostgreSQL and MariaDB.
    Startup,
    /// Compiling a program that `refrain new` has written: cold, and after a change.
    Build,
}

/// Runs the benches one after the other; whole ones write their figures into the documentation, where it has marks.
pub(crate) fn run(options: &Options) -> Result {
    let stop = Stop::on_ctrl_c()?;
    let benches = options.bench.as_ref().map_or(Bench::value_variants(), std::slice::from_ref);
    benches.iter().try_for_each(|bench| {
        if *bench == Bench::Build {
            let table = new_program::measure()?;
            print!("{table}");
            return figures::write(bench.name(), &table);
        }
        // dropped, and so stopped, when the bench has ended
        let (_servers, environment) = if bench.needs_servers() { reach()? } else { (None, Variables::new()) };
        let mut command = bench.command()?;
        command.args(&options.arguments).envs(environment);
        let is_whole = options.arguments.is_empty();
        match bench {
            Bench::Decision if is_whole => {
                show(&mut command)?;
                let mut engines = contestants(&["run", "--bin", "decision"]);
                figures::write(bench.name(), &figures::show_and_keep(&mut engines)?)?;
            }
            Bench::Http | Bench::Lists | Bench::Guardian | Bench::Startup if is_whole => {
                figures::write(bench.name(), &figures::show_and_keep(&mut command)?)?;
            }
            _ => show(&mut command)?,
        }
        if stop.heard() { Err("stopped".to_owned()) } else { Ok(()) }
    })
}

impl Bench {
    fn name(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Http => "http",
            Self::Grants => "grants",
            Self::Lists => "lists",
            Self::Guardian => "guardian",
            Self::Serializer => "serializer",
            Self::Startup => "startup",
            Self::Build => "build",
        }
    }

    fn needs_servers(self) -> bool {
        !matches!(self, Self::Decision | Self::Serializer | Self::Build)
    }

    /// Its program, which is told by the environment what else it runs.
    fn command(self) -> Result<Command> {
        let program = if self == Self::Guardian { "grants" } else { self.name() };
        let mut command = cargo(&["bench", "-p", "refrain", "-p", "refrain-testing", "--all-features"]);
        command.args(["--bench", program, "--"]);
        match self {
            Self::Http => {
                show(&mut contestants(&["build", "--bin", "serve"]))?;
                command.env(SERVE, target().join("release/serve"));
                match tools::django_python() {
                    Ok(python) => {
                        command.env(PYTHON, python);
                    }
                    Err(why) => eprintln!("without Django REST framework: {why}"),
                }
            }
            Self::Guardian => {
                command.arg("--guardian").env(PYTHON, tools::django_python()?);
            }
            Self::Startup => {
                command.env(DRIVERS, drivers()?);
            }
            Self::Decision | Self::Grants | Self::Lists | Self::Serializer | Self::Build => {}
        }
        Ok(command)
    }
}

/// The example's program, built with the library's features as benches are.
fn drivers() -> Result<PathBuf> {
    let packages = ["-p", "refrain", "-p", "refrain-examples", "--all-features", "--example", "drivers"];
    show(cargo(&["build", "--release"]).args(packages))?;
    Ok(target().join("release/examples/drivers"))
}

/// Cargo in the workspace of other engines, which is apart from this one; it shares what is built.
fn contestants(arguments: &[&str]) -> Command {
    let mut command = cargo(arguments);
    command.args(["--release", "--manifest-path", "benches/contestants/Cargo.toml"]);
    command.env("CARGO_TARGET_DIR", target());
    command
}
