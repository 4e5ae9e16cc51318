//! A database that is busy, locked, away or mute is told as 503 in bounded time, and found again without a restart.
//!
//! Over a real port, and with the pool that programs are given.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use refrain::{Access, Action, AllowAny, Api, Context, IsAuthenticated, PoolSettings, Problem, ViewSet, auth::NewUser};
use refrain_testing::{Proxy, TestDb, every_database};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use serde_json::{Value as Json, json};
use tokio::sync::Notify;

use crate::support::{
    Answer, Car, auth, car, car_of,
    meanwhile::begin_first,
    sync, token_and_basic, user,
    wire::{Header, Sent, Wire},
};

const JSON: Header<'static> = ("Content-Type", b"application/json");
const LIST: &str = "/api/cars";

/// What hooks of the cars do, and how often they ran.
#[derive(Default)]
struct Hooks {
    /// a write whose name says so stays in its hook until it is let go
    entered: Notify,
    let_go: Notify,
    ran: AtomicU32,
    committed: AtomicU32,
}

#[derive(Clone)]
struct Cars(Arc<Hooks>);

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";
    const BULK: &'static [Action] = &[Action::PartialUpdate];

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }

    async fn perform_create(
        &self,
        cx: &Context<'_>,
        row: car::ActiveModel,
        _: &(),
    ) -> Result<car::ActiveModel, Problem> {
        self.0.ran.fetch_add(1, Ordering::SeqCst);
        if row.name.as_ref() == "slow" {
            let sleep = match cx.db().get_database_backend() {
                sea_orm::DbBackend::Postgres => "SELECT pg_sleep(20)",
                // SLEEP would end early, and without an error
                _ => {
                    "SELECT count(*) FROM information_schema.columns a, information_schema.columns b, \
                      information_schema.columns c, information_schema.columns d"
                }
            };
            cx.db().execute_unprepared(sleep).await?;
        }
        if row.name.as_ref() == "for ever" {
            std::future::pending::<()>().await;
        }
        Ok(row)
    }

    async fn perform_update(
        &self,
        _: &Context<'_>,
        changes: car::ActiveModel,
        _: &car::Model,
        _: &(),
    ) -> Result<car::ActiveModel, Problem> {
        if changes.name.as_ref() == "holds on" {
            self.0.entered.notify_one();
            self.0.let_go.notified().await;
        }
        Ok(changes)
    }

    async fn after_commit(&self, _: Action, _: &car::Model) {
        self.0.committed.fetch_add(1, Ordering::SeqCst);
    }
}

/// An open list beside it: what answers without asking who asks.
struct Open;

impl ViewSet for Open {
    type Serializer = Car;
    const PATH: &'static str = "/open";
    const ACTIONS: &'static [Action] = &[Action::List];

    fn permissions() -> Access<car::Entity> {
        Access::to(AllowAny)
    }
}

struct Site {
    wire: Wire,
    token: String,
    row: i64,
    hooks: Arc<Hooks>,
}

/// Short limits: tests wait for them.
fn short() -> PoolSettings {
    PoolSettings::default().max_connections(2).acquire_timeout(Duration::from_millis(600))
}

impl Site {
    async fn new(db: &TestDb, url: &str, settings: PoolSettings, request: Duration) -> Self {
        let auth = auth();
        sync(&auth, db).await;
        let (alice, token) = user(&auth, db, NewUser::new("alice").password("secret"), &[]).await;
        let row = car_of(db, Some(&alice), "as it was").await.id;
        let hooks = Arc::<Hooks>::default();
        let pool = settings.connect(url).await.expect("the database is there");
        let api = Api::new("Drivers", "1", pool).auth(auth).authenticators(token_and_basic()).request_timeout(request);
        let api = api.mount(Cars(hooks.clone())).mount(Open).build().expect("the parts fit");
        Self { wire: Wire::serve(api.into_endpoint()).await, token, row, hooks }
    }

    async fn ask(&self, method: &str, target: &str, body: Option<Json>) -> Answer {
        let token = format!("Token {}", self.token);
        let sent = body.map_or(Sent::Nothing, |body| Sent::text(body.to_string()));
        self.wire.ask(method, target, &[JSON, ("Authorization", token.as_bytes())], &sent).await
    }

    fn row(&self) -> String {
        format!("{LIST}/{}", self.row)
    }

    /// 503 to come back for, on a route that asks who it is and on one that does not, within the limit.
    async fn could_not_tell(&self, limit: Duration) {
        let begun = Instant::now();
        let basic = [("Authorization", b"Basic YWxpY2U6c2VjcmV0".as_slice())];
        let (own, open, by_password) = tokio::join!(
            self.ask("GET", LIST, None),
            self.wire.ask("GET", "/api/open", &[], &Sent::Nothing),
            self.wire.ask("GET", LIST, &basic, &Sent::Nothing),
        );
        for answer in [own, open, by_password] {
            is_unavailable(&answer);
        }
        within(begun, limit);
    }

    async fn answers(&self) {
        let answer = self.ask("GET", &self.row(), None).await;
        assert_eq!(answer.code(), 200, "{}", answer.text);
    }
}

