use std::{borrow::Cow, marker::PhantomData, sync::Arc};

use percent_encoding::percent_decode_str;
use poem::Request;
use poem_openapi::registry::MetaSchemaRef;
use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait, IdenStatic, PrimaryKeyTrait, QueryFilter, QueryTrait, Select, Value,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    Db, Error,
    auth::JoinedRow,
    http::Problem,
    model::key_columns,
    permission::{Context, Judged, Rule, TableRows, judge_one},
    serializer::{NotRead, PathKey, read_key},
    viewset::{
        ColumnOf, EntityOf, ModelOf, Mounted, Resource, ViewSet,
        columns::{self, field_of},
        mount::Visit,
        write::there,
    },
};

/// The row that a path names.
pub(crate) struct Named<E: EntityTrait> {
    key: Arc<Expr>,
    entity: PhantomData<fn() -> E>,
}

impl<E: Resource> Named<E> {
    /// The one that was looked for together with the caller.
    pub(crate) fn joined(row: &JoinedRow) -> Self {
        Self { key: row.is_it.clone(), entity: PhantomData }
    }

    pub(crate) fn key(&self) -> &Arc<Expr> {
        &self.key
    }

    /// Among all rows of the table.
    pub(crate) fn anywhere(&self) -> Select<E> {
        self.among(E::find())
    }

    /// Among these rows.
    pub(crate) fn among(&self, rows: Select<E>) -> Select<E> {
        rows.filter(Expr::clone(&self.key))
    }
}

impl<V: ViewSet> Mounted<V> {
    /// The row that the path names; the router hands its text over decoded, and none where it cannot be.
    pub(crate) fn row_of(&self, visit: &Visit, request: &Request) -> Result<Named<EntityOf<V>>, Problem> {
        let before = visit.below.as_ref().map_or(0, |below| self.places[below.place].variables());
        let parts = path_of_row::<V>(request, before).ok_or_else(Problem::not_found)?;
        self.row_with_key(visit, &parts)
    }

    /// The row that the path of a request for it names, to be read together with whoever asks; `None` where that is not
    /// foreseen, and where the path names none.
    pub(crate) fn joined_row(&self, request: &Request) -> Option<JoinedRow> {
        let ahead = self.ahead()?;
        let named = self.named(&path_of_row::<V>(request, 0)?).ok()??;
        Some(ahead.joined(&named))
    }

    /// The row with this key, as a path writes it. Text that is no key is answered at once; a key beyond the column
    /// names no row (CONTRACT 7.10).
    pub(crate) fn row_named(&self, visit: &Visit, text: &str) -> Result<Named<EntityOf<V>>, Problem> {
        let columns = lookup_length::<V>();
        let decoded = |part| percent_decode_str(part).decode_utf8().map_err(|_| Problem::not_found());
        let parts: Vec<_> = text.splitn(columns, '/').map(decoded).collect::<Result<_, _>>()?;
        self.row_with_key(visit, &parts.iter().map(AsRef::as_ref).collect::<Vec<_>>())
    }

    pub(crate) fn row_with_key(&self, visit: &Visit, parts: &[&str]) -> Result<Named<EntityOf<V>>, Problem> {
        match self.named(parts) {
            Ok(named) => named.ok_or_else(Problem::not_found),
            Err(NotRead::Beyond) => Err(visit.no_such_row()),
            Err(NotRead::Malformed(_)) => Err(Problem::not_found()),
        }
    }

    fn named(&self, parts: &[&str]) -> Result<Option<Named<EntityOf<V>>>, NotRead> {
        let on = self.site.db.get_database_backend();
        let each = read_lookup::<V>(parts)?.into_iter().map(|(column, value)| columns::equals(&column, value, on));
        Ok(each.reduce(ExprTrait::and).map(|key| Named { key: Arc::new(key), entity: PhantomData }))
    }
}

/// The columns by which a path names a row: all of the key, or the one that the viewset says.
pub(crate) fn lookup_columns<V: ViewSet>() -> Vec<ColumnOf<V>> {
    if looks_up_key::<V>() { key_columns::<EntityOf<V>>().collect() } else { vec![V::lookup()] }
}

/// How many they are.
fn lookup_length<V: ViewSet>() -> usize {
    if looks_up_key::<V>() { key_columns::<EntityOf<V>>().count() } else { 1 }
}

pub(crate) fn looks_up_key<V: ViewSet>() -> bool {
    V::lookup().as_str() == <EntityOf<V> as Resource>::key().as_str()
}

pub(crate) fn read_lookup<V: ViewSet>(parts: &[&str]) -> Result<Vec<(ColumnOf<V>, Value)>, NotRead> {
    if looks_up_key::<V>() {
        return read_key::<EntityOf<V>>(parts);
    }
    let (column, [text]) = (V::lookup(), parts) else { return Err(NotRead::Beyond) };
    // mounting refuses a lookup by what is no field
    let field = field_of::<V>(&column).ok_or(NotRead::NO_TEXT)?;
    Ok(vec![(column, field.codec.text(text)?)])
}

/// The variables of a row's path as the document has them: what each is called, and its schema.
pub(crate) fn path_parameters<V: ViewSet>() -> Vec<(String, MetaSchemaRef)> {
    let columns = lookup_columns::<V>();
    let schemas = match (looks_up_key::<V>(), field_of::<V>(&columns[0])) {
        (false, Some(field)) => vec![field.text_schema()],
        _ => <<<EntityOf<V> as EntityTrait>::PrimaryKey as PrimaryKeyTrait>::ValueType as PathKey>::schemas(),
    };
    let name = |column: &ColumnOf<V>| match (columns.len(), field_of::<V>(column)) {
        (1, _) => "id".to_owned(),
        (_, Some(field)) => field.name().to_owned(),
        (_, None) => columns::column_name(column),
    };
    columns.iter().map(name).zip(schemas).collect()
}

