use std::collections::BTreeSet;

use sea_orm::{
    ConnectionTrait, JoinType, ModelTrait, Order,
    sea_query::{Alias, Expr, Query, SelectStatement, UnionType},
};

use super::{
    PermissionOf,
    permission_of::codenames,
    row_key::RowKey,
    table::{Table, with_codename},
};
use crate::{
    Db, Result,
    auth::{Auth, UserId},
    model::{Model, ModelInfo},
};

impl Auth {
    /// The users who were granted something on a row, and what: one statement, whatever their number
    /// (CONTRACT 8.37).
    #[doc(alias = "get_users_with_perms")]
    pub fn users_with_perms<'a, R: ModelTrait<Entity: Model>>(&'a self, row: &'a R) -> UsersWithPerms<'a, R> {
        UsersWithPerms { auth: self, row, with_superusers: false, with_group_users: true, only: None }
    }
}

/// What [`Auth::users_with_perms`] asks, and how.
#[must_use = "`load` asks the database"]
pub struct UsersWithPerms<'a, R: ModelTrait> {
    auth: &'a Auth,
    row: &'a R,
    with_superusers: bool,
    with_group_users: bool,
    only: Option<Vec<PermissionOf<R::Entity>>>,
}

/// A user and the codenames they were granted on a row, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserWithPerms {
    /// The user's key.
    pub id: UserId,
    /// The unique name.
    pub username: String,
    /// An inactive user holds nothing, whatever was granted.
    pub is_active: bool,
    /// What was granted; nothing for a superuser without grants.
    pub codenames: BTreeSet<String>,
}

impl<R: ModelTrait<Entity: Model>> UsersWithPerms<'_, R> {
    /// With every active superuser.
    pub fn with_superusers(self, with_superusers: bool) -> Self {
        Self { with_superusers, ..self }
    }

    /// With the members of groups that were granted something? Yes, where nothing is said.
    pub fn with_group_users(self, with_group_users: bool) -> Self {
        Self { with_group_users, ..self }
    }

    /// Only grants of these permissions; none of them is nobody's.
    pub fn only_with_perms_in(self, permissions: impl IntoIterator<Item = impl Into<PermissionOf<R::Entity>>>) -> Self {
        Self { only: Some(permissions.into_iter().map(Into::into).collect()), ..self }
    }

    /// Asks the database.
    pub async fn load(self, db: impl Into<Db<'_>>) -> Result<Vec<UserWithPerms>> {
        let db = db.into();
        let users = self.auth.users();
        let statement = Query::select()
            .expr_as(Expr::cust("u.id"), Alias::new("id"))
            .expr_as(Expr::col((Alias::new("u"), Alias::new(&*users.username))), Alias::new("username"))
            .expr_as(Expr::cust("u.is_active"), Alias::new("is_active"))
            .expr_as(Expr::cust("granted.codename"), Alias::new("codename"))
            .from_subquery(self.granted(db)?, Alias::new("granted"))
            .join_as(
                JoinType::InnerJoin,
                Alias::new(&*users.table),
                Alias::new("u"),
                Expr::cust("u.id = granted.user_key"),
            )
            .order_by_expr(Expr::cust("u.id"), Order::Asc)
            .to_owned();
        let mut found: Vec<UserWithPerms> = Vec::new();
        for row in db.query_all(&statement).await? {
            let id = UserId::read(&row, "id", users.key)?;
            if found.last().is_none_or(|last| last.id != id) {
                let (username, is_active) = (row.try_get("", "username")?, row.try_get("", "is_active")?);
                found.push(UserWithPerms { id, username, is_active, codenames: BTreeSet::new() });
            }
            if let Some(last) = found.last_mut() {
                last.codenames.extend(row.try_get::<Option<String>>("", "codename")?);
            }
        }
        Ok(found)
    }

    /// Users' keys and codenames; a superuser who was granted nothing has none.
    fn granted(&self, db: Db<'_>) -> Result<SelectStatement> {
        let on = db.get_database_backend();
        let users = self.auth.users();
        let model = ModelInfo::of::<R::Entity>();
        let only = codenames(self.only.as_deref())?;
        let key = RowKey::of(&model, self.row)?;
        let grants = |table: Table| {
            let mut grants = table.grants(&model, only.as_deref(), on);
            with_codename(&mut grants).and_where(table.is_on([&key], on)).to_owned()
        };
        let name = || Alias::new("user_key");
        let mut granted = grants(Table::of_users(&model)).expr_as(Expr::cust("g.user_id"), name()).to_owned();
        if self.with_group_users {
            let member = (Alias::new(&*users.groups_table), Alias::new("ug"));
            let mut members = grants(Table::of_groups(&model));
            members.expr_as(Expr::col((Alias::new("ug"), Alias::new(&*users.link_column))), name()).join_as(
                JoinType::InnerJoin,
                member.0,
                member.1,
                Expr::cust("ug.group_id = g.group_id"),
            );
            granted.union(UnionType::All, members);
        }
        if self.with_superusers {
            let superusers = Query::select()
                .expr_as(Expr::cust("NULL"), Alias::new("codename"))
                .expr_as(Expr::cust("s.id"), name())
                .from_as(Alias::new(&*users.table), Alias::new("s"))
                .and_where(Expr::cust("s.is_superuser AND s.is_active"))
                .to_owned();
            granted.union(UnionType::All, superusers);
        }
        Ok(granted)
    }
}
