//! What users of [`Passwords`] rely on, format by format.

use std::collections::HashMap;

use super::{
    Algorithm, Error, Passwords, Recipe, Verified, is_usable, unusable,
    work::{Work, meter},
};

/// Rows that Django itself made and verified.
const DJANGO: &str = include_str!("vectors.txt");

const CHEAP: [Recipe; 5] = [
    Recipe::pbkdf2_sha256(3),
    Recipe::pbkdf2_sha1(3),
    Recipe::argon2id(64, 2, 2),
    Recipe::scrypt(16, 4, 2),
    Recipe::bcrypt_sha256(4),
];
const PASSWORDS: [&str; 6] = ["secret", "lètmein", "", "  two  spaces ", "пароль 密码 🦀", "nul\0 and\ttab"];

fn cheap() -> Passwords {
    Passwords::default().iterations(1).accepting(Algorithm::Bcrypt).accepting(Algorithm::Md5)
}

/// Rows whose work factors are Django's defaults, which take long in builds without optimisation.
fn is_dear(stored: &str) -> bool {
    ["$1000000$", "m=102400", "$16384$", "$12$"].iter().any(|factor| stored.contains(factor))
}

fn django() -> impl Iterator<Item = (&'static str, String)> {
    DJANGO.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        let (stored, password) = line.split_once('\t').expect("each vector has a tab");
        (stored, serde_json::from_str(password).expect("each vector's password is a JSON string"))
    })
}

#[tokio::test]
async fn opens_what_django_made_and_only_with_the_right_password() {
    let passwords = cheap();
    let mut seen = 0;
    for (stored, password) in django().filter(|(stored, _)| !is_dear(stored)) {
        assert!(passwords.verify(&password, stored).await.unwrap().is_right(), "`{stored}`");
        for wrong in [format!("{password}x"), "Secret".to_owned(), format!(" {password}")] {
            let blind = stored.starts_with("bcrypt$") && wrong.as_bytes().get(..72) == password.as_bytes().get(..72);
            if password.len() < 72 || !blind {
                assert_eq!(passwords.verify(&wrong, stored).await, Ok(Verified::Wrong), "`{stored}`");
            }
        }
        seen += 1;
    }
    assert!(seen > 60, "{seen} vectors");
}

#[tokio::test]
async fn opens_what_django_makes_by_default() {
    let passwords = cheap();
    let contract = [
        "pbkdf2_sha256$1000000$seasaltseasaltseasalt2$D/Ib3tZeWld5ykH7CWKnsJDLGfwi8uzXCiMNDs8vjwA=",
        "pbkdf2_sha1$1000000$seasaltseasaltseasalt2$Ka41lJ8exe6i5lafyEG8WaHVwmo=",
        "scrypt$16384$seasaltseasaltseasalt2$8$5$WlrX5x5eq16+f1iT/GJRPA2bTYS4g4dkPtnmA3LkFIV8cX8UokUUvYX3OcG7bzyJ5sPvFTs8oisjT6smkqUmKg==",
        "md5$seasaltseasaltseasalt2$860e19cdc5c0a149442c9cf2860916e5",
    ];
    let dear = django().filter(|(stored, _)| is_dear(stored));
    let rows = dear.chain(contract.map(|stored| (stored, "lètmein".to_owned()))).collect::<Vec<_>>();
    assert_eq!(rows.len(), 9);
    for (stored, password) in rows {
        assert!(passwords.verify(&password, stored).await.unwrap().is_right(), "`{stored}`");
    }
    let short = "pbkdf2_sha256$1000$abcdefghij$GgJN5THkqOCIlQZs3DfB8oGrfoySEyju379siWBuq+g=";
    assert!(passwords.verify("secret", short).await.unwrap().is_right());
    assert_eq!(passwords.verify("letmein", short).await, Ok(Verified::Wrong));
}

#[tokio::test]
async fn opens_what_it_made_itself() {
    for recipe in CHEAP {
        let passwords = Passwords::default().preferring(recipe);
        for password in PASSWORDS {
            let stored = passwords.hash(password).await.unwrap();
            assert!(stored.starts_with(recipe.algorithm().name()), "`{stored}`");
            assert!(stored.len() <= 128 && is_usable(&stored), "`{stored}`");
            assert_eq!(passwords.verify(password, &stored).await, Ok(Verified::Right), "`{stored}`");
            assert_eq!(passwords.verify("wrong", &stored).await, Ok(Verified::Wrong), "`{stored}`");
            assert_ne!(passwords.hash(password).await.unwrap(), stored, "the salt is fresh");
        }
    }
}

