//! What every answer has in common: problem details, the caller of a request, and the site it is made to.

mod caller;
mod database;
mod limit;
mod problem;
mod site;

pub use caller::Caller;
pub(crate) use database::constraint_problem;
pub(crate) use limit::BodyLimit;
pub(crate) use problem::{MEDIA_TYPE, WHOLE_BODY};
pub use problem::{Problem, ProblemBody};
pub(crate) use site::{Site, site_of};
