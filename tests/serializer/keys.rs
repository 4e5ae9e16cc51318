//! Keys: of several columns, of padded text, and what is no key.

use poem::http::Method;
use poem_openapi::{OpenApi, payload::PlainText};
use refrain::{Access, AllowAny, Api, Filter, Row, RowAction, Serializer, ViewSet};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseConnection, EntityTrait, Schema};
use serde_json::{Value as Json, json};

use crate::support::{Client, auth};

mod seat {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "hall_seat")]
    #[refrain(app = "hall", model = "Seat")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hall: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub num: i32,
        pub price: i32,
        pub rank: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = seat)]
struct Seat {
    hall: String,
    num: i32,
    price: i32,
    #[serializer(default = 1)]
    rank: i32,
}

macro_rules! seats {
    ($name:ident, $path:literal $(, $($said:tt)+)?) => {
        struct $name;
        impl ViewSet for $name {
            type Serializer = Seat;
            const PATH: &'static str = $path;

            fn permissions() -> Access<seat::Entity> {
                Access::to(AllowAny)
            }

            $($($said)+)?
        }
    };
}

seats!(Seats, "/seats");
seats!(
    ByRank,
    "/by-rank",
    fn lookup() -> seat::Column {
        seat::Column::Rank
    }
);

async fn table(db: &DatabaseConnection, entity: impl EntityTrait) {
    let table = Schema::new(db.get_database_backend()).create_table_from_entity(entity);
    db.execute(&table).await.expect("a table is made");
}

struct Look;

impl RowAction for Look {
    type Of = Seats;
    const NAME: &'static str = "look";
    const METHOD: Method = Method::GET;
}

struct SeatActions;

#[OpenApi]
impl SeatActions {
    #[oai(path = "/seats/:hall/:num/look", method = "get", operation_id = "seats_look")]
    async fn look(&self, seat: Row<Look>) -> PlainText<String> {
        PlainText(format!("{} {}", seat.hall, seat.num))
    }
}

#[every_database]
async fn a_key_of_several_columns_is_named_by_all_of_them(db: TestDb) {
    table(db.db(), seat::Entity).await;
    let api = Api::new("Hall", "1", db.db().clone()).auth(auth()).mount(Seats).with(SeatActions).build();
    let api = api.expect("the parts fit");
    let document: Json = serde_json::from_str(api.document()).expect("JSON");
    let client = Client::new(api);
    for (hall, num) in [("A", 1), ("A", 2), ("b/c", 1)] {
        let made =
            client.ask(Method::POST, "/api/seats", "", Some(json!({"hall": hall, "num": num, "price": 5}))).await;
        assert_eq!(made.code(), 201, "{}", made.text);
    }
    let get = async |path: &str| client.get(&format!("/api/seats/{path}"), "").await;
    assert_eq!(get("A/2").await.json(), json!({"hall": "A", "num": 2, "price": 5, "rank": 1}));
    assert_eq!(get("b%2Fc/1").await.json()["hall"], "b/c");
    assert_eq!((get("b%2Fc/1/look").await.text, get("A/7/look").await.code()), ("b/c 1".to_owned(), 404));
    for missing in ["A", "A/3", "A/x", "A/1/2", "1/A", "a/1", "A/1%00"] {
        assert_eq!(get(missing).await.code(), 404, "{missing}");
    }
    let changed = client.ask(Method::PATCH, "/api/seats/A/2", "", Some(json!({"price": 7}))).await;
    assert_eq!((changed.code(), &changed.json()["price"]), (200, &json!(7)));
    let whole = get("A/2").await.json();
    assert_eq!(client.ask(Method::PUT, "/api/seats/A/2", "", Some(whole)).await.code(), 200, "what GET gave is PUT");
    let moved = client.ask(Method::PUT, "/api/seats/A/2", "", Some(json!({"hall": "B", "num": 2, "price": 5}))).await;
    moved.is_problem(400, "invalid", "Invalid input.", &json!({"hall": ["This field cannot be changed."]}));
    assert_eq!(client.ask(Method::DELETE, "/api/seats/A", "", None).await.code(), 404);
    assert_eq!(client.ask(Method::DELETE, "/api/seats/A/2", "", None).await.code(), 204);
    let left = client.get("/api/seats", "").await.json();
    assert_eq!((&left["count"], &left["results"][0]["num"]), (&json!(2), &json!(1)), "one of them is gone: {left}");

    let paths: Vec<&String> = document["paths"].as_object().expect("paths").keys().collect();
    assert_eq!(paths, ["/seats", "/seats/{hall}/{num}", "/seats/{hall}/{num}/look"]);
    let parameters = document["paths"]["/seats/{hall}/{num}"]["get"]["parameters"].as_array().expect("two").clone();
    let in_path = parameters.iter().filter(|one| one["in"] == "path");
    let told: Vec<_> = in_path.map(|one| (&one["name"], &one["schema"]["type"])).collect();
    assert_eq!(told, [(&json!("hall"), &json!("string")), (&json!("num"), &json!("integer"))]);
}

