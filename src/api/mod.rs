//! Puts viewsets and handlers together: one site, one document, one set of routes.

mod accounts;
mod as_me;
mod built;
mod caller_session;
mod check;
mod credentials;
mod decision;
mod document;
mod explain;
mod front;
mod gate;
mod guarded;
mod guarding;
mod handlers;
mod limited_auth;
mod log_in;
mod log_out;
mod me;
mod named_tokens;
mod obtain_token;
mod page_session;
mod part;
mod routed;
mod routes;
mod schemas;
mod served_document;
mod table;
mod valid;

use std::{sync::Arc, time::Duration};

use poem_openapi::OpenApi;
use sea_orm::DatabaseConnection;

pub use crate::auth::CallerKind;
pub use accounts::{ChangePassword, Register, RegisterByMail, ResetPassword};
pub use built::BuiltApi;
pub use caller_session::CallerSession;
pub use check::{Finding, Severity};
pub use guarded::{Guarded, HandlerPermissions};
pub use guarding::Guarding;
pub use handlers::Handlers;
pub use limited_auth::LimitedAuth;
pub use log_in::LogIn;
pub use log_out::LogOut;
pub use me::Me;
pub use named_tokens::NamedTokens;
pub use obtain_token::ObtainToken;
pub use page_session::PageSession;
pub use part::Part;
pub use table::{EndpointPermissions, PermissionTable, RowsAdmitted};
pub use valid::Valid;

use crate::{
    Result,
    auth::{Auth, KeptUsers, Snapshots},
    authentication::{Authenticators, Origin, TokenAuthentication},
    grants::Deleting,
    http::{DocumentAccess, Site},
    model::Models,
    permission::IntoPermissions,
    sessions::SecretKey,
    standby::{Standby, StandbyReads},
    throttle::{Counts, Throttle},
    viewset::{ViewSet, ViewSetApi},
};

/// An API: viewsets and handlers, who is asked who callers are, and what holds where nothing is declared.
///
/// ```no_run
/// # use refrain::doc_example::cars::Cars;
/// use refrain::{Api, IsAuthenticated, ModelPermissions};
///
/// # async fn run(db: sea_orm::DatabaseConnection) -> Result<(), Box<dyn std::error::Error>> {
/// let api = Api::new("Drivers", "1.0", db)
///     .default_permissions(IsAuthenticated & ModelPermissions)
///     .mount(Cars)
///     .build()?;
/// poem::Server::new(poem::listener::TcpListener::bind("127.0.0.1:3000")).run(api.into_endpoint()).await?;
/// # Ok(())
/// # }
/// ```
///
/// | address | what is there |
/// |---|---|
/// | `/api/…` | the routes |
/// | `/openapi.json` | the document |
/// | `/docs` | Swagger UI |
pub struct Api<P = ()> {
    title: String,
    version: String,
    prefix: String,
    site: Site,
    models: Models,
    counts: Option<Counts>,
    snapshots: Option<Snapshots>,
    standby: Option<Standby>,
    parts: P,
}

impl Api {
    /// An empty API over a database, with Django's own users, who come with their tokens.
    ///
    /// Closed until said otherwise: a viewset that declares nothing asks
    /// [`ModelPermissions`](crate::ModelPermissions), a handler [`IsAuthenticated`](crate::IsAuthenticated).
    pub fn new(title: impl Into<String>, version: impl Into<String>, db: DatabaseConnection) -> Self {
        let authenticators = Authenticators::none().with(TokenAuthentication::default());
        Self {
            title: title.into(),
            version: version.into(),
            prefix: "/api".to_owned(),
            site: Site::new(db, Auth::default(), authenticators),
            models: Models::default(),
            counts: None,
            snapshots: None,
            standby: None,
            parts: (),
        }
    }
}

