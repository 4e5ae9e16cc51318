//! What a primary and a standby say of the log that the one writes and the other follows.

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, QueryResult, Statement};

use super::position::Position;
use crate::db::Age;

/// Whose log it is. A standby that was made a primary writes another one from there on, and who still follows the old one
/// follows nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct History {
    system: String,
    timeline: i32,
}

/// Where the primary's log was: whatever was committed before it was asked is before that.
#[derive(Clone)]
pub(super) struct Mark {
    pub(super) asked: Age,
    pub(super) position: Position,
    pub(super) history: History,
}

/// The place where the next change is going to be written: one that is answered, and waits for no disk, is before it too.
const MARK: &str = "SELECT pg_current_wal_insert_lsn()::text AS position, system_identifier::text AS system, \
    pg_size_bytes(current_setting('wal_segment_size')) AS segment, \
    ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int AS timeline FROM pg_control_system()";

impl Mark {
    /// An error where the server is no primary.
    pub(super) async fn read(primary: &DatabaseConnection) -> Result<Self, DbErr> {
        let asked = Age::now();
        let row = one(primary, MARK).await?;
        let segment = u64::try_from(row.try_get::<i64>("", "segment")?).unwrap_or(u64::MAX);
        Ok(Self { asked, position: position(&row)?.before_header(segment), history: History::read(&row)? })
    }
}

/// How far a standby is.
pub(super) struct Replayed {
    /// Is it a standby, and no primary by now?
    pub(super) is_standby: bool,
    pub(super) position: Position,
    pub(super) history: History,
}

/// A standby says late that it follows another log: with the next point from which it could begin again.
const REPLAYED: &str = "SELECT pg_is_in_recovery() AS is_standby, system_identifier::text AS system, \
    coalesce(pg_last_wal_replay_lsn(), '0/0')::text AS position, \
    greatest(timeline_id, min_recovery_end_timeline) AS timeline \
    FROM pg_control_system(), pg_control_checkpoint(), pg_control_recovery()";

impl Replayed {
    /// What every later statement of the transaction is to see. Not the same statement: it sees what was there when it
    /// began, and the position is read while it runs. That a later one sees more takes READ COMMITTED.
    pub(super) async fn read(transaction: &DatabaseTransaction) -> Result<Self, DbErr> {
        let row = one(transaction, REPLAYED).await?;
        Ok(Self {
            is_standby: row.try_get("", "is_standby")?,
            position: position(&row)?,
            history: History::read(&row)?,
        })
    }
}

impl History {
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self { system: row.try_get("", "system")?, timeline: row.try_get("", "timeline")? })
    }
}

fn position(row: &QueryResult) -> Result<Position, DbErr> {
    let text: String = row.try_get("", "position")?;
    text.parse().map_err(|error| DbErr::Type(format!("{error}: {text}")))
}

async fn one(db: &impl ConnectionTrait, sql: &str) -> Result<QueryResult, DbErr> {
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("the server says nothing of its log".to_owned()))
}
