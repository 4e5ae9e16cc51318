//! More than one program over one database: what each keeps of users, and how it hears of changes.

#![allow(missing_docs, unreachable_pub)]
#![cfg(feature = "testing")] // it sets the clock

#[path = "../support/mod.rs"]
mod support;

mod kept_users; // who comes again is known already
mod lists_from_standby; // and single rows from the primary
mod told_changes; // PostgreSQL tells, and what cannot be heard does not count
