use sea_orm::{ActiveModelTrait, EntityTrait, Value};

use super::{
    At, Field, Json, Members, Serializer,
    field::same_column,
    field_type::{NULL, REQUIRED},
    merge_patch,
    nested::members_of,
};
use crate::{http::Problem, model::Model};

type ModelOf<S> = <<S as Serializer>::Entity as EntityTrait>::Model;

/// What a body is of.
///
/// ```
/// use refrain::serializer::{BodyOf, Change, Json};
/// # use refrain::doc_example::cars::Car;
///
/// let empty = Json::parse(b"{}").unwrap();
/// assert!(Change::<Car>::read(empty, BodyOf::NewRow, None).is_err());
/// assert!(Change::<Car>::read(empty, BodyOf::PartOfRow, None).is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyOf {
    /// A new row: `POST`.
    NewRow,
    /// The whole of a row that is there: `PUT`. What it may leave out stays as it is (CONTRACT 7.8).
    Row,
    /// Part of a row that is there: `PATCH`. Nothing but what was sent is looked at.
    PartOfRow,
    /// The same as a JSON merge patch (RFC 7396): an object is merged into the one that a column holds.
    MergePatch,
}

impl BodyOf {
    fn is_part(self) -> bool {
        matches!(self, Self::PartOfRow | Self::MergePatch)
    }
}

/// A body, read: what it says of the row's columns, and of what no column holds.
///
/// ```
/// use refrain::serializer::{BodyOf, Change, Json};
/// use sea_orm::ActiveValue::Set;
/// # use refrain::doc_example::cars::Car;
///
/// let body = Json::parse(br#"{"name": "Beetle"}"#).unwrap();
/// let change = Change::<Car>::read(body, BodyOf::NewRow, None).unwrap();
/// assert_eq!(change.row.name, Set("Beetle".to_owned()));
/// // read-only: what every new car gets
/// assert_eq!(change.row.published, Set(false));
/// ```
pub struct Change<S: Serializer> {
    /// The columns that were sent; `NotSet` was left out, `Set(None)` was `null`.
    pub row: <S::Entity as EntityTrait>::ActiveModel,
    /// The members that no column holds.
    pub beside: S::Beside,
    /// the fields that were sent and not everybody may write
    pub(crate) guarded: Vec<&'static Field<S::Entity>>,
    kept: Kept<S::Entity>,
    merges: Merges<S::Entity>,
}

impl<S: Serializer> Clone for Change<S> {
    fn clone(&self) -> Self {
        let Self { row, beside, guarded, kept, merges } = self;
        Self {
            row: row.clone(),
            beside: beside.clone(),
            guarded: guarded.clone(),
            kept: kept.clone(),
            merges: merges.clone(),
        }
    }
}

impl<S: Serializer> Change<S> {
    /// Reads a body; every error is told at once, each under its path. What it says of fields that a row keeps is
    /// compared with `row`, where there is one yet.
    pub fn read(body: Json<'_>, of: BodyOf, row: Option<&ModelOf<S>>) -> Result<Self, Problem> {
        Self::read_below(body, of, row, None)
    }

    /// The same of a body that was sent to a path which says what one column is: the body may leave it out, and may not
    /// say otherwise.
    pub(crate) fn read_below(
        body: Json<'_>,
        of: BodyOf,
        row: Option<&ModelOf<S>>,
        below: Option<Settled<S::Entity>>,
    ) -> Result<Self, Problem> {
        read_whole(body, |body, at| Self::read_at(body, of, row, below, at))
    }

    /// The same of a part of a body.
    pub(crate) fn read_at(
        body: Json<'_>,
        of: BodyOf,
        row: Option<&ModelOf<S>>,
        below: Option<Settled<S::Entity>>,
        at: &mut At,
    ) -> Option<Self> {
        Self::read_members(&members_of(body, at)?, of, row, below, at)
    }

    fn read_members(
        members: &Members<'_>,
        of: BodyOf,
        row: Option<&ModelOf<S>>,
        settled: Option<Settled<S::Entity>>,
        at: &mut At,
    ) -> Option<Self> {
        let mut columns = Columns {
            row: ActiveModelTrait::default(),
            guarded: Vec::new(),
            kept: Vec::new(),
            merges: Vec::new(),
            settled,
        };
        for field in S::fields() {
            columns.read(field, members, of, at);
        }
        let beside = S::read_beside(members, of, at);
        if let Some(row) = row {
            // what a row has in a guarded field is told to nobody who may not write it
            let is_open = |field: &Field<S::Entity>| field.writing().is_none();
            columns.kept.iter().filter(|(field, _)| is_open(field)).for_each(|kept| check_kept(kept, row, at));
            for (field, patch) in columns.merges.iter().filter(|(field, _)| is_open(field)) {
                field.merged(patch, row, at);
            }
        }
        let Columns { row, guarded, kept, merges, .. } = columns;
        beside.map(|beside| Self { row, beside, guarded, kept, merges })
    }

    /// What is to be written of a row that is there: what was sent, and what comes of merging it into what the row has.
    pub(crate) fn of_row(&self, before: &ModelOf<S>) -> Result<<S::Entity as EntityTrait>::ActiveModel, Problem> {
        let (mut at, mut changes) = (At::default(), self.row.clone());
        for (field, patch) in &self.merges {
            if let Some(value) = field.merged(patch, before, &mut at) {
                changes.set(field.column, value);
            }
        }
        at.finish(Some(changes))
    }

