use std::marker::PhantomData;

use sea_orm::ColumnTrait;

use crate::{
    model::Model,
    permission::{Action, FollowedKey, IntoPermissions, Operators, Permissions, PermissionsFor},
    viewset::ViewSet,
};

/// Lets the caller touch a row whose key points at one that another viewset lets them retrieve.
///
/// ```
/// use refrain::{Access, Through, ViewSet};
/// # use refrain::doc_example::{cars::Cars, trip, trips::Trip};
///
/// struct Trips;
///
/// impl ViewSet for Trips {
///     type Serializer = Trip;
///     const PATH: &'static str = "/trips";
///
///     fn permissions() -> Access<trip::Entity> {
///         // whoever may see the car sees its trips
///         Access::to(Through::<Cars>::by(trip::Column::CarId))
///     }
/// }
/// ```
///
/// What it means is the other viewset's own meaning, its [`query`](ViewSet::query) and the grants on its rows included: no
/// rule is said twice. A key that is NULL points at no row. Keys that follow each other are one statement. Both viewsets
/// are mounted in one API; a rule that comes back to itself, and one that a row hook decides, are refused when it is
/// built.
#[derive(Operators)]
pub struct Through<V, C = ()> {
    column: C,
    action: Action,
    viewset: PhantomData<fn() -> V>,
}

impl<V: ViewSet> Through<V> {
    /// By this column, which holds the key of the other viewset's row.
    pub fn by<C: ColumnTrait<EntityName: Model<Column = C>>>(column: C) -> Through<V, C> {
        Through { column, action: Action::Retrieve, viewset: PhantomData }
    }
}

impl<V: ViewSet, C> Through<V, C> {
    /// A row that they may do this with, in place of retrieving it: whoever may update a project, say.
    ///
    /// ```
    /// # use refrain::doc_example::{cars::Cars, trip};
    /// use refrain::{Access, Action, Through};
    ///
    /// fn permissions() -> Access<trip::Entity> {
    ///     let of_car = Through::<Cars>::by(trip::Column::CarId);
    ///     // whoever may change the car may do anything with its trips
    ///     Access::to(of_car.for_action(Action::Update)).reading(of_car)
    /// }
    /// # permissions();
    /// ```
    pub fn for_action(self, action: Action) -> Self {
        Self { action, ..self }
    }
}

impl<V: ViewSet, C: ColumnTrait<EntityName: Model<Column = C>>> IntoPermissions for Through<V, C> {
    type Model = C::EntityName;

    fn into_permissions(self) -> Permissions {
        Permissions::Through(FollowedKey::new::<V, C::EntityName>(self.column, self.action).into())
    }
}

/// Lets the caller touch a row whose key points at a row of another model that these permissions let them retrieve.
///
/// ```
/// use refrain::{Access, IsOwner, Through, ThroughRows, ViewSet};
/// # use refrain::doc_example::{car, cars::Cars, trip, trips::Trip};
///
/// struct Trips;
///
/// impl ViewSet for Trips {
///     type Serializer = Trip;
///     const PATH: &'static str = "/trips";
///
///     fn permissions() -> Access<trip::Entity> {
///         // the car's owner alone, whoever else may see the car
///         Access::to(ThroughRows::of::<car::Entity>(trip::Column::CarId, IsOwner))
///     }
/// }
/// ```
///
/// It is for a model that no viewset serves, and where another rule than its viewset's is meant.
#[derive(Clone, Operators)]
pub struct ThroughRows<C> {
    key: Permissions,
    column: PhantomData<fn() -> C>,
}

impl<C: ColumnTrait<EntityName: Model<Column = C>>> ThroughRows<C> {
    /// By this column, which holds the key of a row of `T`.
    pub fn of<T: Model>(column: C, permissions: impl PermissionsFor<T>) -> Self {
        let key = FollowedKey::to_rows::<T, C::EntityName>(column, permissions.into_permissions());
        Self { key: Permissions::Through(key.into()), column: PhantomData }
    }
}

impl<C: ColumnTrait<EntityName: Model<Column = C>>> IntoPermissions for ThroughRows<C> {
    type Model = C::EntityName;

    fn into_permissions(self) -> Permissions {
        self.key
    }
}

impl<V, C: Clone> Clone for Through<V, C> {
    fn clone(&self) -> Self {
        Self { column: self.column.clone(), ..*self }
    }
}

impl<V, C: Copy> Copy for Through<V, C> {}
