//! `cargo xtask bench`.

use clap::{Args, ValueEnum};

use crate::{
    Result, figures,
    run::{cargo, show},
    stop::Stop,
    test::{Variables, reach},
    tools,
};

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
    /// One decision, without a database.
    Decision,
    /// Viewsets' routes against handlers by hand and Django REST framework, over HTTP, on PostgreSQL and SQLite.
    Http,
    /// Lists and checks over growing tables of grants, on SQLite, PostgreSQL and MariaDB.
    Grants,
    /// Serializers against poem-openapi's derive, without a database.
    Serializer,
}

/// Runs the benches one after the other; whole ones of `decision` and `http` write their figures into the documentation.
pub(crate) fn run(options: &Options) -> Result {
    let stop = Stop::on_ctrl_c()?;
    let benches = options.bench.as_ref().map_or(Bench::value_variants(), std::slice::from_ref);
    benches.iter().try_for_each(|bench| {
        let name = match bench {
            Bench::Decision => "decision",
            Bench::Http => "http",
            Bench::Grants => "grants",
            Bench::Serializer => "serializer",
        };
        // dropped, and so stopped, when the bench has ended
        let (_servers, mut environment) = match bench {
            Bench::Http | Bench::Grants => reach()?,
            Bench::Decision | Bench::Serializer => (None, Variables::new()),
        };
        if *bench == Bench::Http {
            match tools::bench_python() {
                Ok(python) => {
                    environment.push(("REFRAIN_BENCH_PYTHON".to_owned(), python.to_string_lossy().into_owned()))
                }
                Err(why) => eprintln!("without Django REST framework: {why}"),
            }
        }
        let mut command = cargo(&["bench", "-p", "refrain", "--all-features", "--bench", name, "--"]);
        command.args(&options.arguments).envs(environment);
        let whole = options.arguments.is_empty();
        match bench {
            Bench::Http if whole => figures::write(name, &figures::show_and_keep(&mut command)?)?,
            _ => show(&mut command)?,
        }
        if stop.heard() { Err("stopped".to_owned()) } else { Ok(()) }
    })
}
