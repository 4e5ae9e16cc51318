#![cfg_attr(docsrs, feature(doc_cfg))]
//! Django's permissions and groups, Django REST Framework's permission classes and viewsets, for poem-openapi and
//! sea-orm, on Django's own tables.
//!
//! A [permission class](PermissionClass) means a [rule](Rule) over rows, and the rule is read four ways: it answers the
//! request, it judges the row, it is the list's `WHERE`, and it is what the document says. So a row is in a caller's
//! list exactly when its own address answers them.
//!
//! ```no_run
//! # use refrain::doc_example::{car, cars::Car};
//! use refrain::{Access, Api, IsOwnerOrReadOnly, ModelPermissions, ViewSet};
//!
//! struct Cars;
//!
//! impl ViewSet for Cars {
//!     type Serializer = Car;
//!     const PATH: &'static str = "/cars";
//!
//!     fn permissions() -> Access<car::Entity> {
//!         Access::to(ModelPermissions & IsOwnerOrReadOnly)
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let db = refrain::connect("sqlite://drivers.sqlite3").await?;
//! let api = Api::new("Drivers", "1.0", db).mount(Cars).build()?;
//! poem::Server::new(poem::listener::TcpListener::bind("127.0.0.1:3000")).run(api.into_endpoint()).await?;
//! # Ok(())
//! # }
//! ```
//!
//! | to … | see |
//! |---|---|
//! | declare a model and its permissions | [`trait@Model`], [`model`] |
//! | make users and groups, grant and check | [`auth::Auth`], [`auth::User`], [`auth::sync`] |
//! | grant permissions on single rows | [`grants`], [`ObjectPermissions`] |
//! | say who may do what, and to which rows | [`permission`], [`Access`] |
//! | serve a model, and actions of your own | [`ViewSet`], [`RowAction`], [`CollectionAction`] |
//! | find out who is asking | [`authentication`], [`Caller`] |
//! | let people log in, register and change their passwords | [`sessions`], [`accounts`] |
//! | limit how often they ask | [`throttle`] |
//! | put it together, and serve it | [`Api`], [`serving`] |
//! | answer errors | [`Problem`], [`Error`] |
//!
//! # Features
//!
//! <!-- table: features -->
//!
//! | feature | what it gives |
//! |---|---|
//! | `sqlite` | SQLite, built in; on by default |
//! | `postgres` | PostgreSQL |
//! | `mysql` | MariaDB and MySQL |
//! | `tls` | TLS to PostgreSQL, MariaDB and MySQL, in Rust (rustls) |
//! | `openid` | bearer tokens of an OpenID provider |
//! | `redis` | throttles that several nodes count together, in Redis |
//! | `templates` | `perms` in templates of minijinja |
//! | `testing` | a site in memory for tests of who may do what; with it comes `cli` |
//! | `cli` | the command line: `serve`, `migrate`, `createsuperuser`, `check` and others; and the migrations |
//!
//! <!-- end of table -->
//!
//! The guide and the list of differences from Django are in the folder `docs` of the repository. `CONTRACT 6.21` and the
//! like, here and there, name an item of the measured behaviour of Django 5.2, Django REST Framework 3.18 and
//! django-guardian 3.5.

extern crate self as refrain;

pub mod accounts;
pub mod api;
pub mod auth;
pub mod authentication;
#[cfg(feature = "cli")]
pub mod cli;
mod db;
#[doc(hidden)]
pub mod doc_example;
mod error;
pub mod grants;
#[cfg(doctest)]
mod guide;
pub mod http;
#[cfg(feature = "cli")]
pub mod migration;
pub mod model;
pub mod permission;
pub mod serializer;
pub mod serving;
pub mod sessions;
mod standby;
#[cfg(feature = "templates")]
pub mod templates;
#[cfg(feature = "testing")]
pub mod testing;
pub mod throttle;
pub mod viewset;

pub use api::{
    Api, BuiltApi, CallerSession, ChangePassword, Guarded, HandlerPermissions, LimitedAuth, LogIn, LogOut, Me,
    NamedTokens, ObtainToken, PageSession, Register, RegisterByMail, ResetPassword, Valid,
};
pub use async_trait::async_trait;
pub use db::{Db, PoolSettings, connect};
pub use error::{Error, Result};
pub use http::{Caller, Problem};
pub use model::{Model, Owned};
pub use permission::*;
/// The entities over Django's tables.
pub use refrain_entity as entity;
pub use serializer::{Choices, Serializer};
pub use serving::ServeSettings;
pub use standby::Standby;
pub use viewset::{
    Access, CollectionAction, Filter, Listed, Locked, LockedBatch, LockedRows, Lookup, Nested, Order, Pagination,
    Reference, Represent, Row, RowAction, Rows, ShownRow, Through, ThroughRows, ViewSet,
};

#[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
compile_error!("enable at least one of the features `sqlite`, `postgres` and `mysql`");
