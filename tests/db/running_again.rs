//! A write that met a deadlock or a serialization failure is run again, hooks and all, and committed once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use poem::http::Method;
use refrain::{Access, Action, AllowAny, Api, Context, PoolSettings, Problem, ViewSet};
use refrain_testing::{Backend, TestDb, every_database};
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder, Statement};
use serde_json::json;
use tokio::sync::Barrier;

use crate::support::{Answer, Car, Client, auth, car, car_of, sync};

/// What happened to the cars, and what their hooks do.
struct Hooks {
    /// two writes wait here for each other, with a row locked each
    meeting: Option<Barrier>,
    ran: AtomicU32,
    committed: AtomicU32,
}

impl Hooks {
    fn new(meeting: Option<Barrier>) -> Arc<Self> {
        Arc::new(Self { meeting, ran: AtomicU32::new(0), committed: AtomicU32::new(0) })
    }

    fn seen(&self) -> (u32, u32) {
        (self.ran.load(Ordering::SeqCst), self.committed.load(Ordering::SeqCst))
    }
}

struct Cars(Arc<Hooks>);

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(AllowAny)
    }

    async fn perform_create(
        &self,
        _: &Context<'_>,
        row: car::ActiveModel,
        _: &(),
    ) -> Result<car::ActiveModel, Problem> {
        self.0.ran.fetch_add(1, Ordering::SeqCst);
        Ok(row)
    }

    async fn perform_update(
        &self,
        cx: &Context<'_>,
        changes: car::ActiveModel,
        before: &car::Model,
        _: &(),
    ) -> Result<car::ActiveModel, Problem> {
        let run = self.0.ran.fetch_add(1, Ordering::SeqCst);
        if let Some(meeting) = &self.0.meeting {
            if run < 2 {
                meeting.wait().await;
            }
            let others = format!("UPDATE drivers_car SET published = NOT published WHERE id <> {}", before.id);
            cx.db().execute_unprepared(&others).await?;
        }
        Ok(changes)
    }

    async fn after_commit(&self, _: Action, _: &car::Model) {
        self.0.committed.fetch_add(1, Ordering::SeqCst);
    }
}

async fn site(db: &TestDb, hooks: &Arc<Hooks>) -> Arc<Client> {
    let auth = auth();
    sync(&auth, db).await;
    // a wait for a lock that is longer than PostgreSQL's before it looks for a deadlock
    let pool = PoolSettings::default().lock_timeout(Duration::from_secs(20)).connect(&db.url()).await;
    let api = Api::new("Drivers", "1", pool.expect("it is there")).auth(auth).mount(Cars(hooks.clone()));
    Arc::new(Client::new(api.build().expect("the parts fit")))
}

async fn run(db: &TestDb, sql: &str) {
    db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Each write holds its own row and then wants the other's, through a hook.
#[every_database(postgres, mariadb, because = "SQLite has one writer at a time, and so no deadlocks")]
async fn a_deadlock_is_run_again(db: TestDb) {
    let hooks = Hooks::new(Some(Barrier::new(2)));
    let client = site(&db, &hooks).await;
    let rows = [car_of(&db, None, "one").await.id, car_of(&db, None, "two").await.id];
    let change = |row: i64, name: &'static str| {
        let client = client.clone();
        tokio::spawn(async move {
            client.ask(Method::PATCH, &format!("/api/cars/{row}"), "", Some(json!({ "name": name }))).await
        })
    };
    let (first, second) = (change(rows[0], "first"), change(rows[1], "second"));
    for write in [first, second] {
        let answer: Answer = write.await.expect("an answer");
        assert_eq!(answer.code(), 200, "{}", answer.text);
    }
    assert_eq!(hooks.seen(), (3, 2), "one of the two ran twice, and each was committed once");
    let cars = car::Entity::find().order_by_asc(car::Column::Id).all(db.db()).await.expect("the cars");
    let written: Vec<_> = cars.iter().map(|car| (car.name.as_str(), car.published)).collect();
    assert_eq!(written, [("first", true), ("second", true)], "each hook's own change was made once");
}

