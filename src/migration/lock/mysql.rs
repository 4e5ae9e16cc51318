use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, QueryResult, Statement};

use super::{Attempt, one};

/// Takes the lock of this database's name, over a session of its own.
///
/// These locks are the whole server's, and any account of it can take one and keep it; nothing tells an account without
/// privileges whose it is. So all that can be done is not to wait for ever, and to say which connection to end.
pub(super) async fn attempt(migrated: &DatabaseConnection) -> Result<Attempt<DatabaseConnection>, DbErr> {
    let options = migrated.get_mysql_connection_pool().connect_options().as_ref().clone();
    let session = DatabaseConnection::from(one::<sea_orm::sqlx::MySql>().connect_lazy_with(options));
    // however long the migrations take beside it
    session.execute_unprepared("SET SESSION wait_timeout = 2147483").await?;
    let taken = ask(&session, "SELECT GET_LOCK(CONCAT('refrain.migrate.', MD5(DATABASE())), 0) = 1").await?;
    if taken.map_or(Ok(false), |row| row.try_get_by_index(0))? {
        return Ok(Attempt::Taken(session));
    }
    let by = holder(&session).await?;
    session.close().await?;
    Ok(Attempt::Held(by))
}

async fn holder(session: &DatabaseConnection) -> Result<String, DbErr> {
    let sql = "SELECT CAST(h.id AS char), CONCAT(p.user, '@', p.host) \
        FROM (SELECT IS_USED_LOCK(CONCAT('refrain.migrate.', MD5(DATABASE()))) AS id) h \
        LEFT JOIN information_schema.processlist p ON p.id = h.id";
    let row = ask(session, sql).await?;
    let read = |row: QueryResult| Ok::<_, DbErr>((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
    let (id, account): (Option<String>, Option<String>) = row.map_or(Ok((None, None)), read)?;
    Ok(match (id, account) {
        (None, _) => "it ended just now".to_owned(),
        (Some(id), None) => format!("the server's connection {id}, which `KILL {id}` ends"),
        (Some(id), Some(account)) => format!("`{account}` in the server's connection {id}, which `KILL {id}` ends"),
    })
}

async fn ask(session: &DatabaseConnection, sql: &str) -> Result<Option<QueryResult>, DbErr> {
    session.query_one_raw(Statement::from_string(session.get_database_backend(), sql)).await
}
