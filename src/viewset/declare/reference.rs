use sea_orm::EntityTrait;

use crate::{
    model::Model,
    permission::{Action, FollowedKey, Permissions, PermissionsFor},
    viewset::ViewSet,
};

/// Which rows a key in a body may point at, where that is not said by a viewset of its own.
///
/// ```
/// use refrain::{Access, IsAuthenticated, Reference, ViewSet};
/// # use refrain::doc_example::{cars::Cars, trip, trips::Trip};
///
/// struct Trips;
///
/// impl ViewSet for Trips {
///     type Serializer = Trip;
///     const PATH: &'static str = "/trips";
///
///     fn permissions() -> Access<trip::Entity> {
///         Access::to(IsAuthenticated)
///     }
///
///     fn references() -> Vec<Reference<trip::Entity>> {
///         // nobody makes a trip of a car that they may not see
///         vec![Reference::to::<Cars>(trip::Column::CarId)]
///     }
/// }
/// ```
///
/// A key that a relation of the model declares, and whose rows one mounted viewset serves, is checked so by itself.
#[doc(alias = "PrimaryKeyRelatedField")]
pub struct Reference<M: EntityTrait> {
    pub(crate) column: M::Column,
    /// `None` where nothing is checked
    pub(crate) rows: Option<Permissions>,
}

impl<M: Model> Reference<M> {
    /// A row that this viewset lets the caller retrieve; any other is told as one that is not there (400).
    pub fn to<V: ViewSet>(column: M::Column) -> Self {
        Self::through(column, FollowedKey::new::<V, M>(column, Action::Retrieve))
    }

    /// A row of a model that no viewset serves, which these permissions let the caller retrieve.
    ///
    /// ```
    /// # use refrain::doc_example::{car, trip, trips::Trip};
    /// use refrain::{IsOwner, Reference, ViewSet};
    ///
    /// # struct Trips;
    /// impl ViewSet for Trips {
    /// #     type Serializer = Trip;
    /// #     const PATH: &'static str = "/trips";
    ///     fn references() -> Vec<Reference<trip::Entity>> {
    ///         // a trip is of a car of one's own
    ///         vec![Reference::among::<car::Entity>(trip::Column::CarId, IsOwner)]
    ///     }
    /// }
    /// ```
    pub fn among<T: Model>(column: M::Column, permissions: impl PermissionsFor<T>) -> Self {
        Self::through(column, FollowedKey::to_rows::<T, M>(column, permissions.into_permissions()))
    }

    /// Any row there is.
    ///
    /// ```
    /// # use refrain::doc_example::trip;
    /// use refrain::Reference;
    ///
    /// let any_car: Reference<trip::Entity> = Reference::unchecked(trip::Column::CarId);
    /// # let _ = any_car;
    /// ```
    pub const fn unchecked(column: M::Column) -> Self {
        Self { column, rows: None }
    }

    pub(crate) fn through(column: M::Column, key: FollowedKey) -> Self {
        Self { column, rows: Some(Permissions::Through(key.into())) }
    }
}
