//! Viewsets: a model's six routes and your own, declared by types and permissions.
//!
//! | folder | what it does |
//! |---|---|
//! | `declare` | what a viewset says of itself: who may do what, and its own actions |
//! | `mount` | puts a declared viewset into an API: its guards, its routes, the six standard actions |
//! | `row` | finds the row that a path names, hands it to actions, and says what its reader may do |
//! | `list` | reads a list's query, asks for its page, counts it |
//! | `write` | reads a body, writes the row under its lock, judges what it became |
//! | `document` | tells the OpenAPI document and `explain` |

mod columns;
mod declare;
mod document;
mod list;
mod mount;
mod row;
mod write;

use poem_openapi::types::{ParseFromJSON, ToJSON};
use sea_orm::{
    ActiveModelTrait, EntityTrait, FromQueryResult, IntoActiveModel, Iterable, ModelTrait, PrimaryKeyToColumn, Select,
};

pub use declare::{Access, CollectionAction, Declared, RowAction};
pub use list::Pagination;
pub use mount::ViewSetApi;
pub use row::{Locked, Row, Rows};

pub(crate) use declare::{ActionInfo, collect_actions, marker};
pub(crate) use mount::{Actions, Endpoint, Guard, METHODS, Mounted, MountedAction, Visit, told_in};
pub(crate) use write::{Fields, read_object};

use crate::{
    http::Problem,
    model::Model,
    permission::{Action, Context},
};

/// An entity whose rows a viewset can serve; every model's is.
pub trait Resource:
    Model<Model: Sync + IntoActiveModel<Self::ActiveModel> + ModelTrait<Entity = Self> + FromQueryResult>
    + EntityTrait<ActiveModel: ActiveModelTrait<Entity = Self> + Send + Sync>
{
    /// The column of the (first) primary key.
    fn key() -> Self::Column {
        Self::PrimaryKey::iter().next().expect("a sea-orm entity has a primary key").into_column()
    }
}

impl<E> Resource for E
where
    E: Model<Model: Sync + IntoActiveModel<E::ActiveModel> + ModelTrait<Entity = E> + FromQueryResult>,
    E: EntityTrait<ActiveModel: ActiveModelTrait<Entity = E> + Send + Sync>,
{
}

