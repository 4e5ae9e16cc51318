//! The document says the truth about access, and other programs can read it.

use std::collections::{BTreeMap, HashSet};

use openapiv3::{OpenAPI, Operation, Parameter, ReferenceOr, StatusCode};
use poem::http::Method;
use poem_openapi::{Object, OpenApi, payload, payload::Json as Payload};
use refrain::{
    Access, Action, AllowAny, Api, BuiltApi, CollectionAction, Guarded, HandlerPermissions, HasPerm, HasPerms,
    IntoPermissions, IsAdminUser, IsAuthenticated, IsAuthenticatedOrReadOnly, IsOwner, IsOwnerOrReadOnly, Locked,
    ModelPermissions, Problem, Row, RowAction, Rows, ViewSet, authentication::Authenticators,
};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ActiveValue::Set, DatabaseConnection, EntityTrait};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

use crate::support::{self, Car, Client, Rules, auth, car, cars, sync, token_and_basic};

/// The cars of every example, with what differs by action.
struct Declared;

impl Rules for Declared {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions & IsOwnerOrReadOnly).on(Action::Destroy, IsAdminUser)
    }
}

type Cars = support::Cars<Declared>;

/// Anybody reads it; it has no list.
struct Board;

impl ViewSet for Board {
    type Serializer = Car;
    const PATH: &'static str = "/board";
    const ACTIONS: &'static [Action] = &[Action::Retrieve, Action::PartialUpdate];

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticatedOrReadOnly)
    }
}

/// It leaves everything to the global default.
struct Undeclared;

impl ViewSet for Undeclared {
    type Serializer = Car;
    const PATH: &'static str = "/undeclared";
    const ACTIONS: &'static [Action] = &[Action::List, Action::Create];
}

struct Publish;

impl RowAction for Publish {
    type Of = Cars;
    const NAME: &'static str = "publish";
    const METHOD: Method = Method::POST;

    fn permissions() -> Access<car::Entity> {
        Access::to(HasPerm("drivers.publish_car"))
    }
}

/// It asks `publish_car` of the viewset's own classes.
struct Feature;

impl RowAction for Feature {
    type Of = Cars;
    const NAME: &'static str = "feature";
    const METHOD: Method = Method::PUT;
    const CODENAME: Option<&'static str> = Some("publish");
}

struct Describe;

impl RowAction for Describe {
    type Of = Board;
    const NAME: &'static str = "describe";
    const METHOD: Method = Method::GET;
}

struct Export;

impl CollectionAction for Export {
    type Of = Cars;
    const NAME: &'static str = "export";
    const METHOD: Method = Method::GET;

    fn permissions() -> Access<car::Entity> {
        Access::to(HasPerm("drivers.export_car"))
    }
}

struct MayReport;

impl HandlerPermissions for MayReport {
    fn permissions() -> impl IntoPermissions {
        HasPerm("drivers.export_car") | IsAdminUser
    }
}

#[derive(Object)]
struct Reason {
    #[oai(validator(max_length = 200))]
    text: String,
}

struct Handlers;

#[OpenApi]
impl Handlers {
    /// Publish a car
    ///
    /// It is shown to everybody then.
    #[oai(path = "/cars/:id/publish", method = "post", operation_id = "cars_publish")]
    async fn publish(&self, id: Locked<Publish>, _reason: Payload<Reason>) -> Result<Payload<Car>, Problem> {
        let changes = car::ActiveModel { published: Set(true), ..Default::default() };
        Ok(Payload(id.save(changes).await?.into()))
    }

    #[oai(path = "/cars/:id/feature", method = "put", operation_id = "cars_feature")]
    async fn feature(&self, car: Row<Feature>) -> Payload<String> {
        Payload(car.row.name)
    }

    #[oai(path = "/board/:id/describe", method = "get", operation_id = "board_describe")]
    async fn describe(&self, id: Row<Describe>) -> Payload<String> {
        Payload(id.row.name)
    }

