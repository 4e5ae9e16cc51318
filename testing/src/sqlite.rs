//! SQLite: a copy of a file made once.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use sea_orm::{DatabaseConnection, DbErr};

use crate::{Tables, database};

/// The connections of one pool.
pub(crate) const CONNECTIONS: u32 = 5;

/// A database in a folder of its own, which also takes SQLite's side files.
pub(crate) struct File {
    folder: PathBuf,
}

impl File {
    pub(crate) async fn create(name: &str, tables: Tables) -> Result<Self, DbErr> {
        let file = Self { folder: home().join(name) };
        // A test that failed under the same name, in a process that had this one's id, may have left its own.
        let _ = fs::remove_dir_all(&file.folder);
        fs::create_dir_all(&file.folder).map_err(|error| at(&file.folder, error))?;
        if let Some(template) = tables.template() {
            let template = make_template(&template, tables).await?;
            fs::copy(&template, file.path()).map_err(|error| at(&template, error))?;
        }
        Ok(file)
    }

    /// Several connections that wait for each other's writes, in the mode servers use.
    #[cfg(feature = "sqlite")]
    pub(crate) async fn connect(&self) -> Result<DatabaseConnection, DbErr> {
        use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

        let mut options = sea_orm::ConnectOptions::new(self.url());
        options.max_connections(CONNECTIONS).sqlx_logging(false).map_sqlx_sqlite_opts(|options| {
            options
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Off)
                .busy_timeout(std::time::Duration::from_secs(5))
        });
        sea_orm::Database::connect(options).await
    }

    #[cfg(not(feature = "sqlite"))]
    pub(crate) async fn connect(&self) -> Result<DatabaseConnection, DbErr> {
        database::connect(self.url()).await
    }

    pub(crate) fn remove(&self) -> Result<(), DbErr> {
        fs::remove_dir_all(&self.folder).map_err(|error| at(&self.folder, error))
    }

    pub(crate) fn url(&self) -> String {
        url(&self.path())
    }

    fn path(&self) -> PathBuf {
        self.folder.join("db.sqlite3")
    }
}

/// Several processes may make the same template; each renames its own whole file over the others'.
async fn make_template(name: &str, tables: Tables) -> Result<PathBuf, DbErr> {
    let path = home().join(format!("{name}.sqlite3"));
    if path.exists() {
        return Ok(path);
    }
    let making = home().join(format!("{}.making", database::unique_name(name)));
    let db = database::connect(url(&making)).await?;
    tables.create(&db).await?;
    db.close().await?;
    fs::rename(&making, &path).map_err(|error| at(&path, error))?;
    Ok(path)
}

/// Where templates stay, and the databases of tests that failed.
fn home() -> PathBuf {
    env::temp_dir().join("refrain-testing")
}

fn url(path: &Path) -> String {
    format!("sqlite://{}?mode=rwc", path.display())
}

fn at(path: &Path, error: io::Error) -> DbErr {
    DbErr::Custom(format!("`{}`: {error}", path.display()))
}
