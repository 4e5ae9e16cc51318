use std::{
    any::TypeId,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use poem::{EndpointExt, Request, endpoint::BoxEndpoint, http::Method};
use poem_openapi::{
    OpenApi,
    registry::{MetaApi, MetaOperation, Registry},
};

use refrain_entity::UserColumn;

use super::{
    RegisterByMail, ResetPassword, caller_session,
    front::asked_by_handler,
    guarded::{Announcement, GUARDED, admit},
    limited_auth,
    part::{Hidden, Mounting, Part},
    routes::path_in_document,
};
use crate::{
    Error, Result,
    http::{Problem, site_of},
    viewset::{ActionInfo, Actions, Conditional, Declared, Endpoint, Guard, collect_actions},
};

/// Handlers: an object with `#[OpenApi]` methods.
///
/// ```
/// use poem_openapi::{OpenApi, payload::PlainText};
/// use refrain::{AllowAny, Api, Guarded, api::Handlers};
///
/// struct Hello;
///
/// #[OpenApi]
/// impl Hello {
///     #[oai(path = "/hello", method = "get")]
///     async fn hello(&self, _open: Guarded<AllowAny>) -> PlainText<&'static str> {
///         PlainText("Hello")
///     }
/// }
///
/// /// The type of an API is made of its parts.
/// fn with_hello(api: Api) -> Api<((), Handlers<Hello>)> {
///     api.with(Hello)
/// }
/// ```
pub struct Handlers<O> {
    handlers: O,
    hidden: Hidden,
}

impl<O> Handlers<O> {
    pub(super) fn new(handlers: O) -> Self {
        Self { handlers, hidden: Hidden::default() }
    }
}

impl<O: OpenApi + 'static> Part for Handlers<O> {
    fn mount(&mut self, mounting: &mut Mounting) -> Result<()> {
        self.hidden = mounting.hidden.clone();
        let by_mail = [TypeId::of::<ResetPassword>(), TypeId::of::<RegisterByMail>()];
        let users = mounting.site.auth.users();
        if by_mail.contains(&TypeId::of::<O>()) && !users.has(UserColumn::Email) {
            let why =
                format!("nobody registers or resets a password by a mail: `{}` has no column `email`", users.table);
            return Err(Error::wiring(why));
        }
        let mut registered = Ok(());
        let actions = collect_actions(|| registered = mounting.schemas.add(O::register));
        registered?;
        mounting.actions.extend(actions);
        for path in O::meta().into_iter().flat_map(|api| api.paths) {
            mounting.handlers.extend(path.operations.into_iter().map(|operation| (path.path.clone(), operation)));
        }
        Ok(())
    }
}

impl<O: OpenApi> OpenApi for Handlers<O> {
    fn meta() -> Vec<MetaApi> {
        O::meta()
    }

    fn register(registry: &mut Registry) {
        O::register(registry);
    }

