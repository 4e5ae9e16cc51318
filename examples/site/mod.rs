//! The drivers' cars as pages, rendered by the server.
//!
//! | file | what is in it |
//! |---|---|
//! | `pages.rs` | the pages, and who is let in to each |
//! | `inside.rs` | how a page asks the API: no page decides anything |
//! | `forms.rs` | what browsers send |
//! | `templates` | what is shown |

mod forms;
mod inside;
mod pages;

use poem::{EndpointExt, Response, endpoint::BoxEndpoint};
use refrain::{
    Api, BuiltApi, Error, Result,
    authentication::{Authenticators, SessionAuthentication},
    cli::{Project, Starting},
    model::Models,
    serving::SecurityHeaders,
    sessions::Sessions,
};
use sea_orm::DatabaseConnection;

use crate::drivers::{Drivers, access, cars, demo};

/// The program.
pub struct Site;

impl Project for Site {
    const NAME: &'static str = "site";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const TITLE: &'static str = "Site";
    type Migrator = <Drivers as Project>::Migrator;

    fn models() -> Models {
        Drivers::models()
    }

    fn api(api: Api, db: &DatabaseConnection) -> Result<BuiltApi> {
        let key = access::secret_key(db)?.ok_or_else(|| Error::wiring("SECRET_KEY is not set: it signs sessions"))?;
        let authenticators = Authenticators::none().with(SessionAuthentication::new(Sessions::new(key)));
        let api = api.authenticators(authenticators).counts(access::counts()?).without_document();
        api.mount(cars::Cars).with(cars::CarActions).build()
    }

    fn endpoint(api: BuiltApi) -> Result<BoxEndpoint<'static, Response>> {
        Ok(pages::routes(api)?.with(SecurityHeaders::default()).map_to_response().boxed())
    }

    async fn prepare(start: &Starting<'_>) -> Result<()> {
        if start.is_new {
            demo::add(start.db, start.auth).await?;
            println!("Log in as alice, bob or root, with the password `{}`.", demo::PASSWORD);
        }
        Ok(())
    }
}
