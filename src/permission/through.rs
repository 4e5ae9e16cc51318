use std::{any::TypeId, fmt, sync::Arc};

use sea_orm::{
    ColumnTrait,
    sea_query::{ColumnType, DynIden, IntoIden},
};

use super::{
    Action, Asking, Context, Over, Permissions, RelatedKey, RelatedViewSet, RelatedViewSets, Rule, class::type_name,
    related::PlainRows, rule::ParentRows,
};
use crate::{
    Error, Result,
    model::{Model, ModelInfo},
};

/// "The caller may do this with the row that the key points at", as a part of an expression: the meaning of another
/// viewset's permissions, read over a foreign key.
#[derive(Clone)]
pub struct FollowedKey {
    to: To,
    name: &'static str,
    action: Action,
    /// the table that has the key, and its column
    table: String,
    column: DynIden,
    kind: ColumnType,
    fits: fn(Option<&ModelInfo>) -> Result<(), String>,
    /// empty until the viewset that asks is mounted
    viewsets: RelatedViewSets,
}

/// Whose rows the key points at.
#[derive(Clone)]
enum To {
    ViewSet(TypeId),
    Rows(Arc<PlainRows>),
}

impl FollowedKey {
    /// A key of `M` that points at rows of the viewset `V`.
    pub(crate) fn new<V: 'static, M: Model>(column: M::Column, action: Action) -> Self {
        Self::to_viewset::<M>((TypeId::of::<V>(), type_name::<V>()), column, action)
    }

    /// The same of a viewset by its type's number and name.
    pub(crate) fn to_viewset<M: Model>(
        (viewset, name): (TypeId, &'static str),
        column: M::Column,
        action: Action,
    ) -> Self {
        Self::to::<M>(To::ViewSet(viewset), name, column, action)
    }

    /// A key of `M` that points at rows of `T`, of which these permissions say who may know of them.
    pub(crate) fn to_rows<T: Model, M: Model>(column: M::Column, permissions: Permissions) -> Self {
        let rows = PlainRows { permissions, model: ModelInfo::of::<T>(), key: RelatedKey::of::<T>() };
        Self::to::<M>(To::Rows(Arc::new(rows)), T::OBJECT_NAME, column, Action::Retrieve)
    }

    fn to<M: Model>(to: To, name: &'static str, column: M::Column, action: Action) -> Self {
        Self {
            to,
            name,
            action,
            table: M::default().table_name().to_owned(),
            column: column.into_iden(),
            kind: column.def().get_column_type().clone(),
            fits: <M as Over>::fits,
            viewsets: RelatedViewSets::default(),
        }
    }

    /// The same once the other viewsets can be found.
    pub(super) fn among(&self, viewsets: &RelatedViewSets) -> Self {
        let to = match &self.to {
            To::ViewSet(viewset) => To::ViewSet(*viewset),
            To::Rows(rows) => {
                let permissions = rows.permissions.among(viewsets);
                To::Rows(Arc::new(PlainRows { permissions, ..(**rows).clone() }))
            }
        };
        Self { to, viewsets: viewsets.clone(), ..self.clone() }
    }

    pub(super) fn fits(&self, model: Option<&ModelInfo>) -> Result<(), String> {
        (self.fits)(model)
    }

    fn parent(&self) -> Result<Arc<dyn RelatedViewSet>> {
        match &self.to {
            To::ViewSet(viewset) => self.viewsets.find(*viewset, self.name),
            To::Rows(rows) => Ok(rows.clone()),
        }
    }

    /// The labels of the permissions that the other viewset asks for.
    pub(super) fn permissions_asked(&self) -> Vec<String> {
        let Ok(parent) = self.parent() else { return Vec::new() };
        let asked = |(permissions, model): (&Permissions, _)| permissions.permissions_asked(Some(model), self.action);
        parent.guarded(self.action).map(asked).unwrap_or_default()
    }

    /// What the key means for this question.
    pub(super) fn meaning<'a>(&'a self, cx: &'a Context<'a>) -> Asking<'a, Rule> {
        Box::pin(async move {
            let parent = self.parent()?;
            let (permissions, model) = self.guarded(&*parent)?;
            let cx = cx.about_model(self.action, model);
            let rule = permissions.meaning(&cx).await?;
            self.rule(&*parent, permissions, rule, &cx)
        })
    }

    /// The same where no part needs a future; `None` where one does.
    pub(super) fn meaning_now(&self, cx: &Context<'_>) -> Option<Result<Rule>> {
        if cx.user().ceiling().is_some() {
            return None;
        }
        let parent = match self.parent() {
            Ok(parent) => parent,
            Err(error) => return Some(Err(error)),
        };
        let (permissions, model) = match self.guarded(&*parent) {
            Ok(guarded) => guarded,
            Err(error) => return Some(Err(error)),
        };
        let cx = cx.about_model(self.action, model);
        let rule = permissions.meaning_now(&cx)?;
        Some(rule.and_then(|rule| self.rule(&*parent, permissions, rule, &cx)))
    }

    fn guarded<'p>(&self, parent: &'p dyn RelatedViewSet) -> Result<(&'p Permissions, &'p ModelInfo)> {
        parent.guarded(self.action).ok_or_else(|| {
            let (action, name) = (self.action, self.name);
            Error::wiring(format!("`{self}` asks about `{action}`, which is none of the six actions of `{name}`"))
        })
    }

    fn rule(
        &self,
        parent: &dyn RelatedViewSet,
        permissions: &Permissions,
        rule: Rule,
        cx: &Context<'_>,
    ) -> Result<Rule> {
        if rule == Rule::Never {
            return Ok(Rule::Never);
        }
        let rows = parent.rows(&permissions.asked_first(*cx))?;
        let RelatedKey { table, table_name, column, .. } = self.key(parent)?;
        let parents = ParentRows {
            name: self.name,
            table: self.table.clone(),
            column: self.column.clone(),
            parent: table,
            parent_name: table_name,
            key: column,
            rows,
            rule,
        };
        Ok(Rule::Through(Arc::new(parents)))
    }

    fn key(&self, parent: &dyn RelatedViewSet) -> Result<RelatedKey> {
        parent.key().ok_or_else(|| {
            let name = self.name;
            Error::wiring(format!("`{self}` follows one column, and the key of `{name}` has several"))
        })
    }

    /// Refuses what cannot be followed: a viewset that is not mounted, a key of another kind, a rule that a hook decides,
    /// and one that comes back to itself. `trail` is how it was come to, the viewset that asks first.
    pub(super) fn check<'t>(&self, trail: &Trail<'t>) -> Result<()> {
        let parent = self.parent()?;
        let (permissions, _) = self.guarded(&*parent)?;
        let key = self.key(&*parent)?;
        if !parent.shows_rows() {
            return Err(Error::wiring(format!(
                "`{self}` asks who may retrieve a row, and `{}` lists and retrieves none: say the rule by `ThroughRows`",
                self.name
            )));
        }
        if kind_of(&self.kind) != kind_of(&key.kind) {
            return Err(Error::wiring(format!(
                "`{self}` follows a column of another type than the key of `{}`",
                self.name
            )));
        }
        if permissions.may_ask_hooks() {
            return Err(Error::wiring(format!(
                "`{self}` follows a key to rows that a row hook decides about, and no statement can ask that: say the hook's \
                 rule as a condition, or ask another action by `for_action`"
            )));
        }
        let viewset = match &self.to {
            To::ViewSet(viewset) => *viewset,
            To::Rows(rows) => {
                // no type has seen whether an expression from configuration fits
                rows.permissions.check(Some(&rows.model))?;
                return permissions.check_followed(trail);
            }
        };
        let next = Trail { at: (viewset, self.action), before: Some(trail) };
        if trail.has(next.at) {
            return Err(Error::wiring(format!(
                "`{self}` follows a key to `{}`, whose own permissions come back here: who may see a row would depend on \
                 itself",
                self.name
            )));
        }
        permissions.check_followed(&next)
    }
}

/// How a rule was come to: the questions that ask each other, the last first.
pub(crate) struct Trail<'t> {
    pub(crate) at: (TypeId, Action),
    pub(crate) before: Option<&'t Trail<'t>>,
}

impl Trail<'_> {
    fn has(&self, at: (TypeId, Action)) -> bool {
        self.at == at || self.before.is_some_and(|before| before.has(at))
    }
}

/// Types between which a key can point: on PostgreSQL others cannot be compared.
fn kind_of(column: &ColumnType) -> &'static str {
    match column {
        ColumnType::TinyInteger
        | ColumnType::SmallInteger
        | ColumnType::Integer
        | ColumnType::BigInteger
        | ColumnType::TinyUnsigned
        | ColumnType::SmallUnsigned
        | ColumnType::Unsigned
        | ColumnType::BigUnsigned => "an integer",
        ColumnType::Char(_) | ColumnType::String(_) | ColumnType::Text => "a text",
        ColumnType::Uuid => "a uuid",
        _ => "another",
    }
}

/// `Through::<Projects>::by(project_id)`
impl fmt::Display for FollowedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Through<{}>({})", self.name, self.column)?;
        if self.action == Action::Retrieve { Ok(()) } else { write!(f, ".for_action({})", self.action) }
    }
}
