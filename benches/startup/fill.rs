//! The rows.

use refrain_testing::{Backend, TestDb};
use sea_orm::ConnectionTrait;

#[derive(Clone, Copy)]
pub(crate) struct Rows {
    users: i64,
    permissions: i64,
    pub(crate) cars: i64,
    grants: i64,
}

impl Rows {
    pub(crate) const MANY: Self = Self { users: 100_000, permissions: 1_000, cars: 100_000, grants: 1_000_000 };
    pub(crate) const FEW: Self = Self { users: 100, permissions: 100, cars: 100, grants: 1_000 };
    /// Those who ask.
    const CALLERS: i64 = 1_000;

    fn callers(self) -> i64 {
        self.users.min(Self::CALLERS)
    }
}

/// Fills the example's tables, and gives back the callers' tokens: each holds 40 permissions through eight of 200 groups,
/// `view_car` among them, and every user ten grants.
pub(crate) async fn fill(db: &TestDb, rows: Rows) -> Vec<String> {
    let backend = db.backend();
    let text = match backend {
        Backend::Sqlite => "text",
        Backend::Postgres => "varchar",
        Backend::MariaDb => "char",
    };
    let count_to = |last: i64| match backend {
        Backend::Sqlite => format!(
            "(WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {last}) SELECT n FROM s) AS s"
        ),
        Backend::Postgres => format!("generate_series(CAST(1 AS bigint), {last}) AS s (n)"),
        Backend::MariaDb => format!("(SELECT seq AS n FROM seq_1_to_{last}) AS s"),
    };
    let joined = |before: &str, n: &str, after: &str| match backend {
        Backend::MariaDb => format!("CONCAT('{before}', {n}, '{after}')"),
        _ => format!("'{before}' || {n} || '{after}'"),
    };
    let whole = if backend == Backend::MariaDb { "DIV" } else { "/" };
    let (users, permissions, cars) = (rows.users, rows.permissions, rows.cars);
    let key = match backend {
        Backend::MariaDb => "LPAD(n, 40, '0')".to_owned(),
        Backend::Postgres => format!("LPAD(CAST(n AS {text}), 40, '0')"),
        Backend::Sqlite => "printf('%040d', n)".to_owned(),
    };
    let statements = [
        format!(
            "INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, \
             is_active, date_joined) SELECT n, '!', false, {}, '', '', '', false, true, CURRENT_TIMESTAMP FROM {}",
            joined("user", "n", ""),
            count_to(users)
        ),
        format!(
            "INSERT INTO authtoken_token (\"key\", created, user_id) SELECT {key}, CURRENT_TIMESTAMP, n FROM {}",
            count_to(rows.callers())
        ),
        format!(
            "INSERT INTO auth_permission (name, codename, content_type_id) SELECT '', {}, c.id \
             FROM {}, django_content_type c WHERE c.model = 'car'",
            joined("p", "n", "_car"),
            count_to(permissions)
        ),
        format!("INSERT INTO auth_group (id, name) SELECT n, {} FROM {}", joined("group", "n", ""), count_to(200)),
        // five of each group, and of every eighth group `view_car` besides
        format!(
            "INSERT INTO auth_group_permissions (group_id, permission_id) SELECT DISTINCT s.n, p.id FROM {}, \
             auth_permission p WHERE p.id % {permissions} IN (s.n * 5 % {permissions}, (s.n * 5 + 1) % {permissions}, \
             (s.n * 5 + 2) % {permissions}, (s.n * 5 + 3) % {permissions}, (s.n * 5 + 4) % {permissions}) \
             OR p.codename = 'view_car' AND s.n % 8 = 0",
            count_to(200)
        ),
        format!(
            "INSERT INTO auth_user_groups (user_id, group_id) SELECT u.n, (u.n + g.n * 25) % 200 + 1 FROM {}, {}",
            count_to(users).replace(" AS s", " AS u"),
            count_to(8).replace(" AS s", " AS g")
        ),
        format!(
            "INSERT INTO drivers_car (id, name, owner_id, published) SELECT n, 'a car', n % {users} + 1, false FROM {}",
            count_to(cars)
        ),
        format!(
            "INSERT INTO guardian_userobjectpermission (object_pk, content_type_id, permission_id, user_id) \
             SELECT CAST((s.n * 7919 + s.n {whole} {users}) % {cars} + 1 AS {text}), p.content_type_id, p.id, s.n % {users} + 1 \
             FROM {}, auth_permission p WHERE p.codename = 'view_car'",
            count_to(rows.grants)
        ),
        match backend {
            Backend::Postgres => "VACUUM ANALYZE".to_owned(),
            Backend::Sqlite => "ANALYZE".to_owned(),
            Backend::MariaDb => {
                "ANALYZE TABLE auth_user, auth_user_groups, drivers_car, guardian_userobjectpermission".to_owned()
            }
        },
    ];
    for statement in statements {
        let statement = if backend == Backend::MariaDb { statement.replace('"', "`") } else { statement };
        db.execute_unprepared(&statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    (1..=rows.callers()).map(|n| format!("{n:040}")).collect()
}
