use sea_orm::{DbErr, EntityTrait, Iden, Iterable};

use super::{Problem, problem::WHOLE_BODY};
use crate::db::Constraint;

/// A write that was allowed and the database refused: 409 for what others have already, 400 for what cannot be stored;
/// each names its field where the database does. `None` where the database failed to say.
pub(crate) fn constraint_problem<E: EntityTrait>(error: &DbErr, object_name: &str) -> Option<Problem> {
    let known: Vec<String> = E::Column::iter().map(|column| Iden::to_string(&column)).collect();
    Some(match Constraint::of(error)? {
        Constraint::Unique(names) => {
            let fields = fields::<E>(&names, &known);
            let words = if fields.is_empty() { "these values".to_owned() } else { fields.join(", ") };
            let sentence = format!("{object_name} with this {words} already exists.");
            Problem::conflict(sentence.clone()).with_errors(fields, &sentence)
        }
        Constraint::ForeignKey(names) => {
            let fields = fields::<E>(&names, &known);
            refused(fields, "Invalid pk - object does not exist.")
        }
        Constraint::Value(names) => {
            let fields = fields::<E>(&names, &known);
            refused(fields, "The value cannot be stored.")
        }
    })
}

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
