//! The name of a request, in its answer, its problem and the log.

use poem::{
    EndpointExt,
    http::{HeaderName, Method},
};
use refrain::{Access, Action, Api, Context, IsAuthenticated, Problem, ViewSet, auth::NewUser, serving::RequestIds};
use refrain_testing::{TestDb, every_database};
use serde_json::json;

use super::{ask, boxed, site};
use crate::support::{self, Car, auth, car, log::log, sync, user};

const HEADER: &str = "x-request-id";

#[every_database]
async fn a_refusal_tells_the_name_that_its_answer_has(db: TestDb) {
    let (api, token) = site(&db).await;
    let client = boxed(api.into_endpoint().with(RequestIds::default()));
    let token = format!("Token {token}");
    let mut names = Vec::new();
    for (headers, path, status) in [
        (&[][..], "/api/cars", 401),
        (&[("authorization", &*token)], "/api/cars/7", 404),
        (&[("authorization", &*token)], "/api/nothing", 404),
        (&[("authorization", &*token)], "/api/cars?limit=x&ordering=nothing", 400),
    ] {
        let answer = ask(&client, Method::GET, path, headers).await;
        let name = answer.header(HEADER).expect("it has a name").to_owned();
        assert_eq!((answer.code(), answer.json()["request_id"].as_str()), (status, Some(&*name)), "{path}");
        assert_eq!(name.len(), 32);
        names.push(name);
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 4, "each has another");
    let answer = ask(&client, Method::GET, "/api/cars", &[("authorization", &token)]).await;
    assert!(answer.code() == 200 && answer.header(HEADER).is_some());
}

#[every_database(sqlite, because = "it is about no row")]
async fn without_names_problems_tell_none(db: TestDb) {
    let (api, _) = site(&db).await;
    let answer = ask(&boxed(api.into_endpoint()), Method::GET, "/api/cars", &[]).await;
    assert_eq!((answer.header(HEADER), answer.json().get("request_id")), (None, None));
}

/// Whoever may name requests may write into the log.
#[every_database(sqlite, because = "it is about no row")]
async fn only_a_proxy_names_requests_and_harmlessly(db: TestDb) {
    let name = |trusting: RequestIds, sent: &'static str| {
        let db = db.db().clone();
        async move {
            let api = refrain::Api::new("Drivers", "1.0", db).build().expect("it fits");
            let client = boxed(api.into_endpoint().with(trusting));
            ask(&client, Method::GET, "/api", &[(HEADER, sent)]).await.header(HEADER).expect("a name").to_owned()
        }
    };
    let trusting = || RequestIds::default().given_in(HeaderName::from_static(HEADER));
    assert_eq!(name(trusting(), "req-7/a.b").await, "req-7/a.b");
    assert_ne!(name(RequestIds::default(), "req-7").await, "req-7");
    for harmful in ["", "a b", "a\"b", "é"] {
        assert_eq!(name(trusting(), harmful).await.len(), 32, "{harmful}");
    }
}

/// Logs where the program's own code runs.
struct Telling;

impl ViewSet for Telling {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }

    async fn perform_create(
        &self,
        _: &Context<'_>,
        row: car::ActiveModel,
        _: &(),
    ) -> Result<car::ActiveModel, Problem> {
        tracing::info!("a car is made");
        Ok(row)
    }

    async fn after_commit(&self, _: Action, _: &car::Model) {
        tracing::info!("a car was made");
    }
}

#[every_database]
async fn every_line_that_is_logged_for_it_has_its_name(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let api = Api::new("Drivers", "1.0", db.db().clone()).auth(auth).mount(Telling).build().expect("it fits");
    let client = boxed(api.into_endpoint().with(RequestIds::default()));
    let log = log();
    let refused = ask(&client, Method::GET, "/api/cars?secret=s3cret", &[]).await;
    let request = client.post("/api/cars").header("authorization", format!("Token {token}"));
    let made = support::answer(request.body_json(&json!({"name": "a"})).send().await).await;
    assert_eq!(made.code(), 201, "{made:?}");
    let text = log.text();
    for (told, answer, method) in
        [("decided", &refused, "GET"), ("a car is made", &made, "POST"), ("a car was made", &made, "POST")]
    {
        let line = text.lines().find(|line| line.contains(told)).unwrap_or_else(|| panic!("{told}: {text}"));
        let name = answer.header(HEADER).expect("a name");
        assert!(line.contains(name) && line.contains(method) && line.contains("/api/cars"), "{line}");
    }
    assert!(!text.contains("s3cret") && !text.contains(&token), "{text}");
}
