use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    StatementBuilder, TransactionTrait,
};

/// What runs statements: a connection, or the transaction under way.
///
/// Everything here that asks the database takes `impl Into<Db>`: `&connection`, `&transaction`, or what
/// [`Context::db`](crate::Context::db) hands out.
#[derive(Clone, Copy, Debug)]
pub enum Db<'a> {
    /// A pool of connections.
    Connection(&'a DatabaseConnection),
    /// A transaction.
    Transaction(&'a DatabaseTransaction),
}

impl Db<'_> {
    /// Begins a transaction, or within one a savepoint.
    pub(crate) async fn begin(self) -> Result<DatabaseTransaction, DbErr> {
        match self {
            Self::Connection(db) => super::begin_write(db).await,
            Self::Transaction(db) => db.begin().await,
        }
    }

    /// Runs a statement that must not be lost once it is answered: in a transaction of its own, unless one is under way,
    /// so that it is committed whatever state the connection was left in.
    pub(crate) async fn execute_whole(self, statement: &impl StatementBuilder) -> Result<ExecResult, DbErr> {
        match self {
            Self::Connection(_) => {
                let transaction = self.begin().await?;
                let done = transaction.execute(statement).await?;
                super::commit(transaction).await?;
                Ok(done)
            }
            Self::Transaction(db) => db.execute(statement).await,
        }
    }
}

impl<'a> From<&'a DatabaseConnection> for Db<'a> {
    fn from(db: &'a DatabaseConnection) -> Self {
        Self::Connection(db)
    }
}

impl<'a> From<&'a DatabaseTransaction> for Db<'a> {
    fn from(db: &'a DatabaseTransaction) -> Self {
        Self::Transaction(db)
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
        match self {
            Self::Connection(db) => db.get_database_backend(),
            Self::Transaction(db) => db.get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self {
            Self::Connection(db) => db.execute_raw(statement).await,
            Self::Transaction(db) => db.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self {
            Self::Connection(db) => db.execute_unprepared(sql).await,
            Self::Transaction(db) => db.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Connection(db) => db.query_one_raw(statement).await,
            Self::Transaction(db) => db.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Connection(db) => db.query_all_raw(statement).await,
            Self::Transaction(db) => db.query_all_raw(statement).await,
        }
    }

    fn support_returning(&self) -> bool {
        match self {
            Self::Connection(db) => db.support_returning(),
            Self::Transaction(db) => db.support_returning(),
        }
    }
}
