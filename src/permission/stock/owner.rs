use async_trait::async_trait;

use crate::{
    Error, Result,
    permission::{Context, Operators, OwnedModel, PermissionClass, Rule},
};

/// Lets a row's owner touch it; nobody owns a row whose owner is NULL.
///
/// ```
/// # use refrain::doc_example::{Example, car};
/// # refrain::doc_example::run(async |Example { db, alice, .. }| {
/// use poem::http::HeaderMap;
/// use refrain::{Action, Context, IntoPermissions, IsOwner, model::ModelInfo};
///
/// let (model, headers) = (ModelInfo::of::<car::Entity>(), HeaderMap::new());
/// let cx = Context::new(&alice, Action::List, Some(&model), &headers, &db);
/// assert_eq!(IsOwner.into_permissions().meaning(&cx).await?, alice.owns(car::Column::OwnerId));
/// # Ok(())
/// # });
/// ```
#[derive(Clone, Copy, Debug, Operators)]
pub struct IsOwner;

/// Lets everybody read, and a row's owner do anything else with it.
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::{Access, IsAuthenticated, IsOwnerOrReadOnly};
///
/// fn permissions() -> Access<car::Entity> {
///     Access::to(IsAuthenticated & IsOwnerOrReadOnly)
/// }
/// # permissions();
/// ```
#[derive(Clone, Copy, Debug, Operators)]
pub struct IsOwnerOrReadOnly;

#[async_trait]
impl PermissionClass for IsOwner {
    type Model = OwnedModel;

    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        owned(cx)
    }

    fn meaning_now(&self, cx: &Context<'_>) -> Option<Result<Rule>> {
        Some(owned(cx))
    }
}

#[async_trait]
impl PermissionClass for IsOwnerOrReadOnly {
    type Model = OwnedModel;

    async fn rows(&self, cx: &Context<'_>) -> Result<Rule> {
        owned_or_read(cx)
    }

    fn meaning_now(&self, cx: &Context<'_>) -> Option<Result<Rule>> {
        Some(owned_or_read(cx))
    }
}

fn owned_or_read(cx: &Context<'_>) -> Result<Rule> {
    if cx.action().is_safe() { Ok(Rule::Always) } else { owned(cx) }
}

fn owned(cx: &Context<'_>) -> Result<Rule> {
    let model = cx.model().ok_or_else(|| Error::wiring("`IsOwner` was asked where there is no model"))?;
    model.owned_by(cx.user())
}
