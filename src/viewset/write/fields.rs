use poem_openapi::{
    registry::{MetaSchema, MetaSchemaRef, Registry},
    types::ParseFromJSON,
};
use serde_json::{Map, Value as Json};

use crate::http::{Problem, WHOLE_BODY};

/// The fields of an input type, as its own schema tells them.
pub(crate) struct Fields(pub(crate) Vec<Field>);

pub(crate) struct Field {
    pub(crate) name: &'static str,
    schema: MetaSchema,
    required: bool,
}

impl Fields {
    pub(crate) fn of<T: ParseFromJSON>() -> Self {
        let mut registry = Registry::new();
        T::register(&mut registry);
        let Some(schema) = registry.schemas.get(T::name().as_ref()) else { return Self(Vec::new()) };
        let resolved = |property: &MetaSchemaRef| match property {
            MetaSchemaRef::Inline(schema) => (**schema).clone(),
            MetaSchemaRef::Reference(name) => registry.schemas.get(name).cloned().unwrap_or(MetaSchema::ANY),
        };
        let field = |(name, property): &(&'static str, MetaSchemaRef)| Field {
            name,
            schema: resolved(property),
            required: schema.required.contains(name),
        };
        Self(schema.properties.iter().map(field).collect())
    }

    /// Says of every field at once what is wrong with it. Of a body that is not whole, nothing is required.
    pub(crate) fn check(&self, body: &Map<String, Json>, whole: bool) -> Result<(), Problem> {
        let wrong =
            |field: &Field| Some((field.name, error(&field.schema, body.get(field.name), field.required && whole)?));
        let errors: Vec<(&str, String)> = self.0.iter().filter_map(wrong).collect();
        if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
    }

    /// The input type has the last word. Its own sentences name Rust types and may hold what was sent: what is told is
    /// which field, where that can be made out.
    pub(crate) fn parse<T: ParseFromJSON>(&self, body: Map<String, Json>) -> Result<T, Problem> {
        T::parse_from_json(Some(Json::Object(body))).map_err(|error| {
            let field = self.0.iter().find(|field| error.message().contains(&format!("`{}`", field.name)));
            let name = field.map_or(WHOLE_BODY, |field| field.name);
            tracing::debug!(field = name, "the input type refused a body");
            Problem::invalid([(name, "This value is not valid.")])
        })
    }
}

/// What is wrong with one field of a body, in DRF's words (CONTRACT 7.14); `None` where nothing is.
fn error(schema: &MetaSchema, value: Option<&Json>, required: bool) -> Option<String> {
    match value {
        None => required.then(|| "This field is required.".to_owned()),
        Some(Json::Null) => {
            (!schema.nullable && !schema.ty.is_empty()).then(|| "This field may not be null.".to_owned())
        }
        Some(value) => match schema.ty {
            "string" => string(schema, value),
            "integer" => integer(schema, value),
            "number" => number(schema, value),
            "boolean" => (!value.is_boolean()).then(|| "Must be a valid boolean.".to_owned()),
            "array" => {
                (!value.is_array()).then(|| format!("Expected a list of items but got type \"{}\".", type_name(value)))
            }
            "object" => (!value.is_object())
                .then(|| format!("Invalid data. Expected a dictionary, but got {}.", type_name(value))),
            _ => None,
        },
    }
}

/// What Python calls it.
pub(crate) fn type_name(value: &Json) -> &'static str {
    match value {
        Json::Null => "NoneType",
        Json::Bool(_) => "bool",
        Json::Number(number) if number.is_f64() => "float",
        Json::Number(_) => "int",
        Json::String(_) => "str",
        Json::Array(_) => "list",
        Json::Object(_) => "dict",
    }
}

