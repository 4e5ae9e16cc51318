use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
};

use refrain_entity::{UserColumn, UserTable};
use sea_orm::DbBackend;

use super::{
    asked::Asked,
    joined_row::Text,
    named_token::{COLUMNS, TABLE},
};
use crate::db::{Isolation, quoted};

/// The statements about users and what they hold; each gives one row a user.
pub(super) struct Statements {
    names: Names,
    everything: Arc<Loading>,
    /// by the number of places for apps and codenames
    asked: RwLock<HashMap<(usize, usize), Arc<Loading>>>,
    with_perm: String,
    groups_holding: String,
}

/// The statements that load a user, with all the permissions they hold or with those asked for.
///
/// They select the [`USER`]'s columns, where it says so one more and, where anything is asked, the two of what is held.
/// Their values are those of what is asked, then the one by which the user is found.
pub(super) struct Loading {
    pub(super) by_id: Text,
    /// with how isolated the transaction is
    pub(super) by_id_in_write: Text,
    pub(super) by_username: Text,
    /// with the token
    pub(super) by_token: Text,
    /// with what is read of a token that has a name
    pub(super) by_named_token: Text,
    /// with the key alone
    pub(super) held: Text,
}

/// So many columns stand before what is held: id, username, names, email, flags, times, password.
pub(super) const USER: usize = 11;

/// Stands for a list of keys.
const PERMISSIONS: &str = ":permissions";

/// The site's own names, quoted.
struct Names {
    on: DbBackend,
    table: String,
    username: String,
    /// the [`USER`]'s columns
    user: String,
    link: String,
    users_permissions: String,
    users_groups: String,
}

impl Statements {
    pub(super) fn new(users: &UserTable, on: DbBackend) -> Self {
        let q = |name: &str| quoted(name, on);
        let names = Names {
            on,
            table: q(&users.table),
            username: q(&users.username),
            user: user_columns(users, on),
            link: q(&users.link_column),
            users_permissions: q(&users.permissions_table),
            users_groups: q(&users.groups_table),
        };
        let Names { table, link, users_permissions, users_groups, .. } = &names;
        let place = placeholder(on, 1);
        let groups_holding = format!(
            "SELECT g.name, ct.app_label, p.codename FROM {users_groups} ug JOIN auth_group g ON g.id = ug.group_id \
             JOIN auth_group_permissions gp ON gp.group_id = g.id JOIN auth_permission p ON p.id = gp.permission_id \
             JOIN django_content_type ct ON ct.id = p.content_type_id WHERE ug.{link} = {place}"
        );
        let with_perm = format!(
            "SELECT {}, {} FROM {table} u WHERE u.is_active AND (u.is_superuser \
               OR EXISTS (SELECT 1 FROM {users_permissions} up \
                 WHERE up.{link} = u.id AND up.permission_id IN ({PERMISSIONS})) \
               OR EXISTS (SELECT 1 FROM {users_groups} ug \
                 JOIN auth_group_permissions gp ON gp.group_id = ug.group_id \
                 WHERE ug.{link} = u.id AND gp.permission_id IN ({PERMISSIONS}))) ORDER BY u.id",
            names.user,
            names.everything()
        );
        let everything = Arc::new(names.loading("", &names.everything(), 0));
        Self { names, everything, asked: RwLock::default(), with_perm, groups_holding }
    }

