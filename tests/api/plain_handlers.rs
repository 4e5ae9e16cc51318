//! Handlers that are no viewset's: what they ask, who they are told is asking, and how refusals depend on the
//! authenticators (CONTRACT 5.18 to 5.25).

use std::sync::atomic::{AtomicUsize, Ordering};

use base64::{Engine, engine::general_purpose::STANDARD};
use poem::{
    EndpointExt, FromRequest, Request, RequestBody, Route, get, handler,
    http::{Method, StatusCode},
};
use poem_openapi::{ApiExtractor, ExtractParamOptions, OpenApi, payload::PlainText};
use refrain::{
    Access, AllowAny, AnyModel, Api, Caller, Context, Db, Denial, Guarded, HandlerPermissions, HasPerm,
    IntoPermissions, IsAdminUser, IsAuthenticated, IsSuperuser, Operators, PermissionClass, Result, async_trait,
    auth::{Auth, NewUser, User},
    authentication::{
        Authenticator, Authenticators, BasicAuthentication, Offered, Refused, SecurityKind, SecurityScheme,
        TokenAuthentication,
    },
};
use refrain_testing::{TestDb, counted, every_database};
use sea_orm::ConnectionTrait;
use serde_json::{Value as Json, json};

use crate::support::{self, Answer, Client, Rules, auth, car, cars, sync, user};

const NOT_SAID: (&str, &str) = ("not_authenticated", "Authentication credentials were not provided.");
const FORBIDDEN: (&str, &str) = ("permission_denied", "You do not have permission to perform this action.");

/// An expression of several classes.
struct MayReport;

impl HandlerPermissions for MayReport {
    fn permissions() -> impl IntoPermissions {
        HasPerm("drivers.export_car") | IsAdminUser
    }
}

/// A class of one's own, with words of its own, that looks at a header and at whether the request is safe.
#[derive(Clone, Copy, Operators)]
struct InOfficeHours;

#[async_trait]
impl PermissionClass for InOfficeHours {
    type Model = AnyModel;

    async fn has_permission(&self, cx: &Context<'_>) -> Result<bool> {
        Ok(cx.action().is_safe() || cx.headers().get("x-hour").is_some_and(|hour| hour == "12"))
    }

    fn denial(&self) -> Denial {
        Denial::new("closed", "Come back at noon.")
    }
}

impl HandlerPermissions for InOfficeHours {
    fn permissions() -> impl IntoPermissions {
        IsAuthenticated & InOfficeHours
    }
}

/// A class whose answer cannot be found out.
#[derive(Clone, Copy, Operators)]
struct Oracle;

#[async_trait]
impl PermissionClass for Oracle {
    type Model = AnyModel;

    async fn has_permission(&self, _: &Context<'_>) -> Result<bool> {
        Err(refrain::Error::could_not_tell("the oracle is asleep"))
    }
}

impl HandlerPermissions for Oracle {
    fn permissions() -> impl IntoPermissions {
        !Oracle
    }
}

struct Handlers;

type Told = PlainText<String>;

fn told(caller: &User) -> Told {
    PlainText(if caller.is_authenticated() { caller.username.clone() } else { "nobody".to_owned() })
}

#[OpenApi]
impl Handlers {
    #[oai(path = "/silent", method = "get")]
    async fn silent(&self) -> Told {
        PlainText("heard".to_owned())
    }

    #[oai(path = "/caller", method = "get")]
    async fn caller(&self, caller: Caller) -> Told {
        told(&caller)
    }

    #[oai(path = "/hidden", method = "get", hidden)]
    async fn hidden(&self) -> Told {
        PlainText("heard".to_owned())
    }

    #[oai(path = "/open", method = "get")]
    async fn open(&self, caller: Guarded<AllowAny>) -> Told {
        told(&caller)
    }

    #[oai(path = "/known", method = "get")]
    async fn known(&self, caller: Guarded<IsAuthenticated>) -> Told {
        told(&caller)
    }

    #[oai(path = "/staff", method = "get")]
    async fn staff(&self, caller: Guarded<IsAdminUser>) -> Told {
        told(&caller)
    }

    #[oai(path = "/super", method = "get")]
    async fn superuser(&self, caller: Guarded<IsSuperuser>) -> Told {
        told(&caller)
    }

