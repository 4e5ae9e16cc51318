use std::{any::Any, fmt, sync::Arc};

use async_trait::async_trait;
use sea_orm::EntityTrait;

use super::{Action, Asking, Context, Over, Rule, class::type_name, context::OnBehalf};
use crate::{Error, Result, model::ModelInfo};

/// A rule that no SQL can say, over the typed row.
///
/// ```
/// use refrain::{Context, Hook, Lists, Operators, Result, RowHook, async_trait};
/// # use refrain::doc_example::car;
///
/// struct PalindromeName;
///
/// #[async_trait]
/// impl RowHook for PalindromeName {
///     type Entity = car::Entity;
///     const LISTS: Lists = Lists::InMemory { at_most: 500 };
///
///     async fn has_object_permission(&self, _cx: &Context<'_>, row: &car::Model) -> Result<bool> {
///         Ok(row.name.chars().eq(row.name.chars().rev()))
///     }
/// }
///
/// let _permissions = Hook(PalindromeName);
/// ```
///
/// `LISTS` has no default: how a list of such rows is made is a decision. In an expression a hook is written
/// [`Hook(…)`](struct@Hook).
#[doc(alias = "has_object_permission")]
#[async_trait]
pub trait RowHook: Send + Sync + 'static {
    /// The model whose rows it judges.
    type Entity: EntityTrait<Model: Sync>;
    /// How a list asks it.
    const LISTS: Lists;

    /// May the caller touch this row?
    async fn has_object_permission(&self, cx: &Context<'_>, row: &<Self::Entity as EntityTrait>::Model)
    -> Result<bool>;
}

/// How a list is made of rows that only a hook can judge.
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::{Context, Lists, Result, RowHook, Rule, async_trait};
/// use sea_orm::ColumnTrait;
///
/// struct StartsWithItsNumber;
///
/// #[async_trait]
/// impl RowHook for StartsWithItsNumber {
///     type Entity = car::Entity;
///     // the database leaves out what the hook never admits
///     const LISTS: Lists = Lists::Where(|_cx| Rule::when(car::Column::Published.eq(true)));
///
///     async fn has_object_permission(&self, _cx: &Context<'_>, row: &car::Model) -> Result<bool> {
///         Ok(row.published && row.name.starts_with(&row.id.to_string()))
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Lists {
    /// Every candidate row is loaded and asked about: pages are full and counted. Of more candidates than this, pages
    /// are cut before the hook is asked, so a page may be short, and there is no count.
    InMemory {
        /// The most rows that a request for a list asks about.
        at_most: usize,
    },
    /// A condition that every row the hook admits meets. Pages are cut before the hook is asked, so a page may be
    /// short, and there is no count.
    Where(fn(&Context<'_>) -> Rule),
}

/// A [`RowHook`] in an expression of permission classes.
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::{Access, Context, Hook, IsAdminUser, Lists, Result, RowHook, async_trait};
///
/// #[derive(Clone, Copy)]
/// struct ShortName;
///
/// #[async_trait]
/// impl RowHook for ShortName {
///     type Entity = car::Entity;
///     const LISTS: Lists = Lists::InMemory { at_most: 500 };
///
///     async fn has_object_permission(&self, _cx: &Context<'_>, row: &car::Model) -> Result<bool> {
///         Ok(row.name.chars().count() < 10)
///     }
/// }
///
/// fn permissions() -> Access<car::Entity> {
///     Access::to(IsAdminUser | Hook(ShortName))
/// }
/// # permissions();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Hook<H>(pub H);

/// A hook's part of a rule: whom to ask, and which rows need not be asked about.
#[derive(Debug)]
pub struct HookRule {
    pub(super) hook: Arc<dyn AskRow>,
    /// The action it is asked about.
    pub(super) action: Action,
    /// As whom the caller is asked about.
    pub(super) on_behalf: OnBehalf,
    /// Every row the hook admits meets this.
    pub(super) superset: Rule,
}

impl HookRule {
    /// The most rows a list may load to ask about each; `None` where a pre-filter makes the pages.
    pub(crate) fn at_most(&self) -> Option<usize> {
        match self.hook.lists() {
            Lists::InMemory { at_most } => Some(at_most),
            Lists::Where(_) => None,
        }
    }
}

/// A hook with its types erased.
pub trait AskRow: Send + Sync {
    fn ask<'a>(&'a self, cx: &'a Context<'a>, row: &'a (dyn Any + Sync)) -> Asking<'a, bool>;
    fn lists(&self) -> Lists;
    fn fits(&self, model: Option<&ModelInfo>) -> Result<(), String>;
    fn name(&self) -> String;
}

impl<H: RowHook> AskRow for H {
    fn ask<'a>(&'a self, cx: &'a Context<'a>, row: &'a (dyn Any + Sync)) -> Asking<'a, bool> {
        Box::pin(async move {
            let row = (row as &dyn Any).downcast_ref().ok_or_else(|| {
                Error::wiring(format!("`{}` was asked about a row of another model", AskRow::name(self)))
            })?;
            self.has_object_permission(cx, row).await
        })
    }

    fn lists(&self) -> Lists {
        H::LISTS
    }

    fn fits(&self, model: Option<&ModelInfo>) -> Result<(), String> {
        <H::Entity as Over>::fits(model)
    }

    fn name(&self) -> String {
        format!("Hook({})", type_name::<H>())
    }
}

impl fmt::Debug for dyn AskRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// The hook's meaning for this caller and action.
pub(super) fn meaning(hook: &Arc<dyn AskRow>, cx: &Context<'_>) -> Rule {
    let superset = match hook.lists() {
        Lists::InMemory { .. } => Rule::Always,
        Lists::Where(rule) => rule(cx),
    };
    Rule::Hook(Arc::new(HookRule { hook: hook.clone(), action: cx.action(), on_behalf: cx.on_behalf(), superset }))
}
