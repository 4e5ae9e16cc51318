//! What a refused caller is told: the code and the sentence of the class that refused, wherever in an expression it
//! stands; a caller who is nobody is asked who they are instead (CONTRACT 5.25, 6.11, 6.12, 6.19).

use poem::http::{Method, StatusCode};
use poem_openapi::{OpenApi, payload::PlainText};
use refrain::{
    AllowAny, Api, BuiltApi, Context, Denial, DenyAll, Guarded, HandlerPermissions, IntoPermissions, IsAuthenticated,
    Operators, PermissionClass, Permissions, Result, Rule, async_trait,
    auth::{Auth, NewUser},
    authentication::Authenticators,
};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, sea_query::Expr};
use serde_json::{Value as Json, json};

use crate::support::{self, Client, Rules, auth, car, cars, user};

/// Refuses everybody, in its own words.
#[derive(Clone, Copy, Operators)]
struct Club;

/// Refuses everybody, in other words.
#[derive(Clone, Copy, Operators)]
struct Team;

/// Lets everybody in, and would have words if it did not.
#[derive(Clone, Copy, Operators)]
struct Open;

/// Lets published cars be written, in its own words.
#[derive(Clone, Copy, Operators)]
struct WritesPublished;

/// Lets cars called `mine` be written, in other words.
#[derive(Clone, Copy, Operators)]
struct WritesMine;

/// Would let published cars be written and nothing be read: what `!` makes of it refuses such writes.
#[derive(Clone, Copy, Operators)]
struct Published;

#[async_trait]
impl PermissionClass for Club {
    type Model = refrain::AnyModel;

    async fn has_permission(&self, _: &Context<'_>) -> Result<bool> {
        Ok(false)
    }

    fn denial(&self) -> Denial {
        Denial::new("club_only", "Only members of the club may do this.")
    }
}

#[async_trait]
impl PermissionClass for Team {
    type Model = refrain::AnyModel;

    async fn has_permission(&self, _: &Context<'_>) -> Result<bool> {
        Ok(false)
    }

    fn denial(&self) -> Denial {
        Denial::new("team_only", "Only the team may do this.")
    }
}

#[async_trait]
impl PermissionClass for Open {
    type Model = refrain::AnyModel;

    fn denial(&self) -> Denial {
        Denial::new("closed", "Never said.")
    }
}

#[async_trait]
impl PermissionClass for WritesPublished {
    type Model = car::Entity;

    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        Ok(if cx.action().is_safe() { Rule::Always } else { Rule::when(car::Column::Published.eq(true)) })
    }

    fn denial(&self) -> Denial {
        Denial::new("published_only", "Only published cars are written.")
    }
}

#[async_trait]
impl PermissionClass for WritesMine {
    type Model = car::Entity;

    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        Ok(if cx.action().is_safe() { Rule::Always } else { Rule::when(car::Column::Name.eq("mine")) })
    }

    fn denial(&self) -> Denial {
        Denial::new("mine_only", "Only mine is written.")
    }
}

#[async_trait]
impl PermissionClass for Published {
    type Model = car::Entity;

    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        Ok(if cx.action().is_safe() { Rule::Never } else { Rule::when(car::Column::Published.eq(true)) })
    }

    fn denial(&self) -> Denial {
        Denial::new("never_said", "Never said.")
    }
}

const CLUB: (&str, &str) = ("club_only", "Only members of the club may do this.");
const TEAM: (&str, &str) = ("team_only", "Only the team may do this.");
const PUBLISHED: (&str, &str) = ("published_only", "Only published cars are written.");
const MINE: (&str, &str) = ("mine_only", "Only mine is written.");
const GENERIC: (&str, &str) = ("permission_denied", "You do not have permission to perform this action.");
const WHO: (&str, &str) = ("not_authenticated", "Authentication credentials were not provided.");
const MISSING: (&str, &str) = ("not_found", "No Car matches the given query.");

struct Undeclared;

impl Rules for Undeclared {}

/// Alice's token, and one car: `mine` or not, published or not.
struct Site {
    auth: Auth,
    db: TestDb,
    token: String,
}

impl Site {
    async fn with_car(db: TestDb, name: &str, published: bool) -> Self {
        let auth = auth();
        let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
        let car = car::ActiveModel { name: Set(name.to_owned()), published: Set(published), ..Default::default() };
        car.insert(db.db()).await.expect("a car is made");
        Self { auth, db, token }
    }

    fn api(&self) -> Api {
        Api::new("Drivers", "1.0", self.db.db().clone()).auth(self.auth.clone())
    }

    fn under(&self, permissions: impl IntoPermissions) -> Client {
        built(self.api().default_permissions(permissions).mount(cars::<Undeclared>()).build())
    }
}

fn built(api: Result<BuiltApi>) -> Client {
    Client::new(api.expect("the parts fit"))
}

