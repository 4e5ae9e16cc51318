use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use http::HeaderMap;
use sea_orm::{
    ColumnTrait, DbBackend, DbErr, EntityName, EntityTrait, FromQueryResult, Iterable,
    sea_query::{ColumnType, Expr, ExprTrait, StringLen},
};

use crate::{
    auth::{CALLER, CallerKind, JoinedRow, TAKEN, User},
    db::{Sql, columns_named, quoted, quoted_table},
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
    table: Arc<str>,
}

/// Before the names of a joined row's columns: no column is called so.
const PREFIX: &str = "refrain: row ";

/// Is there a row at all?
const FOUND: &str = "refrain: found";

/// PostgreSQL cuts longer names.
const LONGEST_NAME: usize = 63;

impl ReadAhead {
    /// For the rules of `retrieve` and of what is told of a row; `None` where they cannot be foreseen.
    pub(crate) fn of<V: ViewSet>(mounted: &Mounted<V>) -> Option<Self> {
        let site = &mounted.site;
        let on = site.db.get_database_backend();
        let entity = EntityOf::<V>::default();
        let table = entity.table_name();
        let is_taken = TAKEN.iter().any(|taken| table.eq_ignore_ascii_case(taken));
        // another look-up may find several rows
        if is_taken || !looks_up_key::<V>() || V::soft_delete().is_some() {
            return None;
        }
        let retrieve = &mounted.guards[&Action::Retrieve];
        let asks = || std::iter::once((retrieve.action, &retrieve.permissions)).chain(mounted.told().asked());
        let asked: Vec<String> = mounted.permissions_asked(Action::Retrieve);
        let headers = HeaderMap::new();
        let (mut rules, mut supposed) = (Vec::new(), None);
        for caller in CallerKind::ALL {
            let user = caller.user(&site.auth, on, &asked);
            supposed = supposed.or(user.joined_key());
            for (place, (action, permissions)) in asks().enumerate() {
                let cx = Context::new(&user, action, Some(&retrieve.model), &headers, &site.db);
                let rule = permissions.meaning_now(&cx)?.ok()?;
                if place == 0 && rule != Rule::Never && has_query(&mounted.viewset, &cx) {
                    return None;
                }
                rules.push(rule);
            }
        }
        let rules: Vec<&Rule> = rules.iter().collect();
        let foreseen = Foreseen::of(&rules, table, supposed?, on)?;
        let mut columns = row_columns::<EntityOf<V>>(on)?;
        for verdict in foreseen.columns(CALLER) {
            columns = columns.text(", ").sql(&verdict);
        }
        Some(Self { foreseen, columns: Arc::new(columns), table: quoted_table(&entity, on).into() })
    }

    /// The row that was asked for, to be joined to whoever asks.
    pub(crate) fn joined<E: Resource>(&self, named: &Named<E>) -> JoinedRow {
        JoinedRow { columns: self.columns.clone(), table: self.table.clone(), is_it: named.key().clone() }
    }

    /// What was read for this user, judged by their rules: the row, or that there is none; `None` where nothing was read,
    /// or the rules ask what nobody foresaw.
    pub(crate) fn judged<M: FromQueryResult>(
        &self,
        user: &User,
        joined: &Arc<JoinedRow>,
        rules: &[&Rule],
    ) -> Option<Result<Option<Judged<M>>, DbErr>> {
        let row = user.take_joined(joined)?;
        // before it is known whether there is a row: a hidden one takes as many statements as none
        let answers = self.foreseen.answers(rules, user.joined_key().as_ref())?;
        Some(match row.try_get::<bool>("", FOUND) {
            Ok(true) => answers.judged(&row, PREFIX).map(Some),
            Ok(false) => Ok(None),
            Err(error) => Err(error),
        })
    }
}

/// Has it rows of its own choice? It may count on a caller or a header that nobody made up here has.
fn has_query<V: ViewSet>(viewset: &V, cx: &Context<'_>) -> bool {
    catch_unwind(AssertUnwindSafe(|| viewset.query(cx).is_some())).unwrap_or(true)
}

/// May a column hold any amount? Whoever is refused in the end is not to cost that much.
fn is_unbounded(column: &impl ColumnTrait) -> bool {
    !matches!(
        column.def().get_column_type(),
        ColumnType::Char(_)
            | ColumnType::String(StringLen::N(_) | StringLen::None)
            | ColumnType::TinyInteger
            | ColumnType::SmallInteger
            | ColumnType::Integer
            | ColumnType::BigInteger
            | ColumnType::TinyUnsigned
            | ColumnType::SmallUnsigned
            | ColumnType::Unsigned
            | ColumnType::BigUnsigned
            | ColumnType::Float
            | ColumnType::Double
            | ColumnType::Decimal(_)
            | ColumnType::Money(_)
            | ColumnType::Boolean
            | ColumnType::DateTime
            | ColumnType::Timestamp
            | ColumnType::TimestampWithTimeZone
            | ColumnType::Date
            | ColumnType::Time
            | ColumnType::Uuid
            | ColumnType::Enum { .. }
    )
}

/// A row's columns under names of their own, and whether there is one; `None` where a name would be too long, or a column
/// may hold any amount.
fn row_columns<E: EntityTrait>(on: DbBackend) -> Option<Sql> {
    let found = key_columns::<E>().next()?;
    let found = Sql::of(&Expr::col(found.as_column_ref()).is_not_null(), on);
    let fits = |column: E::Column| PREFIX.len() + column_name(&column).len() <= LONGEST_NAME && !is_unbounded(&column);
    let found = found.text(" AS ").text(&quoted(FOUND, on)).text(", ");
    E::Column::iter().all(fits).then(|| found.sql(&columns_named::<E>(on, PREFIX)))
}
