use sea_orm::ColumnType;

/// A question that a filter asks of a column, spelled as django-filter does: `?due__gte=2026-01-31`.
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::{Filter, Lookup};
///
/// // ?name__icontains=beetle, ?owner_id__isnull=true
/// let filters: Vec<Filter<car::Column>> = vec![
///     Filter::of(car::Column::Name).lookups([Lookup::IContains]),
///     Filter::of(car::Column::OwnerId).lookups([Lookup::Exact, Lookup::IsNull]),
/// ];
/// # let _ = filters;
/// ```
///
/// | lookup | parameter | rows whose value | columns |
/// |---|---|---|---|
/// | `Exact` | `name` | is this one | all but JSON, bytes and lists |
/// | `In` | `name__in` | is one of these, with commas between | likewise |
/// | `Gt`, `Gte`, `Lt`, `Lte` | `name__gt` … | is greater, or less, or equal too | numbers, dates and times, uuids, text |
/// | `Range` | `name__range` | is between these two, both included | numbers, dates and times, uuids |
/// | `Contains`, `IContains` | `name__contains` … | contains this text; `IContains` in whatever case | text |
/// | `StartsWith` | `name__startswith` | begins with this text | text |
/// | `IsNull` | `name__isnull` | is NULL (`true`), or is not (`false`) | those that may be NULL |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lookup {
    /// This very value.
    Exact,
    /// One of several values.
    In,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Between two values, both included.
    Range,
    /// Contains a text, in this very case.
    Contains,
    /// Contains a text, in whatever case.
    IContains,
    /// Begins with a text, in this very case.
    StartsWith,
    /// Has no value.
    IsNull,
}

impl Lookup {
    /// The parameter for a field of this name.
    pub(crate) fn parameter(self, field: &str) -> String {
        let suffix = match self {
            Self::Exact => return field.to_owned(),
            Self::In => "in",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Range => "range",
            Self::Contains => "contains",
            Self::IContains => "icontains",
            Self::StartsWith => "startswith",
            Self::IsNull => "isnull",
        };
        format!("{field}__{suffix}")
    }

    /// Is it asked with several values?
    pub(crate) fn takes_several(self) -> bool {
        matches!(self, Self::In | Self::Range)
    }

    /// Why it cannot be asked of a column; nothing where it can.
    pub(crate) fn misfit(self, kind: ColumnKind, is_nullable: bool) -> Option<&'static str> {
        let (fits, only) = match self {
            Self::IsNull => (is_nullable, "columns that may be NULL, which this one may not"),
            Self::Exact | Self::In => {
                (kind != ColumnKind::Opaque, "columns whose values a query can say, not JSON, bytes and lists")
            }
            Self::Gt | Self::Gte | Self::Lt | Self::Lte => (
                matches!(kind, ColumnKind::Text | ColumnKind::Ordered),
                "numbers, dates and times, uuids and text: ask `Exact` or `In`",
            ),
            Self::Range => (
                kind == ColumnKind::Ordered,
                "numbers, dates and times and uuids: ask `Gte` and `Lte` of text, `In` of others",
            ),
            Self::Contains | Self::IContains | Self::StartsWith => (kind == ColumnKind::Text, "text"),
        };
        (!fits).then_some(only)
    }

    /// What the document says of its parameter.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Exact => "Only rows with this value.",
            Self::In => "Only rows with one of these values.",
            Self::Gt => "Only rows with a greater value.",
            Self::Gte => "Only rows with this value or a greater one.",
            Self::Lt => "Only rows with a smaller value.",
            Self::Lte => "Only rows with this value or a smaller one.",
            Self::Range => "Only rows between these two values, both included; the smaller one first.",
            Self::Contains => "Only rows that contain this text.",
            Self::IContains => "Only rows that contain this text, in capitals or not.",
            Self::StartsWith => "Only rows that begin with this text.",
            Self::IsNull => "Only rows without a value (`true`), or with one (`false`).",
        }
    }
}

/// What can be asked of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    Text,
    /// Numbers, dates and times, uuids: every database orders them alike.
    Ordered,
    Boolean,
    /// An enum of the database's own.
    Choice,
    /// A type that the program names, or that one database has.
    Custom,
    /// What a query string cannot say.
    Opaque,
}

impl ColumnKind {
    pub(crate) fn of(column: &ColumnType) -> Self {
        use ColumnType as T;
        match column {
            T::Char(_) | T::String(_) | T::Text => Self::Text,
            T::Boolean => Self::Boolean,
            T::Enum { .. } => Self::Choice,
            T::TinyInteger | T::SmallInteger | T::Integer | T::BigInteger => Self::Ordered,
            T::TinyUnsigned | T::SmallUnsigned | T::Unsigned | T::BigUnsigned => Self::Ordered,
            T::Float | T::Double | T::Decimal(_) | T::Money(_) | T::Year | T::Uuid => Self::Ordered,
            T::DateTime | T::Timestamp | T::TimestampWithTimeZone | T::Time | T::Date => Self::Ordered,
            T::Custom(_) | T::Cidr | T::Inet | T::MacAddr | T::LTree => Self::Custom,
            _ => Self::Opaque,
        }
    }

    /// Does it have an order on every database?
    pub(crate) fn is_ordered(self) -> bool {
        self != Self::Opaque
    }
}
