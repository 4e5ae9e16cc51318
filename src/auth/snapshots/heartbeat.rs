use std::{
    sync::{Mutex, PoisonError, Weak},
    time::Duration,
};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, Statement};

use super::KeptUsers;
use crate::{Error, Result};

/// Asks the database to tell something to who listens, and looks in the same statement whether the triggers are in place
/// that tell of changes.
///
/// It asks over the pool that requests use. So where requests have come to another server than the one that is listened
/// to, since one of the two was replaced, nothing arrives, and nothing that is kept counts.
pub(super) struct Heartbeat {
    db: DatabaseConnection,
    channel: String,
    /// the tables whose triggers tell, as an array of PostgreSQL's
    tables: String,
    /// the triggers as they were seen last
    seen: Mutex<Option<Seen>>,
}

/// What is there that tells of changes.
#[derive(Clone, PartialEq, Eq)]
enum Seen {
    /// In this form, in which a change of any of it shows.
    All(String),
    /// These tables lack something.
    Lacking(String),
    /// Tables that another server writes to, whose writes run no triggers.
    Replicated,
}

impl Heartbeat {
    pub(super) fn new(db: &DatabaseConnection, tables: &[String]) -> Self {
        let channel = format!("refrain_beat_{}", uuid::Uuid::new_v4().simple());
        let tables = format!("{{{}}}", tables.join(","));
        Self { db: db.clone(), channel, tables, seen: Mutex::default() }
    }

    /// Where it tells.
    pub(super) fn channel(&self) -> &str {
        &self.channel
    }

    /// An error where nothing tells of changes.
    pub(super) async fn check(&self) -> Result<()> {
        match self.ask(0).await? {
            Seen::All(_) => Ok(()),
            lacking => Err(Error::wiring(lacking.sentence())),
        }
    }

    /// Asks as often as that, as long as somebody keeps users.
    pub(super) async fn every(&self, interval: Duration, kept: &Weak<KeptUsers>) {
        let mut interval = tokio::time::interval(interval);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            let Some(kept) = kept.upgrade() else { return };
            self.once(&kept).await;
        }
    }

    async fn once(&self, kept: &KeptUsers) {
        let number = kept.freshness.ask();
        let asked = tokio::time::timeout(kept.settings.bound, self.ask(number)).await;
        let seen = match asked {
            Ok(Ok(seen)) => seen,
            Ok(Err(error)) => return tracing::debug!(%error, "the database could not be asked to tell something"),
            Err(_) => return tracing::debug!("the database did not answer within the bound"),
        };
        // what changed while a trigger was off, or another one, was not told
        if self.is_new(&seen) {
            kept.notices.about_everybody();
            if !matches!(seen, Seen::All(_)) {
                kept.freshness.lose();
                tracing::error!("{}: the database is asked with each request", seen.sentence());
            }
        }
        if matches!(seen, Seen::All(_)) {
            kept.freshness.answered(number);
        }
    }

    fn is_new(&self, seen: &Seen) -> bool {
        let mut last = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = last.as_ref() != Some(seen);
        *last = Some(seen.clone());
        is_new
    }

    async fn ask(&self, number: u64) -> std::result::Result<Seen, DbErr> {
        let values = [self.tables.clone(), self.channel.clone(), number.to_string()].map(Into::into);
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, ASK, values);
        match self.db.query_one_raw(statement).await? {
            Some(row) => Seen::read(&row),
            None => Err(DbErr::RecordNotFound("the database told nothing of its triggers".into())),
        }
    }
}

impl Seen {
    fn read(row: &QueryResult) -> std::result::Result<Self, DbErr> {
        let (form, lacking): (Option<String>, Option<String>) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        Ok(match (lacking, row.try_get_by_index(2)?) {
            (Some(lacking), _) => Self::Lacking(lacking),
            (None, true) => Self::Replicated,
            (None, false) => Self::All(form.unwrap_or_default()),
        })
    }

    fn sentence(&self) -> String {
        match self {
            Self::All(_) => "the triggers that tell of changed users are in place".to_owned(),
            Self::Lacking(tables) => format!(
                "nothing tells of changes in {tables}: the migration `identity_notices` makes the triggers \
                 `refrain_tells_…`, behind those that make the tables"
            ),
            Self::Replicated => "a subscription writes the tables of users, whose writes run no triggers for \
                                 statements: nothing tells of changes"
                .to_owned(),
        }
    }
}

/// What there is of each table's triggers, with the transactions that last wrote them and their function; those that lack
/// one, or have one that does not always run; whether a subscription writes one. And a notice to who listens.
///
/// The bits of a trigger's type: 1 for each row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate, 64 instead.
const ASK: &str = "\
    WITH tables AS (SELECT name, to_regclass(quote_ident(name)) AS id FROM unnest($1::text[]) name), \
    telling AS (\
      SELECT tables.name, tables.id, bit_or(t.tgtype::int) & 60 AS events, \
        string_agg(concat_ws(' ', t.oid, t.xmin, p.oid, p.xmin), ',' ORDER BY t.oid) AS form \
      FROM tables LEFT JOIN (pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid AND p.proname = 'refrain_tell_identity') \
        ON t.tgrelid = tables.id AND t.tgenabled = 'A' AND t.tgtype & 67 = 0 AND t.tgqual IS NULL \
      WHERE tables.id IS NOT NULL GROUP BY tables.name, tables.id) \
    SELECT string_agg(concat_ws(' ', id::oid, form), ';' ORDER BY name) AS form, \
      string_agg('`' || name || '`', ', ' ORDER BY name) FILTER (WHERE events IS DISTINCT FROM 60) AS lacking, \
      EXISTS (SELECT 1 FROM pg_subscription_rel s JOIN tables ON s.srrelid = tables.id) AS is_replicated, \
      pg_notify($2, $3)::text AS told \
    FROM telling";
