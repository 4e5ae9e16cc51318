//! What a representation tells of the row is what the routes let its reader do.

use poem::http::Method;
use poem_openapi::{OpenApi, payload::Json};
use refrain::{
    Access, Action, Api, HasPerm, IsAdminUser, IsOwner, Locked, ModelPermissions, ObjectPermissions, Problem,
    RowAction, ViewSet, auth::NewUser,
};
use refrain_testing::{TestDb, counted, every_database};
use sea_orm::{ActiveValue::Set, IntoActiveModel};
use serde_json::{Value, json};

use crate::support::{Car, Client, auth, car, car_of, sync, user};

struct Cars;

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";
    const ROW_PERMISSIONS: bool = true;

    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions | ObjectPermissions).on(Action::Destroy, IsOwner | IsAdminUser)
    }
}

struct Publish;

impl RowAction for Publish {
    type Of = Cars;
    const NAME: &'static str = "publish";
    const METHOD: Method = Method::POST;

    fn permissions() -> Access<car::Entity> {
        Access::to(HasPerm("drivers.publish_car") & !IsOwner)
    }
}

struct Actions;

#[OpenApi]
impl Actions {
    #[oai(path = "/cars/:id/publish", method = "post", operation_id = "cars_publish")]
    async fn publish(&self, id: Locked<Publish>) -> Result<Json<Car>, Problem> {
        let mut car = id.row.clone().into_active_model();
        car.published = Set(true);
        Ok(Json(id.save(car).await?.into()))
    }
}

#[every_database]
async fn what_is_told_is_what_may_be_done(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, alice_token) = user(&auth, &db, NewUser::new("alice"), &["view", "publish"]).await;
    let people = [
        alice_token,
        user(&auth, &db, NewUser::new("changer"), &["view", "change"]).await.1,
        user(&auth, &db, NewUser::new("staff").staff(), &["view"]).await.1,
        user(&auth, &db, NewUser::new("root").superuser(), &[]).await.1,
    ];
    car_of(&db, Some(&alice), "alice's").await;
    let granted = car_of(&db, None, "granted").await;
    car_of(&db, None, "nobody's").await;
    auth.assign_perm(db.db(), "change_car", [&alice], [&granted]).await.unwrap();

    let (counting, counter) = counted(&db);
    let api = Api::new("Drivers", "1", counting).auth(auth.clone()).mount(Cars).with(Actions).build().unwrap();
    let client = Client::new(api);
    for token in &people {
        counter.take();
        let list = client.get("/api/cars", token).await.json();
        assert_eq!(counter.count(), 3, "told in the statement of the page");
        for row in list["results"].as_array().unwrap() {
            let path = format!("/api/cars/{}", row["id"]);
            let told: Vec<&str> = row["permissions"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            counter.take();
            let detail = client.get(&path, token).await.json();
            assert_eq!(counter.count(), 2, "told in the statement that reads and judges the row");
            assert_eq!(detail["permissions"], row["permissions"]);
            let change = client.ask(Method::PATCH, &path, token, Some(json!({}))).await;
            let publish = client.ask(Method::POST, &format!("{path}/publish"), token, None).await;
            let may = [("view", true), ("change", change.code() == 200), ("publish", publish.code() == 200)];
            for (name, may) in may {
                assert_eq!(told.contains(&name), may, "{name} of {path}: {told:?}");
            }
            if change.code() == 200 {
                assert_eq!(change.json()["permissions"], row["permissions"]);
            }
        }
    }
    // deleting changes what there is: asked last, of one row
    let root = &people[3];
    let staff = &people[2];
    let told = client.get(&format!("/api/cars/{}", granted.id), staff).await.json()["permissions"].clone();
    assert_eq!(told, json!(["view", "delete"]));
    assert_eq!(client.ask(Method::DELETE, &format!("/api/cars/{}", granted.id), staff, None).await.code(), 204);
    let told = client.ask(Method::POST, "/api/cars", root, Some(json!({"name": "new"}))).await.json();
    assert_eq!(told["permissions"], json!(["view", "change", "delete"]), "root owns it, and may not publish it");
}

#[every_database(sqlite, because = "the document is the same on every database")]
async fn the_document_tells_of_the_member(db: TestDb) {
    let api = Api::new("Drivers", "1", db.db().clone()).mount(Cars).with(Actions).build().unwrap();
    let document: Value = serde_json::from_str(api.document()).unwrap();
    let schema = &document["paths"]["/cars/{id}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
    assert_eq!(schema["$ref"], "#/components/schemas/CarsRow");
    let schemas = &document["components"]["schemas"];
    let told = &schemas["CarsRow"]["properties"]["permissions"];
    assert_eq!(
        (&told["type"], &told["description"]),
        (&json!("array"), &json!("What the caller may do with this row."))
    );
    assert_eq!(schemas["CarsRow"]["properties"]["name"], schemas["Car"]["properties"]["name"]);
    assert_eq!(schemas["Car"]["properties"].get("permissions"), None);
}
