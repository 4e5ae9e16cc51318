//! The tables that are asked about.

use refrain::{auth::Auth, doc_example::car, model::Models};
use refrain_testing::{Backend, TestDb};
use sea_orm::ConnectionTrait;

use super::numbers::{self, count_to, text};

/// Makes the cars, ten of every user's, and as many grants of `view_car`, one in 26 of which is on no car. Users 1, 2 and 3
/// are the callers; gives back how many grants each holds.
pub(super) async fn fill(db: &TestDb, auth: &Auth, rows: i64) -> [i64; 3] {
    let models = Models::default().with::<car::Entity>();
    auth.sync_permissions(db.db(), &models, &Default::default()).await.expect("permissions are made");
    let (users, keys) = (rows / 10, rows + rows / 25);
    let holds = [0, 100, Ord::min(10_000, rows / 2)];
    let (on, text) = (db.backend(), text(db.backend()));
    let grant = |holder: String, car: String, grants: i64| {
        format!(
            "INSERT INTO guardian_userobjectpermission (object_pk, content_type_id, permission_id, user_id) \
             SELECT CAST({car} AS {text}), p.content_type_id, p.id, {holder} \
             FROM {}, auth_permission p WHERE p.codename = 'view_car'",
            count_to(grants, on)
        )
    };
    let mut statements = vec![
        numbers::users(users, on),
        format!(
            "INSERT INTO drivers_car (id, name, owner_id, published) SELECT n, 'a car', n % {users} + 1, false FROM {}",
            count_to(rows, on)
        ),
        grant(format!("4 + n % {}", users - 3), format!("n * 7919 % {keys} + 1"), rows - holds[1] - holds[2]),
        grant("2".into(), format!("(n - 1) * {} + 1", keys / holds[1]), holds[1]),
        grant("3".into(), format!("(n - 1) * {} + 1", keys / holds[2]), holds[2]),
    ];
    match on {
        Backend::MariaDb => {
            let tables = "drivers_car, guardian_userobjectpermission, guardian_groupobjectpermission, auth_user";
            statements.push(format!("ANALYZE TABLE {tables}"));
        }
        _ => {
            // as Django makes it for a foreign key, and MariaDB by itself
            statements.push("CREATE INDEX drivers_car_owner_id ON drivers_car (owner_id)".into());
            statements.push(if on == Backend::Postgres { "VACUUM ANALYZE" } else { "ANALYZE" }.into());
        }
    }
    if on == Backend::Sqlite {
        // all of it into the file, where a site has nearly all it has
        statements.push("PRAGMA wal_checkpoint(TRUNCATE)".into());
    }
    for statement in statements {
        db.execute_unprepared(&statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    holds
}
