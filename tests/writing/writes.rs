//! A write is judged on both sides, and by what holds when it is written: nobody makes or keeps a row their rule
//! denies, and no write slips through a change or a revocation that came first.

use std::sync::Arc;

use poem::{Body, http::Method};
use refrain::{
    Access, Action, AllowAny, Context, IsAdminUser, IsOwner, IsOwnerOrReadOnly, ModelPermissions, Operators,
    PermissionClass, Result, Rule, ViewSet, async_trait, auth::NewUser,
};
use refrain_testing::{TestDb, every_database};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryOrder,
    sea_query::{Alias, Expr, ExprTrait, Query},
};
use serde_json::json;

use crate::support::{
    Answer, Car, Client, Rules, answer, api, auth, car, car_of,
    meanwhile::{begin_first, held_back, wait_until_blocked},
    sync, user,
};

const ALL: [&str; 4] = ["add", "change", "delete", "view"];

struct Owned;

impl Rules for Owned {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions & IsOwnerOrReadOnly)
    }
}

#[every_database]
async fn nobody_makes_or_keeps_a_row_their_rule_denies(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let client = api::<Owned>(&db, &auth);
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &ALL).await;
    let (bob, _) = user(&auth, &db, NewUser::new("bob"), &ALL).await;
    let (alice_id, bob_id) = (alice.id().unwrap().to_string(), bob.id().unwrap().to_string());
    let owner = |id: &str| json!(id.parse::<i32>().unwrap());
    let row = car_of(&db, Some(&alice), "mine").await;
    let path = format!("/api/cars/{}", row.id);

    let mine = client.ask(Method::POST, "/api/cars", &token, Some(json!({"name": "new"}))).await;
    assert_eq!((mine.code(), &mine.json()["owner_id"]), (201, &owner(&alice_id)), "left out, it is the caller's");
    let cases = [
        (Method::POST, "/api/cars", json!({"name": "theirs", "owner_id": owner(&bob_id)}), 403),
        (Method::PATCH, &path, json!({"owner_id": owner(&bob_id)}), 403),
        (Method::PATCH, &path, json!({"owner_id": null}), 403),
        (Method::PUT, &path, json!({"name": "x", "owner_id": owner(&bob_id)}), 403),
        (Method::PATCH, &path, json!({"name": "kept", "published": true}), 200),
        (Method::PUT, &path, json!({"name": "kept"}), 200),
    ];
    for (method, path, body, status) in cases {
        let answer = client.ask(method, path, &token, Some(body.clone())).await;
        assert_eq!(answer.code(), status, "{body}: {}", answer.text);
    }
    let rows = car::Entity::find().order_by_asc(car::Column::Id).all(db.db()).await.unwrap();
    let written: Vec<_> = rows.iter().map(|car| (car.name.as_str(), car.owner_id.unwrap(), car.published)).collect();
    let alice_id: i32 = alice_id.parse().unwrap();
    assert_eq!(written, [("kept", alice_id, false), ("new", alice_id, false)], "refused writes wrote nothing");
}

#[every_database]
async fn a_viewset_can_leave_the_result_unchecked_as_drf_does(db: TestDb) {
    struct Unchecked;
    impl ViewSet for Unchecked {
        type Serializer = Car;
        const PATH: &'static str = "/cars";
        const CHECKS_RESULT: bool = false;
        fn permissions() -> Access<car::Entity> {
            Access::to(IsOwner)
        }
    }
    let auth = auth();
    sync(&auth, &db).await;
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let row = car_of(&db, Some(&alice), "mine").await;
    let api = refrain::Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Unchecked).build().unwrap();
    let client = Client::new(api);
    let path = format!("/api/cars/{}", row.id);
    let given = client.ask(Method::PATCH, &path, &token, Some(json!({"owner_id": null}))).await;
    assert_eq!((given.code(), &given.json()["owner_id"]), (200, &json!(null)));
    assert_eq!(client.get(&path, &token).await.code(), 404, "it is somebody else's now");
}

/// The rule speaks before a constraint does: who may not write the row is not told what it collides with.
#[every_database]
async fn a_collision_is_told_only_to_who_may_write(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    db.execute_unprepared("CREATE UNIQUE INDEX drivers_car_name_uniq ON drivers_car (name)").await.unwrap();
    let client = api::<Owned>(&db, &auth);
    let (alice, token) = user(&auth, &db, NewUser::new("alice"), &ALL).await;
    let (bob, _) = user(&auth, &db, NewUser::new("bob"), &[]).await;
    car_of(&db, Some(&bob), "taken").await;
    let row = car_of(&db, Some(&alice), "mine").await;
    let bob_id: i32 = bob.id().unwrap().to_string().parse().unwrap();
    let path = format!("/api/cars/{}", row.id);

    let allowed = client.ask(Method::POST, "/api/cars", &token, Some(json!({"name": "taken"}))).await;
    assert_eq!(allowed.code(), 409, "{}", allowed.text);
    assert_eq!(allowed.json()["errors"]["name"], json!(["Car with this name already exists."]));
    let not = client.ask(Method::POST, "/api/cars", &token, Some(json!({"name": "taken", "owner_id": bob_id}))).await;
    assert_eq!(not.code(), 403, "{}", not.text);
    let allowed = client.ask(Method::PATCH, &path, &token, Some(json!({"name": "taken"}))).await;
    assert_eq!(allowed.code(), 409, "{}", allowed.text);
    let not = client.ask(Method::PATCH, &path, &token, Some(json!({"name": "taken", "owner_id": bob_id}))).await;
    assert_eq!(not.code(), 403, "{}", not.text);
    assert_eq!(car::Entity::find().count(db.db()).await.unwrap(), 2);
}

