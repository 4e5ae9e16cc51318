//! Who cannot log in gets a link, and with it another password. Beside a real Django: `openapi/tests`.

use std::time::Duration;

use poem::http::Method;
use refrain::{
    Api, LogIn, Me, ObtainToken, RegisterByMail, ResetPassword, Result,
    accounts::{PasswordReset, RegistrationMail},
    auth::{Auth, NewUser, User},
    authentication::{Authenticators, SessionAuthentication, TokenAuthentication},
    entity::{Key, UserColumn, UserTable},
    sessions::{SecretKey, Sessions},
    throttle::Rate,
};
use refrain_testing::{TestDb, every_database};
use serde_json::{Value as Json, json};

use crate::{
    browser::Browser,
    mails::Mails,
    people::{column, run},
    support::{Answer, Client, answer},
};

const ASK: &str = "/api/auth/password/reset";
const CONFIRM: &str = "/api/auth/password/reset/confirm";
const OLD: &str = "correct horse";
const NEW: &str = "battery staple";
const INVALID: &str = "The link was invalid, possibly because it has already been used. Please request a new one.";

fn key(text: &str) -> SecretKey {
    SecretKey::new(text).expect("a key")
}

struct Site {
    client: Client,
    mails: Mails<PasswordReset>,
}

impl Site {
    fn open(db: &TestDb, auth: &Auth) -> Self {
        Self::open_with(db, auth, key("the site's own"), |reset| reset)
    }

    fn open_with(
        db: &TestDb,
        auth: &Auth,
        key: SecretKey,
        change: impl FnOnce(ResetPassword) -> ResetPassword,
    ) -> Self {
        let mails = Mails::default();
        let reset = change(ResetPassword::new(key.clone(), mails.send()));
        let authenticators = Authenticators::none()
            .with(TokenAuthentication::default())
            .with(SessionAuthentication::new(Sessions::new(key)));
        let api = Api::new("Drivers", "1", db.db().clone()).auth(auth.clone()).authenticators(authenticators);
        let api = api.behind_proxies(1).with(LogIn).with(Me).with(ObtainToken).with(reset).build();
        Self { client: Client::new(api.expect("the parts fit")), mails }
    }

    async fn post(&self, path: &str, body: Json) -> Answer {
        self.client.ask(Method::POST, path, "", Some(body)).await
    }

    async fn ask(&self, email: &str) -> Answer {
        self.post(ASK, json!({ "email": email })).await
    }

    async fn confirm(&self, uid: &str, token: &str, new: &str) -> Answer {
        self.post(CONFIRM, json!({"uid": uid, "token": token, "new_password": new})).await
    }

    /// What a link to this address holds.
    async fn link(&self, email: &str) -> (String, String) {
        is_accepted(&self.ask(email).await);
        let [PasswordReset { uid, token, .. }] = self.mails.next().await;
        (uid, token.into_exposed())
    }

    async fn log_in(&self, name: &str, password: &str) -> u16 {
        self.post("/api/auth/token", json!({"username": name, "password": password})).await.code()
    }
}

fn is_accepted(answer: &Answer) {
    assert_eq!((answer.code(), &*answer.text), (202, ""), "{answer:?}");
}

fn is_invalid(answer: &Answer) {
    answer.is_problem(400, "invalid", "Invalid input.", &json!({"non_field_errors": [INVALID]}));
}

async fn user(auth: &Auth, db: &TestDb, name: &str) -> Result<User> {
    auth.create_user(db.db(), NewUser::new(name).password(OLD).email(format!("{name}@example.com"))).await
}

async fn whoever_has_the_link_chooses_a_password_once(db: TestDb, auth: Auth) -> Result<()> {
    let alice = user(&auth, &db, "alice").await?;
    let token_of_hers = alice.token(db.db()).await?;
    let site = Site::open(&db, &auth);
    let browser = Browser::new(&site.client);
    assert_eq!(browser.log_in("alice", OLD).await.code(), 200);

    is_accepted(&site.ask("  ALICE@Example.com ").await);
    let [mail] = site.mails.next().await;
    assert_eq!((mail.user.id(), &*mail.user.email), (alice.id(), "alice@example.com"), "to where she is");
    let shown = format!("{mail:?}");
    assert!(!shown.contains(mail.token.expose()) && !shown.contains(&mail.user.email), "{shown}");
    let (uid, token) = (mail.uid, mail.token.into_exposed());

    let short = "This password is too short. It must contain at least 8 characters.";
    let weak = site.confirm(&uid, &token, "short").await;
    weak.is_problem(400, "invalid", "Invalid input.", &json!({"new_password": [short]}));
    let similar = site.confirm(&uid, &token, "alice@example").await;
    let errors = json!({"new_password": ["The password is too similar to the email address."]});
    similar.is_problem(400, "invalid", "Invalid input.", &errors);
    assert_eq!(site.log_in("alice", OLD).await, 200);

    let done = site.confirm(&uid, &token, NEW).await;
    assert_eq!((done.code(), &*done.text, done.header("set-cookie")), (204, "", None), "nobody is logged in: {done:?}");
    assert_eq!((site.log_in("alice", OLD).await, site.log_in("alice", NEW).await), (400, 200));
    assert_eq!(browser.name().await, None, "sessions of before are over");
    assert_eq!(site.client.get("/api/auth/me", &token_of_hers).await.code(), 200, "as Django's, tokens stay");
    is_invalid(&site.confirm(&uid, &token, OLD).await);
    assert_eq!(site.log_in("alice", NEW).await, 200);
    Ok(())
}

