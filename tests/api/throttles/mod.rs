//! How often callers may ask, and be wrong about a password.

mod flood;
#[cfg(feature = "redis")]
mod in_redis;

use base64::{Engine, engine::general_purpose::STANDARD};
use poem::{
    Response,
    endpoint::BoxEndpoint,
    http::Method,
    test::{TestClient, TestRequestBuilder},
};
use refrain::{
    Access, Action, Api, IsAuthenticated, ModelPermissions, ObtainToken, ViewSet,
    auth::{Auth, NewUser},
    serving::RequestIds,
    throttle::{PasswordTries, Rate, Throttle},
};
use refrain_testing::{TestDb, counted, every_database};
use sea_orm::DatabaseConnection;
use serde_json::{Value as Json, json};

use crate::support::{
    self, Answer, Car, auth, car, sync, token_and_basic, user,
    wire::{Sent, Wire},
};

const PASSWORD: &str = "a password of four words";
const LOGIN: &str = "/api/auth/token";
const HERE: &str = "192.0.2.7";
const ELSEWHERE: &str = "198.51.100.1";

/// New cars are limited by the viewset itself, and deleting is not limited at all.
struct Cars;

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions)
    }

    fn throttles(action: Action) -> Option<Vec<Throttle>> {
        match action {
            Action::Create => Some(vec![Throttle::scoped("new-cars", Rate::per_hour(2))]),
            Action::Destroy => Some(Vec::new()),
            _ => None,
        }
    }
}

struct Site {
    client: TestClient<BoxEndpoint<'static, Response>>,
    alice: String,
    bob: String,
}

fn api(db: &DatabaseConnection, auth: Auth) -> Api<impl refrain::api::Part> {
    let api = Api::new("Drivers", "1.0", db.clone()).auth(auth).authenticators(token_and_basic()).behind_proxies(1);
    api.mount(Cars).with(ObtainToken)
}

impl Site {
    async fn open(db: &TestDb, throttles: impl IntoIterator<Item = Throttle>) -> Self {
        let auth = auth();
        sync(&auth, db).await;
        let all = ["view", "add", "delete"];
        let (_, alice) = user(&auth, db, NewUser::new("alice").password(PASSWORD), &all).await;
        let (_, bob) = user(&auth, db, NewUser::new("bob"), &[]).await;
        let api = api(db, auth).throttles(throttles).build().expect("the parts fit");
        Self { client: TestClient::new(api.into_endpoint()), alice, bob }
    }

    async fn ask(&self, method: Method, path: &str, token: &str, address: &str) -> Answer {
        let request = self.client.request(method, path).header("x-forwarded-for", address);
        let request =
            if token.is_empty() { request } else { request.header("authorization", format!("Token {token}")) };
        sent(request.body_json(&json!({"name": "a"}))).await
    }

    async fn list(&self, token: &str, address: &str) -> Answer {
        self.ask(Method::GET, "/api/cars", token, address).await
    }
}

async fn sent(request: TestRequestBuilder<'_, BoxEndpoint<'static, Response>>) -> Answer {
    support::answer(request.send().await).await
}

fn codes(answers: &[Answer]) -> Vec<u16> {
    answers.iter().map(Answer::code).collect()
}

fn is_throttled(answer: &Answer, least: u64, most: u64) {
    let wait: u64 = answer.header("retry-after").expect("when to come back").parse().expect("seconds");
    assert!((least..=most).contains(&wait), "{wait}");
    let detail = format!("Request was throttled. Expected available in {wait} seconds.");
    answer.is_problem(429, "throttled", &detail, &Json::Null);
}

#[every_database]
async fn users_are_counted_by_themselves_and_the_others_by_their_address(db: TestDb) {
    let site = Site::open(&db, [Throttle::user(Rate::per_minute(3))]).await;
    for address in [HERE, ELSEWHERE, HERE] {
        assert_eq!(site.list(&site.alice, address).await.code(), 200);
    }
    // whichever address they come from, and whatever they ask
    is_throttled(&site.list(&site.alice, "203.0.113.9").await, 50, 61);
    is_throttled(&site.ask(Method::GET, "/api/cars/1", &site.alice, HERE).await, 50, 61);
    // refused, and counted all the same
    let bobs = [
        site.list(&site.bob, HERE).await,
        site.list(&site.bob, HERE).await,
        site.ask(Method::OPTIONS, "/api/cars", &site.bob, HERE).await,
        site.list(&site.bob, HERE).await,
    ];
    assert_eq!(codes(&bobs), [403, 403, 200, 429]);
    for address in [HERE, "2001:db8:1:2::1"] {
        for _ in 0..3 {
            assert_eq!(site.list("", address).await.code(), 401);
        }
        is_throttled(&site.list("", address).await, 50, 61);
    }
    assert_eq!(site.list("", "2001:db8:1:2:ffff::7").await.code(), 429, "of one network");
    assert_eq!(site.list("", "2001:db8:1:3::1").await.code(), 401);
}

