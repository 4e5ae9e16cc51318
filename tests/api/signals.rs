//! What the operator is told of decisions and log-ins, in the log and as numbers; and what nobody is told.

use std::{
    future::ready,
    sync::{Arc, Mutex, OnceLock},
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use poem::{EndpointExt, Response, endpoint::BoxEndpoint, http::Method, test::TestClient};
use refrain::{
    Access, Api, ChangePassword, Error, ModelPermissions, ObtainToken, PoolSettings, RegisterByMail, ResetPassword,
    ViewSet,
    accounts::{PasswordReset, RegistrationMail},
    auth::{Credentials, NewUser},
    entity::Secret,
    serving::RequestIds,
    sessions::SecretKey,
};
use refrain_testing::{TestDb, every_database};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::support::{
    self, Answer, Car, auth, car,
    log::log,
    sync, token_and_basic, user,
    wire::{Sent, Wire},
};

const PASSWORD: &str = "w0rds-nobody-may-read";

struct Cars;

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions)
    }
}

struct Site {
    client: TestClient<BoxEndpoint<'static, Response>>,
    alice: String,
    bob: String,
    hash: String,
}

impl Site {
    async fn open(db: &TestDb) -> Self {
        let auth = auth();
        sync(&auth, db).await;
        let named = NewUser::new("alice").password(PASSWORD);
        let (_, alice) = user(&auth, db, named, &["view", "add", "change"]).await;
        let (_, bob) = user(&auth, db, NewUser::new("bob"), &[]).await;
        let statement = "SELECT password FROM auth_user WHERE username = 'alice'";
        let backend = db.db().get_database_backend();
        let row = db.db().query_one_raw(sea_orm::Statement::from_string(backend, statement)).await.expect("it is read");
        let hash = row.expect("alice is there").try_get_by_index(0).expect("a text");
        let api = Api::new("Drivers", "1.0", db.db().clone()).auth(auth).authenticators(token_and_basic());
        let api = api.mount(Cars).with(ObtainToken).build().expect("the parts fit");
        let client = TestClient::new(api.into_endpoint().with(RequestIds::default()).boxed());
        Self { client, alice, bob, hash }
    }

    async fn ask(&self, method: Method, path: &str, authorization: &str) -> Answer {
        let request = self.client.request(method, path).header("authorization", authorization);
        support::answer(request.body_json(&json!({"name": "a b0dy nobody may read"})).send().await).await
    }

    async fn log_in(&self, password: &str) -> Answer {
        let body = json!({"username": "alice", "password": password});
        support::answer(self.client.post("/api/auth/token").body_json(&body).send().await).await
    }
}

/// The line of the decision about this answer.
fn decision(answer: &Answer) -> String {
    let name = answer.header("x-request-id").expect("a name").to_owned();
    let text = log().text();
    let of_it = |line: &&str| line.contains(&name) && line.contains("refrain::decision");
    text.lines().find(of_it).unwrap_or_else(|| panic!("no decision about {name}: {text}")).to_owned()
}

#[every_database]
async fn every_decision_is_an_event(db: TestDb) {
    log();
    let site = Site::open(&db).await;
    let (alice, bob) = (format!("Token {}", site.alice), format!("Token {}", site.bob));
    for (method, path, who, parts) in [
        (
            Method::GET,
            "/api/cars",
            &*alice,
            &["DEBUG", "verdict=\"allowed\"", "action=\"cars_list\"", "statements=3"][..],
        ),
        (Method::GET, "/api/cars?a=s3cret", &bob, &[" INFO", "verdict=\"refused\"", "class=\"ModelPermissions\""]),
        (Method::DELETE, "/api/cars/7", &alice, &[" INFO", "verdict=\"refused\"", "action=\"cars_destroy\""]),
        (Method::GET, "/api/cars/7", &alice, &["DEBUG", "verdict=\"not_found\"", "action=\"cars_retrieve\""]),
        (Method::GET, "/api/cars", "Token wrong", &[" INFO", "verdict=\"unauthenticated\"", "caller=\"unknown\""]),
        (Method::GET, "/api/cars", "", &[" INFO", "verdict=\"refused\"", "caller=\"anonymous\"", "not_authenticated"]),
        (Method::POST, "/api/cars?x", &alice, &["DEBUG", "verdict=\"allowed\"", "path=\"/api/cars\"", "microseconds="]),
    ] {
        let answer = site.ask(method, path, who).await;
        let line = decision(&answer);
        for part in parts {
            assert!(line.contains(part), "{part} is not in {line}");
        }
    }
}

