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
use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::{
    Db,
    http::{ACCEPT_PATCH, MERGE_PATCH, PATCH_TYPES, Problem, RequestContext, is_merge_patch, read_json, read_patch},
    model::Model,
    permission::{Action, Rule},
    serializer::{BodyOf, Change, parse_body, read_body},
    viewset::{
        ActiveModelOf, EntityOf, ModelOf, Mounted, ViewSet,
        conditional::{Conditions, EntityTag, leave_version_out, version_of},
        list::ListQuery,
        mount::Visit,
        row::{ChosenMembers, Named, Representation, looks_up_key, path_variable},
        write::{Admitted, Looked, Write, Written, changed_row, retried, with_key_of},
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
            (visit, rule) = Box::pin(self.visit_below(place, visit, &request)).await?;
        }
        let (request, mut body) = request.split();
        // boxed, but for a row's reading: the future of a request would be as long as the longest of them
        match action {
            Action::List => Box::pin(self.list(&visit, &request, &rule)).await,
            Action::Retrieve => self.retrieve(&visit, &request, &rule).await,
            Action::Create => Box::pin(self.create(&visit, &request, &mut body)).await,
            Action::Update | Action::PartialUpdate => Box::pin(self.update(&visit, &request, &mut body, &rule)).await,
            Action::Destroy => Box::pin(self.destroy(&visit, &request, &rule)).await,
            Action::Metadata => Ok(metadata::<V>(on_row)),
            Action::Custom(_) => Err(refused()),
        }
    }

    /// The same visit below the parent that the path names, and what the permissions mean there.
    pub(crate) async fn visit_below(
        &self,
        place: usize,
        visit: Visit,
        request: &Request,
    ) -> Result<(Visit, Rule), Problem> {
        let parent = request.raw_path_param(&path_variable(0)).ok_or_else(Problem::not_found)?;
        let below = Some(self.below(place, &visit, parent).await?);
        let visit = Visit { below, ..visit };
        let rule = visit.meaning(visit.db()).await?;
        Ok((visit, rule))
    }

    async fn list(&self, visit: &Visit, request: &Request, rule: &Rule) -> Reply {
        let tell = self.told().ask(&visit.context(visit.db())).await?.choosing(ChosenMembers::read::<V>(request)?);
        let query = ListQuery::read(request, &self.list, visit, &tell).await?;
        let (query, tell) = (&query, &tell);
        let page = |visit: Visit| async move {
            let rows = visit.scope(&self.viewset, visit.db())?;
            visit.list(&self.viewset, request, rows, rule, query, tell).await
        };
        let page = match visit.site.standby.as_ref().filter(|_| V::LISTS_FROM_STANDBY) {
            Some(standby) => visit.by_standby(standby, page).await?,
            None => page(visit.clone()).await?,
        };
        Ok(json(StatusCode::OK, page))
    }

    async fn retrieve(&self, visit: &Visit, request: &Request, rule: &Rule) -> Reply {
        let joined = RequestContext::of(request).and_then(|context| context.joined.as_ref());
        let named = joined.map_or_else(|| self.row_of(visit, request), |joined| Ok(Named::joined(joined)))?;
        let cx = visit.context(visit.db());
        let tell = self.told().ask(&cx).await?.choosing(ChosenMembers::read::<V>(request)?);
        let told: Vec<&Rule> = tell.rules().collect();
        let scope = visit.scope(&self.viewset, visit.db())?;
        let ahead = self.ahead().filter(|_| scope.is_table()).zip(joined);
        let row = visit.shown_row(rule, (&named, &scope), &told, self.table(), ahead).await?;
        let shown = tell.shown(&self.viewset, &cx, row).await?;
        match Conditions::read(&visit.headers)?.instead_of(&shown.tag) {
            None => Ok(represented(StatusCode::OK, shown)),
            Some(StatusCode::NOT_MODIFIED) => Ok(not_modified(&shown.tag)),
            Some(_) => Err(Problem::precondition_failed()),
        }
    }

    async fn create(self: &Arc<Self>, visit: &Visit, request: &Request, body: &mut RequestBody) -> Reply {
        let chosen = ChosenMembers::read::<V>(request)?;
        let below = self.key_below(visit);
        let change =
            read_body(request, body, usize::MAX, move |json| Change::read_below(json, BodyOf::NewRow, None, below))
                .await?;
        let shown = retried(|| self.try_create(visit, &change, &chosen)).await?;
        Ok(represented(StatusCode::CREATED, shown))
    }

    async fn try_create(
        self: &Arc<Self>,
        visit: &Visit,
        change: &Change<V::Serializer>,
        chosen: &ChosenMembers,
    ) -> Result<Representation, Problem> {
        let write = visit.begin_create().await?;
        let (write, row) = self.row_to_make(write, change).await?;
        let written = write.insert(&self.viewset, self.told(), row).await?;
        let (write, made) = written.parts();
        self.viewset.created(&write.visit.context(write.db_of_hooks()), made, &change.beside).await?;
        self.check_written(write, change, made).await?;
        self.show_and_commit(written, chosen).await
    }

    /// A new row as a body, the caller, the path and the hook make it; its keys point at rows that the caller may retrieve.
    pub(crate) async fn row_to_make(
        self: &Arc<Self>,
        write: Write,
        Change { row: sent, beside, guarded, .. }: &Change<V::Serializer>,
    ) -> Result<(Write, ActiveModelOf<V>), Problem> {
        let rules = self.guarded_fields.writing(guarded, &write.visit.context(write.db())).await?;
        rules.check(&write.visit)?;
        let write = write.guarding(rules.rule());
        let mut row = sent.clone();
        own::<V>(&mut row, &write.visit)?;
        if let Some((column, key)) = self.key_below(&write.visit) {
            row.try_set(column, key)?;
        }
        let row = self.viewset.perform_create(&write.visit.context(write.db()), row, beside).await?;
        let write = write.check_references(self, sent, None, || row.clone()).await?;
        Ok((write, row))
    }

    /// The fields that a body sends may be written of the row as it became, too.
    pub(crate) async fn check_written(
        &self,
        write: &Write,
        change: &Change<V::Serializer>,
        row: &ModelOf<V>,
    ) -> Result<(), Problem> {
        let cx = write.visit.context(write.db());
        self.guarded_fields.writing(&change.guarded, &cx).await?.check_row(&write.visit, &cx, row).await
    }

    async fn update(self: &Arc<Self>, visit: &Visit, request: &Request, body: &mut RequestBody, rule: &Rule) -> Reply {
        let asked = self.asked_write(visit, request, rule)?;
        let of = match visit.guard.action {
            Action::PartialUpdate if is_merge_patch(request) => BodyOf::MergePatch,
            Action::PartialUpdate => BodyOf::PartOfRow,
            _ => BodyOf::Row,
        };
        let below = self.key_below(visit);
        let mut reading = pin!(async {
            if of == BodyOf::Row { read_json(request, body, usize::MAX).await } else { read_patch(request, body).await }
        });
        let arrived = if self.locks_at_once(&asked) { short_body(request, reading.as_mut()).await } else { None };
        if let Some(Ok(bytes)) = &arrived
            && let Ok(change) = parse_body(bytes.clone(), {
                let below = below.clone();
                move |json| Change::read_below(json, of, None, below)
            })
            .await
        {
            let shown = retried(|| self.try_update(&asked, &change, Looked::No)).await?;
            return Ok(represented(StatusCode::OK, shown));
        }
        // judged without a lock before the body is read: who may not write need not send it, and no body is read
        // while a lock is held
        let seen = self.look(&asked).await?;
        let bytes = match arrived {
            Some(bytes) => bytes?,
            None => reading.await?,
        };
        let change = parse_body(bytes, move |json| Change::read_below(json, of, Some(&seen), below)).await?;
        let shown = retried(|| self.try_update(&asked, &change, Looked::Yes)).await?;
        Ok(represented(StatusCode::OK, shown))
    }

    /// What a request to write a row asks for.
    fn asked_write<'v>(
        &self,
        visit: &'v Visit,
        request: &Request,
        rule: &'v Rule,
    ) -> Result<AskedWrite<'v, V>, Problem> {
        let named = self.row_of(visit, request)?;
        let conditions = Conditions::of_write(&visit.headers, V::REQUIRES_IF_MATCH);
        Ok(AskedWrite { visit, rule, named, conditions, chosen: ChosenMembers::read::<V>(request)? })
    }

    /// Judges the row without a lock, and what the request says of its state.
    async fn look(&self, asked: &AskedWrite<'_, V>) -> Result<ModelOf<V>, Problem> {
        let AskedWrite { visit, rule, named, conditions, .. } = asked;
        let row = visit.named_row(&self.viewset, visit.db(), rule, named).await?;
        self.check_conditions(visit, visit.db(), rule, conditions.as_ref().map_err(Problem::clone)?, &row).await?;
        Ok(row)
    }

    /// Refuses a write that was meant for another state of the row (412).
    ///
    /// Whoever may write a row and not view it learns nothing of it so: to them it is not there.
    pub(crate) async fn check_conditions(
        &self,
        visit: &Visit,
        db: Db<'_>,
        rule: &Rule,
        conditions: &Conditions,
        row: &ModelOf<V>,
    ) -> Result<(), Problem> {
        let version = version_of::<V>(row);
        let tag = if conditions.ask_representation(version.is_some()) {
            let cx = visit.context(db).about(Action::Retrieve);
            self.told().ask(&cx).await?.tag(&self.viewset, &cx, row).await?
        } else {
            // the version says it, or that the row is there
            EntityTag::of(b"", version)
        };
        if conditions.admit_write(&tag) {
            return Ok(());
        }
        let rows = visit.scope(&self.viewset, db)?.rows();
        visit.check_viewable(db, rule, with_key_of(rows, row)).await?;
        Err(Problem::precondition_failed())
    }

    /// Is a row locked without a look at it before, for who may write it? The lock asks for the rule, so that whoever may not
    /// locks nothing and waits for nobody. SQLite has one lock for all, and MariaDB waits for the row's before it asks. By
    /// another column than the key several rows may be found, of which the rule may admit one.
    fn locks_at_once(&self, AskedWrite { visit, rule, conditions, .. }: &AskedWrite<'_, V>) -> bool {
        let db = visit.db();
        conditions.is_ok()
            && db.get_database_backend() == DbBackend::Postgres
            && looks_up_key::<V>()
            && !rule.has_hooks()
            && V::soft_delete().is_none()
            && self.viewset.query(&visit.query_context(db)).is_none()
    }

    async fn try_update(
        self: &Arc<Self>,
        asked: &AskedWrite<'_, V>,
        change: &Change<V::Serializer>,
        looked: Looked,
    ) -> Result<Representation, Problem> {
        let (write, before) = self.begin(asked, looked).await?;
        let (write, changes) = self.changes_to_make(write, &before, change).await?;
        if !changes.is_changed() {
            // who wrote nothing is shown nothing that they could not read
            write.check_viewable(&self.viewset, &before).await?;
        }
        let written = write.update(&self.viewset, self.told(), before, changes).await?;
        let (write, changed) = written.parts();
        self.viewset.updated(&write.visit.context(write.db_of_hooks()), changed, &change.beside).await?;
        self.check_written(write, change, changed).await?;
        self.show_and_commit(written, &asked.chosen).await
    }

    /// What a body and the hook change of a row that is locked; its keys point at rows that the caller may retrieve.
    pub(crate) async fn changes_to_make(
        self: &Arc<Self>,
        write: Write,
        before: &ModelOf<V>,
        change: &Change<V::Serializer>,
    ) -> Result<(Write, ActiveModelOf<V>), Problem> {
        let rules = self.guarded_fields.writing(&change.guarded, &write.visit.context(write.db())).await?;
        rules.check_row(&write.visit, &write.visit.context(write.db()), before).await?;
        let write = write.guarding(rules.rule());
        change.check_kept(before)?;
        let sent = change.of_row(before)?;
        let cx = write.visit.context(write.db_of_hooks());
        let mut changes = self.viewset.perform_update(&cx, sent.clone(), before, &change.beside).await?;
        leave_version_out::<V>(&mut changes);
        let becomes = || changed_row::<V>(before.clone(), &changes);
        let write = write.check_references(self, &sent, Some(before), becomes).await?;
        Ok((write, changes))
    }

    async fn destroy(self: &Arc<Self>, visit: &Visit, request: &Request, rule: &Rule) -> Reply {
        let asked = self.asked_write(visit, request, rule)?;
        let looked = if self.locks_at_once(&asked) {
            Looked::No
        } else {
            self.look(&asked).await?;
            Looked::Yes
        };
        retried(|| self.try_destroy(&asked, looked)).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    }

    async fn try_destroy(self: &Arc<Self>, asked: &AskedWrite<'_, V>, looked: Looked) -> Result<(), Problem> {
        let (write, row) = self.begin(asked, looked).await?;
        self.viewset.perform_destroy(&write.visit.context(write.db()), &row).await?;
        let write = write.remove::<V>(row.clone()).await?;
        self.clone().commit(write, vec![row]).await
    }

    /// Locks the row, judges it as it is now, and what the request says of its state.
    async fn begin(&self, asked: &AskedWrite<'_, V>, looked: Looked) -> Result<(Write, ModelOf<V>), Problem> {
        let AskedWrite { visit, rule, named, conditions, .. } = asked;
        let conditions = conditions.as_ref().map_err(Problem::clone)?;
        let (write, row) = visit.begin_change(&self.viewset, rule, named, looked).await?;
        self.check_conditions(&write.visit, write.db(), write.rule(), conditions, &row).await?;
        Ok((write, row))
    }

    /// What a written row looks like to its writer, once it is judged, committed. Made first: a failure to tell changes
    /// nothing.
    async fn show_and_commit(
        self: &Arc<Self>,
        written: Written<ModelOf<V>>,
        chosen: &ChosenMembers,
    ) -> Result<Representation, Problem> {
        let Admitted { write, row: judged, tell } = written.judged(&self.viewset, self.told()).await?;
        let row = judged.row.clone();
        let tell = tell.choosing(chosen.clone());
        let shown = tell.shown(&self.viewset, &write.visit.context(write.db()), judged).await?;
        self.clone().commit(write, vec![row]).await?;
        Ok(shown)
    }

    /// Commits, and runs what is to run after that; in a task of its own, which goes on when the client hangs up.
    pub(crate) async fn commit(self: Arc<Self>, write: Write, rows: Vec<ModelOf<V>>) -> Result<(), Problem> {
        let action = write.visit.guard.action;
        let committed = async move {
            write.commit::<V::Serializer>().await?;
            let after = async move {
                for row in &rows {
                    self.viewset.after_commit(action, row).await;
                }
            };
            // what is written is told as written, whatever comes of that
            if let Err(error) = in_background(after).await {
                tracing::error!(%error, "what follows a commit did not end");
            }
            Ok(())
        };
        in_background(committed).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the outcome of a commit is unknown");
            Err(Problem::outcome_unknown())
        })
    }
}

