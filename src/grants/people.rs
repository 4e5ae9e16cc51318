use std::{collections::BTreeSet, marker::PhantomData};

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement, UnionType},
};

use super::{PermissionOf, assign::RowKey, granted::exactly};
use crate::{
    Db, Result,
    auth::{Auth, UserId},
    model::{Model, ModelInfo},
};

impl Auth {
    /// The users who were granted something on a row, and what: one statement, whatever their number
    /// (CONTRACT 8.37).
    #[doc(alias = "get_users_with_perms")]
    pub fn users_with_perms<'a, M: Model>(&'a self, row: &'a M::Model) -> UsersWithPerms<'a, M> {
        UsersWithPerms { auth: self, row, with_superusers: false, with_group_users: true, only: None, model: PhantomData }
    }

    /// The groups that were granted something on a row, and what, by their names (CONTRACT 8.38).
    #[doc(alias = "get_groups_with_perms")]
    pub fn groups_with_perms<'a, M: Model>(&'a self, row: &'a M::Model) -> GroupsWithPerms<'a, M> {
        GroupsWithPerms { row, only: None, model: PhantomData, auth: PhantomData }
    }
}

/// What [`Auth::users_with_perms`] asks, and how.
#[must_use = "`load` asks the database"]
pub struct UsersWithPerms<'a, M: Model> {
    auth: &'a Auth,
    row: &'a M::Model,
    with_superusers: bool,
    with_group_users: bool,
    only: Option<Vec<PermissionOf<M>>>,
    model: PhantomData<fn() -> M>,
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

impl<M: Model> UsersWithPerms<'_, M> {
    /// With every active superuser.
    pub fn with_superusers(self, with_superusers: bool) -> Self {
        Self { with_superusers, ..self }
    }

    /// With the members of groups that were granted something? Yes, where nothing is said.
    pub fn with_group_users(self, with_group_users: bool) -> Self {
        Self { with_group_users, ..self }
    }

    /// Only grants of these permissions.
    pub fn only_with_perms_in(self, permissions: impl IntoIterator<Item = impl Into<PermissionOf<M>>>) -> Self {
        Self { only: Some(permissions.into_iter().map(Into::into).collect()), ..self }
    }

    /// Asks the database.
    pub async fn load(self, db: impl Into<Db<'_>>) -> Result<Vec<UserWithPerms>> {
        let db = db.into();
        let on = db.get_database_backend();
        let model = ModelInfo::of::<M>();
        let only = only(&self.only)?;
        let key = RowKey::of::<M>(&model, self.row)?;
        let users = self.auth.users();
        let grants = |kind: Kind| grants_on(&model, kind, &key, only.as_deref(), on);
        let mut granted = grants(Kind::Users).expr_as(Expr::cust("g.user_id"), Alias::new("user_key")).to_owned();
        if self.with_group_users {
            let link = Alias::new(&*users.link_column);
            let members = grants(Kind::Groups)
                .expr_as(Expr::col((Alias::new("ug"), link)), Alias::new("user_key"))
                .join_as(
                    sea_orm::JoinType::InnerJoin,
                    Alias::new(&*users.groups_table),
                    Alias::new("ug"),
                    Expr::cust("ug.group_id = g.group_id"),
                )
                .to_owned();
            granted.union(UnionType::All, members);
        }
        if self.with_superusers {
            let superusers = Query::select()
                .expr_as(Expr::cust("NULL"), Alias::new("codename"))
                .expr_as(Expr::cust("s.id"), Alias::new("user_key"))
                .from_as(Alias::new(&*users.table), Alias::new("s"))
                .and_where(Expr::cust("s.is_superuser AND s.is_active"))
                .to_owned();
            granted.union(UnionType::All, superusers);
        }
        let statement = Query::select()
            .expr_as(Expr::cust("u.id"), Alias::new("id"))
            .expr_as(Expr::col((Alias::new("u"), Alias::new(&*users.username))), Alias::new("username"))
            .expr_as(Expr::cust("u.is_active"), Alias::new("is_active"))
            .expr_as(Expr::cust("granted.codename"), Alias::new("codename"))
            .from_subquery(granted, Alias::new("granted"))
            .join_as(
                sea_orm::JoinType::InnerJoin,
                Alias::new(&*users.table),
                Alias::new("u"),
                Expr::cust("u.id = granted.user_key"),
            )
            .order_by_expr(Expr::cust("u.id"), sea_orm::Order::Asc)
            .to_owned();
        let mut found: Vec<UserWithPerms> = Vec::new();
        for row in db.query_all(&statement).await? {
            let id = UserId::read(&row, "id", users.key)?;
            if found.last().is_none_or(|last| last.id != id) {
                found.push(UserWithPerms {
                    id,
                    username: row.try_get("", "username")?,
                    is_active: row.try_get("", "is_active")?,
                    codenames: BTreeSet::new(),
                });
            }
            let codename: Option<String> = row.try_get("", "codename")?;
            if let Some(last) = found.last_mut() {
                last.codenames.extend(codename);
            }
        }
        Ok(found)
    }
}

