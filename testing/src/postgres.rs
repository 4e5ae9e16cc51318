//! PostgreSQL: a copy of a template database, 15 or newer.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};
use url::Url;

use crate::{Tables, database};

pub(crate) async fn create(server: &Url, name: &str, tables: Tables) -> Result<(), DbErr> {
    let admin = admin(server).await?;
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)")).await?;
    let template = match tables.template() {
        Some(template) => make_template(server, &admin, template, tables).await?,
        None => "template0".to_owned(),
    };
    let copy = format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\" STRATEGY file_copy");
    admin.execute_unprepared(&copy).await?;
    admin.close().await
}

pub(crate) async fn remove(server: &Url, name: &str) -> Result<(), DbErr> {
    let admin = admin(server).await?;
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)")).await?;
    admin.close().await
}

/// Several processes may want the template: one makes it, under another name until it is whole.
async fn make_template(
    server: &Url,
    admin: &DatabaseConnection,
    template: String,
    tables: Tables,
) -> Result<String, DbErr> {
    let exists = format!("SELECT 1 FROM pg_database WHERE datname = '{template}'");
    let exists = Statement::from_string(admin.get_database_backend(), exists);
    admin.execute_unprepared("SELECT pg_advisory_lock(7264710)").await?;
    if admin.query_one_raw(exists).await?.is_none() {
        let making = format!("{template}_making");
        admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS \"{making}\" WITH (FORCE)")).await?;
        admin.execute_unprepared(&format!("CREATE DATABASE \"{making}\" TEMPLATE template0")).await?;
        let db = database::connect(database::on_server(server, &making)).await?;
        tables.create(&db).await?;
        db.close().await?;
        admin.execute_unprepared(&format!("ALTER DATABASE \"{making}\" RENAME TO \"{template}\"")).await?;
    }
    admin.execute_unprepared("SELECT pg_advisory_unlock(7264710)").await?;
    Ok(template)
}

/// One connection, since the lock belongs to a connection.
pub(crate) async fn admin(server: &Url) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(server.to_string());
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await
}