#[every_database(sqlite, because = "it is about no row")]
async fn who_says_who_they_are_is_not_counted_with_the_anonymous(db: TestDb) {
    let site = Site::open(&db, [Throttle::anonymous(Rate::per_minute(1))]).await;
    for _ in 0..3 {
        assert_eq!(site.list(&site.alice, HERE).await.code(), 200);
    }
    assert_eq!(codes(&[site.list("", HERE).await, site.list("", HERE).await]), [401, 429]);
    assert_eq!(site.list("wrong", HERE).await.code(), 401, "a wrong credential is that before anything else");
}

#[every_database(sqlite, because = "it is about no row")]
async fn of_several_each_counts_and_the_longest_wait_is_told(db: TestDb) {
    let both = [Throttle::user(Rate::per_minute(1)), Throttle::scoped("a day", Rate::per_day(2))];
    let site = Site::open(&db, both).await;
    assert_eq!(site.list(&site.alice, HERE).await.code(), 200);
    is_throttled(&site.list(&site.alice, HERE).await, 50, 61);
    // the second was counted for the day although the minute refused it
    is_throttled(&site.list(&site.alice, HERE).await, 86_000, 88_000);
}

#[every_database(sqlite, because = "it is about no row")]
async fn a_burst_and_a_day_are_counted_each_by_itself(db: TestDb) {
    let both = [Throttle::user(Rate::per_second(100)), Throttle::user(Rate::per_day(3))];
    let site = Site::open(&db, both).await;
    for _ in 0..3 {
        assert_eq!(site.list(&site.alice, HERE).await.code(), 200);
    }
    is_throttled(&site.list(&site.alice, HERE).await, 86_000, 88_000);
}

#[every_database]
async fn a_viewset_says_for_itself(db: TestDb) {
    let site = Site::open(&db, [Throttle::user(Rate::per_minute(1))]).await;
    let create = || site.ask(Method::POST, "/api/cars", &site.alice, HERE);
    let made = [create().await, create().await, create().await];
    assert_eq!(codes(&made), [201, 201, 429]);
    is_throttled(&made[2], 3000, 3660);
    assert_eq!(codes(&[site.list(&site.alice, HERE).await, site.list(&site.alice, HERE).await]), [200, 429]);
    for made in &made[..2] {
        let path = format!("/api/cars/{}", made.json()["id"]);
        assert_eq!(site.ask(Method::DELETE, &path, &site.alice, HERE).await.code(), 204);
    }
    let left = support::answer(site.client.get("/api/cars").header("x-forwarded-for", HERE).send().await).await;
    assert_eq!(left.code(), 401);
}

#[every_database(sqlite, because = "it is about no row")]
async fn a_handler_has_its_own(db: TestDb) {
    let (tokens, api_wide) = (Throttle::scoped("tokens", Rate::per_hour(2)), Throttle::user(Rate::per_minute(1)));
    let built = || api(&db, auth()).throttles([api_wide.clone()]);
    let client =
        TestClient::new(built().handler_throttles("auth_token", [tokens]).build().expect("it fits").into_endpoint());
    let site = Site { client, alice: String::new(), bob: String::new() };
    let mut told = Vec::new();
    for _ in 0..3 {
        told.push(log_in(&site, "alice", "wrong", HERE).await);
    }
    assert_eq!(codes(&told), [400, 400, 429]);
    is_throttled(&told[2], 3000, 3660);
    assert_eq!(site.list("", HERE).await.code(), 401, "others have theirs");
    for name in ["auth_tokens", "cars_list"] {
        let error = built().handler_throttles(name, []).build().err().expect("there is none").to_string();
        assert!(error.contains(&format!("`{name}`")), "{error}");
    }
}

