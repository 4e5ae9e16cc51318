//! Who is logged in gives themselves another password.

use std::time::Duration;

use poem::http::Method;
use refrain::{
    Api, BuiltApi, ChangePassword, LogIn, LogOut, Me, ObtainToken, Result,
    api::Part,
    auth::{
        Auth, NewUser, Snapshots, User,
        password_validators::{MinimumLength, PasswordValidators},
    },
    authentication::{Authenticators, BasicAuthentication, SessionAuthentication, TokenAuthentication},
    sessions::{SecretKey, Sessions},
};
use refrain_testing::{TestDb, every_database};
use sea_orm::DatabaseConnection;
use serde_json::{Value as Json, json};

use crate::{
    browser::Browser,
    people::column,
    support::{Answer, Client, answer},
};

const PATH: &str = "/api/auth/password";
const OLD: &str = "correct horse";
const NEW: &str = "battery staple";
const WRONG: &str = "Your old password was entered incorrectly. Please enter it again.";

fn key(text: &str) -> SecretKey {
    SecretKey::new(text).expect("a key")
}

fn api(db: &DatabaseConnection, auth: &Auth, key: SecretKey) -> BuiltApi {
    parts(db, auth, key).build().expect("the parts fit")
}

fn parts(db: &DatabaseConnection, auth: &Auth, key: SecretKey) -> Api<impl Part + use<>> {
    let authenticators = Authenticators::none()
        .with(TokenAuthentication::default())
        .with(BasicAuthentication::default())
        .with(SessionAuthentication::new(Sessions::new(key)));
    let api = Api::new("Drivers", "1", db.clone()).auth(auth.clone()).authenticators(authenticators).behind_proxies(1);
    api.with(LogIn).with(LogOut).with(Me).with(ObtainToken).with(ChangePassword)
}

fn site(db: &DatabaseConnection, auth: &Auth) -> Client {
    Client::new(api(db, auth, key("the site's own")))
}

async fn user(auth: &Auth, db: &TestDb, name: &str) -> Result<User> {
    auth.create_user(db.db(), NewUser::new(name).password(OLD).email(format!("{name}@example.com"))).await
}

fn change(old: &str, new: &str) -> Json {
    json!({"old_password": old, "new_password": new})
}

fn is_wrong(answer: &Answer) {
    answer.is_problem(400, "invalid", "Invalid input.", &json!({"old_password": [WRONG]}));
}

async fn keys(db: &TestDb) -> Result<Vec<String>> {
    column(db, "SELECT session_key FROM django_session ORDER BY session_key").await
}

/// The password that opens the account.
async fn opens(auth: &Auth, db: &TestDb, name: &str) -> Result<&'static str> {
    let user = auth.user(db.db(), name).await?.expect("they are there");
    let mut opening = Vec::new();
    for password in [OLD, NEW] {
        if user.check_password(password).await? {
            opening.push(password);
        }
    }
    Ok(match opening[..] {
        [one] => one,
        _ => panic!("one of the two, not {opening:?}"),
    })
}

/// One node keeps users, and another changed the password: the session that goes on there is not ended here for a password
/// that is kept and is not hers any more.
async fn what_is_kept_ends_no_session(db: TestDb, auth: Auth) -> Result<()> {
    user(&auth, &db, "alice").await?;
    let keeping = Snapshots::kept_for(Duration::from_secs(3600));
    let here = Client::new(parts(&db, &auth, key("the site's own")).snapshots(keeping).build()?);
    let there_auth = Auth::new(auth.users().clone()).with_passwords(auth.passwords().clone());
    let there = site(&db, &there_auth);
    let browser = Browser::new(&here);
    assert_eq!(browser.log_in("alice", OLD).await.code(), 200);
    assert_eq!(browser.name().await.as_deref(), Some("alice"));
    let moved = Browser::with(&there, &browser.cookie("sessionid").expect("it is kept"));
    moved.set("csrftoken", &browser.cookie("csrftoken").expect("it is kept"));
    let changed = moved.post(PATH, Some(change(OLD, NEW))).await;
    assert_eq!(changed.code(), 204, "{}", changed.text);
    let back = Browser::with(&here, &moved.cookie("sessionid").expect("it goes on"));
    for _ in 0..2 {
        assert_eq!(back.name().await.as_deref(), Some("alice"));
    }
    assert_eq!(keys(&db).await?.len(), 1);
    Ok(())
}

