use sea_orm::{DbBackend, DbErr, FromQueryResult, QueryResult, Value};

use super::{
    Rule,
    judge::{Judged, Questions, read_verdict, verdict_column},
};
use crate::db::Sql;

/// What rules are going to ask about a row, as far as that is known before the caller is.
///
/// It is asked by the statement that finds the caller, and nothing of it is believed: once the caller is known, what their
/// rules ask must be the very text that was asked, with the caller's key where that key was meant.
#[derive(Debug)]
pub(crate) struct Foreseen {
    /// each as the made-up caller would ask it
    conditions: Vec<Sql>,
    on: DbBackend,
    /// the made-up caller's key
    supposed: Value,
}

impl Foreseen {
    /// What these rules of made-up callers with this key ask about a table's rows; `None` where they look at anything but
    /// its columns, and where none of them asks for the key in this form.
    pub(crate) fn of(rules: &[&Rule], table: &str, supposed: Value, on: DbBackend) -> Option<Self> {
        if rules.iter().any(|rule| !rule.is_about(table)) {
            return None;
        }
        let conditions: Vec<Sql> = Questions::of(rules).conditions.iter().map(|asked| Sql::of(asked, on)).collect();
        let names_caller = conditions.is_empty() || conditions.iter().any(|condition| condition.binds(&supposed));
        names_caller.then_some(Self { conditions, on, supposed })
    }

    /// The verdicts as columns of a statement in which the caller's key is called this.
    pub(crate) fn columns(&self, caller: &'static str) -> Vec<Sql> {
        let named = |value: &Value| (*value == self.supposed).then_some(caller);
        let conditions = self.conditions.iter().enumerate();
        conditions.map(|(place, condition)| verdict_column(condition.clone().naming(named), place)).collect()
    }

    /// Where what the rules of the caller who has this key ask was answered; `None` where they ask what was not asked.
    pub(crate) fn answers(&self, rules: &[&Rule], caller: Option<&Value>) -> Option<Answers> {
        let questions = Questions::of(rules);
        let same = |foreseen: &Value, asked: &Value| match *foreseen == self.supposed {
            true => Some(asked) == caller,
            false => foreseen == asked,
        };
        let place_of = |asked: Sql| self.conditions.iter().position(|foreseen| foreseen.is_like(&asked, same));
        let places = questions.conditions.iter().map(|condition| place_of(Sql::of(condition, self.on)));
        let places: Vec<usize> = places.collect::<Option<_>>()?;
        Some(Answers { questions, places })
    }
}

/// What rules ask, and at which places it was answered.
pub(crate) struct Answers {
    questions: Questions,
    places: Vec<usize>,
}

impl Answers {
    /// The row, whose columns have names that begin so, as it was judged.
    pub(crate) fn judged<M: FromQueryResult>(&self, row: &QueryResult, prefix: &str) -> Result<Judged<M>, DbErr> {
        let answers: Vec<bool> = self.places.iter().map(|place| read_verdict(row, *place)).collect::<Result<_, _>>()?;
        Ok(self.questions.settled(M::from_query_result(row, prefix)?, &answers))
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{
        ColumnTrait,
        sea_query::{Expr, ExprTrait, Query},
    };

    use super::*;
    use crate::doc_example::car;

    fn owned_by(id: i64) -> Rule {
        Rule::when(car::Column::OwnerId.eq(id))
    }

    fn foreseen(rule: &Rule) -> Option<Foreseen> {
        Foreseen::of(&[rule, &Rule::Always, rule], "drivers_car", Value::from(99_i64), DbBackend::Postgres)
    }

    fn text(foreseen: &Foreseen) -> Vec<String> {
        foreseen.columns("u.id").into_iter().map(|column| column.to_string()).collect()
    }

    #[test]
    fn each_condition_is_asked_once_and_names_the_caller() {
        let rule = owned_by(99) | !Rule::when(car::Column::Published.eq(true));
        let rules = [&rule, &rule, &owned_by(99)];
        let foreseen = Foreseen::of(&rules, "drivers_car", Value::from(99_i64), DbBackend::Postgres);
        let owned = r#"COALESCE("drivers_car"."owner_id" = u.id, FALSE)"#;
        assert_eq!(
            text(&foreseen.expect("columns of the row")),
            [
                format!(r#"{owned} OR (NOT COALESCE("drivers_car"."published" = ?, FALSE)) AS "refrain: verdict 0""#),
                format!(r#"{owned} AS "refrain: verdict 1""#),
            ]
        );
    }

    #[test]
    fn what_is_asked_must_be_what_was_asked() {
        let shown = |owner: i64, shown: bool| owned_by(owner) & Rule::when(car::Column::Published.eq(shown));
        let foreseen = foreseen(&shown(99, true)).expect("columns of the row");
        let is_answered = |rule: &Rule, caller: i64| foreseen.answers(&[rule], Some(&Value::from(caller))).is_some();
        assert!(is_answered(&shown(7, true), 7));
        assert!(!is_answered(&shown(7, false), 7));
        assert!(!is_answered(&shown(8, true), 7), "what is another's");
        assert!(!is_answered(&owned_by(7), 7), "a part of it");
    }

    #[test]
    fn what_looks_elsewhere_is_not_foreseen() {
        let members = || Query::select().column("user_id").from("garage_member").to_owned();
        for rule in [
            Rule::when(Expr::col("published").eq(true)),
            Rule::when(Expr::col(("u", "is_active")).eq(true)),
            Rule::when(Expr::cust("published")),
            Rule::when(Expr::col(("drivers_car", "owner_id")).in_subquery(members())),
            owned_by(7),
            owned_by(99) & !Rule::when(Expr::col("id").not().eq(Expr::col(("drivers_car", "id")))),
        ] {
            assert!(foreseen(&rule).is_none(), "{rule}");
        }
        assert_eq!(text(&foreseen(&Rule::Always).expect("nothing is asked")), [""; 0]);
    }
}