    #[oai(path = "/report", method = "get")]
    async fn report(&self, caller: Guarded<MayReport>) -> Told {
        told(&caller)
    }

    #[oai(path = "/hours", method = "get", method = "post")]
    async fn hours(&self, caller: Guarded<InOfficeHours>) -> Told {
        told(&caller)
    }

    #[oai(path = "/oracle", method = "get")]
    async fn oracle(&self, caller: Guarded<Oracle>) -> Told {
        told(&caller)
    }
}

fn site(db: &TestDb, auth: &Auth) -> Client {
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth.clone()).with(Handlers);
    Client::new(api.build().expect("the parts fit"))
}

fn refused(answer: &Answer, status: u16, (code, detail): (&str, &str)) {
    answer.is_problem(status, code, detail, &Json::Null);
}

#[every_database]
async fn a_handler_asks_what_it_says_or_the_default(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let client = site(&db, &auth);
    let named = |name: &str| NewUser::new(name);
    let tokens = [
        (String::new(), "nobody"),
        (user(&auth, &db, named("plain"), &[]).await.1, "plain"),
        (user(&auth, &db, named("exporter"), &["export"]).await.1, "exporter"),
        (user(&auth, &db, named("staff").staff(), &[]).await.1, "staff"),
        (user(&auth, &db, named("su").superuser(), &[]).await.1, "su"),
    ];
    // a superuser is no member of the staff by that alone (CONTRACT 6.6)
    db.execute_unprepared("UPDATE auth_user SET is_staff = FALSE WHERE username = 'su'").await.expect("one user");
    for (path, statuses) in [
        //                       nobody plain exporter staff su
        ("/api/silent", [401, 200, 200, 200, 200]),
        ("/api/caller", [401, 200, 200, 200, 200]),
        ("/api/hidden", [401, 200, 200, 200, 200]),
        ("/api/open", [200, 200, 200, 200, 200]),
        ("/api/known", [401, 200, 200, 200, 200]),
        ("/api/staff", [401, 403, 403, 200, 403]),
        ("/api/super", [401, 403, 403, 403, 200]),
        ("/api/report", [401, 403, 200, 200, 200]),
        ("/api/hours", [401, 200, 200, 200, 200]),
    ] {
        for ((token, name), status) in tokens.iter().zip(statuses) {
            for method in [Method::GET, Method::HEAD] {
                let answer = client.ask(method.clone(), path, token, None).await;
                assert_eq!(answer.code(), status, "{method} {path} as {name}: {}", answer.text);
                assert_eq!(answer.header("cache-control"), Some("private"));
                assert_eq!(answer.header("vary"), Some("Authorization"));
                if method == Method::HEAD {
                    assert_eq!(answer.text, "");
                    continue;
                }
                match status {
                    200 => assert!(answer.text == *name || answer.text == "heard", "{}", answer.text),
                    401 => refused(&answer, 401, NOT_SAID),
                    _ => refused(&answer, 403, FORBIDDEN),
                }
            }
        }
    }
}

/// What it asks is read together with who the caller is.
#[every_database]
async fn a_handler_costs_the_one_statement_that_knows_its_caller(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, plain) = user(&auth, &db, NewUser::new("plain"), &[]).await;
    let (_, exporter) = user(&auth, &db, NewUser::new("exporter"), &["export"]).await;
    let (counting, counter) = counted(&db);
    let api = Api::new("Drivers", "1", counting).auth(auth).with(Handlers);
    let client = Client::new(api.build().expect("the parts fit"));
    for (token, status, cost) in [("", 401, 0), (&*plain, 403, 1), (&*exporter, 200, 1)] {
        counter.take();
        assert_eq!(client.get("/api/report", token).await.code(), status);
        let statements = counter.take();
        assert_eq!(statements.len(), cost, "{status}: {statements:#?}");
    }
}