impl<P: Part> Api<P> {
    /// How users are kept, and who is asked about them; Django's own users where nothing is said.
    ///
    /// ```
    /// use refrain::{Api, auth::Auth, entity::{Key, UserTable}};
    ///
    /// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
    /// let members = Auth::new(UserTable::custom("club", "Member", Key::Uuid));
    /// let api = Api::new("Club", "1.0", db).auth(members).build()?;
    /// # let _ = api;
    /// # Ok(())
    /// # });
    /// ```
    pub fn auth(mut self, auth: Auth) -> Self {
        self.site.auth = auth;
        self
    }

    /// Keeps callers, and what they hold, between the requests that read; each asks the database where nothing is said.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use refrain::{Api, auth::Snapshots};
    ///
    /// # fn build(db: sea_orm::DatabaseConnection) -> refrain::Result<refrain::BuiltApi> {
    /// Api::new("Drivers", "1.0", db).snapshots(Snapshots::kept_for(Duration::from_secs(5))).build()
    /// # }
    /// ```
    ///
    /// Where changes are to be heard of, nothing that is kept counts before [`BuiltApi::listen`].
    pub fn snapshots(mut self, snapshots: Snapshots) -> Self {
        self.snapshots = Some(snapshots);
        self
    }

    /// A standby from which those viewsets read their lists that say so by
    /// [`LISTS_FROM_STANDBY`](ViewSet::LISTS_FROM_STANDBY).
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use refrain::{Api, Standby};
    ///
    /// # fn build(db: sea_orm::DatabaseConnection) -> refrain::Result<refrain::BuiltApi> {
    /// let standby = Standby::at("postgres://drivers@standby/drivers").within(Duration::from_secs(1));
    /// Api::new("Drivers", "1.0", db).standby(standby).build()
    /// # }
    /// ```
    pub fn standby(mut self, standby: Standby) -> Self {
        self.standby = Some(standby);
        self
    }

    /// Who is asked, in order, who a caller is; tokens alone where nothing is said.
    ///
    /// ```
    /// use refrain::{Api, authentication::{Authenticators, BasicAuthentication, TokenAuthentication}};
    ///
    /// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
    /// let authenticators =
    ///     Authenticators::none().with(TokenAuthentication::default()).with(BasicAuthentication::default());
    /// let api = Api::new("Drivers", "1.0", db).authenticators(authenticators).build()?;
    /// # let _ = api;
    /// # Ok(())
    /// # });
    /// ```
    #[doc(alias = "DEFAULT_AUTHENTICATION_CLASSES")]
    pub fn authenticators(mut self, authenticators: Authenticators) -> Self {
        self.site.authenticators = authenticators;
        self
    }

    /// What the cursors of lists are sealed with; the key of its sessions where nothing is said, if it takes any.
    ///
    /// ```
    /// use refrain::{Api, sessions::SecretKey};
    ///
    /// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
    /// # let key = "a site's own, long and random";
    /// let api = Api::new("Drivers", "1.0", db).secret_key(SecretKey::new(key)?).build()?;
    /// # let _ = api;
    /// # Ok(())
    /// # });
    /// ```
    #[doc(alias = "SECRET_KEY")]
    pub fn secret_key(mut self, key: SecretKey) -> Self {
        self.site.secret_key = Some(key);
        self
    }

    /// What holds for every viewset and action that declares nothing; `ModelPermissions` where nothing is said.
    #[doc(alias = "DEFAULT_PERMISSION_CLASSES")]
    pub fn default_permissions(mut self, permissions: impl IntoPermissions) -> Self {
        self.site.default_permissions = permissions.into_permissions();
        self
    }

    /// What holds for every handler that declares nothing; `IsAuthenticated` where nothing is said.
    ///
    /// ```
    /// use refrain::{Api, IsAdminUser};
    ///
    /// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
    /// let api = Api::new("Drivers", "1.0", db).handler_permissions(IsAdminUser).build()?;
    /// # let _ = api;
    /// # Ok(())
    /// # });
    /// ```
    pub fn handler_permissions(mut self, permissions: impl IntoPermissions) -> Self {
        self.site.handler_permissions = permissions.into_permissions();
        self
    }

