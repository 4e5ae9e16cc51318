use std::{hash::Hash, time::Duration};

use http::HeaderMap;
use moka::{policy::EvictionPolicy, sync::Cache};

use super::position::Position;
use crate::{auth::User, sessions::Sent};

/// The cookie that says where a caller's last commit is; any node understands it.
pub(crate) const LAST_COMMIT: &str = "last_commit";

/// What callers have written within the bound. Whatever is older every answer of a standby has.
///
/// The node that wrote remembers it by the caller's key; another one learns it by a cookie. Nobody signs it: who makes one
/// up asks the primary, as they could have before, or does not see at once what they wrote themselves.
pub(super) struct Commits {
    last: Cache<String, Position>,
    /// those of whose last write nobody knows what became of it
    unknown: Cache<String, ()>,
}

/// So many callers are remembered; who wrote longest ago is forgotten.
const MOST: u64 = 1 << 18;

/// A commit that nobody waits for may come so much later.
const LATE: Duration = Duration::from_secs(10);

impl Commits {
    pub(super) fn new(bound: Duration) -> Self {
        Self { last: remembering(bound), unknown: remembering(bound + LATE) }
    }

    /// What a standby has to have reached to show this caller what they wrote; the latest, where several are told of.
    pub(super) fn of(&self, user: &User, headers: &HeaderMap) -> Option<Position> {
        let key = user.id().map(|id| id.to_string());
        let remembered = key.and_then(|key| match self.unknown.contains_key(&key) {
            true => Some(Position::UNKNOWN),
            false => self.last.get(&key),
        });
        remembered.max(sent(headers))
    }

    /// Of two requests at a time the later commit counts.
    pub(super) fn remember(&self, user: &User, position: Position) {
        let Some(key) = user.id().map(|id| id.to_string()) else { return };
        if position == Position::UNKNOWN {
            self.unknown.insert(key, ());
        } else {
            let later = |known: Option<moka::Entry<String, Position>>| {
                known.map_or(position, |known| position.max(*known.value()))
            };
            self.last.entry(key).and_upsert_with(later);
        }
    }
}

/// What the cookie says; of several the latest.
pub(super) fn sent(headers: &HeaderMap) -> Option<Position> {
    let values = match Sent::of(headers, LAST_COMMIT) {
        Sent::Nothing => Vec::new(),
        Sent::One(value) => vec![value],
        Sent::Several(values) => values,
    };
    values.iter().filter_map(|value| value.parse().ok()).max()
}

fn remembering<K: Hash + Eq + Send + Sync + 'static, V: Clone + Send + Sync + 'static>(time: Duration) -> Cache<K, V> {
    Cache::builder().max_capacity(MOST).eviction_policy(EvictionPolicy::lru()).time_to_live(time).build()
}
