//! What handlers of a program's own can ask: what a caller may do with a row, and how its viewset shows it. And who may,
//! where a viewset speaks of reading and writing.

use poem::http::Method;
use poem_openapi::{OpenApi, payload::Json as Payload};
use refrain::{
    Access, Action, AllowAny, Api, CollectionAction, HasPerm, IsAuthenticated, IsOwner, Listed, Locked, Problem, Row,
    RowAction, Rows, ShownRow, Valid, ViewSet, auth::NewUser, serializer::Patched,
};
use refrain_testing::{TestDb, counted, every_database};
use sea_orm::{ActiveValue::Set, QueryOrder};
use serde_json::{Value as Json, json};

use crate::support::{Answer, Car, Client, auth, car, car_of, sync, user};

/// Everybody reads, owners write, and deleting asks for more.
struct Cars;

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
            .reading(AllowAny)
            .writing(IsAuthenticated & IsOwner)
            .on(Action::Destroy, HasPerm("drivers.delete_car"))
    }
}

macro_rules! row_action {
    ($name:ident, $word:literal, $method:ident, $permissions:expr) => {
        struct $name;
        impl RowAction for $name {
            type Of = Cars;
            const NAME: &'static str = $word;
            const METHOD: Method = Method::$method;
            fn permissions() -> Access<car::Entity> {
                $permissions
            }
        }
    };
}

row_action!(Rights, "rights", GET, Access::global());
row_action!(Show, "show", GET, Access::global());
row_action!(Publish, "publish", POST, Access::to(IsOwner));

struct AllRights;

impl CollectionAction for AllRights {
    type Of = Cars;
    const NAME: &'static str = "all_rights";
    const METHOD: Method = Method::GET;
}

struct Handlers;

#[OpenApi]
impl Handlers {
    #[oai(path = "/cars/:id/rights", method = "get")]
    async fn rights(&self, id: Row<Rights>) -> Result<Payload<Vec<String>>, Problem> {
        Ok(Payload(id.permissions().await?.into_iter().map(str::to_owned).collect()))
    }

    #[oai(path = "/cars/:id/show", method = "get")]
    async fn show(&self, id: Row<Show>) -> Result<ShownRow<Cars>, Problem> {
        id.show().await
    }

    #[oai(path = "/cars/:id/publish", method = "post")]
    async fn publish(&self, id: Locked<Publish>, to: Valid<Patched<Car>>) -> Result<ShownRow<Cars>, Problem> {
        assert!(id.permissions().await?.contains(&"publish"));
        // what was read derefs to the body
        let changes = car::ActiveModel { published: Set(true), ..to.row.clone() };
        let shown = id.save_and_show(changes).await?;
        assert!(shown.json().starts_with('{'));
        Ok(shown)
    }

    #[oai(path = "/cars/rights", method = "get")]
    async fn all_rights(&self, rows: Rows<AllRights>) -> Result<Payload<Vec<Vec<String>>>, Problem> {
        let cars = rows.rows.clone().order_by_asc(car::Column::Id).all(&rows.db()).await?;
        let rights = rows.permissions_of(&cars).await?;
        Ok(Payload(rights.into_iter().map(|of| of.into_iter().map(str::to_owned).collect()).collect()))
    }
}

