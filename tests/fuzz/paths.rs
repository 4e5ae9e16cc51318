use std::time::Duration;

use poem::http::{Method, Uri};
use refrain_testing::{TestDb, every_database};

use crate::{
    driver::{Target, fuzz},
    limits::Limits,
    over_http::Site,
};

const TARGET: Target = Target {
    name: "paths",
    words: &[
        "/",
        "?",
        "&",
        "=",
        "/api",
        "/cars",
        "/api/cars",
        "/api/cars/1",
        "/look",
        "/me",
        "/openapi.json",
        "/docs",
        "page=",
        "limit=",
        "offset=",
        "page_size=",
        "ordering=",
        "ordering=-",
        "name",
        "id=",
        "owner_id=",
        "published=",
        "id__in=",
        "id__in=1&id__in=2",
        "id__range=1,2",
        "name__contains=",
        "name__startswith=",
        "owner_id__isnull=",
        "as=me",
        "explain",
        "1",
        "..",
        "%2e",
        "%00",
        "+",
        ",",
        "format=",
        "search=",
        "GET ",
        "POST ",
        "DELETE ",
        "PATCH ",
        "HEAD ",
    ],
    limits: Limits { time: Duration::from_millis(1500), ..Limits::USUAL },
};

const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::OPTIONS, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// An input is a method, a space, and a target.
#[every_database(sqlite, because = "how a path and a query become a statement does not change with the database")]
async fn paths_and_queries_of_any_bytes_get_a_clear_answer(db: TestDb) {
    let site = Site::open(&db).await;
    let token = format!("Token {}", site.token);
    fuzz(&TARGET, async |input| {
        let (method, target) = input.split_at(input.iter().position(|byte| *byte == b' ').unwrap_or(0));
        let method = Method::from_bytes(method).unwrap_or(Method::GET);
        let target = target.strip_prefix(b" ").unwrap_or(target);
        // the server refuses what is no target
        let Ok(uri) = Uri::try_from(target) else { return "no target".into() };
        let taken = site.ask(method.clone(), uri, &[("authorization", token.as_bytes())], Vec::new()).await;
        if method == Method::DELETE && taken.status < 300 {
            site.set_up().await;
        }
        let method = if METHODS.contains(&method) { method.as_str() } else { "another method" };
        format!("{method} {}", taken.kind())
    })
    .await;
}
