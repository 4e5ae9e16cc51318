//! Django's permissions and groups, Django REST Framework's permission classes and viewsets, for poem-openapi and
//! sea-orm, on Django's own tables.

extern crate self as refrain;

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
pub mod viewset;

pub use api::{Api, BuiltApi, Guarded, HandlerPermissions, ObtainToken, Valid};
pub use async_trait::async_trait;
pub use db::{Db, connect};
pub use error::{Error, Result};
pub use http::{Caller, Problem};
pub use model::{Model, Owned};
pub use permission::*;
/// The entities over Django's tables.
pub use refrain_entity as entity;
pub use viewset::{Access, CollectionAction, Locked, Pagination, Row, RowAction, Rows, ViewSet};

#[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
compile_error!("enable at least one of the features `sqlite`, `postgres` and `mysql`");
