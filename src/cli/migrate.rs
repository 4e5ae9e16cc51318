use sea_orm::DatabaseConnection;
use sea_orm_migration::{MigratorTrait, migrator::MigrationStatus};

use super::{
    Outcome, Project,
    arguments::{Migrate, Step},
    drop_users, sync_permissions,
};
use crate::{
    auth::sync::SyncOptions,
    db::Opening,
    migration::{MigrationLock, WithPermissions},
};

pub(super) async fn run<P: Project>(options: Migrate) -> Outcome {
    let db = options.database.open::<P>(Opening::Migrating).await?;
    match options.step.unwrap_or(Step::Up { steps: None }) {
        Step::Status => status::<P>(&db).await,
        step => {
            drop_users::ask::<P>(&db, step).await?;
            let lock = MigrationLock::take((&db).into(), options.wait.limit::<P>()).await?;
            let done = run_alone::<P>(&db, step).await;
            lock.release().await?;
            done
        }
    }
}

async fn run_alone<P: Project>(db: &DatabaseConnection, step: Step) -> Outcome {
    let before = applied::<P>(db).await?;
    match step {
        Step::Status => return status::<P>(db).await,
        Step::Down { steps, .. } => {
            P::Migrator::down(db, Some(steps)).await?;
            let after = applied::<P>(db).await?;
            before.iter().rev().filter(|name| !after.contains(name)).for_each(|name| println!("rolled back {name}"));
            return Ok(());
        }
        Step::Up { steps } => {
            P::Migrator::up(db, steps).await?;
            let after = applied::<P>(db).await?;
            after.iter().filter(|name| !before.contains(name)).for_each(|name| println!("applied {name}"));
            if after == before {
                println!("every migration was applied already");
            }
        }
        Step::Refresh { .. } => {
            P::Migrator::refresh(db).await?;
            println!("rolled back and applied every migration");
        }
        Step::Fresh { .. } => {
            WithPermissions::<P>::refuse_adopted(db).await?;
            P::Migrator::fresh(db).await?;
            println!("dropped every table and applied every migration");
        }
    }
    match WithPermissions::<P>::sync(db.into(), &SyncOptions::default()).await? {
        Some(report) => sync_permissions::print(&report),
        None => println!("no permissions are made before Django's tables are"),
    }
    Ok(())
}

async fn status<P: Project>(db: &DatabaseConnection) -> Outcome {
    for migration in P::Migrator::get_migration_with_status_read_only(db).await? {
        let applied = migration.status() == MigrationStatus::Applied;
        println!("{}  {}", if applied { "applied" } else { "pending" }, migration.name());
    }
    Ok(())
}

async fn applied<P: Project>(db: &DatabaseConnection) -> Outcome<Vec<String>> {
    let applied = P::Migrator::get_applied_migrations_read_only(db).await?;
    Ok(applied.iter().map(|migration| migration.name().to_owned()).collect())
}
