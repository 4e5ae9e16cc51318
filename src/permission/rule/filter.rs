use sea_orm::{
    Condition, QueryFilter,
    sea_query::{Expr, ExprTrait, Func},
};

use super::Rule;
use crate::grants::{Beside, Granted};

impl Rule {
    /// The list's reading: the rule as a `WHERE`.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, alice, .. }| {
    /// use sea_orm::{EntityTrait, QueryFilter};
    ///
    /// let own = alice.owns(car::Column::OwnerId);
    /// let cars = car::Entity::find().filter(own.filter()).all(&db).await?;
    /// assert_eq!(cars.len(), 1);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// Conditions in positive places stay bare, so that indexes serve them; negation goes to the leaves, where a NULL
    /// is made false before it is negated. A hook lets through what its pre-filter does: such rows still meet the hook.
    pub fn filter(&self) -> Condition {
        if *self == Self::Always { Condition::all() } else { self.admitted(Beside::NoOther) }
    }

    /// The same beside another rule in one `WHERE`, which may look for the same keys.
    pub(crate) fn filter_beside_others(&self) -> Condition {
        self.admitted(Beside::Others)
    }

    /// Those of some rows that the rule admits: with no condition where it is all of them, since SQLite counts a table at
    /// once, and its rows one by one where any condition stands there.
    pub(crate) fn among<Q: QueryFilter>(&self, rows: Q) -> Q {
        if *self == Self::Always { rows } else { rows.filter(self.filter()) }
    }

    fn admitted(&self, beside: Beside) -> Condition {
        match self {
            Self::Always => every_row(),
            Self::Never => no_row(),
            Self::When(condition) => Condition::all().add((**condition).clone()),
            Self::Granted(granted) => granted.condition(beside),
            Self::Through(parents) => Condition::all().add(parents.set(beside)),
            Self::Hook(hook) => hook.superset.admitted(beside),
            Self::All(rules) => {
                let sets = rules.iter().filter(|rule| rule.has_set()).count();
                let first = rules.iter().position(|rule| matches!(rule, Self::Through(_)));
                let beside = |place| if sets > 1 && first != Some(place) { Beside::Others } else { beside };
                let admitted = rules.iter().enumerate().map(|(place, rule)| rule.admitted(beside(place)));
                admitted.fold(every_row(), Condition::add)
            }
            Self::Any(rules) => match self.grant() {
                Some(grant) => union(rules, grant, beside),
                None => rules.iter().fold(Condition::any(), |any, rule| any.add(rule.admitted(beside))),
            },
            Self::Not(rule) => rule.refused(),
        }
    }

    fn refused(&self) -> Condition {
        match self {
            Self::Always => no_row(),
            Self::Never | Self::Hook(_) => every_row(),
            Self::When(condition) => Condition::all().add(known(condition).not()),
            Self::Granted(granted) => Condition::all().add(granted.probe().not()),
            Self::Through(parents) => Condition::all().add(known(&parents.probe()).not()),
            Self::All(rules) => rules.iter().fold(Condition::any(), |any, rule| any.add(rule.refused())),
            Self::Any(rules) => rules.iter().fold(every_row(), |all, rule| all.add(rule.refused())),
            Self::Not(rule) => rule.admitted(Beside::Others),
        }
    }

    /// The row's reading: one boolean to be selected beside a row, never NULL.
    ///
    /// ```
    /// # use refrain::doc_example::{Example, car};
    /// # refrain::doc_example::run(async |Example { db, alice, .. }| {
    /// use sea_orm::{EntityTrait, QuerySelect};
    ///
    /// let may = alice.owns(car::Column::OwnerId).verdict().expect("no hook is asked");
    /// let cars = car::Entity::find().select_only().column(car::Column::Name).expr(may);
    /// let told: Vec<(String, bool)> = cars.into_tuple().all(&db).await?;
    /// assert_eq!(told, [("Beetle".to_owned(), true)]);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// `None` where only hooks can say, which is no yes. A rule of grants is written for the database of the context that it
    /// was made for.
    ///
    /// It never looks at the row's own table again: under a lock it judges the locked version, where a sub-query over
    /// the same table would answer from before the wait.
    pub fn verdict(&self) -> Option<Expr> {
        Some(match self {
            Self::Always => Expr::cust("1 = 1"),
            Self::Never => Expr::cust("1 = 0"),
            Self::When(condition) => known(condition),
            Self::Granted(granted) => granted.probe(),
            Self::Through(parents) => known(&parents.probe()),
            Self::Hook(_) => return None,
            Self::All(rules) => fold(rules, Expr::and)?,
            Self::Any(rules) => fold(rules, Expr::or)?,
            Self::Not(rule) => rule.verdict()?.not(),
        })
    }
}

/// An `OR` with grants as one set of keys: each part selects its own, from the side that is small for it. As an `OR` of
/// conditions it would be a walk over the table.
fn union(rules: &[Rule], grant: &Granted, beside: Beside) -> Condition {
    let (with, without): (Vec<&Rule>, Vec<&Rule>) = rules.iter().partition(|rule| rule.grant().is_some());
    let plain = without.iter().fold(Condition::any(), |any, rule| match rule {
        Rule::When(condition) => any.add(grant.blind(condition)),
        rule => any.add(rule.admitted(Beside::NoOther)),
    });
    let plain = (!without.is_empty()).then(|| grant.keys_where(plain));
    let granted = with.iter().flat_map(|rule| match rule {
        Rule::Granted(granted) => granted.sets().collect(),
        mixed => vec![grant.keys_where(mixed.admitted(Beside::NoOther))],
    });
    let within = Condition::all().add(grant.within(plain.into_iter().chain(granted), beside));
    match grant.compares_loosely() {
        true => within.add_option(fold(rules, Expr::or)),
        false => within,
    }
}

/// Spelled out: sea-query leaves empty conditions out, which inside an `OR` would turn "every row" into nothing.
fn every_row() -> Condition {
    Condition::all().add(Expr::cust("1 = 1"))
}

fn no_row() -> Condition {
    Condition::all().add(Expr::cust("1 = 0"))
}

fn fold(rules: &[Rule], join: fn(Expr, Expr) -> Expr) -> Option<Expr> {
    let mut truths = rules.iter().map(Rule::verdict);
    let first = truths.next().expect("a combination is never empty");
    truths.try_fold(first?, |joined, truth| Some(join(joined, truth?)))
}

/// NULL is false.
fn known(condition: &Expr) -> Expr {
    Func::coalesce([condition.clone(), Expr::cust("FALSE")]).into()
}
