use sea_orm::{
    ColumnTrait, ColumnType, DbBackend, Value,
    sea_query::{Expr, ExprTrait},
};

use super::comparison::Comparison;
use crate::{db::joined, serializer::Field, viewset::Resource, viewset::columns};

/// The condition that a comparison puts on a field. Every condition that a list's caller asks for is made here.
///
/// A column stands bare on one side wherever it can, so that an index of it is of use, and so that SQLite compares it by
/// its own type and collation.
pub(crate) fn condition<E: Resource>(field: &Field<E>, comparison: Comparison, on: DbBackend) -> Expr {
    let column = field.column();
    match comparison {
        Comparison::Nothing => Expr::cust("1 = 0"),
        Comparison::Null(true) => column.is_null(),
        Comparison::Null(false) => column.is_not_null(),
        Comparison::Equal(value) => match spellings(&value, on) {
            Some((first, last)) => column.gte(first).and(column.lte(last)),
            None => columns::equals(&column, value, on),
        },
        Comparison::OneOf(values) => one_of(&column, values, on),
        Comparison::Above { value, or_equal: true } => column.gte(first_spelling(value, on)),
        Comparison::Above { value, or_equal: false } => column.gt(last_spelling(value, on)),
        Comparison::Below { value, or_equal: true } => column.lte(last_spelling(value, on)),
        Comparison::Below { value, or_equal: false } => column.lt(first_spelling(value, on)),
        Comparison::Within(first, last) => {
            column.gte(first_spelling(first, on)).and(column.lte(last_spelling(last, on)))
        }
        Comparison::Contains(text) => contains(&column, text, on),
        Comparison::ContainsInAnyCase(text) => contains_in_any_case(&column, &text, on),
        Comparison::StartsWith(text) => starts_with(&column, text, on),
    }
}

fn one_of(column: &impl ColumnTrait, values: Vec<Value>, on: DbBackend) -> Expr {
    if columns::compares_loosely(column, on) {
        let exact = values.iter().map(|value| bytes(Expr::val(value.clone())));
        let exact = bytes(text_of(column, on)).is_in(exact.collect::<Vec<_>>());
        return column.is_in(values).and(exact);
    }
    let spelled = values.into_iter().flat_map(|value| match spellings(&value, on) {
        Some((first, last)) => vec![first, last],
        None => vec![value],
    });
    column.is_in(spelled.collect::<Vec<_>>())
}

/// SQLite keeps times as text, in which whole milliseconds have six digits where Django wrote them and three where this
/// program did. Of the two texts of one time the shorter one sorts first, and nothing sorts between them.
fn spellings(value: &Value, on: DbBackend) -> Option<(Value, Value)> {
    use chrono::Timelike;
    if on != DbBackend::Sqlite {
        return None;
    }
    let (nanos, spelled) = match value {
        Value::ChronoDateTime(Some(at)) => (at.nanosecond(), at.format("%F %T%.6f")),
        Value::ChronoTime(Some(at)) => (at.nanosecond(), at.format("%T%.6f")),
        _ => return None,
    };
    let has_two = nanos != 0 && nanos.is_multiple_of(1_000_000);
    has_two.then(|| (value.clone(), spelled.to_string().into()))
}

fn first_spelling(value: Value, on: DbBackend) -> Value {
    spellings(&value, on).map_or(value, |(first, _)| first)
}

fn last_spelling(value: Value, on: DbBackend) -> Value {
    spellings(&value, on).map_or(value, |(_, last)| last)
}

/// A column's text. PostgreSQL pads a `char(n)` until it is cast.
fn text_of(column: &impl ColumnTrait, on: DbBackend) -> Expr {
    let text = Expr::col(column.as_column_ref());
    match (on, column.def().get_column_type()) {
        (DbBackend::Postgres, ColumnType::Char(_)) => text.cast_as("text"),
        _ => text,
    }
}

/// Text as MariaDB and MySQL compare it to the last byte, whatever its collation and characters.
fn bytes(text: Expr) -> Expr {
    Expr::cust_with_exprs("CAST(CONVERT(? USING utf8mb4) AS BINARY)", [text])
}

