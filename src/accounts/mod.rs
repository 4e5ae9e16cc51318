//! Accounts that people make and open again by themselves: signed links, and mails that a program sends.
//!
//! ```
//! use refrain::{Api, ResetPassword, accounts::PasswordReset, sessions::SecretKey};
//!
//! # async fn send(to: &str, link: String) -> refrain::Result<()> { Ok(()) }
//! # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
//! let key = SecretKey::new("a site's own, long and random")?;
//! let reset = ResetPassword::new(key, |reset: PasswordReset| async move {
//!     let link = format!("https://example.com/reset/{}/{}", reset.uid, reset.token.expose());
//!     send(&reset.user.email, link).await
//! });
//! let api = Api::new("Drivers", "1.0", db).with(reset).build()?;
//! # let _ = api;
//! # Ok(())
//! # });
//! ```
//!
//! The parts themselves are [`ResetPassword`](crate::ResetPassword), [`Register`](crate::Register) and
//! [`RegisterByMail`](crate::RegisterByMail).
//!
//! | file | what is in it |
//! |---|---|
//! | `link_tokens` | tokens for one user and one purpose: Django's, that reset a password, and those that confirm an address |
//! | `uid` | the user that a link names |
//! | `outbox` | what is done behind an answer, so that the time of the answer tells nothing |
//! | `mails` | what a program is told to send |
//! | `address`, `username` | what is an address, and whose; what somebody can be called |

mod address;
mod link_tokens;
mod mails;
mod outbox;
mod uid;
mod username;

pub use mails::{Confirmation, PasswordReset, RegistrationMail};

pub(crate) use address::is_address;
pub(crate) use link_tokens::LinkTokens;
pub(crate) use mails::Mailer;
pub(crate) use outbox::Outbox;
pub(crate) use uid::{uid_of, user_of};
pub(crate) use username::normalized;
