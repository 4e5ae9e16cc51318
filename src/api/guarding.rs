use std::sync::Arc;

use poem::{
    Endpoint, EndpointExt, Middleware, Request, Response,
    endpoint::BoxEndpoint,
    http::{HeaderValue, StatusCode, header},
};

use super::{
    BuiltApi,
    front::{Asks, Front},
};
use crate::{
    Result,
    http::{FormToken, Problem, Site, leading_back, path_and_query},
    permission::{IntoPermissions, Permissions},
    viewset::Actions,
};

/// Permission classes before a poem endpoint that is no `#[OpenApi]` method; made by [`BuiltApi::guarding`].
///
/// ```
/// use poem::{EndpointExt, Route, get, handler};
/// use refrain::{BuiltApi, IsAdminUser, Result, api::Guarding};
///
/// #[handler]
/// fn reports() -> &'static str {
///     "none yet"
/// }
///
/// fn pages(api: &BuiltApi) -> Result<Route> {
///     let staff: Guarding = api.guarding(IsAdminUser)?;
///     Ok(Route::new().at("/reports", get(reports).with(staff.clone())).at("/old-reports", get(reports).with(staff)))
/// }
/// ```
#[derive(Clone)]
pub struct Guarding {
    site: Arc<Site>,
    actions: Arc<Actions>,
    permissions: Permissions,
    /// where people log in, of pages that they open
    log_in_at: Option<Arc<str>>,
}

impl BuiltApi {
    /// A middleware that asks these permissions before any poem endpoint, as the API's own handlers are asked:
    /// authenticated by the same authenticators, refused with the same problems.
    ///
    /// ```no_run
    /// use poem::{EndpointExt, Route, get, handler};
    /// use refrain::{Api, Caller, IsAdminUser};
    ///
    /// #[handler]
    /// fn report(caller: Caller) -> String {
    ///     format!("for {}", caller.username)
    /// }
    ///
    /// # fn run(db: sea_orm::DatabaseConnection) -> refrain::Result<()> {
    /// let api = Api::new("Drivers", "1.0", db).build()?;
    /// let guarded = get(report).with(api.guarding(IsAdminUser)?);
    /// let app = Route::new().at("/report", guarded).nest("/", api.into_endpoint());
    /// # let _ = app;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Classes about a model or its rows are an error: such an endpoint has neither.
    pub fn guarding(&self, permissions: impl IntoPermissions) -> Result<Guarding> {
        let permissions = permissions.into_permissions();
        permissions.check(None)?;
        let (site, actions) = (self.gate.site.clone(), self.actions.clone());
        Ok(Guarding { site, actions, permissions, log_in_at: None })
    }
}

impl Guarding {
    /// The same before pages that people open: who has not said who they are is led to this one to log in, and by its
    /// `next` back to where they were; every other refusal is a page too.
    ///
    /// ```no_run
    /// use poem::{EndpointExt, Route, get, handler};
    /// use refrain::{BuiltApi, IsAuthenticated};
    ///
    /// #[handler]
    /// fn cars() -> &'static str {
    ///     "cars"
    /// }
    ///
    /// fn pages(api: &BuiltApi) -> refrain::Result<Route> {
    ///     let known = api.guarding(IsAuthenticated)?.or_log_in_at("/login");
    ///     Ok(Route::new().at("/cars", get(cars).with(known)))
    /// }
    /// ```
    ///
    /// Who is logged in and may not is told so, 403, and not sent round in a circle. A page that logs people in goes on to
    /// what [`safe_next`](crate::http::safe_next) lets through. Without this, nobody is led anywhere
    /// (`raise_exception=True`).
    ///
    /// # Panics
    /// Where the page is no address that a header can hold.
    #[doc(alias(
        "login_required",
        "permission_required",
        "LoginRequiredMixin",
        "PermissionRequiredMixin",
        "LOGIN_URL",
        "redirect_to_login"
    ))]
    #[must_use]
    pub fn or_log_in_at(self, page: &str) -> Self {
        let is_address = HeaderValue::from_str(page).is_ok() && !page.is_empty() && !page.contains([' ', '#']);
        assert!(is_address, "`{page}` is no address of a page");
        Self { log_in_at: Some(page.into()), ..self }
    }
}

impl<E: Endpoint + 'static> Middleware<E> for Guarding {
    type Output = BoxEndpoint<'static, Response>;

    fn transform(&self, inner: E) -> Self::Output {
        let asks = Asks::Handler(self.permissions.clone(), None);
        let asked = asks.asked();
        let guarded = Front::before("page", self.site.clone(), self.actions.clone(), asks, asked, inner);
        let (most_bytes, limit) = (self.site.body_limit, self.site.request_timeout);
        let with_form = guarded.before(move |mut request: Request| async move {
            FormToken::read(&mut request, most_bytes, limit).await?;
            Ok(request)
        });
        match self.log_in_at.clone() {
            None => with_form.boxed(),
            Some(log_in_at) => Page { guarded: with_form.boxed(), log_in_at }.boxed(),
        }
    }
}

/// A guarded endpoint that people open: what it refuses is for them to read.
struct Page {
    guarded: BoxEndpoint<'static, Response>,
    log_in_at: Arc<str>,
}

impl Endpoint for Page {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let back = path_and_query(&request);
        let response = self.guarded.get_response(request).await;
        let Some(problem) = response.extensions().get::<Problem>() else { return Ok(response) };
        let page = match problem.code() {
            "not_authenticated" => {
                let to = leading_back(&self.log_in_at, &back);
                Response::builder().status(StatusCode::FOUND).header(header::LOCATION, to).finish()
            }
            _ => problem.clone().into_page(),
        };
        let (mut parts, body) = page.into_parts();
        // who it is for, and by what it varies
        for (name, value) in response.headers() {
            if ![header::CONTENT_TYPE, header::WWW_AUTHENTICATE].contains(name) {
                parts.headers.append(name, value.clone());
            }
        }
        Ok(Response::from_parts(parts, body))
    }
}
