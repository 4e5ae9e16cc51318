//! What is in the database of a Django site, and what of it can be declared.

mod apps;
mod declare;
mod report;
mod site;
mod tables;

use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use self::{site::Site, tables::Tables};
use crate::error::Result;

/// How long a server is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Tells what is there; writes declarations where asked.
pub(crate) async fn inspect(url: &str, write: bool, apps: &[String]) -> Result<String> {
    let db = connect(url).await?;
    let tables = Tables::read(&db).await?;
    let site = Site::read(&db, &tables).await?;
    let mut told = report::report(&site, &tables);
    if write {
        told += "\n";
        told += &declare::write(&site, &tables, apps)?;
    }
    db.close().await?;
    Ok(told)
}

/// Looks, and changes nothing: a SQLite file that is not there is not made.
async fn connect(url: &str) -> Result<DatabaseConnection> {
    let url = url.strip_prefix("mariadb:").map_or_else(|| url.to_owned(), |rest| format!("mysql:{rest}"));
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false).acquire_timeout(PATIENCE);
    Ok(Database::connect(options).await?)
}
