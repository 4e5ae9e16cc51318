//! The rows a permission class lets through.

mod display;
mod filter;
mod foreseen;
mod judge;
mod parent_rows;
mod reads;
mod residue;
mod table_rows;

use std::{ops, sync::Arc};

use sea_orm::{
    DbBackend, Value,
    sea_query::{BinOper, Expr},
};

pub(crate) use foreseen::Foreseen;
pub(crate) use judge::{Judged, Questions, judge_one, judged, judged_in, read_verdict, verdict_name};
pub(super) use parent_rows::ParentRows;
use residue::Residue;
pub(crate) use table_rows::TableRows;

use super::hook::HookRule;
use crate::grants::Granted;

/// What a permission class means for one caller and action: every row, no row, or those that meet a condition.
///
/// ```
/// use refrain::Rule;
/// use sea_orm::sea_query::{Expr, ExprTrait};
///
/// let shown = Rule::when(Expr::col("published").eq(true));
/// let hidden = !shown.clone();
/// assert_eq!((shown.clone() & Rule::Always).to_string(), "published = TRUE");
/// assert_eq!(!hidden, shown);
/// ```
///
/// `&`, `|` and `!` fold constants, so that [`Rule::Always`] and [`Rule::Never`] never stand inside another rule: the
/// request-level question "can this hold at all?" is a comparison with `Never`. Combinations are made by the operators
/// only: `rules.fold(Rule::Never, |any, rule| any | rule)` is any of several, and no row where there are none.
///
/// A condition that is NULL counts as false, also under `!`: `!owned` holds for rows that nobody owns.
#[derive(Clone, Debug, Default)]
pub enum Rule {
    /// Every row.
    Always,
    /// No row.
    #[default]
    Never,
    /// The rows for which the database says this condition is true; made by [`Rule::when`].
    When(Box<Expr>),
    /// The rows on which the caller was granted something.
    Granted(Arc<Granted>),
    /// The rows whose key points at a row that another viewset's rule admits.
    Through(Arc<ParentRows>),
    /// The rows a [`RowHook`](super::RowHook) says yes to.
    Hook(Arc<HookRule>),
    /// The rows that meet all of these.
    #[non_exhaustive]
    All(Vec<Rule>),
    /// The rows that meet any of these.
    #[non_exhaustive]
    Any(Vec<Rule>),
    /// The rows that do not meet this.
    #[non_exhaustive]
    Not(Box<Rule>),
}

impl Rule {
    /// A condition on the row: anything sea-orm's columns, sea-query's expressions or a `Condition` say.
    ///
    /// A condition may read other tables by sub-query; a write then judges it again after the row is locked.
    pub fn when(condition: impl Into<Expr>) -> Self {
        Self::When(Box::new(condition.into()))
    }

    /// Of a rule that follows a key, for a caller within a ceiling twice: the same, of those parents alone that meet another
    /// rule as well. Any other has no parents, and then no row.
    pub(crate) fn of_parents(self, also: &Self) -> Self {
        match self {
            Self::Through(parents) => match parents.rule.clone() & also.clone() {
                Self::Never => Self::Never,
                rule => Self::Through(Arc::new(ParentRows { rule, ..(*parents).clone() })),
            },
            Self::All(rules) => rules.into_iter().fold(Self::Always, |all, rule| all & rule.of_parents(also)),
            _ => Self::Never,
        }
    }

    /// Both; where the two are one and the same, that one.
    pub(super) fn and_once(self, other: &Self) -> Self {
        if self == *other { self } else { self & other.clone() }
    }

    /// A grant that this rule asks for, if any.
    fn grant(&self) -> Option<&Granted> {
        match self {
            Self::Granted(granted) => Some(granted),
            Self::All(rules) | Self::Any(rules) => rules.iter().find_map(Self::grant),
            Self::Not(rule) => rule.grant(),
            Self::Always | Self::Never | Self::When(_) | Self::Through(_) | Self::Hook(_) => None,
        }
    }

    /// Does a list by this rule look for keys among those that a sub-query selects?
    fn has_set(&self) -> bool {
        match self {
            Self::Granted(_) | Self::Through(_) => true,
            Self::All(rules) | Self::Any(rules) => rules.iter().any(Self::has_set),
            Self::Not(rule) => rule.has_set(),
            Self::Always | Self::Never | Self::When(_) | Self::Hook(_) => false,
        }
    }

