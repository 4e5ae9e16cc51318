use hyper::body::Bytes;
use poem::{Request, RequestBody};
use tokio::sync::oneshot;

use super::Json;
use crate::http::{Problem, read_json};

/// Larger bodies are read beside the async threads, which others wait for meanwhile.
const LARGE: usize = 64 * 1024;

/// Reads a request's body, at most so many bytes of it. An empty body is an empty object (CONTRACT 7.16).
pub(crate) async fn read_body<T: Send + 'static>(
    request: &Request,
    body: &mut RequestBody,
    most: usize,
    read: impl FnOnce(Json<'_>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    parse_body(read_json(request, body, most).await?, read).await
}

/// The same of a body that was read.
pub(crate) async fn parse_body<T: Send + 'static>(
    bytes: Bytes,
    read: impl FnOnce(Json<'_>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let bytes = if bytes.is_empty() { Bytes::from_static(b"{}") } else { bytes };
    let is_large = bytes.len() >= LARGE;
    let parse = move || {
        let json = Json::parse(&bytes);
        read(json.map_err(|error| Problem::parse_error(format!("JSON parse error - {error}")))?)
    };
    if !is_large {
        return parse();
    }
    let (done, parsed) = oneshot::channel();
    // a task whose code is made once, and not for each body that is read
    let task: Box<dyn FnOnce() + Send> = Box::new(move || {
        let _ = done.send(parse());
    });
    if let Err(error) = tokio::task::spawn_blocking(task).await {
        tracing::error!(%error, "a body could not be read");
    }
    parsed.await.unwrap_or_else(|_| Err(Problem::server_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn large_bodies_are_read_beside_the_async_threads() {
        let here = std::thread::current().id();
        let read_here = |length: usize| {
            let json = format!("\"{}\"", " ".repeat(length - 2));
            parse_body(json.into(), move |_| Ok(std::thread::current().id() == here))
        };
        assert!(read_here(LARGE - 1).await.unwrap());
        assert!(!read_here(LARGE).await.unwrap());
    }
}
