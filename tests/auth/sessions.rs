//! Sessions of Django's over HTTP: logging in and out, whose session it is, and what other sites' pages may not do
//! (CONTRACT 5.7 to 5.16).

use std::time::Duration;

use poem::http::{Method, header::SET_COOKIE, uri::Scheme};
use poem_openapi::{OpenApi, payload::PlainText};
use refrain::{
    Access, AllowAny, Api, CallerSession, Guarded, IsOwner, LogIn, LogOut, Me, Problem, Result,
    auth::{Auth, NewUser, Snapshots, User},
    authentication::{Authenticators, SessionAuthentication, TokenAuthentication},
    entity::{Moment, session},
    sessions::{SecretKey, Session, Sessions, clear_expired},
};
use refrain_testing::{TestDb, counted, every_database};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseConnection, EntityTrait};
use serde_json::{Value as Json, json};

use crate::{
    browser::Browser,
    people::{column, run},
    support::{
        Client, Rules, answer, car, car_of, cars, sync,
        wire::{Sent, Wire},
    },
};

const PASSWORD: &str = "correct horse";

fn key(text: &str) -> SecretKey {
    SecretKey::new(text).expect("a key")
}

fn sessions() -> Sessions {
    Sessions::new(key("the site's own"))
}

fn api(db: &DatabaseConnection, auth: &Auth, sessions: &Sessions) -> refrain::BuiltApi {
    let authenticators = Authenticators::none()
        .with(TokenAuthentication::default())
        .with(SessionAuthentication::new(sessions.clone()))
        .trusting_origin("https://app.example.com");
    let api = Api::new("Drivers", "1", db.clone()).auth(auth.clone()).authenticators(authenticators);
    api.with(LogIn).with(LogOut).with(Me).build().expect("the parts fit")
}

fn site(db: &DatabaseConnection, auth: &Auth) -> Client {
    Client::new(api(db, auth, &sessions()))
}

async fn alice(auth: &Auth, db: &TestDb) -> Result<User> {
    auth.create_user(db.db(), NewUser::new("alice").password(PASSWORD)).await
}

fn named(name: &str) -> Option<String> {
    Some(name.to_owned())
}

async fn keys(db: &TestDb) -> Result<Vec<String>> {
    column(db, "SELECT session_key FROM django_session ORDER BY session_key").await
}

async fn who_logs_in_is_let_in_until_they_log_out(db: TestDb, auth: Auth) -> Result<()> {
    let made = alice(&auth, &db).await?;
    let client = site(&db, &auth);
    let browser = Browser::new(&client);
    assert_eq!(browser.name().await, None);
    assert_eq!(keys(&db).await?, Vec::<String>::new(), "the first anonymous request costs no session");

    let told = browser.log_in("alice", PASSWORD).await;
    assert_eq!(told.code(), 200, "{told:?}");
    let id = serde_json::to_value(made.id().expect("she is somebody").to_string()).expect("text");
    let same = |told: &Json| match told {
        Json::Number(number) => json!(number.to_string()),
        other => other.clone(),
    };
    assert_eq!(same(&told.json()["id"]), id);
    assert_eq!(browser.get("/api/auth/me").await.json(), told.json());
    assert_eq!(keys(&db).await?, [browser.cookie("sessionid").expect("it is kept")]);
    let after = auth.user(db.db(), "alice").await?.expect("she is there");
    assert!(made.last_login.is_none() && after.last_login.is_some(), "the log-in is written down");

    let out = browser.post("/api/auth/logout", None).await;
    assert_eq!((out.code(), &*out.text), (204, ""), "{out:?}");
    assert_eq!((browser.cookie("sessionid"), browser.name().await), (None, None));
    assert_eq!(keys(&db).await?, Vec::<String>::new());
    let again = browser.post("/api/auth/logout", None).await;
    assert_eq!(again.code(), 204, "whoever is out may say so again");
    Ok(())
}

