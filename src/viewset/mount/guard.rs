use std::sync::Arc;

use http::HeaderMap;
use sea_orm::{DatabaseTransaction, EntityTrait, Select, Value, sea_query::Expr};

use crate::{
    Db,
    auth::{JoinedRow, User},
    db::Begun,
    http::{Caller, Problem, Site, site_of},
    model::ModelInfo,
    permission::{Action, Context, Denied, Judged, Permissions, Rule, TableRows, judge_one},
    serializer::Resource,
    standby::StandbyReads,
    throttle::Throttle,
    viewset::{
        Declared,
        row::{Named, ReadAhead, Scope},
    },
};

/// What guards one action on a model's rows.
#[derive(Clone)]
pub(crate) struct Guard {
    pub(crate) model: ModelInfo,
    pub(crate) action: Action,
    pub(crate) permissions: Permissions,
    /// Who said so.
    pub(crate) declared: Declared,
    /// Who may know of a row: what guards `retrieve`.
    pub(crate) retrieve: Permissions,
    /// How often a caller may ask.
    pub(crate) throttles: Arc<[Throttle]>,
}

impl Guard {
    /// The permissions asked for before an answer of its action, and by whether a row may be known of.
    pub(crate) fn permissions_asked(&self) -> Vec<String> {
        let mut asked = self.permissions.permissions_asked(Some(&self.model), self.action);
        asked.extend(self.retrieve.permissions_asked(Some(&self.model), Action::Retrieve));
        asked
    }
}

/// A caller whom a guard let through as far as the request goes, and what the permissions mean for them.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) visit: Visit,
    pub(crate) rule: Rule,
}

/// A caller before a guard: every question a request asks of its permissions is asked here.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) site: Arc<Site>,
    pub(crate) guard: Arc<Guard>,
    pub(crate) user: Arc<User>,
    pub(crate) headers: Arc<HeaderMap>,
    /// The row of another viewset that the path is below.
    pub(crate) below: Option<Arc<Below>>,
    /// Where rows are read, where that is no more the primary.
    pub(crate) standby: Option<Arc<DatabaseTransaction>>,
}

/// A row of another viewset that was retrieved, and below which rows are looked for or made.
pub(crate) struct Below {
    /// The place, among its viewset's, whose path is below it.
    pub(crate) place: usize,
    /// The value of the key that points at it.
    pub(crate) key: Value,
    /// The rows that point at it.
    pub(crate) rows: Expr,
    /// May the caller retrieve what a row points at?
    pub(crate) permissions: Permissions,
}

impl Visit {
    pub(crate) fn new(request: &poem::Request, guard: Arc<Guard>) -> Result<Self, Problem> {
        let user = Caller::of(request)?.0;
        let (site, headers) = (site_of(request)?, Arc::new(request.headers().clone()));
        Ok(Self { site, guard, user, headers, below: None, standby: None })
    }

