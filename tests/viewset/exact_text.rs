//! Text is compared to the last character on every database, also where a collation would not.

use poem::http::Method;
use refrain::{Access, AllowAny, Api, Filter, Serializer, ViewSet};
use refrain_testing::{Backend, TestDb, every_database};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::support::{Client, auth, car_of, sync};

/// The cars, as a program declares them whose names are unique.
mod car {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "drivers_car")]
    #[refrain(app = "drivers", model = "Car", owner = "owner_id")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(unique)]
        pub name: String,
        pub owner_id: Option<i32>,
        pub published: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Serializer)]
#[serializer(model = car)]
struct Car {
    #[serializer(read_only)]
    id: i64,
    name: String,
    owner_id: Option<i32>,
    #[serializer(read_only, default = false)]
    published: bool,
}

/// Cars that a path names by their name.
struct ByName;

impl ViewSet for ByName {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(AllowAny)
    }

    fn lookup() -> car::Column {
        car::Column::Name
    }

    fn filters() -> Vec<Filter<car::Column>> {
        vec![car::Column::Name.into()]
    }
}

/// As Django makes its tables on a server with the usual settings.
async fn with_a_loose_collation(db: &TestDb, collation: &str) {
    if db.backend() == Backend::MariaDb {
        let loose = format!("ALTER TABLE drivers_car CONVERT TO CHARACTER SET {collation}");
        db.execute_unprepared(&loose).await.expect("it is converted");
    }
}

#[every_database]
async fn a_filter_and_a_path_mean_this_very_text(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(ByName);
    let client = Client::new(api.build().expect("the parts fit"));
    for collation in ["utf8mb4 COLLATE utf8mb4_general_ci", "latin1 COLLATE latin1_swedish_ci"] {
        with_a_loose_collation(&db, collation).await;
        for name in ["Käfer", "Golf"] {
            let row = car_of(&db, None, name).await;
            let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let found = client.get(&format!("/api/cars?name={encoded}"), "").await.json();
            assert_eq!((&found["count"], &found["results"][0]["id"]), (&json!(1), &json!(row.id)), "{name}");
            let path = format!("/api/cars/{encoded}");
            assert_eq!(client.get(&path, "").await.json()["id"], row.id);
            for other in [name.to_uppercase(), name.to_lowercase(), format!("{name} "), name.replace('ä', "a")] {
                if other == name {
                    continue;
                }
                let other: String = other.bytes().map(|byte| format!("%{byte:02X}")).collect();
                let found = client.get(&format!("/api/cars?name={other}"), "").await.json();
                assert_eq!(found["count"], 0, "{other} is not {name}");
                for method in [Method::GET, Method::PATCH, Method::DELETE] {
                    let answer = client.ask(method, &format!("/api/cars/{other}"), "", Some(json!({}))).await;
                    assert_eq!(answer.code(), 404, "{other} is not {name}: {}", answer.text);
                }
            }
            let changed = client.ask(Method::PATCH, &path, "", Some(json!({"owner_id": null}))).await;
            assert_eq!(changed.code(), 200, "{}", changed.text);
            assert_eq!(client.ask(Method::DELETE, &path, "", None).await.code(), 204);
        }
    }
}
