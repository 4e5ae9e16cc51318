//! A Django site and the drivers on one database, both running: neither notices the other.

#![allow(missing_docs, unreachable_pub)]

mod adoption;
mod both_ways;
mod differential;
mod inheritance;
mod judges;
mod moving;
mod support;
mod values;
