use std::{
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sea_orm::{DatabaseConnection, DbErr, Statement};
use tokio::time::timeout;

use crate::{Backend, database::Database};

/// A test's own database. It is a [`DatabaseConnection`] by dereference.
#[derive(Clone)]
pub struct TestDb {
    backend: Backend,
    database: Arc<Database>,
    pool: DatabaseConnection,
    others: Arc<Mutex<Vec<DatabaseConnection>>>,
}

impl TestDb {
    pub(crate) async fn open(backend: Backend, database: Arc<Database>) -> Result<Self, DbErr> {
        let pool = database.connect().await?;
        Ok(Self { backend, database, pool, others: Arc::default() })
    }

    /// Its pool of connections.
    pub fn db(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// Another pool to the same database, as another server would have.
    pub async fn another_pool(&self) -> DatabaseConnection {
        let pool = self.database.connect().await.expect("a second pool opens where the first did");
        self.others.lock().unwrap_or_else(PoisonError::into_inner).push(pool.clone());
        pool
    }

    /// The database it is on.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// What another program connects with.
    pub fn url(&self) -> String {
        self.database.url()
    }

    /// A statement in this database's dialect.
    pub fn statement(&self, sql: &str) -> Statement {
        Statement::from_string(self.pool.get_database_backend(), sql)
    }

    /// Closes every pool, so that the database can go; a connection somebody still holds is waited for briefly.
    pub(crate) async fn close(&self) {
        let others = std::mem::take(&mut *self.others.lock().unwrap_or_else(PoisonError::into_inner));
        for pool in others.iter().chain([&self.pool]) {
            let _ = timeout(Duration::from_secs(1), pool.close_by_ref()).await;
        }
    }
}

impl Deref for TestDb {
    type Target = DatabaseConnection;

    fn deref(&self) -> &DatabaseConnection {
        &self.pool
    }
}
