use std::sync::Arc;

use http::HeaderMap;
use sea_orm::{
    ColumnTrait, DbBackend, DbErr, EntityName, EntityTrait, FromQueryResult, Iterable,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    auth::{CallerKind, JoinedRow, TAKEN, User},
    db::{Sql, quoted, quoted_table},
    model::key_columns,
    permission::{Action, Context, Foreseen, Judged, Rule},
    viewset::{
        EntityOf, Mounted, Resource, ViewSet,
        columns::column_name,
        row::{Named, looks_up_key},
    },
};

/// How a row is read by the statement that finds its reader: known when the API is built, for a viewset whose rows are the
/// table's and whose rules look at the row's own columns and at whose it is.
pub(crate) struct ReadAhead {
    foreseen: Foreseen,
    columns: Arc<Sql>,
}

/// Before the names of a joined row's columns: no column is called so.
const PREFIX: &str = "refrain: row ";

/// Is there a row at all?
const FOUND: &str = "refrain: found";

/// PostgreSQL cuts longer names.
const LONGEST_NAME: usize = 63;

/// What the statement that finds a user calls their key.
const CALLER: &str = "u.id";

impl ReadAhead {
    /// For the rules of `retrieve` and of what is told of a row; `None` where they cannot be foreseen.
    pub(crate) fn of<V: ViewSet>(mounted: &Mounted<V>) -> Option<Self> {
        let site = &mounted.site;
        let on = site.db.get_database_backend();
        let entity = EntityOf::<V>::default();
        let table = entity.table_name();
        let is_taken = TAKEN.iter().any(|taken| table.eq_ignore_ascii_case(taken));
        // another look-up may find several rows
        if is_taken || !looks_up_key::<V>() {
            return None;
        }
        let guards = || std::iter::once(&mounted.guards[&Action::Retrieve]).chain(mounted.told().guards());
        let asked: Vec<String> = guards().flat_map(|guard| guard.permissions_asked()).collect();
        let headers = HeaderMap::new();
        let (mut rules, mut supposed) = (Vec::new(), None);
        for caller in CallerKind::ALL {
            let user = caller.user(&site.auth, on, &asked);
            supposed = supposed.or(user.joined_key());
            for guard in guards() {
                let cx = Context::new(&user, guard.action, Some(&guard.model), &headers, &site.db);
                if mounted.viewset.query(&cx.about(Action::Retrieve)).is_some() {
                    return None;
                }
                rules.push(guard.permissions.meaning_now(&cx)?.ok()?);
            }
        }
        let rules: Vec<&Rule> = rules.iter().collect();
        let foreseen = Foreseen::of(&rules, table, supposed?, on)?;
        let mut columns = row_columns::<EntityOf<V>>(on)?;
        for verdict in foreseen.columns(CALLER) {
            columns = columns.text(", ").sql(&verdict);
        }
        Some(Self { foreseen, columns: Arc::new(columns) })
    }

    /// The row that was asked for, to be joined to whoever asks.
    pub(crate) fn joined<E: Resource>(&self, named: &Named<E>) -> JoinedRow {
        let on = self.columns.on();
        let join = Sql::new(on, "LEFT JOIN ").text(&quoted_table(&E::default(), on)).text(" ON ");
        JoinedRow { columns: self.columns.clone(), join: join.sql(&Sql::of(named.key(), on)) }
    }

    /// What was read for this user, judged by their rules: the row, or that there is none; `None` where nothing was read,
    /// or the rules ask what nobody foresaw.
    pub(crate) fn judged<M: FromQueryResult>(
        &self,
        user: &User,
        rules: &[&Rule],
    ) -> Option<Result<Option<Judged<M>>, DbErr>> {
        let row = user.take_joined()?;
        match row.try_get::<bool>("", FOUND) {
            Ok(true) => Some(self.foreseen.judged(&row, PREFIX, rules, user.joined_key().as_ref())?.map(Some)),
            Ok(false) => Some(Ok(None)),
            Err(error) => Some(Err(error)),
        }
    }
}

/// A row's columns under names of their own, and whether there is one; `None` where a name would be too long.
fn row_columns<E: EntityTrait>(on: DbBackend) -> Option<Sql> {
    let found = key_columns::<E>().next()?;
    let found = Sql::of(&Expr::col(found.as_column_ref()).is_not_null(), on);
    let mut columns = found.text(" AS ").text(&quoted(FOUND, on));
    for column in E::Column::iter() {
        let name = PREFIX.to_owned() + &column_name(&column);
        if name.len() > LONGEST_NAME {
            return None;
        }
        let read = Sql::of(&column.select_as(Expr::col(column.as_column_ref())), on);
        columns = columns.text(", ").sql(&read).text(" AS ").text(&quoted(&name, on));
    }
    Some(columns)
}