    /// Shares its path with the row's.
    #[oai(path = "/board/:id", method = "post", operation_id = "board_knock")]
    async fn knock(&self, _open: Guarded<AllowAny>, id: poem_openapi::param::Path<i64>) -> Payload<String> {
        Payload(format!("{} is knocked at", id.0))
    }

    #[oai(path = "/cars/export", method = "get", operation_id = "cars_export")]
    async fn export(&self, rows: Rows<Export>) -> Result<payload::PlainText<String>, Problem> {
        let cars = rows.rows.clone().all(&rows.db()).await?;
        Ok(payload::PlainText(cars.into_iter().map(|car| car.name).collect()))
    }

    #[oai(path = "/status", method = "get", operation_id = "status")]
    async fn status(&self, _open: Guarded<AllowAny>) -> payload::PlainText<&'static str> {
        payload::PlainText("fine")
    }

    #[oai(path = "/report", method = "post", operation_id = "report")]
    async fn report(&self, _asks: Guarded<MayReport>, reason: Payload<Reason>) -> Payload<String> {
        Payload(reason.0.text)
    }

    #[oai(path = "/silent", method = "get", operation_id = "silent")]
    async fn silent(&self) -> payload::PlainText<&'static str> {
        payload::PlainText("heard")
    }
}

fn api(db: &DatabaseConnection) -> BuiltApi {
    let api = Api::new("Drivers", "1.0", db.clone())
        .authenticators(token_and_basic())
        .auth(auth())
        .default_permissions(IsAuthenticated & (ModelPermissions | IsOwner))
        .mount(cars::<Declared>())
        .mount(Board)
        .with(Handlers)
        .mount(Undeclared);
    api.build().expect("the parts fit")
}

async fn document() -> String {
    let db = sea_orm::Database::connect("sqlite::memory:").await.expect("a database");
    api(&db).document().to_owned()
}

/// Every operation, by method and path.
fn operations(document: &OpenAPI) -> BTreeMap<(String, String), Operation> {
    let mut operations = BTreeMap::new();
    for (path, item) in document.paths.iter() {
        let item = item.as_item().expect("paths are written out");
        for (method, operation) in item.iter() {
            operations.insert((method.to_uppercase(), path.clone()), operation.clone());
        }
    }
    operations
}

fn parsed(document: &str) -> OpenAPI {
    serde_json::from_str(document).expect("OpenAPI 3.0")
}

#[tokio::test]
async fn the_whole_document() {
    insta::assert_snapshot!(document().await);
}

#[tokio::test]
async fn it_is_openapi_and_says_everything_once() {
    let text = document().await;
    serde_json::from_str::<Once>(&text).expect("no key is written twice");
    let document = parsed(&text);
    assert!(document.openapi.starts_with("3.0."), "{}", document.openapi);
    let operations = operations(&document);
    assert_eq!(operations.len(), 6 + 2 + 2 + 8);
    let ids: Vec<_> = operations.values().map(|operation| operation.operation_id.clone().expect("an id")).collect();
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "{ids:?}");
    // what is referred to is there, and paths' variables are parameters
    let json: Json = serde_json::from_str(&text).expect("JSON");
    let mut references = Vec::new();
    find_references(&json, &mut references);
    assert!(references.len() > 50, "{}", references.len());
    for reference in references {
        let pointer = reference.strip_prefix('#').expect("a reference within the document");
        assert!(json.pointer(pointer).is_some(), "{reference}");
    }
    for ((method, path), operation) in &operations {
        let parameters = operation.parameters.iter().filter_map(ReferenceOr::as_item);
        let in_path = parameters.filter(|parameter| matches!(parameter, Parameter::Path { .. }));
        let named: Vec<_> = in_path.map(|parameter| parameter.parameter_data_ref().name.as_str()).collect();
        assert_eq!(named, if path.contains("{id}") { vec!["id"] } else { vec![] }, "{method} {path}");
    }
}