#[every_database(sqlite, because = "nothing is asked of the database")]
async fn a_look_up_by_what_is_not_unique_is_refused(db: TestDb) {
    let refused = Api::new("Hall", "1", db.db().clone()).auth(auth()).mount(ByRank).build().err().expect("refused");
    let words = "it looks up by `rank`, which the model does not say is unique";
    assert!(refused.to_string().contains(words), "{refused}");
}

mod token {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "hall_token")]
    #[refrain(app = "hall", model = "Token")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(unique)]
        pub word: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = token)]
struct Token {
    #[serializer(read_only)]
    id: i64,
    word: String,
}

struct Tokens;

impl ViewSet for Tokens {
    type Serializer = Token;
    const PATH: &'static str = "/tokens";

    fn permissions() -> Access<token::Entity> {
        Access::to(AllowAny)
    }

    fn lookup() -> token::Column {
        token::Column::Word
    }
}

/// The model says that a column is unique, and its table does not.
#[every_database]
async fn of_two_rows_none_is_picked(db: TestDb) {
    let sql = "CREATE TABLE hall_token (id BIGINT PRIMARY KEY, word VARCHAR(20) NOT NULL)";
    db.db().execute_unprepared(sql).await.expect("a table is made");
    for id in [1, 2] {
        let row = token::ActiveModel { id: Set(id), word: Set("x".to_owned()) };
        token::Entity::insert(row).exec_without_returning(db.db()).await.expect("a row is made");
    }
    let api = Api::new("Hall", "1", db.db().clone()).auth(auth()).mount(Tokens).build().expect("the parts fit");
    let client = Client::new(api);
    for method in [Method::GET, Method::DELETE, Method::PATCH, Method::PUT] {
        let answer = client.ask(method, "/api/tokens/x", "", Some(json!({"word": "y"}))).await;
        assert_eq!(answer.code(), 500, "{}", answer.text);
    }
    let rows = token::Entity::find().all(db.db()).await.expect("they are read");
    assert_eq!(rows.iter().map(|row| &*row.word).collect::<Vec<_>>(), ["x", "x"]);
}

mod country {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "hall_country")]
    #[refrain(app = "hall", model = "Country")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false, column_type = "Char(Some(6))")]
        pub code: String,
        #[sea_orm(column_type = "Char(Some(6))", nullable)]
        pub alias: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = country)]
struct Country {
    code: String,
    alias: Option<String>,
}

struct Countries;

impl ViewSet for Countries {
    type Serializer = Country;
    const PATH: &'static str = "/countries";

    fn permissions() -> Access<country::Entity> {
        Access::to(AllowAny)
    }

    fn filters() -> Vec<Filter<country::Column>> {
        vec![country::Column::Alias.into()]
    }
}

/// PostgreSQL pads a `char(6)`: a key of it is refused there, and any other is the same text on every database.
#[every_database]
async fn padded_text(db: TestDb) {
    let api = Api::new("Hall", "1", db.db().clone()).auth(auth()).mount(Countries).build();
    if db.backend() == refrain_testing::Backend::Postgres {
        let refused = api.err().expect("refused").to_string();
        assert!(
            refused.contains("the key `code` is a `char`, which PostgreSQL pads: make it a `varchar`"),
            "{refused}"
        );
        return;
    }
    table(db.db(), country::Entity).await;
    let client = Client::new(api.expect("the parts fit"));
    let made = client.ask(Method::POST, "/api/countries", "", Some(json!({"code": "abc", "alias": "x "}))).await;
    assert_eq!(made.json(), json!({"code": "abc", "alias": "x"}));
    assert_eq!(client.get("/api/countries/abc", "").await.code(), 200);
    assert_eq!(client.get("/api/countries?alias=x", "").await.json()["count"], 1);
    assert_eq!(client.get("/api/countries?alias=x%20", "").await.json()["count"], 1);
}

seats!(
    ByNum,
    "/by-num",
    fn lookup() -> seat::Column {
        seat::Column::Num
    }
);

#[every_database(sqlite, because = "nothing is asked of the database")]
async fn part_of_a_key_is_no_key(db: TestDb) {
    let refused = Api::new("Hall", "1", db.db().clone()).auth(auth()).mount(ByNum).build().err().expect("refused");
    assert!(refused.to_string().contains("it looks up by `num`, which the model does not say is unique"), "{refused}");
}
