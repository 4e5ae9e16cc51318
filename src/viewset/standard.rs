use std::sync::Arc;

use percent_encoding::percent_decode_str;
use poem::{
    IntoResponse, Request, RequestBody, Response,
    http::{HeaderValue, StatusCode, header},
    web::Json,
};
use sea_orm::{ActiveModelTrait, ActiveValue, ColumnTrait, EntityTrait, QueryFilter, Select};
use serde_json::{Map, Value, json};

use super::{
    Mounted, ViewSet,
    body::read_object,
    columns::{self, Parsed},
    guard::Visit,
    query::ListQuery,
    routes::allow,
    write::again,
};
use crate::{
    http::Problem,
    model::Model,
    permission::{Action, Rule},
};

type ModelOf<V> = <<V as ViewSet>::Entity as EntityTrait>::Model;
type Reply = Result<Response, Problem>;

impl<V: ViewSet> Mounted<V> {
    /// Answers a request on the collection or on a row, in the order of CONTRACT 6.1: permission, method, row, body.
    pub(super) async fn answer(self: Arc<Self>, request: Request, on_row: bool) -> Reply {
        let mut response = self.dispatch(request, on_row).await?;
        let allow = HeaderValue::from_str(&allow::<V>(on_row)).map_err(|_| Problem::server_error())?;
        response.headers_mut().insert(header::ALLOW, allow);
        Ok(response)
    }

