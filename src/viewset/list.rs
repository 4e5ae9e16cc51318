use poem::Request;
use poem_openapi::types::ToJSON;
use sea_orm::{PaginatorTrait, QueryFilter, QuerySelect, Select};
use serde_json::Value as Json;

use super::{
    Resource,
    guard::Visit,
    page::{Page, Pagination, Window},
    query::ListQuery,
};
use crate::{
    Error,
    http::Problem,
    permission::{Rule, judged},
};

impl Visit {
    /// The list's reading: a page of the rows the rule admits.
    pub(crate) async fn list<E: Resource, O: ToJSON + From<E::Model>>(
        &self,
        request: &Request,
        rows: Select<E>,
        rule: &Rule,
        query: &ListQuery<E>,
        pagination: &Pagination,
    ) -> Result<Json, Problem> {
        let db = self.db();
        let rows = query.filtered(rows.filter(rule.filter()));
        let window = query.window;
        let (count, mut found) = if let Some(at_most) = rule.in_memory_cap() {
            self.list_in_memory(query.ordered(rows), rule, window, at_most).await?
        } else if rule.has_hooks() {
            (None, self.admitted(query.ordered(rows), rule, window).await?)
        } else {
            let count = match pagination.counts() {
                true => Some(PaginatorTrait::count(rows.clone(), &db).await?),
                false => None,
            };
            if let Some(count) = count {
                Page::check_offset(window, window.offset >= count)?;
            }
            let page = query.ordered(rows).offset(window.offset).limit(window.limit + 1);
            (count, Cut { rows: page.all(&db).await?, has_more: None })
        };
        let has_more = found.has_more.unwrap_or(found.rows.len() as u64 > window.limit);
        found.rows.truncate(usize::try_from(window.limit).unwrap_or(usize::MAX));
        Page::check_offset(window, found.rows.is_empty() && !has_more)?;
        let results = found.rows.into_iter().map(|row| O::from(row).to_json().unwrap_or(Json::Null)).collect();
        Ok(Page { count, window, has_more, results }.into_json(request, &query.others))
    }

    /// Loads every candidate and asks about each; more of them than the hook's cap is an error, never a shorter list.
    async fn list_in_memory<E: Resource>(
        &self,
        rows: Select<E>,
        rule: &Rule,
        window: Window,
        at_most: usize,
    ) -> Result<(Option<u64>, Cut<E::Model>), Problem> {
        let candidates = rows.limit(at_most as u64 + 1);
        let mut admitted = Vec::new();
        let loaded = judged(self.db(), candidates, &[rule]).await?;
        if loaded.len() > at_most {
            let message = format!(
                "a list of `{}` has more candidates than the {at_most} its row hook may be asked about; give the hook \
                 `Lists::Where` or a larger cap",
                self.guard.model
            );
            return Err(Error::wiring(message).into());
        }
        let cx = self.context(self.db());
        for row in loaded {
            if row.holds(0, &cx).await? {
                admitted.push(row.row);
            }
        }
        let count = admitted.len() as u64;
        let offset = usize::try_from(window.offset).unwrap_or(usize::MAX);
        let rows = admitted.into_iter().skip(offset).take(window.limit as usize + 1).collect();
        Ok((Some(count), Cut { rows, has_more: None }))
    }

    /// Cuts the page by the pre-filter, then asks: the page may be short.
    async fn admitted<E: Resource>(
        &self,
        rows: Select<E>,
        rule: &Rule,
        window: Window,
    ) -> Result<Cut<E::Model>, Problem> {
        let page = rows.offset(window.offset).limit(window.limit + 1);
        let mut loaded = judged(self.db(), page, &[rule]).await?;
        let has_more = loaded.len() as u64 > window.limit;
        loaded.truncate(window.limit as usize);
        let cx = self.context(self.db());
        let mut rows = Vec::new();
        for row in loaded {
            if row.holds(0, &cx).await? {
                rows.push(row.row);
            }
        }
        Ok(Cut { rows, has_more: Some(has_more) })
    }
}

/// The rows of a page; one more than it holds where that is how the end is known.
struct Cut<M> {
    rows: Vec<M>,
    has_more: Option<bool>,
}
