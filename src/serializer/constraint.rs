use sea_orm::{DbErr, EntityTrait, Iden, Iterable};

use super::Serializer;
use crate::{
    db::Constraint,
    http::{Problem, RAISED, refused},
    model::Model,
};

impl Problem {
    /// What a write of a model's row came to, where the database refused it: as `?` has it, and naming the fields as
    /// the serializer does.
    ///
    /// ```
    /// # use refrain::doc_example::{car, cars::Car};
    /// use refrain::{Db, Problem};
    /// use sea_orm::ActiveModelTrait;
    ///
    /// async fn add(db: Db<'_>, car: car::ActiveModel) -> Result<car::Model, Problem> {
    ///     car.insert(&db).await.map_err(Problem::of_write::<Car>)
    /// }
    /// # let _ = add;
    /// ```
    pub fn of_write<S: Serializer>(error: DbErr) -> Self {
        constraint_problem::<S>(&error).unwrap_or_else(|| error.into())
    }
}

/// What a key points at that is the key of no row.
pub(crate) const NO_SUCH_ROW: &str = "Invalid pk - object does not exist.";

/// A write that was allowed and the database refused: 409 for what others have already, 400 for what cannot be stored;
/// each names its field where the database does. `None` where the database failed to say.
pub(crate) fn constraint_problem<S: Serializer>(error: &DbErr) -> Option<Problem> {
    let object_name = S::Entity::OBJECT_NAME;
    Some(match Constraint::of(error)? {
        Constraint::Unique(names) => {
            let fields = fields::<S>(&names);
            let words =
                if fields.is_empty() { "these values".to_owned() } else { format!("this {}", fields.join(", ")) };
            let sentence = format!("{object_name} with {words} already exists.");
            Problem::conflict(sentence.clone()).with_errors(fields, &sentence)
        }
        Constraint::Exclusion(names) => {
            let sentence = format!("{object_name} conflicts with another one.");
            Problem::conflict(sentence.clone()).with_errors(fields::<S>(&names), &sentence)
        }
        Constraint::ForeignKey(names) => {
            let fields = fields::<S>(&names);
            refused(fields, NO_SUCH_ROW)
        }
        Constraint::Value(names) => {
            let fields = fields::<S>(&names);
            refused(fields, "The value cannot be stored.")
        }
        Constraint::Raised => refused(Vec::new(), RAISED),
    })
}

/// What callers know the columns as that are among the names given; of a column that is no field nothing is told.
fn fields<S: Serializer>(names: &[String]) -> Vec<String> {
    let field = |column: &String| S::fields().iter().find(|field| Iden::to_string(&field.column()) == *column);
    columns::<S::Entity>(names).iter().filter_map(field).map(|field| field.name().to_owned()).collect()
}

/// The columns among the names given, which may be those of columns or of a key over them.
fn columns<E: EntityTrait>(names: &[String]) -> Vec<String> {
    let known: Vec<String> = E::Column::iter().map(|column| Iden::to_string(&column)).collect();
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