    /// Models that no viewset serves.
    ///
    /// ```
    /// # use refrain::doc_example::{cars::Cars, trip};
    /// use refrain::{Api, model::Models};
    ///
    /// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
    /// let api = Api::new("Drivers", "1.0", db).mount(Cars).models(Models::default().with::<trip::Entity>()).build()?;
    /// # let _ = api;
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// Deleting a row takes away what was granted on it, as a row of every model of its table, and what was granted on
    /// the rows that the database deletes with it, as far as relations say which they are.
    ///
    /// The mounted ones are known; the command line knows those of `Project::models`.
    pub fn models(mut self, models: Models) -> Self {
        self.models = models;
        self
    }

    /// Answers 403 for a row that the caller may not view, as DRF does; 404 where nothing is said.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, cars::Cars};
    /// # refrain::doc_example::run(async |Example { db, auth, .. }| {
    /// use poem::http::Method;
    /// use refrain::{Api, auth::NewUser};
    ///
    /// let bob = auth.create_user(&db, NewUser::new("bob")).await?;
    /// bob.permissions().add(&db, ["drivers.delete_car"]).await?;
    ///
    /// let api = || Api::new("Drivers", "1.0", db.clone()).mount(Cars);
    /// let hidden = api().build()?.explain(Some("bob"), &Method::DELETE, "/api/cars/1").await?;
    /// let revealed = api().reveal_hidden_rows().build()?.explain(Some("bob"), &Method::DELETE, "/api/cars/1").await?;
    /// assert_eq!((hidden.outcome.status, revealed.outcome.status), (Some(404), Some(403)));
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// The row's existence is then told.
    pub fn reveal_hidden_rows(mut self) -> Self {
        self.site.reveal_hidden_rows = true;
        self
    }

    /// Lets superusers ask, at this path, why an answer is what it is: `?user=alice&method=PATCH&path=/api/cars/7`.
    ///
    /// ```
    /// # use refrain::doc_example::cars::Cars;
    /// use refrain::Api;
    ///
    /// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
    /// // GET /api/explain?user=alice&method=PATCH&path=/api/cars/7
    /// let api = Api::new("Drivers", "1.0", db).mount(Cars).explain_at("/explain").build()?;
    /// # let _ = api;
    /// # Ok(())
    /// # });
    /// ```
    pub fn explain_at(mut self, path: impl Into<String>) -> Self {
        self.site.explain_at = Some(path.into());
        self
    }

    /// Names in every refusal the permission class that refused, for development.
    ///
    /// ```
    /// use refrain::Api;
    ///
    /// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
    /// let api = Api::new("Drivers", "1.0", db);
    /// let api = if cfg!(debug_assertions) { api.explain_refusals() } else { api };
    /// let api = api.build()?;
    /// # let _ = api;
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// It tells strangers how the site decides.
    pub fn explain_refusals(mut self) -> Self {
        self.site.explains_refusals = true;
        self
    }

    /// Who may read the document and Swagger UI; everybody where nothing is said.
    ///
    /// They are asked as callers of a handler are, by the API's authenticators. A browser that opens `/docs` sends no
    /// token by itself: there basic authentication or a session is what lets people in.
    ///
    /// ```
    /// use refrain::{Api, IsAdminUser};
    ///
    /// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
    /// let api = Api::new("Drivers", "1.0", db).document_permissions(IsAdminUser).build()?;
    /// # let _ = api;
    /// # Ok(())
    /// # });
    /// ```
    #[doc(alias("SERVE_PERMISSIONS", "SERVE_PUBLIC"))]
    pub fn document_permissions(mut self, permissions: impl IntoPermissions) -> Self {
        self.site.document = DocumentAccess::Guarded(permissions.into_permissions());
        self
    }

    /// Serves neither the document nor Swagger UI: both addresses are 404.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, .. }| {
    /// use poem::{Endpoint, Request};
    /// use refrain::Api;
    ///
    /// let api = Api::new("Drivers", "1.0", db).without_document().build()?;
    /// assert!(api.document().contains("Drivers"));
    /// let request = Request::builder().uri_str("/openapi.json").finish();
    /// assert_eq!(api.into_endpoint().get_response(request).await.status(), 404);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// [`BuiltApi::document`] still gives it.
    pub fn without_document(mut self) -> Self {
        self.site.document = DocumentAccess::Nobody;
        self
    }