    /// The database of a rule whose rows are found by their keys, those granted, owned, and what hangs on them, and so are
    /// few beside their table.
    fn found_by_keys(&self) -> Option<DbBackend> {
        if self.is_few() { self.database() } else { None }
    }

    fn is_few(&self) -> bool {
        match self {
            Self::Granted(_) => true,
            Self::When(condition) => names_key(condition),
            Self::Through(parents) => parents.rule.is_few(),
            Self::All(rules) => rules.iter().any(Self::is_few),
            Self::Any(rules) => rules.iter().all(Self::is_few),
            Self::Always | Self::Never | Self::Hook(_) | Self::Not(_) => false,
        }
    }

    /// That of a grant in it, if there is one.
    fn database(&self) -> Option<DbBackend> {
        match self {
            Self::Granted(granted) => Some(granted.database()),
            Self::Through(parents) => parents.rule.database(),
            Self::All(rules) | Self::Any(rules) => rules.iter().find_map(Self::database),
            Self::Always | Self::Never | Self::When(_) | Self::Hook(_) | Self::Not(_) => None,
        }
    }

    /// Does this rule ask Rust code about each row?
    pub(crate) fn has_hooks(&self) -> bool {
        match self {
            Self::Hook(_) => true,
            Self::All(rules) | Self::Any(rules) => rules.iter().any(Self::has_hooks),
            Self::Not(rule) => rule.has_hooks(),
            Self::Always | Self::Never | Self::When(_) | Self::Granted(_) | Self::Through(_) => false,
        }
    }

    /// The most rows a list by this rule may load to ask hooks about each: the smallest cap of them; `None` where the
    /// database makes the pages.
    pub(crate) fn in_memory_cap(&self) -> Option<usize> {
        match self {
            Self::Hook(hook) => hook.at_most(),
            Self::All(rules) | Self::Any(rules) => rules.iter().filter_map(Self::in_memory_cap).min(),
            Self::Not(rule) => rule.in_memory_cap(),
            Self::Always | Self::Never | Self::When(_) | Self::Granted(_) | Self::Through(_) => None,
        }
    }
}

/// `owner_id = 7`: a column that has one key of many, and not one value of few.
fn names_key(condition: &Expr) -> bool {
    let Expr::Binary(column, BinOper::Equal, value) = condition else { return false };
    let is_key = matches!(**value, Expr::Value(Value::Int(_) | Value::BigInt(_) | Value::Uuid(_)));
    is_key && matches!(**column, Expr::Column(_))
}

impl ops::BitAnd for Rule {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, _) | (_, Self::Never) => Self::Never,
            (Self::Always, rule) | (rule, Self::Always) => rule,
            (Self::All(mut rules), Self::All(others)) => {
                rules.extend(others);
                Self::All(rules)
            }
            (Self::All(mut rules), rule) => {
                rules.push(rule);
                Self::All(rules)
            }
            (rule, other) => Self::All(vec![rule, other]),
        }
    }
}

impl ops::BitOr for Rule {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        match (self, other) {
            (Self::Always, _) | (_, Self::Always) => Self::Always,
            (Self::Never, rule) | (rule, Self::Never) => rule,
            (Self::Any(mut rules), Self::Any(others)) => {
                rules.extend(others);
                Self::Any(rules)
            }
            (Self::Any(mut rules), rule) => {
                rules.push(rule);
                Self::Any(rules)
            }
            (rule, other) => Self::Any(vec![rule, other]),
        }
    }
}