async fn who_cannot_log_in_gets_no_session(db: TestDb, auth: Auth) -> Result<()> {
    alice(&auth, &db).await?;
    auth.create_user(db.db(), NewUser::new("dave").password(PASSWORD).inactive()).await?;
    let client = site(&db, &auth);
    for (username, password) in [("alice", "wrong"), ("dave", PASSWORD), ("nobody", PASSWORD)] {
        let browser = Browser::new(&client);
        let refused = browser.log_in(username, password).await;
        let errors = json!({"non_field_errors": ["Unable to log in with provided credentials."]});
        refused.is_problem(400, "invalid", "Invalid input.", &errors);
        assert_eq!((browser.cookie("sessionid"), browser.cookie("csrftoken")), (None, None));
    }
    let missing = Browser::new(&client).post("/api/auth/login", Some(json!({"username": ""}))).await;
    let errors = json!({"password": ["This field is required."], "username": ["This field may not be blank."]});
    missing.is_problem(400, "invalid", "Invalid input.", &errors);
    let form = client.raw().post("/api/auth/login").content_type("application/x-www-form-urlencoded");
    assert_eq!(answer(form.body(format!("username=alice&password={PASSWORD}")).send().await).await.code(), 415);
    assert_eq!(keys(&db).await?, Vec::<String>::new());
    let never = auth.user(db.db(), "alice").await?.and_then(|alice| alice.last_login);
    assert_eq!(never, None);
    Ok(())
}

/// Session fixation: who knew the key before, or had set it, is not logged in by somebody else's password.
async fn the_key_changes_with_every_log_in(db: TestDb, auth: Auth) -> Result<()> {
    alice(&auth, &db).await?;
    auth.create_user(db.db(), NewUser::new("bob").password(PASSWORD)).await?;
    let (client, sessions) = (site(&db, &auth), sessions());
    let mut planted = Session::default();
    planted.set("cart", [7]);
    sessions.save(db.db(), &mut planted).await?;
    let known = keys(&db).await?.remove(0);

    let browser = Browser::with(&client, &known);
    assert_eq!(browser.log_in("alice", PASSWORD).await.code(), 200);
    let first = browser.cookie("sessionid").expect("it is kept");
    assert_ne!(first, known);
    assert_eq!(Browser::with(&client, &known).name().await, None);
    assert_eq!(keys(&db).await?, [&*first]);
    let cart =
        async |key: &str| Ok::<_, refrain::Error>(sessions.load(db.db(), key).await?.and_then(|of| of.get("cart")));
    assert_eq!(cart(&first).await?, Some(json!([7])), "what an anonymous visitor had is theirs");

    assert_eq!(browser.log_in("alice", PASSWORD).await.code(), 200);
    let second = browser.cookie("sessionid").expect("it is kept");
    assert_ne!(second, first);
    assert_eq!(Browser::with(&client, &first).name().await, None);
    assert_eq!(cart(&second).await?, Some(json!([7])));

    assert_eq!(browser.log_in("bob", PASSWORD).await.code(), 200);
    let third = browser.cookie("sessionid").expect("it is kept");
    assert_eq!(cart(&third).await?, None, "what alice had is not bob's");
    assert_eq!((browser.name().await, keys(&db).await?), (named("bob"), vec![third]));

    // a key that is in no table is nobody's to give
    let made_up = "a".repeat(32);
    let browser = Browser::with(&client, &made_up);
    assert_eq!(browser.log_in("alice", PASSWORD).await.code(), 200);
    assert_ne!(browser.cookie("sessionid"), Some(made_up));
    Ok(())
}

async fn a_log_in_by_another_password_keeps_nothing_of_a_session(db: TestDb, auth: Auth) -> Result<()> {
    let (mut user, sessions, mut visitor) = (alice(&auth, &db).await?, sessions(), Session::default());
    visitor.set("cart", [7]);
    let first = sessions.log_in(db.db(), visitor, &mut user).await?;
    let second = sessions.log_in(db.db(), first, &mut user).await?;
    assert_eq!(second.get("cart"), Some(json!([7])));
    user.set_password(db.db(), "another").await?;
    let third = sessions.log_in(db.db(), second, &mut user).await?;
    assert_eq!(third.get("cart"), None, "whoever knew the old one may have put it there");
    Ok(())
}

