//! Several nodes that count in one Redis, and what they do without it.

use std::{
    env,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use refrain::throttle::{RedisCounts, WhileAway};
use refrain_testing::Proxy;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::*;
use crate::support::log::log;

/// The test's own counts in the Redis that `cargo xtask test` starts; `None` where the other servers are left out.
fn counts(url: Option<String>) -> Option<RedisCounts> {
    static TESTS: AtomicU32 = AtomicU32::new(0);
    let name = format!("test-{}-{}", std::process::id(), TESTS.fetch_add(1, Ordering::SeqCst));
    Some(RedisCounts::at(&url?).expect("an address").named(name))
}

fn redis() -> Option<String> {
    if env::var_os("REFRAIN_TEST_ONLY").is_some() {
        eprintln!("not run: without Redis (REFRAIN_TEST_ONLY)");
        return None;
    }
    Some(env::var("TEST_REDIS_URL").expect("`cargo xtask test` starts a Redis, `cargo xtask servers` too"))
}

/// What Redis answers to a command, up to the end of its first line, or all of what comes at once.
async fn command(text: &str) -> String {
    let url = redis().expect("it is there");
    let mut redis = TcpStream::connect(&url["redis://".len()..url.len() - 1]).await.expect("Redis is there");
    redis.write_all(format!("{text}\r\n").as_bytes()).await.expect("it listens");
    let mut answer = vec![0; 1 << 20];
    let read = redis.read(&mut answer).await.expect("it answers");
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

/// A node: its own users' caches and counters, the same database and Redis.
async fn node(db: &TestDb, counts: RedisCounts, throttles: &[Throttle], token: &str) -> Site {
    let api = api(db, auth()).throttles(throttles.iter().cloned()).counts(counts).build().expect("the parts fit");
    Site { client: TestClient::new(api.into_endpoint()), alice: token.to_owned(), bob: String::new() }
}

async fn alice(db: &TestDb) -> String {
    let auth = auth();
    sync(&auth, db).await;
    user(&auth, db, NewUser::new("alice").password(PASSWORD), &["view", "add", "delete"]).await.1
}

#[every_database(sqlite, because = "it is about no row")]
async fn nodes_count_together(db: TestDb) {
    let Some(counts) = counts(redis()) else { return };
    let token = alice(&db).await;
    let throttles = [Throttle::user(Rate::per_minute(3)), Throttle::scoped("all", Rate::per_day(4))];
    let nodes = [node(&db, counts.clone(), &throttles, &token).await, node(&db, counts, &throttles, &token).await];
    let mut told = Vec::new();
    for ask in 0..4 {
        told.push(nodes[ask % 2].list(&token, HERE).await);
    }
    assert_eq!(codes(&told), [200, 200, 200, 429]);
    is_throttled(&told[3], 50, 61);
    // the day's were counted although the minute refused
    is_throttled(&nodes[0].list(&token, HERE).await, 86_000, 88_000);
    // each viewset's own, and each address's
    assert_eq!(codes(&[nodes[1].ask(Method::DELETE, "/api/cars/1", &token, HERE).await]), [404]);
    assert_eq!(codes(&[nodes[0].list("", HERE).await, nodes[1].list("", ELSEWHERE).await]), [401, 401]);
}

#[every_database(sqlite, because = "it is about no row")]
async fn at_once_no_more_than_the_rate(db: TestDb) {
    let Some(counts) = counts(redis()) else { return };
    let token = alice(&db).await;
    let throttles = [Throttle::user(Rate::per_hour(7))];
    let nodes = [node(&db, counts.clone(), &throttles, &token).await, node(&db, counts, &throttles, &token).await];
    let ask = |node: usize| nodes[node].list(&token, HERE);
    let mut let_in = 0;
    for _ in 0..5 {
        let (a, b, c, d) = tokio::join!(ask(0), ask(1), ask(0), ask(1));
        let_in += [a, b, c, d].iter().filter(|answer| answer.code() == 200).count();
    }
    assert_eq!(let_in, 7);
}

#[every_database(sqlite, because = "it is about no row")]
async fn nodes_count_wrong_passwords_together(db: TestDb) {
    let Some(counts) = counts(redis()) else { return };
    let token = alice(&db).await;
    let nodes = [node(&db, counts.clone(), &[], &token).await, node(&db, counts.clone(), &[], &token).await];
    for place in 0..10 {
        assert_eq!(log_in(&nodes[place % 2], "alice", PASSWORD, HERE).await.code(), 200, "right ones do not count");
        assert_eq!(log_in(&nodes[place % 2], "alice", "wrong", HERE).await.code(), 400);
    }
    for node in &nodes {
        is_throttled(&log_in(node, "alice", PASSWORD, HERE).await, 30, 61);
    }
    // from everywhere else, up to the account's fifty
    for place in 0..40 {
        assert_eq!(log_in(&nodes[place % 2], "Álice", "wrong", &format!("10.0.0.{place}")).await.code(), 400);
    }
    is_throttled(&log_in(&nodes[0], "alice", PASSWORD, ELSEWHERE).await, 30, 61);
    let keys = command("KEYS test-*").await;
    assert!(keys.contains("test-"), "{keys}");
    for telling in ["alice", "192.0.2", "10.0.0"] {
        assert!(!keys.contains(telling), "{keys}");
    }
}

/// Whatever comes when: as what is counted in a process, by Redis's own clock.
#[tokio::test]
async fn in_no_stretch_are_there_more_than_the_rate() {
    let Some(counts) = counts(redis()) else { return };
    let throttle = Throttle::user(Rate::new(5, Duration::from_millis(400)));
    let db = sea_orm::Database::connect("sqlite::memory:").await.expect("a database");
    let api = Api::new("Drivers", "1.0", db).throttles([throttle]).counts(counts).with(Open);
    let client = TestClient::new(api.build().expect("the parts fit").into_endpoint());
    let (mut let_in, began) = (Vec::new(), Instant::now());
    let mut gap = 7;
    while began.elapsed() < Duration::from_secs(3) {
        let before = began.elapsed();
        let code = client.get("/api/open").send().await.0.status().as_u16();
        match code {
            200 => let_in.push((before, began.elapsed())),
            429 => {}
            other => panic!("{other}"),
        }
        gap = (gap * 31 + 11) % 67;
        tokio::time::sleep(Duration::from_millis(gap)).await;
    }
    for (place, (first, _)) in let_in.iter().enumerate() {
        // whenever between its begin and its end each was counted
        let surely = |before: &Duration| *before < *first + Duration::from_millis(400);
        let within = let_in[place + 1..].iter().filter(|(_, after)| surely(after)).count();
        assert!(within < 5, "{within} after {first:?}: {let_in:?}");
    }
    // five in each 400 ms and a sixty-fourth of it, but for what sleeping wastes
    assert!(let_in.len() >= 20, "{}", let_in.len());
}

struct Open;

#[poem_openapi::OpenApi]
impl Open {
    #[oai(path = "/open", method = "get")]
    async fn open(&self, _open: refrain::Guarded<refrain::AllowAny>) -> poem_openapi::payload::PlainText<&'static str> {
        poem_openapi::payload::PlainText("open")
    }
}

#[every_database(sqlite, because = "it is about no row")]
async fn without_redis_requests_are_let_through_and_passwords_are_not(db: TestDb) {
    let Some(url) = redis() else { return };
    let token = alice(&db).await;
    let mut proxy = Proxy::to(&url).await;
    let counts = counts(Some(proxy.url())).expect("there is one");
    let throttles = [Throttle::user(Rate::per_minute(2))];
    let lenient = node(&db, counts.clone(), &throttles, &token).await;
    let strict = node(&db, counts.clone().requests_while_away(WhileAway::Refuse), &throttles, &token).await;
    let trusting = node(&db, counts.passwords_while_away(WhileAway::LetThrough), &[], &token).await;
    let log = log();
    assert_eq!(codes(&[lenient.list(&token, HERE).await, strict.list(&token, HERE).await]), [200, 200]);
    assert_eq!(lenient.list(&token, HERE).await.code(), 429);

    proxy.stop().await;
    for _ in 0..3 {
        assert_eq!(lenient.list(&token, HERE).await.code(), 200);
        let refused = log_in(&lenient, "alice", PASSWORD, HERE).await;
        assert_eq!((refused.code(), refused.header("retry-after")), (503, Some("1")));
        refused.tells_nothing_of_the_inside();
        assert_eq!(strict.list(&token, HERE).await.code(), 503);
        assert_eq!(log_in(&trusting, "alice", PASSWORD, HERE).await.code(), 200);
    }
    assert!(log.text().contains("Redis did not count a caller"));

    // who was counted before is counted still
    proxy.start().await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(lenient.list(&token, HERE).await.code(), 429);
    assert_eq!(strict.list(&token, HERE).await.code(), 429);
    assert_eq!(log_in(&lenient, "alice", PASSWORD, HERE).await.code(), 200);
}

#[every_database(sqlite, because = "it is about no row")]
async fn nobody_waits_long_for_a_redis_that_hangs(db: TestDb) {
    let Some(url) = redis() else { return };
    let token = alice(&db).await;
    let proxy = Proxy::to(&url).await;
    let counts = counts(Some(proxy.url())).expect("there is one");
    let node = node(&db, counts, &[Throttle::user(Rate::per_minute(1))], &token).await;
    assert_eq!(node.list(&token, HERE).await.code(), 200);
    proxy.swallow();
    let began = Instant::now();
    assert_eq!(node.list(&token, HERE).await.code(), 200);
    let first = began.elapsed();
    for _ in 0..20 {
        assert_eq!(node.list(&token, HERE).await.code(), 200);
        assert_eq!(log_in(&node, "alice", PASSWORD, HERE).await.code(), 503);
    }
    assert!(first < Duration::from_secs(2), "{first:?}");
    assert!(began.elapsed() < first + Duration::from_secs(3), "{first:?}, then {:?}", began.elapsed());
}

/// Redis forgets scripts when it starts again, and counts when it is told to.
#[every_database(sqlite, because = "it is about no row")]
async fn a_redis_that_forgot_everything_counts_anew(db: TestDb) {
    let Some(counts) = counts(redis()) else { return };
    let token = alice(&db).await;
    let node = node(&db, counts, &[Throttle::user(Rate::per_minute(1))], &token).await;
    assert_eq!(codes(&[node.list(&token, HERE).await, node.list(&token, HERE).await]), [200, 429]);
    assert_eq!(command("SCRIPT FLUSH").await, "+OK\r\n");
    assert_eq!(node.list(&token, HERE).await.code(), 429);
}

#[test]
fn an_address_that_is_none_is_refused_and_not_repeated() {
    for url in ["", "redis", "http://:secret@127.0.0.1/", "redis://:secret@127.0.0.1:port/"] {
        let error = RedisCounts::at(url).expect_err(url).to_string();
        assert!(!error.contains("secret"), "{error}");
    }
    let counts = RedisCounts::at("redis://:secret@127.0.0.1/").expect("an address");
    assert!(!format!("{counts:?}").contains("secret"));
}
