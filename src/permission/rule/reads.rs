use std::collections::HashSet;

use sea_orm::sea_query::{ColumnName, ColumnRef, Expr, Func};

use super::Rule;

/// What of a row a rule looks at.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ColumnsRead {
    /// Columns it names.
    pub(crate) named: HashSet<String>,
    /// Is there a part that nobody can look into: a hook, SQL as text, a sub-query?
    pub(crate) others: bool,
}

impl Rule {
    /// May this rule's answer change without the row's own columns changing?
    ///
    /// Such a rule is judged in a statement begun after the row is locked: the locking statement itself still sees
    /// what other tables held before the wait.
    pub(crate) fn reads_other_tables(&self) -> bool {
        match self {
            Self::When(condition) => !only(condition, &|_| true),
            Self::Granted(_) | Self::Through(_) => true,
            Self::All(rules) | Self::Any(rules) => rules.iter().any(Self::reads_other_tables),
            Self::Not(rule) => rule.reads_other_tables(),
            Self::Always | Self::Never | Self::Hook(_) => false,
        }
    }

    /// Does each condition look at columns of this table only, and name them with it, so that it means the same where
    /// another table is joined?
    pub(crate) fn is_about(&self, table: &str) -> bool {
        let names_table = |part: &Expr| match part {
            Expr::Column(ColumnRef::Column(ColumnName(Some(of), _))) => of.1.to_string() == table,
            Expr::Column(_) => false,
            _ => true,
        };
        match self {
            Self::When(condition) => only(condition, &names_table),
            Self::All(rules) | Self::Any(rules) => rules.iter().all(|rule| rule.is_about(table)),
            Self::Not(rule) => rule.is_about(table),
            Self::Granted(_) | Self::Through(_) => false,
            Self::Always | Self::Never | Self::Hook(_) => true,
        }
    }

    /// Which of the row's columns does the answer depend on? A grant is a grant on the key, which no row has that was
    /// never written.
    pub(crate) fn columns_read(&self) -> ColumnsRead {
        let mut read = ColumnsRead::default();
        self.add_read(&mut read);
        read
    }

    fn add_read(&self, read: &mut ColumnsRead) {
        match self {
            Self::When(condition) => add_columns(condition, read),
            Self::All(rules) | Self::Any(rules) => rules.iter().for_each(|rule| rule.add_read(read)),
            Self::Not(rule) => rule.add_read(read),
            Self::Through(parents) => {
                read.named.insert(parents.column());
            }
            Self::Hook(_) => read.others = true,
            Self::Granted(_) | Self::Always | Self::Never => {}
        }
    }
}

/// Only parts known to read nothing but the row's own columns, all of which `admits`; whatever cannot be looked into counts
/// as reading other tables.
fn only(condition: &Expr, admits: &dyn Fn(&Expr) -> bool) -> bool {
    let all = |parts: &[Expr]| parts.iter().all(|part| only(part, admits));
    admits(condition)
        && match condition {
            Expr::Column(_) | Expr::Value(_) | Expr::Values(_) | Expr::Constant(_) | Expr::Keyword(_) => true,
            Expr::Tuple(parts) => all(parts),
            Expr::Unary(_, inner) | Expr::AsEnum(_, inner) => only(inner, admits),
            Expr::Binary(left, _, right) => only(left, admits) && only(right, admits),
            // a function of the database's own may read anything
            Expr::FunctionCall(call) => !matches!(call.get_func(), Func::Custom(_)) && all(call.get_args()),
            _ => false,
        }
}

fn add_columns(condition: &Expr, read: &mut ColumnsRead) {
    match condition {
        Expr::Column(column) => match column.column() {
            Some(name) => {
                read.named.insert(name.to_string());
            }
            None => read.others = true,
        },
        Expr::Value(_) | Expr::Values(_) | Expr::Constant(_) | Expr::Keyword(_) | Expr::TypeName(_) => {}
        Expr::Tuple(parts) => parts.iter().for_each(|part| add_columns(part, read)),
        Expr::Unary(_, inner) | Expr::AsEnum(_, inner) => add_columns(inner, read),
        Expr::Binary(left, _, right) => {
            add_columns(left, read);
            add_columns(right, read);
        }
        Expr::FunctionCall(call) => {
            // a function of the database's own may read anything, the row's other columns too
            read.others |= matches!(call.get_func(), Func::Custom(_));
            call.get_args().iter().for_each(|part| add_columns(part, read));
        }
        _ => read.others = true,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sea_orm::sea_query::{ExprTrait, Query};

    use super::{super::ParentRows, *};

    fn read(rule: &Rule) -> (Vec<String>, bool) {
        let ColumnsRead { named, others } = rule.columns_read();
        let mut named: Vec<String> = named.into_iter().collect();
        named.sort_unstable();
        (named, others)
    }

    #[test]
    fn what_a_rule_looks_at() {
        let banned = Rule::when(Expr::col(("drivers_car", "banned")).eq(true));
        let lower = Rule::when(Expr::expr(Func::lower(Expr::col("name"))).eq("x"));
        assert_eq!(read(&(!banned.clone() & lower)), (vec!["banned".into(), "name".into()], false));
        assert_eq!(read(&Rule::Always), (vec![], false));
        let pair = Expr::tuple([Expr::col("a"), Expr::col("b").not()]);
        let pair = Rule::when(pair.eq(Expr::tuple([1.into(), true.into()])));
        assert_eq!(read(&pair), (vec!["a".into(), "b".into()], false));
        let elsewhere = Rule::when(Expr::exists(Query::select().column("id").from("t").to_owned()));
        assert_eq!(read(&(banned | elsewhere)), (vec!["banned".into()], true));
        assert_eq!(read(&Rule::when(Expr::cust("banned"))), (vec![], true));
        let own = Rule::when(Expr::expr(Func::cust("may_drive").arg(Expr::col("name"))).eq(true));
        assert_eq!(read(&own), (vec!["name".into()], true));
        assert!(own.reads_other_tables());
        let through = Rule::Through(Arc::new(ParentRows::example(Rule::Always)));
        assert_eq!(read(&through), (vec!["garage_id".into()], false));
    }
}
