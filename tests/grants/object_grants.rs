//! Granting permissions on single rows, taking them away, and asking who holds what: on rows with every kind of key, in
//! guardian's tables and in a model's own.

use std::collections::{BTreeSet, HashSet};

use poem::http::Method;
use refrain::{
    Access, AllowAny, Model, Result,
    auth::{Auth, Group, NewUser, User, sync::SyncOptions},
    entity::{Key, UserTable},
    grants::{Checker, Holder, OrphanBatches},
};
use refrain_testing::{Backend, TestDb, counted, every_database};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait, PaginatorTrait, QueryFilter,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::{
    keyed::{
        self, Keyed, To, big, grant, grants, key_of, own_big, own_unique, permission, small, text, unique, written,
    },
    support::{Rules, api, auth, car, car_of, sync, user},
};

struct Site {
    auth: Auth,
    alice: User,
    bob: User,
    editors: Group,
}

impl Site {
    async fn open(db: &TestDb) -> Result<Self> {
        let auth = auth();
        sync(&auth, db).await;
        let (alice, _) = user(&auth, db, NewUser::new("alice"), &[]).await;
        let (bob, _) = user(&auth, db, NewUser::new("bob"), &[]).await;
        let editors = auth.create_group(db.db(), "Editors").await?;
        bob.groups().add(db.db(), [&editors]).await?;
        Ok(Self { auth, alice, bob, editors })
    }
}

fn set(codenames: &[&str]) -> HashSet<String> {
    codenames.iter().map(|codename| (*codename).to_owned()).collect()
}

#[every_database]
async fn a_grant_is_on_its_row_alone(db: TestDb) -> Result<()> {
    let Site { auth, alice, bob, editors } = Site::open(&db).await?;
    let (mine, other) = (car_of(&db, None, "mine").await, car_of(&db, None, "other").await);
    assert_eq!(auth.assign_perm(db.db(), car::Entity::CHANGE_CAR, [&alice], [&mine]).await?, 1);
    assert!(alice.has_perm_on(db.db(), car::Entity::CHANGE_CAR, &mine).await?);
    assert!(!alice.has_perm_on(db.db(), car::Entity::CHANGE_CAR, &other).await?);
    assert!(!alice.has_perm_on(db.db(), car::Entity::VIEW_CAR, &mine).await?);
    assert!(!alice.has_perm(db.db(), "drivers.change_car").await?);
    assert!(!bob.has_perm_on(db.db(), "change_car", &mine).await?);

    auth.assign_perm(db.db(), "drivers.view_car", [&editors], [&mine]).await?;
    assert!(bob.has_perm_on(db.db(), "view_car", &mine).await?, "through the group");
    assert!(!alice.has_perm_on(db.db(), "view_car", &mine).await?);
    assert_eq!(editors.perms(db.db(), &mine).await?, set(&["view_car"]));
    auth.assign_perm(db.db(), "view_car", [&bob], [&mine]).await?;
    assert_eq!(bob.perms(db.db(), &mine).await?, set(&["view_car"]), "each codename once");

    assert_eq!(auth.remove_perm(db.db(), car::Entity::CHANGE_CAR, [&alice], [&mine]).await?, 1);
    assert_eq!(auth.remove_perm(db.db(), car::Entity::CHANGE_CAR, [&alice], [&mine]).await?, 0);
    assert!(alice.perms(db.db(), &mine).await?.is_empty());
    Ok(())
}

#[every_database]
async fn granting_twice_is_granting_once(db: TestDb) -> Result<()> {
    let Site { auth, alice, editors, .. } = Site::open(&db).await?;
    let row = car_of(&db, None, "a car").await;
    let holders = [Holder::User(alice.id().expect("known")), Holder::Group(editors.id)];
    for _ in 0..2 {
        let asked = auth.assign_perm(db.db(), "view_car", holders, [&row, &row]).await?;
        assert_eq!(asked, 4);
        assert_eq!(grants(&db).await?, 2);
    }
    let nobody: [&User; 0] = [];
    assert_eq!(auth.assign_perm(db.db(), "view_car", nobody, [&row]).await?, 0);
    assert_eq!(auth.assign_perm::<car::Model>(db.db(), "view_car", [&alice], []).await?, 0);
    assert_eq!(auth.remove_perm::<car::Model>(db.db(), "view_car", [&alice], []).await?, 0);
    assert_eq!(auth.remove_perm(db.db(), "view_car", holders, [&row]).await?, 2);
    assert_eq!(grants(&db).await?, 0);
    Ok(())
}

#[every_database]
async fn what_cannot_be_granted_is_refused_and_nothing_is_written(db: TestDb) -> Result<()> {
    let Site { auth, alice, bob, .. } = Site::open(&db).await?;
    let row = car_of(&db, None, "a car").await;
    let unknown = auth.assign_perm(db.db(), "fly_car", [&alice, &bob], [&row]).await.expect_err("nobody declared it");
    assert_eq!(unknown.to_string(), "no permission is called `drivers.fly_car`");
    let nobody: [&User; 0] = [];
    let unknown = auth.assign_perm(db.db(), "fly_car", nobody, [&row]).await.expect_err("nor to nobody");
    assert_eq!(unknown.to_string(), "no permission is called `drivers.fly_car`");
    // guardian drops the label unread, and grants `delete_car` (CONTRACT 8.8)
    let other = auth.assign_perm(db.db(), "auth.delete_car", [&alice], [&row]).await.expect_err("another app's label");
    assert_eq!(other.to_string(), "`auth.delete_car` is no permission on `drivers.car`");
    assert!(auth.remove_perm(db.db(), "auth.delete_car", [&alice], [&row]).await.is_err());
    let nobody = User::anonymous(&auth);
    let anonymous =
        auth.assign_perm(db.db(), "view_car", [&alice, &nobody], [&row]).await.expect_err("nobody to grant to");
    assert!(anonymous.to_string().contains("anonymous"), "{anonymous}");
    let missing =
        auth.assign_perm(db.db(), "view_car", [Holder::Group(4242)], [&row]).await.expect_err("no such group");
    assert_eq!(missing.to_string(), "nothing can be granted to a user or group that does not exist");
    assert_eq!(grants(&db).await?, 0);

    assert_eq!(
        auth.remove_perm(db.db(), "fly_car", [&alice], [&row]).await?,
        0,
        "nothing to take away (CONTRACT 8.12)"
    );
    // another label is held by nobody, where guardian raises (CONTRACT 8.13)
    assert!(!alice.has_perm_on(db.db(), "auth.view_car", &row).await?);
    Ok(())
}

