use std::{any::TypeId, cell::RefCell};

use poem::http::Method;

use crate::{
    permission::{Action, CustomAction},
    viewset::{Access, EntityOf, ViewSet, conditional::IfMatch},
};

/// An action of your own on one row, beside the six.
///
/// ```
/// # use refrain::doc_example::{car, cars::Cars};
/// use poem::http::Method;
/// use refrain::{Access, HasPerm, RowAction};
///
/// struct Publish;
///
/// impl RowAction for Publish {
///     type Of = Cars;
///     const NAME: &'static str = "publish";
///     const METHOD: Method = Method::POST;
///
///     fn permissions() -> Access<car::Entity> {
///         Access::to(HasPerm("drivers.publish_car"))
///     }
/// }
/// ```
///
/// Its handler is an ordinary `#[OpenApi]` method with one argument that finds, judges and hands over the row:
/// [`Row<Publish>`](crate::viewset::Row), or [`Locked<Publish>`](crate::viewset::Locked) to write it.
#[doc(alias = "action")]
pub trait RowAction: Send + Sync + 'static {
    /// The viewset it belongs to.
    type Of: ViewSet;
    /// Its name, as in `publish`.
    const NAME: &'static str;
    /// The method of its route: a safe one asks for less.
    const METHOD: Method;
    /// The first part of the codename that model permissions ask: `publish` asks `publish_car`. A class of the action's
    /// permissions must ask it; under classes that ask no codename it is refused when the API is built.
    const CODENAME: Option<&'static str> = None;
    /// Must a request for a [`Locked`](crate::viewset::Locked) row say by `If-Match` which state of the row it is about? What
    /// the viewset says where nothing is said.
    const REQUIRES_IF_MATCH: bool = <Self::Of as ViewSet>::REQUIRES_IF_MATCH;

    /// Who may; what the viewset says where nothing is said. That is for a safe method what it says for `retrieve`, and one
    /// that writes needs [`CODENAME`](Self::CODENAME) to say what is asked.
    fn permissions() -> Access<EntityOf<Self::Of>> {
        Access::global()
    }
}

/// An action of your own on the collection; its handler takes [`Rows<A>`](crate::viewset::Rows), the rows the caller may see.
///
/// ```
/// # use refrain::doc_example::{car, cars::Cars};
/// use poem::http::Method;
/// use poem_openapi::{OpenApi, payload::PlainText};
/// use refrain::{Access, CollectionAction, HasPerm, Problem, Rows};
///
/// struct Export;
///
/// impl CollectionAction for Export {
///     type Of = Cars;
///     const NAME: &'static str = "export";
///     const METHOD: Method = Method::GET;
///
///     fn permissions() -> Access<car::Entity> {
///         Access::to(HasPerm("drivers.export_car"))
///     }
/// }
///
/// struct Actions;
///
/// #[OpenApi]
/// impl Actions {
///     #[oai(path = "/cars/export", method = "get", operation_id = "cars_export")]
///     async fn export(&self, cars: Rows<Export>) -> Result<PlainText<String>, Problem> {
///         let rows = cars.rows.clone().all(&cars.db()).await?;
///         Ok(PlainText(rows.iter().map(|car| format!("{}\n", car.name)).collect()))
///     }
/// }
/// ```
#[doc(alias = "action")]
pub trait CollectionAction: Send + Sync + 'static {
    /// The viewset it belongs to.
    type Of: ViewSet;
    /// Its name, as in `export`.
    const NAME: &'static str;
    /// The method of its route.
    const METHOD: Method;
    /// The first part of the codename that model permissions ask, as for a [`RowAction`].
    const CODENAME: Option<&'static str> = None;

    /// Who may; what the viewset says where nothing is said, as for a [`RowAction`]: for a safe method what it says for
    /// `list`. The rows handed over meet both this and the list's own permissions.
    fn permissions() -> Access<EntityOf<Self::Of>> {
        Access::global()
    }
}

pub(crate) fn custom(name: &'static str, method: &Method, codename: Option<&'static str>) -> Action {
    Action::Custom(CustomAction { name, safe: method.is_safe(), codename })
}

/// What is known of an action once an `#[OpenApi]` method takes it as an argument.
#[derive(Clone, Copy)]
pub(crate) struct ActionInfo {
    /// The type of its argument: `Row<A>` or `Rows<A>`.
    pub(crate) id: TypeId,
    /// The type of the viewset.
    pub(crate) viewset: TypeId,
    pub(crate) name: &'static str,
    pub(crate) method: fn() -> Method,
    pub(crate) codename: Option<&'static str>,
    /// An `Access<E>`, which only the viewset can name.
    pub(crate) access: fn() -> Box<dyn std::any::Any>,
    /// The name under which an operation's `security` mentions it.
    pub(crate) marker: &'static str,
    pub(crate) on_row: bool,
    /// Is it about rows that the body names?
    pub(crate) names_rows: bool,
    /// How many variables of its path name the row.
    pub(crate) variables: fn() -> usize,
    /// What its handler does with `If-Match`.
    pub(crate) if_match: IfMatch,
}

impl ActionInfo {
    pub(crate) fn action(&self) -> Action {
        custom(self.name, &(self.method)(), self.codename)
    }
}

thread_local! {
    static ACTIONS: RefCell<Vec<ActionInfo>> = const { RefCell::new(Vec::new()) };
}

/// The actions that arguments announce while `register` runs: poem-openapi calls every argument's registration, and
/// gives it no place to leave what it is.
pub(crate) fn collect_actions(register: impl FnOnce()) -> Vec<ActionInfo> {
    ACTIONS.with_borrow_mut(Vec::clear);
    register();
    let mut actions = ACTIONS.with_borrow_mut(std::mem::take);
    let mut seen = std::collections::HashSet::new();
    actions.retain(|action| seen.insert(action.id));
    actions
}

pub(crate) fn announce(action: ActionInfo) {
    ACTIONS.with_borrow_mut(|actions| actions.push(action));
}
