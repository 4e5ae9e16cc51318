//! Paths below another viewset's rows, and keys in bodies: the parent is looked for first, what is found or made below
//! it belongs to it, and nobody finds out by a key what they may not see.

use poem::http::Method;
use refrain::{
    Access, Action, AllowAny, Api, Context, Error, IsAuthenticated, IsOwner, ModelPermissions, Nested, Operators,
    PermissionClass, Problem, Reference, Result, Rule, Serializer, Through, ViewSet, async_trait, auth::NewUser,
    model::Models,
};
use refrain_testing::{Backend, TestDb, counted, every_database};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Schema,
};
use serde_json::{Value as Json, json};

use crate::support::{Answer, Car, Client, auth, car, car_of, user};

mod trip {
    use sea_orm::{entity::prelude::*, sea_query::Expr};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "nested_trip")]
    #[refrain(app = "drivers", model = "Trip")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub car_id: i64,
        pub spare_id: Option<i64>,
        pub aim: String,
        #[sea_orm(default_value = 1)]
        pub stars: i32,
        #[sea_orm(default_value = false)]
        pub done: bool,
        #[sea_orm(default_expr = "Expr::cust(\"7\")")]
        pub miles: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "crate::support::car::Entity",
            from = "Column::CarId",
            to = "crate::support::car::Column::Id"
        )]
        Car,
        #[sea_orm(
            belongs_to = "crate::support::car::Entity",
            from = "Column::SpareId",
            to = "crate::support::car::Column::Id",
            on_delete = "SetNull"
        )]
        Spare,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

struct Cars;

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsOwner)
    }
}

#[derive(Serializer)]
#[serializer(model = trip)]
struct Trip {
    #[serializer(read_only)]
    id: i32,
    car_id: i64,
    spare_id: Option<i64>,
    aim: String,
}

/// Trips, which anybody may see and make: what is below a car, and what a key points at, is another matter.
struct Trips;

impl ViewSet for Trips {
    type Serializer = Trip;
    const PATH: &'static str = "/trips";
    const BULK: &'static [Action] = &[Action::Create, Action::PartialUpdate, Action::Destroy];

    fn permissions() -> Access<trip::Entity> {
        Access::to(AllowAny)
    }

    fn nested() -> Vec<Nested<Self>> {
        vec![Nested::below::<Cars>("/cars/{car_id}/trips", trip::Column::CarId)]
    }

    async fn perform_create(
        &self,
        _: &Context<'_>,
        row: trip::ActiveModel,
        (): &(),
    ) -> Result<trip::ActiveModel, Problem> {
        // a hook that moves what is made elsewhere
        Ok(match row.aim.as_ref() == "stolen" {
            true => trip::ActiveModel { car_id: Set(2), ..row },
            false => row,
        })
    }
}

struct Site {
    client: Client,
    alice: String,
    bob: String,
    db: sea_orm::DatabaseConnection,
}

/// Car 1 is alice's, car 2 bob's; each with a trip of the same number.
async fn site(db: &TestDb) -> Site {
    let auth = auth();
    let schema = Schema::new(db.get_database_backend());
    db.execute(&schema.create_table_from_entity(trip::Entity)).await.unwrap();
    let models = Models::default().with::<car::Entity>().with::<trip::Entity>();
    auth.sync_permissions(db.db(), &models, &Default::default()).await.unwrap();
    let (alice, alices) = user(&auth, db, NewUser::new("alice"), &[]).await;
    let (bob, bobs) = user(&auth, db, NewUser::new("bob"), &[]).await;
    for (owner, name) in [(&alice, "hers"), (&bob, "his")] {
        let car = car_of(db, Some(owner), name).await;
        trip(db, car.id, name).await;
    }
    let api = Api::new("Nested", "1", db.db().clone()).auth(auth).mount(Cars).mount(Trips);
    Site { client: Client::new(api.build().unwrap()), alice: alices, bob: bobs, db: db.db().clone() }
}

async fn trip(db: &TestDb, car_id: i64, aim: &str) {
    let trip = trip::ActiveModel { car_id: Set(car_id), aim: Set(aim.to_owned()), ..Default::default() };
    trip.insert(db.db()).await.unwrap();
}

impl Site {
    async fn send(&self, method: Method, path: &str, body: Json) -> Answer {
        self.client.ask(method, path, &self.alice, Some(body)).await
    }

