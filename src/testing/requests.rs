use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use poem::{Body, Endpoint, IntoResponse, Request};
use serde::Serialize;
use serde_json::Value;

use super::TestSite;

/// Who sends a request, in place of a credential. It cannot be sent over a network: only a test puts it in.
#[derive(Clone)]
pub(crate) struct ActingUser(pub(crate) String);

/// Requests of one sender.
///
/// ```
/// # use refrain::doc_example::Drivers;
/// # refrain::doc_example::run(async |_| {
/// use poem::http::Method;
/// use refrain::testing::TestSite;
/// use serde_json::json;
///
/// let site = TestSite::of::<Drivers>().await;
/// site.user("root").superuser().await;
///
/// let root = site.as_user("root");
/// root.post("/api/cars", json!({ "name": "Golf" })).await.assert_status(201);
/// root.put("/api/cars/1", json!({ "name": "Polo" })).await.assert_status(200);
/// root.patch("/api/cars/1", json!({ "name": "Up" })).await.assert_status(200);
/// let tag = root.get("/api/cars/1").await.header("etag").map(str::to_owned);
///
/// // somebody has changed it meanwhile
/// root.patch("/api/cars/1", json!({ "name": "Lupo" })).await.assert_status(200);
/// root.clone().header("If-Match", &tag.unwrap()).delete("/api/cars/1").await.assert_status(412);
/// root.delete("/api/cars/1").await.assert_status(204);
/// root.send(Method::OPTIONS, "/api/cars", None::<&()>).await.assert_status(200);
/// # Ok(())
/// # });
/// ```
#[derive(Clone)]
pub struct Requests<'s> {
    site: &'s TestSite,
    user: Option<String>,
    headers: HeaderMap,
}

impl<'s> Requests<'s> {
    pub(super) fn new(site: &'s TestSite, user: Option<String>) -> Self {
        Self { site, user, headers: HeaderMap::new() }
    }

    /// With this header too.
    ///
    /// # Panics
    /// Where it is none that HTTP allows.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a header's name");
        self.headers.append(name, value.parse().expect("a header's value"));
        self
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> TestResponse {
        self.send(Method::GET, path, None::<&()>).await
    }

    /// Creates, or whatever else the path takes a body for.
    pub async fn post(&self, path: &str, body: impl Serialize) -> TestResponse {
        self.send(Method::POST, path, Some(&body)).await
    }

    /// Replaces.
    pub async fn put(&self, path: &str, body: impl Serialize) -> TestResponse {
        self.send(Method::PUT, path, Some(&body)).await
    }

    /// Changes.
    pub async fn patch(&self, path: &str, body: impl Serialize) -> TestResponse {
        self.send(Method::PATCH, path, Some(&body)).await
    }

    /// Deletes.
    pub async fn delete(&self, path: &str) -> TestResponse {
        self.send(Method::DELETE, path, None::<&()>).await
    }

    /// Any method, with a body of JSON or without one.
    ///
    /// # Panics
    /// Where the path is none, or the body no JSON.
    pub async fn send(&self, method: Method, path: &str, body: Option<&impl Serialize>) -> TestResponse {
        let mut request = Request::builder().method(method.clone()).uri(path.parse().expect("a path")).finish();
        *request.headers_mut() = self.headers.clone();
        if let Some(body) = body {
            request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            request.set_body(Body::from_vec(serde_json::to_vec(body).expect("a body of JSON")));
        }
        if let Some(user) = &self.user {
            request.extensions_mut().insert(ActingUser(user.clone()));
        }
        let response = match self.site.at_its_time(self.site.endpoint.call(request)).await {
            Ok(response) => response.into_response(),
            Err(error) => error.into_response(),
        };
        let (parts, body) = response.into_parts();
        let bytes = body.into_vec().await.expect("the answer's body");
        let status = parts.status.as_u16();
        if let (401, Some(name)) = (status, &self.user) {
            let user = self.site.auth.user(&self.site.db, name).await.expect("the users are read");
            assert!(user.is_some(), "there is no user `{name}`: `site.user({name:?}).await` makes one");
        }
        // why it was refused, where somebody expected something else
        let why = match (status, self.user.as_deref()) {
            (401 | 403 | 404, user) => self.site.at_its_time(self.site.api.explain(user, &method, path)).await.ok(),
            _ => None,
        };
        TestResponse {
            request: format!("{method} {path} as {}", self.user.as_deref().unwrap_or("nobody")),
            status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            why: why.map(|why| why.to_string()).unwrap_or_default(),
        }
    }
}

