//! Permissions on single rows.

#![allow(missing_docs, unreachable_pub)]

#[path = "../keyed/mod.rs"]
mod keyed;
#[path = "../support/mod.rs"]
mod support;

mod deleted_rows; // what a deletion takes along
mod in_rules; // grants as a permission class
mod object_grants; // given, taken away and asked about, for every kind of key
mod objects_for_user; // the rows on which somebody holds permissions
mod proxies; // models whose grants are another's
mod seed_guardian; // the article's lines on django-guardian
mod tables_by_another_name; // GUARDIAN_USER_OBJ_PERMS_MODEL and its like
mod uuid_keys; // rows whose uuids Django keeps as text, bytes or a type of the database's own