async fn a_changed_password_ends_every_other_session(db: TestDb, auth: Auth) -> Result<()> {
    let mut user = alice(&auth, &db).await?;
    let client = site(&db, &auth);
    let (here, there) = (Browser::new(&client), Browser::new(&client));
    for browser in [&here, &there] {
        assert_eq!(browser.log_in("alice", PASSWORD).await.code(), 200);
        assert_eq!(browser.name().await, named("alice"));
    }
    user.set_password(db.db(), "another").await?;
    assert_eq!((here.name().await, here.cookie("sessionid")), (None, None));
    assert_eq!(keys(&db).await?, [there.cookie("sessionid").expect("nobody looked at it yet")]);
    assert_eq!((there.name().await, keys(&db).await?), (None, vec![]));
    Ok(())
}

async fn an_inactive_or_deleted_user_is_nobody_and_keeps_the_session(db: TestDb, auth: Auth) -> Result<()> {
    let mut user = alice(&auth, &db).await?;
    let client = site(&db, &auth);
    let browser = Browser::new(&client);
    assert_eq!(browser.log_in("alice", PASSWORD).await.code(), 200);
    let kept = keys(&db).await?;
    for is_active in [false, true] {
        user.is_active = is_active;
        user.save_flags(db.db()).await?;
        assert_eq!(browser.name().await, is_active.then(|| "alice".to_owned()));
        assert_eq!((browser.cookie("sessionid"), keys(&db).await?), (Some(kept[0].clone()), kept.clone()));
    }
    run(&db, &format!("DELETE FROM {}", auth.users().table)).await?;
    assert_eq!((browser.name().await, keys(&db).await?), (None, kept));
    Ok(())
}

async fn what_is_saved_again_lasts_anew_unless_the_session_was_ended(db: TestDb, _: Auth) -> Result<()> {
    let of = |hours: u64| sessions().age(Duration::from_secs(60 * 60 * hours));
    let ends = async || {
        let row = session::Entity::find().one(db.db()).await?.expect("it is there");
        Ok::<_, refrain::Error>((row.expire_date.to_utc() - Moment::now().to_utc()).num_minutes())
    };
    let mut visitor = Session::default();
    assert!(visitor.is_empty());
    visitor.set("cart", [7]);
    assert!(!visitor.is_empty());
    of(1).save(db.db(), &mut visitor).await?;
    assert!((58..=60).contains(&ends().await?));
    let key = keys(&db).await?.remove(0);

    visitor.set("cart", [7, 8]);
    of(3).save(db.db(), &mut visitor).await?;
    assert_eq!(keys(&db).await?, [&*key], "in its row");
    assert!((178..=180).contains(&ends().await?));
    let saved = sessions().load(db.db(), &key).await?.expect("it has not ended");
    assert_eq!(saved.get("cart"), Some(json!([7, 8])));

    // somebody logs out meanwhile
    sessions().flush(db.db(), saved).await?;
    let refused = sessions().save(db.db(), &mut visitor).await.expect_err("it stays ended");
    assert_eq!(refused.to_string(), "the session was ended meanwhile");
    assert_eq!(keys(&db).await?, Vec::<String>::new());
    Ok(())
}

async fn a_session_of_an_older_key_is_signed_anew(db: TestDb, auth: Auth) -> Result<()> {
    alice(&auth, &db).await?;
    let old = Client::new(api(&db, &auth, &Sessions::new(key("old"))));
    let both = Client::new(api(&db, &auth, &Sessions::new(key("new").with_fallback("old")?)));
    let new = Client::new(api(&db, &auth, &Sessions::new(key("new"))));
    let before = Browser::new(&old);
    assert_eq!(before.log_in("alice", PASSWORD).await.code(), 200);
    let old_key = before.cookie("sessionid").expect("it is kept");
    assert_eq!(Browser::with(&new, &old_key).name().await, None);
    assert_eq!(keys(&db).await?, [&*old_key], "what another key signed is not touched");

    // several at once: one of them is first, and the others are let in too
    let browsers = [(); 3].map(|()| Browser::with(&both, &old_key));
    let [one, two, three] = &browsers;
    let (one, two, three) = tokio::join!(one.get("/api/auth/me"), two.get("/api/auth/me"), three.get("/api/auth/me"));
    let of_her = [one, two, three].iter().filter(|answer| answer.code() == 200).count();
    assert!(of_her >= 1, "the first at least");
    let renewed: Vec<String> =
        browsers.iter().filter_map(|browser| browser.cookie("sessionid")).filter(|key| *key != old_key).collect();
    assert_eq!(keys(&db).await?, renewed, "one row, in one answer");
    assert_eq!(Browser::with(&new, &renewed[0]).name().await, named("alice"));
    assert_eq!(Browser::with(&both, &old_key).name().await, None);
    Ok(())
}

