//! Routes with a slash behind them, for clients that were made for Django's.

use poem::http::Method;
use refrain::{Access, Api, IsOwnerOrReadOnly, auth::NewUser};
use refrain_testing::{TestDb, every_database};
use serde_json::json;

use crate::support::{Client, Rules, auth, car, car_of, cars, sync, user};

struct Owned;

impl Rules for Owned {
    fn permissions() -> Access<car::Entity> {
        Access::to(IsOwnerOrReadOnly)
    }
}

#[every_database]
async fn routes_answer_with_a_slash_as_without(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let row = car_of(&db, Some(&alice), "first").await.id;
    car_of(&db, Some(&alice), "second").await;
    let api = |slashes: bool| {
        let api = Api::new("Drivers", "1", db.db().clone()).auth(auth.clone()).mount(cars::<Owned>());
        let api = if slashes { api.trailing_slashes() } else { api };
        Client::new(api.build().expect("the parts fit"))
    };
    let (with, without) = (api(true), api(false));
    let detail = format!("/api/cars/{row}");
    for path in ["/api/cars", "/api/cars?limit=1", &detail, "/api/cars/999999", "/api/cars?nonsense=1", "/api/none"] {
        let slashed = match path.split_once('?') {
            Some((path, query)) => format!("{path}/?{query}"),
            None => format!("{path}/"),
        };
        let plain = with.get(path, &token).await;
        let answer = with.get(&slashed, &token).await;
        assert_eq!(
            (plain.code(), &plain.text),
            (without.get(path, &token).await.code(), &without.get(path, &token).await.text)
        );
        assert_eq!(answer.code(), plain.code(), "{slashed}");
        assert_eq!(answer.text.replace("/api/cars/?", "/api/cars?"), plain.text, "{slashed}");
        assert_eq!(without.get(&slashed, &token).await.code(), 404, "{slashed}");
    }
    let page = with.get("/api/cars/?limit=1", &token).await.json();
    assert_eq!(page["next"], "/api/cars/?limit=1&offset=1", "links are as the request was");
    let body = || Some(json!({"name": "renamed"}));
    assert_eq!(with.ask(Method::POST, "/api/cars/", &token, body()).await.code(), 201);
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        assert_eq!(with.ask(method.clone(), &format!("{detail}/"), "", body()).await.code(), 401, "{method}");
        let status = if method == Method::DELETE { 204 } else { 200 };
        assert_eq!(with.ask(method, &format!("{detail}/"), &token, body()).await.code(), status);
    }
    let refused = with.ask(Method::DELETE, "/api/cars/", &token, None).await;
    assert_eq!((refused.code(), refused.header("allow")), (405, Some("GET, POST, HEAD, OPTIONS")));
    for odd in ["/api/cars//", "/api//cars/", "/api/"] {
        assert_eq!(with.get(odd, &token).await.code(), 404, "{odd}");
    }
}
