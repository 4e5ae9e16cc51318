use async_trait::async_trait;
use http::Uri;
use serde::Deserialize;

use super::fetch;
use crate::{Error, Result};

/// From where keys come.
///
/// ```
/// use refrain::{Error, Result, async_trait, authentication::bearer::KeySource};
///
/// /// A file that something else keeps up to date.
/// struct InAFile;
///
/// #[async_trait]
/// impl KeySource for InAFile {
///     async fn fetch(&self) -> Result<String> {
///         std::fs::read_to_string("/etc/drivers/keys.json").map_err(Error::could_not_tell)
///     }
/// }
/// ```
#[async_trait]
pub trait KeySource: Send + Sync + 'static {
    /// The key set (RFC 7517) as it is now. It is given up after ten seconds.
    async fn fetch(&self) -> Result<String>;
}

/// Keys that a provider publishes.
pub(super) enum Published {
    /// where the issuer says
    By {
        issuer: String,
        configuration: Uri,
    },
    At(Uri),
}

/// The part of the provider's document that says where its keys are (OpenID Connect Discovery 1.0, 4.2).
#[derive(Deserialize)]
struct Configuration {
    issuer: String,
    jwks_uri: String,
}

impl Published {
    pub(super) fn by_issuer(issuer: &str) -> Result<Self> {
        let configuration = address(&format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')))?;
        Ok(Self::By { issuer: issuer.to_owned(), configuration })
    }

    pub(super) fn at(text: &str) -> Result<Self> {
        Ok(Self::At(address(text)?))
    }
}

#[async_trait]
impl KeySource for Published {
    async fn fetch(&self) -> Result<String> {
        match self {
            Self::At(address) => fetch::get(address).await,
            Self::By { issuer, configuration } => {
                let found: Configuration = serde_json::from_str(&fetch::get(configuration).await?)
                    .map_err(|_| Error::could_not_tell("the provider's configuration cannot be read"))?;
                if found.issuer != *issuer {
                    return Err(Error::could_not_tell("the provider's configuration is of another issuer"));
                }
                fetch::get(&address(&found.jwks_uri).map_err(Error::could_not_tell)?).await
            }
        }
    }
}

/// An address whose answer can be believed: over TLS, or of this very machine.
fn address(text: &str) -> Result<Uri> {
    let refuse = |why: &str| Error::wiring(format!("`{text}` {why}"));
    let address: Uri = text.parse().map_err(|_| refuse("is no address"))?;
    let host = address.host().filter(|host| !host.is_empty()).ok_or_else(|| refuse("names no host"))?;
    let is_here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    match address.scheme_str() {
        Some("https") => Ok(address),
        Some("http") if is_here => Ok(address),
        _ => Err(refuse("is read over a network, and not over https")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_believed_over_tls() {
        for right in
            ["https://id.example.com", "https://id.example.com:8443/realms/a", "http://127.0.0.1:1", "http://[::1]/x"]
        {
            assert!(Published::by_issuer(right).is_ok() && Published::at(right).is_ok(), "{right}");
        }
        let wrong =
            ["", "id.example.com", "/keys", "http://id.example.com", "http://127.0.0.1.example.com", "ftp://localhost"];
        for wrong in wrong {
            assert!(Published::by_issuer(wrong).is_err() && Published::at(wrong).is_err(), "{wrong}");
        }
    }
}
