use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::{DbBackend, QueryResult, Value, sea_query::Expr};

use crate::db::{Sql, StatementText};

/// A row of another table that the statement finding a user reads too, since the endpoint is about to ask for it.
///
/// Nothing of it counts before the user was found and what guards the row has spoken.
#[derive(Clone, Debug)]
pub(crate) struct JoinedRow {
    /// the columns of a row, and what is asked about it and the [`CALLER`]
    pub(crate) columns: Arc<Sql>,
    /// as statements name it
    pub(crate) table: Arc<str>,
    /// true of one row at most; becomes text only where somebody is looked for
    pub(crate) is_it: Arc<Expr>,
}

/// The tables' names in the statements that find a user: no other table can be joined under one of them.
pub(crate) const TAKEN: [&str; 3] = ["u", "t", "asked"];

/// What they call the key of the user.
pub(crate) const CALLER: &str = "u.id";

/// What was read with a user, until the endpoint takes it.
#[derive(Default)]
pub(super) struct Joined(Mutex<Option<Read>>);

/// A row as it came, whose it is, and when.
pub(super) struct Read {
    pub(super) row: QueryResult,
    pub(super) of: Arc<JoinedRow>,
    /// [`Auth::grants_made`](super::Auth::grants_made) before it was read
    pub(super) as_of: u64,
}

impl Joined {
    pub(super) fn put(&self, read: Read) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(read);
    }

    pub(super) fn take(&self) -> Option<Read> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A statement's text in the parts between which a joined row is written.
pub(super) struct Text {
    columns: String,
    from: String,
    by: String,
    whole: String,
}

impl Text {
    pub(super) fn new(columns: String, from: &str, by: &str) -> Self {
        let whole = format!("{columns} FROM {from} WHERE {by}");
        Self { columns, from: format!(" FROM {from} "), by: format!(" WHERE {by}"), whole }
    }

    /// The text with everything it binds, of which `values` stand before the one the user is found by.
    pub(super) fn with(
        &self,
        row: Option<&JoinedRow>,
        mut values: Vec<Value>,
        found_by: Value,
    ) -> (String, Vec<Value>) {
        let Some(row) = row else {
            values.push(found_by);
            return (self.whole.clone(), values);
        };
        // PostgreSQL's places have numbers, and the user's is settled; elsewhere they count as they stand
        let on = row.columns.on();
        let is_numbered = on == DbBackend::Postgres;
        let mut behind = Some(found_by);
        if is_numbered {
            values.extend(behind.take());
        }
        let text = StatementText::binding(on, values, self.whole.len() + 512);
        let text = text.text(&self.columns).text(", ").sql(&row.columns).text(&self.from);
        let text = text.text("LEFT JOIN ").text(&row.table).text(" ON ").expr(&row.is_it).text(&self.by);
        let (text, mut values) = text.parts();
        values.extend(behind);
        (text, values)
    }
}
