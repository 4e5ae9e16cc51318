//! How many statements a request costs; transactions' own BEGIN and COMMIT are not counted.

use poem::http::Method;
use refrain::{Access, HasPerm, IsOwner, IsOwnerOrReadOnly, ModelPermissions, Pagination, ViewSet, auth::NewUser};
use refrain_testing::{Backend, TestDb, counted, every_database};
use sea_orm::DatabaseConnection;
use serde_json::json;

use crate::support::{Car, Client, Rules, api, auth, car, car_of, sync, user};

struct Owned;

impl Rules for Owned {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions & IsOwnerOrReadOnly)
    }
}

struct ByModel;

impl Rules for ByModel {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions)
    }
}

const ALL: [&str; 4] = ["add", "change", "delete", "view"];

#[every_database]
async fn reading_costs_what_it_must(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let row = car_of(&db, Some(&alice), "a car").await;
    let (counting, counter) = counted(&db);
    let client = api::<Owned>(&counting, &auth);
    let detail = format!("/api/cars/{}", row.id);

    let cases = [
        ("nobody, and nothing to look up", Method::GET, detail.as_str(), "", 401, 0),
        ("a wrong token", Method::GET, detail.as_str(), "ffff", 401, 1),
        ("denied before its row: authentication with permissions", Method::DELETE, &detail, &token, 403, 1),
        ("a detail: its reader and the row", Method::GET, &detail, &token, 200, 1),
        ("a missing row: the same", Method::GET, "/api/cars/99999", &token, 404, 1),
        ("text that is no key: no row is looked for", Method::GET, "/api/cars/abc", &token, 404, 1),
        ("a list page: authentication, count, page", Method::GET, "/api/cars", &token, 200, 3),
        ("a page behind the last: no page is looked for", Method::GET, "/api/cars?offset=9", &token, 404, 2),
        ("a refused method: no row is looked for", Method::OPTIONS, &detail, &token, 200, 1),
    ];
    for (what, method, path, token, status, statements) in cases {
        let answer = client.ask(method, path, token, None).await;
        assert_eq!(answer.code(), status, "{what}: {}", answer.text);
        let sql = counter.take();
        assert_eq!(sql.len(), statements, "{what}: {sql:#?}");
        if path == "/api/cars" {
            // SQLite counts a table at once, and its rows one by one where any condition stands there
            assert!(sql[1].contains("COUNT(*)") && !sql[1].contains("WHERE"), "{what}: {}", sql[1]);
            assert_eq!(sql[1].matches("SELECT").count(), 1, "{what}: {}", sql[1]);
        }
    }
}

#[every_database]
async fn a_list_page_without_a_count_costs_one(db: TestDb) {
    struct Uncounted;
    impl ViewSet for Uncounted {
        type Serializer = Car;
        const PATH: &'static str = "/cars";
        fn permissions() -> Access<car::Entity> {
            Access::to(HasPerm("drivers.view_car") | IsOwner)
        }
        fn pagination() -> Pagination {
            Pagination::default().without_count()
        }
    }
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    car_of(&db, Some(&alice), "a car").await;
    car_of(&db, None, "nobody's car").await;
    let (counting, counter) = counted(&db);
    let api = refrain::Api::new("Drivers", "1.0", counting).auth(auth).mount(Uncounted);
    let client = Client::new(api.build().expect("the parts fit"));

    let answer = client.get("/api/cars", &token).await;
    assert_eq!(answer.json()["results"].as_array().map(Vec::len), Some(1));
    assert_eq!(answer.json().get("count"), None);
    assert_eq!(counter.take().len(), 2);
}

/// A write costs authentication; but on PostgreSQL a look at the row before its lock; then in the transaction the lock, which
/// judges the row too, the caller afresh, and the statement that writes, which judges what it made. Deleting a row takes
/// what was granted on it away, from users and from groups.
#[every_database]
async fn a_write_costs_what_the_protocol_asks(db: TestDb) {
    // MariaDB returns no written row: it is read back
    let back = usize::from(db.backend() == Backend::MariaDb);

    // PostgreSQL alone locks no row that the rule does not admit
    let look = usize::from(db.backend() != Backend::Postgres);

    let costs_of = Costs { create: 3 + back, update: 4 + look + back, unchanged: 3 + look, destroy: 6 + look };
    assert_eq!(costs::<Owned>(&db).await, costs_of);
    assert_eq!(costs::<ByModel>(&db).await, costs_of);
}

#[derive(Debug, PartialEq)]
struct Costs {
    create: usize,
    update: usize,
    unchanged: usize,
    destroy: usize,
}

async fn costs<R: Rules>(db: &DatabaseConnection) -> Costs {
    let auth = auth();
    sync(&auth, db).await;
    let name = format!("alice-{}", std::any::type_name::<R>().rsplit("::").next().unwrap_or_default());
    let (alice, token) = user(&auth, db, NewUser::new(name), &ALL).await;
    let row = car_of(db, Some(&alice), "a car").await;
    let (counting, counter) = counted(db);
    let client = api::<R>(&counting, &auth);
    let detail = format!("/api/cars/{}", row.id);
    // the first write of all finds out what isolation it has, and may begin twice
    assert_eq!(client.ask(Method::POST, "/api/cars", &token, Some(json!({"name": "first"}))).await.code(), 201);
    counter.take();
    let cost = async |method: Method, path: &str, body: Option<serde_json::Value>, status: u16| {
        let answer = client.ask(method, path, &token, body).await;
        assert_eq!(answer.code(), status, "{}", answer.text);
        let sql = counter.take();
        sql.len()
    };
    Costs {
        create: cost(Method::POST, "/api/cars", Some(json!({"name": "new"})), 201).await,
        update: cost(Method::PATCH, &detail, Some(json!({"name": "renamed"})), 200).await,
        unchanged: cost(Method::PATCH, &detail, Some(json!({})), 200).await,
        destroy: cost(Method::DELETE, &detail, None, 204).await,
    }
}
