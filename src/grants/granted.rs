use sea_orm::{
    Condition, DbBackend, ExprTrait, JoinType,
    sea_query::{Alias, Expr, Query, SelectStatement, UnionType},
};

use super::KeyColumn;
use crate::{
    auth::{Auth, UserId},
    model::ModelInfo,
};

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

/// Whose grants count.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    /// A user's own, and those of their groups where `groups`.
    User { id: UserId, groups: bool },
    /// A group's.
    Group(i32),
    /// Those of the user that stands for anonymous callers.
    Anonymous { username: String },
}

impl Granted {
    /// The rows of a model on which any of these codenames was granted; every codename where there is none.
    ///
    /// `None` where the model's key cannot be named by guardian's text.
    pub(crate) fn new(auth: &Auth, model: &ModelInfo, subject: &Subject, codenames: &[&str], on: DbBackend) -> Option<Self> {
        let key = model.key()?.clone();
        let mut spelled = subject
            .sources(auth, model, on)
            .into_iter()
            .map(|source| source.of_permissions(model, codenames, on).spell(&key, on));
        let (mut set, mut probe) = spelled.next()?;
        for (other, also) in spelled {
            set.union(UnionType::Distinct, other);
            probe = probe.or(also);
        }
        let what = if codenames.is_empty() { "anything".to_owned() } else { codenames.join(" or ") };
        Some(Self { key, set, probe, text: format!("granted {what}"), on })
    }

    /// The set as a query for one column of keys.
    pub(crate) fn set(&self) -> SelectStatement {
        self.set.clone()
    }

    /// One boolean over the row at hand.
    pub(crate) fn probe(&self) -> Expr {
        self.probe.clone()
    }

    /// The list's condition: the key is in the set. As a derived table: MariaDB runs a bare `IN (… UNION …)` once a row.
    pub(crate) fn condition(&self) -> Condition {
        let within = Condition::all().add(within(&self.key, self.set.clone()));
        if self.compares_loosely() { within.add(self.probe.clone()) } else { within }
    }

    /// Can the set list a row that the probe refuses, because a collation takes two keys for one?
    pub(crate) fn compares_loosely(&self) -> bool {
        self.key.compares_loosely(self.on)
    }
}

/// The key is among those that a query selects.
pub(crate) fn within(key: &KeyColumn, keys: SelectStatement) -> Expr {
    let listed = Alias::new("listed");
    let all = Query::select().column((listed.clone(), Alias::new(KEY))).from_subquery(keys, listed).to_owned();
    key.of_row().in_subquery(all)
}

/// What the set calls its column.
pub(crate) const KEY: &str = "granted_key";

impl std::fmt::Display for Granted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl Subject {
    /// The tables in which their grants are.
    pub(super) fn sources(&self, auth: &Auth, model: &ModelInfo, on: DbBackend) -> Vec<Source> {
        let users = auth.users();
        let of_user = |user: Expr| Source::new(model.user_grants(), "guardian_userobjectpermission", col("user_id").eq(user));
        let of_their_groups = |user: Expr| {
            let membership = Alias::new("ug");
            let mut source = Source::new(
                model.group_grants(),
                "guardian_groupobjectpermission",
                Expr::col((membership.clone(), Alias::new(&*users.link_column))).eq(user),
            );
            source.rows.join_as(
                JoinType::InnerJoin,
                Alias::new(&*users.groups_table),
                membership.clone(),
                Expr::col((membership, Alias::new("group_id"))).equals((Alias::new("g"), Alias::new("group_id"))),
            );
            source
        };
        match self {
            Self::User { id, groups: false } => vec![of_user(id.value(on).into())],
            Self::User { id, groups: true } => vec![of_user(id.value(on).into()), of_their_groups(id.value(on).into())],
            Self::Group(id) => {
                vec![Source::new(model.group_grants(), "guardian_groupobjectpermission", col("group_id").eq(*id))]
            }
            Self::Anonymous { username } => {
                let named = Query::select()
                    .column(Alias::new("id"))
                    .from(Alias::new(&*users.table))
                    .and_where(Expr::col(Alias::new(&*users.username)).eq(username.as_str()))
                    .to_owned();
                let user = || Expr::SubQuery(None, Box::new(named.clone().into()));
                vec![of_user(user()), of_their_groups(user())]
            }
        }
    }
}

