//! Names and passwords, hashes kept up to date, names a server in front vouches for, and tokens (CONTRACT 5.1–5.6, 5.27).

use std::{
    collections::HashSet,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use refrain::{
    Db, Error, Result, async_trait,
    auth::{
        Auth, Backend, Credentials, Login, ModelBackend, NewUser, RemoteUserBackend, User,
        password::{Algorithm, Passwords, Recipe},
    },
};
use refrain_testing::{TestDb, counted, every_database};
use sea_orm::ConnectionTrait;

use crate::{
    people::{adopt, column, django, labels, run, someone},
    support::sync,
};

/// The name of who has this password.
async fn log_in(auth: &Auth, db: &TestDb, username: &str, password: &str) -> Result<Option<String>> {
    let user = auth.authenticate(db.db(), Credentials::Password { username, password }).await?;
    Ok(user.map(|user| user.username))
}

fn named(name: &str) -> Option<String> {
    Some(name.to_owned())
}

/// What is stored for alice.
async fn stored(auth: &Auth, db: &TestDb) -> Result<String> {
    let sql = format!("SELECT password FROM {} WHERE username = 'alice'", auth.users().table);
    Ok(column::<String>(db, &sql).await?.remove(0))
}

async fn store(auth: &Auth, db: &TestDb, hash: &str) -> Result<()> {
    run(db, &format!("UPDATE {} SET password = '{hash}' WHERE username = 'alice'", auth.users().table)).await
}

async fn the_right_name_and_password_let_in(db: TestDb, auth: Auth) -> Result<()> {
    auth.create_user(db.db(), NewUser::new("alice").password("correct horse")).await?;
    auth.create_user(db.db(), NewUser::new("blank").password("")).await?;
    someone(&auth, &db, "unusable").await?;
    assert_eq!(log_in(&auth, &db, "alice", "correct horse").await?, named("alice"));
    // an empty password is a password (CONTRACT 5.4)
    assert_eq!(log_in(&auth, &db, "blank", "").await?, named("blank"));
    for (name, password) in [
        ("alice", "Correct horse"),
        ("alice", "correct horse "),
        ("alice", ""),
        ("Alice", "correct horse"),
        ("alice ", "correct horse"),
        ("alice\0", "correct horse"),
        ("", ""),
        ("", "correct horse"),
        ("bob", "correct horse"),
        ("unusable", ""),
        ("unusable", "!"),
        ("alice", &"x".repeat(5000)),
    ] {
        assert_eq!(log_in(&auth, &db, name, password).await?, None, "{name:?} {password:.20?}");
    }
    Ok(())
}

async fn a_new_password_replaces_the_old_one(db: TestDb, auth: Auth) -> Result<()> {
    let mut alice = auth.create_user(db.db(), NewUser::new("alice").password("old")).await?;
    let bob = auth.create_user(db.db(), NewUser::new("bob").password("old")).await?;
    alice.set_password(db.db(), "new").await?;
    assert!(alice.check_password("new").await? && !alice.check_password("old").await?);
    assert!(bob.check_password("old").await?);
    assert_eq!(log_in(&auth, &db, "alice", "new").await?, named("alice"));
    assert_eq!(log_in(&auth, &db, "alice", "old").await?, None);
    assert_eq!(log_in(&auth, &db, "bob", "old").await?, named("bob"));
    let too_long = alice.set_password(db.db(), &"x".repeat(5000)).await;
    assert!(matches!(too_long, Err(Error::Invalid(_))), "{too_long:?}");
    assert_eq!(log_in(&auth, &db, "alice", "new").await?, named("alice"));
    Ok(())
}

/// CONTRACT 5.1: rows made by Django itself, of the cheap kinds.
async fn every_format_of_djangos_is_read(db: TestDb, auth: Auth) -> Result<()> {
    let vectors = include_str!("../../src/auth/password/vectors.txt").split("# Cheap work factors.").nth(1);
    let rows: Vec<(&str, String)> = vectors
        .expect("the file has them")
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(hash, password)| (hash, serde_json::from_str(password).expect("a password is JSON")))
        .collect();
    let passwords = Passwords::default().iterations(1).without_upgrade();
    let auth = auth.with_password_tries(None);
    let reading_all = auth.with_passwords(passwords.clone().accepting(Algorithm::Bcrypt).accepting(Algorithm::Md5));
    let reading_djangos = auth.with_passwords(passwords);
    someone(&auth, &db, "alice").await?;
    let mut formats = HashSet::new();
    for (hash, password) in rows.iter().filter(|(hash, _)| hash.len() <= 128) {
        store(&auth, &db, hash).await?;
        assert_eq!(log_in(&reading_all, &db, "alice", password).await?, named("alice"), "{hash}");
        assert_eq!(log_in(&reading_all, &db, "alice", &format!("y{password}")).await?, None, "{hash}");
        let format = hash.split('$').next().expect("a row has a format");
        // the two that Django's own settings do not read (CONTRACT 5.2)
        let read = !["bcrypt", "md5"].contains(&format);
        let expected = read.then(|| "alice".to_owned());
        assert_eq!(log_in(&reading_djangos, &db, "alice", password).await?, expected, "{hash}");
        assert_eq!(stored(&auth, &db).await?, *hash);
        formats.insert(format);
    }
    let all = ["pbkdf2_sha256", "pbkdf2_sha1", "argon2", "scrypt", "bcrypt_sha256", "bcrypt", "md5"];
    assert_eq!(formats, HashSet::from(all));
    Ok(())
}

