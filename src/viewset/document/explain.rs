use std::sync::Arc;

use percent_encoding::percent_decode_str;
use sea_orm::EntityTrait;

use crate::{
    Db, Error, Result,
    auth::User,
    db::{begin_write, roll_back},
    grants::{Holder, PermissionOf},
    http::Problem,
    permission::{
        Action, AskedPermission, Context, Explanation, FieldExplained, Outcome, PartExplained, Permissions, judge_one,
    },
    viewset::{
        Endpoint, EntityOf, ModelOf, Mounted, Resource, ViewSet,
        guarded_fields::GuardedField,
        mount::{Place, Visit},
        row::Named,
        write::with_key_of,
    },
};

impl<V: ViewSet> Mounted<V> {
    /// Explains the answer to a visit at an endpoint, whose path has these variables: to a row where it names one.
    pub(crate) async fn explain(
        &self,
        mut visit: Visit,
        request: String,
        endpoint: &Endpoint,
        mut variables: &[&str],
    ) -> Result<Explanation> {
        let is_here = |place: &Place<V>| place.path_of(visit.guard.action) == endpoint.path;
        if let (Some(place), [parent, rest @ ..]) = (self.places.iter().position(is_here), variables)
            && self.places[place].nested.is_some()
        {
            variables = rest;
            visit.below = match self.below(place, &visit, &percent_decode_str(parent).decode_utf8_lossy()).await {
                Ok(below) => Some(below),
                Err(problem) => return self.without_row(&visit, request, problem).await,
            };
        }
        let visit = &visit;
        let named = endpoint.on_row.then(|| self.row_named(visit, &variables.join("/"))).transpose();
        let named = match named {
            Ok(named) => named,
            Err(problem) => return self.without_row(visit, request, problem).await,
        };
        let outcome = self.outcome(visit, visit.db(), named.as_ref()).await?;
        let would_change = match outcome.allowed {
            true => Vec::new(),
            false => self.would_change(visit, named.as_ref()).await?,
        };
        let cx = visit.context(visit.db());
        let meanings = visit.guard.permissions.meanings(&cx).await?;
        let judged = match &named {
            Some(named) => {
                let scope = visit.scope(&self.viewset, visit.db()).map_err(Error::could_not_tell)?;
                scope.judge_one(visit.db(), named, self.table(), &meanings.rules()).await?
            }
            None => None,
        };
        let model = judged.as_ref().map(|judged| &judged.row);
        Ok(Explanation {
            user: visit.user.username.clone(),
            request,
            action: visit.guard.action.to_string(),
            outcome,
            expression: meanings.verdicts(judged.as_ref(), 0, &cx).await?,
            permissions: self.asked(visit, model).await?,
            fields: self.fields_explained(visit, model).await?,
            would_change,
        })
    }

    /// Of a row: which of the fields that are not everybody's the caller is shown and may write, and why.
    async fn fields_explained(&self, visit: &Visit, row: Option<&ModelOf<V>>) -> Result<Vec<FieldExplained>> {
        let Some(row) = row else { return Ok(Vec::new()) };
        let cx = visit.context(visit.db());
        let writes = matches!(cx.action(), Action::Update | Action::PartialUpdate);
        let mut explained = Vec::new();
        for GuardedField { field, read, write } in self.guarded_fields.iter() {
            let shown = self.explained_of(read.as_ref(), &cx.about(Action::Retrieve), row).await?;
            let written = self.explained_of(write.as_ref().filter(|_| writes), &cx, row).await?;
            explained.push(FieldExplained { field: field.name().to_owned(), shown, written });
        }
        Ok(explained)
    }

    async fn explained_of(
        &self,
        permissions: Option<&Permissions>,
        cx: &Context<'_>,
        row: &ModelOf<V>,
    ) -> Result<Option<PartExplained>> {
        let Some(permissions) = permissions else { return Ok(None) };
        let meanings = permissions.meanings(cx).await?;
        let judged = judge_one(cx.db(), with_key_of(EntityOf::<V>::find(), row), &meanings.rules()).await?;
        Ok(Some(meanings.verdicts(judged.as_ref(), 0, cx).await?))
    }

    /// A path that names no row can be explained as far as the permissions go without one.
    async fn without_row(&self, visit: &Visit, request: String, problem: Problem) -> Result<Explanation> {
        let cx = visit.context(visit.db());
        let meanings = visit.guard.permissions.meanings(&cx).await?;
        let refused = match visit.meaning(visit.db()).await {
            Ok(_) => problem,
            Err(problem) => problem,
        };
        Ok(Explanation {
            user: visit.user.username.clone(),
            request,
            action: visit.guard.action.to_string(),
            outcome: refusal(refused)?,
            expression: meanings.verdicts::<()>(None, 0, &cx).await?,
            permissions: self.asked(visit, None).await?,
            fields: Vec::new(),
            would_change: Vec::new(),
        })
    }

