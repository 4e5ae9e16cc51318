//! The table of what every endpoint asks: every one is in it, with who said so, and the rows it lets whom have.

use poem::http::Method;
use poem_openapi::{OpenApi, payload::PlainText};
use refrain::{
    Access, Action, AllowAny, AnyModel, Api, BuiltApi, CollectionAction, Context, DenyAll, Error, Guarded, HasPerm,
    Hook, IsAdminUser, IsAuthenticated, IsOwner, Lists, ModelPermissions, ObjectPermissions, Operators,
    PermissionClass, Result, Row, RowAction, RowHook, Rows, Rule, Serializer, ViewSet,
    api::{EndpointPermissions, PermissionTable},
    async_trait,
    auth::{Auth, NewUser},
    entity::{Key, UserTable},
};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ColumnTrait, DatabaseConnection};
use serde_json::json;

use crate::support::{self, Car, Client, Rules, auth, car, car_of, cars, sync, user};

/// Something else for every action.
struct Mixed;

impl Rules for Mixed {
    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated & (ModelPermissions | IsOwner))
            .on(Action::Create, IsAdminUser)
            .on(Action::Retrieve, ObjectPermissions | IsPublished)
            .on(Action::Update, ModelPermissions & !IsOwner)
            .on(Action::PartialUpdate, ModelPermissions & Hook(Palindrome))
            .on(Action::Destroy, DenyAll)
    }
}

type Cars = support::Cars<Mixed>;

#[derive(Clone, Copy, Operators)]
struct IsPublished;

#[async_trait]
impl PermissionClass for IsPublished {
    type Model = car::Entity;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::when(car::Column::Published.eq(true)))
    }
}

struct Palindrome;

#[async_trait]
impl RowHook for Palindrome {
    type Entity = car::Entity;
    const LISTS: Lists = Lists::InMemory { at_most: 100 };

    async fn has_object_permission(&self, _: &Context<'_>, row: &car::Model) -> Result<bool> {
        Ok(row.name.chars().eq(row.name.chars().rev()))
    }
}

/// It says nothing, but of one action.
struct Undeclared;

impl ViewSet for Undeclared {
    type Serializer = Car;
    const PATH: &'static str = "/undeclared";
    const ACTIONS: &'static [Action] = &[Action::List, Action::Create];
}

/// It says that the default is meant.
struct ByDefault;

impl ViewSet for ByDefault {
    type Serializer = Car;
    const PATH: &'static str = "/default";
    const ACTIONS: &'static [Action] = &[Action::List];

    fn permissions() -> Access<car::Entity> {
        Access::global()
    }
}

macro_rules! row_action {
    ($name:ident of $viewset:ty, $word:literal, $method:ident, $codename:expr, $permissions:expr) => {
        struct $name;
        impl RowAction for $name {
            type Of = $viewset;
            const NAME: &'static str = $word;
            const METHOD: Method = Method::$method;
            const CODENAME: Option<&'static str> = $codename;
            fn permissions() -> Access<car::Entity> {
                $permissions
            }
        }
    };
}

row_action!(Publish of Cars, "publish", POST, None, Access::to(HasPerm("drivers.publish_car")));
row_action!(Describe of Cars, "describe", GET, None, Access::global());
row_action!(Feature of Undeclared, "feature", POST, Some("publish"), Access::global());

/// Its rows meet the list's permissions too.
struct Export;

impl CollectionAction for Export {
    type Of = Cars;
    const NAME: &'static str = "export";
    const METHOD: Method = Method::GET;

    fn permissions() -> Access<car::Entity> {
        Access::to(IsPublished)
    }
}

struct Handlers;

#[OpenApi]
impl Handlers {
    #[oai(path = "/cars/:id/publish", method = "post")]
    async fn publish(&self, id: Row<Publish>) -> PlainText<String> {
        PlainText(id.name.clone())
    }

    #[oai(path = "/cars/:id/describe", method = "get")]
    async fn describe(&self, id: Row<Describe>) -> PlainText<String> {
        PlainText(id.name.clone())
    }

    #[oai(path = "/undeclared/:id/feature", method = "post")]
    async fn feature(&self, id: Row<Feature>) -> PlainText<String> {
        PlainText(id.name.clone())
    }

    #[oai(path = "/cars/export", method = "get")]
    async fn export(&self, _rows: Rows<Export>) -> PlainText<&'static str> {
        PlainText("")
    }

    #[oai(path = "/status", method = "get", method = "delete")]
    async fn status(&self, _open: Guarded<AllowAny>) -> PlainText<&'static str> {
        PlainText("fine")
    }

    #[oai(path = "/silent", method = "get")]
    async fn silent(&self) -> PlainText<&'static str> {
        PlainText("heard")
    }

    #[oai(path = "/secret/:id", method = "post", hidden)]
    async fn secret(&self, id: poem_openapi::param::Path<i64>) -> PlainText<String> {
        PlainText(id.0.to_string())
    }
}

