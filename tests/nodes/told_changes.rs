//! PostgreSQL tells what changed, whoever changed it; and while nothing can be heard the database is asked with each request.

use std::time::{Duration, Instant};

use poem::http::Method;
use refrain::{
    Access, Api, BuiltApi, ModelPermissions, PoolSettings, Result,
    auth::{Auth, NewToken, NewUser, Snapshots, User},
    authentication::{Authenticators, TokenAuthentication},
    migration::{MigrationTrait, SchemaManager, identity_notices, make_identity_notices, named_tokens},
};
use refrain_testing::{Counter, Proxy, TestDb, counted, every_database};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::json;

use crate::support::{Client, Rules, auth, car, cars, log::log, sync, user};

struct ByModel;

impl Rules for ByModel {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions)
    }
}

/// How stale an answer may be.
const BOUND: Duration = Duration::from_secs(1);

/// Time enough to have heard, on a machine that does other things.
const HEARD: Duration = Duration::from_millis(900);

async fn migrate(db: &DatabaseConnection, migrations: Vec<Box<dyn MigrationTrait>>) {
    for migration in migrations {
        migration.up(&SchemaManager::new(db)).await.expect("it runs");
    }
}

/// The database tells of changes, and alice may view cars; she, and her token.
async fn alice_where_changes_are_told(db: &TestDb) -> (Auth, User, String) {
    migrate(db, identity_notices(Default::default())).await;
    let auth = auth();
    sync(&auth, db).await;
    let (alice, token) = user(&auth, db, NewUser::new("alice"), &["view"]).await;
    (auth, alice, token)
}

fn built(db: &DatabaseConnection, auth: &Auth, snapshots: Snapshots) -> BuiltApi {
    let tokens = Authenticators::none().with(TokenAuthentication::default());
    let api = Api::new("Drivers", "1.0", db.clone()).auth(auth.clone()).authenticators(tokens).snapshots(snapshots);
    api.mount(cars::<ByModel>()).build().expect("the parts fit")
}

/// A node that hears, with what it asks the database.
struct Node {
    client: Client,
    counter: Counter,
}

impl Node {
    async fn start(db: &DatabaseConnection, auth: &Auth) -> Self {
        Self::with(db, auth, Snapshots::told_within(BOUND)).await
    }

    async fn with(db: &DatabaseConnection, auth: &Auth, snapshots: Snapshots) -> Self {
        let (db, counter) = counted(db);
        let api = built(&db, auth, snapshots);
        api.listen().await.expect("the database tells");
        Self { client: Client::new(api), counter }
    }

    async fn code(&self, token: &str) -> u16 {
        self.client.get("/api/cars", token).await.code()
    }

    /// Is the caller known without a question?
    async fn knows(&self, token: &str) -> bool {
        self.counter.take();
        self.client.get("/api/cars", token).await;
        !self.counter.take().iter().any(|sql| sql.contains("authtoken_token"))
    }