#[every_database]
async fn a_class_of_ones_own_speaks_for_itself(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let client = site(&db, &auth);
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let post = async |hour: Option<&str>| {
        let mut request = client.raw().post("/api/hours").header("authorization", format!("Token {token}"));
        if let Some(hour) = hour {
            request = request.header("x-hour", hour);
        }
        support::answer(request.send().await).await
    };
    assert_eq!(post(Some("12")).await.code(), 200);
    refused(&post(Some("3")).await, 403, ("closed", "Come back at noon."));
    refused(&post(None).await, 403, ("closed", "Come back at noon."));
    let anonymous = client.ask(Method::POST, "/api/hours", "", None).await;
    refused(&anonymous, 401, NOT_SAID);
    for token in ["", &token] {
        let answer = client.get("/api/oracle", token).await;
        assert_eq!((answer.code(), &answer.json()["code"]), (503, &json!("unavailable")), "neither yes nor no");
        assert!(answer.header("retry-after").is_some() && !answer.text.contains("oracle"), "{answer:?}");
    }
}

#[every_database]
async fn the_default_can_be_another(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, plain) = user(&auth, &db, NewUser::new("plain"), &[]).await;
    let (_, staff) = user(&auth, &db, NewUser::new("staff").staff(), &[]).await;
    let api = || Api::new("Drivers", "1", db.db().clone()).auth(auth.clone());
    let open = Client::new(api().handler_permissions(AllowAny).with(Handlers).build().expect("the parts fit"));
    let closed = Client::new(api().handler_permissions(IsAdminUser).with(Handlers).build().expect("the parts fit"));
    for path in ["/api/silent", "/api/caller", "/api/hidden"] {
        assert_eq!(open.get(path, "").await.code(), 200, "{path}");
        assert_eq!(closed.get(path, "").await.code(), 401, "{path}");
        assert_eq!(closed.get(path, &plain).await.code(), 403, "{path}");
        assert_eq!(closed.get(path, &staff).await.code(), 200, "{path}");
    }
    assert_eq!(open.get("/api/caller", "").await.text, "nobody");
    assert_eq!(open.get("/api/known", "").await.code(), 401, "what is declared replaces the default");
    assert_eq!(closed.get("/api/open", "").await.code(), 200);
}

/// The seed's own header, which nobody is asked for.
#[derive(Clone, Copy)]
struct ApiKey;

#[async_trait]
impl Authenticator for ApiKey {
    async fn authenticate(&self, auth: &Auth, db: Db<'_>, offered: &Offered<'_>) -> Result<Option<User>, Refused> {
        let Some(key) = offered.header("x-api-key")? else { return Ok(None) };
        let invalid = || Refused::failed("Invalid key.");
        let user = auth.user_by_token(db, key.to_str().map_err(|_| invalid())?).await?;
        user.ok_or_else(invalid).map(Some)
    }

    fn security_scheme(&self) -> SecurityScheme {
        SecurityScheme::new("apiKey", SecurityKind::Header("X-Api-Key".into()))
    }

    fn varies_by(&self) -> &'static str {
        "X-Api-Key"
    }
}

