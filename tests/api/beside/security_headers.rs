//! What browsers are told to make of what is served.

use std::time::Duration;

use poem::{
    EndpointExt, Response, Route,
    endpoint::make_sync,
    get,
    http::{HeaderValue, Method, header},
};
use refrain::serving::SecurityHeaders;
use refrain_testing::{TestDb, every_database};

use super::{ask, boxed, site};

#[every_database(sqlite, because = "it is about no row")]
async fn every_answer_has_them_but_for_its_own(db: TestDb) {
    let (api, _) = site(&db).await;
    let framed = make_sync(|_| Response::builder().header("x-frame-options", "SAMEORIGIN").body("shown within"));
    let headers = SecurityHeaders::default()
        .only_over_tls(Duration::from_secs(3600))
        .with(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'self'"));
    let routes = Route::new().at("/framed", get(framed)).nest("/", api.into_endpoint());
    let client = boxed(routes.with(headers));
    for (path, status) in [("/openapi.json", 200), ("/api/cars", 401), ("/nothing", 404)] {
        let answer = ask(&client, Method::GET, path, &[]).await;
        assert_eq!(answer.code(), status);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("strict-transport-security", "max-age=3600"),
            ("content-security-policy", "default-src 'self'"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path} {name}");
        }
    }
    let framed = ask(&client, Method::GET, "/framed", &[]).await;
    assert_eq!(framed.header("x-frame-options"), Some("SAMEORIGIN"));
}
