use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, RuntimeErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait, sqlx::error::DatabaseError,
};

/// Begins a transaction that is going to write.
///
/// `BEGIN IMMEDIATE` on SQLite: a transaction that reads first and writes later would fail its own write when another
/// came between. READ COMMITTED on the servers: a statement begun after a lock was waited for sees what was committed
/// meanwhile.
pub(crate) async fn begin_write(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = match db.get_database_backend() {
        DbBackend::Sqlite => TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        },
        _ => {
            TransactionOptions { isolation_level: Some(IsolationLevel::ReadCommitted), ..TransactionOptions::default() }
        }
    };
    db.begin_with_options(options).await
}

/// A deadlock or a serialization failure: the transaction did nothing, and may be run again.
///
/// SQLite's `busy` is not one: it was waited for as long as the pool's `lock_timeout` allows. A stale snapshot is.
pub(crate) fn is_worth_retrying(error: &DbErr) -> bool {
    // SQLSTATE of PostgreSQL and MariaDB: serialization failure, deadlock; SQLite: busy with a stale snapshot
    said_by_database(error).is_some_and(|error| matches!(error.code().as_deref(), Some("40001" | "40P01" | "517")))
}

/// Did the database refuse a commit, so that nothing was written? Whatever else comes of one leaves that open: a
/// connection that broke, a server that is shutting down.
pub(crate) fn was_refused(error: &DbErr) -> bool {
    let Some(code) = said_by_database(error).and_then(|error| error.code()) else { return false };
    match code.parse::<u32>() {
        // SQLite: busy, and what constraints refuse; the low byte is the kind of error
        Ok(code) if code.to_string().len() < 5 => matches!(code & 0xff, 5 | 19),
        // SQLSTATE: constraints, wrong states of a transaction, rollbacks, errors raised by triggers
        _ => code != "40003" && ["22", "23", "25", "40", "44", "45", "P0"].iter().any(|class| code.starts_with(class)),
    }
}

fn said_by_database(error: &DbErr) -> Option<&(dyn DatabaseError + 'static)> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            error.as_database_error()
        }
        _ => None,
    }
}
