use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, OnceLock, Weak},
};

use sea_orm::{
    ColumnTrait,
    sea_query::{ColumnType, DynIden, IntoIden, SelectStatement, TableRef},
};

use super::{Action, Context, Permissions};
use crate::{
    Error, Result,
    model::{Model, ModelInfo, key_columns},
};

/// A mounted viewset as the rules of other viewsets see it.
pub(crate) trait RelatedViewSet: Any + Send + Sync {
    /// What guards one of its six actions, and the model that is asked about.
    fn guarded(&self, action: Action) -> Option<(&Permissions, &ModelInfo)>;

    /// The rows there are at all for the caller; `None` for all of the table.
    fn rows(&self, cx: &Context<'_>) -> Result<Option<SelectStatement>>;

    /// The column that foreign keys point at; `None` for a key of several.
    fn key(&self) -> Option<RelatedKey>;

    /// Does it show rows to anybody at all?
    fn shows_rows(&self) -> bool;
}

/// The key of a viewset's model.
#[derive(Clone, Debug)]
pub(crate) struct RelatedKey {
    pub(crate) table: TableRef,
    pub(crate) table_name: String,
    pub(crate) column: DynIden,
    pub(crate) kind: ColumnType,
}

impl RelatedKey {
    /// Of a model; `None` for a key of several columns.
    pub(crate) fn of<M: Model>() -> Option<Self> {
        let mut keys = key_columns::<M>();
        let (column, None) = (keys.next()?, keys.next()) else { return None };
        let entity = M::default();
        Some(Self {
            table: entity.table_ref(),
            table_name: entity.table_name().to_owned(),
            column: column.into_iden(),
            kind: column.def().get_column_type().clone(),
        })
    }
}

/// The rows of a model that no viewset serves, under permissions that are said where a key points at them.
#[derive(Clone)]
pub(super) struct PlainRows {
    pub(super) permissions: Permissions,
    pub(super) model: ModelInfo,
    pub(super) key: Option<RelatedKey>,
}

impl RelatedViewSet for PlainRows {
    fn guarded(&self, _: Action) -> Option<(&Permissions, &ModelInfo)> {
        Some((&self.permissions, &self.model))
    }

    fn rows(&self, _: &Context<'_>) -> Result<Option<SelectStatement>> {
        Ok(None)
    }

    fn key(&self) -> Option<RelatedKey> {
        self.key.clone()
    }

    fn shows_rows(&self) -> bool {
        true
    }
}

/// The viewsets of an API, once all are known, for the rules that ask each other.
#[derive(Clone, Default)]
pub(crate) struct RelatedViewSets(Arc<OnceLock<Known>>);

/// By its type each viewset, with what the program calls it.
type Known = HashMap<TypeId, (&'static str, Weak<dyn RelatedViewSet>)>;

impl RelatedViewSets {
    /// All of them; once.
    pub(crate) fn settle(&self, viewsets: Known) {
        let _ = self.0.set(viewsets);
    }

    /// Those whose rows a key to this column of this table points at, with what the program calls them.
    pub(crate) fn with_key(&self, table: &str, column: &str) -> Vec<(TypeId, &'static str)> {
        let is_it = |key: RelatedKey| key.table_name == table && key.column.to_string() == column;
        let is_keyed = |viewset: &Weak<dyn RelatedViewSet>| viewset.upgrade()?.key().map(is_it);
        let all = self.0.get().into_iter().flatten();
        let found = all.filter(|(_, (_, viewset))| is_keyed(viewset).unwrap_or(false));
        let mut found: Vec<_> = found.map(|(id, (name, _))| (*id, *name)).collect();
        found.sort_by_key(|(_, name)| *name);
        found
    }

    /// The viewset of this type, which is called so in the program.
    pub(crate) fn find(&self, viewset: TypeId, name: &str) -> Result<Arc<dyn RelatedViewSet>> {
        let known = self.0.get().and_then(|viewsets| viewsets.get(&viewset)?.1.upgrade());
        known.ok_or_else(|| {
            Error::wiring(format!(
                "a rule asks about rows of `{name}`, which is not mounted in this API: `.mount({name})`"
            ))
        })
    }
}