/// The caller's own transaction is taken part in, and its end decides.
#[every_database]
async fn a_grant_is_undone_with_the_transaction_it_was_made_in(db: TestDb) -> Result<()> {
    let Site { auth, alice, .. } = Site::open(&db).await?;
    let row = car_of(&db, None, "a car").await;
    let transaction = db.begin().await?;
    auth.assign_perm(&transaction, "view_car", [&alice], [&row]).await?;
    assert!(alice.has_perm_on(&transaction, "view_car", &row).await?);
    transaction.rollback().await?;
    assert!(!alice.has_perm_on(db.db(), "view_car", &row).await?);
    Ok(())
}

#[every_database]
async fn grants_made_at_the_same_time_are_all_made(db: TestDb) -> Result<()> {
    let Site { auth, alice, bob, .. } = Site::open(&db).await?;
    let row = car_of(&db, None, "a car").await;
    let grant = async || {
        for codename in ["view_car", "change_car", "delete_car"] {
            auth.assign_perm(db.db(), codename, [&alice, &bob], [&row]).await?;
        }
        Ok::<(), refrain::Error>(())
    };
    let (a, b, c) = tokio::join!(grant(), grant(), grant());
    a.and(b).and(c)?;
    assert_eq!(grants(&db).await?, 6);
    Ok(())
}

#[every_database]
async fn thousands_are_granted_by_a_statement_a_thousand(db: TestDb) -> Result<()> {
    let Site { auth, alice, bob, .. } = Site::open(&db).await?;
    keyed::open(&auth, &db).await?;
    let rows: Vec<big::Model> = (0..2500).map(big::Entity::row).collect();
    for batch in rows.chunks(500) {
        let batch = batch.iter().map(|row| row.clone().into_active_model().reset_all());
        big::Entity::insert_many(batch).exec_without_returning(db.db()).await?;
    }
    let (counting, counter) = counted(&db);
    // one to find the permission, three to hold the rows; 5,000 grants
    assert_eq!(auth.assign_perm(&counting, big::Entity::VIEW_BIG, [&alice, &bob], &rows).await?, 5000);
    assert_eq!(counter.take().len(), 1 + 3 + 5);
    assert_eq!(grants(&db).await?, 5000);

    let mut checker = Checker::for_user(&alice);
    checker.prefetch(&counting, &rows).await?;
    assert_eq!(counter.take().len(), 3);
    for row in &rows {
        assert!(checker.has_perm(&counting, big::Entity::VIEW_BIG, row).await?);
    }
    assert_eq!(counter.take().len(), 0);

    assert_eq!(auth.remove_perm(&counting, big::Entity::VIEW_BIG, [&alice, &bob], &rows).await?, 5000);
    assert_eq!(counter.take().len(), 3, "both holders at once");
    Ok(())
}

#[every_database]
async fn who_is_asked_about_decides_before_grants_do(db: TestDb) -> Result<()> {
    let Site { auth, alice, .. } = Site::open(&db).await?;
    let row = car_of(&db, None, "a car").await;
    auth.assign_perm(db.db(), "view_car", [&alice], [&row]).await?;
    let mut inactive = alice.reload(db.db()).await?.expect("alice is there");
    inactive.is_active = false;
    assert!(!inactive.has_perm_on(db.db(), "view_car", &row).await?);
    assert!(inactive.perms(db.db(), &row).await?.is_empty());
    inactive.is_superuser = true;
    assert!(!inactive.has_perm_on(db.db(), "view_car", &row).await?, "nor an inactive superuser");

    let (root, _) = user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    let all = ["add_car", "change_car", "delete_car", "view_car", "publish_car", "export_car"];
    assert_eq!(root.perms(db.db(), &row).await?, set(&all));
    assert!(root.has_perm_on(db.db(), "anything", &row).await?);
    // a permission on the whole model is no grant on a row (CONTRACT 8.16)
    alice.permissions().add(db.db(), ["drivers.change_car"]).await?;
    assert!(!alice.has_perm_on(db.db(), "change_car", &row).await?);
    Ok(())
}

#[every_database]
async fn anonymous_callers_hold_what_their_stand_in_was_granted(db: TestDb) -> Result<()> {
    let Site { auth, editors, .. } = Site::open(&db).await?;
    let (row, other) = (car_of(&db, None, "a car").await, car_of(&db, None, "another").await);
    let nobody = User::anonymous(&auth);
    let perms = async || Checker::for_user(&nobody).with_anonymous().perms(db.db(), &row).await;
    assert!(perms().await?.is_empty(), "there is no stand-in");
    let (stand_in, _) = user(&auth, &db, NewUser::new("AnonymousUser"), &[]).await;
    stand_in.groups().add(db.db(), [&editors]).await?;
    auth.assign_perm(db.db(), "view_car", [&stand_in], [&row]).await?;
    auth.assign_perm(db.db(), "change_car", [&editors], [&row]).await?;
    assert_eq!(perms().await?, set(&["view_car", "change_car"]));
    let mut checker = Checker::for_user(&nobody).with_anonymous();
    assert!(checker.has_perm(db.db(), "view_car", &row).await?);
    assert!(!checker.has_perm(db.db(), "view_car", &other).await?);
    // it was not said
    assert!(nobody.perms(db.db(), &row).await?.is_empty());
    assert!(!nobody.has_perm_on(db.db(), "view_car", &row).await?);
    assert!(!Checker::for_user(&nobody).has_perm(db.db(), "view_car", &row).await?);
    for other in [auth.with_anonymous_user(Some("guest".to_owned())), auth.with_anonymous_user(None)] {
        let nobody = User::anonymous(&other);
        assert!(!Checker::for_user(&nobody).with_anonymous().has_perm(db.db(), "view_car", &row).await?);
    }
    let mut stand_in = stand_in;
    stand_in.is_active = false;
    stand_in.save_flags(db.db()).await?;
    assert!(perms().await?.is_empty());
    Ok(())
}