/// Cars whose first so many writes fail as those do that cannot be serialized. What a sequence hands out is not taken
/// back with a transaction.
async fn failing(db: &TestDb, times: u32, at_commit: bool) {
    run(db, "CREATE SEQUENCE tries").await;
    match db.backend() {
        Backend::Postgres => {
            run(
                db,
                &format!(
                    "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('tries') <= {times} \
                     THEN RAISE 'could not serialize' USING ERRCODE = '40001'; END IF; RETURN NULL; END $$"
                ),
            )
            .await;
            let deferred = if at_commit { "DEFERRABLE INITIALLY DEFERRED" } else { "" };
            let trigger = "CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON drivers_car";
            run(db, &format!("{trigger} {deferred} FOR EACH ROW EXECUTE FUNCTION fail()")).await;
        }
        _ => {
            run(
                db,
                &format!(
                    "CREATE TRIGGER fail AFTER INSERT ON drivers_car FOR EACH ROW IF nextval(tries) <= {times} THEN \
                     SIGNAL SQLSTATE '40001' SET MESSAGE_TEXT = 'could not serialize'; END IF"
                ),
            )
            .await;
        }
    }
}

async fn runs_again_and_again(db: TestDb, at_commit: bool) {
    let hooks = Hooks::new(None);
    let client = site(&db, &hooks).await;
    failing(&db, 5, at_commit).await;
    let refused = client.ask(Method::POST, "/api/cars", "", Some(json!({"name": "never"}))).await;
    let detail = "The answer could not be found out. Try again later.";
    refused.is_problem(503, "unavailable", detail, &serde_json::Value::Null);
    assert_eq!(refused.header("retry-after"), Some("1"), "nothing was written, so it may be sent again");
    assert_eq!(hooks.seen(), (3, 0), "three times in all");
    let made = client.ask(Method::POST, "/api/cars", "", Some(json!({"name": "made"}))).await;
    assert_eq!(made.code(), 201, "{}", made.text);
    assert_eq!(hooks.seen(), (6, 1), "the third time it went through");
    let cars = car::Entity::find().all(db.db()).await.expect("the cars");
    assert_eq!(cars.iter().map(|car| car.name.as_str()).collect::<Vec<_>>(), ["made"]);
}

#[every_database(postgres, mariadb, because = "SQLite runs one writing transaction after the other")]
async fn a_serialization_failure_is_run_again_three_times_in_all(db: TestDb) {
    runs_again_and_again(db, false).await;
}

/// A commit that the server refused wrote nothing, and that is known.
#[every_database(postgres, because = "others check nothing that late")]
async fn a_serialization_failure_at_commit_is_run_again(db: TestDb) {
    runs_again_and_again(db, true).await;
}

/// The database's own default does not matter: what is read under a lock is what was committed before it was had.
#[every_database(postgres, because = "it is set for a database there, and for a server elsewhere")]
async fn writes_are_read_committed_where_the_default_is_serializable(db: TestDb) {
    let name = Statement::from_string(db.get_database_backend(), "SELECT quote_ident(current_database())");
    let name: String = db.query_one_raw(name).await.expect("a name").expect("a row").try_get_by_index(0).expect("text");
    run(&db, &format!("ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")).await;
    let hooks = Hooks::new(None);
    let client = site(&db, &hooks).await;
    let row = car_of(&db, None, "as it was").await.id;
    let writes: Vec<_> = (0..8)
        .map(|number| {
            let client = client.clone();
            let body = json!({ "name": format!("write {number}") });
            tokio::spawn(async move { client.ask(Method::PATCH, &format!("/api/cars/{row}"), "", Some(body)).await })
        })
        .collect();
    for write in writes {
        let answer = write.await.expect("an answer");
        assert_eq!(answer.code(), 200, "{}", answer.text);
    }
    assert_eq!(hooks.seen(), (8, 8), "nothing had to be run again");
}
