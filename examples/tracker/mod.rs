//! The tracker: organizations and who belongs to them, their projects, tasks and comments.
//!
//! | file | what is in it, and the rule that it says |
//! |---|---|
//! | `organizations.rs` | who belongs to an organization sees it, its admins change it |
//! | `memberships.rs` | who sees the organization sees who belongs to it, who changes it changes that |
//! | `projects.rs` | the same of projects; and outsiders whom one was shared with see it |
//! | `tasks.rs` | who sees the project sees its tasks, but for private ones |
//! | `comments.rs` | who sees the task sees and writes its comments, authors change theirs |
//! | `migration.rs` | the tables |
//! | `demo.rs` | somebody to try it as |
//!
//! Every rule but the first follows a key to the one above it: none is said twice.

pub mod comments;
pub mod demo;
pub mod memberships;
pub mod migration;
pub mod organizations;
pub mod projects;
pub mod tasks;

use refrain::{
    Api, BuiltApi, Error, Me, ObtainToken, Result,
    cli::{Project, Starting},
    model::Models,
    sessions::SecretKey,
};
use sea_orm::DatabaseConnection;

use self::{
    comments::{Comments, comment},
    memberships::{Memberships, membership},
    organizations::{Organizations, organization},
    projects::{ProjectActions, Projects, project},
    tasks::{TaskActions, Tasks, task},
};

/// What cursors are sealed with: the same on every node, so that each takes up where another left off.
fn secret_key(db: &DatabaseConnection) -> Result<SecretKey> {
    match std::env::var("SECRET_KEY").ok().filter(|key| !key.is_empty()) {
        Some(key) => SecretKey::new(key),
        None => SecretKey::kept_beside(db)?.ok_or_else(|| Error::invalid("a server's database needs a SECRET_KEY")),
    }
}

/// The program.
pub struct Tracker;

impl Tracker {
    /// What it is made of; the key seals cursors.
    pub fn parts(api: Api, key: SecretKey) -> Result<BuiltApi> {
        api.secret_key(key)
            .mount(Organizations)
            .mount(Memberships)
            .mount(Projects)
            .with(ProjectActions)
            .mount(Tasks)
            .with(TaskActions)
            .mount(Comments)
            .with(ObtainToken)
            .with(Me)
            .build()
    }
}

impl Project for Tracker {
    const NAME: &'static str = "tracker";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const TITLE: &'static str = "Tracker";
    type Migrator = migration::Migrator;

    fn models() -> Models {
        Models::default()
            .with::<organization::Entity>()
            .with::<membership::Entity>()
            .with::<project::Entity>()
            .with::<task::Entity>()
            .with::<comment::Entity>()
    }

    fn api(api: Api, db: &DatabaseConnection) -> Result<BuiltApi> {
        Self::parts(api, secret_key(db)?)
    }

    async fn prepare(start: &Starting<'_>) -> Result<()> {
        // who knows the password of a superuser owns the database: one that was there before is left alone
        let wanted = std::env::var("DEMO_DATA").unwrap_or_default();
        if wanted == "0" {
            return Ok(());
        }
        if start.is_new || wanted == "1" {
            demo::add(start.db, start.auth).await?;
        }
        print!("{}", demo::greeting(start.address, &demo::people(start.db, start.auth).await?));
        Ok(())
    }
}
