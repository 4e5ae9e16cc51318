use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use sea_orm::{ActiveEnum, Iterable};
use serde_json::Value;

use super::super::{At, Json, NotRead};

/// An enum whose stored value is its value in JSON and in text: what `#[derive(Choices)]` implements for an active enum
/// of sea-orm's.
///
/// ```
/// use refrain::Choices;
/// use sea_orm::entity::prelude::*;
///
/// #[derive(Clone, Debug, PartialEq, EnumIter, DeriveActiveEnum, Choices)]
/// #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(10))")]
/// enum Status {
///     #[sea_orm(string_value = "open")]
///     Open,
///     #[sea_orm(string_value = "done")]
///     Done,
/// }
/// ```
pub trait Choice: ActiveEnum<Value: ChoiceValue> + Iterable + Send + Sync + 'static {
    /// What it is called in the document.
    const NAME: &'static str;
    /// What the document says of it.
    const DOC: &'static str;
}

/// What an enum is stored as: text or an integer.
///
/// ```
/// use refrain::serializer::{ChoiceValue, Json};
///
/// assert_eq!("open".to_owned().to_json(), "open");
/// assert_eq!(<i32 as ChoiceValue>::from_json(Json::parse(b"3").unwrap()), Some(3));
/// assert_eq!(<i32 as ChoiceValue>::from_text("three"), None);
/// ```
pub trait ChoiceValue: Sized {
    /// As JSON.
    fn to_json(&self) -> Value;
    /// From JSON.
    fn from_json(json: Json<'_>) -> Option<Self>;
    /// From the text of a path or a query.
    fn from_text(text: &str) -> Option<Self>;
    /// What the document calls it.
    const TYPE: &'static str;
}

impl ChoiceValue for String {
    const TYPE: &'static str = "string";

    fn to_json(&self) -> Value {
        self.as_str().into()
    }

    fn from_json(json: Json<'_>) -> Option<Self> {
        json.string().map(Into::into)
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl ChoiceValue for $type {
            const TYPE: &'static str = "integer";

            fn to_json(&self) -> Value {
                (*self).into()
            }

            fn from_json(json: Json<'_>) -> Option<Self> {
                json.number()?.parse().ok()
            }

            fn from_text(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, u8, u16, u32, u64);

#[doc(hidden)]
pub mod choice {
    use super::*;

    pub fn schema<E: Choice>() -> MetaSchemaRef {
        MetaSchemaRef::Reference(E::NAME.to_owned())
    }

    /// Through the registry's own door: of two enums under one name one would be lost.
    pub fn register<E: Choice>(registry: &mut Registry) {
        registry.create_schema::<E, _>(E::NAME.to_owned(), |_| MetaSchema {
            title: Some(E::NAME.to_owned()),
            description: (!E::DOC.is_empty()).then_some(E::DOC),
            enum_items: E::iter().map(|choice| choice.to_value().to_json()).collect(),
            ..MetaSchema::new(E::Value::TYPE)
        });
    }

    pub fn read<E: Choice>(json: Json<'_>, at: &mut At) -> Option<E> {
        let choice = E::Value::from_json(json).and_then(|value| E::try_from_value(&value).ok());
        choice.or_else(|| {
            let sent = json.string().unwrap_or(json.as_str().into());
            let sent: String = sent.chars().take(100).collect();
            at.refuse(format!("\"{sent}\" is not a valid choice."))
        })
    }

    pub fn from_text<E: Choice>(text: &str) -> Result<E, NotRead> {
        let choice = E::Value::from_text(text).and_then(|value| E::try_from_value(&value).ok());
        choice.ok_or(NotRead::Malformed("Select a valid choice."))
    }

    pub fn write<E: Choice>(choice: &E, out: &mut Vec<u8>) {
        serde_json::to_writer(out, &choice.to_value().to_json()).expect("memory takes everything");
    }
}
