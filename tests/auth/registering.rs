//! Who has no account makes one: at once, or by a link that confirms their address.

use std::{collections::BTreeSet, time::Duration};

use poem::http::Method;
use refrain::{
    Api, Me, ObtainToken, Register, RegisterByMail, Result,
    accounts::{Confirmation, RegistrationMail},
    auth::{Auth, NewUser},
    entity::{Key, UserColumn, UserTable},
    sessions::SecretKey,
    throttle::PasswordTries,
    throttle::Rate,
};
use refrain_testing::{TestDb, every_database};
use sea_orm::ConnectionTrait;
use serde_json::{Value as Json, json};

use crate::{
    mails::Mails,
    people::column,
    support::{Answer, Client, answer},
};

const PATH: &str = "/api/auth/register";
const CONFIRM: &str = "/api/auth/register/confirm";
const PASSWORD: &str = "correct horse";
const TAKEN: &str = "A user with that username already exists.";
const INVALID: &str = "The link was invalid, possibly because it has already been used. Please request a new one.";

fn at_once(db: &TestDb, auth: &Auth) -> Client {
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth.clone()).behind_proxies(1);
    Client::new(api.with(Register).with(ObtainToken).with(Me).build().expect("the parts fit"))
}

async fn post(client: &Client, path: &str, body: Json) -> Answer {
    client.ask(Method::POST, path, "", Some(body)).await
}

fn form(username: &str) -> Json {
    json!({"username": username, "password": PASSWORD})
}

fn by_mail(username: &str, email: &str) -> Json {
    json!({"username": username, "email": email, "password": PASSWORD})
}

async fn log_in(client: &Client, username: &str) -> u16 {
    post(client, "/api/auth/token", form(username)).await.code()
}

fn is_refused(answer: &Answer, errors: Json) {
    answer.is_problem(400, "invalid", "Invalid input.", &errors);
}

async fn names(db: &TestDb, auth: &Auth) -> Result<Vec<String>> {
    let users = auth.users();
    column(db, &format!("SELECT {} FROM {} ORDER BY 1", users.username, users.table)).await
}

async fn who_registers_is_a_plain_user_at_once(db: TestDb, auth: Auth) -> Result<()> {
    let client = at_once(&db, &auth);
    let body = json!({"username": " alice ", "email": " A.b@EXAMPLE.com", "password": PASSWORD});
    let made = post(&client, PATH, body).await;
    assert_eq!(made.code(), 201, "{made:?}");
    let alice = auth.user(db.db(), "alice").await?.expect("she is there");
    assert_eq!((&*alice.email, &*alice.first_name), ("A.b@example.com", ""));
    assert!(alice.is_active && !alice.is_staff && !alice.is_superuser && alice.last_login.is_none());
    assert!(alice.check_password(PASSWORD).await?);
    let told = made.json();
    for (member, value) in [
        ("username", json!("alice")),
        ("is_staff", json!(false)),
        ("is_superuser", json!(false)),
        ("is_active", json!(true)),
        ("groups", json!([])),
        ("permissions", json!([])),
    ] {
        assert_eq!(told[member], value, "{member}");
    }
    assert!(!made.text.contains("$") && !made.text.contains(PASSWORD), "{made:?}");
    let token = post(&client, "/api/auth/token", form("alice")).await.json()["token"].as_str().map(str::to_owned);
    assert_eq!(client.get("/api/auth/me", &token.expect("a token")).await.json(), told);
    // an address may be left out; names are those of Unicode, in one form
    assert_eq!(post(&client, PATH, form("\u{2126}")).await.json()["username"], json!("\u{3a9}"));
    assert_eq!(names(&db, &auth).await?.len(), 2);
    Ok(())
}

async fn what_else_somebody_would_be_is_refused(db: TestDb, auth: Auth) -> Result<()> {
    let client = at_once(&db, &auth);
    let own = Mails::default();
    let mailed = RegisterByMail::new(SecretKey::random(), own.send());
    let mailed = Api::new("Drivers", "1", db.db().clone()).auth(auth.clone()).with(mailed).build();
    let mailed = Client::new(mailed.expect("the parts fit"));
    for (member, value) in [
        ("is_staff", json!(true)),
        ("is_superuser", json!(true)),
        ("is_active", json!(true)),
        ("groups", json!(["Editors"])),
        ("user_permissions", json!([1])),
        ("id", json!(1)),
        ("Username", json!("root")),
        ("last_login", json!(null)),
    ] {
        for client in [&client, &mailed] {
            let mut body = by_mail("mallory", "m@example.com");
            body[member] = value.clone();
            is_refused(&post(client, PATH, body).await, json!({ (member): ["This field cannot be set."] }));
        }
    }
    own.none().await;
    assert_eq!(names(&db, &auth).await?, Vec::<String>::new());
    Ok(())
}

