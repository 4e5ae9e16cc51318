use std::{env, marker::PhantomData};

use refrain::{
    Api, BuiltApi, Result,
    auth::{Auth, password::Passwords},
    cli::{Project, Starting},
    model::Models,
};
use sea_orm::DatabaseConnection;

/// A program for tests, which log in often.
pub(crate) struct UnderTest<P>(PhantomData<P>);

impl<P: Project> Project for UnderTest<P> {
    const NAME: &'static str = P::NAME;
    const VERSION: &'static str = P::VERSION;
    const TITLE: &'static str = P::TITLE;
    type Migrator = P::Migrator;

    fn models() -> Models {
        P::models()
    }

    fn api(api: Api, db: &DatabaseConnection) -> Result<BuiltApi> {
        // for clients that were made for Django's
        P::api(if env::var_os("TRAILING_SLASHES").is_some() { api.trailing_slashes() } else { api }, db)
    }

    fn auth() -> Auth {
        // tests of the document try wrong passwords more often than anybody may
        Auth::default().with_passwords(Passwords::default().iterations(1)).with_password_tries(None)
    }

    async fn prepare(start: &Starting<'_>) -> Result<()> {
        P::prepare(start).await
    }
}
