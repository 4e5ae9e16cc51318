//! An empty database gets Django's tables, and only what was made here is ever dropped again.

mod support;

use refrain_migration::adopted_tables;
use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::MigratorTrait;
use support::{Club, Site, djangos_own, on_every_database, on_mariadb, on_postgres, on_sqlite, recorded, run, schema};

#[tokio::test]
async fn the_schema_is_djangos_on_sqlite() {
    on_sqlite(async |db| {
        Site::up(db, None).await.expect("it migrates");
        let mut expected: Vec<_> =
            djangos_own(DbBackend::Sqlite).lines().filter(|line| !line.starts_with("--")).collect();
        expected.sort();
        let made: Vec<_> = schema(db).await.into_iter().map(|sql| format!("{sql};")).collect();
        assert_eq!(made, expected);
    })
    .await;
}

#[tokio::test]
async fn the_schema_is_djangos_on_postgres() {
    let djangos = std::cell::RefCell::new(Vec::new());
    on_postgres(async |db| {
        run(db, djangos_own(DbBackend::Postgres)).await.expect("Django's schema loads");
        *djangos.borrow_mut() = schema(db).await;
    })
    .await;
    on_postgres(async |db| {
        Site::up(db, None).await.expect("it migrates");
        assert_eq!(schema(db).await, *djangos.borrow());
    })
    .await;
}

#[tokio::test]
async fn the_schema_is_djangos_on_mariadb_but_for_the_collation() {
    on_mariadb(async |db| {
        Site::up(db, None).await.expect("it migrates");
        let mut expected: Vec<_> = djangos_own(DbBackend::MySql)
            .split(";\n")
            .map(|table| table.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n"))
            .filter(|statement| statement.starts_with("CREATE TABLE"))
            .map(|table| table.replace("utf8mb4_general_ci", "utf8mb4_nopad_bin"))
            .collect();
        expected.sort();
        assert_eq!(schema(db).await, expected);
    })
    .await;
}

#[tokio::test]
async fn django_is_told_what_was_made() {
    on_every_database(async |db| {
        Site::up(db, None).await.expect("it migrates");
        let recorded = recorded(db).await;
        assert_eq!(recorded.len(), 22, "{recorded:?}");
        assert!(recorded.contains(&"contenttypes.0002_remove_content_type_name".to_owned()));
        assert_eq!(adopted_tables(db).await.expect("it is read"), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_second_run_changes_nothing() {
    on_every_database(async |db| {
        Site::up(db, None).await.expect("it migrates");
        let before = (schema(db).await, recorded(db).await);
        Site::up(db, None).await.expect("nothing is pending");
        // The migration itself, when sea-orm has forgotten that it was applied.
        db.execute_unprepared("DELETE FROM seaql_migrations").await.expect("sea-orm forgets");
        Site::up(db, None).await.expect("it finds its tables");
        assert_eq!((schema(db).await, recorded(db).await), before);
        assert_eq!(adopted_tables(db).await.expect("it is read"), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn down_drops_all_and_up_makes_it_anew() {
    on_every_database(async |db| {
        Site::up(db, None).await.expect("it migrates");
        let before = (schema(db).await, recorded(db).await);
        Site::down(db, None).await.expect("it rolls back");
        assert_eq!(schema(db).await, Vec::<String>::new());
        Site::up(db, None).await.expect("it migrates again");
        assert_eq!((schema(db).await, recorded(db).await), before);
    })
    .await;
}

#[tokio::test]
async fn down_keeps_djangos_record_of_other_apps() {
    on_every_database(async |db| {
        Site::up(db, None).await.expect("it migrates");
        let applied =
            "INSERT INTO django_migrations (app, name, applied) VALUES ('shop', '0001_initial', '2026-01-01')";
        db.execute_unprepared(applied).await.expect("Django records a migration");
        Site::down(db, None).await.expect("it rolls back");
        assert_eq!(recorded(db).await, ["shop.0001_initial"]);
        Site::up(db, None).await.expect("it migrates again");
        assert_eq!(recorded(db).await.len(), 23);
        Site::down(db, None).await.expect("it rolls back again");
        assert_eq!(recorded(db).await, ["shop.0001_initial"]);
    })
    .await;
}

#[tokio::test]
async fn a_sites_own_users_take_the_place_of_djangos() {
    on_every_database(async |db| {
        Club::up(db, None).await.expect("it migrates");
        let schema = schema(db).await.join("\n");
        assert!(!schema.contains("auth_user"), "{schema}");
        for name in [
            "club_member_groups_member_id_group_id_0eec2d50_uniq",
            "club_member_user_permiss_member_id_permission_id_dfea0d44_uniq",
        ] {
            // SQLite has no limit on the length of a name, so there the second one is longer.
            let name = match db.get_database_backend() {
                DbBackend::Sqlite => name.replace("permiss_member", "permissions_member"),
                _ => name.to_owned(),
            };
            assert!(schema.contains(&name), "{name} in {schema}");
        }
        assert!(recorded(db).await.contains(&"club.0001_initial".to_owned()));
        run(db, MEMBER).await.expect("a member, in a group, with a permission, a token and a grant");
        run(db, NO_MEMBERS).await.expect("and out again");
        Club::down(db, None).await.expect("it rolls back");
        assert_eq!(support::schema(db).await, Vec::<String>::new());
    })
    .await;
}

const MEMBER: &str = "\
INSERT INTO django_content_type (app_label, model) VALUES ('club', 'member');
INSERT INTO auth_permission (content_type_id, codename, name) SELECT id, 'view_member', 'Can view member' FROM django_content_type;
INSERT INTO auth_group (name) VALUES ('Board');
INSERT INTO club_member (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined) VALUES ('0123456789abcdef0123456789abcdef', '', FALSE, 'ann', '', '', '', FALSE, TRUE, '2026-01-01');
INSERT INTO club_member_groups (member_id, group_id) SELECT club_member.id, auth_group.id FROM club_member, auth_group;
INSERT INTO club_member_user_permissions (member_id, permission_id) SELECT club_member.id, auth_permission.id FROM club_member, auth_permission;
INSERT INTO authtoken_token SELECT 'k', '2026-01-01', id FROM club_member;
INSERT INTO guardian_userobjectpermission (object_pk, content_type_id, permission_id, user_id) SELECT '1', content_type_id, auth_permission.id, club_member.id FROM club_member, auth_permission;
";

const NO_MEMBERS: &str = "\
DELETE FROM guardian_userobjectpermission;
DELETE FROM authtoken_token;
DELETE FROM club_member_user_permissions;
DELETE FROM club_member_groups;
DELETE FROM club_member;
";
