use sea_orm::DbErr;

use super::{Problem, problem::WHOLE_BODY};
use crate::db::{Constraint, is_worth_retrying, may_pass};

/// What the database said, as `?` makes it an answer in hooks and handlers.
///
/// | the database | answer |
/// |---|---|
/// | refused the row: a value that is taken, a row that is not there or still pointed at | 409 |
/// | refused a value: too long, NULL, a check, a trigger's own refusal | 400 |
/// | was away, out of time, out of room, or met a lock or another transaction | 503 with `Retry-After` |
/// | could not make sense of the statement, or gave what nobody can read | 500 |
///
/// No field is named: which of a body's members it would be depends on the table written.
/// [`Problem::of_write`] names them.
impl From<DbErr> for Problem {
    fn from(error: DbErr) -> Self {
        if let Some(refusal) = refusal(&error) {
            return refusal;
        }
        tracing::error!(%error, "the database could not tell");
        if !may_pass(&error) {
            return Self::server_error();
        }
        Self::unavailable().worth_retrying(is_worth_retrying(&error))
    }
}

/// A write that was allowed and the database refused, to whatever table: no field is named, since whose it is nobody knows.
fn refusal(error: &DbErr) -> Option<Problem> {
    Some(match Constraint::of(error)? {
        Constraint::Unique(_) => Problem::conflict("A row with these values already exists."),
        Constraint::Exclusion(_) => Problem::conflict("The row conflicts with another one."),
        Constraint::ForeignKey(_) => Problem::conflict("Rows that point at each other do not fit together."),
        Constraint::Value(_) => refused(Vec::new(), "A value cannot be stored."),
        Constraint::Raised => refused(Vec::new(), RAISED),
    })
}

/// What a trigger says may be meant for the database's own people.
pub(crate) const RAISED: &str = "The value was refused by the database.";

/// A value that cannot be stored.
pub(crate) fn refused(fields: Vec<String>, sentence: &str) -> Problem {
    let fields = if fields.is_empty() { vec![WHOLE_BODY.to_owned()] } else { fields };
    Problem::invalid(fields.into_iter().map(|field| (field, sentence)))
}
