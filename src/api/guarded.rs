use std::{any::TypeId, collections::BTreeMap, marker::PhantomData, ops::Deref, sync::Mutex};

use http::HeaderMap;
use poem::{Request, RequestBody};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions, registry::Registry};

use crate::{
    auth::User,
    http::{Caller, Problem, Site, site_of},
    permission::{
        Action, AllowAny, Context, CustomAction, IntoPermissions, IsAdminUser, IsAuthenticated, IsSuperuser,
        Permissions, Rule,
    },
    viewset::marker,
};

/// Who may call a plain handler: an argument of an `#[OpenApi]` method, best its first.
///
/// ```
/// use poem_openapi::{OpenApi, payload::PlainText};
/// use refrain::{AllowAny, Guarded};
///
/// struct Status;
///
/// #[OpenApi]
/// impl Status {
///     #[oai(path = "/status", method = "get")]
///     async fn status(&self, _open: Guarded<AllowAny>) -> PlainText<&'static str> {
///         PlainText("fine")
///     }
/// }
/// ```
///
/// A handler without it asks the API's [`handler_permissions`](super::Api::handler_permissions).
#[derive(Clone, Debug)]
pub struct Guarded<P> {
    caller: Caller,
    permissions: PhantomData<fn() -> P>,
}

/// The permissions of a plain handler; the stock classes that ask nothing of a model stand for themselves.
///
/// ```
/// use refrain::{HandlerPermissions, HasPerm, IntoPermissions, IsAdminUser};
///
/// struct MayReport;
///
/// impl HandlerPermissions for MayReport {
///     fn permissions() -> impl IntoPermissions {
///         HasPerm("drivers.export_car") | IsAdminUser
///     }
/// }
/// ```
pub trait HandlerPermissions: Send + Sync + 'static {
    /// The expression.
    fn permissions() -> impl IntoPermissions;
}

/// Names an expression of permission classes, for [`Guarded`]: a type in place of a type and an implementation.
///
/// ```
/// use poem_openapi::{OpenApi, payload::PlainText};
/// use refrain::{Guarded, HasPerm, IsAdminUser};
///
/// refrain::handler_permissions! {
///     /// Whoever may see the reports.
///     MayReport = HasPerm("drivers.export_car") | IsAdminUser;
/// }
///
/// struct Reports;
///
/// #[OpenApi]
/// impl Reports {
///     #[oai(path = "/reports", method = "get")]
///     async fn reports(&self, _who: Guarded<MayReport>) -> PlainText<&'static str> {
///         PlainText("none yet")
///     }
/// }
/// ```
///
/// A type's argument has to be a type: stable Rust has no expressions there.
#[macro_export]
macro_rules! handler_permissions {
    ($($(#[$attribute:meta])* $visibility:vis $name:ident = $expression:expr;)+) => {$(
        $(#[$attribute])*
        $visibility struct $name;

        impl $crate::HandlerPermissions for $name {
            fn permissions() -> impl $crate::IntoPermissions {
                $expression
            }
        }
    )+};
}

macro_rules! stands_for_itself {
    ($($class:ident),*) => {$(
        impl HandlerPermissions for $class {
            fn permissions() -> impl IntoPermissions {
                $class
            }
        }
    )*};
}

stands_for_itself!(AllowAny, IsAuthenticated, IsAdminUser, IsSuperuser);

impl<P> Deref for Guarded<P> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

/// The permissions that `Guarded` arguments announce, by the name their operations' `security` mentions.
pub(super) static GUARDED: Mutex<Announced> = Mutex::new(BTreeMap::new());

type Announced = BTreeMap<&'static str, Announcement>;

/// A `Guarded` argument: the type that says who may, and what it says.
#[derive(Clone, Copy)]
pub(super) struct Announcement {
    pub(super) by: TypeId,
    pub(super) permissions: fn() -> Permissions,
}

impl<'a, P: HandlerPermissions> ApiExtractor<'a> for Guarded<P> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn register(_: &mut Registry) {
        let mut guarded = GUARDED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let permissions = || P::permissions().into_permissions();
        guarded.insert(marker::<Self>(), Announcement { by: TypeId::of::<P>(), permissions });
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![marker::<Self>()]
    }

    async fn from_request(request: &'a Request, _: &mut RequestBody, _: ExtractParamOptions<()>) -> poem::Result<Self> {
        let before = request.extensions().get::<Admitted>().is_some_and(|admitted| admitted.0 == TypeId::of::<P>());
        let caller = match before {
            true => Caller::of(request)?,
            false => admit(request, &P::permissions().into_permissions()).await?,
        };
        Ok(Self { caller, permissions: PhantomData })
    }
}

/// The type whose permissions let this request in, before any argument was read.
#[derive(Clone)]
pub(super) struct Admitted(pub(super) TypeId);

/// Lets the caller of a plain handler through, or says why not.
pub(super) async fn admit(request: &Request, permissions: &Permissions) -> Result<Caller, Problem> {
    let site = site_of(request)?;
    let caller = Caller::of(request)?;
    let cx = about_handler(&site, &caller, request.headers(), request.method().is_safe());
    if admits(&permissions.meaning(&cx).await?, permissions)? {
        return Ok(caller);
    }
    let denied = permissions.meanings(&cx).await?.refusing_request();
    Err(site.refuse(denied, &caller))
}

/// The question that stands before a plain handler.
pub(super) fn about_handler<'a>(site: &'a Site, user: &'a User, headers: &'a HeaderMap, safe: bool) -> Context<'a> {
    let action = Action::Custom(CustomAction { name: "handler", safe, codename: None });
    Context::new(user, action, None, headers, &site.db)
}

/// A plain handler has no rows: a class that answers with a condition on them has not said yes.
pub(super) fn admits(rule: &Rule, permissions: &Permissions) -> crate::Result<bool> {
    match rule {
        Rule::Always => Ok(true),
        Rule::Never => Ok(false),
        _ => Err(crate::Error::wiring(format!("`{permissions}` depends on a row, and a plain handler has none"))),
    }
}
