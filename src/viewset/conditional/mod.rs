//! Conditional requests (RFC 9110, 8.8.3 and 13): the tag of a representation, and what a request says by tags.
//!
//! | file | what it is for |
//! |---|---|
//! | `tag_list` | `If-Match` and `If-None-Match` as they were sent |
//! | `entity_tag` | the tag of a row as its caller sees it |
//! | `conditions` | what a request asks of the row's tag, and whether the row meets it |
//! | `version` | the column that counts a row's writes |

mod conditions;
mod entity_tag;
mod tag_list;
mod version;

pub(crate) use conditions::{Conditional, Conditions, IfMatch};
pub(crate) use entity_tag::EntityTag;
pub(crate) use version::{add_one, first_version, leave_version_out, next_version, version_mistakes, version_of};