    /// Lets callers ask for the document as they may use it, at `/openapi.json?as=me`. It tells of the operations that do not
    /// refuse them outright, and of no other.
    ///
    /// ```
    /// # use refrain::doc_example::cars::Cars;
    /// use refrain::Api;
    ///
    /// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
    /// // GET /openapi.json?as=me
    /// let api = Api::new("Drivers", "1.0", db).mount(Cars).tell_callers_their_document().build()?;
    /// # let _ = api;
    /// # Ok(())
    /// # });
    /// ```
    pub fn tell_callers_their_document(mut self) -> Self {
        self.site.tells_callers_their_document = true;
        self
    }

    /// The most bytes a body may have; 2.5 MB where nothing is said.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use refrain::Api;
    ///
    /// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
    /// let api = Api::new("Drivers", "1.0", db)
    ///     .body_limit(100_000)
    ///     .body_values(1_000)
    ///     .request_timeout(Duration::from_secs(10))
    ///     .build()?;
    /// # let _ = api;
    /// # Ok(())
    /// # });
    /// ```
    #[doc(alias = "DATA_UPLOAD_MAX_MEMORY_SIZE")]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.site.body_limit = bytes;
        self
    }

    /// The most values that a body of JSON may hold; 10,000 where nothing is said. The items of its lists and the members of
    /// its objects are all counted. A value of two bytes takes a hundred when it is read, so that `body_limit` alone
    /// does not bound what a request may take.
    #[doc(alias = "DATA_UPLOAD_MAX_NUMBER_FIELDS")]
    pub fn body_values(mut self, most: usize) -> Self {
        self.site.body_values = most;
        self
    }

    /// How long an answer may take, from the request's head to its own; 30 s where nothing is said, `None` for ever.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use refrain::Api;
    ///
    /// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
    /// let api = Api::new("Drivers", "1.0", db).request_timeout(Duration::from_secs(10)).build()?;
    /// # let _ = api;
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// After that the request is given up and answered 503. The time to send the answer does not count.
    pub fn request_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.site.request_timeout = limit.into();
        self
    }

    /// How often a caller may ask, of every endpoint whose viewset does not say; without limit where nothing is said.
    ///
    /// ```
    /// use refrain::{Api, throttle::{Rate, Throttle}};
    ///
    /// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
    /// let api = Api::new("Drivers", "1.0", db)
    ///     .throttles([Throttle::anonymous(Rate::per_minute(60)), Throttle::user(Rate::per_minute(600))])
    ///     .tell_rates()
    ///     .behind_proxies(1)
    ///     .build()?;
    /// # let _ = api;
    /// # Ok(())
    /// # });
    /// ```
    #[doc(alias("DEFAULT_THROTTLE_CLASSES", "DEFAULT_THROTTLE_RATES"))]
    pub fn throttles(mut self, throttles: impl IntoIterator<Item = Throttle>) -> Self {
        self.site.throttles = throttles.into_iter().collect();
        self
    }

    /// How often a caller may ask one handler, by its `operation_id`; what holds for every endpoint where nothing is said.
    /// The empty list is no limit.
    ///
    /// ```
    /// use refrain::{Api, ObtainToken, throttle::{Rate, Throttle}};
    ///
    /// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
    /// let tokens = Throttle::scoped("tokens", Rate::per_hour(20));
    /// let api = Api::new("Drivers", "1.0", db).with(ObtainToken).handler_throttles("auth_token", [tokens]).build()?;
    /// # let _ = api;
    /// # Ok(())
    /// # });
    /// ```
    pub fn handler_throttles(
        mut self,
        operation_id: impl Into<String>,
        throttles: impl IntoIterator<Item = Throttle>,
    ) -> Self {
        self.site.handler_throttles.insert(operation_id.into(), throttles.into_iter().collect());
        self
    }

    /// Where callers and wrong passwords are counted; in the process where nothing is said. Several nodes count in Redis
    /// (`RedisCounts`, feature `redis`).
    ///
    /// ```no_run
    /// use refrain::{Api, throttle::Counts};
    ///
    /// # fn build(db: sea_orm::DatabaseConnection) -> refrain::Result<(refrain::BuiltApi, refrain::BuiltApi)> {
    /// // two APIs of one program count together
    /// let counts = Counts::in_process();
    /// let drivers = Api::new("Drivers", "1.0", db.clone()).counts(counts.clone()).build()?;
    /// let garages = Api::new("Garages", "1.0", db).counts(counts).build()?;
    /// # Ok((drivers, garages))
    /// # }
    /// ```
    pub fn counts(mut self, counts: impl Into<Counts>) -> Self {
        self.counts = Some(counts.into());
        self
    }

    /// Tells callers how often they may ask and how often they still may. The fields are `RateLimit-Policy` and `RateLimit`
    /// (draft-ietf-httpapi-ratelimit-headers-10).
    pub fn tell_rates(mut self) -> Self {
        self.site.tells_rates = true;
        self
    }

    /// How many proxies stand in front; none where nothing is said.
    ///
    /// ```
    /// use refrain::Api;
    ///
    /// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
    /// let api = Api::new("Drivers", "1.0", db).behind_proxies(1).build()?;
    /// # let _ = api;
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// The address of who asks is then the one that the outermost of them adds to `X-Forwarded-For`, and not that of
    /// the last. Only where nobody can come past them: else anybody says they are at any address.
    #[doc(alias = "NUM_PROXIES")]
    pub fn behind_proxies(mut self, proxies: u8) -> Self {
        self.site.proxies = proxies;
        self
    }

    /// Answers with a slash behind a route's path as without, for clients that were made for Django's: `/api/cars/7/`.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, cars::Cars};
    /// # refrain::doc_example::run(async |Example { db, .. }| {
    /// use poem::{Endpoint, Request};
    /// use refrain::Api;
    ///
    /// let api = Api::new("Drivers", "1.0", db).mount(Cars).trailing_slashes().build()?;
    /// let request = Request::builder().uri_str("/api/cars/").finish();
    /// assert_eq!(api.into_endpoint().get_response(request).await.status(), 401);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// Links to other pages are as the request was.
    #[doc(alias = "APPEND_SLASH")]
    pub fn trailing_slashes(mut self) -> Self {
        self.site.trailing_slashes = true;
        self
    }

    /// Answers errors in Django REST Framework's shape, for clients that were made for it. That is `{"detail": "Not found."}`,
    /// and `{"name": ["This field is required."]}` where values are at fault, both `application/json`.
    ///
    /// ```
    /// # use refrain::doc_example::Example;
    /// # refrain::doc_example::run(async |Example { db, .. }| {
    /// use poem::{Endpoint, Request};
    /// use refrain::Api;
    ///
    /// let api = Api::new("Drivers", "1.0", db).drf_errors().build()?;
    /// let request = Request::builder().uri_str("/api/nothing").finish();
    /// let body = api.into_endpoint().get_response(request).await.into_body().into_string().await?;
    /// assert_eq!(body, r#"{"detail":"Not found."}"#);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// Statuses, headers and sentences stay as they are; `code` and the other members of problem details are not sent. The
    /// document says so too. Endpoints beside the API, behind [`guarding`](BuiltApi::guarding), answer problem details still.
    #[doc(alias = "EXCEPTION_HANDLER")]
    pub fn drf_errors(mut self) -> Self {
        self.site.drf_errors = true;
        self
    }

    /// Tells the document as OpenAPI 3.1; 3.0 where nothing is said.
    ///
    /// What may be `null` has that as a type of its own, and the permissions that an operation asks stand as roles in its
    /// `security`, beside `x-permissions`. Generators that read 3.0 only want the other.
    ///
    /// ```
    /// # async fn api() -> refrain::Result<()> {
    /// use refrain::{Api, connect};
    ///
    /// let api = Api::new("Drivers", "1.0", connect("sqlite::memory:").await?).openapi_3_1().build()?;
    /// assert!(api.document().contains("\"openapi\": \"3.1.0\""));
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Runtime::new().unwrap().block_on(api()).unwrap();
    /// ```
    pub fn openapi_3_1(mut self) -> Self {
        self.site.openapi_3_1 = true;
        self
    }

    /// The origin with which links to other pages of a list begin, as Django REST Framework's do; they are relative where
    /// nothing is said. Clients that follow `next` as it stands need it.
    ///
    /// The program does not take it from a request: a `Host` anybody can send would be in links that others follow.
    ///
    /// ```
    /// use refrain::Api;
    ///
    /// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
    /// let api = Api::new("Drivers", "1.0", db).absolute_links("https://cars.example.com").build()?;
    /// # let _ = api;
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// # Panics
    /// Unless it is a scheme and a host, with a port where there is one.
    #[doc(alias("build_absolute_uri", "SITE_URL"))]
    pub fn absolute_links(mut self, origin: &str) -> Self {
        self.site.links_origin = Some(Origin::written(origin));
        self
    }

    /// The path all routes are below; `/api` where nothing is said.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, cars::Cars};
    /// # refrain::doc_example::run(async |Example { db, .. }| {
    /// use refrain::Api;
    ///
    /// let api = Api::new("Drivers", "1.0", db).at("/v2").mount(Cars).build()?;
    /// assert!(api.permissions().await.endpoints.iter().any(|endpoint| endpoint.path == "/v2/cars"));
    /// # Ok(())
    /// # });
    /// ```
    pub fn at(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into().trim_end_matches('/').to_owned();
        self
    }

    /// Adds a viewset.
    #[doc(alias = "register")]
    pub fn mount<V: ViewSet>(self, viewset: V) -> Api<(P, ViewSetApi<V>)> {
        self.add(ViewSetApi::new(viewset))
    }

    /// Adds handlers: an object with `#[OpenApi]` methods, with custom actions of viewsets among them.
    pub fn with<O: OpenApi + 'static>(self, handlers: O) -> Api<(P, Handlers<O>)> {
        self.add(Handlers::new(handlers))
    }

    fn add<Q: Part>(self, part: Q) -> Api<(P, Q)> {
        let Self { title, version, prefix, site, models, counts, snapshots, standby, parts } = self;
        Api { title, version, prefix, site, models, counts, snapshots, standby, parts: (parts, part) }
    }

    /// Meets everything with everything: refuses what does not fit, with a message that says what to write.
    pub fn build(mut self) -> Result<BuiltApi> {
        if let Some(counts) = self.counts {
            self.site.auth = self.site.auth.counted_in(&counts);
            self.site.counts = counts;
        }
        if let Some(snapshots) = self.snapshots {
            snapshots.check()?;
            let kept = KeptUsers::new(snapshots, &self.site.auth, self.site.db.clone());
            self.site.auth = self.site.auth.keeping(Arc::new(kept));
        }
        if let Some(standby) = self.standby {
            standby.check(&self.site.db)?;
            self.site.standby = Some(Arc::new(StandbyReads::new(standby, self.site.db.clone())));
        }
        let site = Arc::new(self.site);
        site.handler_permissions.check(None)?;
        if let Some(permissions) = site.document.permissions() {
            permissions.check(None)?;
        }
        let mut mounting = part::Mounting::new(site.clone())?;
        self.parts.mount(&mut mounting)?;
        let mounted = mounting.finish()?;
        for model in &mounted.models {
            self.models.add(model.clone());
        }
        self.models.check_proxies()?;
        let _ = site.deleting.set(Deleting::of(self.models, site.auth.grant_tables()));
        BuiltApi::new(self.title, self.version, self.prefix, site, mounted, self.parts)
    }
}