    /// The statements that look for what is asked; for everything where nothing is said.
    pub(super) fn loading(&self, asked: Option<&Arc<Asked>>) -> Arc<Loading> {
        let Some(asked) = asked else { return self.everything.clone() };
        let places = asked.places();
        let known = self.asked.read().unwrap_or_else(|poisoned| poisoned.into_inner()).get(&places).cloned();
        known.unwrap_or_else(|| {
            let mut made = self.asked.write().unwrap_or_else(|poisoned| poisoned.into_inner());
            made.entry(places).or_insert_with(|| Arc::new(self.names.asked(places))).clone()
        })
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

impl Names {
    /// All that is held: it costs what is held.
    fn everything(&self) -> String {
        let Self { link, users_permissions, users_groups, .. } = self;
        let labels = self.labels("ct.app_label", "p.codename");
        format!(
            "(SELECT {labels} FROM {users_permissions} up \
               JOIN auth_permission p ON p.id = up.permission_id \
               JOIN django_content_type ct ON ct.id = p.content_type_id \
               WHERE up.{link} = u.id) AS direct, \
             (SELECT {labels} FROM {users_groups} ug \
               JOIN auth_group_permissions gp ON gp.group_id = ug.group_id \
               JOIN auth_permission p ON p.id = gp.permission_id \
               JOIN django_content_type ct ON ct.id = p.content_type_id \
               WHERE ug.{link} = u.id) AS through_groups"
        )
    }

    /// What is held of what is asked: first the rows of the permissions asked for, then whether the user has them, so
    /// that it costs no more where more is held.
    ///
    /// Nothing of it is known beforehand, neither keys of permissions nor of content types: these may be made, renamed
    /// and deleted at any time.
    fn asked(&self, (apps, codenames): (usize, usize)) -> Loading {
        if apps == 0 {
            return self.loading("", "", 0);
        }
        let Self { on, link, users_permissions, users_groups, .. } = self;
        let list = |from: usize, places: usize| {
            let places: Vec<String> = (from..from + places).map(|place| blind(*on, place)).collect();
            places.join(", ")
        };
        let (in_apps, in_codenames) = (list(1, apps), list(apps + 1, codenames));
        let are_asked = format!("ct.app_label IN ({in_apps}) AND p.codename IN ({in_codenames})");
        if *on == DbBackend::MySql {
            // in the order in which they are written: its planner may begin with all that is held
            let labels = self.labels("ct.app_label", "p.codename");
            let asked = "django_content_type ct STRAIGHT_JOIN auth_permission p ON p.content_type_id = ct.id";
            let held = format!(
                "(SELECT {labels} FROM {asked} STRAIGHT_JOIN {users_permissions} up ON up.permission_id = p.id \
                   WHERE {are_asked} AND up.{link} = u.id) AS direct, \
                 (SELECT {labels} FROM {asked} STRAIGHT_JOIN {users_groups} ug ON ug.{link} = u.id \
                   STRAIGHT_JOIN auth_group_permissions gp ON gp.group_id = ug.group_id AND gp.permission_id = p.id \
                   WHERE {are_asked}) AS through_groups"
            );
            // what places are asked stand there twice, and have no numbers
            return self.loading("", &held, 0);
        }
        // what is named twice is read once
        let labels = self.labels("a.app_label", "a.codename");
        let (with, held) = match on {
            // `OFFSET 0` keeps its planner to one look into an index for each of the few: it takes a walk over all there
            // are for as cheap, and hashes all that is held
            DbBackend::Postgres => (
                format!(
                    "WITH asked AS (SELECT p.id, ct.app_label, p.codename FROM django_content_type ct \
                       CROSS JOIN LATERAL (SELECT p.id, p.codename FROM auth_permission p \
                         WHERE p.content_type_id = ct.id AND p.codename IN ({in_codenames}) OFFSET 0) p \
                       WHERE ct.app_label IN ({in_apps})) "
                ),
                format!(
                    "(SELECT {labels} FROM asked a CROSS JOIN LATERAL (SELECT FROM {users_permissions} up \
                       WHERE up.permission_id = a.id AND up.{link} = u.id OFFSET 0) up) AS direct, \
                     (SELECT {labels} FROM asked a CROSS JOIN LATERAL (SELECT FROM {users_groups} ug \
                       JOIN auth_group_permissions gp ON gp.group_id = ug.group_id \
                       WHERE ug.{link} = u.id AND gp.permission_id = a.id OFFSET 0) gp) AS through_groups"
                ),
            ),
            // its planner keeps to the order of such joins
            _ => (
                format!(
                    "WITH asked AS (SELECT p.id, ct.app_label, p.codename FROM django_content_type ct \
                     CROSS JOIN auth_permission p ON p.content_type_id = ct.id WHERE {are_asked}) "
                ),
                format!(
                    "(SELECT {labels} FROM asked a CROSS JOIN {users_permissions} up ON up.permission_id = a.id \
                       WHERE up.{link} = u.id) AS direct, \
                     (SELECT {labels} FROM asked a CROSS JOIN {users_groups} ug ON ug.{link} = u.id \
                       CROSS JOIN auth_group_permissions gp ON gp.group_id = ug.group_id AND gp.permission_id = a.id) \
                     AS through_groups"
                ),
            ),
        };
        self.loading(&with, &held, apps + codenames)
    }

    fn loading(&self, with: &str, held: &str, values: usize) -> Loading {
        let Self { on, table, username, .. } = self;
        let (user, token, place) = (&self.user, quoted("key", *on), placeholder(*on, values + 1));
        let isolation = Isolation::column(*on);
        let and_held = if held.is_empty() { String::new() } else { format!(", {held}") };
        let (users, by_id) = (format!("{table} u"), format!("u.id = {place}"));
        let selecting = |columns: &str| format!("{with}SELECT {columns}{and_held}");
        Loading {
            by_id_in_write: Text::new(selecting(&format!("{user}, {isolation}")), &users, &by_id),
            by_id: Text::new(selecting(user), &users, &by_id),
            by_username: Text::new(selecting(user), &users, &format!("u.{username} = {place}")),
            by_token: Text::new(
                selecting(&format!("{user}, t.{token} AS token_key")),
                &format!("authtoken_token t JOIN {users} ON u.id = t.user_id"),
                &format!("t.{token} = {place}"),
            ),
            by_named_token: Text::new(
                selecting(&format!("{user}, {}", COLUMNS.map(|name| format!("t.{name} AS token_{name}")).join(", "))),
                &format!("{TABLE} t JOIN {users} ON u.id = t.user_id"),
                &format!("t.digest = {place}"),
            ),
            held: Text::new(selecting("u.id"), &users, &by_id),
        }
    }

    /// How long the labels are together, and a JSON array of them: MariaDB cuts an aggregate where `group_concat_max_len`
    /// ends, and mends the JSON, so that the last of them may have become another.
    fn labels(&self, app_label: &str, codename: &str) -> String {
        match self.on {
            DbBackend::Postgres => format!(
                "CONCAT(COALESCE(SUM(LENGTH({app_label} || '.' || {codename})), 0), ' ', \
                 json_agg({app_label} || '.' || {codename}))"
            ),
            DbBackend::MySql => format!(
                "CAST(CONCAT(COALESCE(SUM(CHAR_LENGTH(CONCAT({app_label}, '.', {codename}))), 0), ' ', \
                 COALESCE(JSON_ARRAYAGG(CONCAT({app_label}, '.', {codename})), '')) AS char)"
            ),
            _ => format!(
                "COALESCE(SUM(LENGTH({app_label} || '.' || {codename})), 0) || ' ' || \
                 json_group_array({app_label} || '.' || {codename})"
            ),
        }
    }
}

/// What is read of a user; what the table lacks is empty, or no.
fn user_columns(users: &UserTable, on: DbBackend) -> String {
    let no_moment = if on == DbBackend::Postgres { "CAST(NULL AS timestamp with time zone)" } else { "NULL" };
    let column = |column: UserColumn, otherwise: &str| match users.has(column) {
        true => format!("u.{0} AS {0}", column.name()),
        false => format!("{otherwise} AS {}", column.name()),
    };
    [
        "u.id AS id".to_owned(),
        format!("u.{} AS username", quoted(&users.username, on)),
        column(UserColumn::FirstName, "''"),
        column(UserColumn::LastName, "''"),
        column(UserColumn::Email, "''"),
        "u.is_active".to_owned(),
        column(UserColumn::IsStaff, "FALSE"),
        "u.is_superuser".to_owned(),
        "u.last_login".to_owned(),
        column(UserColumn::DateJoined, no_moment),
        "u.password".to_owned(),
    ]
    .join(", ")
}

/// The place of a value, counted from one.
fn placeholder(on: DbBackend, place: usize) -> String {
    if on == DbBackend::Postgres { format!("${place}") } else { "?".to_owned() }
}

/// The same where its planner shall not look behind it, as [`parameter`](crate::db::parameter) has it.
fn blind(on: DbBackend, place: usize) -> String {
    if on == DbBackend::Sqlite { "+?".to_owned() } else { placeholder(on, place) }
}