/// CONTRACT 5.4: where Django answers 500, nobody is let in.
async fn a_hash_that_nothing_opens_lets_nobody_in(db: TestDb, auth: Auth) -> Result<()> {
    someone(&auth, &db, "alice").await?;
    for hash in
        ["", "!", "secret", "plain$secret", "pbkdf2_sha256$", "pbkdf2_sha256$1$$x", "pbkdf2_sha256$0$salt$x", "$$$"]
    {
        store(&auth, &db, hash).await?;
        for password in ["secret", "", hash] {
            assert_eq!(log_in(&auth, &db, "alice", password).await?, None, "{hash:?} {password:?}");
        }
        assert_eq!(stored(&auth, &db).await?, hash);
    }
    Ok(())
}

/// Hashes of the word `secret`.
const PBKDF2_1000: &str = "pbkdf2_sha256$1000$abcdefghij$GgJN5THkqOCIlQZs3DfB8oGrfoySEyju379siWBuq+g=";
const SHA1: &str = "pbkdf2_sha1$7$WzjUifbkIPfTthEtVSKbFx$65162XNOSjeGl0omr2PnXPJq/XU=";
const PBKDF2_10: &str = "pbkdf2_sha256$10$HpEqxKkN9RVTIZbozAIblD$ek1volY6VGwQMag8pHiZ6+v/QqxZKDS+But4W8ULwcM=";
const BCRYPT_SHA256: &str = "bcrypt_sha256$$2b$04$L/ZhnHDq8qArWdJXrffyk.PKDBnjM/5cI8z0OyP3Zpk4cnPvcCnzK";

