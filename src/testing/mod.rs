//! Tests of who may do what: a site in memory, people in a line, requests as any of them, and a table of what each gets.
//!
//! ```
//! # #[cfg(feature = "sqlite")]
//! # mod example {
//! # use refrain::{Api, BuiltApi, Result, cli::Project, doc_example::{car, cars::Cars}, migration, model::Models};
//! # use sea_orm::{ActiveValue::Set, ConnectionTrait, Schema, ActiveModelTrait, EntityTrait};
//! # struct Tables;
//! # impl migration::MigrationName for Tables { fn name(&self) -> &str { "drivers_m0001" } }
//! # #[refrain::async_trait]
//! # impl migration::MigrationTrait for Tables {
//! #     async fn up(&self, manager: &migration::SchemaManager) -> std::result::Result<(), sea_orm::DbErr> {
//! #         manager.create_table(Schema::new(sea_orm::DbBackend::Sqlite).create_table_from_entity(car::Entity)).await
//! #     }
//! # }
//! # struct Migrator;
//! # impl migration::MigratorTrait for Migrator {
//! #     fn migrations() -> Vec<Box<dyn migration::MigrationTrait>> {
//! #         let mut all = migration::tables(Default::default());
//! #         all.push(Box::new(Tables));
//! #         all
//! #     }
//! # }
//! # struct Drivers;
//! # impl Project for Drivers {
//! #     const NAME: &'static str = "drivers";
//! #     const VERSION: &'static str = "1.0";
//! #     type Migrator = Migrator;
//! #     fn models() -> Models { Models::default().with::<car::Entity>() }
//! #     fn api(api: Api, _: &sea_orm::DatabaseConnection) -> Result<BuiltApi> { api.mount(Cars).build() }
//! # }
//! use refrain::testing::TestSite;
//! use serde_json::json;
//!
//! # #[tokio::test]
//! # async fn who_may() { who_may_change_a_car().await }
//! // a #[tokio::test]
//! pub async fn who_may_change_a_car() {
//!     let site = TestSite::of::<Drivers>().await;
//!     let alice = site.user("alice").holding(["drivers.view_car", "drivers.change_car"]).await;
//!     site.user("bob").holding(["drivers.view_car"]).await;
//!     let (name, owner_id) = (Set("Golf".into()), Set(alice.key().ok()));
//!     let car = car::ActiveModel { name, owner_id, published: Set(false), ..Default::default() };
//!     car.insert(site.db()).await.expect("a car");
//!
//!     let changed = site.as_user("alice").patch("/api/cars/1", json!({ "name": "Polo" })).await;
//!     changed.assert_status(200);
//!     assert_eq!(changed.json()["name"], "Polo");
//!
//!     site.assert_access(
//!         "
//!         |                    | nobody | bob | alice |
//!         |--------------------|--------|-----|-------|
//!         | GET /api/cars      | 401    | yes | yes   |
//!         | PATCH /api/cars/1  | 401    | 403 | yes   |
//!         | DELETE /api/cars/1 | 401    | 403 | 403   |
//!         ",
//!     )
//!     .await;
//!     site.assert_lists_agree_with_rows().await;
//! }
//! # }
//! # #[cfg(feature = "sqlite")]
//! # fn main() {
//! #     tokio::runtime::Runtime::new().unwrap().block_on(example::who_may_change_a_car())
//! # }
//! # #[cfg(not(feature = "sqlite"))]
//! # fn main() {}
//! ```
//!
//! Feature `testing`, for `dev-dependencies`. What goes wrong is a panic, as tests want it.
//!
//! | file | what it is for |
//! |---|---|
//! | `site` | the program over a database of its own |
//! | `people` | users, groups and grants |
//! | `requests` | requests as somebody, and their answers |
//! | `access_matrix` | who gets what where, as a table |
//! | `lists` | do lists and rows agree? |

mod access_matrix;
mod lists;
mod people;
mod requests;
mod server_database;
mod site;

pub use people::{TestGroup, TestUser};
pub use requests::{Requests, TestResponse};
pub use site::TestSite;

pub(crate) use requests::ActingUser;