    async fn how_many(&self) -> u64 {
        trip::Entity::find().count(&self.db).await.unwrap()
    }
}

fn aims(answer: &Answer) -> Vec<String> {
    let page = answer.json();
    let rows = page["results"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    rows.iter().map(|row| row["aim"].as_str().unwrap_or_default().to_owned()).collect()
}

#[every_database]
async fn a_list_below_a_row_holds_what_belongs_to_it(db: TestDb) {
    let site = site(&db).await;
    assert_eq!(aims(&site.client.get("/api/trips", &site.alice).await), ["hers", "his"]);
    let below = site.client.get("/api/cars/1/trips", &site.alice).await;
    assert_eq!((aims(&below), below.json()["count"].as_u64()), (vec!["hers".to_owned()], Some(1)));
    assert_eq!(site.client.get("/api/cars/1/trips/1", &site.alice).await.json()["aim"], "hers");
    site.client.get("/api/cars/1/trips/2", &site.alice).await.is_problem(
        404,
        "not_found",
        "No Trip matches the given query.",
        &Json::Null,
    );
    assert_eq!(site.client.ask(Method::DELETE, "/api/cars/1/trips/2", &site.alice, None).await.code(), 404);
    assert_eq!(site.how_many().await, 2);
    assert_eq!(site.client.ask(Method::DELETE, "/api/cars/1/trips/1", &site.alice, None).await.code(), 204);
}

/// Missing and hidden parents are one answer, whatever is asked below them.
#[every_database]
async fn a_parent_that_is_hidden_is_one_that_is_not_there(db: TestDb) {
    let site = site(&db).await;
    for (method, below, body) in [
        (Method::GET, "", None),
        (Method::POST, "", Some(json!({"aim": "x"}))),
        (Method::POST, "", Some(json!("no object"))),
        (Method::GET, "/2", None),
        (Method::PATCH, "/2", Some(json!({"aim": "x"}))),
        (Method::DELETE, "/2", None),
    ] {
        for car in ["2", "99", "99999999999999999999"] {
            let path = format!("/api/cars/{car}/trips{below}");
            let answer = site.client.ask(method.clone(), &path, &site.alice, body.clone()).await;
            answer.is_problem(404, "not_found", "No Car matches the given query.", &Json::Null);
        }
    }
    assert_eq!(site.client.get("/api/cars/x/trips", &site.alice).await.code(), 404);
    assert_eq!(site.client.get("/api/cars/1/trips", "").await.code(), 404);
    assert_eq!(site.client.ask(Method::OPTIONS, "/api/cars/2/trips", &site.alice, None).await.code(), 200);
    assert_eq!(site.client.ask(Method::PUT, "/api/cars/2/trips", &site.alice, None).await.code(), 405);
    assert_eq!(site.how_many().await, 2);
}

/// Whoever may see the parent sees below it what the rows' own rule admits, and no more.
#[every_database]
async fn below_a_row_the_rows_own_rule_holds_too(db: TestDb) {
    #[derive(Clone, Copy, Operators)]
    struct IsDone;
    #[async_trait]
    impl PermissionClass for IsDone {
        type Model = trip::Entity;
        async fn rows(&self, _: &Context<'_>) -> Result<Rule> {
            Ok(Rule::when(trip::Column::Done.eq(true)))
        }
    }
    struct Done;
    impl ViewSet for Done {
        type Serializer = Trip;
        const PATH: &'static str = "/done";
        fn permissions() -> Access<trip::Entity> {
            Access::to(IsDone)
        }
        fn nested() -> Vec<Nested<Self>> {
            vec![Nested::below::<Cars>("/cars/{car_id}/done", trip::Column::CarId)]
        }
    }
    let Site { alice, bob, db, .. } = site(&db).await;
    for car_id in [1, 2] {
        let done =
            trip::ActiveModel { car_id: Set(car_id), aim: Set("done".into()), done: Set(true), ..Default::default() };
        done.insert(&db).await.unwrap();
    }
    let client = Client::new(Api::new("Nested", "1", db.clone()).auth(auth()).mount(Cars).mount(Done).build().unwrap());
    assert_eq!(aims(&client.get("/api/done", &alice).await), ["done", "done"]);
    let below = client.get("/api/cars/1/done", &alice).await;
    assert_eq!((aims(&below), &below.json()["results"][0]["car_id"]), (vec!["done".to_owned()], &json!(1)));
    assert_eq!(client.get("/api/cars/1/done", &bob).await.code(), 404);
    // her own car's trip that is not done, and one of bob's car that is
    for path in ["/api/cars/1/done/1", "/api/cars/1/done/4"] {
        for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
            let answer = client.ask(method.clone(), path, &alice, Some(json!({"aim": "x"}))).await;
            answer.is_problem(404, "not_found", "No Trip matches the given query.", &Json::Null);
        }
    }
    let made = client.ask(Method::POST, "/api/cars/1/done", &alice, Some(json!({"aim": "x"}))).await;
    assert_eq!(made.code(), 403, "{}", made.text);
    assert_eq!(client.ask(Method::PATCH, "/api/cars/1/done/3", &alice, Some(json!({"aim": "x"}))).await.code(), 200);
}

