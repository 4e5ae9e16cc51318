use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, RuntimeErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait, sqlx::error::DatabaseError,
};
use tracing::Instrument;

use super::passing::sqlite_kind;

/// Begins a transaction that is going to write.
///
/// In a task of its own, as it is ended: a request may be given up at any moment, and between a `BEGIN` that was sent
/// and its answer the driver does not know yet that the connection is in a transaction. Dropped there, the connection
/// would go back to the pool in one. Whoever is gone by then leaves a transaction that is rolled back.
///
/// `BEGIN IMMEDIATE` on SQLite: a transaction that reads first and writes later would fail its own write when another
/// came between. READ COMMITTED on the servers: a statement begun after a lock was waited for sees what was committed
/// meanwhile. Saying so is a statement of its own: the driver has no way to say it with `BEGIN`, and what a session was
/// set to once is nobody's behind a pooler that lends it by the transaction.
pub(crate) async fn begin_write(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    begin(db, Some(IsolationLevel::ReadCommitted)).await
}

/// The same in whatever isolation the database gives, which the first statement has to look at: see [`Isolation`].
///
/// [`Isolation`]: super::Isolation
pub(super) async fn begin_unsaid(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    begin(db, None).await
}

async fn begin(db: &DatabaseConnection, isolation_level: Option<IsolationLevel>) -> Result<DatabaseTransaction, DbErr> {
    let options = match db.get_database_backend() {
        DbBackend::Sqlite => TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        },
        _ => TransactionOptions { isolation_level, ..TransactionOptions::default() },
    };
    let db = db.clone();
    whatever_happens(async move { db.begin_with_options(options).await }).await
}

/// Commits, also where nobody waits for it any more.
pub(crate) async fn commit(transaction: DatabaseTransaction) -> Result<(), DbErr> {
    whatever_happens(transaction.commit()).await
}

/// Rolls back, likewise.
pub(crate) async fn roll_back(transaction: DatabaseTransaction) -> Result<(), DbErr> {
    whatever_happens(transaction.rollback()).await
}

/// To its end, though the one who asked may be gone before.
async fn whatever_happens<T: Send + 'static>(
    work: impl Future<Output = Result<T, DbErr>> + Send + 'static,
) -> Result<T, DbErr> {
    tokio::spawn(work.in_current_span())
        .await
        .unwrap_or_else(|error| Err(DbErr::Custom(format!("a transaction's task did not end: {error}"))))
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
    match sqlite_kind(&code) {
        // SQLite: busy, and what constraints refuse
        Some(kind) => matches!(kind, 5 | 19),
        // SQLSTATE: constraints, wrong states of a transaction, rollbacks, errors raised by triggers
        None => {
            code != "40003" && ["22", "23", "25", "40", "44", "45", "P0"].iter().any(|class| code.starts_with(class))
        }
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
