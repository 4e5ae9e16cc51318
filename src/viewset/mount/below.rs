//! Paths below another viewset's rows: the parent is found first, and what is found or made there belongs to it.

use std::sync::Arc;

use sea_orm::{ColumnTrait, ConnectionTrait, ModelTrait, Value, sea_query::ColumnType};

use crate::{
    http::Problem,
    permission::{Action, Rule},
    viewset::{
        ColumnOf, EntityOf, Mounted, Resource, ViewSet, columns,
        mount::{Below, Visit},
    },
};

impl<V: ViewSet> Mounted<V> {
    /// The parent that a path's variable names by this text: where the caller may not retrieve it, it is not there.
    pub(crate) async fn below(&self, place: usize, visit: &Visit, text: &str) -> Result<Arc<Below>, Problem> {
        let nested = self.places[place].nested.as_ref().ok_or_else(Problem::not_found)?;
        let key = fitting((nested.parent.find)(visit, text).await?, &nested.key);
        let rows = columns::equals(&nested.key, key.clone(), visit.db().get_database_backend());
        Ok(Arc::new(Below { place, key, rows, permissions: nested.parent.permissions.clone() }))
    }

    /// The column by which a row belongs to the parent that its path is below, and the value it has then.
    pub(crate) fn key_below(&self, visit: &Visit) -> Option<(ColumnOf<V>, Value)> {
        let below = visit.below.as_ref()?;
        let nested = self.places[below.place].nested.as_ref()?;
        Some((nested.key, below.key.clone()))
    }

    /// The key of the row that this text names, as its own path would, for who asks for rows below it.
    pub(crate) async fn key_of_retrieved(&self, visit: &Visit, text: &str) -> Result<Value, Problem> {
        // it is below no row yet
        let visit = Visit { guard: self.guards[&Action::Retrieve].clone(), ..visit.clone() };
        let named = self.row_with_key(&visit, &[text])?;
        let cx = visit.context(visit.db());
        let rule = visit.guard.permissions.meaning(&cx).await?;
        // who may retrieve no row at all has no query to ask for
        if rule == Rule::Never {
            return Err(visit.no_such_row());
        }
        let rows = visit.scope(&self.viewset, visit.db())?;
        match rows.judge_one(visit.db(), &named, self.table(), &[&rule]).await? {
            Some(judged) if judged.holds(0, &cx).await? => Ok(judged.row.get(<EntityOf<V> as Resource>::key())),
            _ => Err(visit.no_such_row()),
        }
    }
}

/// A key's value as the column holds it that points at it.
fn fitting(key: Value, column: &impl ColumnTrait) -> Value {
    let number = match key {
        Value::SmallInt(Some(number)) => i64::from(number),
        Value::Int(Some(number)) => i64::from(number),
        Value::BigInt(Some(number)) => number,
        key => return key,
    };
    let fitted = match column.def().get_column_type() {
        ColumnType::SmallInteger => i16::try_from(number).ok().map(Value::from),
        ColumnType::Integer => i32::try_from(number).ok().map(Value::from),
        _ => None,
    };
    // one that does not fit is the key of no row that points there
    fitted.unwrap_or(Value::BigInt(Some(number)))
}

#[cfg(test)]
mod tests {
    use super::fitting;

    mod pointing {
        use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
        #[sea_orm(table_name = "pointing")]
        pub(super) struct Model {
            #[sea_orm(primary_key)]
            pub id: i64,
            pub small: i16,
            pub middling: i32,
        }

        #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
        pub(super) enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}
    }

    #[test]
    fn a_key_is_as_the_column_has_it_that_points_at_it() {
        use pointing::Column::{Id, Middling, Small};

        assert_eq!(fitting(7_i32.into(), &Small), 7_i16.into());
        assert_eq!(fitting(7_i64.into(), &Middling), 7_i32.into());
        assert_eq!(fitting(7_i16.into(), &Id), 7_i64.into());
        // no row points at this one
        assert_eq!(fitting(70_000_i32.into(), &Small), 70_000_i64.into());
        assert_eq!(fitting("text".into(), &Id), "text".into());
    }
}
