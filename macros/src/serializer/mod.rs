//! `#[derive(Serializer)]`: each field of a struct as data, and nothing of size beside it.
//!
//! With a model, the struct is what callers see and write of its rows; without one, an object inside of a value.

mod attributes;
mod choices;
mod declaration;
mod nested;
mod parts;
mod rename;
mod row;

use proc_macro2::TokenStream;
use syn::{DeriveInput, Result};

pub(crate) use choices::expand as expand_choices;

use declaration::Declaration;

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let declaration = Declaration::read(input)?;
    match &declaration.model {
        Some(model) => row::emit(&declaration, model),
        None => nested::emit(&declaration),
    }
}
