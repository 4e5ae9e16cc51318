use std::fmt;

#[cfg(test)]
use sea_orm::sea_query::{IntoIden, IntoTableRef};
use sea_orm::{
    DbBackend, Value,
    sea_query::{DynIden, Expr, ExprTrait, Query, SelectStatement, SqliteQueryBuilder, TableRef},
};

use super::Rule;
use crate::{db::joined, grants::Beside};

/// The rows whose key points at a row of another viewset that its rule admits: one fact in two spellings.
///
/// The *set* starts at the parents that are admitted, and is for lists. The *probe* asks about the parent of the row at
/// hand. A NULL points at no row.
#[derive(Clone, Debug, PartialEq)]
pub struct ParentRows {
    /// the viewset, for people
    pub(in crate::permission) name: &'static str,
    /// the table that has the key
    pub(in crate::permission) table: String,
    pub(in crate::permission) column: DynIden,
    pub(in crate::permission) parent: TableRef,
    pub(in crate::permission) parent_name: String,
    pub(in crate::permission) key: DynIden,
    /// the parents there are at all; `None` for all of their table
    pub(in crate::permission) rows: Option<SelectStatement>,
    pub(in crate::permission) rule: Rule,
}

impl ParentRows {
    /// The list's condition.
    ///
    /// Where the parents are found by their keys, their keys are read first: on PostgreSQL as an array, which then serves
    /// the pointer's index; on MariaDB as a table made once, where a bare `IN` asks for each row anew. Else the planner
    /// chooses a side, which knows how many they are.
    pub(super) fn set(&self, beside: Beside) -> Expr {
        let mut keys = self.keys();
        keys.cond_where(self.rule.filter());
        match (self.rule.found_by_keys(), beside) {
            (Some(on @ DbBackend::Postgres), Beside::NoOther) => {
                let keys = Expr::SubQuery(None, Box::new(keys.into()));
                joined(on, [self.pointer(), Expr::cust("= ANY (ARRAY"), keys, Expr::cust(")")])
            }
            (Some(DbBackend::MySql), _) => {
                keys.clear_selects().distinct().expr_as(self.parent_key(), "k");
                let once = Query::select().column(("admitted", "k")).from_subquery(keys, "admitted").to_owned();
                self.pointer().in_subquery(once)
            }
            _ => self.pointer().in_subquery(keys),
        }
    }

    /// One boolean over the row at hand; NULL where the key is.
    pub(super) fn probe(&self) -> Expr {
        let mut parent = self.keys();
        parent.and_where(self.admits());
        if self.names_pointer_only_outside() {
            return self.pointer().in_subquery(parent);
        }
        parent.and_where(self.parent_key().eq(self.pointer()));
        Expr::exists(parent)
    }

    /// Is this the key of a parent that is admitted? No row is at hand.
    pub(crate) fn has(&self, key: Value) -> Expr {
        let mut parent = self.keys();
        parent.and_where(self.parent_key().eq(key)).and_where(self.admits());
        Expr::exists(parent)
    }

    fn admits(&self) -> Expr {
        // only hooks have no verdict, and no key is followed to those
        self.rule.verdict().unwrap_or_else(|| Expr::cust("1 = 0"))
    }

    /// The key of the row at hand.
    fn pointer(&self) -> Expr {
        Expr::col((self.table.clone(), self.column.clone()))
    }

    fn parent_key(&self) -> Expr {
        Expr::col((self.parent_name.clone(), self.key.clone()))
    }

    /// The keys of the parents there are.
    fn keys(&self) -> SelectStatement {
        let mut rows = match &self.rows {
            Some(rows) => rows.clone(),
            None => Query::select().from(self.parent.clone()).to_owned(),
        };
        rows.clear_selects().clear_order_by().expr(self.parent_key());
        rows
    }

    /// Would the row at hand be taken for another among the parents, because its table is there too?
    fn names_pointer_only_outside(&self) -> bool {
        let names_it = |rows: &SelectStatement| rows.to_string(SqliteQueryBuilder).contains(&self.table);
        self.table == self.parent_name || self.rows.as_ref().is_some_and(names_it)
    }

    pub(super) fn column(&self) -> String {
        self.column.to_string()
    }
}

#[cfg(test)]
impl ParentRows {
    /// Of the cars whose garage this rule admits.
    pub(super) fn example(rule: Rule) -> Self {
        Self {
            name: "Garages",
            table: "drivers_car".to_owned(),
            column: "garage_id".into_iden(),
            parent: "drivers_garage".into_table_ref(),
            parent_name: "drivers_garage".to_owned(),
            key: "id".into_iden(),
            rows: None,
            rule,
        }
    }
}

impl fmt::Display for ParentRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, column, name, rule, rows, .. } = self;
        write!(f, "{table}.{column} in {name}({rule}")?;
        if rows.is_some() { write!(f, " of its query)") } else { write!(f, ")") }
    }
}
