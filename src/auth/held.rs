use std::{collections::HashSet, fmt, sync::Arc};

use sea_orm::{DbErr, QueryResult};

use super::{Ceiling, asked::Asked};

/// The permissions a user holds, as labels.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    pub(crate) direct: HashSet<String>,
    pub(crate) through_groups: HashSet<String>,
}

impl Held {
    /// Reads the two aggregates that stand at these places in the statement loading a user.
    pub(super) fn read(row: &QueryResult, first: usize) -> Result<Self, DbErr> {
        Ok(Self { direct: labels(row, first)?, through_groups: labels(row, first + 1)? })
    }

    pub(crate) fn contains(&self, label: &str) -> bool {
        self.direct.contains(label) || self.through_groups.contains(label)
    }

    pub(crate) fn all(&self) -> HashSet<String> {
        self.direct.union(&self.through_groups).cloned().collect()
    }

    /// Those of them that a ceiling allows.
    pub(super) fn within(&self, ceiling: &Ceiling) -> Self {
        let allowed = |held: &HashSet<String>| held.iter().filter(|label| ceiling.allows(label)).cloned().collect();
        Self { direct: allowed(&self.direct), through_groups: allowed(&self.through_groups) }
    }
}

/// What is known of the permissions a user holds.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) held: Arc<Held>,
    /// Those looked for; every one there is for `None`.
    pub(super) asked: Option<Arc<Asked>>,
    /// [`Auth::grants_made`](super::Auth::grants_made) before it was read
    pub(super) as_of: u64,
}

impl Known {
    /// Is this one held? `None` where it was not looked for.
    pub(super) fn has(&self, label: &str) -> Option<bool> {
        let is_known = self.asked.as_ref().is_none_or(|asked| asked.contains(label));
        is_known.then(|| self.held.contains(label))
    }

    /// The same and, of a label that was not looked for, whether it is held.
    pub(super) fn and(&self, asked: &Asked, label: &str, found: &Held) -> Self {
        let mut held = Held::clone(&self.held);
        held.direct.extend(found.direct.iter().filter(|held| *held == label).cloned());
        held.through_groups.extend(found.through_groups.iter().filter(|held| *held == label).cloned());
        Self { held: Arc::new(held), asked: Some(Arc::new(asked.and(label))), as_of: self.as_of }
    }
}

/// Labels, as the number of their characters and a JSON array of them. What cannot be read, and what is shorter than
/// that, is an error: never less held than there is, nor anything else.
fn labels(row: &QueryResult, place: usize) -> Result<HashSet<String>, DbErr> {
    let text: String = row.try_get_by_index(place)?;
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