/// User enumeration by words: one answer, to the last header.
async fn who_has_an_account_is_told_to_nobody(db: TestDb, auth: Auth) -> Result<()> {
    user(&auth, &db, "alice").await?;
    auth.create_user(db.db(), NewUser::new("dave").password(OLD).email("dave@example.com").inactive()).await?;
    auth.create_user(db.db(), NewUser::new("nora").email("nora@example.com")).await?;
    let site = Site::open(&db, &auth);
    let hers = site.ask("alice@example.com").await;
    is_accepted(&hers);
    let [_] = site.mails.next().await;
    for email in
        ["nobody@example.com", "dave@example.com", "nora@example.com", "alice@example.org", "alice@exämple.com"]
    {
        let other = site.ask(email).await;
        assert_eq!((other.code(), &other.text, &other.headers), (202, &hers.text, &hers.headers), "{email}");
    }
    site.mails.none().await;
    for email in ["", "alice", "alice@", "a b@example.com", "alice@example.com\r\nBcc: all@example.com"] {
        assert_eq!(site.ask(email).await.code(), 400, "{email:?}");
    }
    let wrong = site.ask("alice").await;
    wrong.is_problem(400, "invalid", "Invalid input.", &json!({"email": ["Enter a valid email address."]}));

    // neither does a link that is none
    let (uid, token) = site.link("alice@example.com").await;
    for (uid, token) in [("OTk5OTk5", &*token), (&uid, "bxodq8-0123456789abcdef0123456789abcdef"), ("x", "y")] {
        is_invalid(&site.confirm(uid, token, "short").await);
    }
    Ok(())
}

async fn everybody_with_the_address_is_written_to(db: TestDb, auth: Auth) -> Result<()> {
    for (name, email) in [("alice", "both@example.com"), ("bob", "Both@EXAMPLE.com"), ("carol", "other@example.com")] {
        auth.create_user(db.db(), NewUser::new(name).password(OLD).email(email)).await?;
    }
    let site = Site::open(&db, &auth);
    is_accepted(&site.ask("both@example.com").await);
    let mails: [PasswordReset; 2] = site.mails.next().await;
    let mut names = mails.each_ref().map(|mail| &*mail.user.username);
    names.sort_unstable();
    assert_eq!(names, ["alice", "bob"]);
    let [alices, bobs] = mails;
    is_invalid(&site.confirm(&alices.uid, bobs.token.expose(), NEW).await);
    assert_eq!(site.confirm(&bobs.uid, bobs.token.expose(), NEW).await.code(), 204);
    assert_eq!(site.confirm(&alices.uid, alices.token.expose(), NEW).await.code(), 204);
    Ok(())
}

async fn a_link_dies_with_what_it_is_about(db: TestDb, auth: Auth) -> Result<()> {
    let mut alice = user(&auth, &db, "alice").await?;
    let site = Site::open(&db, &auth);
    let table = auth.users().table.to_string();
    let email = "alice@example.com";

    let (uid, token) = site.link(email).await;
    alice.set_password(db.db(), OLD).await?;
    is_invalid(&site.confirm(&uid, &token, NEW).await);

    let (uid, token) = site.link(email).await;
    assert_eq!(Browser::new(&site.client).log_in("alice", OLD).await.code(), 200);
    is_invalid(&site.confirm(&uid, &token, NEW).await);

    let (uid, token) = site.link(email).await;
    run(&db, &format!("UPDATE {table} SET email = 'alice@example.org'")).await?;
    is_invalid(&site.confirm(&uid, &token, NEW).await);
    run(&db, &format!("UPDATE {table} SET email = '{email}'")).await?;

    alice.is_active = false;
    alice.save_flags(db.db()).await?;
    is_invalid(&site.confirm(&uid, &token, NEW).await);
    alice.is_active = true;
    alice.save_flags(db.db()).await?;
    assert_eq!(site.confirm(&uid, &token, NEW).await.code(), 204, "it is as it was");
    Ok(())
}

