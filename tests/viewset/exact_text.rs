//! Text is compared to the last character on every database, also where a collation would not.

use poem::http::Method;
use refrain::{Access, AllowAny, Api, ViewSet};
use refrain_testing::{Backend, TestDb, every_database};
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::support::{Car, CarInput, Client, auth, car, car_of, sync};

/// Cars that a path names by their name.
struct ByName;

impl ViewSet for ByName {
    type Entity = car::Entity;
    type Output = Car;
    type Input = CarInput;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(AllowAny)
    }

    fn lookup() -> car::Column {
        car::Column::Name
    }

    fn filters() -> Vec<car::Column> {
        vec![car::Column::Name]
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
