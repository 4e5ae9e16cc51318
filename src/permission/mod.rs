//! Permission classes: one rule, read as a request's answer, a row's, a list's and a document's.
//!
#![doc = include_str!("../../docs/pictures/four-readings.svg")]
//!
//! | part | what it is |
//! |---|---|
//! | [`PermissionClass`] | what you implement |
//! | [`Rule`] | what it answers: every row, none, or those meeting a condition |
//! | [`Context`] | what it is asked: who, which action, which model |
//! | `&`, `\|`, `!` | expressions of classes; [`PermissionsFor`] checks them against a model |
//! | [`Permissions`] | an expression as a value |
//! | [`RowHook`] | a rule no SQL can say |

mod action;
mod ceiling;
mod class;
mod context;
mod denial;
mod explanation;
mod expression;
mod hook;
mod operators;
mod over;
mod possible;
mod refusal;
mod related;
mod rule;
mod stock;
mod through;
mod tree;

use std::{future::Future, pin::Pin};

pub use action::{Action, CustomAction};
pub use class::PermissionClass;
pub(crate) use class::type_name;
pub use context::Context;
pub use denial::{Denial, Denied};
pub use explanation::{AskedPermission, Explanation, FieldExplained, Outcome, PartExplained, Verdict};
pub use expression::{Classes, ExpressionError};
pub use hook::{Hook, Lists, RowHook};
pub use operators::{And, Combine, Expression, IntoPermissions, Not, Operators, Or, PermissionsFor};
pub use over::{AnyModel, Both, Fits, Over, OwnedModel, SomeModel};
pub(crate) use related::{RelatedKey, RelatedViewSet, RelatedViewSets};
pub use rule::Rule;
pub(crate) use rule::{
    Foreseen, Judged, Questions, TableRows, judge_one, judged, judged_in, read_verdict, verdict_name,
};
pub use stock::*;
pub(crate) use through::{FollowedKey, Trail};
pub use tree::Permissions;

type Asking<'a, T> = Pin<Box<dyn Future<Output = crate::Result<T>> + Send + 'a>>;
