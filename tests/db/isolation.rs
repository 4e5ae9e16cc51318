//! A write is READ COMMITTED whatever the database's default is, and spends no statement on saying so where that is the
//! default anyway.

use std::sync::Arc;

use crate::support::{
    Car, Client, auth, car, car_of,
    meanwhile::{begin_first, wait_until_blocked},
    sync, user,
};
use poem::http::Method;
use poem_openapi::{OpenApi, payload::Json as Payload};
use refrain::{
    Access, Api, CollectionAction, IsAuthenticated, Locked, LockedRows, PoolSettings, Problem, RowAction, Serializer,
    Valid, ViewSet,
    auth::{NewUser, User},
};
use refrain_testing::{Backend, Proxy, TestDb, every_database};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseConnection, EntityTrait, TransactionTrait};
use serde_json::json;

struct Cars;

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }
}

struct Site {
    client: Arc<Client>,
    alice: User,
    token: String,
    car: i64,
}

impl Site {
    async fn over(db: &TestDb, pool: DatabaseConnection) -> Self {
        let auth = auth();
        sync(&auth, db).await;
        let (alice, token) = user(&auth, db, NewUser::new("alice"), &[]).await;
        let car = car_of(db, Some(&alice), "first").await.id;
        let client = Arc::new(Client::new(Api::new("Drivers", "1", pool).auth(auth).mount(Cars).build().unwrap()));
        Self { client, alice, token, car }
    }

    fn path(&self) -> String {
        format!("/api/cars/{}", self.car)
    }
}

/// A pool over which transactions are something else by themselves.
async fn of_another_default(db: &TestDb) -> DatabaseConnection {
    if db.backend() == Backend::Postgres {
        let sql = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = ''repeatable read''', \
                   current_database()); END $$";
        db.execute_unprepared(sql).await.unwrap();
        return PoolSettings::default().connect(&db.url()).await.unwrap();
    }
    // MariaDB's own default, over a pool that somebody else opened
    sea_orm::Database::connect(db.url()).await.unwrap()
}

#[every_database(postgres, mariadb, because = "SQLite has one isolation")]
async fn it_is_not_said_where_it_is_the_default(db: TestDb) {
    let proxy = Proxy::before(&db).await;
    let site = Site::over(&db, PoolSettings::default().connect(&proxy.url()).await.unwrap()).await;
    for number in 0..3 {
        let body = json!({ "name": format!("car {number}") });
        let made = site.client.ask(Method::POST, "/api/cars", &site.token, Some(body.clone())).await;
        assert_eq!(made.code(), 201, "{}", made.text);
        let changed = site.client.ask(Method::PATCH, &site.path(), &site.token, Some(body)).await;
        assert_eq!(changed.code(), 200, "{}", changed.text);
    }
    assert_eq!(site.client.ask(Method::DELETE, &site.path(), &site.token, None).await.code(), 204);
    assert_eq!((proxy.commits(), proxy.isolations()), (7, 0), "a write says no more than BEGIN");
}

/// The first write of a process, which cannot know yet.
#[every_database(postgres, mariadb, because = "SQLite runs one writing transaction after the other")]
async fn a_caller_who_was_made_inactive_while_it_waited_writes_nothing(db: TestDb) {
    let site = Site::over(&db, of_another_default(&db).await).await;
    // locked and not changed: a snapshot would not notice that it waited
    let other = db.another_pool().await;
    let transaction = other.begin().await.unwrap();
    let lock = format!("SELECT id FROM drivers_car WHERE id = {} FOR UPDATE", site.car);
    transaction.query_one_raw(db.statement(&lock)).await.unwrap();
    let write = {
        let (client, path, token) = (site.client.clone(), site.path(), site.token.clone());
        tokio::spawn(async move { client.ask(Method::PATCH, &path, &token, Some(json!({ "name": "changed" }))).await })
    };
    wait_until_blocked(&db, &db.another_pool().await).await;
    let flag = format!("UPDATE auth_user SET is_active = false WHERE username = '{}'", site.alice.username);
    transaction.execute_unprepared(&flag).await.unwrap();
    transaction.commit().await.unwrap();
    let answer = write.await.unwrap();
    assert_eq!(answer.code(), 401, "{}", answer.text);
    let car = car::Entity::find_by_id(site.car).one(db.db()).await.unwrap().expect("it is there");
    assert_eq!(car.name, "first");
}

/// Where nobody could look yet, as the lock itself fails.
#[every_database(postgres, mariadb, because = "SQLite runs one writing transaction after the other")]
async fn writes_that_meet_are_all_made(db: TestDb) {
    let site = Site::over(&db, of_another_default(&db).await).await;
    let writes: Vec<_> = (0..8)
        .map(|number| {
            let (client, path, token) = (site.client.clone(), site.path(), site.token.clone());
            let body = json!({ "name": format!("write {number}") });
            tokio::spawn(async move { client.ask(Method::PATCH, &path, &token, Some(body)).await })
        })
        .collect();
    for write in writes {
        let answer = write.await.unwrap();
        assert_eq!(answer.code(), 200, "{}", answer.text);
    }
}

struct Paint;

impl RowAction for Paint {
    type Of = Cars;
    const NAME: &'static str = "paint";
    const METHOD: Method = Method::POST;

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }
}

struct PaintMany;

impl CollectionAction for PaintMany {
    type Of = Cars;
    const NAME: &'static str = "paint_many";
    const METHOD: Method = Method::POST;

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }
}

#[derive(Serializer)]
struct Keys {
    ids: Vec<i64>,
}

struct Actions;

#[OpenApi]
impl Actions {
    #[oai(path = "/cars/:id/paint", method = "post")]
    async fn paint(&self, id: Locked<Paint>) -> Result<Payload<String>, Problem> {
        let painted = painted(&id.row);
        Ok(Payload(id.save(painted).await?.name))
    }

    #[oai(path = "/cars/paint", method = "post")]
    async fn paint_many(&self, cars: LockedRows<PaintMany>, keys: Valid<Keys>) -> Result<Payload<usize>, Problem> {
        let cars = cars.lock(keys.0.ids).await?;
        let changes = cars.rows.iter().map(painted).collect();
        Ok(Payload(cars.save(changes).await?.len()))
    }
}

fn painted(car: &car::Model) -> car::ActiveModel {
    car::ActiveModel { name: Set(format!("{}, painted", car.name)), ..Default::default() }
}

/// A handler that locks its rows is run once: what the lock met is not left to it.
#[every_database(postgres, mariadb, because = "SQLite runs one writing transaction after the other")]
async fn a_handler_gets_rows_that_were_written_while_it_waited(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let row = car_of(&db, Some(&alice), "first").await.id;
    for (path, body) in
        [(format!("/api/cars/{row}/paint"), None), ("/api/cars/paint".to_owned(), Some(json!({ "ids": [row] })))]
    {
        // each is the first write of its process
        let api = Api::new("Drivers", "1", of_another_default(&db).await).auth(auth.clone()).mount(Cars).with(Actions);
        let client = Client::new(api.build().unwrap());
        let other = db.another_pool().await;
        let first = begin_first(&other, row).await;
        let token = token.clone();
        let write = tokio::spawn(async move { client.ask(Method::POST, &path, &token, body).await });
        wait_until_blocked(&db, &db.another_pool().await).await;
        first.commit().await.unwrap();
        let answer = write.await.unwrap();
        assert_eq!(answer.code(), 200, "{}", answer.text);
        let car = car::Entity::find_by_id(row).one(db.db()).await.unwrap().expect("it is there");
        assert_eq!(car.name, "touched, painted");
    }
}
