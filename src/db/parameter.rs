use sea_orm::{DbBackend, Value, sea_query::Expr};

/// A value bound to a place that its planner does not look behind.
///
/// Once statistics are gathered, SQLite looks at every value that an index is asked for, and compiles the statement anew
/// each time one is bound, which takes longer than a short statement runs. The plus is nothing but a blind.
pub(crate) fn parameter(value: Value, on: DbBackend) -> Expr {
    match on {
        DbBackend::Sqlite => Expr::cust_with_values("+?", [value]),
        _ => value.into(),
    }
}
