use sea_orm::{
    Condition, DbBackend, ExprTrait,
    sea_query::{Alias, Expr, Query, SelectStatement, UnionType},
};

use super::{
    KeyColumn, Subject,
    table::{Table, g},
};
use crate::{auth::Auth, model::ModelInfo};

/// The rows on which somebody was granted something: one fact in two spellings.
///
/// The *set* selects the keys, and is fast for lists: it starts at the grants. The *probe* asks about the row at hand
/// without looking at its table again, and so holds for a row under lock.
#[derive(Clone, Debug, PartialEq)]
pub struct Granted {
    pub(crate) key: KeyColumn,
    set: SelectStatement,
    probe: Expr,
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
        let grants = subject.grants(auth, model, Some(codenames), on).into_iter();
        let mut spelled = grants.map(|(table, grants)| spell(table, grants, &key, on));
        let (mut set, mut probe) = spelled.next()?;
        for (other, also) in spelled {
            set.union(UnionType::Distinct, other);
            probe = probe.or(also);
        }
        Some(Self { key, set, probe, text: format!("granted {}", codenames.join(" or ")), on })
    }

    /// The set as a query for one column of keys.
    pub(crate) fn set(&self) -> SelectStatement {
        self.set.clone()
    }

    /// One boolean over the row at hand.
    pub(crate) fn probe(&self) -> Expr {
        self.probe.clone()
    }

    /// The list's condition: the key is in the set.
    pub(crate) fn condition(&self) -> Condition {
        let within = Condition::all().add(within(&self.key, self.set.clone()));
        if self.compares_loosely() { within.add(self.probe.clone()) } else { within }
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

/// The key is among those that a query selects. As a derived table: MariaDB runs a bare `IN (… UNION …)` once a row.
pub(crate) fn within(key: &KeyColumn, keys: SelectStatement) -> Expr {
    let listed = Alias::new("listed");
    let all = Query::select().column((listed.clone(), Alias::new(KEY))).from_subquery(keys, listed).to_owned();
    key.of_row().in_subquery(all)
}

/// The set of keys, and the probe of the row at hand.
fn spell(table: Table, grants: SelectStatement, key: &KeyColumn, on: DbBackend) -> (SelectStatement, Expr) {
    let (listed, same) = if table.own {
        (g(table.row()), g(table.row()).eq(key.of_row()))
    } else {
        (key.named_by_grant(on), key.is_named_by_grant(on))
    };
    let set = grants.clone().expr_as(listed, Alias::new(KEY)).to_owned();
    let probe = Expr::exists(grants.clone().expr(Expr::cust("1")).and_where(same).to_owned());
    (set, probe)
}