/// The first authenticator decides between 401 and 403, whichever refused (CONTRACT 5.24).
#[every_database]
async fn the_first_authenticator_decides_401_or_403(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let new = NewUser::new("alice").password("secret-enough-9");
    let (_, token) = user(&auth, &db, new, &[]).await;
    let (_, inactive) = user(&auth, &db, NewUser::new("dave").inactive(), &[]).await;
    let basic = |text: &str| ("authorization", format!("Basic {}", STANDARD.encode(text)));
    let by_token = |token: &str| ("authorization", format!("Token {token}"));
    let key = |key: &str| ("x-api-key", key.to_owned());
    let (token_first, basic_first, key_first) = (
        Authenticators::none().with(TokenAuthentication::default()).with(BasicAuthentication::default()),
        Authenticators::none().with(BasicAuthentication::default()).with(TokenAuthentication::default()),
        Authenticators::none().with(ApiKey).with(TokenAuthentication::default()),
    );
    let realm = "Basic realm=\"api\"";
    let wrong = |detail| ("authentication_failed", detail);
    let (bad_token, bad_password) = (wrong("Invalid token."), wrong("Invalid username/password."));
    let inactive_user = wrong("User inactive or deleted.");
    let cases = [
        // [Token, Basic]: 401 with `Token`, also where Basic refused
        (&token_first, vec![], 401, NOT_SAID, Some("Token")),
        (&token_first, vec![by_token("ffff")], 401, bad_token, Some("Token")),
        (&token_first, vec![by_token(&inactive)], 401, inactive_user, Some("Token")),
        (&token_first, vec![basic("alice:wrong")], 401, bad_password, Some("Token")),
        (&token_first, vec![("authorization", "Digest x".to_owned())], 401, NOT_SAID, Some("Token")),
        (&basic_first, vec![], 401, NOT_SAID, Some(realm)),
        (&basic_first, vec![by_token("ffff")], 401, bad_token, Some(realm)),
        (&basic_first, vec![basic("alice:wrong")], 401, bad_password, Some(realm)),
        // no challenge: 403 with the same words and without the header
        (&key_first, vec![], 403, NOT_SAID, None),
        (&key_first, vec![key("ffff")], 403, wrong("Invalid key."), None),
        (&key_first, vec![by_token("ffff")], 403, bad_token, None),
        (&key_first, vec![key("ffff"), by_token(&token)], 403, wrong("Invalid key."), None),
        (&key_first, vec![key(&token), key("ffff")], 403, wrong("Incorrect authentication credentials."), None),
        (&key_first, vec![key(&token), key(&token)], 403, wrong("Incorrect authentication credentials."), None),
        (&key_first, vec![key(&inactive)], 403, inactive_user, None),
    ];
    for (authenticators, headers, status, says, challenge) in cases {
        let client = chain(&db, &auth, authenticators.clone());
        for path in ["/api/known", "/api/silent", "/api/staff"] {
            let answer = with(&client, path, &headers).await;
            refused(&answer, status, says);
            assert_eq!(answer.header("www-authenticate"), challenge, "{path} {headers:?}");
        }
        // a wrong credential is an error on what is open to everybody too (CONTRACT 5.23)
        let open = with(&client, "/api/open", &headers).await;
        match says == NOT_SAID {
            true => assert_eq!((open.code(), &*open.text), (200, "nobody")),
            false => refused(&open, status, says),
        }
    }
    // who is known and may not is told so, whatever the chain
    for (authenticators, header) in [
        (&token_first, by_token(&token)),
        (&token_first, basic("alice:secret-enough-9")),
        (&basic_first, by_token(&token)),
        (&key_first, key(&token)),
        (&key_first, by_token(&token)),
    ] {
        let client = chain(&db, &auth, authenticators.clone());
        assert_eq!(with(&client, "/api/known", std::slice::from_ref(&header)).await.text, "alice");
        let answer = with(&client, "/api/staff", &[header]).await;
        refused(&answer, 403, FORBIDDEN);
        assert_eq!(answer.header("www-authenticate"), None);
    }
}

/// Without authenticators nobody can say who they are: denied is denied, in the class's own words (CONTRACT 5.25).
#[every_database]
async fn without_authenticators_a_denial_is_403(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let client = chain(&db, &auth, Authenticators::none());
    for headers in
        [vec![], vec![("authorization", format!("Token {token}"))], vec![("authorization", "Token x".into())]]
    {
        for path in ["/api/known", "/api/silent", "/api/staff", "/api/report"] {
            let answer = with(&client, path, &headers).await;
            refused(&answer, 403, FORBIDDEN);
            assert_eq!((answer.header("www-authenticate"), answer.header("vary")), (None, None));
        }
        assert_eq!(with(&client, "/api/open", &headers).await.text, "nobody");
    }
}

