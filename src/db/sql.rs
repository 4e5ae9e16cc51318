use std::{
    borrow::Cow,
    fmt::{self, Write as _},
    mem::take,
};

use sea_orm::{
    DbBackend, EntityName, Statement, Value,
    sea_query::{Expr, MysqlQueryBuilder, PostgresQueryBuilder, QueryBuilder, SqlWriter, SqliteQueryBuilder},
};

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

    /// What sea-query writes for an expression.
    pub(crate) fn of(expr: &Expr, on: DbBackend) -> Self {
        let mut sql = Self::new(on, "");
        write_expr(expr, on, &mut sql);
        sql
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
    pub(crate) fn statement(&self) -> Statement {
        StatementText::new(self.on).sql(self).statement()
    }

    /// The same with text in place of some of the values.
    pub(crate) fn naming(self, named: impl Fn(&Value) -> Option<&'static str>) -> Self {
        let mut sql = Self::new(self.on, "");
        for (before, value) in self.bound {
            sql = sql.text(&before);
            match named(&value) {
                Some(name) => sql = sql.text(name),
                None => sql.bound.push((take(&mut sql.text), value)),
            }
        }
        sql.text(&self.text)
    }

    pub(crate) fn binds(&self, value: &Value) -> bool {
        self.bound.iter().any(|(_, bound)| bound == value)
    }

    /// Is it the same text, and are these values the same where `same` says so?
    pub(crate) fn is_like(&self, other: &Self, same: impl Fn(&Value, &Value) -> bool) -> bool {
        self.text == other.text
            && self.bound.len() == other.bound.len()
            && self.bound.iter().zip(&other.bound).all(|(mine, its)| mine.0 == its.0 && same(&mine.1, &its.1))
    }
}

impl fmt::Write for Sql {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text += text;
        Ok(())
    }
}

/// What sea-query writes becomes text and values.
impl SqlWriter for Sql {
    fn push_param<T: QueryBuilder>(&mut self, value: Value, _: &T) {
        self.bound.push((take(&mut self.text), value));
    }

    fn as_writer(&mut self) -> &mut dyn fmt::Write {
        self
    }
}

impl fmt::Display for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bound.iter().try_for_each(|(text, _)| write!(f, "{text}?"))?;
        f.write_str(&self.text)
    }
}

/// A statement as it is written from its beginning on, each value with its place's own name.
pub(crate) struct StatementText {
    on: DbBackend,
    text: String,
    values: Vec<Value>,
}

impl StatementText {
    pub(crate) fn new(on: DbBackend) -> Self {
        Self::binding(on, Vec::new(), 512)
    }

    /// Of about this many bytes, in which these values are bound before all others.
    pub(crate) fn binding(on: DbBackend, values: Vec<Value>, length: usize) -> Self {
        Self { on, text: String::with_capacity(length), values }
    }

    pub(crate) fn text(mut self, text: &str) -> Self {
        self.text += text;
        self
    }

    pub(crate) fn sql(mut self, sql: &Sql) -> Self {
        for (before, value) in &sql.bound {
            self.text += before;
            self.bind(value.clone());
        }
        self.text(&sql.text)
    }

    /// What sea-query writes for an expression.
    pub(crate) fn expr(mut self, expr: &Expr) -> Self {
        write_expr(expr, self.on, &mut self);
        self
    }

    fn bind(&mut self, value: Value) {
        self.values.push(value);
        match self.on {
            DbBackend::Postgres => write!(self.text, "${}", self.values.len()).expect("text is written"),
            _ => self.text += "?",
        }
    }

    /// The text with everything it binds.
    pub(crate) fn parts(self) -> (String, Vec<Value>) {
        (self.text, self.values)
    }

    pub(crate) fn statement(self) -> Statement {
        Statement::from_sql_and_values(self.on, self.text, self.values)
    }
}

impl fmt::Write for StatementText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text += text;
        Ok(())
    }
}

impl fmt::Display for StatementText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl SqlWriter for StatementText {
    fn push_param<T: QueryBuilder>(&mut self, value: Value, _: &T) {
        self.bind(value);
    }

    fn as_writer(&mut self) -> &mut dyn fmt::Write {
        self
    }
}

fn write_expr(expr: &Expr, on: DbBackend, to: &mut impl SqlWriter) {
    match on {
        DbBackend::Postgres => PostgresQueryBuilder.prepare_expr(expr, to),
        DbBackend::MySql => MysqlQueryBuilder.prepare_expr(expr, to),
        _ => SqliteQueryBuilder.prepare_expr(expr, to),
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

/// An entity's table as this database has it in its text.
pub(crate) fn quoted_table(entity: &impl EntityName, on: DbBackend) -> String {
    let parts = entity.schema_name().into_iter().chain([entity.table_name()]);
    parts.map(|part| quoted(part, on)).collect::<Vec<_>>().join(".")
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
    use sea_orm::sea_query::{ExprTrait, PostgresQueryBuilder, Query, SqliteQueryBuilder};

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
    fn an_expression_becomes_text_and_values() {
        let owned = Expr::col("owner_id").eq(7);
        let postgres = Sql::of(&owned, DbBackend::Postgres);
        let behind =
            |first: Vec<Value>| StatementText::binding(DbBackend::Postgres, first, 32).text("SELECT $1 WHERE ");
        for text in [behind(vec!["first".into()]).sql(&postgres), behind(vec!["first".into()]).expr(&owned)] {
            let (text, values) = text.parts();
            assert_eq!(text, r#"SELECT $1 WHERE "owner_id" = $2"#);
            assert_eq!(values, [Value::from("first"), 7.into()]);
        }
        assert_eq!(Sql::of(&owned, DbBackend::MySql).to_string(), "`owner_id` = ?");
        let named = postgres.clone().naming(|value| (*value == Value::from(7)).then_some("u.id")).statement();
        assert_eq!(named.sql, r#""owner_id" = u.id"#);
        assert_eq!(named.values.expect("values").0, []);
        let kept = postgres.clone().naming(|_| None).statement();
        assert_eq!(kept, postgres.clone().statement());
        let other = Sql::of(&owned.and(Expr::col("id").eq(1)), DbBackend::Postgres);
        assert!(postgres.is_like(&postgres, |mine, its| mine == its) && !postgres.is_like(&postgres, |_, _| false));
        assert!(!postgres.is_like(&other, |_, _| true));
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