#[tokio::test]
async fn every_operation_says_who_may_call_it() {
    let document = parsed(&document().await);
    let components = document.components.as_ref().expect("components");
    assert!(components.schemas.contains_key("Problem"));
    for ((method, path), operation) in operations(&document) {
        let at = format!("{method} {path}");
        let security = operation.security.as_ref().unwrap_or_else(|| panic!("{at} says nothing of security"));
        let schemes: Vec<&str> = security.iter().flat_map(|one| one.keys()).map(String::as_str).collect();
        assert_eq!(schemes, ["tokenAuth", "basicAuth"], "{at}");
        assert!(schemes.iter().all(|scheme| components.security_schemes.contains_key(*scheme)));
        for status in [401, 403] {
            let response = operation.responses.responses.get(&StatusCode::Code(status));
            let response = response.unwrap_or_else(|| panic!("{at} has no {status}"));
            let ReferenceOr::Reference { reference } = response else { panic!("{at} writes {status} out") };
            let name = reference.strip_prefix("#/components/responses/").expect("a response of the document's");
            let response = components.responses[name].as_item().expect("it is written out there");
            let content = response.content.get("application/problem+json").expect("problem details");
            let schema = content.schema.as_ref().expect("a schema");
            assert!(
                matches!(schema, ReferenceOr::Reference { reference } if reference == "#/components/schemas/Problem"),
                "{at} {status}: {schema:?}"
            );
        }
        let permissions = &operation.extensions["x-permissions"];
        assert!(permissions["expression"].as_str().is_some_and(|text| !text.is_empty()), "{at}: {permissions}");
        assert!(permissions["asks"].is_array(), "{at}: {permissions}");
    }
}

/// An empty list would say that nobody need say who they are.
#[tokio::test]
async fn without_authenticators_only_what_is_open_says_so() {
    let db = sea_orm::Database::connect("sqlite::memory:").await.expect("a database");
    let api = Api::new("Drivers", "1.0", db).authenticators(Authenticators::none()).with(Handlers).mount(Board);
    let built = api.mount(cars::<Declared>()).build().expect("the parts fit");
    let document = parsed(built.document());
    let mut open = Vec::new();
    for ((method, path), operation) in operations(&document) {
        let at = format!("{method} {path}");
        let statuses: Vec<_> = operation.responses.responses.keys().map(ToString::to_string).collect();
        assert!(statuses.contains(&"403".to_owned()) && !statuses.contains(&"401".to_owned()), "{at}: {statuses:?}");
        match operation.security {
            None => {}
            Some(security) => {
                assert!(security.len() == 1 && security[0].is_empty(), "{at}: {security:?}");
                open.push(at);
            }
        }
    }
    assert_eq!(open, ["GET /board/{id}", "GET /board/{id}/describe", "GET /status", "POST /board/{id}"]);
}

#[tokio::test]
async fn it_says_whether_the_answer_depends_on_the_row() {
    let document = parsed(&document().await);
    let rows = operations(&document).into_iter().filter(|(_, operation)| {
        operation.extensions["x-permissions"]["rows"].as_bool().expect("it is said of every operation")
    });
    let rows: Vec<String> = rows.map(|((method, path), _)| format!("{method} {path}")).collect();
    let of_own_cars = ["PATCH /cars/{id}", "POST /cars", "PUT /cars/{id}", "PUT /cars/{id}/feature"];
    let by_default = ["GET /undeclared", "POST /undeclared"];
    let mut expected: Vec<&str> = of_own_cars.into_iter().chain(by_default).collect();
    expected.sort_unstable();
    assert_eq!(rows, expected);
}

/// Several permissions held or not are known of a caller at once, as one is.
#[tokio::test]
async fn permissions_on_the_model_say_nothing_of_rows() {
    struct Exported;
    impl ViewSet for Exported {
        type Serializer = Car;
        const PATH: &'static str = "/cars";

        fn permissions() -> Access<car::Entity> {
            Access::to(HasPerms(["drivers.view_car", "drivers.export_car"]))
        }
    }
    let db = sea_orm::Database::connect("sqlite::memory:").await.expect("a database");
    let built = Api::new("Drivers", "1.0", db).mount(Exported).build().expect("the parts fit");
    for (_, operation) in operations(&parsed(built.document())) {
        assert_eq!(operation.extensions["x-permissions"]["rows"], false);
    }
}

