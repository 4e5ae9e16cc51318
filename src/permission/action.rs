use std::fmt;

use http::Method;

/// What a caller wants to do: one of a viewset's six standard actions, or one of its own.
///
/// ```
/// use refrain::Action;
///
/// assert_eq!(Action::PartialUpdate.name(), "partial_update");
/// assert_eq!(Action::PartialUpdate.codename(), Some("change"));
/// assert!(Action::List.is_safe());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// `GET` on the collection.
    List,
    /// `POST` on the collection.
    Create,
    /// `GET` on a row.
    Retrieve,
    /// `PUT` on a row.
    Update,
    /// `PATCH` on a row.
    PartialUpdate,
    /// `DELETE` on a row.
    Destroy,
    /// `OPTIONS`: asks for no permission and loads no row (CONTRACT 6.39).
    Metadata,
    /// A viewset's own action.
    Custom(CustomAction),
}

/// An action beside the six: its name, and what it asks of model permissions.
///
/// ```
/// use refrain::{Action, CustomAction};
///
/// // what a `RowAction` called `publish` is to a permission class
/// let publish = Action::Custom(CustomAction { name: "publish", safe: false, codename: Some("publish") });
/// assert_eq!((publish.name(), publish.codename()), ("publish", Some("publish")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CustomAction {
    /// The name, as in `publish`.
    pub name: &'static str,
    /// Does it leave the data as it is?
    pub safe: bool,
    /// The first part of the codename that model permissions ask, as in `publish` for `publish_car`.
    pub codename: Option<&'static str>,
}

impl Action {
    /// The six standard actions, in the order of their routes.
    pub const STANDARD: [Self; 6] =
        [Self::List, Self::Create, Self::Retrieve, Self::Update, Self::PartialUpdate, Self::Destroy];

    /// Does the action leave the data as it is?
    pub fn is_safe(self) -> bool {
        match self {
            Self::List | Self::Retrieve | Self::Metadata => true,
            Self::Custom(action) => action.safe,
            Self::Create | Self::Update | Self::PartialUpdate | Self::Destroy => false,
        }
    }

    /// The name, as DRF's `view.action` has it: `partial_update`.
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Create => "create",
            Self::Retrieve => "retrieve",
            Self::Update => "update",
            Self::PartialUpdate => "partial_update",
            Self::Destroy => "destroy",
            Self::Metadata => "metadata",
            Self::Custom(action) => action.name,
        }
    }

    /// The first part of the codename that model permissions ask: `list` and `retrieve` ask `view`.
    ///
    /// `None` asks for no permission. A custom action asks what it names; a safe one that names nothing asks `view`, an
    /// unsafe one `change`.
    pub fn codename(self) -> Option<&'static str> {
        match self {
            Self::List | Self::Retrieve => Some("view"),
            Self::Create => Some("add"),
            Self::Update | Self::PartialUpdate => Some("change"),
            Self::Destroy => Some("delete"),
            Self::Metadata => None,
            Self::Custom(action) => action.codename.or(Some(if action.safe { "view" } else { "change" })),
        }
    }

    /// The action a method stands for on a collection or on a row, also where the viewset does not offer it.
    pub(crate) fn of_method(method: &Method, on_row: bool) -> Option<Self> {
        Some(match *method {
            Method::GET | Method::HEAD if on_row => Self::Retrieve,
            Method::GET | Method::HEAD => Self::List,
            Method::POST => Self::Create,
            Method::PUT => Self::Update,
            Method::PATCH => Self::PartialUpdate,
            Method::DELETE => Self::Destroy,
            Method::OPTIONS => Self::Metadata,
            _ => return None,
        })
    }

    /// The method of a standard action's route.
    pub(crate) fn method(self) -> Option<Method> {
        Some(match self {
            Self::List | Self::Retrieve => Method::GET,
            Self::Create => Method::POST,
            Self::Update => Method::PUT,
            Self::PartialUpdate => Method::PATCH,
            Self::Destroy => Method::DELETE,
            Self::Metadata => Method::OPTIONS,
            Self::Custom(_) => return None,
        })
    }

    /// Is its route the row's?
    pub(crate) fn on_row(self) -> bool {
        matches!(self, Self::Retrieve | Self::Update | Self::PartialUpdate | Self::Destroy)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