async fn what_is_no_link_is_400_and_writes_nothing(db: TestDb, auth: Auth) -> Result<()> {
    user(&auth, &db, "alice").await?;
    let auth = auth.with_password_tries(None);
    let site = Site::open(&db, &auth);
    let (uid, token) = site.link("alice@example.com").await;
    let stored = "SELECT password FROM ".to_owned() + &auth.users().table;
    let before: Vec<String> = column(&db, &stored).await?;
    let (time, _) = token.split_once('-').expect("two parts");
    let long = "a".repeat(2000);
    for (uid, token) in [
        (&*uid, &*token.to_uppercase()),
        (&uid, &token[..token.len() - 1]),
        (&uid, time),
        (&uid, "-"),
        (&uid, "--"),
        (&uid, &format!("{token}-")),
        (&uid, &format!("-{token}")),
        (&uid, &format!("zzzzzzzzzzzzzzzzzzzz-{}", "0".repeat(32))),
        (&uid, "é"),
        (&uid, "\u{202e}"),
        (&uid, &long),
        ("é", &token),
        ("//", &token),
        ("LTE", &token),
        ("OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", &token),
        ("OTk5OTk5OTk5OTk", &token),
        ("AAAA", &token),
        (&long, &token),
    ] {
        is_invalid(&site.confirm(uid, token, NEW).await);
    }
    for body in [json!({}), json!([]), json!(null), json!({"uid": 1, "token": [], "new_password": {}}), json!("x")] {
        assert_eq!(site.post(CONFIRM, body.clone()).await.code(), 400, "{body}");
        assert_eq!(site.post(ASK, body.clone()).await.code(), 400, "{body}");
    }
    let nul = site.confirm("a\0", "b\0", NEW).await;
    assert_eq!(nul.code(), 400, "{nul:?}");
    assert_eq!(site.post(ASK, json!({"email": format!("a@{}.co", "b".repeat(5000))})).await.code(), 413);
    assert_eq!(column::<String>(&db, &stored).await?, before);
    assert_eq!(site.confirm(&uid, &token, NEW).await.code(), 204);
    Ok(())
}

async fn of_two_at_once_one_is_done(db: TestDb, auth: Auth) -> Result<()> {
    user(&auth, &db, "alice").await?;
    let site = Site::open(&db, &auth);
    let (uid, token) = site.link("alice@example.com").await;
    let confirm = || site.confirm(&uid, &token, NEW);
    let (a, b, c, d) = tokio::join!(confirm(), confirm(), confirm(), confirm());
    let (done, invalid): (Vec<_>, Vec<_>) = [a, b, c, d].into_iter().partition(|answer| answer.code() == 204);
    assert_eq!(done.len(), 1, "{invalid:?}");
    invalid.iter().for_each(is_invalid);
    Ok(())
}

async fn links_of_an_older_key_work_and_end(db: TestDb, auth: Auth) -> Result<()> {
    user(&auth, &db, "alice").await?;
    let site = |key, lasting| Site::open_with(&db, &auth, key, |reset| reset.lasting(Duration::from_secs(lasting)));
    let (old, new) = (site(key("old"), 60), site(key("new"), 60));
    let both = site(key("new").with_fallback("old")?, 60);
    let (uid, token) = old.link("alice@example.com").await;
    is_invalid(&new.confirm(&uid, &token, NEW).await);
    let short = site(key("old"), 0);
    tokio::time::sleep(Duration::from_millis(2100)).await;
    is_invalid(&short.confirm(&uid, &token, NEW).await);
    assert_eq!(both.confirm(&uid, &token, NEW).await.code(), 204);
    Ok(())
}

with_either_key! {
    whoever_has_the_link_chooses_a_password_once,
    who_has_an_account_is_told_to_nobody,
    everybody_with_the_address_is_written_to,
    a_link_dies_with_what_it_is_about,
    what_is_no_link_is_400_and_writes_nothing,
    of_two_at_once_one_is_done,
    links_of_an_older_key_work_and_end,
}

fn is_throttled(answer: &Answer) {
    assert_eq!((answer.code(), &answer.json()["code"]), (429, &json!("throttled")), "{answer:?}");
    assert!(answer.header("retry-after").is_some());
}

