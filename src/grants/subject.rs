use sea_orm::DbBackend;

use super::table::{Grants, Table};
use crate::{
    auth::{Auth, UserId},
    db::{Sql, quoted},
    model::ModelInfo,
};

/// Whose grants count.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    /// A user's own where `own`, and those of their groups where `groups`.
    User { id: UserId, own: bool, groups: bool },
    /// A group's.
    Group(i32),
    /// Those of the active user that stands for anonymous callers.
    Anonymous { username: String, groups: bool },
}

impl Subject {
    /// Their grants on a model's rows, from each table that has some.
    pub(super) fn grants(
        &self,
        auth: &Auth,
        model: &ModelInfo,
        codenames: Option<&[&str]>,
        on: DbBackend,
    ) -> Vec<Grants> {
        let tables = auth.grant_tables();
        let to_groups = || Table::of_groups(model, tables).grants(model, codenames, on);
        let (user, own, groups) = match self {
            Self::Group(id) => return vec![to_groups().and(&Sql::new(on, "g.group_id = ").value(*id))],
            Self::User { id, own, groups } => (Sql::new(on, "").value(id.value(on)), *own, *groups),
            Self::Anonymous { username, groups } => (active_user(auth, username, on), true, *groups),
        };
        let to_user = || {
            let grants = Table::of_users(model, tables).grants(model, codenames, on);
            grants.and(&Sql::new(on, "g.user_id = ").sql(&user))
        };
        let through_groups = || {
            let users = auth.users();
            let member = format!("ug.{} = ", quoted(&users.link_column, on));
            to_groups().join_memberships(users).and(&Sql::new(on, &member).sql(&user))
        };
        own.then(to_user).into_iter().chain(groups.then(through_groups)).collect()
    }
}

/// The key of the active user with this name, byte for byte.
fn active_user(auth: &Auth, username: &str, on: DbBackend) -> Sql {
    let users = auth.users();
    let column = quoted(&users.username, on);
    let user = Sql::new(on, "(SELECT id FROM ").text(&quoted(&users.table, on)).text(" WHERE is_active AND ");
    let user = user.text(&column).text(" = ").value(username);
    match on {
        DbBackend::MySql => user.text(" AND BINARY ").text(&column).text(" = ").value(username).text(")"),
        _ => user.text(")"),
    }
}
