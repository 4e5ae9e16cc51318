//! An API as a whole: plain handlers, the document, and what is known of its endpoints before it runs.

#![allow(missing_docs, unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

mod beside; // what a program has beside its API
mod checking; // endpoints open, closed or undecided unsaid
mod document_for_callers;
mod drf_errors; // errors as DRF shapes them
mod forms; // what pages send
mod guarded_document; // who may read the document // the operations that do not refuse the caller
mod guards; // Django's decorators and mixins
mod mounting_handlers; // handlers under permissions not their own
mod openapi_document; // what the document says of access
mod permission_table; // what every endpoint asks
mod plain_handlers; // handlers that are no viewset's
mod readme; // what the README shows
mod serving; // what clients may hold of a server
mod signals; // what the operator is told
#[cfg(feature = "templates")]
mod templates; // what templates ask of permissions
#[cfg(all(feature = "testing", feature = "sqlite"))]
mod test_kit; // lists compared with their rows
mod throttles; // how often callers may ask
mod types_of_one_name; // printed alike, and two
