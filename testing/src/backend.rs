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
    /// Nowhere: left out on purpose, by this variable.
    LeftOut(&'static str),
}

/// What the environment and the build say.
#[derive(Clone, Default)]
struct Said<'a> {
    only: Option<&'a str>,
    feature: Option<&'a str>,
    url: Option<String>,
    in_ci: bool,
    built: bool,
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

    /// The feature that brings it.
    fn feature(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::MariaDb => "mysql",
        }
    }

    fn is_built(self) -> bool {
        match self {
            Self::Sqlite => cfg!(feature = "sqlite"),
            Self::Postgres => cfg!(feature = "postgres"),
            Self::MariaDb => cfg!(feature = "mysql"),
        }
    }

    /// Asks the environment; the error says what to run instead.
    pub(crate) fn find(self) -> Result<Where, String> {
        let (only, feature) = (env::var("REFRAIN_TEST_ONLY").ok(), env::var("REFRAIN_TEST_FEATURE").ok());
        self.decide(Said {
            only: only.as_deref(),
            feature: feature.as_deref(),
            url: self.variable().and_then(|variable| env::var(variable).ok()),
            in_ci: env::var_os("CI").is_some(),
            built: self.is_built(),
        })
    }

    fn decide(self, said: Said<'_>) -> Result<Where, String> {
        match said.only {
            Some(_) if said.in_ci => {
                return Err("`REFRAIN_TEST_ONLY` is refused in CI: every database counts there".into());
            }
            Some("sqlite") if self != Self::Sqlite => return Ok(Where::LeftOut("REFRAIN_TEST_ONLY=sqlite")),
            Some("sqlite") | None => {}
            Some(other) => return Err(format!("`REFRAIN_TEST_ONLY` is `sqlite` or not set, not `{other}`")),
        }
        match said.feature {
            Some("sqlite" | "postgres" | "mysql") if said.feature != Some(self.feature()) => {
                return Ok(Where::LeftOut("REFRAIN_TEST_FEATURE"));
            }
            Some("sqlite" | "postgres" | "mysql") | None => {}
            Some(other) => return Err(format!("`REFRAIN_TEST_FEATURE` names one database's, not `{other}`")),
        }
        if !said.built {
            return Err(format!(
                "the feature `{}` is off: test with `--all-features`, or leave the other databases out with \
                 `REFRAIN_TEST_FEATURE`, the one that is on",
                self.feature()
            ));
        }
        let Some(variable) = self.variable() else {
            return Ok(Where::File);
        };
        said.url.map(Where::Server).ok_or_else(|| {
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

    const ALL: [Backend; 3] = [Backend::Sqlite, Backend::Postgres, Backend::MariaDb];
    const SERVERS: [Backend; 2] = [Backend::Postgres, Backend::MariaDb];

    fn built() -> Said<'static> {
        Said { built: true, ..Said::default() }
    }

    #[test]
    fn a_test_without_a_server_fails_and_says_what_to_run() {
        for backend in SERVERS {
            let why = backend.decide(built()).expect_err("there is no server");
            assert!(why.contains("cargo xtask test") && why.contains(backend.name()), "{why}");
            let there = Said { url: Some("url".into()), in_ci: true, ..built() };
            assert_eq!(backend.decide(there), Ok(Where::Server("url".into())));
        }
        assert_eq!(Backend::Sqlite.decide(Said { in_ci: true, ..built() }), Ok(Where::File));
    }

    #[test]
    fn servers_can_be_left_out_on_purpose() {
        let only = Said { only: Some("sqlite"), ..built() };
        for backend in SERVERS {
            let left_out = Ok(Where::LeftOut("REFRAIN_TEST_ONLY=sqlite"));
            assert_eq!(backend.decide(only.clone()), left_out);
            assert_eq!(backend.decide(Said { url: Some("url".into()), ..only.clone() }), left_out);
        }
        assert_eq!(Backend::Sqlite.decide(only), Ok(Where::File));
    }

    #[test]
    fn a_feature_alone_is_tested_alone() {
        let alone = Said { feature: Some("mysql"), url: Some("url".into()), in_ci: true, ..Said::default() };
        for backend in [Backend::Sqlite, Backend::Postgres] {
            assert_eq!(backend.decide(alone.clone()), Ok(Where::LeftOut("REFRAIN_TEST_FEATURE")));
        }
        assert!(Backend::MariaDb.decide(alone.clone()).is_err(), "it is said to be on, and is off");
        let on = Said { built: true, ..alone.clone() };
        assert_eq!(Backend::MariaDb.decide(on), Ok(Where::Server("url".into())));
        assert!(Backend::MariaDb.decide(Said { feature: Some("mariadb"), ..alone }).is_err());
    }

    #[test]
    fn nothing_is_left_out_in_ci_or_by_mistake() {
        for backend in ALL {
            assert!(backend.decide(Said { only: Some("sqlite"), in_ci: true, ..built() }).is_err());
            assert!(backend.decide(Said { only: Some("sqllite"), ..built() }).is_err());
            let why = backend.decide(Said::default()).expect_err("its feature is off");
            assert!(why.contains(backend.feature()) && why.contains("--all-features"), "{why}");
        }
    }
}
