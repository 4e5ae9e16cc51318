use async_trait::async_trait;

use super::all_or_none;
use crate::{
    Result,
    permission::{AnyModel, Context, Operators, PermissionClass, Rule},
};

/// Lets everybody through, whoever they are (CONTRACT 6.6).
///
/// ```
/// use poem_openapi::{OpenApi, payload::PlainText};
/// use refrain::{AllowAny, Guarded};
///
/// struct Hello;
///
/// #[OpenApi]
/// impl Hello {
///     #[oai(path = "/hello", method = "get")]
///     async fn hello(&self, _open: Guarded<AllowAny>) -> PlainText<&'static str> {
///         PlainText("Hello")
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, Operators)]
pub struct AllowAny;

/// Lets nobody through, superusers included.
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::{Access, Action, DenyAll, IsAuthenticated};
///
/// fn permissions() -> Access<car::Entity> {
///     Access::to(IsAuthenticated).on(Action::Destroy, DenyAll)
/// }
/// # permissions();
/// ```
#[derive(Clone, Copy, Debug, Operators)]
pub struct DenyAll;

/// Lets through whoever said who they are (CONTRACT 6.6).
///
/// ```
/// use poem_openapi::{OpenApi, payload::PlainText};
/// use refrain::{Guarded, IsAuthenticated};
///
/// struct Hello;
///
/// #[OpenApi]
/// impl Hello {
///     #[oai(path = "/hello", method = "get")]
///     async fn hello(&self, caller: Guarded<IsAuthenticated>) -> PlainText<String> {
///         PlainText(format!("Hello, {}", caller.username))
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, Operators)]
pub struct IsAuthenticated;

/// Lets staff through: `is_staff`, which not every superuser has (CONTRACT 6.6).
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::{Access, IsAdminUser, IsAuthenticated};
///
/// fn permissions() -> Access<car::Entity> {
///     Access::to(IsAuthenticated).writing(IsAdminUser)
/// }
/// # permissions();
/// ```
#[derive(Clone, Copy, Debug, Operators)]
pub struct IsAdminUser;

/// Lets active superusers through.
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::{Access, Action, IsAdminUser, IsSuperuser};
///
/// fn permissions() -> Access<car::Entity> {
///     Access::to(IsAdminUser).on(Action::Destroy, IsSuperuser)
/// }
/// # permissions();
/// ```
#[derive(Clone, Copy, Debug, Operators)]
pub struct IsSuperuser;

/// Lets everybody read, and whoever said who they are do anything else (CONTRACT 6.6).
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::{Access, IsAuthenticatedOrReadOnly};
///
/// fn permissions() -> Access<car::Entity> {
///     Access::to(IsAuthenticatedOrReadOnly)
/// }
/// # permissions();
/// ```
#[derive(Clone, Copy, Debug, Operators)]
pub struct IsAuthenticatedOrReadOnly;

/// Lets everybody read, and nobody do anything else.
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::{Access, IsOwner, ReadOnly};
///
/// // a row's owner does anything, everybody else reads
/// fn permissions() -> Access<car::Entity> {
///     Access::to(ReadOnly | IsOwner)
/// }
/// # permissions();
/// ```
#[derive(Clone, Copy, Debug, Operators)]
pub struct ReadOnly;

/// A class that looks at the caller and the action only: one line decides.
macro_rules! answers {
    ($($class:ident: |$cx:ident| $answer:expr;)*) => {$(
        #[async_trait]
        impl PermissionClass for $class {
            type Model = AnyModel;

            async fn has_permission(&self, $cx: &Context<'_>) -> Result<bool> {
                Ok($answer)
            }

            fn meaning_now(&self, $cx: &Context<'_>) -> Option<Result<Rule>> {
                Some(Ok(all_or_none($answer)))
            }
        }
    )*};
}

answers! {
    AllowAny: |_cx| true;
    DenyAll: |_cx| false;
    IsAuthenticated: |cx| cx.user().is_authenticated();
    IsAdminUser: |cx| cx.user().is_staff;
    IsSuperuser: |cx| cx.user().is_active && cx.user().is_superuser;
    IsAuthenticatedOrReadOnly: |cx| cx.action().is_safe() || cx.user().is_authenticated();
    ReadOnly: |cx| cx.action().is_safe();
}
