//! What a growing table of grants costs: pages, counts and single checks under `ObjectPermissions` and
//! `IsOwner | ObjectPermissions`, by the library and by the best SQL a hand would write for the same question, in turn:
//! with a test that a grant's text names a key exactly, as the library's answers have it, and without.
//!
//! Tables of 10 k, 100 k and 1 M cars with as many grants, on SQLite, PostgreSQL and MariaDB. `--rows 10000` takes no
//! table larger than that, `--database postgres` that database only.

use std::{
    fmt,
    time::{Duration, Instant},
};

use http::HeaderMap;
use refrain::{
    Action, Context, IntoPermissions, IsOwner, ObjectPermissions, Permissions,
    auth::{Auth, User},
    doc_example::car,
    model::{ModelInfo, Models},
};
use refrain_testing::{Backend, TestDb, on};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Statement, Value, sea_query::Expr,
};

const SIZES: [i64; 3] = [10_000, 100_000, 1_000_000];
const PAGE: u64 = 20;
/// Everybody who holds a grant holds one on this car.
const CAR: i64 = 1;
/// What the library may cost, measured by the best that a hand writes.
const DEAREST: f64 = 1.2;
/// What a first page over the largest table may cost, measured by one over the smallest.
const STEEPEST: f64 = 2.0;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let option = |name: &str| arguments.iter().skip_while(|a| *a != name).nth(1);
    // `cargo test` runs benches once to see that they do
    let quick = arguments.iter().any(|argument| argument == "--test");
    let most = option("--rows").map_or(i64::MAX, |rows| rows.parse().expect("`--rows` is followed by a number"));
    let sizes: Vec<i64> = match SIZES.into_iter().filter(|size| *size <= most).collect::<Vec<_>>() {
        _ if quick => vec![1000],
        none if none.is_empty() => vec![most],
        sizes => sizes,
    };
    for backend in [Backend::Sqlite, Backend::Postgres, Backend::MariaDb] {
        if option("--database").is_some_and(|name| name != backend.name()) {
            continue;
        }
        let mut first_pages = Vec::new();
        for &rows in &sizes {
            on(backend, async |db: TestDb| first_pages.extend(measure(&db, rows, quick).await));
        }
        growth(backend, &sizes, &first_pages);
    }
}

/// Prints one table; gives back what the first page of the caller with 100 grants took, by rule.
async fn measure(db: &TestDb, rows: i64, quick: bool) -> Vec<Duration> {
    let begun = Instant::now();
    let auth = Auth::default();
    let holds = fill(db, &auth, rows).await;
    // what loaded a million rows is left with caches like no site's
    db.db().close_by_ref().await.expect("the pool closes");
    let pool = db.another_pool().await;
    println!("\n### {}, {rows} cars and grants (loaded in {:.0?})\n", db.backend().name(), begun.elapsed());
    println!(
        "| rule | grants | question | ours, ms | by hand, ms | ratio | its statement | trusting, ms | ratio |\n\
         |---|---|---|---|---|---|---|---|---|"
    );
    let rules = [
        ("ObjectPermissions", false, ObjectPermissions.into_permissions()),
        ("IsOwner \\| ObjectPermissions", true, (IsOwner | ObjectPermissions).into_permissions()),
    ];
    let model = ModelInfo::of::<car::Entity>();
    let (mut first_pages, mut of, mut met) = (Vec::new(), 0, [0; 3]);
    for (name, or_owner, permissions) in &rules {
        for (id, grants) in (1..).zip(holds) {
            let user = auth.user_by_id(&pool, id).await.expect("a query").expect("the caller is in the table");
            let caller = Caller { db: &pool, model: &model, permissions, or_owner: *or_owner, user: &user, id };
            let visible = caller.ours(Question::Count).await[0] as u64;
            let mut questions = vec![Question::Page(0), Question::Count, Question::Row];
            if visible > 2 * PAGE {
                questions.insert(1, Question::Page(visible * 9 / 10));
            }
            if !or_owner {
                questions.push(Question::HasPerm);
            }
            for question in questions {
                let Compared { took: [ours, _, exact, trusting], ratios } = caller.compare(question, quick).await;
                let [whole, statement, to_trusting] = ratios;
                let missed = if whole > DEAREST { " (missed)" } else { "" };
                println!(
                    "| {name} | {grants} | {question} | {} | {} | {whole:.2}{missed} | {statement:.2} | {} | {to_trusting:.2} |",
                    ms(ours),
                    ms(exact),
                    ms(trusting),
                );
                of += 1;
                for (met, ratio) in met.iter_mut().zip(ratios) {
                    *met += u32::from(ratio <= DEAREST);
                }
                if question == Question::Page(0) && grants == 100 {
                    first_pages.push(ours);
                }
            }
        }
    }
    let [whole, statement, trusting] = met;
    println!(
        "\nratio at most {DEAREST}: {whole} of {of} met; {statement} by its statement alone; {trusting} by the statements \
         that trust every grant"
    );
    first_pages
}