/// A form on another site needs no content type for a POST without a body, and a browser adds what it knows of its user:
/// that is refused. A token no browser adds.
#[every_database]
async fn another_sites_form_does_nothing_with_the_readers_password(db: TestDb) {
    const CROSS_SITE: (&str, &str) =
        ("cross_site", "A page of another site made this request, and its credentials were added by the browser.");
    let auth = auth();
    let (_, token) = user(&auth, &db, NewUser::new("alice").password("secret-enough-9"), &[]).await;
    let authenticators =
        Authenticators::none().with(TokenAuthentication::default()).with(BasicAuthentication::default());
    let client = chain(&db, &auth, authenticators.clone());
    let trusting = chain(&db, &auth, authenticators.trusting_origin("https://app.example.com"));
    let basic = ("authorization", format!("Basic {}", STANDARD.encode("alice:secret-enough-9")));
    let by_token = ("authorization", format!("Token {token}"));
    let post = async |client: &Client, credential: &(&'static str, String), sent: &[(&'static str, &str)]| {
        let request = client.raw().post("/api/hours").header("x-hour", "12").header("host", "cars.example.com");
        let request = request.header(credential.0, &credential.1);
        let request = sent.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        support::answer(request.send().await).await
    };
    let elsewhere: [&[_]; 4] = [
        &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
        &[("sec-fetch-site", "same-site"), ("origin", "https://app.example.com")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
    ];
    for sent in elsewhere {
        refused(&post(&client, &basic, sent).await, 403, CROSS_SITE);
        assert_eq!(post(&client, &by_token, sent).await.text, "alice", "{sent:?}");
    }
    let own: [&[_]; 3] = [&[], &[("sec-fetch-site", "same-origin")], &[("origin", "https://cars.example.com")]];
    for sent in own {
        assert_eq!(post(&client, &basic, sent).await.text, "alice", "{sent:?}");
    }
    assert_eq!(post(&trusting, &basic, elsewhere[1]).await.text, "alice");
    refused(&post(&trusting, &basic, elsewhere[0]).await, 403, CROSS_SITE);
    // what is only read, another site's page may ask for; whether it may look at the answer is CORS's to say
    let read = client.raw().get("/api/hours").header(basic.0, &basic.1).header("origin", "https://evil.example");
    assert_eq!(support::answer(read.send().await).await.text, "alice");
}

/// A class that costs something to ask.
#[derive(Clone, Copy, Operators)]
struct Costly;

/// How often it was asked.
static ASKED: AtomicUsize = AtomicUsize::new(0);

#[async_trait]
impl PermissionClass for Costly {
    type Model = AnyModel;

    async fn has_permission(&self, cx: &Context<'_>) -> Result<bool> {
        ASKED.fetch_add(1, Ordering::Relaxed);
        Ok(cx.user().is_authenticated())
    }
}

impl HandlerPermissions for Costly {
    fn permissions() -> impl IntoPermissions {
        Costly
    }
}

impl Rules for Costly {
    fn permissions() -> Access<car::Entity> {
        Access::to(Costly)
    }
}

/// An argument of the program's own, which asks by itself.
struct Root(Guarded<IsSuperuser>);

impl<'a> FromRequest<'a> for Root {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let options = ExtractParamOptions::default();
        <Guarded<IsSuperuser> as ApiExtractor>::from_request(request, body, options).await.map(Self)
    }
}

struct AskedTwice;

#[OpenApi]
impl AskedTwice {
    #[oai(path = "/costly", method = "get")]
    async fn costly(&self, caller: Guarded<Costly>) -> Told {
        told(&caller)
    }

    #[oai(path = "/costly/root", method = "get")]
    async fn root(&self, _caller: Guarded<Costly>, root: Root) -> Told {
        told(&root.0)
    }
}

#[every_database(sqlite, because = "it is about no row")]
async fn a_class_is_asked_once_a_request_and_for_no_other_class(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, alice) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (_, root) = user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(cars::<Costly>()).with(AskedTwice);
    let client = Client::new(api.build().expect("the parts fit"));
    ASKED.store(0, Ordering::Relaxed);
    for (path, token, status) in [
        ("/api/costly", &alice, 200),
        ("/api/costly/root", &alice, 403),
        ("/api/costly/root", &root, 200),
        ("/api/cars", &alice, 200),
    ] {
        let answer = client.get(path, token).await;
        assert_eq!(answer.code(), status, "{path}: {}", answer.text);
        assert_eq!(ASKED.swap(0, Ordering::Relaxed), 1, "{path}");
    }
}

fn chain(db: &TestDb, auth: &Auth, authenticators: Authenticators) -> Client {
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth.clone());
    Client::new(api.authenticators(authenticators).with(Handlers).build().expect("the parts fit"))
}

