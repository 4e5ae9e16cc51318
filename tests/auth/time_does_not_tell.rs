//! How long a refusal takes tells nobody who has an account, whatever kind of hash is stored for them (CONTRACT 5.6).

use std::time::Instant;

use refrain::{
    Result,
    auth::{
        Auth, Credentials, NewUser,
        password::{Passwords, Recipe},
    },
};
use refrain_testing::{TestDb, every_database};

use crate::people;

/// One of each that Django has, some milliseconds each, and the name of a user who has such a hash.
const RECIPES: [(&str, Recipe); 5] = [
    ("pbkdf2_sha256", Recipe::pbkdf2_sha256(16_000)),
    ("pbkdf2_sha1", Recipe::pbkdf2_sha1(600)),
    ("argon2", Recipe::argon2id(2048, 1, 1)),
    ("scrypt", Recipe::scrypt(1024, 8, 1)),
    ("bcrypt_sha256", Recipe::bcrypt_sha256(5)),
];

/// An adopted site with old hashes of every kind: of many pairs, one of them always a name that nobody has, the middle
/// hardly differs. What differs is what the database and reading the user take, which counts for less where hashes take
/// their usual time.
#[every_database(sqlite, because = "the hashes are what takes time, not the database")]
async fn who_has_an_account_takes_the_time_of_who_has_none(db: TestDb) -> Result<()> {
    for (name, recipe) in RECIPES {
        let auth = people::django().with_passwords(Passwords::default().preferring(recipe));
        auth.create_user(db.db(), NewUser::new(name).password("secret")).await?;
    }
    let auth = people::django().with_passwords(Passwords::default().preferring(RECIPES[0].1));
    auth.create_user(db.db(), NewUser::new("inactive").password("secret").inactive()).await?;
    auth.create_user(db.db(), NewUser::new("unusable")).await?;
    let known: Vec<_> = RECIPES.map(|(name, _)| (name, "wrong")).into_iter().chain([("inactive", "secret")]).collect();
    are_not_told_apart(&auth, &db, &known, 200, 0.05).await?;
    let others = [("inactive", "wrong"), ("unusable", "secret"), ("", "secret"), ("a\0", "secret")];
    are_not_told_apart(&auth, &db, &others, 40, 0.2).await
}

async fn are_not_told_apart(
    auth: &Auth,
    db: &TestDb,
    who: &[(&str, &str)],
    times: usize,
    tolerance: f64,
) -> Result<()> {
    let mut ratios = vec![vec![]; who.len()];
    for _ in 0..times {
        let nobody = milliseconds(auth, db, "nobody", "wrong").await?;
        for ((name, password), ratios) in who.iter().zip(&mut ratios) {
            ratios.push(milliseconds(auth, db, name, password).await? / nobody);
        }
    }
    for ((name, _), ratios) in who.iter().zip(ratios) {
        let ratio = middle(ratios);
        println!("{name:?}: {ratio:.3}");
        assert!((ratio - 1.0).abs() < tolerance, "{name:?} takes {ratio:.3} times as long as a name nobody has");
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