async fn the_callers_session_goes_on_and_every_other_is_over(db: TestDb, auth: Auth) -> Result<()> {
    let alice = user(&auth, &db, "alice").await?;
    user(&auth, &db, "bob").await?;
    let token = alice.token(db.db()).await?;
    let client = site(&db, &auth);
    let [here, there, bobs] = [(); 3].map(|()| Browser::new(&client));
    for (browser, name) in [(&here, "alice"), (&there, "alice"), (&bobs, "bob")] {
        assert_eq!(browser.log_in(name, OLD).await.code(), 200);
    }
    let before = here.cookie("sessionid").expect("it is kept");

    let refused = here.send(Method::POST, PATH, &[], Some(change(OLD, NEW))).await;
    assert_eq!(
        (refused.code(), &refused.json()["code"]),
        (403, &json!("csrf_failed")),
        "as all that changes something"
    );
    let done = here.post(PATH, Some(change(OLD, NEW))).await;
    assert_eq!((done.code(), &*done.text), (204, ""), "{done:?}");
    let after = here.cookie("sessionid").expect("it is kept");
    assert_ne!(after, before, "whoever knew the key is out");
    assert_eq!(here.name().await.as_deref(), Some("alice"));
    assert_eq!(there.name().await, None);
    assert_eq!(Browser::with(&client, &before).name().await, None);
    assert_eq!(bobs.name().await.as_deref(), Some("bob"));
    let mut left = [after, bobs.cookie("sessionid").expect("it is kept")];
    left.sort();
    assert_eq!(keys(&db).await?, left);
    assert_eq!(opens(&auth, &db, "alice").await?, NEW);
    assert_eq!(opens(&auth, &db, "bob").await?, OLD);
    assert_eq!(client.get("/api/auth/me", &token).await.code(), 200, "Django leaves tokens alone, and so is it here");
    // and again, from where it went on
    assert_eq!(here.post(PATH, Some(change(NEW, OLD))).await.code(), 204);
    assert_eq!(here.name().await.as_deref(), Some("alice"));
    Ok(())
}

async fn whichever_credential_somebody_has(db: TestDb, auth: Auth) -> Result<()> {
    let alice = user(&auth, &db, "alice").await?;
    user(&auth, &db, "bob").await?;
    let token = alice.token(db.db()).await?;
    let client = site(&db, &auth);
    let nobody = client.ask(Method::POST, PATH, "", Some(change(OLD, NEW))).await;
    nobody.is_problem(401, "not_authenticated", "Authentication credentials were not provided.", &Json::Null);

    // a token, beside somebody else's session
    let bobs = Browser::new(&client);
    assert_eq!(bobs.log_in("bob", OLD).await.code(), 200);
    let key = bobs.cookie("sessionid").expect("it is kept");
    let own = ("authorization", &*format!("Token {token}"));
    let done = bobs.send(Method::POST, PATH, &[own], Some(change(OLD, NEW))).await;
    assert_eq!((done.code(), done.header("set-cookie")), (204, None), "{done:?}");
    assert_eq!((keys(&db).await?, bobs.name().await.as_deref()), (vec![key], Some("bob")));
    assert_eq!(opens(&auth, &db, "alice").await?, NEW);

    let basic = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("alice:{NEW}"));
    let sent = client.raw().post(PATH).header("authorization", format!("Basic {basic}")).body_json(&change(NEW, OLD));
    assert_eq!(answer(sent.send().await).await.code(), 204);
    assert_eq!(opens(&auth, &db, "alice").await?, OLD);
    Ok(())
}

