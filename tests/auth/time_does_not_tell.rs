//! How long an answer takes tells nobody who has an account, whatever kind of hash is stored for them (CONTRACT 5.6).

use std::time::{Duration, Instant};

use poem::http::Method;
use refrain::{
    Api, LogIn, Register, RegisterByMail, ResetPassword, Result,
    accounts::{PasswordReset, RegistrationMail},
    auth::{
        Auth, Credentials, NewUser,
        password::{Passwords, Recipe, Verified},
    },
    authentication::{Authenticators, SessionAuthentication},
    sessions::{SecretKey, Sessions},
    throttle::Rate,
};
use refrain_testing::{TestDb, every_database};
use serde_json::{Value as Json, json};

use crate::{mails::Mails, people, support::Client};

/// One of each that Django has, about a millisecond each, and the name of a user who has such a hash.
const RECIPES: [(&str, Recipe); 5] = [
    ("pbkdf2_sha256", Recipe::pbkdf2_sha256(8_000)),
    ("pbkdf2_sha1", Recipe::pbkdf2_sha1(300)),
    ("argon2", Recipe::argon2id(1024, 1, 1)),
    ("scrypt", Recipe::scrypt(512, 8, 1)),
    ("bcrypt_sha256", Recipe::bcrypt_sha256(4)),
];

/// Of two hundred pairs of a hash of each kind and of none, the middle differs by less than a twentieth.
#[tokio::test]
async fn a_wrong_password_takes_the_same_time_whatever_hash_is_stored_and_if_none_is() {
    let passwords = Passwords::default().preferring(RECIPES[0].1);
    let mut stored = Vec::new();
    for (name, recipe) in RECIPES {
        let hash = Passwords::default().preferring(recipe).hash("secret").await.expect("there is room");
        // from now on its kind is known
        assert_eq!(passwords.verify("wrong", &hash).await, Ok(Verified::Wrong));
        stored.push((name, hash));
    }
    let mut ratios = vec![vec![]; stored.len()];
    for turn in 0..200 {
        let mut took = vec![0.0; stored.len() + 1];
        for at in 0..took.len() {
            // each is the first in its turn
            let which = (at + turn) % took.len();
            let begun = Instant::now();
            match stored.get(which) {
                Some((_, hash)) => assert_eq!(passwords.verify("wrong", hash).await, Ok(Verified::Wrong)),
                None => passwords.spend("wrong").await.expect("there is room"),
            }
            took[which] = begun.elapsed().as_secs_f64();
        }
        let nobody = took[stored.len()];
        ratios.iter_mut().zip(took).for_each(|(ratios, took)| ratios.push(took / nobody));
    }
    for ((name, _), ratios) in stored.iter().zip(ratios) {
        let ratio = middle(ratios);
        println!("{name}: {ratio:.3}");
        assert!((ratio - 1.0).abs() < 0.05, "a wrong password for {name} takes {ratio:.3} times as long as no user");
    }
}

/// An adopted site with old hashes of every kind. Beside the hashes, cheap ones here, there is the reading of a user: it
/// takes less than a twentieth of what the hash of Django's default takes.
#[every_database(sqlite, because = "the hashes are what takes time, not the database")]
async fn who_has_an_account_takes_the_time_of_who_has_none(db: TestDb) -> Result<()> {
    for (name, recipe) in RECIPES {
        let auth = people::django().with_passwords(Passwords::default().preferring(recipe));
        auth.create_user(db.db(), NewUser::new(name).password("secret")).await?;
    }
    let auth = people::django().with_passwords(Passwords::default().preferring(RECIPES[0].1)).with_password_tries(None);
    auth.create_user(db.db(), NewUser::new("inactive").password("secret").inactive()).await?;
    auth.create_user(db.db(), NewUser::new("unusable")).await?;
    let others = [("inactive", "secret"), ("inactive", "wrong"), ("unusable", "secret"), ("", "x"), ("a\0", "x")];
    let who: Vec<_> = RECIPES.map(|(name, _)| (name, "wrong")).into_iter().chain(others).collect();
    let usual = {
        let begun = Instant::now();
        Passwords::default().spend("wrong").await?;
        begun.elapsed().as_secs_f64() * 1e3
    };
    let (mut ratios, mut more) = (vec![vec![]; who.len()], vec![vec![]; who.len()]);
    for _ in 0..40 {
        let nobody = milliseconds(&auth, &db, "nobody", "wrong").await?;
        for (at, (name, password)) in who.iter().enumerate() {
            let took = milliseconds(&auth, &db, name, password).await?;
            ratios[at].push(took / nobody);
            more[at].push(took - nobody);
        }
    }
    for ((name, _), (ratios, more)) in who.iter().zip(ratios.into_iter().zip(more)) {
        let (ratio, more) = (middle(ratios), middle(more));
        println!("{name:?}: {ratio:.3}, {more:.3} ms more, where a hash usually takes {usual:.0} ms");
        assert!((ratio - 1.0).abs() < 0.25, "{name:?} takes {ratio:.3} times as long as a name nobody has");
        assert!(more.abs() < usual / 20.0, "{name:?} takes {more:.3} ms more than a name nobody has");
    }
    Ok(())
}

