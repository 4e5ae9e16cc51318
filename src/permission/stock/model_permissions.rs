use std::borrow::Cow;

use async_trait::async_trait;

use super::all_or_none;
use crate::{
    Error, Result,
    model::ModelInfo,
    permission::{Action, Context, Operators, PermissionClass, Rule, SomeModel},
};

/// Lets through whoever holds the model's permission for the action (CONTRACT 6.20, 6.24): `view`, `add`, `change` or `delete`.
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::{Access, ModelPermissions};
///
/// // who lists cars holds `drivers.view_car`, who makes one `drivers.add_car`
/// fn permissions() -> Access<car::Entity> {
///     Access::to(ModelPermissions)
/// }
/// # permissions();
/// ```
///
/// | action | permission |
/// |---|---|
/// | list, retrieve | `view` |
/// | create | `add` |
/// | update, partial_update | `change` |
/// | destroy | `delete` |
/// | a custom one | what it names; a safe one that names nothing `view` |
/// | `OPTIONS` | none, of anybody who said who they are |
///
/// Unlike DRF's class it asks `view` for reading: `docs/differences.md`.
#[doc(alias = "DjangoModelPermissions")]
#[derive(Clone, Copy, Debug, Operators)]
pub struct ModelPermissions;

/// As [`ModelPermissions`], but reading asks nothing of anybody (CONTRACT 6.26).
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::{Access, ModelPermissionsOrAnonReadOnly};
///
/// fn permissions() -> Access<car::Entity> {
///     Access::to(ModelPermissionsOrAnonReadOnly)
/// }
/// # permissions();
/// ```
#[doc(alias = "DjangoModelPermissionsOrAnonReadOnly")]
#[derive(Clone, Copy, Debug, Operators)]
pub struct ModelPermissionsOrAnonReadOnly;

#[async_trait]
impl PermissionClass for ModelPermissions {
    type Model = SomeModel;

    async fn has_permission(&self, cx: &Context<'_>) -> Result<bool> {
        match asked(cx)? {
            Some(label) => cx.user().has_perm(cx.db(), &label).await,
            None => Ok(cx.user().is_authenticated()),
        }
    }

    fn permissions_asked(&self, model: Option<&ModelInfo>, action: Action) -> Vec<String> {
        model.and_then(|model| model.label(action)).map(Cow::into_owned).into_iter().collect()
    }

    fn meaning_now(&self, cx: &Context<'_>) -> Option<Result<Rule>> {
        match asked(cx) {
            Ok(Some(label)) => cx.user().has_perm_now(&label).map(|held| Ok(all_or_none(held))),
            Ok(None) => Some(Ok(all_or_none(cx.user().is_authenticated()))),
            Err(error) => Some(Err(error)),
        }
    }
}

#[async_trait]
impl PermissionClass for ModelPermissionsOrAnonReadOnly {
    type Model = SomeModel;

    async fn has_permission(&self, cx: &Context<'_>) -> Result<bool> {
        Ok(cx.action().is_safe() || ModelPermissions.has_permission(cx).await?)
    }

    fn permissions_asked(&self, model: Option<&ModelInfo>, action: Action) -> Vec<String> {
        if action.is_safe() { Vec::new() } else { ModelPermissions.permissions_asked(model, action) }
    }

    fn meaning_now(&self, cx: &Context<'_>) -> Option<Result<Rule>> {
        if cx.action().is_safe() { Some(Ok(Rule::Always)) } else { ModelPermissions.meaning_now(cx) }
    }
}

fn asked<'a>(cx: &Context<'a>) -> Result<Option<Cow<'a, str>>> {
    let model = cx.model().ok_or_else(|| Error::wiring("`ModelPermissions` was asked where there is no model"))?;
    Ok(model.label(cx.action()))
}
