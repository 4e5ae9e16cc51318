use std::{collections::HashMap, marker::PhantomData};

use crate::{
    Result,
    http::Site,
    model::ModelInfo,
    permission::{Action, Permissions, PermissionsFor},
    viewset::Declared,
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
    reading: Option<Permissions>,
    writing: Option<Permissions>,
    on: HashMap<&'static str, Permissions>,
    /// what is said of actions that nothing is said of
    otherwise: Declared,
    entity: PhantomData<fn() -> E>,
}

impl<E> Access<E> {
    /// The global default, for every action; to write it is to say that it is meant.
    ///
    /// ```
    /// # use refrain::doc_example::car;
    /// use refrain::{Access, Action, IsAdminUser};
    ///
    /// fn permissions() -> Access<car::Entity> {
    ///     Access::global().on(Action::Destroy, IsAdminUser)
    /// }
    /// # permissions();
    /// ```
    ///
    /// A viewset that says nothing takes the default too, and `check` refuses it: to whom it is open was then decided
    /// by nobody who looked at it.
    pub fn global() -> Self {
        Self {
            all: None,
            reading: None,
            writing: None,
            on: HashMap::new(),
            otherwise: Declared::Default,
            entity: PhantomData,
        }
    }

    /// What a viewset says that says nothing.
    pub(crate) fn nothing() -> Self {
        Self { otherwise: Declared::Nothing, ..Self::global() }
    }

    /// The same for every action.
    pub fn to(permissions: impl PermissionsFor<E>) -> Self {
        Self { all: Some(permissions.into_permissions()), ..Self::global() }
    }

    /// Other permissions for every action that leaves the data as it is: `list`, `retrieve`, `OPTIONS`, and one's own whose
    /// method is safe.
    ///
    /// ```
    /// use refrain::{Access, AllowAny, IsAuthenticated, IsOwner};
    /// # use refrain::doc_example::car;
    ///
    /// fn permissions() -> Access<car::Entity> {
    ///     Access::to(IsAuthenticated & IsOwner).reading(AllowAny)
    /// }
    /// # permissions();
    /// ```
    pub fn reading(self, permissions: impl PermissionsFor<E>) -> Self {
        Self { reading: Some(permissions.into_permissions()), ..self }
    }

    /// Other permissions for every action that writes.
    ///
    /// ```
    /// use refrain::{Access, IsAdminUser, IsAuthenticated};
    /// # use refrain::doc_example::car;
    ///
    /// fn permissions() -> Access<car::Entity> {
    ///     Access::to(IsAuthenticated).writing(IsAdminUser)
    /// }
    /// # permissions();
    /// ```
    pub fn writing(self, permissions: impl PermissionsFor<E>) -> Self {
        Self { writing: Some(permissions.into_permissions()), ..self }
    }

    /// Other permissions for one action, whatever is said of reading and writing.
    pub fn on(mut self, action: Action, permissions: impl PermissionsFor<E>) -> Self {
        self.on.insert(action.name(), permissions.into_permissions());
        self
    }

    /// Does it name classes for this action?
    pub(crate) fn declares(&self, action: Action) -> bool {
        self.said(action).is_some()
    }

    /// Does it name classes for this very action?
    pub(crate) fn names(&self, action: Action) -> bool {
        self.on.contains_key(action.name())
    }

    /// Where the classes of this action come from.
    pub(crate) fn declared(&self, action: Action) -> Declared {
        match self.said(action) {
            Some(_) if self.names(action) => Declared::Action,
            Some(_) => Declared::ViewSet,
            None => self.otherwise,
        }
    }

    /// What holds for an action of a site's viewset; checked against the model.
    pub(crate) fn resolve(&self, action: Action, site: &Site, model: &ModelInfo) -> Result<Permissions> {
        let permissions = self.said(action).unwrap_or(&site.default_permissions);
        permissions.check(Some(model))?;
        Ok(permissions.among(&site.viewsets))
    }

    /// What is said for an action: for it alone, for all that read or write as it does, or for all.
    fn said(&self, action: Action) -> Option<&Permissions> {
        let of_kind = if action.is_safe() { &self.reading } else { &self.writing };
        self.on.get(action.name()).or(of_kind.as_ref()).or(self.all.as_ref())
    }
}
