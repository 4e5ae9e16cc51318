//! Routes, middleware and state of a program's own.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use poem::{EndpointExt, Route, get, handler, http::Method, web::Data};
use refrain_testing::{TestDb, every_database};

use super::{ask, boxed, site};

#[handler]
fn visits(Data(visits): Data<&Arc<AtomicU32>>) -> String {
    visits.fetch_add(1, Ordering::Relaxed).to_string()
}

#[handler]
fn home() -> &'static str {
    "home"
}

#[every_database]
async fn they_stand_beside_the_api(db: TestDb) {
    let (api, token) = site(&db).await;
    let routes = Route::new().at("/visits", get(visits)).nest("/", api.into_endpoint());
    let client = boxed(routes.data(Arc::new(AtomicU32::new(7))));
    for number in ["7", "8"] {
        assert_eq!(ask(&client, Method::GET, "/visits", &[]).await.text, number);
    }
    let token = format!("Token {token}");
    assert_eq!(ask(&client, Method::GET, "/api/cars", &[("authorization", &token)]).await.code(), 200);
    assert_eq!(ask(&client, Method::GET, "/api/cars", &[]).await.code(), 401);
}

#[every_database(sqlite, because = "it is about no row")]
async fn who_opens_the_address_finds_the_documentation(db: TestDb) {
    let (api, _) = site(&db).await;
    let client = boxed(api.into_endpoint());
    let answer = ask(&client, Method::GET, "/", &[]).await;
    assert_eq!((answer.code(), answer.header("location")), (307, Some("/docs")));
    assert_eq!(ask(&client, Method::GET, "/docs", &[]).await.code(), 200);
    assert_eq!(ask(&client, Method::POST, "/", &[]).await.code(), 404, "there is nothing to change");
}

#[every_database(sqlite, because = "it is about no row")]
async fn a_home_of_ones_own_comes_first(db: TestDb) {
    let (api, _) = site(&db).await;
    let api = Arc::new(api.into_endpoint());
    let client = boxed(Route::new().at("/", get(home)).nest("/api", Route::new().nest("/", api.clone())));
    assert_eq!(ask(&client, Method::GET, "/", &[]).await.text, "home");
}

#[every_database(sqlite, because = "it is about no row")]
async fn without_a_document_there_is_nothing_to_lead_to(db: TestDb) {
    let api = refrain::Api::new("Drivers", "1.0", db.db().clone()).without_document().build().expect("it fits");
    let client = boxed(api.into_endpoint());
    assert_eq!(ask(&client, Method::GET, "/", &[]).await.code(), 404);
}