#[test]
fn new_hashes_are_made_by_what_is_preferred() {
    for recipe in CHEAP {
        let settings = Passwords::default().preferring(recipe).settings;
        assert_eq!(settings.preferred, recipe.0, "before anything is hashed by another");
        let stored = settings.hash("secret").unwrap();
        assert!(stored.starts_with(&format!("{}$", recipe.algorithm().name())), "`{stored}`");
        assert_eq!(settings.verify("secret", &stored), Ok(Verified::Right));
    }
    assert_eq!(Passwords::default().iterations(7).settings.preferred, Recipe::pbkdf2_sha256(7).0);
}

#[tokio::test]
async fn a_digest_that_differs_anywhere_does_not_open() {
    for recipe in CHEAP {
        let passwords = Passwords::default().preferring(recipe);
        let stored = passwords.hash("secret").await.unwrap();
        let last = stored.trim_end_matches('=').len() - 1;
        for (at, with) in
            [(last, "*"), (last - 12, "_"), (stored.len(), "A"), (stored.len(), "\n"), (stored.len(), "$")]
        {
            let mut changed = stored.clone();
            changed.replace_range(at..(at + 1).min(stored.len()), with);
            assert_eq!(passwords.verify("secret", &changed).await, Ok(Verified::Wrong), "`{changed}`");
        }
        assert_eq!(passwords.verify("secret", &stored[..last]).await, Ok(Verified::Wrong));
    }
}

#[tokio::test]
async fn django_default_list_leaves_out_md5_and_plain_bcrypt() {
    let md5 = "md5$seasaltseasaltseasalt2$860e19cdc5c0a149442c9cf2860916e5";
    let default = Passwords::default().iterations(1);
    assert_eq!(default.verify("lètmein", md5).await, Ok(Verified::Wrong));
    assert_eq!(default.clone().accepting(Algorithm::Md5).verify("lètmein", md5).await, Ok(Verified::Outdated));
    let (bcrypt, password) =
        django().find(|(stored, _)| stored.starts_with("bcrypt$")).expect("a vector of plain bcrypt");
    assert_eq!(default.verify(&password, bcrypt).await, Ok(Verified::Wrong));
    assert_eq!(default.accepting(Algorithm::Bcrypt).verify(&password, bcrypt).await, Ok(Verified::Outdated));
}

#[tokio::test]
async fn the_accepted_list_can_be_narrowed_but_not_below_what_is_made() {
    let made = Passwords::default().iterations(1).hash("secret").await.unwrap();
    let narrow = Passwords::default().iterations(1).accepting_only([]);
    assert_eq!(narrow.verify("secret", &made).await, Ok(Verified::Right));
    let elsewhere = Passwords::default().preferring(Recipe::argon2id(64, 1, 1)).accepting_only([]);
    assert_eq!(elsewhere.verify("secret", &made).await, Ok(Verified::Wrong));
}

#[tokio::test]
async fn plain_bcrypt_sees_72_bytes() {
    let (stored, password) = django()
        .find(|(stored, password)| stored.starts_with("bcrypt$") && password.len() == 72)
        .expect("a vector of 72 bytes");
    let passwords = cheap();
    assert!(passwords.verify(&format!("{password} and more"), stored).await.unwrap().is_right());
    assert_eq!(passwords.verify(&password[..71], stored).await, Ok(Verified::Wrong));

    let passwords = Passwords::default().preferring(Recipe::bcrypt_sha256(4));
    let stored = passwords.hash(&password).await.unwrap();
    assert_eq!(passwords.verify(&format!("{password} and more"), &stored).await, Ok(Verified::Wrong));
}

