use sea_orm::{ConnectionTrait, QuerySelect, Select};

use super::{
    ListQuery, OffsetWindow,
    count::count,
    page::{Links, Page},
    pagination::invalid_page,
    rules,
};
use crate::{
    http::Problem,
    permission::{Judged, Rule, judged},
    viewset::{Resource, mount::Visit, row::RowPermissions},
};

impl Visit {
    /// A page behind so many rows.
    #[expect(clippy::too_many_arguments, reason = "a page is all of these")]
    pub(super) async fn page_by_offset<'a, E: Resource>(
        &self,
        rows: Select<E>,
        is_table: bool,
        rule: &Rule,
        query: &ListQuery<E>,
        mut window: OffsetWindow,
        links: Links<'a>,
        tell: &RowPermissions,
    ) -> Result<Page<'a, E::Model>, Problem> {
        let rows = query.order.ordered(rows, false, self.db().get_database_backend());
        let mut step = window.limit;
        let (count, mut found) = match rule.in_memory_cap() {
            Some(at_most) => match self.list_in_memory(&rows, rule, window, at_most, tell).await? {
                Some((count, found)) => (Some(count), found),
                None => {
                    step = step.min(at_most as u64).max(1);
                    window.of_candidates = true;
                    (None, self.admitted(rows, rule, OffsetWindow { limit: step, ..window }, tell).await?)
                }
            },
            None if rule.has_hooks() => (None, self.admitted(rows, rule, window, tell).await?),
            None => self.counted(rows, is_table, window, query.pagination.counts(), tell).await?,
        };
        let has_more = found.has_more.unwrap_or(found.rows.len() as u64 > window.limit);
        found.rows.truncate(usize::try_from(window.limit).unwrap_or(usize::MAX));
        if found.has_more.is_none() {
            check_offset(window, found.rows.is_empty())?;
        }
        let links = query.pagination.links(links, window, step, has_more);
        Ok(Page { count, links, rows: found.rows })
    }

    /// The database makes the page; the rule was its `WHERE`.
    async fn counted<E: Resource>(
        &self,
        rows: Select<E>,
        is_table: bool,
        window: OffsetWindow,
        counts: bool,
        tell: &RowPermissions,
    ) -> Result<(Option<u64>, Cut<E::Model>), Problem> {
        let db = self.db();
        let count = match counts {
            true => Some(count(db, rows.clone(), is_table).await?),
            false => None,
        };
        if let Some(count) = count {
            check_offset(window, window.offset >= count)?;
        }
        let page = rows.offset(window.offset).limit(window.limit + 1);
        Ok((count, Cut { rows: judged(db, page, &rules(&Rule::Always, tell)).await?, has_more: None }))
    }

    /// Loads every candidate and asks about each; nothing where there are more of them than the hook's cap.
    ///
    /// Whoever may add rows can bring that about, so it is no error: the list goes on as one whose pages are cut before
    /// the hook is asked. Its links say so, since the first so many candidates are not the first so many rows: a list
    /// that falls below the cap while somebody reads it is read to its end as it was begun, and none of its rows is
    /// passed over. One that rises above it shows some rows again.
    async fn list_in_memory<E: Resource>(
        &self,
        rows: &Select<E>,
        rule: &Rule,
        window: OffsetWindow,
        at_most: usize,
        tell: &RowPermissions,
    ) -> Result<Option<(u64, Cut<E::Model>)>, Problem> {
        if window.of_candidates {
            return Ok(None);
        }
        let candidates = rows.clone().limit((at_most as u64).min(i64::MAX as u64 - 1) + 1);
        let mut admitted = Vec::new();
        let loaded = judged(self.db(), candidates, &rules(rule, tell)).await?;
        if loaded.len() > at_most {
            let model = &self.guard.model;
            tracing::warn!(%model, at_most, "a list has more candidates than its row hook may be asked about at once");
            return Ok(None);
        }
        let cx = self.context(self.db());
        for row in loaded {
            if row.holds(0, &cx).await? {
                admitted.push(row);
            }
        }
        let count = admitted.len() as u64;
        let offset = usize::try_from(window.offset).unwrap_or(usize::MAX);
        let rows = admitted.into_iter().skip(offset).take(window.limit as usize + 1).collect();
        Ok(Some((count, Cut { rows, has_more: None })))
    }

    /// Cuts the page by what the database can say, then asks: the page may be short.
    async fn admitted<E: Resource>(
        &self,
        rows: Select<E>,
        rule: &Rule,
        window: OffsetWindow,
        tell: &RowPermissions,
    ) -> Result<Cut<E::Model>, Problem> {
        let page = rows.offset(window.offset).limit(window.limit + 1);
        let mut loaded = judged(self.db(), page, &rules(rule, tell)).await?;
        // a last page of which the hook admits nothing is there all the same: a link led to it
        check_offset(window, loaded.is_empty())?;
        let has_more = loaded.len() as u64 > window.limit;
        loaded.truncate(window.limit as usize);
        let cx = self.context(self.db());
        let mut rows = Vec::new();
        for row in loaded {
            if row.holds(0, &cx).await? {
                rows.push(row);
            }
        }
        Ok(Cut { rows, has_more: Some(has_more) })
    }
}

/// The rows of a page; one more than it holds where that is how the end is known.
struct Cut<M> {
    rows: Vec<Judged<M>>,
    has_more: Option<bool>,
}

/// 404 for a page behind the last.
fn check_offset(window: OffsetWindow, is_empty: bool) -> Result<(), Problem> {
    if window.offset > 0 && is_empty { Err(invalid_page()) } else { Ok(()) }
}
