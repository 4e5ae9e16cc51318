//! The drivers, as `cargo run --example drivers` serves them, beside a Django site on the same database. Hashes cost no
//! time, and nobody counts how often passwords are tried: its tests log in often.

use std::process::ExitCode;

use refrain::{
    Api, BuiltApi, Result,
    auth::{Auth, password::Passwords},
    cli::Project,
    model::Models,
};
use refrain_examples::drivers::Drivers;
use sea_orm::DatabaseConnection;

struct Beside;

impl Project for Beside {
    const NAME: &'static str = Drivers::NAME;
    const VERSION: &'static str = Drivers::VERSION;
    const TITLE: &'static str = Drivers::TITLE;
    type Migrator = <Drivers as Project>::Migrator;

    fn models() -> Models {
        Drivers::models()
    }

    fn api(api: Api, db: &DatabaseConnection) -> Result<BuiltApi> {
        // as the site beside has them
        Drivers::api(api.trailing_slashes(), db)
    }

    fn auth() -> Auth {
        Auth::default().with_passwords(Passwords::default().iterations(1)).with_password_tries(None)
    }
}

fn main() -> ExitCode {
    refrain::cli::run::<Beside>()
}
