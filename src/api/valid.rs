use std::{
    any::TypeId,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use poem::{Request, RequestBody};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaMediaType, MetaRequest, Registry},
    types::ParseFromJSON,
};

use crate::viewset::{Fields, read_object};

/// A JSON body as an argument of an `#[OpenApi]` method, refused in the words in which viewsets refuse theirs.
///
/// ```
/// use poem_openapi::{Object, OpenApi, payload::PlainText};
/// use refrain::{AllowAny, Guarded, Valid};
///
/// #[derive(Object)]
/// struct Message {
///     #[oai(validator(min_length = 1))]
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
/// Every field that is missing or wrong is named at once: `{"text": ["This field is required."]}` (CONTRACT 7.14).
///
/// `Valid<Message, 4096>` reads 4,096 bytes at most, where [`Api::body_limit`](crate::Api::body_limit) bounds it for every
/// endpoint: what anybody may send, without saying who they are, should be small.
#[derive(Clone, Copy, Debug)]
pub struct Valid<T, const MOST_BYTES: usize = { usize::MAX }>(pub T);

impl<'a, T: ParseFromJSON + 'static, const MOST_BYTES: usize> ApiExtractor<'a> for Valid<T, MOST_BYTES> {
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
        let fields = fields_of::<T>();
        let body = read_object(request, body, MOST_BYTES, &fields).await?;
        fields.check(&body, true)?;
        Ok(Self(fields.parse(body)?))
    }
}

/// Reading a type's schema takes longer than reading a body: once for each type.
fn fields_of<T: ParseFromJSON + 'static>() -> Arc<Fields> {
    static KNOWN: Mutex<BTreeMap<TypeId, Arc<Fields>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(Fields::of::<T>())).clone()
}