/// Such a path offers what it says, whatever the viewset offers elsewhere.
#[every_database]
async fn a_path_below_a_row_may_offer_less(db: TestDb) {
    struct Listed;
    impl ViewSet for Listed {
        type Serializer = Trip;
        const PATH: &'static str = "/listed";
        fn permissions() -> Access<trip::Entity> {
            Access::to(AllowAny)
        }
        fn nested() -> Vec<Nested<Self>> {
            vec![Nested::below::<Cars>("/cars/{car_id}/listed", trip::Column::CarId).only(&[Action::List])]
        }
    }
    let Site { alice, db, .. } = site(&db).await;
    let built = Api::new("Nested", "1", db.clone()).auth(auth()).mount(Cars).mount(Listed).build().unwrap();
    let document: Json = serde_json::from_str(built.document()).unwrap();
    let methods: Vec<&String> = document["paths"]["/cars/{car_id}/listed"].as_object().unwrap().keys().collect();
    assert_eq!(methods, ["get"]);
    let client = Client::new(built);
    let ask = async |method: Method, path: &str| {
        let answer = client.ask(method, path, &alice, Some(json!({"aim": "x", "car_id": 1}))).await;
        answer.code()
    };
    assert_eq!(aims(&client.get("/api/cars/1/listed", &alice).await), ["hers"]);
    assert_eq!(ask(Method::POST, "/api/cars/1/listed").await, 405);
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        assert!(matches!(ask(method.clone(), "/api/cars/1/listed/1").await, 404 | 405), "{method}");
    }
    assert_eq!(ask(Method::PATCH, "/api/listed/1").await, 200);
}

/// Lists of rows keep to the parent and to keys that may be named, as single rows do.
#[every_database]
async fn lists_below_a_row_hold_what_belongs_to_it(db: TestDb) {
    let site = site(&db).await;
    let bulk = "/api/cars/1/trips/bulk";
    let made = site.send(Method::POST, bulk, json!([{"aim": "sea"}, {"aim": "lake", "car_id": 1}])).await;
    assert_eq!(made.code(), 201, "{}", made.text);
    assert!(made.json().as_array().unwrap().iter().all(|trip| trip["car_id"] == 1), "{}", made.text);
    let before = site.how_many().await;
    let elsewhere = json!([{"aim": "sea"}, {"aim": "lake", "car_id": 2}]);
    let sentence = "This is not the one that the path names.";
    let elsewhere = site.send(Method::POST, bulk, elsewhere).await;
    elsewhere.is_problem(400, "invalid", "Invalid input.", &json!({"1.car_id": [sentence]}));
    let hidden = site.send(Method::POST, bulk, json!([{"aim": "sea"}, {"aim": "lake", "spare_id": 2}])).await;
    let sentence = hidden.json()["errors"]["1.spare_id"][0].clone();
    assert_eq!((hidden.code(), sentence.is_string()), (400, true), "{}", hidden.text);
    let missing = site.send(Method::POST, bulk, json!([{"aim": "sea"}, {"aim": "lake", "spare_id": 99}])).await;
    assert_eq!(missing.text, hidden.text, "one of a row that is hidden is one of no row");
    assert_eq!(site.send(Method::POST, bulk, json!([{"aim": "sea"}, {"aim": "stolen"}])).await.code(), 403);

    let change = |id: i64, changes: Json| json!({"id": id, "changes": changes});
    let other = json!([change(1, json!({"aim": "x"})), change(2, json!({"aim": "x"}))]);
    let sentence = "No Trip matches the given query.";
    let other = site.send(Method::PATCH, bulk, other).await;
    other.is_problem(404, "not_found", sentence, &json!({"1": [sentence]}));
    let hidden = site.send(Method::PATCH, bulk, json!([change(1, json!({"aim": "x", "spare_id": 2}))])).await;
    assert_eq!((hidden.code(), hidden.json()["errors"]["0.changes.spare_id"].is_array()), (400, true));
    let own = site.send(Method::PATCH, bulk, json!([change(1, json!({"aim": "far", "spare_id": 1}))])).await;
    assert_eq!((own.code(), &own.json()[0]["aim"]), (200, &json!("far")), "{}", own.text);
    let delete = format!("{bulk}/delete");
    assert_eq!(site.send(Method::POST, &delete, json!([{"id": 1}, {"id": 2}])).await.code(), 404);
    for path in ["/api/cars/2/trips/bulk", "/api/cars/99/trips/bulk"] {
        let refused = site.send(Method::POST, path, json!("no list")).await;
        refused.is_problem(404, "not_found", "No Car matches the given query.", &Json::Null);
    }
    assert_eq!(site.how_many().await, before);
    assert_eq!(site.send(Method::POST, &delete, json!([{"id": 1}])).await.code(), 204);
}

