use std::marker::PhantomData;

use poem::{IntoResponse, Response, http::StatusCode};
use poem_openapi::{
    ApiResponse,
    registry::{MetaMediaType, MetaResponse, MetaResponses, Registry},
};

use super::Representation;
use crate::viewset::{ViewSet, document, mount::represented};

/// A row as its viewset shows it to the caller, with its tag: the answer of an `#[OpenApi]` method.
///
/// ```
/// # use refrain::doc_example::cars::Cars;
/// use refrain::{Problem, Row, RowAction, ShownRow};
///
/// async fn log<A: RowAction<Of = Cars>>(car: Row<A>) -> Result<ShownRow<Cars>, Problem> {
///     let shown = car.show().await?;
///     println!("{}", shown.json());
///     Ok(shown)
/// }
/// ```
///
/// [`Row::show`](super::Row::show) and [`Locked::save_and_show`](super::Locked::save_and_show) make one.
pub struct ShownRow<V: ViewSet> {
    representation: Representation,
    viewset: PhantomData<fn() -> V>,
}

impl<V: ViewSet> ShownRow<V> {
    pub(super) fn of(representation: Representation) -> Self {
        Self { representation, viewset: PhantomData }
    }

    /// The representation, as JSON.
    pub fn json(&self) -> &str {
        std::str::from_utf8(&self.representation.json).expect("JSON is written as UTF-8")
    }
}

impl<V: ViewSet> IntoResponse for ShownRow<V> {
    fn into_response(self) -> Response {
        represented(StatusCode::OK, self.representation)
    }
}

impl<V: ViewSet> ApiResponse for ShownRow<V> {
    fn meta() -> MetaResponses {
        MetaResponses {
            responses: vec![MetaResponse {
                description: "The row as it is now.",
                status: Some(200),
                status_range: None,
                content: vec![MetaMediaType { content_type: "application/json", schema: document::row_schema::<V>() }],
                headers: Vec::new(),
            }],
        }
    }

    fn register(registry: &mut Registry) {
        document::register_row::<V>(registry);
    }
}
