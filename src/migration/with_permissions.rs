use std::{marker::PhantomData, time::Duration};

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseExecutor, DbErr, DynIden, TransactionTrait};
use sea_orm_migration::{IntoSchemaManagerConnection, MigrationTrait, MigratorTrait, SchemaManager};

use super::MigrationLock;
use crate::{
    Db, Error, Result,
    auth::sync::{SyncOptions, SyncReport},
    cli::Project,
    db::Executor,
    error::causes,
};

/// A project's migrations, each run of which ends by making the permissions that its models declare.
///
/// ```no_run
/// # use refrain::{cli::Project, migration::WithPermissions};
/// use refrain::migration::MigratorTrait;
///
/// # async fn run<P: Project>(db: &sea_orm::DatabaseConnection) -> Result<(), sea_orm::DbErr> {
/// WithPermissions::<P>::up(db, None).await
/// # }
/// ```
///
/// For programs that have a command line of their own, or none: [`cli::run`](crate::cli::run) does the same. Permissions
/// are made after `up`, `fresh` and `refresh` alike. Programs that start together wait for each other, for
/// [`Project::MIGRATION_WAIT`]: one migrates. `fresh`, which drops every table there is, is refused on a database in which
/// Django's tables are not Refrain's. Nothing is asked before users are dropped, as the command line does.
#[doc(alias = "post_migrate")]
pub struct WithPermissions<P>(PhantomData<fn() -> P>);

impl<P: Project> WithPermissions<P> {
    /// Adds the content types and permissions that the database lacks; `None` where it has no tables for them yet.
    pub(crate) async fn sync(db: Db<'_>, options: &SyncOptions) -> Result<Option<SyncReport>> {
        let manager = match db.executor() {
            Executor::Connection(db) => SchemaManager::new(db),
            Executor::Transaction(db) => SchemaManager::new(db),
        };
        if !manager.has_table("auth_permission").await? {
            return Ok(None);
        }
        P::auth().sync_permissions(db, &P::models(), options).await.map(Some)
    }

    /// Refuses to drop what somebody else made.
    pub(crate) async fn refuse_adopted(db: &impl ConnectionTrait) -> Result<()> {
        let adopted = refrain_migration::adopted_tables(db).await?;
        let Some(first) = adopted.first() else { return Ok(()) };
        Err(Error::invalid(format!(
            "`fresh` drops every table, and this database has tables that Refrain did not make: `{first}`{}",
            if adopted.len() > 1 { format!(" and {} more", adopted.len() - 1) } else { String::new() }
        )))
    }

    /// To drop tables in any order, foreign keys are switched off on SQLite, which is a connection's own setting: a pool
    /// of several would drop them over another one.
    async fn drop_and_apply<'c, C>(db: &'c C, executor: Db<'c>) -> Result<(), DbErr>
    where
        &'c C: IntoSchemaManagerConnection<'c>,
    {
        #[cfg(feature = "sqlite")]
        if let Executor::Connection(pool) = executor.executor()
            && pool.get_database_backend() == sea_orm::DbBackend::Sqlite
            && pool.get_sqlite_connection_pool().options().get_max_connections() > 1
        {
            let options = pool.get_sqlite_connection_pool().connect_options().as_ref().clone();
            let alone = sea_orm::sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options);
            let alone = sea_orm::DatabaseConnection::from(alone);
            let applied = P::Migrator::fresh(&alone).await;
            alone.close().await?;
            return applied;
        }
        let _ = executor;
        P::Migrator::fresh(db).await
    }

    /// Applies every migration; another program that does is waited for so long.
    pub(crate) async fn up_waiting(db: &DatabaseConnection, wait: Duration) -> Result<()> {
        Self::run_on(db, db.into(), Step::Up(None), wait).await
    }

    async fn run(executor: DatabaseExecutor<'_>, step: Step) -> Result<(), DbErr> {
        let done = match executor {
            DatabaseExecutor::Connection(db) => Self::run_on(db, db.into(), step, P::MIGRATION_WAIT).await,
            DatabaseExecutor::Transaction(db) => Self::run_on(db, db.into(), step, P::MIGRATION_WAIT).await,
            DatabaseExecutor::OwnedTransaction(db) => {
                match Self::run_on(&db, (&db).into(), step, P::MIGRATION_WAIT).await {
                    Ok(()) => db.commit().await.map_err(Error::from),
                    failed => failed,
                }
            }
        };
        done.map_err(|error| match error {
            Error::Database(error) => error,
            error => DbErr::Migration(causes(&error)),
        })
    }

    async fn run_on<'c, C>(db: &'c C, executor: Db<'c>, step: Step, wait: Duration) -> Result<()>
    where
        C: ConnectionTrait + TransactionTrait,
        &'c C: IntoSchemaManagerConnection<'c>,
    {
        let lock = MigrationLock::take(executor, wait).await?;
        let done = Self::locked(db, executor, step).await;
        lock.release().await?;
        done
    }

    async fn locked<'c, C>(db: &'c C, executor: Db<'c>, step: Step) -> Result<()>
    where
        C: ConnectionTrait + TransactionTrait,
        &'c C: IntoSchemaManagerConnection<'c>,
    {
        match step {
            Step::Up(steps) => P::Migrator::up(db, steps).await?,
            Step::Refresh => P::Migrator::refresh(db).await?,
            Step::Down(steps) => return Ok(P::Migrator::down(db, steps).await?),
            Step::Reset => return Ok(P::Migrator::reset(db).await?),
            Step::Fresh => {
                Self::refuse_adopted(db).await?;
                Self::drop_and_apply(db, executor).await?;
            }
        }
        match Self::sync(executor, &SyncOptions::default()).await? {
            Some(report) => tracing::info!(added = report.created.len(), "made the permissions"),
            None => tracing::info!("no permissions are made before Django's tables are"),
        }
        Ok(())
    }
}

enum Step {
    Up(Option<u32>),
    Fresh,
    Refresh,
    Down(Option<u32>),
    Reset,
}

#[async_trait]
impl<P: Project> MigratorTrait for WithPermissions<P> {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        P::Migrator::migrations()
    }

    fn migration_table_name() -> DynIden {
        P::Migrator::migration_table_name()
    }

    async fn up<'c, C: IntoSchemaManagerConnection<'c>>(db: C, steps: Option<u32>) -> Result<(), DbErr> {
        Self::run(db.into_database_executor(), Step::Up(steps)).await
    }

    async fn fresh<'c, C: IntoSchemaManagerConnection<'c>>(db: C) -> Result<(), DbErr> {
        Self::run(db.into_database_executor(), Step::Fresh).await
    }

    async fn refresh<'c, C: IntoSchemaManagerConnection<'c>>(db: C) -> Result<(), DbErr> {
        Self::run(db.into_database_executor(), Step::Refresh).await
    }

    async fn down<'c, C: IntoSchemaManagerConnection<'c>>(db: C, steps: Option<u32>) -> Result<(), DbErr> {
        Self::run(db.into_database_executor(), Step::Down(steps)).await
    }

    async fn reset<'c, C: IntoSchemaManagerConnection<'c>>(db: C) -> Result<(), DbErr> {
        Self::run(db.into_database_executor(), Step::Reset).await
    }
}