#[track_caller]
fn is_unavailable(answer: &Answer) {
    let detail = "The answer could not be found out. Try again later.";
    answer.is_problem(503, "unavailable", detail, &Json::Null);
    assert_eq!(answer.header("retry-after"), Some("1"));
}

/// With room for a machine that has other things to do.
#[track_caller]
fn within(begun: Instant, limit: Duration) {
    let took = begun.elapsed();
    assert!(took < limit + Duration::from_secs(3), "{took:?} where {limit:?} was the limit");
}

const LONG: Duration = Duration::from_secs(30);

/// One write keeps its connection in a hook, a second waits for the first one's lock, and there is no third connection.
#[every_database]
async fn a_dry_pool_is_told_and_recovers(db: TestDb) {
    let site = Arc::new(Site::new(&db, &db.url(), short(), LONG).await);
    let change = |name: &'static str| {
        let site = site.clone();
        tokio::spawn(async move { site.ask("PATCH", &site.row(), Some(json!({ "name": name }))).await })
    };
    let first = change("holds on");
    site.hooks.entered.notified().await;
    let second = change("waits");
    tokio::time::sleep(Duration::from_millis(300)).await;
    for _ in 0..2 {
        site.could_not_tell(Duration::from_millis(600)).await;
    }
    assert!(!first.is_finished() && !second.is_finished());
    site.hooks.let_go.notify_one();
    for write in [first, second] {
        let answer = write.await.expect("an answer");
        assert_eq!(answer.code(), 200, "{}", answer.text);
    }
    site.answers().await;
    assert_eq!(site.hooks.committed.load(Ordering::SeqCst), 2);
}

/// Another program keeps the lock for longer than is waited for: on SQLite that of the file, else that of the row.
#[every_database]
async fn a_lock_that_is_not_given_back_is_told_and_writes_nothing(db: TestDb) {
    // MariaDB counts whole seconds
    let settings = short().lock_timeout(Duration::from_millis(400));
    let site = Site::new(&db, &db.url(), settings, LONG).await;
    let other = db.another_pool().await;
    let held = begin_first(&other, site.row).await;
    let many = json!([{"id": site.row, "changes": {"name": "written"}}]);
    for (target, body) in [(site.row(), json!({"name": "written"})), (format!("{LIST}/bulk"), many)] {
        let begun = Instant::now();
        is_unavailable(&site.ask("PATCH", &target, Some(body)).await);
        within(begun, Duration::from_secs(1));
    }
    assert_eq!(site.ask("GET", &site.row(), None).await.json()["name"], "as it was", "reading waits for nobody");
    held.rollback().await.expect("it was begun");
    let answer = site.ask("PATCH", &site.row(), Some(json!({"name": "written"}))).await;
    assert_eq!((answer.code(), &answer.json()["name"]), (200, &json!("written")));
}

#[every_database(postgres, mariadb, because = "SQLite has no limit on how long a statement runs")]
async fn a_statement_that_runs_too_long_is_ended_by_the_server(db: TestDb) {
    let site = Site::new(&db, &db.url(), short().statement_timeout(Duration::from_millis(400)), LONG).await;
    let begun = Instant::now();
    is_unavailable(&site.ask("POST", LIST, Some(json!({"name": "slow"}))).await);
    within(begun, Duration::from_millis(400));
    site.answers().await;
    assert_eq!(car::Entity::find().count(db.db()).await.expect("the cars"), 1);
}

/// A write that was given up may have been made: it is not told to be tried again.
#[every_database]
async fn a_request_that_takes_too_long_is_given_up(db: TestDb) {
    let site = Site::new(&db, &db.url(), short(), Duration::from_secs(1)).await;
    let begun = Instant::now();
    let answer = site.ask("POST", LIST, Some(json!({"name": "for ever"}))).await;
    let detail = "It could not be found out whether this was done. Look before trying again.";
    answer.is_problem(503, "outcome_unknown", detail, &Json::Null);
    assert_eq!((answer.header("retry-after"), answer.header("cache-control")), (None, Some("private")));
    within(begun, Duration::from_secs(1));
    site.answers().await;
    let made = site.ask("POST", LIST, Some(json!({"name": "made"}))).await;
    assert_eq!(made.code(), 201, "its lock is free again: {}", made.text);
    assert_eq!(car::Entity::find().count(db.db()).await.expect("the cars"), 2);
}

#[every_database(postgres, mariadb, because = "a file is not reached over a network")]
async fn a_stopped_server_is_told_and_found_again(db: TestDb) {
    let mut proxy = Proxy::before(&db).await;
    let site = Site::new(&db, &proxy.url(), short(), LONG).await;
    site.answers().await;
    proxy.stop().await;
    for _ in 0..3 {
        site.could_not_tell(Duration::from_millis(600)).await;
    }
    let begun = Instant::now();
    is_unavailable(&site.ask("POST", LIST, Some(json!({"name": "x"}))).await);
    within(begun, Duration::from_millis(600));
    proxy.start().await;
    for _ in 0..4 {
        site.answers().await;
    }
    // restarted while nobody asked: the connections of before are not given out
    proxy.stop().await;
    proxy.start().await;
    tokio::time::sleep(Duration::from_millis(1200)).await;
    for _ in 0..4 {
        site.answers().await;
    }
    let made = site.ask("POST", LIST, Some(json!({"name": "made"}))).await;
    assert_eq!(made.code(), 201, "{}", made.text);
    assert_eq!(car::Entity::find().count(db.db()).await.expect("the cars"), 2);
}

