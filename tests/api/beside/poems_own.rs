//! poem's own middleware and endpoints around the API: compression, static files.

use std::{fs, io::Read, path::PathBuf};

use flate2::read::GzDecoder;
use poem::{
    EndpointExt, Route,
    endpoint::StaticFilesEndpoint,
    http::{Method, StatusCode},
    middleware::Compression,
    test::TestClient,
};
use refrain::serving::SecurityHeaders;
use refrain_testing::{TestDb, every_database};

use super::{ask, boxed, site};
use crate::support::car_of;

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[every_database(sqlite, because = "it is about no row")]
async fn answers_are_compressed_for_who_takes_them_so(db: TestDb) {
    let (api, token) = site(&db).await;
    for place in 0..40 {
        car_of(&db, None, &format!("a car with a long name, which is number {place}")).await;
    }
    let client = TestClient::new(api.into_endpoint().with(Compression::new()).map_to_response().boxed());
    let authorization = format!("Token {token}");
    let plain = ask(&client, Method::GET, "/api/cars", &[("authorization", &authorization)]).await;
    let request = client.get("/api/cars").header("authorization", &authorization).header("accept-encoding", "gzip");
    let response = request.send().await.0;
    assert_eq!(response.header("content-encoding"), Some("gzip"));
    assert!(
        response
            .headers()
            .get_all("vary")
            .iter()
            .any(|vary| vary.to_str().is_ok_and(|by| by.contains("Authorization")))
    );
    let bytes = response.into_body().into_bytes().await.expect("a body");
    assert!(bytes.len() < plain.text.len() / 3, "{} of {}", bytes.len(), plain.text.len());
    let mut text = String::new();
    GzDecoder::new(&*bytes).read_to_string(&mut text).expect("it was compressed");
    assert_eq!(text, plain.text);
    // refusals as well
    let request = client.get("/api/cars").header("accept-encoding", "gzip");
    assert_eq!(request.send().await.0.status(), StatusCode::UNAUTHORIZED);
}

#[every_database(sqlite, because = "it is about no row")]
async fn files_are_served_beside_the_api(db: TestDb) {
    let (api, token) = site(&db).await;
    let folder = Folder(std::env::temp_dir().join(format!("refrain-static-{}", std::process::id())));
    fs::create_dir_all(&folder.0).expect("the temp folder can be written");
    fs::write(folder.0.join("cars.css"), "body { color: red }").expect("the temp folder can be written");
    let guarded = StaticFilesEndpoint::new(&folder.0).with(api.guarding(refrain::IsAuthenticated).expect("it guards"));
    let routes = Route::new().nest("/static", StaticFilesEndpoint::new(&folder.0)).nest("/private", guarded);
    let client = boxed(routes.nest("/", api.into_endpoint()).with(SecurityHeaders::default()));
    let file = ask(&client, Method::GET, "/static/cars.css", &[]).await;
    assert_eq!(
        (file.code(), &*file.text, file.header("content-type")),
        (200, "body { color: red }", Some("text/css; charset=utf-8"))
    );
    assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
    for path in ["/static/missing.css", "/static/../Cargo.toml", "/static/%2e%2e/Cargo.toml"] {
        assert!([403, 404].contains(&ask(&client, Method::GET, path, &[]).await.code()), "{path}");
    }
    assert_eq!(ask(&client, Method::GET, "/private/cars.css", &[]).await.code(), 401);
    let authorization = format!("Token {token}");
    let file = ask(&client, Method::GET, "/private/cars.css", &[("authorization", &authorization)]).await;
    assert_eq!((file.code(), &*file.text), (200, "body { color: red }"));
}
