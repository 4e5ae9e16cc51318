use super::page::Links;
use crate::http::{Kind, Problem};

/// How a viewset's list is cut into pages.
///
/// ```
/// use refrain::Pagination;
///
/// let by_offset = Pagination::limit_offset(20).at_most(100);
/// let by_number = Pagination::page_number(20);
/// let by_cursor = Pagination::cursor(20);
/// assert_eq!(Pagination::default(), Pagination::limit_offset(50));
/// # let _ = (by_offset, by_number, by_cursor);
/// ```
///
/// | | parameters | a page has |
/// |---|---|---|
/// | [`limit_offset`](Self::limit_offset) | `limit`, `offset` | `count`, `next`, `previous`, `results` |
/// | [`page_number`](Self::page_number) | `page`, `page_size` | the same |
/// | [`cursor`](Self::cursor) | `cursor`, `page_size` | `next`, `previous`, `results` |
#[doc(alias("LimitOffsetPagination", "PageNumberPagination", "CursorPagination"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pagination {
    pub(crate) kind: PaginationKind,
    size: u64,
    most: u64,
    counts: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PaginationKind {
    LimitOffset,
    PageNumber,
    Cursor,
}

impl Default for Pagination {
    /// By limit and offset: pages of 50 rows, at most 500, counted.
    fn default() -> Self {
        Self::limit_offset(50)
    }
}

impl Pagination {
    /// Pages by `limit` and `offset` (CONTRACT 7.23), of this many rows where the caller does not say how many they want.
    pub const fn limit_offset(size: u64) -> Self {
        Self::new(PaginationKind::LimitOffset, size)
    }

    /// Pages by `page`, the first of which is 1, and `page_size` (CONTRACT 7.22).
    pub const fn page_number(size: u64) -> Self {
        Self::new(PaginationKind::PageNumber, size)
    }

    /// Pages by `cursor`, a place in the list's order, and `page_size`.
    ///
    /// What is inserted or deleted between two pages moves no other row from one page to another, and a page far behind
    /// costs no more than the first. There is no count, and no way to go to a page but by its link. Cursors are sealed
    /// with the site's secret key ([`Api::secret_key`](crate::Api::secret_key)).
    pub const fn cursor(size: u64) -> Self {
        Self { counts: false, ..Self::new(PaginationKind::Cursor, size) }
    }

    const fn new(kind: PaginationKind, size: u64) -> Self {
        Self { kind, size, most: if size > 500 { size } else { 500 }, counts: true }
    }

    /// The most rows a caller may ask for; who asks for more gets this many. 500 where nothing is said.
    #[doc(alias("max_limit", "max_page_size"))]
    pub const fn at_most(self, most: u64) -> Self {
        Self { most, ..self }
    }

    /// Without the number of all rows, which costs a statement over every row the caller may see.
    ///
    /// ```
    /// use refrain::Pagination;
    ///
    /// let large = Pagination::limit_offset(50).without_count();
    /// assert_ne!(large, Pagination::limit_offset(50));
    /// ```
    pub const fn without_count(self) -> Self {
        Self { counts: false, ..self }
    }

    pub(crate) fn counts(self) -> bool {
        self.counts
    }

    pub(crate) fn size(self) -> u64 {
        self.size
    }

    pub(crate) fn most(self) -> u64 {
        self.most
    }

    pub(crate) fn is_by_cursor(self) -> bool {
        self.kind == PaginationKind::Cursor
    }

    /// The parameter that says how many rows a page has.
    pub(crate) fn size_parameter(self) -> &'static str {
        if self.kind == PaginationKind::LimitOffset { "limit" } else { "page_size" }
    }

    /// The parameter that says which page it is.
    pub(crate) fn place_parameter(self) -> &'static str {
        match self.kind {
            PaginationKind::LimitOffset => "offset",
            PaginationKind::PageNumber => "page",
            PaginationKind::Cursor => "cursor",
        }
    }

    /// Is this one of the parameters that choose a page? The last is of links only, and of lists that ask hooks.
    pub(crate) fn reads(self, name: &str, asks_hooks: bool) -> bool {
        name == self.size_parameter()
            || name == self.place_parameter()
            || (asks_hooks && !self.is_by_cursor() && name == CANDIDATE_OFFSET)
    }

    /// The page that a query string asks for.
    pub(crate) fn window(self, pairs: &[(String, String)], asks_hooks: bool) -> Result<Window, Problem> {
        let given = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, text)| text.as_str());
        let asked_size = given(self.size_parameter()).map(|text| self.read_size(text)).transpose()?;
        let limit = asked_size.unwrap_or(self.size);
        let place = given(self.place_parameter());
        let candidates = given(CANDIDATE_OFFSET).filter(|_| asks_hooks && !self.is_by_cursor());
        let start = match (self.kind, place, candidates) {
            (_, Some(_), Some(_)) => {
                let sentence = format!("This cannot be given together with \"{}\".", self.place_parameter());
                return Err(Problem::invalid([(CANDIDATE_OFFSET, sentence)]));
            }
            (_, None, Some(text)) => {
                Start::Offset { offset: read_number(CANDIDATE_OFFSET, text)?, of_candidates: true }
            }
            (PaginationKind::LimitOffset, place, _) => {
                let offset = place.map_or(Ok(0), |text| read_number(self.place_parameter(), text))?;
                Start::Offset { offset, of_candidates: false }
            }
            (PaginationKind::PageNumber, place, _) => {
                Start::Offset { offset: read_page(place.unwrap_or("1"), limit)?, of_candidates: false }
            }
            (PaginationKind::Cursor, place, _) => {
                Start::Cursor(place.filter(|text| !text.is_empty()).map(str::to_owned))
            }
        };
        Ok(Window { limit, says_limit: asked_size.is_some() || self.kind == PaginationKind::LimitOffset, start })
    }

    fn read_size(self, text: &str) -> Result<u64, Problem> {
        let name = self.size_parameter();
        match read_number(name, text)? {
            0 => Err(Problem::invalid([(name, "Ensure this value is greater than or equal to 1.")])),
            size => Ok(size.min(self.most)),
        }
    }

    /// The parameters of the pages beside one that begins behind so many rows, or candidates.
    pub(crate) fn links(self, links: Links<'_>, window: OffsetWindow, step: u64, has_more: bool) -> Links<'_> {
        let OffsetWindow { limit, offset, of_candidates } = window;
        let place = |offset: u64| match self.kind {
            _ if offset == 0 => None,
            _ if of_candidates => Some((CANDIDATE_OFFSET, offset.to_string())),
            PaginationKind::PageNumber => Some((self.place_parameter(), (offset / limit + 1).to_string())),
            _ => Some((self.place_parameter(), offset.to_string())),
        };
        let next = has_more.then(|| place(offset + step));
        let previous = (offset > 0).then(|| place(offset.saturating_sub(step)));
        links.to(next, previous)
    }
}