/// CONTRACT 5.5, but for what lowers.
async fn outdated_hashes_are_renewed_at_log_in(db: TestDb, auth: Auth) -> Result<()> {
    someone(&auth, &db, "alice").await?;
    let preferring = |iterations| auth.with_passwords(Passwords::default().iterations(iterations));
    for (auth, hash, renewed) in [
        // fewer iterations than preferred
        (preferring(20), PBKDF2_10, Some("pbkdf2_sha256$20$")),
        // another algorithm
        (preferring(20), SHA1, Some("pbkdf2_sha256$20$")),
        (preferring(20), BCRYPT_SHA256, Some("pbkdf2_sha256$20$")),
        (
            auth.with_passwords(Passwords::default().preferring(Recipe::bcrypt_sha256(5))),
            BCRYPT_SHA256,
            Some("bcrypt_sha256$$2b$05$"),
        ),
        (
            auth.with_passwords(Passwords::default().preferring(Recipe::bcrypt_sha256(5))),
            PBKDF2_10,
            Some("bcrypt_sha256$$2b$05$"),
        ),
        // as many iterations over a salt that is too short
        (preferring(1000), PBKDF2_1000, Some("pbkdf2_sha256$1000$")),
        // up to date
        (preferring(10), PBKDF2_10, None),
        // never lowered, although the salt is short
        (preferring(9), PBKDF2_10, None),
        (preferring(999), PBKDF2_1000, None),
        (auth.with_passwords(Passwords::default().preferring(Recipe::bcrypt_sha256(4))), BCRYPT_SHA256, None),
        // told not to
        (auth.with_passwords(Passwords::default().iterations(20).without_upgrade()), PBKDF2_10, None),
    ] {
        store(&auth, &db, hash).await?;
        assert_eq!(log_in(&auth, &db, "alice", "Secret").await?, None);
        assert_eq!(stored(&auth, &db).await?, hash, "a wrong password renews nothing");
        for _ in 0..2 {
            assert_eq!(log_in(&auth, &db, "alice", "secret").await?, named("alice"), "{hash}");
        }
        let now = stored(&auth, &db).await?;
        match renewed {
            Some(start) => assert!(now.starts_with(start) && now != hash, "{hash} became {now}"),
            None => assert_eq!(now, hash),
        }
        assert_eq!(log_in(&auth, &db, "alice", "Secret").await?, None);
    }
    Ok(())
}

async fn a_renewed_hash_is_renewed_once(db: TestDb, auth: Auth) -> Result<()> {
    someone(&auth, &db, "alice").await?;
    someone(&auth, &db, "bob").await?;
    run(&db, &format!("UPDATE {} SET password = '{PBKDF2_10}'", auth.users().table)).await?;
    let auth = auth.with_passwords(Passwords::default().iterations(20));
    log_in(&auth, &db, "alice", "secret").await?;
    let renewed = stored(&auth, &db).await?;
    assert!(renewed.starts_with("pbkdf2_sha256$20$"));
    log_in(&auth, &db, "alice", "secret").await?;
    assert_eq!(stored(&auth, &db).await?, renewed);
    let bobs = format!("SELECT password FROM {} WHERE username = 'bob'", auth.users().table);
    assert_eq!(column::<String>(&db, &bobs).await?, [PBKDF2_10]);
    Ok(())
}

async fn hashes_of_djangos_are_renewed_only_when_asked_for(db: TestDb, auth: Auth) -> Result<()> {
    someone(&auth, &db, "alice").await?;
    store(&auth, &db, PBKDF2_10).await?;
    adopt(&db).await?;
    let auth = auth.with_passwords(Passwords::default().iterations(20));
    assert_eq!(log_in(&auth, &db, "alice", "secret").await?, named("alice"));
    assert_eq!(stored(&auth, &db).await?, PBKDF2_10);
    let asked = auth.upgrading_adopted_passwords();
    assert_eq!(log_in(&asked, &db, "alice", "secret").await?, named("alice"));
    assert!(stored(&auth, &db).await?.starts_with("pbkdf2_sha256$20$"));
    Ok(())
}

/// Other tables were made here, the users' was not.
async fn hashes_in_a_table_of_djangos_are_djangos(db: TestDb, auth: Auth) -> Result<()> {
    someone(&auth, &db, "alice").await?;
    store(&auth, &db, PBKDF2_10).await?;
    run(&db, &format!("DELETE FROM refrain_made_tables WHERE name = '{}'", auth.users().table)).await?;
    let auth = auth.with_passwords(Passwords::default().iterations(20));
    assert_eq!(log_in(&auth, &db, "alice", "secret").await?, named("alice"));
    assert_eq!(stored(&auth, &db).await?, PBKDF2_10);
    Ok(())
}

