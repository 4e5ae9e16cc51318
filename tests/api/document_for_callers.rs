//! The document as its caller may use it: the operations that do not refuse them, and no other.

use std::collections::BTreeSet;

use poem::http::Method;
use poem_openapi::{OpenApi, payload::PlainText};
use refrain::{
    Access, Action, AllowAny, AnyModel, Api, BuiltApi, CollectionAction, Context, Error, Guarded, HandlerPermissions,
    HasPerm, IntoPermissions, IsAdminUser, IsAuthenticatedOrReadOnly, IsOwner, IsSuperuser, Locked, ModelPermissions,
    ObjectPermissions, Operators, PermissionClass, Problem, Result, RowAction, Rows, Serializer, Valid, ViewSet,
    async_trait,
    auth::{Auth, NewUser},
};
use refrain_testing::{TestDb, counted, every_database};
use sea_orm::DatabaseConnection;
use serde_json::Value as Json;

use crate::support::{self, Answer, Car, Client, Rules, auth, car, cars, sync, user};

struct ByModel;

impl Rules for ByModel {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions).on(Action::Destroy, IsSuperuser).on(Action::Retrieve, !IsAdminUser)
    }
}

type Cars = support::Cars<ByModel>;

/// Nobody is refused before a row is known, but who says nothing.
struct Board;

impl ViewSet for Board {
    type Serializer = Car;
    const PATH: &'static str = "/board";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticatedOrReadOnly & (IsOwner | ObjectPermissions | ModelPermissions))
    }
}

struct Publish;

impl RowAction for Publish {
    type Of = Cars;
    const NAME: &'static str = "publish";
    const METHOD: Method = Method::POST;

    fn permissions() -> Access<car::Entity> {
        Access::to(HasPerm("drivers.publish_car") | IsAdminUser)
    }
}

/// Asks the list's permissions too.
struct Export;

impl CollectionAction for Export {
    type Of = Cars;
    const NAME: &'static str = "export";
    const METHOD: Method = Method::GET;

    fn permissions() -> Access<car::Entity> {
        Access::to(HasPerm("drivers.export_car") | IsAdminUser)
    }
}

struct StaffOrExporters;

impl HandlerPermissions for StaffOrExporters {
    fn permissions() -> impl IntoPermissions {
        HasPerm("drivers.export_car") | IsAdminUser
    }
}

/// Only this handler speaks of it.
#[derive(Serializer)]
struct Report {
    of: String,
}

struct Handlers;

#[OpenApi]
impl Handlers {
    #[oai(path = "/cars/:id/publish", method = "post", operation_id = "cars_publish")]
    async fn publish(&self, id: Locked<Publish>) -> Result<PlainText<String>, Problem> {
        Ok(PlainText(id.row.name.clone()))
    }

    #[oai(path = "/cars/export", method = "get", operation_id = "cars_export")]
    async fn export(&self, _rows: Rows<Export>) -> PlainText<&'static str> {
        PlainText("")
    }

    #[oai(path = "/status", method = "get", operation_id = "status")]
    async fn status(&self, _open: Guarded<AllowAny>) -> PlainText<&'static str> {
        PlainText("fine")
    }

    #[oai(path = "/report", method = "post", operation_id = "report")]
    async fn report(&self, _caller: Guarded<StaffOrExporters>, report: Valid<Report>) -> PlainText<String> {
        PlainText(report.0.of)
    }

    #[oai(path = "/silent", method = "get", operation_id = "silent")]
    async fn silent(&self) -> PlainText<&'static str> {
        PlainText("heard")
    }

    #[oai(path = "/status", method = "delete", operation_id = "status_delete")]
    async fn restart(&self, _caller: Guarded<IsAdminUser>) -> PlainText<&'static str> {
        PlainText("again")
    }
}

fn api(db: &DatabaseConnection, auth: &Auth) -> BuiltApi {
    let api = Api::new("Drivers", "1", db.clone()).auth(auth.clone()).tell_callers_their_document();
    api.mount(cars::<ByModel>()).mount(Board).with(Handlers).build().expect("the parts fit")
}

