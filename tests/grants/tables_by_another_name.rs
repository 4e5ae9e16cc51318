//! A site that keeps its grants in other tables than guardian's two.

use poem::http::Method;
use refrain::{
    Access, ObjectPermissions, Result,
    auth::{NewUser, sync::SyncOptions},
    grants::{GrantTables, Holder, OrphanBatches},
    model::Models,
};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ConnectionTrait, ModelTrait};

use crate::support::{Rules, api, auth, car, car_of, sync, user};

struct ByGrant;

impl Rules for ByGrant {
    fn permissions() -> Access<car::Entity> {
        Access::to(ObjectPermissions)
    }
}

const TABLES: GrantTables = GrantTables { users: "club_UserGrant", groups: "club_GroupGrant" };

async fn rename(db: &TestDb, names: [(&str, &str); 2]) -> Result<()> {
    for (from, to) in names {
        let quoted = |name: &str| match db.backend() {
            refrain_testing::Backend::MariaDb => format!("`{name}`"),
            _ => format!("\"{name}\""),
        };
        db.execute_unprepared(&format!("ALTER TABLE {} RENAME TO {}", quoted(from), quoted(to))).await?;
    }
    Ok(())
}

/// CONTRACT 8.5: everything that reads or writes grants does so in the tables that the site names.
#[every_database]
async fn grants_are_in_the_tables_that_the_site_names(db: TestDb) -> Result<()> {
    let guardian = GrantTables::default();
    let auth = auth().with_grant_tables(TABLES);
    sync(&auth, &db).await;
    rename(&db, [(guardian.users, TABLES.users), (guardian.groups, TABLES.groups)]).await?;
    let (alice, of_alice) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (bob, of_bob) = user(&auth, &db, NewUser::new("bob"), &[]).await;
    let editors = auth.create_group(db.db(), "Editors").await?;
    bob.groups().add(db.db(), [&editors]).await?;
    let (row, other) = (car_of(&db, None, "a car").await, car_of(&db, None, "another").await);
    let holders = [Holder::User(alice.id().expect("known")), Holder::Group(editors.id)];
    for codename in ["view_car", "delete_car"] {
        auth.assign_perm(db.db(), codename, holders, [&row]).await?;
    }

    for (user, token) in [(&alice, &of_alice), (&bob, &of_bob)] {
        assert!(user.has_perm_on(db.db(), "view_car", &row).await?);
        assert!(!user.has_perm_on(db.db(), "view_car", &other).await?);
        assert_eq!(user.perms(db.db(), &row).await?.len(), 2);
        let listed = auth.objects_for_user::<car::Entity>(user, ["view_car"]).select(db.db()).await?;
        assert_eq!(sea_orm::PaginatorTrait::count(listed, db.db()).await?, 1);
        let client = api::<ByGrant>(&db, &auth);
        let page = client.get("/api/cars", token).await.json();
        assert_eq!(page["results"].as_array().expect("rows").len(), 1, "{page}");
        assert_eq!(client.get(&format!("/api/cars/{}", row.id), token).await.code(), 200);
        assert_eq!(client.get(&format!("/api/cars/{}", other.id), token).await.code(), 404);
    }
    assert_eq!(auth.users_with_perms(&row).load(db.db()).await?.len(), 2);
    assert_eq!(auth.groups_with_perms(&row).load(db.db()).await?.len(), 1);
    assert_eq!(auth.remove_perm(db.db(), "delete_car", [&editors], [&row]).await?, 1);

    // a deletion takes what is there
    let client = api::<ByGrant>(&db, &auth);
    assert_eq!(client.ask(Method::DELETE, &format!("/api/cars/{}", row.id), &of_alice, None).await.code(), 204);
    assert_eq!(left(&db).await?, 0);
    // and so does a clean-up
    auth.assign_perm(db.db(), "view_car", holders, [&other]).await?;
    other.delete(db.db()).await?;
    let models = Models::default().with::<car::Entity>();
    assert_eq!(auth.clean_orphans(db.db(), &models, OrphanBatches::default()).await?, 2);

    // a permission that is removed by name is counted and removed there
    let last = car_of(&db, None, "the last").await;
    db.execute_unprepared(
        "INSERT INTO auth_permission (name, content_type_id, codename) SELECT 'Old', id, 'old_car' \
         FROM django_content_type WHERE app_label = 'drivers' AND model = 'car'",
    )
    .await?;
    auth.assign_perm(db.db(), "old_car", holders, [&last]).await?;
    let report = auth.sync_permissions(db.db(), &models, &SyncOptions::default()).await?;
    let unnamed = report.unnamed.iter().find(|unnamed| unnamed.label == "drivers.old_car").expect("it is told of");
    assert_eq!(unnamed.grants, 2);
    let options = SyncOptions { remove: vec!["drivers.old_car".to_owned()], ..SyncOptions::default() };
    auth.sync_permissions(db.db(), &models, &options).await?;
    assert_eq!(left(&db).await?, 0);
    rename(&db, [(TABLES.users, guardian.users), (TABLES.groups, guardian.groups)]).await
}

async fn left(db: &TestDb) -> Result<i64> {
    let count = match db.backend() {
        refrain_testing::Backend::MariaDb => {
            "SELECT (SELECT COUNT(*) FROM `club_UserGrant`) + (SELECT COUNT(*) FROM `club_GroupGrant`) AS n"
        }
        _ => "SELECT (SELECT COUNT(*) FROM \"club_UserGrant\") + (SELECT COUNT(*) FROM \"club_GroupGrant\") AS n",
    };
    Ok(db.query_one_raw(db.statement(count)).await?.expect("a count").try_get("", "n")?)
}
