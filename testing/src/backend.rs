use std::env;

/// The databases that every behaviour holds on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// SQLite, a file in the temp folder.
    Sqlite,
    /// PostgreSQL, on the server of `TEST_POSTGRES_URL`.
    Postgres,
    /// MariaDB, on the server of `TEST_MARIADB_URL`.
    MariaDb,
}

/// Where a test can run, if it can.
#[derive(Debug, PartialEq)]
pub(crate) enum Where {
    /// In a file.
    File,
    /// On the server with this URL.
    Server(String),
    /// Nowhere: left out on purpose.
    LeftOut,
}

impl Backend {
    /// The name of tests on it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::MariaDb => "mariadb",
        }
    }

    /// Asks the environment; the error says what to run instead.
    pub(crate) fn find(self) -> Result<Where, String> {
        let only = env::var("REFRAIN_TEST_ONLY").ok();
        let url = self.variable().and_then(|variable| env::var(variable).ok());
        self.decide(only.as_deref(), url, env::var_os("CI").is_some())
    }

    fn decide(self, only: Option<&str>, url: Option<String>, in_ci: bool) -> Result<Where, String> {
        match only {
            Some(_) if in_ci => return Err("`REFRAIN_TEST_ONLY` is refused in CI: every database counts there".into()),
            Some("sqlite") if self != Self::Sqlite => return Ok(Where::LeftOut),
            Some("sqlite") | None => {}
            Some(other) => return Err(format!("`REFRAIN_TEST_ONLY` is `sqlite` or not set, not `{other}`")),
        }
        let Some(variable) = self.variable() else {
            return Ok(Where::File);
        };
        url.map(Where::Server).ok_or_else(|| {
            format!(
                "no {} server: `{variable}` is not set. `cargo xtask test` starts one and runs every test; \
                 `cargo xtask servers` starts one for single tests; `REFRAIN_TEST_ONLY=sqlite` leaves this test out",
                self.name()
            )
        })
    }

    fn variable(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("TEST_POSTGRES_URL"),
            Self::MariaDb => Some("TEST_MARIADB_URL"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVERS: [Backend; 2] = [Backend::Postgres, Backend::MariaDb];

    #[test]
    fn a_test_without_a_server_fails_and_says_what_to_run() {
        for backend in SERVERS {
            let why = backend.decide(None, None, false).expect_err("there is no server");
            assert!(why.contains("cargo xtask test") && why.contains(backend.name()), "{why}");
            assert_eq!(backend.decide(None, Some("url".into()), true), Ok(Where::Server("url".into())));
        }
        assert_eq!(Backend::Sqlite.decide(None, None, true), Ok(Where::File));
    }

    #[test]
    fn servers_can_be_left_out_on_purpose() {
        for backend in SERVERS {
            assert_eq!(backend.decide(Some("sqlite"), None, false), Ok(Where::LeftOut));
            assert_eq!(backend.decide(Some("sqlite"), Some("url".into()), false), Ok(Where::LeftOut));
        }
        assert_eq!(Backend::Sqlite.decide(Some("sqlite"), None, false), Ok(Where::File));
    }

    #[test]
    fn nothing_is_left_out_in_ci_or_by_mistake() {
        for backend in [Backend::Sqlite, Backend::Postgres, Backend::MariaDb] {
            assert!(backend.decide(Some("sqlite"), None, true).is_err());
            assert!(backend.decide(Some("sqllite"), None, false).is_err());
        }
    }
}
