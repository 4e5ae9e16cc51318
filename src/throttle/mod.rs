//! How often callers may ask: Django REST Framework's throttle classes, and a limit on wrong passwords.
//!
//! ```no_run
//! use refrain::{Api, throttle::{Rate, Throttle}};
//!
//! # fn build(db: sea_orm::DatabaseConnection) -> refrain::Result<refrain::BuiltApi> {
//! Api::new("Drivers", "1.0", db).throttles([Throttle::user(Rate::per_minute(600))]).build()
//! # }
//! ```
//!
//! | file | what it is for |
//! |---|---|
//! | `rate` | [`Rate`], so many in so long |
//! | `classes` | [`Throttle`], who is counted by what |
//! | `password_tries` | [`PasswordTries`], wrong passwords |
//! | `counts` | the counts of all callers |
//! | `window` | the count of one |

mod classes;
mod counts;
mod password_tries;
mod rate;
mod window;

pub use classes::Throttle;
pub(crate) use classes::wait;
pub(crate) use counts::Counts;
pub use password_tries::PasswordTries;
pub(crate) use password_tries::PasswordTry;
pub use rate::{Rate, RateError};
