use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use sea_orm::DbBackend;

use super::{At, Bounds, Json};

/// A type that a representation can show: described and written.
///
/// ```
/// use refrain::serializer::{Bounds, MetaSchemaRef, Registry, Shows};
///
/// /// A distance, shown as text.
/// struct Kilometres(u32);
///
/// impl Shows for Kilometres {
///     fn schema() -> MetaSchemaRef {
///         <String as Shows>::schema()
///     }
///
///     // a text speaks of no other schema
///     fn register(_registry: &mut Registry) {}
///
///     fn write(&self, bounds: &Bounds, out: &mut Vec<u8>) {
///         format!("{} km", self.0).write(bounds, out);
///     }
/// }
///
/// let mut out = Vec::new();
/// Shows::write(&Kilometres(7), &Bounds::default(), &mut out);
/// assert_eq!(out, br#""7 km""#);
/// ```
///
/// What a member of a serializer is that no column holds ([`computed`](derive@super::Serializer)) needs no more.
#[diagnostic::on_unimplemented(
    message = "a representation cannot show `{Self}`",
    label = "Refrain does not know how to describe and write `{Self}`",
    note = "an enum: add `#[derive(refrain::Choices)]` to it",
    note = "a nested object: add `#[derive(refrain::Serializer)]` to it"
)]
pub trait Shows: Sized + Send + Sync + 'static {
    /// Its schema in the document.
    fn schema() -> MetaSchemaRef;

    /// Registers the schemas that its own speaks of.
    fn register(_registry: &mut Registry) {}

    /// Writes it as JSON.
    fn write(&self, bounds: &Bounds, out: &mut Vec<u8>);

    /// The schema of a list of it; bytes are not a list of numbers.
    #[doc(hidden)]
    fn list_schema() -> MetaSchemaRef {
        inline(MetaSchema { items: Some(Box::new(Self::schema())), ..MetaSchema::new("array") })
    }

    #[doc(hidden)]
    fn write_list(list: &[Self], out: &mut Vec<u8>) {
        let bounds = Bounds::default();
        out.push(b'[');
        for (place, item) in list.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            item.write(&bounds, out);
        }
        out.push(b']');
    }
}

/// A type that a serializer's field can have: read, checked, described and written.
///
/// ```
/// use refrain::serializer::{At, Bounds, FieldType, Json, MetaSchemaRef, NotRead, Shows};
///
/// /// A colour as six digits: `#ff8800`.
/// #[derive(Clone)]
/// struct Colour(String);
///
/// impl Shows for Colour {
///     fn schema() -> MetaSchemaRef {
///         <String as Shows>::schema()
///     }
///     fn write(&self, bounds: &Bounds, out: &mut Vec<u8>) {
///         self.0.write(bounds, out);
///     }
/// }
///
/// impl FieldType for Colour {
///     type Inner = Self;
///     fn inner(&self) -> Option<&Self> {
///         Some(self)
///     }
///     fn read(json: Json<'_>, bounds: &Bounds, at: &mut At) -> Option<Self> {
///         let text = String::read(json, bounds, at)?;
///         if text.starts_with('#') { Some(Self(text)) } else { at.refuse("A valid colour is required.") }
///     }
///     fn from_text(text: &str, bounds: &Bounds) -> Result<Self, NotRead> {
///         String::from_text(text, bounds).map(Self)
///     }
/// }
/// ```
///
/// A column's type must be clonable and convert into sea-orm's `Value` too, as every type of a model's field does.
#[diagnostic::on_unimplemented(
    message = "a serializer's field cannot be `{Self}`",
    label = "Refrain does not know how to read, write and describe `{Self}`",
    note = "an enum: add `#[derive(refrain::Choices)]` to it",
    note = "a nested object: add `#[derive(refrain::Serializer)]` to it, without a model"
)]
pub trait FieldType: Shows {
    /// What validators look at: `T` of an `Option<T>`, `str` of a `String`, `[T]` of a list.
    type Inner: ?Sized;

    /// Is `null` one of its values?
    const NULLABLE: bool = false;

    /// What validators look at; none of `null`.
    fn inner(&self) -> Option<&Self::Inner>;

    /// Reads a value that is not `null`.
    fn read(json: Json<'_>, bounds: &Bounds, at: &mut At) -> Option<Self>;

    /// What `null` is.
    ///
    /// ```
    /// use refrain::serializer::FieldType;
    ///
    /// assert_eq!(<Option<i64>>::from_null(), Some(None));
    /// assert_eq!(<i64 as FieldType>::from_null(), None);
    /// ```
    fn from_null() -> Option<Self> {
        None
    }

    /// Reads the text of a path or of a query.
    fn from_text(text: &str, bounds: &Bounds) -> Result<Self, NotRead>;

    /// Says what is wrong with it as the type of a column of this database; asked when the API is built.
    ///
    /// ```
    /// use refrain::serializer::FieldType;
    /// use sea_orm::DbBackend;
    ///
    /// let mut mistakes = Vec::new();
    /// <i64 as FieldType>::check(DbBackend::Sqlite, &mut mistakes);
    /// assert!(mistakes.is_empty());
    /// ```
    fn check(_on: DbBackend, _mistakes: &mut Vec<String>) {}

    /// What the length of a list of it counts.
    #[doc(hidden)]
    const LIST_UNIT: &'static str = "elements";

    #[doc(hidden)]
    fn check_list(on: DbBackend, mistakes: &mut Vec<String>) {
        if on != DbBackend::Postgres {
            mistakes
                .push("only PostgreSQL has arrays: keep the list in a JSON column or in a table of its own".to_owned());
        }
        Self::check(on, mistakes);
    }

    #[doc(hidden)]
    fn read_list(json: Json<'_>, at: &mut At) -> Option<Vec<Self>> {
        let Some(items) = json.items() else {
            return at.refuse(format!("Expected a list of items but got type \"{}\".", json.type_name()));
        };
        let (before, bounds) = (at.count(), Bounds::default());
        let mut list = Vec::with_capacity(items.len());
        for (place, item) in items.into_iter().enumerate() {
            list.extend(at.inside(&place.to_string(), |at| read_value::<Self>(item, &bounds, at)));
        }
        (at.count() == before).then_some(list)
    }
}

/// Why text of a path or of a query is no value.
///
/// ```
/// use refrain::serializer::{Bounds, FieldType, NotRead};
///
/// let read = |text| i32::from_text(text, &Bounds::default());
/// assert_eq!(read("seven"), Err(NotRead::Malformed("A valid integer is required.")));
/// assert_eq!(read("99999999999"), Err(NotRead::Beyond));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotRead {
    /// Not of the type, in DRF's words.
    Malformed(&'static str),
    /// Well formed, but no row can hold it: nothing equals it.
    Beyond,
}

impl NotRead {
    /// Of types that text cannot say.
    pub const NO_TEXT: Self = Self::Malformed("This value cannot be read from text.");
}

/// Reads any value, `null` too.
pub(crate) fn read_value<T: FieldType>(json: Json<'_>, bounds: &Bounds, at: &mut At) -> Option<T> {
    match json.is_null() {
        true => T::from_null().or_else(|| at.refuse(NULL)),
        false => T::read(json, bounds, at),
    }
}

pub(crate) const NULL: &str = "This field may not be null.";
pub(crate) const REQUIRED: &str = "This field is required.";

pub(crate) fn inline(schema: MetaSchema) -> MetaSchemaRef {
    MetaSchemaRef::Inline(Box::new(schema))
}
