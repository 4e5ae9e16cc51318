use std::sync::Arc;

use poem::{IntoResponse, Request, RequestBody, Response, http::StatusCode};
use sea_orm::{ActiveModelTrait, ActiveValue};
use tracing::Instrument;

use crate::{
    http::Problem,
    model::Model,
    permission::{Action, Rule},
    serializer::{BodyOf, Change, Json, read_body},
    viewset::{
        ActiveModelOf, EntityOf, ModelOf, Mounted, ViewSet,
        list::ListQuery,
        mount::Visit,
        row::Named,
        write::{Write, retried},
    },
};

type Reply = Result<Response, Problem>;

impl<V: ViewSet> Mounted<V> {
    /// Answers a request on the collection or on a row, in the order of CONTRACT 6.1: permission, method, row, body.
    pub(crate) async fn answer(self: Arc<Self>, request: Request, on_row: bool) -> Reply {
        let method = request.method().clone();
        let refused = || Problem::method_not_allowed(&method);
        let action = Action::of_method(&method, on_row).ok_or_else(refused)?;
        let visit = Visit::new(&request, self.guards[&action].clone())?;
        let rule = visit.meaning(visit.db()).await?;
        let offered = V::ACTIONS.contains(&action) && action.on_row() == on_row;
        if !offered && action != Action::Metadata {
            return Err(refused());
        }
        let (request, mut body) = request.split();
        match action {
            Action::List => self.list(&visit, &request, &rule).await,
            Action::Retrieve => self.retrieve(&visit, &request, &rule).await,
            Action::Create => self.create(&visit, &request, &mut body).await,
            Action::Update | Action::PartialUpdate => self.update(&visit, &request, &mut body, &rule).await,
            Action::Destroy => self.destroy(&visit, &request, &rule).await,
            Action::Metadata => Ok(metadata::<V>(on_row)),
            Action::Custom(_) => Err(refused()),
        }
    }

    async fn list(&self, visit: &Visit, request: &Request, rule: &Rule) -> Reply {
        let pagination = V::pagination();
        let asks_hooks = visit.guard.permissions.may_ask_hooks();
        let query = ListQuery::<EntityOf<V>>::read::<V>(request, &pagination, asks_hooks)?;
        let rows = visit.scope(&self.viewset, visit.db())?;
        let tell = self.told().ask(&visit.context(visit.db())).await?;
        let page = visit.list(&self.viewset, request, rows, rule, &query, &pagination, &tell).await?;
        Ok(json(StatusCode::OK, page))
    }

    async fn retrieve(&self, visit: &Visit, request: &Request, rule: &Rule) -> Reply {
        let named = self.row_of(visit, request)?;
        let (db, cx) = (visit.db(), visit.context(visit.db()));
        let tell = self.told().ask(&cx).await?;
        let told: Vec<&Rule> = tell.rules().collect();
        let row = named.among(visit.scope(&self.viewset, db)?.rows);
        let row = visit.row(db, rule, row, &told).await?;
        Ok(json(StatusCode::OK, tell.shown(&self.viewset, &cx, row, 0).await?))
    }

    async fn create(self: &Arc<Self>, visit: &Visit, request: &Request, body: &mut RequestBody) -> Reply {
        let read = |json: Json<'_>| Change::<V::Serializer>::read(json, BodyOf::NewRow, None);
        let change = read_body(request, body, usize::MAX, read).await?;
        let shown = retried(|| self.try_create(visit, &change)).await?;
        Ok(json(StatusCode::CREATED, shown))
    }

    async fn try_create(
        self: &Arc<Self>,
        visit: &Visit,
        Change { row, beside, .. }: &Change<V::Serializer>,
    ) -> Result<Vec<u8>, Problem> {
        let write = visit.begin_create().await?;
        let mut row = row.clone();
        own::<V>(&mut row, &write.visit)?;
        let row = self.viewset.perform_create(&write.visit.context(write.db()), row, beside).await?;
        let written = write.insert(&self.viewset, row).await?;
        let (write, made) = written.parts();
        self.viewset.created(&write.visit.context(write.db()), made, beside).await?;
        let (write, made) = written.judged(&self.viewset).await?;
        self.show_and_commit(write, made).await
    }

