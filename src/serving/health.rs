use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use poem::{
    Endpoint, IntoResponse, Middleware, Request, Response, Result,
    http::{Method, header},
};
use sea_orm::DatabaseConnection;
use tokio::{sync::Mutex, time::timeout};

use crate::{Error, http::Problem};

/// What an answer is good for: whoever asks, and however often, the database is asked no more than that.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// A database that takes longer is not there for requests either.
const LIMIT: Duration = Duration::from_secs(5);

/// Answers whoever watches over the program: `/healthz`, that it runs, and `/readyz`, that it can answer requests.
///
/// ```
/// use poem::EndpointExt;
/// use refrain::serving::Health;
///
/// # fn build(api: refrain::BuiltApi) {
/// let health = Health::new(api.db());
/// let endpoint = api.into_endpoint().with(health);
/// # let _ = endpoint;
/// # }
/// ```
///
/// | address | answer |
/// |---|---|
/// | `/healthz` | 200; nothing is looked at |
/// | `/readyz` | 200 where the database answers and its migrations are applied; else 503 |
///
/// Nobody is asked who they are, and they are told no more than that. The database is asked once a second at most. What the
/// command line serves has both already, its migrations looked at.
#[derive(Clone)]
pub struct Health {
    ready: Arc<Ready>,
}

struct Ready {
    db: DatabaseConnection,
    migrations: Option<Migrations>,
    /// once they are applied, they are
    migrated: AtomicBool,
    last: Mutex<Option<(Instant, bool)>>,
}

/// Are all applied?
type Migrations = fn(&DatabaseConnection) -> Pin<Box<dyn Future<Output = crate::Result<bool>> + Send + '_>>;

impl Health {
    /// Whether this database answers.
    pub fn new(db: &DatabaseConnection) -> Self {
        Self::looking_at(db, None)
    }

    /// Whether this database answers, and has had these migrations.
    ///
    /// ```
    /// # use refrain::doc_example::Drivers;
    /// use refrain::{BuiltApi, cli::Project, serving::Health};
    ///
    /// fn health(api: &BuiltApi) -> Health {
    ///     Health::with_migrations::<<Drivers as Project>::Migrator>(api.db())
    /// }
    /// ```
    #[cfg(feature = "cli")]
    pub fn with_migrations<M: sea_orm_migration::MigratorTrait>(db: &DatabaseConnection) -> Self {
        Self::looking_at(
            db,
            Some(|db| Box::pin(async move { Ok(M::get_pending_migrations_read_only(db).await?.is_empty()) })),
        )
    }

    fn looking_at(db: &DatabaseConnection, migrations: Option<Migrations>) -> Self {
        let migrated = AtomicBool::new(migrations.is_none());
        Self { ready: Arc::new(Ready { db: db.clone(), migrations, migrated, last: Mutex::default() }) }
    }
}

impl Ready {
    /// By one look for all who ask meanwhile.
    async fn is_ready(&self) -> bool {
        let mut last = self.last.lock().await;
        if let Some((looked, is_ready)) = *last
            && looked.elapsed() < GOOD_FOR
        {
            return is_ready;
        }
        let is_ready = match timeout(LIMIT, self.look()).await {
            Ok(Ok(true)) => true,
            Ok(Ok(false)) => {
                tracing::warn!("not ready: there are migrations that are not applied");
                false
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "not ready: the database does not answer");
                false
            }
            Err(_) => {
                tracing::warn!(limit = ?LIMIT, "not ready: the database does not answer in time");
                false
            }
        };
        *last = Some((Instant::now(), is_ready));
        is_ready
    }

    async fn look(&self) -> crate::Result<bool> {
        self.db.ping().await.map_err(Error::from)?;
        if let Some(migrations) = self.migrations.filter(|_| !self.migrated.load(Ordering::Relaxed)) {
            self.migrated.store(migrations(&self.db).await?, Ordering::Relaxed);
        }
        Ok(self.migrated.load(Ordering::Relaxed))
    }
}

impl<E: Endpoint> Middleware<E> for Health {
    type Output = Watched<E>;

    fn transform(&self, inner: E) -> Self::Output {
        Watched { inner, ready: self.ready.clone() }
    }
}

/// An endpoint beside which the program tells how it does.
pub struct Watched<E> {
    inner: E,
    ready: Arc<Ready>,
}

impl<E: Endpoint> Endpoint for Watched<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let is_well = match request.uri().path() {
            "/healthz" => None,
            "/readyz" => Some(&self.ready),
            _ => return Ok(self.inner.get_response(request).await),
        };
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let problem = Problem::method_not_allowed(request.method()).with_header(header::ALLOW, "GET, HEAD");
            return Ok(problem.into_response());
        }
        let is_well = match is_well {
            Some(ready) => ready.is_ready().await,
            None => true,
        };
        let answer = if is_well { "ok\n".into_response() } else { Problem::unavailable().into_response() };
        Ok(answer.with_header(header::CACHE_CONTROL, "no-store").into_response())
    }
}