/// The password is changed between the moment it is read and the moment it would be renewed.
async fn a_password_changed_meanwhile_stays_changed(db: TestDb, auth: Auth) -> Result<()> {
    someone(&auth, &db, "alice").await?;
    store(&auth, &db, PBKDF2_10).await?;
    let auth = auth.with_passwords(Passwords::default().iterations(20));
    let (other, table) = (db.another_pool().await, auth.users().table.to_string());
    let changed = Arc::new(AtomicBool::new(false));
    let mut slow = db.db().clone();
    let done = changed.clone();
    slow.set_metric_callback(move |info| {
        // the statement that finds alice, not the one that looks at what hashes there are
        if info.statement.sql.starts_with("SELECT")
            && info.statement.sql.contains("username")
            && info.statement.sql.contains(&table)
            && !done.swap(true, Ordering::SeqCst)
        {
            let change = format!("UPDATE {table} SET password = '{SHA1}' WHERE username = 'alice'");
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(other.execute_unprepared(&change))
            })
            .expect("the password is changed");
        }
    });
    let credentials = Credentials::Password { username: "alice", password: "secret" };
    let alice = auth.authenticate(&slow, credentials).await?;
    assert!(changed.load(Ordering::SeqCst));
    assert_eq!(alice.map(|alice| alice.username), named("alice"));
    assert_eq!(stored(&auth, &db).await?, SHA1);
    Ok(())
}

/// CONTRACT 5.6.
async fn inactive_users_are_not_let_in(db: TestDb, auth: Auth) -> Result<()> {
    let mut alice = auth.create_user(db.db(), NewUser::new("alice").password("secret").inactive()).await?;
    store(&auth, &db, PBKDF2_10).await?;
    let auth = auth.with_passwords(Passwords::default().iterations(20));
    assert_eq!(log_in(&auth, &db, "alice", "secret").await?, None);
    assert_eq!(stored(&auth, &db).await?, PBKDF2_10);
    alice.is_active = true;
    alice.save_flags(db.db()).await?;
    assert_eq!(log_in(&auth, &db, "alice", "secret").await?, named("alice"));
    Ok(())
}

async fn who_logs_in_brings_their_permissions(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let alice = auth.create_user(db.db(), NewUser::new("alice").password("secret")).await?;
    alice.permissions().add(db.db(), ["drivers.view_car"]).await?;
    let (counting, counter) = counted(db.db());
    let credentials = Credentials::Password { username: "alice", password: "secret" };
    // before the first log-in two statements look at what kinds of hashes there are
    auth.authenticate(&counting, credentials).await?.expect("the password is right");
    assert_eq!(counter.take().len(), 3);
    let alice = auth.authenticate(&counting, credentials).await?.expect("the password is right");
    assert!(alice.has_perm(&counting, "drivers.view_car").await?);
    assert!(!alice.has_perm(&counting, "drivers.add_car").await?);
    assert_eq!(counter.take().len(), 1);
    Ok(())
}

/// A backend that vetoes, or knows alice by whatever she says, and counts how often it is asked.
#[derive(Default)]
struct Doorman {
    vetoes: bool,
    asked: AtomicUsize,
}

#[async_trait]
impl Backend for Doorman {
    async fn authenticate(&self, auth: &Auth, db: Db<'_>, _: &Credentials<'_>) -> Result<Login> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.vetoes {
            return Ok(Login::Veto);
        }
        Ok(auth.user(db, "alice").await?.map_or(Login::Abstain, |alice| Login::Known(Box::new(alice))))
    }
}