fn growth(backend: Backend, sizes: &[i64], first_pages: &[Duration]) {
    let (Some(smallest), Some(largest)) = (first_pages.chunks(2).next(), first_pages.chunks(2).last()) else { return };
    let [from, .., to] = sizes else { return };
    for (rule, (small, large)) in ["granted", "own or granted"].iter().zip(smallest.iter().zip(largest)) {
        let times = large.as_secs_f64() / small.as_secs_f64();
        let verdict = if times <= STEEPEST { "met" } else { "missed" };
        let (small, large, name) = (ms(*small), ms(*large), backend.name());
        println!(
            "{name}, {rule}: first page with 100 grants {small} ms at {from} cars, {large} ms at {to}: {times:.2} \
             times; at most {STEEPEST}: {verdict}"
        );
    }
}

/// Makes the cars, ten of every user's, and as many grants of `view_car`, one in 26 of which is on no car. Users 1, 2 and 3
/// are the callers; gives back how many grants each holds.
async fn fill(db: &TestDb, auth: &Auth, rows: i64) -> [i64; 3] {
    let models = Models::default().with::<car::Entity>();
    auth.sync_permissions(db.db(), &models, &Default::default()).await.expect("permissions are made");
    let (users, keys) = (rows / 10, rows + rows / 25);
    let holds = [0, 100, Ord::min(10_000, rows / 2)];
    let text = match db.backend() {
        Backend::Sqlite => "text",
        Backend::Postgres => "varchar",
        Backend::MariaDb => "char",
    };
    let count_to = |last: i64| match db.backend() {
        Backend::Sqlite => format!(
            "(WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {last}) SELECT n FROM s) AS s"
        ),
        Backend::Postgres => format!("generate_series(CAST(1 AS bigint), {last}) AS s (n)"),
        Backend::MariaDb => format!("(SELECT seq AS n FROM seq_1_to_{last}) AS s"),
    };
    let grant = |holder: String, car: String, grants: i64| {
        format!(
            "INSERT INTO guardian_userobjectpermission (object_pk, content_type_id, permission_id, user_id) \
             SELECT CAST({car} AS {text}), p.content_type_id, p.id, {holder} \
             FROM {}, auth_permission p WHERE p.codename = 'view_car'",
            count_to(grants)
        )
    };
    let mut statements = vec![
        format!(
            "INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, \
             is_active, date_joined) SELECT n, '!', false, CAST(n AS {text}), '', '', '', false, true, \
             CURRENT_TIMESTAMP FROM {}",
            count_to(users)
        ),
        format!(
            "INSERT INTO drivers_car (id, name, owner_id, published) SELECT n, 'a car', n % {users} + 1, false FROM {}",
            count_to(rows)
        ),
        grant(format!("4 + n % {}", users - 3), format!("n * 7919 % {keys} + 1"), rows - holds[1] - holds[2]),
        grant("2".into(), format!("(n - 1) * {} + 1", keys / holds[1]), holds[1]),
        grant("3".into(), format!("(n - 1) * {} + 1", keys / holds[2]), holds[2]),
    ];
    match db.backend() {
        Backend::MariaDb => {
            let tables = "drivers_car, guardian_userobjectpermission, guardian_groupobjectpermission, auth_user";
            statements.push(format!("ANALYZE TABLE {tables}"));
        }
        _ => {
            // as Django makes it for a foreign key, and MariaDB by itself
            statements.push("CREATE INDEX drivers_car_owner_id ON drivers_car (owner_id)".into());
            statements.push(if db.backend() == Backend::Postgres { "VACUUM ANALYZE" } else { "ANALYZE" }.into());
        }
    }
    if db.backend() == Backend::Sqlite {
        // all of it into the file, where a site has nearly all it has
        statements.push("PRAGMA wal_checkpoint(TRUNCATE)".into());
    }
    for statement in statements {
        db.execute_unprepared(&statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    holds
}

#[derive(Clone, Copy, PartialEq)]
enum Question {
    /// The page behind so many rows.
    Page(u64),
    Count,
    /// The car, and may the caller see it?
    Row,
    HasPerm,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page(0) => f.write_str("first page"),
            Self::Page(offset) => write!(f, "page behind {offset}"),
            Self::Count => f.write_str("count"),
            Self::Row => f.write_str("one row"),
            Self::HasPerm => f.write_str("has_perm_on"),
        }
    }
}