async fn milliseconds(auth: &Auth, db: &TestDb, username: &str, password: &str) -> Result<f64> {
    let begun = Instant::now();
    assert!(auth.authenticate(db.db(), Credentials::Password { username, password }).await?.is_none(), "{username}");
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Of pairs, one about a name or an address that somebody has and one about another, the middle differs by less than a
/// twentieth; each is the first in its turn.
///
/// Where the middle of a few hundred is further off, which noise alone can bring about, as many more are asked as leave
/// nothing of it. How many pairs were asked is told.
async fn is_told_by_no_clock(
    what: &str,
    client: &Client,
    path: &str,
    asks: impl Fn(bool, usize) -> (Json, u16),
) -> usize {
    let (mut ratios, mut ratio) = (Vec::new(), f64::NAN);
    for pairs in [200, 1000] {
        add_ratios(&mut ratios, pairs, client, path, &asks).await;
        ratio = middle(ratios.clone());
        println!("{what}: {ratio:.3} in the middle of {pairs}");
        if (ratio - 1.0).abs() < 0.05 {
            return pairs;
        }
    }
    panic!("{what} takes {ratio:.3} times as long where there is somebody");
}

/// Asks until there are so many pairs.
async fn add_ratios(
    ratios: &mut Vec<f64>,
    pairs: usize,
    client: &Client,
    path: &str,
    asks: impl Fn(bool, usize) -> (Json, u16),
) {
    for turn in ratios.len()..pairs {
        let mut took = [0.0; 2];
        for at in 0..2 {
            let is_known = (at + turn) % 2 == 0;
            let (body, code) = asks(is_known, turn);
            let begun = Instant::now();
            let answer = client.ask(Method::POST, path, "", Some(body)).await;
            took[usize::from(is_known)] = begun.elapsed().as_secs_f64();
            assert_eq!(answer.code(), code, "{answer:?}");
            // what is done behind the answer is not to be in the way of the next one
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        ratios.push(took[1] / took[0]);
    }
}

/// A hash takes a fiftieth of a second here, a good deal less than Django's: what is beside it counts the more.
async fn site_of_alice(db: &TestDb) -> Result<Auth> {
    let auth = people::django().with_passwords(Passwords::default().iterations(60_000)).with_password_tries(None);
    auth.create_user(db.db(), NewUser::new("alice").password("secret").email("alice@example.com")).await?;
    Ok(auth)
}

fn api(db: &TestDb, auth: &Auth) -> Api {
    let sessions = SessionAuthentication::new(Sessions::new(SecretKey::random()));
    Api::new("Drivers", "1", db.db().clone()).auth(auth.clone()).authenticators(Authenticators::none().with(sessions))
}

#[every_database(sqlite, because = "the hashes are what takes time, not the database")]
async fn a_log_in_takes_the_same_time_whoever_there_is(db: TestDb) -> Result<()> {
    let client = Client::new(api(&db, &site_of_alice(&db).await?).with(LogIn).build()?);
    let ask = |is_known, turn| {
        let name = if is_known { "alice".to_owned() } else { format!("alic{turn}") };
        (json!({"username": name, "password": "wrong"}), 400)
    };
    is_told_by_no_clock("a log-in", &client, "/api/auth/login", ask).await;
    Ok(())
}

#[every_database(sqlite, because = "nothing is looked for before the answer")]
async fn asking_for_a_link_takes_the_same_time_whoever_there_is(db: TestDb) -> Result<()> {
    let mails = Mails::<PasswordReset>::default();
    let reset = ResetPassword::new(SecretKey::random(), mails.send()).mails(Rate::per_minute(10_000));
    let client = Client::new(api(&db, &site_of_alice(&db).await?).with(reset).build()?);
    // one that was asked about before is counted in less time, whoever has it: both were
    let ask = |is_known, _| (json!({"email": if is_known { "alice@example.com" } else { "alicf@example.com" }}), 202);
    let pairs = is_told_by_no_clock("asking for a link", &client, "/api/auth/password/reset", ask).await;
    assert_eq!(mails.sent(pairs).await.len(), pairs);
    Ok(())
}

#[every_database(sqlite, because = "the hashes are what takes time, not the database")]
async fn registering_takes_the_same_time_whoever_there_is(db: TestDb) -> Result<()> {
    let auth = site_of_alice(&db).await?;
    let form = |is_known, of: &str, turn| {
        let name = if is_known { "alice".to_owned() } else { format!("{of}{turn}") };
        json!({"username": name, "email": format!("{of}{turn}@example.com"), "password": "correct horse"})
    };
    let client = Client::new(api(&db, &auth).with(Register).build()?);
    let ask = |is_known, turn| (form(is_known, "a", turn), if is_known { 400 } else { 201 });
    // a name that is taken is told here; all the same its password is hashed
    let mut told = Vec::new();
    add_ratios(&mut told, 200, &client, "/api/auth/register", ask).await;
    let told = middle(told);
    assert!(told > 0.5, "registering at once: {told:.3}");

    let mails = Mails::<RegistrationMail>::default();
    let by_mail = RegisterByMail::new(SecretKey::random(), mails.send()).mails(Rate::per_minute(10_000));
    let client = Client::new(api(&db, &auth).with(by_mail).build()?);
    let ask = |is_known, turn| (form(is_known, "b", turn), 202);
    let pairs = is_told_by_no_clock("registering by a mail", &client, "/api/auth/register", ask).await;
    let sent = mails.sent(2 * pairs).await;
    let taken = sent.iter().filter(|mail| matches!(mail, RegistrationMail::NameTaken { .. })).count();
    assert_eq!((taken, sent.len()), (pairs, 2 * pairs), "and the mails tell what is so");
    Ok(())
}
