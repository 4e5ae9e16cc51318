//! What a list tells: pages that meet, filters and orders over the columns named and no others, and never a word of a
//! row the caller may not see. Keys of every type, and viewsets with some of the routes only.

use poem::http::Method;
use refrain::{
    Access, Action, AllowAny, Api, Context, Filter, HasPerm, IsOwner, Pagination, Problem, Serializer, ViewSet,
    api::Part,
    auth::{NewUser, User},
};
use refrain_testing::{TestDb, every_database};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait,
    QueryFilter, Schema, Select, sea_query::ExprTrait,
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::support::{
    self, Answer, Car, Client, Rules, api, auth, car, car_of, sync, user,
    wire::{Sent, Wire},
};

struct Open;

impl Rules for Open {
    fn permissions() -> Access<car::Entity> {
        Access::to(AllowAny)
    }
}

struct Mine;

impl Rules for Mine {
    fn permissions() -> Access<car::Entity> {
        Access::to(HasPerm("drivers.view_car") | IsOwner)
    }
}

/// Over a real port: a test client does not tell the path a request came to.
async fn serve(api: Api<impl Part>) -> Wire {
    Wire::serve(api.build().expect("the parts fit").into_endpoint()).await
}

async fn get(site: &Wire, target: &str) -> Answer {
    site.ask("GET", target, &[], &Sent::Nothing).await
}

/// The rows of every page from this one on, and the address of the last.
async fn walk(site: &Wire, first: &str, link: &str) -> (Vec<Json>, String) {
    let (mut rows, mut at) = (Vec::new(), first.to_owned());
    for _ in 0..1000 {
        let page = get(site, &at).await;
        assert_eq!(page.code(), 200, "{at}: {}", page.text);
        let page = page.json();
        let here = page["results"].as_array().expect("results").clone();
        match link {
            "next" => rows.extend(here),
            _ => rows.splice(0..0, here).for_each(drop),
        }
        match page[link].as_str() {
            Some(link) => {
                assert!(link.starts_with("/api/"), "relative to the server: {link}");
                at = link.to_owned();
            }
            None => return (rows, at),
        }
    }
    panic!("the pages do not end");
}

fn ids(rows: &[Json]) -> Vec<i64> {
    rows.iter().map(|row| row["id"].as_i64().expect("an id")).collect()
}

async fn named(db: &DatabaseConnection, names: &[&str]) -> Vec<car::Model> {
    let mut cars = Vec::new();
    for name in names {
        cars.push(car_of(db, None, name).await);
    }
    cars
}

#[every_database]
async fn pages_meet_and_links_lead_there_and_back(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let names = ["b", "a", "c", "a", "b", "a", "c", "b", "a", "a", "c", "b", "a"];
    let cars = named(&db, &names).await;
    let mut by_name: Vec<(&str, i64)> = cars.iter().map(|car| (car.name.as_str(), car.id)).collect();
    by_name.sort_unstable();
    let ascending: Vec<i64> = by_name.iter().map(|(_, id)| *id).collect();
    by_name.sort_by(|(a, i), (b, j)| b.cmp(a).then(i.cmp(j)));
    let descending: Vec<i64> = by_name.iter().map(|(_, id)| *id).collect();
    let by_key: Vec<i64> = cars.iter().map(|car| car.id).collect();
    let only_a: Vec<i64> = cars.iter().filter(|car| car.name == "a").map(|car| car.id).collect();
    let site = serve(Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(support::cars::<Open>())).await;
    for (query, expected) in
        [("", &by_key), ("ordering=name", &ascending), ("ordering=-name", &descending), ("name=a", &only_a)]
    {
        for limit in [1, 2, 3, 5, 12, 13, 14, 500] {
            let first = format!("/api/cars?{query}&limit={limit}");
            let (there, last) = walk(&site, &first, "next").await;
            assert_eq!(&ids(&there), expected, "{first}: every row once, ties by key");
            let (back, _) = walk(&site, &last, "previous").await;
            assert_eq!(&ids(&back), expected, "{last}: and back again");
            let page = get(&site, &first).await.json();
            assert_eq!(page["count"], expected.len());
            assert_eq!(page["previous"], json!(null));
        }
    }
    let middle = get(&site, "/api/cars?offset=4&limit=3&name=a").await.json();
    assert_eq!(middle["next"], json!(null));
    assert_eq!(middle["previous"], "/api/cars?limit=3&name=a&offset=1");
    let next = get(&site, "/api/cars?ordering=-name&limit=5&published=false").await.json();
    assert_eq!(next["next"], "/api/cars?limit=5&offset=5&ordering=-name&published=false");
    let uneven = get(&site, "/api/cars?offset=2&limit=5").await.json();
    assert_eq!(uneven["previous"], "/api/cars?limit=5", "a page before the first row begins with it");
}

