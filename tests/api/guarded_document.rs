//! Who may read the document: everybody, whom a permission lets in, or nobody.

use poem::http::Method;
use refrain::{
    Access, AllowAny, Api, BuiltApi, DenyAll, HasPerm, IsAdminUser, IsOwner, IsSuperuser, ModelPermissions,
    auth::{Auth, NewUser},
    model::Models,
};
use refrain_testing::{TestDb, counted, every_database};
use sea_orm::DatabaseConnection;

use crate::support::{self, Client, Rules, auth, car, cars, sync, user};

struct ByModel;

impl Rules for ByModel {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions)
    }
}

type CarsApi = Api<((), refrain::viewset::ViewSetApi<support::Cars<ByModel>>)>;

const ADDRESSES: [&str; 2] = ["/openapi.json", "/docs"];

fn api(db: &DatabaseConnection, auth: &Auth) -> CarsApi {
    Api::new("Drivers", "1", db.clone()).auth(auth.clone()).mount(cars::<ByModel>())
}

fn built(api: CarsApi) -> BuiltApi {
    api.build().expect("the parts fit")
}

/// What the table of permissions says of the document.
async fn told(api: &BuiltApi) -> Vec<(String, String, Vec<String>)> {
    let table = api.permissions().await;
    let documents = table.endpoints.into_iter().filter(|endpoint| endpoint.action == "document");
    documents.map(|endpoint| (endpoint.path, endpoint.expression, endpoint.asks)).collect()
}

#[every_database]
async fn everybody_may_read_it_where_nothing_is_said_and_is_not_asked_who_they_are(db: TestDb) {
    let auth = auth();
    let (counting, counter) = counted(&db);
    let api = built(api(&counting, &auth));
    let open = |path: &str| (path.to_owned(), "AllowAny".to_owned(), Vec::new());
    assert_eq!(told(&api).await, [open("/docs"), open("/openapi.json")]);
    let client = Client::new(api);
    counter.take();
    for address in ADDRESSES {
        for token in ["", "wrong"] {
            let answer = client.get(address, token).await;
            assert!(answer.code() == 200 && answer.text.contains("/cars"), "{address}: {}", answer.text);
        }
    }
    assert_eq!(counter.count(), 0);
}

#[every_database]
async fn a_permission_guards_it_as_it_guards_a_handler(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, staff) = user(&auth, &db, NewUser::new("alice").staff(), &[]).await;
    let (_, exporter) = user(&auth, &db, NewUser::new("bob"), &["export"]).await;
    let (_, other) = user(&auth, &db, NewUser::new("carol"), &["view"]).await;
    let permissions = || IsAdminUser | HasPerm("drivers.export_car");
    let api = built(api(&db, &auth).document_permissions(permissions()).tell_callers_their_document());
    let said = "IsAdminUser | HasPerm(\"drivers.export_car\")";
    let guarded = |path: &str| (path.to_owned(), said.to_owned(), vec!["drivers.export_car".to_owned()]);
    assert_eq!(told(&api).await, [guarded("/docs"), guarded("/openapi.json")]);
    assert_eq!(api.check(&Models::default()).await, [], "what is guarded is what was meant");

    let client = Client::new(api);
    for address in ADDRESSES.into_iter().chain(["/openapi.json?as=me"]) {
        let nobody = client.get(address, "").await;
        assert_eq!((nobody.code(), nobody.header("www-authenticate").is_some()), (401, true), "{address}");
        let wrong = client.get(address, "wrong").await;
        let refused = client.get(address, &other).await;
        assert_eq!((wrong.code(), refused.code()), (401, 403), "{address}");
        for answer in [nobody, wrong, refused] {
            assert!(!answer.text.contains("cars"), "{address} tells: {}", answer.text);
        }
        for token in [&staff, &exporter] {
            let read = client.get(address, token).await;
            assert_eq!(read.code(), 200, "{address}: {}", read.text);
            assert!(read.header("cache-control").is_some_and(|kept| kept.starts_with("private")), "{address}");
            assert!(read.header("vary").is_some_and(|vary| vary.contains("uthorization")), "{address}");
            let head = client.ask(Method::HEAD, address, token, None).await;
            assert_eq!((head.code(), &*head.text), (200, ""), "{address}");
        }
    }
    assert!(client.get("/openapi.json", &staff).await.text.contains("/cars"));
    assert!(client.get("/docs", &staff).await.text.contains("/cars"));
    let own = client.get("/openapi.json?as=me", &staff).await;
    assert!(!own.text.contains("/cars"), "staff who hold nothing may do nothing: {}", own.text);
    assert_eq!(own.header("cache-control"), Some("private, no-store"));
    assert_eq!(client.get("/api/cars", &other).await.code(), 200, "the routes ask for themselves");
}

#[every_database(tables = none)]
async fn closed_it_is_not_there(db: TestDb) {
    let auth = auth();
    let api = built(api(&db, &auth).tell_callers_their_document().without_document());
    assert_eq!(told(&api).await, []);
    assert_eq!(api.check(&Models::default()).await, []);
    assert!(api.document().contains("/cars"), "the program has it all the same");
    let client = Client::new(api);
    for address in ADDRESSES.into_iter().chain(["/openapi.json?as=me", "/docs/", "/api/openapi.json"]) {
        client.get(address, "").await.is_problem(404, "not_found", "Not found.", &serde_json::Value::Null);
    }
}

#[every_database(tables = none)]
async fn what_cannot_be_asked_or_cannot_hold_is_told(db: TestDb) {
    let auth = auth();
    let refused = api(&db, &auth).document_permissions(IsOwner).build().err().expect("no row has this owner");
    assert!(refused.to_string().contains("IsOwner"), "{refused}");

    let check = async |api: CarsApi| {
        let findings = built(api).check(&Models::default()).await;
        findings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(check(api(&db, &auth).document_permissions(AllowAny)).await, [""; 0]);
    let closed = check(api(&db, &auth).document_permissions(DenyAll)).await;
    let note = |address| format!("note: GET {address}: nobody may do it: it says `DenyAll` itself");
    assert_eq!(closed, ADDRESSES.map(note));
    let never = check(api(&db, &auth).document_permissions(IsSuperuser & !IsSuperuser)).await;
    assert_eq!(never.len(), 2, "{never:?}");
    assert!(never.iter().all(|one| one.starts_with("error: GET /") && one.contains("`Api::document_permissions`")));
    let unknown = check(api(&db, &auth).document_permissions(HasPerm("drivers.fly_car"))).await;
    assert_eq!(unknown.len(), 2, "{unknown:?}");
    assert!(unknown.iter().all(|one| one.contains("`drivers.fly_car`, which no model declares")), "{unknown:?}");
}
