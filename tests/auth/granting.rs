//! Granting and taking away: users' permissions, groups' permissions, users' groups (CONTRACT 3.20).

use std::collections::HashSet;

use refrain::{
    Error, Result,
    auth::{Auth, PermissionRef},
};
use refrain_testing::TestDb;
use sea_orm::TransactionTrait;

use crate::{
    people::{column, declare, labels, run, someone},
    support::sync,
};

models! {
    van: app = "garage", model = "Van", permissions(inspect = "Can inspect vans");
    bus: app = "garage", model = "Bus", permissions(inspect = "Can inspect buses");
}

/// Every permission on cars.
const CARS: [&str; 6] = [
    "drivers.add_car",
    "drivers.change_car",
    "drivers.delete_car",
    "drivers.export_car",
    "drivers.publish_car",
    "drivers.view_car",
];

async fn grants_in_a_transaction_go_with_it(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let alice = someone(&auth, &db, "alice").await?;
    for commits in [false, true] {
        let transaction = db.db().begin().await?;
        alice.permissions().set(&transaction, ["drivers.view_car"]).await?;
        assert!(alice.has_perm(&transaction, "drivers.view_car").await?);
        if commits {
            transaction.commit().await?
        } else {
            transaction.rollback().await?
        }
        auth.permissions_changed();
        assert_eq!(alice.has_perm(db.db(), "drivers.view_car").await?, commits);
    }
    Ok(())
}

async fn a_grant_made_by_another_program_is_seen_with_the_next_load(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let alice = someone(&auth, &db, "alice").await?;
    assert!(!alice.has_perm(db.db(), "drivers.view_car").await?);
    let elsewhere = Auth::new(auth.users().clone());
    let theirs = elsewhere.user(db.db(), "alice").await?.expect("alice was made");
    theirs.permissions().add(db.db(), ["drivers.view_car"]).await?;
    assert!(alice.reload(db.db()).await?.expect("alice is there").has_perm(db.db(), "drivers.view_car").await?);
    // or when told so
    auth.permissions_changed();
    assert!(alice.has_perm(db.db(), "drivers.view_car").await?);
    Ok(())
}

/// CONTRACT 3.20.
async fn adding_what_is_there_and_removing_what_is_not_change_nothing(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let alice = someone(&auth, &db, "alice").await?;
    let group = auth.create_group(db.db(), "Editors").await?;
    let other = auth.create_group(db.db(), "Writers").await?;
    let [view, add] = [auth.permission(db.db(), CARS[5]).await?, auth.permission(db.db(), CARS[0]).await?];
    let (view_id, add_id) = (i64::from(view.id), i64::from(add.id));
    for links in [alice.permissions(), group.permissions()] {
        for _ in 0..2 {
            links.add(db.db(), [&view, &view]).await?;
            links.add(db.db(), ["drivers.view_car"]).await?;
            assert_eq!(links.ids(db.db()).await?, [view_id]);
        }
        links.remove(db.db(), [&add]).await?;
        assert_eq!(links.ids(db.db()).await?, [view_id]);
        links.add(db.db(), Vec::<PermissionRef>::new()).await?;
        links.remove(db.db(), Vec::<PermissionRef>::new()).await?;
        assert_eq!(links.ids(db.db()).await?, [view_id]);
        links.add(db.db(), [add.clone(), view.clone()]).await?;
        let mut both = links.ids(db.db()).await?;
        both.sort_unstable();
        assert_eq!(both, [add_id.min(view_id), add_id.max(view_id)]);
        for _ in 0..2 {
            links.remove(db.db(), [&view, &view]).await?;
            assert_eq!(links.ids(db.db()).await?, [add_id]);
        }
        for _ in 0..2 {
            links.clear(db.db()).await?;
            assert_eq!(links.ids(db.db()).await?, Vec::<i64>::new());
        }
    }
    for _ in 0..2 {
        alice.groups().add(db.db(), [&group, &group]).await?;
        assert_eq!(alice.group_names(db.db()).await?, ["Editors"]);
    }
    alice.groups().remove(db.db(), [&other]).await?;
    assert_eq!(alice.group_names(db.db()).await?, ["Editors"]);
    alice.groups().set(db.db(), [&other, &group]).await?;
    assert_eq!(alice.group_names(db.db()).await?, ["Editors", "Writers"]);
    alice.groups().clear(db.db()).await?;
    assert_eq!(alice.group_names(db.db()).await?, Vec::<String>::new());
    Ok(())
}

