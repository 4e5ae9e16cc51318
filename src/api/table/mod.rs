//! What every endpoint asks, as one table: for people, for reviews, for programs.

mod print;

use http::{HeaderMap, Method};
use serde::Serialize;

use super::{
    BuiltApi,
    gate::{Gate, lists, question},
    routes::METHODS_IN_ORDER,
};
use crate::{
    auth::{CallerKind, User},
    error::causes,
    http::Site,
    permission::{Action, Rule},
    throttle::Throttle,
    viewset::{Declared, Endpoint},
};

/// What every endpoint asks, and which rows it lets whom have: what [`BuiltApi::permissions`] tells.
///
/// ```
/// # use refrain::doc_example::{Example, cars::Cars};
/// # refrain::doc_example::run(async |Example { db, .. }| {
/// use refrain::Api;
///
/// let table = Api::new("Drivers", "1.0", db).mount(Cars).build()?.permissions().await;
/// assert!(table.to_markdown().contains("ModelPermissions & IsOwnerOrReadOnly"));
/// # Ok(())
/// # });
/// ```
///
/// Printed it is aligned text; [`to_markdown`](Self::to_markdown) is the same as a table in Markdown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PermissionTable {
    /// The endpoints, by path and then by method.
    pub endpoints: Vec<EndpointPermissions>,
}

/// What one method on one path asks.
///
/// ```
/// # use refrain::doc_example::{Example, cars::Cars};
/// # refrain::doc_example::run(async |Example { db, .. }| {
/// use refrain::Api;
///
/// let table = Api::new("Drivers", "1.0", db).mount(Cars).build()?.permissions().await;
/// let list = &table.endpoints[0];
/// assert_eq!((list.method.as_str(), list.path.as_str(), list.action.as_str()), ("GET", "/api/cars", "list"));
/// assert_eq!(list.asks, ["drivers.view_car"]);
/// println!("{}", list.rows_in_words());
/// # Ok(())
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EndpointPermissions {
    /// `GET`; HEAD is answered as GET is.
    pub method: String,
    /// `/api/cars/{id}`
    pub path: String,
    /// `list`, `publish`; `handler` where it is no viewset's.
    pub action: String,
    /// The expression of permission classes; an action on the collection asks the list's too: `… & list(…)`.
    pub expression: String,
    /// Who said so.
    pub declared: Declared,
    /// The permissions the expression asks for.
    pub asks: Vec<String>,
    /// Is the answer a list, filtered to the rows below?
    pub lists: bool,
    /// The rows it lets callers have, for each kind of caller who is not answered as a more general kind is; empty where
    /// everybody is refused, and where the endpoint has no rows.
    pub rows: Vec<RowsAdmitted>,
    /// How often a caller may ask, `anon 60/minute, user 600/minute`; `none` where nothing limits it.
    pub throttle: String,
}

/// The rows that one kind of caller gets.
///
/// ```
/// use refrain::api::{CallerKind, PermissionTable};
///
/// /// What strangers see.
/// fn open(table: &PermissionTable) -> Vec<String> {
///     let lines = table.endpoints.iter().flat_map(|endpoint| {
///         let rows = endpoint.rows.iter().find(|rows| rows.caller == CallerKind::Anonymous && rows.rows != "refused");
///         rows.map(|rows| format!("{} {}: {}", endpoint.method, endpoint.path, rows.rows))
///     });
///     lines.collect()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowsAdmitted {
    /// Who.
    pub caller: CallerKind,
    /// The rule in words: `every row`, `drivers_car.owner_id = the caller`; or `refused`.
    pub rows: String,
}

/// Where the caller is refused before any row is looked at.
const REFUSED: &str = "refused";

impl BuiltApi {
    /// What every endpoint asks: path, method, action, expression, permissions, rows.
    ///
    /// ```
    /// # use refrain::doc_example::cars::Cars;
    /// # async fn print(db: sea_orm::DatabaseConnection) -> refrain::Result<()> {
    /// let api = refrain::Api::new("Drivers", "1.0", db).mount(Cars).build()?;
    /// print!("{}", api.permissions().await);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The rows are found by asking each endpoint's permissions about made-up callers, as a request would ask them. The
    /// stock classes answer without the database; a class of yours that asks something which does not answer is told as
    /// such.
    pub async fn permissions(&self) -> PermissionTable {
        let Gate { site, .. } = &self.gate;
        let mut endpoints = self.beside_routes(site);
        for endpoint in self.endpoints.iter() {
            endpoints.push(EndpointPermissions {
                method: endpoint.method.to_string(),
                path: format!("{}{}", self.prefix, endpoint.path),
                action: endpoint.action.map_or("handler", Action::name).to_owned(),
                expression: endpoint.permissions.to_string(),
                declared: endpoint.declared,
                asks: endpoint.permissions_asked.clone(),
                lists: lists(endpoint),
                rows: if endpoint.guard.is_some() { rows(&self.gate, endpoint).await } else { Vec::new() },
                throttle: told(endpoint.throttles(site)),
            });
        }
        endpoints
            .sort_by_cached_key(|endpoint| (endpoint.path.clone(), place(&endpoint.method), endpoint.method.clone()));
        PermissionTable { endpoints }
    }

