use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, EntityTrait, ModelTrait, PrimaryKeyTrait, QueryFilter, QueryOrder, Select, Value,
    sea_query::{Expr, ExprTrait, IntoValueTuple},
};

use crate::{
    http::Problem,
    model::key_columns,
    permission::Judged,
    serializer::Serializer,
    viewset::{Resource, ViewSet, row::lookup_columns},
};

/// The rows that a list names, each by the values of the same columns.
pub(crate) struct NamedRows<E: EntityTrait> {
    columns: Vec<E::Column>,
    /// `None` for what no row can be called
    keys: Vec<Option<Vec<Value>>>,
}

/// A primary key's type.
pub(crate) type KeyOf<E> = <<E as EntityTrait>::PrimaryKey as PrimaryKeyTrait>::ValueType;

impl<E: Resource> NamedRows<E> {
    /// By what paths name rows by.
    pub(super) fn of_lookup<V: ViewSet<Serializer: Serializer<Entity = E>>>(keys: Vec<Option<Vec<Value>>>) -> Self {
        Self { columns: lookup_columns::<V>(), keys }
    }

    /// By their primary keys.
    pub(crate) fn of_keys(keys: impl IntoIterator<Item = KeyOf<E>>) -> Self {
        let values = |key: KeyOf<E>| Some(key.into_value_tuple().into_iter().collect());
        Self { columns: key_columns::<E>().collect(), keys: keys.into_iter().map(values).collect() }
    }

    /// These very rows.
    pub(crate) fn of_rows(rows: &[E::Model]) -> Self {
        let columns: Vec<E::Column> = key_columns::<E>().collect();
        let keys = rows.iter().map(|row| Some(columns.iter().map(|column| row.get(*column)).collect())).collect();
        Self { columns, keys }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Among all rows of the table, one after the other by their keys: who locks rows in one order waits for nobody who
    /// waits for them.
    pub(crate) fn in_one_order(&self) -> Select<E> {
        key_columns::<E>().fold(self.among(E::find()), |rows, key| rows.order_by_asc(key))
    }

    /// Among these rows. MariaDB may find more, whose text is the same to its collation: [`sorted`](Self::sorted) leaves
    /// them out.
    pub(crate) fn among(&self, rows: Select<E>) -> Select<E> {
        let keys = self.keys.iter().flatten();
        match &self.columns[..] {
            [column] => rows.filter(column.is_in(keys.flatten().cloned())),
            columns => {
                let is = |key: &Vec<Value>| {
                    let parts = columns.iter().zip(key).map(|(column, value)| column.eq(value.clone()));
                    parts.reduce(ExprTrait::and).unwrap_or_else(|| Expr::cust("1 = 0"))
                };
                rows.filter(any(&keys.map(is).collect::<Vec<_>>()))
            }
        }
    }

    /// The rows that were found, each in the place that names it; 400 where two places name one row.
    pub(crate) fn sorted(&self, found: Vec<Judged<E::Model>>) -> Result<Vec<Option<Judged<E::Model>>>, Problem> {
        let values = |row: &E::Model| self.columns.iter().map(|column| row.get(*column)).collect::<Vec<_>>();
        let keys: Vec<Vec<Value>> = found.iter().map(|judged| values(&judged.row)).collect();
        let mut found: Vec<Option<Judged<E::Model>>> = found.into_iter().map(Some).collect();
        let mut by_key: HashMap<String, usize> = HashMap::new();
        // a query that joins may find a row several times
        for (place, key) in keys.iter().enumerate() {
            by_key.entry(text(key)).or_insert(place);
        }
        let place_of = |key: &Vec<Value>| {
            // 1.5 and 1.50 are one number, and two texts
            by_key.get(&text(key)).copied().or_else(|| keys.iter().position(|of_row| of_row == key))
        };
        let places: Vec<Option<usize>> = self.keys.iter().map(|key| place_of(key.as_ref()?)).collect();
        let mut taken = vec![false; found.len()];
        let mut twice = Vec::new();
        for (asked, place) in places.iter().enumerate() {
            if let Some(place) = place
                && std::mem::replace(&mut taken[*place], true)
            {
                twice.push(asked.to_string());
            }
        }
        if !twice.is_empty() {
            return Err(Problem::invalid(twice.into_iter().map(|place| (place, "This row was given twice."))));
        }
        Ok(places.into_iter().map(|place| found[place?].take()).collect())
    }
}

fn text(key: &[Value]) -> String {
    format!("{key:?}")
}

/// Any of these holds: as a tree that is not deep, since SQLite bounds the depth of one.
fn any(conditions: &[Expr]) -> Expr {
    match conditions {
        [] => Expr::cust("1 = 0"),
        [one] => one.clone(),
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            any(left).or(any(right))
        }
    }
}
