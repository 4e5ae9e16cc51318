use std::{collections::HashMap, marker::PhantomData};

use crate::{
    Result,
    model::ModelInfo,
    permission::{Action, Permissions, PermissionsFor},
};

/// Who may do what with a viewset: one expression for all its actions, others for some, or the global default.
///
/// ```
/// use refrain::{Access, Action, HasPerm, IsAdminUser, IsOwner, ModelPermissions};
/// # use refrain::doc_example::car;
///
/// fn permissions() -> Access<car::Entity> {
///     Access::to(ModelPermissions & (IsOwner | IsAdminUser)).on(Action::Destroy, IsAdminUser)
/// }
/// # permissions();
/// ```
///
/// What is said for an action replaces what is said for all, as in DRF (CONTRACT 6.40).
#[doc(alias("permission_classes", "get_permissions"))]
pub struct Access<E> {
    all: Option<Permissions>,
    on: HashMap<&'static str, Permissions>,
    entity: PhantomData<fn() -> E>,
}

impl<E> Access<E> {
    /// The global default, for every action.
    pub fn global() -> Self {
        Self { all: None, on: HashMap::new(), entity: PhantomData }
    }

    /// The same for every action.
    pub fn to(permissions: impl PermissionsFor<E>) -> Self {
        Self { all: Some(permissions.into_permissions()), ..Self::global() }
    }

    /// Other permissions for one action.
    pub fn on(mut self, action: Action, permissions: impl PermissionsFor<E>) -> Self {
        self.on.insert(action.name(), permissions.into_permissions());
        self
    }

    /// Does it declare anything for this action?
    pub(crate) fn declares(&self, action: Action) -> bool {
        self.all.is_some() || self.on.contains_key(action.name())
    }

    /// What holds for an action; checked against the model.
    pub(crate) fn resolve(&self, action: Action, default: &Permissions, model: &ModelInfo) -> Result<Permissions> {
        let permissions = self.on.get(action.name()).or(self.all.as_ref()).unwrap_or(default);
        permissions.check(Some(model))?;
        Ok(permissions.clone())
    }
}
