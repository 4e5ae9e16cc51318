use std::{collections::HashMap, sync::Arc};

use http::{HeaderMap, Method};
use poem::{EndpointExt, IntoResponse, Request, Response, endpoint::make, web::Json};

use super::{
    front::{Asks, Front},
    guarded::{about_handler, admits},
    part::ViewSets,
};
use crate::{
    Error, Result,
    auth::User,
    http::{Problem, Site},
    permission::{AskedPermission, Explanation, IntoPermissions, IsSuperuser, Outcome},
    viewset::{Actions, Endpoint, Visit},
};

/// What is needed to explain an answer.
#[derive(Clone)]
pub(super) struct Explainer {
    pub(super) site: Arc<Site>,
    pub(super) viewsets: Arc<ViewSets>,
    pub(super) endpoints: Arc<Vec<Endpoint>>,
    pub(super) prefix: String,
}

impl Explainer {
    /// Why a user, or nobody in particular, would be answered so.
    pub(super) async fn explain(&self, username: Option<&str>, method: &Method, path: &str) -> Result<Explanation> {
        let user = match username {
            None => User::anonymous(&self.site.auth),
            Some(name) => {
                let user = self.site.auth.user(&self.site.db, name).await?;
                user.ok_or_else(|| Error::unknown("user", name))?
            }
        };
        self.explain_to(user, method, path).await
    }

    /// The same of this user.
    pub(super) async fn explain_to(&self, user: User, method: &Method, path: &str) -> Result<Explanation> {
        let inactive = (user.is_authenticated() && !user.is_active).then(|| user.username.clone());
        let mut explanation = self.explain_active(user, method, path).await?;
        if let Some(name) = inactive {
            // no question of permissions is reached
            explanation.outcome = (&self.site.inactive_user()).into();
            explanation.would_change = vec![format!("making {name} active")];
        }
        Ok(explanation)
    }

    async fn explain_active(&self, user: User, method: &Method, path: &str) -> Result<Explanation> {
        let (endpoint, variables) = self.find(method, path)?;
        let request = format!("{method} {path}");
        let Some((guard, viewset)) = &endpoint.guard else { return self.handler(endpoint, &user, request).await };
        let viewset = self
            .viewsets
            .get(viewset)
            .ok_or_else(|| Error::wiring("an endpoint belongs to a viewset that is not mounted"))?;
        let visit = Visit {
            site: self.site.clone(),
            guard: guard.clone(),
            user: Arc::new(user),
            headers: Arc::new(HeaderMap::new()),
            below: None,
            standby: None,
        };
        viewset.explain(visit, request, endpoint, &variables).await
    }

    /// The endpoint a request goes to, and the variables of its path; a path with fewer of them is found first.
    fn find<'p>(&self, method: &Method, path: &'p str) -> Result<(&Endpoint, Vec<&'p str>)> {
        let path = path.split('?').next().unwrap_or(path);
        let unknown = || Error::unknown("endpoint", format!("{method} {path}"));
        let below = path.strip_prefix(&self.prefix).ok_or_else(unknown)?;
        let asked = if *method == Method::HEAD { Method::GET } else { method.clone() };
        let mut found: Vec<_> = self
            .endpoints
            .iter()
            .filter(|endpoint| endpoint.method == asked)
            .filter_map(|endpoint| Some((endpoint, variables(&endpoint.path, below)?)))
            .collect();
        found.sort_by_key(|(_, variables)| variables.len());
        found.into_iter().next().ok_or_else(unknown)
    }

    /// A plain handler has permissions, and no rows.
    async fn handler(&self, endpoint: &Endpoint, user: &User, request: String) -> Result<Explanation> {
        let headers = HeaderMap::new();
        let cx = about_handler(&self.site, user, &headers, endpoint.method.is_safe());
        let meanings = endpoint.permissions.meanings(&cx).await?;
        let allowed = admits(&endpoint.permissions.meaning(&cx).await?, &endpoint.permissions)?;
        let refusal = (!allowed).then(|| self.site.refuse(meanings.refusing_request(), user));
        let mut permissions = Vec::new();
        for label in &endpoint.permissions_asked {
            let held = user.how_held((&self.site.db).into(), label).await?;
            permissions.push(AskedPermission { label: label.clone(), held });
        }
        Ok(Explanation {
            user: user.username.clone(),
            request,
            action: endpoint.operation_id.clone(),
            outcome: refusal.as_ref().map_or(Outcome::ALLOWED, Outcome::from),
            expression: meanings.verdicts::<()>(None, 0, &cx).await?,
            permissions,
            fields: Vec::new(),
            would_change: Vec::new(),
        })
    }

    /// `GET …?user=alice&method=PATCH&path=/api/cars/7`, for superusers.
    pub(super) fn into_endpoint(self, actions: Arc<Actions>) -> poem::endpoint::BoxEndpoint<'static, Response> {
        let site = self.site.clone();
        let answer = make(move |request: Request| {
            let explainer = self.clone();
            async move { explainer.answer(&request).await.map_err(poem::Error::from) }
        });
        let asks = Asks::Handler(IsSuperuser.into_permissions(), None);
        let (asked, inner) = (asks.asked(), answer.boxed());
        let throttles = site.throttles.clone();
        let name = "explain".into();
        Front { site, actions, asks, asked, reads: None, name, throttles, negotiates: true, allow: None, inner }
            .map_to_response()
            .boxed()
    }

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        let query: HashMap<String, String> =
            request.params().map_err(|_| Problem::parse_error("The query string could not be read."))?;
        let path = query.get("path").ok_or_else(|| Problem::invalid([("path", "This field is required.")]))?;
        let method = query.get("method").map_or("GET", String::as_str).parse();
        let method = method.map_err(|_| Problem::invalid([("method", "This is no method.")]))?;
        let explanation = self.explain(query.get("user").map(String::as_str), &method, path).await?;
        Ok(Json(explanation).into_response())
    }
}

/// The texts in the places of a pattern's variables; `None` where the path is another.
pub(super) fn variables<'p>(pattern: &str, path: &'p str) -> Option<Vec<&'p str>> {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    let mut variables = Vec::new();
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return Some(variables),
            (Some(name), Some(text)) if name.starts_with(['{', ':']) => variables.push(text),
            (Some(same), Some(text)) if same == text => {}
            _ => return None,
        }
    }
}
