//! A Django site on the same database, with the same `SECRET_KEY`: its links reset passwords here, and those made here
//! there; and what it takes for a password is what is taken here.

#![allow(missing_docs, unreachable_pub)]

mod support;

use std::{
    io::Write,
    process::{Command, Stdio},
};

use refrain::auth::password_validators::{
    CommonPassword, MinimumLength, NumericPassword, PasswordOwner, PasswordValidators, UserAttribute,
    UserAttributeSimilarity,
};
use serde_json::{Value as Json, json};
use support::{Site, Tools, here, run};

const KEY: &str = "what both sites sign with: $e%(c";

fn django(database: &str, arguments: &[&str]) -> Command {
    let mut command = Tools::django();
    command.arg(here().join("tests/support/django_accounts.py")).arg(database).arg(KEY).args(arguments);
    command
}

struct Beside(Site);

impl Beside {
    fn django(&self, arguments: &[&str]) -> String {
        let database = self.0.folder().join("drivers.sqlite3");
        run(&mut django(&database.to_string_lossy(), arguments)).trim().to_owned()
    }

    /// The status.
    fn post(&self, path: &str, body: &Json) -> String {
        let body = body.to_string();
        let head = format!(
            "POST /api/auth/{path} HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        );
        let answer = self.0.ask(&head, &body);
        answer.split_whitespace().nth(1).expect("an answer has a status").to_owned()
    }

    fn reset(&self, uid: &str, token: &str, new_password: &str) -> String {
        self.post("password/reset/confirm", &json!({"uid": uid, "token": token, "new_password": new_password}))
    }
}

#[test]
fn links_made_there_reset_passwords_here_and_the_other_way_round() {
    let beside = Beside(Site::start_with("django-links", &[("SECRET_KEY", KEY)]));

    let made = beside.django(&["make", "alice"]);
    let (uid, token) = made.split_once(' ').expect("two");
    assert_eq!(beside.django(&["check", uid, token]), "alice");
    let changed = format!("{}{}", &token[..token.len() - 1], if token.ends_with('0') { '1' } else { '0' });
    assert_eq!(beside.reset(uid, &changed, "battery staple"), "400");
    assert_eq!(beside.reset(uid, token, "battery staple"), "204");
    assert_eq!(beside.django(&["opens", "alice", "battery staple"]), "True");
    assert_eq!(
        (beside.reset(uid, token, "another staple"), beside.django(&["check", uid, token])),
        ("400".into(), "nobody".into())
    );

    // after a log-in, which is in the token too
    let log_in = json!({"username": "alice", "password": "battery staple"});
    assert_eq!(beside.post("login", &log_in), "200");
    assert_eq!(beside.post("password/reset", &json!({"email": "Alice@demo.invalid"})), "202");
    let line = beside.0.logged("reset the password of `alice`");
    let mut parts = line.rsplit('/');
    let (token, uid) = (parts.next().expect("a token"), parts.next().expect("a key"));
    assert_eq!(beside.django(&["check", uid, token]), "alice");
    assert_eq!(beside.django(&["make", "alice"]).split_once(' ').expect("two").0, uid);
    assert_eq!(beside.reset(uid, token, "another staple"), "204");
    assert_eq!(beside.django(&["check", uid, token]), "nobody");
}

/// A few hundred passwords, some made of what is known of their owner.
#[tokio::test]
async fn every_password_is_judged_as_there() {
    let cases = cases();
    let mut child = django(":memory:", &["validate"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python is there");
    let input = json!(cases.iter().map(Case::for_django).collect::<Vec<_>>()).to_string();
    child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let told = String::from_utf8(output.stdout).expect("text");
    let told: Vec<Json> = told.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(told.len(), cases.len());
    let mut by_code = std::collections::BTreeMap::new();
    for (case, told) in cases.iter().zip(told) {
        let (validators, owner) = (case.validators(), case.owner());
        let found = validators.check(&case.password, owner).await.expect("none of them asks anybody");
        let found: Vec<_> = found.iter().map(|mistake| json!([mistake.code, mistake.sentence])).collect();
        assert_eq!(json!({"found": found, "helped": validators.help_texts()}), told, "{case:?}");
        let codes: Vec<_> = told["found"].as_array().into_iter().flatten().map(|one| one[0].to_string()).collect();
        *by_code.entry(codes).or_insert(0) += 1;
    }
    println!("{} passwords: {by_code:#?}", cases.len());
    assert!(by_code.len() > 6 && by_code[&Vec::new()] > 30, "all kinds of them: {by_code:?}");
}

#[derive(Debug)]
struct Case {
    password: String,
    /// username, given and family name, address
    owner: [String; 4],
    attributes: Vec<UserAttribute>,
    max_similarity: f64,
    least: usize,
}

impl Case {
    fn validators(&self) -> PasswordValidators {
        PasswordValidators::none()
            .with(UserAttributeSimilarity::new(self.attributes.clone(), self.max_similarity))
            .with(MinimumLength(self.least))
            .with(CommonPassword::default())
            .with(NumericPassword)
    }

    fn owner(&self) -> PasswordOwner<'_> {
        let [username, first_name, last_name, email] = &self.owner;
        let mut owner = PasswordOwner::new(username, email);
        (owner.first_name, owner.last_name) = (first_name, last_name);
        owner
    }

    fn for_django(&self) -> Json {
        let attributes: Vec<&str> = self
            .attributes
            .iter()
            .map(|attribute| match attribute {
                UserAttribute::Username => "username",
                UserAttribute::FirstName => "first_name",
                UserAttribute::LastName => "last_name",
                UserAttribute::Email => "email",
            })
            .collect();
        let [username, first_name, last_name, email] = &self.owner;
        json!({
            "password": self.password,
            "user": {"username": username, "first_name": first_name, "last_name": last_name, "email": email},
            "validators": [
                ["similarity", attributes, self.max_similarity],
                ["length", self.least],
                ["common"],
                ["numeric"],
            ],
        })
    }
}

/// The same at every run.
fn cases() -> Vec<Case> {
    const OWNERS: [[&str; 4]; 8] = [
        ["alice", "Alice", "Smith", "alice.smith@example.com"],
        ["bob_77", "", "O'Neil-Hughes", "b@x.io"],
        ["Ünïcödé", "Ελένη ΣΟΦΟΣ", "İstanbul", "mail+tag@bücher.example"],
        ["", "", "", ""],
        ["a", "b c d", "हिन्दी मोहन", "a.b.c@d.e.f"],
        ["12345678", "@@@", "_under_score_", "…"],
        ["user@example.org", "x", "ß straße", "user@example.org"],
        ["xXxDragonSlayerxXx", "Jean-Luc", "van der Berg", "jl.vdb@mail.example.museum"],
    ];
    const PIECES: [&str; 26] = [
        "alice",
        "SMITH",
        "example",
        "password",
        "123456",
        "dragon",
        "1",
        "42",
        "²³",
        "١٢٣",
        "é",
        "ΣΑΣ",
        "i̇",
        " ",
        "\t",
        "_",
        "-",
        ".",
        "@",
        "q8Zr!",
        "staple",
        "ß",
        "मोहन",
        "月亮",
        "\u{1c}",
        "x",
    ];
    const COMMON: [&str; 6] = ["qwerty", " PassWord ", "пароль", "iloveyou\n", "\u{1c}dragon\u{1f}", "111111111"];
    let mut random = Random(20_261_126);
    let mut cases = Vec::new();
    for turn in 0..800 {
        let owner = OWNERS[random.below(OWNERS.len())].map(str::to_owned);
        let known = &owner[random.below(4)];
        let password = match turn % 8 {
            0 => String::new() + COMMON[random.below(COMMON.len())],
            // something of what is known, with characters left out, in another order, or with others
            1..=4 => {
                let mut characters: Vec<char> = known.chars().collect();
                for _ in 0..random.below(4) {
                    let at = random.below(characters.len() + 1);
                    match random.below(3) {
                        0 if at < characters.len() => drop(characters.remove(at)),
                        1 => characters.reverse(),
                        _ => characters.insert(at, ['#', 'É', '9', 'm'][random.below(4)]),
                    }
                }
                characters.into_iter().collect()
            }
            5 => (0..random.below(12)).map(|_| char::from(b'0' + random.below(10) as u8)).collect(),
            _ => (0..random.below(7)).map(|_| PIECES[random.below(PIECES.len())]).collect(),
        };
        let all = [UserAttribute::Username, UserAttribute::FirstName, UserAttribute::LastName, UserAttribute::Email];
        let attributes = if turn % 3 == 0 { all[random.below(4)..].to_vec() } else { all.to_vec() };
        let (max_similarity, least) = match turn % 5 {
            0 => ([0.1, 0.25, 0.5, 0.9, 1.0][random.below(5)], random.below(14)),
            _ => (0.7, 8),
        };
        cases.push(Case { password, owner, attributes, max_similarity, least });
    }
    cases
}

/// Numbers that look random: a linear congruential generator.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % most
    }
}
