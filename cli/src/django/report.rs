//! What is told of a site.

use std::{collections::BTreeSet, fmt::Write};

use sea_orm::DbBackend;

use super::{
    apps::{ContentType, KNOWN},
    declare::unreadable,
    site::Site,
    tables::Tables,
};
use crate::declaration::Kind;

/// The algorithms whose hashes the library verifies, as Django does where nothing is said.
const ALGORITHMS: [&str; 5] = ["pbkdf2_sha256", "pbkdf2_sha1", "argon2", "scrypt", "bcrypt_sha256"];

pub(super) fn report(site: &Site, tables: &Tables) -> String {
    let mut text = format!("A Django site's database, on {}.\n\n", name(site.backend));
    text += &people(site);
    text += "\nModels\n\n";
    text += &models(site, tables);
    let open = not_understood(site, tables);
    if open.is_empty() {
        text += "\nNothing was found that is not understood.\n";
    } else {
        text += "\nTo be looked at\n\n";
        for point in open {
            let _ = writeln!(text, "  * {point}");
        }
    }
    text
}

fn name(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "PostgreSQL",
        DbBackend::MySql => "MySQL or MariaDB",
        _ => "SQLite",
    }
}

fn people(site: &Site) -> String {
    let users = &site.users;
    let mut lines = vec![("users", {
        let mut told = format!("{} in `{}`", users.count, users.table);
        for (count, what) in [(users.active, "active"), (users.superusers, "superusers")] {
            if let Some(count) = count {
                let _ = write!(told, ", {count} {what}");
            }
        }
        told
    })];
    let algorithms: Vec<String> = users
        .algorithms
        .iter()
        .map(|(algorithm, count)| match &**algorithm {
            "!" => format!("unusable ({count})"),
            "" => format!("of none of Django's algorithms ({count})"),
            algorithm => format!("{algorithm} ({count})"),
        })
        .collect();
    lines.push(("passwords", algorithms.join(", ")));
    lines.push(("groups", site.groups.to_string()));
    let permissions: usize = site.content_types.iter().map(|model| model.permissions.len()).sum();
    let own: usize = site.content_types.iter().map(|model| model.own_permissions().len()).sum();
    lines.push(("permissions", format!("{permissions}, of which {own} are models' own")));
    lines.push((
        "object grants",
        match &site.grants {
            None => "none: django-guardian is not installed".to_owned(),
            Some(grants) if grants.is_empty() => "none".to_owned(),
            Some(grants) => {
                let each = grants.iter().map(|grant| format!("{} on {}.{}", grant.count, grant.app_label, grant.model));
                each.collect::<Vec<_>>().join(", ")
            }
        },
    ));
    lines
        .push(("tokens", site.tokens.map_or_else(|| "none: authtoken is not installed".to_owned(), |n| n.to_string())));
    lines.push(("sessions", site.sessions.map_or_else(|| "not in the database".to_owned(), |n| n.to_string())));
    lines.iter().fold(String::new(), |text, (what, told)| format!("{text}  {what:<14} {told}\n"))
}

fn models(site: &Site, tables: &Tables) -> String {
    let mut lines = Vec::new();
    for model in site.content_types.iter().filter(|model| !KNOWN.contains(&&*model.app_label)) {
        let name = format!("{}.{}", model.app_label, model.class());
        let told = match tables.get(&model.table()) {
            None => "no table of its name".to_owned(),
            Some(table) => {
                let rows = site.rows_of(&table.name).unwrap_or(0);
                let key = table.key().map_or("no single key".to_owned(), |key| format!("key `{}`", key.name));
                format!("`{}`, {rows} rows, {key}", table.name)
            }
        };
        lines.push((name, told));
    }
    if lines.is_empty() {
        return "  none but those of Django itself\n".to_owned();
    }
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    lines.iter().fold(String::new(), |text, (name, told)| format!("{text}  {name:<width$}  {told}\n"))
}

