//! Keys that are uuids: guardian names them by five groups of digits, and a column may hold them as 16 bytes, as a type
//! of the database's own, as 32 digits or as those groups (CONTRACT 1.10, 8.1).

use sea_orm::{DbBackend, Value};
use uuid::Uuid;

/// How many digits each group has.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// The uuid of a value in any of its forms. Text in capitals or braces is none: the queries would not find it.
pub(super) fn of(value: &Value) -> Option<Uuid> {
    match value {
        Value::Uuid(Some(id)) => Some(*id),
        Value::Bytes(Some(bytes)) => Uuid::from_slice(bytes).ok(),
        Value::String(Some(text)) => {
            let id = Uuid::try_parse(text).ok()?;
            (id.simple().to_string() == **text || id.to_string() == **text).then_some(id)
        }
        _ => None,
    }
}

/// These forms of the grant's text, where it is the text of a uuid; else NULL.
pub(super) fn named(forms: &[&str], on: DbBackend) -> Vec<String> {
    let pattern = GROUPS.map(|length| format!("[0-9a-f]{{{length}}}")).join("-");
    let is_uuid = match on {
        DbBackend::Postgres => format!("g.object_pk ~ '^{pattern}$'"),
        // its `$` stands before a last newline too
        DbBackend::MySql => format!(
            "LENGTH(g.object_pk) = 36 AND g.object_pk REGEXP '^{pattern}$' AND BINARY g.object_pk = LOWER(g.object_pk)"
        ),
        // its functions read text up to a NUL, and would find a uuid before it
        _ => {
            let pattern = GROUPS.map(|length| "[0-9a-f]".repeat(length)).join("-");
            format!("length(CAST(g.object_pk AS blob)) = 36 AND g.object_pk GLOB '{pattern}'")
        }
    };
    forms.iter().map(|form| format!("CASE WHEN {is_uuid} THEN {form} END")).collect()
}

/// The same of the two forms of text.
pub(super) fn named_as_text(on: DbBackend) -> Vec<String> {
    match on {
        // whatever the two columns' collations: ASCII gives way to any
        DbBackend::MySql => {
            named(&["CONVERT(REPLACE(g.object_pk, '-', '') USING ascii)", "CONVERT(g.object_pk USING ascii)"], on)
        }
        _ => named(&["replace(g.object_pk, '-', '')", "g.object_pk"], on),
    }
}

/// The canonical text of a column of bytes, or of MariaDB's own type.
pub(super) fn text_of_bytes(column: &str, on: DbBackend) -> String {
    dashed(&format!("lower(hex({column}))"), on)
}

/// The canonical text of a column of text.
pub(super) fn text_of_text(column: &str, on: DbBackend) -> String {
    let text = match on {
        // of one type, whatever the column's
        DbBackend::Postgres => format!("CAST({column} AS varchar)"),
        DbBackend::MySql => format!("CONVERT({column} USING ascii)"),
        _ => column.to_owned(),
    };
    format!("CASE WHEN length({text}) = 32 THEN {} ELSE {text} END", dashed(&text, on))
}

/// The canonical text of a column that holds bytes in one row, and text in another.
pub(super) fn text_of_either(column: &str, on: DbBackend) -> String {
    let (bytes, text) = (text_of_bytes(column, on), text_of_text(column, on));
    format!("CASE WHEN typeof({column}) = 'blob' THEN {bytes} ELSE {text} END")
}

/// Groups of these 32 digits.
fn dashed(digits: &str, on: DbBackend) -> String {
    let mut from = 1;
    let parts = GROUPS.map(|length| {
        let part = format!("substr({digits}, {from}, {length})");
        from += length;
        part
    });
    match on {
        DbBackend::MySql => format!("CONCAT_WS('-', {})", parts.join(", ")),
        _ => parts.join(" || '-' || "),
    }
}
