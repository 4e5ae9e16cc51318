use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::{DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, QueryResult};

use super::{begin_write, is_worth_retrying, write::begin_unsaid};

/// Whether writes over a pool have to say that they are READ COMMITTED, which takes a statement.
///
/// They do not say it at first: the statement that reads a write's caller anew tells which isolation it has. Nothing is
/// believed, as every write looks, and none can change it after its first statement. One that has another is begun again
/// and says it, as all do from then on: the database, the role or the pool has another default.
#[derive(Debug, Default)]
pub(crate) struct Isolation {
    is_said: AtomicBool,
}

/// A transaction that is READ COMMITTED, or has yet to be looked at.
pub(crate) struct Begun {
    pub(crate) transaction: DatabaseTransaction,
    is_said: bool,
}

impl Isolation {
    /// Begins a write; it says its isolation where nobody is going to look.
    pub(crate) async fn begin(&self, db: &DatabaseConnection, looks: bool) -> Result<Begun, DbErr> {
        let is_said = !looks || self.is_said.load(Ordering::Relaxed);
        let transaction = if is_said { begin_write(db).await? } else { begin_unsaid(db).await? };
        Ok(Begun { transaction, is_said })
    }

    /// Is this what a write needs? Where not, it is to be begun again.
    pub(crate) fn fits(&self, begun: &Begun, is_read_committed: bool) -> bool {
        if begun.is_said || is_read_committed {
            return true;
        }
        if !self.is_said.swap(true, Ordering::Relaxed) {
            tracing::info!("transactions are not READ COMMITTED by themselves here: each write says that it is");
        }
        false
    }

    /// May it be for its isolation that a statement failed before one could look? Then it is to be begun again too: where
    /// others write meanwhile, a snapshot fails its first lock, and READ COMMITTED does not.
    pub(crate) fn may_have_failed(&self, begun: &Begun, error: &DbErr) -> bool {
        is_worth_retrying(error) && !self.fits(begun, false)
    }

    /// What a transaction's first statement selects to be looked at, as `isolation`.
    pub(crate) fn column(on: DbBackend) -> &'static str {
        match on {
            DbBackend::Postgres => "current_setting('transaction_isolation') AS isolation",
            // MariaDB reads the first of them, MySQL the second, and neither the other's
            DbBackend::MySql => "/*M! @@tx_isolation */ /*!50720 @@transaction_isolation */ AS isolation",
            // every statement sees what was committed before the write began, and nothing is committed meanwhile
            _ => "'READ-COMMITTED' AS isolation",
        }
    }

    /// What it says there.
    pub(crate) fn is_read_committed(row: &QueryResult) -> Result<bool, DbErr> {
        Ok(row.try_get::<String>("", "isolation")?.replace('-', " ").eq_ignore_ascii_case("read committed"))
    }
}