/// Nor is it another user, whom the column's collation takes for it.
#[every_database(mariadb, because = "only its collations take one name for another")]
async fn a_stand_in_is_found_by_its_very_name(db: TestDb) -> Result<()> {
    let Site { auth, .. } = Site::open(&db).await?;
    db.execute_unprepared("ALTER TABLE auth_user CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci").await?;
    let row = car_of(&db, None, "a car").await;
    let (other, _) = user(&auth, &db, NewUser::new("anonymoususer"), &[]).await;
    auth.assign_perm(db.db(), "view_car", [&other], [&row]).await?;
    let nobody = User::anonymous(&auth);
    let perms = async || Checker::for_user(&nobody).with_anonymous().perms(db.db(), &row).await;
    assert!(perms().await?.is_empty());
    db.execute_unprepared("UPDATE auth_user SET username = 'AnonymousUser' WHERE username = 'anonymoususer'").await?;
    assert_eq!(perms().await?, set(&["view_car"]));
    Ok(())
}

/// What a user holds on a row through groups alone (CONTRACT 8.17).
#[every_database]
async fn what_groups_alone_were_granted_is_told_by_itself(db: TestDb) -> Result<()> {
    let Site { auth, alice, bob, editors } = Site::open(&db).await?;
    let row = car_of(&db, None, "a car").await;
    let readers = auth.create_group(db.db(), "Readers").await?;
    bob.groups().add(db.db(), [&readers]).await?;
    auth.assign_perm(db.db(), "change_car", [&alice, &bob], [&row]).await?;
    auth.assign_perm(db.db(), "view_car", [&editors, &readers], [&row]).await?;
    assert_eq!(bob.group_perms(db.db(), &row).await?, set(&["view_car"]));
    assert!(alice.group_perms(db.db(), &row).await?.is_empty());
    let (mut root, _) = user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    root.groups().add(db.db(), [&editors]).await?;
    assert_eq!(root.group_perms(db.db(), &row).await?, set(&["view_car"]), "what was granted, and nothing else");
    root.is_active = false;
    assert!(root.group_perms(db.db(), &row).await?.is_empty());
    assert!(User::anonymous(&auth).group_perms(db.db(), &row).await?.is_empty());
    Ok(())
}

/// What a user was granted directly, and nothing else (CONTRACT 8.17).
#[every_database]
async fn what_a_user_alone_was_granted_is_told_by_itself(db: TestDb) -> Result<()> {
    let Site { auth, alice, bob, editors } = Site::open(&db).await?;
    let row = car_of(&db, None, "a car").await;
    auth.assign_perm(db.db(), "change_car", [&bob], [&row]).await?;
    auth.assign_perm(db.db(), "view_car", [&editors], [&row]).await?;
    assert_eq!(bob.user_perms(db.db(), &row).await?, set(&["change_car"]));
    assert!(alice.user_perms(db.db(), &row).await?.is_empty());
    let (mut root, _) = user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    auth.assign_perm(db.db(), "view_car", [&root], [&row]).await?;
    assert_eq!(root.user_perms(db.db(), &row).await?, set(&["view_car"]), "what was granted, and nothing else");
    root.is_active = false;
    assert!(root.user_perms(db.db(), &row).await?.is_empty());
    assert!(User::anonymous(&auth).user_perms(db.db(), &row).await?.is_empty());
    Ok(())
}

#[every_database]
async fn the_permissions_of_a_model_are_those_on_its_content_type(db: TestDb) -> Result<()> {
    let auth = Site::open(&db).await?.auth;
    keyed::open(&auth, &db).await?;
    let names = async || -> Result<Vec<String>> {
        let found = auth.perms_for_model::<car::Entity>(db.db()).await?;
        Ok(found.into_iter().map(|permission| permission.codename).collect())
    };
    let declared = ["add_car", "change_car", "delete_car", "export_car", "publish_car", "view_car"];
    assert_eq!(names().await?, declared);
    db.execute_unprepared(
        "INSERT INTO auth_permission (name, content_type_id, codename) SELECT 'Made by hand', id, 'by_hand' \
         FROM django_content_type WHERE app_label = 'drivers' AND model = 'car'",
    )
    .await?;
    assert!(names().await?.contains(&"by_hand".to_owned()));
    Ok(())
}

#[every_database]
async fn a_group_is_found_by_its_key(db: TestDb) -> Result<()> {
    let Site { auth, editors, .. } = Site::open(&db).await?;
    let found = auth.group_by_id(db.db(), editors.id).await?.expect("it is there");
    assert_eq!((found.id, found.name.as_str()), (editors.id, "Editors"));
    assert!(auth.group_by_id(db.db(), 4242).await?.is_none());
    Ok(())
}

