use poem::{Request, http::Uri};

/// Where a request went, before routes took parts of it away.
///
/// A server says so itself ([`Request::original_uri`]); a request that came from no server, as in a test, has its path
/// where the API met it.
#[derive(Clone)]
pub(crate) struct RequestPath(Uri);

impl RequestPath {
    /// Of a request that no route has met.
    pub(crate) fn of(request: &Request) -> Self {
        let original = request.original_uri();
        Self(if original.path() == "/" { request.uri() } else { original }.clone())
    }

    pub(crate) fn path(&self) -> &str {
        self.0.path()
    }
}

/// Takes the slash behind a path below the prefix away, for routes that have none. Links keep it: they are made of the path
/// that was asked for.
pub(crate) fn leave_slash_out(request: &mut Request, prefix: &str) {
    let uri = request.uri();
    let Some(below) = uri.path().strip_prefix(prefix) else { return };
    let Some(path) = below.strip_suffix('/').filter(|path| path.starts_with('/') && !path.ends_with('/')) else {
        return;
    };
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = format!("{prefix}{path}{query}").parse().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
}

/// The path that a request was made to, and its query.
pub(crate) fn path_and_query(request: &Request) -> String {
    let path = request.extensions().get::<RequestPath>().cloned().unwrap_or_else(|| RequestPath::of(request));
    path.0.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}

/// The path that a request was made to.
pub(crate) fn path_of(request: &Request) -> &str {
    request.extensions().get::<RequestPath>().map_or_else(|| request.original_uri().path(), RequestPath::path)
}
