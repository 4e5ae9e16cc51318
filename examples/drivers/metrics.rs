//! Numbers for Prometheus, at an address of their own: they are not for everybody.

use std::{env, net::SocketAddr};

use metrics_exporter_prometheus::PrometheusBuilder;
use poem::{
    Route,
    endpoint::make_sync,
    get,
    listener::{Listener, TcpListener},
};
use refrain::{Error, Result, ServeSettings};

/// Serves them at `http://METRICS_BIND/metrics`, where that is set.
pub async fn serve() -> Result<()> {
    let Ok(bind) = env::var("METRICS_BIND") else { return Ok(()) };
    let mistake = |what: String| Error::wiring(format!("METRICS_BIND: {what}"));
    let address: SocketAddr = bind.parse().map_err(|_| mistake(format!("`{bind}` is no address with a port")))?;
    let handle = PrometheusBuilder::new().install_recorder().map_err(|error| mistake(error.to_string()))?;
    let acceptor = TcpListener::bind(address).into_acceptor().await.map_err(|error| mistake(error.to_string()))?;
    let routes = Route::new().at("/metrics", get(make_sync(move |_| handle.render())));
    tokio::spawn(ServeSettings::default().serve(acceptor, routes, std::future::pending()));
    Ok(())
}
