use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use poem::{Response, endpoint::BoxEndpoint};
use sea_orm::{DatabaseConnection, ModelTrait};

use super::{Requests, TestGroup, TestUser};
use crate::{
    Api, BuiltApi, Model, PoolSettings,
    auth::{Auth, password::Passwords},
    cli::Project,
    grants::{PermissionOf, ToHolder},
    migration::{MigratorTrait, WithPermissions},
};

/// A program over a database of its own, for one test.
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

    /// Over the database with this address, which is migrated first: an empty one that the test made.
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
        Self { auth, db, endpoint: Arc::new(endpoint), api, usernames: Mutex::default() }
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