#[every_database]
async fn handlers_ask_what_the_routes_ask(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (_, deleter) = user(&auth, &db, NewUser::new("bob"), &["delete"]).await;
    let hers = car_of(&db, Some(&alice), "hers").await.id;
    let other = car_of(&db, None, "nobody's").await.id;
    let (counting, counter) = counted(&db);
    let api = Api::new("Drivers", "1", counting).auth(auth).mount(Cars).with(Handlers).build().expect("the parts fit");
    let document: Json = serde_json::from_str(api.document()).unwrap();
    let shown = &document["paths"]["/cars/{id}/show"]["get"]["responses"]["200"]["content"]["application/json"];
    assert_eq!(shown["schema"]["$ref"], "#/components/schemas/Car");
    let client = Client::new(api);
    let get = async |path: &str, token: &str| client.get(&format!("/api/cars/{path}"), token).await;

    for (token, on_hers, on_other) in [
        (token.as_str(), json!(["view", "change", "publish", "rights", "show"]), json!(["view", "rights", "show"])),
        (&deleter, json!(["view", "delete", "rights", "show"]), json!(["view", "delete", "rights", "show"])),
        ("", json!(["view", "rights", "show"]), json!(["view", "rights", "show"])),
    ] {
        let sorted = |told: &Json| {
            let mut told: Vec<String> = serde_json::from_value(told.clone()).unwrap();
            told.sort();
            told
        };
        for (row, expected) in [(hers, &on_hers), (other, &on_other)] {
            let told = get(&format!("{row}/rights"), token).await;
            assert_eq!(told.code(), 200, "{}", told.text);
            assert_eq!(sorted(&told.json()), sorted(expected));
        }
        counter.take();
        let all = get("rights", token).await.json();
        assert_eq!((sorted(&all[0]), sorted(&all[1])), (sorted(&on_hers), sorted(&on_other)));
        let asked = usize::from(!token.is_empty());
        assert!(counter.take().len() <= asked + 3, "the rights of all rows are one statement");
    }

    let row = get(&hers.to_string(), &token).await;
    let shown = get(&format!("{hers}/show"), &token).await;
    assert_eq!((shown.code(), &shown.text, shown.header("etag")), (200, &row.text, row.header("etag")));

    let publish = async |row: i64, token: &str, body: Json| {
        client.ask(Method::POST, &format!("/api/cars/{row}/publish"), token, Some(body)).await
    };
    let done = publish(hers, &token, json!({"name": "shiny"})).await;
    assert_eq!((done.code(), &done.json()["name"], &done.json()["published"]), (200, &json!("shiny"), &json!(true)));
    let now = get(&hers.to_string(), &token).await;
    assert_eq!((&now.text, now.header("etag")), (&done.text, done.header("etag")));
    assert_eq!(publish(hers, &token, json!({"owner_id": null})).await.code(), 403, "it is judged as it becomes");
    assert_eq!(get(&hers.to_string(), &token).await.text, now.text);
    assert_eq!(publish(other, &token, json!({})).await.code(), 403);
}

#[every_database]
async fn reading_and_writing_can_ask_for_two_things(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (_, deleter) = user(&auth, &db, NewUser::new("bob"), &["delete"]).await;
    let path = format!("/api/cars/{}", car_of(&db, Some(&alice), "hers").await.id);
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Cars).with(Handlers);
    let client = Client::new(api.build().expect("the parts fit"));
    let ask = async |method: Method, path: &str, token: &str| -> Answer {
        let body = (!method.is_safe()).then(|| json!({"name": "x"}));
        client.ask(method, path, token, body).await
    };
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        for path in [path.as_str(), "/api/cars"] {
            assert_eq!(ask(method.clone(), path, "").await.code(), 200, "{method} {path}");
        }
    }
    for (method, path) in [(Method::PATCH, path.as_str()), (Method::PUT, &path), (Method::POST, "/api/cars")] {
        assert_eq!(ask(method.clone(), path, "").await.code(), 401, "{method} {path}");
    }
    assert_eq!(ask(Method::PATCH, &path, &deleter).await.code(), 403);
    assert_eq!(ask(Method::PATCH, &path, &token).await.code(), 200);
    let made = ask(Method::POST, "/api/cars", &token).await;
    assert_eq!((made.code(), &made.json()["name"]), (201, &json!("x")));
    // what is said of one action stands before what is said of writing
    assert_eq!(ask(Method::DELETE, &path, &token).await.code(), 403);
    assert_eq!(ask(Method::DELETE, &path, &deleter).await.code(), 204);
}

