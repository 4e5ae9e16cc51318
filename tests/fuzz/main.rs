//! What reads bytes from outside, given bytes that nobody meant: no panic, no answer of 500 and above, no long work, no
//! large memory, nobody let in.
//!
//! Each target starts from its corpus (`corpus/<target>/`) and changes it at random. A run is short, ten seconds in CI;
//! `cargo xtask fuzz --minutes 10` makes it long, and adds to the corpus a small input for each new way in which inputs
//! were taken. What fails is kept in the target folder, and named.

#![allow(missing_docs, unreachable_pub)]

#[path = "../keyed/mod.rs"]
mod keyed;
#[path = "../support/mod.rs"]
mod support;

mod driver;
mod limits;
mod mutate;
mod over_http;

mod authorization; // who is asking
mod bodies; // JSON
mod expressions; // permissions in configuration
mod object_pk; // the texts of grants
mod paths; // paths and queries
mod stored_hashes; // `auth_user.password`
