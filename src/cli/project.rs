use std::{net::SocketAddr, time::Duration};

use poem::{Response, endpoint::BoxEndpoint};
use sea_orm::DatabaseConnection;
use sea_orm_migration::MigratorTrait;

use crate::{
    Api, BuiltApi, Result,
    auth::Auth,
    migration,
    model::Models,
    permission::{Classes, IntoPermissions, ModelPermissions, Permissions},
};

/// What a program consists of: its tables, its models, its API.
///
/// ```
/// use refrain::{
///     Api, BuiltApi, Result,
///     cli::Project,
///     migration::{self, MigrationTrait, MigratorTrait},
///     model::Models,
/// };
/// # use refrain::doc_example::{car, cars::Cars};
///
/// struct Migrator;
///
/// impl MigratorTrait for Migrator {
///     fn migrations() -> Vec<Box<dyn MigrationTrait>> {
///         // those of the program's own tables follow
///         migration::tables(Default::default())
///     }
/// }
///
/// struct Drivers;
///
/// impl Project for Drivers {
///     const NAME: &'static str = "drivers";
///     const VERSION: &'static str = env!("CARGO_PKG_VERSION");
///     type Migrator = Migrator;
///
///     fn models() -> Models {
///         Models::default().with::<car::Entity>()
///     }
///
///     fn api(api: Api, _db: &sea_orm::DatabaseConnection) -> Result<BuiltApi> {
///         api.mount(Cars).build()
///     }
/// }
/// ```
pub trait Project: Send + Sync + 'static {
    /// The program's name; without other word its database is the file `NAME.sqlite3`.
    const NAME: &'static str;
    /// The program's version, which is its document's too.
    const VERSION: &'static str;
    /// What its document is called.
    const TITLE: &'static str = Self::NAME;
    /// The document that is kept with the sources, which `check` compares with the program's own.
    const DOCUMENT: Option<&'static str> = None;
    /// How long another program that migrates the database is waited for where `MIGRATION_WAIT` does not say: ten minutes,
    /// if nothing is said here either.
    const MIGRATION_WAIT: Duration = migration::MIGRATION_WAIT;
    /// The migrations: [`migration::tables`], and then its own.
    type Migrator: MigratorTrait;

    /// The models whose permissions are made after each migration.
    fn models() -> Models;

    /// Mounts viewsets and handlers on an API that knows its database, its users and the global default.
    fn api(api: Api, db: &DatabaseConnection) -> Result<BuiltApi>;

    /// What is served: the API, where nothing is said.
    ///
    /// ```
    /// # use refrain::{Api, BuiltApi, Result, cli::Project, doc_example::{car, cars::Cars}, migration, model::Models};
    /// use poem::{EndpointExt, Response, Route, endpoint::BoxEndpoint, get, handler};
    /// use refrain::serving::{Cors, SecurityHeaders};
    ///
    /// # struct Migrator;
    /// # impl migration::MigratorTrait for Migrator {
    /// #     fn migrations() -> Vec<Box<dyn migration::MigrationTrait>> {
    /// #         migration::tables(Default::default())
    /// #     }
    /// # }
    /// # struct Drivers;
    /// impl Project for Drivers {
    /// #     const NAME: &'static str = "drivers";
    /// #     const VERSION: &'static str = "1.0";
    /// #     type Migrator = Migrator;
    /// #     fn models() -> Models {
    /// #         Models::default().with::<car::Entity>()
    /// #     }
    /// #     fn api(api: Api, _db: &sea_orm::DatabaseConnection) -> Result<BuiltApi> {
    /// #         api.mount(Cars).build()
    /// #     }
    ///     fn endpoint(api: BuiltApi) -> Result<BoxEndpoint<'static, Response>> {
    ///         let routes = Route::new().at("/hello", get(hello)).nest("/", api.into_endpoint());
    ///         let endpoint = routes.with(SecurityHeaders::default()).with(Cors::new(["https://app.example.com"]));
    ///         Ok(endpoint.map_to_response().boxed())
    ///     }
    /// }
    ///
    /// #[handler]
    /// fn hello() -> &'static str {
    ///     "hello"
    /// }
    /// ```
    ///
    /// Routes, middleware and state of one's own go around it.
    ///
    /// `serve` answers `/healthz` and `/readyz` before it, and names each request ([`Health`](crate::serving::Health),
    /// [`RequestIds`](crate::serving::RequestIds)).
    fn endpoint(api: BuiltApi) -> Result<BoxEndpoint<'static, Response>> {
        Ok(api.into_endpoint())
    }

    /// How users are kept; Django's own where nothing is said.
    ///
    /// ```
    /// # use refrain::{Api, BuiltApi, Result, cli::Project, doc_example::{Drivers as Other, car, cars::Cars}, model::Models};
    /// use refrain::{
    ///     IsAuthenticated, IntoPermissions, ModelPermissions, Permissions,
    ///     auth::{Auth, password::{Passwords, Recipe}},
    ///     cli::Starting,
    ///     permission::Classes,
    /// };
    ///
    /// # struct Drivers;
    /// impl Project for Drivers {
    /// #     const NAME: &'static str = "drivers";
    /// #     const VERSION: &'static str = "1.0";
    /// #     type Migrator = <Other as Project>::Migrator;
    /// #     fn models() -> Models {
    /// #         Models::default().with::<car::Entity>()
    /// #     }
    /// #     fn api(api: Api, _db: &sea_orm::DatabaseConnection) -> Result<BuiltApi> {
    /// #         api.mount(Cars).build()
    /// #     }
    ///     fn auth() -> Auth {
    ///         Auth::default().with_passwords(Passwords::default().preferring(Recipe::ARGON2ID))
    ///     }
    ///
    ///     fn default_permissions() -> Permissions {
    ///         (IsAuthenticated & ModelPermissions).into_permissions()
    ///     }
    ///
    ///     // DEFAULT_PERMISSIONS="Staff | ModelPermissions"
    ///     fn classes() -> Classes {
    ///         Classes::default().with("Staff", refrain::IsAdminUser)
    ///     }
    ///
    ///     async fn prepare(start: &Starting<'_>) -> Result<()> {
    ///         println!("try http://{}/docs", start.address);
    ///         Ok(())
    ///     }
    /// }
    /// ```
    fn auth() -> Auth {
        Auth::default()
    }

    /// The global default where the environment does not say.
    fn default_permissions() -> Permissions {
        ModelPermissions.into_permissions()
    }

    /// The classes that `DEFAULT_PERMISSIONS` may name; the stock ones where nothing is said.
    fn classes() -> Classes {
        Classes::default()
    }

    /// Runs before the first request, once the tables are there: demo data, a greeting.
    fn prepare(_start: &Starting<'_>) -> impl Future<Output = Result<()>> + Send {
        async { Ok(()) }
    }
}

/// A program about to serve.
///
/// ```
/// use refrain::{Result, auth::NewUser, cli::Starting};
///
/// /// What `Project::prepare` may do: demo data, where the database is this program's own and new.
/// async fn demo(start: &Starting<'_>) -> Result<()> {
///     if start.is_new {
///         start.auth.create_user(start.db, NewUser::new("alice")).await?;
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Starting<'a> {
    /// The database.
    pub db: &'a DatabaseConnection,
    /// How users are kept.
    pub auth: &'a Auth,
    /// Where it is going to answer.
    pub address: SocketAddr,
    /// Did this start make the database: a SQLite file that had no table before it was migrated? What a program adds to
    /// a database by itself, demo data for one, belongs into no other.
    pub is_new: bool,
}
