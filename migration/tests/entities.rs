//! Every entity writes a row into its table and reads it back.

mod support;

use chrono::DateTime;
use refrain_entity::*;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, ModelTrait,
    PaginatorTrait, QueryFilter, Set,
};
use sea_orm_migration::MigratorTrait;
use support::{Site, on_every_database, texts};

#[tokio::test]
async fn every_table_is_written_and_read() {
    on_every_database(async |db| {
        Site::up(db, None).await.expect("it migrates");
        every_table(db).await;
    })
    .await;
}

#[tokio::test]
async fn both_widths_of_link_ids_are_read() {
    on_every_database(async |db| {
        Site::up(db, None).await.expect("it migrates");
        let narrow = match db.get_database_backend() {
            DbBackend::Sqlite => return,
            DbBackend::Postgres => "ALTER TABLE {} ALTER COLUMN id TYPE integer",
            _ => "ALTER TABLE {} MODIFY id integer AUTO_INCREMENT NOT NULL",
        };
        for table in ["django_migrations", "auth_group_permissions", "auth_user_groups", "auth_user_user_permissions"] {
            db.execute_unprepared(&narrow.replace("{}", table)).await.expect("a site with AutoField");
        }
        every_table(db).await;
    })
    .await;
}

#[tokio::test]
async fn moments_compare_beside_djangos_own() {
    on_every_database(async |db| {
        Site::up(db, None).await.expect("it migrates");
        let whole = moment(1_795_366_854, 0);
        for (key, at) in [("whole", whole), ("parts", moment(1_795_366_854, 120_045))] {
            session(key, at).insert(db).await.expect("a session");
        }
        let django = "INSERT INTO django_session VALUES ('django', '', '2026-11-22 17:00:54.500000')";
        db.execute_unprepared(django).await.expect("Django's session");

        let count = async |at| {
            let expired = session::Entity::find().filter(session::Column::ExpireDate.lt(at));
            expired.count(db).await.expect("they are counted")
        };
        assert_eq!(count(whole).await, 0);
        assert_eq!(count(moment(1_795_366_854, 120_046)).await, 2);
        assert_eq!(count(moment(1_795_366_854, 500_001)).await, 3);
        let read = session::Entity::find_by_id("django").one(db).await.expect("it is read").expect("it is there");
        assert_eq!(read.expire_date, moment(1_795_366_854, 500_000));
    })
    .await;
}

#[tokio::test]
async fn moments_on_sqlite_have_djangos_form_and_are_read_in_either() {
    support::on_sqlite(async |db| {
        Site::up(db, None).await.expect("it migrates");
        session("a", moment(1_795_366_854, 0)).insert(db).await.expect("a session");
        session("b", moment(1_795_366_854, 120_045)).insert(db).await.expect("a session");
        let written = texts(db, "SELECT CAST(expire_date AS text) FROM django_session ORDER BY session_key").await;
        assert_eq!(written, ["2026-11-22 17:00:54", "2026-11-22 17:00:54.120045"]);

        for (key, text) in [
            ("c", "2026-11-22T17:00:54.120045Z"),
            ("d", "2026-11-22T18:00:54.120045678+01:00"),
            ("e", "2026-11-22 17:00:54.120045"),
        ] {
            db.execute_unprepared(&format!("INSERT INTO django_session VALUES ('{key}', '', '{text}')"))
                .await
                .expect("a foreign form");
            let read = session::Entity::find_by_id(key).one(db).await.expect("it is read").expect("it is there");
            assert_eq!(read.expire_date, moment(1_795_366_854, 120_045), "{text}");
        }
    })
    .await;
}

#[test]
fn secrets_are_not_shown() {
    let token = token::Model { key: "9944b09199c6".into(), created: Moment::now(), user_id: 1 };
    assert!(!format!("{token:?}").contains("9944"));
    let unsaved = token::ActiveModel::from(token);
    assert!(!format!("{unsaved:?}").contains("9944"));
}

