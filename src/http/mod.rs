//! What every answer has in common: problem details, the caller of a request, and the site it is made to.

mod body_limits;
mod caller;
mod client_address;
mod database;
mod drf_errors;
mod form_token;
mod json_size;
mod kind;
mod next;
mod path;
mod problem;
mod read_json;
mod request_context;
mod request_id;
mod site;

pub(crate) use body_limits::BodyLimits;
pub use caller::Caller;
pub(crate) use client_address::{client_address, is_over_tls};
pub(crate) use database::{RAISED, refused};
pub(crate) use drf_errors::{as_drf, drf_errors_in};
pub(crate) use form_token::FormToken;
pub(crate) use kind::Kind;
pub(crate) use next::leading_back;
pub use next::safe_next;
pub(crate) use path::{RequestPath, leave_slash_out, path_and_query, path_of};
pub(crate) use problem::{MEDIA_TYPE, WHOLE_BODY};
pub use problem::{Problem, ProblemBody};
pub(crate) use read_json::{ACCEPT_PATCH, MERGE_PATCH, PATCH_TYPES, is_merge_patch, read, read_json, read_patch};
pub(crate) use request_context::RequestContext;
pub use request_id::RequestId;
pub(crate) use site::{DocumentAccess, Site, site_of};
