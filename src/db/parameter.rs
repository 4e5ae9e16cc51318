use sea_orm::{DbBackend, Statement, StatementBuilder, Value, sea_query::Expr};

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

/// A statement whose bounds, if it ends with some, are such places too.
pub(crate) fn bounded(statement: &impl StatementBuilder, on: DbBackend) -> Statement {
    let mut statement = on.build(statement);
    if on == DbBackend::Sqlite {
        for (bounds, blind) in [(" LIMIT ? OFFSET ?", " LIMIT +? OFFSET +?"), (" LIMIT ?", " LIMIT +?")] {
            if let Some(unbounded) = statement.sql.strip_suffix(bounds) {
                statement.sql = format!("{unbounded}{blind}");
                break;
            }
        }
    }
    statement
}

#[cfg(test)]
mod tests {
    use sea_orm::sea_query::{Query, SelectStatement};

    use super::*;

    #[test]
    fn only_the_last_bounds_are_hidden_and_only_from_sqlite() {
        let built = |statement: &SelectStatement, on| bounded(statement, on).sql;
        let mut page = Query::select().column("id").from("car").limit(20).offset(40).to_owned();
        assert!(built(&page, DbBackend::Sqlite).ends_with(r#" FROM "car" LIMIT +? OFFSET +?"#));
        assert!(built(&page, DbBackend::MySql).ends_with(" LIMIT ? OFFSET ?"));
        assert!(built(&page, DbBackend::Postgres).ends_with(" LIMIT $1 OFFSET $2"));
        page.reset_offset();
        let outer = Query::select().column("id").from_subquery(page.clone(), "page").to_owned();
        assert!(built(&page, DbBackend::Sqlite).ends_with(" LIMIT +?"));
        assert!(built(&outer, DbBackend::Sqlite).contains(" LIMIT ?)"));
    }
}
