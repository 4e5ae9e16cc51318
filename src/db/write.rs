use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, RuntimeErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
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
pub(crate) fn is_worth_retrying(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
        return false;
    };
    let code = error.as_database_error().and_then(|error| error.code());
    // SQLSTATE of PostgreSQL and MariaDB: serialization failure, deadlock; SQLite: busy, and busy with a stale snapshot
    matches!(code.as_deref(), Some("40001" | "40P01" | "5" | "517"))
}
