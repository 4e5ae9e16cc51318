use sea_orm::{
    DbBackend, ExprTrait, JoinType,
    sea_query::{Alias, Expr, Query, SelectStatement},
};

use super::table::{Table, g};
use crate::{
    auth::{Auth, UserId},
    db::parameter,
    model::ModelInfo,
};

/// Whose grants count.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    /// A user's own, and those of their groups where `groups`.
    User { id: UserId, groups: bool },
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
    ) -> Vec<(Table, SelectStatement)> {
        let to_groups = |users: bool| {
            let table = Table::of_groups(model);
            let mut grants = table.grants(model, codenames, on);
            if users {
                let memberships = Alias::new(&*auth.users().groups_table);
                grants.join_as(JoinType::InnerJoin, memberships, "ug", Expr::cust("ug.group_id = g.group_id"));
            }
            (table, grants)
        };
        let (user, groups) = match self {
            Self::Group(id) => {
                let (table, mut grants) = to_groups(false);
                grants.and_where(g(table.holder).eq(parameter((*id).into(), on)));
                return vec![(table, grants)];
            }
            Self::User { id, groups } => (parameter(id.value(on), on), *groups),
            Self::Anonymous { username, groups } => (active_user(auth, username, on), *groups),
        };
        let table = Table::of_users(model);
        let mut own = table.grants(model, codenames, on);
        own.and_where(g(table.holder).eq(user.clone()));
        let mut all = vec![(table, own)];
        if groups {
            let (table, mut grants) = to_groups(true);
            let member = Expr::col(("ug", Alias::new(&*auth.users().link_column)));
            grants.and_where(member.eq(user));
            all.push((table, grants));
        }
        all
    }
}

/// The key of the active user with this name, byte for byte.
fn active_user(auth: &Auth, username: &str, on: DbBackend) -> Expr {
    let users = auth.users();
    let mut user = Query::select();
    user.column("id")
        .from(Alias::new(&*users.table))
        .and_where(Expr::col(Alias::new(&*users.username)).eq(username))
        .and_where(Expr::col("is_active"));
    if on == DbBackend::MySql {
        user.and_where(Expr::cust(format!("BINARY `{}`", users.username)).eq(username));
    }
    Expr::SubQuery(None, Box::new(user.into()))
}