    fn add_routes(self, table: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {
        let mut own = HashMap::new();
        self.handlers.add_routes(&mut own);
        let mut left_out = self.hidden.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let listed: HashSet<(String, Method)> = O::meta()
            .into_iter()
            .flat_map(|api| api.paths)
            .flat_map(|path| path.operations.into_iter().map(move |one| (path_in_document(&path.path), one.method)))
            .collect();
        for (path, methods) in own {
            let routes = table.entry(path.clone()).or_default();
            for (method, inner) in methods {
                let is_listed = listed.contains(&(path_in_document(&path), method.clone()));
                if !is_listed {
                    left_out.push((method.clone(), path.clone()));
                }
                routes.insert(method, if is_listed { inner } else { hidden(inner) });
            }
        }
    }
}

impl Mounting {
    /// What an `#[OpenApi]` method asks: what its action asks, what its `Guarded` argument says, or the default.
    pub(super) fn handler(&self, actions: &Actions, path: String, operation: &MetaOperation) -> Result<Endpoint> {
        caller_session::check(operation, &self.site)?;
        let mut guards = guards(&self.actions, operation);
        let operation_id = operation.operation_id.map_or_else(|| format!("{} {path}", operation.method), str::to_owned);
        let endpoint = Endpoint {
            method: operation.method.clone(),
            path,
            operation_id,
            action: None,
            model: None,
            permissions: self.site.handler_permissions.clone(),
            permissions_asked: Vec::new(),
            declared: Declared::Nothing,
            on_row: false,
            is_nested: false,
            names_rows: false,
            guarded_by: None,
            takes_password: limited_auth::is_taken_by(operation),
            guard: None,
            tells: None,
            conditional: Conditional::default(),
            members: Vec::new(),
        };
        if guards.len() > 1 {
            return Err(Error::wiring(format!(
                "`{} {}` takes {} arguments that say who may; take one, and combine with `&` what it asks",
                endpoint.method,
                endpoint.path,
                guards.len()
            )));
        }
        let endpoint = match guards.pop() {
            Some(GuardedBy::Action(info)) => return of_action(endpoint, info, &actions.0[&info.id].guard),
            Some(GuardedBy::Guarded(Announcement { by, permissions })) => {
                Endpoint { permissions: permissions(), declared: Declared::Action, guarded_by: Some(by), ..endpoint }
            }
            None => endpoint,
        };
        endpoint.permissions.check(None)?;
        Ok(Endpoint { permissions_asked: asked_by_handler(&endpoint.permissions), ..endpoint })
    }
}

/// The handler of a viewset's own action.
fn of_action(endpoint: Endpoint, info: &ActionInfo, guard: &Arc<Guard>) -> Result<Endpoint> {
    let declared = (info.method)();
    if declared != endpoint.method {
        return Err(Error::wiring(format!(
            "the action `{}` says its method is {declared}, and its handler answers {}",
            info.name, endpoint.method
        )));
    }
    let variables = (info.variables)();
    if info.on_row && endpoint.path.matches('{').count() != variables {
        let how_many = match variables {
            1 => "one variable that names it".to_owned(),
            _ => format!("{variables} variables that name it"),
        };
        return Err(Error::wiring(format!(
            "the action `{}` is about one row, and its path `{}` has not {how_many}",
            info.name, endpoint.path
        )));
    }
    Ok(Endpoint {
        action: Some(guard.action),
        permissions: guard.permissions.clone(),
        permissions_asked: guard.permissions.permissions_asked(Some(&guard.model), guard.action),
        model: Some(guard.model.clone()),
        declared: guard.declared,
        on_row: info.on_row,
        names_rows: info.names_rows,
        conditional: Conditional { if_match: info.if_match, ..Conditional::default() },
        guard: Some((guard.clone(), info.viewset)),
        ..endpoint
    })
}

/// An argument that guards a handler.
enum GuardedBy<'a> {
    Action(&'a ActionInfo),
    Guarded(Announcement),
}

fn guards<'a>(actions: &'a [ActionInfo], operation: &MetaOperation) -> Vec<GuardedBy<'a>> {
    let announced = GUARDED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let guard = |scheme: &&'static str| match actions.iter().find(|info| info.marker == *scheme) {
        Some(info) => Some(GuardedBy::Action(info)),
        None => announced.get(scheme).copied().map(GuardedBy::Guarded),
    };
    operation.security.iter().flat_map(|schemes| schemes.keys()).filter_map(guard).collect()
}

/// Of a handler that is hidden from the document it is not known what it asks: it asks the default, whatever else it
/// asks itself.
fn hidden(inner: BoxEndpoint<'static>) -> BoxEndpoint<'static> {
    let admitted = |request: Request| async move {
        let site = site_of(&request).map_err(Problem::from)?;
        admit(&request, &site.handler_permissions).await?;
        Ok(request)
    };
    inner.before(admitted).boxed()
}
