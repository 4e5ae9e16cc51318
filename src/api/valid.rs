use poem::{Request, RequestBody};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef, Registry},
    types::ParseFromJSON,
};
use serde_json::{Map, Value as Json};

use crate::{
    http::{Problem, WHOLE_BODY},
    viewset::{field_error, read_object},
};

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
#[derive(Clone, Copy, Debug)]
pub struct Valid<T>(pub T);

impl<'a, T: ParseFromJSON> ApiExtractor<'a> for Valid<T> {
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
        let body = read_object(request, body).await?;
        check::<T>(&body)?;
        let value = T::parse_from_json(Some(Json::Object(body))).map_err(|error| {
            // its sentences name Rust types
            tracing::debug!(error = error.message(), "a body was refused by its type");
            Problem::invalid([(WHOLE_BODY, "This value is not valid.")])
        })?;
        Ok(Self(value))
    }
}

fn check<T: ParseFromJSON>(body: &Map<String, Json>) -> Result<(), Problem> {
    let mut registry = Registry::new();
    T::register(&mut registry);
    let Some(schema) = registry.schemas.get(T::name().as_ref()) else { return Ok(()) };
    let errors: Vec<(&str, String)> = schema
        .properties
        .iter()
        .filter_map(|(name, property)| {
            let required = schema.required.contains(name);
            Some((*name, field_error(resolved(property, &registry)?, body.get(*name), required)?))
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
}

fn resolved<'a>(schema: &'a MetaSchemaRef, registry: &'a Registry) -> Option<&'a MetaSchema> {
    match schema {
        MetaSchemaRef::Inline(schema) => Some(schema),
        MetaSchemaRef::Reference(name) => registry.schemas.get(name),
    }
}
