use std::collections::HashSet;

use poem::Request;
use sea_orm::{DbBackend, EntityTrait, QueryFilter, QueryOrder, QueryTrait, Select, Value};

use crate::{
    http::Problem,
    model::key_columns,
    serializer::{Field, NotRead, Serializer},
    viewset::{
        Resource, ViewSet,
        columns::{self, field_of},
        list::{Pagination, Window},
    },
};

/// What a list's query string asks for; only what the viewset names, since a filter or an order over a column tells
/// what is in it.
pub(crate) struct ListQuery<E: EntityTrait> {
    pub(crate) window: Window,
    /// a column and its value; none where no row can have it
    filters: Vec<(E::Column, Option<Value>)>,
    order: Vec<(E::Column, bool)>,
    /// The pairs that are not the window, for links to other pages.
    pub(crate) others: Vec<(String, String)>,
}

/// The parameter that orders a list.
pub(crate) const ORDERING: &str = "ordering";

impl<E: Resource> ListQuery<E> {
    pub(crate) fn read<V: ViewSet<Serializer: Serializer<Entity = E>>>(
        request: &Request,
        pagination: &Pagination,
        asks_hooks: bool,
    ) -> Result<Self, Problem> {
        let filters: Vec<&Field<E>> = V::filters().iter().filter_map(field_of::<V>).collect();
        let orderings: Vec<&Field<E>> = V::orderings().iter().filter_map(field_of::<V>).collect();
        let pairs: Vec<(String, String)> =
            request.params().map_err(|_| Problem::parse_error("The query string could not be read."))?;
        let mut query = Self {
            window: pagination.window(&pairs, asks_hooks)?,
            filters: Vec::new(),
            order: Vec::new(),
            others: Vec::new(),
        };
        let mut seen = HashSet::new();
        for (name, value) in pairs {
            if Pagination::reads(&name, asks_hooks) {
                continue;
            }
            if !seen.insert(name.clone()) {
                return Err(Problem::invalid([(name, "This parameter was given twice.")]));
            }
            if name == ORDERING && !orderings.is_empty() {
                query.order = order::<E>(&value, &orderings)?;
            } else if let Some(field) = filters.iter().find(|field| field.name() == name) {
                let wanted = match field.codec.text(&value) {
                    Ok(wanted) => Some(wanted),
                    Err(NotRead::Beyond) => None,
                    Err(NotRead::Malformed(sentence)) => return Err(Problem::invalid([(name, sentence)])),
                };
                query.filters.push((field.column(), wanted));
            } else {
                return Err(Problem::invalid([(name, "This list has no such parameter.")]));
            }
            query.others.push((name, value));
        }
        Ok(query)
    }

    pub(crate) fn filtered(&self, rows: Select<E>, on: DbBackend) -> Select<E> {
        self.filters.iter().fold(rows, |rows, (column, wanted)| match wanted {
            Some(value) => rows.filter(columns::equals(column, value.clone(), on)),
            None => rows.filter(sea_orm::sea_query::Expr::cust("1 = 0")),
        })
    }

    /// Ends with the key, so that pages do not overlap.
    ///
    /// An order of the viewset's own is for lists of which none is asked for.
    pub(crate) fn ordered(&self, mut rows: Select<E>) -> Select<E> {
        if !self.order.is_empty() {
            QueryTrait::query(&mut rows).clear_order_by();
        }
        let rows = self.order.iter().fold(rows, |rows, (column, descending)| match descending {
            true => rows.order_by_desc(*column),
            false => rows.order_by_asc(*column),
        });
        key_columns::<E>().fold(rows, |rows, key| rows.order_by_asc(key))
    }
}

/// `name,-id`: fields in order, a minus for descending; each once, so there are no more than the viewset names.
fn order<E: Resource>(text: &str, orderings: &[&Field<E>]) -> Result<Vec<(E::Column, bool)>, Problem> {
    let refused = |sentence: String| Problem::invalid([(ORDERING, sentence)]);
    let mut order = Vec::new();
    let mut seen = HashSet::new();
    for term in text.split(',').map(str::trim).filter(|term| !term.is_empty()) {
        let (name, descending) = term.strip_prefix('-').map_or((term, false), |name| (name, true));
        let field = orderings.iter().find(|field| field.name() == name);
        let field = field.ok_or_else(|| refused(format!("This list cannot be ordered by \"{name}\".")))?;
        if !seen.insert(name) {
            return Err(refused(format!("\"{name}\" was given twice.")));
        }
        order.push((field.column(), descending));
    }
    Ok(order)
}