/// CONTRACT 5.6.
async fn the_first_backend_that_knows_or_vetoes_settles_it(db: TestDb, auth: Auth) -> Result<()> {
    auth.create_user(db.db(), NewUser::new("alice").password("secret")).await?;
    auth.create_user(db.db(), NewUser::new("bob").password("secret")).await?;
    for (vetoes, doorman_first, password, who, asked) in [
        (true, true, "secret", None, 1),
        (true, false, "secret", named("bob"), 0),
        (true, false, "wrong", None, 1),
        (false, true, "secret", named("alice"), 1),
        (false, false, "secret", named("bob"), 0),
        (false, false, "wrong", named("alice"), 1),
    ] {
        let doorman = Arc::new(Doorman { vetoes, ..Doorman::default() });
        let mut chain: Vec<Arc<dyn Backend>> = vec![doorman.clone(), Arc::new(ModelBackend)];
        if !doorman_first {
            chain.reverse();
        }
        assert_eq!(log_in(&auth.with_backends(chain), &db, "bob", password).await?, who);
        assert_eq!(doorman.asked.load(Ordering::SeqCst), asked);
    }
    assert_eq!(log_in(&auth.with_backends(vec![]), &db, "bob", "secret").await?, None);
    Ok(())
}

async fn a_name_that_a_server_in_front_vouches_for_is_believed(db: TestDb, auth: Auth) -> Result<()> {
    sync(&auth, &db).await;
    let alice = someone(&auth, &db, "alice").await?;
    alice.permissions().add(db.db(), ["drivers.view_car"]).await?;
    auth.create_user(db.db(), NewUser::new("dave").inactive()).await?;
    let users = format!("SELECT username FROM {} ORDER BY username", auth.users().table);
    let vouched = async |auth: &Auth, name: &str| auth.authenticate(db.db(), Credentials::RemoteUser(name)).await;

    let known_only = auth.with_backends(vec![Arc::new(RemoteUserBackend { create_unknown_user: false })]);
    let found: Option<User> = vouched(&known_only, "alice").await?;
    let found = found.expect("alice is known");
    assert_eq!(found.id(), alice.id());
    // the backend answers for permissions too, as Django's does
    assert!(found.has_perm(db.db(), "drivers.view_car").await?);
    assert!(!found.has_perm(db.db(), "drivers.add_car").await?);
    assert!(found.has_module_perms(db.db(), "drivers").await?);
    assert_eq!(found.all_permissions(db.db()).await?, labels(&["drivers.view_car"]));
    for name in ["dave", "zoe", "Alice", ""] {
        assert!(vouched(&known_only, name).await?.is_none(), "{name:?}");
    }
    assert_eq!(column::<String>(&db, &users).await?, ["alice", "dave"]);
    // it knows no passwords, and the backend that does believes no names
    assert_eq!(log_in(&known_only, &db, "alice", "").await?, None);
    assert!(vouched(&auth, "alice").await?.is_none());

    let making = auth.with_backends(vec![Arc::new(RemoteUserBackend { create_unknown_user: true })]);
    for _ in 0..2 {
        let zoe = vouched(&making, "zo\u{c5}").await?.expect("she is made");
        assert_eq!((zoe.username.as_str(), zoe.is_active, zoe.is_superuser), ("zo\u{c5}", true, false));
    }
    // the ångström sign, which normalisation would turn into the letter
    assert!(vouched(&making, "zo\u{212b}").await?.is_none());
    assert!(vouched(&making, "dave").await?.is_none());
    assert!(matches!(vouched(&making, "no name").await, Err(Error::Invalid(_))));
    assert_eq!(column::<String>(&db, &users).await?, ["alice", "dave", "zo\u{c5}"]);
    assert_eq!(log_in(&auth, &db, "zo\u{c5}", "").await?, None);
    Ok(())
}

