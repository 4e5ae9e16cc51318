use sea_orm::{
    DbErr, RuntimeErr,
    sqlx::{self, error::DatabaseError},
};

/// May the same question be answered another time? The connection, a time limit, a lock, the server's resources, two
/// transactions in each other's way: these pass. A statement that is wrong, or an answer that nobody can read, does not.
pub(crate) fn may_pass(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => match &**error {
            sqlx::Error::Database(error) => passes(&**error),
            // a server that does not say what was expected; but sqlx says so too of a statement that no server takes
            sqlx::Error::Protocol(message) => !message.contains("too many arguments"),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => true,
            _ => false,
        },
        _ => false,
    }
}

fn passes(error: &(dyn DatabaseError + 'static)) -> bool {
    if let Some(passes) = mysql_passes(error) {
        return passes;
    }
    error.code().is_some_and(|code| code_passes(&code))
}

fn code_passes(code: &str) -> bool {
    match sqlite_kind(code) {
        // busy, locked, out of memory, interrupted, input and output, full, cannot open
        Some(kind) => matches!(kind, 5 | 6 | 7 | 9 | 10 | 13 | 14),
        // PostgreSQL's classes: connection, rolled back, resources, stopped by somebody, the system below; and a lock
        // that was not to be had, a server that only reads for now
        None => {
            matches!(code, "55P03" | "25006")
                || ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class))
        }
    }
}

/// The kind of an error of SQLite's, which is its number's low byte; `None` for a SQLSTATE, which has five characters also
/// where it is a number, as `08006` is.
pub(super) fn sqlite_kind(code: &str) -> Option<u32> {
    let number: u32 = code.parse().ok()?;
    (code.len() < 5).then_some(number & 0xff)
}

/// MySQL and MariaDB file most of these under one SQLSTATE: the number tells.
fn mysql_passes(error: &(dyn DatabaseError + 'static)) -> Option<bool> {
    #[cfg(feature = "mysql")]
    if let Some(error) = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
        let passes = match error.number() {
            // memory, disk, tables and connections that are full
            1021 | 1037 | 1038 | 1040 | 1041 | 1114 | 1135 | 1203 | 1226 => true,
            // locks, deadlocks, a row or a table changed since it was read, a transaction left open
            1020 | 1205 | 1213 | 1412 | 1568 | 1615 => true,
            // the server stops, only reads, or was told to end this
            1053 | 1077 | 1079 | 1290 | 1317 | 1836 | 1927 | 1969 | 3024 => true,
            _ => error.code().is_some_and(|state| state.starts_with("08") || state.starts_with("40")),
        };
        return Some(passes);
    }
    let _ = error;
    None
}

#[cfg(test)]
mod tests {
    use super::code_passes;

    #[test]
    fn each_databases_codes_are_its_own() {
        // SQLite: busy, busy with a stale snapshot, an error of input and output
        for passes in ["5", "517", "266"] {
            assert!(code_passes(passes), "{passes}");
        }
        // PostgreSQL: a connection that failed, of this server's own to another among them; a deadlock, a shutdown
        for passes in ["08006", "08000", "40P01", "57P01", "55P03"] {
            assert!(code_passes(passes), "{passes}");
        }
        // constraints of both, a statement that is wrong
        for stays in ["2067", "787", "23505", "42601", "0A000"] {
            assert!(!code_passes(stays), "{stays}");
        }
    }
}