#[every_database]
async fn a_row_that_points_at_nothing_is_400_and_one_pointed_at_409(db: TestDb) {
    struct Open;
    impl Rules for Open {
        fn permissions() -> Access<car::Entity> {
            Access::to(AllowAny)
        }
    }
    let auth = auth();
    sync(&auth, &db).await;
    let client = api::<Open>(&db, &auth);
    let made = client.ask(Method::POST, "/api/cars", "", Some(json!({"name": "x", "owner_id": 424242}))).await;
    assert_eq!(made.code(), 400, "{}", made.text);
    assert_eq!(car::Entity::find().count(db.db()).await.unwrap(), 0);

    let row = car_of(&db, None, "pointed at").await;
    let child = "CREATE TABLE child (car_id bigint NOT NULL, FOREIGN KEY (car_id) REFERENCES drivers_car (id))";
    db.execute_unprepared(child).await.unwrap();
    db.execute_unprepared(&format!("INSERT INTO child VALUES ({})", row.id)).await.unwrap();
    let gone = client.ask(Method::DELETE, &format!("/api/cars/{}", row.id), "", None).await;
    assert_eq!(gone.code(), 409, "{}", gone.text);
    db.execute_unprepared("DROP TABLE child").await.unwrap();
}

/// What happens to the world while a write is under way.
#[derive(Clone, Copy, Debug)]
enum Meanwhile {
    OwnerChanges,
    PermissionIsRevoked,
    GroupMembershipIsRevoked,
    UserIsMadeInactive,
    ReadsOfOtherTablesChange,
}

const EVERY: [Meanwhile; 5] = [
    Meanwhile::OwnerChanges,
    Meanwhile::PermissionIsRevoked,
    Meanwhile::GroupMembershipIsRevoked,
    Meanwhile::UserIsMadeInactive,
    Meanwhile::ReadsOfOtherTablesChange,
];

/// The change commits after the write was first judged, and before it locks its row: the body is held back until then.
#[every_database]
async fn a_change_before_the_lock_stops_the_write(db: TestDb) {
    for method in [Method::PATCH, Method::PUT] {
        for meanwhile in EVERY {
            let world = World::new(&db, meanwhile).await;
            let (body, gate) = held_back();
            let write = world.start(method.clone(), body);
            gate.is_read().await;
            world.change(&*db).await;
            gate.release(json!({"name": "written"})).await;
            world.is_refused(write.await.unwrap(), meanwhile).await;
        }
    }
}

/// The change is made under the row's lock, the write waits for it, and then the change commits.
#[every_database]
async fn a_change_during_the_wait_for_the_lock_stops_the_write(db: TestDb) {
    for meanwhile in EVERY {
        let world = World::new(&db, meanwhile).await;
        let other = db.another_pool().await;
        let (body, gate) = held_back();
        let write = world.start(Method::PATCH, body);
        gate.is_read().await;
        let transaction = begin_first(&other, world.row).await;
        gate.release(json!({"name": "written"})).await;
        wait_until_blocked(&db, &other).await;
        world.change(&transaction).await;
        transaction.commit().await.unwrap();
        world.is_refused(write.await.unwrap(), meanwhile).await;
    }
}

/// The same for a row that is deleted meanwhile.
#[every_database]
async fn a_row_deleted_before_the_lock_is_not_there(db: TestDb) {
    let world = World::new(&db, Meanwhile::OwnerChanges).await;
    let (body, gate) = held_back();
    let write = world.start(Method::PATCH, body);
    gate.is_read().await;
    car::Entity::delete_by_id(world.row).exec(db.db()).await.unwrap();
    gate.release(json!({"name": "written"})).await;
    assert_eq!(write.await.unwrap().code(), 404);
}

/// Rows of garages that a user is in: a rule that reads another table.
#[derive(Clone, Copy, Operators)]
struct InMyGarage;

#[async_trait]
impl PermissionClass for InMyGarage {
    type Model = car::Entity;

    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        if cx.action() == Action::Retrieve {
            return Ok(Rule::Always);
        }
        let mine = Query::select().column(Alias::new("name")).from(Alias::new("garage")).to_owned();
        Ok(Rule::when(Expr::val(cx.user().username.clone()).in_subquery(mine)))
    }
}