#[every_database]
async fn links_begin_with_the_origin_that_the_program_says(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    named(&db, &["a", "b", "c"]).await;
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).absolute_links("https://cars.example.com");
    let api = api.trailing_slashes().mount(support::cars::<Open>()).build().expect("the parts fit");
    assert!(api.document().contains("The next page's address."));
    let client = Client::new(api);
    let page = client.get("/api/cars/?limit=1&offset=1", "").await.json();
    assert_eq!(page["next"], "https://cars.example.com/api/cars/?limit=1&offset=2");
    assert_eq!(page["previous"], "https://cars.example.com/api/cars/?limit=1");
}

#[every_database]
async fn nothing_at_all_is_one_empty_page(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let client = api::<Open>(&db, &auth);
    let empty = client.get("/api/cars", "").await;
    assert_eq!(empty.json(), json!({"count": 0, "next": null, "previous": null, "results": []}));
    let behind = client.get("/api/cars?offset=1", "").await;
    behind.is_problem(404, "not_found", "Invalid page.", &Json::Null);
}

#[every_database]
async fn pages_have_bounds(db: TestDb) {
    struct Small;
    impl ViewSet for Small {
        type Serializer = Car;
        const PATH: &'static str = "/cars";
        fn permissions() -> Access<car::Entity> {
            Access::to(AllowAny)
        }
        fn pagination() -> Pagination {
            Pagination::limit_offset(2).at_most(4)
        }
    }
    struct Uncounted;
    impl ViewSet for Uncounted {
        type Serializer = Car;
        const PATH: &'static str = "/uncounted";
        fn permissions() -> Access<car::Entity> {
            Access::to(AllowAny)
        }
        fn pagination() -> Pagination {
            Pagination::limit_offset(2).at_most(4).without_count()
        }
    }
    let auth = auth();
    sync(&auth, &db).await;
    let cars = named(&db, &["a"; 9]).await;
    let expected: Vec<i64> = cars.iter().map(|car| car.id).collect();
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Small).mount(Uncounted);
    let site = serve(api).await;
    for path in ["/api/cars", "/api/uncounted"] {
        for (query, rows) in [("", 2), ("?limit=1", 1), ("?limit=4", 4), ("?limit=5", 4), ("?limit=100000", 4)] {
            let page = get(&site, &format!("{path}{query}")).await.json();
            assert_eq!(page["results"].as_array().map(Vec::len), Some(rows), "{path}{query}");
            assert_eq!(page.get("count").is_some(), path == "/api/cars");
            let (there, last) = walk(&site, &format!("{path}{query}"), "next").await;
            assert_eq!(ids(&there), expected, "{path}{query}");
            assert_eq!(ids(&walk(&site, &last, "previous").await.0), expected);
        }
        for offset in ["9", "10", "9223372036854775807"] {
            let behind = get(&site, &format!("{path}?offset={offset}")).await;
            behind.is_problem(404, "not_found", "Invalid page.", &Json::Null);
        }
    }
}

#[every_database]
async fn filters_say_which_rows(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, _) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let owner = alice.id().expect("she has a key").to_string();
    for (mine, name, published) in
        [(true, "a", true), (true, "A", false), (false, "a", false), (false, "a%", true), (false, "", false)]
    {
        let row = car_of(&db, mine.then_some(&alice), name).await;
        let change = car::ActiveModel { id: Set(row.id), published: Set(published), ..Default::default() };
        change.update(db.db()).await.expect("it is published or not");
    }
    let client = api::<Open>(&db, &auth);
    for (query, names) in [
        ("published=true", vec!["a", "a%"]),
        ("published=True", vec!["a", "a%"]),
        ("published=1", vec!["a", "a%"]),
        ("published=false", vec!["A", "a", ""]),
        ("published=False", vec!["A", "a", ""]),
        ("published=0", vec!["A", "a", ""]),
        ("name=a", vec!["a", "a"]),
        ("name=A", vec!["A"]),
        ("name=a%25", vec!["a%"]),
        ("name=", vec![""]),
        ("name=%20a", vec![]),
        (&format!("owner_id={owner}"), vec!["a", "A"]),
        (&format!("owner_id={owner}&published=false"), vec!["A"]),
        (&format!("published=false&name=a&owner_id={owner}"), vec![]),
    ] {
        let page = client.get(&format!("/api/cars?{query}"), "").await.json();
        let found: Vec<&str> =
            page["results"].as_array().expect("results").iter().filter_map(|row| row["name"].as_str()).collect();
        assert_eq!(found, names, "{query}");
        assert_eq!(page["count"], names.len(), "{query}");
    }
}

