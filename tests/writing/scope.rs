//! The rows that a viewset's `query` leaves to its caller bound every write as they bound every list: as they are when
//! the row is written, and for the row as it is written.

use std::sync::Arc;

use poem::http::Method;
use refrain::{Access, AllowAny, Api, Context, IsAuthenticated, Serializer, ViewSet, auth::NewUser};
use refrain_testing::{TestDb, every_database};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ModelTrait, PaginatorTrait, QueryFilter, Select,
    sea_query::{Alias, Expr, ExprTrait, Query},
};
use serde_json::json;

use crate::support::{
    Client, answer, auth, car, car_of,
    meanwhile::{begin_first, held_back, wait_until_blocked},
    sync, user,
};

#[derive(Serializer)]
#[serializer(model = car)]
struct Listing {
    #[serializer(read_only)]
    id: i64,
    name: String,
    #[serializer(read_only)]
    owner_id: Option<i32>,
    published: bool,
}

/// What is published is there for all, the rest for staff and for who is listed as an editor.
struct Listings;

impl ViewSet for Listings {
    type Serializer = Listing;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsAuthenticated)
    }

    fn query(&self, cx: &Context<'_>) -> Option<Select<car::Entity>> {
        if cx.user().is_staff {
            return None;
        }
        let editors = Query::select().column(Alias::new("name")).from(Alias::new("editor")).to_owned();
        let edits = Expr::val(cx.user().username.clone()).in_subquery(editors);
        Some(car::Entity::find().filter(Condition::any().add(car::Column::Published.eq(true)).add(edits)))
    }
}

async fn site(db: &TestDb) -> (refrain::auth::Auth, Client) {
    let auth = auth();
    sync(&auth, db).await;
    db.execute_unprepared("CREATE TABLE editor (name varchar(150) NOT NULL)").await.unwrap();
    db.execute_unprepared("CREATE UNIQUE INDEX drivers_car_name_uniq ON drivers_car (name)").await.unwrap();
    let api = Api::new("Drivers", "1", db.another_pool().await).auth(auth.clone()).mount(Listings);
    (auth, Client::new(api.build().unwrap()))
}

#[every_database]
async fn a_write_leaves_no_row_outside(db: TestDb) {
    let (auth, client) = site(&db).await;
    let (_, alice) = user(&auth, &db, NewUser::new("alice"), &[]).await;
    let (_, staff) = user(&auth, &db, NewUser::new("staff").staff(), &[]).await;
    let listed = |name: &str, published: bool| Some(json!({"name": name, "published": published}));

    let made = client.ask(Method::POST, "/api/cars", &alice, listed("listed", true)).await;
    assert_eq!(made.code(), 201, "{}", made.text);
    let path = format!("/api/cars/{}", made.json()["id"]);
    let forbidden = json!("You do not have permission to perform this action.");
    for (method, path, body) in [
        (Method::POST, "/api/cars", listed("beside", false)),
        (Method::POST, "/api/cars", listed("listed", false)),
        (Method::PATCH, &path, Some(json!({"published": false}))),
        (Method::PUT, &path, listed("listed", false)),
    ] {
        let refused = client.ask(method.clone(), path, &alice, body).await;
        assert_eq!((refused.code(), &refused.json()["detail"]), (403, &forbidden), "{method} {path}");
    }
    let collides = client.ask(Method::POST, "/api/cars", &alice, listed("listed", true)).await;
    assert_eq!(collides.code(), 409, "within its rows a caller is told: {}", collides.text);
    assert_eq!(car::Entity::find().count(db.db()).await.unwrap(), 1);

    assert_eq!(client.ask(Method::POST, "/api/cars", &staff, listed("beside", false)).await.code(), 201);
    assert_eq!(client.ask(Method::PATCH, &path, &staff, Some(json!({"published": false}))).await.code(), 200);
    assert_eq!(client.ask(Method::PATCH, &path, &alice, Some(json!({"name": "mine"}))).await.code(), 404);
}

/// What the query reads of other tables, and of the caller, may change while a write waits for its row.
#[every_database]
async fn a_write_is_held_to_the_rows_there_are_under_its_lock(db: TestDb) {
    let (auth, client) = site(&db).await;
    let client = Arc::new(client);
    let other = db.another_pool().await;
    let cases = [
        (NewUser::new("editor"), "DELETE FROM editor"),
        (NewUser::new("staff").staff(), "UPDATE auth_user SET is_staff = NOT is_staff WHERE username = 'staff'"),
    ];
    for (new, sql) in cases {
        let (who, token) = user(&auth, &db, new, &[]).await;
        if who.username == "editor" {
            db.execute_unprepared("INSERT INTO editor VALUES ('editor')").await.unwrap();
        }
        let row = car_of(&db, None, &who.username).await.id;
        for waits in [false, true] {
            let (body, gate) = held_back();
            let (asking, header) = (client.clone(), format!("Token {token}"));
            let write = tokio::spawn(async move {
                let request = asking.raw().patch(format!("/api/cars/{row}")).header("authorization", header);
                answer(request.content_type("application/json").body(body).send().await).await
            });
            gate.is_read().await;
            let changed = if waits {
                // nothing comes between: this one goes through, behind the other
                let transaction = begin_first(&other, row).await;
                gate.release(json!({"name": format!("written by {}", who.username)})).await;
                wait_until_blocked(&db, &other).await;
                transaction.execute_unprepared(sql).await.unwrap();
                transaction.commit().await.unwrap();
                404
            } else {
                gate.release(json!({"name": who.username})).await;
                200
            };
            let answer = write.await.unwrap();
            assert_eq!(answer.code(), changed, "{}: {}", who.username, answer.text);
        }
        let row = car::Entity::find_by_id(row).one(db.db()).await.unwrap().unwrap();
        assert_eq!(row.name, "touched", "the refused write wrote nothing");
        row.delete(db.db()).await.unwrap();
    }
}

/// A query may join and group: the lock is on the row alone.
#[every_database]
async fn a_query_with_joins_can_be_written_through(db: TestDb) {
    struct Joined;
    impl ViewSet for Joined {
        type Serializer = Listing;
        const PATH: &'static str = "/cars";
        fn permissions() -> Access<car::Entity> {
            Access::to(AllowAny)
        }
        fn query(&self, _: &Context<'_>) -> Option<Select<car::Entity>> {
            use sea_orm::{QuerySelect, QueryTrait};
            let mut rows = car::Entity::find().distinct();
            let on = Expr::col((Alias::new("editor"), Alias::new("name"))).ne("");
            QueryTrait::query(&mut rows).inner_join(Alias::new("editor"), on);
            Some(rows)
        }
    }
    let (auth, _) = site(&db).await;
    for name in ["a", "b"] {
        db.execute_unprepared(&format!("INSERT INTO editor VALUES ('{name}')")).await.unwrap();
    }
    let client = Client::new(Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Joined).build().unwrap());
    let row = car_of(&db, None, "one").await.id;
    assert_eq!(client.get("/api/cars", "").await.json()["count"], 1);
    let path = format!("/api/cars/{row}");
    let changed = client.ask(Method::PATCH, &path, "", Some(json!({"name": "changed"}))).await;
    assert_eq!((changed.code(), &changed.json()["name"]), (200, &json!("changed")), "{}", changed.text);
    assert_eq!(client.ask(Method::DELETE, &path, "", None).await.code(), 204);
}