async fn a_session_that_does_not_fit_is_nobodys(db: TestDb, auth: Auth) -> Result<()> {
    alice(&auth, &db).await?;
    let (client, sessions) = (site(&db, &auth), sessions());
    let browser = Browser::new(&client);
    assert_eq!(browser.log_in("alice", PASSWORD).await.code(), 200);
    let right = browser.cookie("sessionid").expect("it is kept");
    let row = session::Entity::find_by_id(&*right).one(db.db()).await?.expect("it is there");

    let mut odd = Vec::new();
    for (name, value) in [
        ("_auth_user_backend", json!("some.other.Backend")),
        ("_auth_user_id", json!("x")),
        ("_auth_user_id", json!("")),
        ("_auth_user_id", json!("999999999999999999999999")),
        ("_auth_user_id", json!(1)),
        ("_auth_user_id", json!(null)),
    ] {
        let mut session = sessions.load(db.db(), &right).await?.expect("it is there");
        session.set(name, value);
        sessions.cycle_key(db.db(), &mut session).await?;
        let key = keys(&db).await?.into_iter().find(|key| *key != right && !odd.contains(key)).expect("a new one");
        odd.push(key);
        // the first is as it was
        session::Entity::insert(session::ActiveModel {
            session_key: Set(row.session_key.clone()),
            session_data: Set(row.session_data.clone()),
            expire_date: Set(row.expire_date),
        })
        .exec_without_returning(db.db())
        .await?;
    }
    // rows that nobody signed
    let data = row.session_data.expose();
    for (at, text) in ["", "garbage", ":::", "e30:1:x", &data[1..], &data.replace(':', ";")].iter().enumerate() {
        let key = format!("garbage{at}{}", "x".repeat(24));
        let made = session::ActiveModel {
            session_key: Set((&*key).into()),
            session_data: Set((*text).into()),
            expire_date: Set(row.expire_date),
        };
        session::Entity::insert(made).exec_without_returning(db.db()).await?;
        odd.push(key);
    }
    let before = keys(&db).await?;
    for key in &odd {
        let browser = Browser::with(&client, key);
        assert_eq!((browser.name().await, browser.cookie("sessionid")), (None, Some(key.clone())), "{key}");
    }
    assert_eq!(keys(&db).await?, before, "nothing is written");

    // MariaDB finds it in capitals too
    assert_eq!(Browser::with(&client, &right.to_uppercase()).name().await, None);

    // one that is over, and ones that never were, are forgotten
    let over = session::ActiveModel {
        session_key: Set(row.session_key.clone()),
        expire_date: Set(Moment::from(Moment::now().to_utc() - Duration::from_secs(1))),
        ..Default::default()
    };
    over.update(db.db()).await?;
    let unknown = "b".repeat(32);
    for key in [&*right, &*unknown, "short", "", "not a key", &right.to_uppercase(), &"c".repeat(400)] {
        let browser = Browser::with(&client, key);
        assert_eq!((browser.name().await, browser.cookie("sessionid")), (None, None), "{key}");
    }
    assert_eq!(keys(&db).await?, before);
    Ok(())
}

with_either_key! {
    who_logs_in_is_let_in_until_they_log_out,
    who_cannot_log_in_gets_no_session,
    the_key_changes_with_every_log_in,
    a_log_in_by_another_password_keeps_nothing_of_a_session,
    a_changed_password_ends_every_other_session,
    an_inactive_or_deleted_user_is_nobody_and_keeps_the_session,
    what_is_saved_again_lasts_anew_unless_the_session_was_ended,
    a_session_of_an_older_key_is_signed_anew,
    a_session_that_does_not_fit_is_nobodys,
}

