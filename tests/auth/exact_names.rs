//! Users and groups are made as Django makes them, and found by their names to the last character (CONTRACT 3.21).

use refrain::{
    Result,
    auth::{Auth, NewUser, sync::SyncOptions},
    model::Models,
};
use refrain_testing::{TestDb, every_database};

use crate::{
    people::{self, column, run, someone},
    support::{car, sync},
};

/// CONTRACT 3.21.
async fn users_are_made_as_django_makes_them(db: TestDb, auth: Auth) -> Result<()> {
    let new = NewUser::new("\u{212b}sa").password("secret").email(" Asa.B@EXAMPLE.Com ").full_name("Åsa", "Berg");
    let made = auth.create_user(db.db(), new).await?;
    for asa in [&made, &auth.user(db.db(), "\u{c5}sa").await?.expect("the name is normalised")] {
        assert_eq!((asa.username.as_str(), asa.email.as_str()), ("\u{c5}sa", "Asa.B@example.com"));
        assert_eq!((asa.first_name.as_str(), asa.last_name.as_str()), ("Åsa", "Berg"));
        assert_eq!((asa.is_active, asa.is_staff, asa.is_superuser), (true, false, false));
        assert!(asa.last_login.is_none() && asa.date_joined.is_some());
        assert!(asa.check_password("secret").await? && !asa.check_password("Secret").await?);
        assert!(!format!("{asa:?}").contains("pbkdf2"));
    }
    assert_eq!(made.id(), auth.user(db.db(), "\u{c5}sa").await?.and_then(|asa| asa.id()));
    let stored = format!("SELECT password FROM {} WHERE username = 'bob'", auth.users().table);
    someone(&auth, &db, "bob").await?;
    let unusable = column::<String>(&db, &stored).await?.remove(0);
    assert_eq!((unusable.chars().count(), unusable.chars().next()), (41, Some('!')));

    let longest = "x".repeat(150);
    assert_eq!(someone(&auth, &db, &longest).await?.username, longest);
    for (name, message) in [
        ("", "the username must be set"),
        ("a b", "a username has letters, digits and @ . + - _ only"),
        ("bob ", "a username has letters, digits and @ . + - _ only"),
        (&"x".repeat(151), "the username has more than 150 characters"),
        ("bob", "there is a user called `bob`"),
        ("\u{212b}sa", "there is a user called `\u{c5}sa`"),
    ] {
        let refused = auth.create_user(db.db(), NewUser::new(name)).await.expect_err("it cannot be made");
        assert_eq!(refused.to_string(), message);
    }
    let users = format!("SELECT username FROM {}", auth.users().table);
    assert_eq!(column::<String>(&db, &users).await?.len(), 3);
    Ok(())
}

async fn names_are_told_apart_to_the_last_character(db: TestDb, auth: Auth) -> Result<()> {
    for name in ["alice", "Alice", "\u{e1}lice"] {
        someone(&auth, &db, name).await?;
    }
    for name in ["alice", "Alice", "\u{e1}lice"] {
        assert_eq!(auth.user(db.db(), name).await?.expect("it was made").username, name);
    }
    for name in ["ALICE", "alice ", " alice", "alic_", "%", "alice\0", ""] {
        assert!(auth.user(db.db(), name).await?.is_none(), "{name:?}");
    }
    let names = ["Editors", "editors", "Editors ", "\u{c9}ditors"];
    for name in names {
        auth.create_group(db.db(), name).await?;
    }
    for name in names {
        assert_eq!(auth.group(db.db(), name).await?.expect("it was made").name, name);
    }
    for name in ["EDITORS", "Editors  ", "Editor_", "Editors\0", ""] {
        assert!(auth.group(db.db(), name).await?.is_none(), "{name:?}");
    }
    let taken = auth.create_group(db.db(), "Editors").await.expect_err("the name is taken");
    assert_eq!(taken.to_string(), "there is a group called `Editors`");
    assert_eq!(auth.create_group(db.db(), &"x".repeat(150)).await?.name.len(), 150);
    for name in ["", "a\0b", &"x".repeat(151)] {
        let refused = auth.create_group(db.db(), name).await.expect_err("no group is called so");
        assert_eq!(refused.to_string(), "a group's name has 1 to 150 characters, none of them NUL");
    }
    Ok(())
}

with_either_key!(users_are_made_as_django_makes_them, names_are_told_apart_to_the_last_character,);

#[every_database(mariadb, because = "only its collations take one name for another")]
async fn names_are_exact_under_a_collation_that_ignores_case(db: TestDb) -> Result<()> {
    let auth = people::django();
    sync(&auth, &db).await;
    let alice = someone(&auth, &db, "alice").await?;
    let token = alice.token(db.db()).await?;
    let editors = auth.create_group(db.db(), "Editors").await?;
    for table in ["auth_user", "auth_group", "auth_permission", "django_content_type"] {
        // as Django makes them on a server with the usual settings
        run(&db, &format!("ALTER TABLE {table} CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")).await?;
    }
    run(&db, "ALTER TABLE authtoken_token CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci").await?;
    let sees_too_much = column::<String>(&db, "SELECT username FROM auth_user WHERE username = 'ALICE '").await?;
    assert_eq!(sees_too_much, ["alice"]);
    for name in ["ALICE", "alice ", "\u{e1}lice"] {
        assert!(auth.user(db.db(), name).await?.is_none(), "{name:?}");
    }
    for name in ["EDITORS", "Editors "] {
        assert!(auth.group(db.db(), name).await?.is_none(), "{name:?}");
    }
    for key in [token.to_uppercase(), format!("{token} ")] {
        assert!(auth.user_by_token(db.db(), &key).await?.is_none());
    }
    for label in ["drivers.VIEW_CAR", "Drivers.view_car", "drivers.view_car "] {
        let refused = editors.permissions().add(db.db(), [label]).await.expect_err("no permission is called so");
        assert_eq!(refused.to_string(), format!("no permission is called `{label}`"));
    }
    alice.permissions().add(db.db(), ["drivers.view_car"]).await?;
    for label in ["drivers.VIEW_CAR", "Drivers.view_car", "drivers.view_car "] {
        assert!(!alice.has_perm(db.db(), label).await?, "{label:?}");
        assert!(auth.with_perm(db.db(), label).await?.is_empty(), "{label:?}");
    }
    // and the names themselves are found
    assert!(auth.user(db.db(), "alice").await?.is_some());
    assert!(auth.group(db.db(), "Editors").await?.is_some());
    assert!(auth.user_by_token(db.db(), &token).await?.is_some());
    assert_eq!(auth.with_perm(db.db(), "drivers.view_car").await?.len(), 1);
    // a model is the one that is called so
    assert_eq!(auth.perms_for_model::<car::Entity>(db.db()).await?.len(), 6);
    let models = Models::default().with::<car::Entity>();
    for (column, name, other) in [("model", "car", "CAR"), ("app_label", "drivers", "Drivers")] {
        run(&db, &format!("UPDATE django_content_type SET {column} = '{other}'")).await?;
        assert!(auth.perms_for_model::<car::Entity>(db.db()).await?.is_empty(), "those of {other} are no {name}'s");
        let synced = auth.sync_permissions(db.db(), &models, &SyncOptions::default()).await;
        assert!(synced.is_err(), "{other} is taken for {name}");
        run(&db, &format!("UPDATE django_content_type SET {column} = '{name}'")).await?;
    }
    assert!(auth.sync_permissions(db.db(), &models, &SyncOptions::default()).await?.created.is_empty());
    Ok(())
}
