use std::{
    any::TypeId,
    pin::pin,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Instant,
};

use mime::Mime;
use poem::{
    Endpoint, EndpointExt, IntoEndpoint, IntoResponse, Request, Response,
    endpoint::BoxEndpoint,
    http::{HeaderValue, Method, header},
};

use super::{
    decision::Decision,
    guarded::{Admitted, admit},
    part::AnyViewSet,
};
use crate::{
    auth::{Asked, User},
    authentication::Offered,
    db::{Abandonable, counting_statements},
    http::{BodyLimits, FormToken, Kind, Problem, RequestContext, Site, client_address, is_over_tls, path_of},
    permission::{Action, Permissions},
    sessions::SetCookies,
    standby::{LAST_COMMIT, Writing},
    throttle::{self, Throttle, Usage},
    viewset::{self, Actions, Guard, Visit},
};

/// What stands before every endpoint: negotiation, authentication, throttles, permission. The order is that of CONTRACT
/// 6.1, but for throttles: whoever may not ask costs as much as who may.
pub(super) struct Front {
    pub(super) site: Arc<Site>,
    pub(super) actions: Arc<Actions>,
    pub(super) asks: Asks,
    /// the permissions that can be asked for, here and by the endpoint itself; all there are where nobody knows
    pub(super) asked: Option<Arc<Asked>>,
    /// the viewset whose row is read together with the caller
    pub(super) reads: Option<Arc<dyn AnyViewSet>>,
    /// what it is called where decisions are told
    pub(super) name: Arc<str>,
    /// how often a caller may ask
    pub(super) throttles: Arc<[Throttle]>,
    /// does it answer in JSON, and so refuse who accepts none?
    pub(super) negotiates: bool,
    /// the methods of the whole path
    pub(super) allow: Option<HeaderValue>,
    pub(super) inner: BoxEndpoint<'static>,
}

/// What is asked before an endpoint reads anything of the request.
pub(super) enum Asks {
    /// A standard action of a viewset, which asks for itself.
    Nothing,
    /// A handler, and the type whose argument asks the same.
    Handler(Permissions, Option<TypeId>),
    /// An action of one's own.
    Action(Arc<Guard>),
}

/// What is known of a request so far, also where it is given up.
#[derive(Default)]
struct Known {
    caller: OnceLock<Arc<User>>,
    usage: OnceLock<Usage>,
    /// where it may write, and lists are read from a standby
    writing: Mutex<Option<Writing>>,
}

impl Known {
    fn begin_writing(&self, writing: Writing) {
        *self.writing.lock().unwrap_or_else(PoisonError::into_inner) = Some(writing);
    }

    fn take_writing(&self) -> Option<Writing> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Asks {
    pub(super) fn of(endpoint: &viewset::Endpoint) -> Self {
        match &endpoint.guard {
            None => Self::Handler(endpoint.permissions.clone(), endpoint.guarded_by),
            Some(_) if endpoint.is_standard() => Self::Nothing,
            Some((guard, _)) => Self::Action(guard.clone()),
        }
    }

    /// The permissions asked for before the endpoint; `None` where it asks for itself, and it is not known for what.
    pub(super) fn asked(&self) -> Option<Arc<Asked>> {
        match self {
            Self::Nothing => None,
            Self::Handler(permissions, _) => Some(Arc::new(Asked::new(asked_by_handler(permissions)))),
            Self::Action(guard) => Some(Arc::new(Asked::new(guard.permissions_asked()))),
        }
    }
}

/// What is asked before a plain handler.
pub(super) fn asked_by_handler(permissions: &Permissions) -> Vec<String> {
    permissions.permissions_asked(None, Action::Metadata)
}

impl Endpoint for Front {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let cookies = Arc::<SetCookies>::default();
        let (method, path) = (request.method().clone(), path_of(&request).to_owned());
        let (began, known) = (Instant::now(), Known::default());
        let over_tls = is_over_tls(&request);
        let answer = pin!(self.in_time(request, &known, &cookies));
        let (answer, statements) = counting_statements(answer).await;
        let mut response = answer.unwrap_or_else(|error| Problem::from_poem(error).into_response());
        if let Some(writing) = known.take_writing()
            && let Some(last) = writing.end(response.status()).await
        {
            let sessions = self.site.authenticators.sessions();
            cookies.set_for_a_while(LAST_COMMIT, last.position, last.seconds, over_tls, sessions);
        }
        let decision = Decision {
            caller: known.caller.get().map(|user| &**user),
            action: &self.name,
            method: method.as_str(),
            path: &path,
            took: began.elapsed(),
            statements,
        };
        decision.tell(&response);
        self.add_headers(&mut response, &cookies);
        if let Some(usage) = known.usage.get().filter(|_| self.site.tells_rates) {
            usage.add_fields(response.headers_mut());
        }
        if method == Method::HEAD {
            response.set_body(());
        }
        Ok(response)
    }
}

