//! Writes: judged on both sides, whole or not at all, one row or many.

#![allow(missing_docs, unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

mod behind_the_statement; // hooks that the row is judged after, and what a page computes
mod committing; // what stands before a commit, and what after
mod conditional_requests; // tags, and writes that are meant for one state of a row
mod constraints; // what only the database can refuse
mod database_refusals; // refused for ever, or for now
mod judged_by_the_write; // what the statement that writes says of the row
mod many_rows; // bulk routes, and actions that lock many rows
mod merge_patch; // what a PATCH does with an object inside of a column
mod scope; // writes stay within a viewset's rows
mod soft_delete; // rows that are marked as deleted
mod writes; // judged on both sides, and when they are written
