//! Serializers: from a body to the database's columns, and back into a representation.

#![allow(missing_docs, unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

mod agreeing; // serializers, rows and bodies as they come
#[cfg(feature = "postgres")]
mod arrays; // and enums of the database's own
mod columns; // a field is one column's, and a part of a row what was sent
mod document; // a schema for each body
mod keys; // of several columns, of padded text
mod made_up;
mod shop;
mod types; // every type of a column, on each database
mod values; // what a column cannot hold
