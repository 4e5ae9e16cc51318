//! Hooks behind the statement, in its transaction: the row is judged after them, with what they wrote; and what a page
//! computes is asked for once.

use std::sync::atomic::{AtomicUsize, Ordering};

use poem::http::Method;
use refrain::{
    Access, Api, Context, Operators, PermissionClass, Problem, Represent, Result, Rule, Serializer, ViewSet,
    async_trait,
    auth::{NewUser, UserId},
    serializer::Sent,
};
use refrain_testing::{TestDb, every_database};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QuerySelect, QueryTrait, Schema,
};
use serde_json::{Value as Json, json};

use crate::support::{Client, auth, car, sync, user};

mod member {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "drivers_member")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub car_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The cars that the caller is a member of.
#[derive(Clone, Copy, Operators)]
struct IsMember;

#[async_trait]
impl PermissionClass for IsMember {
    type Model = car::Entity;

    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        let Some(user) = key_of(cx) else { return Ok(Rule::Never) };
        let cars = member::Entity::find().select_only().column(member::Column::CarId);
        let cars = cars.filter(member::Column::UserId.eq(user)).into_query();
        Ok(Rule::when(car::Column::Id.in_subquery(cars)))
    }
}

fn key_of(cx: &Context<'_>) -> Option<i32> {
    let UserId::Integer(id) = cx.user().id()? else { return None };
    i32::try_from(id).ok()
}

#[derive(Serializer)]
#[serializer(model = car)]
struct Car {
    #[serializer(read_only)]
    id: i64,
    name: String,
    #[serializer(read_only, default = false)]
    published: bool,
    /// Is the caller a member of it from now on?
    #[serializer(beside)]
    joins: Sent<Option<bool>>,
    #[serializer(computed)]
    members: i64,
}

struct Cars {
    asked: &'static AtomicUsize,
}

impl Cars {
    async fn join(&self, cx: &Context<'_>, row: &car::Model, beside: &CarBeside) -> Result<(), Problem> {
        let Some(user_id) = key_of(cx) else { return Ok(()) };
        let membership = member::Model { car_id: row.id, user_id };
        match beside.joins {
            Sent::Value(Some(true)) => {
                member::Entity::insert(membership.into_active_model()).exec_without_returning(&cx.db()).await?;
            }
            Sent::Value(Some(false)) => {
                member::Entity::delete(membership.into_active_model()).exec(&cx.db()).await?;
            }
            _ => {}
        }
        Ok(())
    }
}

impl ViewSet for Cars {
    type Serializer = Car;
    const PATH: &'static str = "/cars";

    fn permissions() -> Access<car::Entity> {
        Access::to(IsMember)
    }

    async fn created(&self, cx: &Context<'_>, row: &car::Model, beside: &CarBeside) -> Result<(), Problem> {
        self.join(cx, row, beside).await
    }

    async fn updated(&self, cx: &Context<'_>, row: &car::Model, beside: &CarBeside) -> Result<(), Problem> {
        if row.name == "sealed" {
            return Err(Problem::invalid([("name", "This car is sealed.")]));
        }
        self.join(cx, row, beside).await
    }
}

impl Represent for Cars {
    async fn represent(&self, cx: &Context<'_>, rows: &[car::Model]) -> Result<Vec<CarComputed>, Problem> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if rows.iter().any(|row| row.name == "uncounted") {
            return Ok(Vec::new());
        }
        let ids = rows.iter().map(|row| row.id);
        let members = member::Entity::find().filter(member::Column::CarId.is_in(ids)).all(&cx.db()).await?;
        let of = |row: &car::Model| members.iter().filter(|member| member.car_id == row.id).count() as i64;
        Ok(rows.iter().map(|row| CarComputed { members: of(row) }).collect())
    }
}

struct Site {
    db: TestDb,
    client: Client,
    token: String,
    asked: &'static AtomicUsize,
}

