use sea_orm::{
    ColumnTrait, DbBackend, Iden, Value,
    sea_query::{ColumnType, Expr, ExprTrait},
};

use crate::{
    serializer::{Field, Serializer},
    viewset::{EntityOf, ViewSet},
};

/// The field by which callers know a column; none where the serializer has no such field.
pub(crate) fn field_of<V: ViewSet>(
    column: &<EntityOf<V> as sea_orm::EntityTrait>::Column,
) -> Option<&'static Field<EntityOf<V>>> {
    V::Serializer::fields().of_column(column)
}

/// A column's name in the database.
pub(crate) fn column_name(column: &impl ColumnTrait) -> String {
    Iden::to_string(column)
}

/// May a collation take other text for the same as the column's?
pub(crate) fn compares_loosely(column: &impl ColumnTrait, on: DbBackend) -> bool {
    let is_text =
        matches!(column.def().get_column_type(), ColumnType::Char(_) | ColumnType::String(_) | ColumnType::Text);
    on == DbBackend::MySql && is_text
}

/// The column has this value: text to the last character, also where a collation of MySQL's or MariaDB's takes other text
/// for the same. The first half finds an index, the second is exact.
pub(crate) fn equals(column: &impl ColumnTrait, value: Value, on: DbBackend) -> Expr {
    let same = column.eq(value.clone());
    if !compares_loosely(column, on) {
        return same;
    }
    let bytes = "CAST(CONVERT(? USING utf8mb4) AS BINARY) = CAST(CONVERT(? USING utf8mb4) AS BINARY)";
    same.and(Expr::cust_with_exprs(bytes, [Expr::col(column.as_column_ref()), Expr::val(value)]))
}
