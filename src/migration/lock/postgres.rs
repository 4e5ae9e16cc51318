use rand::RngExt;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, IsolationLevel, Statement, TransactionTrait,
};

use super::{Attempt, one};

/// A transaction that announces a migration, and does nothing else: a pooler that lends connections by the transaction
/// leaves it its own.
pub(crate) struct Session {
    pool: DatabaseConnection,
    transaction: DatabaseTransaction,
}

impl Session {
    pub(super) async fn attempt(migrated: &DatabaseConnection) -> Result<Attempt<Self>, DbErr> {
        let options = migrated.get_postgres_connection_pool().connect_options().as_ref().clone();
        let pool = DatabaseConnection::from(one::<sea_orm::sqlx::Postgres>().connect_lazy_with(options));
        // between two statements of any other isolation it would hold a snapshot, for which `CREATE INDEX CONCURRENTLY`
        // waits
        let transaction = pool.begin_with_config(Some(IsolationLevel::ReadCommitted), None).await?;
        transaction.execute_unprepared(STAYS).await?;
        let attempt = announce(transaction).await?;
        if let Attempt::Held(_) = attempt {
            pool.close_by_ref().await?;
        }
        Ok(attempt.map(|transaction| Self { pool, transaction }))
    }

    pub(super) async fn end(self) -> Result<(), DbErr> {
        self.transaction.rollback().await?;
        self.pool.close().await
    }
}

/// However long the migrations take beside it.
const STAYS: &str = "SELECT set_config(name, '0', true) FROM pg_settings WHERE name IN \
    ('idle_in_transaction_session_timeout', 'transaction_timeout')";

/// Announces a migration in the transaction that it is a part of.
pub(super) async fn attempt_within(transaction: &DatabaseTransaction) -> Result<Attempt<()>, DbErr> {
    match announce(transaction.begin().await?).await? {
        Attempt::Taken(savepoint) => Ok(Attempt::Taken(savepoint.commit().await?)),
        Attempt::Held(by) => Ok(Attempt::Held(by)),
    }
}

/// Announces a migration where nobody else has.
///
/// Any role that may connect can take any advisory lock, and keep it. So no lock is contended for: each program takes
/// one of its own in a class of them, and looks whether others are taken there by roles that could be migrating. Two
/// that see each other both step back.
async fn announce(transaction: DatabaseTransaction) -> Result<Attempt<DatabaseTransaction>, DbErr> {
    if let Some(by) = another(&transaction).await? {
        transaction.rollback().await?;
        return Ok(Attempt::Held(by));
    }
    while !own(&transaction).await? {}
    match another(&transaction).await? {
        None => Ok(Attempt::Taken(transaction)),
        Some(by) => {
            transaction.rollback().await?;
            Ok(Attempt::Held(by))
        }
    }
}

/// Takes a lock that nobody has, unless somebody has this very one.
async fn own(db: &DatabaseTransaction) -> Result<bool, DbErr> {
    let sql = format!("SELECT pg_try_advisory_xact_lock(7264711, {})", rand::rng().random::<i32>());
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    row.map_or(Ok(false), |row| row.try_get_by_index(0))
}

/// Who else announces a migration: of roles only those count that may act as this one, as the database's owner or as the
/// owner of Django's tables.
async fn another(db: &DatabaseTransaction) -> Result<Option<String>, DbErr> {
    let sql = "SELECT 'the role `' || a.usename || '` in the server''s process ' || a.pid || \
          COALESCE(', `' || NULLIF(a.application_name, '') || '`', '') || \
          ', which `SELECT pg_terminate_backend(' || a.pid || ')` ends' \
        FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_database d ON d.oid = l.database \
        WHERE l.locktype = 'advisory' AND l.classid = 7264711 AND l.objsubid = 2 AND l.granted \
          AND d.datname = current_database() AND l.pid <> pg_backend_pid() \
          AND (pg_has_role(a.usesysid, current_user, 'MEMBER') OR pg_has_role(a.usesysid, d.datdba, 'MEMBER') \
            OR pg_has_role(a.usesysid, (SELECT c.relowner FROM pg_class c \
              WHERE c.oid = to_regclass('django_content_type')), 'MEMBER')) \
        ORDER BY a.backend_start LIMIT 1";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    row.map(|row| row.try_get_by_index(0)).transpose()
}
