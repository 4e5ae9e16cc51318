use std::{collections::HashSet, fmt};

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

/// Labels, as the number of their characters and a JSON array of them. What cannot be read, and what is shorter than
/// that, is an error: never less held than there is, nor anything else.
fn labels(row: &QueryResult, column: &str) -> Result<HashSet<String>, DbErr> {
    let text: String = row.try_get("", column)?;
    let unreadable = |why: &dyn fmt::Display| DbErr::Type(format!("the permissions held cannot be read: {why}"));
    let (length, json) = text.split_once(' ').ok_or_else(|| unreadable(&"their length is missing"))?;
    let length: usize = length.parse().map_err(|error| unreadable(&error))?;
    let labels: Vec<String> = match json {
        "" => Vec::new(),
        json => serde_json::from_str(json).map_err(|error| unreadable(&error))?,
    };
    let read: usize = labels.iter().map(|label| label.chars().count()).sum();
    if read != length {
        return Err(unreadable(&format_args!("the database cut {length} characters to {read}")));
    }
    Ok(labels.into_iter().collect())
}