/// A table of grants, called `g`, narrowed to a holder.
pub(super) struct Source {
    rows: SelectStatement,
    /// A table of the model's own, whose `content_object_id` is the key itself (CONTRACT 8.4).
    direct: bool,
}

impl Source {
    fn new(own: Option<&'static str>, generic: &'static str, holder: Expr) -> Self {
        let table = Alias::new(own.unwrap_or(generic));
        let rows = Query::select().from_as(table, Alias::new("g")).and_where(holder).to_owned();
        Self { rows, direct: own.is_some() }
    }

    /// A permission and a content type of the model's both: guardian's lists look at the first alone (CONTRACT 8.34).
    pub(super) fn of_permissions(mut self, model: &ModelInfo, codenames: &[&str], on: DbBackend) -> Self {
        let content_type = || {
            Query::select()
                .column(Alias::new("id"))
                .from(Alias::new("django_content_type"))
                .and_where(exactly("app_label", model.app_label(), on))
                .and_where(exactly("model", model.model_name(), on))
                .to_owned()
        };
        if !self.direct {
            self.rows.and_where(col("content_type_id").eq(Expr::SubQuery(None, Box::new(content_type().into()))));
        }
        let permissions = |codename: Expr| {
            Query::select()
                .column(Alias::new("id"))
                .from(Alias::new("auth_permission"))
                .and_where(Expr::col(Alias::new("content_type_id")).eq(Expr::SubQuery(None, Box::new(content_type().into()))))
                .and_where(codename)
                .to_owned()
        };
        match codenames {
            [] => {}
            [codename] => {
                let one = permissions(exactly("codename", codename, on));
                self.rows.and_where(col("permission_id").eq(Expr::SubQuery(None, Box::new(one.into()))));
            }
            several => {
                let any = several.iter().map(|codename| exactly("codename", codename, on)).reduce(Expr::or);
                self.rows.and_where(col("permission_id").in_subquery(permissions(any.expect("there are several"))));
            }
        }
        self
    }

    /// The texts of these keys, and the codenames granted on them.
    pub(super) fn listing(self, keys: &[String], on: DbBackend) -> SelectStatement {
        let Self { mut rows, direct } = self;
        let text = match (direct, on) {
            (false, _) => "g.object_pk",
            (true, DbBackend::Postgres) => "CAST(g.content_object_id AS varchar)",
            (true, DbBackend::MySql) => "CAST(g.content_object_id AS char)",
            (true, _) => "CAST(g.content_object_id AS text)",
        };
        rows.expr_as(Expr::cust(text), Alias::new("granted_on"))
            .expr_as(Expr::cust("p.codename"), Alias::new("codename"))
            .join_as(
                JoinType::InnerJoin,
                Alias::new("auth_permission"),
                Alias::new("p"),
                Expr::cust("p.id = g.permission_id"),
            )
            .and_where(Expr::cust(text).is_in(keys.iter().map(String::as_str)))
            .to_owned()
    }

    /// The set of keys, and the probe of the row at hand.
    fn spell(self, key: &KeyColumn, on: DbBackend) -> (SelectStatement, Expr) {
        let Self { rows, direct } = self;
        let (listed, same) = if direct {
            (col("content_object_id"), col("content_object_id").eq(key.of_row()))
        } else {
            let same = col("object_pk").eq(key.text_of_row(on));
            // served by the index; the second compares what a collation would let pass
            let same = match on {
                DbBackend::MySql => same.and(Expr::cust("BINARY g.object_pk").eq(key.text_of_row(on))),
                _ => same,
            };
            (key.from_text(on), same)
        };
        let set = rows.clone().expr_as(listed, Alias::new(KEY)).to_owned();
        let probe = Expr::exists(rows.clone().expr(Expr::cust("1")).and_where(same).to_owned());
        (set, probe)
    }
}

/// Equal byte for byte, whatever the collation.
pub(super) fn exactly(column: &'static str, text: &str, on: DbBackend) -> Expr {
    let equal = Expr::col(Alias::new(column)).eq(text);
    match on {
        DbBackend::MySql => equal.and(Expr::cust(format!("BINARY {column}")).eq(text)),
        _ => equal,
    }
}

fn col(name: &'static str) -> Expr {
    Expr::col((Alias::new("g"), Alias::new(name)))
}
