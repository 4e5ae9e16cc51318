use std::{borrow::Cow, ops::Deref};

use poem_openapi::{
    registry::{MetaSchema, MetaSchemaRef, Registry},
    types::{IsObjectType, ParseError, ParseFromJSON, ParseResult, Type},
};
use serde_json::Value;

use super::{
    BodyOf, Bounds, Change, FieldType, Json, Serializer,
    read::read_whole,
    schema::{Shape, schema_of},
};
use crate::http::Problem;

/// What a handler can take as [`Valid<T>`](crate::Valid): an object that `#[derive(Serializer)]` is written on without a
/// model, and a model's [`Input`] and [`Patched`].
///
/// ```
/// use refrain::{Serializer, serializer::{Body, Json}};
///
/// #[derive(Serializer)]
/// struct Keys {
///     ids: Vec<i64>,
/// }
///
/// let keys = Keys::read_body(Json::parse(br#"{"ids": [7, 8]}"#).unwrap()).unwrap();
/// assert_eq!(keys.ids, [7, 8]);
///
/// let problem = Keys::read_body(Json::parse(b"{}").unwrap()).err().unwrap();
/// assert_eq!(problem.errors()["ids"], ["This field is required."]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read as a body",
    label = "not a body that Refrain reads",
    note = "add `#[derive(refrain::Serializer)]` to it; of a model's serializer take `Input<{Self}>` or `Patched<{Self}>`"
)]
pub trait Body: Type + Sized + Send + 'static {
    /// Reads it; every error is told at once, each under its path.
    fn read_body(body: Json<'_>) -> Result<Self, Problem>;
}

/// Reads an object that is no model's.
pub fn read_object<T: FieldType>(body: Json<'_>) -> Result<T, Problem> {
    read_whole(body, |body, at| T::read(body, &Bounds::default(), at))
}

/// A new row as a body holds it, for handlers of your own: `Valid<Input<Car>>`, which the document calls `CarInput`.
///
/// ```
/// use poem_openapi::OpenApi;
/// use refrain::{AllowAny, Guarded, Valid, serializer::Input};
/// # use refrain::{Serializer, doc_example::car};
/// # #[derive(Serializer)]
/// # #[serializer(model = car)]
/// # struct Car {
/// #     name: String,
/// # }
///
/// struct Api;
///
/// #[OpenApi]
/// impl Api {
///     #[oai(path = "/cars/check", method = "post")]
///     async fn check(&self, _open: Guarded<AllowAny>, car: Valid<Input<Car>>) {
///         let _name = &car.0.row.name;
///     }
/// }
/// ```
pub struct Input<S: Serializer>(pub Change<S>);

/// Part of a row as a body holds it, for handlers of your own: what was not sent is not set.
///
/// ```
/// use poem_openapi::OpenApi;
/// use refrain::{AllowAny, Guarded, Valid, serializer::Patched};
/// # use refrain::{Serializer, doc_example::car};
/// # #[derive(Serializer)]
/// # #[serializer(model = car)]
/// # struct Car {
/// #     name: String,
/// # }
///
/// struct Api;
///
/// #[OpenApi]
/// impl Api {
///     #[oai(path = "/cars/check", method = "patch")]
///     async fn check(&self, _open: Guarded<AllowAny>, car: Valid<Patched<Car>>) {
///         let _has_name = car.0.row.name.is_set();
///     }
/// }
/// ```
///
/// The document calls it `PatchedCarInput`.
pub struct Patched<S: Serializer>(pub Change<S>);

macro_rules! bodies {
    ($($body:ident, $shape:expr, $of:expr;)*) => {$(
        impl<S: Serializer> Deref for $body<S> {
            type Target = Change<S>;

            fn deref(&self) -> &Change<S> {
                &self.0
            }
        }

        impl<S: Serializer> Type for $body<S> {
            const IS_REQUIRED: bool = true;

            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> Cow<'static, str> {
                $shape.name::<S>().into()
            }

            fn schema_ref() -> MetaSchemaRef {
                MetaSchemaRef::Reference(Self::name().into_owned())
            }

            fn register(registry: &mut Registry) {
                register_body::<S>($shape, registry);
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }

            fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
                Box::new(std::iter::once(self))
            }
        }

        impl<S: Serializer> IsObjectType for $body<S> {}

        impl<S: Serializer> Body for $body<S> {
            fn read_body(body: Json<'_>) -> Result<Self, Problem> {
                Change::read(body, $of, None).map(Self)
            }
        }

        impl<S: Serializer> ParseFromJSON for $body<S> {
            fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
                let text = value.unwrap_or_default().to_string();
                let json = Json::parse(text.as_bytes()).map_err(ParseError::custom)?;
                Self::read_body(json).map_err(|problem| ParseError::custom(problem.carried()))
            }
        }
    )*};
}

bodies! {
    Input, Shape::Input, BodyOf::NewRow;
    Patched, Shape::Patched, BodyOf::PartOfRow;
}

/// Registers one of a serializer's bodies under its own name.
pub(crate) fn register_body<S: Serializer>(shape: Shape, registry: &mut Registry) {
    struct Body<S, const SHAPE: u8>(std::marker::PhantomData<S>);
    let name = shape.name::<S>();
    let make = |registry: &mut Registry| -> MetaSchema { schema_of::<S>(shape, registry) };
    match shape {
        Shape::Output => registry.create_schema::<S, _>(name, make),
        Shape::Input => registry.create_schema::<Body<S, 0>, _>(name, make),
        Shape::Replaced => registry.create_schema::<Body<S, 1>, _>(name, make),
        Shape::Patched => registry.create_schema::<Body<S, 2>, _>(name, make),
    }
}
