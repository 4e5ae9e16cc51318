//! Users, groups and what they hold are dropped where somebody said so, and not by the way.

use std::io::{self, IsTerminal};

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use sea_orm_migration::{MigrationTrait, MigratorTrait};

use super::{Failure, Outcome, Project, arguments::Step, prompt};
use crate::{auth::TOKEN_TABLE, db::quoted, migration};

/// What a migration fills itself, so that nothing is lost with it.
const MADE_AGAIN: [&str; 3] = ["django_migrations", "django_content_type", "auth_permission"];

/// Asks whether a step may drop what nobody can make again, unless the command line said so.
pub(super) async fn ask<P: Project>(db: &DatabaseConnection, step: Step) -> Outcome {
    let (name, consent) = match step {
        Step::Up { .. } | Step::Status => return Ok(()),
        Step::Down { consent, .. } => ("down", consent),
        Step::Fresh { consent } => ("fresh", consent),
        Step::Refresh { consent } => ("refresh", consent),
    };
    if consent.drop_users {
        return Ok(());
    }
    let lost = match drops::<P>(db, step).await? {
        Drops::Nothing => return Ok(()),
        Drops::Tokens => lost(db, |table| table == TOKEN_TABLE).await?,
        Drops::Everything => lost(db, |table| !MADE_AGAIN.contains(&table)).await?,
    };
    if lost.is_empty() {
        return Ok(());
    }
    let sentence = format!("`migrate {name}` drops what is in {}", lost.join(", "));
    if !io::stdin().is_terminal() {
        return Err(Failure::saying(format!("{sentence}: where that is meant, add `--drop-users`")));
    }
    match prompt::line(&format!("{sentence}. Write `yes` to go on: "))?.trim() {
        "yes" => Ok(()),
        _ => Err(Failure::saying("nothing was changed")),
    }
}

/// What a step drops of what nobody can make again.
enum Drops {
    Nothing,
    Tokens,
    Everything,
}

async fn drops<P: Project>(db: &DatabaseConnection, step: Step) -> Outcome<Drops> {
    let most = match step {
        // whatever is recorded as applied
        Step::Fresh { .. } => return Ok(Drops::Everything),
        Step::Down { steps, .. } => steps as usize,
        _ => usize::MAX,
    };
    let users = P::auth().users().clone();
    let applied = P::Migrator::get_applied_migrations_read_only(db).await?;
    let rolls_back = |migrations: Vec<Box<dyn MigrationTrait>>| {
        let is_one = |name: &str| migrations.iter().any(|migration| migration.name() == name);
        applied.iter().rev().take(most).any(|applied| is_one(applied.name()))
    };
    Ok(match (rolls_back(migration::tables(users.clone())), rolls_back(migration::named_tokens(users))) {
        (true, _) => Drops::Everything,
        (false, true) => Drops::Tokens,
        (false, false) => Drops::Nothing,
    })
}

/// The tables made here that hold what was not made by a migration, and how many rows.
async fn lost(db: &DatabaseConnection, is_meant: impl Fn(&str) -> bool) -> Outcome<Vec<String>> {
    let on = db.get_database_backend();
    let mut lost = Vec::new();
    for table in refrain_migration::made_tables(db).await? {
        if !is_meant(&table) {
            continue;
        }
        let count = format!("SELECT COUNT(*) FROM {}", quoted(&table, on));
        let row = db.query_one_raw(Statement::from_string(on, count)).await?;
        let rows: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        if rows > 0 {
            lost.push(format!("`{table}` ({rows} {})", if rows == 1 { "row" } else { "rows" }));
        }
    }
    Ok(lost)
}
