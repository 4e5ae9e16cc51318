use std::sync::Arc;

use poem::{
    IntoResponse, Request, RequestBody, Response,
    http::{Method, StatusCode},
};

use super::{BulkRoute, NamedRows, body};
use crate::{
    http::Problem,
    permission::{Action, Rule},
    serializer::{Change, read_body},
    viewset::{
        EntityOf, ModelOf, Mounted, ViewSet,
        mount::{Visit, json, metadata},
        row::ChosenMembers,
        write::{Write, retried},
    },
};

type Reply = Result<Response, Problem>;

impl<V: ViewSet> Mounted<V> {
    /// Answers a request for many rows: permission, body, rows. A list that is refused in one place is refused whole.
    pub(crate) async fn answer_bulk(self: Arc<Self>, request: Request, place: usize, route: BulkRoute) -> Reply {
        let action = if *request.method() == Method::OPTIONS { Action::Metadata } else { route.action() };
        let mut visit = Visit::new(&request, self.guards[&action].clone())?;
        let mut rule = visit.meaning(visit.db()).await?;
        if action == Action::Metadata {
            return Ok(metadata::<V>(false));
        }
        if self.places[place].nested.is_some() {
            (visit, rule) = self.visit_below(place, visit, &request).await?;
        }
        let chosen = ChosenMembers::read::<V>(&request)?;
        let (request, mut body) = request.split();
        match route {
            BulkRoute::Create => self.create_many(&visit, &request, &mut body, &chosen).await,
            BulkRoute::Update => self.update_many(&visit, &request, &mut body, &rule, &chosen).await,
            BulkRoute::Destroy => self.destroy_many(&visit, &request, &mut body, &rule).await,
        }
    }

    async fn create_many(
        self: &Arc<Self>,
        visit: &Visit,
        request: &Request,
        body: &mut RequestBody,
        chosen: &ChosenMembers,
    ) -> Reply {
        let below = self.key_below(visit);
        let changes = read_body(request, body, usize::MAX, move |json| body::new_rows::<V>(json, below)).await?;
        let shown = retried(|| self.try_create_many(visit, &changes, chosen)).await?;
        Ok(json(StatusCode::CREATED, shown))
    }

    /// Each row by itself, so that a hook finds what it would find if they were made one after the other.
    async fn try_create_many(
        self: &Arc<Self>,
        visit: &Visit,
        changes: &[Change<V::Serializer>],
        chosen: &ChosenMembers,
    ) -> Result<Vec<u8>, Problem> {
        let mut write = visit.begin_create().await?;
        let mut rows = Vec::with_capacity(changes.len());
        for (place, change) in changes.iter().enumerate() {
            let in_place = |problem: Problem| problem.in_place(place);
            let (row, made);
            (write, row) = self.row_to_make(write, change).await.map_err(in_place)?;
            (write, made) = write.insert_one_of_many(&self.viewset, row).await.map_err(in_place)?;
            let cx = write.visit.context(write.db_of_hooks());
            self.viewset.created(&cx, &made, &change.beside).await.map_err(in_place)?;
            self.check_written(&write, change, &made).await.map_err(in_place)?;
            rows.push(made);
        }
        self.show_many_and_commit(write, rows, &[], chosen).await
    }

    async fn update_many(
        self: &Arc<Self>,
        visit: &Visit,
        request: &Request,
        body: &mut RequestBody,
        rule: &Rule,
        chosen: &ChosenMembers,
    ) -> Reply {
        let below = self.key_below(visit);
        let (named, changes) =
            read_body(request, body, usize::MAX, move |json| body::changes::<V>(json, below)).await?;
        // judged without a lock first: who may not write these rows locks none
        visit.named_rows(&self.viewset, visit.db(), rule, &named).await?;
        let shown = retried(|| self.try_update_many(visit, rule, &named, &changes, chosen)).await?;
        Ok(json(StatusCode::OK, shown))
    }

    async fn try_update_many(
        self: &Arc<Self>,
        visit: &Visit,
        rule: &Rule,
        named: &NamedRows<EntityOf<V>>,
        changes: &[Change<V::Serializer>],
        chosen: &ChosenMembers,
    ) -> Result<Vec<u8>, Problem> {
        let (mut write, before) = visit.begin_change_of_many(&self.viewset, rule, named).await?;
        let (mut rows, mut unchanged) = (Vec::with_capacity(before.len()), Vec::new());
        for (place, (before, change)) in before.into_iter().zip(changes).enumerate() {
            let in_place = |problem: Problem| problem.inside(body::CHANGES).in_place(place);
            let (row, changed, is_changed);
            (write, row) = self.changes_to_make(write, &before, change).await.map_err(in_place)?;
            (write, changed, is_changed) =
                write.update_one_of_many(&self.viewset, before, row).await.map_err(in_place)?;
            let cx = write.visit.context(write.db_of_hooks());
            self.viewset.updated(&cx, &changed, &change.beside).await.map_err(in_place)?;
            self.check_written(&write, change, &changed).await.map_err(in_place)?;
            unchanged.extend((!is_changed).then_some(place));
            rows.push(changed);
        }
        self.show_many_and_commit(write, rows, &unchanged, chosen).await
    }

    async fn destroy_many(
        self: &Arc<Self>,
        visit: &Visit,
        request: &Request,
        body: &mut RequestBody,
        rule: &Rule,
    ) -> Reply {
        let named = read_body(request, body, usize::MAX, body::rows::<V>).await?;
        visit.named_rows(&self.viewset, visit.db(), rule, &named).await?;
        retried(|| self.try_destroy_many(visit, rule, &named)).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    }

    async fn try_destroy_many(
        self: &Arc<Self>,
        visit: &Visit,
        rule: &Rule,
        named: &NamedRows<EntityOf<V>>,
    ) -> Result<(), Problem> {
        let (write, rows) = visit.begin_change_of_many(&self.viewset, rule, named).await?;
        for (place, row) in rows.iter().enumerate() {
            let cx = write.visit.context(write.db());
            self.viewset.perform_destroy(&cx, row).await.map_err(|problem| problem.in_place(place))?;
        }
        let write = write.remove_many::<V>(&rows).await?;
        self.clone().commit(write, rows).await
    }

    /// What the written rows look like to their writer, once they are judged, committed.
    async fn show_many_and_commit(
        self: &Arc<Self>,
        write: Write,
        rows: Vec<ModelOf<V>>,
        unchanged: &[usize],
        chosen: &ChosenMembers,
    ) -> Result<Vec<u8>, Problem> {
        let (judged, tell) = write.judge_many(&self.viewset, self.told(), &rows, unchanged).await?;
        let rows = judged.iter().map(|judged| judged.row.clone()).collect();
        let mut shown = vec![b'['];
        let tell = tell.choosing(chosen.clone());
        tell.write_rows(&self.viewset, &write.visit.context(write.db()), judged, &mut shown).await?;
        shown.push(b']');
        self.clone().commit(write, rows).await?;
        Ok(shown)
    }
}