/// A representation that tells what its reader may do is a type of its own, and so is each list's page.
#[tokio::test]
async fn what_a_row_tells_is_named() {
    struct Telling;
    impl ViewSet for Telling {
        type Serializer = Car;
        const PATH: &'static str = "/garage/big-cars";
        const ACTIONS: &'static [Action] = &[Action::List, Action::Retrieve, Action::PartialUpdate];
        const ROW_PERMISSIONS: bool = true;
    }
    struct Wash;
    impl RowAction for Wash {
        type Of = Telling;
        const NAME: &'static str = "wash";
        const METHOD: Method = Method::GET;
    }
    struct Washing;
    #[OpenApi]
    impl Washing {
        #[oai(path = "/garage/big-cars/:id/wash", method = "get", operation_id = "wash")]
        async fn wash(&self, id: Row<Wash>) -> Payload<String> {
            Payload(id.row.name)
        }
    }
    let db = sea_orm::Database::connect("sqlite::memory:").await.expect("a database");
    let api = Api::new("Drivers", "1.0", db).mount(cars::<Declared>()).mount(Telling).with(Washing);
    let built = api.build().expect("the parts fit");
    let json: Json = serde_json::from_str(built.document()).expect("JSON");
    let schemas = &json["components"]["schemas"];
    let member = &schemas["GarageBigCarsRow"]["properties"]["permissions"];
    assert_eq!(member["items"]["x-extensible-enum"], serde_json::json!(["view", "change", "wash"]));
    assert_eq!(member["items"].get("enum"), None, "a client must read what a later server tells");
    let page = |name: &str| schemas[name]["properties"]["results"]["items"]["$ref"].clone();
    assert_eq!(page("GarageBigCarsPage"), "#/components/schemas/GarageBigCarsRow");
    assert_eq!(page("CarsPage"), "#/components/schemas/Car");
    assert_eq!(schemas["Car"]["properties"].get("permissions"), None);
    assert_eq!(schemas["GarageBigCarsRow"]["title"], "GarageBigCarsRow");
}

/// One of the two would be lost.
#[tokio::test]
async fn two_schemas_of_one_name_are_a_mistake() {
    #[derive(Object)]
    struct CarsPage {
        title: String,
    }
    #[derive(Object)]
    #[oai(rename = "Car")]
    struct Wagon {
        wheels: u8,
    }
    #[derive(Object)]
    #[oai(rename = "Report")]
    struct Other {
        lines: u8,
    }
    #[derive(Object)]
    #[oai(rename = "Report")]
    struct Another {
        lines: u8,
    }
    struct Wagons;
    #[OpenApi]
    impl Wagons {
        #[oai(path = "/wagons", method = "get", operation_id = "wagons")]
        async fn wagons(&self) -> Payload<Wagon> {
            Payload(Wagon { wheels: 4 })
        }
    }
    struct Reports;
    #[OpenApi]
    impl Reports {
        #[oai(path = "/reports", method = "get", operation_id = "reports")]
        async fn reports(&self) -> Payload<Other> {
            Payload(Other { lines: 1 })
        }
        #[oai(path = "/reports", method = "post", operation_id = "report")]
        async fn report(&self) -> Payload<Another> {
            Payload(Another { lines: 1 })
        }
    }
    struct Pages;
    #[OpenApi]
    impl Pages {
        #[oai(path = "/pages", method = "get", operation_id = "pages")]
        async fn pages(&self) -> Payload<CarsPage> {
            Payload(CarsPage { title: String::new() })
        }
    }
    let db = sea_orm::Database::connect("sqlite::memory:").await.expect("a database");
    let api = || Api::new("Drivers", "1.0", db.clone());
    let with_pages = api().mount(cars::<Declared>()).with(Pages).build().err();
    let with_wagons = api().mount(cars::<Declared>()).with(Wagons).build().err();
    let before = api().with(Wagons).mount(cars::<Declared>()).build().err();
    let in_one_part = api().with(Reports).build().err();
    for (error, names) in [
        (with_pages, ["made for `/cars`", "::CarsPage", "`CarsPage`"]),
        (with_wagons, ["support::Car`", "::Wagon`", "`Car`"]),
        (before, ["support::Car`", "::Wagon`", "`Car`"]),
        (in_one_part, ["::Other`", "::Another`", "`Report`"]),
    ] {
        let told = error.expect("it is refused").to_string();
        assert!(names.iter().all(|name| told.contains(name)) && told.contains("#[oai(rename"), "{told}");
    }
    assert!(api().with(Wagons).with(Pages).build().is_ok(), "each by itself is fine");
}

