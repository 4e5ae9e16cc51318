//! One test's database, from making to dropping.

use std::{
    process,
    sync::atomic::{AtomicUsize, Ordering},
};

use sea_orm::{ConnectOptions, Database as SeaOrm, DatabaseConnection, DbErr};
use url::Url;

use crate::{
    Backend, Tables,
    backend::Where,
    mariadb, postgres,
    sqlite::{self, File},
};

/// A database that exists.
pub(crate) enum Database {
    File(File),
    OnServer { backend: Backend, server: Url, name: String },
}

impl Database {
    /// A new one for this test; `place` is not [`Where::LeftOut`].
    pub(crate) async fn create(backend: Backend, place: &Where, tables: Tables, test: &str) -> Result<Self, DbErr> {
        let name = unique_name(test);
        let Where::Server(server) = place else {
            return Ok(Self::File(File::create(&name, tables).await?));
        };
        let server = Url::parse(server).map_err(|error| DbErr::Custom(format!("the server's url: {error}")))?;
        match backend {
            Backend::MariaDb => mariadb::create(&server, &name, tables).await?,
            _ => postgres::create(&server, &name, tables).await?,
        }
        Ok(Self::OnServer { backend, server, name })
    }

    /// A new pool of connections.
    pub(crate) async fn connect(&self) -> Result<DatabaseConnection, DbErr> {
        match self {
            Self::File(file) => file.connect().await,
            Self::OnServer { .. } => connect(self.url()).await,
        }
    }

    pub(crate) async fn remove(&self) -> Result<(), DbErr> {
        match self {
            Self::File(file) => file.remove(),
            Self::OnServer { backend: Backend::MariaDb, server, name } => mariadb::remove(server, name).await,
            Self::OnServer { server, name, .. } => postgres::remove(server, name).await,
        }
    }

    /// What a program connects with.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::File(file) => file.url(),
            Self::OnServer { server, name, .. } => on_server(server, name),
        }
    }

    /// Where to look at it; the url without its password.
    pub(crate) fn place(&self) -> String {
        let mut url = match Url::parse(&self.url()) {
            Ok(url) if url.has_host() => url,
            _ => return self.url(),
        };
        // Only a url without a host refuses.
        let _ = url.set_password(None);
        url.to_string()
    }
}

/// A pool with room for concurrency tests, without the log of statements.
pub(crate) async fn connect(url: String) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(sqlite::CONNECTIONS).sqlx_logging(false);
    // as on the pools that refrain makes
    #[cfg(feature = "postgres")]
    options.map_sqlx_postgres_opts(|options| options.options([("jit", "off")]));
    SeaOrm::connect(options).await
}

/// The url of another database on the server.
pub(crate) fn on_server(server: &Url, name: &str) -> String {
    let mut url = server.clone();
    url.set_path(name);
    url.to_string()
}

/// The test, this process and a number, within the 63 characters of PostgreSQL's names.
pub(crate) fn unique_name(test: &str) -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let test: String = test.rsplit("::").next().unwrap_or(test).to_lowercase().chars().take(36).collect();
    format!("refrain_{test}_{}_{number}", process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_and_are_never_the_same() {
        let long = "crate::module::".to_owned() + &"a_long_test_name".repeat(9);
        let (first, second) = (unique_name(&long), unique_name(&long));
        assert!(first.len() <= 63, "{first}");
        assert_ne!(first, second);
    }

    #[test]
    fn a_kept_database_is_named_without_its_password() {
        let server = Url::parse("postgres://refrain:secret@localhost:5432/postgres").expect("a url");
        let database = Database::OnServer { backend: Backend::Postgres, server, name: "refrain_x".into() };
        assert_eq!(database.place(), "postgres://refrain@localhost:5432/refrain_x");
        assert!(database.url().contains("secret"));
    }
}
