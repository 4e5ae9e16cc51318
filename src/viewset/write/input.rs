use std::marker::PhantomData;

use poem_openapi::types::{ParseFromJSON, ToJSON};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, Iterable, ModelTrait,
    sea_query::sea_value_to_json_value,
};
use serde_json::{Map, Value as Json};

use crate::{
    Error, Result,
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
    /// fields that are called as no column, and what they write
    writes: Vec<(&'static str, E::Column)>,
    input: PhantomData<fn() -> I>,
}

impl<E: Resource, I: ParseFromJSON + IntoActiveModel<E::ActiveModel>> InputReader<E, I> {
    /// Refuses a field that is called as no column and said to write none: what becomes of it only the input type
    /// knows, and it cannot be told from what the type sets in any new row.
    pub(crate) fn new(writes: Vec<(&'static str, E::Column)>) -> Result<Self> {
        let fields = Fields::of::<I>();
        let columns: Vec<Option<E::Column>> = fields.0.iter().map(|field| column_named(field.name)).collect();
        for (field, column) in fields.0.iter().zip(&columns) {
            if column.is_none() && !writes.iter().any(|(name, _)| *name == field.name) {
                return Err(Error::wiring(format!(
                    "the input's field `{0}` is called as no column: say in `fn writes()` which it writes, as in \
                     `vec![(\"{0}\", Column::…)]`",
                    field.name
                )));
            }
        }
        if let Some((name, _)) = writes.iter().find(|(name, _)| !fields.0.iter().any(|field| field.name == *name)) {
            return Err(Error::wiring(format!("`fn writes()` names `{name}`, which is no field of the input")));
        }
        Ok(Self { fields, columns, writes, input: PhantomData })
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
    /// field of the body writes is not changed, whatever the input type sets it to: that is for new rows.
    pub(crate) fn changes<O: ToJSON + From<E::Model>>(
        &self,
        body: &Map<String, Json>,
        row: &E::Model,
        partial: bool,
    ) -> Result<E::ActiveModel, Problem> {
        self.fields.check(body, !partial)?;
        let mut whole = if partial { self.as_body::<O>(row) } else { Map::new() };
        whole.extend(body.iter().map(|(name, value)| (name.clone(), value.clone())));
        let mut changes = self.fields.parse::<I>(whole)?.into_active_model();
        for column in E::Column::iter() {
            match self.field_of(&column).and_then(|field| body.get(field)) {
                // the derives of input types leave both `null` and a missing field unset
                Some(Json::Null) if column.def().is_null() => changes.set(column, row.get(column).as_null()),
                Some(_) => {}
                None if self.is_written_otherwise(&column, body) => {}
                None => changes.not_set(column),
            }
        }
        Ok(changes)
    }

    /// Does the body hold a field that is called as no column and writes this one?
    fn is_written_otherwise(&self, column: &E::Column, body: &Map<String, Json>) -> bool {
        let name = column_name(column);
        self.writes.iter().any(|(field, of)| column_name(of) == name && body.contains_key(*field))
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
