/// What a column holds, of what the library can read and write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    SmallInt,
    Int,
    BigInt,
    SmallUnsigned,
    Unsigned,
    BigUnsigned,
    Float,
    Double,
    Decimal(u32, u32),
    Bool,
    Text,
    Varchar(u32),
    Char(u32),
    Uuid,
    /// as Django keeps it where a database has no type for it
    UuidText,
    Moment,
    DateTime,
    Date,
    Time,
    Bytes,
    Json,
    /// PostgreSQL's `jsonb`
    JsonBinary,
}

impl Kind {
    /// As an entity's module says it, which has sea-orm's prelude.
    pub(crate) fn rust(self) -> &'static str {
        match self {
            Self::SmallInt => "i16",
            Self::Int => "i32",
            Self::BigInt => "i64",
            Self::SmallUnsigned => "u16",
            Self::Unsigned => "u32",
            Self::BigUnsigned => "u64",
            Self::Float => "f32",
            Self::Double => "f64",
            Self::Decimal(..) => "Decimal",
            Self::Bool => "bool",
            Self::Text | Self::Varchar(_) | Self::Char(_) => "String",
            Self::Uuid => "Uuid",
            Self::UuidText => "UuidText",
            Self::Moment => "Moment",
            Self::DateTime => "DateTime",
            Self::Date => "Date",
            Self::Time => "Time",
            Self::Bytes => "Vec<u8>",
            Self::Json | Self::JsonBinary => "Json",
        }
    }

    /// Where the type comes from, unless it is Rust's own.
    pub(crate) fn import(self) -> Option<&'static str> {
        match self {
            Self::Decimal(..)
            | Self::Uuid
            | Self::DateTime
            | Self::Date
            | Self::Time
            | Self::Json
            | Self::JsonBinary => Some("sea_orm::prelude"),
            Self::Moment | Self::UuidText => Some("refrain::entity"),
            _ => None,
        }
    }

    /// What the entity says of the column, where its type does not.
    pub(crate) fn column_type(self) -> Option<String> {
        match self {
            Self::Decimal(digits, places) => Some(format!("Decimal(Some(({digits}, {places})))")),
            Self::Text => Some("Text".to_owned()),
            Self::Varchar(length) => Some(format!("String(StringLen::N({length}))")),
            Self::Char(length) => Some(format!("Char(Some({length}))")),
            Self::JsonBinary => Some("JsonBinary".to_owned()),
            _ => None,
        }
    }

    /// The call of sea-query's builder that makes such a column.
    pub(crate) fn builder(self) -> String {
        match self {
            Self::SmallInt => "small_integer()".to_owned(),
            Self::Int => "integer()".to_owned(),
            Self::BigInt => "big_integer()".to_owned(),
            Self::SmallUnsigned => "small_unsigned()".to_owned(),
            Self::Unsigned => "unsigned()".to_owned(),
            Self::BigUnsigned => "big_unsigned()".to_owned(),
            Self::Float => "float()".to_owned(),
            Self::Double => "double()".to_owned(),
            Self::Decimal(digits, places) => format!("decimal_len({digits}, {places})"),
            Self::Bool => "boolean()".to_owned(),
            Self::Text => "text()".to_owned(),
            Self::Varchar(length) => format!("string_len({length})"),
            Self::Char(length) => format!("char_len({length})"),
            Self::Uuid => "uuid()".to_owned(),
            Self::UuidText => "char_len(32)".to_owned(),
            Self::DateTime => "date_time()".to_owned(),
            // which each database calls otherwise: see `migration::moment` of a new program
            Self::Moment => "moment".to_owned(),
            Self::Date => "date()".to_owned(),
            Self::Time => "time()".to_owned(),
            Self::Bytes => "binary()".to_owned(),
            Self::Json => "json()".to_owned(),
            Self::JsonBinary => "json_binary()".to_owned(),
        }
    }

    /// A value, as JSON has it.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::SmallInt | Self::Int | Self::BigInt | Self::SmallUnsigned | Self::Unsigned | Self::BigUnsigned => "1",
            Self::Float | Self::Double => "1.5",
            Self::Decimal(..) => r#""1""#,
            Self::Bool => "true",
            Self::Text | Self::Varchar(_) | Self::Char(_) => r#""a""#,
            Self::Uuid | Self::UuidText => r#""6b3e7d1c-6b0b-4b0e-9c1a-2f5d8a7c9e01""#,
            Self::Moment => r#""2026-01-02T03:04:05Z""#,
            Self::DateTime => r#""2026-01-02T03:04:05""#,
            Self::Date => r#""2026-01-02""#,
            Self::Time => r#""03:04:05""#,
            Self::Bytes => r#""YQ==""#,
            Self::Json | Self::JsonBinary => r#"{"a": 1}"#,
        }
    }
}