/// A site whose users have uuid keys keeps them in the grants too.
#[every_database(tables = uuid_users)]
async fn users_with_keys_of_another_kind_are_granted_to(db: TestDb) -> Result<()> {
    let auth = Auth::new(UserTable::custom("club", "Member", Key::Uuid));
    keyed::open(&auth, &db).await?;
    let rows = keyed::rows::<small::Entity>(&db).await?;
    let (row, other) = (&rows[0], &rows[1]);
    let alice = auth.create_user(db.db(), NewUser::new("alice")).await?;
    let bob = auth.create_user(db.db(), NewUser::new("bob")).await?;
    let stand_in = auth.create_user(db.db(), NewUser::new("AnonymousUser")).await?;
    let editors = auth.create_group(db.db(), "Editors").await?;
    bob.groups().add(db.db(), [&editors]).await?;
    auth.assign_perm(db.db(), small::Entity::VIEW_SMALL, [&alice, &stand_in], [row]).await?;
    auth.assign_perm(db.db(), small::Entity::VIEW_SMALL, [&editors], [row]).await?;
    for user in [&alice, &bob, &User::anonymous(&auth)] {
        let mut checker = Checker::for_user(user).with_anonymous();
        assert!(checker.has_perm(db.db(), small::Entity::VIEW_SMALL, row).await?, "{user:?}");
        assert!(!checker.has_perm(db.db(), small::Entity::VIEW_SMALL, other).await?, "{user:?}");
        let listed = auth.objects_for_user(user, [small::Entity::VIEW_SMALL]).with_anonymous().select(db.db()).await?;
        assert_eq!(listed.all(db.db()).await?, std::slice::from_ref(row), "{user:?}");
    }
    let holders = auth.users_with_perms(row).load(db.db()).await?;
    let mut names: Vec<&str> = holders.iter().map(|holder| holder.username.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["AnonymousUser", "alice", "bob"]);
    assert_eq!(auth.remove_perm(db.db(), small::Entity::VIEW_SMALL, [&alice], [row]).await?, 1);
    assert!(!alice.has_perm_on(db.db(), small::Entity::VIEW_SMALL, row).await?);
    Ok(())
}

#[every_database]
async fn a_checker_answers_for_many_rows_and_keeps_what_it_learnt(db: TestDb) -> Result<()> {
    let Site { auth, bob, editors, .. } = Site::open(&db).await?;
    let mut rows = Vec::new();
    for place in 0..6 {
        rows.push(car_of(&db, None, &format!("c{place}")).await);
    }
    auth.assign_perm(db.db(), "view_car", [&bob], &rows[..3]).await?;
    auth.assign_perm(db.db(), "view_car", [&editors], &rows[2..4]).await?;
    auth.assign_perm(db.db(), "change_car", [&editors], &rows[3..5]).await?;
    let (counting, counter) = counted(&db);
    let mut checker = Checker::for_user(&bob);
    checker.prefetch(&counting, &rows).await?;
    checker.prefetch(&counting, &rows).await?;
    assert_eq!(counter.take().len(), 2, "one a time");
    let expected: [&[&str]; 6] =
        [&["view_car"], &["view_car"], &["view_car"], &["view_car", "change_car"], &["change_car"], &[]];
    for (row, expected) in rows.iter().zip(expected) {
        assert_eq!(checker.perms(&counting, row).await?, set(expected), "{}", row.name);
    }
    assert_eq!(counter.take().len(), 0);
    // what is granted later, a new one sees (CONTRACT 8.19)
    auth.assign_perm(db.db(), "delete_car", [&bob], [&rows[5]]).await?;
    assert!(!checker.has_perm(&counting, "delete_car", &rows[5]).await?);
    assert!(Checker::for_user(&bob).has_perm(&counting, "delete_car", &rows[5]).await?);
    assert!(!Checker::for_user(&bob).has_perm(&counting, "auth.delete_car", &rows[5]).await?);

    let mut of_group = Checker::for_group(&editors);
    assert_eq!(of_group.perms(db.db(), &rows[3]).await?, set(&["view_car", "change_car"]));
    counter.take();
    let (root, _) = user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    let mut of_root = Checker::for_user(&root);
    of_root.prefetch(&counting, &rows).await?;
    assert_eq!(of_root.perms(&counting, &rows[0]).await?.len(), 6);
    assert_eq!(counter.take().len(), 1, "one for every row there is");
    let nobody = User::anonymous(&auth.with_anonymous_user(None));
    let mut of_nobody = Checker::for_user(&nobody).with_anonymous();
    assert!(of_nobody.perms(&counting, &rows[0]).await?.is_empty());
    assert_eq!(counter.take().len(), 0);
    Ok(())
}

#[every_database]
async fn who_holds_what_on_a_row(db: TestDb) -> Result<()> {
    let Site { auth, alice, bob, editors } = Site::open(&db).await?;
    let (row, other) = (car_of(&db, None, "a car").await, car_of(&db, None, "another").await);
    user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    let (gone, _) = user(&auth, &db, NewUser::new("gone").inactive(), &[]).await;
    let readers = auth.create_group(db.db(), "Readers").await?;
    alice.groups().add(db.db(), [&readers]).await?;
    auth.assign_perm(db.db(), "change_car", [&alice, &gone], [&row]).await?;
    auth.assign_perm(db.db(), "view_car", [&alice], [&row]).await?;
    auth.assign_perm(db.db(), "view_car", [&editors, &readers], [&row]).await?;
    auth.assign_perm(db.db(), "delete_car", [&readers], [&row]).await?;
    auth.assign_perm(db.db(), "delete_car", [&bob], [&other]).await?;
    // a permission on the whole model is no grant
    bob.permissions().add(db.db(), ["drivers.add_car"]).await?;
    let (counting, counter) = counted(&db);

    let asked = [
        (auth.users_with_perms(&row), "alice: change_car delete_car view_car; bob: view_car; gone: change_car"),
        (auth.users_with_perms(&row).with_group_users(false), "alice: change_car view_car; gone: change_car"),
        (
            auth.users_with_perms(&row).with_group_users(false).with_superusers(true),
            "alice: change_car view_car; root:; gone: change_car",
        ),
        (auth.users_with_perms(&row).only_with_perms_in(["view_car"]), "alice: view_car; bob: view_car"),
        (auth.users_with_perms(&row).only_with_perms_in([car::Entity::DELETE_CAR]), "alice: delete_car"),
        (auth.users_with_perms(&row).only_with_perms_in(["fly_car"]), ""),
        (auth.users_with_perms(&row).only_with_perms_in(Vec::<String>::new()), ""),
        (auth.users_with_perms(&row).only_with_perms_in(Vec::<String>::new()).with_superusers(true), "root:"),
    ];
    for (question, answer) in asked {
        let users = question.load(&counting).await?;
        let spelled: Vec<String> = users.iter().map(|user| spell(&user.username, &user.codenames)).collect();
        assert_eq!(spelled.join("; "), answer);
        assert!(users.iter().all(|user| user.is_active == (user.username != "gone")));
        assert_eq!(counter.take().len(), 1, "{answer}");
    }
    let asked = [
        (auth.groups_with_perms(&row), "Editors: view_car; Readers: delete_car view_car"),
        (auth.groups_with_perms(&row).only_with_perms_in(["delete_car"]), "Readers: delete_car"),
        (auth.groups_with_perms(&row).only_with_perms_in(Vec::<String>::new()), ""),
        (auth.groups_with_perms(&other), ""),
    ];
    for (question, answer) in asked {
        let groups = question.load(&counting).await?;
        let spelled: Vec<String> = groups.iter().map(|group| spell(&group.name, &group.codenames)).collect();
        assert_eq!(spelled.join("; "), answer);
        assert_eq!(counter.take().len(), 1, "{answer}");
    }
    assert!(auth.users_with_perms(&row).only_with_perms_in(["auth.view_car"]).load(db.db()).await.is_err());
    Ok(())
}

