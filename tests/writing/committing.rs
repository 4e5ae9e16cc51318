//! What stands around a commit: nothing that may fail comes after it, and what follows it follows in any case.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use poem::http::Method;
use refrain::{
    Access, Action, AnyModel, Api, Context, Error, IsAuthenticated, Operators, PermissionClass, Result, ViewSet,
    async_trait, auth::NewUser,
};
use refrain_testing::{TestDb, every_database};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use tokio::sync::Notify;

use crate::support::{Car, Client, answer, auth, car, car_of, sync, user};

/// Cannot tell who may delete.
#[derive(Clone, Copy, Operators)]
struct AsksElsewhere;

#[async_trait]
impl PermissionClass for AsksElsewhere {
    type Model = AnyModel;

    async fn has_permission(&self, cx: &Context<'_>) -> Result<bool> {
        if cx.action() == Action::Destroy { Err(Error::invalid("the other service is away")) } else { Ok(true) }
    }
}

struct Telling;

impl ViewSet for Telling {
    type Serializer = Car;
    const PATH: &'static str = "/cars";
    const ROW_PERMISSIONS: bool = true;

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated & AsksElsewhere)
    }
}

/// A representation tells what its reader may do: where that cannot be found out, the write did not happen.
#[every_database]
async fn a_write_that_cannot_be_shown_is_not_made(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let client = Client::new(Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Telling).build().unwrap());
    let row = car_of(&db, None, "as it was").await.id;
    let path = format!("/api/cars/{row}");
    for (method, path) in [(Method::POST, "/api/cars"), (Method::PATCH, &path), (Method::PUT, &path)] {
        let answer = client.ask(method, path, &token, Some(json!({"name": "written"}))).await;
        answer.is_problem(503, "unavailable", "The answer could not be found out. Try again later.", &json!(null));
        assert!(answer.header("retry-after").is_some());
    }
    assert_eq!(client.get(&path, &token).await.code(), 503, "nor can it be read");
    assert_eq!(car::Entity::find().count(db.db()).await.unwrap(), 1);
    assert_eq!(car::Entity::find_by_id(row).one(db.db()).await.unwrap().unwrap().name, "as it was");
}

/// Takes its time after a commit.
#[derive(Clone, Default)]
struct Slow {
    began: Arc<Notify>,
    ended: Arc<AtomicBool>,
}

impl ViewSet for Slow {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }

    async fn after_commit(&self, _: Action, _: &car::Model) {
        self.began.notify_one();
        tokio::time::sleep(Duration::from_millis(100)).await;
        self.ended.store(true, Ordering::SeqCst);
    }
}

#[every_database]
async fn what_follows_a_commit_follows_who_hangs_up(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let slow = Slow::default();
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(slow.clone());
    let client = Client::new(api.build().unwrap());
    let request = tokio::spawn(async move {
        let request = client.raw().post("/api/cars").header("authorization", format!("Token {token}"));
        answer(request.body_json(&json!({"name": "written"})).send().await).await
    });
    tokio::time::timeout(Duration::from_secs(10), slow.began.notified()).await.expect("it is committed");
    request.abort();
    assert!(request.await.unwrap_err().is_cancelled(), "nobody waits for the answer any more");
    assert_eq!(car::Entity::find().count(db.db()).await.unwrap(), 1);
    for _ in 0..100 {
        if slow.ended.load(Ordering::SeqCst) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("what follows the commit was dropped with the request");
}

struct Stumbling;

impl ViewSet for Stumbling {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }

    async fn after_commit(&self, action: Action, _: &car::Model) {
        panic!("the mail after {} could not be sent", action.name());
    }
}

/// Who was told of an error would write once more.
#[every_database]
async fn what_is_written_is_told_as_written_whatever_comes_after(db: TestDb) {
    let auth = auth();
    sync(&auth, &db).await;
    let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Stumbling);
    let client = Client::new(api.build().unwrap());
    let made = client.ask(Method::POST, "/api/cars", &token, Some(json!({"name": "written"}))).await;
    assert_eq!(made.code(), 201, "{}", made.text);
    let path = format!("/api/cars/{}", made.json()["id"]);
    let changed = client.ask(Method::PATCH, &path, &token, Some(json!({"name": "again"}))).await;
    assert_eq!((changed.code(), &changed.json()["name"]), (200, &json!("again")), "{}", changed.text);
    assert_eq!(client.ask(Method::DELETE, &path, &token, None).await.code(), 204);
    assert_eq!(car::Entity::find().count(db.db()).await.unwrap(), 0);
}