fn contains(column: &impl ColumnTrait, text: String, on: DbBackend) -> Expr {
    let value = text_of(column, on);
    match on {
        DbBackend::Postgres => like(value, "LIKE", format!("%{}%", escaped(&text, '\\'))),
        DbBackend::MySql => Expr::cust_with_exprs("LOCATE(?, ?) > 0", [bytes(Expr::val(text)), bytes(value)]),
        _ => Expr::cust_with_exprs("instr(?, ?) > 0", [value, Expr::val(text)]),
    }
}

fn contains_in_any_case(column: &impl ColumnTrait, text: &str, on: DbBackend) -> Expr {
    let value = text_of(column, on);
    match on {
        DbBackend::Postgres => like(value, "ILIKE", format!("%{}%", escaped(text, '\\'))),
        DbBackend::MySql => {
            // a quarter less than `LIKE` takes
            let lower = "LOWER(CONVERT(? USING utf8mb4)) COLLATE utf8mb4_bin";
            Expr::cust_with_exprs(format!("LOCATE({lower}, {lower}) > 0"), [Expr::val(text), value])
        }
        _ => {
            let pattern = Expr::val(format!("%{}%", escaped(text, '!')));
            Expr::cust_with_exprs("? LIKE ? ESCAPE '!'", [value, pattern])
        }
    }
}

fn starts_with(column: &impl ColumnTrait, text: String, on: DbBackend) -> Expr {
    let value = text_of(column, on);
    match on {
        DbBackend::Postgres => like(value, "LIKE", format!("{}%", escaped(&text, '\\'))),
        // the first half finds an index, the second is exact
        DbBackend::MySql => {
            let length = text.len() as u64;
            let pattern = Expr::val(format!("{}%", escaped(&text, '!')));
            let begins = Expr::cust_with_exprs("? LIKE ? ESCAPE '!'", [value.clone(), pattern]);
            let exact = [bytes(value), Expr::val(length), bytes(Expr::val(text))];
            begins.and(Expr::cust_with_exprs("LEFT(?, ?) = ?", exact))
        }
        _ => Expr::cust_with_exprs("? GLOB ?", [value, Expr::val(format!("{}*", globbed(&text)))]),
    }
}

/// PostgreSQL's own escape is the backslash; said in the statement, it would hide the pattern from an index.
fn like(value: Expr, operator: &str, pattern: String) -> Expr {
    let pattern = [value, Expr::cust(format!(" {operator} ")), Expr::val(pattern)];
    joined(DbBackend::Postgres, pattern)
}

/// A text as a pattern of `LIKE` that means the text.
fn escaped(text: &str, by: char) -> String {
    let mut pattern = String::with_capacity(text.len());
    for sign in text.chars() {
        if sign == by || sign == '%' || sign == '_' {
            pattern.push(by);
        }
        pattern.push(sign);
    }
    pattern
}

/// The same for `GLOB`, which tells capitals from small letters.
fn globbed(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '*' | '?' | '[' => pattern.extend(['[', sign, ']']),
            _ => pattern.push(sign),
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_the_text() {
        assert_eq!(escaped(r"100% _a\b!", '\\'), r"100\% \_a\\b!");
        assert_eq!(escaped(r"100% _a\b!", '!'), r"100!% !_a\b!!");
        assert_eq!(globbed("a*b?c[d]"), "a[*]b[?]c[[]d]");
    }

    #[test]
    fn whole_milliseconds_have_two_spellings_on_sqlite() {
        let at = |micros| chrono::DateTime::from_timestamp_micros(micros).expect("a moment").naive_utc();
        let both = spellings(&at(1_500_000).into(), DbBackend::Sqlite).expect("it has two");
        assert_eq!(both, (at(1_500_000).into(), "1970-01-01 00:00:01.500000".into()));
        let time: Value = at(1_230_000).time().into();
        assert_eq!(spellings(&time, DbBackend::Sqlite), Some((time.clone(), "00:00:01.230000".into())));
        for micros in [1_000_000, 1_500_001] {
            assert_eq!(spellings(&at(micros).into(), DbBackend::Sqlite), None);
        }
        assert_eq!(spellings(&at(1_500_000).into(), DbBackend::Postgres), None);
    }
}
