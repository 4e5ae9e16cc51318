use std::time::Duration;

use poem::{
    EndpointExt,
    listener::{Acceptor, Listener, TcpListener},
};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use sea_orm_migration::MigratorTrait;

use super::{
    Failure, Outcome, Project, Starting,
    arguments::{Database, Serve},
};
use crate::{
    db::Opening,
    migration::WithPermissions,
    serving::{Health, RequestIds},
};

/// Puts everything together before the database is touched, and takes the address before it is changed.
pub(super) async fn run<P: Project>(options: Serve) -> Outcome {
    let auth = P::auth();
    let limits = &options.limits;
    let db = options.database.open_to_serve::<P>(limits.pool()).await?;
    let (backend, direct) = (db.get_database_backend(), options.database.direct::<P>());
    let api = options.defaults.api_with::<P>(&db, &auth, |api| limits.on(api, backend, direct))?;
    let kept = api.kept_users().cloned();
    let documented_at = api.documented_at().map(str::to_owned);
    let ids = options.request_id_header.into_iter().fold(RequestIds::default(), RequestIds::given_in);
    let endpoint = P::endpoint(api)?.with(Health::with_migrations::<P::Migrator>(&db)).with(ids);
    let stop = stop()?;

    let taken = |error| Failure::new(&format!("cannot serve on `{}`", options.bind), error);
    let acceptor = TcpListener::bind(options.bind).into_acceptor().await.map_err(taken)?;
    let own = acceptor.local_addr().iter().find_map(|address| address.as_socket_addr().copied());
    let address = own.unwrap_or(options.bind);

    let is_new = !options.no_migrate && is_empty_file(&db).await?;
    if options.no_migrate {
        warn_of_pending::<P>(&db).await?;
    } else {
        migrate::<P>(&options.database, &db, options.wait.limit::<P>()).await?;
    }
    if let Some(kept) = kept
        && let Err(error) = kept.listen().await
    {
        eprintln!("warning: callers are not kept between requests yet: {error}");
    }
    P::prepare(&Starting { db: &db, auth: &auth, address, is_new }).await?;
    let documented = documented_at.map(|path| format!(", and is documented at http://{address}{path}"));
    println!("{} answers at http://{address}/{}", P::TITLE, documented.unwrap_or_default());

    options.clients.settings().serve(acceptor, endpoint, stop).await;
    db.close().await?;
    Ok(())
}

/// A SQLite database in which there is nothing. Of a server's it is not asked: somebody made it for something.
async fn is_empty_file(db: &DatabaseConnection) -> Outcome<bool> {
    if db.get_database_backend() != DbBackend::Sqlite {
        return Ok(false);
    }
    let anything = Statement::from_string(DbBackend::Sqlite, "SELECT 1 FROM sqlite_master LIMIT 1");
    Ok(db.query_one_raw(anything).await?.is_none())
}

/// Over a connection of its own, where requests' limits do not end what takes long; but for SQLite, whose memory is one
/// connection's.
async fn migrate<P: Project>(database: &Database, serving: &DatabaseConnection, wait: Duration) -> Outcome {
    if serving.get_database_backend() == DbBackend::Sqlite {
        return Ok(WithPermissions::<P>::up_waiting(serving, wait).await?);
    }
    let own = database.open::<P>(Opening::Migrating).await?;
    WithPermissions::<P>::up_waiting(&own, wait).await?;
    Ok(own.close().await?)
}

async fn warn_of_pending<P: Project>(db: &DatabaseConnection) -> Outcome {
    let pending = P::Migrator::get_pending_migrations_read_only(db).await?;
    if let Some(first) = pending.first() {
        eprintln!("warning: {} migrations are not applied, the first of them `{}`", pending.len(), first.name());
    }
    Ok(())
}

/// Ends with the first SIGTERM or Ctrl-C; both are listened to from now on.
#[cfg(unix)]
fn stop() -> Outcome<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop() -> Outcome<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
