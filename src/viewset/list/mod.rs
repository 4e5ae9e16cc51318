//! A list: its query, its page and its count.
//!
//! | file | what it is for |
//! |---|---|
//! | `parameters`, `query` | what a viewset lets its callers ask; what one of them does ask |
//! | `filter/` | comparisons of a field with the text of a query |
//! | `search`, `order` | the terms of a search; what rows are ordered by |
//! | `pagination` | the kinds of pages, and the parameters of each |
//! | `by_offset`, `count` | a page behind so many rows, and how many rows there are |
//! | `by_cursor`, `cursor/` | a page from a place in the order; what a place is, and how it is sealed |
//! | `page` | a page as it is answered, and its links |

mod by_cursor;
mod by_offset;
mod count;
mod cursor;
mod filter;
mod order;
mod page;
mod pagination;
mod parameters;
mod query;
mod search;

pub use filter::{Filter, Lookup};
pub use order::Order;
pub use pagination::Pagination;

pub(crate) use cursor::CursorSeal;
pub(crate) use filter::{ColumnKind, Filtered, MOST_CHARACTERS, MOST_VALUES, RelatedField};
pub(crate) use order::{ListOrder, ORDERING, Term};
pub(crate) use page::{absolute_links_in, page_schema};
pub(crate) use pagination::CANDIDATE_OFFSET;
pub(crate) use parameters::{FilterParameter, FilteredField, ListParameters};
pub(crate) use query::ListQuery;
pub(crate) use search::{MOST_CHARACTERS as MOST_SEARCHED, SEARCH};

use pagination::{OffsetWindow, Start};
use poem::Request;

use crate::{
    http::Problem,
    permission::Rule,
    viewset::{
        EntityOf, ViewSet,
        mount::Visit,
        row::{RowPermissions, Scope},
    },
};

impl Visit {
    /// The list's reading: a page of the rows the rule admits.
    pub(crate) async fn list<V: ViewSet>(
        &self,
        viewset: &V,
        request: &Request,
        scope: Scope<EntityOf<V>>,
        rule: &Rule,
        query: &ListQuery<EntityOf<V>>,
        tell: &RowPermissions,
    ) -> Result<Vec<u8>, Problem> {
        let is_table = scope.counts_as_table();
        let rows = query.filtered(rule.among(scope.rows()));
        let limit = query.window.limit;
        let shown_limit = limit.to_string();
        let links = query.links(request, self.site.links_origin.as_ref(), &shown_limit);
        let page = match &query.window.start {
            &Start::Offset { offset, of_candidates } => {
                let window = OffsetWindow { limit, offset, of_candidates };
                self.page_by_offset(rows, is_table, rule, query, window, links, tell).await?
            }
            Start::Cursor(sealed) => {
                let seal = query.seal(self, request)?;
                self.page_by_cursor(rows, rule, query, &seal, sealed.as_deref(), links, tell).await?
            }
        };
        let mut out = Vec::with_capacity(page.rows.len() * 128);
        page.open(&mut out);
        tell.write_rows(viewset, &self.context(self.db()), page.rows, &mut out).await?;
        out.extend_from_slice(b"]}");
        Ok(out)
    }
}

/// The list's own rule, then those of what each row tells.
fn rules<'a>(own: &'a Rule, tell: &'a RowPermissions) -> Vec<&'a Rule> {
    std::iter::once(own).chain(tell.rules()).collect()
}