/// What [`Auth::groups_with_perms`] asks, and how.
#[must_use = "`load` asks the database"]
pub struct GroupsWithPerms<'a, M: Model> {
    row: &'a M::Model,
    only: Option<Vec<PermissionOf<M>>>,
    model: PhantomData<fn() -> M>,
    auth: PhantomData<&'a Auth>,
}

/// A group and the codenames it was granted on a row, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupWithPerms {
    /// The group's key.
    pub id: i32,
    /// The unique name.
    pub name: String,
    /// What was granted.
    pub codenames: BTreeSet<String>,
}

impl<M: Model> GroupsWithPerms<'_, M> {
    /// Only grants of these permissions.
    pub fn only_with_perms_in(self, permissions: impl IntoIterator<Item = impl Into<PermissionOf<M>>>) -> Self {
        Self { only: Some(permissions.into_iter().map(Into::into).collect()), ..self }
    }

    /// Asks the database.
    pub async fn load(self, db: impl Into<Db<'_>>) -> Result<Vec<GroupWithPerms>> {
        let db = db.into();
        let on = db.get_database_backend();
        let model = ModelInfo::of::<M>();
        let only = only(&self.only)?;
        let key = RowKey::of::<M>(&model, self.row)?;
        let statement = grants_on(&model, Kind::Groups, &key, only.as_deref(), on)
            .expr_as(Expr::cust("a.id"), Alias::new("id"))
            .expr_as(Expr::cust("a.name"), Alias::new("name"))
            .join_as(
                sea_orm::JoinType::InnerJoin,
                Alias::new("auth_group"),
                Alias::new("a"),
                Expr::cust("a.id = g.group_id"),
            )
            .order_by_expr(Expr::cust("a.id"), sea_orm::Order::Asc)
            .to_owned();
        let mut found: Vec<GroupWithPerms> = Vec::new();
        for row in db.query_all(&statement).await? {
            let id = row.try_get("", "id")?;
            if found.last().is_none_or(|last| last.id != id) {
                found.push(GroupWithPerms { id, name: row.try_get("", "name")?, codenames: BTreeSet::new() });
            }
            let codename: String = row.try_get("", "codename")?;
            if let Some(last) = found.last_mut() {
                last.codenames.insert(codename);
            }
        }
        Ok(found)
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Users,
    Groups,
}

/// The codenames granted on a row, from the table of one kind of holder, which is called `g`.
fn grants_on(
    model: &ModelInfo,
    kind: Kind,
    key: &RowKey,
    only: Option<&[String]>,
    on: sea_orm::DbBackend,
) -> SelectStatement {
    let (own, generic) = match kind {
        Kind::Users => (model.user_grants(), "guardian_userobjectpermission"),
        Kind::Groups => (model.group_grants(), "guardian_groupobjectpermission"),
    };
    let mut statement = Query::select()
        .expr_as(Expr::cust("p.codename"), Alias::new("codename"))
        .from_as(Alias::new(own.unwrap_or(generic)), Alias::new("g"))
        .join_as(
            sea_orm::JoinType::InnerJoin,
            Alias::new("auth_permission"),
            Alias::new("p"),
            Expr::cust("p.id = g.permission_id"),
        )
        .to_owned();
    if own.is_some() {
        statement.and_where(Expr::cust("g.content_object_id").eq(key.value.clone()));
    } else {
        statement
            .join_as(
                sea_orm::JoinType::InnerJoin,
                Alias::new("django_content_type"),
                Alias::new("ct"),
                Expr::cust("ct.id = g.content_type_id AND ct.id = p.content_type_id"),
            )
            .and_where(exactly("app_label", model.app_label(), on))
            .and_where(exactly("model", model.model_name(), on))
            .and_where(exactly("object_pk", &key.text, on));
    }
    if let Some(codenames) = only {
        statement.and_where(Expr::cust("p.codename").is_in(codenames.iter().map(String::as_str)));
    }
    statement
}

fn only<M: Model>(only: &Option<Vec<PermissionOf<M>>>) -> Result<Option<Vec<String>>> {
    let Some(only) = only else { return Ok(None) };
    only.iter().map(|permission| Ok(permission.codename()?.to_owned())).collect::<Result<_>>().map(Some)
}
