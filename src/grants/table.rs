use refrain_entity::UserTable;
use sea_orm::{DbBackend, Value};

use super::{GrantTables, named::ITS_TYPE, row_key::RowKey};
use crate::{
    db::{Sql, quoted},
    model::ModelInfo,
};

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
    /// The table of grants to users on rows of any model.
    pub(super) fn generic_of_users(tables: GrantTables) -> Self {
        Self { name: tables.users, holder: "user_id", own: false }
    }

    /// The table of grants to groups on rows of any model.
    pub(super) fn generic_of_groups(tables: GrantTables) -> Self {
        Self { name: tables.groups, holder: "group_id", own: false }
    }

    /// Where grants to users on a model's rows are.
    pub(super) fn of_users(model: &ModelInfo, tables: GrantTables) -> Self {
        Self::generic_of_users(tables).unless(model.user_grants())
    }

    /// Where grants to groups on a model's rows are.
    pub(super) fn of_groups(model: &ModelInfo, tables: GrantTables) -> Self {
        Self::generic_of_groups(tables).unless(model.group_grants())
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
    pub(super) fn grants(self, model: &ModelInfo, codenames: Option<&[&str]>, on: DbBackend) -> Grants {
        let mut from = String::with_capacity(256);
        from += &quoted(self.name, on);
        from += " g";
        let permission = |sql: Sql, what: &str| sql.text(" (").permissions(what, model, codenames).text(")");
        let which = match (codenames, self.own) {
            // MariaDB reads what is joined by a unique key before it plans, and plans better for it; SQLite and
            // PostgreSQL take joins for a reason to start elsewhere than at the grants
            _ if on == DbBackend::MySql => {
                from += " JOIN auth_permission gp ON gp.id = g.permission_id ";
                from += if self.own { "" } else { "AND gp.content_type_id = g.content_type_id " };
                from += ITS_TYPE;
                Sql::new(on, "").permission_is(model, codenames)
            }
            (Some([_]), true) => permission(Sql::new(on, "g.permission_id ="), "gp.id"),
            (Some([_]), false) => {
                permission(Sql::new(on, "(g.permission_id, g.content_type_id) ="), "gp.id, gp.content_type_id")
            }
            (_, true) => permission(Sql::new(on, "g.permission_id IN"), "gp.id"),
            (_, false) => {
                let on_model = Sql::new(on, "g.content_type_id = (").content_type_of(model).text(") AND ");
                permission(on_model.text("g.permission_id IN"), "gp.id")
            }
        };
        Grants { table: self, from, which }
    }

    /// The beginning of a statement that deletes some of it.
    pub(super) fn delete(self, on: DbBackend) -> Sql {
        Sql::new(on, "DELETE FROM ").text(&quoted(self.name, on)).text(" WHERE ")
    }

    /// The condition that a grant is on one of these rows, of which there is one at least, byte for byte.
    pub(super) fn is_on<'k>(self, keys: impl IntoIterator<Item = &'k RowKey>, on: DbBackend) -> Sql {
        let listed = |values: Vec<Value>| match values.len() {
            1 => Sql::new(on, self.row()).text(" = ").values(values),
            _ => Sql::new(on, self.row()).text(" IN (").values(values).text(")"),
        };
        if self.own {
            return listed(keys.into_iter().flat_map(|key| key.forms(on)).collect());
        }
        let texts: Vec<Value> = keys.into_iter().map(|key| key.text.as_str().into()).collect();
        match on {
            // served by the index; the second compares what a collation would let pass
            DbBackend::MySql => listed(texts.clone()).text(" AND BINARY ").sql(&listed(texts)),
            _ => listed(texts),
        }
    }
}

/// Some grants, as the end of a query that calls them `g`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Grants {
    pub(super) table: Table,
    from: String,
    which: Sql,
}

impl Grants {
    /// Together with another table.
    pub(super) fn join(mut self, join: &str) -> Self {
        self.from += " JOIN ";
        self.from += join;
        self
    }

    /// Together with their permissions, called `p`.
    pub(super) fn join_permissions(self) -> Self {
        self.join("auth_permission p ON p.id = g.permission_id")
    }

    /// Together with the memberships, called `ug`, of the groups that they were made to.
    pub(super) fn join_memberships(self, users: &UserTable) -> Self {
        let memberships = quoted(&users.groups_table, self.which.on());
        self.join(&[&memberships, " ug ON ug.group_id = g.group_id"].concat())
    }

    /// Those of them only.
    pub(super) fn and(mut self, condition: &Sql) -> Self {
        self.which = self.which.text(" AND ").sql(condition);
        self
    }

    /// The query for something of each.
    pub(super) fn select(&self, what: &str) -> Sql {
        Sql::new(self.which.on(), "SELECT ").text(what).text(" FROM ").text(&self.from).text(" WHERE ").sql(&self.which)
    }
}
