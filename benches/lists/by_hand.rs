//! The statements that a hand would write.

use sea_orm::{DbBackend, Statement, Value};

/// What a list shows.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Of {
    Projects,
    Tasks,
    Comments,
    OpenTasks,
}

/// What its query says.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Cut {
    Whole,
    Assignee(i64),
    Begins(&'static str),
    Searched(&'static str),
}

/// What is counted, or shown: rows behind so many.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Part {
    Page(i64),
    Count,
}

pub(crate) const PAGE: i64 = 20;

/// The keys that a grant names, and the projects that are one's own or granted.
fn projects(on: DbBackend, union: &str) -> String {
    let (key, names_key) = match on {
        DbBackend::Postgres => (
            "CASE WHEN g.object_pk !~ '[^0-9]' AND ascii(g.object_pk) > 48 AND octet_length(g.object_pk) < 19 \
             THEN CAST(g.object_pk AS bigint) END",
            "",
        ),
        DbBackend::MySql => ("CAST(g.object_pk AS signed)", "AND CONV(g.object_pk, 10, -10) = BINARY g.object_pk"),
        _ => ("CAST(g.object_pk AS bigint)", "AND CAST(CAST(g.object_pk AS bigint) AS text) = g.object_pk"),
    };
    let permission = "(SELECT p.id FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id \
                      WHERE t.app_label = 'bench' AND t.model = 'project' AND p.codename = 'view_project')";
    format!(
        "SELECT id AS k FROM bench_project WHERE owner_id = :me \
         {union} SELECT {key} FROM guardian_userobjectpermission g WHERE g.user_id = :me \
         AND g.permission_id = {permission} {names_key} \
         {union} SELECT {key} FROM guardian_groupobjectpermission g \
         JOIN auth_user_groups ug ON ug.group_id = g.group_id \
         WHERE ug.user_id = :me AND g.permission_id = {permission} {names_key}"
    )
}

/// The ways in which a hand would say it; the quickest is what the library is measured by.
pub(crate) fn statements(on: DbBackend, me: i32, of: Of, asked: Cut, part: Part) -> Vec<Statement> {
    let (each, once) = (projects(on, "UNION ALL"), projects(on, "UNION"));
    let mut from = match of {
        Of::OpenTasks => vec!["bench_task r WHERE 1 = 1".to_owned()],
        Of::Projects => vec![
            format!("bench_project r WHERE r.id IN (SELECT k FROM ({each}) d)"),
            format!("bench_project r JOIN ({once}) d ON d.k = r.id WHERE 1 = 1"),
        ],
        Of::Tasks => vec![
            format!("bench_task r WHERE r.project_id IN (SELECT k FROM ({each}) d)"),
            format!("bench_task r JOIN ({once}) d ON d.k = r.project_id WHERE 1 = 1"),
        ],
        Of::Comments => vec![
            format!(
                "bench_comment r WHERE r.task_id IN \
                 (SELECT t.id FROM bench_task t WHERE t.project_id IN (SELECT k FROM ({each}) d))"
            ),
            format!(
                "bench_comment r JOIN bench_task t ON t.id = r.task_id JOIN ({once}) d ON d.k = t.project_id WHERE 1 = 1"
            ),
        ],
    };
    if on == DbBackend::Postgres {
        match of {
            Of::OpenTasks => {}
            Of::Projects => from.push(format!("bench_project r WHERE r.id = ANY (ARRAY({each}))")),
            Of::Tasks => from.push(format!("bench_task r WHERE r.project_id = ANY (ARRAY({each}))")),
            Of::Comments => from.push(format!(
                "bench_comment r WHERE r.task_id = ANY \
                 (ARRAY(SELECT t.id FROM bench_task t WHERE t.project_id = ANY (ARRAY({each}))))"
            )),
        }
    }
    let cut = match (asked, on) {
        (Cut::Whole, _) => "",
        (Cut::Assignee(_), _) => "AND r.assignee_id = :assignee",
        (Cut::Begins(_), DbBackend::Postgres) => "AND r.title LIKE :begins",
        (Cut::Begins(_), DbBackend::MySql) => "AND r.title LIKE :begins AND BINARY r.title LIKE :begins",
        (Cut::Begins(_), _) => "AND r.title GLOB :glob",
        (Cut::Searched(_), DbBackend::Postgres) => "AND r.title ILIKE :searched",
        (Cut::Searched(_), _) => "AND r.title LIKE :searched",
    };
    let columns = match of {
        Of::Projects => "r.id, r.owner_id",
        Of::Tasks | Of::OpenTasks => "r.id, r.project_id, r.assignee_id, r.title",
        Of::Comments => "r.id, r.task_id, r.body",
    };
    let whole = from.into_iter().map(|from| match part {
        Part::Page(_) => format!("SELECT {columns} FROM {from} {cut} ORDER BY r.id LIMIT :limit OFFSET :offset"),
        Part::Count => format!("SELECT COUNT(*) AS n FROM {from} {cut}"),
    });
    let whole: Vec<String> = whole.collect();
    // hidden from SQLite's planner, which else compiles a statement anew for every value bound
    let blind = |sql: &String| {
        [":me", ":limit", ":offset"].iter().fold(sql.clone(), |sql, name| sql.replace(name, &format!("+{name}")))
    };
    let blind: Vec<String> = if on == DbBackend::Sqlite { whole.iter().map(blind).collect() } else { vec![] };
    whole.iter().chain(&blind).map(|sql| bound(on, me, asked, part, sql)).collect()
}

/// Gives `:me` and its like their values, in the database's own way.
fn bound(on: DbBackend, me: i32, cut: Cut, part: Part, sql: &str) -> Statement {
    let mut parts = sql.split(':');
    let (mut text, mut values) = (parts.next().unwrap_or_default().to_owned(), Vec::<Value>::new());
    for rest in parts {
        let (name, rest) = rest.split_at(rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len()));
        values.push(match (name, cut, part) {
            ("me", ..) => me.into(),
            ("limit", ..) => PAGE.into(),
            ("offset", _, Part::Page(offset)) => offset.into(),
            ("assignee", Cut::Assignee(key), _) => key.into(),
            ("begins", Cut::Begins(text), _) => format!("{text}%").into(),
            ("glob", Cut::Begins(text), _) => format!("{text}*").into(),
            ("searched", Cut::Searched(text), _) => format!("%{text}%").into(),
            _ => unreachable!("no statement says `:{name}`"),
        });
        text += &if on == DbBackend::Postgres { format!("${}", values.len()) } else { "?".to_owned() };
        text += rest;
    }
    Statement::from_sql_and_values(on, text, values)
}