    /// The connection outside a transaction, or that on the standby.
    pub(crate) fn db(&self) -> Db<'_> {
        match &self.standby {
            Some(standby) => Db::of_standby(standby, &self.site.db),
            None => (&self.site.db).into(),
        }
    }

    /// What `read` answers with rows from the standby; from the primary, where that one is of no use.
    pub(crate) async fn by_standby<T, F>(
        &self,
        standby: &Arc<StandbyReads>,
        read: impl Fn(Self) -> F,
    ) -> Result<T, Problem>
    where
        F: Future<Output = Result<T, Problem>>,
    {
        let there = |transaction| read(Self { standby: Some(transaction), ..self.clone() });
        match standby.answer(&self.user, &self.headers, self.site.request_timeout, there).await {
            Some(answer) => answer,
            None => read(self.clone()).await,
        }
    }

    pub(crate) fn context<'a>(&'a self, db: Db<'a>) -> Context<'a> {
        Context::new(&self.user, self.guard.action, Some(&self.guard.model), &self.headers, db)
    }

    /// What the viewset's own choice of rows is asked with.
    pub(crate) fn query_context<'a>(&'a self, db: Db<'a>) -> Context<'a> {
        self.guard.permissions.asked_first(self.context(db))
    }

    /// Asks the request's question.
    pub(crate) async fn ask(self) -> Result<Asked, Problem> {
        let rule = self.meaning(self.db()).await?;
        Ok(Asked { visit: self, rule })
    }

    /// The request's reading: what the permissions mean for this caller; a refusal where they can mean nothing.
    pub(crate) async fn meaning(&self, db: Db<'_>) -> Result<Rule, Problem> {
        let cx = self.context(db);
        let rule = self.guard.permissions.meaning(&cx).await?;
        if rule == Rule::Never {
            let meanings = self.guard.permissions.meanings(&cx).await?;
            return Err(self.refused(meanings.refusing_request()));
        }
        // the parent was found before, and may have gone since
        match &self.below {
            Some(below) => match rule & below.permissions.meaning(&cx).await? {
                Rule::Never => Err(self.no_such_row()),
                rule => Ok(rule),
            },
            None => Ok(rule),
        }
    }

    /// The row's reading for who wants to see it: the row, where the rule admits it, with what the other rules say of it
    /// behind that. What is shown is what was judged, and was read together with its reader where that could be foreseen.
    pub(crate) async fn shown_row<E: Resource>(
        &self,
        rule: &Rule,
        (named, scope): (&Named<E>, &Scope<E>),
        others: &[&Rule],
        table: &TableRows<E>,
        ahead: Option<(&ReadAhead, &Arc<JoinedRow>)>,
    ) -> Result<Judged<E::Model>, Problem> {
        let rules = [&[rule], others].concat();
        let judged = match ahead.and_then(|(ahead, joined)| ahead.judged(&self.user, joined, &rules)) {
            Some(judged) => judged?,
            None => scope.judge_one(self.db(), named, table, &rules).await?,
        };
        let Some(judged) = judged else { return Err(self.no_such_row()) };
        if judged.holds(0, &self.context(self.db())).await? {
            return Ok(judged);
        }
        if !self.site.reveal_hidden_rows {
            return Err(self.no_such_row());
        }
        Err(self.refuse_row(self.db(), named.among(scope.rows())).await?)
    }

    /// The row's reading for who wants to do something with it: the row, where the rule admits it.
    ///
    /// One statement reads the row and answers every question about it. A row that the caller may not even view is
    /// answered in the words of one that is not there, after the same statements.
    pub(crate) async fn row<E: EntityTrait<Model: Sync>>(
        &self,
        db: Db<'_>,
        rule: &Rule,
        row: Select<E>,
    ) -> Result<E::Model, Problem> {
        let cx = self.context(db);
        let viewable = self.viewable(db).await?;
        let judged = judge_one(db, row.clone(), &[rule, &viewable]).await?;
        let Some(judged) = judged else { return Err(self.no_such_row()) };
        if judged.holds(0, &cx).await? {
            return Ok(judged.row);
        }
        let visible = self.site.reveal_hidden_rows || judged.holds(1, &cx).await?;
        if visible { Err(self.refuse_row(db, row).await?) } else { Err(self.no_such_row()) }
    }

    /// Which rows the caller may know of: what guards `retrieve` means.
    pub(crate) async fn viewable(&self, db: Db<'_>) -> Result<Rule, Problem> {
        Ok(self.guard.retrieve.meaning(&self.context(db).about(Action::Retrieve)).await?)
    }

    /// May the caller, to whom `rule` admits this row for another action, be shown it? Where not, it is not there.
    pub(crate) async fn check_viewable<E: EntityTrait<Model: Sync>>(
        &self,
        db: Db<'_>,
        rule: &Rule,
        row: Select<E>,
    ) -> Result<(), Problem> {
        let viewable = self.viewable(db).await?;
        if viewable == Rule::Always || viewable == *rule {
            return Ok(());
        }
        match judge_one(db, row, &[&viewable]).await? {
            Some(judged) if judged.holds(0, &self.context(db)).await? => Ok(()),
            _ => Err(self.no_such_row()),
        }
    }

    /// Names the part of the permissions that does not admit a row; asked only once the answer is no.
    pub(crate) async fn refuse_row<E: EntityTrait<Model: Sync>>(
        &self,
        db: Db<'_>,
        row: Select<E>,
    ) -> Result<Problem, Problem> {
        let cx = self.context(db);
        let meanings = self.guard.permissions.meanings(&cx).await?;
        let judged = judge_one(db, row, &meanings.rules_in_question()).await?;
        let Some(judged) = judged else { return Ok(self.no_such_row()) };
        Ok(self.refused(meanings.refusing_row(&judged, 0, &cx).await?))
    }

    pub(crate) fn refused(&self, denied: Denied) -> Problem {
        self.site.refuse(denied, &self.user)
    }

    pub(crate) fn no_such_row(&self) -> Problem {
        Problem::no_such_row(self.guard.model.object_name())
    }

    /// Begins a transaction for a write, in which [`Visit::afresh`] is asked.
    pub(crate) async fn begin(&self) -> Result<Begun, Problem> {
        Ok(self.site.isolation.begin(&self.site.db, self.user.is_authenticated()).await?)
    }

    /// The same visit by the user as they are now: flags and permissions read in a statement of the write's own. `None`
    /// where the transaction may read what is no more, so that the write is to be begun again.
    ///
    /// A user who was deleted or made inactive since the request began is nobody we know.
    pub(crate) async fn afresh(&self, begun: &Begun) -> Result<Option<Self>, Problem> {
        let Some(id) = self.user.id() else { return Ok(Some(self.clone())) };
        let db = (&begun.transaction).into();
        let loaded = self.user.auth().load_in_write(db, id, self.user.asked()).await?;
        let (user, is_read_committed) = loaded.ok_or_else(|| self.site.inactive_user())?;
        if !self.site.isolation.fits(begun, is_read_committed) {
            return Ok(None);
        }
        if !user.is_active {
            return Err(self.site.inactive_user());
        }
        // what an authenticator took away for this request is not given back
        Ok(Some(Self { user: Arc::new(self.user.again(user)), ..self.clone() }))
    }
}