/// Handlers stand beside the viewset whose path they share.
#[tokio::test]
async fn every_operation_has_a_tag() {
    let document = parsed(&document().await);
    let declared: Vec<&str> = document.tags.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(declared, ["board", "cars", "report", "silent", "status", "undeclared"]);
    assert_eq!(document.tags[1].description.as_deref(), Some("What is at `/cars`."));
    for ((method, path), operation) in operations(&document) {
        let first = path.split('/').nth(1).expect("a path begins with a slash");
        assert_eq!(operation.tags, [first], "{method} {path}");
    }
}

#[tokio::test]
async fn permissions_are_those_of_the_operation() {
    let document = parsed(&document().await);
    let operations = operations(&document);
    let by_model = "ModelPermissions & IsOwnerOrReadOnly";
    let default = "IsAuthenticated & (ModelPermissions | IsOwner)";
    for (method, path, expression, asks) in [
        ("GET", "/cars", by_model, vec!["drivers.view_car"]),
        ("POST", "/cars", by_model, vec!["drivers.add_car"]),
        ("GET", "/cars/{id}", by_model, vec!["drivers.view_car"]),
        ("PUT", "/cars/{id}", by_model, vec!["drivers.change_car"]),
        ("PATCH", "/cars/{id}", by_model, vec!["drivers.change_car"]),
        ("DELETE", "/cars/{id}", "IsAdminUser", vec![]),
        ("POST", "/cars/{id}/publish", "HasPerm(\"drivers.publish_car\")", vec!["drivers.publish_car"]),
        ("PUT", "/cars/{id}/feature", by_model, vec!["drivers.publish_car"]),
        (
            "GET",
            "/cars/export",
            "HasPerm(\"drivers.export_car\") & list(ModelPermissions & IsOwnerOrReadOnly)",
            vec!["drivers.export_car", "drivers.view_car"],
        ),
        ("GET", "/board/{id}", "IsAuthenticatedOrReadOnly", vec![]),
        ("GET", "/board/{id}/describe", "IsAuthenticatedOrReadOnly", vec![]),
        ("POST", "/board/{id}", "AllowAny", vec![]),
        ("GET", "/undeclared", default, vec!["drivers.view_car"]),
        ("POST", "/undeclared", default, vec!["drivers.add_car"]),
        ("GET", "/status", "AllowAny", vec![]),
        ("POST", "/report", "HasPerm(\"drivers.export_car\") | IsAdminUser", vec!["drivers.export_car"]),
        ("GET", "/silent", "IsAuthenticated", vec![]),
    ] {
        let operation = &operations[&(method.to_owned(), path.to_owned())];
        let permissions = &operation.extensions["x-permissions"];
        assert_eq!(permissions["expression"], expression, "{method} {path}");
        assert_eq!(permissions["asks"], serde_json::json!(asks), "{method} {path}");
    }
}