/// What a request was answered.
///
/// ```
/// # use refrain::doc_example::Drivers;
/// # refrain::doc_example::run(async |_| {
/// use refrain::testing::TestSite;
/// use serde_json::json;
///
/// let site = TestSite::of::<Drivers>().await;
/// site.user("root").superuser().await;
/// let made = site.as_user("root").post("/api/cars", json!({ "name": "Golf" })).await;
/// made.assert_status(201).assert_json(json!({ "id": 1, "name": "Golf", "published": false }));
/// assert_eq!(made.json()["name"], "Golf");
/// assert!(made.header("content-type").unwrap().starts_with("application/json"));
/// # Ok(())
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct TestResponse {
    request: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
    why: String,
}

impl TestResponse {
    /// It has this status; else a panic that shows the answer, and why it was refused.
    ///
    /// # Panics
    /// Where it has another.
    #[track_caller]
    pub fn assert_status(&self, status: u16) -> &Self {
        let Self { request, status: was, text, why, .. } = self;
        assert!(*was == status, "{request}: {was}, and {status} was expected\n\n{text}\n\n{why}");
        self
    }

    /// An answer that is neither a yes nor a no.
    pub(super) fn is_no_verdict(&self) {
        panic!("{}: {} tells neither yes nor no\n\n{}", self.request, self.status, self.text);
    }

    /// The body is this JSON.
    ///
    /// # Panics
    /// Where it is another, or none.
    #[track_caller]
    pub fn assert_json(&self, expected: impl Into<Value>) -> &Self {
        let (json, expected) = (self.json(), expected.into());
        assert!(json == expected, "{}: {json:#}\n\nwas answered, and expected was\n\n{expected:#}", self.request);
        self
    }

    /// The body.
    ///
    /// # Panics
    /// Where it is no JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        let Self { request, status, text, .. } = self;
        serde_json::from_str(text)
            .unwrap_or_else(|error| panic!("{request}: {status} with no JSON ({error})\n\n{text}"))
    }

    /// The `id` of each row of a list, in the list's order.
    ///
    /// ```
    /// # use refrain::doc_example::Drivers;
    /// # refrain::doc_example::run(async |_| {
    /// use refrain::testing::TestSite;
    /// use serde_json::json;
    ///
    /// let site = TestSite::of::<Drivers>().await;
    /// site.user("root").superuser().await;
    /// let root = site.as_user("root");
    /// for name in ["Golf", "Polo"] {
    ///     root.post("/api/cars", json!({ "name": name })).await.assert_status(201);
    /// }
    /// assert_eq!(root.get("/api/cars").await.ids(), [1, 2]);
    /// root.delete("/api/cars/1").await.assert_status(204);
    /// root.get("/api/cars").await.assert_ids([2]);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// # Panics
    /// Where it is no list of rows that have one.
    #[track_caller]
    pub fn ids(&self) -> Vec<Value> {
        self.assert_status(200);
        let json = self.json();
        let ids = json["results"].as_array().map(|rows| rows.iter().map(|row| row.get("id").cloned()).collect());
        let ids: Option<Option<Vec<_>>> = ids;
        ids.flatten().unwrap_or_else(|| panic!("{}: no list of rows that have an `id`\n\n{json:#}", self.request))
    }

    /// It is a list of the rows with these keys, in this order.
    ///
    /// # Panics
    /// Where it lists others, or is no list.
    #[track_caller]
    pub fn assert_ids(&self, expected: impl Into<Value>) -> &Self {
        let (ids, expected) = (Value::Array(self.ids()), expected.into());
        assert!(ids == expected, "{}: {ids} is listed, and {expected} was expected", self.request);
        self
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
