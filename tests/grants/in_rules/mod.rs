//! Grants as a permission class: alone and in expressions, on lists, on rows with every kind of key, and in writes that
//! a revocation comes between.

mod agreeing;
mod revoking;
mod statuses;
