use sea_orm::sea_query::Expr;

use super::Rule;

/// What is asked of the database about one row, and how its answers settle the rule.
///
/// The parts without hooks become booleans selected beside the row; with their answers put in, what is left of the rule
/// is a constant, or hooks.
#[derive(Debug)]
pub(crate) enum Residue {
    /// Settled without the row.
    Constant(bool),
    /// The boolean with this place among those selected.
    Selected(usize),
    Hook(Rule),
    All(Vec<Residue>),
    Any(Vec<Residue>),
    Not(Box<Residue>),
}

impl Residue {
    /// Splits a rule, adding what the database must say to `selected`.
    pub(crate) fn of(rule: &Rule, selected: &mut Vec<Expr>) -> Self {
        match (rule, rule.verdict()) {
            (Rule::Always, _) => Self::Constant(true),
            (Rule::Never, _) => Self::Constant(false),
            (_, Some(truth)) => {
                // what several rules ask is asked once
                let known = selected.iter().position(|known| *known == truth);
                Self::Selected(known.unwrap_or_else(|| {
                    selected.push(truth);
                    selected.len() - 1
                }))
            }
            (Rule::All(rules), None) => Self::All(rules.iter().map(|rule| Self::of(rule, selected)).collect()),
            (Rule::Any(rules), None) => Self::Any(rules.iter().map(|rule| Self::of(rule, selected)).collect()),
            (Rule::Not(rule), None) => Self::Not(Box::new(Self::of(rule, selected))),
            (rule, None) => Self::Hook(rule.clone()),
        }
    }

    /// Puts the database's answers in: `Always`, `Never`, or hooks still to be asked.
    pub(crate) fn settle(&self, answers: &[bool]) -> Rule {
        match self {
            Self::Constant(answer) => constant(*answer),
            Self::Selected(place) => constant(answers[*place]),
            Self::Hook(hook) => hook.clone(),
            Self::All(parts) => parts.iter().fold(Rule::Always, |all, part| all & part.settle(answers)),
            Self::Any(parts) => parts.iter().fold(Rule::Never, |any, part| any | part.settle(answers)),
            Self::Not(part) => !part.settle(answers),
        }
    }
}

fn constant(answer: bool) -> Rule {
    if answer { Rule::Always } else { Rule::Never }
}