/// Whatever is asked of a list, the answer is the one it would be if the hidden rows were not there.
#[every_database]
async fn a_list_never_speaks_of_hidden_rows(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, hers) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (bob, _) = user(&auth, &db, NewUser::new("bob"), &[]).await;
    let (_, sees_all) = user(&auth, &db, NewUser::new("viewer"), &["view"]).await;
    let (_, nobodys) = user(&auth, &db, NewUser::new("carol"), &[]).await;
    for (owner, name) in [(&bob, "a"), (&alice, "b"), (&bob, "c"), (&alice, "d"), (&bob, "e"), (&bob, "secret")] {
        car_of(&db, Some(owner), name).await;
    }
    let ownerless = car_of(&db, None, "nobody's").await;
    let bob_id = bob.id().expect("he has a key").to_string();
    let client = api::<Mine>(&db, &auth);
    assert_eq!(client.get("/api/cars", &sees_all).await.json()["count"], 7);
    let questions = [
        String::new(),
        "name=secret".into(),
        "name=b".into(),
        format!("owner_id={bob_id}"),
        "published=false".into(),
        "ordering=name".into(),
        "ordering=-name&limit=1".into(),
        "limit=1".into(),
        "limit=1&offset=1".into(),
        "offset=2".into(),
        "offset=3".into(),
        "offset=6".into(),
        "name=secret&offset=1".into(),
    ];
    let ask = async |token: &str| {
        let mut answers = Vec::new();
        for question in &questions {
            let answer = client.get(&format!("/api/cars?{question}"), token).await;
            answers.push((question.clone(), answer.status, answer.headers, answer.text));
        }
        answers
    };
    let (with, without) = (ask(&hers).await, ask(&nobodys).await);
    let anonymous = client.get("/api/cars", "").await;
    assert_eq!(anonymous.code(), 401, "nobody owns nothing: there is no row they could see");
    let hidden = car::Column::OwnerId.eq(owner_of(&bob)).or(car::Column::Id.eq(ownerless.id));
    car::Entity::delete_many().filter(hidden).exec(db.db()).await.expect("they go");
    assert_eq!(with, ask(&hers).await);
    car::Entity::delete_many().exec(db.db()).await.expect("they go");
    assert_eq!(without, ask(&nobodys).await);
}

fn owner_of(user: &User) -> i32 {
    user.id().expect("a key").to_string().parse().expect("an integer")
}

/// The viewset's own query bounds lists and single rows alike.
#[every_database]
async fn a_viewsets_query_bounds_everything(db: TestDb) {
    struct Published;
    impl ViewSet for Published {
        type Serializer = Car;
        const PATH: &'static str = "/cars";
        fn permissions() -> Access<car::Entity> {
            Access::to(AllowAny)
        }
        fn query(&self, cx: &Context<'_>) -> Option<Select<car::Entity>> {
            let rows = car::Entity::find().filter(car::Column::Published.eq(true));
            Some(if cx.user().is_anonymous() { rows } else { rows.filter(car::Column::Name.ne("dull")) })
        }
    }
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let cars = named(&db, &["draft", "dull", "fine"]).await;
    for row in &cars[1..] {
        let change = car::ActiveModel { id: Set(row.id), published: Set(true), ..Default::default() };
        change.update(db.db()).await.expect("it is published");
    }
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Published);
    let client = Client::new(api.build().expect("the parts fit"));
    for (who, seen) in [("", [false, true, true]), (&token, [false, false, true])] {
        let list = client.get("/api/cars", who).await.json();
        let listed = ids(list["results"].as_array().expect("results"));
        for (row, seen) in cars.iter().zip(seen) {
            assert_eq!(listed.contains(&row.id), seen, "{}", row.name);
            let path = format!("/api/cars/{}", row.id);
            for method in [Method::GET, Method::PATCH] {
                let answer = client.ask(method, &path, who, Some(json!({}))).await;
                assert_eq!(answer.code(), if seen { 200 } else { 404 }, "{}", row.name);
            }
            if !seen {
                assert_eq!(client.ask(Method::DELETE, &path, who, None).await.code(), 404);
            }
        }
    }
    assert_eq!(car::Entity::find().count(db.db()).await.expect("a count"), 3);
}

