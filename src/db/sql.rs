use std::{borrow::Cow, mem::take};

use sea_orm::{DbBackend, Statement, Value, sea_query::Expr};

/// SQL as text, with the values it binds at their places.
///
/// For what is asked often: a tree of queries can take longer to build than a database takes to answer it. Names that the
/// program itself gives stand in the text where they are plain, so that a plan can know them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sql {
    on: DbBackend,
    /// Each value with the text before it.
    bound: Vec<(String, Value)>,
    /// The text behind the last of them.
    text: String,
}

impl Sql {
    pub(crate) fn new(on: DbBackend, text: &str) -> Self {
        Self { on, bound: Vec::new(), text: String::with_capacity(512) }.text(text)
    }

    /// The database that it is for.
    pub(crate) fn on(&self) -> DbBackend {
        self.on
    }

    /// More text.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.text += text;
        self
    }

    /// More of both.
    pub(crate) fn sql(mut self, other: &Self) -> Self {
        for (text, value) in &other.bound {
            self.bound.push((take(&mut self.text) + text, value.clone()));
        }
        self.text(&other.text)
    }

    /// A value, at a place that SQLite's planner does not look behind (see [`parameter`](super::parameter())).
    pub(crate) fn value(mut self, value: impl Into<Value>) -> Self {
        if self.on == DbBackend::Sqlite {
            self.text += "+";
        }
        self.bound.push((take(&mut self.text), value.into()));
        self
    }

    /// Such values with commas between.
    pub(crate) fn values(mut self, values: impl IntoIterator<Item = Value>) -> Self {
        for (place, value) in values.into_iter().enumerate() {
            self = self.text(if place == 0 { "" } else { ", " }).value(value);
        }
        self
    }

    /// A text that the program itself gives, as the name of a model or a permission.
    pub(crate) fn name(self, name: &str) -> Self {
        match name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            true => self.text("'").text(name).text("'"),
            false => self.value(name),
        }
    }

    /// As a part of one of sea-query's queries.
    pub(crate) fn expr(self) -> Expr {
        let on = self.on;
        if self.bound.is_empty() {
            return Expr::cust(self.text);
        }
        let bound = self.bound.into_iter().flat_map(|(text, value)| [Expr::cust(text), Expr::Value(value)]);
        joined(on, bound.chain([Expr::cust(self.text)]))
    }

    /// As a whole.
    pub(crate) fn statement(self) -> Statement {
        let (mut sql, mut values) = (String::new(), Vec::new());
        for (text, value) in self.bound {
            values.push(value);
            sql += &text;
            match self.on {
                DbBackend::Postgres => sql += &format!("${}", values.len()),
                _ => sql += "?",
            }
        }
        Statement::from_sql_and_values(self.on, sql + &self.text, values)
    }
}

/// One behind the other.
pub(crate) fn joined(on: DbBackend, parts: impl IntoIterator<Item = Expr>) -> Expr {
    let parts: Vec<Expr> = parts.into_iter().collect();
    let places: Cow<'static, str> = match (on, parts.len()) {
        (DbBackend::Postgres, few @ ..10) => "$1 $2 $3 $4 $5 $6 $7 $8 $9 "[..3 * few].into(),
        (DbBackend::Postgres, many) => (1..=many).map(|place| format!("${place} ")).collect::<String>().into(),
        (_, few @ ..10) => "? ? ? ? ? ? ? ? ? "[..2 * few].into(),
        (_, many) => "? ".repeat(many).into(),
    };
    Expr::cust_with_exprs(places, parts)
}

/// An identifier as this database has it in its text.
pub(crate) fn quoted(name: &str, on: DbBackend) -> String {
    let quote = if on == DbBackend::MySql { "`" } else { "\"" };
    match name.contains(quote) {
        true => [quote, &name.replace(quote, &quote.repeat(2)), quote].concat(),
        false => [quote, name, quote].concat(),
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::sea_query::{PostgresQueryBuilder, Query, SqliteQueryBuilder};

    use super::*;

    fn owned(on: DbBackend) -> Sql {
        let named = Sql::new(on, " AND label = ").name("it's");
        Sql::new(on, "owner_id IN (").values([7.into(), 8.into()]).text(")").sql(&named).text(" LIMIT 1")
    }

    #[test]
    fn values_are_bound_where_they_stand() {
        let values = || vec![Value::from(7), 8.into(), "it's".into()];
        let postgres = owned(DbBackend::Postgres).statement();
        assert_eq!(postgres.sql, "owner_id IN ($1, $2) AND label = $3 LIMIT 1");
        assert_eq!(postgres.values.expect("values").0, values());
        let sqlite = owned(DbBackend::Sqlite).statement();
        assert_eq!(sqlite.sql, "owner_id IN (+?, +?) AND label = +? LIMIT 1");
        assert_eq!(sqlite.values.expect("values").0, values());
    }

    #[test]
    fn a_query_counts_its_places_through() {
        let query = |on| Query::select().expr(Expr::val(1)).expr(owned(on).expr()).expr(Expr::val(2)).to_owned();
        let (sql, values) = query(DbBackend::Postgres).build(PostgresQueryBuilder);
        assert_eq!(sql, "SELECT $1, owner_id IN ( $2 ,  $3 ) AND label =  $4  LIMIT 1 , $5");
        assert_eq!(values.0.len(), 5);
        let (sql, values) = query(DbBackend::Sqlite).build(SqliteQueryBuilder);
        assert_eq!(sql, "SELECT ?, owner_id IN (+ ? , + ? ) AND label = + ?  LIMIT 1 , ?");
        assert_eq!(values.0.len(), 5);
    }

    #[test]
    fn any_number_of_parts_is_joined() {
        for count in [1, 9, 10, 12] {
            let parts = || (0..count).map(|part| Expr::cust(part.to_string()));
            let text = |sql: String| sql.split_whitespace().collect::<Vec<_>>().join(" ");
            let expected = (0..count).fold("SELECT".to_owned(), |text, part| format!("{text} {part}"));
            let postgres = Query::select().expr(joined(DbBackend::Postgres, parts())).to_string(PostgresQueryBuilder);
            assert_eq!(text(postgres), expected);
            let sqlite = Query::select().expr(joined(DbBackend::Sqlite, parts())).to_string(SqliteQueryBuilder);
            assert_eq!(text(sqlite), expected);
        }
    }

    #[test]
    fn an_identifier_ends_where_it_ends() {
        assert_eq!(quoted(r#"a"b`c"#, DbBackend::Sqlite), r#""a""b`c""#);
        assert_eq!(quoted(r#"a"b`c"#, DbBackend::MySql), "`a\"b``c`");
    }
}