impl Front {
    /// Before an endpoint that stands by itself on its path, behind authentication as every other is.
    pub(super) fn before(
        name: &str,
        site: Arc<Site>,
        actions: Arc<Actions>,
        asks: Asks,
        asked: Option<Arc<Asked>>,
        inner: impl IntoEndpoint<Endpoint: 'static>,
    ) -> BoxEndpoint<'static, Response> {
        let inner = inner.map_to_response().boxed();
        let throttles = site.throttles.clone();
        let name = name.into();
        Self { site, actions, asks, asked, reads: None, name, throttles, negotiates: false, allow: None, inner }
            .map_to_response()
            .boxed()
    }

    /// Every answer is about its caller: caches keep it for nobody else.
    fn add_headers(&self, response: &mut Response, cookies: &SetCookies) {
        let headers = response.headers_mut();
        // JSON is UTF-8, and its media type has no such parameter (RFC 8259)
        if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json; charset=utf-8") {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private"));
        for name in self.site.authenticators.varies_by() {
            headers.append(header::VARY, HeaderValue::from_static(name));
        }
        // refusals set cookies too: one that names nothing any more is to be forgotten
        for cookie in cookies.take() {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.append(header::SET_COOKIE, cookie);
        }
        if let Some(allow) = &self.allow {
            headers.insert(header::ALLOW, allow.clone());
        }
    }

    /// Gives a request up that takes too long.
    async fn in_time(&self, request: Request, known: &Known, cookies: &Arc<SetCookies>) -> poem::Result<Response> {
        let is_safe = request.method().is_safe();
        let answer = pin!(self.answer(request, known, cookies.clone()));
        let answer = Abandonable::pinned(answer);
        let Some(limit) = self.site.request_timeout else { return answer.await };
        tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| {
            tracing::error!(?limit, "a request took too long, and was given up");
            Err(if is_safe { Problem::unavailable() } else { Problem::outcome_unknown() }.into())
        })
    }

    /// Answers a request, and tells whose it is once that is known.
    async fn answer(&self, mut request: Request, known: &Known, cookies: Arc<SetCookies>) -> poem::Result<Response> {
        if self.negotiates && !accepts_json(&request) {
            let sentence = "Could not satisfy the request Accept header.";
            return Err(Problem::of(Kind::NOT_ACCEPTABLE, sentence).into());
        }
        let site = &self.site;
        let address = client_address(&request, site.proxies);
        let offered = Offered::new(request.method(), request.original_uri(), request.headers());
        let offered = offered.from_address(address).sent_over_tls(is_over_tls(&request));
        let joined = self.reads.as_ref().and_then(|viewset| viewset.joined_row(&request)).map(Arc::new);
        let offered = offered.to_who_asks(self.asked.as_ref(), joined.as_ref()).setting(&cookies);
        let offered = offered.with_form_token(FormToken::of(&request));
        #[cfg(feature = "testing")]
        let offered = offered.by(request.extensions().get());
        // what may change something is never judged by what is kept
        let auth = if request.method().is_safe() { site.auth.for_reading(&site.db) } else { site.auth.clone() };
        let user = site.authenticators.authenticate(&auth, &site.db, &offered).await.map_err(Problem::from)?;
        let user = known.caller.get_or_init(|| Arc::new(user)).clone();
        let usage = throttle::ask(&self.throttles, &site.counts, &user, address).await.map_err(Problem::from)?;
        if let Some(wait) = known.usage.get_or_init(|| usage).wait() {
            return Err(Problem::throttled(wait).into());
        }
        let context = RequestContext { site: site.clone(), user: user.clone(), cookies, joined };
        request.extensions_mut().insert(context);
        request.extensions_mut().insert(self.actions.clone());
        match &self.asks {
            Asks::Nothing => {}
            Asks::Handler(permissions, guarded_by) => {
                admit(&request, permissions).await?;
                if let Some(by) = guarded_by {
                    request.extensions_mut().insert(Admitted(*by));
                }
            }
            Asks::Action(guard) => {
                let asked = Visit::new(&request, guard.clone())?.ask().await?;
                request.extensions_mut().insert(asked);
            }
        }
        let limits = BodyLimits::on(&mut request, site.body_limit, site.body_values);
        if let Some(standby) = site.standby.as_ref().filter(|_| !request.method().is_safe()) {
            known.begin_writing(Writing::begin(standby.clone(), user, request.headers()));
        }
        self.inner.call(request).await.map_err(|error| limits.explain(error))
    }
}

/// Weights are not looked at (CONTRACT 7.21).
fn accepts_json(request: &Request) -> bool {
    let mut accepted = request.headers().get_all(header::ACCEPT).iter().peekable();
    if accepted.peek().is_none() {
        return true;
    }
    accepted.flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).any(|range| {
        String::from_utf8_lossy(range).trim().parse::<Mime>().is_ok_and(|range| {
            let kind = (range.type_().as_str(), range.subtype().as_str());
            matches!(kind, ("*", "*") | ("application", "*" | "json"))
        })
    })
}

#[cfg(test)]
mod tests {
    use poem::endpoint::make_sync;

    use super::*;
    use crate::{auth::Auth, authentication::Authenticators};

    /// Each request allocates it, and an allocator takes longer for what is long; work that is not pinned where it begins is
    /// in it several times.
    #[test]
    fn the_future_of_a_request_is_short() {
        let site = Arc::new(Site::new(sea_orm::DatabaseConnection::default(), Auth::default(), Authenticators::none()));
        let front = Front {
            throttles: site.throttles.clone(),
            site,
            actions: Arc::default(),
            asks: Asks::Nothing,
            asked: None,
            reads: None,
            name: "test".into(),
            negotiates: false,
            allow: None,
            inner: make_sync(|_| "nothing").map_to_response().boxed(),
        };
        let length = size_of_val(&front.call(Request::default()));
        assert!(length < 8 * 1024, "{length} bytes");
    }
}
