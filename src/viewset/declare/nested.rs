use std::{any::Any, pin::Pin, sync::Arc};

use poem_openapi::registry::MetaSchemaRef;
use sea_orm::Value;

use crate::{
    Error,
    http::{Problem, Site},
    permission::{Action, FollowedKey, Permissions},
    viewset::{ColumnOf, EntityOf, Mounted, ViewSet, mount::Visit, row::path_parameters},
};

/// A path below another viewset's rows at which this viewset's rows are found too: `/projects/{project_id}/tasks`.
///
/// ```
/// use refrain::{Access, Nested, Through, ViewSet};
/// # use refrain::doc_example::{cars::Cars, trip, trips::Trip};
///
/// struct Trips;
///
/// impl ViewSet for Trips {
///     type Serializer = Trip;
///     const PATH: &'static str = "/trips";
///
///     fn permissions() -> Access<trip::Entity> {
///         Access::to(Through::<Cars>::by(trip::Column::CarId))
///     }
///
///     fn nested() -> Vec<Nested<Self>> {
///         vec![Nested::below::<Cars>("/cars/{car_id}/trips", trip::Column::CarId)]
///     }
/// }
/// ```
///
/// There the parent is judged first, and where the caller may not retrieve it, it is not there (404). Lists are cut to
/// its rows, and a new row is one of them: a body may leave the key out, and one that says otherwise is 400.
#[doc(alias = "NestedRouter")]
pub struct Nested<V: ViewSet> {
    pub(crate) path: &'static str,
    pub(crate) key: ColumnOf<V>,
    actions: &'static [Action],
    pub(crate) parent: Parent,
}

/// The viewset that a path's first variable names a row of, with its type erased.
#[derive(Clone)]
pub(crate) struct Parent {
    pub(crate) find: FindParent,
    pub(crate) schemas: fn() -> Vec<MetaSchemaRef>,
    /// may the caller retrieve the row that the key points at?
    pub(crate) permissions: Permissions,
}

type FindParent = for<'a> fn(&'a Visit, &'a str) -> Finding<'a>;
type Finding<'a> = Pin<Box<dyn Future<Output = Result<Value, Problem>> + Send + 'a>>;

impl<V: ViewSet> Nested<V> {
    /// Below the rows of `P`: the path has one variable, the row of `P` as its own path names it, and `key` is the column
    /// that points at it.
    pub fn below<P: ViewSet>(path: &'static str, key: ColumnOf<V>) -> Self {
        let followed = FollowedKey::new::<P, EntityOf<V>>(key, Action::Retrieve);
        let parent = Parent {
            find: find_parent::<P>,
            schemas: || path_parameters::<P>().into_iter().map(|(_, schema)| schema).collect(),
            permissions: Permissions::Through(Arc::new(followed)),
        };
        Self { path, key, actions: V::ACTIONS, parent }
    }

    /// Only these of the viewset's actions.
    ///
    /// ```
    /// # use refrain::doc_example::{cars::Cars, trip, trips::Trip};
    /// use refrain::{Action, Nested, ViewSet};
    ///
    /// # struct Trips;
    /// impl ViewSet for Trips {
    /// #     type Serializer = Trip;
    /// #     const PATH: &'static str = "/trips";
    ///     fn nested() -> Vec<Nested<Self>> {
    ///         let of_car = Nested::below::<Cars>("/cars/{car_id}/trips", trip::Column::CarId);
    ///         vec![of_car.only(&[Action::List, Action::Create])]
    ///     }
    /// }
    /// ```
    pub fn only(self, actions: &'static [Action]) -> Self {
        Self { actions, ..self }
    }

    pub(crate) fn offers(&self, action: Action) -> bool {
        self.actions.contains(&action) && V::ACTIONS.contains(&action)
    }

    /// The name of the path's variable; `None` where it has none, or several.
    pub(crate) fn variable(&self) -> Option<&'static str> {
        let mut names = self.path.split('/').filter_map(|step| step.strip_prefix('{')?.strip_suffix('}'));
        let (name, None) = (names.next()?, names.next()) else { return None };
        Some(name)
    }
}

/// The key of the row that a path's variable names, where the caller may retrieve it.
fn find_parent<'a, P: ViewSet>(visit: &'a Visit, text: &'a str) -> Finding<'a> {
    Box::pin(async move {
        let parents = mounted::<P>(&visit.site)?;
        parents.key_of_retrieved(visit, text).await
    })
}

fn mounted<P: ViewSet>(site: &Site) -> Result<Arc<Mounted<P>>, Error> {
    let found = site.viewsets.find(std::any::TypeId::of::<P>(), std::any::type_name::<P>())?;
    let found: Arc<dyn Any + Send + Sync> = found;
    found.downcast().map_err(|_| Error::wiring("a viewset was mounted as another"))
}
