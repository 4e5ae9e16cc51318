//! What a model says of itself: its labels, its permissions, its owner.

mod foreign_key;
mod info;
mod models;

pub(crate) use foreign_key::{ForeignKey, TableName};
pub use info::ModelInfo;
pub use models::Models;
/// Declares a sea-orm entity as a model with permissions; see [`trait@Model`].
pub use refrain_macros::Model;

use sea_orm::{EntityTrait, Iterable, PrimaryKeyToColumn};

/// A sea-orm entity that has a content type and permissions, as a Django model has.
///
/// Derived on the entity's `Model`:
///
/// ```
/// mod car {
///     use sea_orm::entity::prelude::*;
///
///     #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
///     #[sea_orm(table_name = "drivers_car")]
///     #[refrain(
///         app = "drivers",
///         model = "Car",
///         permissions(publish_car = "Can publish car listing", export_car = "Can export car data"),
///         owner = "owner_id"
///     )]
///     pub struct Model {
///         #[sea_orm(primary_key)]
///         pub id: i64,
///         pub name: String,
///         pub owner_id: Option<i32>,
///     }
///
///     #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
///     pub enum Relation {}
///     impl ActiveModelBehavior for ActiveModel {}
/// }
///
/// use refrain::Model;
/// assert_eq!(car::Entity::MODEL_NAME, "car");
/// assert_eq!(car::Entity::DEFAULT_PERMISSIONS, ["add", "change", "delete", "view"]);
/// assert_eq!(car::Entity::PUBLISH_CAR.codename().unwrap(), "publish_car");
/// ```
///
/// | attribute | meaning | when left out |
/// |---|---|---|
/// | `app = "drivers"` | the app label | required |
/// | `model = "Car"` | the name of the Django model class | required |
/// | `verbose_name = "car"` | the name in `Can add car` | the class name in lower-case words: `BigTruck` is `big truck` |
/// | `default_permissions(view, change)` | the codenames' first parts; `default_permissions()` for none | add, change, delete, view |
/// | `permissions(publish_car = "Can publish")` | custom codenames and their names | none |
/// | `owner = "owner_id"` | the field holding the owner's key | no owner |
/// | `user_grants = "drivers_car_user_grants"` | a table of its own for grants to users on its rows | guardian's generic table |
/// | `group_grants = "drivers_car_group_grants"` | the same for groups | guardian's generic table |
/// | `key = "uuid"` | a key in a column of text is a uuid's digits, as Django has it on SQLite and MySQL: grants name it as guardian does | such a key is a text |
/// | `renamed_from = "Auto"` | the model's former class name: its permissions are renamed, grants stay | |
/// | `proxy_of = "drivers.Car"` | a proxy of this model, whose table it has: grants on its rows are that model's | |
///
/// The derive also gives the entity a constant for each permission, its codename in upper case: `car::Entity::VIEW_CAR`
/// is a [`PermissionOf<car::Entity>`](crate::grants::PermissionOf). A codename that is no identifier then (`export.all`),
/// or one the entity uses already (`column`, `owner`), has none and is written as text.
#[doc(alias = "Meta")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` declares no model",
    label = "the derive `refrain::Model` is missing on the entity's struct",
    note = "add `refrain::Model` to the derives of its `Model`, and `#[refrain(app = \"…\", model = \"…\")]`"
)]
pub trait Model: EntityTrait {
    /// The label of the app, as in `drivers.view_car`.
    const APP_LABEL: &'static str;
    /// The class name as Django has it: `Car`.
    const OBJECT_NAME: &'static str;
    /// The class name in lower case, as in `django_content_type.model` and in codenames: `car`.
    const MODEL_NAME: &'static str;
    /// The name in sentences: `Can add car`.
    const VERBOSE_NAME: &'static str;
    /// The first parts of the automatic codenames, in order.
    const DEFAULT_PERMISSIONS: &'static [&'static str];
    /// The custom permissions: codename and name.
    const PERMISSIONS: &'static [(&'static str, &'static str)];
    /// The former class name in lower case, while a rename is being carried out.
    const RENAMED_FROM: Option<&'static str>;

    /// The fields of the entity's struct that have a column, as the struct calls them, each with its column.
    const FIELDS: &'static [(&'static str, <Self as EntityTrait>::Column)] = &[];

    /// A table of its own for grants to users on its rows, with the columns `user_id`, `permission_id` and
    /// `content_object_id`, instead of guardian's generic one (CONTRACT 8.4).
    #[doc(alias = "UserObjectPermissionBase")]
    const USER_GRANTS: Option<&'static str> = None;
    /// The same for grants to groups, with `group_id`.
    #[doc(alias = "GroupObjectPermissionBase")]
    const GROUP_GRANTS: Option<&'static str> = None;

    /// The model of which this is a proxy, by its app's label and its class name in lower case: object grants on its rows are
    /// that model's, and its permissions (CONTRACT 8.2). Its own permissions are on no row.
    #[doc(alias = "Meta.proxy")]
    const PROXY_OF: Option<(&'static str, &'static str)> = None;

    /// Does a key in a column of text hold a uuid, as Django's do on SQLite and MySQL? Guardian's grants name it by five
    /// groups of digits, whatever the column has (CONTRACT 8.1).
    const KEY_IS_UUID: bool = false;

    /// The column that holds the owner's key.
    fn owner() -> Option<Self::Column> {
        None
    }

    /// The column of a field of the entity's struct, by its exact name; none where the struct has no such field, or
    /// sea-orm ignores it.
    ///
    /// ```
    /// use refrain::Model;
    /// # use refrain::doc_example::car;
    ///
    /// assert!(matches!(car::Entity::column_of("owner_id"), Some(car::Column::OwnerId)));
    /// assert!(car::Entity::column_of("driver").is_none());
    /// assert!(matches!(car::Entity::owner(), Some(car::Column::OwnerId)));
    /// ```
    fn column_of(field: &str) -> Option<Self::Column> {
        Self::FIELDS.iter().find(|(name, _)| *name == field).map(|(_, column)| *column)
    }
}

/// A model with an owner column; `#[refrain(owner = "owner_id")]` implements it.
///
/// ```
/// use refrain::Owned;
/// # use refrain::doc_example::car;
///
/// assert!(matches!(car::Entity::OWNER, car::Column::OwnerId));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` declares no owner",
    label = "an owner rule needs a model with an owner column",
    note = "name the column on the entity: `#[refrain(owner = \"owner_id\")]`"
)]
pub trait Owned: Model {
    /// The column that holds the owner's key.
    const OWNER: Self::Column;
}

/// The columns of an entity's key.
pub(crate) fn key_columns<E: EntityTrait>() -> impl Iterator<Item = E::Column> {
    E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column)
}
