//! Grants as a permission class: alone and in expressions, on lists, on rows with every kind of key, and in writes that
//! a revocation comes between.

#![allow(missing_docs, unreachable_pub)]

mod agreeing;
#[path = "../keyed/mod.rs"]
mod keyed;
mod revoking;
mod statuses;
#[path = "../support/mod.rs"]
mod support;