fn string(schema: &MetaSchema, value: &Json) -> Option<String> {
    let Json::String(text) = value else { return Some("Not a valid string.".to_owned()) };
    if text.contains('\0') {
        return Some("Null characters are not allowed.".to_owned());
    }
    if schema.format == Some("uuid") && uuid::Uuid::parse_str(text).is_err() {
        return Some("Must be a valid UUID.".to_owned());
    }
    if !schema.enum_items.is_empty() && !schema.enum_items.contains(value) {
        return Some(format!("\"{text}\" is not a valid choice."));
    }
    let length = text.chars().count();
    match (schema.min_length, schema.max_length) {
        (Some(1), _) if length == 0 => Some("This field may not be blank.".to_owned()),
        (Some(least), _) if length < least => Some(format!("Ensure this field has at least {least} characters.")),
        (_, Some(most)) if length > most => Some(format!("Ensure this field has no more than {most} characters.")),
        _ => None,
    }
}

fn integer(schema: &MetaSchema, value: &Json) -> Option<String> {
    let bound = |greater: bool, bound: i128| {
        let word = if greater { "less" } else { "greater" };
        Some(format!("Ensure this value is {word} than or equal to {bound}."))
    };
    let Json::Number(number) = value else { return Some("A valid integer is required.".to_owned()) };
    let (least, most) = match schema.format {
        Some("int8") => (i128::from(i8::MIN), i128::from(i8::MAX)),
        Some("int16") => (i128::from(i16::MIN), i128::from(i16::MAX)),
        Some("int32") => (i128::from(i32::MIN), i128::from(i32::MAX)),
        _ => (i128::from(i64::MIN), i128::from(i64::MAX)),
    };
    let Some(given) = number.as_i128() else {
        // beyond every column, or no whole number
        return match number.as_f64() {
            Some(given) if given.fract() == 0.0 && given > most as f64 => bound(true, most),
            Some(given) if given.fract() == 0.0 && given < least as f64 => bound(false, least),
            _ => Some("A valid integer is required.".to_owned()),
        };
    };
    let least = schema.minimum.map_or(least, |minimum| least.max(minimum.ceil() as i128));
    let most = schema.maximum.map_or(most, |maximum| most.min(maximum.floor() as i128));
    if given > most {
        return bound(true, most);
    }
    if given < least {
        return bound(false, least);
    }
    None
}

fn number(schema: &MetaSchema, value: &Json) -> Option<String> {
    let Some(given) = value.as_f64() else { return Some("A valid number is required.".to_owned()) };
    if let Some(most) = schema.maximum.filter(|most| given > *most) {
        return Some(format!("Ensure this value is less than or equal to {most}."));
    }
    let least = schema.minimum.filter(|least| given < *least)?;
    Some(format!("Ensure this value is greater than or equal to {least}."))
}

#[cfg(test)]
mod tests {
    use poem_openapi::types::Type;
    use serde_json::json;

    use super::*;

    fn schema<T: Type>() -> MetaSchema {
        T::schema_ref().unwrap_inline().clone()
    }

    #[test]
    fn sentences() {
        let mut name = schema::<String>();
        (name.min_length, name.max_length) = (Some(1), Some(3));
        let say = |schema: &MetaSchema, value: Json| error(schema, Some(&value), true);
        assert_eq!(error(&name, None, true).as_deref(), Some("This field is required."));
        assert_eq!(error(&name, None, false), None);
        assert_eq!(say(&name, json!(null)).as_deref(), Some("This field may not be null."));
        assert_eq!(say(&name, json!("")).as_deref(), Some("This field may not be blank."));
        assert_eq!(say(&name, json!("abcd")).as_deref(), Some("Ensure this field has no more than 3 characters."));
        assert_eq!(say(&name, json!(7)).as_deref(), Some("Not a valid string."));
        assert_eq!(say(&name, json!("a\0")).as_deref(), Some("Null characters are not allowed."));
        assert_eq!(say(&name, json!("abc")), None);

        let number = schema::<i32>();
        assert_eq!(say(&number, json!(7)), None);
        assert_eq!(say(&number, json!(true)).as_deref(), Some("A valid integer is required."));
        assert_eq!(say(&number, json!(1.5)).as_deref(), Some("A valid integer is required."));
        let beyond = Some("Ensure this value is less than or equal to 2147483647.");
        assert_eq!(say(&number, json!(2147483648u64)).as_deref(), beyond);
        assert_eq!(say(&number, json!(1e30)).as_deref(), beyond);
        assert_eq!(say(&schema::<bool>(), json!("yes")).as_deref(), Some("Must be a valid boolean."));
    }
}