/// A safe action that says nothing shows what its row's route shows, or its list, to whom they show it.
#[every_database]
async fn a_safe_action_that_says_nothing_asks_what_its_route_asks(db: TestDb) {
    struct Private;
    impl ViewSet for Private {
        type Serializer = Car;
        const PATH: &'static str = "/cars";
        fn permissions() -> Access<car::Entity> {
            Access::to(AllowAny).on(Action::Retrieve, IsOwner).on(Action::List, IsAuthenticated)
        }
    }
    struct Name;
    impl RowAction for Name {
        type Of = Private;
        const NAME: &'static str = "name";
        const METHOD: Method = Method::GET;
    }
    struct Count;
    impl CollectionAction for Count {
        type Of = Private;
        const NAME: &'static str = "count";
        const METHOD: Method = Method::GET;
    }
    struct Handlers;
    #[OpenApi]
    impl Handlers {
        #[oai(path = "/cars/:id/name", method = "get")]
        async fn name(&self, id: Row<Name>) -> Payload<String> {
            Payload(id.name.clone())
        }

        #[oai(path = "/cars/count", method = "get")]
        async fn count(&self, rows: Rows<Count>) -> Result<Payload<usize>, Problem> {
            Ok(Payload(rows.rows.clone().all(&rows.db()).await?.len()))
        }
    }
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (_, bob) = user(&auth, &db, NewUser::new("bob"), &[]).await;
    let path = format!("/api/cars/{}", car_of(&db, Some(&alice), "hers").await.id);
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Private).with(Handlers);
    let client = Client::new(api.build().expect("the parts fit"));
    for token in [token.as_str(), &bob, ""] {
        let (row, list) = (client.get(&path, token).await.code(), client.get("/api/cars", token).await.code());
        assert_eq!(client.get(&format!("{path}/name"), token).await.code(), row);
        assert_eq!(client.get("/api/cars/count", token).await.code(), list);
    }
    assert_eq!(client.get(&format!("{path}/name"), &bob).await.code(), 404);
    assert_eq!(client.get("/api/cars/count", "").await.code(), 401);
}

/// A handler that belongs to no viewset, and a page beside the API: both are handed what the list would show.
#[every_database]
async fn any_handler_can_ask_for_what_is_listed(db: TestDb) {
    use poem::{EndpointExt, Route, get, handler, test::TestClient};

    struct Own;

    impl ViewSet for Own {
        type Serializer = Car;
        const PATH: &'static str = "/own";

        fn permissions() -> Access<car::Entity> {
            Access::to(IsOwner).on(Action::Destroy, HasPerm("drivers.delete_car"))
        }
    }

    struct Plain;

    #[OpenApi]
    impl Plain {
        #[oai(path = "/report", method = "get")]
        async fn report(&self, cars: Listed<Own>) -> Result<Payload<Vec<String>>, Problem> {
            told(&cars).await.map(Payload)
        }

        #[oai(path = "/first", method = "get")]
        async fn first(&self, cars: Listed<Own>) -> Result<ShownRow<Own>, Problem> {
            let car = cars.rows.clone().one(&cars.db()).await?.ok_or_else(Problem::not_found)?;
            cars.show(&car).await
        }
    }

    async fn told(cars: &Listed<Own>) -> Result<Vec<String>, Problem> {
        let rows = cars.rows.clone().order_by_asc(car::Column::Id).all(&cars.db()).await?;
        let may = cars.permissions_of(&rows).await?;
        let line = |(car, may): (&car::Model, &Vec<&str>)| format!("{}: {}", car.name, may.join(" "));
        Ok(rows.iter().zip(&may).map(line).collect())
    }

    #[handler]
    async fn page(cars: Listed<Own>) -> Result<String, Problem> {
        Ok(told(&cars).await?.join(", "))
    }

    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &["delete"]).await;
    let hers = car_of(&db, Some(&alice), "hers").await;
    car_of(&db, None, "nobody's").await;
    let (counting, counter) = counted(&db);
    let api = || Api::new("Drivers", "1", counting.clone()).auth(auth.clone());
    let built = api().mount(Own).with(Plain).build().unwrap();
    let pages = Route::new().at("/page", get(page).with(built.guarding(AllowAny).unwrap()));
    let pages = TestClient::new(pages);
    let client = Client::new(built);

    counter.take();
    let report = client.get("/api/report", &token).await;
    assert_eq!(report.json(), json!(["hers: view change delete"]));
    assert_eq!(counter.take().len(), 4, "the caller, what they hold, the rows, what may be done with them");
    let first = client.get("/api/first", &token).await;
    let retrieved = client.get(&format!("/api/own/{}", hers.id), &token).await;
    assert_eq!((first.text.as_str(), first.header("etag")), (retrieved.text.as_str(), retrieved.header("etag")));
    assert_eq!(client.get("/api/report", "").await.code(), 401);

    let response = pages.get("/page").header("authorization", format!("Token {token}")).send().await;
    response.assert_text("hers: view change delete").await;
    // whoever may not list is refused as there, though everybody opens the page
    pages.get("/page").send().await.assert_status(poem::http::StatusCode::UNAUTHORIZED);

    let unmounted = Client::new(api().with(Plain).build().unwrap());
    let answer = unmounted.get("/api/report", &token).await;
    assert_eq!(answer.code(), 500);
    answer.tells_nothing_of_the_inside();
}
