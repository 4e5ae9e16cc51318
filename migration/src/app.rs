use std::collections::BTreeSet;

use refrain_entity::{
    UserTable, applied_migration, content_type, group, group_object_permission, group_permission, named_token,
    permission, session, token, user, user_object_permission,
};
use sea_orm::{DbErr, EntityTrait, IdenStatic, Iterable};

use crate::dialect::Dialect;
use crate::name::django_name;

/// Django's record of applied migrations, which stands before all apps.
pub(crate) const RECORDER: &str = "django_migrations";

/// A Django app: tables that are made or adopted together.
#[derive(Debug)]
pub(crate) struct App {
    /// Django's label of it.
    pub(crate) label: String,
    /// Those of its migrations whose outcome its tables are.
    pub(crate) migrations: &'static [&'static str],
    /// Its tables, each after those that it points at.
    pub(crate) tables: Vec<Table>,
}

impl App {
    /// The rows of `django_migrations` that say so.
    pub(crate) fn migrations(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.migrations.iter().map(|name| (self.label.as_str(), *name))
    }

    /// Was every one of its tables made here, in this run or before?
    pub(crate) fn is_made(&self, made: &BTreeSet<String>) -> bool {
        self.tables.iter().all(|table| made.contains(&table.name))
    }
}

/// A table as Django makes it.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    /// `CREATE TABLE`, then its constraints and indexes.
    pub(crate) statements: Vec<String>,
    /// The columns that Refrain reads or writes, and so must find in an adopted table.
    pub(crate) columns: Vec<String>,
}

/// All apps in the order in which they are made.
///
/// The label and the names of the user tables go into the text of statements, so they must be plain names.
pub(crate) fn apps(dialect: &Dialect, user_key: &str, users: &UserTable) -> Result<Vec<App>, DbErr> {
    check_names(users)?;
    let sql = Sql::of(dialect);
    let tables = |text| tables(text, *dialect, user_key, users);
    let app = |label: &str, migrations, tables| App { label: label.to_owned(), migrations, tables };

    let mut apps = vec![
        app("migrations", &[], tables(sql.recorder)),
        app("contenttypes", CONTENTTYPES, tables(sql.contenttypes)),
        app("auth", AUTH, tables(sql.auth)),
    ];
    if users.is_auth_user() {
        apps.last_mut().expect("the three above").tables.extend(tables(sql.users));
    } else {
        apps.push(app(&users.app_label, INITIAL, tables(sql.users)));
    }
    apps.push(app("authtoken", AUTHTOKEN, tables(sql.authtoken)));
    apps.push(app("guardian", GUARDIAN, tables(sql.guardian)));
    apps.push(app("sessions", INITIAL, tables(sql.sessions)));
    Ok(apps)
}

/// The table of Refrain's own tokens, which no Django app has.
pub(crate) fn named_tokens(dialect: &Dialect, user_key: &str, users: &UserTable) -> Result<App, DbErr> {
    check_names(users)?;
    let tables = tables(Sql::of(dialect).named_tokens, *dialect, user_key, users);
    Ok(App { label: "refrain".to_owned(), migrations: &[], tables })
}

pub(crate) fn check_names(users: &UserTable) -> Result<(), DbErr> {
    for name in [&users.app_label, &users.table, &users.groups_table, &users.permissions_table, &users.link_column] {
        if !is_plain(name) {
            return Err(DbErr::Migration(format!("`{name}` is not a name made of ASCII letters, digits and `_`")));
        }
    }
    Ok(())
}

/// The schema of one database, a file an app. In the files, `{…}` stands for what depends on the user table, and
/// `<<table(columns)suffix>>` for the name that Django makes from these.
struct Sql {
    recorder: &'static str,
    contenttypes: &'static str,
    auth: &'static str,
    users: &'static str,
    authtoken: &'static str,
    guardian: &'static str,
    sessions: &'static str,
    named_tokens: &'static str,
}

impl Sql {
    fn of(dialect: &Dialect) -> Self {
        match dialect {
            Dialect::Sqlite => SQLITE,
            Dialect::Postgres => POSTGRES,
            Dialect::MySql | Dialect::MariaDb => MYSQL,
        }
    }
}

macro_rules! sql {
    ($folder:literal) => {
        Sql {
            recorder: include_str!(concat!("sql/", $folder, "/recorder.sql")),
            contenttypes: include_str!(concat!("sql/", $folder, "/contenttypes.sql")),
            auth: include_str!(concat!("sql/", $folder, "/auth.sql")),
            users: include_str!(concat!("sql/", $folder, "/users.sql")),
            authtoken: include_str!(concat!("sql/", $folder, "/authtoken.sql")),
            guardian: include_str!(concat!("sql/", $folder, "/guardian.sql")),
            sessions: include_str!(concat!("sql/", $folder, "/sessions.sql")),
            named_tokens: include_str!(concat!("sql/", $folder, "/named_tokens.sql")),
        }
    };
}