/// A model's routes: list, create, retrieve, update, partial update and destroy.
///
/// ```
/// use poem_openapi::Object;
/// use refrain::{Access, IsOwnerOrReadOnly, ModelPermissions, ViewSet};
/// use sea_orm::DeriveIntoActiveModel;
/// # use refrain::doc_example::car;
///
/// #[derive(Object)]
/// struct Car {
///     id: i64,
///     name: String,
///     #[oai(nullable)]
///     owner_id: Option<i32>,
/// }
///
/// impl From<car::Model> for Car {
///     fn from(car: car::Model) -> Self {
///         Self { id: car.id, name: car.name, owner_id: car.owner_id }
///     }
/// }
///
/// #[derive(Object, DeriveIntoActiveModel)]
/// #[sea_orm(active_model = "car::ActiveModel")]
/// struct CarInput {
///     #[oai(validator(min_length = 1, max_length = 100))]
///     name: String,
/// }
///
/// struct Cars;
///
/// impl ViewSet for Cars {
///     type Entity = car::Entity;
///     type Output = Car;
///     type Input = CarInput;
///     const PATH: &'static str = "/cars";
///
///     fn permissions() -> Access<car::Entity> {
///         Access::to(ModelPermissions & IsOwnerOrReadOnly)
///     }
/// }
/// ```
///
/// What a type in `Input` lacks cannot be written; what `Output` lacks cannot be read. A new row whose owner column is
/// left out belongs to the caller. Your own actions are ordinary `#[OpenApi]` methods with a [`Row`], [`Locked`] or
/// [`Rows`] argument.
#[doc(alias("ModelViewSet", "ReadOnlyModelViewSet", "GenericViewSet"))]
pub trait ViewSet: Send + Sync + 'static {
    /// The model.
    type Entity: Resource;
    /// A row as callers see it.
    #[doc(alias = "serializer_class")]
    type Output: ToJSON + From<<Self::Entity as EntityTrait>::Model>;
    /// A row as callers write it.
    type Input: ParseFromJSON + IntoActiveModel<<Self::Entity as EntityTrait>::ActiveModel>;
    /// The path of the collection; a row's is below it.
    const PATH: &'static str;
    /// Which of the six standard actions there are.
    const ACTIONS: &'static [Action] = &Action::STANDARD;
    /// Is a row judged again as the write leaves it? `false` is DRF's behaviour: rows can be given away and made for
    /// others.
    const CHECKS_RESULT: bool = true;

    /// Does every representation tell what its reader may do with the row? A member `permissions` then lists `view`,
    /// `change`, `delete` and the names of custom actions, from the very rules that guard them.
    const ROW_PERMISSIONS: bool = false;

    /// Who may do what; the global default where nothing is said.
    #[doc(alias("permission_classes", "get_permissions"))]
    fn permissions() -> Access<Self::Entity> {
        Access::nothing()
    }

    /// The rows there are at all, for lists and for single rows. A write cannot take a row out of them, nor make one
    /// beside them, unless [`CHECKS_RESULT`](Self::CHECKS_RESULT) is off.
    #[doc(alias("queryset", "get_queryset"))]
    fn query(&self, _cx: &Context<'_>) -> Select<Self::Entity> {
        Self::Entity::find()
    }

    /// The column by which a row's path names it; unique.
    #[doc(alias = "lookup_field")]
    fn lookup() -> <Self::Entity as EntityTrait>::Column {
        Self::Entity::key()
    }

    /// Fields of [`Input`](Self::Input) that are called as no column, each with a column that it writes:
    /// `vec![("title", car::Column::Name)]`. On a row that is there only columns with a field in the body are written.
    fn writes() -> Vec<(&'static str, <Self::Entity as EntityTrait>::Column)> {
        Vec::new()
    }

    /// How lists are cut into pages.
    #[doc(alias = "pagination_class")]
    fn pagination() -> Pagination {
        Pagination::default()
    }

    /// The columns a list can be filtered by: `?name=…`.
    #[doc(alias = "filterset_fields")]
    fn filters() -> Vec<<Self::Entity as EntityTrait>::Column> {
        Vec::new()
    }

    /// The columns a list can be ordered by: `?ordering=name,-id`.
    #[doc(alias = "ordering_fields")]
    fn orderings() -> Vec<<Self::Entity as EntityTrait>::Column> {
        Vec::new()
    }

    /// Completes a row before it is inserted. Runs in the transaction ([`Context::db`]), and again where the database
    /// asks for the transaction to be run again.
    fn perform_create(
        &self,
        _cx: &Context<'_>,
        row: <Self::Entity as EntityTrait>::ActiveModel,
    ) -> impl Future<Output = Result<<Self::Entity as EntityTrait>::ActiveModel, Problem>> + Send {
        async { Ok(row) }
    }

    /// Completes changes before they are written; `before` is the row under lock. Runs as [`perform_create`](Self::perform_create) does.
    fn perform_update(
        &self,
        _cx: &Context<'_>,
        changes: <Self::Entity as EntityTrait>::ActiveModel,
        _before: &<Self::Entity as EntityTrait>::Model,
    ) -> impl Future<Output = Result<<Self::Entity as EntityTrait>::ActiveModel, Problem>> + Send {
        async { Ok(changes) }
    }

    /// Runs before a row is deleted, as [`perform_create`](Self::perform_create) does.
    fn perform_destroy(
        &self,
        _cx: &Context<'_>,
        _row: &<Self::Entity as EntityTrait>::Model,
    ) -> impl Future<Output = Result<(), Problem>> + Send {
        async { Ok(()) }
    }

    /// Runs once a write is committed, and then only once; also where the client has hung up meanwhile.
    fn after_commit(
        &self,
        _action: Action,
        _row: &<Self::Entity as EntityTrait>::Model,
    ) -> impl Future<Output = ()> + Send {
        async {}
    }
}
