//! Whose the token is.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, Statement};

/// What is in `Authorization: Token …`.
pub(crate) fn token(header: Option<&str>) -> Option<&str> {
    header?.strip_prefix("Token ")
}

/// One row of the token's active user: their key as `id`, and what is selected besides. `{1}` in it is the second value.
pub(crate) async fn look_up(
    db: &DatabaseConnection,
    token: &str,
    select: &str,
    value: Option<&str>,
) -> Result<Option<QueryResult>, DbErr> {
    let on = db.get_database_backend();
    let [first, second] = if on == DbBackend::Postgres { ["$1", "$2"] } else { ["?1", "?2"] };
    let sql = format!(
        "SELECT u.id, {} FROM authtoken_token t JOIN auth_user u ON u.id = t.user_id WHERE t.key = {first} AND u.is_active",
        select.replace("{1}", second)
    );
    let values = [token].into_iter().chain(value).map(sea_orm::Value::from);
    db.query_one_raw(Statement::from_sql_and_values(on, sql, values)).await
}