async fn people(auth: &Auth, db: &TestDb) -> Vec<(&'static str, String)> {
    let staff = NewUser::new("staff").staff();
    let root = NewUser::new("root").superuser();
    let mut people = vec![
        ("nobody", String::new()),
        ("plain", user(auth, db, NewUser::new("plain"), &[]).await.1),
        ("viewer", user(auth, db, NewUser::new("viewer"), &["view"]).await.1),
        ("exporter", user(auth, db, NewUser::new("exporter"), &["export", "publish"]).await.1),
        ("editor", user(auth, db, NewUser::new("editor"), &["view", "add", "change", "export"]).await.1),
        ("staff", user(auth, db, staff, &[]).await.1),
    ];
    people.push(("root", user(auth, db, root, &[]).await.1));
    people
}

/// `GET /cars/{id}`, in order.
fn operations(document: &Json) -> BTreeSet<String> {
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("operations");
        assert!(!methods.is_empty(), "{path} has none left");
        methods.keys().map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    operations.collect()
}

/// The whole document's operations, each called; those that did not refuse the caller outright.
async fn not_refused(client: &Client, all: &BTreeSet<String>, token: &str) -> BTreeSet<String> {
    let mut answered = BTreeSet::new();
    for operation in all {
        let (method, path) = operation.split_once(' ').expect("a method and a path");
        // no row is there, so that only the request itself can be refused
        let path = format!("/api{}", path.replace("{id}", "999999"));
        let body = ["POST", "PUT", "PATCH"].contains(&method).then(|| serde_json::json!({}));
        let answer = client.ask(method.parse().expect("a method"), &path, token, body).await;
        assert!(answer.code() < 500, "{operation}: {}", answer.text);
        if ![401, 403].contains(&answer.code()) {
            answered.insert(operation.clone());
        }
    }
    answered
}

#[every_database]
async fn it_tells_of_the_operations_that_do_not_refuse_the_caller(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let client = Client::new(api(&db, &auth));
    let all = operations(&client.get("/openapi.json", "").await.json());
    assert_eq!(all.len(), 18);
    let mut seen = Vec::new();
    for (name, token) in people(&auth, &db).await {
        let own = client.get("/openapi.json?as=me", &token).await;
        assert_eq!(own.code(), 200, "{name}: {}", own.text);
        let told = operations(&own.json());
        assert_eq!(told, not_refused(&client, &all, &token).await, "{name}");
        seen.push((name, told.len()));
    }
    // a superuser is staff here, and staff may not retrieve
    let expected =
        [("nobody", 2), ("plain", 9), ("viewer", 10), ("exporter", 11), ("editor", 15), ("staff", 11), ("root", 17)];
    assert_eq!(seen, expected);
}

#[every_database]
async fn what_it_speaks_of_is_there_and_nothing_else(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let client = Client::new(api(&db, &auth));
    let schemas = |document: &Json| -> BTreeSet<String> {
        document["components"]["schemas"].as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default()
    };
    let whole = client.get("/openapi.json", "").await.json();
    for (name, token) in people(&auth, &db).await {
        let own = client.get("/openapi.json?as=me", &token).await;
        for reference in own.text.split("\"#/").skip(1) {
            let pointer = format!("/{}", reference.split('"').next().expect("it is quoted"));
            assert!(own.json().pointer(&pointer).is_some(), "{name} reads of `{pointer}`, which is not there");
        }
        for reference in own.text.split("\"#/components/schemas/").skip(1) {
            let schema = reference.split('"').next().expect("a name");
            assert!(schemas(&own.json()).contains(schema), "{name} reads of `{schema}`, which is not there");
        }
        let speaks_of_reports = operations(&own.json()).contains("POST /report");
        assert_eq!(schemas(&own.json()).contains("Report"), speaks_of_reports, "{name}");
        for part in ["info", "servers", "openapi"] {
            assert_eq!(own.json()[part], whole[part]);
        }
        assert_eq!(own.json()["components"]["securitySchemes"], whole["components"]["securitySchemes"]);
    }
}

