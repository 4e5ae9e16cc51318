//! An answer over HTTP, as small a client as there can be: no redirects, no cookies, no connection that is kept.

use std::{
    pin::pin,
    sync::{Arc, LazyLock},
};

use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{
    body::Bytes,
    client::conn::http1,
    rt::{Read, Write},
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::{Error, Result};

/// A key set has fewer bytes.
const MOST_BYTES: usize = 512 * 1024;

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// The text at an address.
pub(super) async fn get(address: &Uri) -> Result<String> {
    text_at(address).await.map_err(Error::could_not_tell)
}

async fn text_at(address: &Uri) -> Result<String, Failed> {
    let host = address.host().ok_or("the address names no host")?.trim_matches(['[', ']']);
    let is_tls = address.scheme_str() == Some("https");
    let port = address.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    let stream = TcpStream::connect((host, port)).await?;
    if !is_tls {
        return ask(address, TokioIo::new(stream)).await;
    }
    let name = ServerName::try_from(host.to_owned())?;
    let connector = TlsConnector::from(TLS.clone().map_err(Failed::from)?);
    ask(address, TokioIo::new(connector.connect(name, stream).await?)).await
}

async fn ask(address: &Uri, connection: impl Read + Write + Unpin) -> Result<String, Failed> {
    let (mut sender, connection) = http1::handshake(connection).await?;
    let authority = address.authority().ok_or("the address names no host")?;
    let path = address.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::get(path)
        .header(header::HOST, authority.as_str())
        .header(header::ACCEPT, "application/json")
        .header(header::USER_AGENT, concat!("refrain/", env!("CARGO_PKG_VERSION")))
        .body(Empty::<Bytes>::new())?;
    let asked = async move {
        let answer = sender.send_request(request).await?;
        if answer.status() != StatusCode::OK {
            return Err(Failed::from(format!("the answer is {}", answer.status().as_u16())));
        }
        let body = Limited::new(answer.into_body(), MOST_BYTES).collect().await?.to_bytes();
        Ok(String::from_utf8(body.to_vec()).map_err(|_| "the answer is no text")?)
    };
    let (mut asked, mut connection) = (pin!(asked), pin!(connection));
    tokio::select! {
        text = &mut asked => return text,
        // all of it has come, or no more will
        _ = &mut connection => {}
    }
    asked.await
}

static TLS: LazyLock<Result<Arc<ClientConfig>, String>> = LazyLock::new(|| {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
});
