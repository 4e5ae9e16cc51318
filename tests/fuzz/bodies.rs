use poem::http::{Method, Uri};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value as Json;

use crate::{
    driver::{Target, fuzz},
    limits::Limits,
    over_http::Site,
    support::car,
};

const TARGET: Target = Target {
    name: "bodies",
    words: &[
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\"name\"",
        "\"owner_id\"",
        "\"published\"",
        "\"id\"",
        "\"username\"",
        "\"password\"",
        "\"text\"",
        "\"count\"",
        "\"parts\"",
        "\"kind\"",
        "\"Wheel\"",
        "\"ratio\"",
        "\"at\"",
        "alice",
        "\\u0000",
        "\\ud800",
        "\\n",
        "1e400",
        "-0.0",
        "1.5",
        "2020-01-01T00:00:00Z",
        "{\"name\":",
        "[[[[[[[[",
        "6a0e5d2c-5d0f-4f0a-8a55-0d6a4a3e0c11",
    ],
    limits: Limits::USUAL,
};

/// The first byte of an input says where it is sent, and the rest is the body.
#[every_database]
async fn bodies_of_any_bytes_are_taken_or_refused_clearly(db: TestDb) {
    let site = Site::open(&db).await;
    let token = format!("Token {}", site.token);
    fuzz(&TARGET, async |input| {
        let Some((first, body)) = input.split_first() else { return "nothing".into() };
        let (method, path) = match first % 5 {
            0 => (Method::POST, "/api/cars"),
            1 => (Method::PUT, "/api/cars/1"),
            2 => (Method::PATCH, "/api/cars/1"),
            3 => (Method::POST, "/api/echo"),
            _ => (Method::POST, "/api/auth/token"),
        };
        let headers: [(&str, &[u8]); 2] = [("content-type", b"application/json"), ("authorization", token.as_bytes())];
        let taken = site.ask(method.clone(), Uri::from_static(path), &headers, body.to_vec()).await;
        if taken.status < 300 {
            // a body that is not there is an empty one
            let body = if body.is_empty() { b"{}" } else { body };
            let sent: Json = serde_json::from_slice(body).expect("what is taken is JSON");
            let told: Json = serde_json::from_str(&taken.text).expect("what is answered is JSON");
            if path.starts_with("/api/cars") {
                holds(&site, &sent, &told).await;
                site.set_up().await;
            }
        }
        format!("{method} {path} {}", taken.kind())
    })
    .await;
}

/// What was sent is what is told and what is stored.
async fn holds(site: &Site, sent: &Json, told: &Json) {
    if let Some(name) = sent.get("name") {
        assert_eq!(*name, told["name"], "what was sent");
    }
    assert_eq!(told["published"], false, "a client does not write it");
    let stored = car::Entity::find().filter(car::Column::Id.eq(told["id"].as_i64())).one(&site.db).await;
    let stored = stored.expect("the row is read").expect("the row is there");
    assert_eq!(told["name"], stored.name.as_str(), "what is stored");
    let alice = site.alice.id().expect("a known user").to_string();
    assert_eq!(stored.owner_id.map(|owner| owner.to_string()), Some(alice), "nobody gives a row away");
}