#[every_database(sqlite, because = "it is about no row")]
async fn a_log_in_is_told_without_what_was_typed(db: TestDb) {
    log();
    let site = Site::open(&db).await;
    assert_eq!(site.log_in(PASSWORD).await.code(), 200);
    assert_eq!(site.log_in("wrong").await.code(), 400);
    let there = auth().asked_from("203.0.113.7".parse().ok());
    let typed = Credentials::Password { username: "alice", password: "wrong" };
    assert!(there.authenticate(db.db(), typed).await.expect("the database answers").is_none());
    let text = log().text();
    let told: Vec<&str> = text.lines().filter(|line| line.contains("refrain::login")).collect();
    assert!(told.iter().any(|line| line.contains("outcome=\"right\"") && line.contains("user=\"")), "{told:?}");
    assert!(told.iter().any(|line| line.contains("outcome=\"wrong\"")), "{told:?}");
    assert!(told.iter().any(|line| line.contains("address=203.0.113.7")), "{told:?}");
    assert!(told.iter().all(|line| !line.contains("alice")), "{told:?}");
}

/// All that can be logged is, by everything in the process: over a real connection, with the pool that programs have.
#[every_database]
async fn nothing_secret_is_logged(db: TestDb) {
    log();
    let site = Site::open(&db).await;
    let pool = PoolSettings::default().connect(&db.url()).await.expect("it is there");
    let api = Api::new("Drivers", "1.0", pool).auth(auth()).authenticators(token_and_basic());
    let api = api.mount(Cars).with(ObtainToken).build().expect("the parts fit");
    let wire = Wire::serve(api.into_endpoint().with(RequestIds::default()).boxed()).await;
    let body = Sent::text(json!({"name": "a b0dy nobody may read"}).to_string());
    let log_in = |password: &str| Sent::text(json!({"username": "alice", "password": password}).to_string());
    let basic = STANDARD.encode(format!("alice:{PASSWORD}"));
    for (method, path, authorization, body, status) in [
        ("POST", "/api/cars", format!("Token {}", site.alice), body, 201),
        ("GET", "/api/cars", format!("Basic {basic}"), Sent::Nothing, 200),
        ("GET", "/api/cars?secret=w0rds-in-a-query", "Token w0rds-that-are-no-token".into(), Sent::Nothing, 401),
        ("POST", "/api/auth/token", String::new(), log_in(PASSWORD), 200),
        ("POST", "/api/auth/token", String::new(), log_in("w0rds-that-are-wrong"), 400),
    ] {
        let headers = [("Content-Type", &b"application/json"[..]), ("Authorization", authorization.as_bytes())];
        let answer = wire.ask(method, path, &headers, &body).await;
        assert_eq!(answer.code(), status, "{method} {path} {answer:?}");
    }
    let text = log().text();
    assert!(text.contains("SELECT "), "statements are logged: {text}");
    for secret in [PASSWORD, &site.alice, &site.hash, &basic, "w0rds", "b0dy"] {
        assert!(!text.contains(secret), "{secret} is logged: {text}");
    }
}

