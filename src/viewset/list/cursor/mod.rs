//! Cursors: places in the order of a list, from which pages go on whatever was inserted or deleted meanwhile.

mod keyset;
mod placed;
mod position;

pub(crate) use keyset::Keyset;
pub(crate) use placed::Placed;
pub(crate) use position::Position;

use crate::sessions::SecretKey;

/// A place in the order of a list, and the way to go from it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cursor {
    pub(crate) is_backwards: bool,
    /// Is a row that stands at the very place on the page too?
    pub(crate) is_inclusive: bool,
    pub(crate) at: Position,
}

impl Cursor {
    /// What stands behind a place, or before it.
    pub(crate) fn from(at: Position, is_backwards: bool) -> Self {
        Self { is_backwards, is_inclusive: false, at }
    }

    /// The other way from the same place, which is where nothing was found.
    pub(crate) fn turned(&self) -> Self {
        Self { is_backwards: !self.is_backwards, is_inclusive: !self.is_inclusive, at: self.at.clone() }
    }

    fn text(&self) -> String {
        serde_json::json!([self.is_backwards, self.is_inclusive, self.at.texts()]).to_string()
    }

    fn read(text: &str) -> Option<Self> {
        let (is_backwards, is_inclusive, texts) = serde_json::from_str(text).ok()?;
        Some(Self { is_backwards, is_inclusive, at: Position::read(texts)? })
    }
}

/// What cursors of one list are sealed with: nobody reads them, and they open for the same list, caller, order, filters
/// and search alone. They hold the place of a row that a hook may hide, and a key that no field may show.
pub(crate) struct CursorSeal<'a> {
    pub(crate) key: &'a SecretKey,
    /// What all of these are.
    pub(crate) list: String,
}

/// More is no cursor: it is not worth a digest.
const LONGEST: usize = 16 * 1024;

impl CursorSeal<'_> {
    pub(crate) fn seal(&self, cursor: &Cursor) -> String {
        self.key.seal(&self.list, &cursor.text())
    }

    pub(crate) fn open(&self, sealed: &str) -> Option<Cursor> {
        if sealed.len() > LONGEST {
            return None;
        }
        Cursor::read(&self.key.open(&self.list, sealed)?)
    }
}