    async fn update(self: &Arc<Self>, visit: &Visit, request: &Request, body: &mut RequestBody, rule: &Rule) -> Reply {
        let named = self.row_of(visit, request)?;
        // judged without a lock before the body is read: who may not write need not send it, and no body is read
        // while a lock is held
        let seen = visit.named_row(&self.viewset, visit.db(), rule, &named).await?;
        let of = if visit.guard.action == Action::PartialUpdate { BodyOf::PartOfRow } else { BodyOf::Row };
        let read = move |json: Json<'_>| Change::<V::Serializer>::read(json, of, Some(&seen));
        let change = read_body(request, body, usize::MAX, read).await?;
        let shown = retried(|| self.try_update(visit, rule, &named, &change)).await?;
        Ok(json(StatusCode::OK, shown))
    }

    async fn try_update(
        self: &Arc<Self>,
        visit: &Visit,
        rule: &Rule,
        named: &Named<EntityOf<V>>,
        change: &Change<V::Serializer>,
    ) -> Result<Vec<u8>, Problem> {
        let beside = &change.beside;
        let (write, before) = visit.begin_change(&self.viewset, rule, named).await?;
        change.check_kept(&before)?;
        let cx = write.visit.context(write.db());
        let changes = self.viewset.perform_update(&cx, change.row.clone(), &before, beside).await?;
        if !changes.is_changed() {
            // who wrote nothing is shown nothing that they could not read
            write.check_viewable(&self.viewset, &before).await?;
        }
        let written = write.update(&self.viewset, before, changes).await?;
        let (write, changed) = written.parts();
        self.viewset.updated(&write.visit.context(write.db()), changed, beside).await?;
        let (write, changed) = written.judged(&self.viewset).await?;
        self.show_and_commit(write, changed).await
    }

    async fn destroy(self: &Arc<Self>, visit: &Visit, request: &Request, rule: &Rule) -> Reply {
        let named = self.row_of(visit, request)?;
        visit.named_row(&self.viewset, visit.db(), rule, &named).await?;
        retried(|| self.try_destroy(visit, rule, &named)).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    }

    async fn try_destroy(
        self: &Arc<Self>,
        visit: &Visit,
        rule: &Rule,
        named: &Named<EntityOf<V>>,
    ) -> Result<(), Problem> {
        let (write, row) = visit.begin_change(&self.viewset, rule, named).await?;
        self.viewset.perform_destroy(&write.visit.context(write.db()), &row).await?;
        let write = write.delete::<V::Serializer>(row.clone()).await?;
        self.clone().commit(write, row).await
    }

    /// What a written row looks like to its writer, committed. Made first: a failure to tell changes nothing.
    async fn show_and_commit(self: &Arc<Self>, write: Write, row: ModelOf<V>) -> Result<Vec<u8>, Problem> {
        let cx = write.visit.context(write.db());
        let shown = self.told().shown(&self.viewset, &cx, row.clone()).await?;
        self.clone().commit(write, row).await?;
        Ok(shown)
    }

    /// Commits, and runs what is to run after that; in a task of its own, which goes on when the client hangs up.
    pub(crate) async fn commit(self: Arc<Self>, write: Write, row: ModelOf<V>) -> Result<(), Problem> {
        let action = write.visit.guard.action;
        let committed = async move {
            write.commit::<V::Serializer>().await?;
            let after = async move { self.viewset.after_commit(action, &row).await };
            // what is written is told as written, whatever comes of that
            if let Err(error) = tokio::spawn(after.in_current_span()).await {
                tracing::error!(%error, "what follows a commit did not end");
            }
            Ok(())
        };
        tokio::spawn(committed.in_current_span()).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the outcome of a commit is unknown");
            Err(Problem::outcome_unknown())
        })
    }
}

/// A new row whose owner nobody named is the caller's.
fn own<V: ViewSet>(row: &mut ActiveModelOf<V>, visit: &Visit) -> Result<(), Problem> {
    let Some(column) = EntityOf::<V>::owner() else { return Ok(()) };
    if !matches!(row.get(column), ActiveValue::NotSet) {
        return Ok(());
    }
    if let Some(value) = visit.user.id_for(column) {
        row.try_set(column, value)?;
    }
    Ok(())
}

/// What a route is, for `OPTIONS` (CONTRACT 6.43).
fn metadata<V: ViewSet>(on_row: bool) -> Response {
    let suffix = if on_row { "Instance" } else { "List" };
    let metadata = serde_json::json!({
        "name": format!("{} {suffix}", EntityOf::<V>::OBJECT_NAME),
        "renders": ["application/json"],
        "parses": ["application/json"],
    });
    json(StatusCode::OK, metadata.to_string().into_bytes())
}

/// JSON that was written already.
fn json(status: StatusCode, body: Vec<u8>) -> Response {
    Response::builder().status(status).content_type("application/json; charset=utf-8").body(body)
}
