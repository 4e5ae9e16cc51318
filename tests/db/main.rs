//! Connections and transactions: how they are set up, and what becomes of requests when they fail.

#![allow(missing_docs, unreachable_pub)]

#[macro_use]
#[path = "../people/mod.rs"]
mod people;
#[path = "../support/mod.rs"]
mod support;

mod connections; // set up alike, whatever the server's settings
mod database_gone; // busy, locked, away or mute
mod dropped_requests; // given up at any moment
mod isolation; // READ COMMITTED, whatever the default
mod running_again; // deadlocks and serialization failures
#[cfg(feature = "tls")]
mod tls; // reached over TLS, and verified