async fn a_name_that_somebody_has_is_told(db: TestDb, auth: Auth) -> Result<()> {
    auth.create_user(db.db(), NewUser::new("Alice")).await?;
    let client = at_once(&db, &auth);
    // the last is whose grants are everybody's: nobody becomes that user
    for name in ["Alice", "alice", "ALICE ", "Ａlice", "AnonymousUser", "anonymoususer"] {
        is_refused(&post(&client, PATH, form(name)).await, json!({"username": [TAKEN]}));
    }
    assert_eq!(names(&db, &auth).await?, ["Alice"]);
    Ok(())
}

async fn what_is_wrong_is_told_at_once(db: TestDb, auth: Auth) -> Result<()> {
    let client = at_once(&db, &auth);
    let valid = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
    for (body, errors) in [
        (json!({}), json!({"username": ["This field is required."], "password": ["This field is required."]})),
        (form("a b"), json!({ "username": [valid] })),
        (form("<script>"), json!({ "username": [valid] })),
        (form(&"x".repeat(151)), json!({"username": ["Ensure this field has no more than 150 characters."]})),
        (
            json!({"username": "a/b", "password": "1234567"}),
            json!({
                "username": [valid],
                "password": [
                    "This password is too short. It must contain at least 8 characters.",
                    "This password is too common.",
                    "This password is entirely numeric.",
                ],
            }),
        ),
        (
            json!({"username": "alice.smith", "password": "alice-smith"}),
            json!({"password": ["The password is too similar to the username."]}),
        ),
        (
            json!({"username": "alice", "email": "somebody@example.com", "password": "somebody1"}),
            json!({"password": ["The password is too similar to the email address."]}),
        ),
        (
            json!({"username": "alice", "email": "nowhere", "password": PASSWORD}),
            json!({"email": ["Enter a valid email address."]}),
        ),
    ] {
        is_refused(&post(&client, PATH, body).await, errors);
    }
    let null = post(&client, PATH, json!({"username": "a\0b", "password": "a\0b"})).await;
    assert_eq!(null.code(), 400, "{null:?}");
    for body in [json!([]), json!(null), json!("x"), json!({"username": {}, "password": [[]]})] {
        assert_eq!(post(&client, PATH, body).await.code(), 400);
    }
    assert_eq!(names(&db, &auth).await?, Vec::<String>::new());
    Ok(())
}

async fn of_several_at_once_one_has_the_name(db: TestDb, auth: Auth) -> Result<()> {
    let client = at_once(&db, &auth);
    let ask = || post(&client, PATH, form("alice"));
    for _ in 0..4 {
        let (a, b, c, d) = tokio::join!(ask(), ask(), ask(), ask());
        let (made, taken): (Vec<_>, Vec<_>) = [a, b, c, d].into_iter().partition(|answer| answer.code() == 201);
        assert!(made.len() <= 1, "{made:?}");
        taken.iter().for_each(|taken| is_refused(taken, json!({"username": [TAKEN]})));
    }
    assert_eq!(names(&db, &auth).await?, ["alice"]);
    Ok(())
}

struct ByMail {
    client: Client,
    mails: Mails<RegistrationMail>,
}

impl ByMail {
    fn open(db: &TestDb, auth: &Auth) -> Self {
        Self::open_with(db, auth, |register| register)
    }

    fn open_with(db: &TestDb, auth: &Auth, change: impl FnOnce(RegisterByMail) -> RegisterByMail) -> Self {
        let mails = Mails::default();
        let register = RegisterByMail::new(SecretKey::new("the site's own").expect("a key"), mails.send());
        let api = Api::new("Drivers", "1", db.db().clone()).auth(auth.clone()).behind_proxies(1);
        let api = api.with(change(register)).with(ObtainToken).with(Me).build().expect("the parts fit");
        Self { client: Client::new(api), mails }
    }

