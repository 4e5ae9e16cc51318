//! A plain handler is never served by permissions that are not its own, and never let through by a question about rows.

mod support;

use poem_openapi::{OpenApi, param::Path, payload::PlainText};
use refrain::{
    Access, AnyModel, Api, Context, Guarded, HandlerPermissions, IntoPermissions, IsAuthenticated, Not, Operators,
    PermissionClass, Result, Rule, async_trait,
};
use refrain_testing::{TestDb, every_database};
use sea_orm::sea_query::Expr;
use support::{Client, Rules, auth, car, cars, sync};

struct Authenticated;

impl Rules for Authenticated {
    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }
}

/// The viewset's own path for a row, with another name for its variable, and no word on who may.
struct Shadow;

#[OpenApi]
impl Shadow {
    #[oai(path = "/cars/:pk", method = "get", operation_id = "shadow")]
    async fn shadow(&self, pk: Path<i64>) -> PlainText<String> {
        PlainText(format!("open {}", pk.0))
    }
}

#[every_database(sqlite, because = "nothing is asked of the database")]
async fn a_path_is_the_same_whatever_its_variable_is_called(db: TestDb) {
    for mounted_first in [true, false] {
        let api = Api::new("Drivers", "1", db.db().clone());
        let refused = match mounted_first {
            true => api.mount(cars::<Authenticated>()).with(Shadow).build().err(),
            false => api.with(Shadow).mount(cars::<Authenticated>()).build().err(),
        };
        let message = refused.expect("two endpoints on one path do not fit").to_string();
        assert!(message.ends_with("is mounted twice"), "{message}");
    }
}

/// Says of a row what it cannot say where there is none.
#[derive(Clone, Copy, Operators)]
struct Depends;

#[async_trait]
impl PermissionClass for Depends {
    type Model = AnyModel;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::when(Expr::cust("1 = 0")))
    }
}

struct Yes;
struct No;

impl HandlerPermissions for Yes {
    fn permissions() -> impl IntoPermissions {
        Depends
    }
}

impl HandlerPermissions for No {
    fn permissions() -> impl IntoPermissions {
        Not(Depends)
    }
}

struct Handlers;

#[OpenApi]
impl Handlers {
    #[oai(path = "/yes", method = "get", operation_id = "yes")]
    async fn yes(&self, _guarded: Guarded<Yes>) -> PlainText<&'static str> {
        PlainText("in")
    }

    #[oai(path = "/no", method = "get", operation_id = "no")]
    async fn no(&self, _guarded: Guarded<No>) -> PlainText<&'static str> {
        PlainText("in")
    }
}

#[every_database]
async fn a_condition_on_rows_lets_nobody_through_where_there_are_none(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let client = Client::new(Api::new("Drivers", "1", db.db().clone()).auth(auth).with(Handlers).build().unwrap());
    for path in ["/api/yes", "/api/no"] {
        assert_eq!(client.get(path, "").await.code(), 500, "{path}");
    }
}
