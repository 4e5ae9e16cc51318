//! What a `PATCH` does with an object inside of a column: JSON replaces it, a merge patch (RFC 7396) is merged into it.

use std::sync::Arc;

use poem::http::Method;
use refrain::{Access, AllowAny, Api, Serializer, ViewSet};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ConnectionTrait, Schema};
use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, answer, auth};

mod device {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "home_device")]
    #[refrain(app = "home", model = "Device")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub room: Option<String>,
        pub settings: Json,
        pub place: super::Place,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Where it stands: both members are required.
#[derive(
    Clone, Debug, PartialEq, Eq, Serializer, serde::Serialize, serde::Deserialize, sea_orm::FromJsonQueryResult,
)]
pub struct Place {
    floor: i32,
    #[serializer(length(1..=20))]
    room: String,
}

#[derive(Serializer)]
#[serializer(model = device)]
struct Device {
    #[serializer(read_only)]
    id: i64,
    #[serializer(length(1..=20))]
    name: String,
    room: Option<String>,
    settings: Json,
    place: Place,
}

struct Devices;

impl ViewSet for Devices {
    type Serializer = Device;
    const PATH: &'static str = "/devices";

    fn permissions() -> Access<device::Entity> {
        Access::to(AllowAny)
    }
}

async fn site(db: &TestDb) -> (Arc<Client>, String) {
    let table = Schema::new(db.get_database_backend()).create_table_from_entity(device::Entity);
    db.execute(&table).await.expect("a table");
    let api = Api::new("Home", "1", db.db().clone()).auth(auth()).mount(Devices).build().expect("the parts fit");
    let client = Client::new(api);
    let body = json!({
        "name": "lamp", "room": "hall", "settings": {"light": {"level": 5, "warm": true}, "tags": ["a"]},
        "place": {"floor": 1, "room": "hall"}
    });
    let made = client.ask(Method::POST, "/api/devices", "", Some(body)).await;
    assert_eq!(made.code(), 201, "{}", made.text);
    (Arc::new(client), format!("/api/devices/{}", made.json()["id"]))
}

async fn send(client: &Client, method: Method, path: &str, media_type: &str, body: &str) -> Answer {
    let request = client.raw().request(method, path).header("content-length", body.len());
    answer(request.content_type(media_type).body(body.to_owned()).send().await).await
}

async fn merge(client: &Client, path: &str, patch: Json) -> Answer {
    send(client, Method::PATCH, path, "application/merge-patch+json; charset=utf-8", &patch.to_string()).await
}

#[every_database]
async fn a_merge_patch_changes_what_it_names_at_every_depth(db: TestDb) {
    let (client, path) = site(&db).await;
    let patch = json!({
        "room": null, "settings": {"light": {"level": 9, "warm": null, "hue": {"h": 1, "s": null}}, "tags": ["b"]},
        "place": {"floor": 2}
    });
    let merged = merge(&client, &path, patch).await;
    assert_eq!(merged.code(), 200, "{}", merged.text);
    let now = client.get(&path, "").await.json();
    assert_eq!(now, merged.json());
    assert_eq!((&now["name"], &now["room"]), (&json!("lamp"), &Json::Null), "what it does not name stays");
    assert_eq!(now["settings"], json!({"light": {"level": 9, "hue": {"h": 1}}, "tags": ["b"]}));
    assert_eq!(now["place"], json!({"floor": 2, "room": "hall"}));

    // JSON replaces the column, as in the reference
    let replaced = client.ask(Method::PATCH, &path, "", Some(json!({"settings": {"light": {"level": 1}}}))).await;
    assert_eq!(replaced.json()["settings"], json!({"light": {"level": 1}}));
    let part = client.ask(Method::PATCH, &path, "", Some(json!({"place": {"floor": 3}}))).await;
    part.is_problem(400, "invalid", "Invalid input.", &json!({"place.room": ["This field is required."]}));

    // what is no object is replaced
    assert_eq!(merge(&client, &path, json!({"settings": [1]})).await.json()["settings"], json!([1]));
    assert_eq!(
        merge(&client, &path, json!({"settings": {"a": {"b": null}}})).await.json()["settings"],
        json!({"a": {}})
    );
}

#[every_database]
async fn what_comes_of_a_merge_is_checked(db: TestDb) {
    let (client, path) = site(&db).await;
    let before = client.get(&path, "").await.json();
    let required = json!({"name": ["Ensure this field has no more than 20 characters."],
                          "place.room": ["This field is required."]});
    let odd = json!({"name": "a name that is far too long", "place": {"room": null}});
    merge(&client, &path, odd).await.is_problem(400, "invalid", "Invalid input.", &required);
    let blank = json!({"place.room": ["This field may not be blank."]});
    merge(&client, &path, json!({"place": {"room": ""}})).await.is_problem(400, "invalid", "Invalid input.", &blank);
    for (patch, field) in [
        (r#"{"settings":{"a":{"b":1,"b":2}}}"#, "settings.a.b"),
        (r#"{"settings":{"n":18446744073709551616}}"#, "settings"),
        (r#"{"settings":{"n":"\u0000"}}"#, "settings"),
        (r#"{"name":{"a":1}}"#, "name"),
        (r#"{"name":null}"#, "name"),
    ] {
        let refused = send(&client, Method::PATCH, &path, "application/merge-patch+json", patch).await;
        assert_eq!(refused.code(), 400, "{patch}: {}", refused.text);
        assert!(refused.json()["errors"][field].is_array(), "{patch}: {}", refused.text);
    }
    assert_eq!(client.get(&path, "").await.json(), before, "refused patches change nothing");
}

/// The value under the lock is what counts: of two that merge at once, neither is lost.
#[every_database]
async fn patches_at_once_are_merged_one_after_the_other(db: TestDb) {
    let (client, path) = site(&db).await;
    let patches = (0..6).map(|place| {
        let (client, path) = (client.clone(), path.clone());
        let patch = json!({"settings": {format!("key {place}"): place}});
        tokio::spawn(async move { merge(&client, &path, patch).await.code() })
    });
    for patch in patches.collect::<Vec<_>>() {
        assert_eq!(patch.await.expect("an answer"), 200);
    }
    let settings = client.get(&path, "").await.json()["settings"].clone();
    assert_eq!(settings.as_object().map(serde_json::Map::len), Some(8), "{settings}");
}

#[every_database(sqlite, because = "no row is asked about what a body may be")]
async fn a_patch_is_told_what_it_may_be(db: TestDb) {
    let (client, path) = site(&db).await;
    let types = Some("application/json, application/merge-patch+json");
    let options = client.ask(Method::OPTIONS, &path, "", None).await;
    assert_eq!((options.code(), options.header("accept-patch")), (200, types));
    assert_eq!(options.json()["parses"], json!(["application/json", "application/merge-patch+json"]));
    let list = client.ask(Method::OPTIONS, "/api/devices", "", None).await;
    assert_eq!((list.header("accept-patch"), &list.json()["parses"]), (None, &json!(["application/json"])));
    let odd = send(&client, Method::PATCH, &path, "application/json-patch+json", "[]").await;
    assert_eq!((odd.code(), odd.header("accept-patch")), (415, types), "{}", odd.text);
    for (method, path) in [(Method::PUT, path.as_str()), (Method::POST, "/api/devices")] {
        let merge = send(&client, method, path, "application/merge-patch+json", "{}").await;
        assert_eq!((merge.code(), merge.header("accept-patch")), (415, None), "{}", merge.text);
    }
}
