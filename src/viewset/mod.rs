//! Viewsets: a model's six routes and your own, declared by types and permissions.
//!
//! | folder | what it does |
//! |---|---|
//! | `declare` | what a viewset says of itself: who may do what, and its own actions |
//! | `mount` | puts a declared viewset into an API: its guards, its routes, the six standard actions |
//! | `guarded_fields` | fields that are not everybody's: who reads and writes them |
//! | `row` | finds the row that a path names, hands it to actions, and says what its reader may do |
//! | `list` | reads a list's query, asks for its page, counts it |
//! | `bulk` | many rows in one request: their routes, and the rows that a list names |
//! | `write` | writes the row under its lock, judges what it became |
//! | `conditional` | tags of representations, `If-Match` and `If-None-Match`, the column that counts writes |
//! | `document` | tells the OpenAPI document and `explain` |

mod bulk;
mod columns;
mod conditional;
mod declare;
mod document;
mod guarded_fields;
mod list;
mod mount;
mod row;
mod write;

use sea_orm::{EntityTrait, Select};

pub use crate::serializer::Resource;
pub use declare::{
    Access, CollectionAction, Declared, Nested, Reference, Represent, RowAction, Shown, Through, ThroughRows,
};
pub use list::{Filter, Lookup, Order, Pagination};
pub use mount::ViewSetApi;
pub use row::{Listed, Locked, LockedBatch, LockedRows, Row, Rows, ShownRow};

pub(crate) use conditional::{Conditional, IfMatch};
pub(crate) use declare::{ActionInfo, collect_actions, marker};
pub(crate) use list::absolute_links_in;
#[cfg(feature = "testing")]
pub(crate) use mount::RowPaths;
pub(crate) use mount::{Actions, Endpoint, Guard, METHODS, Mounted, MountedAction, Visit, told_in};

use crate::{
    http::Problem,
    permission::{Action, Context},
    serializer::Serializer,
    throttle::Throttle,
};

pub(crate) type EntityOf<V> = <<V as ViewSet>::Serializer as Serializer>::Entity;
pub(crate) type ModelOf<V> = <EntityOf<V> as EntityTrait>::Model;
pub(crate) type ActiveModelOf<V> = <EntityOf<V> as EntityTrait>::ActiveModel;
pub(crate) type ColumnOf<V> = <EntityOf<V> as EntityTrait>::Column;
pub(crate) type BesideOf<V> = <<V as ViewSet>::Serializer as Serializer>::Beside;

