//! A model with a column of many a kind, and a viewset over it for everybody.

use poem::http::Method;
use refrain::{
    Access, AllowAny, Api, Choices, Filter, IntoPermissions, Serializer, ViewSet, auth::NewUser, model::Models,
};
use refrain_testing::{Backend, TestDb};
use sea_orm::{ConnectionTrait, EntityTrait, Schema, entity::prelude::*};
use serde_json::{Value as Json, json};

use crate::support::{Answer, Client, auth};

#[derive(Clone, Debug, PartialEq, EnumIter, DeriveActiveEnum, Choices)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(10))")]
pub enum Status {
    #[sea_orm(string_value = "open")]
    Open,
    #[sea_orm(string_value = "done")]
    Done,
}

/// Where it is sent.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, sea_orm::FromJsonQueryResult, Serializer)]
pub struct Postal {
    #[serializer(length(1..=10))]
    pub city: String,
    pub zip: Option<String>,
}

pub mod gadget {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    #[sea_orm(table_name = "shop_gadget")]
    #[refrain(app = "shop", model = "Gadget", owner = "owner_id")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(column_type = "String(StringLen::N(20))")]
        pub name: String,
        pub user_name: Option<String>,
        pub username: Option<String>,
        #[sea_orm(column_name = "type")]
        pub kind: Option<String>,
        #[sea_orm(unique)]
        pub tax_no: Option<String>,
        pub status: super::Status,
        pub due: Option<refrain::entity::Moment>,
        pub day: Option<Date>,
        pub at: Option<Time>,
        pub estimate: Option<f64>,
        pub count: i16,
        #[sea_orm(column_type = "Decimal(Some((10, 2)))")]
        pub price: Decimal,
        pub labels: Option<Json>,
        pub postal: Option<super::Postal>,
        pub owner_id: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A gadget.
#[derive(Serializer)]
#[serializer(model = gadget, rename_all = "camelCase")]
pub struct Gadget {
    #[serializer(read_only)]
    pub id: i64,
    /// What it is called.
    #[serializer(length(1..))]
    pub name: String,
    #[serializer(rename = "user_name")]
    pub user_name: Option<String>,
    pub username: Option<String>,
    #[serializer(rename = "type")]
    pub kind: Option<String>,
    pub tax_no: Option<String>,
    /// How far it is.
    #[serializer(default = Status::Open)]
    pub status: Status,
    pub due: Option<refrain::entity::Moment>,
    pub day: Option<Date>,
    pub at: Option<Time>,
    pub estimate: Option<f64>,
    #[serializer(default = 1, range(0..=99))]
    pub count: i16,
    #[serializer(write_only)]
    pub price: Decimal,
    pub labels: Option<Json>,
    pub postal: Option<Postal>,
    pub owner_id: Option<i32>,
}

pub struct Gadgets;

impl ViewSet for Gadgets {
    type Serializer = Gadget;
    const PATH: &'static str = "/gadgets";

    fn permissions() -> Access<gadget::Entity> {
        Access::to(AllowAny)
    }

    fn filters() -> Vec<Filter<gadget::Column>> {
        use gadget::Column::*;
        [Kind, TaxNo, Status, Due, Day, At, Estimate, Count].map(Filter::of).into()
    }

    fn orderings() -> Vec<gadget::Column> {
        vec![gadget::Column::TaxNo]
    }
}

/// A shop of gadgets, and alice, who may do everything.
pub struct Shop {
    pub db: TestDb,
    pub client: Client,
    pub document: Json,
    pub token: String,
    pub alice: i64,
}

impl Shop {
    pub async fn open(db: TestDb) -> Self {
        let table = Schema::new(db.db().get_database_backend()).create_table_from_entity(gadget::Entity);
        db.db().execute(&table).await.expect("a table is made");
        if db.backend() == Backend::MariaDb {
            // as Django makes them: sea-orm's `timestamp` has whole seconds, and ends in 2038
            let sql = "ALTER TABLE shop_gadget MODIFY due datetime(6) NULL, MODIFY at time(6) NULL";
            db.db().execute_unprepared(sql).await.expect("the table is changed");
        }
        let auth = auth();
        let models = Models::default().with::<gadget::Entity>();
        auth.sync_permissions(db.db(), &models, &Default::default()).await.expect("permissions are made");
        let alice = auth.create_user(db.db(), NewUser::new("alice")).await.expect("a user is made");
        let token = alice.token(db.db()).await.expect("a token is made");
        let id = alice.id().expect("a key").to_string().parse().expect("an integer");
        let api = Api::new("Shop", "1", db.db().clone()).auth(auth).mount(Gadgets).build().expect("the parts fit");
        let document = serde_json::from_str(api.document()).expect("JSON");
        Self { client: Client::new(api), document, token, alice: id, db }
    }

    /// Makes a gadget, with what is said of it.
    pub async fn made(&self, said: Json) -> i64 {
        let mut body = json!({"name": "gadget", "price": "1"});
        body.as_object_mut().expect("an object").extend(said.as_object().expect("an object").clone());
        let made = self.ask(Method::POST, "/api/gadgets", body).await;
        assert_eq!(made.code(), 201, "{}", made.text);
        made.json()["id"].as_i64().expect("a key")
    }

    pub async fn ask(&self, method: Method, path: &str, body: Json) -> Answer {
        self.client.ask(method, path, &self.token, Some(body)).await
    }

    pub async fn patched(&self, id: i64, body: Json) -> Answer {
        self.ask(Method::PATCH, &format!("/api/gadgets/{id}"), body).await
    }

    pub async fn stored(&self, id: i64) -> gadget::Model {
        gadget::Entity::find_by_id(id).one(self.db.db()).await.expect("it is read").expect("it is there")
    }

    /// A new row with these members, and a row with these members changed, are refused for these reasons; nothing changes.
    pub async fn refuses(&self, members: Json, errors: Json) {
        let id = self.made(json!({})).await;
        let before = self.stored(id).await;
        let mut whole = json!({"name": "gadget", "price": "1"});
        whole.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
        let path = format!("/api/gadgets/{id}");
        let count = self.count().await;
        for (method, path, body) in
            [(Method::POST, "/api/gadgets", &whole), (Method::PUT, &*path, &whole), (Method::PATCH, &*path, &members)]
        {
            let refused = self.ask(method, path, body.clone()).await;
            refused.is_problem(400, "invalid", "Invalid input.", &errors);
        }
        assert_eq!((self.stored(id).await, self.count().await), (before, count));
    }

    pub async fn count(&self) -> u64 {
        sea_orm::PaginatorTrait::count(gadget::Entity::find(), self.db.db()).await.expect("they are counted")
    }

    pub async fn listed(&self, query: &str) -> Vec<i64> {
        let list = self.client.get(&format!("/api/gadgets?{query}"), &self.token).await;
        assert_eq!(list.code(), 200, "{query}: {}", list.text);
        let results = list.json()["results"].as_array().expect("a list").clone();
        results.iter().map(|row| row["id"].as_i64().expect("a key")).collect()
    }
}

/// Another API over the shop's gadgets, under these permissions.
pub fn under(db: &TestDb, permissions: impl IntoPermissions) -> Client {
    let api = Api::new("Shop", "1", db.db().clone()).auth(auth()).default_permissions(permissions).mount(Undeclared);
    Client::new(api.build().expect("the parts fit"))
}

struct Undeclared;

impl ViewSet for Undeclared {
    type Serializer = Gadget;
    const PATH: &'static str = "/gadgets";
}