#[tokio::test]
async fn more_than_4096_bytes_are_neither_hashed_nor_right() {
    let passwords = Passwords::default().iterations(1);
    let longest = "é".repeat(2048);
    let stored = passwords.hash(&longest).await.unwrap();
    assert_eq!(passwords.verify(&longest, &stored).await, Ok(Verified::Right));
    let longer = longest + "x";
    assert_eq!(passwords.hash(&longer).await, Err(Error::TooLong));
    assert_eq!(passwords.verify(&longer, &stored).await, Ok(Verified::Wrong));
    assert_eq!(passwords.spend(&longer).await, Ok(()));
}

/// `CONTRACT 5.5`, but for rows stronger than what would be made.
#[test]
fn advises_an_upgrade_only_where_nothing_gets_weaker() {
    use Verified::{Outdated, Right};
    let pbkdf2 = Recipe::pbkdf2_sha256(100);
    let argon2 = Recipe::argon2id(128, 2, 2);
    let scrypt = Recipe::scrypt(16, 4, 2);
    let bcrypt = Recipe::bcrypt_sha256(5);
    let table = [
        (pbkdf2, pbkdf2, Right),
        (pbkdf2, Recipe::pbkdf2_sha256(99), Outdated),
        (pbkdf2, Recipe::pbkdf2_sha256(101), Right),
        (pbkdf2, Recipe::pbkdf2_sha1(100), Outdated),
        (pbkdf2, Recipe::pbkdf2_sha1(1000), Outdated),
        (pbkdf2, argon2, Outdated),
        (pbkdf2, scrypt, Outdated),
        (pbkdf2, bcrypt, Outdated),
        (argon2, pbkdf2, Outdated),
        (argon2, argon2, Right),
        (argon2, Recipe::argon2id(64, 2, 2), Outdated),
        (argon2, Recipe::argon2id(128, 1, 2), Outdated),
        (argon2, Recipe::argon2id(256, 2, 2), Right),
        (argon2, Recipe::argon2id(128, 3, 2), Right),
        (argon2, Recipe::argon2id(64, 3, 2), Right),
        (argon2, Recipe::argon2id(256, 1, 2), Right),
        (argon2, Recipe::argon2id(128, 2, 1), Right),
        (scrypt, scrypt, Right),
        (scrypt, Recipe::scrypt(8, 4, 2), Outdated),
        (scrypt, Recipe::scrypt(16, 2, 2), Outdated),
        (scrypt, Recipe::scrypt(16, 4, 1), Outdated),
        (scrypt, Recipe::scrypt(32, 4, 2), Right),
        (scrypt, Recipe::scrypt(32, 4, 1), Right),
        (bcrypt, bcrypt, Right),
        (bcrypt, Recipe::bcrypt_sha256(4), Outdated),
        (bcrypt, Recipe::bcrypt_sha256(6), Right),
    ];
    for (preferred, made, expected) in table {
        let row = Passwords::default().preferring(made).settings.hash("secret").unwrap();
        let passwords = Passwords::default().preferring(preferred);
        assert_eq!(passwords.settings.verify("secret", &row), Ok(expected), "`{row}` where {preferred:?}");
        assert_eq!(passwords.settings.verify("wrong", &row), Ok(Verified::Wrong), "`{row}` where {preferred:?}");
        assert_eq!(
            passwords.without_upgrade().settings.verify("secret", &row),
            Ok(Right),
            "`{row}` where {preferred:?}"
        );
    }
}

#[test]
fn advises_an_upgrade_of_a_short_salt_unless_the_work_would_shrink() {
    let passwords = cheap();
    for (iterations, salt, expected) in [
        (10, "abcdefghijklmnopqrstu", Verified::Outdated),
        (10, "abcdefghijklmnopqrstuv", Verified::Right),
        (11, "abcdefghijkl", Verified::Right),
        (9, "abcdefghijklmnopqrstuv", Verified::Outdated),
    ] {
        let work = Recipe::pbkdf2_sha256(iterations).0;
        let row = work.write(salt, &work.digest("secret", salt).unwrap());
        assert_eq!(passwords.clone().iterations(10).settings.verify("secret", &row), Ok(expected), "`{row}`");
    }
    let recipe = Recipe::argon2id(64, 1, 1);
    // of 21 bytes and of 22, as they stand in a row
    for (salt, expected) in
        [("YWJjZGVmZ2hpamtsbW5vcHFyc3R1", Verified::Outdated), ("YWJjZGVmZ2hpamtsbW5vcHFyc3R1dg", Verified::Right)]
    {
        let row = recipe.0.write(salt, &recipe.0.digest("secret", salt).unwrap());
        assert_eq!(passwords.clone().preferring(recipe).settings.verify("secret", &row), Ok(expected), "`{row}`");
    }
    let argon2 = passwords.preferring(Recipe::argon2id(512, 2, 2));
    for (stored, password) in django().filter(|(stored, _)| stored.contains("m=512,t=2")) {
        let longer_digest = stored.len() > 120;
        let expected = if longer_digest { Verified::Right } else { Verified::Outdated };
        assert_eq!(argon2.settings.verify(&password, stored), Ok(expected), "`{stored}`");
    }
}