async fn what_is_wrong_is_told_at_once_and_changes_nothing(db: TestDb, auth: Auth) -> Result<()> {
    let alice = user(&auth, &db, "alice").await?;
    auth.create_user(db.db(), NewUser::new("nora")).await?;
    let token = alice.token(db.db()).await?;
    let client = site(&db, &auth);
    let ask = async |body: Json| client.ask(Method::POST, PATH, &token, Some(body)).await;
    let short = "This password is too short. It must contain at least 8 characters.";
    for (body, errors) in [
        (change("wrong", NEW), json!({"old_password": [WRONG]})),
        (
            change(OLD, "alice@Example.com"),
            json!({"new_password": ["The password is too similar to the email address."]}),
        ),
        (
            change("wrong", "1234"),
            json!({
                "old_password": [WRONG],
                "new_password": [short, "This password is too common.", "This password is entirely numeric."],
            }),
        ),
        (json!({}), json!({"old_password": ["This field is required."], "new_password": ["This field is required."]})),
        (
            change("", " "),
            json!({"old_password": ["This field may not be blank."], "new_password": ["This field may not be blank."]}),
        ),
        (
            json!({"old_password": 7, "new_password": [NEW]}),
            json!({"old_password": ["Not a valid string."], "new_password": ["Not a valid string."]}),
        ),
    ] {
        ask(body).await.is_problem(400, "invalid", "Invalid input.", &errors);
    }
    assert_eq!(ask(change(OLD, &"x".repeat(5000))).await.code(), 413);
    assert_eq!(opens(&auth, &db, "alice").await?, OLD);
    // who has no password cannot give themselves one by it
    let nora = auth.user(db.db(), "nora").await?.expect("she is there").token(db.db()).await?;
    for old in ["!", "wrong"] {
        is_wrong(&client.ask(Method::POST, PATH, &nora, Some(change(old, NEW))).await);
    }
    Ok(())
}

async fn a_wrong_old_password_is_a_try(db: TestDb, auth: Auth) -> Result<()> {
    let token = user(&auth, &db, "alice").await?.token(db.db()).await?;
    let client = site(&db, &auth);
    let from = async |address: &str, old: &str, new: &str| {
        let sent = client.raw().post(PATH).header("authorization", format!("Token {token}"));
        answer(sent.header("x-forwarded-for", address).body_json(&change(old, new)).send().await).await
    };
    for _ in 0..3 {
        assert_eq!(from("192.0.2.7", OLD, "short").await.code(), 400, "that is no try");
    }
    for _ in 0..10 {
        is_wrong(&from("192.0.2.7", "wrong", NEW).await);
    }
    let refused = from("192.0.2.7", OLD, NEW).await;
    assert_eq!((refused.code(), &refused.json()["code"]), (429, &json!("throttled")));
    assert!(refused.header("retry-after").is_some());
    let log_in = json!({"username": "alice", "password": OLD});
    let log_in = client.raw().post("/api/auth/token").header("x-forwarded-for", "192.0.2.7").body_json(&log_in);
    assert_eq!(answer(log_in.send().await).await.code(), 429, "the tries are those of log-ins");
    assert_eq!(opens(&auth, &db, "alice").await?, OLD);
    assert_eq!(from("198.51.100.1", OLD, NEW).await.code(), 204, "nobody is kept out by a stranger");
    Ok(())
}

async fn of_two_at_once_one_is_done(db: TestDb, auth: Auth) -> Result<()> {
    let token = user(&auth, &db, "alice").await?.token(db.db()).await?;
    let client = site(&db, &auth);
    let ask = || client.ask(Method::POST, PATH, &token, Some(change(OLD, NEW)));
    let (a, b, c, d) = tokio::join!(ask(), ask(), ask(), ask());
    let (done, wrong): (Vec<_>, Vec<_>) = [a, b, c, d].into_iter().partition(|answer| answer.code() == 204);
    assert_eq!(done.len(), 1, "{wrong:?}");
    wrong.iter().for_each(is_wrong);
    assert_eq!(opens(&auth, &db, "alice").await?, NEW);
    Ok(())
}

async fn a_session_that_is_signed_anew_goes_on_too(db: TestDb, auth: Auth) -> Result<()> {
    user(&auth, &db, "alice").await?;
    let old = Client::new(api(&db, &auth, key("old")));
    let both = Client::new(api(&db, &auth, key("new").with_fallback("old")?));
    let before = Browser::new(&old);
    assert_eq!(before.log_in("alice", OLD).await.code(), 200);
    let browser = Browser::with(&both, &before.cookie("sessionid").expect("it is kept"));
    browser.set("csrftoken", &before.cookie("csrftoken").expect("it is kept"));
    assert_eq!(browser.post(PATH, Some(change(OLD, NEW))).await.code(), 204);
    assert_eq!(browser.name().await.as_deref(), Some("alice"));
    assert_eq!(keys(&db).await?, [browser.cookie("sessionid").expect("it is kept")]);
    Ok(())
}

