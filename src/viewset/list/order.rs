use std::collections::HashSet;

use sea_orm::{
    ColumnTrait, ColumnType, DbBackend, EntityTrait, QueryOrder, QueryTrait, Select, Value,
    sea_query::{BinOper, CaseStatement, Condition, Expr, ExprTrait},
};

use crate::{model::key_columns, serializer::Field, viewset::Resource};

/// The parameter that orders a list.
pub(crate) const ORDERING: &str = "ordering";

/// A column that a list goes by where its caller does not say.
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::Order;
///
/// let newest_first = vec![Order::descending(car::Column::Id)];
/// # let _ = newest_first;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order<C> {
    pub(crate) column: C,
    pub(crate) is_descending: bool,
}

impl<C: ColumnTrait> Order<C> {
    /// The least first.
    ///
    /// ```
    /// # use refrain::doc_example::car;
    /// use refrain::Order;
    ///
    /// let by_name = vec![Order::ascending(car::Column::Name), Order::descending(car::Column::Id)];
    /// # let _ = by_name;
    /// ```
    pub fn ascending(column: C) -> Self {
        Self { column, is_descending: false }
    }

    /// The greatest first.
    pub fn descending(column: C) -> Self {
        Self { column, is_descending: true }
    }

    /// What rows are ordered by; everything that orders them or compares them with a place in their order goes by it.
    ///
    /// An enum of MariaDB's is ordered by its numbers and compared by its texts: both go by its texts here.
    fn expr(&self, on: DbBackend) -> Expr {
        let column = Expr::col(self.column.as_column_ref());
        match (on, self.column.def().get_column_type()) {
            (DbBackend::MySql, ColumnType::Enum { .. }) => column.cast_as("char"),
            _ => column,
        }
    }

    /// Is it a `char(n)` of PostgreSQL's, which comes padded, and is compared with a text without?
    pub(crate) fn is_padded(&self, on: DbBackend) -> bool {
        on == DbBackend::Postgres && matches!(self.column.def().get_column_type(), ColumnType::Char(_))
    }

    /// Is it a date or a time that SQLite keeps as text, of which the model knows the meaning and not the spelling?
    pub(crate) fn is_spelled(&self, on: DbBackend) -> bool {
        use ColumnType::{Date, DateTime, Time, Timestamp, TimestampWithTimeZone};
        let is_time = |of: &ColumnType| matches!(of, Date | DateTime | Time | Timestamp | TimestampWithTimeZone);
        on == DbBackend::Sqlite && is_time(self.column.def().get_column_type())
    }

    /// Does a NULL come before every value? Each database keeps its own place for it, so that an index is of use.
    pub(crate) fn has_nulls_first(&self, is_descending: bool, on: DbBackend) -> bool {
        match on {
            DbBackend::Postgres => is_descending,
            _ => !is_descending,
        }
    }
}

/// A term of a list's order as one caller has it: a row that does not show them the column has no value in it.
#[derive(Clone, Debug)]
pub(crate) struct Term<C> {
    pub(crate) order: Order<C>,
    /// the rows that show it; `None` where all do
    pub(crate) shown: Option<Expr>,
}

impl<C: ColumnTrait> Term<C> {
    /// What rows are ordered by.
    pub(crate) fn expr(&self, on: DbBackend) -> Expr {
        let column = self.order.expr(on);
        match &self.shown {
            Some(shown) => CaseStatement::new().case(Condition::all().add(shown.clone()), column).into(),
            None => column,
        }
    }

    /// The rows whose value stands so to another. The column stands bare: on SQLite what a `CASE` gives has lost its type.
    pub(crate) fn compared(&self, operator: BinOper, value: Value, on: DbBackend) -> Expr {
        self.if_shown(self.order.expr(on).binary(operator, self.order.column.save_as(Expr::val(value))))
    }

    /// The rows without a value. Said as an index knows it, where every row shows the column.
    pub(crate) fn is_null(&self, on: DbBackend) -> Expr {
        match &self.shown {
            Some(_) => self.is_not_null(on).not(),
            None => self.order.expr(on).is_null(),
        }
    }

    /// The rows with one.
    pub(crate) fn is_not_null(&self, on: DbBackend) -> Expr {
        self.if_shown(self.order.expr(on).is_not_null())
    }

    /// May a row have no value?
    pub(crate) fn may_be_null(&self) -> bool {
        self.shown.is_some() || self.order.column.def().is_null()
    }

    fn if_shown(&self, condition: Expr) -> Expr {
        match &self.shown {
            Some(shown) => shown.clone().and(condition),
            None => condition,
        }
    }
}

/// The whole order of a list, to the key.
#[derive(Clone, Debug)]
pub(crate) struct ListOrder<C> {
    pub(crate) terms: Vec<Term<C>>,
    /// Does it take the place of an order that the viewset's own query has?
    replaces: bool,
}

impl<C: ColumnTrait> ListOrder<C> {
    /// These terms and, so that no two rows have one place, the key. An order of the viewset's own query holds where
    /// there are none, but for cursors, which must know it.
    ///
    /// `shown` says which rows show a column, where not all do.
    pub(crate) fn of<E: EntityTrait<Column = C>>(
        mut terms: Vec<Order<C>>,
        is_by_cursor: bool,
        shown: impl Fn(&C) -> Option<Expr>,
    ) -> Self {
        let replaces = is_by_cursor || !terms.is_empty();
        let said = terms.len();
        for key in key_columns::<E>() {
            if !terms.iter().any(|term| term.column.as_str() == key.as_str()) {
                terms.push(Order::ascending(key));
            }
        }
        // the key behind them is in no answer, and orders rows that are alike
        let term = |(place, order): (usize, Order<C>)| Term {
            shown: if place < said { shown(&order.column) } else { None },
            order,
        };
        Self { terms: terms.into_iter().enumerate().map(term).collect(), replaces }
    }

    /// The rows in this order, or from its end.
    pub(crate) fn ordered<E: EntityTrait<Column = C>>(
        &self,
        mut rows: Select<E>,
        is_backwards: bool,
        on: DbBackend,
    ) -> Select<E> {
        if self.replaces {
            QueryTrait::query(&mut rows).clear_order_by();
        }
        self.terms.iter().fold(rows, |rows, term| match term.order.is_descending != is_backwards {
            true => rows.order_by_desc(term.expr(on)),
            false => rows.order_by_asc(term.expr(on)),
        })
    }
}

/// `name,-id`: fields in order, a minus for descending; each once, so there are no more than the viewset names.
pub(crate) fn read_order<E: Resource>(text: &str, by: &[&Field<E>]) -> Result<Vec<Order<E::Column>>, String> {
    let mut order = Vec::new();
    let mut seen = HashSet::new();
    for term in text.split(',').map(str::trim).filter(|term| !term.is_empty()) {
        let (name, is_descending) = term.strip_prefix('-').map_or((term, false), |name| (name, true));
        let field = by.iter().find(|field| field.name() == name);
        let field = field.ok_or_else(|| format!("This list cannot be ordered by \"{name}\"."))?;
        if !seen.insert(name) {
            return Err(format!("\"{name}\" was given twice."));
        }
        order.push(Order { column: field.column(), is_descending });
    }
    Ok(order)
}
