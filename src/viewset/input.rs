use std::marker::PhantomData;

use poem_openapi::{
    registry::{MetaSchema, MetaSchemaRef, Registry},
    types::{ParseFromJSON, ToJSON},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, Iterable, ModelTrait,
    sea_query::sea_value_to_json_value,
};
use serde_json::{Map, Value as Json};

use super::{Resource, columns::column_named, fields};
use crate::http::{Problem, WHOLE_BODY};

/// Reads bodies into rows: which of a model's columns a caller may write, and under which names.
pub(crate) struct InputReader<E: EntityTrait, I> {
    fields: Vec<Field<E>>,
    input: PhantomData<fn() -> I>,
}

struct Field<E: EntityTrait> {
    name: &'static str,
    schema: MetaSchema,
    required: bool,
    column: Option<E::Column>,
}

impl<E: Resource, I: ParseFromJSON + IntoActiveModel<E::ActiveModel>> InputReader<E, I> {
    /// Learns the input type's fields from its own schema.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::new();
        I::register(&mut registry);
        let schema = registry.schemas.get(I::name().as_ref()).cloned().unwrap_or(MetaSchema::ANY);
        let fields = schema.properties.iter().map(|(name, property)| Field {
            name,
            schema: resolve(property, &registry),
            required: schema.required.contains(name),
            column: column_named(name),
        });
        Self { fields: fields.collect(), input: PhantomData }
    }

    /// A body as a new row.
    pub(crate) fn new_row(&self, body: &Map<String, Json>) -> Result<E::ActiveModel, Problem> {
        self.check(body, true)?;
        self.parse(body.clone())
    }

    /// A body as changes of a row: what it leaves out stays as it is (CONTRACT 7.8), and `null` is NULL.
    ///
    /// A partial body is completed from the row, so that the input type's own validation sees a whole.
    pub(crate) fn changes<O: ToJSON + From<E::Model>>(
        &self,
        body: &Map<String, Json>,
        row: &E::Model,
        partial: bool,
    ) -> Result<E::ActiveModel, Problem> {
        self.check(body, !partial)?;
        let mut whole = if partial { self.as_body::<O>(row) } else { Map::new() };
        whole.extend(body.iter().map(|(name, value)| (name.clone(), value.clone())));
        let mut changes = self.parse(whole)?;
        let written = |column: &E::Column| {
            let field = self.fields.iter().find(|field| field.column.as_ref().is_some_and(|of| same(of, column)));
            field.and_then(|field| body.get(field.name))
        };
        for column in E::Column::iter() {
            match written(&column) {
                // the derives of input types leave both `null` and a missing field unset
                Some(Json::Null) if column.def().is_null() => changes.set(column, row.get(column).as_null()),
                Some(_) => {}
                None => changes.not_set(column),
            }
        }
        Ok(changes)
    }

    /// Says of every field at once what is wrong with it, in DRF's sentences.
    fn check(&self, body: &Map<String, Json>, whole: bool) -> Result<(), Problem> {
        let errors: Vec<(&str, String)> = self
            .fields
            .iter()
            .filter_map(|field| {
                Some((field.name, fields::error(&field.schema, body.get(field.name), field.required && whole)?))
            })
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
    }

    /// The input type has the last word.
    fn parse(&self, body: Map<String, Json>) -> Result<E::ActiveModel, Problem> {
        let input = I::parse_from_json(Some(Json::Object(body))).map_err(|error| {
            // its sentences name Rust types: what a caller is told is which field, where that can be made out
            tracing::debug!(error = error.message(), "the input type refused a body");
            let field = self.fields.iter().find(|field| error.message().contains(&format!("`{}`", field.name)));
            let name = field.map_or(WHOLE_BODY, |field| field.name);
            Problem::invalid([(name, "This value is not valid.")])
        })?;
        Ok(input.into_active_model())
    }

    fn as_body<O: ToJSON + From<E::Model>>(&self, row: &E::Model) -> Map<String, Json> {
        let shown = match O::from(row.clone()).to_json() {
            Some(Json::Object(shown)) => shown,
            _ => Map::new(),
        };
        let value = |field: &Field<E>| {
            let hidden = || field.column.as_ref().map(|column| sea_value_to_json_value(&row.get(*column)));
            shown.get(field.name).cloned().or_else(hidden)
        };
        self.fields.iter().filter_map(|field| Some((field.name.to_owned(), value(field)?))).collect()
    }
}

fn same<C: ColumnTrait>(a: &C, b: &C) -> bool {
    super::columns::column_name(a) == super::columns::column_name(b)
}

fn resolve(schema: &MetaSchemaRef, registry: &Registry) -> MetaSchema {
    match schema {
        MetaSchemaRef::Inline(schema) => (**schema).clone(),
        MetaSchemaRef::Reference(name) => registry.schemas.get(name).cloned().unwrap_or(MetaSchema::ANY),
    }
}
