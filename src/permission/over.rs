use std::any::TypeId;

use sea_orm::EntityTrait;

use crate::model::{ModelInfo, Owned};

/// For every model: the class reads no column.
///
/// ```
/// use refrain::{AnyModel, PermissionClass};
///
/// struct AtNight;
///
/// impl PermissionClass for AtNight {
///     type Model = AnyModel;
/// }
/// ```
pub struct AnyModel;

/// For every model, and nothing but a model: the class asks for its permissions.
///
/// ```
/// use refrain::{Context, PermissionClass, Result, async_trait, permission::SomeModel};
///
/// struct HoldsEverything;
///
/// #[async_trait]
/// impl PermissionClass for HoldsEverything {
///     type Model = SomeModel;
///
///     async fn has_permission(&self, cx: &Context<'_>) -> Result<bool> {
///         let Some(model) = cx.model() else { return Ok(false) };
///         let labels = model.declared_permissions().map(|(codename, _)| format!("{}.{codename}", model.app_label()));
///         cx.user().has_perms(cx.db(), &labels.collect::<Vec<_>>()).await
///     }
/// }
///
/// assert!(HoldsEverything.fits(None).is_err());
/// ```
pub struct SomeModel;

/// For every model with an owner column.
///
/// ```
/// use refrain::{OwnedModel, PermissionClass};
///
/// struct IsOwnersFriend;
///
/// impl PermissionClass for IsOwnersFriend {
///     type Model = OwnedModel;
/// }
/// ```
pub struct OwnedModel;

/// Two operands' models at once.
///
/// ```
/// use refrain::{IntoPermissions, IsAuthenticated, IsOwner, permission::{AnyModel, Both, OwnedModel}};
///
/// fn of(_: impl IntoPermissions<Model = Both<AnyModel, OwnedModel>>) {}
///
/// of(IsAuthenticated & IsOwner);
/// ```
pub struct Both<A, B>(A, B);

/// May a class for `Self` judge rows of `E`?
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::permission::{AnyModel, Fits, OwnedModel};
///
/// fn judges_cars<M: Fits<car::Entity>>() {}
///
/// judges_cars::<AnyModel>();
/// judges_cars::<OwnedModel>();
/// judges_cars::<car::Entity>();
/// ```
#[diagnostic::on_unimplemented(
    message = "a permission class for `{Self}` cannot judge rows of `{E}`",
    label = "a class for another model"
)]
pub trait Fits<E> {}

impl<E> Fits<E> for AnyModel {}
impl<E> Fits<E> for SomeModel {}
impl<E: Owned> Fits<E> for OwnedModel {}
impl<E: EntityTrait> Fits<E> for E {}
impl<E, A: Fits<E>, B: Fits<E>> Fits<E> for Both<A, B> {}

/// Can rows of a model be judged? The same question as [`Fits`], asked at mount.
///
/// ```
/// # use refrain::doc_example::{car, trip};
/// use refrain::{model::ModelInfo, permission::{Over, OwnedModel}};
///
/// assert!(OwnedModel::fits(Some(&ModelInfo::of::<car::Entity>())).is_ok());
/// assert!(OwnedModel::fits(Some(&ModelInfo::of::<trip::Entity>())).is_err());
/// ```
///
/// It is for the global default, and for expressions from configuration. The error says why not.
pub trait Over: 'static {
    /// Can rows of this model be judged?
    fn fits(model: Option<&ModelInfo>) -> Result<(), String>;
}

impl Over for AnyModel {
    fn fits(_: Option<&ModelInfo>) -> Result<(), String> {
        Ok(())
    }
}

impl Over for SomeModel {
    fn fits(model: Option<&ModelInfo>) -> Result<(), String> {
        model.map(|_| ()).ok_or_else(|| "asks for the permissions of a model, and a plain handler has none".to_owned())
    }
}

impl Over for OwnedModel {
    fn fits(model: Option<&ModelInfo>) -> Result<(), String> {
        let model = model.ok_or("asks for the owner of a row, and a plain handler has no rows")?;
        if model.has_owner() {
            return Ok(());
        }
        Err(format!(
            "asks for the owner of a row, and `{model}` declares no owner; name the column on the entity: \
             `#[refrain(owner = \"owner_id\")]`"
        ))
    }
}

impl<E: EntityTrait> Over for E {
    fn fits(model: Option<&ModelInfo>) -> Result<(), String> {
        match model {
            Some(model) if model.entity() == TypeId::of::<E>() => Ok(()),
            Some(model) => Err(format!("judges rows of another model than `{model}`")),
            None => Err("judges rows, and a plain handler has none".to_owned()),
        }
    }
}