/// Kept within what every database can count to.
fn read_number(name: &str, text: &str) -> Result<u64, Problem> {
    let number = text.parse::<u64>().ok().filter(|number| i64::try_from(*number).is_ok());
    number.ok_or_else(|| Problem::invalid([(name, "A valid integer is required.")]))
}

/// How many rows stand before a page. Whatever is no page that can be is one that is not there (CONTRACT 7.22).
fn read_page(text: &str, limit: u64) -> Result<u64, Problem> {
    let text = text.trim();
    let page = if text.is_empty() { Some(1) } else { text.parse::<u64>().ok() };
    let before = page.and_then(|page| page.checked_sub(1)?.checked_mul(limit));
    before.filter(|before| i64::try_from(*before).is_ok()).ok_or_else(invalid_page)
}

pub(crate) fn invalid_page() -> Problem {
    Problem::of(Kind::NOT_FOUND, "Invalid page.")
}

/// Which rows of a list are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) limit: u64,
    /// Do links say how many rows a page has?
    pub(crate) says_limit: bool,
    pub(crate) start: Start,
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Behind so many rows; or so many of those that a hook is asked about, whether it admits them or not.
    Offset { offset: u64, of_candidates: bool },
    /// At the place that a cursor says; at the beginning where there is none.
    Cursor(Option<String>),
}

/// A window that begins behind so many rows, or candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OffsetWindow {
    pub(crate) limit: u64,
    pub(crate) offset: u64,
    pub(crate) of_candidates: bool,
}

/// The offset of a window of candidates, in links.
pub(crate) const CANDIDATE_OFFSET: &str = "candidate_offset";

#[cfg(test)]
mod tests {
    use super::*;

    fn window(pagination: Pagination, query: &str) -> Result<Window, u16> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        pagination.window(&pairs, false).map_err(|problem| problem.status().as_u16())
    }

    #[test]
    fn a_page_is_counted_from_one() {
        let by_number = Pagination::page_number(10).at_most(20);
        let start = |query: &str| window(by_number, query).map(|window| (window.start, window.limit));
        for (query, offset, limit) in [
            ("", 0, 10),
            ("page=", 0, 10),
            ("page=1", 0, 10),
            ("page=+3+", 20, 10),
            ("page=2&page_size=5", 5, 5),
            ("page=2&page_size=100", 20, 20),
        ] {
            assert_eq!(start(query), Ok((Start::Offset { offset, of_candidates: false }, limit)), "{query}");
        }
        for no_page in ["0", "-1", "1.0", "x", "last", "18446744073709551615", "1000000000000000000", "1_0", "%FF"] {
            assert_eq!(start(&format!("page={no_page}")), Err(404), "{no_page}");
        }
        assert_eq!([start("page_size=0"), start("page_size=x"), start("page_size=")], [Err(400), Err(400), Err(400)]);
    }

    #[test]
    fn each_kind_reads_its_own_parameters() {
        let names = ["limit", "offset", "page", "page_size", "cursor", CANDIDATE_OFFSET];
        let read = |of: Pagination, asks_hooks| names.map(|name| of.reads(name, asks_hooks));
        let (limit_offset, page_number, cursor) =
            (Pagination::limit_offset(1), Pagination::page_number(1), Pagination::cursor(1));
        assert_eq!(read(limit_offset, false), [true, true, false, false, false, false]);
        assert_eq!(read(page_number, true), [false, false, true, true, false, true]);
        assert_eq!(read(cursor, true), [false, false, false, true, true, false]);
        assert_eq!(window(cursor, "cursor=").map(|window| window.start), Ok(Start::Cursor(None)));
    }
}
