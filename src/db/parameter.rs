use refrain_entity::Moment;
use sea_orm::{
    DbBackend, Statement, StatementBuilder, Value,
    sea_query::{Expr, ExprTrait},
};

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

/// A moment with which a statement that writes compares a column.
///
/// A moment is bound without a zone. PostgreSQL compares a column that has one with it by an operator that depends on the
/// session, and Citus refuses a write that asks such an operator of its rows. So the moment is given the zone first.
pub(crate) fn moment(at: Moment, on: DbBackend) -> Expr {
    match on {
        DbBackend::Postgres => Expr::val(at).cast_as("timestamptz"),
        _ => Expr::val(at),
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
    fn a_moment_is_given_its_zone_before_postgresql_compares_it() {
        let ended = |on| {
            let is_over = Expr::col("expires_at").lte(moment(Moment::now(), on));
            on.build(&Query::delete().from_table("token").and_where(is_over).to_owned()).sql
        };
        assert!(ended(DbBackend::Postgres).ends_with(r#""expires_at" <= CAST($1 AS timestamptz)"#));
        assert!(ended(DbBackend::Sqlite).ends_with(r#""expires_at" <= ?"#));
    }

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
