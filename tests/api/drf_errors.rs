//! Errors in DRF's shape, whoever makes them: routes, handlers, the framework, a panic.

use poem::{Response, endpoint::BoxEndpoint, http::Method, test::TestClient};
use poem_openapi::{OpenApi, payload::PlainText};
use refrain::{AllowAny, Api, Problem, auth::NewUser, handler_permissions};
use refrain_testing::{TestDb, every_database};
use serde_json::{Value as Json, json};

use crate::support::{Rules, auth, cars, sync, user};

struct Declared;

impl Rules for Declared {}

handler_permissions! {
    Everybody = AllowAny;
}

struct Handlers;

#[OpenApi]
impl Handlers {
    #[oai(path = "/taken", method = "get")]
    async fn taken(&self, _caller: refrain::Guarded<Everybody>) -> Result<PlainText<String>, Problem> {
        Err(Problem::conflict("It is taken.").with_header(poem::http::header::RETRY_AFTER, "7"))
    }

    #[oai(path = "/panics", method = "get")]
    async fn panics(&self, _caller: refrain::Guarded<Everybody>) -> PlainText<String> {
        panic!("on purpose")
    }
}

async fn ask(
    client: &TestClient<BoxEndpoint<'static, Response>>,
    method: Method,
    path: &str,
    token: &str,
    body: Option<Json>,
) -> (u16, Option<String>, Json) {
    let mut request = client.request(method, path);
    if !token.is_empty() {
        request = request.header("authorization", format!("Token {token}"));
    }
    if let Some(body) = body {
        request = request.body_json(&body);
    }
    let mut response = request.send().await.0;
    let kind = response.content_type().map(str::to_owned);
    let text = response.take_body().into_string().await.unwrap();
    (response.status().as_u16(), kind, serde_json::from_str(&text).unwrap_or(Json::String(text)))
}

#[every_database]
async fn every_error_has_drfs_shape(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &["add", "change", "view"]).await;
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).drf_errors();
    let api = api.mount(cars::<Declared>()).with(Handlers).build().expect("the parts fit");
    let document: Json = serde_json::from_str(api.document()).unwrap();
    assert!(!api.document().contains("problem+json"));
    assert!(document["components"]["schemas"]["Problem"]["properties"]["code"].is_null());
    let client = TestClient::new(api.into_endpoint());
    let json = Some("application/json".to_owned());
    for (method, path, token, body, status, said) in [
        (Method::GET, "/api/cars", "", None, 401, json!({"detail": "Authentication credentials were not provided."})),
        (Method::GET, "/api/cars", "x", None, 401, json!({"detail": "Invalid token."})),
        (
            Method::DELETE,
            "/api/cars/1",
            &*token,
            None,
            403,
            json!({"detail": "You do not have permission to perform this action."}),
        ),
        (Method::GET, "/api/cars/99", &token, None, 404, json!({"detail": "No Car matches the given query."})),
        (Method::GET, "/api/nothing", &token, None, 404, json!({"detail": "Not found."})),
        (Method::GET, "/elsewhere", &token, None, 404, json!({"detail": "Not found."})),
        (Method::POST, "/api/cars", &token, Some(json!({})), 400, json!({"name": ["This field is required."]})),
        (
            Method::POST,
            "/api/cars",
            &token,
            Some(json!([])),
            400,
            json!({"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
        ),
        (Method::PUT, "/api/cars", &token, None, 405, json!({"detail": "Method \"PUT\" not allowed."})),
        (Method::GET, "/api/cars?x=1", &token, None, 400, json!({"x": ["This list has no such parameter."]})),
        (Method::GET, "/api/taken", "", None, 409, json!({"detail": "It is taken."})),
        (Method::GET, "/api/panics", "", None, 500, json!({"detail": "A server error occurred."})),
    ] {
        let answer = ask(&client, method.clone(), path, token, body).await;
        assert_eq!(answer, (status, json.clone(), said), "{method} {path}");
    }
    let taken = client.get("/api/taken").send().await.0;
    assert_eq!(taken.headers()["retry-after"], "7");
    let (status, _, made) = ask(&client, Method::POST, "/api/cars", &token, Some(json!({"name": "Golf"}))).await;
    assert_eq!((status, &made["name"]), (201, &json!("Golf")));
}