/// Another host of the domain can set a cookie of the same name: whose of the two is meant, nobody can tell.
#[every_database]
async fn of_two_cookies_neither_is_believed(db: TestDb) -> Result<()> {
    let auth = crate::people::django();
    alice(&auth, &db).await?;
    let client = site(&db, &auth);
    let (hers, his) = (Browser::new(&client), Browser::new(&client));
    assert_eq!(hers.log_in("alice", PASSWORD).await.code(), 200);
    assert_eq!(his.log_in("alice", PASSWORD).await.code(), 200);
    let [hers, his] = [hers, his].map(|browser| browser.cookie("sessionid").expect("it is kept"));
    for tossed in
        [format!("{his}; sessionid={hers}"), format!("{hers}; sessionid={his}"), format!("{hers}; sessionid=")]
    {
        let browser = Browser::with(&client, &tossed);
        assert_eq!(browser.name().await, None);
        assert!(browser.cookie("sessionid").is_some(), "the other one would be left, and believed");
    }
    assert_eq!(keys(&db).await?.len(), 2);
    let out = Browser::with(&client, &format!("{hers}; sessionid={his}")).post("/api/auth/logout", None).await;
    assert_eq!((out.code(), keys(&db).await?.len()), (204, 0), "who is out is out");
    Ok(())
}

/// The reasons are Django's; each has its test beside the check, these are the ways in which a request meets it.
#[every_database]
async fn a_page_of_another_site_changes_nothing(db: TestDb) -> Result<()> {
    let auth = crate::people::django();
    let token = alice(&auth, &db).await?.token(db.db()).await?;
    let client = site(&db, &auth);
    let browser = Browser::new(&client);
    assert_eq!(browser.log_in("alice", PASSWORD).await.code(), 200);
    let secret = browser.cookie("csrftoken").expect("it is kept");
    let right = ("x-csrftoken", &*secret);
    let before = keys(&db).await?;
    let origin = |origin: &str| format!("Origin checking failed - {origin} does not match any trusted origins.");
    for (headers, reason) in [
        (&[][..], "CSRF token missing.".to_owned()),
        (&[("x-csrftoken", "a")], "CSRF token from the 'X-Csrftoken' HTTP header has incorrect length.".into()),
        (&[("x-csrftoken", &"a".repeat(32))], "CSRF token from the 'X-Csrftoken' HTTP header incorrect.".into()),
        (&[right, ("origin", "https://evil.example")], origin("https://evil.example")),
        (&[right, ("origin", "null")], origin("null")),
    ] {
        for path in ["/api/auth/logout", "/api/auth/login"] {
            let refused = browser.send(Method::POST, path, headers, Some(json!({}))).await;
            refused.is_problem(403, "csrf_failed", &format!("CSRF Failed: {reason}"), &Json::Null);
        }
    }
    assert_eq!((keys(&db).await?, browser.name().await), (before, named("alice")));
    // who brings a token of their own is no browser that was tricked
    let own = ("authorization", &*format!("Token {token}"));
    assert_eq!(Browser::new(&client).send(Method::POST, "/api/auth/logout", &[own], None).await.code(), 204);
    let trusted = [right, ("origin", "https://app.example.com")];
    assert_eq!(browser.send(Method::POST, "/api/auth/logout", &trusted, None).await.code(), 204);
    assert_eq!(keys(&db).await?.len(), 0);
    Ok(())
}

/// It could log its reader in as somebody else, to see what they then do.
#[every_database]
async fn a_page_of_another_site_logs_nobody_in_or_out(db: TestDb) -> Result<()> {
    let auth = crate::people::django();
    alice(&auth, &db).await?;
    let client = site(&db, &auth);
    let mut cart = Session::default();
    cart.set("cart", 1);
    sessions().save(db.db(), &mut cart).await?;
    let visitor = keys(&db).await?;
    let body = json!({"username": "alice", "password": PASSWORD});
    for headers in [
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "same-site")],
        [("origin", "https://evil.example")],
        [("origin", "null")],
    ] {
        for path in ["/api/auth/login", "/api/auth/logout"] {
            let browser = Browser::with(&client, &visitor[0]);
            let refused = browser.send(Method::POST, path, &headers, Some(body.clone())).await;
            assert_eq!((refused.code(), &refused.json()["code"]), (403, &json!("cross_site")), "{headers:?}");
        }
    }
    assert_eq!(keys(&db).await?, visitor);
    let own = [("origin", "https://app.example.com"), ("sec-fetch-site", "cross-site")];
    let told = Browser::new(&client).send(Method::POST, "/api/auth/login", &own, Some(body)).await;
    assert_eq!(told.code(), 200, "{told:?}");
    Ok(())
}

