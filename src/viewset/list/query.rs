use std::collections::{HashMap, hash_map::Entry};

use poem::Request;
use sea_orm::{
    ConnectionTrait, EntityTrait, IdenStatic, QueryFilter, Select,
    sea_query::{Expr, ExprTrait},
};

use super::{
    CursorSeal, FilteredField, ListOrder, ListParameters, ORDERING, Pagination, SEARCH,
    filter::{condition, read_comparison, searching},
    order::read_order,
    page::Links,
    pagination::Window,
    search,
};
use crate::{
    Error,
    authentication::Origin,
    http::{Problem, path_of},
    serializer::Field,
    viewset::{
        Resource,
        mount::Visit,
        row::{FIELDS, RowPermissions},
    },
};

/// What a list's query string asks for; only what the viewset names, since a filter, a search and an order tell what is
/// in a column.
pub(crate) struct ListQuery<E: EntityTrait> {
    pub(crate) pagination: Pagination,
    pub(crate) window: Window,
    pub(crate) order: ListOrder<E::Column>,
    conditions: Vec<Expr>,
    /// The pairs that say which rows there are and in which order, for links to other pages.
    others: Vec<(String, String)>,
}

impl<E: Resource> ListQuery<E> {
    pub(crate) async fn read(
        request: &Request,
        parameters: &ListParameters<E>,
        visit: &Visit,
        tell: &RowPermissions,
    ) -> Result<Self, Problem> {
        let pairs = read_pairs(request, parameters)?;
        let ListParameters { pagination, search, orderings, .. } = parameters;
        let asks_hooks = visit.guard.permissions.may_ask_hooks();
        let on = visit.db().get_database_backend();
        let window = pagination.window(&pairs, asks_hooks)?;
        // a field that a row does not show its reader has no value there
        let shown = |field: &Field<E>, condition: Expr| match tell.shown_where(field.name()) {
            Some(rule) => Expr::from(rule.filter()).and(condition),
            None => condition,
        };
        let (mut conditions, mut related) = (Vec::new(), Vec::new());
        let (mut order, mut others) = (Vec::new(), Vec::new());
        for (name, value) in pairs {
            let invalid = |sentence: String| Problem::invalid([(name.as_str(), sentence)]);
            if pagination.reads(&name, asks_hooks) {
                continue;
            }
            if name == ORDERING && !orderings.is_empty() {
                order = read_order(&value, orderings).map_err(invalid)?;
            } else if name == SEARCH && !search.is_empty() {
                for term in search::terms(&value).map_err(invalid)? {
                    let each = search.iter().map(|field| shown(field, condition(field, searching(&term), on)));
                    conditions.extend(each.reduce(ExprTrait::or));
                }
            } else if let Some(filter) = parameters.filter(&name) {
                match &filter.of {
                    FilteredField::Own(field) => {
                        let comparison = read_comparison(field, filter.lookup, &value).map_err(invalid)?;
                        conditions.push(shown(field, condition(field, comparison, on)));
                    }
                    FilteredField::Related { key, field } => {
                        let condition = field.parent().condition(filter.lookup, &value, on).map_err(invalid)?;
                        related.push((key, field, condition));
                    }
                }
            } else if !(parameters.chooses_members && name == FIELDS) {
                return Err(invalid("This list has no such parameter.".to_owned()));
            }
            others.push((name, value));
        }
        for (key, field, condition) in related {
            let rows = field.rows(&visit.context(visit.db()), condition).await?;
            conditions.push(shown(key, rows.filter_beside_others().into()));
        }
        if order.is_empty() {
            order = parameters.default_order.clone();
        }
        let verdict_on = |column: &E::Column| {
            let field = parameters.ordered_by(column)?;
            tell.shown_where(field.name())?.verdict()
        };
        let order = ListOrder::of::<E>(order, pagination.is_by_cursor(), verdict_on);
        Ok(Self { pagination: *pagination, window, order, conditions, others })
    }

    pub(crate) fn filtered(&self, rows: Select<E>) -> Select<E> {
        self.conditions.iter().fold(rows, |rows, condition| rows.filter(condition.clone()))
    }

    /// Links that keep everything but the page.
    pub(crate) fn links<'a>(&'a self, request: &'a Request, origin: Option<&'a Origin>, limit: &'a str) -> Links<'a> {
        let others = self.others.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let limit = self.window.says_limit.then_some((self.pagination.size_parameter(), limit));
        Links::of(request, origin, others.chain(limit))
    }

    /// What cursors of this very list are sealed with: who reads it, where, which rows of it, and in which order.
    pub(crate) fn seal<'a>(&self, visit: &'a Visit, request: &Request) -> Result<CursorSeal<'a>, Problem> {
        let key = visit.site.secret_key().ok_or_else(|| Error::wiring("cursors have no key to be sealed with"))?;
        let caller = visit.user.id().map(|id| id.to_string());
        let order: Vec<(&str, bool)> =
            self.order.terms.iter().map(|term| (term.order.column.as_str(), term.order.is_descending)).collect();
        let says_which = |(name, _): &&(String, String)| name != ORDERING && name != FIELDS;
        let mut rows: Vec<&(String, String)> = self.others.iter().filter(says_which).collect();
        rows.sort_unstable();
        let list = serde_json::json!(["cursor", path_of(request), caller, order, rows]).to_string();
        Ok(CursorSeal { key, list })
    }
}

/// The query's parameters, each once. One that takes several values may be repeated, as programs that are made from the
/// document do it: the values are then the same as with commas between them.
fn read_pairs<E: Resource>(
    request: &Request,
    parameters: &ListParameters<E>,
) -> Result<Vec<(String, String)>, Problem> {
    let given: Vec<(String, String)> =
        request.params().map_err(|_| Problem::parse_error("The query string could not be read."))?;
    let mut pairs: Vec<(String, String)> = Vec::with_capacity(given.len());
    let mut places = HashMap::new();
    for (name, value) in given {
        match places.entry(name.clone()) {
            Entry::Vacant(place) => {
                place.insert(pairs.len());
                pairs.push((name, value));
            }
            Entry::Occupied(place) if parameters.takes_several(&name) => {
                let (_, values) = &mut pairs[*place.get()];
                values.push(',');
                values.push_str(&value);
            }
            Entry::Occupied(_) => return Err(Problem::invalid([(&name, "This parameter was given twice.")])),
        }
    }
    Ok(pairs)
}
