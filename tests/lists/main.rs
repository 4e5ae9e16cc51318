//! Lists: their pages, and what may be asked of them.

#![allow(missing_docs, unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

mod cursors; // pages that go on from a place, whatever comes and goes
mod filters; // what may be asked of columns, over every type; searches; default orders
mod items; // rows with every type of column, for lists
mod limit_offset; // pages, filters, orders
mod page_numbers; // pages by their number
mod related; // filters by a field of the row that a key points at
