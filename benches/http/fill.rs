//! The rows: cars and who owns them, a table of 1,000 permissions, callers who hold some of them.

use refrain::{
    auth::{Auth, NewUser, User, UserId},
    doc_example::car,
    migration::{self, SchemaManager},
    model::Models,
};
use refrain_testing::{Backend, TestDb};
use sea_orm::ConnectionTrait;

pub(crate) const CARS: i64 = 20_000;
const USERS: i64 = 1_000;
const PERMISSIONS: usize = 1_000;

/// Who asks.
pub(crate) struct Caller {
    pub(crate) token: String,
    /// The keys of the cars they own.
    pub(crate) cars: Vec<i64>,
}

pub(crate) struct Callers {
    /// Holds 8 permissions, those of cars among them.
    pub(crate) few: Caller,
    /// Holds 400, those of cars among them.
    pub(crate) many: Caller,
    /// Holds 8, and none of cars.
    pub(crate) denied: Caller,
}

/// PostgreSQL tells of changed users from now on, also to those who do not ask it to.
async fn tell(db: &TestDb) {
    for migration in migration::identity_notices(Default::default()) {
        migration.up(&SchemaManager::new(db.db())).await.expect("the triggers are made");
    }
}

/// Fills the tables: each of the three callers owns a quarter of the cars, the other users the last one.
pub(crate) async fn fill(db: &TestDb) -> Callers {
    tell(db).await;
    let auth = Auth::default();
    let models = Models::default().with::<car::Entity>();
    auth.sync_permissions(db.db(), &models, &Default::default()).await.expect("permissions are made");
    let (content_type, made) =
        (number(db, "MAX(id)", "django_content_type").await, number(db, "COUNT(*)", "auth_permission").await);
    let more = usize::try_from(made).expect("not less than none")..PERMISSIONS;
    let rows = more.clone().map(|n| format!("('n{n}', {content_type}, 'p{n}_car')")).collect::<Vec<_>>();
    run(db, &format!("INSERT INTO auth_permission (name, content_type_id, codename) VALUES {}", rows.join(", "))).await;
    let others = more.map(|n| format!("drivers.p{n}_car")).collect::<Vec<_>>();
    let of_cars = ["add", "change", "delete", "view"].map(|action| format!("drivers.{action}_car"));
    let users = [
        user(&auth, db, "few", others[..4].iter().chain(&of_cars)).await,
        user(&auth, db, "many", others[..396].iter().chain(&of_cars)).await,
        user(&auth, db, "denied", others[..8].iter()).await,
    ];
    let rows = (3..USERS).map(|n| format!("('!', false, 'user{n}', '', '', '', false, true, CURRENT_TIMESTAMP)"));
    let columns = "password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined";
    run(db, &format!("INSERT INTO auth_user ({columns}) VALUES {}", rows.collect::<Vec<_>>().join(", "))).await;
    let ids = users.each_ref().map(id);
    let after = ids.into_iter().max().expect("there are three");
    let owner = |car: i64| match usize::try_from(car % 4) {
        Ok(quarter @ 0..3) => ids[quarter],
        _ => after + 1 + car / 4 % (USERS - 3),
    };
    let rows = (1..=CARS).map(|car| format!("({car}, 'car {car}', {}, false)", owner(car))).collect::<Vec<_>>();
    for rows in rows.chunks(1_000) {
        run(db, &format!("INSERT INTO drivers_car (id, name, owner_id, published) VALUES {}", rows.join(", "))).await;
    }
    // as Django makes it for a foreign key
    run(db, "CREATE INDEX drivers_car_owner_id ON drivers_car (owner_id)").await;
    if db.backend() == Backend::Postgres {
        run(db, &format!("SELECT setval(pg_get_serial_sequence('drivers_car', 'id'), {CARS})")).await;
    }
    tidy(db).await;
    let [few, many, denied] = users;
    let caller = async |user: User, quarter: i64| Caller {
        token: user.token(db.db()).await.expect("a token"),
        cars: (1..=CARS).filter(|car| car % 4 == quarter).collect(),
    };
    Callers { few: caller(few, 0).await, many: caller(many, 1).await, denied: caller(denied, 2).await }
}

/// Takes out what requests made, and what their writes left behind.
pub(crate) async fn tidy(db: &TestDb) {
    run(db, &format!("DELETE FROM drivers_car WHERE id > {CARS}")).await;
    run(db, if db.backend() == Backend::Postgres { "VACUUM ANALYZE" } else { "ANALYZE" }).await;
}

/// PostgreSQL's name of the database.
pub(crate) async fn name(db: &TestDb) -> String {
    let statement = db.statement("SELECT CAST(current_database() AS text) AS name");
    let row = db.query_one_raw(statement).await.expect("a query").expect("a row");
    row.try_get("", "name").expect("a name")
}

async fn user(auth: &Auth, db: &TestDb, name: &str, held: impl Iterator<Item = &String>) -> User {
    let user = auth.create_user(db.db(), NewUser::new(name)).await.expect("a user");
    user.permissions().set(db.db(), held.map(String::as_str)).await.expect("permissions are given");
    user
}

fn id(user: &User) -> i64 {
    match user.id() {
        Some(UserId::Integer(id)) => id,
        other => panic!("a key that is no number: {other:?}"),
    }
}

async fn run(db: &TestDb, sql: &str) {
    db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql:.80}: {error}"));
}

async fn number(db: &TestDb, what: &str, table: &str) -> i64 {
    let sql = format!("SELECT CAST({what} AS bigint) AS n FROM {table}");
    let row = db.query_one_raw(db.statement(&sql)).await.expect("a query").expect("a row");
    row.try_get("", "n").expect("a number")
}
