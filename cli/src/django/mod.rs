//! What is in the database of a Django site, and what of it can be declared.

mod apps;
mod declare;
mod report;
mod site;
mod tables;

use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use self::{site::Site, tables::Tables};
use crate::error::{Error, Result};

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
    // another scheme is refused here: the driver's own words would hold the address, and its password
    let (scheme, rest) = url.split_once(':').unwrap_or_default();
    let scheme = match scheme {
        "sqlite" | "mysql" => scheme,
        "postgres" | "postgresql" => "postgres",
        "mariadb" => "mysql",
        _ => return Err(Error::refused("the address begins with `postgres://`, `mysql://` or `sqlite://`")),
    };
    let url = format!("{scheme}:{rest}");
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false).acquire_timeout(PATIENCE);
    Ok(Database::connect(options).await?)
}