    async fn link(&self, username: &str, email: &str) -> (String, String) {
        is_accepted(&post(&self.client, PATH, by_mail(username, email)).await);
        match self.mails.next().await {
            [RegistrationMail::Confirm(Confirmation { uid, token, .. })] => (uid, token.into_exposed()),
            [other] => panic!("not {other:?}"),
        }
    }

    async fn confirm(&self, uid: &str, token: &str) -> Answer {
        post(&self.client, CONFIRM, json!({"uid": uid, "token": token})).await
    }
}

fn is_accepted(answer: &Answer) {
    assert_eq!((answer.code(), &*answer.text), (202, ""), "{answer:?}");
}

fn is_invalid(answer: &Answer) {
    is_refused(answer, json!({"non_field_errors": [INVALID]}));
}

async fn whoever_has_the_link_makes_the_account_active_once(db: TestDb, auth: Auth) -> Result<()> {
    let site = ByMail::open(&db, &auth);
    let (uid, token) = site.link("alice", "alice@Example.com").await;
    let waiting = auth.user(db.db(), "alice").await?.expect("she is there");
    assert!(!waiting.is_active && !waiting.is_staff && !waiting.is_superuser);
    assert_eq!((&*waiting.email, log_in(&site.client, "alice").await), ("alice@example.com", 400));
    for (uid, token) in [(&*uid, "x"), (&uid, &token[1..]), ("OTk5", &token), ("", "")] {
        assert_eq!(site.confirm(uid, token).await.code(), 400);
    }
    let done = site.confirm(&uid, &token).await;
    assert_eq!((done.code(), &*done.text), (204, ""), "{done:?}");
    assert_eq!(log_in(&site.client, "alice").await, 200);
    is_invalid(&site.confirm(&uid, &token).await);

    // somebody who is made inactive later does not come back by an old link
    let mut alice = auth.user(db.db(), "alice").await?.expect("she is there");
    alice.is_active = false;
    alice.save_flags(db.db()).await?;
    is_invalid(&site.confirm(&uid, &token).await);
    assert_eq!(log_in(&site.client, "alice").await, 400);
    Ok(())
}

/// User enumeration by words: one answer, to the last header; the mail alone tells.
async fn a_name_that_somebody_has_is_told_by_the_mail_alone(db: TestDb, auth: Auth) -> Result<()> {
    auth.create_user(db.db(), NewUser::new("alice").email("alice@example.com")).await?;
    let site = ByMail::open(&db, &auth);
    let fresh = post(&site.client, PATH, by_mail("bob", "bob@example.com")).await;
    is_accepted(&fresh);
    let [RegistrationMail::Confirm(_)] = site.mails.next().await else { panic!("a link") };
    for name in ["alice", "ALICE", "bob", "AnonymousUser"] {
        let taken = post(&site.client, PATH, by_mail(name, "mallory@example.com")).await;
        assert_eq!((taken.code(), &taken.text, &taken.headers), (202, &fresh.text, &fresh.headers), "{name}");
        match site.mails.next().await {
            [RegistrationMail::NameTaken { username, email }] => {
                assert_eq!((&*username, &*email), (name, "mallory@example.com"));
            }
            [other] => panic!("not {other:?}"),
        }
    }
    assert_eq!(names(&db, &auth).await?, ["alice", "bob"]);
    // what is wrong in itself is told, as it is of every name
    let wrong = post(&site.client, PATH, json!({"username": "alice", "password": "1"})).await;
    is_refused(&wrong, json!({"email": ["This field is required."]}));
    Ok(())
}

async fn of_two_confirmations_at_once_one_is_done(db: TestDb, auth: Auth) -> Result<()> {
    let site = ByMail::open(&db, &auth);
    let (uid, token) = site.link("alice", "alice@example.com").await;
    let confirm = || site.confirm(&uid, &token);
    let (a, b, c, d) = tokio::join!(confirm(), confirm(), confirm(), confirm());
    let codes = [a, b, c, d].map(|answer| answer.code());
    assert_eq!(codes.iter().filter(|code| **code == 204).count(), 1, "{codes:?}");
    assert_eq!(codes.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([204, 400]));
    Ok(())
}

with_either_key! {
    who_registers_is_a_plain_user_at_once,
    what_else_somebody_would_be_is_refused,
    a_name_that_somebody_has_is_told,
    what_is_wrong_is_told_at_once,
    of_several_at_once_one_has_the_name,
    whoever_has_the_link_makes_the_account_active_once,
    a_name_that_somebody_has_is_told_by_the_mail_alone,
    of_two_confirmations_at_once_one_is_done,
}