#[every_database]
async fn a_new_row_below_a_row_belongs_to_it(db: TestDb) {
    let site = site(&db).await;
    let made = site.send(Method::POST, "/api/cars/1/trips", json!({"aim": "sea"})).await;
    assert_eq!((made.code(), &made.json()["car_id"]), (201, &json!(1)), "{}", made.text);
    assert_eq!(site.send(Method::POST, "/api/cars/1/trips", json!({"aim": "sea", "car_id": 1})).await.code(), 201);
    let refused = json!({"car_id": ["This is not the one that the path names."]});
    for (method, path) in [
        (Method::POST, "/api/cars/1/trips"),
        (Method::PATCH, "/api/cars/1/trips/1"),
        (Method::PUT, "/api/cars/1/trips/1"),
    ] {
        let answer = site.send(method, path, json!({"aim": "x", "car_id": 2})).await;
        answer.is_problem(400, "invalid", "Invalid input.", &refused);
    }
    // nor does a hook take it away from there
    let answer = site.send(Method::POST, "/api/cars/1/trips", json!({"aim": "stolen"})).await;
    assert_eq!(answer.code(), 403, "{}", answer.text);
    let put = site.send(Method::PUT, "/api/cars/1/trips/1", json!({"aim": "far"})).await;
    assert_eq!((put.code(), &put.json()["car_id"]), (200, &json!(1)), "{}", put.text);
    let bobs = trip::Entity::find().filter(trip::Column::CarId.eq(2)).count(&site.db).await.unwrap();
    assert_eq!((site.how_many().await, bobs), (4, 1));
}

/// A key of a row that is hidden is told as one of no row, and after the row's own rule.
#[every_database]
async fn keys_in_bodies_name_rows_that_the_caller_may_retrieve(db: TestDb) {
    let site = site(&db).await;
    let refused = |field: &str| json!({field: ["Invalid pk - object does not exist."]});
    for car in [2, 99] {
        let answer = site.send(Method::POST, "/api/trips", json!({"aim": "x", "car_id": car})).await;
        answer.is_problem(400, "invalid", "Invalid input.", &refused("car_id"));
        let answer = site.send(Method::POST, "/api/trips", json!({"aim": "x", "car_id": 1, "spare_id": car})).await;
        answer.is_problem(400, "invalid", "Invalid input.", &refused("spare_id"));
        let answer = site.send(Method::PATCH, "/api/trips/1", json!({"spare_id": car})).await;
        answer.is_problem(400, "invalid", "Invalid input.", &refused("spare_id"));
        let answer = site.send(Method::POST, "/api/trips", json!({"aim": "x", "car_id": car, "spare_id": car})).await;
        let both = json!({
            "car_id": ["Invalid pk - object does not exist."],
            "spare_id": ["Invalid pk - object does not exist."],
        });
        answer.is_problem(400, "invalid", "Invalid input.", &both);
    }
    assert_eq!(site.how_many().await, 2);
    assert_eq!(
        site.send(Method::POST, "/api/trips", json!({"aim": "x", "car_id": 1, "spare_id": 1})).await.code(),
        201
    );
    assert_eq!(site.send(Method::PATCH, "/api/trips/1", json!({"spare_id": null})).await.code(), 200);
    // bob's trip has his car: what stays as it is is not asked about
    let kept = site.send(Method::PUT, "/api/trips/2", json!({"aim": "kept", "car_id": 2, "spare_id": null})).await;
    assert_eq!(kept.code(), 200, "{}", kept.text);
    let answer = site.client.ask(Method::PATCH, "/api/trips/2", &site.bob, Some(json!({"car_id": 1}))).await;
    answer.is_problem(400, "invalid", "Invalid input.", &refused("car_id"));
}

