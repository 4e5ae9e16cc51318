use sea_orm::{ConnectionTrait, QuerySelect, QueryTrait, Select};

use super::{
    CursorSeal, ListQuery,
    cursor::{Cursor, Keyset, Placed},
    page::{Links, Page, Place},
    rules,
};
use crate::{
    Error,
    db::readable,
    http::Problem,
    permission::{Judged, Rule, judged_in},
    viewset::{Resource, mount::Visit, row::RowPermissions},
};

impl Visit {
    /// A page from a place in the order on, either way.
    ///
    /// Where a rule has hooks the page is cut before they are asked, so it may be short; its links go on from the last
    /// row that they were asked about, so that none is passed over.
    #[expect(clippy::too_many_arguments, reason = "a page is all of these")]
    pub(super) async fn page_by_cursor<'a, E: Resource>(
        &self,
        rows: Select<E>,
        rule: &Rule,
        query: &ListQuery<E>,
        seal: &CursorSeal<'_>,
        sealed: Option<&str>,
        links: Links<'a>,
        tell: &RowPermissions,
    ) -> Result<Page<'a, E::Model>, Problem> {
        let db = self.db();
        let keyset = Keyset { order: &query.order, on: db.get_database_backend() };
        let name = query.pagination.place_parameter();
        let opened = |sealed| seal.open(sealed).filter(|cursor| keyset.fits(cursor));
        let invalid = || Problem::invalid([(name, "Invalid cursor.")]);
        let cursor = sealed.map(|sealed| opened(sealed).ok_or_else(invalid)).transpose()?;
        let limit = rule.in_memory_cap().map_or(query.window.limit, |cap| query.window.limit.min(cap as u64).max(1));

        let rows = keyset.rows(rows, cursor.as_ref()).limit(limit + 1);
        let mut statement = readable(rows, db.get_database_backend()).into_query();
        keyset.select_stored(&mut statement);
        let asked = if rule.has_hooks() { rule } else { &Rule::Always };
        let mut loaded: Vec<Judged<Placed<E::Model>>> = judged_in(db, statement, &rules(asked, tell)).await?;
        let has_more = loaded.len() as u64 > limit;
        loaded.truncate(limit as usize);
        let is_backwards = cursor.as_ref().is_some_and(|cursor| cursor.is_backwards);
        if is_backwards {
            loaded.reverse();
        }

        let place = |row: Option<&Judged<Placed<E::Model>>>, is_backwards| -> Result<Option<Place>, Error> {
            let cursor = match row {
                Some(row) => Some(Cursor::from(keyset.position(&row.row)?, is_backwards)),
                None => cursor.as_ref().map(Cursor::turned),
            };
            Ok(cursor.map(|cursor| Some((name, seal.seal(&cursor)))))
        };
        let has_next = is_backwards || has_more;
        let has_previous = if is_backwards { has_more } else { cursor.is_some() };
        let next = if has_next { place(loaded.last(), false)? } else { None };
        let previous = if has_previous { place(loaded.first(), true)? } else { None };

        let cx = self.context(db);
        let mut rows = Vec::with_capacity(loaded.len());
        for row in loaded {
            let row = row.map(|placed| placed.row);
            if row.holds(0, &cx).await? {
                rows.push(row);
            }
        }
        Ok(Page { count: None, links: links.to(next, previous), rows })
    }
}