const SQLITE: Sql = sql!("sqlite");
const POSTGRES: Sql = sql!("postgres");
const MYSQL: Sql = sql!("mysql");

const INITIAL: &[&str] = &["0001_initial"];
const CONTENTTYPES: &[&str] = &["0001_initial", "0002_remove_content_type_name"];
const AUTH: &[&str] = &[
    "0001_initial",
    "0002_alter_permission_name_max_length",
    "0003_alter_user_email_max_length",
    "0004_alter_user_username_opts",
    "0005_alter_user_last_login_null",
    "0006_require_contenttypes_0002",
    "0007_alter_validators_add_error_messages",
    "0008_alter_user_username_max_length",
    "0009_alter_user_last_name_max_length",
    "0010_alter_group_name_max_length",
    "0011_update_proxy_permissions",
    "0012_alter_user_first_name_max_length",
];
const AUTHTOKEN: &[&str] =
    &["0001_initial", "0002_auto_20160226_1747", "0003_tokenproxy", "0004_alter_tokenproxy_options"];
const GUARDIAN: &[&str] = &[
    "0001_initial",
    "0002_generic_permissions_index",
    "0003_remove_groupobjectpermission_guardian_gr_content_ae6aec_idx_and_more",
];

/// Reads a file of the schema: each `CREATE TABLE` begins a table.
fn tables(text: &str, dialect: Dialect, user_key: &str, users: &UserTable) -> Vec<Table> {
    let text = text
        .replace("{users}", &users.table)
        .replace("{user_groups}", &users.groups_table)
        .replace("{user_permissions}", &users.permissions_table)
        .replace("{link}", &users.link_column)
        .replace("{user_id}", dialect.user_id(users.key))
        .replace("{user_key}", user_key)
        .replace("{numbered}", dialect.numbered(users.key))
        .replace("{collation}", dialect.collation());
    let mut tables = Vec::<Table>::new();
    for statement in text.split(';').filter(|text| !text.trim().is_empty()) {
        let statement = named(&on_one_line(statement), dialect.longest_name());
        if statement.starts_with("CREATE TABLE") {
            let name = statement.split(['"', '`']).nth(1).expect("the files quote every name").to_owned();
            tables.push(Table { columns: columns(&name, users), name, statements: vec![] });
        }
        tables.last_mut().expect("every file begins with a table").statements.push(statement);
    }
    tables
}

/// SQLite keeps the text of a statement for ever: Django's is on one line.
fn on_one_line(statement: &str) -> String {
    statement.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(").replace(" )", ")")
}

/// Puts Django's names in the place of `<<table(column, …)suffix>>`.
fn named(statement: &str, longest: usize) -> String {
    let mut out = String::new();
    let mut rest = statement;
    while let Some((before, (inside, after))) = rest.split_once("<<").and_then(|(b, r)| Some((b, r.split_once(">>")?)))
    {
        let (table, inside) = inside.split_once('(').expect("`<<` is followed by a table and its columns");
        let (columns, suffix) = inside.split_once(')').expect("`<<` is followed by a table and its columns");
        let columns: Vec<_> = columns.split(", ").collect();
        out.push_str(before);
        out.push_str(&django_name(table, &columns, suffix, longest));
        rest = after;
    }
    out + rest
}

fn columns(table: &str, users: &UserTable) -> Vec<String> {
    if table == users.table {
        let lacks = |column: &String| users.lacking.iter().any(|lacking| lacking.name() == column);
        let named = |column| if column == "username" { users.username.to_string() } else { column };
        return mapped::<user::Entity>().into_iter().filter(|column| !lacks(column)).map(named).collect();
    }
    if table == users.groups_table {
        return vec![users.link_column.to_string(), "group_id".to_owned()];
    }
    if table == users.permissions_table {
        return vec![users.link_column.to_string(), "permission_id".to_owned()];
    }
    match table {
        RECORDER => mapped::<applied_migration::Entity>(),
        "django_content_type" => mapped::<content_type::Entity>(),
        "auth_permission" => mapped::<permission::Entity>(),
        "auth_group" => mapped::<group::Entity>(),
        "auth_group_permissions" => mapped::<group_permission::Entity>(),
        "authtoken_token" => mapped::<token::Entity>(),
        "guardian_groupobjectpermission" => mapped::<group_object_permission::Entity>(),
        "guardian_userobjectpermission" => mapped::<user_object_permission::Entity>(),
        "django_session" => mapped::<session::Entity>(),
        "refrain_token" => mapped::<named_token::Entity>(),
        _ => unreachable!("`{table}` is in a file of the schema and in no arm here"),
    }
}

fn mapped<E: EntityTrait>() -> Vec<String> {
    E::Column::iter().map(|column| column.as_str().to_owned()).collect()
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
