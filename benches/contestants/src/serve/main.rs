//! Serves the routes of the HTTP bench by another library: `serve poem-grants URL` prints its address and serves that
//! database until it is killed.

mod caller;
mod crudcrate;
mod poem_grants;

use std::{env, time::Duration};

use sea_orm::{ConnectOptions, Database};
use tokio::net::TcpListener;

/// As many to the database as the bench's own servers have.
const CONNECTIONS: u32 = 8;

#[tokio::main]
async fn main() {
    let arguments = env::args().skip(1).collect::<Vec<_>>();
    let [name, url] = arguments.as_slice() else { panic!("a contestant and a database are named") };
    let mut options = ConnectOptions::new(url);
    options.min_connections(CONNECTIONS).max_connections(CONNECTIONS).sqlx_logging(false);
    // no connection is opened anew while it is measured
    let day = Duration::from_secs(86_400);
    options.idle_timeout(day).max_lifetime(day);
    let db = Database::connect(options).await.expect("the database is there");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    println!("{}", listener.local_addr().expect("an address"));
    match name.as_str() {
        "poem-grants" => poem_grants::serve(listener, db).await,
        "crudcrate" => crudcrate::serve(listener, db).await,
        _ => panic!("`{name}` is not served by this program"),
    }
}