    /// What is served beside the routes of viewsets and documented handlers.
    fn beside_routes(&self, site: &Site) -> Vec<EndpointPermissions> {
        let other = |method: &Method, path: &str, action: &str, expression: String, declared| EndpointPermissions {
            method: method.to_string(),
            path: path.to_owned(),
            action: action.to_owned(),
            expression,
            declared,
            asks: Vec::new(),
            lists: false,
            rows: Vec::new(),
            throttle: told(&site.throttles),
        };
        let documents = self.documents.iter().map(|document| EndpointPermissions {
            asks: document.permissions_asked.clone(),
            ..other(&document.method, &document.path, "document", document.permissions.to_string(), document.declared)
        });
        let explain = site.explain_at.as_deref();
        let explain =
            explain.map(|path| other(&Method::GET, path, "explain", "IsSuperuser".to_owned(), Declared::Action));
        let hidden = self.hidden.iter().map(|(method, path)| {
            other(
                method,
                &self.hidden_path(path),
                "hidden handler",
                site.handler_permissions.to_string(),
                Declared::Nothing,
            )
        });
        documents.chain(explain).chain(hidden).collect()
    }
}

impl EndpointPermissions {
    /// The rows in one phrase: `every row`, or who gets which.
    pub fn rows_in_words(&self) -> String {
        let admitted: Vec<&RowsAdmitted> = self.rows.iter().filter(|admitted| admitted.rows != REFUSED).collect();
        match &admitted[..] {
            [] => "-".to_owned(),
            [only] if self.rows.len() == 1 => only.rows.clone(),
            _ => {
                let each = self.rows.iter().map(|RowsAdmitted { caller, rows }| format!("{}: {rows}", caller.words()));
                each.collect::<Vec<_>>().join("; ")
            }
        }
    }
}

/// The rule for each kind of caller, where it is another than the more general kind's.
async fn rows(gate: &Gate, endpoint: &Endpoint) -> Vec<RowsAdmitted> {
    let headers = HeaderMap::new();
    let mut told: Vec<RowsAdmitted> = Vec::new();
    for caller in CallerKind::ALL {
        let user = supposed(gate, caller, &endpoint.permissions_asked);
        let rows = match gate.rule(endpoint, &user, &headers).await {
            Ok(Rule::Never) => REFUSED.to_owned(),
            Ok(rule) => in_words(gate, endpoint, &user, &headers, &rule).await,
            Err(error) => format!("cannot be told: {}", causes(&error)),
        };
        told.push(RowsAdmitted { caller, rows });
    }
    let of = |kind: Option<CallerKind>| {
        let general = told.iter().find(|known| Some(known.caller) == kind);
        general.map_or(REFUSED, |known| &known.rows)
    };
    told.iter().filter(|one| one.rows != of(one.caller.general())).cloned().collect()
}

/// More than this of a class's condition tells nobody anything: its name stands for it.
const LONGEST_CONDITION: usize = 80;

fn is_long(condition: &str) -> bool {
    condition.chars().count() > LONGEST_CONDITION
}

/// A rule as people read it.
async fn in_words(gate: &Gate, endpoint: &Endpoint, user: &User, headers: &HeaderMap, rule: &Rule) -> String {
    let mut words = User::as_the_caller(&rule.to_string());
    if !is_long(&words) {
        return words;
    }
    // what it is made of cannot be asked: then it stays as it is
    let Ok(meanings) = endpoint.permissions.meanings(&question(endpoint, &gate.site, user, headers)).await else {
        return words;
    };
    for (class, own) in meanings.classes() {
        let condition = User::as_the_caller(&own.to_string());
        if matches!(own, Rule::When(_)) && is_long(&condition) {
            words = words.replace(&condition, class);
        }
    }
    words
}

/// How often a caller may ask, in words.
fn told(throttles: &[Throttle]) -> String {
    if throttles.is_empty() {
        return "none".to_owned();
    }
    throttles.iter().map(Throttle::to_string).collect::<Vec<_>>().join(", ")
}

/// Somebody of this kind to ask about.
pub(super) fn supposed(gate: &Gate, caller: CallerKind, asked: &[String]) -> User {
    let Site { auth, db, .. } = &*gate.site;
    caller.user(auth, db.get_database_backend(), asked)
}

/// Where a method stands among others.
pub(super) fn place(method: &str) -> usize {
    METHODS_IN_ORDER.iter().position(|known| known == method).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::is_long;

    #[test]
    fn a_condition_of_eighty_characters_is_written_out() {
        assert!(!is_long(&"ä".repeat(80)) && is_long(&"ä".repeat(81)));
    }
}
