//! The cars of the examples over HTTP: models, a viewset for any permissions, users and their tokens.

#![allow(dead_code, missing_docs, unreachable_pub)]

use std::marker::PhantomData;

use poem::{
    Response,
    endpoint::BoxEndpoint,
    http::{Method, StatusCode},
    test::TestClient,
};
use refrain::{
    Access, Api, Filter, Serializer, ViewSet,
    auth::{Auth, NewUser, User, password::Passwords},
    authentication::{Authenticators, BasicAuthentication, TokenAuthentication},
    model::Models,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseConnection, QueryTrait};
use serde_json::Value as Json;

pub mod log;
pub mod meanwhile;
pub mod wire;

pub mod car {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "drivers_car")]
    #[refrain(
        app = "drivers",
        model = "Car",
        permissions(publish_car = "Can publish car listing", export_car = "Can export car data"),
        owner = "owner_id"
    )]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub owner_id: Option<i32>,
        pub published: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer, Debug)]
#[serializer(model = car)]
pub struct Car {
    #[serializer(read_only)]
    pub id: i64,
    #[serializer(length(1..=100))]
    pub name: String,
    pub owner_id: Option<i32>,
    #[serializer(read_only, default = false)]
    pub published: bool,
}

/// What a test wants of the cars.
pub trait Rules: Send + Sync + 'static {
    fn permissions() -> Access<car::Entity> {
        Access::global()
    }
}

/// The cars, under a test's own permissions.
pub struct Cars<R>(pub PhantomData<fn() -> R>);

pub fn cars<R: Rules>() -> Cars<R> {
    Cars(PhantomData)
}

impl<R: Rules> ViewSet for Cars<R> {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        R::permissions()
    }

    fn filters() -> Vec<Filter<car::Column>> {
        [car::Column::Name, car::Column::OwnerId, car::Column::Published].map(Filter::of).into()
    }

    fn orderings() -> Vec<car::Column> {
        vec![car::Column::Name]
    }
}

/// An API under test.
pub struct Client(TestClient<BoxEndpoint<'static, Response>>);

/// An answer: status, body, and the headers asked about.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub text: String,
    pub headers: poem::http::HeaderMap,
}

impl Answer {
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub fn code(&self) -> u16 {
        self.status.as_u16()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// This very problem, in every field of it, and nothing of what is inside.
    #[track_caller]
    pub fn is_problem(&self, status: u16, code: &str, detail: &str, errors: &Json) {
        assert_eq!(self.code(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let mut body = self.json();
        let body = body.as_object_mut().expect("a problem is an object");
        assert!(body.remove("title").is_some_and(|title| !title.as_str().unwrap_or_default().is_empty()), "{body:?}");
        let said = body.remove("detail").unwrap_or_default();
        // the parser's own words stand behind the dash
        match detail.strip_suffix('…') {
            Some(start) => assert!(said.as_str().is_some_and(|said| said.starts_with(start)), "{said}"),
            None => assert_eq!(said, detail),
        }
        let mut expected = serde_json::json!({"type": "about:blank", "status": status, "code": code});
        if !errors.is_null() {
            expected["errors"] = errors.clone();
        }
        assert_eq!(Json::Object(body.clone()), expected);
        self.tells_nothing_of_the_inside();
    }

    /// No SQL, table, type or place in the program.
    #[track_caller]
    pub fn tells_nothing_of_the_inside(&self) {
        const INSIDE: [&str; 31] = [
            "SELECT ",
            "INSERT ",
            "UPDATE ",
            "DELETE FROM",
            "WHERE ",
            "sqlx",
            "sqlite",
            "SQLite",
            "SQLSTATE",
            "postgres",
            "mysql",
            "MariaDB",
            "drivers_",
            "auth_",
            "authtoken",
            "constraint",
            "syntax error",
            "::",
            "panicked",
            "thread '",
            ".rs",
            "i32",
            "i64",
            "u64",
            "usize",
            "Option",
            "Vec<",
            "serde",
            "poem",
            "sea_orm",
            "backtrace",
        ];
        for word in INSIDE {
            assert!(!self.text.contains(word), "`{word}` in: {}", self.text);
        }
    }
}

impl Client {
    pub fn new(api: refrain::BuiltApi) -> Self {
        Self(TestClient::new(api.into_endpoint()))
    }

    /// Asks with a token; an empty one is nobody's.
    pub async fn ask(&self, method: Method, path: &str, token: &str, body: Option<Json>) -> Answer {
        let mut request = self.0.request(method, path);
        if !token.is_empty() {
            request = request.header("authorization", format!("Token {token}"));
        }
        if let Some(body) = body {
            // as every client of HTTP says it
            request = request.header("content-length", body.to_string().len()).body_json(&body);
        }
        answer(request.send().await).await
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.ask(Method::GET, path, token, None).await
    }

    pub fn raw(&self) -> &TestClient<BoxEndpoint<'static, Response>> {
        &self.0
    }
}

pub async fn answer(response: poem::test::TestResponse) -> Answer {
    let mut response = response.0;
    let text = response.take_body().into_string().await.expect("a body of text");
    Answer { status: response.status(), text, headers: response.headers().clone() }
}

/// Django's own users, with hashing that costs a test nothing.
pub fn auth() -> Auth {
    Auth::default().with_passwords(Passwords::default().iterations(1000))
}

/// Tokens, and then names and passwords.
pub fn token_and_basic() -> Authenticators {
    Authenticators::none().with(TokenAuthentication::default()).with(BasicAuthentication::default())
}

/// Content types and permissions for the cars.
pub async fn sync(auth: &Auth, db: &DatabaseConnection) {
    let models = Models::default().with::<car::Entity>();
    auth.sync_permissions(db, &models, &Default::default()).await.expect("permissions are made");
}

/// A user holding these permissions of the cars, and their token.
pub async fn user(auth: &Auth, db: &DatabaseConnection, name: NewUser, held: &[&str]) -> (User, String) {
    let user = auth.create_user(db, name).await.expect("a user is made");
    let labels: Vec<String> = held.iter().map(|first| format!("drivers.{first}_car")).collect();
    user.permissions().add(db, labels).await.expect("permissions are granted");
    let token = user.token(db).await.expect("a token is made");
    (user, token)
}

/// A car of this owner's.
pub async fn car_of(db: &DatabaseConnection, owner: Option<&User>, name: &str) -> car::Model {
    let owner_id = owner.and_then(User::id).map(|id| id.to_string().parse().expect("an integer key"));
    car::ActiveModel {
        name: Set(name.to_owned()),
        owner_id: Set(owner_id),
        published: Set(false),
        ..Default::default()
    }
    .insert(db)
    .await
    .expect("a car is made")
}

/// The API over the cars under these permissions.
pub fn api<R: Rules>(db: &DatabaseConnection, auth: &Auth) -> Client {
    let api = Api::new("Drivers", "1.0", db.clone()).auth(auth.clone()).mount(cars::<R>());
    Client::new(api.build().expect("the parts fit"))
}

/// A query with its values in it, and the caller's key by name.
pub fn sql_of(query: &impl QueryTrait, db: &DatabaseConnection, caller: &User) -> String {
    let sql = query.build(db.get_database_backend()).to_string();
    let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let key = caller.id().expect("the caller is known");
    [" = ", " = + "].iter().fold(sql, |sql, equals| sql.replace(&format!("{equals}{key} "), &format!("{equals}ALICE ")))
}