    /// Waits until it does.
    async fn comes_to_know(&self, token: &str) {
        let began = Instant::now();
        while !self.knows(token).await {
            assert!(began.elapsed() < Duration::from_secs(10), "nothing is kept");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until this is the answer; within the bound.
    async fn comes_to_answer(&self, token: &str, code: u16, within: Duration) -> Duration {
        let began = Instant::now();
        loop {
            let last = self.code(token).await;
            if last == code {
                return began.elapsed();
            }
            assert!(began.elapsed() < within, "{last} after {:?}", began.elapsed());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// Each of these by SQL, as Django's admin or `psql` would; and what alice gets before and after.
#[every_database(postgres, because = "no other tells")]
async fn every_change_is_heard(db: TestDb) -> Result<()> {
    migrate(&db, named_tokens(Default::default())).await;
    let (auth, alice, token) = alice_where_changes_are_told(&db).await;
    let elsewhere = db.another_pool().await;
    let node = Node::start(&db, &auth).await;
    let id = alice.id().expect("she is somebody");
    let view = "(SELECT id FROM auth_permission WHERE codename = 'view_car')";
    let grant = format!("INSERT INTO auth_user_user_permissions (user_id, permission_id) VALUES ({id}, {view})");
    let group = format!(
        "INSERT INTO auth_group (name) VALUES ('viewers'); \
         INSERT INTO auth_group_permissions (group_id, permission_id) SELECT id, {view} FROM auth_group; \
         INSERT INTO auth_user_groups (user_id, group_id) SELECT {id}, id FROM auth_group"
    );
    for (change, then) in [
        (&*format!("UPDATE auth_user SET is_active = FALSE WHERE id = {id}"), 401),
        ("UPDATE auth_user SET is_active = TRUE", 200),
        ("DELETE FROM auth_user_user_permissions", 403),
        (&grant, 200),
        ("TRUNCATE auth_user_user_permissions", 403),
        (&group, 200),
        ("DELETE FROM auth_group_permissions", 403),
        (
            &format!("INSERT INTO auth_group_permissions (group_id, permission_id) SELECT id, {view} FROM auth_group"),
            200,
        ),
        ("UPDATE auth_permission SET codename = 'view_automobile' WHERE codename = 'view_car'", 403),
        ("UPDATE auth_permission SET codename = 'view_car' WHERE codename = 'view_automobile'", 200),
        ("UPDATE django_content_type SET app_label = 'riders' WHERE app_label = 'drivers'", 403),
        ("UPDATE django_content_type SET app_label = 'drivers' WHERE app_label = 'riders'", 200),
        ("DELETE FROM auth_user_groups", 403),
        ("UPDATE auth_user SET is_superuser = TRUE", 200),
        ("BEGIN; UPDATE auth_user SET is_superuser = FALSE; COMMIT", 403),
        (
            "SET session_replication_role = replica; UPDATE auth_user SET is_superuser = TRUE; RESET session_replication_role",
            200,
        ),
        // a statement that tells nothing, but changes every row
        ("ALTER TABLE auth_user ALTER COLUMN is_superuser TYPE boolean USING FALSE", 403),
        ("UPDATE auth_user SET is_superuser = TRUE", 200),
        ("DELETE FROM authtoken_token", 401),
    ] {
        // what was answered last is kept
        if node.code(&token).await != 401 {
            node.comes_to_know(&token).await;
        }
        elsewhere.execute_unprepared(change).await?;
        let within = if change.starts_with("ALTER") { BOUND + HEARD } else { HEARD };
        node.comes_to_answer(&token, then, within).await;
    }
    Ok(())
}

/// A column is called otherwise: nothing that writes the table fails for it, and everybody is asked for again.
#[every_database(postgres, because = "no other tells")]
async fn a_renamed_column_stops_no_write(db: TestDb) -> Result<()> {
    let (auth, _, token) = alice_where_changes_are_told(&db).await;
    let node = Node::start(&db, &auth).await;
    node.comes_to_know(&token).await;
    db.execute_unprepared("ALTER TABLE auth_user_groups RENAME COLUMN user_id TO member_id").await?;
    db.execute_unprepared("INSERT INTO auth_group (name) VALUES ('drivers')").await?;
    for write in [
        "INSERT INTO auth_user_groups (member_id, group_id) SELECT u.id, g.id FROM auth_user u, auth_group g",
        "UPDATE auth_user_groups SET group_id = group_id",
        "DELETE FROM auth_user_groups",
    ] {
        db.execute_unprepared(write).await?;
    }
    Ok(())
}

/// When a token was last used is nobody's affair; what it is good for is.
#[every_database(postgres, because = "no other tells")]
async fn a_use_of_a_token_is_no_change(db: TestDb) -> Result<()> {
    let (auth, alice, token) = alice_where_changes_are_told(&db).await;
    alice.make_token(&*db, NewToken::new("laptop")).await?;
    let node = Node::start(&db, &auth).await;
    node.comes_to_know(&token).await;
    db.execute_unprepared("UPDATE refrain_token SET last_used = now()").await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(node.knows(&token).await);
    db.execute_unprepared("UPDATE refrain_token SET expires_at = now()").await?;
    let began = Instant::now();
    while node.knows(&token).await {
        assert!(began.elapsed() < HEARD);
    }
    Ok(())
}

/// Many users at once, more than are named one by one.
#[every_database(postgres, because = "no other tells")]
async fn a_change_of_many_is_heard(db: TestDb) -> Result<()> {
    let (auth, _, token) = alice_where_changes_are_told(&db).await;
    db.execute_unprepared(
        "INSERT INTO auth_user (username, password, is_superuser, first_name, last_name, email, is_staff, is_active, \
         date_joined) SELECT 'user' || n, '!', FALSE, '', '', '', FALSE, TRUE, now() FROM generate_series(1, 500) n",
    )
    .await?;
    let node = Node::start(&db, &auth).await;
    node.comes_to_know(&token).await;
    db.execute_unprepared("UPDATE auth_user SET is_active = FALSE").await?;
    node.comes_to_answer(&token, 401, HEARD).await;
    Ok(())
}

/// A change of one user leaves what is known of another.
#[every_database(postgres, because = "no other tells")]
async fn a_change_is_about_its_user(db: TestDb) -> Result<()> {
    let (auth, _, alice) = alice_where_changes_are_told(&db).await;
    let (_, bob) = user(&auth, &db, NewUser::new("bob"), &["view"]).await;
    let node = Node::start(&db, &auth).await;
    node.comes_to_know(&alice).await;
    node.comes_to_know(&bob).await;
    db.execute_unprepared("UPDATE auth_user SET is_active = FALSE WHERE username = 'alice'").await?;
    node.comes_to_answer(&alice, 401, HEARD).await;
    assert!(node.knows(&bob).await, "or one of 4096 counters is both their own: run it again");
    Ok(())
}

/// The way to who listens is cut, in three ways: at no time is anybody let in whose right ended longer ago than the bound.
#[every_database(postgres, because = "no other tells")]
async fn what_cannot_be_heard_does_not_count(db: TestDb) -> Result<()> {
    let log = log();
    let (auth, _, token) = alice_where_changes_are_told(&db).await;
    let mut road = Proxy::before(&db).await;
    let node = Node::with(&db, &auth, Snapshots::told_within(BOUND).listening_at(road.url())).await;
    let (off, on) = ("UPDATE auth_user SET is_active = FALSE", "UPDATE auth_user SET is_active = TRUE");
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'refrain, listening' \
                AND datname = current_database()";
    let slack = Duration::from_millis(300);

    // its session is ended by the server
    node.comes_to_know(&token).await;
    db.execute_unprepared(&format!("{kill}; {off}")).await?;
    node.comes_to_answer(&token, 401, BOUND + slack).await;
    db.execute_unprepared(on).await?;
    node.comes_to_know(&token).await;

    // nothing arrives any more, and nobody is told
    road.swallow();
    db.execute_unprepared(off).await?;
    node.comes_to_answer(&token, 401, BOUND + slack).await;
    db.execute_unprepared(on).await?;
    node.comes_to_answer(&token, 200, slack).await;
    assert!(!node.knows(&token).await, "nothing is heard");
    road.heal();
    node.comes_to_know(&token).await;

    // nobody answers there
    road.stop().await;
    db.execute_unprepared(off).await?;
    node.comes_to_answer(&token, 401, BOUND + slack).await;
    db.execute_unprepared(on).await?;
    node.comes_to_answer(&token, 200, slack).await;
    road.start().await;
    node.comes_to_know(&token).await;
    db.execute_unprepared(off).await?;
    node.comes_to_answer(&token, 401, HEARD).await;
    let text = log.text();
    let lines = ["are not heard any more", "are heard again", "cannot be heard"];
    assert_eq!(lines.map(|line| text.matches(line).count()), [3, 3, 0], "each time it is said once");
    Ok(())
}

/// Who asks the database to tell something does so over one connection, and not over a new one each time.
#[every_database(postgres, because = "no other tells")]
async fn it_is_asked_over_one_connection(db: TestDb) -> Result<()> {
    let (auth, _, token) = alice_where_changes_are_told(&db).await;
    let node = Node::start(&db, &auth).await;
    node.comes_to_know(&token).await;
    let before = connections(&db, "beating").await?;
    assert_eq!(before.len(), 1);
    tokio::time::sleep(BOUND).await;
    assert_eq!(connections(&db, "beating").await?, before);
    Ok(())
}

/// The server's processes of those that do this.
async fn connections(db: &TestDb, what: &str) -> Result<Vec<i32>> {
    let sql = format!(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'refrain, {what}' AND datname = current_database()"
    );
    let rows = db.query_all_raw(db.statement(&sql)).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<std::result::Result<_, _>>()?)
}

/// Who begins to listen twice listens once.
#[every_database(postgres, because = "no other tells")]
async fn a_node_listens_over_one_connection(db: TestDb) -> Result<()> {
    migrate(&db, identity_notices(Default::default())).await;
    let api = built(&db, &auth(), Snapshots::told_within(BOUND));
    for _ in 0..3 {
        api.listen().await?;
    }
    // those that listened before have ended, and the last one is there, a moment later
    let began = Instant::now();
    let mut listening = Vec::new();
    while began.elapsed() < BOUND {
        tokio::time::sleep(Duration::from_millis(50)).await;
        listening = connections(&db, "listening").await?;
    }
    assert_eq!(listening.len(), 1, "{listening:?}");
    Ok(())
}

/// A trigger is off while something changes; the bound holds though nobody told.
#[every_database(postgres, because = "no other tells")]
async fn a_trigger_that_was_off_is_found_out(db: TestDb) -> Result<()> {
    let log = log();
    let (auth, _, token) = alice_where_changes_are_told(&db).await;
    let node = Node::start(&db, &auth).await;
    let slack = Duration::from_millis(300);
    let off = "ALTER TABLE auth_user DISABLE TRIGGER refrain_tells_update";
    let on = "ALTER TABLE auth_user ENABLE ALWAYS TRIGGER refrain_tells_update";

    node.comes_to_know(&token).await;
    db.execute_unprepared(&format!("BEGIN; {off}; UPDATE auth_user SET is_active = FALSE; {on}; COMMIT")).await?;
    node.comes_to_answer(&token, 401, BOUND + slack).await;
    db.execute_unprepared("UPDATE auth_user SET is_active = TRUE").await?;
    node.comes_to_know(&token).await;

    // for good, and by a name that runs for nobody but the replication
    for broken in [off, "ALTER TABLE auth_user ENABLE REPLICA TRIGGER refrain_tells_update"] {
        db.execute_unprepared(broken).await?;
        tokio::time::sleep(BOUND).await;
        assert!(!node.knows(&token).await);
        assert!(!node.knows(&token).await);
        db.execute_unprepared(on).await?;
        node.comes_to_know(&token).await;
    }
    let text = log.text();
    let lines = ["nothing tells of changes in", "are in place: the database is asked"];
    assert_eq!(lines.map(|line| text.matches(line).count()), [2, 0], "it is said when it is found out");
    Ok(())
}

#[every_database(postgres, because = "no other tells")]
async fn nothing_listens_where_nothing_tells(db: TestDb) -> Result<()> {
    let auth = auth();
    sync(&auth, &db).await;
    let why = async |db: &DatabaseConnection, snapshots: Snapshots| {
        built(db, &auth, snapshots).listen().await.expect_err("nothing tells").to_string()
    };
    let told = || Snapshots::told_within(BOUND);
    db.execute_unprepared("DROP TABLE refrain_token; DELETE FROM refrain_made_tables WHERE name = 'refrain_token'")
        .await?;
    let all = why(&db, told()).await;
    assert!(all.contains("`auth_user`") && all.contains("`authtoken_token`"), "{all}");
    assert!(!all.contains("refrain_token"), "there is none: {all}");
    migrate(&db, identity_notices(Default::default())).await;
    built(&db, &auth, told()).listen().await?;
    // a table that was made since
    migrate(&db, named_tokens(Default::default())).await;
    let one = why(&db, told()).await;
    assert!(one.contains("in `refrain_token`:"), "{one}");
    make_identity_notices(&SchemaManager::new(db.db()), &Default::default()).await?;
    built(&db, &auth, told()).listen().await?;
    for migration in identity_notices(Default::default()) {
        migration.down(&SchemaManager::new(db.db())).await?;
    }
    assert!(why(&db, told()).await.contains("`auth_user`"));
    migrate(&db, identity_notices(Default::default())).await;
    built(&db, &auth, told()).listen().await?;
    // one that runs for some columns only
    db.execute_unprepared(
        "DROP TRIGGER refrain_tells_update ON auth_user; CREATE TRIGGER refrain_tells_update AFTER UPDATE OF email \
         ON auth_user FOR EACH STATEMENT EXECUTE FUNCTION refrain_tell_identity(); \
         ALTER TABLE auth_user ENABLE ALWAYS TRIGGER refrain_tells_update",
    )
    .await?;
    assert!(why(&db, told()).await.contains("in `auth_user`:"));
    migrate(&db, identity_notices(Default::default())).await;
    built(&db, &auth, told()).listen().await?;
    assert!(why(&db, told().listening_at("no address")).await.contains("cannot be read"));
    Ok(())
}

#[every_database(sqlite, mariadb, because = "PostgreSQL tells")]
async fn where_nothing_tells_it_is_said(db: TestDb) -> Result<()> {
    // the migration is for every database
    migrate(&db, identity_notices(Default::default())).await;
    let why = built(&db, &auth(), Snapshots::told_within(BOUND)).listen().await.expect_err("nothing tells");
    assert!(why.to_string().contains("Snapshots::kept_for"), "{why}");
    Ok(())
}

/// A node that was never told to listen asks with each request.
#[every_database(postgres, because = "no other tells")]
async fn who_does_not_listen_keeps_nobody(db: TestDb) -> Result<()> {
    let (auth, _, token) = alice_where_changes_are_told(&db).await;
    let (counted, counter) = counted(&db);
    let client = Client::new(built(&counted, &auth, Snapshots::told_within(BOUND)));
    for _ in 0..3 {
        counter.take();
        client.get("/api/cars", &token).await;
        assert!(counter.take()[0].contains("authtoken_token"));
    }
    Ok(())
}

/// A right that ends between being kept and a write stops the write, told or not.
#[every_database(postgres, because = "no other tells")]
async fn no_write_is_judged_by_what_is_kept(db: TestDb) -> Result<()> {
    migrate(&db, identity_notices(Default::default())).await;
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &["view", "add"]).await;
    let node = Node::start(&db, &auth).await;
    for round in 0..50 {
        node.comes_to_know(&token).await;
        db.execute_unprepared(
            "DELETE FROM auth_user_user_permissions p USING auth_permission a \
             WHERE a.id = p.permission_id AND a.codename = 'add_car'",
        )
        .await?;
        let answer = node.client.ask(Method::POST, "/api/cars", &token, Some(json!({"name": "Golf"}))).await;
        assert_eq!(answer.code(), 403, "round {round}: {}", answer.text);
        db.execute_unprepared(
            "INSERT INTO auth_user_user_permissions (user_id, permission_id) \
             SELECT u.id, a.id FROM auth_user u, auth_permission a WHERE a.codename = 'add_car'",
        )
        .await?;
    }
    Ok(())
}

/// How long another node's revocation takes to be seen: some milliseconds. `cargo xtask bench http` measures it; here other
/// tests run beside it.
#[every_database(postgres, because = "no other tells")]
async fn a_revocation_is_seen_at_once(db: TestDb) -> Result<()> {
    migrate(&db, identity_notices(Default::default())).await;
    let (here, there) = (auth(), auth());
    sync(&here, &db).await;
    let (alice, token) = user(&there, &db, NewUser::new("alice"), &["view"]).await;
    let served = PoolSettings::default().connect(&db.url()).await?;
    let node = Node::start(&served, &here).await;
    let mut took = Vec::new();
    for _ in 0..100 {
        node.comes_to_know(&token).await;
        alice.permissions().remove(&*db, ["drivers.view_car"]).await?;
        took.push(node.comes_to_answer(&token, 403, BOUND).await);
        alice.permissions().add(&*db, ["drivers.view_car"]).await?;
        node.comes_to_answer(&token, 200, BOUND).await;
    }
    served.close().await?;
    took.sort();
    assert!(took[80] < Duration::from_millis(50), "{took:?}");
    Ok(())
}
