//! Tables that exist are Django's: they are looked at, never altered, never dropped.

mod support;

use refrain_migration::adopted_tables;
use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::MigratorTrait;
use support::{Site, djangos_own, on_every_database, on_mariadb, recorded, run, schema, texts};

#[tokio::test]
async fn a_whole_database_is_left_as_it_is() {
    on_every_database(async |db| {
        run(db, djangos_own(db.get_database_backend())).await.expect("Django's schema loads");
        let before = schema(db).await;
        Site::up(db, None).await.expect("it adopts");
        assert_eq!(schema(db).await, before);
        assert_eq!(recorded(db).await, Vec::<String>::new());
        let adopted = adopted_tables(db).await.expect("it is read");
        assert_eq!(adopted.len(), 12, "{adopted:?}");

        Site::down(db, None).await.expect("it rolls back");
        assert_eq!(schema(db).await, before);
    })
    .await;
}

#[tokio::test]
async fn apps_that_are_missing_are_made_beside_it() {
    on_every_database(async |db| {
        run(db, djangos_own(db.get_database_backend())).await.expect("Django's schema loads");
        let whole = schema(db).await;
        run(db, "DROP TABLE guardian_userobjectpermission;\nDROP TABLE guardian_groupobjectpermission;\n")
            .await
            .expect("a site without guardian");
        let without_guardian = schema(db).await;

        Site::up(db, None).await.expect("it adopts");
        if db.get_database_backend() != DbBackend::MySql {
            assert_eq!(schema(db).await, whole);
        }
        assert!(recorded(db).await.iter().all(|row| row.starts_with("guardian.")));
        assert_eq!(recorded(db).await.len(), 3);
        assert_eq!(adopted_tables(db).await.expect("it is read").len(), 10);

        Site::down(db, None).await.expect("it rolls back");
        assert_eq!(schema(db).await, without_guardian);
        assert_eq!(recorded(db).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn an_app_that_is_there_in_part_is_refused() {
    on_every_database(async |db| {
        run(db, "CREATE TABLE auth_group (id integer PRIMARY KEY, name varchar(150));\n").await.expect("a table");
        let before = schema(db).await;
        let refusal = refusal(Site::up(db, None).await);
        assert!(
            refusal.contains("the app `auth` is there only in part: found `auth_group`, missing `auth_permission`")
        );
        assert!(refusal.contains("`auth_user_user_permissions`"), "{refusal}");
        assert!(refusal.ends_with("nothing was changed"), "{refusal}");
        assert_eq!(schema(db).await, before);
    })
    .await;
}

#[tokio::test]
async fn a_table_without_a_needed_column_is_refused() {
    on_every_database(async |db| {
        run(db, "CREATE TABLE django_session (session_key varchar(40) PRIMARY KEY, session_data text);\n")
            .await
            .expect("a table");
        let before = schema(db).await;
        let refusal = refusal(Site::up(db, None).await);
        assert!(refusal.contains("the table `django_session` lacks `expire_date`"), "{refusal}");
        assert_eq!(schema(db).await, before);
    })
    .await;
}

#[tokio::test]
async fn content_types_from_before_django_1_8_are_refused() {
    on_every_database(async |db| {
        run(db, djangos_own(db.get_database_backend())).await.expect("Django's schema loads");
        db.execute_unprepared("ALTER TABLE django_content_type ADD COLUMN name varchar(100)").await.expect("a column");
        let refusal = refusal(Site::up(db, None).await);
        assert!(refusal.contains("`django_content_type` still has the column `name`"), "{refusal}");
    })
    .await;
}

#[tokio::test]
async fn a_failure_leaves_nothing_behind() {
    on_every_database(async |db| {
        if db.get_database_backend() == DbBackend::MySql {
            return;
        }
        // The name of an index of the last app but one is taken, which only making it can find out.
        run(db, "CREATE TABLE t (n integer);\nCREATE INDEX guardian_us_user_id_8eae14_idx ON t (n);\n")
            .await
            .expect("an index");
        let before = schema(db).await;
        Site::up(db, None).await.expect_err("the name is taken");
        assert_eq!(schema(db).await, before);
    })
    .await;
}

#[tokio::test]
async fn a_run_that_broke_off_is_taken_up_again() {
    on_mariadb(async |db| {
        Site::up(db, None).await.expect("it migrates");
        let (whole, rows) = (schema(db).await, recorded(db).await);
        run(
            db,
            "DELETE FROM seaql_migrations;\nDELETE FROM django_migrations;\nDROP TABLE guardian_userobjectpermission;\n\
             DELETE FROM refrain_made_tables WHERE name = 'guardian_userobjectpermission';\n",
        )
        .await
        .expect("the state in the midst of a run");
        Site::up(db, None).await.expect("it goes on");
        assert_eq!((schema(db).await, recorded(db).await), (whole, rows));
    })
    .await;
}

#[tokio::test]
async fn an_adopted_uuid_key_gives_its_own_type_to_what_points_at_it() {
    on_mariadb(async |db| {
        support::Club::up(db, None).await.expect("it migrates");
        run(
            db,
            "DELETE FROM seaql_migrations;\nDROP TABLE guardian_userobjectpermission, guardian_groupobjectpermission, \
             authtoken_token, club_member_groups, club_member_user_permissions;\nDROP TABLE refrain_made_tables;\n\
             ALTER TABLE club_member MODIFY id uuid NOT NULL;\n\
             CREATE TABLE club_member_groups (member_id uuid, group_id integer);\n\
             CREATE TABLE club_member_user_permissions (member_id uuid, permission_id integer);\n",
        )
        .await
        .expect("what Django makes on MariaDB 10.7");
        support::Club::up(db, None).await.expect("it adopts");
        let types = "SELECT column_type FROM information_schema.columns WHERE table_schema = database() AND column_name = 'user_id'";
        assert_eq!(texts(db, types).await, ["uuid", "uuid"]);
    })
    .await;
}

fn refusal(outcome: Result<(), DbErr>) -> String {
    outcome.expect_err("it is refused").to_string()
}