fn spell(name: &str, codenames: &BTreeSet<String>) -> String {
    codenames.iter().fold(format!("{name}:"), |text, codename| text + " " + codename)
}

#[every_database]
async fn keys_of_every_kind_are_granted_on(db: TestDb) -> Result<()> {
    let site = Site::open(&db).await?;
    keyed::open(&site.auth, &db).await?;
    every_reading_agrees::<small::Entity>(&db, &site).await?;
    every_reading_agrees::<big::Entity>(&db, &site).await?;
    every_reading_agrees::<text::Entity>(&db, &site).await?;
    every_reading_agrees::<unique::Entity>(&db, &site).await?;
    every_reading_agrees::<written::Entity>(&db, &site).await?;
    every_reading_agrees::<own_big::Entity>(&db, &site).await?;
    every_reading_agrees::<own_unique::Entity>(&db, &site).await
}

/// Half of the rows are granted; list, check, checker, the users of a row and removal all say which.
async fn every_reading_agrees<M: Keyed>(db: &TestDb, site: &Site) -> Result<()>
where
    M::Model: IntoActiveModel<M::ActiveModel> + PartialEq + ModelTrait<Entity = M>,
{
    let Site { auth, alice, bob, editors } = site;
    let rows = keyed::rows::<M>(db).await?;
    let view = format!("view_{}", M::MODEL_NAME);
    let holders = [Holder::User(alice.id().expect("known")), Holder::Group(editors.id)];
    let granted: Vec<&M::Model> = rows.iter().step_by(2).collect();
    auth.assign_perm(db.db(), view.as_str(), holders, granted.iter().copied()).await?;
    for user in [alice, bob] {
        let listed = auth.objects_for_user::<M>(user, [view.as_str()]).select(db.db()).await?.all(db.db()).await?;
        let mut checker = Checker::for_user(user);
        checker.prefetch(db.db(), &rows).await?;
        for row in &rows {
            let expected = granted.contains(&row);
            assert_eq!(user.has_perm_on(db.db(), view.as_str(), row).await?, expected, "{row:?}");
            assert_eq!(checker.has_perm(db.db(), view.as_str(), row).await?, expected, "{row:?}");
            assert_eq!(listed.contains(row), expected, "{row:?}");
            let holders = auth.users_with_perms(row).load(db.db()).await?;
            assert_eq!(holders.iter().any(|holder| Some(holder.id) == user.id()), expected, "{row:?}");
        }
        assert_eq!(listed.len(), granted.len());
    }
    let by_group = auth.objects_for_group::<M>(editors, [view.as_str()]).select(db.db()).await?;
    assert_eq!(by_group.all(db.db()).await?.len(), granted.len());
    for row in granted {
        assert_eq!(auth.remove_perm(db.db(), view.as_str(), [alice], [row]).await?, 1);
        assert!(!alice.has_perm_on(db.db(), view.as_str(), row).await?);
        assert_eq!(auth.remove_all_perms(db.db(), row).await?, 1, "the group's");
    }
    assert_eq!(grants(db).await?, 0);
    Ok(())
}

#[every_database]
async fn a_text_that_is_no_keys_own_is_on_no_row(db: TestDb) -> Result<()> {
    let site = Site::open(&db).await?;
    let models = keyed::open(&site.auth, &db).await?;
    // the rows that each text is the key of, in each model
    odd_texts_match::<small::Entity>(&db, &site, |_, _| false).await?;
    odd_texts_match::<big::Entity>(&db, &site, |_, _| false).await?;
    odd_texts_match::<text::Entity>(&db, &site, |key, text| key == text).await?;
    odd_texts_match::<unique::Entity>(&db, &site, |_, _| false).await?;
    odd_texts_match::<written::Entity>(&db, &site, |_, _| false).await?;
    // "007" and "7abc" are keys of rows
    let odd = (keyed::ODD.len() * 5 * 2 - 4) as u64;
    let batches = OrphanBatches { size: 10, most: Some(2) };
    assert_eq!(site.auth.clean_orphans(db.db(), &models, batches).await?, 20, "two batches of ten");
    assert_eq!(site.auth.clean_orphans(db.db(), &models, OrphanBatches { size: 7, most: None }).await?, odd - 20);
    assert_eq!(grants(&db).await?, 4);
    assert_eq!(site.auth.clean_orphans(db.db(), &models, OrphanBatches::default()).await?, 0);
    Ok(())
}