struct Guarded;

impl Rules for Guarded {
    fn permissions() -> Access<car::Entity> {
        Access::to(ModelPermissions & IsOwnerOrReadOnly & (InMyGarage | IsAdminUser))
    }
}

struct World {
    client: Arc<Client>,
    token: String,
    row: i64,
    meanwhile: Meanwhile,
    user_id: i32,
    other_id: i32,
    name: String,
}

impl World {
    async fn new(db: &TestDb, meanwhile: Meanwhile) -> Self {
        static N: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let n = N.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let auth = auth();
        sync(&auth, db).await;
        db.execute_unprepared("CREATE TABLE IF NOT EXISTS garage (name varchar(150) NOT NULL)").await.unwrap();
        let name = format!("alice-{n}");
        let (alice, token) = user(&auth, db, NewUser::new(&name), &["view"]).await;
        let (bob, _) = user(&auth, db, NewUser::new(format!("bob-{n}")), &[]).await;
        db.execute_unprepared(&format!("INSERT INTO garage VALUES ('{name}')")).await.unwrap();
        match meanwhile {
            Meanwhile::GroupMembershipIsRevoked => {
                let editors = auth.create_group(db.db(), &format!("Editors {n}")).await.unwrap();
                editors.permissions().set(db.db(), ["drivers.change_car"]).await.unwrap();
                alice.groups().add(db.db(), [&editors]).await.unwrap();
            }
            _ => alice.permissions().add(db.db(), ["drivers.change_car"]).await.unwrap(),
        }
        let row = car_of(db, Some(&alice), "as it was").await.id;
        let id = |user: &refrain::auth::User| user.id().unwrap().to_string().parse().unwrap();
        let (user_id, other_id) = (id(&alice), id(&bob));
        let client = Arc::new(api::<Guarded>(&db.another_pool().await, &auth));
        Self { client, token, row, meanwhile, user_id, other_id, name }
    }

    fn start(&self, method: Method, body: Body) -> tokio::task::JoinHandle<Answer> {
        let (client, path) = (self.client.clone(), format!("/api/cars/{}", self.row));
        let token = format!("Token {}", self.token);
        tokio::spawn(async move {
            let request = client.raw().request(method, path).header("authorization", token);
            answer(request.content_type("application/json").body(body).send().await).await
        })
    }

    /// Made behind Refrain's back, as Django or psql would.
    async fn change(&self, db: &impl ConnectionTrait) {
        let (user, other, row, name) = (self.user_id, self.other_id, self.row, &self.name);
        let inactive = if db.get_database_backend() == sea_orm::DbBackend::Postgres { "false" } else { "0" };
        let sql = match self.meanwhile {
            Meanwhile::OwnerChanges => format!("UPDATE drivers_car SET owner_id = {other} WHERE id = {row}"),
            Meanwhile::PermissionIsRevoked => format!(
                "DELETE FROM auth_user_user_permissions WHERE user_id = {user} AND permission_id IN \
                 (SELECT id FROM auth_permission WHERE codename = 'change_car')"
            ),
            Meanwhile::GroupMembershipIsRevoked => format!("DELETE FROM auth_user_groups WHERE user_id = {user}"),
            Meanwhile::UserIsMadeInactive => format!("UPDATE auth_user SET is_active = {inactive} WHERE id = {user}"),
            Meanwhile::ReadsOfOtherTablesChange => format!("DELETE FROM garage WHERE name = '{name}'"),
        };
        assert_eq!(db.execute_unprepared(&sql).await.unwrap().rows_affected(), 1, "{sql}");
    }

    async fn is_refused(&self, answer: Answer, meanwhile: Meanwhile) {
        let expected = if matches!(meanwhile, Meanwhile::UserIsMadeInactive) { 401 } else { 403 };
        assert_eq!(answer.code(), expected, "{meanwhile:?}: {}", answer.text);
        let again = self.client.get(&format!("/api/cars/{}", self.row), &self.token).await;
        if again.code() == 200 {
            assert_ne!(again.json()["name"], "written", "{meanwhile:?}");
        }
    }
}

/// A write that nothing comes between goes through: the tests above would pass if none ever did.
#[every_database]
async fn a_write_that_nothing_stops_goes_through(db: TestDb) {
    let world = World::new(&db, Meanwhile::GroupMembershipIsRevoked).await;
    let (body, gate) = held_back();
    let write = world.start(Method::PATCH, body);
    gate.is_read().await;
    let row = car::Entity::find_by_id(world.row).one(db.db()).await.unwrap().unwrap();
    let mut same = row.into_active_model();
    same.published = Set(true);
    same.update(db.db()).await.unwrap();
    gate.release(json!({"name": "written"})).await;
    let answer = write.await.unwrap();
    assert_eq!((answer.code(), &answer.json()["name"]), (200, &json!("written")));
    assert_eq!(answer.json()["published"], true, "the row as it was under the lock, not as it was seen before");
}
