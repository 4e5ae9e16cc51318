//! The statement that writes a row judges it, and says what its writer may do with it; a statement of a hook behind it
//! makes both be asked again.

use poem::http::Method;
use refrain::{Access, Action, Api, Context, IsOwner, ModelPermissions, Problem, Serializer, ViewSet, auth::NewUser};
use refrain_testing::{Backend, Counter, TestDb, counted, every_database};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde_json::{Value as Json, json};

use crate::support::{Client, auth, car, car_of, sync, user};

/// Cars whose hook gives them away, hides them, or takes them out of the table, as their name says.
struct Cars;

#[derive(Serializer)]
#[serializer(model = car)]
struct Car {
    #[serializer(read_only)]
    id: i64,
    name: String,
    owner_id: Option<i32>,
    #[serializer(read_only, default = false)]
    published: bool,
}

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";
    const ROW_PERMISSIONS: bool = true;

    fn permissions() -> Access<car::Entity> {
        Access::to(IsOwner).on(Action::Destroy, ModelPermissions).on(Action::Create, ModelPermissions | IsOwner)
    }

    async fn created(&self, cx: &Context<'_>, row: &car::Model, _: &()) -> Result<(), Problem> {
        act(cx, row).await
    }

    async fn updated(&self, cx: &Context<'_>, row: &car::Model, _: &()) -> Result<(), Problem> {
        act(cx, row).await
    }
}

async fn act(cx: &Context<'_>, row: &car::Model) -> Result<(), Problem> {
    let mut change = car::ActiveModel { id: Set(row.id), ..Default::default() };
    match row.name.as_str() {
        "given away" => change.owner_id = Set(None),
        "published" => change.published = Set(true),
        "gone" => {
            car::Entity::delete_by_id(row.id).exec(&cx.db()).await?;
            return Ok(());
        }
        _ => return Ok(()),
    }
    change.update(&cx.db()).await?;
    Ok(())
}

struct Site {
    db: TestDb,
    client: Client,
    counter: Counter,
    alice: String,
    alice_id: Json,
    adder: String,
    row: i64,
}

impl Site {
    async fn open(db: TestDb) -> Self {
        let auth = auth();
        sync(&auth, &db).await;
        let (user_, alice) = user(&auth, &db, NewUser::new("alice"), &[]).await;
        let (_, adder) = user(&auth, &db, NewUser::new("adder"), &["add", "delete"]).await;
        let row = car_of(&db, Some(&user_), "own").await.id;
        let (counting, counter) = counted(&db);
        let api = Api::new("Drivers", "1", counting).auth(auth).mount(Cars);
        let client = Client::new(api.build().expect("the parts fit"));
        // the first write of all finds out what isolation it has
        client.ask(Method::POST, "/api/cars", &adder, Some(json!({"name": "first"}))).await;
        counter.take();
        let alice_id = json!(row_owner(&db, row).await);
        Self { db, client, counter, alice, alice_id, adder, row }
    }

    async fn ask(&self, method: Method, token: &str, body: Json) -> (u16, Json, usize) {
        let path = if method == Method::POST { "/api/cars".to_owned() } else { format!("/api/cars/{}", self.row) };
        let answer = self.client.ask(method, &path, token, Some(body)).await;
        (answer.code(), answer.json(), self.counter.take().len())
    }
}

async fn db_of(site: &Site, sql: &str) {
    site.db.execute_unprepared(sql).await.expect("it is changed");
}

async fn row_owner(db: &TestDb, id: i64) -> Option<i32> {
    car::Entity::find_by_id(id).one(db.db()).await.expect("it is read").expect("a row").owner_id
}

#[every_database]
async fn a_write_needs_no_look_at_what_it_wrote(db: TestDb) {
    let site = Site::open(db).await;
    let back = usize::from(site.db.backend() == Backend::MariaDb);
    let look = usize::from(site.db.backend() != Backend::Postgres);

    let (status, row, statements) = site.ask(Method::PATCH, &site.alice, json!({"name": "mine"})).await;
    assert_eq!((status, &row["name"], &row["permissions"]), (200, &json!("mine"), &json!(["view", "change"])));
    assert_eq!(statements, 4 + look + back);
    let (status, row, statements) = site.ask(Method::POST, &site.alice, json!({"name": "new"})).await;
    assert_eq!((status, &row["owner_id"], &row["permissions"]), (201, &site.alice_id, &json!(["view", "change"])));
    assert_eq!(statements, 3 + back);
    // what is told is of the row as it became, and by the caller's own rights
    let new = json!({"name": "another's", "owner_id": site.alice_id});
    let (status, row, statements) = site.ask(Method::POST, &site.adder, new).await;
    assert_eq!((status, &row["permissions"], statements), (201, &json!(["delete"]), 3 + back));
    // and one that the rule refuses is not written
    let (status, problem, _) = site.ask(Method::PATCH, &site.alice, json!({"owner_id": null})).await;
    assert_eq!((status, &problem["code"]), (403, &json!("permission_denied")));
    assert_eq!(json!(row_owner(&site.db, site.row).await), site.alice_id);
    let (status, ..) = site.ask(Method::POST, &site.alice, json!({"name": "x", "owner_id": null})).await;
    assert_eq!(status, 403);
    let rows = car::Entity::find().all(site.db.db()).await.expect("they are read");
    assert!(rows.iter().all(|row| row.name != "x"));
}