/// In a task of its own. The compiler makes one such task, and not all of its code anew for each viewset.
fn in_background<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    let work: Pin<Box<dyn Future<Output = T> + Send>> = Box::pin(work);
    tokio::spawn(work.in_current_span())
}

/// A request to write one row, before its body is looked at.
struct AskedWrite<'v, V: ViewSet> {
    visit: &'v Visit,
    rule: &'v Rule,
    named: Named<EntityOf<V>>,
    /// what it says of the row's state; where it is malformed, whoever may not write the row is told that first
    conditions: Result<Conditions, Problem>,
    /// the members of the answer
    chosen: ChosenMembers,
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
    let mut refused = None;
    for value in visit.user.ids_for(column) {
        match row.try_set(column, value) {
            Ok(()) => return Ok(()),
            Err(error) => refused = Some(error),
        }
    }
    refused.map_or(Ok(()), |error| Err(error.into()))
}

/// What a route is, for `OPTIONS` (CONTRACT 6.43).
pub(crate) fn metadata<V: ViewSet>(on_row: bool) -> Response {
    let suffix = if on_row { "Instance" } else { "List" };
    let patches = on_row && V::ACTIONS.contains(&Action::PartialUpdate);
    let parses = if patches { &["application/json", MERGE_PATCH][..] } else { &["application/json"] };
    let metadata = serde_json::json!({
        "name": format!("{} {suffix}", EntityOf::<V>::OBJECT_NAME),
        "renders": ["application/json"],
        "parses": parses,
    });
    let answer = json(StatusCode::OK, metadata.to_string().into_bytes());
    if patches { answer.with_header(ACCEPT_PATCH, PATCH_TYPES).into_response() } else { answer }
}

/// A row, with the tag of what is shown of it.
pub(crate) fn represented(status: StatusCode, Representation { json: body, tag }: Representation) -> Response {
    json(status, body).with_header(header::ETAG, tag.header()).into_response()
}

/// The caller has the row already.
fn not_modified(tag: &EntityTag) -> Response {
    StatusCode::NOT_MODIFIED.with_header(header::ETAG, tag.header()).into_response()
}

/// JSON that was written already.
pub(crate) fn json(status: StatusCode, body: Vec<u8>) -> Response {
    Response::builder().status(status).content_type("application/json").body(body)
}
