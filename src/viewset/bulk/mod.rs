//! Many rows in one request: all of them are written, or none.
//!
//! | file | what it is for |
//! |---|---|
//! | `route` | the routes that a viewset can switch on |
//! | `body` | the list that a request sends |
//! | `named_rows` | the rows that a list names, in its order |
//! | `answer` | what the routes do |

mod answer;
mod body;
mod named_rows;
mod route;

pub(crate) use body::CHANGES;
pub(crate) use named_rows::{KeyOf, NamedRows};
pub(crate) use route::{BulkRoute, bulk_mistakes};
