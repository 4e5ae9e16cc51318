use sea_orm::{DbErr, EntityTrait, Iden, Iterable};

use super::{Problem, problem::WHOLE_BODY};
use crate::{
    db::{Constraint, is_worth_retrying, may_pass},
    model::Model,
};

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

impl Problem {
    /// What a write of a model's row came to, where the database refused it: as `?` has it, and naming the fields.
    ///
    /// ```
    /// # use refrain::doc_example::car;
    /// use refrain::{Db, Problem};
    /// use sea_orm::ActiveModelTrait;
    ///
    /// async fn add(db: Db<'_>, car: car::ActiveModel) -> Result<car::Model, Problem> {
    ///     car.insert(&db).await.map_err(Problem::of_write::<car::Entity>)
    /// }
    /// # let _ = add;
    /// ```
    pub fn of_write<E: Model>(error: DbErr) -> Self {
        constraint_problem::<E>(&error).unwrap_or_else(|| error.into())
    }
}

/// A write that was allowed and the database refused: 409 for what others have already, 400 for what cannot be stored;
/// each names its field where the database does. `None` where the database failed to say.
pub(crate) fn constraint_problem<E: Model>(error: &DbErr) -> Option<Problem> {
    let object_name = E::OBJECT_NAME;
    let known: Vec<String> = E::Column::iter().map(|column| Iden::to_string(&column)).collect();
    Some(match Constraint::of(error)? {
        Constraint::Unique(names) => {
            let fields = fields::<E>(&names, &known);
            let words =
                if fields.is_empty() { "these values".to_owned() } else { format!("this {}", fields.join(", ")) };
            let sentence = format!("{object_name} with {words} already exists.");
            Problem::conflict(sentence.clone()).with_errors(fields, &sentence)
        }
        Constraint::Exclusion(names) => {
            let sentence = format!("{object_name} conflicts with another one.");
            Problem::conflict(sentence.clone()).with_errors(fields::<E>(&names, &known), &sentence)
        }
        Constraint::ForeignKey(names) => {
            let fields = fields::<E>(&names, &known);
            refused(fields, "Invalid pk - object does not exist.")
        }
        Constraint::Value(names) => {
            let fields = fields::<E>(&names, &known);
            refused(fields, "The value cannot be stored.")
        }
        Constraint::Raised => refused(Vec::new(), RAISED),
    })
}

/// The same of a write to whatever table: no field is named, since whose it is nobody knows.
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
const RAISED: &str = "The value was refused by the database.";

fn refused(fields: Vec<String>, sentence: &str) -> Problem {
    let fields = if fields.is_empty() { vec![WHOLE_BODY.to_owned()] } else { fields };
    Problem::invalid(fields.into_iter().map(|field| (field, sentence)))
}

/// The columns among the names given, which may be those of columns or of a key over them.
fn fields<E: EntityTrait>(names: &[String], known: &[String]) -> Vec<String> {
    let exact: Vec<String> = names.iter().filter(|name| known.contains(name)).cloned().collect();
    if !exact.is_empty() {
        return exact;
    }
    // Django names a constraint `<table>_<columns>_<hash>_uniq`, PostgreSQL one without a name `<table>_<columns>_check`
    let table = E::default().table_name().to_owned();
    let mut rest = names.first().and_then(|name| name.strip_prefix(&table)).unwrap_or_default();
    let mut found = Vec::new();
    while let Some(after) = rest.strip_prefix('_') {
        let named = |column: &&String| {
            after.strip_prefix(column.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        let Some(column) = known.iter().filter(named).max_by_key(|column| column.len()) else { break };
        found.push(column.clone());
        rest = &after[column.len()..];
    }
    found
}
