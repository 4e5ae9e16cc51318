//! Viewsets: lists, rows, writes and actions of their own.

#![allow(missing_docs, unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

mod bad_input; // whatever is sent, a clear problem
mod behind_the_statement; // hooks that the row is judged after, and what a page computes
mod choosing_fields; // the members that an answer is to have
mod committing; // what stands before a commit, and what after
mod conditional_requests; // tags, and writes that are meant for one state of a row
mod constraints; // what only the database can refuse
mod cursors; // pages that go on from a place, whatever comes and goes
mod custom_actions; // actions beside the six, and hooks within them
mod database_refusals; // refused for ever, or for now
mod exact_text; // text is compared to the last character
mod fields; // fields that are more than a column shown
mod filters; // what may be asked of columns, over every type; searches; default orders
mod guarded_fields; // fields that some callers are not shown, or may not write
mod hidden_rows; // a row that may not be seen is not there
mod items; // rows with every type of column, for lists
mod judged_by_the_write; // what the statement that writes says of the row
mod lists; // pages, filters, orders
mod many_rows; // bulk routes, and actions that lock many rows
mod merge_patch; // what a PATCH does with an object inside of a column
mod names; // names that would mean something else
mod nested; // paths below other rows, and keys in bodies
mod own_queries; // what a viewset's own query may say
mod page_numbers; // pages by their number
mod read_together; // a row in the statement that finds its reader
mod rights_in_handlers; // what handlers of their own can ask of a row
mod row_permissions; // what a representation tells of its reader's rights
mod scope; // writes stay within a viewset's rows
mod soft_delete; // rows that are marked as deleted
mod statements; // what a request costs
mod trailing_slashes; // for clients of Django's
mod what_is_asked; // what authentication reads of what a caller holds
mod writes; // judged on both sides, and when they are written