mod badge {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "club_badge")]
    #[refrain(app = "club", model = "Badge")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub number: i32,
        #[sea_orm(unique)]
        pub code: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod label {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "club_label")]
    #[refrain(app = "club", model = "Label")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub colour: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod ticket {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "club_ticket")]
    #[refrain(app = "club", model = "Ticket")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub title: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = badge)]
struct Badge {
    #[serializer(read_only)]
    number: i32,
    code: String,
}

#[derive(Serializer)]
#[serializer(model = label)]
struct Label {
    name: String,
    colour: String,
}

#[derive(Serializer)]
#[serializer(model = ticket)]
struct Ticket {
    #[serializer(read_only, filled)]
    id: Uuid,
    title: String,
}

struct Badges;

impl ViewSet for Badges {
    type Serializer = Badge;
    const PATH: &'static str = "/badges";

    fn permissions() -> Access<badge::Entity> {
        Access::to(AllowAny)
    }

    fn filters() -> Vec<Filter<badge::Column>> {
        vec![badge::Column::Number.into()]
    }
}

struct BadgesByCode;

impl ViewSet for BadgesByCode {
    type Serializer = Badge;
    const PATH: &'static str = "/by-code";

    fn permissions() -> Access<badge::Entity> {
        Access::to(AllowAny)
    }

    fn lookup() -> badge::Column {
        badge::Column::Code
    }
}

struct Labels;

impl ViewSet for Labels {
    type Serializer = Label;
    const PATH: &'static str = "/labels";

    fn permissions() -> Access<label::Entity> {
        Access::to(AllowAny)
    }
}

struct Tickets;

impl ViewSet for Tickets {
    type Serializer = Ticket;
    const PATH: &'static str = "/tickets";

    fn permissions() -> Access<ticket::Entity> {
        Access::to(AllowAny)
    }

    fn filters() -> Vec<Filter<ticket::Column>> {
        vec![ticket::Column::Id.into()]
    }

    async fn perform_create(
        &self,
        _: &Context<'_>,
        row: ticket::ActiveModel,
        _: &(),
    ) -> Result<ticket::ActiveModel, Problem> {
        Ok(ticket::ActiveModel { id: Set(Uuid::new_v4()), ..row })
    }
}

async fn club(db: &TestDb) -> Client {
    let schema = Schema::new(db.get_database_backend());
    for table in [
        schema.create_table_from_entity(badge::Entity),
        schema.create_table_from_entity(label::Entity),
        schema.create_table_from_entity(ticket::Entity),
    ] {
        db.execute(&table).await.expect("a table is made");
    }
    let api = Api::new("Club", "1", db.db().clone()).auth(auth());
    let api = api.mount(Badges).mount(BadgesByCode).mount(Labels).mount(Tickets);
    Client::new(api.build().expect("the parts fit"))
}

