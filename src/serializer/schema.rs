use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};

use super::{Bounds, Field, Serializer, field_type::inline};
use crate::model::Model;

/// Which of a serializer's schemas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `Car`: what is shown.
    Output,
    /// `CarInput`: a new row.
    Input,
    /// `CarPutInput`: the whole of a row that is there, where that is not the same.
    Replaced,
    /// `PatchedCarInput`: part of one. Nothing in it is required or has a default.
    Patched,
}

impl Shape {
    /// What `PUT` takes: what `POST` does, unless there are fields that a new row is given and a row that is there keeps.
    pub(crate) fn of_put<S: Serializer>() -> Self {
        if S::fields().iter().any(Field::is_fixed) { Self::Replaced } else { Self::Input }
    }

    /// What the schema is called.
    pub(crate) fn name<S: Serializer>(self) -> String {
        match self {
            Self::Output => S::NAME.to_owned(),
            Self::Input => format!("{}Input", S::NAME),
            Self::Replaced => format!("{}PutInput", S::NAME),
            Self::Patched => format!("Patched{}Input", S::NAME),
        }
    }
}

/// The schema of a representation.
///
/// ```
/// use refrain::serializer::{Registry, output_schema};
/// # use refrain::doc_example::cars::Car;
///
/// let schema = output_schema::<Car>(&mut Registry::new());
/// let names: Vec<&str> = schema.properties.iter().map(|(name, _)| *name).collect();
/// assert_eq!(names, ["id", "name", "published"]);
/// ```
pub fn output_schema<S: Serializer>(registry: &mut Registry) -> MetaSchema {
    schema_of::<S>(Shape::Output, registry)
}

/// One of a serializer's schemas; what it refers to is registered.
pub(crate) fn schema_of<S: Serializer>(shape: Shape, registry: &mut Registry) -> MetaSchema {
    let (mut properties, mut required) = (Vec::new(), Vec::new());
    for field in S::fields() {
        if !field.is_in(shape) {
            continue;
        }
        field.codec.register(registry);
        properties.push((field.name, field.schema(shape)));
        let must = match shape {
            Shape::Output => field.reading().is_none(),
            Shape::Input | Shape::Replaced => field.is_required(),
            Shape::Patched => false,
        };
        required.extend(must.then_some(field.name));
    }
    for member in if shape == Shape::Output { S::computed() } else { S::beside() } {
        (member.register)(registry);
        required.extend((member.required && matches!(shape, Shape::Output | Shape::Input)).then_some(member.name));
        properties.push((member.name, member.schema));
    }
    MetaSchema {
        title: Some(shape.name::<S>()),
        description: (!S::DOC.is_empty()).then_some(S::DOC),
        properties,
        required,
        ..MetaSchema::new("object")
    }
}

impl<E: Model> Field<E> {
    fn is_in(&self, shape: Shape) -> bool {
        match shape {
            Shape::Output => self.is_shown(),
            Shape::Input => self.is_written(),
            Shape::Replaced | Shape::Patched => self.is_written() && !self.is_fixed(),
        }
    }

    fn schema(&'static self, shape: Shape) -> MetaSchemaRef {
        // of what is shown no bounds are promised: rows may be older than a validator, and clients refuse what breaks one
        let unbounded = Bounds::default();
        let bounds = if shape == Shape::Output { &unbounded } else { self.codec.bounds() };
        described(self.codec.schema(), bounds, |schema| {
            schema.description = self.description();
            // what the document is for: a member of one shape only says which
            schema.read_only = shape == Shape::Output && !self.is_written();
            schema.write_only = !self.is_shown();
            if let (Shape::Input, Some(default)) = (shape, &self.default) {
                schema.default = serde_json::from_slice(&(default.shown)()).ok();
            }
        })
    }
}

/// A schema with more said of it: a reference takes nothing beside it in OpenAPI 3.0, so it stands inside.
pub(crate) fn described(
    schema: MetaSchemaRef,
    bounds: &Bounds,
    describe: impl FnOnce(&mut MetaSchema),
) -> MetaSchemaRef {
    match schema {
        MetaSchemaRef::Inline(mut schema) => {
            bounds.document(&mut schema);
            describe(&mut schema);
            MetaSchemaRef::Inline(schema)
        }
        reference @ MetaSchemaRef::Reference(_) => {
            let mut around = MetaSchema::ANY;
            describe(&mut around);
            if around.is_empty() {
                return reference;
            }
            around.all_of = vec![reference];
            inline(around)
        }
    }
}

/// The same, or `null`.
pub(crate) fn nullable(schema: MetaSchemaRef) -> MetaSchemaRef {
    match schema {
        MetaSchemaRef::Inline(mut schema) => {
            schema.nullable = true;
            MetaSchemaRef::Inline(schema)
        }
        reference @ MetaSchemaRef::Reference(_) => {
            inline(MetaSchema { all_of: vec![reference], nullable: true, ..MetaSchema::ANY })
        }
    }
}
