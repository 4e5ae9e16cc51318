use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    StatementBuilder, TransactionTrait,
};

use super::given_up::Abandonable;

/// What runs statements: a connection, or the transaction under way.
///
/// ```
/// # use refrain::doc_example::Example;
/// # refrain::doc_example::run(async |Example { db, alice, .. }| {
/// use refrain::{Db, Result, auth::User};
/// use sea_orm::TransactionTrait;
///
/// async fn may_publish(db: impl Into<Db<'_>>, user: &User) -> Result<bool> {
///     user.has_perm(db, "drivers.publish_car").await
/// }
///
/// assert!(!may_publish(&db, &alice).await?);
/// let transaction = db.begin().await?;
/// assert!(!may_publish(&transaction, &alice).await?);
/// # Ok(())
/// # });
/// ```
///
/// Everything here that asks the database takes `impl Into<Db>`: `&connection`, `&transaction`, or what
/// [`Context::db`](crate::Context::db) hands out.
#[derive(Clone, Copy, Debug)]
pub struct Db<'a> {
    on: Executor<'a>,
    /// set by every statement, where somebody wants to know of them
    has_run: Option<&'a AtomicBool>,
    /// beside a standby, where who somebody is and what they hold is read
    primary: Option<&'a DatabaseConnection>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Executor<'a> {
    Connection(&'a DatabaseConnection),
    Transaction(&'a DatabaseTransaction),
}

impl<'a> Db<'a> {
    /// The same, which tells by this flag that it ran a statement.
    pub(crate) fn telling(self, has_run: &'a AtomicBool) -> Self {
        Self { has_run: Some(has_run), ..self }
    }

    /// A transaction on a standby, of this primary.
    pub(crate) fn of_standby(standby: &'a DatabaseTransaction, primary: &'a DatabaseConnection) -> Self {
        Self { primary: Some(primary), ..standby.into() }
    }

    /// Where who somebody is and what they hold is read: never from a standby.
    pub(crate) fn of_identity(self) -> Self {
        self.primary.map_or(self, |primary| Self { has_run: self.has_run, ..primary.into() })
    }

    /// What it is, to run something by.
    pub(crate) fn executor(self) -> Executor<'a> {
        super::statements_run::count_one();
        if let Some(has_run) = self.has_run {
            has_run.store(true, Ordering::Relaxed);
        }
        self.on
    }

    /// Tells this very pool, or transaction, from another.
    pub(crate) fn address(self) -> usize {
        match self.on {
            Executor::Connection(db) => std::ptr::from_ref(db) as usize,
            Executor::Transaction(db) => std::ptr::from_ref(db) as usize,
        }
    }

    /// The pool, outside a transaction.
    pub(crate) fn connection(self) -> Option<&'a DatabaseConnection> {
        match self.on {
            Executor::Connection(db) => Some(db),
            Executor::Transaction(_) => None,
        }
    }

    pub(crate) fn is_transaction(self) -> bool {
        matches!(self.on, Executor::Transaction(_))
    }

    /// Begins a transaction, or within one a savepoint.
    pub(crate) async fn begin(self) -> Result<DatabaseTransaction, DbErr> {
        match self.executor() {
            Executor::Connection(db) => super::begin_write(db).await,
            Executor::Transaction(db) => Abandonable::pinned(db.begin()).await,
        }
    }

    /// Runs a statement that must not be lost once it is answered: in a transaction of its own, unless one is under way,
    /// so that it is committed whatever state the connection was left in.
    pub(crate) async fn execute_whole(self, statement: &impl StatementBuilder) -> Result<ExecResult, DbErr> {
        if self.is_transaction() {
            return self.execute(statement).await;
        }
        let transaction = self.begin().await?;
        let done = Db { has_run: self.has_run, ..Db::from(&transaction) }.execute(statement).await?;
        super::commit(transaction).await?;
        Ok(done)
    }
}

impl<'a> From<&'a DatabaseConnection> for Db<'a> {
    fn from(db: &'a DatabaseConnection) -> Self {
        Self { on: Executor::Connection(db), has_run: None, primary: None }
    }
}

impl<'a> From<&'a DatabaseTransaction> for Db<'a> {
    fn from(db: &'a DatabaseTransaction) -> Self {
        Self { on: Executor::Transaction(db), has_run: None, primary: None }
    }
}

impl<'a> From<&Db<'a>> for Db<'a> {
    fn from(db: &Db<'a>) -> Self {
        *db
    }
}

#[async_trait]
impl ConnectionTrait for Db<'_> {
    fn get_database_backend(&self) -> DbBackend {
        match self.on {
            Executor::Connection(db) => db.get_database_backend(),
            Executor::Transaction(db) => db.get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self.executor() {
            Executor::Connection(db) => Abandonable::pinned(db.execute_raw(statement)).await,
            Executor::Transaction(db) => Abandonable::pinned(db.execute_raw(statement)).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self.executor() {
            Executor::Connection(db) => Abandonable::pinned(db.execute_unprepared(sql)).await,
            Executor::Transaction(db) => Abandonable::pinned(db.execute_unprepared(sql)).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self.executor() {
            Executor::Connection(db) => Abandonable::pinned(db.query_one_raw(statement)).await,
            Executor::Transaction(db) => Abandonable::pinned(db.query_one_raw(statement)).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self.executor() {
            Executor::Connection(db) => Abandonable::pinned(db.query_all_raw(statement)).await,
            Executor::Transaction(db) => Abandonable::pinned(db.query_all_raw(statement)).await,
        }
    }

    fn support_returning(&self) -> bool {
        match self.on {
            Executor::Connection(db) => db.support_returning(),
            Executor::Transaction(db) => db.support_returning(),
        }
    }
}
