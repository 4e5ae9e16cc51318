//! How each database counts, and makes text of a number.

use refrain_testing::Backend;

/// A table `s` of the numbers `n` from 1 to the last.
pub(crate) fn count_to(last: i64, on: Backend) -> String {
    match on {
        Backend::Sqlite => format!(
            "(WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {last}) SELECT n FROM s) AS s"
        ),
        Backend::Postgres => format!("generate_series(CAST(1 AS bigint), {last}) AS s (n)"),
        Backend::MariaDb => format!("(SELECT seq AS n FROM seq_1_to_{last}) AS s"),
    }
}

/// What a number is cast to.
pub(crate) fn text(on: Backend) -> &'static str {
    match on {
        Backend::Sqlite => "text",
        Backend::Postgres => "varchar",
        Backend::MariaDb => "char",
    }
}

/// Users whose names are their keys.
pub(crate) fn users(last: i64, on: Backend) -> String {
    let (text, numbers) = (text(on), count_to(last, on));
    format!(
        "INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, \
         is_active, date_joined) SELECT n, '!', false, CAST(n AS {text}), '', '', '', false, true, \
         CURRENT_TIMESTAMP FROM {numbers}"
    )
}
