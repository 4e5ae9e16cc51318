use std::fmt;

use sea_orm::sea_query::{Query, SqliteQueryBuilder};

use super::Rule;

/// A rule as a sentence for people: `owner_id = 7 or published = TRUE`.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("every row"),
            Self::Never => f.write_str("no row"),
            Self::When(condition) => {
                let sql = Query::select().expr((**condition).clone()).to_string(SqliteQueryBuilder);
                f.write_str(&sql.trim_start_matches("SELECT ").replace('"', ""))
            }
            Self::Granted(granted) => granted.fmt(f),
            Self::Through(parents) => parents.fmt(f),
            Self::Hook(hook) => f.write_str(&hook.hook.name()),
            Self::All(rules) => joined(f, rules, " and "),
            Self::Any(rules) => joined(f, rules, " or "),
            Self::Not(rule) => {
                f.write_str("not ")?;
                nested(f, rule)
            }
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, rules: &[Rule], word: &str) -> fmt::Result {
    for (place, rule) in rules.iter().enumerate() {
        if place > 0 {
            f.write_str(word)?;
        }
        nested(f, rule)?;
    }
    Ok(())
}

fn nested(f: &mut fmt::Formatter<'_>, rule: &Rule) -> fmt::Result {
    if matches!(rule, Rule::All(_) | Rule::Any(_)) { write!(f, "({rule})") } else { write!(f, "{rule}") }
}
