//! The derives of `refrain`, which re-exports them; `every_database` is re-exported by `refrain-testing`.
//!
//! Generated paths start with `::refrain::`, so the crate that derives must know `refrain` by that name.

mod every_database;
mod model;
mod operators;
mod serializer;

use proc_macro::TokenStream;
use syn::{DeriveInput, ItemFn, parse_macro_input};

/// Declares a sea-orm entity as a model with permissions.
///
/// ```
/// mod car {
///     use sea_orm::entity::prelude::*;
///
///     #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
///     #[sea_orm(table_name = "drivers_car")]
///     #[refrain(app = "drivers", model = "Car", owner = "owner_id")]
///     pub struct Model {
///         #[sea_orm(primary_key)]
///         pub id: i64,
///         pub name: String,
///         pub owner_id: Option<i32>,
///     }
///
///     #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
///     pub enum Relation {}
///     impl ActiveModelBehavior for ActiveModel {}
/// }
///
/// assert_eq!(car::Entity::VIEW_CAR.codename().unwrap(), "view_car");
/// ```
///
/// Derived on the entity's `Model`, it implements the trait of the same name on `Entity`, and `Owned` where the
/// attribute names an `owner`; `Entity` gets a constant for each permission, as `VIEW_CAR`. What Django finds out when
/// it starts (CONTRACT 2.8) does not compile here.
#[proc_macro_derive(Model, attributes(refrain))]
pub fn model(item: TokenStream) -> TokenStream {
    finish(model::expand(&parse_macro_input!(item as DeriveInput)))
}

/// Lets a permission class of your own be combined with `&`, `|` and `!`.
///
/// ```
/// use refrain::{AnyModel, IntoPermissions, IsAuthenticated, Operators, PermissionClass};
///
/// #[derive(Clone, Copy, Operators)]
/// struct Weekday;
///
/// impl PermissionClass for Weekday {
///     type Model = AnyModel;
/// }
///
/// assert_eq!((IsAuthenticated & !Weekday).into_permissions().to_string(), "IsAuthenticated & !Weekday");
/// ```
#[proc_macro_derive(Operators)]
pub fn operators(item: TokenStream) -> TokenStream {
    operators::expand(&parse_macro_input!(item as DeriveInput)).into()
}

/// Declares what callers see and write of a model's rows, or an object inside of a value.
///
/// ```
/// use refrain::Serializer;
///
/// /// An object inside of a value: without a model.
/// #[derive(Serializer)]
/// struct Address {
///     #[serializer(length(1..=100))]
///     street: String,
///     #[serializer(pattern = "[0-9]{5}")]
///     zip: String,
/// }
/// # let _ = |address: Address| (address.street, address.zip);
/// ```
///
/// The trait of the same name says what each attribute means.
#[proc_macro_derive(Serializer, attributes(serializer))]
pub fn serializer(item: TokenStream) -> TokenStream {
    finish(serializer::expand(&parse_macro_input!(item as DeriveInput)))
}

/// Lets an enum of sea-orm's (`DeriveActiveEnum`) be the type of a serializer's field: its stored value is its JSON.
///
/// ```
/// use refrain::Choices;
/// use sea_orm::entity::prelude::*;
///
/// #[derive(Clone, Debug, PartialEq, EnumIter, DeriveActiveEnum, Choices)]
/// #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(10))")]
/// enum Status {
///     #[sea_orm(string_value = "open")]
///     Open,
///     #[sea_orm(string_value = "done")]
///     Done,
/// }
/// ```
#[proc_macro_derive(Choices)]
pub fn choices(item: TokenStream) -> TokenStream {
    finish(serializer::expand_choices(&parse_macro_input!(item as DeriveInput)))
}

/// Runs one async test on every database.
///
/// ```
/// mod tests {
///     use refrain_testing::{TestDb, every_database};
///     use sea_orm::ConnectionTrait;
///
///     #[every_database]
///     async fn a_database_answers(db: TestDb) {
///         db.execute_unprepared("SELECT 1").await.expect("an answer");
///     }
///
///     #[every_database(sqlite, because = "servers have no files")]
///     async fn a_file_is_a_database(db: TestDb) {
///         db.ping().await.expect("an answer");
///     }
/// }
/// ```
///
/// `async fn name(db: TestDb)` becomes the tests `name::sqlite`, `name::postgres` and `name::mariadb`.
///
/// | argument | meaning |
/// |---|---|
/// | `sqlite`, `postgres`, `mariadb` | only these databases; asks for `because` |
/// | `because = "…"` | why the test says nothing about the others |
/// | `tables = none` | an empty database; `uuid_users` for a user table of a site's own, with uuid keys |
#[proc_macro_attribute]
pub fn every_database(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let test = parse_macro_input!(item as ItemFn);
    finish(every_database::expand(arguments.into(), test))
}

fn finish(expanded: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    expanded.unwrap_or_else(syn::Error::into_compile_error).into()
}
