use percent_encoding::percent_decode_str;
use poem::Request;
use sea_orm::{EntityTrait, QueryFilter, QueryTrait, Select, sea_query::Expr};

use crate::{
    Db,
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
        self.row(db, rule, named.among(self.scope(viewset, db))).await
    }

    /// The rows there are at all for this caller, as the viewset says.
    pub(crate) fn scope<V: ViewSet>(&self, viewset: &V, db: Db<'_>) -> Select<V::Entity> {
        viewset.query(&self.context(db))
    }
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
