use std::{io, pin::pin, sync::Arc, time::Duration};

use poem::{EndpointExt, IntoEndpoint, listener::Acceptor};
use tokio::{
    sync::{Semaphore, watch},
    time::{sleep, timeout},
};

use super::{
    ServeSettings,
    activity::Activity,
    connection::{Ends, answer, protocol},
    limited_io::LimitedIo,
};

/// How long nothing is accepted after it failed: what is lacking then is not there again at once.
const PAUSE: Duration = Duration::from_millis(200);

/// How long connections that are cut off may take to be gone.
const GOING: Duration = Duration::from_secs(1);

/// How far the server is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stage {
    Serving,
    /// No new requests; those under way are answered.
    Finishing,
    /// Nothing is waited for any longer.
    Over,
}

/// Accepts connections until `stop` is done; returns when those that are under way are answered, or took too long.
pub(super) async fn serve<A, E>(settings: ServeSettings, mut acceptor: A, endpoint: E, stop: impl Future<Output = ()>)
where
    A: Acceptor + 'static,
    E: IntoEndpoint,
    E::Endpoint: 'static,
{
    let endpoint = Arc::new(endpoint.into_endpoint().map_to_response());
    let protocol = protocol(&settings);
    let settings = Arc::new(settings);
    let places = Arc::new(Semaphore::new(settings.max_connections as usize));
    let (stage, _) = watch::channel(Stage::Serving);
    let mut stop = pin!(stop);
    let mut fails = false;

    loop {
        let next = async {
            // never closed
            let place = places.clone().acquire_owned().await.map_err(io::Error::other)?;
            Ok((place, acceptor.accept().await?))
        };
        let accepted: io::Result<_> = tokio::select! {
            () = &mut stop => break,
            accepted = next => accepted,
        };
        match accepted {
            Ok((place, (io, local, remote, scheme))) => {
                fails = false;
                let activity = Activity::new(settings.clone());
                let io = LimitedIo::new(io, activity.clone(), place);
                let ends = Ends { local, remote, scheme };
                let (endpoint, settings) = (endpoint.clone(), settings.clone());
                tokio::spawn(answer(io, ends, endpoint, protocol.clone(), settings, activity, stage.subscribe()));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                if !std::mem::replace(&mut fails, true) {
                    tracing::error!(%error, "no connection can be accepted; trying again until one can");
                }
                tokio::select! {
                    () = &mut stop => break,
                    () = sleep(PAUSE) => {}
                }
            }
        }
    }

    drop(acceptor);
    stage.send_replace(Stage::Finishing);
    let all = || places.acquire_many(settings.max_connections);
    if timeout(settings.shutdown_timeout, all()).await.is_err() {
        tracing::warn!(limit = ?settings.shutdown_timeout, "requests under way took too long, and were given up");
        stage.send_replace(Stage::Over);
        let _ = timeout(GOING, all()).await;
    }
}

/// A client that went away before it was accepted: the next one may be there already.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