#[every_database]
async fn what_a_hook_makes_of_a_row_is_judged_and_told(db: TestDb) {
    let site = Site::open(db).await;
    let back = usize::from(site.db.backend() == Backend::MariaDb);
    let look = usize::from(site.db.backend() != Backend::Postgres);

    // the hook's own statement, and the row read again
    let (status, row, statements) = site.ask(Method::PATCH, &site.alice, json!({"name": "published"})).await;
    assert_eq!((status, &row["published"], &row["permissions"]), (200, &json!(true), &json!(["view", "change"])));
    assert_eq!(statements, 6 + look + 2 * back);
    for (method, name) in [(Method::PATCH, "given away"), (Method::POST, "given away"), (Method::PATCH, "gone")] {
        let (status, problem, _) = site.ask(method.clone(), &site.alice, json!({ "name": name })).await;
        assert_eq!((status, &problem["code"]), (403, &json!("permission_denied")), "{method} {name}");
        let rows = car::Entity::find().all(site.db.db()).await.expect("they are read");
        assert!(rows.iter().all(|row| row.name != name), "{method} {name}");
        assert!(rows.iter().any(|row| row.id == site.row));
    }
    // also where the body itself changes nothing, and only the hook does
    db_of(&site, &format!("UPDATE drivers_car SET name = 'given away' WHERE id = {}", site.row)).await;
    for body in [json!({}), json!({"name": "given away"})] {
        let (status, problem, _) = site.ask(Method::PATCH, &site.alice, body).await;
        assert_eq!((status, &problem["code"]), (403, &json!("permission_denied")));
        assert_eq!(json!(row_owner(&site.db, site.row).await), site.alice_id);
    }
    db_of(&site, &format!("UPDATE drivers_car SET name = 'published', published = (1 = 0) WHERE id = {}", site.row))
        .await;
    let (status, row, _) = site.ask(Method::PATCH, &site.alice, json!({})).await;
    assert_eq!((status, &row["published"]), (200, &json!(true)), "as the hook left it");
    // whoever may make any row is shown it as the hook left it, and told nothing of one that is gone
    let (status, row, _) = site.ask(Method::POST, &site.adder, json!({"name": "given away"})).await;
    assert_eq!((status, &row["owner_id"], &row["permissions"]), (201, &json!(null), &json!(["delete"])));
    let (status, row, _) = site.ask(Method::POST, &site.adder, json!({"name": "gone"})).await;
    assert_eq!((status, &row["name"], row.get("permissions")), (201, &json!("gone"), None));
}

mod counted_car {
    //! A model whose own hook counts, in its table, how often a row was saved.
    use sea_orm::{ConnectionTrait, entity::prelude::*};

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "drivers_car")]
    #[refrain(app = "drivers", model = "Car", owner = "owner_id")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub owner_id: Option<i32>,
        pub published: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    #[async_trait::async_trait]
    impl ActiveModelBehavior for ActiveModel {
        async fn before_save<C: ConnectionTrait>(mut self, _: &C, insert: bool) -> Result<Self, DbErr> {
            if insert {
                self.published = sea_orm::ActiveValue::Set(true);
            }
            Ok(self)
        }

        async fn after_save<C: ConnectionTrait>(mut model: Model, db: &C, _: bool) -> Result<Model, DbErr> {
            if model.name == "taken" {
                db.execute_unprepared(&format!("UPDATE drivers_car SET owner_id = NULL WHERE id = {}", model.id))
                    .await?;
            }
            if model.name == "shouted" {
                model.name = "SHOUTED".to_owned();
            }
            Ok(model)
        }
    }
}

