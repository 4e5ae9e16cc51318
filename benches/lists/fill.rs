//! The tables that are asked about.

use refrain::{auth::Auth, model::Models};
use refrain_testing::{Backend, TestDb};
use sea_orm::{ConnectionTrait, EntityTrait, Schema};

use super::models::{comment, project, task};

/// Makes as many tasks and comments as `rows`, a project of every hundred tasks. User 1 owns ten projects, user 2 holds
/// grants on ten, user 3 on every tenth; the others are user 4's.
pub(crate) async fn fill(db: &TestDb, rows: i64) {
    make(db, project::Entity).await;
    make(db, task::Entity).await;
    make(db, comment::Entity).await;
    let models = Models::default().with::<project::Entity>().with::<task::Entity>().with::<comment::Entity>();
    Auth::default().sync_permissions(db.db(), &models, &Default::default()).await.expect("permissions are made");
    let projects = rows / 100;
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
    let title = match db.backend() {
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
            count_to(grants)
        )
    };
    let mut statements = vec![
        format!(
            "INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, \
             is_active, date_joined) SELECT n, '!', false, CAST(n AS {text}), '', '', '', false, true, \
             CURRENT_TIMESTAMP FROM {}",
            count_to(4)
        ),
        format!(
            "INSERT INTO bench_project (id, owner_id) \
             SELECT n, CASE WHEN n % {0} = 1 AND n <= 10 * {0} THEN 1 ELSE 4 END FROM {1}",
            projects / 10,
            count_to(projects)
        ),
        format!(
            "INSERT INTO bench_task (id, project_id, assignee_id, title) \
             SELECT n, n % {projects} + 1, n * 31 % {} + 1, {title} FROM {}",
            rows / 50,
            count_to(rows)
        ),
        format!(
            "INSERT INTO bench_comment (id, task_id, body) SELECT n, n * 7919 % {rows} + 1, 'a word' FROM {}",
            count_to(rows)
        ),
        grants(2, 10, projects / 10),
        grants(3, projects / 10, 10),
    ];
    match db.backend() {
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