#[track_caller]
fn is_told(answer: &support::Answer, status: u16, (code, sentence): (&str, &str), what: &str) {
    let body = answer.json();
    let told = (answer.code(), body["code"].as_str(), body["detail"].as_str());
    assert_eq!(told, (status, Some(code), Some(sentence)), "{what}");
}

fn renamed() -> Option<Json> {
    Some(json!({ "name": "renamed" }))
}

#[every_database]
async fn a_request_is_refused_in_the_words_of_the_part_that_refused(db: TestDb) {
    let site = Site::with_car(db, "mine", true).await;
    for (permissions, words) in [
        (Club.into_permissions(), CLUB),
        (DenyAll.into_permissions(), GENERIC),
        ((Club & Team).into_permissions(), CLUB),
        ((AllowAny & IsAuthenticated & Club & Team).into_permissions(), CLUB),
        ((DenyAll & Club).into_permissions(), GENERIC),
        ((Club | Team).into_permissions(), CLUB),
        ((DenyAll | Team).into_permissions(), TEAM),
        ((DenyAll | !AllowAny).into_permissions(), GENERIC),
        ((IsAuthenticated & (DenyAll | (AllowAny & Team))).into_permissions(), TEAM),
        (((DenyAll | AllowAny) & Team).into_permissions(), TEAM),
        (((Club & AllowAny) | Team).into_permissions(), CLUB),
        ((WritesPublished & Club).into_permissions(), CLUB),
        ((!Open).into_permissions(), GENERIC),
        ((!(Open | Club)).into_permissions(), GENERIC),
        ((!Open | Team).into_permissions(), TEAM),
        ((!Club & Team).into_permissions(), TEAM),
    ] {
        let expression = permissions.to_string();
        let client = site.under(permissions);
        for (method, path) in [(Method::GET, "/api/cars"), (Method::GET, "/api/cars/1"), (Method::POST, "/api/cars")] {
            let what = format!("{method} {path} under {expression}");
            is_told(&client.ask(method.clone(), path, &site.token, renamed()).await, 403, words, &what);
            let nobody = client.ask(method, path, "", renamed()).await;
            is_told(&nobody, 401, WHO, &what);
            assert_eq!(nobody.header("www-authenticate"), Some("Token"), "{what}");
        }
    }
}

/// Refuses to write the one car, and lets it be read.
async fn refuses_the_row(site: &Site, cases: Vec<(Permissions, (&str, &str))>) {
    for (permissions, words) in cases {
        let expression = permissions.to_string();
        let client = site.under(permissions);
        assert_eq!(client.get("/api/cars/1", "").await.status, StatusCode::OK, "{expression}");
        for method in [Method::PATCH, Method::PUT, Method::DELETE] {
            let what = format!("{method} under {expression}");
            is_told(&client.ask(method.clone(), "/api/cars/1", &site.token, renamed()).await, 403, words, &what);
            is_told(&client.ask(method.clone(), "/api/cars/1", "", renamed()).await, 401, WHO, &what);
            is_told(&client.ask(method, "/api/cars/99", &site.token, renamed()).await, 404, MISSING, &what);
        }
    }
}

#[every_database]
async fn a_row_is_refused_in_the_words_of_the_part_that_refused(db: TestDb) {
    let site = Site::with_car(db, "other", false).await;
    let cases = vec![
        (WritesPublished.into_permissions(), PUBLISHED),
        ((AllowAny & WritesPublished).into_permissions(), PUBLISHED),
        ((WritesPublished & WritesMine).into_permissions(), PUBLISHED),
        ((WritesMine & WritesPublished).into_permissions(), MINE),
        ((WritesMine | WritesPublished).into_permissions(), MINE),
        ((DenyAll | WritesPublished).into_permissions(), PUBLISHED),
        ((Club | WritesPublished).into_permissions(), CLUB),
        ((AllowAny & (DenyAll | (Open & WritesMine))).into_permissions(), MINE),
        ((!(Published | !WritesMine) | WritesPublished).into_permissions(), PUBLISHED),
    ];
    refuses_the_row(&site, cases).await;
}

/// Cannot tell of any row.
#[derive(Clone, Copy, Operators)]
struct Broken;

#[async_trait]
impl PermissionClass for Broken {
    type Model = car::Entity;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::when(Expr::cust("EXISTS (SELECT 1 FROM drivers_nowhere)")))
    }
}

/// What was settled without the row is not asked when the part that refused is looked for: it might fail.
#[every_database]
async fn a_part_that_was_settled_is_not_asked_about_the_row(db: TestDb) {
    let site = Site::with_car(db, "other", false).await;
    let cases = vec![
        ((WritesPublished | (Broken & DenyAll)).into_permissions(), PUBLISHED),
        (((Broken & Club) | WritesPublished).into_permissions(), CLUB),
        ((WritesPublished | !(Broken | AllowAny)).into_permissions(), PUBLISHED),
        ((!(!WritesPublished | (Broken & DenyAll)) | WritesMine).into_permissions(), MINE),
    ];
    refuses_the_row(&site, cases).await;
}

