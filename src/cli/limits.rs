use std::time::Duration;

use clap::Args;

use sea_orm::DbBackend;

use crate::{Api, PoolSettings, Standby, auth::Snapshots};

/// How many connections, and how long what may take; in seconds, of which there may be fractions.
#[derive(Args)]
pub(super) struct Limits {
    /// The most connections to the database; 10 to a server, 8 to a SQLite file and 1 to SQLite in memory where nothing is
    /// said
    #[arg(long, env = "DATABASE_MAX_CONNECTIONS", value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    max_connections: Option<u32>,
    /// The connections kept open though nobody needs them
    #[arg(long, env = "DATABASE_MIN_CONNECTIONS", value_name = "NUMBER")]
    min_connections: Option<u32>,
    /// How long a request waits for a connection; 5 where nothing is said
    #[arg(long, env = "DATABASE_ACQUIRE_TIMEOUT", value_name = "SECONDS", value_parser = some_seconds)]
    acquire_timeout: Option<Duration>,
    /// How long a statement waits for a lock; 5 where nothing is said
    #[arg(long, env = "DATABASE_LOCK_TIMEOUT", value_name = "SECONDS", value_parser = some_seconds)]
    lock_timeout: Option<Duration>,
    /// How long a statement may run; 20 where nothing is said, 0 for ever
    #[arg(long, env = "DATABASE_STATEMENT_TIMEOUT", value_name = "SECONDS", value_parser = seconds)]
    statement_timeout: Option<Duration>,
    /// How long a transaction may stand open in which nothing is asked; 60 where nothing is said, 0 for ever
    #[arg(long, env = "DATABASE_IDLE_TRANSACTION_TIMEOUT", value_name = "SECONDS", value_parser = seconds)]
    idle_transaction_timeout: Option<Duration>,
    /// After what time without use a connection is closed; 600 where nothing is said, 0 for never
    #[arg(long, env = "DATABASE_IDLE_TIMEOUT", value_name = "SECONDS", value_parser = seconds)]
    idle_timeout: Option<Duration>,
    /// After what time any connection is closed; 1800 where nothing is said, 0 for never
    #[arg(long, env = "DATABASE_MAX_LIFETIME", value_name = "SECONDS", value_parser = seconds)]
    max_lifetime: Option<Duration>,
    /// How long a request may take; 30 where nothing is said, 0 for ever
    #[arg(long, env = "REQUEST_TIMEOUT", value_name = "SECONDS", value_parser = seconds)]
    request_timeout: Option<Duration>,
    /// Keep callers and what they hold between requests that read, and be stale by this at most; PostgreSQL tells what changed,
    /// by the migration `identity_notices`. Asked with each request where nothing is said
    #[arg(long, env = "SNAPSHOTS_WITHIN", value_name = "SECONDS", value_parser = some_seconds)]
    snapshots_within: Option<Duration>,
    /// A standby of PostgreSQL's, from which viewsets read their lists that say so; none where nothing is said
    #[arg(long, env = "STANDBY_URL", value_name = "URL", hide_env_values = true)]
    standby_url: Option<String>,
    /// How stale such a list may be; 1 where nothing is said
    #[arg(long, env = "STANDBY_WITHIN", value_name = "SECONDS", value_parser = some_seconds)]
    standby_within: Option<Duration>,
    /// How many proxies stand in front, each of which adds to X-Forwarded-For whom it heard from; none where nothing is said
    #[arg(long, env = "BEHIND_PROXIES", value_name = "NUMBER")]
    behind_proxies: Option<u8>,
}

impl Limits {
    /// Those of the pool.
    pub(super) fn pool(&self) -> PoolSettings {
        let mut pool = PoolSettings::default();
        if let Some(most) = self.max_connections {
            pool = pool.max_connections(most);
        }
        if let Some(least) = self.min_connections {
            pool = pool.min_connections(least);
        }
        if let Some(limit) = self.acquire_timeout {
            pool = pool.acquire_timeout(limit);
        }
        if let Some(limit) = self.lock_timeout {
            pool = pool.lock_timeout(limit);
        }
        if let Some(limit) = self.statement_timeout {
            pool = pool.statement_timeout(or_never(limit));
        }
        if let Some(limit) = self.idle_transaction_timeout {
            pool = pool.idle_transaction_timeout(or_never(limit));
        }
        if let Some(limit) = self.idle_timeout {
            pool = pool.idle_timeout(or_never(limit));
        }
        if let Some(limit) = self.max_lifetime {
            pool = pool.max_lifetime(or_never(limit));
        }
        pool
    }

    /// The same API, with the limit of a request that was asked for, what stands in front, what is kept of callers, and where
    /// lists are read; on PostgreSQL it hears of changes at the server's own address.
    pub(super) fn on(&self, api: Api, backend: DbBackend, direct: String) -> Api {
        let mut api = api.behind_proxies(self.behind_proxies.unwrap_or_default());
        if let Some(bound) = self.snapshots_within {
            api = api.snapshots(match backend {
                DbBackend::Postgres => Snapshots::told_within(bound).listening_at(direct),
                _ => Snapshots::kept_for(bound),
            });
        }
        // a variable that is set to nothing is not set
        if let Some(url) = self.standby_url.as_deref().filter(|url| !url.is_empty()) {
            let standby = Standby::at(url).pool(self.pool());
            api = api.standby(self.standby_within.into_iter().fold(standby, Standby::within));
        }
        match self.request_timeout {
            Some(limit) => api.request_timeout(or_never(limit)),
            None => api,
        }
    }
}

fn or_never(limit: Duration) -> Option<Duration> {
    (!limit.is_zero()).then_some(limit)
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.trim().parse().map_err(|_| "seconds are a number, as in `5` or `0.5`".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|_| "no time is that long".to_owned())
}

pub(super) fn some_seconds(text: &str) -> Result<Duration, String> {
    seconds(text).and_then(|limit| or_never(limit).ok_or_else(|| "this cannot be 0".to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::arguments::{Arguments, Command};

    #[test]
    fn limits_are_seconds_and_parts_of_them() {
        let limits = |given: &[&str]| {
            let given = ["drivers", "serve"].iter().chain(given);
            match Arguments::try_parse_from(given).map_err(|error| error.to_string())?.command {
                Command::Serve(serve) => Ok(serve.limits),
                _ => Err("another command".to_owned()),
            }
        };
        assert_eq!(limits(&[]).map(|limits| limits.pool()), Ok(PoolSettings::default()));
        let given = [
            "--max-connections=20",
            "--acquire-timeout=0.5",
            "--statement-timeout=0",
            "--max-lifetime=60",
            "--idle-transaction-timeout=0",
        ];
        let expected = PoolSettings::default()
            .max_connections(20)
            .acquire_timeout(Duration::from_millis(500))
            .statement_timeout(None)
            .max_lifetime(Duration::from_secs(60))
            .idle_transaction_timeout(None);
        assert_eq!(limits(&given).map(|limits| limits.pool()), Ok(expected));
        for (wrong, why) in [
            ("--max-connections=0", "0 is not in 1.."),
            ("--acquire-timeout=0", "this cannot be 0"),
            ("--lock-timeout=soon", "seconds are a number, as in `5` or `0.5`"),
            ("--idle-timeout=-1", "no time is that long"),
            ("--request-timeout=NaN", "no time is that long"),
        ] {
            let said = limits(&[wrong]).err().unwrap_or_default();
            assert!(said.contains(why), "{wrong}: {said}");
        }
    }
}
