use sea_orm::{
    DbBackend, ExprTrait, JoinType,
    sea_query::{Alias, Expr, Query, SelectStatement},
};

use super::{
    named::{ITS_TYPE, is_content_type_of, is_permission_of, permission_is},
    row_key::RowKey,
};
use crate::{db::parameter, model::ModelInfo};

/// A table of grants: one of guardian's two, or one of a model's own (CONTRACT 8.4). Queries call it `g`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The column of who was granted something.
    pub(super) holder: &'static str,
    /// A model's own table holds the key itself, guardian's its text.
    pub(super) own: bool,
}

impl Table {
    /// Guardian's table of grants to users.
    pub(super) const USERS: Self = Self { name: "guardian_userobjectpermission", holder: "user_id", own: false };
    /// Guardian's table of grants to groups.
    pub(super) const GROUPS: Self = Self { name: "guardian_groupobjectpermission", holder: "group_id", own: false };

    /// Where grants to users on a model's rows are.
    pub(super) fn of_users(model: &ModelInfo) -> Self {
        Self::USERS.unless(model.user_grants())
    }

    /// Where grants to groups on a model's rows are.
    pub(super) fn of_groups(model: &ModelInfo) -> Self {
        Self::GROUPS.unless(model.group_grants())
    }

    fn unless(self, own: Option<&'static str>) -> Self {
        own.map_or(self, |name| Self { name, own: true, ..self })
    }

    /// The column of what it was granted on.
    pub(super) fn row(self) -> &'static str {
        if self.own { "content_object_id" } else { "object_pk" }
    }

    /// The grants of these permissions, or of all, on a model's rows.
    ///
    /// Both the permission and the row must be the model's: guardian's lists look at the permission alone, and list what
    /// its checks refuse (CONTRACT 8.22, 8.34).
    pub(super) fn grants(self, model: &ModelInfo, codenames: Option<&[&str]>, on: DbBackend) -> SelectStatement {
        let mut grants = Query::select();
        grants.from_as(self.name, "g");
        match (codenames, self.own) {
            _ if on == DbBackend::MySql => self.join_permissions(&mut grants, model, codenames),
            (Some([_]), true) => {
                grants.and_where(is_permission_of(model, codenames, "g.permission_id =", "gp.id", on));
            }
            (Some([_]), false) => {
                let both = ("(g.permission_id, g.content_type_id) =", "gp.id, gp.content_type_id");
                grants.and_where(is_permission_of(model, codenames, both.0, both.1, on));
            }
            (_, own) => {
                if !own {
                    grants.and_where(is_content_type_of(model, "g.content_type_id", on));
                }
                grants.and_where(is_permission_of(model, codenames, "g.permission_id IN", "gp.id", on));
            }
        }
        grants
    }

    /// The same by joins. MariaDB reads what is joined by a unique key before it plans, and plans better for it; SQLite
    /// and PostgreSQL take joins for a reason to start elsewhere than at the grants.
    fn join_permissions(self, grants: &mut SelectStatement, model: &ModelInfo, codenames: Option<&[&str]>) {
        let its_permission = match self.own {
            true => "gp.id = g.permission_id",
            false => "gp.id = g.permission_id AND gp.content_type_id = g.content_type_id",
        };
        grants
            .join_as(JoinType::InnerJoin, "auth_permission", "gp", Expr::cust(its_permission))
            .join_as(JoinType::InnerJoin, "django_content_type", "gt", Expr::cust(ITS_TYPE))
            .and_where(permission_is(model, codenames, DbBackend::MySql));
    }

    /// The condition that a grant is on one of these rows, byte for byte.
    pub(super) fn is_on<'k>(self, keys: impl IntoIterator<Item = &'k RowKey>, on: DbBackend) -> Expr {
        let row = Expr::col(Alias::new(self.row()));
        if self.own {
            return row.is_in(keys.into_iter().map(|key| key.value.clone()));
        }
        let texts: Vec<&str> = keys.into_iter().map(|key| key.text.as_str()).collect();
        if let [text] = *texts {
            let same = row.eq(parameter(text.into(), on));
            return match on {
                DbBackend::MySql => same.and(Expr::cust("BINARY object_pk").eq(text)),
                _ => same,
            };
        }
        let listed = row.is_in(texts.iter().copied());
        match on {
            // served by the index; the second compares what a collation would let pass
            DbBackend::MySql => listed.and(Expr::cust("BINARY object_pk").is_in(texts)),
            _ => listed,
        }
    }
}

/// Has grants select the codename of each.
pub(super) fn with_codename(grants: &mut SelectStatement) -> &mut SelectStatement {
    grants.expr_as(Expr::cust("p.codename"), "codename").join_as(
        JoinType::InnerJoin,
        "auth_permission",
        "p",
        Expr::cust("p.id = g.permission_id"),
    )
}

/// A column of the grants.
pub(super) fn g(column: &'static str) -> Expr {
    Expr::col(("g", column))
}
