use sea_orm::{
    DbBackend, ExprTrait, JoinType,
    sea_query::{Alias, Expr, Query, SelectStatement},
};

use super::table::{Table, exactly, g, only};
use crate::{
    auth::{Auth, UserId},
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
                let membership = (Alias::new(&*auth.users().groups_table), Alias::new("ug"));
                let of_group = Expr::cust("ug.group_id = g.group_id");
                grants.join_as(JoinType::InnerJoin, membership.0, membership.1, of_group);
            }
            (table, grants)
        };
        let (user, groups) = match self {
            Self::Group(id) => {
                let (table, mut grants) = to_groups(false);
                grants.and_where(g(table.holder).eq(*id));
                return vec![(table, grants)];
            }
            Self::User { id, groups } => (id.value(on).into(), *groups),
            Self::Anonymous { username, groups } => (only(named(auth, username, on)), *groups),
        };
        let table = Table::of_users(model);
        let own = table.grants(model, codenames, on).and_where(g(table.holder).eq(user.clone())).to_owned();
        let mut all = vec![(table, own)];
        if groups {
            let (table, mut grants) = to_groups(true);
            let member = Expr::col((Alias::new("ug"), Alias::new(&*auth.users().link_column)));
            grants.and_where(member.eq(user));
            all.push((table, grants));
        }
        all
    }
}

/// The key of the active user with this name.
fn named(auth: &Auth, username: &str, on: DbBackend) -> SelectStatement {
    let users = auth.users();
    Query::select()
        .column(Alias::new("id"))
        .from(Alias::new(&*users.table))
        .and_where(exactly(&users.username, username, on))
        .and_where(Expr::col(Alias::new("is_active")))
        .to_owned()
}
