use sea_orm::{DbErr, RuntimeErr};

/// Why the database refused a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Constraint {
    /// Somebody else has these values already. The columns, where the database names them.
    Unique(Vec<String>),
    /// The row points at one that is not there, or is pointed at.
    ForeignKey(Vec<String>),
    /// It meets another row where the two may not: PostgreSQL's `EXCLUDE`.
    Exclusion(Vec<String>),
    /// A value that the column cannot hold.
    Value(Vec<String>),
    /// A trigger refused it, in words of its own, which may be about anything.
    Raised,
}

impl Constraint {
    /// `None` where the error is no refusal of the row but a failure to say.
    pub(crate) fn of(error: &DbErr) -> Option<Self> {
        let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
            return None;
        };
        let error = error.as_database_error()?;
        let code = error.code()?;
        let message = error.message();
        Some(match &*code {
            // PostgreSQL
            "23505" => Self::Unique(detailed(error)),
            "23503" | "23001" => Self::ForeignKey(detailed(error)),
            "23P01" => Self::Exclusion(detailed(error)),
            "P0001" => Self::Raised,
            "23502" | "23514" => Self::Value(told_apart(error)),
            // SQLite: extended result codes
            "1555" | "2067" | "2579" => Self::Unique(listed(message)),
            "787" => Self::ForeignKey(Vec::new()),
            // `RESTRICT` is a trigger to SQLite
            "1811" if message == "FOREIGN KEY constraint failed" => Self::ForeignKey(Vec::new()),
            "1811" => Self::Raised,
            "1299" | "275" => Self::Value(listed(message)),
            // MySQL and MariaDB: the number tells more than the SQLSTATE
            "23000" if message.starts_with("Duplicate entry") => Self::Unique(keyed(message)),
            "23000" if message.contains("foreign key constraint") => {
                Self::ForeignKey(between(message, "FOREIGN KEY (`", "`)"))
            }
            // a check on a column is called after it
            "23000" if message.starts_with("CONSTRAINT `") => {
                Self::Value(between(message, "CONSTRAINT `", "`").iter().map(|name| name.replace('.', "_")).collect())
            }
            "23000" => Self::Value(between(message, "Column '", "'")),
            "HY000" if message.ends_with("doesn't have a default value") => {
                Self::Value(between(message, "Field '", "'"))
            }
            // too long, out of range, not in the column's character set: MySQL and MariaDB say where
            "HY000" if message.starts_with("Incorrect string value") => Self::Value(refusing(message)),
            // compared with text of which the column's character set has no sign
            "HY000" if message.starts_with("Illegal mix of collations") => Self::Value(Vec::new()),
            // `SIGNAL`
            signal if signal.starts_with("45") => Self::Raised,
            data if data.len() == 5 && data.starts_with("22") => Self::Value(refusing(message)),
            _ => return None,
        })
    }
}

/// `Key (name, year)=(…) already exists.`, in the server's language: PostgreSQL keeps it apart from the message.
fn detailed(error: &(dyn sea_orm::sqlx::error::DatabaseError + 'static)) -> Vec<String> {
    #[cfg(feature = "postgres")]
    if let Some(error) = error.try_downcast_ref::<sea_orm::sqlx::postgres::PgDatabaseError>() {
        return error.detail().map(|detail| between(detail, "(", ")=(")).unwrap_or_default();
    }
    let _ = error;
    Vec::new()
}

/// The column or the constraint, which PostgreSQL names apart from the message too.
fn told_apart(error: &(dyn sea_orm::sqlx::error::DatabaseError + 'static)) -> Vec<String> {
    #[cfg(feature = "postgres")]
    if let Some(error) = error.try_downcast_ref::<sea_orm::sqlx::postgres::PgDatabaseError>() {
        return error.column().or(error.constraint()).map(str::to_owned).into_iter().collect();
    }
    let _ = error;
    Vec::new()
}

/// `Data too long for column 'name' at row 1`, ``Incorrect string value: '…' for column `db`.`car`.`name` at row 1``
fn refusing(message: &str) -> Vec<String> {
    let Some((_, place)) = message.rsplit_once("for column ") else { return Vec::new() };
    let place = place.split(" at row").next().unwrap_or(place);
    place.rsplit('.').next().map(|name| name.trim_matches(['`', '\'']).to_owned()).into_iter().collect()
}

/// `UNIQUE constraint failed: drivers_car.name, drivers_car.year`
fn listed(message: &str) -> Vec<String> {
    let Some((_, columns)) = message.split_once("constraint failed: ") else { return Vec::new() };
    columns.split(", ").filter_map(|column| Some(column.rsplit_once('.')?.1.to_owned())).collect()
}

/// `Duplicate entry 'x' for key 'name'`: the key's name, which is the column's where nobody named it.
fn keyed(message: &str) -> Vec<String> {
    let key = message.rsplit_once("for key '").map(|(_, key)| key.trim_end_matches('\''));
    key.map(|key| key.rsplit('.').next().unwrap_or(key).to_owned()).into_iter().collect()
}

fn between(text: &str, before: &str, after: &str) -> Vec<String> {
    let inner = text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).map(|(inner, _)| inner);
    inner.map(|inner| inner.split(", ").map(str::to_owned).collect()).unwrap_or_default()
}
