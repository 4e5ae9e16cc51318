//! A row that the caller may not see is a row that is not there: the same answer to the byte, after the same statements.

use poem::http::Method;
use poem_openapi::{OpenApi, payload::PlainText};
use refrain::{
    Access, Action, Api, Context, IsOwner, Locked, ModelPermissions, Operators, PermissionClass, Problem, Result, Row,
    RowAction, Rule, ViewSet, async_trait, auth::NewUser,
};
use refrain_testing::{Counter, TestDb, counted, every_database};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, QueryOrder};
use serde_json::{Value as Json, json};

use crate::support::{
    self, Answer, Car, Rules, api, auth, car, car_of, cars, sync, user,
    wire::{Sent, Wire},
};

const MISSING: i64 = 999_999;
const NOT_THERE: &str = "No Car matches the given query.";

/// Rows are their owner's, for whoever has the model's permissions.
struct Private;

impl Rules for Private {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions & IsOwner)
    }
}

#[derive(Clone, Copy, Operators)]
struct IsPublished;

#[async_trait]
impl PermissionClass for IsPublished {
    type Model = car::Entity;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::when(car::Column::Published.eq(true)))
    }
}

#[derive(Clone, Copy, Operators)]
struct IsSealed;

#[async_trait]
impl PermissionClass for IsSealed {
    type Model = car::Entity;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::when(car::Column::Name.eq("sealed")))
    }
}

/// Everybody may ask, without a name too: what is published is seen, and what is not sealed changed.
struct Public;

impl ViewSet for Public {
    type Serializer = Car;
    const PATH: &'static str = "/public";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsPublished)
            .on(Action::Update, !IsSealed)
            .on(Action::PartialUpdate, IsPublished & !IsSealed)
            .on(Action::Destroy, !IsSealed & IsPublished)
    }
}

macro_rules! row_actions {
    ($($name:ident of $viewset:ty, $method:ident, $permissions:expr;)*) => {$(
        struct $name;
        impl RowAction for $name {
            type Of = $viewset;
            const NAME: &'static str = stringify!($name);
            const METHOD: Method = Method::$method;
            fn permissions() -> Access<car::Entity> {
                Access::to($permissions)
            }
        }
    )*};
}

row_actions! {
    Describe of support::Cars<Private>, GET, ModelPermissions & IsOwner;
    Polish of support::Cars<Private>, POST, IsOwner;
    Peek of Public, GET, IsPublished & !IsSealed;
    Paint of Public, POST, IsPublished & !IsSealed;
}

struct Handlers;

#[OpenApi]
impl Handlers {
    #[oai(path = "/cars/:id/describe", method = "get")]
    async fn describe(&self, id: Row<Describe>) -> PlainText<String> {
        PlainText(id.row.name)
    }

    #[oai(path = "/cars/:id/polish", method = "post")]
    async fn polish(&self, id: Locked<Polish>) -> Result<PlainText<String>, Problem> {
        let changes = car::ActiveModel { name: Set("polished".to_owned()), ..Default::default() };
        Ok(PlainText(id.save(changes).await?.name))
    }

    #[oai(path = "/public/:id/peek", method = "get")]
    async fn peek(&self, id: Row<Peek>) -> PlainText<String> {
        PlainText(id.row.name)
    }

    #[oai(path = "/public/:id/paint", method = "post")]
    async fn paint(&self, id: Locked<Paint>) -> Result<PlainText<String>, Problem> {
        let changes = car::ActiveModel { name: Set("painted".to_owned()), ..Default::default() };
        Ok(PlainText(id.save(changes).await?.name))
    }
}

struct Site {
    wire: Wire,
    counter: Counter,
    db: DatabaseConnection,
    hers: i64,
    his: i64,
    sealed: i64,
    draft: i64,
    token: String,
    /// of one who may view and nothing else
    viewer: String,
}