#[every_database(sqlite, because = "it is about no row")]
async fn callers_are_told_what_is_left(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, alice) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let throttles = [Throttle::user(Rate::per_minute(2)), Throttle::scoped("a day", Rate::per_day(50))];
    let api = api(&db, auth).throttles(throttles).tell_rates().build().expect("the parts fit");
    let site = Site { client: TestClient::new(api.into_endpoint()), alice, bob: String::new() };
    for (left, of_the_day) in [("1", "49"), ("0", "48"), ("0", "47")] {
        let answer = site.list(&site.alice, HERE).await;
        assert_eq!(answer.header("ratelimit-policy"), Some(r#""user";q=2;w=60, "aday";q=50;w=86400"#));
        let limit = answer.header("ratelimit").expect("what is left");
        let parts: Vec<_> = limit.split([';', ',']).map(str::trim).collect();
        assert_eq!((parts[0], parts[1].strip_prefix("r=")), (r#""user""#, Some(left)), "{limit}");
        assert_eq!((parts[3], parts[4].strip_prefix("r=")), (r#""aday""#, Some(of_the_day)), "{limit}");
        let wait: u64 = parts[2].strip_prefix("t=").expect("when").parse().expect("seconds");
        assert!((50..=61).contains(&wait), "{limit}");
    }
    assert_eq!(site.ask(Method::DELETE, "/api/cars/1", &site.alice, HERE).await.header("ratelimit"), None);
    // where nobody asked for it nobody is told
    let silent =
        Api::new("Drivers", "1.0", db.db().clone()).throttles([Throttle::user(Rate::per_minute(2))]).mount(Cars);
    let silent = TestClient::new(silent.build().expect("the parts fit").into_endpoint());
    assert!(!support::answer(silent.get("/api/cars").send().await).await.headers.contains_key("ratelimit-policy"));
}

#[every_database(sqlite, because = "it is about no row")]
async fn the_table_and_the_document_tell_of_them(db: TestDb) {
    let throttles = [Throttle::anonymous(Rate::per_minute(60)), Throttle::user(Rate::per_minute(600))];
    let api = api(&db, auth()).throttles(throttles).build().expect("the parts fit");
    let table = api.permissions().await;
    let throttle = |method: &str, path: &str| {
        let found = table.endpoints.iter().find(|one| one.method == method && one.path == path);
        found.expect("it is there").throttle.clone()
    };
    assert_eq!(throttle("GET", "/api/cars"), "anon 60/minute, user 600/minute");
    assert_eq!(throttle("POST", "/api/cars"), "new-cars 2/hour");
    assert_eq!(throttle("DELETE", "/api/cars/{id}"), "none");
    let document: Json = serde_json::from_str(api.document()).expect("JSON");
    let throttled = &document["paths"]["/cars"]["get"]["responses"]["429"]["$ref"];
    assert_eq!(throttled, "#/components/responses/Throttled");
    assert!(document["components"]["responses"]["Throttled"]["headers"]["Retry-After"].is_object());
}

async fn log_in(site: &Site, name: &str, password: &str, address: &str) -> Answer {
    let request = site.client.post(LOGIN).header("x-forwarded-for", address);
    sent(request.body_json(&json!({"username": name, "password": password}))).await
}

async fn basic(site: &Site, name: &str, password: &str, address: &str) -> Answer {
    let credential = format!("Basic {}", STANDARD.encode(format!("{name}:{password}")));
    sent(site.client.get("/api/cars").header("x-forwarded-for", address).header("authorization", credential)).await
}

#[every_database]
async fn who_is_wrong_too_often_is_not_listened_to(db: TestDb) {
    let site = Site::open(&db, []).await;
    // right ones do not count, nor do they take back wrong ones
    for _ in 0..4 {
        assert_eq!(log_in(&site, "alice", PASSWORD, HERE).await.code(), 200);
        assert_eq!(basic(&site, "alice", PASSWORD, HERE).await.code(), 200);
        assert_eq!(log_in(&site, "alice", "wrong", HERE).await.code(), 400);
        assert_eq!(basic(&site, "nobody", "wrong", HERE).await.code(), 401);
    }
    for _ in 0..2 {
        assert_eq!(log_in(&site, "alice", "wrong", HERE).await.code(), 400);
    }
    // wherever a password comes in, right or wrong, and for whichever account
    for (name, password) in [("alice", PASSWORD), ("alice", "wrong"), ("bob", "x"), ("nobody", "x")] {
        is_throttled(&log_in(&site, name, password, HERE).await, 30, 61);
        is_throttled(&basic(&site, name, password, HERE).await, 30, 61);
    }
    assert_eq!(log_in(&site, "alice", PASSWORD, ELSEWHERE).await.code(), 200, "nobody is kept out by a stranger");
    assert_eq!(site.list(&site.alice, HERE).await.code(), 200, "no password, no limit");
}

#[every_database]
async fn an_account_is_not_tried_from_everywhere(db: TestDb) {
    let auth = auth().with_password_tries(PasswordTries::new(Rate::per_minute(3), Rate::per_minute(5)));
    auth.create_user(db.db(), NewUser::new("alice").password(PASSWORD)).await.expect("a user");
    let api = api(&db, auth).build().expect("the parts fit");
    let site = Site { client: TestClient::new(api.into_endpoint()), alice: String::new(), bob: String::new() };
    for place in 0..5 {
        let name = ["alice", "ALICE", "Alice", "alicé", "ａlice"][place];
        assert_eq!(log_in(&site, name, "wrong", &format!("192.0.2.{place}")).await.code(), 400, "{name}");
    }
    is_throttled(&log_in(&site, "alice", PASSWORD, ELSEWHERE).await, 50, 61);
    // an account that is not there is not told from one that is
    for place in 0..5 {
        assert_eq!(log_in(&site, "nobody", "wrong", &format!("192.0.2.{place}")).await.code(), 400);
    }
    is_throttled(&log_in(&site, "nobody", "wrong", ELSEWHERE).await, 50, 61);
}

/// What each costs is what a flood of them costs: neither a hash nor a statement.
#[every_database]
async fn a_flood_costs_ten_hashes_and_no_more(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    auth.create_user(db.db(), NewUser::new("alice").password(PASSWORD)).await.expect("a user");
    let (counting, counter) = counted(&db);
    let api = api(&counting, auth).build().expect("the parts fit");
    let site = Site { client: TestClient::new(api.into_endpoint()), alice: String::new(), bob: String::new() };
    for _ in 0..10 {
        assert_eq!(log_in(&site, "alice", "wrong", HERE).await.code(), 400);
    }
    let looked = counter.count();
    assert!(looked >= 10);
    for _ in 0..100 {
        assert_eq!(log_in(&site, "alice", "wrong", HERE).await.code(), 429);
    }
    assert_eq!(counter.count(), looked);
}

#[every_database(sqlite, because = "it is about no row")]
async fn many_at_once_have_no_more_tries(db: TestDb) {
    let site = Site::open(&db, []).await;
    let try_it = || log_in(&site, "alice", "wrong", HERE);
    let mut wrong = 0;
    for _ in 0..5 {
        let (a, b, c, d) = tokio::join!(try_it(), try_it(), try_it(), try_it());
        wrong += [a, b, c, d].iter().filter(|answer| answer.code() == 400).count();
    }
    assert_eq!(wrong, 10);
}

#[every_database(sqlite, because = "it is about no row")]
async fn over_a_real_connection_the_address_is_its_other_end(db: TestDb) {
    use poem::EndpointExt;
    let auth = auth();
    sync(&auth, &db).await;
    let api = Api::new("Drivers", "1.0", db.db().clone()).auth(auth).with(ObtainToken);
    let endpoint = api.build().expect("the parts fit").into_endpoint().with(RequestIds::default());
    let wire = Wire::serve(endpoint.boxed()).await;
    let body = Sent::text(r#"{"username": "alice", "password": "wrong"}"#);
    let mut told = Vec::new();
    for place in 0..11 {
        // nobody's word is taken for where they are
        let elsewhere = format!("192.0.2.{place}");
        let headers = [("Content-Type", &b"application/json"[..]), ("X-Forwarded-For", elsewhere.as_bytes())];
        told.push(wire.ask("POST", LOGIN, &headers, &body).await.code());
    }
    assert_eq!(told, [[400; 10].as_slice(), &[429]].concat());
}

#[every_database(sqlite, because = "it is about no row")]
async fn a_program_may_count_nothing(db: TestDb) {
    let api = api(&db, auth().with_password_tries(None)).default_permissions(IsAuthenticated).build();
    let client = TestClient::new(api.expect("the parts fit").into_endpoint());
    let site = Site { client, alice: String::new(), bob: String::new() };
    for _ in 0..60 {
        assert_eq!(log_in(&site, "alice", "wrong", HERE).await.code(), 400);
    }
}
