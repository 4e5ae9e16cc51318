//! The program: its models and its API.

pub mod migration;
pub mod notes;

use refrain::{Api, BuiltApi, Me, ObtainToken, Result, cli::Project, model::Models};
use sea_orm::DatabaseConnection;

/// What the command line runs, and tests are made of.
pub struct {{program}};

impl Project for {{program}} {
    const NAME: &'static str = "{{project-name}}";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Migrator = migration::Migrator;

    fn models() -> Models {
        Models::default().with::<notes::note::Entity>()
    }

    fn api(api: Api, _db: &DatabaseConnection) -> Result<BuiltApi> {
        api.mount(notes::Notes).with(ObtainToken).with(Me).build()
    }
}