impl Site {
    async fn new(db: &TestDb, reveals: bool) -> Self {
        let auth = auth();
        sync(&auth, db).await;
        let all = ["add", "change", "delete", "view"];
        let (alice, token) = user(&auth, db, NewUser::new("alice"), &all).await;
        let (bob, _) = user(&auth, db, NewUser::new("bob"), &[]).await;
        let (_, viewer) = user(&auth, db, NewUser::new("viewer"), &["view"]).await;
        let hers = car_of(db, Some(&alice), "hers").await.id;
        let his = car_of(db, Some(&bob), "his").await.id;
        let sealed = car_of(db, None, "sealed").await.id;
        let draft = car_of(db, None, "sealed").await.id;
        let published = car::ActiveModel { id: Set(sealed), published: Set(true), ..Default::default() };
        published.update(db.db()).await.expect("it is published");
        let (counting, counter) = counted(db);
        let api = Api::new("Drivers", "1", counting).auth(auth);
        let api = if reveals { api.reveal_hidden_rows() } else { api };
        let api = api.mount(cars::<Private>()).mount(Public).with(Handlers).build().expect("the parts fit");
        let wire = Wire::serve(api.into_endpoint()).await;
        Self { wire, counter, db: db.db().clone(), hers, his, sealed, draft, token, viewer }
    }

    /// The answer, and the statements it took.
    async fn ask(&self, method: &str, path: &str, token: &str, body: &str) -> (Answer, Vec<String>) {
        self.counter.take();
        let token = format!("Token {token}").into_bytes();
        let headers = [("Content-Type", b"application/json".as_slice()), ("Authorization", &token)];
        let headers = if token.len() > 6 { &headers[..] } else { &headers[..1] };
        let mut answer = self.wire.ask(method, path, headers, &Sent::text(body)).await;
        answer.headers.remove("date").expect("a server says when");
        (answer, self.counter.take())
    }

    async fn rows(&self) -> Vec<car::Model> {
        car::Entity::find().order_by_asc(car::Column::Id).all(&self.db).await.expect("the cars")
    }
}

/// Everything that can be asked of a row.
fn questions(of: &str) -> Vec<(&'static str, String)> {
    let standard = ["GET", "HEAD", "PUT", "PATCH", "DELETE"].map(|method| (method, format!("/api/{of}/{{}}")));
    let own = match of {
        "cars" => [("GET", "/api/cars/{}/describe".to_owned()), ("POST", "/api/cars/{}/polish".to_owned())],
        _ => [("GET", "/api/public/{}/peek".to_owned()), ("POST", "/api/public/{}/paint".to_owned())],
    };
    standard
        .into_iter()
        .chain(own)
        .chain([("HEAD", format!("/api/{of}/{{}}/{}", if of == "cars" { "describe" } else { "peek" }))])
        .collect()
}

fn at(path: &str, row: i64) -> String {
    path.replace("{}", &row.to_string())
}

#[every_database]
async fn a_hidden_row_and_a_missing_one_cannot_be_told_apart(db: TestDb) {
    let site = Site::new(&db, false).await;
    let before = site.rows().await;
    for (of, hidden, token) in [
        ("cars", site.his, &*site.token),
        ("cars", site.draft, &site.token),
        ("public", site.draft, &site.token),
        ("public", site.draft, &site.viewer),
        ("public", site.draft, ""),
    ] {
        for (method, path) in questions(of) {
            for body in ["{\"name\": \"x\"}", "{\"name\": 7}", "{\"name\"", ""] {
                let (hidden, statements) = site.ask(method, &at(&path, hidden), token, body).await;
                let (missing, same) = site.ask(method, &at(&path, MISSING), token, body).await;
                assert_eq!(hidden.code(), 404, "{method} {path}: {}", hidden.text);
                assert_eq!(hidden.status, missing.status, "{method} {path}");
                assert_eq!(hidden.text, missing.text, "{method} {path}");
                assert_eq!(hidden.headers, missing.headers, "{method} {path}");
                assert_eq!(statements, same, "{method} {path}");
                assert!(!statements.is_empty(), "the row is looked for");
                if method != "HEAD" {
                    hidden.is_problem(404, "not_found", NOT_THERE, &Json::Null);
                }
            }
        }
    }
    assert_eq!(site.rows().await, before);
}

#[every_database]
async fn what_may_be_seen_and_not_changed_says_so(db: TestDb) {
    let site = Site::new(&db, false).await;
    let before = site.rows().await;
    for (token, status) in [(&*site.token, 403), ("", 401)] {
        for (method, path) in questions("public") {
            let (answer, _) = site.ask(method, &at(&path, site.sealed), token, "{\"name\": \"x\"}").await;
            let seen = path.ends_with("{}") && ["GET", "HEAD"].contains(&method);
            assert_eq!(answer.code(), if seen { 200 } else { status }, "{method} {path}: {}", answer.text);
            assert_eq!(answer.header("www-authenticate"), (answer.code() == 401).then_some("Token"));
        }
    }
    assert_eq!(site.rows().await, before);
}

