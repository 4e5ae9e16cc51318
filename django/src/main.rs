//! The drivers, as `cargo run --example drivers` serves them, beside a Django site on the same database, for clients that
//! were made for the site. Hashes cost no time, and nobody counts how often passwords are tried: its tests log in often.
//!
//! `AUTH_USER_MODEL=club.Member` says that the site's users are its own; then only trips are served.

mod member_trips;
mod members;
mod services;

use std::{env, process::ExitCode};

use poem::{EndpointExt, Response, endpoint::BoxEndpoint};
use refrain::{
    Api, BuiltApi, ChangePassword, LogIn, LogOut, Me, Result, ViewSet,
    auth::{Auth, password::Passwords},
    cli::Project,
    migration::{self, MigrationTrait, MigratorTrait},
    model::Models,
    serving::SecurityHeaders,
};
use refrain_examples::drivers::{
    self, Drivers, access, car,
    cars::{CarActions, Cars},
    trips::Trips,
};
use sea_orm::{DatabaseConnection, DbBackend};

struct Beside;

impl Project for Beside {
    const NAME: &'static str = Drivers::NAME;
    const VERSION: &'static str = Drivers::VERSION;
    const TITLE: &'static str = Drivers::TITLE;
    type Migrator = Tables;

    fn models() -> Models {
        // the address is known here, the database is not yet
        let is_postgres = env::var("DATABASE_URL").is_ok_and(|url| url.starts_with("postgres"));
        let cars = Models::default().with::<car::Entity>();
        match (users_are_members(), is_postgres) {
            (false, true) => Drivers::models().with::<services::native::service::Entity>(),
            (false, false) => Drivers::models().with::<services::text::service::Entity>(),
            (true, true) => cars.with::<member_trips::native::trip::Entity>(),
            (true, false) => cars.with::<member_trips::text::trip::Entity>(),
        }
    }

    fn api(api: Api, db: &DatabaseConnection) -> Result<BuiltApi> {
        let api = for_clients_of_the_site(api, db)?;
        match (users_are_members(), db.get_database_backend()) {
            (false, DbBackend::Postgres) => with_services(api, services::native::Services),
            (false, _) => with_services(api, services::text::Services),
            (true, DbBackend::Postgres) => with_trips(api, member_trips::native::Trips),
            (true, _) => with_trips(api, member_trips::text::Trips),
        }
    }

    fn endpoint(api: BuiltApi) -> Result<BoxEndpoint<'static, Response>> {
        Ok(api.into_endpoint().with(SecurityHeaders::default()).map_to_response().boxed())
    }

    fn auth() -> Auth {
        let auth = if users_are_members() { members::auth() } else { Auth::default() };
        auth.with_passwords(Passwords::default().iterations(1)).with_password_tries(None)
    }
}

/// Those of the drivers, whosever the users are.
struct Tables;

impl MigratorTrait for Tables {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut of_drivers = drivers::migration::Migrator::migrations();
        if !users_are_members() {
            return of_drivers;
        }
        let mut all = migration::tables(members::table());
        all.extend(migration::named_tokens(members::table()));
        all.extend(of_drivers.pop());
        all
    }
}

fn users_are_members() -> bool {
    env::var("AUTH_USER_MODEL").is_ok_and(|model| model == "club.Member")
}

/// Paths, errors and links as the site beside has them.
fn for_clients_of_the_site(api: Api, db: &DatabaseConnection) -> Result<Api> {
    let (authenticators, _) = access::authenticators(db)?;
    let api = api.trailing_slashes().drf_errors().authenticators(authenticators);
    Ok(match env::var("SITE_URL") {
        Ok(origin) => api.absolute_links(&origin),
        Err(_) => api,
    })
}

/// What the drivers mount and tests ask, and the services.
fn with_services(api: Api, services: impl ViewSet) -> Result<BuiltApi> {
    let api = api.mount(Cars).with(CarActions).mount(Trips).mount(services);
    api.with(ChangePassword).with(LogIn).with(LogOut).with(Me).build()
}

/// The same of a site with users of its own: trips alone.
fn with_trips(api: Api, trips: impl ViewSet) -> Result<BuiltApi> {
    api.mount(trips).with(ChangePassword).with(LogIn).with(LogOut).with(Me).build()
}

fn main() -> ExitCode {
    refrain::cli::run::<Beside>()
}
