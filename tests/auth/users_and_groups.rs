//! Who holds which permission: users, groups, superusers, backends, and the links between them (CONTRACT section 3).

use std::{collections::HashSet, sync::Arc};

use refrain::{
    Db, Error, Result, async_trait,
    auth::{Answer, Auth, Backend, ModelBackend, NewUser, User},
    entity::UserColumn,
};
use refrain_testing::{Backend as Database, TestDb, counted};
use sea_orm::{ConnectionTrait, TransactionTrait};

use crate::{
    people::{column, declare, labels, run, someone},
    support::sync,
};

models! {
    plane: app = "drivers", model = "Plane", default_permissions(), permissions("fly.high" = "Can fly high", "Land it" = "Can land it");
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

/// CONTRACT 3.1.
async fn labels_are_exact(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let alice = someone(&auth, &db, "alice").await?;
    alice.permissions().add(db.db(), ["drivers.change_car"]).await?;
    assert!(alice.has_perm(db.db(), "drivers.change_car").await?);
    for label in [
        "change_car",
        "Drivers.change_car",
        "drivers.Change_car",
        "drivers.change_car ",
        " drivers.change_car",
        "drivers.change_car\0",
        "drivers.change_car.",
        "drivers.change_ca_",
        "drivers.%",
        "drivers.",
        "drivers",
        ".",
        "",
    ] {
        assert!(!alice.has_perm(db.db(), label).await?, "{label:?}");
    }
    Ok(())
}

/// CONTRACT 2.9.
async fn codenames_hold_dots_spaces_and_capitals(db: TestDb, auth: Auth) -> Result<()> {
    declare::<plane::Entity>(&auth, &db).await?;
    let alice = someone(&auth, &db, "alice").await?;
    for label in ["drivers.fly.high", "drivers.Land it"] {
        assert!(!alice.has_perm(db.db(), label).await?, "{label}");
        alice.permissions().add(db.db(), [label]).await?;
        assert!(alice.has_perm(db.db(), label).await?, "{label}");
    }
    assert!(!alice.has_perm(db.db(), "drivers.land it").await?);
    Ok(())
}

/// CONTRACT 3.3.
async fn everybody_holds_all_of_no_permissions(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let alice = someone(&auth, &db, "alice").await?;
    let dave = auth.create_user(db.db(), NewUser::new("dave").inactive()).await?;
    for user in [&alice, &dave, &User::anonymous(&auth)] {
        assert!(user.has_perms::<&str>(db.db(), &[]).await?, "{user:?}");
        assert!(!user.has_perms(db.db(), &["drivers.view_car"]).await?, "{user:?}");
    }
    alice.permissions().add(db.db(), ["drivers.view_car", "drivers.add_car"]).await?;
    for (asked, held) in [
        (&["drivers.view_car", "drivers.add_car"][..], true),
        (&["drivers.view_car", "drivers.delete_car"], false),
        (&["drivers.delete_car", "drivers.view_car"], false),
    ] {
        assert_eq!(alice.has_perms(db.db(), asked).await?, held, "{asked:?}");
    }
    Ok(())
}

/// CONTRACT 3.4: the app is what stands before the first dot.
async fn any_permission_of_an_app_is_enough_for_its_module(db: TestDb, auth: Auth) -> Result<()> {
    declare::<plane::Entity>(&auth, &db).await?;
    let alice = someone(&auth, &db, "alice").await?;
    assert!(!alice.has_module_perms(db.db(), "drivers").await?);
    alice.permissions().add(db.db(), ["drivers.fly.high"]).await?;
    for (app, held) in [
        ("drivers", true),
        ("Drivers", false),
        ("driver", false),
        ("drivers.fly", false),
        ("garage", false),
        ("", false),
    ] {
        assert_eq!(alice.has_module_perms(db.db(), app).await?, held, "{app:?}");
    }
    let dave = auth.create_user(db.db(), NewUser::new("dave").inactive()).await?;
    dave.permissions().add(db.db(), ["drivers.fly.high"]).await?;
    assert!(!dave.has_module_perms(db.db(), "drivers").await?);
    assert!(!User::anonymous(&auth).has_module_perms(db.db(), "drivers").await?);
    let root = auth.create_user(db.db(), NewUser::new("root").superuser()).await?;
    assert!(root.has_module_perms(db.db(), "no such app").await?);
    Ok(())
}

/// CONTRACT 3.5, 3.7, 3.16.
async fn direct_permissions_and_those_of_groups_are_told_apart(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let alice = someone(&auth, &db, "alice").await?;
    let (first, second) = (auth.create_group(db.db(), "first").await?, auth.create_group(db.db(), "second").await?);
    alice.groups().add(db.db(), [&first, &second]).await?;
    assert_eq!(first.auth().users().table, auth.users().table, "a group is its site's");
    alice.permissions().add(db.db(), ["drivers.change_car", "drivers.view_car"]).await?;
    first.permissions().add(db.db(), ["drivers.view_car", "drivers.add_car"]).await?;
    second.permissions().add(db.db(), ["drivers.add_car", "drivers.export_car"]).await?;
    for alice in [&alice, &auth.user(db.db(), "alice").await?.expect("alice was made")] {
        let direct = labels(&["drivers.change_car", "drivers.view_car"]);
        let through_groups = labels(&["drivers.add_car", "drivers.export_car", "drivers.view_car"]);
        assert_eq!(alice.user_permissions(db.db()).await?, direct);
        assert_eq!(alice.group_permissions(db.db()).await?, through_groups);
        let mut all = alice.all_permissions(db.db()).await?;
        assert_eq!(all, &direct | &through_groups);
        // what is handed out is the caller's own
        all.insert("drivers.delete_car".to_owned());
        assert!(!alice.has_perm(db.db(), "drivers.delete_car").await?);
    }
    Ok(())
}

/// CONTRACT 3.2, 3.7, 3.8.
async fn an_active_superuser_holds_every_permission(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let root = auth.create_user(db.db(), NewUser::new("root").superuser()).await?;
    assert!(root.is_staff && root.is_superuser && root.is_active);
    let (counting, counter) = counted(db.db());
    for label in ["drivers.change_car", "garage.wash_car", "nonsense", ""] {
        assert!(root.has_perm(&counting, label).await?, "{label:?}");
    }
    assert_eq!(counter.take(), Vec::<String>::new());
    for held in [
        root.all_permissions(db.db()).await?,
        root.user_permissions(db.db()).await?,
        root.group_permissions(db.db()).await?,
    ] {
        assert_eq!(held, labels(&CARS));
    }
    Ok(())
}

/// CONTRACT 3.10, 3.11.
async fn inactive_users_and_superusers_hold_nothing(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let group = auth.create_group(db.db(), "Editors").await?;
    group.permissions().set(db.db(), ["drivers.add_car"]).await?;
    let dave = auth.create_user(db.db(), NewUser::new("dave").inactive()).await?;
    let gone = auth.create_user(db.db(), NewUser::new("gone").superuser().inactive()).await?;
    for user in [&dave, &gone] {
        user.permissions().set(db.db(), ["drivers.change_car"]).await?;
        user.groups().set(db.db(), [&group]).await?;
        for label in CARS {
            assert!(!user.has_perm(db.db(), label).await?, "{user:?} {label}");
        }
        assert_eq!(user.all_permissions(db.db()).await?, HashSet::new());
        assert_eq!(user.user_permissions(db.db()).await?, HashSet::new());
        assert_eq!(user.group_permissions(db.db()).await?, HashSet::new());
    }
    Ok(())
}

/// CONTRACT 3.9.
async fn anonymous_callers_are_nobody(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let nobody = User::anonymous(&auth);
    assert_eq!((nobody.id(), nobody.username.as_str()), (None, ""));
    assert_eq!((nobody.is_anonymous(), nobody.is_authenticated()), (true, false));
    assert_eq!((nobody.is_active, nobody.is_staff, nobody.is_superuser), (false, false, false));
    assert!(!nobody.has_perm(db.db(), "drivers.view_car").await?);
    assert_eq!(nobody.all_permissions(db.db()).await?, HashSet::new());
    assert_eq!(nobody.user_permissions(db.db()).await?, HashSet::new());
    assert_eq!(nobody.group_permissions(db.db()).await?, HashSet::new());
    assert_eq!(nobody.group_names(db.db()).await?, Vec::<String>::new());
    assert_eq!(nobody.permissions().ids(db.db()).await?, Vec::<i64>::new());
    let refused =
        nobody.permissions().add(db.db(), ["drivers.view_car"]).await.expect_err("there is nobody to grant to");
    assert_eq!(refused.to_string(), "an anonymous user has no permissions, groups or password to change");
    Ok(())
}

async fn new_users_have_what_the_site_says_in_columns_of_its_own(db: TestDb, auth: Auth) -> Result<()> {
    let table = auth.users().table.clone();
    for column in ["country", "plan"] {
        run(&db, &format!("ALTER TABLE {table} ADD COLUMN {column} varchar(20)")).await?;
    }
    let german = auth.with_new_users_column("country", "DE").with_new_users_column("plan", "free");
    let austrian = german.with_new_users_column("country", "AT");
    someone(&auth, &db, "alice").await?;
    someone(&german, &db, "bob").await?;
    someone(&austrian, &db, "carol").await?;
    german.create_user(db.db(), NewUser::new("dora").column("country", "FR")).await?;
    german.create_user(db.db(), NewUser::new("emil").column("plan", "paid").column("plan", "gold")).await?;
    let told = async |name: &str| {
        column::<Option<String>>(&db, &format!("SELECT {name} FROM {table} ORDER BY username")).await
    };
    let some = |texts: [&str; 4]| [None].into_iter().chain(texts.map(|text| Some(text.to_owned()))).collect::<Vec<_>>();
    assert_eq!(told("country").await?, some(["DE", "AT", "FR", "DE"]));
    assert_eq!(told("plan").await?, some(["free", "free", "free", "gold"]));
    Ok(())
}

/// A site's own model may be without some of Django's columns.
async fn users_of_a_table_without_some_columns_are_users_all_the_same(db: TestDb, auth: Auth) -> Result<()> {
    let table = auth.users().table.clone();
    let lacking = [UserColumn::FirstName, UserColumn::LastName, UserColumn::IsStaff, UserColumn::DateJoined];
    for column in lacking {
        run(&db, &format!("ALTER TABLE {table} DROP COLUMN {}", column.name())).await?;
    }
    let auth = Auth::new(auth.users().clone().without(lacking));
    let mut alice = auth.create_user(db.db(), NewUser::new("alice").email("alice@example.com")).await?;
    assert_eq!([&alice.first_name, &alice.last_name, &alice.email], ["", "", "alice@example.com"]);
    assert!(alice.is_active && !alice.is_staff && alice.date_joined.is_none());

    // a flag that there is is saved, and no other
    alice.is_active = false;
    alice.save_flags(db.db()).await?;
    assert!(!alice.reload(db.db()).await?.expect("alice is there").is_active);
    alice.is_staff = true;
    let refused = alice.save_flags(db.db()).await.expect_err("there is no such flag");
    assert_eq!(refused.to_string(), format!("`{table}` has no column `is_staff`"));
    Ok(())
}

/// CONTRACT 3.17, the part that is kept: the flags are read live.
async fn flags_are_read_live(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let mut alice = someone(&auth, &db, "alice").await?;
    alice.permissions().add(db.db(), ["drivers.view_car"]).await?;
    assert!(alice.has_perm(db.db(), "drivers.view_car").await?);
    alice.is_active = false;
    assert!(!alice.has_perm(db.db(), "drivers.view_car").await?);
    alice.is_superuser = true;
    assert!(!alice.has_perm(db.db(), "drivers.delete_car").await?);
    alice.is_active = true;
    assert!(alice.has_perm(db.db(), "drivers.delete_car").await?);
    // nothing was written yet
    let stored = alice.reload(db.db()).await?.expect("alice is there");
    assert_eq!((stored.is_active, stored.is_superuser), (true, false));
    alice.is_staff = true;
    alice.save_flags(db.db()).await?;
    let stored = stored.reload(db.db()).await?.expect("alice is there");
    assert_eq!((stored.is_active, stored.is_staff, stored.is_superuser), (true, true, true));
    Ok(())
}

/// What nobody meant to change stays as it is in the database: two people change different flags of one user.
async fn only_changed_flags_are_saved(db: TestDb, auth: Auth) -> Result<()> {
    let mut mine = someone(&auth, &db, "alice").await?;
    let flags = async || -> Result<(bool, bool, bool)> {
        let stored = auth.user(db.db(), "alice").await?.expect("alice is there");
        Ok((stored.is_active, stored.is_staff, stored.is_superuser))
    };
    let mut theirs = auth.user(db.db(), "alice").await?.expect("alice is there");
    theirs.is_active = false;
    theirs.save_flags(db.db()).await?;
    mine.is_staff = true;
    mine.save_flags(db.db()).await?;
    assert_eq!(flags().await?, (false, true, false), "who was deactivated stays so");

    // what was saved is not saved again
    theirs.is_active = true;
    theirs.save_flags(db.db()).await?;
    theirs.is_superuser = true;
    run(&db, &format!("UPDATE {} SET is_active = FALSE", auth.users().table)).await?;
    theirs.save_flags(db.db()).await?;
    assert_eq!(flags().await?, (false, true, true));

    // nothing is written where nothing changed
    let (counting, counter) = counted(db.db());
    theirs.save_flags(&counting).await?;
    assert_eq!(counter.take().len(), 0);

    // what was rolled back is still to be saved
    let mut again = auth.user(db.db(), "alice").await?.expect("alice is there");
    again.is_superuser = false;
    let transaction = db.begin().await?;
    again.save_flags(&transaction).await?;
    transaction.rollback().await?;
    assert_eq!(flags().await?, (false, true, true));
    again.save_flags(db.db()).await?;
    assert_eq!(flags().await?, (false, true, false));

    assert!(matches!(User::anonymous(&auth).save_flags(db.db()).await, Err(Error::Invalid(_))));
    Ok(())
}

/// A backend that answers one thing whatever it is asked.
struct Says(Answer);

#[async_trait]
impl Backend for Says {
    async fn has_perm(&self, _: Db<'_>, _: &User, _: &str) -> Result<Answer> {
        Ok(self.0)
    }

    async fn has_module_perms(&self, _: Db<'_>, _: &User, _: &str) -> Result<Answer> {
        Ok(self.0)
    }
}

/// CONTRACT 3.12.
async fn the_first_backend_that_grants_or_vetoes_settles_it(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let made = someone(&auth, &db, "alice").await?;
    made.permissions().add(db.db(), ["drivers.view_car"]).await?;
    let says = |answer| -> Arc<dyn Backend> { Arc::new(Says(answer)) };
    let (grants, vetoes, abstains) = (says(Answer::Grant), says(Answer::Veto), says(Answer::Abstain));
    let model: Arc<dyn Backend> = Arc::new(ModelBackend);
    // what the chain says of a permission that is granted in the tables, and of one that is not
    for (place, (chain, expected)) in [
        (vec![&grants, &vetoes], (true, true)),
        (vec![&vetoes, &grants], (false, false)),
        (vec![&vetoes, &model], (false, false)),
        (vec![&model, &vetoes], (true, false)),
        (vec![&abstains, &model], (true, false)),
        (vec![&model, &grants], (true, true)),
        (vec![&abstains], (false, false)),
        (vec![], (false, false)),
    ]
    .into_iter()
    .enumerate()
    {
        let auth = auth.with_backends(chain.into_iter().cloned().collect());
        let alice = auth.user(db.db(), "alice").await?.expect("alice was made");
        let says =
            (alice.has_perm(db.db(), "drivers.view_car").await?, alice.has_perm(db.db(), "drivers.add_car").await?);
        assert_eq!(says, expected, "chain {place}");
        let of_app =
            (alice.has_module_perms(db.db(), "drivers").await?, alice.has_module_perms(db.db(), "garage").await?);
        assert_eq!(of_app, expected, "chain {place}");
        let root = auth.create_user(db.db(), NewUser::new(format!("root{place}")).superuser()).await?;
        assert!(root.has_perm(db.db(), "drivers.add_car").await?, "chain {place}");
    }
    // one that answers questions alone has nothing to list
    let alice = auth.with_backends(vec![grants]).user(db.db(), "alice").await?.expect("alice was made");
    assert_eq!(alice.all_permissions(db.db()).await?, HashSet::new());
    Ok(())
}

/// A backend that grants one permission to everybody.
struct ForAll;

#[async_trait]
impl Backend for ForAll {
    async fn permissions(&self, _: Db<'_>, _: &User) -> Result<HashSet<String>> {
        Ok(labels(&["drivers.view_car"]))
    }
}

/// CONTRACT 3.13, 3.14.
async fn a_backend_may_grant_to_anonymous_and_inactive_users(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let auth = auth.with_backends(vec![Arc::new(ModelBackend), Arc::new(ForAll)]);
    let alice = someone(&auth, &db, "alice").await?;
    let dave = auth.create_user(db.db(), NewUser::new("dave").inactive()).await?;
    for user in [&alice, &dave, &User::anonymous(&auth)] {
        user.all_permissions(db.db()).await?;
        assert!(user.has_perm(db.db(), "drivers.view_car").await?, "{user:?}");
        assert!(!user.has_perm(db.db(), "drivers.add_car").await?, "{user:?}");
        assert!(user.has_module_perms(db.db(), "drivers").await?, "{user:?}");
        assert!(!user.has_module_perms(db.db(), "garage").await?, "{user:?}");
        assert_eq!(user.all_permissions(db.db()).await?, labels(&["drivers.view_car"]), "{user:?}");
    }
    alice.permissions().add(db.db(), ["drivers.add_car"]).await?;
    assert_eq!(alice.all_permissions(db.db()).await?, labels(&["drivers.add_car", "drivers.view_car"]));
    Ok(())
}

/// CONTRACT 3.15, with its defaults: active users, superusers included.
async fn the_users_who_hold_a_permission_are_found(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let group = auth.create_group(db.db(), "Editors").await?;
    group.permissions().set(db.db(), ["drivers.view_car"]).await?;
    let (direct, member, both) = (
        someone(&auth, &db, "direct").await?,
        someone(&auth, &db, "member").await?,
        someone(&auth, &db, "both").await?,
    );
    someone(&auth, &db, "nothing").await?;
    auth.create_user(db.db(), NewUser::new("root").superuser()).await?;
    let dave = auth.create_user(db.db(), NewUser::new("dave").inactive()).await?;
    auth.create_user(db.db(), NewUser::new("gone").superuser().inactive()).await?;
    for user in [&direct, &both, &dave] {
        user.permissions().add(db.db(), ["drivers.view_car"]).await?;
    }
    for user in [&member, &both, &dave] {
        user.groups().add(db.db(), [&group]).await?;
    }
    let names = async |label: &str| -> Result<Vec<String>> {
        let mut names: Vec<_> = auth.with_perm(db.db(), label).await?.into_iter().map(|user| user.username).collect();
        names.sort();
        Ok(names)
    };
    assert_eq!(names("drivers.view_car").await?, ["both", "direct", "member", "root"]);
    assert_eq!(names("drivers.add_car").await?, ["root"]);
    for nobodys in ["drivers.paint_car", "Drivers.view_car", "drivers.View_car", "drivers.view_car ", "drivers.a\0"] {
        assert_eq!(names(nobodys).await?, ["root"], "{nobodys:?}");
    }
    for malformed in ["view_car", "drivers.view.car", ""] {
        let refused = names(malformed).await.expect_err("it has not exactly one dot");
        assert_eq!(refused.to_string(), format!("`{malformed}` is not of the form `app_label.codename`"));
    }
    // they come with what they hold
    let found = auth.with_perm(db.db(), "drivers.view_car").await?;
    let (counting, counter) = counted(db.db());
    for user in &found {
        assert!(user.has_perm(&counting, "drivers.view_car").await?);
    }
    assert_eq!(counter.count(), 0);
    Ok(())
}

async fn one_statement_loads_a_user_and_all_they_hold(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let made = someone(&auth, &db, "alice").await?;
    let group = auth.create_group(db.db(), "Editors").await?;
    group.permissions().set(db.db(), ["drivers.view_car"]).await?;
    made.groups().add(db.db(), [&group]).await?;
    made.permissions().add(db.db(), ["drivers.add_car"]).await?;
    let token = made.token(db.db()).await?;
    let (db, counter) = counted(db.db());
    let by_name = auth.user(&db, "alice").await?;
    assert_eq!(counter.take().len(), 1);
    let by_key = auth.user_by_id(&db, made.id().expect("a user has a key")).await?;
    assert_eq!(counter.take().len(), 1);
    let by_token = auth.user_by_token(&db, &token).await?;
    assert_eq!(counter.take().len(), 1);
    for alice in [&by_name, &by_key, &by_token] {
        let alice = alice.as_ref().expect("alice was made");
        assert!(alice.has_perms(&db, &["drivers.view_car", "drivers.add_car"]).await?);
        assert!(!alice.has_perm(&db, "drivers.delete_car").await?);
        assert!(alice.has_module_perms(&db, "drivers").await?);
        assert_eq!(alice.all_permissions(&db).await?.len(), 2);
    }
    assert_eq!(counter.take(), Vec::<String>::new());

    // after a grant the next check asks once, and those after it do not
    let alice = by_name.expect("alice was made");
    alice.permissions().add(&db, ["drivers.delete_car"]).await?;
    counter.take();
    assert!(alice.has_perm(&db, "drivers.delete_car").await?);
    assert_eq!(counter.take().len(), 1);
    assert!(alice.has_perms(&db, &["drivers.delete_car", "drivers.view_car"]).await?);
    assert_eq!(counter.count(), 0);
    Ok(())
}

async fn a_user_who_is_deleted_holds_nothing(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let alice = someone(&auth, &db, "alice").await?;
    run(&db, &format!("DELETE FROM {}", auth.users().table)).await?;
    auth.permissions_changed();
    assert!(!alice.has_perm(db.db(), "drivers.view_car").await?);
    assert!(alice.reload(db.db()).await?.is_none());
    assert!(auth.user_by_id(db.db(), alice.id().expect("a user has a key")).await?.is_none());
    let refused = alice.permissions().add(db.db(), ["drivers.view_car"]).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    Ok(())
}

/// MariaDB cuts an aggregate at a length that its administrator sets, and only warns.
async fn permissions_cut_short_are_an_error(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let alice = someone(&auth, &db, "alice").await?;
    alice.permissions().add(db.db(), CARS).await?;
    let id = alice.id().expect("a user has a key");
    // the setting is a connection's
    let transaction = db.db().begin().await?;
    let set = async |length: &str| {
        transaction.execute_unprepared(&format!("SET SESSION group_concat_max_len = {length}")).await
    };
    let (mut cut, mut whole) = (0, 0);
    let lengths = if db.backend() == Database::MariaDb { 4..200 } else { 0..0 };
    for length in lengths {
        set(&length.to_string()).await?;
        match auth.user_by_id(&transaction, id).await {
            Err(_) => cut += 1,
            Ok(user) => {
                let held = user.expect("alice is there").user_permissions(&transaction).await?;
                assert_eq!(held, labels(&CARS), "of {length} bytes");
                whole += 1;
            }
        }
    }
    if db.backend() == Database::MariaDb {
        assert!(cut > 50 && whole > 10, "{cut} were cut, {whole} were not");
        set("DEFAULT").await?;
    }
    let user = auth.user_by_id(&transaction, id).await?.expect("alice is there");
    assert_eq!(user.user_permissions(&transaction).await?, labels(&CARS));
    Ok(())
}

with_either_key!(
    labels_are_exact,
    codenames_hold_dots_spaces_and_capitals,
    everybody_holds_all_of_no_permissions,
    any_permission_of_an_app_is_enough_for_its_module,
    direct_permissions_and_those_of_groups_are_told_apart,
    an_active_superuser_holds_every_permission,
    inactive_users_and_superusers_hold_nothing,
    anonymous_callers_are_nobody,
    new_users_have_what_the_site_says_in_columns_of_its_own,
    users_of_a_table_without_some_columns_are_users_all_the_same,
    flags_are_read_live,
    only_changed_flags_are_saved,
    the_first_backend_that_grants_or_vetoes_settles_it,
    a_backend_may_grant_to_anonymous_and_inactive_users,
    the_users_who_hold_a_permission_are_found,
    one_statement_loads_a_user_and_all_they_hold,
    a_user_who_is_deleted_holds_nothing,
    permissions_cut_short_are_an_error,
);
