//! Serializers: what callers see and write of a model's rows, each field declared once.
//!
//! A field is data: a table of them, made once for a serializer, is what reads bodies, writes representations, reads
//! paths and query strings, and describes all of it.
//!
//! | file | what it is for |
//! |---|---|
//! | `declaration` | the trait that `#[derive(Serializer)]` implements |
//! | `field`, `fields`, `codec` | a field, the table of them, and what reads and writes its values |
//! | `field_type`, `types/` | what a type must know to be a field's, and what is known of every column's |
//! | `rules`, `bounds` | validators; what a column holds |
//! | `json`, `errors` | a body as it was sent; where in it one is, and what is wrong there |
//! | `read_body`, `read` | bytes → JSON → change: left out, `null` and a value are three things |
//! | `merge_patch` | an object of a `PATCH` and what the row has → what it will have |
//! | `write` | row → bytes |
//! | `schema`, `body` | what the document says; the types that handlers take |
//! | `beside`, `member_schema` | members that no column holds: in a body, in the document |
//! | `nested` | objects inside of a value |
//! | `column_table` | the guide's table of types, in tests |
//! | `key`, `resource` | the text of a path → a key; the entities that have one |
//! | `check` | what is refused when the API is built |
//! | `constraint` | what the database refused, under the names of fields |

mod beside;
mod body;
mod bounds;
mod check;
mod codec;
#[cfg(test)]
mod column_table;
mod constraint;
mod declaration;
mod errors;
mod field;
mod field_type;
mod fields;
mod json;
mod key;
mod member_schema;
mod merge_patch;
mod nested;
mod read;
mod read_body;
mod resource;
mod rules;
mod schema;
#[cfg(test)]
mod tests;
mod types;
mod write;

pub use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
/// Declares what callers see and write of a model's rows; see the [trait](trait@Serializer).
pub use refrain_macros::{Choices, Serializer};

pub(crate) use self::{
    body::register_body,
    check::mistakes,
    constraint::{NO_SUCH_ROW, constraint_problem},
    field::same_column,
    key::read_key,
    nested::members_of,
    read::{Found, Settled, member, read_whole},
    read_body::{parse_body, read_body},
    schema::Shape,
    write::write_row,
};
pub use beside::{IsSent, Sent};
pub use body::{Body, Input, Patched};
pub use bounds::Bounds;
pub use check::Filled;
pub use declaration::Serializer;
pub use errors::At;
pub use field::{ColumnType, Field, FieldAccess, Holds, held};
pub use field_type::{FieldType, NotRead, Shows};
pub use fields::Fields;
pub use json::{Json, Members};
pub use key::PathKey;
pub use member_schema::MemberSchema;
pub use read::{BodyOf, Change};
pub use resource::Resource;
pub use rules::{HasLength, IsList, IsText, OneOf, Ranged, Rules, rules};
pub use schema::output_schema;
pub use types::{Choice, ChoiceValue};

/// What the derives write against.
#[doc(hidden)]
pub mod private {
    pub use super::{
        beside::read_member,
        body::read_object,
        nested::{check_rules, default_of, members_of, nested_member, nested_schema, register_object},
        types::choices::choice,
        write::{close_object, json_of, write_column, write_member},
    };
    pub use crate::{
        http::Problem,
        permission::Context,
        viewset::{Represent, Shown, ViewSet},
    };
    pub use poem_openapi;
    pub use sea_orm;
    pub use serde_json;
}
