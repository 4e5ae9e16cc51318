use sea_orm::{
    DbBackend, ExprTrait, JoinType,
    sea_query::{Alias, Expr, Query, SelectStatement},
};

use super::row_key::RowKey;
use crate::model::ModelInfo;

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
        let mut grants = Query::select().from_as(Alias::new(self.name), Alias::new("g")).to_owned();
        if on == DbBackend::MySql {
            return self.joined(grants, model, codenames);
        }
        if !self.own {
            grants.and_where(g("content_type_id").eq(only(content_type(model, on))));
        }
        let permissions = permissions(model, codenames, on);
        grants.and_where(match codenames {
            Some([_]) => g("permission_id").eq(only(permissions)),
            _ => g("permission_id").in_subquery(permissions),
        });
        grants
    }

    /// The same by joins. MariaDB reads what is joined by a unique key before it plans, and plans better for it; SQLite
    /// and PostgreSQL take joins for a reason to start elsewhere than at the grants.
    fn joined(self, mut grants: SelectStatement, model: &ModelInfo, codenames: Option<&[&str]>) -> SelectStatement {
        let exactly = |column: &'static str, text: &str| {
            Expr::cust(column).eq(text).and(Expr::cust(format!("BINARY {column}")).eq(text))
        };
        let (permission, content_type) = (Alias::new("auth_permission"), Alias::new("django_content_type"));
        let its_permission = match self.own {
            true => "gp.id = g.permission_id",
            false => "gp.id = g.permission_id AND gp.content_type_id = g.content_type_id",
        };
        grants
            .join_as(JoinType::InnerJoin, permission, Alias::new("gp"), Expr::cust(its_permission))
            .join_as(JoinType::InnerJoin, content_type, Alias::new("gt"), Expr::cust("gt.id = gp.content_type_id"))
            .and_where(exactly("gt.app_label", model.app_label()))
            .and_where(exactly("gt.model", model.model_name()));
        if let Some(codenames) = codenames {
            let any = codenames.iter().map(|codename| exactly("gp.codename", codename)).reduce(Expr::or);
            grants.and_where(any.unwrap_or_else(|| Expr::cust("1 = 0")));
        }
        grants
    }

    /// The condition that a grant is on one of these rows, byte for byte.
    pub(super) fn is_on<'k>(self, keys: impl IntoIterator<Item = &'k RowKey>, on: DbBackend) -> Expr {
        let row = Expr::col(Alias::new(self.row()));
        if self.own {
            return row.is_in(keys.into_iter().map(|key| key.value.clone()));
        }
        let texts: Vec<&str> = keys.into_iter().map(|key| key.text.as_str()).collect();
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
    let permission = || Alias::new("p");
    grants.expr_as(Expr::cust("p.codename"), Alias::new("codename")).join_as(
        JoinType::InnerJoin,
        Alias::new("auth_permission"),
        permission(),
        Expr::cust("p.id = g.permission_id"),
    )
}

/// The key of a model's content type.
pub(super) fn content_type(model: &ModelInfo, on: DbBackend) -> SelectStatement {
    Query::select()
        .column(Alias::new("id"))
        .from(Alias::new("django_content_type"))
        .and_where(exactly("app_label", model.app_label(), on))
        .and_where(exactly("model", model.model_name(), on))
        .to_owned()
}

/// The keys of a model's permissions with these codenames, or of all.
pub(super) fn permissions(model: &ModelInfo, codenames: Option<&[&str]>, on: DbBackend) -> SelectStatement {
    let mut permissions = Query::select()
        .column(Alias::new("id"))
        .from(Alias::new("auth_permission"))
        .and_where(Expr::col(Alias::new("content_type_id")).eq(only(content_type(model, on))))
        .to_owned();
    if let Some(codenames) = codenames {
        let any = codenames.iter().map(|codename| exactly("codename", codename, on)).reduce(Expr::or);
        permissions.and_where(any.unwrap_or_else(|| Expr::cust("1 = 0")));
    }
    permissions
}

/// A query for one value as that value.
pub(super) fn only(query: SelectStatement) -> Expr {
    Expr::SubQuery(None, Box::new(query.into()))
}

/// Equal byte for byte, whatever the collation.
pub(super) fn exactly(column: &str, text: &str, on: DbBackend) -> Expr {
    let equal = Expr::col(Alias::new(column)).eq(text);
    match on {
        DbBackend::MySql => equal.and(Expr::cust(format!("BINARY {column}")).eq(text)),
        _ => equal,
    }
}

/// A column of the grants.
pub(super) fn g(column: &'static str) -> Expr {
    Expr::col((Alias::new("g"), Alias::new(column)))
}