async fn every_table(db: &DatabaseConnection) {
    let now = Moment::now();
    let content_type =
        content_type::ActiveModel { app_label: Set("drivers".into()), model: Set("car".into()), ..Default::default() };
    let content_type = content_type.insert(db).await.expect("a content type");
    let permission = permission::ActiveModel {
        name: Set("Can view car".into()),
        content_type_id: Set(content_type.id),
        codename: Set("view_car".into()),
        ..Default::default()
    };
    let permission = permission.insert(db).await.expect("a permission");
    let group = group::ActiveModel { name: Set("Editors".into()), ..Default::default() };
    let group = group.insert(db).await.expect("a group");
    let user = user::ActiveModel {
        password: Set("!".into()),
        last_login: Set(None),
        is_superuser: Set(false),
        username: Set("alice".into()),
        first_name: Set(String::new()),
        last_name: Set(String::new()),
        email: Set(String::new()),
        is_staff: Set(false),
        is_active: Set(true),
        date_joined: Set(now),
        ..Default::default()
    };
    let user = user.insert(db).await.expect("a user");
    assert_eq!(user::Entity::find_by_id(user.id).one(db).await.expect("it is read"), Some(user.clone()));
    assert_eq!(user.date_joined, now);

    let link = user_group::ActiveModel { user_id: Set(user.id), group_id: Set(group.id) };
    link.insert(db).await.expect("a membership");
    let link = group_permission::ActiveModel { group_id: Set(group.id), permission_id: Set(permission.id) };
    link.insert(db).await.expect("a group's permission");
    let link = user_permission::ActiveModel { user_id: Set(user.id), permission_id: Set(permission.id) };
    link.insert(db).await.expect("a user's permission");
    assert_eq!(user.find_related(group::Entity).all(db).await.expect("its groups"), vec![group.clone()]);
    assert_eq!(user.find_related(permission::Entity).all(db).await.expect("its permissions"), vec![permission.clone()]);
    assert_eq!(
        group.find_related(permission::Entity).all(db).await.expect("its permissions"),
        vec![permission.clone()]
    );
    assert_eq!(permission.find_related(user::Entity).all(db).await.expect("its holders"), vec![user.clone()]);
    assert_eq!(group.find_related(user::Entity).all(db).await.expect("its users"), vec![user.clone()]);

    let token = token::ActiveModel { key: Set("k".into()), created: Set(now), user_id: Set(user.id) };
    let token = token.insert(db).await.expect("a token");
    assert_eq!(user.find_related(token::Entity).one(db).await.expect("its token"), Some(token));
    let session = session("s", now).insert(db).await.expect("a session");
    assert_eq!(session::Entity::find_by_id("s").one(db).await.expect("it is read"), Some(session));

    let grant = user_object_permission::ActiveModel {
        object_pk: Set("1".into()),
        content_type_id: Set(content_type.id),
        permission_id: Set(permission.id),
        user_id: Set(user.id),
        ..Default::default()
    };
    let grant = grant.insert(db).await.expect("a grant to a user");
    assert_eq!(grant.find_related(user::Entity).one(db).await.expect("its holder"), Some(user));
    let grant = group_object_permission::ActiveModel {
        object_pk: Set("1".into()),
        content_type_id: Set(content_type.id),
        permission_id: Set(permission.id),
        group_id: Set(group.id),
        ..Default::default()
    };
    let grant = grant.insert(db).await.expect("a grant to a group");
    assert_eq!(grant.find_related(group::Entity).one(db).await.expect("its holder"), Some(group));

    let applied = applied_migration::ActiveModel {
        app: Set("drivers".into()),
        name: Set("0001_initial".into()),
        applied: Set(now),
    };
    let applied = applied.insert(db).await.expect("an applied migration");
    let key = ("drivers".to_owned(), "0001_initial".to_owned());
    assert_eq!(applied_migration::Entity::find_by_id(key).one(db).await.expect("it is read"), Some(applied));
}

fn session(key: &str, expire_date: Moment) -> session::ActiveModel {
    session::ActiveModel { session_key: Set(key.into()), session_data: Set("".into()), expire_date: Set(expire_date) }
}

fn moment(seconds: i64, micros: u32) -> Moment {
    DateTime::from_timestamp(seconds, micros * 1_000).expect("a date in range").into()
}
