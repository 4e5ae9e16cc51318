//! What templates may ask of a user's permissions: Django's `perms`, for minijinja.
//!
//! ```
//! use minijinja::{Environment, context};
//! use refrain::{Result, auth::User, templates::Perms};
//!
//! async fn page(db: &sea_orm::DatabaseConnection, user: &User) -> Result<String> {
//!     let template = "{% if perms.drivers.change_car %}<a href=\"/cars/7/edit\">Edit</a>{% endif %}";
//!     let perms = Perms::of(db, user).await?;
//!     let page = Environment::new().render_str(template, context! { perms => perms.into_value() });
//!     page.map_err(refrain::Error::could_not_tell)
//! }
//! ```
//!
//! To hide a button is not to guard what is behind it: the guard asks the same permission.

mod perms;

pub use perms::Perms;