impl Site {
    async fn open(db: TestDb) -> Self {
        let table = Schema::new(db.db().get_database_backend()).create_table_from_entity(member::Entity);
        db.db().execute(&table).await.expect("a table is made");
        let auth = auth();
        sync(&auth, &db).await;
        let (_, token) = user(&auth, &db, NewUser::new("alice"), &[]).await;
        let asked: &AtomicUsize = Box::leak(Box::default());
        let api = Api::new("Drivers", "1", db.db().clone()).auth(auth).mount(Cars { asked });
        Self { client: Client::new(api.build().expect("the parts fit")), db, token, asked }
    }

    async fn ask(&self, method: Method, path: &str, body: Json) -> (u16, Json) {
        let answer = self.client.ask(method, path, &self.token, Some(body)).await;
        (answer.code(), answer.json())
    }

    async fn made(&self, name: &str) -> String {
        let (status, made) = self.ask(Method::POST, "/api/cars", json!({"name": name, "joins": true})).await;
        assert_eq!((status, &made["members"]), (201, &json!(1)), "{made}");
        format!("/api/cars/{}", made["id"])
    }

    fn db(&self) -> &DatabaseConnection {
        self.db.db()
    }
}

#[every_database]
async fn a_membership_made_with_a_row_counts(db: TestDb) {
    let site = Site::open(db).await;
    let (status, refused) = site.ask(Method::POST, "/api/cars", json!({"name": "nobody's"})).await;
    assert_eq!(status, 403, "{refused}");
    assert_eq!(car::Entity::find().count(site.db()).await.unwrap(), 0, "nothing stays of it");
    let path = site.made("hers").await;
    assert_eq!(site.client.get(&path, &site.token).await.json()["name"], "hers");
}

#[every_database]
async fn a_row_is_judged_after_the_hook_though_none_of_its_columns_changed(db: TestDb) {
    let site = Site::open(db).await;
    let path = site.made("hers").await;
    let members = async || member::Entity::find().count(site.db()).await.unwrap();
    for body in [json!({"joins": false}), json!({"joins": false, "name": "given up"})] {
        let (status, refused) = site.ask(Method::PATCH, &path, body).await;
        assert_eq!((status, members().await), (403, 1), "who leaves could not see it any more: {refused}");
    }
    let shown = site.client.get(&path, &site.token).await.json();
    assert_eq!((&shown["name"], &shown["members"]), (&json!("hers"), &json!(1)));
    let (status, changed) = site.ask(Method::PATCH, &path, json!({"name": "new"})).await;
    assert_eq!((status, &changed["name"]), (200, &json!("new")));
}

#[every_database]
async fn what_a_hook_refuses_is_rolled_back(db: TestDb) {
    let site = Site::open(db).await;
    let path = site.made("hers").await;
    let (status, refused) = site.ask(Method::PATCH, &path, json!({"name": "sealed"})).await;
    assert_eq!((status, &refused["errors"]), (400, &json!({"name": ["This car is sealed."]})));
    assert_eq!(site.client.get(&path, &site.token).await.json()["name"], "hers");
}

#[every_database]
async fn a_page_is_represented_at_once(db: TestDb) {
    let site = Site::open(db).await;
    for name in ["a", "b", "c", "d"] {
        site.made(name).await;
    }
    site.asked.store(0, Ordering::SeqCst);
    let list = site.client.get("/api/cars", &site.token).await.json();
    let members: Vec<&Json> = list["results"].as_array().unwrap().iter().map(|row| &row["members"]).collect();
    assert_eq!(members, [1, 1, 1, 1]);
    assert_eq!(site.asked.load(Ordering::SeqCst), 1);
    // a mistake of the program is told as one, and a write that cannot be told is none
    let (status, told) = site.ask(Method::POST, "/api/cars", json!({"name": "uncounted", "joins": true})).await;
    assert_eq!((status, car::Entity::find().count(site.db()).await.unwrap()), (500, 4), "{told}");
}
