//! Sites of people for the tests on users, groups and permissions: one with Django's own users, one with a site's own.

#![allow(dead_code, missing_docs, unreachable_pub, unused_macros)]

use std::collections::HashSet;

use refrain::{
    Model, Result,
    auth::{
        Auth, NewUser, User,
        password::Passwords,
        sync::{SyncOptions, SyncReport},
    },
    entity::{Key, UserTable},
    model::Models,
};
use refrain_testing::TestDb;
use sea_orm::{ConnectionTrait, TryGetable};

/// Each test twice: with Django's own users, and with a site's own, whose keys are uuids.
macro_rules! with_either_key {
    ($($test:ident),* $(,)?) => {
        mod with_integer_keys {
            $(
                #[refrain_testing::every_database]
                async fn $test(db: refrain_testing::TestDb) -> refrain::Result<()> {
                    super::$test(db, crate::people::django()).await
                }
            )*
        }

        mod with_uuid_keys {
            $(
                #[refrain_testing::every_database(tables = uuid_users)]
                async fn $test(db: refrain_testing::TestDb) -> refrain::Result<()> {
                    super::$test(db, crate::people::members()).await
                }
            )*
        }
    };
}

/// Models of no table, for what they declare: `truck: app = "garage", model = "Truck";`.
macro_rules! models {
    ($($name:ident: $($attribute:ident $(= $text:literal)? $(($($inner:tt)*))?),+;)*) => {$(
        #[allow(unreachable_pub)]
        mod $name {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]
            #[sea_orm(table_name = "declared_only")]
            #[refrain($($attribute $(= $text)? $(($($inner)*))?),+)]
            pub struct Model {
                #[sea_orm(primary_key)]
                pub id: i64,
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    )*};
}

/// Django's own users, with hashing that costs nothing.
pub fn django() -> Auth {
    Auth::default().with_passwords(quick())
}

/// A site's own users, with uuid keys.
pub fn members() -> Auth {
    Auth::new(UserTable::custom("club", "Member", Key::Uuid)).with_passwords(quick())
}

fn quick() -> Passwords {
    Passwords::default().iterations(1)
}

/// A user with a plain name and nothing else.
pub async fn someone(auth: &Auth, db: &TestDb, name: &str) -> Result<User> {
    auth.create_user(db.db(), NewUser::new(name)).await
}

/// Synchronises one model's permissions.
pub async fn declare<M: Model>(auth: &Auth, db: &TestDb) -> Result<SyncReport> {
    auth.sync_permissions(db.db(), &Models::default().with::<M>(), &SyncOptions::default()).await
}

/// Labels as the library hands them out.
pub fn labels(labels: &[&str]) -> HashSet<String> {
    labels.iter().map(|label| (*label).to_owned()).collect()
}

/// The only column of a query.
pub async fn column<T: TryGetable>(db: &TestDb, sql: &str) -> Result<Vec<T>> {
    let rows = db.query_all_raw(db.statement(sql)).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}

pub async fn run(db: &TestDb, sql: &str) -> Result<()> {
    db.execute_unprepared(sql).await?;
    Ok(())
}

/// As a database is that Django made.
pub async fn adopt(db: &TestDb) -> Result<()> {
    run(db, "DROP TABLE refrain_made_tables").await
}
