//! The tables that are asked about.

use refrain::{auth::Auth, doc_example::car, model::Models};
use refrain_testing::{Backend, TestDb};
use sea_orm::ConnectionTrait;

/// Makes the cars, ten of every user's, and as many grants of `view_car`, one in 26 of which is on no car. Users 1, 2 and 3
/// are the callers; gives back how many grants each holds.
pub(super) async fn fill(db: &TestDb, auth: &Auth, rows: i64) -> [i64; 3] {
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