/// What a hand takes a grant's text for.
#[derive(Clone, Copy, PartialEq)]
enum Hand {
    /// What names a key only where it is the key's own text: `007` and `7abc` name none, and are no error.
    Exact,
    /// A key's, always.
    Trusting,
}

impl Hand {
    /// The key that the text of a grant `g` names, and the condition that it names one, in the cheapest spelling known.
    fn key(self, on: DbBackend) -> (&'static str, &'static str) {
        match (self, on) {
            (Self::Trusting, DbBackend::MySql) => ("CAST(g.object_pk AS signed)", ""),
            (Self::Trusting, _) => ("CAST(g.object_pk AS bigint)", ""),
            // of one to eighteen digits; what was cast before it was tested would be an error
            (Self::Exact, DbBackend::Postgres) => (
                "CASE WHEN g.object_pk !~ '[^0-9]' AND ascii(g.object_pk) > 48 AND octet_length(g.object_pk) < 19 \
                 THEN CAST(g.object_pk AS bigint) END",
                "",
            ),
            (Self::Exact, DbBackend::MySql) => {
                ("CAST(g.object_pk AS signed)", "AND CONV(g.object_pk, 10, -10) = BINARY g.object_pk")
            }
            (Self::Exact, _) => {
                ("CAST(g.object_pk AS bigint)", "AND CAST(CAST(g.object_pk AS bigint) AS text) = g.object_pk")
            }
        }
    }
}

/// What was measured of a question.
struct Compared {
    /// The library, its statement alone, the best exact one by hand, the best trusting one: medians.
    took: [Duration; 4],
    /// The library by the exact one, its statement by the exact one, the library by the trusting one: medians of the
    /// rounds' own.
    ratios: [f64; 3],
}

/// Each of four behind each other.
const ORDERS: [[usize; 4]; 4] = [[0, 1, 2, 3], [1, 3, 0, 2], [2, 0, 3, 1], [3, 2, 1, 0]];

/// Who asks, under which rule.
struct Caller<'a> {
    db: &'a DatabaseConnection,
    /// A viewset has it from the start.
    model: &'a ModelInfo,
    permissions: &'a Permissions,
    or_owner: bool,
    user: &'a User,
    id: i32,
}

