use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, FromQueryResult, ModelTrait, QueryResult,
    sea_query::{CaseStatement, Condition, ExprTrait, SelectStatement},
};

use super::{Keyset, Position};
use crate::{Error, Result};

/// A row, and what the database has of those columns of its order whose text the model does not keep.
pub(crate) struct Placed<M> {
    pub(crate) row: M,
    /// by the names that [`stored_name`] gives
    stored: HashMap<String, Option<String>>,
}

impl<M: FromQueryResult> FromQueryResult for Placed<M> {
    fn from_query_result(result: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let names = result.column_names().into_iter().filter(|name| name.starts_with(STORED));
        let stored = names.map(|name| Ok((name.clone(), result.try_get("", &name)?)));
        Ok(Self { stored: stored.collect::<Result<_, DbErr>>()?, row: M::from_query_result(result, prefix)? })
    }
}

/// A name that no column has.
const STORED: &str = "refrain: stored ";

fn stored_name(place: usize) -> String {
    format!("{STORED}{place}")
}

/// Has a text where a row shows the column, and else none.
fn shown_name(place: usize) -> String {
    format!("{STORED}shown {place}")
}

impl<C: ColumnTrait> Keyset<'_, C> {
    /// Selects beside each row what its place cannot be told from.
    pub(crate) fn select_stored(&self, statement: &mut SelectStatement) {
        for (place, term) in self.order.terms.iter().enumerate() {
            if term.order.is_spelled(self.on) {
                statement.expr_as(term.expr(self.on).cast_as("text"), stored_name(place));
            }
            if let Some(shown) = &term.shown {
                let shown = Condition::all().add(shown.clone());
                statement.expr_as(CaseStatement::new().case(shown, "shown"), shown_name(place));
            }
        }
    }

    /// Where a row stands.
    pub(crate) fn position<M>(&self, placed: &Placed<M>) -> Result<Position>
    where
        M: ModelTrait<Entity: EntityTrait<Column = C>>,
    {
        let terms = &self.order.terms;
        let at = |place| {
            let is_hidden = placed.stored.get(&shown_name(place)).is_some_and(Option::is_none);
            if is_hidden { Some(None) } else { placed.stored.get(&stored_name(place)).cloned() }
        };
        let stored: Vec<_> = (0..terms.len()).map(at).collect();
        Position::of(&placed.row, &stored, terms, self.on)
            .ok_or_else(|| Error::wiring("a list by cursors goes by a column that has no order"))
    }
}
