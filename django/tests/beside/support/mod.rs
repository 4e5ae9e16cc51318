//! The site, the program, and what they answer.

mod answer;
mod program;
mod site;

pub use answer::{Answer, Request};
pub use program::Program;
pub use site::{Site, Version, answer, tool};

/// What both sign with.
pub const KEY: &str = "what both sites sign with: $e%(c";

/// Runs `name(db, site)` on every database, beside each version of Django: `name::django_5_2::sqlite` and so on.
macro_rules! beside_django {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            use refrain_testing::{TestDb, every_database};

            use crate::support::{Site, Version};

            #[every_database(tables = none)]
            async fn django_5_2(db: TestDb) {
                let site = Site::start(Version::LongTerm, &db.url());
                super::$name(&db, site.expect("the environment has it")).await;
            }

            #[every_database(tables = none)]
            async fn newest(db: TestDb) {
                if let Some(site) = Site::start(Version::Newest, &db.url()) {
                    super::$name(&db, site).await;
                }
            }
        }
    )*};
}

pub(crate) use beside_django;