#[test]
fn what_nothing_opens_costs_what_an_unknown_user_costs() {
    for recipe in CHEAP {
        let passwords = Passwords::default().preferring(recipe);
        let (unknown, _) = meter::during(|| passwords.settings.spend("secret").unwrap());
        assert_eq!(unknown, [recipe.0]);
        let stored = passwords.settings.hash("other").unwrap();
        let rows = [
            &stored,
            &unusable(),
            "",
            "!",
            "gibberish",
            "sha1$salt$xyz",
            "md5$seasaltseasaltseasalt2$860e19cdc5c0a149442c9cf2860916e5",
            "pbkdf2_sha256$abc",
            "pbkdf2_sha256$1000$$xx",
            "pbkdf2_sha256$4000000000$abcdefghij$GgJN5THkqOCIlQZs3DfB8oGrfoySEyju379siWBuq+g=",
            "argon2$argon2id$v=19$m=4294967295,t=1,p=1$YWJjZGVmZ2g$YWJjZGVmZ2g",
            "scrypt$1073741824$salt$8$1$xx",
            "scrypt$16384$salt$8$5",
            "bcrypt_sha256$$2b$31$jajD5E75MwlUttjCzopa.uMyaKXyGlIy1gcqTCYNMe/a4cTGSiUBS",
        ];
        for row in rows {
            let (done, verified) = meter::during(|| passwords.settings.verify("secret", row));
            assert_eq!(verified, Ok(Verified::Wrong), "`{row}`");
            assert_eq!(done, unknown, "`{row}`");
        }
    }
}

/// Where work can be split, the more of it is done once; where it cannot, each kind is done.
#[test]
fn a_wrong_password_makes_up_for_the_work_that_an_old_row_lacks() {
    let table = [
        (Recipe::pbkdf2_sha256(10), Recipe::pbkdf2_sha256(4), vec![Recipe::pbkdf2_sha256(6)]),
        (Recipe::pbkdf2_sha256(10), Recipe::pbkdf2_sha256(11), vec![]),
        (Recipe::pbkdf2_sha256(10), Recipe::pbkdf2_sha1(10), vec![Recipe::pbkdf2_sha256(10)]),
        (Recipe::pbkdf2_sha256(10), Recipe::argon2id(64, 1, 1), vec![Recipe::pbkdf2_sha256(10)]),
        (Recipe::scrypt(16, 4, 5), Recipe::scrypt(16, 4, 1), vec![Recipe::scrypt(16, 4, 4)]),
        (Recipe::scrypt(16, 4, 1), Recipe::scrypt(16, 4, 5), vec![]),
        (Recipe::scrypt(16, 4, 1), Recipe::scrypt(8, 4, 1), vec![Recipe::scrypt(16, 4, 1)]),
        (Recipe::argon2id(64, 2, 1), Recipe::argon2id(64, 1, 1), vec![Recipe::argon2id(64, 2, 1)]),
        (Recipe::argon2id(64, 2, 1), Recipe::argon2id(64, 2, 1), vec![]),
        (Recipe::argon2id(64, 2, 1), Recipe::argon2id(128, 1, 1), vec![Recipe::argon2id(64, 2, 1)]),
        (Recipe::bcrypt_sha256(6), Recipe::bcrypt_sha256(4), vec![Recipe::bcrypt_sha256(4), Recipe::bcrypt_sha256(5)]),
        (Recipe::bcrypt_sha256(4), Recipe::bcrypt_sha256(5), vec![]),
    ];
    for (preferred, made, rest) in table {
        let row = Passwords::default().preferring(made).settings.hash("secret").unwrap();
        let passwords = Passwords::default().preferring(preferred);
        let (done, verified) = meter::during(|| passwords.settings.verify("wrong", &row));
        assert_eq!(verified, Ok(Verified::Wrong));
        let expected: Vec<_> = [made].into_iter().chain(rest).map(|recipe| recipe.0).collect();
        assert_eq!(done, expected, "{made:?} where {preferred:?}");
        let (done, verified) = meter::during(|| passwords.settings.verify("secret", &row));
        assert!(verified.unwrap().is_right());
        assert_eq!(done, [made.0]);
    }
}

