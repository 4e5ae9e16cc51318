use sea_orm::{
    Condition, DbBackend,
    sea_query::{BinOper, Expr, ExprTrait},
};

use super::{KeyColumn, Subject, table::Grants};
use crate::{
    auth::Auth,
    db::{Sql, joined, parameter},
    model::ModelInfo,
};

/// The rows on which somebody was granted something: what [`ObjectPermissions`](crate::ObjectPermissions) answers.
///
/// ```
/// # use refrain::doc_example::{Example, car};
/// # refrain::doc_example::run(async |Example { db, alice, .. }| {
/// use poem::http::HeaderMap;
/// use refrain::{Action, Context, IntoPermissions, ObjectPermissions, Rule, model::ModelInfo};
///
/// let (model, headers) = (ModelInfo::of::<car::Entity>(), HeaderMap::new());
/// let cx = Context::new(&alice, Action::List, Some(&model), &headers, &db);
/// let rule = ObjectPermissions.into_permissions().meaning(&cx).await?;
/// assert!(matches!(&rule, Rule::Granted(granted) if granted.to_string().contains("view_car")));
/// # Ok(())
/// # });
/// ```
///
/// It is one fact in two spellings.
///
/// The *set* selects the keys, and is fast for lists: it starts at the grants. The *probe* asks about the row at hand
/// without looking at its table again, and so holds for a row under lock.
#[derive(Clone, Debug, PartialEq)]
pub struct Granted {
    key: KeyColumn,
    grants: Vec<Grants>,
    /// What they were granted, for people.
    codenames: String,
    on: DbBackend,
}

impl Granted {
    /// The rows of a model on which any of these codenames was granted, or anything whatever.
    ///
    /// `None` where the model's key cannot be named by guardian's text.
    pub(crate) fn new(
        auth: &Auth,
        model: &ModelInfo,
        subject: &Subject,
        codenames: Option<&[&str]>,
        on: DbBackend,
    ) -> Option<Self> {
        let key = model.key()?.clone();
        let grants = subject.grants(auth, model, codenames, on);
        let codenames = codenames.map_or_else(|| "anything".to_owned(), |codenames| codenames.join(" or "));
        Some(Self { key, grants, codenames, on })
    }

    /// The set, in parts: queries for one column of keys each. What is in several is there several times.
    pub(crate) fn sets(&self) -> impl Iterator<Item = Expr> {
        let sets = self.grants.iter().flat_map(|grants| match grants.table.own {
            true => vec![grants.select("g.content_object_id AS k")],
            false => self.key.named_by(grants, self.on),
        });
        sets.map(Sql::expr)
    }

    /// The same of the rows that meet a condition.
    pub(crate) fn keys_where(&self, condition: Condition) -> Expr {
        let (key, rows) = (self.key.of_row(self.on), self.key.rows(self.on));
        joined(self.on, [Expr::cust(format!("SELECT {key} AS k FROM {rows} WHERE")), condition.into()])
    }

    /// One boolean over the row at hand.
    pub(crate) fn probe(&self) -> Expr {
        let mut probe = Sql::new(self.on, "(");
        for (place, grants) in self.grants.iter().enumerate() {
            let same = match grants.table.own {
                true => ["g.content_object_id = ", &self.key.of_row(self.on)].concat(),
                false => self.key.is_named_by_grant(self.on),
            };
            probe = probe.text(if place == 0 { "EXISTS (" } else { " OR EXISTS (" });
            probe = probe.sql(&grants.select("1")).text(" AND ").text(&same).text(")");
        }
        match self.grants.is_empty() {
            true => Expr::cust("1 = 0"),
            false => probe.text(")").expr(),
        }
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
    pub(crate) fn within(&self, keys: impl IntoIterator<Item = Expr>, beside: Beside) -> Expr {
        let key = self.key.of_row(self.on);
        let (before, behind) = match (self.on, beside) {
            (DbBackend::Postgres, Beside::NoOther) => (format!("{key} = ANY (ARRAY("), "))"),
            _ => (format!("{key} IN (SELECT listed.k FROM ("), ") AS listed)"),
        };
        let mut parts = vec![Expr::cust(before)];
        for (place, keys) in keys.into_iter().enumerate() {
            parts.extend((place > 0).then(|| Expr::cust("UNION ALL")));
            parts.push(keys);
        }
        parts.push(Expr::cust(behind));
        joined(self.on, parts)
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

    pub(crate) fn database(&self) -> DbBackend {
        self.on
    }

    /// Can the set list a row that the probe refuses, because a collation takes two keys for one?
    pub(crate) fn compares_loosely(&self) -> bool {
        self.key.compares_loosely(self.on)
    }
}

impl std::fmt::Display for Granted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "granted {}", self.codenames)
    }
}

/// What stands beside a set in its condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// No other set, nor an `OR`.
    NoOther,
    /// Perhaps one of these.
    Others,
}