#[every_database]
async fn the_rows_rule_speaks_before_its_keys(db: TestDb) {
    struct Ruled;
    impl ViewSet for Ruled {
        type Serializer = Trip;
        const PATH: &'static str = "/trips";
        fn permissions() -> Access<trip::Entity> {
            Access::to(Through::<Cars>::by(trip::Column::CarId))
        }
        fn references() -> Vec<Reference<trip::Entity>> {
            vec![Reference::unchecked(trip::Column::SpareId)]
        }
    }
    let Site { alice, db, .. } = site(&db).await;
    let api = Api::new("Nested", "1", db.clone()).auth(auth()).mount(Cars).mount(Ruled);
    let client = Client::new(api.build().unwrap());
    let post = async |body: Json| client.ask(Method::POST, "/api/trips", &alice, Some(body)).await;
    for car in [2, 99] {
        assert_eq!(post(json!({"aim": "x", "car_id": car})).await.code(), 403);
    }
    // a row that the database refuses is judged with what it would have been given by default
    assert_eq!(post(json!({"aim": "x", "car_id": 1, "spare_id": 99})).await.code(), 400);
    // what is said to be unchecked is any row there is
    assert_eq!(post(json!({"aim": "x", "car_id": 1, "spare_id": 2})).await.code(), 201);
}

/// Of a model that no viewset serves the permissions are said where the key is.
#[every_database]
async fn rows_without_a_viewset_are_named_by_permissions(db: TestDb) {
    struct Alone;
    impl ViewSet for Alone {
        type Serializer = Trip;
        const PATH: &'static str = "/trips";
        fn permissions() -> Access<trip::Entity> {
            Access::to(IsAuthenticated)
        }
        fn references() -> Vec<Reference<trip::Entity>> {
            vec![Reference::among::<car::Entity>(trip::Column::CarId, IsOwner | ModelPermissions)]
        }
    }
    let Site { alice, db, .. } = site(&db).await;
    let client = Client::new(Api::new("Nested", "1", db.clone()).auth(auth()).mount(Alone).build().unwrap());
    let post = async |car: i64| {
        client.ask(Method::POST, "/api/trips", &alice, Some(json!({"aim": "x", "car_id": car}))).await.code()
    };
    assert_eq!([post(1).await, post(2).await, post(99).await], [201, 400, 400]);
}

/// What the guide says of statements: none more for a list, one for a parent, one for all keys of a body.
#[every_database]
async fn what_parents_and_keys_cost(db: TestDb) {
    struct Followed;
    impl ViewSet for Followed {
        type Serializer = Trip;
        const PATH: &'static str = "/trips";
        fn permissions() -> Access<trip::Entity> {
            Access::to(Through::<Cars>::by(trip::Column::CarId))
        }
        fn nested() -> Vec<Nested<Self>> {
            vec![Nested::below::<Cars>("/cars/{car_id}/trips", trip::Column::CarId)]
        }
        fn references() -> Vec<Reference<trip::Entity>> {
            vec![Reference::unchecked(trip::Column::CarId)]
        }
    }
    let Site { alice, .. } = site(&db).await;
    let (counting, counter) = counted(&db);
    let api = Api::new("Nested", "1", counting).auth(auth()).mount(Cars).mount(Followed);
    let client = Client::new(api.build().unwrap());
    // PostgreSQL looks at no row before its lock; how its transactions are isolated is found out by the first write
    let look = usize::from(db.backend() != Backend::Postgres);
    let first = json!({"aim": "first", "car_id": 1});
    assert_eq!(client.ask(Method::POST, "/api/trips", &alice, Some(first)).await.code(), 201);
    for (what, method, path, body, statements) in [
        ("a list: its reader, the count, the page", Method::GET, "/api/trips", None, 3),
        ("a row: its reader, the row", Method::GET, "/api/trips/1", None, 2),
        ("below a parent: the parent too", Method::GET, "/api/cars/1/trips", None, 4),
        ("a row below it", Method::GET, "/api/cars/1/trips/1", None, 3),
        // the caller, the same afresh, the row, what it became
        ("a new row", Method::POST, "/api/trips", Some(json!({"aim": "x", "car_id": 1})), 4),
        ("with a key to check", Method::POST, "/api/trips", Some(json!({"aim": "x", "car_id": 1, "spare_id": 1})), 5),
        // the caller, the lock, the caller afresh, the row by what other tables say, the update, what it became
        ("a change", Method::PATCH, "/api/trips/1", Some(json!({"aim": "y"})), 6 + look),
    ] {
        counter.take();
        let answer = client.ask(method, path, &alice, body).await;
        assert!(answer.status.is_success(), "{what}: {}", answer.text);
        let sql = counter.take();
        assert_eq!(sql.len(), statements, "{what}: {sql:#?}");
    }
}

