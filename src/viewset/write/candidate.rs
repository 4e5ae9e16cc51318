use std::collections::HashSet;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, DbErr, FromQueryResult, Iden, IdenStatic, Iterable,
    QueryResult, QueryTrait, Select, Value,
    sea_query::{Alias, ColumnType, Expr, ExprTrait, Func, OptionEnum, Query, SelectStatement, UnionType},
};
use serde_json::{Map, Value as Json};

use crate::{
    db::{Constraint, columns_with_defaults, quoted_table, readable},
    http::Problem,
    model::key_columns,
    permission::{Rule, judged_in},
    viewset::{Resource, mount::Visit},
};

/// Would these rows hold a row that could not be written, and the rule admit it?
///
/// The database judges it as it judges rows that are there: it is spelled out, with the types of the table's columns,
/// under the table's own name. What the rule reads and only the database would have filled in cannot be judged, and is
/// refused; a value that is none, such as a text too long, leaves nothing to judge.
pub(super) async fn judge_candidate<E: Resource>(
    visit: &Visit,
    rows: Select<E>,
    rule: &Rule,
    mut candidate: E::ActiveModel,
) -> Result<bool, Problem> {
    let read = rule.columns_read();
    let unknown = unknown_columns::<E>(visit, &candidate).await?;
    let keys: HashSet<String> = key_columns::<E>().map(|key| name(&key)).collect();
    // a part that nobody can look into may read any of them; but no other row knows a key that was never given
    if unknown.iter().any(|column| read.named.contains(column) || (read.others && !keys.contains(column))) {
        return Ok(false);
    }
    if !rule.has_hooks() {
        return admitted::<E, Unread>(visit, rows, rule, &candidate).await;
    }
    if !give_key::<E>(&mut candidate) {
        return Ok(false);
    }
    admitted::<E, E::Model>(visit, rows, rule, &candidate).await
}

/// Is the candidate among the rows, and does the rule admit it? No row at all is one outside the rows asked of.
async fn admitted<E: Resource, M: FromQueryResult + Sync + 'static>(
    visit: &Visit,
    rows: Select<E>,
    rule: &Rule,
    candidate: &E::ActiveModel,
) -> Result<bool, Problem> {
    let db = visit.db();
    let row = spelled_out::<E>(rows, candidate, db.get_database_backend());
    let Some(judged) = of_values(judged_in::<M>(db, row, &[rule]).await)? else { return Ok(true) };
    match judged.first() {
        Some(row) => Ok(row.holds(0, &visit.context(db)).await?),
        None => Ok(false),
    }
}

