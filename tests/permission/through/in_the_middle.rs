//! What may be done with a parent is judged under the lock of the child: a change of it that was committed meanwhile
//! stops the write.

use poem::{http::Method, test::TestClient};
use refrain::{
    Action, AllowAny, Api, BuiltApi, IntoPermissions, ModelPermissions, ObjectPermissions, Through, auth::Ceiling,
    authentication::Authenticators,
};
use refrain_testing::{TestDb, every_database};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait};

use super::world::{Buses, ByName, Chosen, Fleets, Roots, Row, Seats, Site, bus, choose, fleet, seat};
use crate::support::meanwhile::held_back;

fn row(id: i32, points_at: Option<i32>) -> Row {
    Row { id, points_at, owner: None, open: Some(true) }
}

async fn site(db: &TestDb) -> (Site, TestClient<poem::endpoint::BoxEndpoint<'static, poem::Response>>) {
    let (site, api) = built(db).await;
    (site, TestClient::new(api.into_endpoint()))
}

async fn built(db: &TestDb) -> (Site, BuiltApi) {
    let site = Site::open(db).await;
    site.settle(&[vec![row(1, None), row(2, None)], vec![row(1, Some(1))], vec![row(1, Some(1))]], &[(0, "view", 1)])
        .await;
    choose(Chosen {
        permissions: [
            AllowAny.into_permissions(),
            (ModelPermissions | ObjectPermissions).into_permissions(),
            Through::<Fleets>::by(bus::Column::FleetId).into_permissions(),
            Through::<Buses>::by(seat::Column::BusId).into_permissions(),
        ],
        chooses: [false; 4],
    });
    let api = Api::new("Through", "1", site.db.clone())
        .auth(site.auth.clone())
        .authenticators(Authenticators::none().with(ByName))
        .mount(Roots)
        .mount(Fleets)
        .mount(Buses)
        .mount(Seats);
    (site, api.build().expect("the keys can be followed"))
}

/// A change of a seat whose body is held back until the two have happened.
async fn change_while(db: &TestDb, between: impl AsyncFn(&Site)) -> (u16, Option<bool>) {
    let (site, client) = site(db).await;
    let (body, gate) = held_back();
    let request = client.request(Method::PATCH, "/api/seats/1").header("x-name", "alice");
    let request = request.header("content-type", "application/json").body(body).send();
    let between = async {
        gate.is_read().await;
        between(&site).await;
        gate.release(serde_json::json!({"open": false})).await;
    };
    let (response, ()) = tokio::join!(request, between);
    let seat = seat::Entity::find_by_id(1).one(&site.db).await.unwrap().expect("it stays");
    (response.0.status().as_u16(), seat.open)
}

#[every_database]
async fn undisturbed_the_change_is_made(db: TestDb) {
    assert_eq!(change_while(&db, async |_| ()).await, (200, Some(false)));
}

#[every_database]
async fn a_grant_on_the_parents_parent_that_is_taken_away_meanwhile_stops_the_write(db: TestDb) {
    let revoke = async |site: &Site| {
        site.db.execute_unprepared("DELETE FROM guardian_userobjectpermission").await.unwrap();
    };
    assert_eq!(change_while(&db, revoke).await, (404, Some(true)));
}

#[every_database]
async fn a_parent_that_is_moved_meanwhile_stops_the_write(db: TestDb) {
    let moved = async |site: &Site| {
        let bus = bus::ActiveModel { id: Set(1), fleet_id: Set(Some(2)), ..Default::default() };
        bus.update(&site.db).await.unwrap();
    };
    assert_eq!(change_while(&db, moved).await, (404, Some(true)));
}

