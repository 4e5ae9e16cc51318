use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};

use super::{Bounds, Rules, Shows, schema::described};

/// A member that no column holds, as the document describes it: of bodies, of representations, or of an object inside of
/// a value.
///
/// ```
/// use refrain::serializer::{MemberSchema, rules};
///
/// let members = [
///     MemberSchema::computed::<i64>("trips", "How many trips it made."),
///     MemberSchema::beside("tell", "Who is to be told.", &rules::<String>()),
///     MemberSchema::nested("city", "Where it is parked.", &rules::<String>().length(1..=100), false),
/// ];
/// # let _ = members;
/// ```
pub struct MemberSchema {
    pub(crate) name: &'static str,
    pub(crate) schema: MetaSchemaRef,
    pub(crate) required: bool,
    pub(crate) register: fn(&mut Registry),
}

impl MemberSchema {
    /// Of representations.
    pub fn computed<T: Shows>(name: &'static str, doc: &'static str) -> Self {
        let schema = described(T::schema(), &Bounds::default(), |schema| {
            schema.description = said(doc);
            schema.read_only = true;
        });
        Self { name, schema, required: true, register: T::register }
    }

    /// Of bodies.
    pub fn beside<T>(name: &'static str, doc: &'static str, rules: &Rules<T>) -> Self {
        Self::read_by(name, doc, rules, |schema| schema.write_only = true)
    }

    /// Of an object inside of a value.
    pub fn nested<T>(name: &'static str, doc: &'static str, rules: &Rules<T>, has_default: bool) -> Self {
        let member = Self::read_by(name, doc, rules, |_| {});
        Self { required: member.required && !has_default, ..member }
    }

    fn read_by<T>(
        name: &'static str,
        doc: &'static str,
        rules: &Rules<T>,
        describe: impl FnOnce(&mut MetaSchema),
    ) -> Self {
        let schema = described((rules.schema)(), &rules.bounds, |schema| {
            schema.description = said(doc);
            describe(schema);
        });
        Self { name, schema, required: !rules.nullable, register: rules.register }
    }
}

fn said(doc: &'static str) -> Option<&'static str> {
    (!doc.is_empty()).then_some(doc)
}