/// What is not read, or has to be said by hand, a sentence each.
fn not_understood(site: &Site, tables: &Tables) -> Vec<String> {
    let mut open = Vec::new();
    let users = &site.users;
    if users.table != "auth_user" {
        let key = match users.key {
            Some(Kind::Uuid | Kind::UuidText) => "Key::Uuid",
            Some(Kind::Int) => "Key::Integer",
            _ => "Key::BigInteger",
        };
        open.push(match users.model.as_deref().and_then(|model| model.split_once('.')) {
            Some((app, class)) => {
                let mut table = format!("UserTable::custom({app:?}, {class:?}, {key})");
                match users.named_by {
                    Some("username") => {}
                    Some(column) => table += &format!(".named_by({column:?})"),
                    None => table += ".named_by(…)",
                }
                if !users.without.is_empty() {
                    let without: Vec<String> =
                        users.without.iter().map(|column| format!("UserColumn::{column}")).collect();
                    table += &format!(".without([{}])", without.join(", "));
                }
                format!(
                    "AUTH_USER_MODEL is `{app}.{class}`: say `{table}` where `Auth` is made, and in `migration::tables`"
                )
            }
            None => {
                format!("users are in `{}`, which is no model's by its name: fill a `UserTable` by hand", users.table)
            }
        });
    }
    if !users.lacks.is_empty() {
        let lacks: Vec<String> = users.lacks.iter().map(|column| format!("`{column}`")).collect();
        open.push(format!("`{}` lacks {}, which is read of every user", users.table, lacks.join(", ")));
    }
    for (algorithm, count) in &users.algorithms {
        match &**algorithm {
            "!" => {}
            "" => open.push(format!(
                "{count} passwords are hashed by none of Django's algorithms: these users cannot log in by them"
            )),
            known if ALGORITHMS.contains(&known) => {}
            "bcrypt" | "md5" => {
                let named = if algorithm == "md5" { "Md5" } else { "Bcrypt" };
                open.push(format!(
                    "{count} passwords are hashed by `{algorithm}`, which is read where the program says so: \
                     `Passwords::default().accepting(Algorithm::{named})`"
                ));
            }
            unknown => open.push(format!(
                "{count} passwords are hashed by `{unknown}`, which is not known here: these users cannot log in by them"
            )),
        }
    }
    for grants in &site.own_grants {
        let (what, attribute) = if grants.is_groups { ("groups'", "group_grants") } else { ("users'", "user_grants") };
        open.push(format!(
            "`{}` keeps {what} grants on rows of `{}`: the model says `{attribute} = {:?}`",
            grants.table, grants.on, grants.table
        ));
    }
    let own = |model: &&ContentType| !KNOWN.contains(&&*model.app_label);
    for model in site.content_types.iter().filter(own) {
        if !model.has_plain_names() {
            open.push(format!(
                "the content type {:?} has no name that Django gives one: it is not written",
                model.label()
            ));
            continue;
        }
        match tables.get(&model.table()) {
            None => open.push(format!(
                "`{}` has no table `{}`: it is a proxy, says a `db_table`, or is gone",
                model.label(),
                model.table()
            )),
            Some(table) => open.extend(unreadable(table).into_iter().map(|column| {
                format!("`{}.{}` is of a type that is not read here ({})", table.name, column.name, column.said)
            })),
        }
    }
    let models: BTreeSet<String> = site.content_types.iter().map(ContentType::table).collect();
    let known = ["django_migrations", "refrain_made_tables", "refrain_token", "seaql_migrations", "sqlite_sequence"];
    for table in tables.iter().filter(|table| !models.contains(&table.name) && !known.contains(&&*table.name)) {
        if !table.links() && !site.own_grants.iter().any(|grants| grants.table == table.name) {
            open.push(format!("`{}` is no model's by its name", table.name));
        }
    }
    if site.backend == DbBackend::Sqlite {
        let has_decimal = |model: &&ContentType| {
            let decimal = |kind| matches!(kind, Some(Kind::Decimal(..)));
            tables.get(&model.table()).is_some_and(|table| table.columns.iter().any(|column| decimal(column.kind)))
        };
        for model in site.content_types.iter().filter(own).filter(has_decimal) {
            open.push(format!(
                "SQLite does not keep the digits of `{}`'s decimals: say each field's `max_digits` and `decimal_places`",
                model.label()
            ));
        }
    }
    open
}
