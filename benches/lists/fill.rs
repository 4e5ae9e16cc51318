//! The tables that are asked about.

use refrain::{auth::Auth, model::Models};
use refrain_testing::{Backend, TestDb};
use sea_orm::{ConnectionTrait, EntityTrait, Schema};

use super::{
    models::{comment, project, task},
    numbers::{self, count_to, text},
};

/// Makes as many tasks and comments as `rows`, a project of every hundred tasks. User 1 owns ten projects, user 2 holds
/// grants on ten, user 3 on every tenth; the others are user 4's.
pub(crate) async fn fill(db: &TestDb, rows: i64) {
    make(db, project::Entity).await;
    make(db, task::Entity).await;
    make(db, comment::Entity).await;
    let models = Models::default().with::<project::Entity>().with::<task::Entity>().with::<comment::Entity>();
    Auth::default().sync_permissions(db.db(), &models, &Default::default()).await.expect("permissions are made");
    let projects = rows / 100;
    let (on, text) = (db.backend(), text(db.backend()));
    let title = match on {
        Backend::Sqlite => "'task ' || printf('%08d', n * 7919 % :rows)",
        Backend::Postgres => "'task ' || lpad(CAST(n * 7919 % :rows AS varchar), 8, '0')",
        Backend::MariaDb => "CONCAT('task ', LPAD(n * 7919 % :rows, 8, '0'))",
    };
    let title = title.replace(":rows", &rows.to_string());
    let grants = |holder: i32, grants: i64, every: i64| {
        format!(
            "INSERT INTO guardian_userobjectpermission (object_pk, content_type_id, permission_id, user_id) \
             SELECT CAST(n * {every} AS {text}), p.content_type_id, p.id, {holder} \
             FROM {}, auth_permission p WHERE p.codename = 'view_project'",
            count_to(grants, on)
        )
    };
    let mut statements = vec![
        numbers::users(4, on),
        format!(
            "INSERT INTO bench_project (id, owner_id) \
             SELECT n, CASE WHEN n % {0} = 1 AND n <= 10 * {0} THEN 1 ELSE 4 END FROM {1}",
            projects / 10,
            count_to(projects, on)
        ),
        format!(
            "INSERT INTO bench_task (id, project_id, assignee_id, title) \
             SELECT n, n % {projects} + 1, n * 31 % {} + 1, {title} FROM {}",
            rows / 50,
            count_to(rows, on)
        ),
        format!(
            "INSERT INTO bench_comment (id, task_id, body) SELECT n, n * 7919 % {rows} + 1, 'a word' FROM {}",
            count_to(rows, on)
        ),
        grants(2, 10, projects / 10),
        grants(3, projects / 10, 10),
    ];
    match on {
        Backend::MariaDb => statements.push(
            "ANALYZE TABLE bench_project, bench_task, bench_comment, guardian_userobjectpermission, auth_user".into(),
        ),
        // the index by which Django finds how a text begins
        Backend::Postgres => statements.extend([
            "CREATE INDEX bench_task_title_like ON bench_task (title varchar_pattern_ops)".into(),
            "VACUUM ANALYZE".into(),
        ]),
        Backend::Sqlite => {
            // all of it into the file, where a site has nearly all it has
            statements.extend(["ANALYZE".into(), "PRAGMA wal_checkpoint(TRUNCATE)".into()]);
        }
    }
    for statement in statements {
        db.execute_unprepared(&statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}

async fn make<E: EntityTrait>(db: &TestDb, entity: E) {
    let schema = Schema::new(db.get_database_backend());
    db.execute(&schema.create_table_from_entity(entity)).await.expect("a table is made");
    for index in schema.create_index_from_entity(entity) {
        db.execute(&index).await.expect("an index is made");
    }
}
