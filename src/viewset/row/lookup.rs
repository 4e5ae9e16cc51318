use percent_encoding::percent_decode_str;
use poem::Request;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryTrait, Select, sea_query::Expr};

use crate::{
    Db, Error,
    http::Problem,
    permission::Rule,
    viewset::{
        Mounted, Resource, ViewSet,
        columns::{self, Parsed},
        mount::Visit,
    },
};

/// The row that a path names.
pub(crate) struct Named<E: EntityTrait> {
    key: Expr,
    entity: std::marker::PhantomData<fn() -> E>,
}

impl<E: Resource> Named<E> {
    /// Among all rows of the table.
    pub(crate) fn anywhere(&self) -> Select<E> {
        self.among(E::find())
    }

    /// Among these rows.
    pub(crate) fn among(&self, rows: Select<E>) -> Select<E> {
        rows.filter(self.key.clone())
    }
}

impl<V: ViewSet> Mounted<V> {
    /// The row that the path names; the router hands its text over decoded, and none where it cannot be.
    pub(crate) fn row_of(&self, visit: &Visit, request: &Request) -> Result<Named<V::Entity>, Problem> {
        self.row_with_key(visit, request.raw_path_param("param0").ok_or_else(Problem::not_found)?)
    }

    /// The row with this key, as a path writes it. Text that is no key is answered at once; a key beyond the column
    /// names no row (CONTRACT 7.10).
    pub(crate) fn row_named(&self, visit: &Visit, text: &str) -> Result<Named<V::Entity>, Problem> {
        let text = percent_decode_str(text).decode_utf8().map_err(|_| Problem::not_found())?;
        self.row_with_key(visit, &text)
    }

    fn row_with_key(&self, visit: &Visit, text: &str) -> Result<Named<V::Entity>, Problem> {
        let column = V::lookup();
        match columns::parse(&column, text) {
            Parsed::Value(key) => {
                let key = columns::equals(&column, key, visit.site.db.get_database_backend());
                Ok(Named { key, entity: std::marker::PhantomData })
            }
            Parsed::Beyond => Err(visit.no_such_row()),
            Parsed::Malformed => Err(Problem::not_found()),
        }
    }
}

impl Visit {
    /// The row's reading of the row that the path names, where it is among those of the viewset.
    pub(crate) async fn named_row<V: ViewSet>(
        &self,
        viewset: &V,
        db: Db<'_>,
        rule: &Rule,
        named: &Named<V::Entity>,
    ) -> Result<<V::Entity as EntityTrait>::Model, Problem> {
        let row = self.row(db, rule, named.among(self.scope(viewset, db)?.rows), &[]).await?;
        Ok(row.row)
    }

    /// The rows there are at all for this caller, as the viewset says.
    pub(crate) fn scope<V: ViewSet>(&self, viewset: &V, db: Db<'_>) -> Result<Scope<V::Entity>, Problem> {
        let rows = viewset.query(&self.context(db));
        let of = RowsOf::of(&rows);
        if of == RowsOf::Query
            && let Some(word) = settled_by(&rows.build(db.get_database_backend()).sql)
        {
            let message = format!(
                "the query of the viewset at `{}` has a {word}, to which no rule can be added; say it within a condition: \
                 `find().filter(Column::Id.in_subquery(…))`",
                V::PATH
            );
            return Err(Error::wiring(message).into());
        }
        Ok(Scope { rows, of })
    }
}

/// The rows of a viewset for one caller.
pub(crate) struct Scope<E: EntityTrait> {
    pub(crate) rows: Select<E>,
    pub(crate) of: RowsOf,
}

/// What a viewset has rows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowsOf {
    /// The model's table as it is.
    Table,
    /// A query of the viewset's own.
    Query,
}

impl RowsOf {
    pub(crate) fn of<E: EntityTrait>(rows: &Select<E>) -> Self {
        if rows.as_query() == E::find().as_query() { Self::Table } else { Self::Query }
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
            ("SELECT \"limit\" FROM `union` WHERE a = ' it''s LIMIT '", None),
            ("SELECT my_limit FROM t", None),
        ] {
            assert_eq!(settled_by(sql), clause, "{sql}");
        }
    }
}