#[every_database]
async fn it_costs_two_statements_and_none_without_a_cookie(db: TestDb) -> Result<()> {
    let auth = crate::people::django();
    alice(&auth, &db).await?;
    let first = site(&db, &auth);
    let browser = Browser::new(&first);
    assert_eq!(browser.log_in("alice", PASSWORD).await.code(), 200);
    let key = browser.cookie("sessionid").expect("it is kept");
    let (counting, counter) = counted(&db);
    let client = site(&counting, &auth);
    for (cookie, statements) in
        [("", 0), ("short", 0), ("not a key at all, is it", 0), (&*"b".repeat(32), 1), (&*key, 2)]
    {
        counter.take();
        // refused before it does anything else
        let browser = if cookie.is_empty() { Browser::new(&client) } else { Browser::with(&client, cookie) };
        let answer = browser.send(Method::POST, "/api/auth/logout", &[("sec-fetch-site", "cross-site")], None).await;
        assert_eq!(answer.code(), 403, "{answer:?}");
        assert_eq!(counter.count(), statements, "{cookie}: {:?}", counter.take());
    }
    Ok(())
}

#[every_database]
async fn who_is_kept_is_not_looked_for_again_by_their_session(db: TestDb) -> Result<()> {
    let auth = crate::people::django();
    alice(&auth, &db).await?;
    let (counting, counter) = counted(&db);
    let authenticators = Authenticators::none().with(SessionAuthentication::new(sessions()));
    let api = Api::new("Drivers", "1", counting).auth(auth).authenticators(authenticators).with(LogIn).with(Me);
    let client = Client::new(api.snapshots(Snapshots::kept_for(Duration::from_secs(3600))).build()?);
    let browser = Browser::new(&client);
    assert_eq!(browser.log_in("alice", PASSWORD).await.code(), 200);
    let cost = async || {
        counter.take();
        assert_eq!(browser.name().await, named("alice"));
        counter.count()
    };
    let (first, second) = (cost().await, cost().await);
    assert_eq!(second, first - 1, "the session is read, and not who it is");
    Ok(())
}

struct Owned;

impl Rules for Owned {
    fn permissions() -> Access<car::Entity> {
        Access::to(IsOwner)
    }
}

#[every_database]
async fn a_row_is_read_together_with_the_user_of_a_session(db: TestDb) -> Result<()> {
    let auth = crate::people::django();
    let alice = alice(&auth, &db).await?;
    sync(&auth, &db).await;
    let (hers, nobodys) = (car_of(&db, Some(&alice), "Beetle").await, car_of(&db, None, "Bus").await);
    let (counting, counter) = counted(&db);
    let authenticators = Authenticators::none().with(SessionAuthentication::new(sessions()));
    let api = Api::new("Drivers", "1", counting).auth(auth).authenticators(authenticators);
    let client = Client::new(api.mount(cars::<Owned>()).with(LogIn).build().expect("the parts fit"));
    let browser = Browser::new(&client);
    assert_eq!(browser.log_in("alice", PASSWORD).await.code(), 200);
    counter.take();
    let seen = browser.get(&format!("/api/cars/{}", hers.id)).await;
    assert_eq!((seen.code(), &seen.json()["name"]), (200, &json!("Beetle")));
    assert_eq!(counter.count(), 2, "{:?}", counter.take());
    assert_eq!(browser.get(&format!("/api/cars/{}", nobodys.id)).await.code(), 404);
    let (path, token) = (format!("/api/cars/{}", hers.id), browser.cookie("csrftoken").expect("it is kept"));
    let change = async |headers: &[(&str, &str)]| {
        browser.send(Method::PATCH, &path, headers, Some(json!({"name": "Cabriolet"}))).await.code()
    };
    assert_eq!((change(&[]).await, change(&[("x-csrftoken", &token)]).await), (403, 200));
    // whoever has the token is the site's own page, as in Django: of what browsers say beside it the origin counts
    assert_eq!(change(&[("x-csrftoken", &token), ("sec-fetch-site", "same-site")]).await, 200);
    Ok(())
}

