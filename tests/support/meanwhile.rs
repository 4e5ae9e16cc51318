//! Holding a write back, so that something can come between its parts.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use poem::Body;
use refrain_testing::{Backend, TestDb};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
    sea_query::{Alias, Expr, ExprTrait, Query},
};
use tokio::{
    io::{AsyncRead, AsyncWriteExt, DuplexStream, ReadBuf},
    sync::Notify,
};

/// A transaction that has the lock on this car before the write asks for it.
pub async fn begin_first(other: &DatabaseConnection, car: i64) -> DatabaseTransaction {
    let sqlite = other.get_database_backend() == DbBackend::Sqlite;
    let immediate = sqlite.then_some(SqliteTransactionMode::Immediate);
    let options = TransactionOptions { sqlite_transaction_mode: immediate, ..Default::default() };
    let transaction = other.begin_with_options(options).await.unwrap();
    let lock = Query::update()
        .table(Alias::new("drivers_car"))
        .value(Alias::new("name"), "touched")
        .and_where(Expr::col("id").eq(car))
        .to_owned();
    transaction.execute(&lock).await.unwrap();
    transaction
}

/// A body that its sender holds back.
pub fn held_back() -> (Body, Gate) {
    let (writer, reader) = tokio::io::duplex(1024);
    let read = Arc::new(Notify::new());
    (Body::from_async_read(Watched { reader, read: read.clone() }), Gate { writer, read })
}

pub struct Gate {
    writer: DuplexStream,
    read: Arc<Notify>,
}

impl Gate {
    /// Waits until the body is asked for: the row was judged, and nothing is locked.
    pub async fn is_read(&self) {
        tokio::time::timeout(Duration::from_secs(10), self.read.notified()).await.expect("the body is read");
    }

    pub async fn release(mut self, body: serde_json::Value) {
        self.writer.write_all(body.to_string().as_bytes()).await.unwrap();
        self.writer.shutdown().await.unwrap();
    }
}

struct Watched {
    reader: DuplexStream,
    read: Arc<Notify>,
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        self.read.notify_one();
        Pin::new(&mut self.reader).poll_read(cx, buffer)
    }
}

/// Until somebody waits for a lock. SQLite does not say who waits: there it is time that passes.
pub async fn wait_until_blocked(db: &TestDb, other: &DatabaseConnection) {
    let sql = match db.backend() {
        Backend::Sqlite => return tokio::time::sleep(Duration::from_millis(200)).await,
        Backend::Postgres => {
            "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        }
        Backend::MariaDb => {
            // the tables of transactions are refreshed only once nobody has read them for a while
            "SELECT count(*) AS n FROM information_schema.processlist \
             WHERE db = database() AND command <> 'Sleep' AND info LIKE '%FOR UPDATE' AND time_ms > 50"
        }
    };
    for _ in 0..500 {
        let row = other.query_one_raw(db.statement(sql)).await.unwrap().unwrap();
        if row.try_get::<i64>("", "n").unwrap() > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody waited for the lock");
}