impl ops::Not for Rule {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Always => Self::Never,
            Self::Never => Self::Always,
            Self::Not(rule) => *rule,
            rule => Self::Not(Box::new(rule)),
        }
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Always, Self::Always) | (Self::Never, Self::Never) => true,
            (Self::When(a), Self::When(b)) => a == b,
            (Self::Granted(a), Self::Granted(b)) => a == b,
            (Self::Through(a), Self::Through(b)) => a == b,
            (Self::Hook(a), Self::Hook(b)) => {
                (a.action, a.on_behalf) == (b.action, b.on_behalf)
                    && Arc::ptr_eq(&a.hook, &b.hook)
                    && a.superset == b.superset
            }
            (Self::All(a), Self::All(b)) | (Self::Any(a), Self::Any(b)) => a == b,
            (Self::Not(a), Self::Not(b)) => a == b,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{
        DbBackend,
        sea_query::{ExprTrait, Func, Query},
    };

    use super::*;
    use crate::{
        Action, Context, Lists, Result, RowHook,
        auth::Auth,
        doc_example::car,
        grants::Subject,
        model::ModelInfo,
        permission::{context::OnBehalf, hook::AskRow},
    };

    fn own() -> Rule {
        Rule::when(Expr::col("owner_id").eq(7))
    }
    fn shown() -> Rule {
        Rule::when(Expr::col("published").eq(true))
    }

    #[test]
    fn constants_fold_away() {
        assert_eq!(own() & Rule::Always, own());
        assert_eq!(Rule::Never & own(), Rule::Never);
        assert_eq!(own() | Rule::Never, own());
        assert_eq!(Rule::Always | own(), Rule::Always);
        assert_eq!(!(Rule::Always), Rule::Never);
        assert_eq!(!!own(), own());
    }

    #[test]
    fn chains_stay_flat() {
        assert_eq!((own() & shown()) & own(), Rule::All(vec![own(), shown(), own()]));
        assert_eq!((own() | shown()) | own(), Rule::Any(vec![own(), shown(), own()]));
    }

    #[test]
    fn a_sub_query_reads_other_tables() {
        assert!(!(own() & !shown()).reads_other_tables());
        let members = Query::select().column("user_id").from("garage_member").to_owned();
        let through = Rule::when(Expr::col("owner_id").in_subquery(members));
        assert!((own() | !through).reads_other_tables());
        assert!(Rule::when(Expr::cust("EXISTS (SELECT 1)")).reads_other_tables());
        assert!(Rule::when(Expr::exists(Query::select().column("id").from("t").to_owned()).not()).reads_other_tables());
        assert!(!Rule::when(Expr::tuple([Expr::col("a").not()]).eq(Expr::tuple([1.into()]))).reads_other_tables());
        assert!(Rule::when(Func::cust("may_see").arg(Expr::col("owner_id"))).reads_other_tables());
        assert!(!Rule::when(Expr::from(Func::lower(Expr::col("name"))).eq("x")).reads_other_tables());
    }

    #[test]
    fn rules_are_the_same_where_they_ask_the_same() {
        let granted = |codename| {
            let (auth, model) = (Auth::default(), ModelInfo::of::<car::Entity>());
            let granted = Granted::new(&auth, &model, &Subject::Group(1), Some(&[codename]), DbBackend::Sqlite);
            Rule::Granted(Arc::new(granted.expect("the model has a key")))
        };
        let (first, second): (Arc<dyn AskRow>, Arc<dyn AskRow>) = (Arc::new(Odd(1)), Arc::new(Odd(1)));
        let asks = |hook: &Arc<dyn AskRow>, action, superset| {
            let on_behalf = OnBehalf::Caller;
            Rule::Hook(Arc::new(HookRule { hook: hook.clone(), action, on_behalf, superset }))
        };
        let through = |rule| Rule::Through(Arc::new(ParentRows::example(rule)));
        let rules = || {
            vec![
                own(),
                shown(),
                through(own()),
                through(shown()),
                granted("view_car"),
                granted("change_car"),
                asks(&first, Action::List, shown()),
                asks(&second, Action::List, shown()),
                asks(&first, Action::Destroy, shown()),
                asks(&first, Action::List, own()),
                own() & shown(),
                own() | shown(),
                !own(),
                !shown(),
            ]
        };
        for (place, rule) in rules().iter().enumerate() {
            for (other_place, other) in rules().iter().enumerate() {
                assert_eq!(rule == other, place == other_place, "{rule} and {other}");
            }
        }
    }

    /// Holds a value, so that each is at a place of its own.
    struct Odd(#[allow(dead_code)] u8);

    #[crate::async_trait]
    impl RowHook for Odd {
        type Entity = car::Entity;
        const LISTS: Lists = Lists::InMemory { at_most: 1 };

        async fn has_object_permission(&self, _cx: &Context<'_>, row: &car::Model) -> Result<bool> {
            Ok(row.id % 2 == 1)
        }
    }

    #[test]
    fn a_rule_is_small() {
        assert!(size_of::<Rule>() <= 32, "{}", size_of::<Rule>());
    }
}