/// A model's routes: list, create, retrieve, update, partial update and destroy.
///
/// ```
/// use refrain::{Access, IsOwnerOrReadOnly, ModelPermissions, Serializer, ViewSet};
/// # use refrain::doc_example::car;
///
/// #[derive(Serializer)]
/// #[serializer(model = car)]
/// struct Car {
///     #[serializer(read_only)]
///     id: i64,
///     #[serializer(length(1..=100))]
///     name: String,
///     owner_id: Option<i32>,
///     #[serializer(read_only, default = false)]
///     published: bool,
/// }
///
/// struct Cars;
///
/// impl ViewSet for Cars {
///     type Serializer = Car;
///     const PATH: &'static str = "/cars";
///
///     fn permissions() -> Access<car::Entity> {
///         Access::to(ModelPermissions & IsOwnerOrReadOnly)
///     }
/// }
/// ```
///
/// What the [`Serializer`](trait@Serializer) lacks can be neither read nor written. A new row whose owner column is left
/// out belongs to the caller. Your own actions are ordinary `#[OpenApi]` methods with a [`Row`], [`Locked`] or
/// [`Rows`] argument.
#[doc(alias("ModelViewSet", "ReadOnlyModelViewSet", "GenericViewSet"))]
pub trait ViewSet: Sized + Send + Sync + 'static {
    /// What callers see and write of the model's rows.
    #[doc(alias = "serializer_class")]
    type Serializer: Shown<Self>;
    /// The path of the collection; a row's is below it. One with a variable is one of [`nested`](Self::nested).
    const PATH: &'static str;
    /// Which of the six standard actions there are; all where nothing is said.
    ///
    /// ```
    /// # use refrain::{Action, ViewSet, doc_example::cars::Car};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     const ACTIONS: &'static [Action] = &[Action::List, Action::Retrieve];
    /// }
    /// ```
    const ACTIONS: &'static [Action] = &Action::STANDARD;

    /// Is a row judged again as the write leaves it? With `false` rows can be given away and made for others, as in DRF.
    ///
    /// ```
    /// # use refrain::{Action, ViewSet, doc_example::cars::Car};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     const CHECKS_RESULT: bool = false;
    /// }
    /// ```
    const CHECKS_RESULT: bool = true;

    /// Has every representation a member `permissions`, which says what its reader may do with the row? It lists `view`,
    /// `change`, `delete` and the names of custom actions, from the very rules that guard them.
    ///
    /// ```
    /// # use refrain::{Action, ViewSet, doc_example::cars::Car};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     const ROW_PERMISSIONS: bool = true;
    /// }
    /// ```
    const ROW_PERMISSIONS: bool = false;

    /// Must `PUT`, `PATCH`, `DELETE` and actions that take a [`Locked`] row say by `If-Match` which state of the row they
    /// are about? Without the header they are then 428.
    ///
    /// ```
    /// # use refrain::{Action, ViewSet, doc_example::cars::Car};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     const REQUIRES_IF_MATCH: bool = true;
    /// }
    /// ```
    const REQUIRES_IF_MATCH: bool = false;

    /// Which of `Create`, `PartialUpdate` and `Destroy` can be asked of many rows in one request; none where nothing is said.
    ///
    /// ```
    /// # use refrain::{Action, ViewSet, doc_example::cars::Car};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     const BULK: &'static [Action] = &[Action::Create, Action::Destroy];
    /// }
    /// ```
    ///
    /// All rows are written, or none, by the permissions of the action: `POST` and `PATCH` at `/cars/bulk`, `POST` at
    /// `/cars/bulk/delete`.
    #[doc(alias("bulk_create", "bulk_update", "ListSerializer"))]
    const BULK: &'static [Action] = &[];

    /// How many rows one such request, or one [`LockedRows`], may be about; more are 400.
    const BULK_LIMIT: usize = 1000;

    /// May callers choose the members of what they are shown, `?fields=id,name`? That holds for rows, lists and the answers
    /// of writes, and the document then requires no member of a representation.
    ///
    /// ```
    /// # use refrain::{Action, ViewSet, doc_example::cars::Car};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     const SPARSE_FIELDS: bool = true;
    /// }
    /// ```
    #[doc(alias("sparse_fieldsets", "DynamicFieldsModelSerializer"))]
    const SPARSE_FIELDS: bool = false;

    /// Are lists read from the API's [`Standby`](crate::Standby), where it has one and that is near enough?
    ///
    /// ```
    /// # use refrain::{Action, ViewSet, doc_example::cars::Car};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     const LISTS_FROM_STANDBY: bool = true;
    /// }
    /// ```
    ///
    /// A list may then be stale by the standby's bound, the grants on its rows too. Hooks of a list get a
    /// [`Context`] whose database is the standby.
    const LISTS_FROM_STANDBY: bool = false;

    /// Who may do what; the global default where nothing is said.
    #[doc(alias("permission_classes", "get_permissions"))]
    fn permissions() -> Access<EntityOf<Self>> {
        Access::nothing()
    }

    /// How often a caller may take an action; as the API says where nothing is said. The empty list is no limit at all.
    ///
    /// ```
    /// # use refrain::{Access, Action, ViewSet, doc_example::{car, cars::Car}};
    /// use refrain::throttle::{Rate, Throttle};
    ///
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    /// #     fn permissions() -> Access<car::Entity> { Access::to(refrain::IsAuthenticated) }
    ///     fn throttles(action: Action) -> Option<Vec<Throttle>> {
    ///         match action {
    ///             Action::Create => Some(vec![Throttle::scoped("new-cars", Rate::per_hour(20))]),
    ///             _ => None,
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// The empty list is no limit at all.
    #[doc(alias("throttle_classes", "get_throttles", "throttle_scope"))]
    fn throttles(_action: Action) -> Option<Vec<Throttle>> {
        None
    }

    /// The rows there are at all, for lists and for single rows; all of the table where nothing is said.
    ///
    /// ```
    /// # use refrain::{Access, ViewSet, doc_example::{car, cars::Car}, permission::Context};
    /// use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};
    ///
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     // to everybody else an unpublished car is not there
    ///     fn query(&self, cx: &Context<'_>) -> Option<Select<car::Entity>> {
    ///         (!cx.user().is_staff).then(|| car::Entity::find().filter(car::Column::Published.eq(true)))
    ///     }
    /// }
    /// ```
    ///
    /// A write cannot take a row out of them, nor make one beside them, unless [`CHECKS_RESULT`](Self::CHECKS_RESULT)
    /// is off. Asked while the API is built too, for made-up callers whom `retrieve` would let in.
    #[doc(alias("queryset", "get_queryset"))]
    fn query(&self, _cx: &Context<'_>) -> Option<Select<EntityOf<Self>>> {
        None
    }

    /// The unique column by which a row's path names it; the primary key where nothing is said.
    ///
    /// ```
    /// # use refrain::{Access, ViewSet, doc_example::{car, cars::Car}};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     // /api/cars/{name}
    ///     fn lookup() -> car::Column {
    ///         car::Column::Name
    ///     }
    /// }
    /// ```
    ///
    /// It is a field's of the serializer. A key of several columns is as many steps of the path.
    #[doc(alias = "lookup_field")]
    fn lookup() -> ColumnOf<Self> {
        <EntityOf<Self> as Resource>::key()
    }

    /// Which rows keys in bodies may point at; those that relations declare where nothing is said.
    ///
    /// ```
    /// # use refrain::{Reference, ViewSet, doc_example::{cars::Cars, trip, trips::Trip}};
    /// # struct Trips;
    /// impl ViewSet for Trips {
    /// #     type Serializer = Trip;
    /// #     const PATH: &'static str = "/trips";
    ///     fn references() -> Vec<Reference<trip::Entity>> {
    ///         vec![Reference::to::<Cars>(trip::Column::CarId)]
    ///     }
    /// }
    /// ```
    ///
    /// It is needed where no viewset alone serves them, or their relation is not declared.
    fn references() -> Vec<Reference<EntityOf<Self>>> {
        Vec::new()
    }

    /// The paths below other viewsets' rows at which the rows are found too.
    ///
    /// ```
    /// # use refrain::{Nested, ViewSet, doc_example::{cars::Cars, trip, trips::Trip}};
    /// # struct Trips;
    /// impl ViewSet for Trips {
    /// #     type Serializer = Trip;
    /// #     const PATH: &'static str = "/trips";
    ///     fn nested() -> Vec<Nested<Self>> {
    ///         vec![Nested::below::<Cars>("/cars/{car_id}/trips", trip::Column::CarId)]
    ///     }
    /// }
    /// ```
    fn nested() -> Vec<Nested<Self>> {
        Vec::new()
    }

    /// A column that counts how often a row was written. It is an integer, and `read_only` if it is a field. Every update that
    /// goes through the viewset adds 1 to it, in its own statement; a new row begins with the default, or 1.
    ///
    /// `If-Match` then compares the version alone. Without one it compares what the row is to its caller.
    ///
    /// ```
    /// # use refrain::{Access, Serializer, ViewSet};
    /// # mod page {
    /// #     use sea_orm::entity::prelude::*;
    /// #     #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
    /// #     #[sea_orm(table_name = "wiki_page")]
    /// #     #[refrain(app = "wiki", model = "Page")]
    /// #     pub struct Model {
    /// #         #[sea_orm(primary_key)]
    /// #         pub id: i64,
    /// #         pub text: String,
    /// #         pub version: i32,
    /// #     }
    /// #     #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    /// #     pub enum Relation {}
    /// #     impl ActiveModelBehavior for ActiveModel {}
    /// # }
    /// #[derive(Serializer)]
    /// #[serializer(model = page)]
    /// struct Page {
    ///     #[serializer(read_only)]
    ///     id: i64,
    ///     text: String,
    /// }
    ///
    /// struct Pages;
    ///
    /// impl ViewSet for Pages {
    ///     type Serializer = Page;
    ///     const PATH: &'static str = "/pages";
    ///
    ///     fn version() -> Option<page::Column> {
    ///         Some(page::Column::Version)
    ///     }
    /// }
    /// ```
    fn version() -> Option<ColumnOf<Self>> {
        None
    }

    /// A column that marks rows as deleted: a boolean, or a moment that is NULL for a row that is there.
    ///
    /// ```
    /// # use refrain::{Access, IsOwner, ViewSet, doc_example::{car, cars::Car}};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     fn soft_delete() -> Option<car::Column> {
    ///         Some(car::Column::Published)
    ///     }
    /// }
    /// ```
    ///
    /// `DELETE` then marks the row, under the same lock and rule; from then on it is in no list, and nobody can read or
    /// write it.
    fn soft_delete() -> Option<ColumnOf<Self>> {
        None
    }

    /// How lists are cut into pages, by limit and offset, by number, or by cursor; 50 rows by limit and offset, at most 500,
    /// where nothing is said.
    ///
    /// ```
    /// # use refrain::{Pagination, ViewSet, doc_example::{car, cars::Car}};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     fn pagination() -> Pagination {
    ///         Pagination::cursor(20).at_most(100)
    ///     }
    /// }
    /// ```
    #[doc(alias = "pagination_class")]
    fn pagination() -> Pagination {
        Pagination::default()
    }

    /// The columns a list can be filtered by, and what may be asked of each: `?name=…`, `?due__gte=…`.
    ///
    /// ```
    /// # use refrain::{Filter, Lookup, ViewSet, doc_example::{car, cars::Car}};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     // ?published=true, ?name__startswith=b
    ///     fn filters() -> Vec<Filter<car::Column>> {
    ///         vec![car::Column::Published.into(), Filter::of(car::Column::Name).lookups([Lookup::StartsWith])]
    ///     }
    /// }
    /// ```
    ///
    /// Each goes by its field's name, and in its field's text.
    #[doc(alias = "filterset_fields")]
    fn filters() -> Vec<Filter<ColumnOf<Self>>> {
        Vec::new()
    }

    /// The columns of text that `?search=…` looks in: every term must be found in one of them.
    ///
    /// ```
    /// # use refrain::{ViewSet, doc_example::{car, cars::Car}};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     // ?search=beetle
    ///     fn search() -> Vec<car::Column> {
    ///         vec![car::Column::Name]
    ///     }
    /// }
    /// ```
    #[doc(alias = "search_fields")]
    fn search() -> Vec<ColumnOf<Self>> {
        Vec::new()
    }

    /// The columns a list can be ordered by: `?ordering=name,-id`.
    ///
    /// ```
    /// # use refrain::{Order, ViewSet, doc_example::{car, cars::Car}};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     // ?ordering=-name
    ///     fn orderings() -> Vec<car::Column> {
    ///         vec![car::Column::Name]
    ///     }
    ///
    ///     fn default_order() -> Vec<Order<car::Column>> {
    ///         vec![Order::descending(car::Column::Id)]
    ///     }
    /// }
    /// ```
    ///
    /// Each goes by its field's name.
    #[doc(alias = "ordering_fields")]
    fn orderings() -> Vec<ColumnOf<Self>> {
        Vec::new()
    }

    /// What a list is ordered by, unless its caller says; the key where nothing is said.
    #[doc(alias("ordering", "default_ordering"))]
    fn default_order() -> Vec<Order<ColumnOf<Self>>> {
        Vec::new()
    }

    /// Completes a row before it is inserted; `beside` holds the members of the body that have no column.
    ///
    /// ```
    /// # use refrain::{Problem, ViewSet, doc_example::{car, cars::Car}, permission::Context};
    /// use sea_orm::ActiveValue::Set;
    ///
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     // what staff makes is published at once
    ///     async fn perform_create(
    ///         &self,
    ///         cx: &Context<'_>,
    ///         row: car::ActiveModel,
    ///         _beside: &(),
    ///     ) -> Result<car::ActiveModel, Problem> {
    ///         Ok(car::ActiveModel { published: Set(cx.user().is_staff), ..row })
    ///     }
    /// }
    /// ```
    ///
    /// Runs in the transaction ([`Context::db`]), and again where the database asks for the transaction to be run
    /// again.
    fn perform_create(
        &self,
        _cx: &Context<'_>,
        row: ActiveModelOf<Self>,
        _beside: &BesideOf<Self>,
    ) -> impl Future<Output = Result<ActiveModelOf<Self>, Problem>> + Send {
        async { Ok(row) }
    }

    /// Completes changes before they are written; `before` is the row under lock.
    ///
    /// ```
    /// # use refrain::{Problem, ViewSet, doc_example::{car, cars::Car}, permission::{Context, Denial}};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     async fn perform_update(
    ///         &self,
    ///         _cx: &Context<'_>,
    ///         changes: car::ActiveModel,
    ///         before: &car::Model,
    ///         _beside: &(),
    ///     ) -> Result<car::ActiveModel, Problem> {
    ///         if before.published && changes.name.is_set() {
    ///             return Err(Problem::conflict("A published car keeps its name."));
    ///         }
    ///         Ok(changes)
    ///     }
    /// }
    /// ```
    ///
    /// It runs as [`perform_create`](Self::perform_create) does.
    fn perform_update(
        &self,
        _cx: &Context<'_>,
        changes: ActiveModelOf<Self>,
        _before: &ModelOf<Self>,
        _beside: &BesideOf<Self>,
    ) -> impl Future<Output = Result<ActiveModelOf<Self>, Problem>> + Send {
        async { Ok(changes) }
    }

    /// Writes what hangs on a row, once it is inserted: its memberships, its grants.
    ///
    /// ```
    /// # use refrain::{Problem, ViewSet, doc_example::{car, cars::Car}, permission::Context};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     // whoever makes a car may see it from then on
    ///     async fn created(&self, cx: &Context<'_>, row: &car::Model, _beside: &()) -> Result<(), Problem> {
    ///         let auth = cx.user().auth();
    ///         auth.assign_perm(cx.db(), car::Entity::VIEW_CAR, [cx.user()], [row]).await?;
    ///         Ok(())
    ///     }
    /// }
    /// ```
    ///
    /// Runs in the transaction; the row is judged after it, with what it wrote.
    fn created(
        &self,
        _cx: &Context<'_>,
        _row: &ModelOf<Self>,
        _beside: &BesideOf<Self>,
    ) -> impl Future<Output = Result<(), Problem>> + Send {
        async { Ok(()) }
    }

    /// Writes what hangs on a row, once it is updated.
    ///
    /// ```
    /// # use refrain::{Problem, ViewSet, doc_example::{car, cars::Car}, permission::Context};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     // a car that was published loses every grant on it
    ///     async fn updated(&self, cx: &Context<'_>, row: &car::Model, _beside: &()) -> Result<(), Problem> {
    ///         if row.published {
    ///             cx.user().auth().remove_all_perms(cx.db(), row).await?;
    ///         }
    ///         Ok(())
    ///     }
    /// }
    /// ```
    ///
    /// Runs as [`created`](Self::created) does.
    fn updated(
        &self,
        _cx: &Context<'_>,
        _row: &ModelOf<Self>,
        _beside: &BesideOf<Self>,
    ) -> impl Future<Output = Result<(), Problem>> + Send {
        async { Ok(()) }
    }

    /// Looks at a row before it is deleted, and may refuse.
    ///
    /// ```
    /// # use refrain::{Problem, ViewSet, doc_example::{car, cars::Car}, permission::Context};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     async fn perform_destroy(&self, _cx: &Context<'_>, row: &car::Model) -> Result<(), Problem> {
    ///         if row.published { Err(Problem::conflict("A published car stays.")) } else { Ok(()) }
    ///     }
    /// }
    /// ```
    ///
    /// Runs as [`perform_create`](Self::perform_create) does.
    fn perform_destroy(
        &self,
        _cx: &Context<'_>,
        _row: &ModelOf<Self>,
    ) -> impl Future<Output = Result<(), Problem>> + Send {
        async { Ok(()) }
    }

    /// Runs once a write is committed, and then only once.
    ///
    /// ```
    /// # use refrain::{Action, ViewSet, doc_example::{car, cars::Car}};
    /// # struct Cars;
    /// impl ViewSet for Cars {
    /// #     type Serializer = Car;
    /// #     const PATH: &'static str = "/cars";
    ///     async fn after_commit(&self, action: Action, row: &car::Model) {
    ///         println!("{action}: {}", row.name);
    ///     }
    /// }
    /// ```
    ///
    /// It runs also where the client has hung up meanwhile.
    fn after_commit(&self, _action: Action, _row: &ModelOf<Self>) -> impl Future<Output = ()> + Send {
        async {}
    }
}