impl Caller<'_> {
    /// In turn, and in every order: what ran before leaves caches colder or warmer.
    async fn compare(&self, question: Question, quick: bool) -> Compared {
        let (quickest, exact) = self.quickest(question, Hand::Exact).await;
        let (_, trusting) = self.quickest(question, Hand::Trusting).await;
        let own = self.statement(question).await;
        // the quick ones more often: it is them that noise moves
        let rounds = if quick { 1 } else { (0.25 / quickest.as_secs_f64()).clamp(9.0, 301.0) as usize };
        let warm_up = if quick { 0 } else { 8 };
        let mut times: Vec<[Duration; 4]> = Vec::new();
        for round in 0..warm_up + rounds {
            let (mut took, mut answers) = ([Duration::ZERO; 4], [const { Vec::new() }; 4]);
            for which in ORDERS[round % ORDERS.len()] {
                let own = own.clone();
                let by_hand = if which == 2 { exact.clone() } else { trusting.clone() };
                pause();
                let begun = Instant::now();
                answers[which] = match (which, own) {
                    (1, Some(own)) => self.read(question, own).await,
                    (0 | 1, _) => self.ours(question).await,
                    _ => self.run(question, by_hand).await,
                };
                took[which] = begun.elapsed();
            }
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{question} of user {}", self.id);
            if round >= warm_up {
                times.push(took);
            }
        }
        let ratio = |one: usize, other: usize| {
            median(times.iter().map(|times| times[one].as_secs_f64() / times[other].as_secs_f64()))
        };
        Compared {
            took: [0, 1, 2, 3].map(|which| median(times.iter().map(|times| times[which]))),
            ratios: [ratio(0, 2), ratio(1, 2), ratio(0, 3)],
        }
    }

    /// The quickest of the statements by hand, in a trial of three.
    async fn quickest(&self, question: Question, hand: Hand) -> (Duration, Statement) {
        let mut trials = Vec::new();
        for statement in self.by_hand(question, hand) {
            self.run(question, statement.clone()).await;
            let begun = Instant::now();
            for _ in 0..3 {
                self.run(question, statement.clone()).await;
            }
            trials.push((begun.elapsed() / 3, statement));
        }
        trials.into_iter().min_by_key(|(took, _)| *took).expect("there is a statement")
    }

    /// As a viewset asks: the meaning first, then the select it leads to. Ids, or one number.
    async fn ours(&self, question: Question) -> Vec<i64> {
        if let Some(statement) = self.statement(question).await {
            return self.read(question, statement).await;
        }
        let car = car::Model { id: CAR, name: String::new(), owner_id: None, published: false };
        let held = self.user.has_perm_on(self.db, "view_car", &car).await.expect("a query");
        if held { vec![CAR] } else { vec![] }
    }

    /// The library's statement, spelled as a viewset spells it; that of `has_perm_on` cannot be had from outside.
    async fn statement(&self, question: Question) -> Option<Statement> {
        let on = self.db.get_database_backend();
        let headers = HeaderMap::new();
        let action = if question == Question::Row { Action::Retrieve } else { Action::List };
        let cx = Context::new(self.user, action, Some(self.model), &headers, self.db);
        let rule = match question {
            Question::HasPerm => return None,
            _ => self.permissions.meaning(&cx).await.expect("the database is not asked"),
        };
        if question == Question::Row {
            let mut row = car::Entity::find_by_id(CAR).into_query();
            row.expr_as(rule.verdict().expect("no hook is asked"), "verdict");
            return Some(on.build(&row));
        }
        let cars = car::Entity::find().filter(rule.filter());
        if let Question::Page(offset) = question {
            let page = cars.order_by_asc(car::Column::Id).offset(offset).limit(PAGE);
            let mut page = on.build(&page.into_query());
            if on == DbBackend::Sqlite {
                page.sql = page.sql.replace("LIMIT ? OFFSET ?", "LIMIT +? OFFSET +?");
            }
            return Some(page);
        }
        let mut count = cars.select_only().into_query();
        count.expr_as(Expr::cust("COUNT(*)"), "n");
        Some(on.build(&count))
    }

    /// What the library's statement answers.
    async fn read(&self, question: Question, statement: Statement) -> Vec<i64> {
        if question != Question::Row {
            return self.run(question, statement).await;
        }
        let row = self.db.query_one_raw(statement).await.expect("a query").expect("the car is there");
        let car = car::Model::from_query_result(&row, "").expect("a car");
        if row.try_get("", "verdict").expect("a verdict") { vec![car.id] } else { vec![] }
    }

    async fn run(&self, question: Question, statement: Statement) -> Vec<i64> {
        if let Question::Page(_) | Question::Row = question {
            let cars = car::Entity::find().from_raw_sql(statement).all(self.db).await.expect("a query");
            return cars.into_iter().map(|car| car.id).collect();
        }
        let row = self.db.query_one_raw(statement).await.expect("a query");
        row.map(|row| row.try_get("", "n").expect("a number")).into_iter().collect()
    }

    /// The statements that a hand would write: the best of them are what the library is measured by.
    fn by_hand(&self, question: Question, hand: Hand) -> Vec<Statement> {
        const CAR: &str = "c.id, c.name, c.owner_id, c.published";
        let on = self.db.get_database_backend();
        let granted = |what: &str, and: &str, union: &str| {
            let permission = "(SELECT p.id FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id \
                              WHERE t.app_label = 'drivers' AND t.model = 'car' AND p.codename = 'view_car')";
            format!(
                "SELECT {what} FROM guardian_userobjectpermission g WHERE g.user_id = :me \
                 AND g.permission_id = {permission} {and} \
                 {union} SELECT {what} FROM guardian_groupobjectpermission g \
                 JOIN auth_user_groups ug ON ug.group_id = g.group_id \
                 WHERE ug.user_id = :me AND g.permission_id = {permission} {and}"
            )
        };
        let owned = |owned: &'static str| if self.or_owner { owned } else { "" };
        let on_car = match (hand, on) {
            // whatever the column's collation
            (Hand::Exact, DbBackend::MySql) => "AND g.object_pk = :key AND BINARY g.object_pk = :key",
            _ => "AND g.object_pk = :key",
        };
        let (key, names_key) = hand.key(on);
        let keys = |union: &str| {
            let own = owned("SELECT id AS k FROM drivers_car WHERE owner_id = :me UNION ");
            own.replace("UNION", union) + &granted(&format!("{key} AS k"), names_key, union)
        };
        let mut cars = vec![
            format!("FROM drivers_car c WHERE c.id IN (SELECT k FROM ({}) d)", keys("UNION ALL")),
            format!("FROM drivers_car c JOIN ({}) d ON d.k = c.id", keys("UNION")),
        ];
        if on == DbBackend::Postgres {
            cars.push(format!("FROM drivers_car c WHERE c.id = ANY (ARRAY({}))", keys("UNION ALL")));
        }
        let statements = match question {
            Question::Page(_) => cars
                .into_iter()
                .map(|cars| format!("SELECT {CAR} {cars} ORDER BY c.id LIMIT :limit OFFSET :offset"))
                .collect(),
            Question::Count => cars.into_iter().map(|cars| format!("SELECT COUNT(*) AS n {cars}")).collect(),
            Question::Row => vec![format!(
                "SELECT {CAR} FROM drivers_car c WHERE c.id = :car AND ({} EXISTS ({}))",
                owned("c.owner_id = :me OR"),
                granted("1", on_car, "UNION ALL")
            )],
            Question::HasPerm => {
                let key = Hand::Trusting.key(on).0;
                vec![granted(&format!("{key} AS n"), on_car, "UNION ALL") + " LIMIT 1"]
            }
        };
        // hidden from SQLite's planner, which else compiles a statement anew for every value bound
        let blind = |sql: &String| {
            [":me", ":key", ":limit", ":offset"]
                .iter()
                .fold(sql.clone(), |sql, name| sql.replace(name, &format!("+{name}")))
        };
        let blind: Vec<String> = match (hand, on) {
            (Hand::Exact, DbBackend::Sqlite) => statements.iter().map(blind).collect(),
            _ => vec![],
        };
        statements.iter().chain(&blind).map(|sql: &String| self.bound(question, sql)).collect()
    }

    /// Gives `:me` and its like their values, in the database's own way.
    fn bound(&self, question: Question, sql: &str) -> Statement {
        let on = self.db.get_database_backend();
        let mut parts = sql.split(':');
        let (mut text, mut values) = (parts.next().unwrap_or_default().to_owned(), Vec::<Value>::new());
        for part in parts {
            let (name, rest) = part.split_at(part.find(|c: char| !c.is_alphabetic()).unwrap_or(part.len()));
            values.push(match (name, question) {
                ("me", _) => self.id.into(),
                ("car", _) => CAR.into(),
                ("key", _) => CAR.to_string().into(),
                ("limit", _) => (PAGE as i64).into(),
                ("offset", Question::Page(offset)) => (offset as i64).into(),
                _ => unreachable!("no statement says `:{name}`"),
            });
            text += &if on == DbBackend::Postgres { format!("${}", values.len()) } else { "?".to_owned() };
            text += rest;
        }
        Statement::from_sql_and_values(on, text, values)
    }
}

/// Until who answers has gone to sleep, as a request finds it. What asks again at once finds it awake still, which saves
/// as much as a short answer takes: and the library, which thinks before it asks, would find it awake less often.
fn pause() {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_micros(200) {
        std::hint::spin_loop();
    }
}

fn median<T: PartialOrd>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_by(|a, b| a.partial_cmp(b).expect("times are numbers"));
    let middle = values.len() / 2;
    values.swap_remove(middle)
}

fn ms(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64() * 1e3)
}