#[every_database]
async fn a_models_own_hooks_run_and_are_judged(db: TestDb) {
    #[derive(Serializer)]
    #[serializer(model = counted_car, filled(published))]
    struct Shown {
        #[serializer(read_only)]
        id: i64,
        name: String,
        #[serializer(read_only)]
        published: bool,
    }
    struct Saved;
    impl ViewSet for Saved {
        type Serializer = Shown;
        const PATH: &'static str = "/cars";
        fn permissions() -> Access<counted_car::Entity> {
            Access::to(IsOwner)
        }
    }
    let auth = auth();
    sync(&auth, &db).await;
    let (_, alice) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let client = Client::new(Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Saved).build().expect("parts"));
    let ask = async |method: Method, path: &str, name: &str| {
        let answer = client.ask(method, path, &alice, Some(json!({ "name": name }))).await;
        (answer.code(), answer.json())
    };
    let (status, row) = ask(Method::POST, "/api/cars", "shouted").await;
    assert_eq!((status, &row["name"], &row["published"]), (201, &json!("SHOUTED"), &json!(true)));
    let path = format!("/api/cars/{}", row["id"]);
    assert_eq!(ask(Method::PATCH, &path, "shouted").await.1["name"], "SHOUTED");
    assert_eq!(ask(Method::PATCH, &path, "taken").await.0, 403);
    assert_eq!(ask(Method::POST, "/api/cars", "taken").await.0, 403);
    let rows = car::Entity::find().all(db.db()).await.expect("they are read");
    assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["shouted"]);
}

/// Writes the row before the statement, or leaves nothing to write.
struct Before;

impl ViewSet for Before {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsOwner)
    }

    async fn perform_update(
        &self,
        cx: &Context<'_>,
        changes: car::ActiveModel,
        before: &car::Model,
        _: &(),
    ) -> Result<car::ActiveModel, Problem> {
        let name = changes.name.try_as_ref().cloned().unwrap_or_default();
        if name == "gives away" {
            let row = car::ActiveModel { id: Set(before.id), owner_id: Set(None), ..Default::default() };
            row.update(&cx.db()).await?;
        }
        if name == "renamed" {
            let row =
                car::ActiveModel { id: Set(before.id), name: Set("by the hook".to_owned()), ..Default::default() };
            row.update(&cx.db()).await?;
        }
        let key = car::ActiveModel { id: Set(before.id), ..Default::default() };
        Ok(if name == "only the key" { key } else { car::ActiveModel { ..Default::default() } })
    }
}

#[every_database]
async fn what_a_hook_writes_in_place_of_the_statement_is_judged_and_shown(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let row = car_of(&db, Some(&alice), "own").await.id;
    let client =
        Client::new(Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Before).build().expect("parts"));
    for (name, status, shown) in [
        ("gives away", 403, json!(null)),
        ("renamed", 200, json!("by the hook")),
        ("only the key", 200, json!("by the hook")),
    ] {
        let answer =
            client.ask(Method::PATCH, &format!("/api/cars/{row}"), &token, Some(json!({ "name": name }))).await;
        assert_eq!((answer.code(), answer.json()["name"].clone()), (status, shown), "{name}: {}", answer.text);
    }
    assert!(row_owner(&db, row).await.is_some());
}

/// A body that was looked at before the row tells nobody more than that there is none for them.
#[every_database]
async fn who_is_refused_is_told_nothing_of_the_body(db: TestDb) {
    let site = Site::open(db).await;
    let deep = format!("{{\"name\": {}1{}}}", "[".repeat(200), "]".repeat(200));
    for (token, row, status) in [(&site.adder, site.row, 404), (&site.adder, 0, 404), (&site.alice, site.row, 400)] {
        let request =
            site.client.raw().patch(format!("/api/cars/{row}")).header("authorization", format!("Token {token}"));
        let request = request.header("content-length", deep.len()).content_type("application/json");
        assert_eq!(request.body(deep.clone()).send().await.0.status().as_u16(), status);
    }
}

/// On PostgreSQL nobody looks before the lock; elsewhere that look needs none. Either way who may not write waits for
/// nobody, and nobody for them.
#[every_database]
async fn who_may_not_write_a_row_does_not_wait_for_its_lock(db: TestDb) {
    use std::time::{Duration, Instant};

    use sea_orm::{QuerySelect, TransactionTrait};
    if db.backend() == Backend::Sqlite {
        return; // readers and writers never meet there: tests/db
    }
    let site = Site::open(db).await;
    let other = site.db.another_pool().await;
    let transaction = other.begin().await.expect("a transaction");
    car::Entity::find_by_id(site.row).lock_exclusive().one(&transaction).await.expect("it is locked");
    let begun = Instant::now();
    for method in [Method::PATCH, Method::PUT] {
        let (status, ..) = site.ask(method.clone(), &site.adder, json!({"name": "another's"})).await;
        assert_eq!(status, 404, "{method}");
    }
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    transaction.rollback().await.expect("it ends");
    assert_eq!(site.ask(Method::PATCH, &site.alice, json!({"name": "mine"})).await.0, 200);
}
