use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::DatabaseConnection;

/// The statements that went through a connection, in the order in which they ended.
///
/// Measured on the three databases: statements inside transactions begun from the connection are counted, nested
/// transactions included. `BEGIN`, `COMMIT`, `ROLLBACK`, savepoints and the `SET TRANSACTION` of an isolation level are
/// not, nor is `execute_unprepared`. A failed statement counts.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<Mutex<Vec<String>>>);

/// A connection over the same pool whose statements are counted; the given one stays uncounted.
pub fn counted(db: &DatabaseConnection) -> (DatabaseConnection, Counter) {
    let (mut db, counter) = (db.clone(), Counter::default());
    let recorder = counter.clone();
    db.set_metric_callback(move |info| recorder.statements().push(info.statement.sql.clone()));
    (db, counter)
}

impl Counter {
    /// How many statements there were since the last `take`.
    pub fn count(&self) -> usize {
        self.statements().len()
    }

    /// Their SQL, with placeholders; counting starts anew.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.statements())
    }

    fn statements(&self) -> MutexGuard<'_, Vec<String>> {
        // A push or take that panicked leaves a whole list behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
