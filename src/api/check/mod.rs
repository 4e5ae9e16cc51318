//! What is legal, and not what anybody should mean.

mod asked;
mod document;
mod finding;
mod open_write;
mod outliving;
mod possible;

use http::HeaderMap;

pub use finding::{Finding, Severity};

use super::{
    BuiltApi,
    gate::Gate,
    table::{place, supposed},
};
use crate::{
    Error, Result,
    auth::CallerKind,
    error::causes,
    model::Models,
    permission::{Action, Rule},
    viewset::{Declared, Endpoint},
};

impl BuiltApi {
    /// Looks for endpoints that are open, closed or undecided without anybody having said so, and for permissions that
    /// nobody can be granted.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, cars::Cars};
    /// # refrain::doc_example::run(async |Example { db, .. }| {
    /// use refrain::{Api, api::Severity};
    ///
    /// let api = Api::new("Drivers", "1.0", db).mount(Cars).build()?;
    /// let findings = api.check(api.models()).await;
    /// assert!(findings.iter().all(|finding| finding.severity < Severity::Error));
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// | code | severity | what |
    /// |---|---|---|
    /// | `undeclared` | error | nobody declared a permission class: the default holds because nothing else does |
    /// | `open_write` | error | a write that callers may do who did not say who they are; a note where the endpoint itself says `AllowAny` |
    /// | `open_read` | warning | a read of rows that other tables open to callers who did not say who they are; a note where `ObjectPermissions.with_anonymous()` says it |
    /// | `open_to_users` | warning | a write that everybody may do who has an account; nothing where the endpoint itself says so |
    /// | `cannot_hold` | error | an expression that holds for nobody; a note where the endpoint itself says `DenyAll` |
    /// | `cannot_be_asked` | error | an expression that fails whenever it is asked |
    /// | `not_told` | warning | what was asked did not answer |
    /// | `unknown_permission` | error | a permission is asked that no model declares |
    /// | `hidden` | warning | a handler that the document leaves out |
    ///
    /// All is found from what the permissions mean for callers made up for it, as [`permissions`](Self::permissions)
    /// does. The models that declare permissions are those given, and those mounted.
    pub async fn check(&self, registered: &Models) -> Vec<Finding> {
        let mut endpoints: Vec<&Endpoint> = self.endpoints.iter().collect();
        endpoints.sort_by_key(|endpoint| (&endpoint.path, place(endpoint.method.as_str())));
        let mut findings = Vec::new();
        for endpoint in endpoints {
            let looked_at = Looked { at: self.address(endpoint), endpoint };
            findings.extend(looked_at.undeclared());
            findings.extend(looked_at.meaning(&self.gate).await);
            findings.extend(looked_at.unknown(registered, &self.models));
        }
        for document in &self.documents {
            let looked_at = Looked { at: format!("{} {}", document.method, document.path), endpoint: document };
            let found = looked_at.meaning(&self.gate).await;
            findings.extend(found.map(|finding| match finding.write {
                Some(_) => {
                    finding.write("`Api::document_permissions` that somebody can meet, or `Api::without_document`")
                }
                None => finding,
            }));
            findings.extend(looked_at.unknown(registered, &self.models));
        }
        findings.extend(self.hidden.iter().map(|(method, path)| {
            let default = &self.gate.site.handler_permissions;
            Finding::warning(
                "hidden",
                format!("the document leaves it out: what it asks beside `{default}` is not known"),
            )
            .at(format!("{method} {}", self.hidden_path(path)))
            .write("take `hidden` away from its `#[oai(…)]`")
        }));
        findings
    }

    /// The permissions that endpoints ask, each with the endpoint.
    #[cfg(feature = "cli")]
    pub(crate) fn permissions_asked(&self) -> impl Iterator<Item = (String, &String)> {
        let documents =
            self.documents.iter().map(|document| (format!("{} {}", document.method, document.path), document));
        let endpoints = self.endpoints.iter().map(|endpoint| (self.address(endpoint), endpoint));
        let asked = endpoints.chain(documents);
        asked.flat_map(|(at, endpoint)| endpoint.permissions_asked.iter().map(move |label| (at.clone(), label)))
    }