/// The parts of a row's path, behind so many other variables, as the router decoded them.
fn path_of_row<V: ViewSet>(request: &Request, before: usize) -> Option<Vec<&str>> {
    let places = before..before + lookup_length::<V>();
    places.map(|place| request.raw_path_param(&path_variable(place))).collect()
}

/// What `#[OpenApi]` calls a path's variable, so that custom actions share the path.
pub(crate) fn path_variable(place: usize) -> Cow<'static, str> {
    match place {
        0 => "param0".into(),
        1 => "param1".into(),
        place => format!("param{place}").into(),
    }
}

impl Visit {
    /// The row's reading of the row that the path names, where it is among those of the viewset.
    pub(crate) async fn named_row<V: ViewSet>(
        &self,
        viewset: &V,
        db: Db<'_>,
        rule: &Rule,
        named: &Named<EntityOf<V>>,
    ) -> Result<ModelOf<V>, Problem> {
        self.row(db, rule, named.among(self.scope(viewset, db)?.rows())).await
    }

    /// The rows there are at all for this caller, as the viewset says.
    pub(crate) fn scope<V: ViewSet>(&self, viewset: &V, db: Db<'_>) -> Result<Scope<EntityOf<V>>, Problem> {
        let below = self.below.as_ref().map(|below| below.rows.clone());
        Ok(Scope { own: own_rows(viewset, &self.query_context(db))?, below })
    }
}

/// The query of a viewset's own for a caller, to which rules can be added.
pub(crate) fn own_rows<V: ViewSet>(viewset: &V, cx: &Context<'_>) -> Result<Option<Select<EntityOf<V>>>, Error> {
    let own = viewset.query(cx);
    if let Some(rows) = &own
        && let Some(word) = settled_by(&rows.build(cx.db().get_database_backend()).sql)
    {
        return Err(Error::wiring(format!(
            "the query of the viewset at `{}` has a {word}, to which no rule can be added; say it within a condition: \
             `find().filter(Column::Id.in_subquery(…))`",
            V::PATH
        )));
    }
    Ok(there::<V>(own))
}

/// The rows of a viewset for one caller.
pub(crate) struct Scope<E: EntityTrait> {
    /// a query of the viewset's own
    own: Option<Select<E>>,
    /// of one parent only
    below: Option<Expr>,
}

impl<E: EntityTrait> Scope<E> {
    /// Is it the model's table as it is?
    pub(crate) fn is_table(&self) -> bool {
        self.own.is_none() && self.below.is_none()
    }

    /// Is it the model's table, but for conditions on it?
    pub(crate) fn counts_as_table(&self) -> bool {
        self.own.is_none()
    }

    pub(crate) fn rows(&self) -> Select<E> {
        let rows = self.own.clone().unwrap_or_else(E::find);
        self.below.iter().fold(rows, |rows, below| rows.filter(below.clone()))
    }
}

impl<E: Resource> Scope<E> {
    /// The row that a path names, if it is among these, with what the database says of every rule.
    pub(crate) async fn judge_one(
        &self,
        db: Db<'_>,
        named: &Named<E>,
        table: &TableRows<E>,
        rules: &[&Rule],
    ) -> Result<Option<Judged<E::Model>>, DbErr> {
        if !self.counts_as_table() {
            return judge_one(db, named.among(self.rows()), rules).await;
        }
        let it = match &self.below {
            Some(below) => &Expr::clone(&named.key).and(below.clone()),
            None => &*named.key,
        };
        table.judge_one(db, it, rules).await
    }
}

/// The clause of a query after which a condition says something else: the part of a UNION that it would not reach, the
/// rows that a LIMIT has chosen already.
fn settled_by(sql: &str) -> Option<&'static str> {
    const CLAUSES: [&str; 6] = ["UNION", "INTERSECT", "EXCEPT", "LIMIT", "OFFSET", "FETCH"];
    let mut depth = 0_usize;
    let mut quoted_by = None;
    let mut word_at = None;
    for (at, char) in sql.char_indices().chain([(sql.len(), ' ')]) {
        if let Some(quote) = quoted_by {
            quoted_by = (char != quote).then_some(quote);
            continue;
        }
        if char.is_ascii_alphanumeric() || char == '_' {
            word_at.get_or_insert(at);
            continue;
        }
        if let (Some(from), 0) = (word_at.take(), depth)
            && let Some(clause) = CLAUSES.into_iter().find(|clause| sql[from..at].eq_ignore_ascii_case(clause))
        {
            return Some(clause);
        }
        match char {
            '\'' | '"' | '`' => quoted_by = Some(char),
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::settled_by;

    #[test]
    fn clauses_count_where_they_are_the_querys_own() {
        for (sql, clause) in [
            ("SELECT a FROM t WHERE a = 1", None),
            ("SELECT a FROM t UNION (SELECT a FROM u)", Some("UNION")),
            ("SELECT a FROM t UNION ALL SELECT a FROM u", Some("UNION")),
            ("SELECT a FROM t ORDER BY a LIMIT ?", Some("LIMIT")),
            ("SELECT a FROM t\nOFFSET $1", Some("OFFSET")),
            ("SELECT a FROM t WHERE a IN (SELECT a FROM u LIMIT 1)", None),
            ("SELECT a FROM t WHERE a IN (SELECT a FROM u LIMIT 1) LIMIT 1", Some("LIMIT")),
            ("SELECT \"limit\" FROM `union` WHERE a = ' it''s LIMIT '", None),
            ("SELECT my_limit FROM t", None),
        ] {
            assert_eq!(settled_by(sql), clause, "{sql}");
        }
    }
}
