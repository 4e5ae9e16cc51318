//! Why an answer is what it is: the explanation says what the request itself would be told, part by part, what is asked
//! for, how it is held, and what would change the answer.

use poem::http::Method;
use poem_openapi::{OpenApi, payload::PlainText};
use refrain::{
    Access, Action, Api, BuiltApi, Guarded, HandlerPermissions, HasPerm, IntoPermissions, IsAdminUser, IsOwner,
    IsOwnerOrReadOnly, ModelPermissions, ObjectPermissions,
    auth::{Auth, NewUser},
};
use refrain_testing::{TestDb, every_database};
use sea_orm::DatabaseConnection;
use serde_json::json;

use crate::support::{Client, Rules, auth, car, car_of, cars, sync, user};

struct Owned;

impl Rules for Owned {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions & (IsOwnerOrReadOnly | IsAdminUser))
            .on(Action::Destroy, HasPerm("drivers.delete_car"))
    }
}

struct Shared;

impl Rules for Shared {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions | ObjectPermissions | IsOwner)
    }
}

fn built<R: Rules>(db: &DatabaseConnection, auth: &Auth) -> BuiltApi {
    let api = Api::new("Drivers", "1", db.clone()).auth(auth.clone()).explain_at("/explain").mount(cars::<R>());
    api.build().expect("the parts fit")
}

#[every_database]
async fn an_explanation_reads_as_a_tree(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, _) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let (bob, _) = user(&auth, &db, NewUser::new("bob"), &["change"]).await;
    let editors = auth.create_group(db.db(), "Editors").await.unwrap();
    editors.permissions().set(db.db(), ["drivers.change_car"]).await.unwrap();
    alice.groups().add(db.db(), [&editors]).await.unwrap();
    let row = car_of(&db, Some(&bob), "bob's").await;
    let api = built::<Owned>(&db, &auth);
    let path = format!("/api/cars/{}", row.id);

    let refused = api.explain(Some("alice"), &Method::PATCH, &path).await.unwrap();
    let expected = format!(
        "PATCH {path} as alice (partial_update): 403 You do not have permission to perform this action.\n\n\
         ModelPermissions & (IsOwnerOrReadOnly | IsAdminUser): no\n  \
           ModelPermissions: yes\n  \
           IsOwnerOrReadOnly | IsAdminUser: no\n    \
             IsOwnerOrReadOnly: no (drivers_car.owner_id = {})\n    \
             IsAdminUser: no\n\n\
         asked for:\n  drivers.change_car: held through group Editors\n",
        alice.id().unwrap()
    );
    assert_eq!(refused.to_string(), expected);

    let allowed = api.explain(Some("bob"), &Method::PATCH, &path).await.unwrap();
    assert!(allowed.outcome.allowed);
    assert_eq!(allowed.permissions[0].held, ["directly"]);
    assert!(allowed.would_change.is_empty());
}

#[every_database]
async fn it_says_what_would_change_the_answer(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    user(&auth, &db, NewUser::new("carol"), &[]).await;
    let row = car_of(&db, None, "a car").await;
    let api = built::<Shared>(&db, &auth);
    let path = format!("/api/cars/{}", row.id);

    let refused = api.explain(Some("carol"), &Method::GET, &path).await.unwrap();
    assert_eq!(refused.outcome.status, Some(404), "a row one may not view is not there");
    let expected = [
        "granting drivers.view_car to carol or to one of their groups",
        "granting drivers.view_car on this row to carol or to one of their groups",
    ];
    assert_eq!(refused.would_change, expected);
    assert!(auth.user(db.db(), "carol").await.unwrap().unwrap().perms(db.db(), &row).await.unwrap().is_empty());

    let carol = auth.user(db.db(), "carol").await.unwrap().unwrap();
    auth.assign_perm(db.db(), "view_car", [&carol], [&row]).await.unwrap();
    let allowed = api.explain(Some("carol"), &Method::GET, &path).await.unwrap();
    assert!(allowed.outcome.allowed, "what it said was so");
    assert_eq!(allowed.permissions[0].held, ["by grant on the row"]);

    let nobody = api.explain(None, &Method::GET, &path).await.unwrap();
    assert_eq!((nobody.outcome.status, nobody.would_change), (Some(401), vec!["saying who you are".to_owned()]));
}