    async fn dispatch(&self, request: Request, on_row: bool) -> Reply {
        let method = request.method().clone();
        let refused = || Problem::method_not_allowed(&method, &allow::<V>(on_row));
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
            Action::Retrieve => {
                let row = visit.row(visit.db(), &rule, self.row_of(&visit, &request)?).await?;
                self.shown(&visit, row, StatusCode::OK).await
            }
            Action::Create => self.create(&visit, &request, &mut body).await,
            Action::Update | Action::PartialUpdate => self.update(&visit, &request, &mut body, &rule).await,
            Action::Destroy => self.destroy(&visit, &request, &rule).await,
            Action::Metadata => Ok(metadata::<V>(on_row)),
            Action::Custom(_) => Err(refused()),
        }
    }

    async fn list(&self, visit: &Visit, request: &Request, rule: &Rule) -> Reply {
        let pagination = V::pagination();
        let query = ListQuery::<V::Entity>::read(request, &pagination, &V::filters(), &V::orderings())?;
        let rows = self.viewset.query(&visit.context(visit.db()));
        let tell = self.told().ask(visit).await?;
        let page = visit.list::<V::Entity, V::Output>(request, rows, rule, &query, &pagination, &tell).await?;
        Ok(Json(page).into_response())
    }

    async fn create(&self, visit: &Visit, request: &Request, body: &mut RequestBody) -> Reply {
        let body = read_object(request, body).await?;
        let row = self.input.new_row(&body)?;
        let mut attempt = 0;
        let made = loop {
            match self.try_create(visit, row.clone()).await {
                Err(problem) if again(&mut attempt, &problem) => {}
                result => break result?,
            }
        };
        self.viewset.after_commit(Action::Create, &made).await;
        self.shown(visit, made, StatusCode::CREATED).await
    }

    async fn try_create(
        &self,
        visit: &Visit,
        mut row: <V::Entity as EntityTrait>::ActiveModel,
    ) -> Result<ModelOf<V>, Problem> {
        let write = visit.begin_create().await?;
        own::<V>(&mut row, &write.visit)?;
        let row = self.viewset.perform_create(&write.visit.context(write.db()), row).await?;
        let (write, made) = write.insert::<V::Entity>(row, V::CHECKS_RESULT).await?;
        write.commit::<V::Entity>().await?;
        Ok(made)
    }

    async fn update(&self, visit: &Visit, request: &Request, body: &mut RequestBody, rule: &Rule) -> Reply {
        let row = self.row_of(visit, request)?;
        // judged without a lock before the body is read: who may not write need not send it, and no body is read
        // while a lock is held
        let seen = visit.row(visit.db(), rule, row.clone()).await?;
        let body = read_object(request, body).await?;
        let partial = visit.guard.action == Action::PartialUpdate;
        self.input.changes::<V::Output>(&body, &seen, partial)?;
        let mut attempt = 0;
        let changed = loop {
            match self.try_update(visit, rule, row.clone(), &body, partial).await {
                Err(problem) if again(&mut attempt, &problem) => {}
                result => break result?,
            }
        };
        self.viewset.after_commit(visit.guard.action, &changed).await;
        self.shown(visit, changed, StatusCode::OK).await
    }

    async fn try_update(
        &self,
        visit: &Visit,
        rule: &Rule,
        row: Select<V::Entity>,
        body: &Map<String, Value>,
        partial: bool,
    ) -> Result<ModelOf<V>, Problem> {
        let (write, before) = visit.begin_change::<V::Entity>(rule, row).await?;
        let changes = self.input.changes::<V::Output>(body, &before, partial)?;
        let changes = self.viewset.perform_update(&write.visit.context(write.db()), changes, &before).await?;
        let (write, changed) = write.update::<V::Entity>(before, changes, V::CHECKS_RESULT).await?;
        write.commit::<V::Entity>().await?;
        Ok(changed)
    }

    async fn destroy(&self, visit: &Visit, request: &Request, rule: &Rule) -> Reply {
        let row = self.row_of(visit, request)?;
        visit.row(visit.db(), rule, row.clone()).await?;
        let mut attempt = 0;
        let gone = loop {
            match self.try_destroy(visit, rule, row.clone()).await {
                Err(problem) if again(&mut attempt, &problem) => {}
                result => break result?,
            }
        };
        self.viewset.after_commit(Action::Destroy, &gone).await;
        Ok(StatusCode::NO_CONTENT.into_response())
    }

    async fn try_destroy(&self, visit: &Visit, rule: &Rule, row: Select<V::Entity>) -> Result<ModelOf<V>, Problem> {
        let (write, row) = visit.begin_change::<V::Entity>(rule, row).await?;
        self.viewset.perform_destroy(&write.visit.context(write.db()), &row).await?;
        let write = write.delete::<V::Entity>(row.clone()).await?;
        write.commit::<V::Entity>().await?;
        Ok(row)
    }

    async fn shown(&self, visit: &Visit, row: ModelOf<V>, status: StatusCode) -> Reply {
        let shown = visit.shown::<V::Entity, V::Output>(self.told(), row).await?;
        Ok(Json(shown).with_status(status).into_response())
    }

    /// The row that the path names; the router hands its text over decoded, and none where it cannot be.
    pub(super) fn row_of(&self, visit: &Visit, request: &Request) -> Result<Select<V::Entity>, Problem> {
        self.row_with_key(visit, request.raw_path_param("param0").ok_or_else(Problem::not_found)?)
    }

    /// The row with this key, as a path writes it. Text that is no key is answered at once; a key beyond the column names
    /// no row (CONTRACT 7.10).
    pub(super) fn row_named(&self, visit: &Visit, text: &str) -> Result<Select<V::Entity>, Problem> {
        let text = percent_decode_str(text).decode_utf8().map_err(|_| Problem::not_found())?;
        self.row_with_key(visit, &text)
    }

    fn row_with_key(&self, visit: &Visit, text: &str) -> Result<Select<V::Entity>, Problem> {
        let column = V::lookup();
        match columns::parse(&column, text) {
            Parsed::Value(key) => Ok(self.viewset.query(&visit.context(visit.db())).filter(column.eq(key))),
            Parsed::Beyond => Err(visit.no_such_row()),
            Parsed::Malformed => Err(Problem::not_found()),
        }
    }
}

/// A new row whose owner nobody named is the caller's.
fn own<V: ViewSet>(row: &mut <V::Entity as EntityTrait>::ActiveModel, visit: &Visit) -> Result<(), Problem> {
    let Some(column) = V::Entity::owner() else { return Ok(()) };
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
    Json(json!({
        "name": format!("{} {suffix}", V::Entity::OBJECT_NAME),
        "renders": ["application/json"],
        "parses": ["application/json"],
    }))
    .into_response()
}
