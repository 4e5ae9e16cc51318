//! MariaDB: it cannot copy a database, so each gets its tables by the statements that make them.
//!
//! Text is compared byte by byte, as on SQLite and PostgreSQL and as the migrations have it in Django's tables, so that one
//! expectation holds on all three. A database without tables has the server's own settings.

use sea_orm::{ConnectionTrait, DbErr};
use url::Url;

use crate::{Tables, database};

pub(crate) async fn create(server: &Url, name: &str, tables: Tables) -> Result<(), DbErr> {
    remove(server, name).await?;
    let admin = database::connect(server.to_string()).await?;
    let collation = match tables {
        Tables::None => "",
        _ => " CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
    };
    admin.execute_unprepared(&format!("CREATE DATABASE `{name}`{collation}")).await?;
    admin.close().await?;
    let db = database::connect(database::on_server(server, name)).await?;
    tables.create(&db).await?;
    db.close().await
}

pub(crate) async fn remove(server: &Url, name: &str) -> Result<(), DbErr> {
    let admin = database::connect(server.to_string()).await?;
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS `{name}`")).await?;
    admin.close().await
}