async fn with(client: &Client, path: &str, headers: &[(&'static str, String)]) -> Answer {
    let request = headers.iter().fold(client.raw().get(path), |request, (name, value)| request.header(*name, value));
    support::answer(request.send().await).await
}

#[handler]
fn whose(caller: Caller) -> String {
    told(&caller).0
}

#[handler]
fn broken(_caller: Caller) -> poem::Result<String> {
    Err(poem::Error::from_string("SELECT a secret", StatusCode::INTERNAL_SERVER_ERROR))
}

/// An endpoint of poem's own beside the API is asked, told and refused as one of the API's handlers is.
#[every_database]
async fn a_poem_endpoint_can_be_guarded(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, alice) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (_, exporter) = user(&auth, &db, NewUser::new("exporter"), &["export"]).await;
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).with(Handlers).build().unwrap();
    let may_export = api.guarding(HasPerm("drivers.export_car")).unwrap();
    let oracle = api.guarding(IsAuthenticated & Oracle).unwrap();
    let wrong = api.guarding(IsAuthenticated & refrain::ModelPermissions).err().expect("there is no model");
    assert!(wrong.to_string().contains("a plain handler has none"), "{wrong}");
    let routes = Route::new()
        .at("/plain", get(whose).with(may_export.clone()))
        .at("/broken", get(broken).with(may_export))
        .at("/oracle", get(whose).with(oracle))
        .nest("/", api.into_endpoint());
    let client = poem::test::TestClient::new(routes);
    let ask = async |path: &str, token: &str| {
        let request = client.get(path);
        let request =
            if token.is_empty() { request } else { request.header("authorization", format!("Token {token}")) };
        support::answer(request.send().await).await
    };
    refused(&ask("/plain", "").await, 401, NOT_SAID);
    refused(&ask("/plain", &alice).await, 403, FORBIDDEN);
    refused(&ask("/plain", "nobody's").await, 401, ("authentication_failed", "Invalid token."));
    let let_in = ask("/plain", &exporter).await;
    assert_eq!((let_in.code(), &*let_in.text), (200, "exporter"));
    assert_eq!(let_in.header("cache-control"), Some("private"));
    let failed = ask("/broken", &exporter).await;
    assert_eq!(failed.code(), 500);
    failed.tells_nothing_of_the_inside();
    assert_eq!(ask("/oracle", &alice).await.code(), 503);
    assert_eq!(ask("/api/known", &alice).await.text, "alice", "the API is beside it");
}

#[derive(poem_openapi::Enum)]
enum Colour {
    #[oai(rename = "red")]
    Red,
}

struct Asked;

#[OpenApi]
impl Asked {
    #[oai(path = "/asked", method = "get", operation_id = "asked")]
    async fn asked(
        &self,
        _open: Guarded<AllowAny>,
        days: poem_openapi::param::Query<Option<i32>>,
        share: poem_openapi::param::Query<Option<f64>>,
        all: poem_openapi::param::Query<Option<bool>>,
        colour: poem_openapi::param::Query<Option<Colour>>,
        #[oai(name = "for", validator(min_length = 2))] reason: poem_openapi::param::Query<String>,
    ) -> PlainText<String> {
        let colour = colour.0.is_some();
        PlainText(format!("{:?} {:?} {:?} {colour} {}", days.0, share.0, all.0, reason.0))
    }
}

/// Which one it is, and why; not in the words of the program's types.
#[every_database(tables = none)]
async fn a_parameter_that_cannot_be_read_is_named(db: TestDb) {
    let client = Client::new(Api::new("Drivers", "1", db.db().clone()).auth(auth()).with(Asked).build().unwrap());
    assert_eq!(client.get("/api/asked?for=fun&days=7", "").await.text, "Some(7) None None false fun");
    let integer = "A valid integer is required.";
    let other = "This value is not valid.";
    for (query, name, sentence) in [
        ("for=fun&days=s3cret", "days", integer),
        ("for=fun&days=99999999999", "days", integer),
        ("for=fun&share=much", "share", "A valid number is required."),
        ("for=fun&all=maybe", "all", "Must be a valid boolean."),
        ("for=fun&colour=s3cret", "colour", other),
        ("for=x", "for", other),
        ("", "for", "This field is required."),
    ] {
        let answer = client.get(&format!("/api/asked?{query}"), "").await;
        answer.is_problem(400, "invalid", "Invalid input.", &json!({name: [sentence]}));
        assert!(!answer.text.contains("s3cret"), "{}", answer.text);
    }
}
