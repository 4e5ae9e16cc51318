use std::collections::HashSet;

use sea_orm::{ColumnTrait, ColumnType, sea_query::StringLen};

use super::mistakes::unreadable;
use crate::{
    serializer::Field,
    viewset::{
        ColumnOf, EntityOf, Resource, ViewSet,
        columns::field_of,
        list::{CANDIDATE_OFFSET, ColumnKind, FilterParameter, Filtered, ListParameters, ORDERING, SEARCH},
    },
};

/// What cannot work of a viewset's lists: in words that say what to write.
pub(super) fn list_mistakes<V: ViewSet>() -> Vec<String> {
    let mut mistakes = Vec::new();
    mistakes.extend(V::filters().iter().filter_map(|filter| match &filter.of {
        Filtered::Column(column) => unreadable::<V>("filters", column),
        Filtered::Related(key, field) => unreadable::<V>("filters", key).or_else(|| field.parent().mistake()),
    }));
    mistakes.extend(V::search().iter().filter_map(|column| unreadable::<V>("searches", column)));
    let ordered: Vec<ColumnOf<V>> =
        V::orderings().into_iter().chain(V::default_order().into_iter().map(|order| order.column)).collect();
    mistakes.extend(ordered.iter().filter_map(|column| unreadable::<V>("orders", column)));
    if !mistakes.is_empty() {
        return mistakes;
    }
    let list = ListParameters::of::<V>();
    mistakes.extend(list.filters.iter().filter_map(misfit));
    mistakes.extend(names::<V>(&list.filters));
    mistakes.extend(V::filters().iter().filter(|filter| filter.lookups.is_empty()).map(|filter| {
        let name = match &filter.of {
            Filtered::Column(column) => field_of::<V>(column).map(Field::name),
            Filtered::Related(_, field) => field.parent().name(),
        };
        let name = name.unwrap_or_default();
        format!("it filters by `{name}`, of which nothing may be asked: give `lookups` at least one")
    }));
    let is_text = |field: &Field<EntityOf<V>>| kind_of(field) == ColumnKind::Text;
    mistakes.extend(
        list.search
            .iter()
            .filter(|field| !is_text(field))
            .map(|field| format!("it searches by `{}`, which is no text: let `fn filters()` name it", field.name())),
    );
    let fields = ordered.iter().filter_map(field_of::<V>);
    mistakes.extend(fields.filter_map(|field| unordered(field, list.pagination.is_by_cursor())));
    let (size, most) = (list.pagination.size(), list.pagination.most());
    mistakes.extend((size == 0 || most < size || i64::try_from(most).is_err()).then(|| {
        format!("its pages have {size} rows, and at most {most}: say at least one, and no more than `at_most`")
    }));
    mistakes
}

fn kind_of<E: Resource>(field: &Field<E>) -> ColumnKind {
    ColumnKind::of(field.column().def().get_column_type())
}

/// A question that a column has no answer to.
fn misfit<E: Resource>(filter: &FilterParameter<E>) -> Option<String> {
    let FilterParameter { name, of, lookup } = filter;
    let only = lookup.misfit(of.kind(), of.is_nullable())?;
    let name = name.strip_suffix(&lookup.parameter("")).unwrap_or(name);
    Some(format!("it filters by `{name}` with `Lookup::{lookup:?}`, which is for {only}"))
}

/// Each parameter means one thing.
fn names<V: ViewSet>(filters: &[FilterParameter<EntityOf<V>>]) -> Vec<String> {
    let (pagination, mut seen) = (V::pagination(), HashSet::new());
    let is_taken = |name: &str| pagination.reads(name, true) || matches!(name, ORDERING | SEARCH | CANDIDATE_OFFSET);
    let mut mistakes = Vec::new();
    for name in filters.iter().map(|filter| filter.name.as_str()) {
        if is_taken(name) {
            mistakes.push(format!(
                "it filters by `{name}`, and `?{name}=` chooses a page or an order, or searches: give the field a `rename`"
            ));
        } else if !seen.insert(name) {
            mistakes.push(format!("it filters by `{name}` twice: name each column, and each lookup of it, once"));
        }
    }
    mistakes
}

/// What no list, or none by cursors, can go by.
///
/// A cursor holds the text that its row has, and MariaDB orders long text by its beginning alone.
fn unordered<E: Resource>(field: &Field<E>, by_cursor: bool) -> Option<String> {
    let name = field.name();
    let kind = kind_of(field);
    if !kind.is_ordered() {
        return Some(format!("it orders by `{name}`, which has no order: take it out of `fn orderings()`"));
    }
    if by_cursor && kind == ColumnKind::Custom {
        return Some(format!("it orders by `{name}`, a type of the database's own, which no cursor can say"));
    }
    let longest = match field.column().def().get_column_type() {
        ColumnType::String(StringLen::N(most)) | ColumnType::Char(Some(most)) => Some(*most as usize),
        ColumnType::Char(None) => Some(1),
        _ => None,
    };
    let said = field.codec.bounds().max_length;
    let is_short = longest.or(said).is_some_and(|longest| longest.min(said.unwrap_or(longest)) <= LONGEST_TEXT);
    (by_cursor && kind == ColumnKind::Text && !is_short).then(|| {
        format!(
            "it orders by `{name}`, which may be longer than the {LONGEST_TEXT} characters that a cursor holds: give the \
             field a `length`, or the column one"
        )
    })
}

/// The longest text that lists by cursors go by.
const LONGEST_TEXT: usize = 255;
