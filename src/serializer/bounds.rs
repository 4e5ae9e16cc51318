use poem_openapi::registry::MetaSchema;
use regex::Regex;
use sea_orm::{ColumnDef, sea_query::ColumnType, sea_query::StringLen};

/// What a value must keep beside its type: what its column holds, narrowed by what the serializer says.
///
/// ```
/// use refrain::serializer::{Bounds, FieldType};
///
/// // no more than the type itself says
/// let anything = Bounds::default();
/// assert_eq!(i64::from_text("7", &anything), Ok(7));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    pub(crate) min_length: Option<usize>,
    pub(crate) max_length: Option<usize>,
    /// the least and the greatest whole number
    pub(crate) integers: Option<(i128, i128)>,
    /// how many digits in all, and how many of them behind the point
    pub(crate) digits: Option<(u32, u32)>,
    /// a `char(n)`: spaces at its end are not part of the text
    pub(crate) is_padded: bool,
    pub(crate) pattern: Option<(&'static str, Option<Regex>)>,
    /// what the document says beside them
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    pub(crate) choices: Vec<serde_json::Value>,
    pub(crate) unique_items: bool,
}

impl Bounds {
    /// What a column holds.
    pub(crate) fn of(column: &ColumnDef) -> Self {
        let length = |length: u32| Self { max_length: Some(length as usize), ..Self::default() };
        let integers = |least: i64, most: i64| Self { integers: Some((least.into(), most.into())), ..Self::default() };
        match column.get_column_type() {
            ColumnType::String(StringLen::N(most)) => length(*most),
            ColumnType::Char(Some(most)) => Self { is_padded: true, ..length(*most) },
            ColumnType::Char(None) => Self { is_padded: true, ..length(1) },
            ColumnType::Binary(most) | ColumnType::VarBinary(StringLen::N(most)) => length(*most),
            ColumnType::Decimal(digits) | ColumnType::Money(digits) => Self { digits: *digits, ..Self::default() },
            ColumnType::TinyInteger => integers(i8::MIN.into(), i8::MAX.into()),
            ColumnType::SmallInteger => integers(i16::MIN.into(), i16::MAX.into()),
            ColumnType::Integer => integers(i32::MIN.into(), i32::MAX.into()),
            ColumnType::BigInteger => integers(i64::MIN, i64::MAX),
            _ => Self::default(),
        }
    }

    /// These within those of the column.
    pub(crate) fn within(&self, column: &Self) -> Self {
        let max_length = match (self.max_length, column.max_length) {
            (Some(said), Some(held)) => Some(said.min(held)),
            (said, held) => said.or(held),
        };
        Self {
            max_length,
            integers: column.integers,
            digits: column.digits,
            is_padded: column.is_padded,
            ..self.clone()
        }
    }

    /// Writes them into the schema of a value. What the type implies is not said: it would help nobody.
    pub(crate) fn document(&self, schema: &mut MetaSchema) {
        match schema.ty {
            "array" => (schema.min_items, schema.max_items) = (self.min_length, self.max_length),
            // of bytes the length is not that of their text
            "string" if schema.format != Some("byte") => {
                (schema.min_length, schema.max_length) = (self.min_length, self.max_length);
            }
            _ => {}
        }
        schema.minimum = self.minimum.or(schema.minimum);
        schema.maximum = self.maximum.or(schema.maximum);
        schema.pattern = self.pattern.as_ref().map(|(pattern, _)| anchored(pattern)).or(schema.pattern.take());
        schema.unique_items = self.unique_items.then_some(true);
        if !self.choices.is_empty() {
            schema.enum_items = self.choices.clone();
        }
    }

    /// May text be empty?
    pub(crate) fn takes_blank(&self) -> bool {
        self.min_length.is_none_or(|least| least == 0)
    }
}

/// A pattern is of the whole text.
pub(crate) fn anchored(pattern: &str) -> String {
    format!("^(?:{pattern})$")
}
