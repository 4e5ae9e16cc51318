use http::{HeaderMap, StatusCode, header};

use super::{EntityTag, tag_list::TagList};
use crate::http::Problem;

/// What a request asks of the row's tag.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    if_match: Option<TagList>,
    if_none_match: Option<TagList>,
}

impl Conditions {
    /// Reads a request's conditions; 400 where one is malformed.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        Ok(Self {
            if_match: TagList::read(headers, &header::IF_MATCH)?,
            if_none_match: TagList::read(headers, &header::IF_NONE_MATCH)?,
        })
    }

    /// The same for a write; 428 where it has to say which state of the row it is about, and does not.
    pub(crate) fn of_write(headers: &HeaderMap, is_required: bool) -> Result<Self, Problem> {
        let conditions = Self::read(headers)?;
        if is_required && conditions.if_match.is_none() {
            return Err(Problem::precondition_required());
        }
        Ok(conditions)
    }

    /// Must the row be rendered to tell, where its version is known or is not?
    pub(crate) fn ask_representation(&self, has_version: bool) -> bool {
        let names_tags = |list: &Option<TagList>| matches!(list, Some(TagList::Tags(_)));
        names_tags(&self.if_none_match) || (!has_version && names_tags(&self.if_match))
    }

    /// Does a row with this tag meet what a write asks of it?
    pub(crate) fn admit_write(&self, tag: &EntityTag) -> bool {
        self.if_match.as_ref().is_none_or(|tags| tag.is_matched_by(tags))
            && !self.if_none_match.as_ref().is_some_and(|tags| tag.is_held_in(tags))
    }

    /// What a reader of a row with this tag gets, where it is not the row (RFC 9110, 13.2.2).
    pub(crate) fn instead_of(&self, tag: &EntityTag) -> Option<StatusCode> {
        let is = |list: &Option<TagList>, holds: fn(&EntityTag, &TagList) -> bool| {
            list.as_ref().map(|tags| holds(tag, tags))
        };
        match (is(&self.if_match, EntityTag::is_matched_by), is(&self.if_none_match, EntityTag::is_held_in)) {
            (Some(false), _) => Some(StatusCode::PRECONDITION_FAILED),
            (_, Some(true)) => Some(StatusCode::NOT_MODIFIED),
            _ => None,
        }
    }
}

/// Which conditions an endpoint looks at, for the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Conditional {
    /// Do its answers carry a tag?
    pub(crate) shows_tag: bool,
    /// May it be answered that nothing changed?
    pub(crate) is_cached: bool,
    pub(crate) if_match: IfMatch,
}

/// What becomes of `If-Match`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum IfMatch {
    #[default]
    Ignored,
    Honoured,
    Required,
}

impl IfMatch {
    pub(crate) fn of_write(is_required: bool) -> Self {
        if is_required { Self::Required } else { Self::Honoured }
    }
}
