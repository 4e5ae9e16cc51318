//! A request that is given up at any moment leaves no connection in a transaction, and takes nothing with it that was
//! answered before or is asked after.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use crate::support::{self, Car, Client, auth, car, car_of, sync, user, wire::Wire};
use poem::http::Method;
use refrain::{
    Access, Api, Db, IsAuthenticated, PoolSettings, Problem, ViewSet,
    auth::{Auth, NewUser, User},
};
use refrain_testing::{Backend, Proxy, TestDb, every_database};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, TransactionTrait,
};
use serde_json::json;

struct Cars;

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }

    async fn perform_update(
        &self,
        cx: &refrain::Context<'_>,
        changes: car::ActiveModel,
        _: &car::Model,
        _: &(),
    ) -> Result<car::ActiveModel, Problem> {
        if cx.headers().contains_key("x-panic") {
            panic!("a hook of the test");
        }
        if cx.headers().contains_key("x-slow") {
            tokio::time::sleep(Duration::from_secs(30)).await;
        }
        Ok(changes)
    }
}

/// A site over a pool as a program opens it.
struct Site {
    auth: Auth,
    pool: DatabaseConnection,
    alice: User,
    token: String,
    path: String,
}

const CONNECTIONS: u32 = 3;

impl Site {
    async fn over(db: &TestDb, url: &str) -> Self {
        let auth = auth();
        sync(&auth, db).await;
        let (alice, token) = user(&auth, db, NewUser::new("alice"), &["view"]).await;
        let path = format!("/api/cars/{}", car_of(db, Some(&alice), "first").await.id);
        let settings = PoolSettings::default().max_connections(CONNECTIONS).acquire_timeout(Duration::from_secs(10));
        Self { auth, pool: settings.connect(url).await.unwrap(), alice, token, path }
    }

    fn api(&self) -> Api<impl refrain::api::Part + use<>> {
        Api::new("Drivers", "1", self.pool.clone()).auth(self.auth.clone()).mount(Cars)
    }

    fn client(&self) -> Client {
        Client::new(self.api().build().unwrap())
    }

    /// Every connection works, and what is answered is there for others.
    async fn is_whole(&self, db: &TestDb) {
        let client = self.client();
        for number in 0..2 * CONNECTIONS {
            let made = client.ask(Method::POST, "/api/cars", &self.token, Some(json!({"name": "after"}))).await;
            assert_eq!(made.code(), 201, "{number}: {}", made.text);
            let id = made.json()["id"].as_i64().expect("a key");
            assert!(car::Entity::find_by_id(id).one(db.db()).await.unwrap().is_some(), "what was answered is lost");
        }
        // a revocation is seen by everybody
        self.alice.permissions().remove(&self.pool, ["drivers.view_car"]).await.unwrap();
        let afresh = self.alice.reload(db.db()).await.unwrap().expect("alice");
        assert!(!afresh.has_perm(db.db(), "drivers.view_car").await.unwrap(), "a revocation is lost");
        self.alice.permissions().add(&self.pool, ["drivers.view_car"]).await.unwrap();
        is_at_rest(db).await;
    }
}

/// No session of this database is in a transaction; those that end are waited for, as long as a pool waits for one that
/// is out of step with its server.
async fn is_at_rest(db: &TestDb) {
    is_at_rest_after(db, "").await;
}

