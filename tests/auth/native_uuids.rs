//! Keys of users that Django keeps in MariaDB's own type for uuids, which it has since 10.7, as in text before.

use refrain::{Result, model::Models};
use refrain_testing::{TestDb, every_database};

use crate::{
    people::{self, column, labels, run, someone},
    support::car,
};

/// As Django 5 makes these columns there.
async fn made_native(db: &TestDb) -> Result<()> {
    let keys = "SELECT CONCAT('ALTER TABLE ', table_name, ' DROP FOREIGN KEY ', constraint_name) \
                FROM information_schema.key_column_usage \
                WHERE table_schema = database() AND referenced_table_name = 'club_member'";
    for drop in column::<String>(db, keys).await? {
        run(db, &drop).await?;
    }
    let columns = "SELECT CONCAT('ALTER TABLE ', table_name, ' MODIFY ', column_name, ' uuid ', \
                   IF(is_nullable = 'YES', 'NULL', 'NOT NULL')) FROM information_schema.columns \
                   WHERE table_schema = database() AND column_type = 'char(32)'";
    let columns = column::<String>(db, columns).await?;
    assert!(columns.len() > 4, "{columns:?}");
    for modify in columns {
        run(db, &modify).await?;
    }
    Ok(())
}

#[every_database(mariadb, tables = uuid_users, because = "Django keeps them as text on SQLite, and so did on MariaDB")]
async fn users_of_native_keys_are_as_others(db: TestDb) -> Result<()> {
    made_native(&db).await?;
    let auth = people::members();
    auth.sync_permissions(db.db(), &Models::default().with::<car::Entity>(), &Default::default()).await?;
    let alice = someone(&auth, &db, "alice").await?;
    someone(&auth, &db, "bob").await?;
    let id = alice.id().expect("she was made");
    assert_eq!(auth.user(db.db(), "alice").await?.and_then(|user| user.id()), Some(id));
    assert_eq!(auth.user_by_id(db.db(), id).await?.expect("she was made").username, "alice");
    let token = alice.token(db.db()).await?;
    assert_eq!(auth.user_by_token(db.db(), &token).await?.and_then(|user| user.id()), Some(id));

    let editors = auth.create_group(db.db(), "Editors").await?;
    editors.permissions().add(db.db(), ["drivers.change_car"]).await?;
    alice.groups().add(db.db(), [&editors]).await?;
    alice.permissions().add(db.db(), ["drivers.view_car"]).await?;
    let alice = auth.user(db.db(), "alice").await?.expect("she was made");
    assert_eq!(alice.all_permissions(db.db()).await?, labels(&["drivers.change_car", "drivers.view_car"]));
    let holders = auth.with_perm(db.db(), "drivers.change_car").await?;
    assert_eq!(holders.iter().map(|user| user.id()).collect::<Vec<_>>(), [Some(id)]);

    run(&db, "INSERT INTO drivers_car (name, published) VALUES ('Beetle', FALSE)").await?;
    let row = car::Model { id: 1, name: "Beetle".to_owned(), owner_id: None, published: false };
    auth.assign_perm(db.db(), "delete_car", [&alice], [&row]).await?;
    assert!(alice.has_perm_on(db.db(), "delete_car", &row).await?);
    assert_eq!(auth.users_with_perms(&row).load(db.db()).await?.len(), 1);
    assert_eq!(auth.remove_perm(db.db(), "delete_car", [&alice], [&row]).await?, 1);
    alice.groups().clear(db.db()).await?;
    alice.permissions().clear(db.db()).await?;
    let alice = auth.user(db.db(), "alice").await?.expect("she was made");
    assert!(alice.all_permissions(db.db()).await?.is_empty());
    Ok(())
}