/// `None` at the database's own word that a value is none that its column holds: what it said of the write stands.
fn of_values<T>(judged: Result<T, DbErr>) -> Result<Option<T>, DbErr> {
    match judged {
        Ok(judged) => Ok(Some(judged)),
        Err(error) if matches!(Constraint::of(&error), Some(Constraint::Value(_))) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The columns that the candidate leaves out and whose value only the database would know.
async fn unknown_columns<E: Resource>(visit: &Visit, candidate: &E::ActiveModel) -> Result<HashSet<String>, DbErr> {
    let left_out = |column: &E::Column| {
        candidate.get(*column).into_value().is_none() && column.def().get_column_default().is_none()
    };
    let left_out: HashSet<String> = E::Column::iter().filter(left_out).map(|column| name(&column)).collect();
    if left_out.is_empty() {
        return Ok(left_out);
    }
    let mut filled = columns_with_defaults(visit.db(), &E::default()).await?;
    // SQLite numbers rows without saying so
    filled.extend(key_columns::<E>().map(|key| name(&key)));
    Ok(left_out.into_iter().filter(|column| filled.contains(column)).collect())
}

/// A hook reads a whole row: one without a number yet is number 0. No other kind of key can be made up.
fn give_key<E: Resource>(candidate: &mut E::ActiveModel) -> bool {
    key_columns::<E>().filter(|key| candidate.get(*key).into_value().is_none()).collect::<Vec<_>>().into_iter().all(
        |key| {
            let number = match key.def().get_column_type() {
                ColumnType::SmallInteger => Value::from(0_i16),
                ColumnType::Integer => Value::from(0_i32),
                ColumnType::BigInteger => Value::from(0_i64),
                _ => return false,
            };
            candidate.try_set(key, number).is_ok()
        },
    )
}

fn name(column: &impl IdenStatic) -> String {
    Iden::to_string(column)
}

/// The rows' query over the candidate in place of the table.
fn spelled_out<E: Resource>(rows: Select<E>, candidate: &E::ActiveModel, on: DbBackend) -> SelectStatement {
    let spelled = match on {
        DbBackend::Postgres => populated::<E>(candidate).unwrap_or_else(|| below_the_table::<E>(candidate, on)),
        _ => below_the_table::<E>(candidate, on),
    };
    let mut row = readable(rows, on).into_query();
    row.from_clear().from_subquery(spelled, Alias::new(E::default().table_name()));
    row
}

/// PostgreSQL: JSON read as a row of the table's own type, whatever that is made of: domains, enums, `citext`.
fn populated<E: Resource>(candidate: &E::ActiveModel) -> Option<SelectStatement> {
    let mut values = Map::new();
    for column in E::Column::iter() {
        let json = match candidate.get(column).into_value() {
            Some(value) => as_json(&value)?,
            None => match column.def().get_column_default() {
                Some(Expr::Value(value)) => as_json(value)?,
                // an expression is no JSON
                Some(_) => return None,
                None => Json::Null,
            },
        };
        values.insert(name(&column), json);
    }
    let table = quoted_table(&E::default(), DbBackend::Postgres);
    let row = Func::cust("jsonb_populate_record")
        .arg(Expr::cust(format!("NULL::{table}")))
        .arg(Expr::val(Json::Object(values)).cast_as("jsonb"));
    Some(Query::select().expr(Expr::cust("*")).from_function(row, "candidate").to_owned())
}

/// A value as PostgreSQL reads it out of JSON; `None` for a kind that this does not know.
#[allow(unreachable_patterns)] // which kinds of values there are is a matter of sea-orm's features
fn as_json(value: &Value) -> Option<Json> {
    fn text(value: Option<impl ToString>) -> Json {
        value.map_or(Json::Null, |value| Json::String(value.to_string()))
    }
    Some(match value {
        Value::Bool(value) => (*value).into(),
        Value::TinyInt(value) => (*value).into(),
        Value::SmallInt(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::BigInt(value) => (*value).into(),
        Value::TinyUnsigned(value) => (*value).into(),
        Value::SmallUnsigned(value) => (*value).into(),
        Value::Unsigned(value) => (*value).into(),
        Value::BigUnsigned(value) => (*value).into(),
        // as text, which is exact and knows what is not finite
        Value::Float(value) => text(*value),
        Value::Double(value) => text(*value),
        Value::String(value) => text(value.as_ref()),
        Value::Enum(OptionEnum::Some(value)) => Json::String(value.value.to_string()),
        Value::Enum(OptionEnum::None(_)) => Json::Null,
        Value::Char(value) => text(*value),
        Value::Bytes(value) => text(value.as_ref().map(|bytes| format!("\\x{}", hex::encode(bytes)))),
        Value::Json(value) => value.as_deref().cloned().unwrap_or_default(),
        Value::ChronoDate(value) => text(*value),
        Value::ChronoTime(value) => text(*value),
        Value::ChronoDateTime(value) => text(*value),
        Value::ChronoDateTimeUtc(value) => text(value.map(|moment| moment.to_rfc3339())),
        Value::ChronoDateTimeLocal(value) => text(value.map(|moment| moment.to_rfc3339())),
        Value::ChronoDateTimeWithTimeZone(value) => text(value.map(|moment| moment.to_rfc3339())),
        Value::Uuid(value) => text(*value),
        Value::Decimal(value) => text(*value),
        #[cfg(feature = "postgres")]
        Value::Array(_, Some(items)) => Json::Array(items.iter().map(as_json).collect::<Option<_>>()?),
        #[cfg(feature = "postgres")]
        Value::Array(_, None) => Json::Null,
        _ => return None,
    })
}

/// Elsewhere: the values below an empty half that gives them the columns' names, types and collations. Without a
/// cast SQLite takes a number for text, and then 10.50 for less than 9, and MariaDB an integer for a decimal.
fn below_the_table<E: Resource>(candidate: &E::ActiveModel, on: DbBackend) -> SelectStatement {
    let value = |column: E::Column| {
        let definition = column.def();
        let Some(value) = candidate.get(column).into_value() else {
            return definition.get_column_default().cloned().unwrap_or_else(|| Expr::cust("NULL"));
        };
        let value = column.save_as(Expr::val(value));
        // a value comes to PostgreSQL with its type
        if on == DbBackend::Postgres {
            return value;
        }
        let sqlite = on == DbBackend::Sqlite;
        match definition.get_column_type() {
            ColumnType::Decimal(_) | ColumnType::Money(_) | ColumnType::Float | ColumnType::Double if sqlite => {
                value.cast_as("numeric")
            }
            ColumnType::TinyInteger
            | ColumnType::SmallInteger
            | ColumnType::Integer
            | ColumnType::BigInteger
            | ColumnType::Boolean => value.cast_as(if sqlite { "integer" } else { "signed" }),
            _ => value,
        }
    };
    Query::select()
        .columns(E::Column::iter().map(|column| Alias::new(name(&column))))
        .from(E::default().table_ref())
        .and_where(Expr::cust("1 = 0"))
        .union(UnionType::All, Query::select().exprs(E::Column::iter().map(value)).to_owned())
        .to_owned()
}

/// A row that is judged and not looked at: the key of a new one is not known yet.
struct Unread;

impl FromQueryResult for Unread {
    fn from_query_result(_: &QueryResult, _: &str) -> Result<Self, DbErr> {
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Local, NaiveDate, TimeZone, Utc};
    use sea_orm::{prelude::Decimal, sea_query::Enum};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_row_that_could_not_be_judged_is_not_taken_for_one_without_values() {
        assert!(of_values::<()>(Err(DbErr::Custom("the server is gone".to_owned()))).is_err());
        assert_eq!(of_values(Ok(7)).ok(), Some(Some(7)));
    }

    macro_rules! models {
        ($($module:ident: $key:ty;)*) => {$(
            mod $module {
                use sea_orm::entity::prelude::*;

                #[derive(Clone, Debug, PartialEq, DeriveEntityModel, crate::model::Model)]
                #[sea_orm(table_name = "keyed")]
                #[refrain(app = "keyed", model = "Keyed")]
                pub(crate) struct Model {
                    #[sea_orm(primary_key, auto_increment = false)]
                    pub(crate) id: $key,
                }

                #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
                pub(crate) enum Relation {}

                impl ActiveModelBehavior for ActiveModel {}
            }
        )*};
    }

    models! {
        small: i16;
        medium: i32;
        big: i64;
        text: String;
        unique: Uuid;
    }

    /// The key of a new row, given or left out, as a hook reads it; `None` where it can read no such row.
    fn read_by_hook<E: Resource>(given: Option<Value>) -> Option<Value> {
        let mut candidate = <E::ActiveModel as ActiveModelTrait>::default();
        if let Some(given) = given {
            candidate.set(E::key(), given);
        }
        give_key::<E>(&mut candidate).then(|| candidate.get(E::key()).into_value()).flatten()
    }

    #[test]
    fn a_hook_reads_a_new_row_whose_key_is_a_number_or_known() {
        assert_eq!(read_by_hook::<small::Entity>(None), Some(0_i16.into()));
        assert_eq!(read_by_hook::<medium::Entity>(None), Some(0_i32.into()));
        assert_eq!(read_by_hook::<big::Entity>(None), Some(0_i64.into()));
        assert_eq!(read_by_hook::<text::Entity>(None), None);
        assert_eq!(read_by_hook::<unique::Entity>(None), None);
        assert_eq!(read_by_hook::<medium::Entity>(Some(7_i32.into())), Some(7_i32.into()));
        assert_eq!(read_by_hook::<text::Entity>(Some("a".into())), Some("a".into()));
    }

    #[test]
    fn postgresql_reads_a_value_of_every_kind_out_of_json() {
        let day = NaiveDate::from_ymd_opt(2026, 1, 2).unwrap();
        let at = day.and_hms_opt(3, 4, 5).unwrap();
        let moment = Utc.from_utc_datetime(&at);
        let local = moment.with_timezone(&Local);
        let glad = Enum { type_name: "mood".into(), value: "glad".into() };
        for (value, expected) in [
            (Value::from(true), json!(true)),
            (Value::from(-1_i8), json!(-1)),
            (Value::from(-2_i16), json!(-2)),
            (Value::from(-3_i32), json!(-3)),
            (Value::from(i64::MIN), json!(i64::MIN)),
            (Value::from(1_u8), json!(1)),
            (Value::from(2_u16), json!(2)),
            (Value::from(3_u32), json!(3)),
            (Value::from(u64::MAX), json!(u64::MAX)),
            (Value::from(1.5_f32), json!("1.5")),
            (Value::from(f64::NEG_INFINITY), json!("-inf")),
            (Value::from("it's"), json!("it's")),
            (Value::from('x'), json!("x")),
            (Value::from(vec![0_u8, 255]), json!("\\x00ff")),
            (Value::from(json!({"a": [1]})), json!({"a": [1]})),
            (Value::from(day), json!("2026-01-02")),
            (Value::from(at.time()), json!("03:04:05")),
            (Value::from(at), json!("2026-01-02 03:04:05")),
            (Value::from(moment), json!("2026-01-02T03:04:05+00:00")),
            (Value::from(local), json!(local.to_rfc3339())),
            (Value::from(moment.fixed_offset()), json!("2026-01-02T03:04:05+00:00")),
            (Value::from(Uuid::from_u128(7)), json!("00000000-0000-0000-0000-000000000007")),
            (Value::from(Decimal::new(1050, 2)), json!("10.50")),
            (Value::Enum(OptionEnum::Some(glad.into())), json!("glad")),
            (Value::Enum(OptionEnum::None("mood".into())), Json::Null),
            (Value::String(None), Json::Null),
            (Value::BigInt(None), Json::Null),
        ] {
            assert_eq!(as_json(&value), Some(expected), "{value:?}");
        }
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn postgresql_reads_lists_out_of_json() {
        use sea_orm::sea_query::ArrayType;

        let list = |items: Vec<Value>| Value::Array(ArrayType::Int, Some(items.into()));
        assert_eq!(as_json(&list(vec![1.into(), Value::Int(None)])), Some(json!([1, null])));
        assert_eq!(as_json(&list(Vec::new())), Some(json!([])));
        assert_eq!(as_json(&Value::Array(ArrayType::Int, None)), Some(Json::Null));
    }
}
