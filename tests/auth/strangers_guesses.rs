//! Whoever may send a password may make this site hash it: others log in all the same, and a throttle is asked first.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread::available_parallelism,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use poem::http::Method;
use poem_openapi::{OpenApi, payload::PlainText};
use refrain::{
    Api, Db, Error, Guarded, IsAuthenticated, ObtainToken, Result, async_trait,
    auth::{Auth, Backend, Credentials, Login, ModelBackend, NewUser, password::Passwords},
};
use refrain_testing::{TestDb, every_database};
use sea_orm::ConnectionTrait;
use serde_json::json;
use tokio::{task::JoinSet, time::sleep};

use crate::support::{self, Answer, Client, token_and_basic};

fn basic(credentials: &str) -> String {
    format!("Basic {}", STANDARD.encode(credentials))
}

async fn log_in(client: &Client, username: &str, password: &str) -> Answer {
    let login = json!({ "username": username, "password": password });
    client.ask(Method::POST, "/api/auth/token", "", Some(login)).await
}

async fn by_basic(client: &Client, credentials: &str) -> Answer {
    support::answer(client.raw().get("/api/mine").header("authorization", basic(credentials)).send().await).await
}

fn is_busy(answer: &Answer) -> bool {
    let busy = answer.text.contains(r#""code":"busy""#);
    assert!(!busy || (answer.status.as_u16(), answer.header("retry-after")) == (503, Some("1")), "{}", answer.text);
    busy
}

/// Sixty headers for each hash that may run at once, all of them wrong, and then somebody who knows their password.
#[every_database]
async fn sixty_anonymous_headers_do_not_keep_others_from_logging_in(db: TestDb) {
    let at_once = available_parallelism().map_or(1, |cores| cores.get() - 1).max(1);
    // of such a length that all have come before many are done
    let auth = Auth::default().with_passwords(Passwords::default().iterations(200_000)).with_password_tries(None);
    auth.create_user(db.db(), NewUser::new("alice").password("secret")).await.expect("a user is made");
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).authenticators(token_and_basic());
    let client = Arc::new(Client::new(api.with(ObtainToken).with(Mine).build().expect("the parts fit")));

    let mut guesses = JoinSet::new();
    for _ in 0..60 * at_once {
        let client = client.clone();
        guesses.spawn(async move { by_basic(&client, "alice:wrong").await });
    }
    sleep(Duration::from_millis(100)).await;
    let login = log_in(&client, "alice", "secret").await;
    assert_eq!(login.status, 200, "{}", login.text);
    let (busy, wrong): (Vec<_>, Vec<_>) = guesses.join_all().await.into_iter().partition(is_busy);
    assert!(wrong.iter().all(|answer| answer.status == 401));
    assert!(busy.len() >= 40 * at_once, "{} of {} were told to come again", busy.len(), 60 * at_once);
    // and nothing is left of it
    assert!(!is_busy(&by_basic(&client, "alice:secret").await));
    assert_eq!(log_in(&client, "alice", "secret").await.status, 200);
}

/// Lets a name be tried three times.
#[derive(Default)]
struct Throttle(Mutex<HashMap<String, usize>>);

#[async_trait]
impl Backend for Throttle {
    async fn authenticate(&self, _: &Auth, _: Db<'_>, credentials: &Credentials<'_>) -> Result<Login> {
        let Credentials::Password { username, .. } = credentials else { return Ok(Login::Abstain) };
        let mut tries = self.0.lock().expect("nobody panics");
        let tries = tries.entry((*username).to_owned()).or_default();
        *tries += 1;
        if *tries > 3 { Err(Error::Busy) } else { Ok(Login::Abstain) }
    }
}

/// Django's own backend, which hashes, and how often it is asked.
#[derive(Default)]
struct Hashing(AtomicUsize);

