//! Who gets which status from `ModelPermissions`, on the list, on a row and on a missing row (CONTRACT 6.24, its last
//! row: reading asks `view`, HEAD as well as GET).

use poem::http::Method;
use refrain::{Access, ModelPermissions, auth::NewUser};
use refrain_testing::{TestDb, every_database};
use serde_json::json;

use crate::support::{self, Rules, api, auth, car, car_of, sync, user};

struct ByModel;

impl Rules for ByModel {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions)
    }
}

const WHO: [&str; 8] = ["anon", "none", "viewer", "changer", "full", "staff", "su", "inactive"];

const LIST: &str = "/api/cars";
const ROW: &str = "/api/cars/{row}";
const MISSING: &str = "/api/cars/999999";

/// A request, and the status for each of [`WHO`].
const MATRIX: [(&str, &str, [u16; 8]); 24] = [
    //                    anon none view chng full staf su   inac
    ("GET", LIST, [401, 403, 200, 403, 200, 403, 200, 401]),
    ("HEAD", LIST, [401, 403, 200, 403, 200, 403, 200, 401]),
    ("OPTIONS", LIST, [401, 200, 200, 200, 200, 200, 200, 401]),
    ("POST", LIST, [401, 403, 403, 403, 201, 403, 201, 401]),
    ("PUT", LIST, [401, 403, 403, 405, 405, 403, 405, 401]),
    ("PATCH", LIST, [401, 403, 403, 405, 405, 403, 405, 401]),
    ("DELETE", LIST, [401, 403, 403, 403, 405, 403, 405, 401]),
    ("TRACE", LIST, [405, 405, 405, 405, 405, 405, 405, 401]),
    ("GET", ROW, [401, 403, 200, 403, 200, 403, 200, 401]),
    ("HEAD", ROW, [401, 403, 200, 403, 200, 403, 200, 401]),
    ("OPTIONS", ROW, [401, 200, 200, 200, 200, 200, 200, 401]),
    ("POST", ROW, [401, 403, 403, 403, 405, 403, 405, 401]),
    ("PUT", ROW, [401, 403, 403, 200, 200, 403, 200, 401]),
    ("PATCH", ROW, [401, 403, 403, 200, 200, 403, 200, 401]),
    ("DELETE", ROW, [401, 403, 403, 403, 204, 403, 204, 401]),
    ("TRACE", ROW, [405, 405, 405, 405, 405, 405, 405, 401]),
    ("GET", MISSING, [401, 403, 404, 403, 404, 403, 404, 401]),
    ("HEAD", MISSING, [401, 403, 404, 403, 404, 403, 404, 401]),
    ("OPTIONS", MISSING, [401, 200, 200, 200, 200, 200, 200, 401]),
    ("POST", MISSING, [401, 403, 403, 403, 405, 403, 405, 401]),
    ("PUT", MISSING, [401, 403, 403, 404, 404, 403, 404, 401]),
    ("PATCH", MISSING, [401, 403, 403, 404, 404, 403, 404, 401]),
    ("DELETE", MISSING, [401, 403, 403, 403, 404, 403, 404, 401]),
    ("TRACE", MISSING, [405, 405, 405, 405, 405, 405, 405, 401]),
];

#[every_database]
async fn every_user_gets_the_status_of_the_contract(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let client = api::<ByModel>(&db, &auth);
    let all = ["add", "change", "delete", "view"];
    let named = |name: &str| NewUser::new(name);
    let tokens = [
        String::new(),
        user(&auth, &db, named("none"), &[]).await.1,
        user(&auth, &db, named("viewer"), &["view"]).await.1,
        user(&auth, &db, named("changer"), &["change"]).await.1,
        user(&auth, &db, named("full"), &all).await.1,
        user(&auth, &db, named("staff").staff(), &[]).await.1,
        user(&auth, &db, named("su").superuser(), &[]).await.1,
        user(&auth, &db, named("inactive").inactive(), &all).await.1,
    ];
    for (method, path, statuses) in MATRIX {
        for ((who, token), expected) in WHO.iter().zip(&tokens).zip(statuses) {
            let row = car_of(&db, None, "a car").await;
            let path = path.replace("{row}", &row.id.to_string());
            let body = ["POST", "PUT", "PATCH"].contains(&method).then(|| json!({"name": "changed"}));
            let method: Method = method.parse().expect("a method");
            let answer = client.ask(method.clone(), &path, token, body).await;
            assert_eq!(answer.code(), expected, "{method} {path} as {who}: {}", answer.text);
            check_shape(&method, expected, &answer, who);
        }
    }
}

/// What every answer has, whoever gets it.
fn check_shape(method: &Method, status: u16, answer: &support::Answer, who: &str) {
    assert!(answer.header("allow").is_some_and(|allow| allow.starts_with("GET, ")), "{answer:?}");
    assert_eq!(answer.header("vary"), Some("Authorization"), "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("private"), "{answer:?}");
    if *method == Method::HEAD || status == 204 {
        assert_eq!(answer.text, "", "{method} {status}");
        return;
    }
    if status < 400 {
        assert_eq!(answer.header("content-type"), Some("application/json"));
        return;
    }
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let body = answer.json();
    assert_eq!(body["status"], status);
    let expected = match (status, who) {
        (401, "inactive") => "User inactive or deleted.".to_owned(),
        (401, _) => "Authentication credentials were not provided.".to_owned(),
        (403, _) => "You do not have permission to perform this action.".to_owned(),
        (404, _) => "No Car matches the given query.".to_owned(),
        _ => format!("Method \"{method}\" not allowed."),
    };
    assert_eq!(body["detail"], expected);
    assert_eq!(answer.header("www-authenticate"), (status == 401).then_some("Token"));
}
