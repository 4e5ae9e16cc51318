use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
};

use hyper::body::Bytes;
use poem::{
    IntoResponse, Request, RequestBody, Response,
    http::{StatusCode, header},
};
use sea_orm::{ActiveModelTrait, ActiveValue, ConnectionTrait, DbBackend};
use tracing::Instrument;

use crate::{
    auth::JoinedRow,
    http::{Problem, read_json},
    model::Model,
    permission::{Action, Rule},
    serializer::{BodyOf, Change, parse_body, read_body},
    viewset::{
        ActiveModelOf, EntityOf, ModelOf, Mounted, ViewSet,
        list::ListQuery,
        mount::Visit,
        row::{Named, looks_up_key, path_variable},
        write::{Admitted, Looked, Write, Written, changed_row, retried},
    },
};

type Reply = Result<Response, Problem>;

impl<V: ViewSet> Mounted<V> {
    /// Answers a request on the collection or on a row, in the order of CONTRACT 6.1: permission, method, row, body.
    /// On a path below another viewset's row, that row is looked for behind the method.
    pub(crate) async fn answer(self: Arc<Self>, request: Request, place: usize, on_row: bool) -> Reply {
        let method = request.method().clone();
        let refused = || Problem::method_not_allowed(&method);
        let action = Action::of_method(&method, on_row).ok_or_else(refused)?;
        let here = &self.places[place];
        let mut visit = Visit::new(&request, self.guards[&action].clone())?;
        let mut rule = visit.meaning(visit.db()).await?;
        let offered = here.offers(action) && action.on_row() == on_row;
        if !offered && action != Action::Metadata {
            return Err(refused());
        }
        if here.nested.is_some() && action != Action::Metadata {
            let parent = request.raw_path_param(&path_variable(0)).ok_or_else(Problem::not_found)?;
            visit.below = Some(self.below(place, &visit, parent).await?);
            rule = visit.meaning(visit.db()).await?;
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
        let query = ListQuery::read(request, &self.list, visit)?;
        let rows = visit.scope(&self.viewset, visit.db())?;
        let tell = self.told().ask(&visit.context(visit.db())).await?;
        let page = visit.list(&self.viewset, request, rows, rule, &query, &tell).await?;
        Ok(json(StatusCode::OK, page))
    }

    async fn retrieve(&self, visit: &Visit, request: &Request, rule: &Rule) -> Reply {
        let named = self.row_of(visit, request)?;
        let (db, cx) = (visit.db(), visit.context(visit.db()));
        let tell = self.told().ask(&cx).await?;
        let told: Vec<&Rule> = tell.rules().collect();
        let scope = visit.scope(&self.viewset, db)?;
        let ahead = self.ahead().filter(|_| scope.is_table()).zip(request.extensions().get::<Arc<JoinedRow>>());
        let row = visit.shown_row(db, rule, named.among(scope.rows()), &told, ahead).await?;
        Ok(json(StatusCode::OK, tell.shown(&self.viewset, &cx, row).await?))
    }

    async fn create(self: &Arc<Self>, visit: &Visit, request: &Request, body: &mut RequestBody) -> Reply {
        let below = self.key_below(visit);
        let change =
            read_body(request, body, usize::MAX, move |json| Change::read_below(json, BodyOf::NewRow, None, below))
                .await?;
        let shown = retried(|| self.try_create(visit, &change)).await?;
        Ok(json(StatusCode::CREATED, shown))
    }

    async fn try_create(
        self: &Arc<Self>,
        visit: &Visit,
        Change { row: sent, beside, .. }: &Change<V::Serializer>,
    ) -> Result<Vec<u8>, Problem> {
        let write = visit.begin_create().await?;
        let mut row = sent.clone();
        own::<V>(&mut row, &write.visit)?;
        if let Some((column, key)) = self.key_below(visit) {
            row.try_set(column, key)?;
        }
        let row = self.viewset.perform_create(&write.visit.context(write.db()), row, beside).await?;
        let write = write.check_references(self, sent, None, || row.clone()).await?;
        let written = write.insert(&self.viewset, self.told(), row).await?;
        let (write, made) = written.parts();
        self.viewset.created(&write.visit.context(write.db_of_hooks()), made, beside).await?;
        self.show_and_commit(written).await
    }

    async fn update(self: &Arc<Self>, visit: &Visit, request: &Request, body: &mut RequestBody, rule: &Rule) -> Reply {
        let named = self.row_of(visit, request)?;
        let of = if visit.guard.action == Action::PartialUpdate { BodyOf::PartOfRow } else { BodyOf::Row };
        let below = self.key_below(visit);
        let mut reading = pin!(read_json(request, body, usize::MAX));
        let arrived = if self.locks_at_once(visit, rule) { short_body(request, reading.as_mut()).await } else { None };
        if let Some(Ok(bytes)) = &arrived
            && let Ok(change) = parse_body(bytes.clone(), {
                let below = below.clone();
                move |json| Change::read_below(json, of, None, below)
            })
            .await
        {
            let shown = retried(|| self.try_update(visit, rule, &named, &change, Looked::No)).await?;
            return Ok(json(StatusCode::OK, shown));
        }
        // judged without a lock before the body is read: who may not write need not send it, and no body is read
        // while a lock is held
        let seen = visit.named_row(&self.viewset, visit.db(), rule, &named).await?;
        let bytes = match arrived {
            Some(bytes) => bytes?,
            None => reading.await?,
        };
        let change = parse_body(bytes, move |json| Change::read_below(json, of, Some(&seen), below)).await?;
        let shown = retried(|| self.try_update(visit, rule, &named, &change, Looked::Yes)).await?;
        Ok(json(StatusCode::OK, shown))
    }

    /// Is a row locked without a look at it before, for who may write it? The lock asks for the rule, so that whoever may not
    /// locks nothing and waits for nobody. SQLite has one lock for all, and MariaDB waits for the row's before it asks. By
    /// another column than the key several rows may be found, of which the rule may admit one.
    fn locks_at_once(&self, visit: &Visit, rule: &Rule) -> bool {
        let db = visit.db();
        db.get_database_backend() == DbBackend::Postgres
            && looks_up_key::<V>()
            && !rule.has_hooks()
            && self.viewset.query(&visit.query_context(db)).is_none()
    }

    async fn try_update(
        self: &Arc<Self>,
        visit: &Visit,
        rule: &Rule,
        named: &Named<EntityOf<V>>,
        change: &Change<V::Serializer>,
        looked: Looked,
    ) -> Result<Vec<u8>, Problem> {
        let beside = &change.beside;
        let (write, before) = visit.begin_change(&self.viewset, rule, named, looked).await?;
        change.check_kept(&before)?;
        let cx = write.visit.context(write.db_of_hooks());
        let changes = self.viewset.perform_update(&cx, change.row.clone(), &before, beside).await?;
        let becomes = || changed_row::<EntityOf<V>>(before.clone(), &changes);
        let write = write.check_references(self, &change.row, Some(&before), becomes).await?;
        if !changes.is_changed() {
            // who wrote nothing is shown nothing that they could not read
            write.check_viewable(&self.viewset, &before).await?;
        }
        let written = write.update(&self.viewset, self.told(), before, changes).await?;
        let (write, changed) = written.parts();
        self.viewset.updated(&write.visit.context(write.db_of_hooks()), changed, beside).await?;
        self.show_and_commit(written).await
    }

    async fn destroy(self: &Arc<Self>, visit: &Visit, request: &Request, rule: &Rule) -> Reply {
        let named = self.row_of(visit, request)?;
        let looked = if self.locks_at_once(visit, rule) {
            Looked::No
        } else {
            visit.named_row(&self.viewset, visit.db(), rule, &named).await?;
            Looked::Yes
        };
        retried(|| self.try_destroy(visit, rule, &named, looked)).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    }

    async fn try_destroy(
        self: &Arc<Self>,
        visit: &Visit,
        rule: &Rule,
        named: &Named<EntityOf<V>>,
        looked: Looked,
    ) -> Result<(), Problem> {
        let (write, row) = visit.begin_change(&self.viewset, rule, named, looked).await?;
        self.viewset.perform_destroy(&write.visit.context(write.db()), &row).await?;
        let write = write.delete::<V::Serializer>(row.clone()).await?;
        self.clone().commit(write, row).await
    }

    /// What a written row looks like to its writer, once it is judged, committed. Made first: a failure to tell changes
    /// nothing.
    async fn show_and_commit(self: &Arc<Self>, written: Written<ModelOf<V>>) -> Result<Vec<u8>, Problem> {
        let Admitted { write, row: judged, tell } = written.judged(&self.viewset, self.told()).await?;
        let row = judged.row.clone();
        let shown = tell.shown(&self.viewset, &write.visit.context(write.db()), judged).await?;
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

/// A body of this many bytes is taken as it came, where it has come.
const SHORT: u64 = 16 * 1024;

/// A short body that has come already; one that has not is read when it is needed.
async fn short_body(
    request: &Request,
    mut reading: Pin<&mut impl Future<Output = Result<Bytes, Problem>>>,
) -> Option<Result<Bytes, Problem>> {
    let length = request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse::<u64>().ok()?;
    if length > SHORT {
        return None;
    }
    for _ in 0..2 {
        let arrived = poll_fn(|cx| Poll::Ready(reading.as_mut().poll(cx))).await;
        if let Poll::Ready(bytes) = arrived {
            return Some(bytes);
        }
        // the connection hands it over once it was asked for
        tokio::task::yield_now().await;
    }
    None
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
