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
/// Derived on the entity's `Model`, it implements the trait of the same name on `Entity`, and `Owned` where the
/// attribute names an `owner`; `Entity` gets a constant for each permission, as `VIEW_CAR`. What Django finds out when
/// it starts (CONTRACT 2.8) does not compile here.
#[proc_macro_derive(Model, attributes(refrain))]
pub fn model(item: TokenStream) -> TokenStream {
    finish(model::expand(&parse_macro_input!(item as DeriveInput)))
}

/// Lets a permission class of your own be combined with `&`, `|` and `!`.
#[proc_macro_derive(Operators)]
pub fn operators(item: TokenStream) -> TokenStream {
    operators::expand(&parse_macro_input!(item as DeriveInput)).into()
}

/// Declares what callers see and write of a model's rows, or an object inside of a value.
///
/// The trait of the same name says what each attribute means.
#[proc_macro_derive(Serializer, attributes(serializer))]
pub fn serializer(item: TokenStream) -> TokenStream {
    finish(serializer::expand(&parse_macro_input!(item as DeriveInput)))
}

/// Lets an enum of sea-orm's (`DeriveActiveEnum`) be the type of a serializer's field: its stored value is its JSON.
#[proc_macro_derive(Choices)]
pub fn choices(item: TokenStream) -> TokenStream {
    finish(serializer::expand_choices(&parse_macro_input!(item as DeriveInput)))
}

/// Runs one async test on every database.
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