async fn nobody_elses_links_are_touched(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let (alice, bob) = (someone(&auth, &db, "alice").await?, someone(&auth, &db, "bob").await?);
    let (first, second) = (auth.create_group(db.db(), "first").await?, auth.create_group(db.db(), "second").await?);
    for user in [&alice, &bob] {
        user.permissions().set(db.db(), ["drivers.view_car", "drivers.add_car"]).await?;
        user.groups().set(db.db(), [&first, &second]).await?;
    }
    first.permissions().set(db.db(), ["drivers.change_car"]).await?;
    second.permissions().set(db.db(), ["drivers.change_car"]).await?;
    alice.permissions().remove(db.db(), ["drivers.view_car"]).await?;
    alice.permissions().set(db.db(), ["drivers.export_car"]).await?;
    alice.permissions().clear(db.db()).await?;
    alice.groups().set(db.db(), [&first]).await?;
    alice.groups().clear(db.db()).await?;
    first.permissions().clear(db.db()).await?;
    assert_eq!(bob.user_permissions(db.db()).await?, labels(&["drivers.view_car", "drivers.add_car"]));
    assert_eq!(bob.group_names(db.db()).await?, ["first", "second"]);
    assert_eq!(bob.group_permissions(db.db()).await?, labels(&["drivers.change_car"]));
    Ok(())
}

/// CONTRACT 3.20: what stays linked keeps its row.
async fn set_writes_the_difference_only(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let alice = someone(&auth, &db, "alice").await?;
    alice.permissions().set(db.db(), ["drivers.view_car", "drivers.add_car"]).await?;
    let view = auth.permission(db.db(), "drivers.view_car").await?.id;
    let link =
        format!("SELECT CAST(id AS char(20)) FROM {} WHERE permission_id = {view}", auth.users().permissions_table);
    let before = column::<String>(&db, &link).await?;
    assert_eq!(before.len(), 1);
    alice.permissions().set(db.db(), ["drivers.change_car", "drivers.view_car"]).await?;
    assert_eq!(column::<String>(&db, &link).await?, before);
    assert_eq!(alice.user_permissions(db.db()).await?, labels(&["drivers.change_car", "drivers.view_car"]));
    alice.permissions().set(db.db(), Vec::<PermissionRef>::new()).await?;
    assert_eq!(alice.user_permissions(db.db()).await?, HashSet::new());
    Ok(())
}

async fn what_is_not_there_is_an_error_and_nothing_changes(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let alice = someone(&auth, &db, "alice").await?;
    let group = auth.create_group(db.db(), "Editors").await?;
    alice.permissions().set(db.db(), ["drivers.view_car"]).await?;
    group.permissions().set(db.db(), ["drivers.view_car"]).await?;
    let known = auth.permission(db.db(), "drivers.view_car").await?.id;
    let label = |label: &str| PermissionRef::from(label);
    for links in [alice.permissions(), group.permissions()] {
        for (unknown, message) in [
            (label("drivers.paint_car"), "no permission is called `drivers.paint_car`"),
            (label("drivers.View_car"), "no permission is called `drivers.View_car`"),
            (label("drivers.view_car "), "no permission is called `drivers.view_car `"),
            (label("drivers.a\0"), "no permission is called `drivers.a\0`"),
            (label("view_car"), "`view_car` is not of the form `app_label.codename`"),
            (PermissionRef::Id(999_999), "`permission_id` `999999` points at a row that does not exist"),
        ] {
            let named = || [label("drivers.add_car"), unknown.clone()];
            let added = links.add(db.db(), named()).await.expect_err("it names nothing");
            assert_eq!(added.to_string(), message);
            assert_eq!(links.ids(db.db()).await?, [i64::from(known)], "{message}");
            let set = links.set(db.db(), named()).await.expect_err("it names nothing");
            assert_eq!(set.to_string(), message);
            assert_eq!(links.ids(db.db()).await?, [i64::from(known)], "{message}");
            // the connections go on working
            for _ in 0..6 {
                links.set(db.db(), ["drivers.view_car"]).await?;
            }
        }
        let removed = links.remove(db.db(), ["drivers.view_car", "drivers.paint_car"]).await;
        assert!(matches!(removed, Err(Error::Unknown { .. })), "{removed:?}");
        links.remove(db.db(), [PermissionRef::Id(999_999)]).await?;
        assert_eq!(links.ids(db.db()).await?, [i64::from(known)]);
    }
    let gone = auth.create_group(db.db(), "gone").await?;
    run(&db, "DELETE FROM auth_group WHERE name = 'gone'").await?;
    alice.groups().set(db.db(), [&group]).await?;
    for error in [alice.groups().add(db.db(), [&gone]).await, alice.groups().set(db.db(), [&gone]).await] {
        assert_eq!(
            error.expect_err("it is gone").to_string(),
            format!("`group_id` `{}` points at a row that does not exist", gone.id)
        );
        assert_eq!(alice.group_names(db.db()).await?, ["Editors"]);
    }
    Ok(())
}

