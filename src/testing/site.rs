use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use poem::{Response, endpoint::BoxEndpoint};
use refrain_entity::clock;
use sea_orm::{DatabaseConnection, ModelTrait};

use super::{Requests, TestGroup, TestUser, server_database::ServerDatabase};
use crate::{
    Api, BuiltApi, Model, PoolSettings,
    auth::{Auth, password::Passwords},
    cli::Project,
    grants::{PermissionOf, ToHolder},
    migration::{MigratorTrait, WithPermissions},
};

/// A program over a database of its own, for one test.
///
/// ```
/// # use refrain::doc_example::{Drivers, car};
/// # refrain::doc_example::run(async |_| {
/// use std::time::Duration;
///
/// use refrain::testing::TestSite;
/// use sea_orm::{ActiveModelTrait, ActiveValue::Set};
///
/// let site = TestSite::of::<Drivers>().await;
/// site.group("editors").holding(["drivers.change_car"]).await;
/// let alice = site.user("alice").holding(["drivers.view_car"]).in_group("editors").await;
/// let (name, owner_id) = (Set("Golf".to_owned()), Set(alice.key().ok()));
/// let car = car::ActiveModel { name, owner_id, published: Set(false), ..Default::default() }.insert(site.db()).await?;
/// site.grant("delete_car", &alice, &car).await;
///
/// site.as_nobody().get("/api/cars").await.assert_status(401);
/// site.as_user("alice").get("/api/cars/1").await.assert_status(200);
/// site.let_time_pass(Duration::from_secs(24 * 60 * 60));
/// site.as_user("alice").get("/api/cars/1").await.assert_status(200);
///
/// assert!(site.auth().user(site.db(), "alice").await?.is_some());
/// assert!(site.api().document().contains("/cars/{id}"));
/// assert!(site.permission_table().await.contains("ModelPermissions & IsOwnerOrReadOnly"));
/// # Ok(())
/// # });
/// ```
///
/// The tables are made by the program's migrations, permissions included; passwords are hashed as cheaply as can be. The
/// endpoint is what `serve` would serve, but for the counts and addresses of a real server.
pub struct TestSite {
    pub(super) auth: Auth,
    pub(super) db: DatabaseConnection,
    pub(super) endpoint: Arc<BoxEndpoint<'static, Response>>,
    /// the same API, to be asked about itself
    pub(super) api: BuiltApi,
    /// the users that the test spoke of
    usernames: Mutex<BTreeSet<String>>,
    /// how much time has passed that did not
    ahead: Mutex<Duration>,
    /// dropped behind the pool
    _database: Option<ServerDatabase>,
}

impl TestSite {
    /// Over SQLite in memory.
    ///
    /// A database in memory has one connection: who holds a transaction lets go of it before a request.
    ///
    /// # Panics
    /// Where the program does not fit together, or its migrations fail.
    #[cfg(feature = "sqlite")]
    pub async fn of<P: Project>() -> Self {
        Self::at::<P>("sqlite::memory:").await
    }

    /// Over a database of its own on this server, whose address names any database of it, as
    /// `postgres://postgres@localhost/postgres`.
    ///
    /// ```no_run
    /// # use refrain::doc_example::Drivers;
    /// # async fn run() {
    /// use refrain::testing::TestSite;
    ///
    /// let site = TestSite::on_server::<Drivers>("postgres://postgres@localhost/postgres").await;
    /// site.user("alice").await;
    /// # }
    /// ```
    ///
    /// It is dropped with the site, and kept where the test fails.
    ///
    /// # Panics
    /// Where the server cannot be reached, or lets nobody make a database, and as [`at`](Self::at) does.
    pub async fn on_server<P: Project>(url: &str) -> Self {
        let database = ServerDatabase::create(url).await.expect("the server makes a database");
        let site = Self::at::<P>(&database.url()).await;
        Self { _database: Some(database), ..site }
    }