#[async_trait]
impl Backend for Hashing {
    async fn authenticate(&self, auth: &Auth, db: Db<'_>, credentials: &Credentials<'_>) -> Result<Login> {
        self.0.fetch_add(1, Ordering::SeqCst);
        ModelBackend.authenticate(auth, db, credentials).await
    }
}

#[every_database]
async fn a_throttle_that_comes_first_is_asked_before_anything_is_hashed(db: TestDb) {
    let hashing = Arc::<Hashing>::default();
    let auth = support::auth().with_backends(vec![Arc::<Throttle>::default(), hashing.clone()]);
    for name in ["alice", "bob"] {
        auth.create_user(db.db(), NewUser::new(name).password("secret")).await.expect("a user is made");
    }
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).authenticators(token_and_basic());
    let client = Client::new(api.with(ObtainToken).with(Mine).build().expect("the parts fit"));
    for _ in 0..3 {
        assert_eq!(log_in(&client, "alice", "wrong").await.status, 400);
    }
    assert_eq!(hashing.0.load(Ordering::SeqCst), 3);
    assert!(is_busy(&log_in(&client, "alice", "secret").await));
    assert!(is_busy(&by_basic(&client, "alice:secret").await));
    assert_eq!(hashing.0.load(Ordering::SeqCst), 3, "what is throttled is not hashed");
    assert_eq!(log_in(&client, "bob", "secret").await.status, 200);
}

/// A password that any request can carry is read only where the program says so.
#[every_database]
async fn an_api_that_says_nothing_reads_no_password_from_headers(db: TestDb) {
    let auth = support::auth();
    auth.create_user(db.db(), NewUser::new("alice").password("secret")).await.expect("a user is made");
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).with(ObtainToken).with(Mine);
    let client = Client::new(api.build().expect("the parts fit"));
    let mine = |authorization: String| client.raw().get("/api/mine").header("authorization", authorization).send();
    let answer = support::answer(mine(basic("alice:secret")).await).await;
    assert_eq!((answer.status.as_u16(), answer.header("www-authenticate")), (401, Some("Token")), "{}", answer.text);
    let login = log_in(&client, "alice", "secret").await;
    let token = login.text.split('"').nth(3).expect("a token is told").to_owned();
    assert_eq!(support::answer(mine(format!("Token {token}")).await).await.text, "alice");
}

/// Lets everybody in, inactive users too.
struct AllowAllUsers;

#[async_trait]
impl Backend for AllowAllUsers {
    async fn authenticate(&self, auth: &Auth, db: Db<'_>, credentials: &Credentials<'_>) -> Result<Login> {
        let Credentials::Password { username, .. } = credentials else { return Ok(Login::Abstain) };
        Ok(auth.user(db, username).await?.map_or(Login::Abstain, |user| Login::Known(Box::new(user))))
    }
}

/// Whichever backend knows them.
#[every_database]
async fn no_token_is_made_for_an_inactive_user(db: TestDb) {
    let auth = support::auth().with_backends(vec![Arc::new(AllowAllUsers)]);
    auth.create_user(db.db(), NewUser::new("alice")).await.expect("a user is made");
    auth.create_user(db.db(), NewUser::new("dave").inactive()).await.expect("a user is made");
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).with(ObtainToken);
    let client = Client::new(api.build().expect("the parts fit"));
    let (dave, nobody) = (log_in(&client, "dave", "x").await, log_in(&client, "nobody", "x").await);
    assert_eq!((dave.status.as_u16(), &dave.text), (400, &nobody.text));
    assert_eq!(log_in(&client, "alice", "x").await.status, 200);
    let tokens = db.db().query_all_raw(db.statement("SELECT user_id FROM authtoken_token")).await.expect("the table");
    assert_eq!(tokens.len(), 1);
}

struct Mine;

#[OpenApi]
impl Mine {
    #[oai(path = "/mine", method = "get")]
    async fn mine(&self, caller: Guarded<IsAuthenticated>) -> PlainText<String> {
        PlainText(caller.username.clone())
    }
}
