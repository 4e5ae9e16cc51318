use std::{
    sync::Weak,
    time::{Duration, Instant},
};

use refrain_entity::UserTable;
use sea_orm::{
    DatabaseConnection,
    sqlx::{self, ConnectOptions, Connection, PgConnection, Row, postgres::PgRow},
};

use super::KeptUsers;
use crate::{Error, Result};

/// Asks the database to tell something to who listens, and looks in the same statement whether the triggers are in place
/// that tell of changes.
///
/// It asks where requests ask, over a connection of its own that is made anew now and then. So where requests have come to
/// another server than the one that is listened to, since one of the two was replaced, nothing arrives, and nothing that
/// is kept counts.
pub(super) struct Heartbeat {
    db: DatabaseConnection,
    channel: String,
    tables: Tables,
    over: Option<(PgConnection, Instant)>,
    /// the triggers as they were seen last
    seen: Option<Seen>,
}

/// After this time another connection is made.
const ANEW: Duration = Duration::from_secs(10);

/// The tables that say who somebody is and what they hold, with what each one's triggers are told.
struct Tables {
    names: Vec<String>,
    arguments: Vec<String>,
}

impl Tables {
    fn of(users: &UserTable) -> Self {
        let tables = users.identity_tables().into_iter();
        let (names, arguments) = tables.map(|(table, columns)| (table.to_owned(), columns.join(","))).unzip();
        Self { names, arguments }
    }
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
    pub(super) fn new(db: &DatabaseConnection, users: &UserTable) -> Self {
        let channel = format!("refrain_beat_{}", uuid::Uuid::new_v4().simple());
        Self { db: db.clone(), channel, tables: Tables::of(users), over: None, seen: None }
    }

    /// Where it tells.
    pub(super) fn channel(&self) -> &str {
        &self.channel
    }

    /// An error where nothing tells of changes.
    pub(super) async fn check(&mut self) -> Result<()> {
        match self.ask(0).await.map_err(Error::could_not_tell)? {
            Seen::All(_) => Ok(()),
            lacking => Err(Error::wiring(lacking.sentence())),
        }
    }

    /// Asks as often as that, as long as somebody keeps users.
    pub(super) async fn every(&mut self, interval: Duration, kept: &Weak<KeptUsers>) {
        let mut interval = tokio::time::interval(interval);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            let Some(kept) = kept.upgrade() else { return };
            self.once(&kept).await;
        }
    }

    async fn once(&mut self, kept: &KeptUsers) {
        let number = kept.freshness.ask();
        let asked = tokio::time::timeout(kept.settings.bound, self.ask(number)).await;
        let seen = match asked {
            Ok(Ok(seen)) => seen,
            failed => {
                self.over = None;
                return match failed {
                    Ok(Err(error)) => tracing::debug!(%error, "the database could not be asked to tell something"),
                    _ => tracing::debug!("the database did not answer within the bound"),
                };
            }
        };
        // what changed while a trigger was off, or another one, was not told
        if self.seen.as_ref() != Some(&seen) {
            kept.notices.about_everybody();
            if !matches!(seen, Seen::All(_)) {
                kept.freshness.lose();
                tracing::error!("{}: the database is asked with each request", seen.sentence());
            }
            self.seen = Some(seen.clone());
        }
        if matches!(seen, Seen::All(_)) {
            kept.freshness.answered(number);
        }
    }

    async fn ask(&mut self, number: u64) -> sqlx::Result<Seen> {
        // a future that is dropped takes the connection with it
        let (mut connection, made) = match self.over.take().filter(|(_, made)| made.elapsed() < ANEW) {
            Some(over) => over,
            None => (self.connect().await?, Instant::now()),
        };
        let asked = sqlx::query(ASK).bind(&self.tables.names).bind(&self.tables.arguments);
        let asked = asked.bind(&self.channel).bind(number.to_string());
        let seen = Seen::read(&asked.fetch_one(&mut connection).await?)?;
        self.over = Some((connection, made));
        Ok(seen)
    }

    async fn connect(&self) -> sqlx::Result<PgConnection> {
        let options = self.db.get_postgres_connection_pool().connect_options();
        let mut connection = options.as_ref().clone().application_name("refrain, beating").connect().await?;
        connection.ping().await?;
        Ok(connection)
    }
}

impl Seen {
    fn read(row: &PgRow) -> sqlx::Result<Self> {
        let (form, lacking): (Option<String>, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
        Ok(match (lacking, row.try_get(2)?) {
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
                 `refrain_tells_…` on tables that are there, and `make_identity_notices` for those made later"
            ),
            Self::Replicated => "a subscription writes the tables of users, whose writes run no triggers for \
                                 statements: nothing tells of changes"
                .to_owned(),
        }
    }
}

/// What there is of each table and its triggers, with the transactions that last wrote their descriptions; the tables that
/// lack a trigger, are no plain ones, or have one that does not always run, or for some columns only; whether a subscription
/// writes one. And a notice to who listens.
///
/// The bits of a trigger's type: 1 for each row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate, 64 instead.
const ASK: &str = "\
    WITH tables AS (\
      SELECT name, argument, to_regclass(quote_ident(name)) AS id FROM unnest($1::text[], $2::text[]) t (name, argument)), \
    telling AS (\
      SELECT tables.name, tables.id, c.relkind = 'r' AND NOT c.relispartition \
          AND NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE c.oid IN (i.inhparent, i.inhrelid)) AS is_plain, \
        bit_or(t.tgtype::int) & 60 AS events, \
        string_agg(concat_ws(' ', t.oid, t.xmin, p.oid, p.xmin), ',' ORDER BY t.oid) \
          || concat_ws(' ', '', c.oid::oid, c.xmin, c.relfilenode) AS form \
      FROM tables LEFT JOIN pg_class c ON c.oid = tables.id \
      LEFT JOIN (pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid AND p.proname = 'refrain_tell_identity') \
        ON t.tgrelid = tables.id AND t.tgenabled = 'A' AND t.tgtype & 67 = 0 AND t.tgqual IS NULL AND t.tgattr = '' \
        AND array_to_string(string_to_array(encode(t.tgargs, 'escape'), '\\000'), ',', '') \
          = CASE argument WHEN '' THEN '' ELSE argument || ',' END \
      WHERE tables.id IS NOT NULL OR name NOT IN ('authtoken_token', 'refrain_token') \
      GROUP BY tables.name, tables.id, c.oid, c.relkind, c.relispartition, c.xmin, c.relfilenode) \
    SELECT string_agg(form, ';' ORDER BY name) AS form, \
      string_agg('`' || name || '`', ', ' ORDER BY name) \
        FILTER (WHERE events IS DISTINCT FROM 60 OR is_plain IS NOT TRUE) AS lacking, \
      EXISTS (SELECT 1 FROM pg_subscription_rel s JOIN tables ON s.srrelid = tables.id) AS is_replicated, \
      pg_notify($3, $4)::text AS told \
    FROM telling";
