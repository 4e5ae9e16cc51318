//! How often callers may ask: Django REST Framework's throttle classes, and a limit on wrong passwords.
//!
//! ```
//! use refrain::{Api, throttle::{Rate, Throttle}};
//!
//! # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
//! let api = Api::new("Drivers", "1.0", db).throttles([Throttle::user(Rate::per_minute(600))]).build()?;
//! # let _ = api;
//! # Ok(())
//! # });
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
