//! What stands around an API: the server, HTTP/1 and HTTP/2 over whatever a poem acceptor accepts, with a limit on
//! everything a client can hold; and the middleware that a program in production has.
//!
//! ```
//! use poem::EndpointExt;
//! use refrain::serving::{Cors, Health, RequestIds, SecurityHeaders};
//!
//! # fn build(api: refrain::BuiltApi) {
//! let health = Health::new(api.db());
//! let endpoint = api
//!     .into_endpoint()
//!     .with(SecurityHeaders::default())
//!     .with(Cors::new(["https://app.example.com"]))
//!     .with(health)
//!     .with(RequestIds::default());
//! # let _ = endpoint;
//! # }
//! ```
//!
//! | file | what it is for |
//! |---|---|
//! | `settings` | [`ServeSettings`], the limits |
//! | `server` | accepts connections, and ends them when told |
//! | `connection` | answers the requests of one connection |
//! | `activity` | what a connection is doing, and until when it may |
//! | `limited_io` | the bytes of a connection, which end when it may no longer |
//! | `cors` | [`Cors`], pages of other origins |
//! | `health` | [`Health`], for whoever watches over the program |
//! | `resource_metadata` | what clients of bearer tokens need to know (feature `openid`) |
//! | `request_ids` | [`RequestIds`], a name for every request |
//! | `security_headers` | [`SecurityHeaders`], what browsers are told |
//! | `bodies` | bodies of requests that must arrive, bodies of answers that are watched |

mod activity;
mod bodies;
mod connection;
mod cors;
mod health;
mod limited_io;
mod request_ids;
#[cfg(feature = "openid")]
mod resource_metadata;
mod security_headers;
mod server;
mod settings;

pub use cors::Cors;
pub use health::Health;
pub use request_ids::RequestIds;
#[cfg(feature = "openid")]
pub use resource_metadata::ResourceMetadata;
pub use security_headers::SecurityHeaders;
pub use settings::ServeSettings;
