//! Tests of who may do what: a site in memory, people in a line, requests as any of them, and a table of what each gets.
//!
//! ```
//! # use refrain::doc_example::{Drivers, car};
//! # use sea_orm::{ActiveModelTrait, ActiveValue::Set};
//! use refrain::testing::TestSite;
//! use serde_json::json;
//!
//! // a #[tokio::test]
//! async fn who_may_change_a_car() {
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
//! # refrain::doc_example::run(async |_| Ok(who_may_change_a_car().await));
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
