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
//! | `usage` | what is left of a caller's rates |
//! | `password_tries` | [`PasswordTries`], wrong passwords |
//! | `recipients` | how often an address is written to |
//! | `counts` | [`Counts`], where it is kept |
//! | `in_process`, `window` | in the process: everybody's, and one caller's |
//! | `redis` | `RedisCounts`, in Redis (feature `redis`) |

mod classes;
mod counts;
mod in_process;
mod password_tries;
mod rate;
mod recipients;
#[cfg(feature = "redis")]
mod redis;
mod usage;
mod window;

pub use classes::Throttle;
pub use counts::Counts;
pub use password_tries::PasswordTries;
pub(crate) use password_tries::PasswordTry;
pub use rate::{Rate, RateError};
pub(crate) use recipients::Recipients;
#[cfg(feature = "redis")]
pub use redis::{RedisCounts, WhileAway};
pub(crate) use usage::{Usage, ask};
