use std::{
    any::TypeId,
    collections::HashMap,
    sync::{Arc, OnceLock, Weak},
};

use sea_orm::sea_query::{ColumnType, DynIden, SelectStatement, TableRef};

use super::{Action, Context, Permissions};
use crate::{Error, Result, model::ModelInfo};

/// A mounted viewset as the rules of other viewsets see it.
pub(crate) trait RelatedViewSet: Send + Sync {
    /// What guards one of its six actions, and the model that is asked about.
    fn guarded(&self, action: Action) -> Option<(&Permissions, &ModelInfo)>;

    /// The rows there are at all for the caller; `None` for all of the table.
    fn rows(&self, cx: &Context<'_>) -> Result<Option<SelectStatement>>;

    /// The column that foreign keys point at; `None` for a key of several.
    fn key(&self) -> Option<RelatedKey>;
}

/// The key of a viewset's model.
#[derive(Clone, Debug)]
pub(crate) struct RelatedKey {
    pub(crate) table: TableRef,
    pub(crate) table_name: String,
    pub(crate) column: DynIden,
    pub(crate) kind: ColumnType,
}

/// The viewsets of an API, once all are known, for the rules that ask each other.
#[derive(Clone, Default)]
pub(crate) struct RelatedViewSets(Arc<OnceLock<HashMap<TypeId, Weak<dyn RelatedViewSet>>>>);

impl RelatedViewSets {
    /// All of them; once.
    pub(crate) fn settle(&self, viewsets: HashMap<TypeId, Weak<dyn RelatedViewSet>>) {
        let _ = self.0.set(viewsets);
    }

    /// The viewset of this type, which is called so in the program.
    pub(crate) fn find(&self, viewset: TypeId, name: &str) -> Result<Arc<dyn RelatedViewSet>> {
        let known = self.0.get().and_then(|viewsets| viewsets.get(&viewset)).and_then(Weak::upgrade);
        known.ok_or_else(|| {
            Error::wiring(format!(
                "a rule asks about rows of `{name}`, which is not mounted in this API: `.mount({name})`"
            ))
        })
    }
}
