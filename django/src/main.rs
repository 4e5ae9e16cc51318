//! The drivers, as `cargo run --example drivers` serves them, beside a Django site on the same database. Hashes cost no
//! time, and nobody counts how often passwords are tried: its tests log in often.

mod services;

use std::{env, process::ExitCode};

use refrain::{
    Api, BuiltApi, ChangePassword, LogIn, LogOut, Me, Result, ViewSet,
    auth::{Auth, password::Passwords},
    cli::Project,
    model::Models,
};
use refrain_examples::drivers::{
    Drivers, access,
    cars::{CarActions, Cars},
    trips::Trips,
};
use sea_orm::{DatabaseConnection, DbBackend};

struct Beside;

impl Project for Beside {
    const NAME: &'static str = Drivers::NAME;
    const VERSION: &'static str = Drivers::VERSION;
    const TITLE: &'static str = Drivers::TITLE;
    type Migrator = <Drivers as Project>::Migrator;

    fn models() -> Models {
        // the address is known here, the database is not yet
        match env::var("DATABASE_URL").is_ok_and(|url| url.starts_with("postgres")) {
            true => Drivers::models().with::<services::native::service::Entity>(),
            false => Drivers::models().with::<services::text::service::Entity>(),
        }
    }

    fn api(api: Api, db: &DatabaseConnection) -> Result<BuiltApi> {
        match db.get_database_backend() {
            DbBackend::Postgres => with_services(api, db, services::native::Services),
            _ => with_services(api, db, services::text::Services),
        }
    }

    fn auth() -> Auth {
        Auth::default().with_passwords(Passwords::default().iterations(1)).with_password_tries(None)
    }
}

/// What the drivers mount and tests ask, and the services; paths as the site beside has them.
fn with_services(api: Api, db: &DatabaseConnection, services: impl ViewSet) -> Result<BuiltApi> {
    let (authenticators, _) = access::authenticators(db)?;
    api.trailing_slashes()
        .authenticators(authenticators)
        .mount(Cars)
        .with(CarActions)
        .mount(Trips)
        .mount(services)
        .with(ChangePassword)
        .with(LogIn)
        .with(LogOut)
        .with(Me)
        .build()
}

fn main() -> ExitCode {
    refrain::cli::run::<Beside>()
}