    /// Where a person reads the document, if anybody may.
    #[cfg(feature = "cli")]
    pub(crate) fn documented_at(&self) -> Option<&str> {
        self.documents.last().map(|page| &*page.path)
    }

    fn address(&self, endpoint: &Endpoint) -> String {
        format!("{} {}{}", endpoint.method, self.prefix, endpoint.path)
    }
}

/// An endpoint that is looked at.
struct Looked<'a> {
    at: String,
    endpoint: &'a Endpoint,
}

impl Looked<'_> {
    fn error(&self, code: &'static str, message: String) -> Finding {
        Finding::error(code, message).at(self.at.clone())
    }

    fn warning(&self, code: &'static str, message: String) -> Finding {
        Finding::warning(code, message).at(self.at.clone())
    }

    fn note(&self, code: &'static str, message: String) -> Finding {
        Finding::note(code, message).at(self.at.clone())
    }

    fn undeclared(&self) -> Option<Finding> {
        let Endpoint { declared: Declared::Nothing, permissions, .. } = self.endpoint else { return None };
        let write = match self.endpoint.action {
            None => "an argument that says who may call it, as in `Guarded<IsAuthenticated>`",
            Some(Action::Custom(_)) => "`fn permissions()` on the action, or on its viewset",
            Some(_) => "`fn permissions()` on the viewset; `Access::global()` says that the default is meant",
        };
        let message = format!("no permission class is declared; it asks the default, `{permissions}`");
        Some(self.error("undeclared", message).write(write))
    }

    /// What the permissions come to: whom they let in, whether they can hold, whether they can be asked at all.
    async fn meaning(&self, gate: &Gate) -> Option<Finding> {
        match self.whom_it_lets_in(gate).await {
            Ok(whom) => self.never_holds(gate).or_else(|| self.open_write(whom)),
            Err(Error::Wiring(message)) => {
                Some(self.error("cannot_be_asked", message.into_owned()).write("permissions that can be asked here"))
            }
            Err(error) => {
                let message = format!("whom it lets in cannot be told: {}", causes(&error));
                Some(self.warning("not_told", message).write("check again where what it asks can answer"))
            }
        }
    }

    /// What it means for a caller without a name, and for one with nothing but a name.
    async fn whom_it_lets_in(&self, gate: &Gate) -> Result<Whom> {
        let headers = HeaderMap::new();
        let asked = &self.endpoint.permissions_asked;
        let mut rules = Vec::new();
        for caller in CallerKind::ALL {
            rules.push(gate.rule(self.endpoint, &supposed(gate, caller, asked), &headers).await?);
        }
        let mut rules = rules.into_iter();
        let [anonymous, user] = [rules.next(), rules.next()].map(Option::unwrap_or_default);
        Ok(Whom { anonymous, user })
    }
}

/// The rows of a caller without a name, and of one with nothing but a name.
struct Whom {
    anonymous: Rule,
    user: Rule,
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use sea_orm::DatabaseConnection;

    use crate::{Api, HasPerm, IsAdminUser};

    #[test]
    fn a_person_is_sent_to_the_page_where_there_is_one() {
        let api = || Api::new("Drivers", "1", DatabaseConnection::default());
        let at = |api: Api| api.build().expect("it fits").documented_at().map(str::to_owned);
        assert_eq!(at(api()).as_deref(), Some("/docs"));
        assert_eq!(at(api().document_permissions(IsAdminUser)).as_deref(), Some("/docs"));
        assert_eq!(at(api().without_document()), None);
    }

    #[test]
    fn what_the_documents_readers_are_asked_counts() {
        let api = Api::new("Drivers", "1", DatabaseConnection::default());
        let api = api.document_permissions(HasPerm("drivers.view_car")).build().expect("it fits");
        let mut asked: Vec<(String, &String)> = api.permissions_asked().collect();
        asked.sort();
        let label = "drivers.view_car".to_owned();
        assert_eq!(asked, [("GET /docs".to_owned(), &label), ("GET /openapi.json".to_owned(), &label)]);
    }
}