/// Every user, method and path: what is explained is what is answered.
#[every_database]
async fn the_outcome_is_the_answer(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, alice_token) = user(&auth, &db, NewUser::new("alice"), &["view", "change"]).await;
    let people = [
        ("alice", alice_token),
        ("viewer", user(&auth, &db, NewUser::new("viewer"), &["view"]).await.1),
        ("nothing", user(&auth, &db, NewUser::new("nothing"), &[]).await.1),
        ("root", user(&auth, &db, NewUser::new("root").superuser(), &[]).await.1),
        ("gone", user(&auth, &db, NewUser::new("gone").superuser(), &[]).await.1),
        ("", String::new()),
    ];
    let mut gone = auth.user(db.db(), "gone").await.unwrap().unwrap();
    gone.is_active = false;
    gone.save_flags(db.db()).await.unwrap();
    let (own, other) = (car_of(&db, Some(&alice), "own").await, car_of(&db, None, "other").await);
    let paths = [
        "/api/cars".to_owned(),
        format!("/api/cars/{}", own.id),
        format!("/api/cars/{}", other.id),
        "/api/cars/999999".to_owned(),
        "/api/cars/seven".to_owned(),
    ];
    let (owned, shared) = (built::<Owned>(&db, &auth), built::<Shared>(&db, &auth));
    let clients = [Client::new(built::<Owned>(&db, &auth)), Client::new(built::<Shared>(&db, &auth))];
    for (api, client) in [owned, shared].iter().zip(&clients) {
        for path in &paths {
            let methods = if path == "/api/cars" { vec![Method::GET] } else { vec![Method::GET, Method::PATCH] };
            for (method, (name, token)) in methods.iter().flat_map(|method| people.iter().map(move |who| (method, who)))
            {
                let body = (*method == Method::PATCH).then(|| json!({}));
                let answer = client.ask(method.clone(), path, token, body).await;
                let name = Some(*name).filter(|name| !name.is_empty());
                let explained = api.explain(name, method, path).await.unwrap();
                let status = explained.outcome.status.unwrap_or(200);
                assert_eq!(status, answer.code(), "{method} {path} as {name:?}: {}\n{explained}", answer.text);
                if !explained.outcome.allowed {
                    assert_eq!(explained.outcome.detail.as_deref(), answer.json()["detail"].as_str());
                }
            }
        }
    }
}

struct MayReport;

impl HandlerPermissions for MayReport {
    fn permissions() -> impl IntoPermissions {
        HasPerm("drivers.export_car") | IsAdminUser
    }
}

struct Reports;

#[OpenApi]
impl Reports {
    #[oai(path = "/report", method = "get", operation_id = "report")]
    async fn report(&self, _caller: Guarded<MayReport>) -> PlainText<&'static str> {
        PlainText("none yet")
    }
}

#[every_database]
async fn a_handler_is_explained_as_it_answers(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let people = [
        ("exporter", user(&auth, &db, NewUser::new("exporter"), &["export"]).await.1, 200),
        ("staff", user(&auth, &db, NewUser::new("staff").staff(), &[]).await.1, 200),
        ("plain", user(&auth, &db, NewUser::new("plain"), &[]).await.1, 403),
        ("", String::new(), 401),
    ];
    let api = || Api::new("Drivers", "1", db.db().clone()).auth(auth.clone()).with(Reports).build().unwrap();
    let (api, client) = (api(), Client::new(api()));
    for (name, token, status) in people {
        let answer = client.get("/api/report", &token).await;
        assert_eq!(answer.code(), status, "{name}: {}", answer.text);
        let name = Some(name).filter(|name| !name.is_empty());
        let explained = api.explain(name, &Method::GET, "/api/report").await.unwrap();
        assert_eq!(explained.outcome.allowed, status == 200, "{explained}");
        if status != 200 {
            assert_eq!(explained.outcome.status, Some(status), "{explained}");
            assert_eq!(explained.outcome.detail.as_deref(), answer.json()["detail"].as_str());
        }
        assert_eq!(
            (explained.action.as_str(), explained.permissions[0].label.as_str()),
            ("report", "drivers.export_car")
        );
        assert_eq!(!explained.permissions[0].held.is_empty(), name == Some("exporter"), "{explained}");
    }
}

#[every_database]
async fn superusers_may_ask_over_http_and_nobody_else(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, alice) = user(&auth, &db, NewUser::new("alice"), &["view"]).await;
    let (_, root) = user(&auth, &db, NewUser::new("root").superuser(), &[]).await;
    let client = Client::new(built::<Owned>(&db, &auth));
    for path in ["/cars", "/cars/1", "/apicars", "/api", "/API/cars"] {
        let question = format!("/explain?user=root&method=GET&path={path}");
        assert_eq!(client.get(&question, &root).await.code(), 400, "the server has nothing at {path}");
        assert_eq!(client.get(path, &root).await.code(), 404, "{path}");
    }
    let question = "/explain?user=alice&method=GET&path=/api/cars";
    assert_eq!(client.get(question, "").await.code(), 401);
    assert_eq!(client.get(question, &alice).await.code(), 403);
    let answer = client.get(question, &root).await;
    assert_eq!(answer.code(), 200, "{}", answer.text);
    assert_eq!(answer.json()["outcome"]["allowed"], true);
    assert_eq!(answer.json()["expression"]["parts"][0]["verdict"], "yes");
    for (wrong, status) in [("/explain", 400), ("/explain?path=/nowhere", 400), ("/explain?user=x&path=/api/cars", 400)]
    {
        assert_eq!(client.get(wrong, &root).await.code(), status, "{wrong}");
    }
}

#[every_database]
async fn a_refusal_names_its_class_only_where_asked_to(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("nothing"), &[]).await;
    let api = || Api::new("Drivers", "1", db.db().clone()).auth(auth.clone());
    let quiet = Client::new(api().mount(cars::<Owned>()).build().unwrap());
    let loud = Client::new(api().explain_refusals().mount(cars::<Owned>()).build().unwrap());
    assert_eq!(quiet.get("/api/cars", &token).await.json().get("refused_by"), None);
    assert_eq!(loud.get("/api/cars", &token).await.json()["refused_by"], "ModelPermissions");
}