async fn is_at_rest_after(db: &TestDb, place: &str) {
    let open = match db.backend() {
        Backend::Sqlite => return,
        Backend::Postgres => {
            "SELECT COUNT(*) AS open, MAX(query) AS query FROM pg_stat_activity WHERE datname = current_database() \
             AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
        }
        Backend::MariaDb => {
            "SELECT COUNT(*) AS open, MAX(t.trx_state) AS query FROM information_schema.innodb_trx t \
             JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id \
             WHERE p.db = DATABASE() AND p.command = 'Sleep'"
        }
    };
    let mut left = String::new();
    for _ in 0..100 {
        let row = db.query_one_raw(db.statement(open)).await.unwrap().expect("a count");
        if row.try_get::<i64>("", "open").unwrap() == 0 {
            return;
        }
        left = row.try_get::<Option<String>>("", "query").unwrap().unwrap_or_default();
        // MariaDB tells of transactions what it knew when nobody had asked for 100 ms
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    panic!("a session is left in a transaction, after: {left} ({place})");
}

/// What comes of some work that is polled so many times, and dropped if it has not ended then.
async fn polled<T>(work: impl Future<Output = T>, most: usize) -> Option<T> {
    let mut work = pin!(work);
    let mut left = most;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match work.as_mut().poll(cx) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[every_database]
async fn dropped_at_each_of_its_polls(db: TestDb) {
    let site = Site::over(&db, &db.url()).await;
    let client = site.client();
    let mut places = 0;
    for (method, path, body) in [
        (Method::PATCH, site.path.as_str(), Some(json!({"name": "changed"}))),
        (Method::POST, "/api/cars", Some(json!({"name": "new"}))),
    ] {
        let mut most = 0;
        loop {
            if let Some(answer) = polled(client.ask(method.clone(), path, &site.token, body.clone()), most).await {
                assert!(answer.status.is_success(), "{}", answer.text);
                break;
            }
            is_at_rest_after(&db, &format!("{method} at {most}")).await;
            most += 1;
        }
        places += most;
        site.is_whole(&db).await;
    }
    // how often one is polled depends on how soon the server answers
    assert!(places > 2, "they were dropped at {places} places only");
    if db.backend() == Backend::MariaDb {
        return; // outside a request, its driver may be left out of step by a statement that is dropped half way
    }
    // so are grants, memberships and tokens
    let row = car::Entity::find().one(db.db()).await.unwrap().expect("a car");
    let mut most = 0;
    loop {
        let work = async {
            site.auth.assign_perm(&site.pool, "view_car", [&site.alice], [&row]).await.unwrap();
            site.auth.remove_perm(&site.pool, "view_car", [&site.alice], [&row]).await.unwrap();
            site.alice.permissions().set(&site.pool, ["drivers.view_car"]).await.unwrap();
            site.alice.revoke_token(&site.pool).await.unwrap();
            site.alice.token(&site.pool).await.unwrap()
        };
        if polled(work, most).await.is_some() {
            break;
        }
        is_at_rest_after(&db, &format!("grants at {most}")).await;
        most += 1;
    }
    let token = site.alice.token(&site.pool).await.unwrap();
    Site { token, ..site }.is_whole(&db).await;
}

#[every_database(postgres, mariadb, because = "SQLite is not reached over a network")]
async fn clients_reset_their_connections(db: TestDb) {
    let proxy = Proxy::before(&db).await;
    let site = Site::over(&db, &proxy.url()).await;
    let wire = Wire::serve(site.api().build().unwrap().into_endpoint()).await;
    proxy.put_away(Duration::from_millis(2));
    let body = r#"{"name": "hung up"}"#;
    let request = |method: &str, path: &str| {
        format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Token {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            site.token,
            body.len()
        )
        .into_bytes()
    };
    for time in (0..60).map(Duration::from_millis) {
        let (change, make) = (request("PATCH", &site.path), request("POST", "/api/cars"));
        tokio::join!(wire.hang_up_after(&change, time), wire.hang_up_after(&make, time));
    }
    is_at_rest(&db).await;
    proxy.put_away(Duration::ZERO);
    site.is_whole(&db).await;
}

#[every_database]
async fn the_time_limit_ends_it(db: TestDb) {
    let site = Site::over(&db, &db.url()).await;
    let api = site.api().request_timeout(Duration::from_millis(150)).build().unwrap();
    let client = Client::new(api);
    for _ in 0..2 * CONNECTIONS {
        let request = client.raw().patch(&site.path).header("authorization", format!("Token {}", site.token));
        let answer =
            support::answer(request.header("x-slow", "1").body_json(&json!({"name": "late"})).send().await).await;
        assert_eq!((answer.code(), &answer.json()["code"]), (503, &json!("outcome_unknown")), "{}", answer.text);
    }
    site.is_whole(&db).await;
    assert_eq!(car::Entity::find().one(db.db()).await.unwrap().expect("a car").name, "first");
}

#[every_database]
async fn a_hook_panics(db: TestDb) {
    let site = Site::over(&db, &db.url()).await;
    let client = site.client();
    for _ in 0..2 * CONNECTIONS {
        let request = client.raw().patch(&site.path).header("authorization", format!("Token {}", site.token));
        let answer =
            support::answer(request.header("x-panic", "1").body_json(&json!({"name": "x"})).send().await).await;
        answer.is_problem(500, "error", "A server error occurred.", &json!(null));
    }
    site.is_whole(&db).await;
    assert_eq!(car::Entity::find().filter(car::Column::Name.eq("first")).count(db.db()).await.unwrap(), 1);
}

/// What a program begins by itself within a request ends with it too, before anybody else has the connection.
#[every_database(postgres, mariadb, because = "SQLite is not reached over a network")]
async fn a_transaction_of_the_programs_own_ends_with_its_request(db: TestDb) {
    let site = Site::over(&db, &db.url()).await;
    struct Own(DatabaseConnection);
    #[poem_openapi::OpenApi]
    impl Own {
        #[oai(path = "/own", method = "get")]
        async fn own(&self, _who: refrain::Guarded<IsAuthenticated>) -> poem_openapi::payload::PlainText<String> {
            let transaction = self.0.begin().await.unwrap();
            transaction.execute_unprepared("SELECT 1").await.unwrap();
            poem_openapi::payload::PlainText("begun".to_owned())
        }
    }
    let api = Api::new("Drivers", "1", site.pool.clone()).auth(site.auth.clone()).with(Own(site.pool.clone()));
    let client = Client::new(api.build().unwrap());
    for most in 0..40 {
        if polled(client.get("/api/own", &site.token), most).await.is_some() {
            break;
        }
        is_at_rest(&db).await;
    }
    site.is_whole(&db).await;
}

/// What it drops elsewhere, where nobody knows of a request, ends with the next look at the connection.
#[every_database(postgres, mariadb, because = "SQLite is not reached over a network")]
async fn a_transaction_that_was_dropped_outside_of_requests_ends_too(db: TestDb) {
    let mut pools = Vec::new();
    for most in 0..10 {
        let pool = PoolSettings::default().max_connections(1).connect(&db.url()).await.unwrap();
        pool.execute_unprepared("SELECT 1").await.unwrap();
        polled(async { pool.begin().await.unwrap().execute_unprepared("SELECT 1").await }, most).await;
        pools.push(pool);
    }
    // longer than a connection is trusted without a look
    tokio::time::sleep(Duration::from_millis(1200)).await;
    for pool in pools {
        pool.execute_unprepared("INSERT INTO drivers_car (name, published) VALUES ('after', true)").await.unwrap();
    }
    is_at_rest(&db).await;
    let after = car::Entity::find().filter(car::Column::Name.eq("after")).count(db.db()).await.unwrap();
    assert_eq!(after, 10, "what was answered is lost");
}

/// Whose time limit it was does not matter: what runs through the library and is given up keeps no connection.
#[every_database(postgres, mariadb, because = "SQLite is not reached over a network")]
async fn a_statement_that_a_program_gave_up_keeps_no_connection(db: TestDb) {
    let pool = PoolSettings::default().max_connections(1).connect(&db.url()).await.unwrap();
    let asking = Db::from(&pool);
    // the server answered just now, so that nobody would look without a reason
    asking.execute_unprepared("SELECT 1").await.unwrap();
    let sleep = match db.backend() {
        Backend::MariaDb => "SELECT SLEEP(8)",
        _ => "SELECT pg_sleep(8)",
    };
    let given_up = tokio::time::timeout(Duration::from_millis(50), asking.query_all_raw(db.statement(sleep))).await;
    assert!(given_up.is_err(), "it sleeps");
    let next = tokio::time::timeout(Duration::from_secs(4), asking.execute_unprepared("SELECT 1")).await;
    next.expect("the connection is waited for no longer").unwrap();
}