    /// What a body says of what a row keeps must be what the row has: then what `GET` gave can be `PUT`.
    pub(crate) fn check_kept(&self, row: &ModelOf<S>) -> Result<(), Problem> {
        let mut at = At::default();
        self.kept.iter().for_each(|kept| check_kept(kept, row, &mut at));
        at.finish(Some(()))
    }
}

/// Objects that are to be merged into what a row has, each as it was sent.
type Merges<E> = Vec<(&'static Field<E>, String)>;

/// Fields that a row keeps, each with what a body says of it, as the row would show it.
type Kept<E> = Vec<(&'static Field<E>, Vec<u8>)>;

fn check_kept<E: Model>((field, sent): &(&'static Field<E>, Vec<u8>), row: &E::Model, at: &mut At) {
    let mut has = Vec::with_capacity(sent.len());
    field.codec.write(row, &mut has);
    if has != *sent {
        at.inside(field.name, |at| at.refuse::<()>(CANNOT_CHANGE));
    }
}

/// A column, and the value that a path says it has.
pub(crate) type Settled<E> = (<E as EntityTrait>::Column, Value);

const NOT_IN_PATH: &str = "This is not the one that the path names.";
const CANNOT_CHANGE: &str = "This field cannot be changed.";
pub(super) const TWICE: &str = "This field was given twice.";

/// Reads all of a body, of which something must be there.
pub(crate) fn read_whole<T>(body: Json<'_>, read: impl FnOnce(Json<'_>, &mut At) -> Option<T>) -> Result<T, Problem> {
    let mut at = At::default();
    let value = if body.is_null() { at.refuse("No data provided") } else { read(body, &mut at) };
    at.finish(value)
}

/// What a body says of columns, while it is read.
struct Columns<E: EntityTrait> {
    row: E::ActiveModel,
    guarded: Vec<&'static Field<E>>,
    kept: Kept<E>,
    settled: Option<Settled<E>>,
    merges: Merges<E>,
}

impl<E: Model> Columns<E> {
    fn read(&mut self, field: &'static Field<E>, members: &Members<'_>, of: BodyOf, at: &mut At) {
        let new = of == BodyOf::NewRow;
        if !field.is_written() {
            if let (true, Some(default)) = (new, &field.default) {
                self.row.set(field.column, (default.value)());
            }
            return;
        }
        let found = member(members, field.name, at);
        if field.writing().is_some() && !matches!(found, Found::LeftOut) {
            self.guarded.push(field);
        }
        if field.is_fixed() && !new {
            if let Found::Once(json) = found {
                let shown = at.inside(field.name, |at| field.read_shown(json, at));
                self.kept.extend(shown.map(|shown| (field, shown)));
            }
            return;
        }
        let settled = self.settled.as_ref();
        let settled = settled.filter(|(column, _)| same_column::<E>(column, &field.column)).map(|(_, value)| value);
        let value = match found {
            Found::Once(json) if of == BodyOf::MergePatch && json.is_object() => {
                self.merges.push((field, json.as_str().to_owned()));
                None
            }
            Found::Once(json) => at.inside(field.name, |at| field.read(json, at)),
            Found::Twice => None,
            Found::LeftOut if of.is_part() || settled.is_some() => None,
            Found::LeftOut => match &field.default {
                Some(default) if new => Some((default.value)()),
                // who may not write it cannot send it
                _ if field.is_required() && (new || field.writing().is_none()) => {
                    at.inside(field.name, |at| at.refuse(REQUIRED))
                }
                _ => None,
            },
        };
        if let Some(value) = value {
            if settled.is_some_and(|settled| *settled != value) {
                at.inside(field.name, |at| at.refuse::<()>(NOT_IN_PATH));
            }
            self.row.set(field.column, value);
        }
    }
}

impl<E: Model> Field<E> {
    /// Reads any value, `null` too.
    fn read(&self, json: Json<'_>, at: &mut At) -> Option<Value> {
        match json.is_null() {
            true => self.codec.null().or_else(|| at.refuse(NULL)),
            false => self.codec.read(json, at),
        }
    }

    /// Reads what comes of merging an object into what a row has.
    fn merged(&self, patch: &str, row: &E::Model, at: &mut At) -> Option<Value> {
        let mut has = Vec::new();
        self.codec.write(row, &mut has);
        at.inside(self.name, |at| {
            let has = Json::parse(&has).expect("a value is written as JSON");
            let patch = Json::parse(patch.as_bytes()).expect("it was read before");
            let merged = merge_patch::merged(has, patch, at)?;
            let merged = Json::parse(merged.as_bytes()).expect("it is made of JSON");
            self.codec.read(merged, at)
        })
    }

    /// The same as a row that has the value shows it.
    fn read_shown(&self, json: Json<'_>, at: &mut At) -> Option<Vec<u8>> {
        match json.is_null() {
            true if self.codec.nullable() => Some(b"null".to_vec()),
            true => at.refuse(NULL),
            false => self.codec.read_shown(json, at),
        }
    }
}

/// What a body holds under a name.
pub(crate) enum Found<'a> {
    LeftOut,
    Once(Json<'a>),
    /// told already
    Twice,
}

/// Looks for a member; one that is given twice is an error there, since readers disagree about which of them counts.
pub(crate) fn member<'a>(members: &Members<'a>, name: &str, at: &mut At) -> Found<'a> {
    let mut of_name = members.iter().filter(|(of, _)| of == name);
    let Some((_, first)) = of_name.next() else { return Found::LeftOut };
    if of_name.next().is_some() {
        at.inside(name, |at| at.refuse::<()>(TWICE));
        return Found::Twice;
    }
    Found::Once(*first)
}
