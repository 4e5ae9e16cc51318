use std::time::Duration;

use clap::Args;

use super::limits::{seconds, some_seconds};
use crate::ServeSettings;

/// What clients may hold of the server; times in seconds, of which there may be fractions.
#[derive(Args)]
pub(super) struct ClientLimits {
    /// The most connections of clients at one time; 800 where nothing is said
    #[arg(long, env = "HTTP_MAX_CONNECTIONS", value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    http_max_connections: Option<u32>,
    /// How long a request's head may take, and a new connection's first; 10 where nothing is said
    #[arg(long, env = "HTTP_HEAD_TIMEOUT", value_name = "SECONDS", value_parser = some_seconds)]
    http_head_timeout: Option<Duration>,
    /// How long a connection is kept on which no request is under way; 75 where nothing is said
    #[arg(long, env = "HTTP_IDLE_TIMEOUT", value_name = "SECONDS", value_parser = some_seconds)]
    http_idle_timeout: Option<Duration>,
    /// How long a request's body is waited for, whatever its size; 20 where nothing is said
    #[arg(long, env = "HTTP_BODY_TIMEOUT", value_name = "SECONDS", value_parser = some_seconds)]
    http_body_timeout: Option<Duration>,
    /// For how many bytes of a body a second more is waited; 1000 where nothing is said
    #[arg(long, env = "HTTP_BODY_RATE", value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..))]
    http_body_rate: Option<u32>,
    /// How long a client may take nothing of its answer; 30 where nothing is said
    #[arg(long, env = "HTTP_WRITE_TIMEOUT", value_name = "SECONDS", value_parser = some_seconds)]
    http_write_timeout: Option<Duration>,
    /// The most requests at one time on a connection of HTTP/2; 100 where nothing is said
    #[arg(long, env = "HTTP2_MAX_STREAMS", value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    http2_max_streams: Option<u32>,
    /// How often a client of HTTP/2 is pinged, and how long its answer may take; 30 where nothing is said
    #[arg(long, env = "HTTP2_PING_INTERVAL", value_name = "SECONDS", value_parser = some_seconds)]
    http2_ping_interval: Option<Duration>,
    /// How long requests under way may take once the program is told to end; 10 where nothing is said
    #[arg(long, env = "SHUTDOWN_TIMEOUT", value_name = "SECONDS", value_parser = seconds)]
    shutdown_timeout: Option<Duration>,
}

impl ClientLimits {
    /// The server's settings.
    pub(super) fn settings(&self) -> ServeSettings {
        let mut settings = ServeSettings::default();
        if let Some(most) = self.http_max_connections {
            settings = settings.max_connections(most);
        }
        if let Some(limit) = self.http_head_timeout {
            settings = settings.head_timeout(limit);
        }
        if let Some(limit) = self.http_idle_timeout {
            settings = settings.idle_timeout(limit);
        }
        if let Some(limit) = self.http_body_timeout {
            settings = settings.body_timeout(limit);
        }
        if let Some(rate) = self.http_body_rate {
            settings = settings.body_rate(rate);
        }
        if let Some(limit) = self.http_write_timeout {
            settings = settings.write_timeout(limit);
        }
        if let Some(most) = self.http2_max_streams {
            settings = settings.http2_max_streams(most);
        }
        if let Some(interval) = self.http2_ping_interval {
            settings = settings.http2_ping_interval(interval);
        }
        if let Some(limit) = self.shutdown_timeout {
            settings = settings.shutdown_timeout(limit);
        }
        settings
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::arguments::{Arguments, Command};

    fn settings(given: &[&str]) -> Result<ServeSettings, String> {
        let given = ["drivers", "serve"].iter().chain(given);
        match Arguments::try_parse_from(given).map_err(|error| error.to_string())?.command {
            Command::Serve(serve) => Ok(serve.clients.settings()),
            _ => Err("another command".to_owned()),
        }
    }

    #[test]
    fn each_limit_has_an_option() {
        assert_eq!(settings(&[]), Ok(ServeSettings::default()));
        let given = [
            "--http-max-connections=20",
            "--http-head-timeout=0.5",
            "--http-idle-timeout=1",
            "--http-body-timeout=2",
            "--http-body-rate=3000",
            "--http-write-timeout=4",
            "--http2-max-streams=5",
            "--http2-ping-interval=6",
            "--shutdown-timeout=0",
        ];
        let expected = ServeSettings::default()
            .max_connections(20)
            .head_timeout(Duration::from_millis(500))
            .idle_timeout(Duration::from_secs(1))
            .body_timeout(Duration::from_secs(2))
            .body_rate(3000)
            .write_timeout(Duration::from_secs(4))
            .http2_max_streams(5)
            .http2_ping_interval(Duration::from_secs(6))
            .shutdown_timeout(Duration::ZERO);
        assert_eq!(settings(&given), Ok(expected));
    }

    #[test]
    fn no_limit_can_be_nothing() {
        for (wrong, why) in [
            ("--http-max-connections=0", "0 is not in 1.."),
            ("--http-head-timeout=0", "this cannot be 0"),
            ("--http-body-rate=0", "0 is not in 1.."),
            ("--http2-max-streams=0", "0 is not in 1.."),
        ] {
            let said = settings(&[wrong]).err().unwrap_or_default();
            assert!(said.contains(why), "{wrong}: {said}");
        }
    }
}