#[every_database]
async fn what_is_over_is_deleted_in_batches(db: TestDb) -> Result<()> {
    let moment = |seconds: i64| Moment::from(Moment::now().to_utc() + chrono::TimeDelta::seconds(seconds));
    for at in 0..7 {
        let row = session::ActiveModel {
            session_key: Set(format!("session{at}{}", "x".repeat(24)).into()),
            session_data: Set("".into()),
            expire_date: Set(moment(if at < 5 { -60 } else { 60 })),
        };
        session::Entity::insert(row).exec_without_returning(db.db()).await?;
    }
    let (counting, counter) = counted(&db);
    assert_eq!(clear_expired(&counting, 2).await?, 5);
    let deletes = counter.take().iter().filter(|sql| sql.starts_with("DELETE")).count();
    assert_eq!(deletes, 3);
    assert_eq!((clear_expired(db.db(), 0).await?, keys(&db).await?.len()), (0, 2));
    Ok(())
}

/// A log-in that is dropped at any moment is made whole or not at all, and the program's pool goes on lending.
#[every_database]
async fn a_log_in_that_is_given_up_leaves_nothing_half_done(db: TestDb) -> Result<()> {
    let auth = crate::people::django();
    let pool = refrain::connect(&db.url()).await?;
    let sessions = sessions();
    let mut done = 0;
    for patience in 0..24 {
        let name = format!("user{patience}");
        let mut user = auth.create_user(&pool, NewUser::new(&*name)).await?;
        let mut visitor = Session::default();
        visitor.set("cart", 1);
        sessions.save(&pool, &mut visitor).await?;
        let before = keys(&db).await?;
        let log_in = sessions.log_in(&pool, visitor, &mut user);
        let given_up = tokio::time::timeout(Duration::from_micros(200 * patience), log_in).await.is_err();
        // what was sent to be committed may still be under way: both in one reading
        tokio::time::sleep(Duration::from_millis(20)).await;
        let both = "SELECT username FROM auth_user WHERE last_login IS NOT NULL \
                    UNION ALL SELECT session_key FROM django_session";
        let (in_since, mut after): (Vec<String>, Vec<String>) =
            column(&db, both).await?.into_iter().partition(|text: &String| text.starts_with("user"));
        after.sort();
        let is_written = in_since.contains(&name);
        assert_eq!(after.len(), before.len(), "a session in place of the other");
        assert_eq!(after != before, is_written, "{name}");
        assert!(is_written || given_up);
        done += usize::from(is_written);
    }
    println!("{done} of 24 were made");
    Ok(())
}

#[every_database(tables = none)]
async fn where_nobody_can_tell_it_is_503(db: TestDb) -> Result<()> {
    let client = site(&db, &crate::people::django());
    let browser = Browser::with(&client, &"a".repeat(32));
    for answer in [browser.get("/api/auth/me").await, browser.log_in("alice", PASSWORD).await] {
        assert!([500, 503].contains(&answer.code()), "{answer:?}");
        answer.tells_nothing_of_the_inside();
    }
    db.db().execute_unprepared("CREATE TABLE django_session (x int)").await?;
    let answer = browser.get("/api/auth/me").await;
    assert!([500, 503].contains(&answer.code()), "{answer:?}");
    Ok(())
}

#[every_database(sqlite, because = "the API is not asked anything")]
async fn an_api_without_sessions_logs_nobody_in(db: TestDb) {
    let api = || Api::new("Drivers", "1", db.db().clone());
    for refused in [api().with(LogIn).build().err(), api().with(LogOut).build().err()] {
        let sentence = refused.expect("nothing takes sessions").to_string();
        assert!(sentence.contains("add `SessionAuthentication` to `Api::authenticators`"), "{sentence}");
    }
    assert!(api().with(Me).build().is_ok());
}

struct Visits;

#[OpenApi]
impl Visits {
    #[oai(path = "/visits", method = "post")]
    async fn count(&self, _open: Guarded<AllowAny>, visitor: CallerSession) -> Result<PlainText<String>, Problem> {
        let mut session = visitor.load().await?;
        let visits = session.get("visits").and_then(|value| value.as_u64()).unwrap_or_default() + 1;
        session.set("visits", visits);
        visitor.save(&mut session).await?;
        Ok(PlainText(visits.to_string()))
    }
}

