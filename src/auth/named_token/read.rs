use refrain_entity::{Moment, Secret};
use sea_orm::{DbErr, QueryResult};
use subtle::ConstantTimeEq;

use crate::auth::{Ceiling, User};

/// The table, which statements call `t`.
pub(crate) const TABLE: &str = "refrain_token";

/// The columns that are read with a user, in the order of [`TokenRow`].
pub(in crate::auth) const COLUMNS: [&str; 5] = ["id", "digest", "expires_at", "last_used", "ceiling"];

/// What is read of a token together with its user.
#[derive(Clone)]
pub(in crate::auth) struct TokenRow {
    pub(in crate::auth) id: i64,
    digest: Secret,
    expires_at: Option<Moment>,
    pub(in crate::auth) last_used: Option<Moment>,
    ceiling: Option<Ceiling>,
}

impl TokenRow {
    /// Reads the columns from this place on. What cannot be read is an error: never a token without a ceiling.
    pub(in crate::auth) fn read(row: &QueryResult, first: usize) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.try_get_by_index(first)?,
            digest: row.try_get_by_index(first + 1)?,
            expires_at: row.try_get_by_index(first + 2)?,
            last_used: row.try_get_by_index(first + 3)?,
            ceiling: read_ceiling(row.try_get_by_index(first + 4)?)?,
        })
    }

    /// One with a ceiling, of no table.
    #[cfg(test)]
    pub(in crate::auth) fn within_for_test(ceiling: Ceiling) -> Self {
        let digest = Secret::from(String::new());
        Self { id: 7, digest, expires_at: None, last_used: None, ceiling: Some(ceiling) }
    }

    /// Is it the one that was presented?
    pub(in crate::auth) fn is_of(&self, digest: &str) -> bool {
        self.digest.expose().as_bytes().ct_eq(digest.as_bytes()).into()
    }

    /// Is it nobody's any more?
    pub(in crate::auth) fn has_ended(&self, now: Moment) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// The labels of its ceiling.
    pub(in crate::auth) fn allowed(&self) -> impl Iterator<Item = &str> {
        self.ceiling.iter().flat_map(Ceiling::labels)
    }

    /// Its user, as far as it stands for them.
    pub(in crate::auth) fn stands_for(self, user: User) -> User {
        let user = user.not_making_tokens();
        match self.ceiling {
            Some(ceiling) => user.within(ceiling),
            None => user,
        }
    }
}

pub(super) fn read_ceiling(text: Option<String>) -> Result<Option<Ceiling>, DbErr> {
    let Some(text) = text else { return Ok(None) };
    let labels: Vec<String> = serde_json::from_str(&text)
        .map_err(|error| DbErr::Type(format!("the ceiling of a token cannot be read: {error}")))?;
    Ok(Some(Ceiling::new(labels)))
}