async fn odd_texts_match<M: Keyed<Key: ToString>>(
    db: &TestDb,
    Site { auth, alice, bob, editors }: &Site,
    is: impl Fn(&str, &str) -> bool,
) -> Result<()>
where
    M::Model: IntoActiveModel<M::ActiveModel> + PartialEq + ModelTrait<Entity = M>,
{
    let rows = keyed::rows::<M>(db).await?;
    let (view, content_type) = permission::<M>(db, "view").await?;
    for text in keyed::ODD {
        grant(db, To::User(key_of(alice)), view, content_type, text).await?;
        grant(db, To::Group(editors.id), view, content_type, text).await?;
    }
    let view = format!("view_{}", M::MODEL_NAME);
    let expected: Vec<bool> =
        M::keys().iter().map(|key| keyed::ODD.iter().any(|odd| is(&key.to_string(), odd))).collect();
    for user in [alice, bob] {
        let rows_of = auth.objects_for_user::<M>(user, [view.as_str()]).select(db.db()).await?;
        let listed = rows_of.all(db.db()).await?;
        for (row, expected) in rows.iter().zip(&expected) {
            assert_eq!(listed.contains(row), *expected, "listed {row:?}");
            assert_eq!(user.has_perm_on(db.db(), view.as_str(), row).await?, *expected, "{row:?}");
            let holders = auth.users_with_perms(row).load(db.db()).await?;
            assert_eq!(!holders.is_empty(), *expected, "{row:?}");
            if !expected {
                assert_eq!(auth.remove_perm(db.db(), view.as_str(), [user], [row]).await?, 0);
                assert_eq!(auth.remove_all_perms(db.db(), row).await?, 0);
            }
        }
    }
    Ok(())
}

/// As a site has it whose tables Django made: keys that its collation takes for one are two here.
#[every_database(mariadb, because = "only there a collation decides what is equal")]
async fn a_loose_collation_grants_nothing(db: TestDb) -> Result<()> {
    let site = Site::open(&db).await?;
    keyed::open(&site.auth, &db).await?;
    for table in ["guardian_userobjectpermission", "guardian_groupobjectpermission", "keyed_text"] {
        let sql = format!("ALTER TABLE {table} CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");
        db.execute_unprepared(&sql).await?;
    }
    let row = text::Entity::row("abc".to_owned());
    text::Entity::insert(row.clone().into_active_model().reset_all()).exec_without_returning(db.db()).await?;
    let other = big::Entity::row(7);
    big::Entity::insert(other.clone().into_active_model().reset_all()).exec_without_returning(db.db()).await?;
    let Site { auth, alice, .. } = &site;
    let (view, content_type) = permission::<text::Entity>(&db, "view").await?;
    grant(&db, To::User(key_of(alice)), view, content_type, "ABC").await?;
    let listed = async || {
        let rows = auth.objects_for_user::<text::Entity>(alice, ["view_textual"]).select(db.db()).await?;
        Ok::<u64, refrain::Error>(rows.count(db.db()).await?)
    };
    assert_eq!(listed().await?, 0);
    assert!(!alice.has_perm_on(db.db(), "view_textual", &row).await?);
    assert!(auth.users_with_perms(&row).load(db.db()).await?.is_empty());
    assert_eq!(auth.remove_perm(db.db(), "view_textual", [alice], [&row]).await?, 0);
    assert_eq!(auth.remove_all_perms(db.db(), &row).await?, 0);
    db.execute_unprepared("DELETE FROM guardian_userobjectpermission").await?;
    auth.assign_perm(db.db(), "view_textual", [alice], [&row]).await?;
    auth.assign_perm(db.db(), "view_big", [alice], [&other]).await?;
    assert_eq!(listed().await?, 1);
    assert!(alice.has_perm_on(db.db(), "view_textual", &row).await?);
    let bigs = auth.objects_for_user::<big::Entity>(alice, ["view_big"]).select(db.db()).await?;
    assert_eq!(bigs.filter(sea_orm::sea_query::Expr::cust("1 = 1")).count(db.db()).await?, 1);
    let models = refrain::model::Models::default().with::<big::Entity>().with::<text::Entity>();
    assert_eq!(auth.clean_orphans(db.db(), &models, OrphanBatches::default()).await?, 0);
    Ok(())
}

/// What guardian's lists count though its checks do not (CONTRACT 8.34) counts nowhere.
#[every_database]
async fn a_grant_whose_permission_is_another_models_counts_nowhere(db: TestDb) -> Result<()> {
    let Site { auth, alice, editors, .. } = Site::open(&db).await?;
    keyed::open(&auth, &db).await?;
    alice.groups().add(db.db(), [&editors]).await?;
    keyed::rows::<small::Entity>(&db).await?;
    keyed::rows::<own_big::Entity>(&db).await?;
    let (view_small, of_small) = permission::<small::Entity>(&db, "view").await?;
    let (view_big, of_big) = permission::<big::Entity>(&db, "view").await?;
    for to in [To::User(key_of(&alice)), To::Group(editors.id)] {
        grant(&db, to, view_big, of_small, "7").await?;
        grant(&db, to, view_small, of_big, "7").await?;
    }
    let own = format!("INSERT INTO keyed_big_user_grants VALUES ({}, {view_big}, 7)", key_of(&alice));
    db.execute_unprepared(&own).await?;
    holds_nothing(&db, &auth, &alice, &small::Entity::row(7)).await?;
    holds_nothing(&db, &auth, &alice, &big::Entity::row(7)).await?;
    holds_nothing(&db, &auth, &alice, &own_big::Entity::row(7)).await
}