/// What accounts are opened by: links, passwords old and new, and the addresses that links go to.
#[every_database]
async fn nothing_that_opens_an_account_is_logged(db: TestDb) {
    log();
    let site = Site::open(&db).await;
    let links = Arc::new(Mutex::new(Vec::new()));
    let link = |uid: String, token: Secret| vec![uid, token.into_exposed()];
    let (resets, confirmations) = (links.clone(), links.clone());
    let reset = ResetPassword::new(SecretKey::random(), move |reset: PasswordReset| {
        resets.lock().expect("no panic").push(link(reset.uid, reset.token));
        ready(Err(Error::could_not_tell("w0rds of a mail server")))
    });
    let register = RegisterByMail::new(SecretKey::random(), move |mail: RegistrationMail| {
        if let RegistrationMail::Confirm(mail) = mail {
            confirmations.lock().expect("no panic").push(link(mail.uid, mail.token));
        }
        ready(Ok(()))
    });
    let pool = PoolSettings::default().connect(&db.url()).await.expect("it is there");
    let auth = auth();
    let frank = NewUser::new("frank").password("w0rds-of-before").email("b0dy@example.com");
    let frank = auth.create_user(&pool, frank).await.expect("a user is made");
    let api = Api::new("Drivers", "1.0", pool).auth(auth).authenticators(token_and_basic());
    let api = api.with(reset).with(register).with(ChangePassword).build().expect("the parts fit");
    let wire = Wire::serve(api.into_endpoint().with(RequestIds::default()).boxed()).await;
    let token = format!("Token {}", site.alice);
    let ask = async |path: &str, body: serde_json::Value, status: u16| {
        let headers = [("Content-Type", &b"application/json"[..]), ("Authorization", token.as_bytes())];
        let answer = wire.ask("POST", path, &headers, &Sent::text(body.to_string())).await;
        assert_eq!(answer.code(), status, "{path} {answer:?}");
    };
    let change = |old: &str| json!({"old_password": old, "new_password": "n3w-w0rds-of-hers"});
    ask("/api/auth/password", change("w0rds-that-are-wrong"), 400).await;
    ask("/api/auth/password", json!({"old_password": PASSWORD, "new_password": "w0rds"}), 400).await;
    ask("/api/auth/password", change(PASSWORD), 204).await;
    ask("/api/auth/password/reset", json!({"email": "b0dy@example.com"}), 202).await;
    let erin = json!({"username": "erin", "email": "erin-b0dy@example.com", "password": "w0rds-of-erins"});
    ask("/api/auth/register", erin, 202).await;
    while links.lock().expect("no panic").len() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let links = links.lock().expect("no panic").clone();
    for link in &links {
        let [uid, token] = &link[..] else { panic!("two parts") };
        let (reset, confirm) = ("/api/auth/password/reset/confirm", "/api/auth/register/confirm");
        let of_frank = *uid == URL_SAFE_NO_PAD.encode(frank.id().expect("he is somebody").to_string());
        let path = if of_frank { reset } else { confirm };
        let body = json!({"uid": uid, "token": token, "new_password": "w0rds-of-a-link"});
        ask(path, body.clone(), 204).await;
        ask(path, body, 400).await;
    }
    let text = log().text();
    assert!(text.contains("a link could not be sent"), "a mail server's refusal is told: {text}");
    let secrets = links.iter().map(|link| &*link[1]).chain([PASSWORD, "n3w", "w0rds", "b0dy"]);
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} is logged: {text}");
    }
}

/// What Prometheus reads, of this process.
fn exported() -> String {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| PrometheusBuilder::new().install_recorder().expect("there is none yet")).render()
}

/// The value of the first line with these parts; 0 where there is none.
fn value(exported: &str, parts: &[&str]) -> f64 {
    let line = exported.lines().find(|line| parts.iter().all(|part| line.contains(part)));
    line.map_or(0.0, |line| line.rsplit(' ').next().and_then(|value| value.parse().ok()).expect("a number"))
}

#[every_database]
async fn an_exporter_reads_the_numbers(db: TestDb) {
    exported();
    let site = Site::open(&db).await;
    let (alice, bob) = (format!("Token {}", site.alice), format!("Token {}", site.bob));
    for who in [&alice, &alice, &bob] {
        site.ask(Method::GET, "/api/cars", who).await;
    }
    site.log_in("wrong").await;
    let exported = exported();
    let list = r#"action="cars_list""#;
    assert!(value(&exported, &["refrain_decisions_total{", list, r#"verdict="allowed""#]) >= 2.0, "{exported}");
    let refused = [r#"verdict="refused""#, r#"class="ModelPermissions""#];
    assert!(value(&exported, &["refrain_decisions_total{", list, refused[0], refused[1]]) >= 1.0, "{exported}");
    assert!(value(&exported, &["refrain_request_seconds_count{", list]) >= 3.0, "{exported}");
    assert!(value(&exported, &["refrain_request_statements_sum{", list]) >= 7.0, "{exported}");
    assert!(value(&exported, &["refrain_logins_total{", r#"outcome="wrong""#]) >= 1.0, "{exported}");
    assert!(!exported.contains("alice") && !exported.contains(&site.alice));
}