/// What time a failure takes, in units of each algorithm: iterations, memory times passes, rounds, powers of two.
fn effort(done: &[Work]) -> HashMap<&'static str, u64> {
    let mut effort = HashMap::new();
    for work in done {
        let units = match *work {
            Work::Pbkdf2(work) => work.iterations.into(),
            Work::Argon2(work) => u64::from(work.memory) * u64::from(work.passes),
            Work::Scrypt(work) => u64::from(work.n) * u64::from(work.r) * u64::from(work.p),
            Work::Bcrypt(work) => 1 << work.cost,
            Work::Md5 => continue,
        };
        *effort.entry(work.algorithm().name().trim_end_matches("_sha256")).or_default() += units;
    }
    effort
}

/// Once a kind of hash was met, an unknown name costs what a wrong password of any kind costs.
#[test]
fn every_failure_costs_the_same_whatever_kinds_of_hashes_there_are() {
    let recipes = [
        Recipe::pbkdf2_sha256(3),
        Recipe::pbkdf2_sha256(7),
        Recipe::pbkdf2_sha1(3),
        Recipe::pbkdf2_sha1(2),
        Recipe::argon2id(64, 2, 2),
        Recipe::argon2id(64, 1, 2),
        Recipe::scrypt(16, 4, 2),
        Recipe::scrypt(16, 4, 5),
        Recipe::bcrypt_sha256(4),
        Recipe::bcrypt_sha256(5),
    ];
    let rows = recipes.map(|recipe| Passwords::default().preferring(recipe).settings.hash("secret").unwrap());
    let (bcrypt, _) = django().find(|(stored, _)| stored.starts_with("bcrypt$$2b$04")).expect("a vector of bcrypt");
    let rows = rows.iter().map(String::as_str).chain([bcrypt, "md5$salt$860e19cdc5c0a149442c9cf2860916e5"]);
    let rows: Vec<&str> = rows.collect();
    for preferred in CHEAP {
        let passwords =
            Passwords::default().preferring(preferred).accepting(Algorithm::Bcrypt).accepting(Algorithm::Md5);
        for (met, row) in rows.iter().enumerate() {
            passwords.meet(row);
            let (unknown, _) = meter::during(|| passwords.settings.spend("wrong").unwrap());
            for row in &rows[..=met] {
                let (done, verified) = meter::during(|| passwords.settings.verify("wrong", row));
                assert_eq!(verified, Ok(Verified::Wrong));
                assert_eq!(effort(&done), effort(&unknown), "`{row}` where {preferred:?}");
            }
        }
    }
}

/// Other settings accept other rows, and begin anew.
#[test]
fn clones_share_what_they_met_and_other_settings_do_not() {
    let cost = |passwords: &Passwords| meter::during(|| passwords.settings.spend("wrong").unwrap()).0.len();
    let passwords = cheap();
    let (clone, half) = (passwords.clone(), passwords.clone().in_half_of_the_places());
    passwords.meet(&Passwords::default().preferring(Recipe::bcrypt_sha256(4)).settings.hash("secret").unwrap());
    assert_eq!([&passwords, &clone, &half].map(cost), [2, 2, 2]);
    assert_eq!(cost(&clone.without_upgrade()), 1);
}

#[test]
fn neither_debug_nor_an_error_shows_a_secret() {
    let debug = format!("{:?}", Passwords::default());
    assert!(debug.contains("1000000") && !debug.contains("salt"), "{debug}");
    assert_eq!(Error::TooLong.to_string(), "the password is longer than 4096 bytes");
    assert_eq!(Error::Busy.to_string(), "too many passwords are being hashed");
    assert_eq!(Error::Interrupted.to_string(), "hashing a password was interrupted");
}