/// What the request already denies is denied without looking at a row, there or not.
#[every_database]
async fn who_may_not_ask_is_told_so_before_a_row_is_looked_for(db: TestDb) {
    let site = Site::new(&db, false).await;
    for (token, status, statements) in [(&*site.viewer, 403, 1), ("", 401, 0)] {
        for (method, path) in questions("cars") {
            let reads = ["GET", "HEAD"].contains(&method);
            let asks_permission = !path.ends_with("polish");
            if !token.is_empty() && (reads || !asks_permission) {
                continue;
            }
            let mut answers = Vec::new();
            for row in [site.hers, site.his, site.draft, MISSING] {
                let (answer, sql) = site.ask(method, &at(&path, row), token, "{\"name\": \"x\"}").await;
                assert_eq!(answer.code(), status, "{method} {path}: {}", answer.text);
                assert_eq!(sql.len(), statements, "{method} {path}: {sql:#?}");
                answers.push((answer.text, answer.headers));
            }
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{method} {path}");
        }
    }
}

/// DRF's way: a hidden row is refused, and so known of.
#[every_database]
async fn hidden_rows_can_be_revealed(db: TestDb) {
    let site = Site::new(&db, true).await;
    let before = site.rows().await;
    for (of, hidden, token, status) in [
        ("cars", site.his, &*site.token, 403),
        ("public", site.draft, &site.token, 403),
        ("public", site.draft, "", 401),
    ] {
        for (method, path) in questions(of) {
            let (answer, _) = site.ask(method, &at(&path, hidden), token, "{\"name\": \"x\"}").await;
            assert_eq!(answer.code(), status, "{method} {path}: {}", answer.text);
            let (answer, _) = site.ask(method, &at(&path, MISSING), token, "{\"name\": \"x\"}").await;
            assert_eq!(answer.code(), 404, "{method} {path}: {}", answer.text);
        }
    }
    let (answer, _) = site.ask("GET", &at("/api/cars/{}", site.hers), &site.token, "").await;
    assert_eq!(answer.code(), 200);
    assert_eq!(site.rows().await, before);
}

/// Asked in turn, so that a machine that grows slower grows slower for both: the middle of the ratios is near one. What
/// is left is the reading of one row.
#[every_database]
async fn the_clock_tells_them_apart_no_better(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &["view", "change"]).await;
    let (bob, _) = user(&auth, &db, NewUser::new("bob"), &[]).await;
    let hidden = car_of(&db, Some(&bob), "hidden").await.id;
    let client = support::api::<Private>(&db, &auth);
    let time = async |id: i64| {
        let start = std::time::Instant::now();
        assert_eq!(client.get(&format!("/api/cars/{id}"), &token).await.code(), 404);
        start.elapsed().as_secs_f64()
    };
    for _ in 0..20 {
        time(hidden).await;
        time(MISSING).await;
    }
    let mut ratios = Vec::new();
    for n in 0..200 {
        // who goes first changes, too
        let (hidden, missing) = match n % 2 {
            0 => (time(hidden).await, time(MISSING).await),
            _ => {
                let missing = time(MISSING).await;
                (time(hidden).await, missing)
            }
        };
        ratios.push(hidden / missing);
    }
    ratios.sort_by(f64::total_cmp);
    let middle = ratios[ratios.len() / 2];
    println!("hidden / missing: {middle:.3}");
    assert!((0.8..1.25).contains(&middle), "the middle of the ratios is {middle}");
}

/// Who may change cars, and look at none.
struct WriteOnly;

impl Rules for WriteOnly {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions)
    }
}

#[every_database]
async fn who_writes_nothing_is_shown_nothing(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, changer) = user(&auth, &db, NewUser::new("changer"), &["change"]).await;
    let (_, reader) = user(&auth, &db, NewUser::new("reader"), &["change", "view"]).await;
    let path = format!("/api/cars/{}", car_of(&db, None, "unseen").await.id);
    let client = api::<WriteOnly>(&db, &auth);
    let change = async |token: &str, body: Json| client.ask(Method::PATCH, &path, token, Some(body)).await;
    for nothing in [json!({}), json!({"published": true}), json!({"nonsense": 1})] {
        let answer = change(&changer, nothing.clone()).await;
        answer.is_problem(404, "not_found", "No Car matches the given query.", &Json::Null);
        assert_eq!(change(&reader, nothing).await.json()["name"], "unseen");
    }
    // a writer sees what they just wrote, as in DRF
    assert_eq!(change(&changer, json!({"name": "seen"})).await.json()["name"], "seen");
}
