//! A client of the drivers example.
//!
//! [`Client`] and [`types`] are made by progenitor from `drivers.json`; this file adds what a document cannot say.

#[rustfmt::skip]
#[allow(clippy::all, missing_docs, unreachable_pub, rustdoc::all)]
mod generated;

pub use generated::*;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};

/// A client of the API at this address, `http://127.0.0.1:3000/api`, as the owner of this token.
///
/// Fails where the token has signs that no header can have.
pub fn as_owner_of(token: &str, address: &str) -> Result<Client, Box<dyn std::error::Error + Send + Sync>> {
    let mut value = HeaderValue::from_str(&format!("Token {token}"))?;
    value.set_sensitive(true);
    let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
    Ok(Client::new_with_client(address, reqwest::Client::builder().default_headers(headers).build()?))
}
