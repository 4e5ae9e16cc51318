use poem::{Request, http::StatusCode};
use poem_openapi::{
    registry::{MetaSchema, MetaSchemaRef},
    types::Type,
};
use serde_json::Value as Json;

use crate::http::{Problem, path_of};

/// How a viewset's list is cut into pages: by `limit` and `offset` (CONTRACT 7.23).
///
/// Counting costs a statement over every row the caller may see; [`without_count`](Self::without_count) leaves it out.
#[doc(alias = "LimitOffsetPagination")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pagination {
    default_limit: u64,
    max_limit: u64,
    counts: bool,
}

impl Default for Pagination {
    /// Pages of 50 rows, at most 500, counted.
    fn default() -> Self {
        Self { default_limit: 50, max_limit: 500, counts: true }
    }
}

impl Pagination {
    /// Pages of this many rows, where the caller does not say how many they want.
    pub const fn of(default_limit: u64) -> Self {
        let max_limit = if default_limit > 500 { default_limit } else { 500 };
        Self { default_limit, max_limit, counts: true }
    }

    /// The most rows a caller may ask for; who asks for more gets this many.
    pub const fn at_most(self, max_limit: u64) -> Self {
        Self { max_limit, ..self }
    }

    /// Without the number of all rows.
    pub const fn without_count(self) -> Self {
        Self { counts: false, ..self }
    }

    pub(crate) fn counts(self) -> bool {
        self.counts
    }

    /// Is this one of the parameters that choose a page? The last is of links only, and of lists that ask hooks.
    pub(crate) fn reads(name: &str, asks_hooks: bool) -> bool {
        matches!(name, "limit" | "offset") || (asks_hooks && name == CANDIDATE_OFFSET)
    }

    pub(crate) fn window(&self, pairs: &[(String, String)], asks_hooks: bool) -> Result<Window, Problem> {
        let number = |wanted: &str| -> Result<Option<u64>, Problem> {
            let Some((_, text)) = pairs.iter().rev().find(|(name, _)| name == wanted) else { return Ok(None) };
            // kept within what every database can count to
            let number = text.parse::<u64>().ok().filter(|number| i64::try_from(*number).is_ok());
            number.map(Some).ok_or_else(|| Problem::invalid([(wanted, "A valid integer is required.")]))
        };
        let limit = match number("limit")? {
            Some(0) => return Err(Problem::invalid([("limit", "Ensure this value is greater than or equal to 1.")])),
            Some(limit) => limit.min(self.max_limit),
            None => self.default_limit,
        };
        let candidates = if asks_hooks { number(CANDIDATE_OFFSET)? } else { None };
        match (number("offset")?, candidates) {
            (Some(_), Some(_)) => {
                Err(Problem::invalid([(CANDIDATE_OFFSET, "This cannot be given together with \"offset\".")]))
            }
            (None, Some(offset)) => Ok(Window { limit, offset, of_candidates: true }),
            (offset, None) => Ok(Window { limit, offset: offset.unwrap_or(0), of_candidates: false }),
        }
    }

    pub(crate) fn default_limit(self) -> u64 {
        self.default_limit
    }

    pub(crate) fn max_limit(self) -> u64 {
        self.max_limit
    }
}

/// Which rows of a list are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) limit: u64,
    pub(crate) offset: u64,
    /// Does it count the rows that a hook is asked about, and not those that it admits?
    pub(crate) of_candidates: bool,
}

/// The offset of a window of candidates, in links.
pub(crate) const CANDIDATE_OFFSET: &str = "candidate_offset";

/// A page of a list: `{"count", "next", "previous", "results"}`, `count` only where it was made.
pub(crate) struct Page {
    pub(crate) count: Option<u64>,
    pub(crate) window: Window,
    /// How many rows further the next page begins.
    pub(crate) step: u64,
    pub(crate) has_more: bool,
}

impl Page {
    /// 404 for a page behind the last.
    pub(crate) fn check_offset(window: Window, is_empty: bool) -> Result<(), Problem> {
        if window.offset > 0 && is_empty {
            return Err(Problem::new(StatusCode::NOT_FOUND, "not_found", "Invalid page."));
        }
        Ok(())
    }

    /// Writes all of it up to the first row; what follows the last is `]}`.
    pub(crate) fn open(&self, request: &Request, others: &[(String, String)], out: &mut Vec<u8>) {
        let Window { limit, offset, of_candidates } = self.window;
        let link = |offset: u64| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(others).append_pair("limit", &limit.to_string());
            if offset > 0 {
                query.append_pair(if of_candidates { CANDIDATE_OFFSET } else { "offset" }, &offset.to_string());
            }
            format!("{}?{}", path_of(request), query.finish())
        };
        let next = self.has_more.then(|| link(offset + self.step));
        let previous = (offset > 0).then(|| link(offset.saturating_sub(self.step)));
        let quoted = |link: Option<String>| link.map_or(Json::Null, Json::String);
        out.push(b'{');
        if let Some(count) = self.count {
            out.extend_from_slice(format!("\"count\":{count},").as_bytes());
        }
        let links = format!("\"next\":{},\"previous\":{},\"results\":[", quoted(next), quoted(previous));
        out.extend_from_slice(links.as_bytes());
    }
}

/// The schema of a page of rows.
pub(crate) fn page_schema(row: MetaSchemaRef, counts: bool) -> MetaSchema {
    let inline = |schema: MetaSchema| MetaSchemaRef::Inline(Box::new(schema));
    let described = |schema: MetaSchemaRef, description| match schema {
        MetaSchemaRef::Inline(schema) => inline(MetaSchema { description: Some(description), ..*schema }),
        reference => reference,
    };
    let link = |description| {
        inline(MetaSchema {
            description: Some(description),
            nullable: true,
            ..MetaSchema::new_with_format("string", "uri-reference")
        })
    };
    let mut properties = vec![
        ("next", link("The next page, as a reference relative to this one's address.")),
        ("previous", link("The page before, likewise.")),
        ("results", inline(MetaSchema { items: Some(Box::new(row)), ..MetaSchema::new("array") })),
    ];
    let mut required = vec!["next", "previous", "results"];
    if counts {
        properties.insert(0, ("count", described(u64::schema_ref(), "How many rows the caller may see in all.")));
        required.insert(0, "count");
    }
    MetaSchema { properties, required, ..MetaSchema::new("object") }
}