#[every_database(sqlite, because = "what is counted is in the process")]
async fn nobody_registers_without_end(db: TestDb) -> Result<()> {
    let auth = crate::people::django();
    let from = async |client: &Client, address: &str, body: Json| {
        let sent = client.raw().post(PATH).header("x-forwarded-for", address).body_json(&body);
        answer(sent.send().await).await.code()
    };
    let client = at_once(&db, &auth);
    for place in 0..10 {
        assert_eq!(from(&client, "192.0.2.7", form(&format!("user{place}"))).await, 201);
    }
    assert_eq!(from(&client, "192.0.2.7", form("another")).await, 429);
    assert_eq!(from(&client, "198.51.100.1", form("another")).await, 201);
    assert_eq!(names(&db, &auth).await?.len(), 11);

    let site = ByMail::open_with(&db, &auth, |register| register.mails(Rate::per_hour(2)));
    let told = async |place: u32| {
        from(&site.client, &format!("203.0.113.{place}"), by_mail(&format!("m{place}"), "all@example.com")).await
    };
    assert_eq!([told(1).await, told(2).await, told(3).await], [202, 202, 429]);
    let auth = auth.with_password_tries(PasswordTries::new(Rate::per_minute(1), Rate::per_minute(100)));
    let site = ByMail::open(&db, &auth);
    let told = async |name: &str| from(&site.client, "192.0.2.7", by_mail(name, &format!("{name}@example.com"))).await;
    assert_eq!([told("n1").await, told("n2").await], [202, 429]);
    Ok(())
}

#[every_database(sqlite, because = "it is about no row")]
async fn a_link_that_confirms_ends(db: TestDb) -> Result<()> {
    let auth = crate::people::django();
    let site = ByMail::open_with(&db, &auth, |register| register.lasting(Duration::ZERO));
    let (uid, token) = site.link("alice", "alice@example.com").await;
    tokio::time::sleep(Duration::from_millis(2100)).await;
    is_invalid(&site.confirm(&uid, &token).await);
    assert!(!auth.user(db.db(), "alice").await?.expect("she is there").is_active);
    Ok(())
}

#[every_database(sqlite, because = "it is refused before a database is asked")]
async fn an_address_that_no_column_keeps_is_refused(db: TestDb) {
    let users = UserTable::custom("club", "Member", Key::Integer).without([UserColumn::Email]);
    let client = at_once(&db, &Auth::new(users));
    let refused = post(&client, PATH, by_mail("alice", "alice@example.com")).await;
    is_refused(&refused, json!({"email": ["This field cannot be set."]}));
}

#[every_database(sqlite, because = "the document is the same on every database")]
async fn the_document_says_what_to_send(db: TestDb) {
    let api = Api::new("Drivers", "1", db.db().clone()).with(Register).build().expect("the parts fit");
    let document: Json = serde_json::from_str(api.document()).expect("JSON");
    let body = &document["paths"]["/auth/register"]["post"]["requestBody"];
    assert_eq!(body["required"], json!(true));
    let schema = body["content"]["application/json"]["schema"]["$ref"].as_str().expect("a schema");
    let schema = document.pointer(schema.trim_start_matches('#')).expect("it is there");
    let members: BTreeSet<&str> =
        schema["properties"].as_object().expect("members").keys().map(String::as_str).collect();
    assert_eq!(members, BTreeSet::from(["email", "password", "username"]));
}

/// Whatever becomes of the row, nobody is half there, and nobody is made whom nobody asked for.
#[every_database(tables = none)]
async fn where_nobody_can_tell_it_is_503(db: TestDb) -> Result<()> {
    let auth = crate::people::django();
    let answer = post(&at_once(&db, &auth), PATH, form("alice")).await;
    assert!([500, 503].contains(&answer.code()), "{answer:?}");
    answer.tells_nothing_of_the_inside();
    let confirm = ByMail::open(&db, &auth).confirm("MQ", "x").await;
    assert!([500, 503].contains(&confirm.code()), "{confirm:?}");
    db.db().execute_unprepared("CREATE TABLE auth_user (x int)").await?;
    let answer = post(&at_once(&db, &auth), PATH, form("alice")).await;
    assert!([500, 503].contains(&answer.code()), "{answer:?}");
    Ok(())
}
