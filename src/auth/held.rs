use std::collections::HashSet;

use sea_orm::{DbErr, QueryResult};

/// The permissions a user holds, as labels.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    pub(crate) direct: HashSet<String>,
    pub(crate) through_groups: HashSet<String>,
}

impl Held {
    /// Reads the two aggregates that the statement loading a user selects.
    pub(super) fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self { direct: labels(row, "direct")?, through_groups: labels(row, "through_groups")? })
    }

    pub(crate) fn contains(&self, label: &str) -> bool {
        self.direct.contains(label) || self.through_groups.contains(label)
    }

    pub(crate) fn all(&self) -> HashSet<String> {
        self.direct.union(&self.through_groups).cloned().collect()
    }
}

/// A JSON array of labels; what cannot be read is an error, never nothing held.
fn labels(row: &QueryResult, column: &str) -> Result<HashSet<String>, DbErr> {
    let Some(json) = row.try_get::<Option<String>>("", column)? else { return Ok(HashSet::new()) };
    serde_json::from_str(&json).map_err(|error| DbErr::Type(format!("the permissions held cannot be read: {error}")))
}
