//! The drivers: two models, their viewsets, and what a program is made of.
//!
//! | file | what is in it |
//! |---|---|
//! | `car.rs`, `trip.rs` | the models, and the permissions they declare |
//! | `cars.rs`, `trips.rs` | their viewsets; publishing and exporting cars |
//! | `access.rs` | who is asked who callers are, and what signs their sessions |
//! | `accounts.rs` | links that register people and reset their passwords, printed instead of sent |
//! | `metrics.rs` | numbers for Prometheus |
//! | `migration.rs` | the tables |
//! | `demo.rs` | somebody to try it as |

pub mod access;
pub mod accounts;
pub mod car;
pub mod cars;
pub mod demo;
pub mod metrics;
pub mod migration;
pub mod trip;
pub mod trips;

use poem::{EndpointExt, Response, endpoint::BoxEndpoint};
use refrain::{
    Api, BuiltApi, ChangePassword, LogIn, LogOut, Me, NamedTokens, ObtainToken, Result,
    cli::{Project, Starting},
    model::Models,
    serving::{Cors, SecurityHeaders},
};
use sea_orm::DatabaseConnection;

/// The program.
pub struct Drivers;

impl Project for Drivers {
    const NAME: &'static str = "drivers";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const TITLE: &'static str = "Drivers";
    type Migrator = migration::Migrator;

    fn models() -> Models {
        Models::default().with::<car::Entity>().with::<trip::Entity>()
    }

    fn api(api: Api, db: &DatabaseConnection) -> Result<BuiltApi> {
        let (authenticators, key) = access::authenticators(db)?;
        let api = api
            .authenticators(authenticators)
            .counts(access::counts()?)
            .mount(cars::Cars)
            .with(cars::CarActions)
            .mount(trips::Trips)
            .with(ObtainToken)
            .with(NamedTokens::default())
            .with(Me)
            .with(ChangePassword);
        let Some(key) = key else { return api.build() };
        let api = api.with(LogIn).with(LogOut);
        api.with(accounts::reset_password(key.clone())).with(accounts::register(key)).build()
    }

    fn endpoint(api: BuiltApi) -> Result<BoxEndpoint<'static, Response>> {
        let origins = access::listed("ALLOWED_ORIGINS");
        let endpoint = api.into_endpoint().with(SecurityHeaders::default()).with(Cors::new(origins));
        Ok(endpoint.map_to_response().boxed())
    }

    async fn prepare(start: &Starting<'_>) -> Result<()> {
        metrics::serve().await?;
        if access::secret_key(start.db)?.is_none() {
            eprintln!(
                "no SECRET_KEY: nobody logs in by a session, registers, or resets a password; /api/auth/login and their \
                 like are not there"
            );
        }
        // who knows the password of a superuser owns the database: one that was there before is left alone
        let wanted = std::env::var("DEMO_DATA").unwrap_or_default();
        if wanted == "0" {
            return Ok(());
        }
        if start.is_new || wanted == "1" {
            demo::add(start.db, start.auth).await?;
        }
        let people = demo::people(start.db, start.auth).await?;
        print!("{}", demo::greeting(start.address, &people));
        Ok(())
    }
}
