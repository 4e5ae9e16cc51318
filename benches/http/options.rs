//! What the command line asks for.

use std::{str::FromStr, time::Duration};

use refrain_testing::Backend;

/// All of it, unless less is asked for.
pub(crate) struct Options {
    pub(crate) rounds: usize,
    pub(crate) turn: Duration,
    pub(crate) backends: Vec<Backend>,
    /// The questions whose names begin so.
    only: Vec<String>,
    /// The contestants whose names begin so; the first one measures the others and is never left out.
    who: Vec<String>,
}

impl Options {
    pub(crate) fn of(arguments: &[String]) -> Self {
        let values = |name: &str| {
            let named = arguments.windows(2).filter(move |pair| pair[0] == name);
            named.map(|pair| pair[1].to_lowercase()).collect::<Vec<_>>()
        };
        // `cargo test` runs benches once to see that they do
        let quick = arguments.iter().any(|argument| argument == "--test" || argument == "--quick");
        let (rounds, seconds) = if quick { (1, 0.2) } else { (10, 1.5) };
        let backends = match values("--database").first().map(String::as_str) {
            None => vec![Backend::Postgres, Backend::Sqlite],
            Some("postgres") => vec![Backend::Postgres],
            Some("sqlite") => vec![Backend::Sqlite],
            Some(other) => panic!("`--database` is `postgres` or `sqlite`, and not `{other}`"),
        };
        Self {
            rounds: number(&values("--rounds"), rounds),
            turn: Duration::from_secs_f64(number(&values("--seconds"), seconds)),
            backends,
            only: values("--only"),
            who: values("--who"),
        }
    }

    pub(crate) fn asks(&self, question: &str) -> bool {
        begins_with_one(question, &self.only)
    }

    pub(crate) fn admits(&self, contestant: &str) -> bool {
        begins_with_one(contestant, &self.who)
    }
}

fn begins_with_one(name: &str, beginnings: &[String]) -> bool {
    beginnings.is_empty() || beginnings.iter().any(|beginning| name.to_lowercase().starts_with(beginning))
}

fn number<N: FromStr>(values: &[String], or: N) -> N {
    values.last().map_or(or, |value| value.parse().unwrap_or_else(|_| panic!("`{value}` is not a number")))
}
