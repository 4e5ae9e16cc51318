use std::borrow::Cow;

use super::NamedRows;
use crate::{
    http::Problem,
    serializer::{At, BodyOf, Change, Found, Json, Members, NotRead, Settled, member, members_of, read_whole},
    viewset::{
        EntityOf, ViewSet,
        row::{path_parameters, read_lookup},
    },
};

/// The member of an item that says what is to become of its row.
pub(crate) const CHANGES: &str = "changes";

/// Reads a list of at most so many items; every error of each is told at once, under its place.
pub(super) fn read_list<T>(
    body: Json<'_>,
    most: usize,
    mut read: impl FnMut(Json<'_>, &mut At) -> Option<T>,
) -> Result<Vec<T>, Problem> {
    read_whole(body, |body, at| {
        let Some(items) = body.items() else {
            return at.refuse(format!("Expected a list of items but got type \"{}\".", body.type_name()));
        };
        if items.is_empty() {
            return at.refuse("This list may not be empty.");
        }
        if items.len() > most {
            return at.refuse(format!("Ensure this list has no more than {most} items."));
        }
        let read =
            items.into_iter().enumerate().map(|(place, item)| at.inside(&place.to_string(), |at| read(item, at)));
        // all of them, for the errors of each
        read.collect::<Vec<_>>().into_iter().collect()
    })
}

/// The new rows of a body.
pub(super) fn new_rows<V: ViewSet>(
    body: Json<'_>,
    below: Option<Settled<EntityOf<V>>>,
) -> Result<Vec<Change<V::Serializer>>, Problem> {
    read_list(body, V::BULK_LIMIT, |item, at| Change::read_at(item, BodyOf::NewRow, None, below.clone(), at))
}

/// Rows, and what is to become of each.
type ChangesOf<V> = (NamedRows<EntityOf<V>>, Vec<Change<<V as ViewSet>::Serializer>>);

/// The rows that a body names, and what is to become of each: `[{"id": 7, "changes": {"name": "Mini"}}, …]`.
pub(super) fn changes<V: ViewSet>(
    body: Json<'_>,
    below: Option<Settled<EntityOf<V>>>,
) -> Result<ChangesOf<V>, Problem> {
    let names = names::<V>();
    let items = read_list(body, V::BULK_LIMIT, |item, at| {
        let members = members_of(item, at)?;
        let key = key::<V>(&names, &members, at);
        let change = match member(&members, CHANGES, at) {
            Found::Once(json) => {
                at.inside(CHANGES, |at| Change::read_at(json, BodyOf::PartOfRow, None, below.clone(), at))
            }
            Found::LeftOut => at.inside(CHANGES, |at| at.refuse("This field is required.")),
            Found::Twice => None,
        };
        Some((key?, change?))
    })?;
    let (keys, changes) = items.into_iter().unzip();
    Ok((NamedRows::of_lookup::<V>(keys), changes))
}

/// The rows that a body names: `[{"id": 7}, …]`.
pub(super) fn rows<V: ViewSet>(body: Json<'_>) -> Result<NamedRows<EntityOf<V>>, Problem> {
    let names = names::<V>();
    let keys = read_list(body, V::BULK_LIMIT, |item, at| key::<V>(&names, &members_of(item, at)?, at))?;
    Ok(NamedRows::of_lookup::<V>(keys))
}

/// What the parts of a key are called, as in the path of a row.
fn names<V: ViewSet>() -> Vec<String> {
    path_parameters::<V>().into_iter().map(|(name, _)| name).collect()
}

/// The values by which an item names its row; `None` within for one that no row can have.
fn key<V: ViewSet>(names: &[String], members: &Members<'_>, at: &mut At) -> Option<Option<Vec<sea_orm::Value>>> {
    let part = |name: &String| match member(members, name, at) {
        Found::Once(json) => match json.string().or_else(|| json.number().map(Cow::Borrowed)) {
            Some(text) => Some(text),
            None => at.inside(name, |at| at.refuse("This value is not valid.")),
        },
        Found::LeftOut => at.inside(name, |at| at.refuse("This field is required.")),
        Found::Twice => None,
    };
    let parts: Vec<Option<Cow<'_, str>>> = names.iter().map(part).collect();
    let parts: Vec<Cow<'_, str>> = parts.into_iter().collect::<Option<_>>()?;
    let parts: Vec<&str> = parts.iter().map(|part| &**part).collect();
    match read_lookup::<V>(&parts) {
        Ok(values) => Some(Some(values.into_iter().map(|(_, value)| value).collect())),
        Err(NotRead::Beyond) => Some(None),
        Err(NotRead::Malformed(sentence)) => at.inside(&names[0], |at| at.refuse(sentence)),
    }
}