    async fn asked(&self, visit: &Visit, row: Option<&ModelOf<V>>) -> Result<Vec<AskedPermission>> {
        let (guard, user, db) = (&visit.guard, &visit.user, visit.db());
        let mut asked = Vec::new();
        for label in guard.permissions.permissions_asked(Some(&guard.model), guard.action) {
            let mut held = user.how_held(db, &label).await?;
            if let Some(row) = row {
                held.extend(how_granted::<EntityOf<V>>(user, db, &label, row).await?);
            }
            asked.push(AskedPermission { label, held });
        }
        Ok(asked)
    }

    /// Tries what could be granted, in a transaction that is rolled back: the answer is the one that would be given.
    async fn would_change(&self, visit: &Visit, named: Option<&Named<EntityOf<V>>>) -> Result<Vec<String>> {
        let guard = &visit.guard;
        let Some(id) = visit.user.id() else { return Ok(vec!["saying who you are".to_owned()]) };
        let row = match named {
            Some(named) => named.anywhere().one(&visit.db()).await?,
            None => None,
        };
        let mut changes = Vec::new();
        for label in guard.permissions.permissions_asked(Some(&guard.model), guard.action) {
            for on_row in [false, true] {
                let transaction = begin_write(&visit.site.db).await?;
                let db = Db::from(&transaction);
                let tried = match (&row, on_row) {
                    (_, false) => visit.user.permissions().add(db, [label.as_str()]).await,
                    (Some(row), true) => {
                        let permission = PermissionOf::<EntityOf<V>>::from(label.as_str());
                        let granted = visit.site.auth.suppose_perm(db, permission, Holder::User(id), row).await;
                        granted.map(|_| ())
                    }
                    (None, true) => Err(Error::invalid("there is no row")),
                };
                let allowed = match tried {
                    Ok(()) => {
                        let supposing = Visit { user: reloaded(&visit.user, db).await?, ..visit.clone() };
                        self.outcome(&supposing, db, named).await?.allowed
                    }
                    // no such permission: nobody can be granted it
                    Err(Error::Invalid(_) | Error::Unknown { .. }) => false,
                    Err(error) => return Err(error),
                };
                roll_back(transaction).await?;
                visit.site.auth.permissions_changed();
                if allowed {
                    let on = if on_row { " on this row" } else { "" };
                    changes.push(format!("granting {label}{on} to {} or to one of their groups", visit.user.username));
                }
            }
        }
        Ok(changes)
    }

    /// What the request's own questions come to.
    async fn outcome(&self, visit: &Visit, db: Db<'_>, named: Option<&Named<EntityOf<V>>>) -> Result<Outcome> {
        let answer = async {
            let rule = visit.meaning(db).await?;
            match named {
                Some(named) => visit.named_row(&self.viewset, db, &rule, named).await.map(|_| ()),
                None => Ok(()),
            }
        };
        match answer.await {
            Ok(()) => Ok(Outcome::ALLOWED),
            Err(problem) => refusal(problem),
        }
    }
}

async fn reloaded(user: &User, db: Db<'_>) -> Result<Arc<User>> {
    user.reload(db).await?.map(Arc::new).ok_or_else(|| Error::invalid("the user is gone"))
}

/// A question nobody could answer is no refusal.
fn refusal(problem: Problem) -> Result<Outcome> {
    if problem.status().is_server_error() {
        return Err(Error::could_not_tell(problem));
    }
    Ok((&problem).into())
}

async fn how_granted<E: Resource>(user: &User, db: Db<'_>, label: &str, row: &E::Model) -> Result<Vec<String>> {
    let permission = PermissionOf::<E>::from(label);
    let Ok(codename) = permission.codename() else { return Ok(Vec::new()) };
    if user.is_anonymous() || !user.is_active || !user.is_allowed(label) {
        return Ok(Vec::new());
    }
    let auth = user.auth();
    let mut held = Vec::new();
    let users = auth.users_with_perms(row).with_group_users(false).only_with_perms_in([codename]).load(db).await?;
    if users.iter().any(|with| Some(with.id) == user.id()) {
        held.push("by grant on the row".to_owned());
    }
    let mine = user.group_names(db).await?;
    for group in auth.groups_with_perms(row).only_with_perms_in([codename]).load(db).await? {
        if mine.contains(&group.name) {
            held.push(format!("by grant on the row to group {}", group.name));
        }
    }
    Ok(held)
}
