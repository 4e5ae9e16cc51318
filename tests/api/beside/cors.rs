//! Pages of other origins: what their browsers are told.

use poem::{EndpointExt, http::Method};
use refrain::serving::Cors;
use refrain_testing::{TestDb, counted, every_database};

use super::{Known, ask, boxed, site};
use crate::support::{Answer, auth, cars, sync};

const APP: &str = "https://app.example.com";
const EVIL: &str = "https://evil.example";
const LIST: &str = "/api/cars";

fn allowed(answer: &Answer) -> (Option<&str>, Option<&str>) {
    (answer.header("access-control-allow-origin"), answer.header("access-control-allow-credentials"))
}

/// All of a header that may be sent several times.
fn all<'a>(answer: &'a Answer, name: &str) -> Vec<&'a str> {
    let lines = answer.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).collect()
}

#[every_database]
async fn a_pre_flight_is_answered_before_anybody_is_asked_who_they_are(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (counting, counter) = counted(&db);
    let api = refrain::Api::new("Drivers", "1.0", counting).auth(auth).mount(cars::<Known>()).build().expect("it fits");
    let client = boxed(api.into_endpoint().with(Cors::new([APP])));
    let before = counter.count();
    let asked = [
        ("origin", APP),
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "authorization, content-type"),
        // a browser sends none: whoever does is not looked at either
        ("authorization", "Token wrong"),
    ];
    let answer = ask(&client, Method::OPTIONS, "/api/cars/1", &asked).await;
    assert_eq!(answer.code(), 200, "{answer:?}");
    assert_eq!(allowed(&answer), (Some(APP), Some("true")));
    assert_eq!(answer.header("access-control-allow-headers"), Some("authorization, content-type"));
    assert!(all(&answer, "access-control-allow-methods").contains(&"PATCH"));
    assert!(!all(&answer, "access-control-allow-methods").contains(&"TRACE"));
    assert_eq!(counter.count(), before, "nothing is read");
}

#[every_database]
async fn a_listed_origin_reads_answers_and_refusals(db: TestDb) {
    let (api, token) = site(&db).await;
    let client = boxed(api.into_endpoint().with(Cors::new([APP])));
    let token = format!("Token {token}");
    let answer = ask(&client, Method::GET, LIST, &[("origin", APP), ("authorization", &token)]).await;
    assert_eq!((answer.code(), allowed(&answer)), (200, (Some(APP), Some("true"))));
    assert!(all(&answer, "access-control-expose-headers").contains(&"x-request-id"));
    assert_eq!(all(&answer, "vary"), ["Authorization", "Origin"], "caches keep them apart");
    let refused = ask(&client, Method::GET, LIST, &[("origin", APP)]).await;
    assert_eq!((refused.code(), allowed(&refused).0), (401, Some(APP)), "a page is told why");
}

#[every_database]
async fn no_other_origin_is_told_anything(db: TestDb) {
    let (api, token) = site(&db).await;
    let client = boxed(api.into_endpoint().with(Cors::new([APP, "https://b.example.com:443"])));
    let token = format!("Token {token}");
    for origin in [EVIL, "null", "https://app.example.com.evil.example", "http://app.example.com", "\u{e9}", ""] {
        for (method, wanted) in [(Method::GET, None), (Method::OPTIONS, Some("PATCH"))] {
            let mut headers = vec![("origin", origin), ("authorization", &*token)];
            headers.extend(wanted.map(|method| ("access-control-request-method", method)));
            let answer = ask(&client, method.clone(), LIST, &headers).await;
            assert_eq!(allowed(&answer), (None, None), "{origin} {method}");
            assert!(all(&answer, "vary").contains(&"Origin"), "{origin} {method}");
        }
    }
    let two = ask(&client, Method::GET, LIST, &[("origin", APP), ("origin", EVIL), ("authorization", &token)]).await;
    assert_eq!(allowed(&two), (None, None));
    // as browsers spell it, whichever way it was written
    let usual =
        ask(&client, Method::GET, LIST, &[("origin", "https://b.example.com"), ("authorization", &token)]).await;
    assert_eq!(allowed(&usual).0, Some("https://b.example.com"));
}

/// Browsers send `Origin` with their own site's POST as well.
#[every_database]
async fn the_sites_own_pages_are_not_asked(db: TestDb) {
    let (api, token) = site(&db).await;
    let client = boxed(api.into_endpoint().with(Cors::new([APP])));
    let token = format!("Token {token}");
    let own = [("host", "cars.example.com"), ("origin", "https://cars.example.com"), ("authorization", &*token)];
    let answer = ask(&client, Method::DELETE, "/api/cars/1", &own).await;
    assert_eq!((answer.code(), allowed(&answer).0), (404, None));
    // a question about methods that is no browser's pre-flight is the API's to answer
    for more in [None, Some(("access-control-request-method", "TRACE"))] {
        let headers = [("origin", APP), ("authorization", &token)].into_iter().chain(more).collect::<Vec<_>>();
        let answer = ask(&client, Method::OPTIONS, LIST, &headers).await;
        assert!(answer.header("allow").is_some(), "{answer:?}");
        assert_eq!(allowed(&answer).0, None);
    }
}

#[every_database(sqlite, because = "it is about no row")]
async fn nobody_listed_is_nobody(db: TestDb) {
    let (api, _) = site(&db).await;
    let client = boxed(api.into_endpoint().with(Cors::new([""; 0])));
    let answer = ask(&client, Method::GET, LIST, &[("origin", EVIL)]).await;
    assert_eq!((answer.code(), allowed(&answer)), (401, (None, None)));
}

#[test]
fn what_is_no_origin_is_a_mistake() {
    for origin in ["*", "app.example.com", "https://app.example.com/", "https://*.example.com", "null", ""] {
        let made = std::panic::catch_unwind(|| Cors::new([origin]));
        assert!(made.is_err(), "{origin}");
    }
}