fn api(db: &DatabaseConnection, auth: &Auth) -> BuiltApi {
    let api = Api::new("Drivers", "1", db.clone()).auth(auth.clone()).explain_at("/explain");
    let api = api.mount(cars::<Mixed>()).mount(Undeclared).mount(ByDefault).with(Handlers);
    api.build().expect("the parts fit")
}

/// Everything that is declared about the endpoints, as a reviewer sees it change. Nothing is asked of a table.
#[every_database(tables = none)]
async fn the_whole_table(db: TestDb) {
    let table = api(db.db(), &auth()).permissions().await;
    insta::assert_snapshot!("the_whole_table", table.to_string());
    insta::assert_snapshot!("the_whole_table_in_markdown", table.to_markdown());
}

fn of<'t>(table: &'t PermissionTable, method: &str, path: &str) -> &'t EndpointPermissions {
    let found = table.endpoints.iter().find(|endpoint| endpoint.method == method && endpoint.path == path);
    found.unwrap_or_else(|| panic!("no {method} {path}"))
}

#[every_database(tables = none)]
async fn a_program_reads_it(db: TestDb) {
    let table = api(db.db(), &auth()).permissions().await;
    let list = serde_json::to_value(of(&table, "GET", "/api/cars")).expect("JSON");
    let expected = json!({
        "method": "GET",
        "path": "/api/cars",
        "action": "list",
        "expression": "IsAuthenticated & (ModelPermissions | IsOwner)",
        "declared": "viewset",
        "asks": ["drivers.view_car"],
        "lists": true,
        "rows": [
            {"caller": "user", "rows": "drivers_car.owner_id = the caller"},
            {"caller": "holder", "rows": "every row"},
        ],
        "throttle": "none",
    });
    assert_eq!(list, expected);
    // the rows of a collection's action meet the list's permissions too
    let export = serde_json::to_value(&of(&table, "GET", "/api/cars/export").rows).expect("JSON");
    let owned = "drivers_car.published = TRUE and drivers_car.owner_id = the caller";
    let expected =
        json!([{"caller": "user", "rows": owned}, {"caller": "holder", "rows": "drivers_car.published = TRUE"}]);
    assert_eq!(export, expected);
}

#[every_database(tables = none)]
async fn it_says_which_answers_are_lists_of_the_rows(db: TestDb) {
    let table = api(db.db(), &auth()).permissions().await;
    let lists: Vec<_> = table.endpoints.iter().filter(|endpoint| endpoint.lists).collect();
    let lists: Vec<_> = lists.iter().map(|endpoint| format!("{} {}", endpoint.method, endpoint.path)).collect();
    let expected = ["GET /api/cars", "GET /api/cars/export", "GET /api/default", "GET /api/undeclared"];
    assert_eq!(lists, expected);
}

#[every_database(tables = none)]
async fn who_said_so_is_told(db: TestDb) {
    let table = api(db.db(), &auth()).permissions().await;
    for (method, path, declared) in [
        ("GET", "/api/cars", "viewset"),
        ("DELETE", "/api/cars/{id}", "action"),
        ("POST", "/api/cars/{id}/publish", "action"),
        ("GET", "/api/cars/{id}/describe", "viewset"),
        ("GET", "/api/undeclared", "nothing"),
        ("POST", "/api/undeclared/{id}/feature", "nothing"),
        ("GET", "/api/default", "default"),
        ("GET", "/api/status", "action"),
        ("GET", "/api/silent", "nothing"),
        ("POST", "/api/secret/{param0}", "nothing"),
        ("GET", "/explain", "action"),
    ] {
        let told = serde_json::to_value(of(&table, method, path).declared).expect("JSON");
        assert_eq!(told, declared, "{method} {path}");
    }
}

/// What the table says of a caller is what one of that kind gets.
#[every_database]
async fn the_rows_are_those_that_callers_get(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (owner, plain) = user(&auth, &db, NewUser::new("owner"), &[]).await;
    let (_, holder) = user(&auth, &db, NewUser::new("holder"), &["view"]).await;
    let (_, root) = user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    car_of(&db, Some(&owner), "own").await;
    car_of(&db, None, "other").await;
    let api = api(&db, &auth);
    let rows = of(&api.permissions().await, "GET", "/api/cars").rows_in_words();
    assert_eq!(rows, "any user: drivers_car.owner_id = the caller; a holder: every row");
    let client = Client::new(api);
    for (token, count) in [(&plain, 1), (&holder, 2), (&root, 2)] {
        assert_eq!(client.get("/api/cars", token).await.json()["count"], count);
    }
    assert_eq!(client.get("/api/cars", "").await.code(), 401);
}

