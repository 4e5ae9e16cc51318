use poem_openapi::{
    registry::{MetaSchema, MetaSchemaRef},
    types::Type,
};
use sea_orm::{
    ColumnTrait, DbBackend, Iden, Iterable, Value,
    sea_query::{ColumnType, Expr, ExprTrait},
};
use uuid::Uuid;

/// A column's name, as it stands in bodies, filters and orderings.
pub(crate) fn column_name(column: &impl ColumnTrait) -> String {
    Iden::to_string(column)
}

/// The column with this name; `camelCase` names find their `snake_case` column.
pub(crate) fn column_named<C: ColumnTrait + Iterable>(name: &str) -> Option<C> {
    let same = |column: &C| {
        let column = column_name(column);
        column == name || plain(&column) == plain(name)
    };
    C::iter().find(same)
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

/// Text from a path or a query as a value of a column.
pub(crate) enum Parsed {
    Value(Value),
    /// Well formed, but no such value fits the column: nothing can equal it.
    Beyond,
    /// Not of the column's type.
    Malformed,
}

/// Reads text as a value of the column's type.
pub(crate) fn parse(column: &impl ColumnTrait, text: &str) -> Parsed {
    let definition = column.def();
    match definition.get_column_type() {
        ColumnType::TinyInteger => integer(text, |n| i8::try_from(n).ok().map(Value::from)),
        ColumnType::SmallInteger => integer(text, |n| i16::try_from(n).ok().map(Value::from)),
        ColumnType::Integer => integer(text, |n| i32::try_from(n).ok().map(Value::from)),
        ColumnType::BigInteger => integer(text, |n| i64::try_from(n).ok().map(Value::from)),
        ColumnType::Char(_) | ColumnType::String(_) | ColumnType::Text if text.contains('\0') => Parsed::Beyond,
        ColumnType::Char(_) | ColumnType::String(_) | ColumnType::Text => Parsed::Value(text.into()),
        ColumnType::Uuid => Uuid::parse_str(text).map_or(Parsed::Malformed, |id| Parsed::Value(id.into())),
        ColumnType::Boolean => match text {
            "true" | "True" | "1" => Parsed::Value(true.into()),
            "false" | "False" | "0" => Parsed::Value(false.into()),
            _ => Parsed::Malformed,
        },
        _ => Parsed::Malformed,
    }
}

/// The column has this value: text to the last character, also where a collation of MySQL's or MariaDB's takes other text
/// for the same. The first half finds an index, the second is exact.
pub(crate) fn equals(column: &impl ColumnTrait, value: Value, on: DbBackend) -> Expr {
    let same = column.eq(value.clone());
    let is_text =
        matches!(column.def().get_column_type(), ColumnType::Char(_) | ColumnType::String(_) | ColumnType::Text);
    if on != DbBackend::MySql || !is_text {
        return same;
    }
    let bytes = "CAST(CONVERT(? USING utf8mb4) AS BINARY) = CAST(CONVERT(? USING utf8mb4) AS BINARY)";
    same.and(Expr::cust_with_exprs(bytes, [Expr::col(column.as_column_ref()), Expr::val(value)]))
}

/// Can text be read as a value of this column at all?
pub(crate) fn is_readable(column: &impl ColumnTrait) -> bool {
    matches!(
        column.def().get_column_type(),
        ColumnType::TinyInteger
            | ColumnType::SmallInteger
            | ColumnType::Integer
            | ColumnType::BigInteger
            | ColumnType::Char(_)
            | ColumnType::String(_)
            | ColumnType::Text
            | ColumnType::Uuid
            | ColumnType::Boolean
    )
}

/// The sentence for text that is no value of the column (CONTRACT 7.14).
pub(crate) fn malformed(column: &impl ColumnTrait) -> &'static str {
    match column.def().get_column_type() {
        ColumnType::Uuid => "Must be a valid UUID.",
        ColumnType::Boolean => "Must be a valid boolean.",
        _ => "A valid integer is required.",
    }
}

/// The schema of a parameter holding a value of the column.
pub(crate) fn schema(column: &impl ColumnTrait) -> MetaSchemaRef {
    match column.def().get_column_type() {
        ColumnType::TinyInteger | ColumnType::SmallInteger | ColumnType::Integer => i32::schema_ref(),
        ColumnType::BigInteger => i64::schema_ref(),
        ColumnType::Boolean => bool::schema_ref(),
        ColumnType::Uuid => MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("string", "uuid"))),
        _ => String::schema_ref(),
    }
}

/// An integer of whatever size; one that is too large for the column equals no row.
fn integer(text: &str, fit: impl FnOnce(i128) -> Option<Value>) -> Parsed {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Parsed::Malformed;
    }
    text.parse::<i128>().ok().and_then(fit).map_or(Parsed::Beyond, Parsed::Value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc_example::car;

    fn read(column: car::Column, text: &str) -> String {
        match parse(&column, text) {
            Parsed::Value(value) => format!("{value:?}"),
            Parsed::Beyond => "beyond".to_owned(),
            Parsed::Malformed => "malformed".to_owned(),
        }
    }

    #[test]
    fn text_is_read_by_the_columns_type() {
        assert_eq!(read(car::Column::Id, "7"), "BigInt(Some(7))");
        assert_eq!(read(car::Column::OwnerId, "7"), "Int(Some(7))");
        assert_eq!(read(car::Column::OwnerId, "2147483648"), "beyond");
        assert_eq!(read(car::Column::Id, &"9".repeat(60)), "beyond");
        assert_eq!(read(car::Column::Published, "true"), "Bool(Some(true))");
        for odd in ["", "7abc", " 7", "7.0", "-", "0x7", "٧"] {
            assert_eq!(read(car::Column::Id, odd), "malformed", "{odd:?}");
        }
        assert_eq!(read(car::Column::Name, "a\0"), "beyond");
    }

    #[test]
    fn a_camel_case_name_finds_its_column() {
        assert!(matches!(column_named::<car::Column>("ownerId"), Some(car::Column::OwnerId)));
        assert!(column_named::<car::Column>("nobody").is_none());
    }
}