async fn holds_nothing<M: Model, R: ModelTrait<Entity = M> + PartialEq>(
    db: &TestDb,
    auth: &Auth,
    user: &User,
    row: &R,
) -> Result<()> {
    for codename in ["view_big", "view_small", "view_ownbig"] {
        assert!(!user.has_perm_on(db.db(), codename, row).await?, "{codename} {row:?}");
        let rows = auth.objects_for_user::<M>(user, [codename]).select(db.db()).await?;
        assert!(rows.all(db.db()).await?.is_empty(), "{codename} {row:?}");
    }
    assert!(user.perms(db.db(), row).await?.is_empty(), "{row:?}");
    assert!(auth.users_with_perms(row).load(db.db()).await?.is_empty(), "{row:?}");
    assert!(auth.groups_with_perms(row).load(db.db()).await?.is_empty(), "{row:?}");
    Ok(())
}

/// CONTRACT 8.40.
#[every_database]
async fn rows_of_two_models_with_one_key_never_mix(db: TestDb) -> Result<()> {
    let Site { auth, alice, .. } = Site::open(&db).await?;
    keyed::open(&auth, &db).await?;
    let small = small::Entity::row(7).into_active_model().reset_all().insert(db.db()).await?;
    let big = big::Entity::row(7).into_active_model().reset_all().insert(db.db()).await?;
    auth.assign_perm(db.db(), small::Entity::VIEW_SMALL, [&alice], [&small]).await?;
    auth.assign_perm(db.db(), big::Entity::CHANGE_BIG, [&alice], [&big]).await?;
    assert_eq!(alice.perms(db.db(), &small).await?, set(&["view_small"]));
    assert_eq!(alice.perms(db.db(), &big).await?, set(&["change_big"]));
    let mut checker = Checker::for_user(&alice);
    checker.prefetch(db.db(), [&small]).await?;
    assert_eq!(checker.perms(db.db(), &big).await?, set(&["change_big"]));
    assert_eq!(auth.remove_all_perms(db.db(), &small).await?, 1);
    assert_eq!(alice.perms(db.db(), &big).await?, set(&["change_big"]));
    Ok(())
}

/// CONTRACT 8.4: a model's own table is used instead of guardian's, for users and for groups by itself.
#[every_database]
async fn a_models_own_tables_stand_in_for_guardians(db: TestDb) -> Result<()> {
    let Site { auth, alice, editors, .. } = Site::open(&db).await?;
    keyed::open(&auth, &db).await?;
    alice.groups().add(db.db(), [&editors]).await?;
    let count = async |table: &str| -> Result<i64> {
        let row = db.query_one_raw(db.statement(&format!("SELECT count(*) AS n FROM {table}"))).await?;
        Ok(row.expect("a count").try_get("", "n")?)
    };
    keyed::rows::<own_big::Entity>(&db).await?;
    keyed::rows::<own_unique::Entity>(&db).await?;
    let (both, half) = (own_big::Entity::row(7), own_unique::Entity::row(keyed::uuids()[0]));
    let holders = [Holder::User(alice.id().expect("known")), Holder::Group(editors.id)];
    auth.assign_perm(db.db(), own_big::Entity::VIEW_OWNBIG, holders, [&both]).await?;
    auth.assign_perm(db.db(), own_unique::Entity::VIEW_OWNUNIQUE, holders, [&half]).await?;
    assert_eq!(count("keyed_big_user_grants").await?, 1);
    assert_eq!(count("keyed_big_group_grants").await?, 1);
    assert_eq!(count("keyed_unique_user_grants").await?, 1);
    assert_eq!(count("guardian_userobjectpermission").await?, 0);
    assert_eq!(count("guardian_groupobjectpermission").await?, 1, "it names no table for groups");
    // guardian's rows about such a model are ignored
    let (change, content_type) = permission::<own_big::Entity>(&db, "change").await?;
    grant(&db, To::User(key_of(&alice)), change, content_type, "7").await?;
    assert_eq!(alice.perms(db.db(), &both).await?, set(&["view_ownbig"]));
    assert_eq!(auth.users_with_perms(&both).load(db.db()).await?.len(), 2, "alice and bob of the editors");
    assert_eq!(auth.remove_all_perms(db.db(), &both).await?, 2);
    assert_eq!(auth.remove_all_perms(db.db(), &half).await?, 2);
    Ok(())
}

struct Open;

impl Rules for Open {
    fn permissions() -> Access<car::Entity> {
        Access::to(AllowAny)
    }
}

/// Guardian leaves the grants to whoever gets the key next (CONTRACT 8.41).
#[every_database]
async fn a_deleted_row_takes_its_grants_with_it(db: TestDb) -> Result<()> {
    let Site { auth, alice, bob, editors } = Site::open(&db).await?;
    let client = api::<Open>(&db, &auth);
    let (row, kept) = (car_of(&db, None, "a car").await, car_of(&db, None, "another").await);
    for codename in ["view_car", "change_car"] {
        auth.assign_perm(db.db(), codename, [&alice, &bob], [&row, &kept]).await?;
        auth.assign_perm(db.db(), codename, [&editors], [&row, &kept]).await?;
    }
    let gone = client.ask(Method::DELETE, &format!("/api/cars/{}", row.id), "", None).await;
    assert_eq!(gone.code(), 204, "{}", gone.text);
    assert_eq!(grants(&db).await?, 6, "those on the other row");
    car::Entity::insert(row.clone().into_active_model().reset_all()).exec_without_returning(db.db()).await?;
    assert!(alice.perms(db.db(), &row).await?.is_empty());
    assert!(bob.perms(db.db(), &row).await?.is_empty());
    assert_eq!(alice.perms(db.db(), &kept).await?.len(), 2);

    // a row that others point at stays, with its grants
    let child = "CREATE TABLE child (car_id bigint NOT NULL, FOREIGN KEY (car_id) REFERENCES drivers_car (id))";
    db.execute_unprepared(child).await?;
    db.execute_unprepared(&format!("INSERT INTO child VALUES ({})", kept.id)).await?;
    let stays = client.ask(Method::DELETE, &format!("/api/cars/{}", kept.id), "", None).await;
    assert_eq!(stays.code(), 409, "{}", stays.text);
    assert_eq!(grants(&db).await?, 6);
    db.execute_unprepared("DROP TABLE child").await?;
    Ok(())
}