/// A class that asks elsewhere, where nobody answers.
#[derive(Clone, Copy, Operators)]
struct Oracle;

#[async_trait]
impl PermissionClass for Oracle {
    type Model = AnyModel;

    async fn has_permission(&self, _: &Context<'_>) -> Result<bool> {
        Err(Error::could_not_tell("the oracle is asleep"))
    }
}

struct AsTheOracleSays;

impl Rules for AsTheOracleSays {
    fn permissions() -> Access<car::Entity> {
        Access::to(IsAdminUser | Oracle)
    }
}

#[every_database(tables = none)]
async fn what_cannot_be_told_is_told_as_such(db: TestDb) {
    let api = Api::new("Drivers", "1", db.db().clone()).mount(cars::<AsTheOracleSays>()).build().expect("it fits");
    let rows = of(&api.permissions().await, "GET", "/api/cars").rows_in_words();
    assert_eq!(rows, "anybody: cannot be told: the oracle is asleep; staff: every row");
}

/// The key of a made-up caller is nobody's, and is not shown, whatever keys the site's users have.
#[every_database(tables = none)]
async fn owners_of_another_kind_are_the_caller_too(db: TestDb) {
    mod boat {
        use sea_orm::entity::prelude::*;

        #[allow(unreachable_pub)]
        #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
        #[sea_orm(table_name = "club_boat")]
        #[refrain(app = "club", model = "Boat", owner = "owner_id")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub id: i64,
            pub owner_id: Option<Uuid>,
        }

        #[allow(unreachable_pub)]
        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}
    }

    #[derive(Serializer)]
    #[serializer(model = boat)]
    struct Boat {
        #[serializer(read_only)]
        id: i64,
        owner_id: Option<sea_orm::prelude::Uuid>,
    }

    struct Boats;

    impl ViewSet for Boats {
        type Serializer = Boat;
        const PATH: &'static str = "/boats";

        fn permissions() -> Access<boat::Entity> {
            Access::to(IsOwner | ObjectPermissions)
        }
    }

    let auth = Auth::new(UserTable::custom("club", "Member", Key::Uuid));
    let api = Api::new("Club", "1", db.db().clone()).auth(auth).mount(Boats).build().expect("it fits");
    let rows = of(&api.permissions().await, "GET", "/api/boats").rows_in_words();
    insta::assert_snapshot!("owners_with_uuids", rows);
}

/// A condition as long as some are.
#[derive(Clone, Copy, Operators)]
struct OfManyCars;

#[async_trait]
impl PermissionClass for OfManyCars {
    type Model = car::Entity;

    async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
        Ok(Rule::when(car::Column::Id.is_in(1..=500_i64)))
    }
}

struct Long;

impl Rules for Long {
    fn permissions() -> Access<car::Entity> {
        let staff = (IsAdminUser & !OfManyCars & ModelPermissions) | (IsOwner & IsPublished & !IsAdminUser);
        Access::to(IsAuthenticated & (OfManyCars | staff | (ObjectPermissions & IsPublished & ModelPermissions)))
    }
}

#[every_database(sqlite, because = "the table is the same everywhere")]
async fn long_rules_are_read_at_a_hundred_columns(db: TestDb) {
    let api = Api::new("Drivers", "1", db.db().clone()).mount(cars::<Long>()).build().expect("the parts fit");
    let table = api.permissions().await;
    let text = table.to_string();
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{line}");
        assert_eq!(line, line.trim_end());
    }
    assert!(
        text.contains("OfManyCars or") && !text.contains(" 499,"),
        "a long condition goes by its class's name: {text}"
    );
    let words: Vec<&str> = text.split_whitespace().collect();
    let expression: Vec<&str> = table.endpoints[0].expression.split(' ').collect();
    assert!(words.windows(expression.len()).any(|window| window == expression), "nothing is left out: {text}");
    assert!(!table.to_markdown().contains(" 499,"));
    let rows = table.endpoints[0].rows_in_words();
    assert!(rows.contains("drivers_car.published = TRUE"), "a short one is written out: {rows}");
}

struct StrangersOnly;

impl Rules for StrangersOnly {
    fn permissions() -> Access<car::Entity> {
        Access::to(!IsAuthenticated)
    }
}

#[every_database(tables = none)]
async fn who_is_refused_though_others_are_not_is_told(db: TestDb) {
    let api = Api::new("Drivers", "1", db.db().clone()).mount(cars::<StrangersOnly>()).build().expect("it fits");
    let rows = of(&api.permissions().await, "GET", "/api/cars").rows_in_words();
    assert_eq!(rows, "anybody: every row; any user: refused");
}
