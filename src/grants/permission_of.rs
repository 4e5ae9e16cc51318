use std::{borrow::Cow, fmt, marker::PhantomData};

use crate::{Error, Result, model::Model};

/// The name of a permission on a model's rows.
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::grants::PermissionOf;
///
/// const PUBLISH: PermissionOf<car::Entity> = PermissionOf::new("publish_car");
/// let same: PermissionOf<car::Entity> = "drivers.publish_car".into();
/// assert_eq!(PUBLISH.codename().unwrap(), same.codename().unwrap());
/// ```
///
/// A bare codename, or a label. The label of another app is refused where guardian drops it unread (CONTRACT 8.8).
pub struct PermissionOf<M> {
    name: Cow<'static, str>,
    model: PhantomData<fn() -> M>,
}

impl<M> PermissionOf<M> {
    /// A permission by its codename or its label.
    pub const fn new(name: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), model: PhantomData }
    }
}

impl<M: Model> PermissionOf<M> {
    /// The codename; an error where the label is another app's.
    pub fn codename(&self) -> Result<&str> {
        let codename = match self.name.split_once('.') {
            None => Some(&*self.name),
            Some((app_label, codename)) => Some(codename).filter(|_| app_label == app_of::<M>()),
        };
        // no column of text holds a NUL on every database
        let codename = codename.filter(|codename| !codename.contains('\0'));
        codename.ok_or_else(|| {
            Error::invalid(format!("`{}` is no permission on `{}.{}`", self.name, M::APP_LABEL, M::MODEL_NAME))
        })
    }

    /// `app_label.codename`, as checks and messages have it.
    pub(super) fn label(&self) -> String {
        match self.name.contains('.') {
            true => self.name.clone().into_owned(),
            false => format!("{}.{}", app_of::<M>(), self.name),
        }
    }
}

/// The app of the permissions that are granted on a model's rows.
fn app_of<M: Model>() -> &'static str {
    M::PROXY_OF.map_or(M::APP_LABEL, |(app_label, _)| app_label)
}

/// The codenames of permissions, where some are named.
pub(super) fn codenames<M: Model>(permissions: Option<&[PermissionOf<M>]>) -> Result<Option<Vec<&str>>> {
    permissions.map(|permissions| permissions.iter().map(PermissionOf::codename).collect()).transpose()
}

impl<M> From<&str> for PermissionOf<M> {
    fn from(name: &str) -> Self {
        Self { name: name.to_owned().into(), model: PhantomData }
    }
}

impl<M> From<String> for PermissionOf<M> {
    fn from(name: String) -> Self {
        Self { name: name.into(), model: PhantomData }
    }
}

impl<M> Clone for PermissionOf<M> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), model: PhantomData }
    }
}

impl<M> fmt::Debug for PermissionOf<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PermissionOf({})", self.name)
    }
}
