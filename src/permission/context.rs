use http::HeaderMap;

use super::Action;
use crate::{Db, auth::User, model::ModelInfo};

/// One question: may this user do this action on this model?
///
/// ```
/// # use refrain::doc_example::{Example, car};
/// # refrain::doc_example::run(async |Example { db, alice, .. }| {
/// use poem::http::HeaderMap;
/// use refrain::{Action, Context, IntoPermissions, IsOwnerOrReadOnly, Rule, model::ModelInfo};
///
/// let (model, headers) = (ModelInfo::of::<car::Entity>(), HeaderMap::new());
/// let cx = Context::new(&alice, Action::Update, Some(&model), &headers, &db);
/// assert_eq!((cx.user().username.as_str(), cx.action()), ("alice", Action::Update));
/// assert_eq!(cx.model().unwrap().model_name(), "car");
/// assert!(cx.headers().is_empty());
///
/// let classes = IsOwnerOrReadOnly.into_permissions();
/// assert_eq!(classes.meaning(&cx).await?, alice.owns(car::Column::OwnerId));
/// assert_eq!(classes.meaning(&cx.about(Action::List)).await?, Rule::Always);
/// # let _ = cx.db();
/// # Ok(())
/// # });
/// ```
///
/// It holds no request. The same class is asked about other actions than the running one (is this row viewable? which
/// actions may the caller do on it?), so a class decides by [`action`](Self::action), never by a method.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    user: &'a User,
    action: Action,
    model: Option<&'a ModelInfo>,
    headers: &'a HeaderMap,
    db: Db<'a>,
    on_behalf: OnBehalf,
}

/// As whom a caller within a ceiling is asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum OnBehalf {
    /// As they are.
    #[default]
    Caller,
    /// As who they are without the ceiling.
    Whole,
    /// As nobody in particular.
    Nobody,
}

impl<'a> Context<'a> {
    /// A question about a model's rows, or with no model about a plain handler.
    pub fn new(
        user: &'a User,
        action: Action,
        model: Option<&'a ModelInfo>,
        headers: &'a HeaderMap,
        db: impl Into<Db<'a>>,
    ) -> Self {
        let db = db.into();
        Self { user, action, model, headers, db, on_behalf: OnBehalf::Caller }
    }

    /// Who is asking; [anonymous](User::is_anonymous) when nobody said who they are.
    pub fn user(&self) -> &'a User {
        match self.on_behalf {
            OnBehalf::Caller => self.user,
            OnBehalf::Whole => self.user.whole(),
            OnBehalf::Nobody => self.user.nobody(),
        }
    }

    /// What they want to do.
    pub fn action(&self) -> Action {
        self.action
    }

    /// The model whose rows are asked about.
    pub fn model(&self) -> Option<&'a ModelInfo> {
        self.model
    }

    /// The headers of the request.
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// The running executor: the transaction during a write, else the connection.
    ///
    /// ```
    /// # use refrain::{Context, Result, doc_example::car};
    /// use sea_orm::{EntityTrait, PaginatorTrait};
    ///
    /// async fn cars(cx: &Context<'_>) -> Result<u64> {
    ///     Ok(car::Entity::find().count(&cx.db()).await?)
    /// }
    /// ```
    pub fn db(&self) -> Db<'a> {
        self.db
    }

    /// The same question about another action.
    pub fn about(self, action: Action) -> Self {
        Self { action, ..self }
    }

    /// The same about another model, whose rows are asked about for the sake of those at hand.
    pub(super) fn about_model(self, action: Action, model: &'a ModelInfo) -> Self {
        Self { action, model: Some(model), ..self }
    }

    /// The same question on behalf of another than the caller as they are.
    pub(super) fn asked_by(self, on_behalf: OnBehalf) -> Self {
        Self { on_behalf, ..self }
    }

    pub(super) fn on_behalf(&self) -> OnBehalf {
        self.on_behalf
    }
}