#[tokio::test]
async fn a_patch_requires_nothing() {
    let json: Json = serde_json::from_str(&document().await).expect("JSON");
    let schemas = &json["components"]["schemas"];
    assert_eq!(schemas["CarInput"]["required"], serde_json::json!(["name"]));
    assert_eq!(schemas["PatchedCarInput"].get("required"), None);
    assert_eq!(schemas["PatchedCarInput"]["properties"], schemas["CarInput"]["properties"]);
    let body = |method: &str| &json["paths"]["/cars/{id}"][method]["requestBody"]["content"]["application/json"];
    assert_eq!(body("patch")["schema"]["$ref"], "#/components/schemas/PatchedCarInput");
    assert_eq!(body("put")["schema"]["$ref"], "#/components/schemas/CarInput");
}

/// Asked without a name, each operation answers as its `security` says: 401, unless it says that nobody need say who they
/// are.
#[every_database]
async fn the_document_tells_the_truth_to_anonymous_callers(db: TestDb) {
    sync(&auth(), &db).await;
    let row = support::car_of(&db, None, "a car").await.id;
    let api = api(&db);
    let document = parsed(api.document());
    let client = Client::new(api);
    let mut open = Vec::new();
    for ((method, path), operation) in operations(&document) {
        let target = format!("/api{}", path.replace("{id}", &row.to_string()));
        let body = ["POST", "PUT", "PATCH"].contains(&&*method).then(|| serde_json::json!({"name": "x", "text": "x"}));
        let answer = client.ask(method.parse().expect("a method"), &target, "", body).await;
        let optional = operation.security.expect("security").iter().any(|one| one.is_empty());
        assert_eq!(answer.code() != 401, optional, "{method} {path}: {}", answer.text);
        let documented = operation.responses.responses.contains_key(&StatusCode::Code(answer.code()));
        assert!(documented, "{method} {path} does not speak of {}", answer.code());
        if optional {
            open.push(format!("{method} {path}"));
        }
    }
    assert_eq!(open, ["GET /board/{id}", "GET /board/{id}/describe", "GET /status", "POST /board/{id}"]);
    assert!(car::Entity::find_by_id(row).one(db.db()).await.expect("it can be looked up").is_some());
}

#[tokio::test]
async fn it_is_served_as_json_and_for_people() {
    let db = sea_orm::Database::connect("sqlite::memory:").await.expect("a database");
    let api = api(&db);
    let document = api.document().to_owned();
    let client = Client::new(api);
    let served = client.get("/openapi.json", "").await;
    assert_eq!((served.code(), served.header("content-type")), (200, Some("application/json")));
    assert_eq!(served.text, document);
    let page = client.get("/docs", "").await;
    assert_eq!((page.code(), page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.text.contains("<html") && page.text.contains("x-permissions"), "the page shows the same document");
    let shown = document.replace("</", "<\\/");
    assert!(page.text.contains(&shown), "all of it");
}

fn find_references<'j>(json: &'j Json, found: &mut Vec<&'j str>) {
    match json {
        Json::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Json::as_str));
            fields.values().for_each(|value| find_references(value, found));
        }
        Json::Array(items) => items.iter().for_each(|item| find_references(item, found)),
        _ => {}
    }
}

/// Any JSON in which no object has a key twice: readers keep one of the two and say nothing.
struct Once;

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Once;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("JSON")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Once, A::Error> {
                let mut keys = HashSet::new();
                while let Some(key) = map.next_key::<String>()? {
                    if let Some(twice) = keys.replace(key) {
                        return Err(A::Error::custom(format!("`{twice}` is written twice")));
                    }
                    map.next_value::<Once>()?;
                }
                Ok(Once)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Once, A::Error> {
                while items.next_element::<Once>()?.is_some() {}
                Ok(Once)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Once, E> {
                Ok(Once)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Once, E> {
                Ok(Once)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Once, E> {
                Ok(Once)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Once, E> {
                Ok(Once)
            }

            fn visit_str<E>(self, _: &str) -> Result<Once, E> {
                Ok(Once)
            }

            fn visit_unit<E>(self) -> Result<Once, E> {
                Ok(Once)
            }
        }
        deserializer.deserialize_any(Keys)
    }
}
