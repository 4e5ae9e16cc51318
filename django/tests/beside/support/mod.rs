//! The site, the program, and what they answer.

mod answer;
mod client;
mod nginx;
mod program;
mod served;
mod site;

pub use answer::{Answer, Request};
pub use client::Client;
pub use nginx::{Nginx, free_address};
pub use program::Program;
pub use served::Served;
pub use site::{Site, Users, Version, answer, tool};

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

/// The same beside a site whose users are members of a club: `name::members::sqlite` and so on.
macro_rules! beside_members {
    ($($name:ident),* $(,)?) => {
        mod members {
            use refrain_testing::{TestDb, every_database};

            use crate::support::{Site, Users, Version};

            $(
                #[every_database(tables = none)]
                async fn $name(db: TestDb) {
                    let site = Site::start_with(Version::LongTerm, Users::Members, &db.url());
                    super::$name(&db, site.expect("the environment has it")).await;
                }
            )*
        }
    };
}

pub(crate) use beside_members;