#[every_database]
async fn parts_that_admit_a_row_have_no_say(db: TestDb) {
    let site = Site::with_car(db, "other", true).await;
    let cases = vec![
        ((WritesPublished & WritesMine).into_permissions(), MINE),
        (((WritesMine | WritesPublished) & WritesMine).into_permissions(), MINE),
        ((!Published).into_permissions(), GENERIC),
        ((WritesPublished & !Published).into_permissions(), GENERIC),
        ((!Published | WritesMine).into_permissions(), MINE),
    ];
    refuses_the_row(&site, cases).await;
}

#[every_database]
async fn a_row_as_it_would_become_is_refused_in_the_same_words(db: TestDb) {
    let site = Site::with_car(db, "mine", true).await;
    let client = site.under(WritesPublished & WritesMine);
    is_told(&client.ask(Method::PATCH, "/api/cars/1", &site.token, renamed()).await, 403, MINE, "changed");
    is_told(&client.ask(Method::POST, "/api/cars", &site.token, renamed()).await, 403, PUBLISHED, "made");
    is_told(&client.ask(Method::POST, "/api/cars", "", renamed()).await, 401, WHO, "made by nobody");
}

/// Shows published cars only.
#[derive(Clone, Copy, Operators)]
struct ShowsPublished;

#[async_trait]
impl PermissionClass for ShowsPublished {
    type Model = car::Entity;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::when(car::Column::Published.eq(true)))
    }

    fn denial(&self) -> Denial {
        Denial::new("published_only", "Only published cars are written.")
    }
}

#[every_database]
async fn a_hidden_row_is_answered_as_one_that_is_not_there(db: TestDb) {
    let site = Site::with_car(db, "other", false).await;
    let client = site.under(AllowAny & ShowsPublished);
    for method in [Method::GET, Method::PATCH, Method::PUT, Method::DELETE] {
        for token in ["", &site.token] {
            let hidden = client.ask(method.clone(), "/api/cars/1", token, renamed()).await;
            let missing = client.ask(method.clone(), "/api/cars/99", token, renamed()).await;
            is_told(&hidden, 404, MISSING, "hidden");
            assert_eq!((&hidden.text, &hidden.headers), (&missing.text, &missing.headers), "{method}");
        }
    }
    let revealing = site.api().default_permissions(AllowAny & ShowsPublished).reveal_hidden_rows();
    let client = built(revealing.mount(cars::<Undeclared>()).build());
    for method in [Method::GET, Method::PATCH, Method::PUT, Method::DELETE] {
        is_told(&client.ask(method.clone(), "/api/cars/1", &site.token, renamed()).await, 403, PUBLISHED, "revealed");
        is_told(&client.ask(method.clone(), "/api/cars/1", "", renamed()).await, 401, WHO, "revealed to nobody");
        is_told(&client.ask(method, "/api/cars/99", &site.token, renamed()).await, 404, MISSING, "not there");
    }
}

#[every_database]
async fn where_nobody_can_say_who_they_are_the_class_speaks(db: TestDb) {
    let site = Site::with_car(db, "other", false).await;
    let under = |permissions: Permissions| {
        let api = site.api().authenticators(Authenticators::none()).default_permissions(permissions);
        built(api.mount(cars::<Undeclared>()).build())
    };
    let answer = under((AllowAny & Club).into_permissions()).get("/api/cars", "").await;
    is_told(&answer, 403, CLUB, "the request");
    assert_eq!(answer.header("www-authenticate"), None);
    let client = under((AllowAny & WritesPublished).into_permissions());
    is_told(&client.ask(Method::PATCH, "/api/cars/1", "", renamed()).await, 403, PUBLISHED, "the row");
}

struct Report;

struct MayReport;

impl HandlerPermissions for MayReport {
    fn permissions() -> impl IntoPermissions {
        IsAuthenticated & (DenyAll | Team)
    }
}

#[OpenApi]
impl Report {
    #[oai(path = "/report", method = "get")]
    async fn report(&self, _caller: Guarded<MayReport>) -> PlainText<&'static str> {
        PlainText("")
    }

    #[oai(path = "/plain", method = "get")]
    async fn plain(&self) -> PlainText<&'static str> {
        PlainText("")
    }
}

#[every_database]
async fn handlers_refuse_in_the_same_way(db: TestDb) {
    let site = Site::with_car(db, "other", false).await;
    let client = built(site.api().handler_permissions(AllowAny & Club).with(Report).build());
    for (path, words) in [("/api/report", TEAM), ("/api/plain", CLUB)] {
        is_told(&client.get(path, &site.token).await, 403, words, path);
        is_told(&client.get(path, "").await, 401, WHO, path);
    }
}
