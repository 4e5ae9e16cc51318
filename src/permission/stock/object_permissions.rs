use std::{borrow::Cow, sync::Arc};

use async_trait::async_trait;
use sea_orm::ConnectionTrait;

use super::all_or_none;
use crate::{
    Error, Result,
    grants::{Granted, Subject, unnameable},
    model::ModelInfo,
    permission::{Action, Context, Operators, PermissionClass, Rule, SomeModel},
};

/// Lets through whoever was granted the action's permission on the row.
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::{Access, ModelPermissions, ObjectPermissions};
///
/// // whoever may view all cars, or was granted this one
/// fn permissions() -> Access<car::Entity> {
///     Access::to(ModelPermissions | ObjectPermissions)
/// }
/// # permissions();
/// ```
///
/// | action | asks |
/// |---|---|
/// | list, retrieve | the grant `view` on the row |
/// | update, partial_update | `change` |
/// | destroy | `delete` |
/// | a custom one | what it names |
/// | create, where there is no row yet | the model's permission `add` |
/// | `OPTIONS` | nothing, of anybody who said who they are |
///
/// `ModelPermissions & ObjectPermissions` is DRF's `DjangoObjectPermissions` (CONTRACT 6.27);
/// `ModelPermissions | ObjectPermissions` lets either do. An active superuser was granted everything, an inactive user
/// nothing.
#[doc(alias = "DjangoObjectPermissions")]
#[derive(Clone, Copy, Debug, Operators)]
pub struct ObjectPermissions;

/// [`ObjectPermissions`] that counts what was granted to the user who stands for anonymous callers.
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::{Access, ObjectPermissions, ObjectPermissionsWithAnonymous};
///
/// const SHARED: ObjectPermissionsWithAnonymous = ObjectPermissions.with_anonymous();
///
/// fn permissions() -> Access<car::Entity> {
///     Access::to(ObjectPermissions).reading(SHARED)
/// }
/// # permissions();
/// ```
///
/// [`ObjectPermissions::with_anonymous`] makes it;
/// [`Auth::with_anonymous_user`](crate::auth::Auth::with_anonymous_user) says who that user is.
#[derive(Clone, Copy, Debug, Operators)]
pub struct ObjectPermissionsWithAnonymous;

impl ObjectPermissions {
    /// Lets anonymous callers have what was granted to the user who stands for them.
    ///
    /// ```
    /// # use refrain::doc_example::car;
    /// use refrain::{Access, ObjectPermissions};
    ///
    /// fn permissions() -> Access<car::Entity> {
    ///     Access::to(ObjectPermissions).reading(ObjectPermissions.with_anonymous())
    /// }
    /// # permissions();
    /// ```
    pub const fn with_anonymous(self) -> ObjectPermissionsWithAnonymous {
        ObjectPermissionsWithAnonymous
    }
}

/// The two differ in who an anonymous caller is.
macro_rules! by_grants {
    ($($class:ident: $anonymous:literal;)*) => {$(
        #[async_trait]
        impl PermissionClass for $class {
            type Model = SomeModel;

            async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
                match create_label(cx) {
                    Some(label) => Ok(all_or_none(cx.user().has_perm(cx.db(), &label).await?)),
                    None => granted(cx, $anonymous),
                }
            }

            fn permissions_asked(&self, model: Option<&ModelInfo>, action: Action) -> Vec<String> {
                let label = |model: &ModelInfo| match action {
                    Action::Create => model.label(action).map(Cow::into_owned),
                    _ => model.granted_label(action),
                };
                model.and_then(label).into_iter().collect()
            }

            fn meaning_now(&self, cx: &Context<'_>) -> Option<Result<Rule>> {
                match create_label(cx) {
                    Some(label) => cx.user().has_perm_now(&label).map(|held| Ok(all_or_none(held))),
                    None => Some(granted(cx, $anonymous)),
                }
            }
        }
    )*};
}

by_grants! {
    ObjectPermissions: false;
    ObjectPermissionsWithAnonymous: true;
}

/// There is no row yet to be granted anything on.
fn create_label(cx: &Context<'_>) -> Option<String> {
    (cx.action() == Action::Create).then(|| cx.model()?.label(Action::Create).map(Cow::into_owned))?
}

fn granted(cx: &Context<'_>, with_anonymous: bool) -> Result<Rule> {
    let user = cx.user();
    let model = cx.model().ok_or_else(|| Error::wiring("`ObjectPermissions` was asked where there is no model"))?;
    let codename = model.granted_codename(cx.action());
    if model.granted_label(cx.action()).is_some_and(|label| !user.is_allowed(&label)) {
        return Ok(Rule::Never);
    }
    let subject = match (user.id(), user.auth().anonymous_user_name()) {
        (Some(_), _) if !user.is_active => return Ok(Rule::Never),
        (Some(_), _) if user.holds_all_allowed() => return Ok(Rule::Always),
        (Some(id), _) => Subject::User { id, own: true, groups: true },
        (None, Some(name)) if with_anonymous => Subject::Anonymous { username: name.to_owned(), groups: true },
        (None, _) => return Ok(Rule::Never),
    };
    let Some(codename) = codename else { return Ok(Rule::Always) };
    let on = cx.db().get_database_backend();
    let granted = Granted::new(user.auth(), model, &subject, Some(&[&codename]), on);
    granted.map(|granted| Rule::Granted(Arc::new(granted))).ok_or_else(|| unnameable(model))
}
