//! Viewsets: rows, fields, parents and actions of their own.

#![allow(missing_docs, unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

mod bad_input; // whatever is sent, a clear problem
mod choosing_fields; // the members that an answer is to have
mod custom_actions; // actions beside the six, and hooks within them
mod exact_text; // text is compared to the last character
mod fields; // fields that are more than a column shown
mod guarded_fields; // fields that some callers are not shown, or may not write
mod hidden_rows; // a row that may not be seen is not there
mod names; // names that would mean something else
mod nested; // paths below other rows, and keys in bodies
mod own_queries; // what a viewset's own query may say
mod read_together; // a row in the statement that finds its reader
mod rights_in_handlers; // what handlers of their own can ask of a row
mod row_permissions; // what a representation tells of its reader's rights
mod statements; // what a request costs
mod trailing_slashes; // for clients of Django's
mod what_is_asked; // what authentication reads of what a caller holds
