use std::borrow::Cow;

use async_trait::async_trait;

use super::all_or_none;
use crate::{
    Error, Result,
    model::ModelInfo,
    permission::{Action, AnyModel, Context, Operators, PermissionClass, Rule},
};

/// Lets through whoever holds a permission: `HasPerm("drivers.publish_car")`.
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::{Access, HasPerm, IsOwner};
///
/// fn permissions() -> Access<car::Entity> {
///     Access::to(HasPerm("drivers.publish_car") & IsOwner)
/// }
/// # permissions();
/// ```
#[doc(alias = "permission_required")]
#[derive(Clone, Copy, Debug, Operators)]
pub struct HasPerm<L = &'static str>(pub L);

/// Lets through whoever holds all of several permissions: `HasPerms(["drivers.view_car", "drivers.export_car"])`.
///
/// ```
/// use refrain::{HasPerms, IntoPermissions};
///
/// let both = HasPerms(["drivers.view_car", "drivers.export_car"]).into_permissions();
/// assert_eq!(both.to_string(), r#"HasPerms(["drivers.view_car", "drivers.export_car"])"#);
/// ```
#[derive(Clone, Copy, Debug, Operators)]
pub struct HasPerms<L>(pub L);

#[async_trait]
impl<L: AsRef<str> + Send + Sync + 'static> PermissionClass for HasPerm<L> {
    type Model = AnyModel;

    async fn has_permission(&self, cx: &Context<'_>) -> Result<bool> {
        cx.user().has_perm(cx.db(), self.0.as_ref()).await
    }

    fn name(&self) -> Cow<'static, str> {
        format!("HasPerm({:?})", self.0.as_ref()).into()
    }

    fn permissions_asked(&self, _: Option<&ModelInfo>, _: Action) -> Vec<String> {
        vec![self.0.as_ref().to_owned()]
    }

    fn meaning_now(&self, cx: &Context<'_>) -> Option<Result<Rule>> {
        cx.user().has_perm_now(self.0.as_ref()).map(|held| Ok(all_or_none(held)))
    }
}

#[async_trait]
impl<L> PermissionClass for HasPerms<L>
where
    L: Send + Sync + 'static,
    for<'a> &'a L: IntoIterator<Item: AsRef<str>>,
{
    type Model = AnyModel;

    async fn has_permission(&self, cx: &Context<'_>) -> Result<bool> {
        let labels = self.labels();
        if labels.is_empty() {
            return Err(Error::wiring(format!("`HasPerms` {NO_LABEL}")));
        }
        cx.user().has_perms(cx.db(), &labels).await
    }

    fn fits(&self, _: Option<&ModelInfo>) -> std::result::Result<(), String> {
        if self.labels().is_empty() { Err(NO_LABEL.to_owned()) } else { Ok(()) }
    }

    fn name(&self) -> Cow<'static, str> {
        format!("HasPerms({:?})", self.labels()).into()
    }

    fn permissions_asked(&self, _: Option<&ModelInfo>, _: Action) -> Vec<String> {
        self.labels()
    }

    fn meaning_now(&self, cx: &Context<'_>) -> Option<Result<Rule>> {
        let held = self.0.into_iter().map(|label| cx.user().has_perm_now(label.as_ref()));
        // of none it is `has_permission` that says what is wrong
        held.reduce(|all, one| Some(all? && one?))?.map(|held| Ok(all_or_none(held)))
    }
}

/// Everybody holds all of none (CONTRACT 3.3): as a permission class that is a mistake.
const NO_LABEL: &str = "names no permission; write `AllowAny` to let everybody in";

impl<L> HasPerms<L>
where
    for<'a> &'a L: IntoIterator<Item: AsRef<str>>,
{
    fn labels(&self) -> Vec<String> {
        self.0.into_iter().map(|label| label.as_ref().to_owned()).collect()
    }
}
