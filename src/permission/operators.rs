use std::{marker::PhantomData, sync::Arc};

/// Makes `&`, `|` and `!` work on a permission class of yours.
///
/// Without it, `.and()`, `.or()` and `.not()` do ([`Combine`]).
pub use refrain_macros::Operators;

use super::{Both, Fits, Hook, PermissionClass, Permissions, RowHook, class::ErasedClass};

/// Both must let the caller through: `A & B`.
///
/// ```
/// use refrain::{And, IntoPermissions, IsAuthenticated, IsOwner};
///
/// let both: And<IsAuthenticated, IsOwner> = IsAuthenticated & IsOwner;
/// assert_eq!(both.into_permissions().to_string(), "IsAuthenticated & IsOwner");
/// ```
#[derive(Clone, Copy, Debug, Operators)]
pub struct And<A, B>(pub A, pub B);

/// One must let the caller through: `A | B`.
///
/// ```
/// use refrain::{IntoPermissions, IsAdminUser, IsOwner, Or};
///
/// let either: Or<IsOwner, IsAdminUser> = IsOwner | IsAdminUser;
/// assert_eq!(either.into_permissions().to_string(), "IsOwner | IsAdminUser");
/// ```
#[derive(Clone, Copy, Debug, Operators)]
pub struct Or<A, B>(pub A, pub B);

/// Lets through whom and what the other does not: `!A`.
///
/// ```
/// use refrain::{IntoPermissions, IsOwner, Not};
///
/// let not: Not<IsOwner> = !IsOwner;
/// assert_eq!(not.into_permissions().to_string(), "!IsOwner");
/// ```
#[derive(Clone, Copy, Debug, Operators)]
pub struct Not<A>(pub A);

/// Something that may stand in an expression of permission classes, and the models it is for.
///
/// ```
/// use refrain::{IntoPermissions, IsAuthenticated, ModelPermissions};
///
/// fn print(permissions: impl IntoPermissions) -> String {
///     permissions.into_permissions().to_string()
/// }
///
/// assert_eq!(print(IsAuthenticated & ModelPermissions), "IsAuthenticated & ModelPermissions");
/// ```
pub trait IntoPermissions {
    /// The models every part of it is for.
    type Model;
    /// The expression as a value.
    fn into_permissions(self) -> Permissions;
}

/// An expression every part of which can judge rows of `E`.
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::{IsOwner, ModelPermissions, PermissionsFor};
///
/// fn permissions() -> impl PermissionsFor<car::Entity> {
///     ModelPermissions & IsOwner
/// }
/// # permissions();
/// ```
///
/// Trips declare no owner:
///
/// ```compile_fail,E0277
/// # use refrain::doc_example::trip;
/// use refrain::{IsOwner, PermissionsFor};
///
/// fn permissions() -> impl PermissionsFor<trip::Entity> {
///     IsOwner
/// }
/// ```
///
/// A rule for another model, or an owner rule on a model without an owner, does not compile.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no expression of permission classes",
    label = "not made of permission classes only",
    note = "a class implements `PermissionClass`; a row hook is written `Hook(…)`"
)]
pub trait PermissionsFor<E>: IntoPermissions {}

impl<E, P: IntoPermissions<Model: Fits<E>>> PermissionsFor<E> for P {}

/// An expression under a short type: what a function of yours returns, so that a rule is said once and used in others.
///
/// ```
/// use refrain::{Access, Action, Expression, IsAdminUser, IsOwner, ModelPermissions};
/// # use refrain::doc_example::car;
///
/// fn seen() -> Expression<car::Entity> {
///     Expression::of(ModelPermissions & (IsOwner | IsAdminUser))
/// }
///
/// fn permissions() -> Access<car::Entity> {
///     Access::to(seen()).on(Action::Destroy, seen() & IsAdminUser)
/// }
/// # permissions();
/// ```
#[derive(Clone, Debug, Operators)]
pub struct Expression<E> {
    permissions: Permissions,
    entity: PhantomData<fn() -> E>,
}

impl<E> Expression<E> {
    /// Of this expression, every part of which can judge rows of `E`.
    pub fn of(permissions: impl PermissionsFor<E>) -> Self {
        Self { permissions: permissions.into_permissions(), entity: PhantomData }
    }
}

/// The operators as methods, for classes that derive none.
///
/// ```
/// use refrain::{AnyModel, Combine, IntoPermissions, IsAuthenticated, PermissionClass};
///
/// struct Weekday;
///
/// impl PermissionClass for Weekday {
///     type Model = AnyModel;
/// }
///
/// let classes = IsAuthenticated.and(Weekday).or(Weekday.not());
/// assert_eq!(classes.into_permissions().to_string(), "IsAuthenticated & Weekday | !Weekday");
/// ```
pub trait Combine: IntoPermissions + Sized {
    /// `self & other`
    fn and<B: IntoPermissions>(self, other: B) -> And<Self, B> {
        And(self, other)
    }
    /// `self | other`
    fn or<B: IntoPermissions>(self, other: B) -> Or<Self, B> {
        Or(self, other)
    }
    /// `!self`
    fn not(self) -> Not<Self> {
        Not(self)
    }
}

impl<P: IntoPermissions> Combine for P {}

impl<C: PermissionClass> IntoPermissions for C {
    type Model = C::Model;
    fn into_permissions(self) -> Permissions {
        Permissions::Class(Arc::new(self) as Arc<dyn ErasedClass>)
    }
}

impl<H: RowHook> IntoPermissions for Hook<H> {
    type Model = H::Entity;
    fn into_permissions(self) -> Permissions {
        Permissions::Hook(Arc::new(self.0))
    }
}

impl<E> IntoPermissions for Expression<E> {
    type Model = E;
    fn into_permissions(self) -> Permissions {
        self.permissions
    }
}

/// An expression whose types are gone already; its fit is checked at mount.
impl IntoPermissions for Permissions {
    type Model = super::AnyModel;
    fn into_permissions(self) -> Permissions {
        self
    }
}

impl<A: IntoPermissions, B: IntoPermissions> IntoPermissions for And<A, B> {
    type Model = Both<A::Model, B::Model>;
    fn into_permissions(self) -> Permissions {
        Permissions::And(vec![self.0.into_permissions(), self.1.into_permissions()])
    }
}

impl<A: IntoPermissions, B: IntoPermissions> IntoPermissions for Or<A, B> {
    type Model = Both<A::Model, B::Model>;
    fn into_permissions(self) -> Permissions {
        Permissions::Or(vec![self.0.into_permissions(), self.1.into_permissions()])
    }
}

impl<A: IntoPermissions> IntoPermissions for Not<A> {
    type Model = A::Model;
    fn into_permissions(self) -> Permissions {
        Permissions::Not(Box::new(self.0.into_permissions()))
    }
}