#[track_caller]
fn is_about_one_caller(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), Some("private, no-store"), "{answer:?}");
    assert_eq!(answer.header("vary"), Some("Authorization"), "{answer:?}");
}

#[every_database]
async fn it_is_kept_by_no_cache_and_a_wrong_credential_is_refused(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, inactive) = user(&auth, &db, NewUser::new("dave").inactive(), &[]).await;
    let client = Client::new(api(&db, &auth));
    let own = client.get("/openapi.json?as=me", "").await;
    is_about_one_caller(&own);
    assert_eq!((own.code(), own.header("content-type")), (200, Some("application/json")));
    for (token, sentence) in [("ffff", "Invalid token."), (&inactive, "User inactive or deleted.")] {
        let refused = client.get("/openapi.json?as=me", token).await;
        refused.is_problem(401, "authentication_failed", sentence, &Json::Null);
        let elsewhere = client.get("/api/status", token).await;
        assert_eq!(
            (elsewhere.code(), &elsewhere.text, elsewhere.header("www-authenticate")),
            (401, &refused.text, refused.header("www-authenticate"))
        );
        is_about_one_caller(&refused);
        assert_eq!(client.get("/openapi.json", token).await.code(), 200, "the whole document asks nobody");
    }
    let other = client.get("/openapi.json?as=alice", "").await;
    let errors = serde_json::json!({"as": ["The document can be asked for as \"me\"."]});
    other.is_problem(400, "invalid", "Invalid input.", &errors);
}

/// Whatever the number of operations.
#[every_database]
async fn it_costs_the_one_statement_that_knows_the_caller(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let people = people(&auth, &db).await;
    let (counting, counter) = counted(&db);
    let client = Client::new(api(&counting, &auth));
    for (name, token) in people {
        counter.take();
        assert_eq!(client.get("/openapi.json?as=me", &token).await.code(), 200);
        let statements = counter.take();
        assert_eq!(statements.len(), usize::from(!token.is_empty()), "{name}: {statements:#?}");
    }
}

#[every_database]
async fn it_is_told_only_where_the_site_says_so(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth.clone()).mount(Board).build().expect("it fits");
    let whole = api.document().to_owned();
    let client = Client::new(api);
    let answer = client.get("/openapi.json?as=me", "").await;
    assert_eq!((answer.code(), answer.text), (200, whole));
}

/// A class whose answer cannot be found out.
#[derive(Clone, Copy, Operators)]
struct Oracle;

#[async_trait]
impl PermissionClass for Oracle {
    type Model = AnyModel;

    async fn has_permission(&self, cx: &Context<'_>) -> Result<bool> {
        if cx.headers().contains_key("x-awake") { Ok(true) } else { Err(Error::could_not_tell("it is asleep")) }
    }
}

struct AsTheOracleSays;

impl Rules for AsTheOracleSays {
    fn permissions() -> Access<car::Entity> {
        Access::to(!Oracle).on(Action::List, Oracle)
    }
}

/// Neither shown nor left out; and the classes are asked about this very request.
#[every_database]
async fn what_cannot_be_told_is_told_as_such(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).tell_callers_their_document();
    let client = Client::new(api.mount(cars::<AsTheOracleSays>()).build().expect("it fits"));
    let answer = client.get("/openapi.json?as=me", "").await;
    assert_eq!((answer.code(), &answer.json()["code"]), (503, &"unavailable".into()));
    is_about_one_caller(&answer);
    let awake = client.raw().get("/openapi.json?as=me").header("x-awake", "1").send().await;
    let told = operations(&support::answer(awake).await.json());
    assert_eq!(told.into_iter().collect::<Vec<_>>(), ["GET /cars"]);
}