/// Neither an address's mailbox nor a stranger's patience: whoever is asked about.
#[every_database(sqlite, because = "what is counted is in the process")]
async fn nobody_is_asked_about_without_end(db: TestDb) -> Result<()> {
    let auth = crate::people::django();
    user(&auth, &db, "alice").await?;
    let site = Site::open(&db, &auth);
    let from = async |address: &str, path: &str, body: Json| {
        let sent = site.client.raw().post(path).header("x-forwarded-for", address).body_json(&body);
        answer(sent.send().await).await
    };
    // one address is written to five times an hour, wherever it is asked from
    for email in ["alice@example.com", "nobody@example.com"] {
        for place in 0..5 {
            is_accepted(&from(&format!("192.0.2.{place}"), ASK, json!({ "email": email })).await);
        }
        is_throttled(&from("192.0.2.99", ASK, json!({"email": email.to_uppercase()})).await);
    }
    let sent: [PasswordReset; 5] = site.mails.next().await;
    // from one address nobody asks more than ten times a minute
    for place in 0..10 {
        is_accepted(&from("198.51.100.1", ASK, json!({"email": format!("user{place}@example.com")})).await);
    }
    is_throttled(&from("198.51.100.1", ASK, json!({"email": "another@example.com"})).await);
    let tried = |token: &str| json!({"uid": "MQ", "token": token, "new_password": NEW});
    for place in 0..10 {
        is_invalid(&from("203.0.113.1", CONFIRM, tried(&format!("wrong{place}"))).await);
    }
    let [first, ..] = &sent;
    is_throttled(&from("203.0.113.1", CONFIRM, tried(first.token.expose())).await);
    assert_eq!(from("203.0.113.2", CONFIRM, tried(first.token.expose())).await.code(), 204);

    let site = Site::open_with(&db, &auth, key("k"), |reset| reset.mails(Rate::per_minute(1)));
    assert_eq!((site.ask("a@example.com").await.code(), site.ask("a@example.com").await.code()), (202, 429));
    Ok(())
}

/// Who registers with somebody's address keeps no link from them.
#[every_database(sqlite, because = "what is counted is in the process")]
async fn mails_of_each_kind_are_counted_by_themselves(db: TestDb) -> Result<()> {
    let auth = crate::people::django();
    user(&auth, &db, "alice").await?;
    let mails = Mails::<PasswordReset>::default();
    let reset = ResetPassword::new(key("k"), mails.send());
    let register = RegisterByMail::new(key("k"), async |_: RegistrationMail| Ok(()));
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).with(reset).with(register).build();
    let client = Client::new(api.expect("the parts fit"));
    let register = async |name: &str| {
        let body = json!({"username": name, "email": "alice@example.com", "password": NEW});
        client.ask(Method::POST, "/api/auth/register", "", Some(body)).await.code()
    };
    for name in ["m1", "m2", "m3", "m4", "m5"] {
        assert_eq!(register(name).await, 202);
    }
    assert_eq!(register("m6").await, 429);
    is_accepted(&client.ask(Method::POST, ASK, "", Some(json!({"email": "alice@example.com"}))).await);
    let [mail] = mails.next().await;
    assert_eq!(mail.user.username, "alice");
    Ok(())
}

/// What becomes of a mail is not seen in the answer.
#[every_database(sqlite, because = "it is about no row")]
async fn a_mail_that_cannot_be_sent_is_nobodys_business(db: TestDb) -> Result<()> {
    let auth = crate::people::django();
    user(&auth, &db, "alice").await?;
    let api = |reset| {
        let api = Api::new("Drivers", "1", db.db().clone()).auth(auth.clone()).with(reset).build();
        Client::new(api.expect("the parts fit"))
    };
    let refuses =
        ResetPassword::new(key("k"), async |_: PasswordReset| Err(refrain::Error::could_not_tell("no server")));
    let hangs = ResetPassword::new(key("k"), async |_: PasswordReset| std::future::pending().await);
    let panics = ResetPassword::new(key("k"), async |_: PasswordReset| -> Result<()> { panic!("on purpose") });
    for client in [api(refuses), api(hangs), api(panics)] {
        for email in ["alice@example.com", "nobody@example.com"] {
            let began = std::time::Instant::now();
            let answer = client.ask(Method::POST, ASK, "", Some(json!({ "email": email }))).await;
            is_accepted(&answer);
            assert!(began.elapsed() < Duration::from_secs(2));
        }
    }
    Ok(())
}

/// There is nobody to write to: said when the API is built, not to a caller.
#[tokio::test]
async fn links_by_mail_ask_for_users_with_an_address() {
    let users = UserTable::custom("club", "Member", Key::Integer).without([UserColumn::Email]);
    let api = || Api::new("Club", "1", sea_orm::DatabaseConnection::default()).auth(Auth::new(users.clone()));
    let reset = ResetPassword::new(key("k"), async |_: PasswordReset| Ok(()));
    let register = RegisterByMail::new(key("k"), async |_: RegistrationMail| Ok(()));
    for refused in [api().with(reset).build().map(drop), api().with(register).build().map(drop)] {
        let told = refused.expect_err("it is refused").to_string();
        assert!(told.contains("`club_member` has no column `email`"), "{told}");
    }
}
