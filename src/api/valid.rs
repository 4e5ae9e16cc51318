use std::ops::Deref;

use poem::{Request, RequestBody};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaMediaType, MetaRequest, Registry},
};

use crate::serializer::{Body, read_body};

/// A JSON body as an argument of an `#[OpenApi]` method, refused in the words in which viewsets refuse theirs.
///
/// ```
/// use poem_openapi::{OpenApi, payload::PlainText};
/// use refrain::{AllowAny, Guarded, Serializer, Valid};
///
/// #[derive(Serializer)]
/// struct Message {
///     #[serializer(length(1..))]
///     text: String,
/// }
///
/// struct Echo;
///
/// #[OpenApi]
/// impl Echo {
///     #[oai(path = "/echo", method = "post")]
///     async fn echo(&self, _open: Guarded<AllowAny>, message: Valid<Message>) -> PlainText<String> {
///         PlainText(message.0.text)
///     }
/// }
/// ```
///
/// Every field that is missing or wrong is named at once: `{"text": ["This field is required."]}` (CONTRACT 7.14). Of a model's
/// serializer take [`Valid<Input<Car>>`](crate::serializer::Input) or `Valid<Patched<Car>>`.
///
/// `Valid<Message, 4096>` reads 4,096 bytes at most, where [`Api::body_limit`](crate::Api::body_limit) bounds it for every
/// endpoint: what anybody may send, without saying who they are, should be small.
#[derive(Clone, Copy, Debug)]
pub struct Valid<T, const MOST_BYTES: usize = { usize::MAX }>(pub T);

impl<T, const MOST_BYTES: usize> Deref for Valid<T, MOST_BYTES> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<'a, T: Body, const MOST_BYTES: usize> ApiExtractor<'a> for Valid<T, MOST_BYTES> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let json = MetaMediaType { content_type: "application/json", schema: T::schema_ref() };
        Some(MetaRequest { description: None, content: vec![json], required: true })
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        read_body(request, body, MOST_BYTES, |json| T::read_body(json)).await.map(Self).map_err(Into::into)
    }
}