/// CONTRACT 5.27.
async fn a_user_has_one_token_until_it_is_revoked(db: TestDb, auth: Auth) -> Result<()> {
    let (alice, bob) = (someone(&auth, &db, "alice").await?, someone(&auth, &db, "bob").await?);
    let token = alice.token(db.db()).await?;
    assert!(token.len() == 40 && token.bytes().all(|byte| b"0123456789abcdef".contains(&byte)), "{token}");
    assert_eq!(alice.token(db.db()).await?, token);
    let bobs = bob.token(db.db()).await?;
    assert_ne!(bobs, token);
    let whose = async |key: &str| -> Result<Option<String>> {
        Ok(auth.user_by_token(db.db(), key).await?.map(|user| user.username))
    };
    assert_eq!(whose(&token).await?, named("alice"));
    assert_eq!(whose(&bobs).await?, named("bob"));
    for key in ["", &token[..39], &format!("{token}0"), &format!("{token} "), "%", &"0".repeat(40)] {
        assert_eq!(whose(key).await?, None, "{key:?}");
    }

    for _ in 0..2 {
        alice.revoke_token(db.db()).await?;
        assert_eq!(whose(&token).await?, None);
        assert_eq!(whose(&bobs).await?, named("bob"));
    }
    let next = alice.token(db.db()).await?;
    assert_ne!(next, token);
    assert_eq!(whose(&next).await?, named("alice"));

    let nobody = User::anonymous(&auth);
    assert!(matches!(nobody.token(db.db()).await, Err(Error::Invalid(_))));
    assert!(matches!(nobody.revoke_token(db.db()).await, Err(Error::Invalid(_))));
    assert_eq!(column::<i64>(&db, "SELECT COUNT(*) FROM authtoken_token").await?, [2]);
    Ok(())
}

async fn first_tokens_asked_for_at_once_are_one_token(db: TestDb, auth: Auth) -> Result<()> {
    someone(&auth, &db, "alice").await?;
    let mut asking = Vec::new();
    for _ in 0..8 {
        let (auth, pool) = (auth.clone(), db.another_pool().await);
        asking.push(tokio::spawn(async move {
            let alice = auth.user(&pool, "alice").await?.expect("alice was made");
            alice.token(&pool).await
        }));
    }
    let mut tokens = HashSet::new();
    for token in asking {
        tokens.insert(token.await.expect("it does not panic")?);
    }
    let stored = column::<String>(&db, "SELECT t.key FROM authtoken_token t").await?;
    assert_eq!(tokens, HashSet::from_iter(stored));
    assert_eq!(tokens.len(), 1);
    Ok(())
}

#[every_database(sqlite, because = "the test itself says which of two is first")]
async fn a_token_made_between_the_look_and_the_insert_is_the_users(db: TestDb) -> Result<()> {
    let alice = someone(&django(), &db, "alice").await?;
    let made = Arc::new(OnceLock::new());
    let (meanwhile, url, mut looking) = (made.clone(), db.url(), db.db().clone());
    looking.set_metric_callback(move |info| {
        if info.statement.sql.contains("authtoken_token") {
            meanwhile.get_or_init(|| token_made_by_another_program(&url));
        }
    });
    let token = alice.token(&looking).await?;
    assert_eq!(made.get(), Some(&token));
    Ok(())
}

/// With threads and connections of its own.
fn token_made_by_another_program(url: &str) -> String {
    let making = async || {
        let db = refrain::connect(url).await?;
        let alice = django().user(&db, "alice").await?.expect("alice was made");
        alice.token(&db).await
    };
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(making()).expect("a token")
    };
    std::thread::scope(|scope| scope.spawn(run).join().expect("no panic"))
}

with_either_key!(
    the_right_name_and_password_let_in,
    a_new_password_replaces_the_old_one,
    every_format_of_djangos_is_read,
    a_hash_that_nothing_opens_lets_nobody_in,
    outdated_hashes_are_renewed_at_log_in,
    a_renewed_hash_is_renewed_once,
    hashes_of_djangos_are_renewed_only_when_asked_for,
    hashes_in_a_table_of_djangos_are_djangos,
    a_password_changed_meanwhile_stays_changed,
    inactive_users_are_not_let_in,
    who_logs_in_brings_their_permissions,
    the_first_backend_that_knows_or_vetoes_settles_it,
    a_name_that_a_server_in_front_vouches_for_is_believed,
    a_user_has_one_token_until_it_is_revoked,
    first_tokens_asked_for_at_once_are_one_token,
);
