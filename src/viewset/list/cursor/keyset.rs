use sea_orm::{
    ColumnTrait, DbBackend, EntityTrait, QueryFilter, Select, Value,
    sea_query::{BinOper, Expr, ExprTrait},
};

use super::Cursor;
use crate::viewset::list::{ListOrder, Term};

/// An order of which pages begin at a place.
pub(crate) struct Keyset<'a, C> {
    pub(crate) order: &'a ListOrder<C>,
    pub(crate) on: DbBackend,
}

impl<C: ColumnTrait> Keyset<'_, C> {
    /// The rows from a place on, nearest first; all of them where there is none.
    pub(crate) fn rows<E: EntityTrait<Column = C>>(&self, rows: Select<E>, cursor: Option<&Cursor>) -> Select<E> {
        let is_backwards = cursor.is_some_and(|cursor| cursor.is_backwards);
        let rows = self.order.ordered(rows, is_backwards, self.on);
        match cursor {
            Some(cursor) => rows.filter(self.behind(cursor)),
            None => rows,
        }
    }

    /// Has a cursor a value for each of the order's terms?
    pub(crate) fn fits(&self, cursor: &Cursor) -> bool {
        cursor.at.0.len() == self.order.terms.len()
    }

    /// Behind a place: at it in the first terms and beyond it in the next, for each number of them. Written from the last
    /// term on, each term once: `a >= ? AND (a > ? OR (b >= ? AND (b > ? OR …)))`, of which the first part finds an index.
    fn behind(&self, cursor: &Cursor) -> Expr {
        let terms = self.order.terms.iter().zip(&cursor.at.0).rev();
        terms
            .fold(None, |rest: Option<Expr>, (term, value)| {
                let side = Side { is_descending: term.order.is_descending != cursor.is_backwards, on: self.on };
                Some(match rest {
                    None if cursor.is_inclusive => side.at_or_beyond(term, value.as_ref()).unwrap_or_else(every_row),
                    None => side.beyond(term, value.as_ref()),
                    Some(rest) => {
                        let beyond = side.beyond(term, value.as_ref()).or(rest);
                        match side.at_or_beyond(term, value.as_ref()) {
                            Some(bound) => bound.and(beyond),
                            None => beyond,
                        }
                    }
                })
            })
            .unwrap_or_else(every_row)
    }
}

fn every_row() -> Expr {
    Expr::cust("1 = 1")
}

/// Which way a term goes.
struct Side {
    is_descending: bool,
    on: DbBackend,
}

impl Side {
    /// The rows whose value comes after this one.
    fn beyond<C: ColumnTrait>(&self, term: &Term<C>, value: Option<&Value>) -> Expr {
        let is_first = term.order.has_nulls_first(self.is_descending, self.on);
        match value {
            Some(value) => {
                let operator = if self.is_descending { BinOper::SmallerThan } else { BinOper::GreaterThan };
                self.with_nulls(term, term.compared(operator, value.clone(), self.on))
            }
            None if is_first => term.is_not_null(self.on),
            None => Expr::cust("1 = 0"),
        }
    }

    /// The same and those with this value; nothing where that is every row.
    fn at_or_beyond<C: ColumnTrait>(&self, term: &Term<C>, value: Option<&Value>) -> Option<Expr> {
        let is_first = term.order.has_nulls_first(self.is_descending, self.on);
        match value {
            Some(value) => {
                let operator =
                    if self.is_descending { BinOper::SmallerThanOrEqual } else { BinOper::GreaterThanOrEqual };
                Some(self.with_nulls(term, term.compared(operator, value.clone(), self.on)))
            }
            None if is_first => None,
            None => Some(term.is_null(self.on)),
        }
    }

    /// With the rows that have no value, where those come last.
    fn with_nulls<C: ColumnTrait>(&self, term: &Term<C>, beyond: Expr) -> Expr {
        let are_last = term.may_be_null() && !term.order.has_nulls_first(self.is_descending, self.on);
        if are_last { beyond.or(term.is_null(self.on)) } else { beyond }
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{EntityTrait, QueryTrait};

    use super::*;
    use crate::{
        doc_example::car,
        viewset::list::{Order, cursor::Position},
    };

    fn sql(terms: Vec<Order<car::Column>>, at: Vec<Option<Value>>, is_backwards: bool, on: DbBackend) -> String {
        let order = ListOrder::of::<car::Entity>(terms, true, |_| None);
        let keyset = Keyset { order: &order, on };
        let cursor = Cursor::from(Position(at), is_backwards);
        assert!(keyset.fits(&cursor));
        let rows = keyset.rows(car::Entity::find(), Some(&cursor)).build(on).to_string();
        let (_, behind) = rows.split_once(" WHERE ").expect("a condition");
        behind.replace("\"drivers_car\".", "").replace("`drivers_car`.", "").replace(['"', '`'], "")
    }

    #[test]
    fn the_first_part_of_a_condition_finds_an_index() {
        let by_name = || vec![Order::descending(car::Column::Name)];
        let at = || vec![Some("b".into()), Some(7_i64.into())];
        assert_eq!(
            sql(by_name(), at(), false, DbBackend::Postgres),
            "name <= 'b' AND (name < 'b' OR id > 7) ORDER BY name DESC, id ASC"
        );
        assert_eq!(
            sql(by_name(), at(), true, DbBackend::Sqlite),
            "name >= 'b' AND (name > 'b' OR id < 7) ORDER BY name ASC, id DESC"
        );
        assert_eq!(sql(vec![], vec![Some(7_i64.into())], false, DbBackend::MySql), "id > 7 ORDER BY id ASC");
    }

    #[test]
    fn what_has_no_value_stands_where_the_database_has_it() {
        let by_owner = || vec![Order::ascending(car::Column::OwnerId)];
        let (null, some) = (vec![None, Some(7_i64.into())], vec![Some(3.into()), Some(7_i64.into())]);
        for (at, is_backwards, on, expected) in [
            (&some, false, DbBackend::Sqlite, "owner_id >= 3 AND (owner_id > 3 OR id > 7)"),
            (
                &some,
                false,
                DbBackend::Postgres,
                "(owner_id >= 3 OR owner_id IS NULL) AND (owner_id > 3 OR owner_id IS NULL OR id > 7)",
            ),
            (&some, true, DbBackend::Postgres, "owner_id <= 3 AND (owner_id < 3 OR id < 7)"),
            (&null, false, DbBackend::MySql, "owner_id IS NOT NULL OR id > 7"),
            (&null, false, DbBackend::Postgres, "owner_id IS NULL AND ((1 = 0) OR id > 7)"),
            (&null, true, DbBackend::Sqlite, "owner_id IS NULL AND ((1 = 0) OR id < 7)"),
        ] {
            let sql = sql(by_owner(), at.clone(), is_backwards, on);
            assert_eq!(sql.split(" ORDER BY ").next(), Some(expected), "{on:?}");
        }
    }
}
