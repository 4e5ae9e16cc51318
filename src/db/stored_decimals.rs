//! SQLite has no decimals. In a column that is declared as one, as Django declares them, it stores a whole number as an
//! integer, and sea-orm reads decimals out of numbers with a point alone.

use sea_orm::{
    ColumnTrait, DbBackend, EntityTrait, IdenStatic, Iterable, QuerySelect, Select,
    sea_query::{ColumnType, Expr},
};

use super::{Sql, quoted};

/// The rows with their decimals in a form that a model reads.
///
/// Such a column is selected once more under its name, and the later of two is the one that is read: what a viewset's
/// `query` selects and orders by stays.
pub(crate) fn readable<E: EntityTrait>(rows: Select<E>, on: DbBackend) -> Select<E> {
    E::Column::iter().filter(|column| is_stored_otherwise(column, on)).fold(rows, |rows, column| {
        rows.expr_as(read_from(&column, Expr::col(column.as_column_ref()), on), column.as_str())
    })
}

/// What a model reads a column from: sea-orm's own word, or the number with a point.
///
/// What such a number does not hold exactly, and what is none, stays as it is: not to be read is better than another
/// number.
pub(crate) fn read_from(column: &impl ColumnTrait, expr: Expr, on: DbBackend) -> Expr {
    if !is_stored_otherwise(column, on) {
        return column.select_as(expr);
    }
    // a number with a point too: behind RETURNING, SQLite gives one that is whole as the integer that it stores it as
    let exact = "CASE WHEN typeof(?) = 'real' \
                 OR (typeof(?) = 'integer' AND ? BETWEEN -9007199254740992 AND 9007199254740992) \
                 THEN CAST(? AS real) ELSE ? END";
    Expr::cust_with_exprs(exact, std::iter::repeat_n(expr, 5))
}

/// The columns of a model's table, each under its name with this before it, so that a model reads them.
pub(crate) fn columns_named<E: EntityTrait>(on: DbBackend, prefix: &str) -> Sql {
    let mut columns = Sql::new(on, "");
    for (place, column) in E::Column::iter().enumerate() {
        let read = Sql::of(&read_from(&column, Expr::col(column.as_column_ref()), on), on);
        let name = quoted(&format!("{prefix}{}", column.as_str()), on);
        columns = columns.text(if place == 0 { "" } else { ", " }).sql(&read).text(" AS ").text(&name);
    }
    columns
}

/// Does the database hold the column's values in another form than a model reads?
pub(crate) fn is_stored_otherwise(column: &impl ColumnTrait, on: DbBackend) -> bool {
    on == DbBackend::Sqlite && matches!(column.def().get_column_type(), ColumnType::Decimal(_) | ColumnType::Money(_))
}
