use std::marker::PhantomData;

use poem_openapi::types::{ParseFromJSON, ToJSON};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, Iterable, ModelTrait,
    sea_query::sea_value_to_json_value,
};
use serde_json::{Map, Value as Json};

use crate::{
    http::Problem,
    viewset::{
        Resource,
        columns::{column_name, column_named},
        write::Fields,
    },
};

/// Reads bodies into rows: which of a model's columns a caller may write, and under which names.
pub(crate) struct InputReader<E: EntityTrait, I> {
    fields: Fields,
    /// the column of each field that is called as one
    columns: Vec<Option<E::Column>>,
    input: PhantomData<fn() -> I>,
}

impl<E: Resource, I: ParseFromJSON + IntoActiveModel<E::ActiveModel>> InputReader<E, I> {
    pub(crate) fn new() -> Self {
        let fields = Fields::of::<I>();
        let columns = fields.0.iter().map(|field| column_named(field.name)).collect();
        Self { fields, columns, input: PhantomData }
    }

    /// What a body may hold.
    pub(crate) fn fields(&self) -> &Fields {
        &self.fields
    }

    /// A body as a new row.
    pub(crate) fn new_row(&self, body: &Map<String, Json>) -> Result<E::ActiveModel, Problem> {
        self.fields.check(body, true)?;
        Ok(self.fields.parse::<I>(body.clone())?.into_active_model())
    }

    /// A body as changes of a row: what it leaves out stays as it is (CONTRACT 7.8), and `null` is NULL.
    ///
    /// A partial body is completed from the row, so that the input type's own validation sees a whole. A column that no
    /// field is called as is for new rows; but where the body holds a field that is called as no column, what the input
    /// type makes of it is written wherever it is not what it makes of the row as it is.
    pub(crate) fn changes<O: ToJSON + From<E::Model>>(
        &self,
        body: &Map<String, Json>,
        row: &E::Model,
        partial: bool,
    ) -> Result<E::ActiveModel, Problem> {
        self.fields.check(body, !partial)?;
        // what becomes of a field that is no column only the input type knows
        let otherwise = self.writes_otherwise(body);
        let as_it_is = if partial || otherwise { self.as_body::<O>(row) } else { Map::new() };
        let mut whole = if partial { as_it_is.clone() } else { Map::new() };
        whole.extend(body.iter().map(|(name, value)| (name.clone(), value.clone())));
        let mut changes = self.fields.parse::<I>(whole)?.into_active_model();
        let unchanged = match otherwise {
            true => self.fields.parse::<I>(as_it_is).ok().map(I::into_active_model),
            false => None,
        };
        let is_new = |changes: &_, column| unchanged.as_ref().is_none_or(|unchanged| !same(unchanged, changes, column));
        for column in E::Column::iter() {
            match self.field_of(&column).map(|field| body.get(field)) {
                // the derives of input types leave both `null` and a missing field unset
                Some(Some(Json::Null)) if column.def().is_null() => changes.set(column, row.get(column).as_null()),
                Some(Some(_)) => {}
                None if otherwise && is_new(&changes, column) => {}
                Some(None) | None => changes.not_set(column),
            }
        }
        Ok(changes)
    }

    /// Does the body hold a field that is called as no column?
    fn writes_otherwise(&self, body: &Map<String, Json>) -> bool {
        let mut fields = self.fields.0.iter().zip(&self.columns);
        fields.any(|(field, column)| column.is_none() && body.contains_key(field.name))
    }

    /// The field that is called as the column is.
    fn field_of(&self, column: &E::Column) -> Option<&'static str> {
        let name = column_name(column);
        let of_column = self.columns.iter().position(|of| of.as_ref().is_some_and(|of| column_name(of) == name))?;
        Some(self.fields.0[of_column].name)
    }

    fn as_body<O: ToJSON + From<E::Model>>(&self, row: &E::Model) -> Map<String, Json> {
        let shown = match O::from(row.clone()).to_json() {
            Some(Json::Object(shown)) => shown,
            _ => Map::new(),
        };
        let hidden = |column: &Option<E::Column>| column.map(|column| sea_value_to_json_value(&row.get(column)));
        let value = |name, column| shown.get(name).cloned().or_else(|| hidden(column));
        let fields = self.fields.0.iter().zip(&self.columns);
        fields.filter_map(|(field, column)| Some((field.name.to_owned(), value(field.name, column)?))).collect()
    }
}

fn same<A: ActiveModelTrait>(a: &A, b: &A, column: <A::Entity as EntityTrait>::Column) -> bool {
    a.get(column).into_value() == b.get(column).into_value()
}