/// What cannot be told apart is refused when the API is built.
#[every_database]
async fn paths_and_keys_that_say_nothing_are_refused(db: TestDb) {
    struct OtherCars;
    impl ViewSet for OtherCars {
        type Serializer = Car;
        const PATH: &'static str = "/other-cars";
        fn permissions() -> Access<car::Entity> {
            Access::to(AllowAny)
        }
    }
    struct Astray;
    impl ViewSet for Astray {
        type Serializer = Trip;
        const PATH: &'static str = "/cars/{car_id}/trips";
        fn permissions() -> Access<trip::Entity> {
            Access::to(AllowAny)
        }
    }
    struct Plain;
    impl ViewSet for Plain {
        type Serializer = Trip;
        const PATH: &'static str = "/plain";
        fn permissions() -> Access<trip::Entity> {
            Access::to(AllowAny)
        }
        fn nested() -> Vec<Nested<Self>> {
            vec![Nested::below::<Cars>("/cars/trips", trip::Column::CarId)]
        }
    }
    let new = || Api::new("Nested", "1", db.db().clone());
    let said = |built: refrain::Result<refrain::BuiltApi>| match built {
        Err(Error::Wiring(message)) => message,
        _ => panic!("it was built"),
    };
    let message = said(new().mount(Cars).mount(OtherCars).mount(Trips).build());
    assert!(message.contains("`Cars` and `OtherCars`") && message.contains("Reference::to::<Cars>"), "{message}");
    assert!(said(new().mount(Cars).mount(Astray).build()).contains("`fn nested()`"));
    assert!(said(new().mount(Cars).mount(Plain).build()).contains("one variable names"));
    assert!(said(new().mount(Trips).build()).contains("not mounted"));
}

/// The same routes as the viewset's own, under names of their own; a body need not say what the path does.
#[every_database]
async fn the_document_has_the_paths_below(db: TestDb) {
    let api = Api::new("Nested", "1", db.db().clone()).mount(Cars).mount(Trips).build().unwrap();
    let document: Json = serde_json::from_str(api.document()).unwrap();
    let list = &document["paths"]["/cars/{car_id}/trips"]["get"];
    assert_eq!(list["operationId"], "cars_trips_list");
    assert_eq!(list["parameters"][0]["name"], "car_id");
    assert_eq!(list["parameters"][0]["schema"]["type"], "integer");
    let post = &document["paths"]["/cars/{car_id}/trips"]["post"];
    let name = post["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str().unwrap();
    assert_eq!(name, "#/components/schemas/CarsTripsInput");
    assert_eq!(document["components"]["schemas"]["CarsTripsInput"]["required"], json!(["aim"]));
    let names: Vec<&str> = document["paths"]["/cars/{car_id}/trips/{id}"]["patch"]["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|parameter| parameter["in"] == "path")
        .filter_map(|parameter| parameter["name"].as_str())
        .collect();
    assert_eq!(names, ["car_id", "id"]);
    let explained = api.explain(None, &Method::GET, "/api/cars/1/trips").await.unwrap();
    assert_eq!(explained.outcome.status, Some(404));
}