/// Packets are lost without a word, as when a machine loses its power and another takes its place: nothing ever comes
/// over the connections there were.
#[every_database(postgres, mariadb, because = "a file is not reached over a network")]
async fn a_mute_server_is_told_and_its_successor_found(db: TestDb) {
    let proxy = Proxy::before(&db).await;
    let site = Arc::new(Site::new(&db, &proxy.url(), short(), Duration::from_secs(2)).await);
    for _ in 0..2 {
        site.answers().await;
    }
    // one is amid a transaction, one in the pool
    let writing = {
        let site = site.clone();
        tokio::spawn(async move { site.ask("PATCH", &site.row(), Some(json!({"name": "holds on"}))).await })
    };
    site.hooks.entered.notified().await;
    site.answers().await;
    proxy.swallow();
    site.hooks.let_go.notify_one();
    let begun = Instant::now();
    for _ in 0..3 {
        site.could_not_tell(Duration::from_secs(2)).await;
    }
    within(begun, Duration::from_secs(6));
    let written = writing.await.expect("an answer");
    assert_eq!((written.code(), &written.json()["code"]), (503, &json!("outcome_unknown")));
    proxy.heal();
    let begun = Instant::now();
    while site.ask("GET", &site.row(), None).await.code() != 200 {
        assert!(begun.elapsed() < Duration::from_secs(10), "the pool does not recover");
    }
    // both places in the pool are free: two at once need two
    for _ in 0..3 {
        tokio::join!(site.answers(), site.answers());
    }
    assert_eq!(site.ask("GET", &site.row(), None).await.json()["name"], "as it was");
}

/// The connection breaks at COMMIT, before it arrives or after: nobody can tell which, so nobody tries again.
#[every_database(postgres, mariadb, because = "a file answers or fails, and is never out of reach")]
async fn a_commit_whose_outcome_is_unknown_is_not_run_again(db: TestDb) {
    let proxy = Proxy::before(&db).await;
    for arrives in [false, true] {
        proxy.heal();
        let name = format!("arrives {arrives}");
        let hooks = Arc::<Hooks>::default();
        let auth = auth();
        sync(&auth, &db).await;
        let (_, token) = user(&auth, &db, NewUser::new(format!("user-{arrives}")), &[]).await;
        let pool = short().connect(&proxy.url()).await.expect("the database is there");
        let api = Api::new("Drivers", "1", pool).auth(auth).mount(Cars(hooks.clone())).build().expect("the parts fit");
        let wire = Wire::serve(api.into_endpoint()).await;
        let token = format!("Token {token}");
        let headers = [JSON, ("Authorization", token.as_bytes())];
        let before = proxy.commits();
        proxy.end_at_commit(arrives);
        let answer = wire.ask("POST", LIST, &headers, &Sent::text(json!({ "name": name }).to_string())).await;
        let detail = "It could not be found out whether this was done. Look before trying again.";
        answer.is_problem(503, "outcome_unknown", detail, &Json::Null);
        assert_eq!(answer.header("retry-after"), None);
        assert_eq!(proxy.commits() - before, 1);
        assert_eq!((hooks.ran.load(Ordering::SeqCst), hooks.committed.load(Ordering::SeqCst)), (1, 0));
        let rows = car::Entity::find().all(db.db()).await.expect("the cars");
        assert_eq!(rows.iter().filter(|row| row.name == name).count(), usize::from(arrives));
    }
}

/// The commit goes on when its client hangs up, and still does not keep a connection for ever.
#[every_database(postgres, mariadb, because = "a file answers or fails, and is never out of reach")]
async fn a_commit_that_is_never_answered_gives_its_connection_back(db: TestDb) {
    let proxy = Proxy::before(&db).await;
    let settings = PoolSettings::default().max_connections(1).acquire_timeout(Duration::from_millis(600));
    let site = Site::new(&db, &proxy.url(), settings, Duration::from_secs(1)).await;
    proxy.swallow_commits();
    let begun = Instant::now();
    let answer = site.ask("POST", LIST, Some(json!({"name": "perhaps"}))).await;
    assert_eq!((answer.code(), &answer.json()["code"]), (503, &json!("outcome_unknown")));
    within(begun, Duration::from_secs(1));
    proxy.heal();
    let begun = Instant::now();
    while site.ask("GET", &site.row(), None).await.code() != 200 {
        assert!(begun.elapsed() < Duration::from_secs(10), "the pool does not recover");
    }
    assert_eq!(site.hooks.committed.load(Ordering::SeqCst), 0);
}