/// Makes a row, finds it, changes it in whole and in part, lists it and deletes it, by the path that names it.
async fn lives(client: &Client, collection: &str, body: Json, path_of: impl Fn(&Json) -> String, changed: Json) {
    let ask = async |method: Method, path: &str, body: Option<&Json>, status: u16| {
        let answer = client.ask(method.clone(), path, "", body.cloned()).await;
        assert_eq!(answer.code(), status, "{method} {path}: {}", answer.text);
        if answer.text.is_empty() { Json::Null } else { answer.json() }
    };
    let made = ask(Method::POST, collection, Some(&body), 201).await;
    let path = path_of(&made);
    assert_eq!(ask(Method::GET, &path, None, 200).await, made);
    assert_eq!(ask(Method::PATCH, &path, Some(&json!({})), 200).await, made);
    let list = ask(Method::GET, collection, None, 200).await;
    assert_eq!((&list["count"], &list["results"][0]), (&json!(1), &made));
    let path = path_of(&ask(Method::PUT, &path, Some(&changed), 200).await);
    let now = ask(Method::GET, &path, None, 200).await;
    for (name, value) in changed.as_object().expect("an object") {
        assert_eq!(&now[name], value);
    }
    ask(Method::DELETE, &path, None, 204).await;
    ask(Method::GET, &path, None, 404).await;
    assert_eq!(ask(Method::GET, collection, None, 200).await["count"], 0);
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[every_database]
async fn keys_of_every_type(db: TestDb) {
    let client = club(&db).await;
    let number = |row: &Json| format!("/api/badges/{}", row["number"]);
    lives(&client, "/api/badges", json!({"code": "x"}), number, json!({"code": "y"})).await;
    let code = |row: &Json| format!("/api/by-code/{}", encoded(row["code"].as_str().expect("a code")));
    lives(&client, "/api/by-code", json!({"code": "a b"}), code, json!({"code": "c/d"})).await;
    let id = |row: &Json| format!("/api/tickets/{}", row["id"].as_str().expect("an id"));
    lives(&client, "/api/tickets", json!({"title": "x"}), id, json!({"title": "y"})).await;
    let name = |row: &Json| format!("/api/labels/{}", encoded(row["name"].as_str().expect("a name")));
    for odd in
        ["x", "a/b", "a b", "100%", "%20", "%2F", "é", "🚗", "?", "#", "..", ".", "'--", "+", "\"", " x", "\\", "x\n"]
    {
        let (body, changed) = (json!({"name": odd, "colour": "red"}), json!({"name": odd, "colour": "blue"}));
        lives(&client, "/api/labels", body, name, changed).await;
    }
}

#[every_database]
async fn keys_that_no_row_has(db: TestDb) {
    let client = club(&db).await;
    for (collection, body) in [
        ("/api/badges", json!({"code": "x"})),
        ("/api/labels", json!({"name": "a b", "colour": "red"})),
        ("/api/tickets", json!({"title": "x"})),
    ] {
        let made = client.ask(Method::POST, collection, "", Some(body)).await;
        assert_eq!(made.code(), 201, "{}", made.text);
    }
    let ticket = client.get("/api/tickets", "").await.json()["results"][0].clone();
    let id: Uuid = ticket["id"].as_str().and_then(|id| id.parse().ok()).expect("a uuid");
    for spelled in [id.to_string(), id.simple().to_string(), id.to_string().to_uppercase()] {
        assert_eq!(client.get(&format!("/api/tickets/{spelled}"), "").await.json(), ticket, "{spelled}");
        assert_eq!(client.get(&format!("/api/tickets?id={spelled}"), "").await.json()["count"], 1);
    }
    let nothing = "Not found.";
    let (badge, label, no_ticket) = (
        "No Badge matches the given query.",
        "No Label matches the given query.",
        "No Ticket matches the given query.",
    );
    let long = "x".repeat(3000);
    for (path, detail) in [
        ("/api/badges/x", nothing),
        ("/api/badges/2147483647", badge),
        ("/api/badges/2147483648", badge),
        ("/api/badges/-2147483649", badge),
        ("/api/badges/9223372036854775808", badge),
        ("/api/by-code/y", badge),
        ("/api/by-code/1", badge),
        ("/api/by-code/x%00", badge),
        ("/api/by-code/X", badge),
        ("/api/by-code/x%20", badge),
        ("/api/labels/%00", label),
        ("/api/labels/a%2520b", label),
        ("/api/labels/a+b", label),
        ("/api/labels/A%20B", label),
        ("/api/labels/%FF", nothing),
        (&format!("/api/labels/{long}"), label),
        ("/api/tickets/x", nothing),
        ("/api/tickets/1", nothing),
        ("/api/tickets/%00", nothing),
        ("/api/tickets/00000000-0000-0000-0000-000000000000", no_ticket),
    ] {
        for method in [Method::GET, Method::PATCH, Method::PUT, Method::DELETE] {
            let answer = client.ask(method, path, "", Some(json!({"name": "n", "colour": "c"}))).await;
            answer.is_problem(404, "not_found", detail, &Json::Null);
        }
    }
    let filters = [
        ("/api/tickets?id=x", json!({"id": ["Must be a valid UUID."]})),
        ("/api/badges?number=x", json!({"number": ["A valid integer is required."]})),
    ];
    for (path, errors) in filters {
        client.get(path, "").await.is_problem(400, "invalid", "Invalid input.", &errors);
    }
    assert_eq!(client.get("/api/badges?number=2147483648", "").await.json()["count"], 0);
    for method in [Method::PUT, Method::PATCH] {
        let renamed = json!({"name": "other", "colour": "blue"});
        let refused = client.ask(method.clone(), "/api/labels/a%20b", "", Some(renamed)).await;
        let errors = json!({"name": ["This field cannot be changed."]});
        refused.is_problem(400, "invalid", "Invalid input.", &errors);
        let kept = client.ask(method, "/api/labels/a%20b", "", Some(json!({"name": "a b", "colour": "blue"}))).await;
        assert_eq!(kept.json(), json!({"name": "a b", "colour": "blue"}));
    }
    let blank = client.ask(Method::POST, "/api/labels", "", Some(json!({"name": "", "colour": "none"}))).await;
    blank.is_problem(400, "invalid", "Invalid input.", &json!({"name": ["This field may not be blank."]}));
    let taken = client.ask(Method::POST, "/api/labels", "", Some(json!({"name": "a b", "colour": "red"}))).await;
    assert_eq!(taken.code(), 409, "{}", taken.text);
    taken.tells_nothing_of_the_inside();
}

/// What a viewset does not offer is refused after permission, with what it does offer in `Allow` (CONTRACT 6.3, 7.12).
#[every_database]
async fn some_of_the_routes(db: TestDb) {
    macro_rules! partial {
        ($name:ident, $path:literal, $($action:ident),*) => {
            struct $name;
            impl ViewSet for $name {
                type Serializer = Car;
                const PATH: &'static str = $path;
                const ACTIONS: &'static [Action] = &[$(Action::$action),*];
                fn permissions() -> Access<car::Entity> {
                    Access::to(AllowAny)
                }
            }
        };
    }
    partial!(ReadOnly, "/read-only", List, Retrieve);
    partial!(Inbox, "/inbox", Create);
    partial!(Singles, "/singles", Retrieve, Destroy);
    partial!(NoList, "/no-list", Create, Update);
    let auth = auth();
    sync(&auth, &db).await;
    let row = car_of(&db, None, "as it was").await.id;
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth);
    let api = api.mount(ReadOnly).mount(Inbox).mount(Singles).mount(NoList).build().expect("the parts fit");
    let document: Json = serde_json::from_str(api.document()).expect("JSON");
    let client = Client::new(api);
    let every = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];
    let on_row = |path: &str| format!("{path}/{row}");
    for (path, allow) in [
        ("/api/read-only".to_owned(), Some("GET, HEAD, OPTIONS")),
        (on_row("/api/read-only"), Some("GET, HEAD, OPTIONS")),
        ("/api/inbox".to_owned(), Some("POST, OPTIONS")),
        (on_row("/api/inbox"), None),
        ("/api/singles".to_owned(), None),
        ("/api/no-list".to_owned(), Some("POST, OPTIONS")),
        (on_row("/api/no-list"), Some("PUT, OPTIONS")),
    ] {
        for method in every {
            let body = json!({"name": "as it was"});
            let answer = client.ask(method.parse().expect("a method"), &path, "", Some(body)).await;
            let Some(allow) = allow else {
                assert_eq!(answer.code(), 404, "{method} {path}");
                continue;
            };
            assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
            if allow.split(", ").any(|offered| offered == method) {
                assert!(answer.status.is_success(), "{method} {path}: {}", answer.text);
            } else if method == "HEAD" {
                assert_eq!((answer.code(), &*answer.text), (405, ""));
            } else {
                let detail = format!("Method \"{method}\" not allowed.");
                answer.is_problem(405, "method_not_allowed", &detail, &Json::Null);
            }
        }
    }
    let operations = |path: &str| document["paths"][path].as_object().map(|o| o.keys().cloned().collect::<Vec<_>>());
    assert_eq!(operations("/read-only"), Some(vec!["get".into()]));
    assert_eq!(operations("/read-only/{id}"), Some(vec!["get".into()]));
    assert_eq!((operations("/inbox/{id}"), operations("/singles")), (None, None));
    let mut both = operations("/singles/{id}").expect("a path");
    both.sort();
    assert_eq!(both, ["delete", "get"]);
}
