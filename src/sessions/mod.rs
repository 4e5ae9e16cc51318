//! Django's sessions: what a site keeps of a visitor between requests, and who they logged in as.
//!
//! ```
//! use refrain::{
//!     authentication::{Authenticators, SessionAuthentication, TokenAuthentication},
//!     sessions::{SecretKey, Sessions},
//! };
//!
//! # fn main() -> refrain::Result<()> {
//! let sessions = Sessions::new(SecretKey::new("a site's own, long and random")?).secure();
//! let authenticators =
//!     Authenticators::none().with(TokenAuthentication::default()).with(SessionAuthentication::new(sessions));
//! # let _ = authenticators;
//! # Ok(())
//! # }
//! ```
//!
//! The rows of `django_session`, the cookies, the signatures and the CSRF tokens are those of a Django site with the
//! same `SECRET_KEY` (CONTRACT 5.7 to 5.17), which may run beside.
//!
//! | file | what is in it |
//! |---|---|
//! | `secret_key` | what a site signs with |
//! | `kept_key` | one of a program's own, kept beside its SQLite file |
//! | `sealed` | texts that only the site reads and makes, such as a list's cursors |
//! | `settings` | how long sessions last, and how cookies are set |
//! | `cookies` | cookies as browsers send and keep them |
//! | `session` | one session: its values, its key, its end |
//! | `rows` | the table: loading, saving, ending, cleaning up |
//! | `signing`, `data` | a row's text |
//! | `log_in` | who logged in, and whether they still are |
//! | `csrf_token` | what pages send back |

mod cookies;
mod csrf_token;
mod data;
#[cfg(feature = "sqlite")]
mod kept_key;
mod log_in;
mod rows;
mod sealed;
mod secret_key;
mod session;
mod settings;
mod signing;

pub use csrf_token::masked;
pub use rows::{BATCH, clear_expired};
pub use secret_key::SecretKey;
pub use session::{Expiry, Session};
pub use settings::{SameSite, Sessions};

pub(crate) use cookies::{Sent, SetCookies};
pub(crate) use csrf_token::{BadToken, CsrfToken, new_secret};
pub(crate) use secret_key::SignedBy;

/// The salt of what is signed in `django_session` (CONTRACT 5.8).
const SALT: &str = "django.contrib.sessions.SessionStore";
