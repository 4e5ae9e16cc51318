use poem::http::Method;
use poem_openapi::registry::MetaSchemaRef;

use crate::{
    model::key_columns,
    permission::Action,
    viewset::{EntityOf, ViewSet, mount::Place, row::path_parameters},
};

/// A route for many rows, which stands beside the standard action whose permissions guard it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BulkRoute {
    /// `POST /cars/bulk`
    Create,
    /// `PATCH /cars/bulk`
    Update,
    /// `POST /cars/bulk/delete`: a `DELETE` has no body that everything on its way lets through.
    Destroy,
}

impl BulkRoute {
    const ALL: [Self; 3] = [Self::Create, Self::Update, Self::Destroy];

    /// Those that a viewset switches on.
    pub(crate) fn of<V: ViewSet>() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|route| V::BULK.contains(&route.action()))
    }

    /// Those of them that there are at a place.
    pub(crate) fn at<V: ViewSet>(place: &Place<V>) -> impl Iterator<Item = Self> + '_ {
        Self::of::<V>().filter(|route| place.offers(route.action()))
    }

    /// The action whose permissions guard it.
    pub(crate) fn action(self) -> Action {
        match self {
            Self::Create => Action::Create,
            Self::Update => Action::PartialUpdate,
            Self::Destroy => Action::Destroy,
        }
    }

    pub(crate) fn method(self) -> Method {
        match self {
            Self::Create | Self::Destroy => Method::POST,
            Self::Update => Method::PATCH,
        }
    }

    /// Its path as the document writes it.
    pub(crate) fn path<V: ViewSet>(self, place: &Place<V>) -> String {
        place.path.to_owned() + self.step()
    }

    /// The same as routes write it.
    pub(crate) fn route<V: ViewSet>(self, place: &Place<V>) -> String {
        place.route(false) + self.step()
    }

    fn step(self) -> &'static str {
        match self {
            Self::Create | Self::Update => "/bulk",
            Self::Destroy => "/bulk/delete",
        }
    }

    /// Its word in the names of operations: `cars_bulk_create`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Create => "bulk_create",
            Self::Update => "bulk_update",
            Self::Destroy => "bulk_destroy",
        }
    }
}

/// SQLite binds 32,766 values at most, PostgreSQL and MariaDB twice as many.
const MOST_VALUES: usize = 30_000;

/// What cannot work of the routes that a viewset switches on, in words that say what to write.
pub(crate) fn bulk_mistakes<V: ViewSet>() -> Vec<String> {
    let mut mistakes = Vec::new();
    for action in V::BULK {
        let is_bulk = BulkRoute::ALL.iter().any(|route| route.action() == *action);
        if !is_bulk {
            mistakes
                .push(format!("`BULK` can name `Create`, `PartialUpdate` and `Destroy`, and it names `{action:?}`"));
        } else if !V::ACTIONS.contains(action) {
            mistakes.push(format!("`BULK` names `{action:?}`, which `ACTIONS` leaves out"));
        }
    }
    // a path names a row by as many values as its key has, or by one
    let most = MOST_VALUES / key_columns::<EntityOf<V>>().count().max(1);
    if V::BULK_LIMIT > most {
        mistakes.push(format!("`BULK_LIMIT` is over {most}, which is what one statement can name"));
    }
    if V::BULK.is_empty() {
        return mistakes;
    }
    if V::BULK_LIMIT == 0 {
        mistakes.push("`BULK_LIMIT` is 0, so that no list could be sent".to_owned());
    }
    if V::REQUIRES_IF_MATCH && V::BULK.iter().any(|action| *action != Action::Create) {
        mistakes.push(
            "`REQUIRES_IF_MATCH` asks of every write which state of the row it is about, which the routes of `BULK` that \
             change rows cannot say: leave them out"
                .to_owned(),
        );
    }
    let first = path_parameters::<V>().into_iter().next();
    if first.is_some_and(|(_, schema)| may_be_a_word(&schema)) {
        mistakes.push(format!(
            "a row may be called `bulk`, and `{}/bulk` is the route for many rows: leave `BULK` out, or look rows up by a \
             number or a uuid",
            V::PATH
        ));
    }
    mistakes
}

/// Can a key of this type be any text?
fn may_be_a_word(schema: &MetaSchemaRef) -> bool {
    const NO_WORDS: [&str; 4] = ["uuid", "date", "date-time", "time"];
    match schema {
        MetaSchemaRef::Inline(schema) => {
            let is_number = matches!(schema.ty, "integer" | "number" | "boolean");
            !is_number && !schema.format.is_some_and(|format| NO_WORDS.contains(&format))
        }
        MetaSchemaRef::Reference(_) => true,
    }
}
