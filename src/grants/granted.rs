use sea_orm::{
    Condition, DbBackend, ExprTrait,
    sea_query::{BinOper, Expr, Func, Query, SelectStatement, UnionType},
};

use super::{
    KeyColumn, Subject,
    table::{Table, g},
};
use crate::{auth::Auth, db::parameter, model::ModelInfo};

/// The rows on which somebody was granted something: one fact in two spellings.
///
/// The *set* selects the keys, and is fast for lists: it starts at the grants. The *probe* asks about the row at hand
/// without looking at its table again, and so holds for a row under lock.
#[derive(Clone, Debug, PartialEq)]
pub struct Granted {
    pub(crate) key: KeyColumn,
    grants: Vec<(Table, SelectStatement)>,
    text: String,
    on: DbBackend,
}

impl Granted {
    /// The rows of a model on which any of these codenames was granted.
    ///
    /// `None` where the model's key cannot be named by guardian's text.
    pub(crate) fn new(
        auth: &Auth,
        model: &ModelInfo,
        subject: &Subject,
        codenames: &[&str],
        on: DbBackend,
    ) -> Option<Self> {
        let key = model.key()?.clone();
        let grants = subject.grants(auth, model, Some(codenames), on);
        Some(Self { key, grants, text: format!("granted {}", codenames.join(" or ")), on })
    }

    /// The set, in parts: queries for one column of keys each. What is in several is there several times.
    pub(crate) fn sets(&self) -> impl Iterator<Item = SelectStatement> {
        self.grants.iter().map(|(table, grants)| {
            let mut set = grants.clone();
            match table.own {
                true => _ = set.expr_as(g(table.row()), KEY),
                false => self.key.select_named(&mut set, KEY, self.on),
            }
            set
        })
    }

    /// One boolean over the row at hand.
    pub(crate) fn probe(&self) -> Expr {
        let probes = self.grants.iter().map(|(table, grants)| {
            let same = match table.own {
                true => g(table.row()).eq(self.key.of_row()),
                false => self.key.is_named_by_grant(self.on),
            };
            let mut probe = grants.clone();
            probe.expr(Expr::cust("1")).and_where(same);
            Expr::exists(probe)
        });
        probes.reduce(Expr::or).unwrap_or_else(|| Expr::cust("1 = 0"))
    }

    /// The list's condition: the key is in the set.
    pub(crate) fn condition(&self, beside: Beside) -> Condition {
        let within = Condition::all().add(self.within(self.sets(), beside));
        if self.compares_loosely() { within.add(self.probe()) } else { within }
    }

    /// The key is among those that these queries select.
    ///
    /// A derived table, as MariaDB runs a bare `IN (… UNION …)` once a row. `ALL`, as `IN` drops what is there twice by
    /// itself. On PostgreSQL an array, which is read once and then serves the key's index in its order, so that a page
    /// ends with its last row; two arrays for one index are tried in every pairing.
    pub(crate) fn within(&self, keys: impl IntoIterator<Item = SelectStatement>, beside: Beside) -> Expr {
        let mut parts = keys.into_iter();
        let mut keys = parts.next().expect("there is a query for keys");
        for part in parts {
            keys.union(UnionType::All, part);
        }
        let key = self.key.of_row();
        if self.on == DbBackend::Postgres && beside == Beside::NoOther {
            let array = Func::cust("ARRAY").arg(Expr::SubQuery(None, Box::new(keys.into())));
            return key.eq(Func::cust("ANY").arg(array));
        }
        let mut all = Query::select();
        all.column(("listed", KEY)).from_subquery(keys, "listed");
        key.in_subquery(all)
    }

    /// A condition on the row, such as its owner's, with its value bound as those of the set are.
    pub(crate) fn blind(&self, condition: &Expr) -> Expr {
        match condition {
            Expr::Binary(column, BinOper::Equal, value) => match (&**column, &**value) {
                (Expr::Column(_), Expr::Value(value)) => (**column).clone().eq(parameter(value.clone(), self.on)),
                _ => condition.clone(),
            },
            _ => condition.clone(),
        }
    }

    /// Can the set list a row that the probe refuses, because a collation takes two keys for one?
    pub(crate) fn compares_loosely(&self) -> bool {
        self.key.compares_loosely(self.on)
    }
}

impl std::fmt::Display for Granted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// What the set calls its column.
pub(crate) const KEY: &str = "granted_key";

/// What stands beside a set in its condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// No other set, nor an `OR`.
    NoOther,
    /// Perhaps one of these.
    Others,
}
