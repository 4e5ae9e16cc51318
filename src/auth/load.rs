use refrain_entity::{Moment, UserTable};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement, Value};
use subtle::ConstantTimeEq;

use super::{Auth, User, UserId, held::Held};
use crate::{
    Db,
    db::{Isolation, quoted},
};

/// By what a user is looked for.
pub(crate) enum Lookup<'a> {
    Id(UserId),
    Username(&'a str),
    Token(&'a str),
}

/// The statements that load a user with everything they hold: one row, whatever the number of permissions.
pub(super) struct Statements {
    by_id: String,
    by_id_in_write: String,
    by_username: String,
    by_token: String,
    held: String,
    with_perm: String,
    groups_holding: String,
}

/// Stands for a list of keys.
const PERMISSIONS: &str = ":permissions";

impl Statements {
    pub(super) fn new(users: &UserTable, on: DbBackend) -> Self {
        let q = |name: &str| quoted(name, on);
        let place = if on == DbBackend::Postgres { "$1" } else { "?" };
        // how long they are together stands before the labels: MariaDB cuts an aggregate where `group_concat_max_len`
        // ends, and mends the JSON, so that the last of them may have become another
        let labels = match on {
            DbBackend::Postgres => {
                "CONCAT(COALESCE(SUM(LENGTH(ct.app_label || '.' || p.codename)), 0), ' ', \
                 json_agg(ct.app_label || '.' || p.codename))"
            }
            DbBackend::MySql => {
                "CAST(CONCAT(COALESCE(SUM(CHAR_LENGTH(CONCAT(ct.app_label, '.', p.codename))), 0), ' ', \
                 COALESCE(JSON_ARRAYAGG(CONCAT(ct.app_label, '.', p.codename)), '')) AS char)"
            }
            _ => {
                "COALESCE(SUM(LENGTH(ct.app_label || '.' || p.codename)), 0) || ' ' || \
                 json_group_array(ct.app_label || '.' || p.codename)"
            }
        };
        let (table, username, link) = (q(&users.table), q(&users.username), q(&users.link_column));
        let (users_permissions, users_groups) = (q(&users.permissions_table), q(&users.groups_table));
        let held = format!(
            "(SELECT {labels} FROM {users_permissions} up \
               JOIN auth_permission p ON p.id = up.permission_id \
               JOIN django_content_type ct ON ct.id = p.content_type_id \
               WHERE up.{link} = u.id) AS direct, \
             (SELECT {labels} FROM {users_groups} ug \
               JOIN auth_group_permissions gp ON gp.group_id = ug.group_id \
               JOIN auth_permission p ON p.id = gp.permission_id \
               JOIN django_content_type ct ON ct.id = p.content_type_id \
               WHERE ug.{link} = u.id) AS through_groups"
        );
        let user = format!(
            "u.id AS id, u.{username} AS username, u.first_name, u.last_name, u.email, u.is_active, u.is_staff, \
             u.is_superuser, u.last_login, u.date_joined, u.password, {held}"
        );
        let token = q("key");
        Self {
            by_id_in_write: format!("SELECT {user}, {} FROM {table} u WHERE u.id = {place}", Isolation::column(on)),
            by_id: format!("SELECT {user} FROM {table} u WHERE u.id = {place}"),
            by_username: format!("SELECT {user} FROM {table} u WHERE u.{username} = {place}"),
            by_token: format!(
                "SELECT {user}, t.{token} AS token_key FROM authtoken_token t \
                 JOIN {table} u ON u.id = t.user_id WHERE t.{token} = {place}"
            ),
            held: format!("SELECT {held} FROM {table} u WHERE u.id = {place}"),
            groups_holding: format!(
                "SELECT g.name, ct.app_label, p.codename FROM {users_groups} ug JOIN auth_group g ON g.id = ug.group_id \
                 JOIN auth_group_permissions gp ON gp.group_id = g.id JOIN auth_permission p ON p.id = gp.permission_id \
                 JOIN django_content_type ct ON ct.id = p.content_type_id WHERE ug.{link} = {place}"
            ),
            with_perm: format!(
                "SELECT {user} FROM {table} u WHERE u.is_active AND (u.is_superuser \
                   OR EXISTS (SELECT 1 FROM {users_permissions} up \
                     WHERE up.{link} = u.id AND up.permission_id IN ({PERMISSIONS})) \
                   OR EXISTS (SELECT 1 FROM {users_groups} ug \
                     JOIN auth_group_permissions gp ON gp.group_id = ug.group_id \
                     WHERE ug.{link} = u.id AND gp.permission_id IN ({PERMISSIONS}))) ORDER BY u.id"
            ),
        }
    }

    /// Of the groups a user is in, with each permission a group holds.
    pub(super) fn groups_holding(&self) -> &str {
        &self.groups_holding
    }

    /// Of the users who hold one of these permissions, and of the superusers.
    pub(super) fn with_perm(&self, permissions: impl Iterator<Item = i32>) -> String {
        let ids: Vec<String> = permissions.map(|id| id.to_string()).collect();
        // nothing is in a list of NULL
        let ids = if ids.is_empty() { "NULL".to_owned() } else { ids.join(", ") };
        self.with_perm.replace(PERMISSIONS, &ids)
    }
}

impl Auth {
    /// Loads a user and the permissions they hold, directly and through groups, in one statement.
    pub(crate) async fn load(&self, db: Db<'_>, lookup: Lookup<'_>) -> Result<Option<User>, DbErr> {
        // read before the statement: a grant made while it runs makes the user ask again
        let as_of = self.grants_made();
        let on = db.get_database_backend();
        let statements = self.statements(on);
        let (sql, value) = match &lookup {
            Lookup::Id(id) => (&statements.by_id, id.value(on)),
            Lookup::Username(name) => (&statements.by_username, Value::from(*name)),
            Lookup::Token(key) => (&statements.by_token, Value::from(*key)),
        };
        if matches!(&lookup, Lookup::Username(text) | Lookup::Token(text) if text.contains('\0')) {
            return Ok(None);
        }
        let Some(row) = db.query_one_raw(Statement::from_sql_and_values(on, sql, [value])).await? else {
            return Ok(None);
        };
        let user = self.read_user(&row, on, as_of)?;
        // MariaDB's collations find `Alice ` for `alice`; names and tokens are exact here
        let exact = match lookup {
            Lookup::Id(_) => true,
            Lookup::Username(name) => user.username == name,
            Lookup::Token(key) => row.try_get::<String>("", "token_key")?.as_bytes().ct_eq(key.as_bytes()).into(),
        };
        Ok(exact.then_some(user))
    }

    /// The same by key as a write's first look at its caller: it tells too whether the transaction is READ COMMITTED.
    pub(crate) async fn load_in_write(&self, db: Db<'_>, id: UserId) -> Result<Option<(User, bool)>, DbErr> {
        let as_of = self.grants_made();
        let on = db.get_database_backend();
        let statement = Statement::from_sql_and_values(on, &self.statements(on).by_id_in_write, [id.value(on)]);
        let Some(row) = db.query_one_raw(statement).await? else { return Ok(None) };
        Ok(Some((self.read_user(&row, on, as_of)?, Isolation::is_read_committed(&row)?)))
    }

    /// The permissions a user holds now; `None` where the user is gone.
    pub(super) async fn load_held(&self, db: Db<'_>, id: UserId) -> Result<Option<Held>, DbErr> {
        let on = db.get_database_backend();
        let statement = Statement::from_sql_and_values(on, &self.statements(on).held, [id.value(on)]);
        db.query_one_raw(statement).await?.map(|row| Held::read(&row)).transpose()
    }

    pub(super) fn read_user(&self, row: &QueryResult, on: DbBackend, as_of: u64) -> Result<User, DbErr> {
        let id = UserId::read(row, "id", self.users().key)?;
        let mut user = User::known(self, on, id, row.try_get("", "username")?);
        user.first_name = row.try_get("", "first_name")?;
        user.last_name = row.try_get("", "last_name")?;
        user.email = row.try_get("", "email")?;
        user.is_active = row.try_get("", "is_active")?;
        user.is_staff = row.try_get("", "is_staff")?;
        user.is_superuser = row.try_get("", "is_superuser")?;
        user.remember_flags();
        user.last_login = row.try_get::<Option<Moment>>("", "last_login")?;
        user.date_joined = row.try_get::<Option<Moment>>("", "date_joined")?;
        user.remember_password(row.try_get("", "password")?);
        user.remember_held(Held::read(row)?, as_of);
        Ok(user)
    }
}