/// Nobody makes a row below a parent that they may not see, nor moves one there.
#[every_database]
async fn what_a_row_becomes_is_followed_too(db: TestDb) {
    let (site, client) = site(&db).await;
    let send = async |method: Method, path: &str, body: serde_json::Value| {
        let request = client.request(method, path).header("x-name", "alice").body_json(&body);
        request.send().await.0.status().as_u16()
    };
    assert_eq!(send(Method::POST, "/api/buses", serde_json::json!({"id": 2, "fleet_id": 1})).await, 201);
    assert_ne!(send(Method::POST, "/api/buses", serde_json::json!({"id": 3, "fleet_id": 2})).await, 201);
    assert_eq!(send(Method::POST, "/api/buses", serde_json::json!({"id": 4})).await, 403, "NULL points at nothing");
    assert_ne!(send(Method::PATCH, "/api/buses/2", serde_json::json!({"fleet_id": 2})).await, 200);
    let fleets: Vec<Option<i32>> =
        bus::Entity::find().all(&site.db).await.unwrap().iter().map(|bus| bus.fleet_id).collect();
    assert_eq!(fleets, [Some(1), Some(1)]);
    assert!(fleet::Entity::find_by_id(2).one(&site.db).await.unwrap().is_some());
}

/// Whoever may do that with the parent, whether or not they may see it.
#[every_database]
async fn the_parent_is_asked_about_the_action_that_is_named(db: TestDb) {
    let site = Site::open(&db).await;
    let fleets = vec![row(1, None), row(2, None)];
    let buses = vec![row(1, Some(1)), row(2, Some(2))];
    site.settle(&[fleets, buses, Vec::new()], &[(0, "view", 1), (0, "change", 2)]).await;
    let changed = Through::<Fleets>::by(bus::Column::FleetId).for_action(Action::PartialUpdate);
    let open = || AllowAny.into_permissions();
    choose(Chosen {
        permissions: [open(), ObjectPermissions.into_permissions(), changed.into_permissions(), open()],
        chooses: [false; 4],
    });
    let api = Api::new("Through", "1", site.db.clone()).auth(site.auth.clone());
    let api = api.authenticators(Authenticators::none().with(ByName)).mount(Fleets).mount(Buses).build();
    let client = TestClient::new(api.expect("the key can be followed").into_endpoint());
    for (path, code) in [("/api/buses/1", 404), ("/api/buses/2", 200), ("/api/fleets/1", 200), ("/api/fleets/2", 404)] {
        let answer = client.request(Method::GET, path).header("x-name", "alice").send().await;
        assert_eq!(answer.0.status().as_u16(), code, "{path}");
    }
}

/// Why is told in the parent's words: what it asks, how that is held, and what would change the answer.
#[every_database]
async fn it_is_explained_by_the_parents_rule(db: TestDb) {
    let (_, api) = built(&db).await;
    let alice = api.explain(Some("alice"), &Method::GET, "/api/seats/1").await.unwrap();
    assert!(alice.outcome.allowed, "{alice}");
    let bob = api.explain(Some("bob"), &Method::GET, "/api/seats/1").await.unwrap();
    assert_eq!(
        (bob.outcome.status, bob.expression.expression.as_str()),
        (Some(404), "Through<Buses>(bus_id)"),
        "{bob}"
    );
    assert_eq!(bob.permissions.iter().map(|asked| &*asked.label).collect::<Vec<_>>(), ["through.view_fleet"]);
    assert_eq!(bob.would_change, ["granting through.view_fleet to bob or to one of their groups"]);
    assert!(bob.expression.rows.contains("through_seat.bus_id in Buses("), "{bob}");
    let table = api.permissions().await.to_string();
    assert!(table.contains("Through<Fleets>(fleet_id)"), "{table}");
}

/// A credential that may not retrieve the parent does not see its rows, whoever has it.
#[every_database]
async fn a_ceiling_holds_for_the_parent_too(db: TestDb) {
    let (site, api) = built(&db).await;
    let alice = async || site.auth.user(&site.db, "alice").await.unwrap().unwrap();
    let seen = async |allows: &[&str]| {
        let allows = allows.iter().map(|model| format!("through.view_{model}"));
        let alice = alice().await.within(Ceiling::new(allows));
        api.explain_to(alice, &Method::GET, "/api/seats/1").await.unwrap().outcome.allowed
    };
    assert!(seen(&["seat", "bus", "fleet"]).await);
    for lacking in [["bus", "fleet"], ["seat", "fleet"], ["seat", "bus"]] {
        assert!(!seen(&lacking).await, "{lacking:?}");
    }
}
