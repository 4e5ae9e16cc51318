//! Who sends a request: Django REST Framework's authentication classes.
//!
//! An [`Authenticator`] reads one kind of credential. [`Authenticators`] asks several in order; the caller is the user
//! that the first one finds, or nobody in particular. A credential that is offered and wrong is an error on every
//! endpoint, also where anybody may come in (CONTRACT 5.23).
//!
//! ```
//! use refrain::authentication::{Authenticators, BasicAuthentication, TokenAuthentication};
//!
//! let authenticators =
//!     Authenticators::none().with(TokenAuthentication::default()).with(BasicAuthentication::default());
//! assert_eq!(authenticators.challenge().as_deref(), Some("Token"));
//! ```
//!
//! What is read here is a request's head, in the types of the `http` crate: no web framework is named.

mod authenticator;
mod authenticators;
mod authorization;
mod basic;
#[cfg(feature = "openid")]
pub mod bearer;
mod cross_site;
mod csrf;
#[cfg(test)]
mod fixture;
mod refused;
mod remote_user;
mod security_scheme;
mod session;
mod token;

pub use authenticator::{Authenticator, Offered};
pub use authenticators::Authenticators;
pub use basic::BasicAuthentication;
pub(crate) use cross_site::Origin;
pub use refused::{AuthenticationError, Refused};
pub use remote_user::RemoteUserAuthentication;
pub use security_scheme::{SecurityKind, SecurityScheme};
pub use session::SessionAuthentication;
pub use token::TokenAuthentication;
