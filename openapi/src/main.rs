//! The drivers, as `cargo run --example drivers` serves them, with hashes that cost no time: its tests log in often.

use std::process::ExitCode;

use refrain::{
    Api, BuiltApi, Result,
    auth::{Auth, password::Passwords},
    cli::{Project, Starting},
    model::Models,
};
use refrain_examples::drivers::Drivers;
use sea_orm::DatabaseConnection;

struct UnderTest;

impl Project for UnderTest {
    const NAME: &'static str = Drivers::NAME;
    const VERSION: &'static str = Drivers::VERSION;
    const TITLE: &'static str = Drivers::TITLE;
    type Migrator = <Drivers as Project>::Migrator;

    fn models() -> Models {
        Drivers::models()
    }

    fn api(api: Api, db: &DatabaseConnection) -> Result<BuiltApi> {
        Drivers::api(api, db)
    }

    fn auth() -> Auth {
        // tests of the document try wrong passwords more often than anybody may
        Auth::default().with_passwords(Passwords::default().iterations(1)).with_password_tries(None)
    }

    async fn prepare(start: &Starting<'_>) -> Result<()> {
        Drivers::prepare(start).await
    }
}

fn main() -> ExitCode {
    refrain::cli::run::<UnderTest>()
}