/// However the two are timed, the next row with the key inherits nothing.
#[every_database]
async fn a_grant_and_a_deletion_see_each_other(db: TestDb) -> Result<()> {
    let Site { auth, alice, editors, .. } = Site::open(&db).await?;
    let (row, kept) = (car_of(&db, None, "a car").await, car_of(&db, None, "another").await);
    let holders = [Holder::User(alice.id().expect("known")), Holder::Group(editors.id)];

    // while somebody deletes it
    let deleting = db.begin().await?;
    row.clone().delete(&deleting).await?;
    let pool = db.another_pool().await;
    let granting = tokio::spawn({
        let (auth, row, kept) = (auth.clone(), row.clone(), kept.clone());
        async move { auth.assign_perm(&pool, "view_car", holders, [&kept, &row]).await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(!granting.is_finished(), "it waits for whether the row stays");
    deleting.commit().await?;
    let refused = granting.await.expect("no panic").expect_err("the row is gone");
    assert_eq!(refused.to_string(), format!("no Car is called `{}`", row.id));
    assert_eq!(grants(&db).await?, 0, "nor on the other row");

    // and before somebody deletes it; who reads first and writes then takes SQLite's lock at once, or is refused by what
    // the grant above still rolls back
    let options = match db.backend() {
        Backend::Sqlite => TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        },
        _ => TransactionOptions::default(),
    };
    let transaction = db.begin_with_options(options).await?;
    auth.assign_perm(&transaction, "view_car", holders, [&kept]).await?;
    let client = api::<Open>(&db, &auth);
    let path = format!("/api/cars/{}", kept.id);
    let deleting = tokio::spawn(async move { client.ask(Method::DELETE, &path, "", None).await.code() });
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(!deleting.is_finished(), "it waits for the grant");
    transaction.commit().await?;
    assert_eq!(deleting.await.expect("no panic"), 204);
    assert_eq!(grants(&db).await?, 0);
    Ok(())
}

#[every_database]
async fn orphans_are_cleaned_of_the_models_named_and_of_no_other(db: TestDb) -> Result<()> {
    let Site { auth, alice, editors, .. } = Site::open(&db).await?;
    keyed::open(&auth, &db).await?;
    let rows = keyed::rows::<unique::Entity>(&db).await?;
    let there = car_of(&db, None, "a car").await;
    let missing = car_of(&db, None, "another").await;
    let small = small::Entity::row(5).into_active_model().reset_all().insert(db.db()).await?;
    let holders = [Holder::User(alice.id().expect("known")), Holder::Group(editors.id)];
    auth.assign_perm(db.db(), "view_car", holders, [&there, &missing]).await?;
    auth.assign_perm(db.db(), "view_unique", holders, &rows).await?;
    auth.assign_perm(db.db(), "view_small", holders, [&small]).await?;
    // not by way of Refrain
    missing.delete(db.db()).await?;
    small.delete(db.db()).await?;
    unique::Entity::delete_by_id(keyed::uuids()[1]).exec(db.db()).await?;
    let models = refrain::model::Models::default().with::<car::Entity>().with::<unique::Entity>();
    let none = OrphanBatches { size: 0, most: Some(0) };
    assert_eq!(auth.clean_orphans(db.db(), &models, none).await?, 0);
    assert_eq!(auth.clean_orphans(db.db(), &models, OrphanBatches::default()).await?, 4);
    assert_eq!(grants(&db).await?, 2 + 4 + 2, "on small rows too, which nobody named");
    assert!(alice.has_perm_on(db.db(), "view_car", &there).await?);
    let (counting, counter) = counted(&db);
    auth.clean_orphans(&counting, &models, OrphanBatches::default()).await?;
    assert_eq!(counter.take().len(), 4, "a look a table and model");
    Ok(())
}

/// Removing a permission takes the grants in a model's own tables along, and says before how many there are.
#[every_database]
async fn a_removed_permission_leaves_no_grant_in_a_models_own_table(db: TestDb) -> Result<()> {
    let Site { auth, alice, .. } = Site::open(&db).await?;
    let models = keyed::open(&auth, &db).await?;
    keyed::rows::<own_big::Entity>(&db).await?;
    let (_, content_type) = permission::<own_big::Entity>(&db, "view").await?;
    db.execute_unprepared(&format!(
        "INSERT INTO auth_permission (name, content_type_id, codename) VALUES ('Old', {content_type}, 'old_ownbig')"
    ))
    .await?;
    let old = db.query_one_raw(db.statement("SELECT id FROM auth_permission WHERE codename = 'old_ownbig'")).await?;
    let old: i32 = old.expect("the permission").try_get("", "id")?;
    let grant = format!("INSERT INTO keyed_big_user_grants VALUES ({}, {old}, 7)", key_of(&alice));
    db.execute_unprepared(&grant).await?;

    let report = auth.sync_permissions(db.db(), &models, &Default::default()).await?;
    let unnamed = report.unnamed.iter().find(|unnamed| unnamed.label == "keyed.old_ownbig").expect("it is told of");
    assert_eq!(unnamed.grants, 1);
    let options = SyncOptions { remove: vec!["keyed.old_ownbig".to_owned()], ..SyncOptions::default() };
    let report = auth.sync_permissions(db.db(), &models, &options).await?;
    assert_eq!(report.removed, ["keyed.old_ownbig"]);
    let left = db.query_one_raw(db.statement("SELECT count(*) AS n FROM keyed_big_user_grants")).await?;
    assert_eq!(left.expect("a count").try_get::<i64>("", "n")?, 0);
    Ok(())
}