async fn somebody_made_inactive_changes_nothing(db: TestDb, auth: Auth) -> Result<()> {
    let mut alice = user(&auth, &db, "alice").await?;
    let client = site(&db, &auth);
    let browser = Browser::new(&client);
    assert_eq!(browser.log_in("alice", OLD).await.code(), 200);
    alice.is_active = false;
    alice.save_flags(db.db()).await?;
    assert_eq!(browser.post(PATH, Some(change(OLD, NEW))).await.code(), 401);
    assert_eq!(opens(&auth, &db, "alice").await?, OLD);
    Ok(())
}

with_either_key! {
    what_is_kept_ends_no_session,
    the_callers_session_goes_on_and_every_other_is_over,
    whichever_credential_somebody_has,
    what_is_wrong_is_told_at_once_and_changes_nothing,
    a_wrong_old_password_is_a_try,
    of_two_at_once_one_is_done,
    a_session_that_is_signed_anew_goes_on_too,
    somebody_made_inactive_changes_nothing,
}

/// The password and the session are written together, or neither is.
#[every_database]
async fn a_change_that_is_given_up_leaves_nothing_half_done(db: TestDb) -> Result<()> {
    let auth = crate::people::django();
    let client = site(&refrain::connect(&db.url()).await?, &auth);
    let mut done = 0;
    for patience in 0..24 {
        let name = format!("user{patience}");
        user(&auth, &db, &name).await?;
        let browser = Browser::new(&client);
        assert_eq!(browser.log_in(&name, OLD).await.code(), 200);
        let both = format!(
            "SELECT password FROM auth_user WHERE username = '{name}' UNION ALL SELECT session_key FROM django_session"
        );
        let reading = async || -> Result<(Vec<String>, Vec<String>)> {
            let (password, mut keys): (Vec<_>, Vec<_>) =
                column(&db, &both).await?.into_iter().partition(|text: &String| text.contains('$'));
            keys.sort();
            Ok((password, keys))
        };
        let (password_before, before) = reading().await?;
        let changing = browser.post(PATH, Some(change(OLD, NEW)));
        let given_up = tokio::time::timeout(Duration::from_micros(400 * patience), changing).await.is_err();
        // what was sent to be committed may still be under way: both in one reading
        tokio::time::sleep(Duration::from_millis(20)).await;
        let (password, after) = reading().await?;
        let is_changed = password != password_before;
        assert_eq!(after.len(), before.len(), "a session in place of the other");
        assert_eq!(after != before, is_changed, "{name}");
        assert!(is_changed || given_up);
        done += usize::from(is_changed);
    }
    println!("{done} of 24 were made");
    Ok(())
}

/// What passwords must be like is the site's to say.
#[every_database(sqlite, because = "the validators ask no database")]
async fn a_site_has_validators_of_its_own(db: TestDb) -> Result<()> {
    for (validators, new, code) in [
        (PasswordValidators::none(), "1", 204),
        (PasswordValidators::none().with(MinimumLength(2)), "1", 400),
        (PasswordValidators::none().with(MinimumLength(2)), "12", 204),
    ] {
        let auth = crate::people::django().with_password_validators(validators);
        let name = format!("user{}", keys(&db).await?.len());
        let token = auth.create_user(db.db(), NewUser::new(format!("{name}{new}{code}")).password(OLD)).await?;
        let token = token.token(db.db()).await?;
        let told = site(&db, &auth).ask(Method::POST, PATH, &token, Some(change(OLD, new))).await;
        assert_eq!(told.code(), code, "{told:?}");
    }
    Ok(())
}

#[every_database(sqlite, because = "the document is the same")]
async fn the_document_tells_of_throttles_where_a_password_is_taken(db: TestDb) {
    let authenticators = Authenticators::none().with(SessionAuthentication::new(Sessions::new(SecretKey::random())));
    let api = Api::new("Drivers", "1", db.db().clone()).authenticators(authenticators);
    let api = api.with(LogIn).with(LogOut).with(Me).with(ObtainToken).with(ChangePassword).build();
    let document: Json = serde_json::from_str(api.expect("the parts fit").document()).expect("JSON");
    for (path, method, is_throttled) in [
        ("/auth/login", "post", true),
        ("/auth/token", "post", true),
        ("/auth/password", "post", true),
        ("/auth/logout", "post", false),
        ("/auth/me", "get", false),
    ] {
        let told = &document["paths"][path][method]["responses"]["429"]["$ref"];
        assert_eq!(told == "#/components/responses/Throttled", is_throttled, "{path}: {told}");
    }
    assert!(document["components"]["responses"]["Throttled"]["headers"]["Retry-After"].is_object());
}
