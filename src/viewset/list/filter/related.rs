//! Filters by a field of the row that a key points at.

use std::{marker::PhantomData, sync::Arc};

use poem_openapi::registry::MetaSchemaRef;
use sea_orm::{ColumnTrait, DbBackend, sea_query::Expr};

use super::{ColumnKind, Lookup, condition, read_comparison};
use crate::{
    Result,
    model::ModelInfo,
    permission::{Action, Context, Permissions, RelatedViewSets, Rule},
    serializer::Field,
    viewset::{ColumnOf, EntityOf, ViewSet, columns::field_of, mount::unreadable},
};

/// A field of the rows that another viewset serves, and the key that leads there.
#[derive(Clone)]
pub(crate) struct RelatedField {
    /// the rows whose key points at one that the caller may retrieve
    key: Permissions,
    /// who is shown the field, where not everybody is
    read: Option<Permissions>,
    parent: Arc<dyn ParentField>,
}

impl RelatedField {
    pub(super) fn of<P: ViewSet>(key: Permissions, column: ColumnOf<P>) -> Self {
        let read = field_of::<P>(&column).and_then(Field::reading).cloned();
        let parent = ParentColumn::<P> { column, model: ModelInfo::of::<EntityOf<P>>(), viewset: PhantomData };
        Self { key, read, parent: Arc::new(parent) }
    }

    /// The same once the other viewsets can be found.
    pub(crate) fn among(&self, viewsets: &RelatedViewSets) -> Self {
        Self {
            key: self.key.among(viewsets),
            read: self.read.as_ref().map(|read| read.among(viewsets)),
            parent: self.parent.clone(),
        }
    }

    /// The permissions that a caller is asked for where they filter by it.
    pub(crate) fn permissions(&self) -> impl Iterator<Item = &Permissions> {
        [&self.key].into_iter().chain(&self.read)
    }

    pub(crate) fn permissions_asked(&self) -> Vec<String> {
        let read =
            self.read.iter().flat_map(|read| read.permissions_asked(Some(self.parent.model()), Action::Retrieve));
        self.key.permissions_asked(None, Action::List).into_iter().chain(read).collect()
    }

    /// The field itself; what it says of rows is about the other viewset's table.
    pub(crate) fn parent(&self) -> &dyn ParentField {
        &*self.parent
    }

    /// The rows whose key points at one that the caller may retrieve, that shows them the field, and of which this holds.
    pub(crate) async fn rows(&self, cx: &Context<'_>, condition: Expr) -> Result<Rule> {
        let shown = match &self.read {
            Some(read) => {
                let cx = Context::new(cx.user(), Action::Retrieve, Some(self.parent.model()), cx.headers(), cx.db());
                read.meaning(&cx).await?
            }
            None => Rule::Always,
        };
        Ok(self.key.meaning(cx).await?.of_parents(&(shown & Rule::when(condition))))
    }
}

/// A field, whatever the model it belongs to.
pub(crate) trait ParentField: Send + Sync {
    /// What callers call it.
    fn name(&self) -> Option<&'static str>;

    /// Why nobody can filter by it.
    fn mistake(&self) -> Option<String>;

    fn model(&self) -> &ModelInfo;

    fn kind(&self) -> ColumnKind;

    fn is_nullable(&self) -> bool;

    fn text_schema(&self) -> MetaSchemaRef;

    /// What a query's text asks of it, or what is wrong with the text.
    fn condition(&self, lookup: Lookup, text: &str, on: DbBackend) -> Result<Expr, String>;
}

struct ParentColumn<P: ViewSet> {
    column: ColumnOf<P>,
    model: ModelInfo,
    viewset: PhantomData<fn() -> P>,
}

impl<P: ViewSet> ParentColumn<P> {
    fn field(&self) -> Option<&'static Field<EntityOf<P>>> {
        field_of::<P>(&self.column)
    }
}

impl<P: ViewSet> ParentField for ParentColumn<P> {
    fn name(&self) -> Option<&'static str> {
        self.field().map(Field::name)
    }

    fn mistake(&self) -> Option<String> {
        unreadable::<P>("filters", &self.column)
    }

    fn model(&self) -> &ModelInfo {
        &self.model
    }

    fn kind(&self) -> ColumnKind {
        ColumnKind::of(self.column.def().get_column_type())
    }

    fn is_nullable(&self) -> bool {
        self.field().is_some_and(|field| field.codec.nullable())
    }

    fn text_schema(&self) -> MetaSchemaRef {
        self.field().expect("a field that is none was refused").text_schema()
    }

    fn condition(&self, lookup: Lookup, text: &str, on: DbBackend) -> Result<Expr, String> {
        let field = self.field().expect("a field that is none was refused");
        Ok(condition(field, read_comparison(field, lookup, text)?, on))
    }
}