async fn two_who_grant_at_once_both_succeed(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let alice = someone(&auth, &db, "alice").await?;
    let grants = (0..8).map(|_| {
        let (auth, db) = (auth.clone(), db.clone());
        tokio::spawn(async move {
            let alice = auth.user(db.db(), "alice").await?.expect("alice was made");
            alice.permissions().add(db.db(), CARS).await
        })
    });
    for grant in grants.collect::<Vec<_>>() {
        grant.await.expect("it does not panic")?;
    }
    assert_eq!(alice.user_permissions(db.db()).await?, labels(&CARS));
    assert_eq!(alice.permissions().ids(db.db()).await?.len(), CARS.len());
    Ok(())
}

/// DESIGN 3: a label means every row it names.
async fn a_label_may_name_permissions_on_two_models(db: TestDb, auth: Auth) -> Result<()> {
    declare::<van::Entity>(&auth, &db).await?;
    declare::<bus::Entity>(&auth, &db).await?;
    let both: Vec<_> = auth.permissions(db.db()).await?.into_iter().filter(|p| p.label() == "garage.inspect").collect();
    assert_eq!(both.iter().map(|p| p.model.as_str()).collect::<Vec<_>>(), ["bus", "van"]);
    for permission in &both {
        let user = someone(&auth, &db, &permission.model).await?;
        assert!(!user.has_perm(db.db(), "garage.inspect").await?);
        user.permissions().add(db.db(), [permission]).await?;
        assert!(user.has_perm(db.db(), "garage.inspect").await?, "{permission}");
        assert_eq!(user.all_permissions(db.db()).await?, labels(&["garage.inspect"]));
    }
    let holders = auth.with_perm(db.db(), "garage.inspect").await?;
    let mut names: Vec<_> = holders.iter().map(|user| user.username.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["bus", "van"]);

    // granting or removing by such a label would have to guess
    let van = auth.user(db.db(), "van").await?.expect("it was made");
    let message = "`garage.inspect` names a permission on several models: bus, van";
    for refused in [
        van.permissions().add(db.db(), ["garage.inspect"]).await,
        van.permissions().set(db.db(), ["garage.inspect"]).await,
        van.permissions().remove(db.db(), ["garage.inspect"]).await,
        auth.permission(db.db(), "garage.inspect").await.map(drop),
    ] {
        assert_eq!(refused.expect_err("the label is ambiguous").to_string(), message);
    }
    van.permissions().add(db.db(), &both).await?;
    van.permissions().remove(db.db(), [&both[1]]).await?;
    assert!(van.has_perm(db.db(), "garage.inspect").await?);
    van.permissions().remove(db.db(), [&both[0]]).await?;
    assert!(!van.has_perm(db.db(), "garage.inspect").await?);
    Ok(())
}

with_either_key!(
    grants_in_a_transaction_go_with_it,
    a_grant_made_by_another_program_is_seen_with_the_next_load,
    adding_what_is_there_and_removing_what_is_not_change_nothing,
    nobody_elses_links_are_touched,
    set_writes_the_difference_only,
    what_is_not_there_is_an_error_and_nothing_changes,
    two_who_grant_at_once_both_succeed,
    a_label_may_name_permissions_on_two_models,
);
