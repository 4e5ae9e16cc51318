//! The server: HTTP/1 and HTTP/2 over whatever a poem acceptor accepts, with a limit on everything a client can hold.
//!
//! | file | what it is for |
//! |---|---|
//! | `settings` | [`ServeSettings`], the limits |
//! | `server` | accepts connections, and ends them when told |
//! | `connection` | answers the requests of one connection |
//! | `activity` | what a connection is doing, and until when it may |
//! | `limited_io` | the bytes of a connection, which end when it may no longer |
//! | `bodies` | bodies of requests that must arrive, bodies of answers that are watched |

mod activity;
mod bodies;
mod connection;
mod limited_io;
mod server;
mod settings;

pub use settings::ServeSettings;