#[every_database]
async fn a_handler_keeps_values_of_its_visitors(db: TestDb) -> Result<()> {
    let authenticators = Authenticators::none().with(SessionAuthentication::new(sessions()));
    let api = Api::new("Drivers", "1", db.db().clone()).authenticators(authenticators);
    let client = Client::new(api.with(Visits).build()?);
    let [here, there, liar] =
        [Browser::new(&client), Browser::new(&client), Browser::with(&client, "abcdefgh12345678")];
    let visit = async |browser: &Browser<'_>| browser.post("/api/visits", None).await.text;
    for visits in ["1", "2", "3"] {
        assert_eq!(visit(&here).await, visits);
    }
    assert_eq!((&*visit(&there).await, &*visit(&liar).await), ("1", "1"), "each has a session of their own");
    let mut kept = [&here, &there, &liar].map(|browser| browser.cookie("sessionid").expect("it is kept"));
    kept.sort();
    assert_eq!(keys(&db).await?, kept, "and nobody chooses the key");
    Ok(())
}

#[every_database(sqlite, because = "the document is the same")]
async fn the_document_tells_of_the_cookie(db: TestDb) {
    let document: Json =
        serde_json::from_str(api(&db, &crate::people::django(), &sessions()).document()).expect("JSON");
    let scheme = &document["components"]["securitySchemes"]["cookieAuth"];
    assert_eq!(
        (&scheme["type"], &scheme["in"], &scheme["name"]),
        (&json!("apiKey"), &json!("cookie"), &json!("sessionid"))
    );
    assert!(scheme["description"].as_str().is_some_and(|text| text.contains("X-CSRFToken")), "{scheme}");
    let id = |document: &Json| document["components"]["schemas"]["Profile"]["properties"]["id"].clone();
    assert_eq!((&id(&document)["type"], &id(&document)["format"]), (&json!("integer"), &json!("int64")));
    let members = api(&db, &crate::people::members(), &sessions());
    let document = serde_json::from_str(members.document()).expect("JSON");
    assert_eq!((&id(&document)["type"], &id(&document)["format"]), (&json!("string"), &json!("uuid")));
}

/// Over a real port, as a browser reads it.
#[every_database(sqlite, because = "cookies are the same")]
async fn cookies_are_what_a_browser_keeps_to_itself(db: TestDb) -> Result<()> {
    let auth = crate::people::django();
    alice(&auth, &db).await?;
    let body = Sent::text(json!({"username": "alice", "password": PASSWORD}).to_string());
    for (sessions, scheme, secure) in [
        (sessions(), Scheme::HTTP, ""),
        (sessions().secure(), Scheme::HTTP, " Secure;"),
        // where the program itself ends TLS, nobody needs to say so
        (sessions(), Scheme::HTTPS, " Secure;"),
    ] {
        let wire = Wire::serve_by(scheme, api(&db, &auth, &sessions).into_endpoint()).await;
        let told = wire.ask("POST", "/api/auth/login", &[("Content-Type", b"application/json")], &body).await;
        assert_eq!(told.code(), 200, "{told:?}");
        let cookies: Vec<&str> =
            told.headers.get_all(SET_COOKIE).iter().map(|cookie| cookie.to_str().expect("ASCII")).collect();
        let [session, csrf] = cookies[..] else { panic!("two cookies: {cookies:?}") };
        let (_, flags) = session.split_once(';').expect("flags");
        assert_eq!(flags, format!(" HttpOnly; SameSite=Lax;{secure} Path=/; Max-Age=1209600"));
        let (_, flags) = csrf.split_once(';').expect("flags");
        assert_eq!(flags, format!(" SameSite=Lax;{secure} Path=/; Max-Age=31449600"));
        assert_eq!(told.header("cache-control"), Some("no-store"));
        let cookie = session.split(';').next().expect("a pair").as_bytes();
        let me = wire.ask("GET", "/api/auth/me", &[("Cookie", cookie)], &Sent::Nothing).await;
        assert_eq!((me.code(), me.header("cache-control")), (200, Some("private")));
        assert!(me.headers.get_all("vary").iter().any(|name| name == "Cookie"), "{me:?}");
        let nobody = wire.ask("GET", "/api/auth/me", &[("Cookie", b"sessionid=gone")], &Sent::Nothing).await;
        assert_eq!(nobody.code(), 401);
        let forgotten = format!("sessionid=; HttpOnly; SameSite=Lax;{secure} Path=/; Max-Age=0");
        assert_eq!(nobody.header("set-cookie"), Some(&*forgotten), "a refusal tells it too");
    }
    Ok(())
}