    /// Over the database with this address, which is migrated first: an empty one that the test made.
    ///
    /// ```
    /// # use refrain::doc_example::Drivers;
    /// # refrain::doc_example::run(async |_| {
    /// use refrain::testing::TestSite;
    ///
    /// let at = TestSite::at::<Drivers>("sqlite::memory:").await;
    /// let over = TestSite::over::<Drivers>(refrain::connect("sqlite::memory:").await?).await;
    /// assert_eq!(at.permission_table().await, over.permission_table().await);
    /// # Ok(())
    /// # });
    /// ```
    ///
    /// # Panics
    /// Where it cannot be reached, and as [`of`](Self::of) does.
    pub async fn at<P: Project>(url: &str) -> Self {
        let db = PoolSettings::default().connect(url).await.expect("the database is there");
        Self::over::<P>(db).await
    }

    /// Over a connection, likewise.
    ///
    /// # Panics
    /// As [`of`](Self::of) does.
    pub async fn over<P: Project>(db: DatabaseConnection) -> Self {
        WithPermissions::<P>::up(&db, None).await.expect("the migrations are applied");
        let auth = P::auth().with_passwords(Passwords::default().iterations(1));
        let api = Api::new(P::TITLE, P::VERSION, db.clone());
        let api = api.auth(auth.clone()).models(P::models()).default_permissions(P::default_permissions());
        let served = P::api(api, &db).expect("the API fits together");
        let api = served.unserved();
        let endpoint = P::endpoint(served).expect("the endpoint is made");
        let (usernames, ahead) = Default::default();
        Self { auth, db, endpoint: Arc::new(endpoint), api, usernames, ahead, _database: None }
    }

    /// The database, to put rows into.
    pub fn db(&self) -> &DatabaseConnection {
        &self.db
    }

    /// The users, groups and grants, as the program has them.
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    /// The API, to be asked about itself: its document, its explanations.
    pub fn api(&self) -> &BuiltApi {
        &self.api
    }

    /// A new user, who holds nothing until it is said: `site.user("alice").staff().await`.
    pub fn user(&self, name: &str) -> TestUser<'_> {
        TestUser::new(self, name)
    }

    /// A new group: `site.group("editors").holding(["drivers.change_car"]).await`.
    pub fn group(&self, name: &str) -> TestGroup<'_> {
        TestGroup::new(self, name)
    }

    /// Grants a user or a group a permission on one row: `site.grant("view_car", &bob, &car).await`.
    ///
    /// # Panics
    /// Where there is no such permission.
    pub async fn grant<R: ModelTrait<Entity: Model> + Sync>(
        &self,
        permission: impl Into<PermissionOf<R::Entity>>,
        holder: impl ToHolder,
        row: &R,
    ) {
        self.auth.assign_perm(&self.db, permission, [holder], [row]).await.expect("it is granted");
    }

    /// Requests that this user sends, whichever way the program authenticates.
    pub fn as_user(&self, name: &str) -> Requests<'_> {
        self.remember(name);
        Requests::new(self, Some(name.to_owned()))
    }

    /// Requests that come without a credential.
    pub fn as_nobody(&self) -> Requests<'_> {
        Requests::new(self, None)
    }

    /// Lets time pass: requests that are sent from now on come so much later. Tokens and sessions end, links are too old,
    /// and who was throttled may ask again.
    ///
    /// It is the time of requests, as the library and [`Moment::now`](crate::entity::Moment::now) have it; what the test
    /// calls itself is done at the real one, and counts that are kept in Redis know no other.
    pub fn let_time_pass(&self, time: Duration) {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) += time;
    }

    /// Runs it at the time of the site's requests.
    pub(super) async fn at_its_time<F: Future>(&self, future: F) -> F::Output {
        let ahead = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        clock::ahead_of(ahead, future).await
    }

    pub(super) fn remember(&self, name: &str) {
        self.usernames.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
    }

    pub(super) fn usernames(&self) -> BTreeSet<String> {
        self.usernames.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What every endpoint asks, for a snapshot: a change of access is then seen in review.
    pub async fn permission_table(&self) -> String {
        self.api.permissions().await.to_markdown()
    }
}
