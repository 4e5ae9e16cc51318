use std::process::ExitCode;

use sea_orm::DatabaseConnection;
use sea_orm_migration::MigratorTrait;

use super::{Outcome, Project, arguments::Check};
use crate::{
    Result,
    api::{BuiltApi, Finding, Severity},
    auth::{Auth, Permission, sync},
    db::Opening,
    error::causes,
    model::{ModelInfo, Models},
};

/// Tells everything that does not fit. Errors make it fail, and with `--strict` warnings too.
pub(super) async fn run<P: Project>(options: Check) -> Outcome<ExitCode> {
    let auth = P::auth();
    let db = options.database.open::<P>(Opening::Looking).await?;
    let api = options.defaults.api::<P>(&db, &auth)?;
    let models = P::models();

    let mut findings = api.check();
    findings.extend(of_models(&models, &api));
    match in_database::<P>(&db, &auth, &models).await {
        Ok(found) => findings.extend(found),
        Err(error) => eprintln!("note: the database was not looked at: {}", causes(&error)),
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    for Finding { severity, message } in &findings {
        println!("{}: {message}", if *severity == Severity::Error { "error" } else { "warning" });
    }
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    println!("{errors} errors, {} warnings", findings.len() - errors);
    let fails = errors > 0 || (options.strict && !findings.is_empty());
    Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Declarations that are wrong in themselves, and models that are mounted and not registered.
fn of_models(models: &Models, api: &BuiltApi) -> Vec<Finding> {
    let wrong = models.iter().filter_map(|model| Some(error(sync::check(model).err()?.to_string())));
    let forgotten = api.models().iter().filter(|model| !models.iter().any(|known| known.entity() == model.entity()));
    let forgotten = forgotten.map(|model| {
        error(format!("a viewset serves `{model}`, which is not registered: nobody makes its permissions"))
    });
    wrong.chain(forgotten).collect()
}

/// What the database lacks, and what it has that no declaration names.
async fn in_database<P: Project>(db: &DatabaseConnection, auth: &Auth, models: &Models) -> Result<Vec<Finding>> {
    let pending = P::Migrator::get_pending_migrations_read_only(db).await?;
    if !pending.is_empty() {
        let names: Vec<String> = pending.iter().map(|migration| format!("`{}`", migration.name())).collect();
        return Ok(vec![warning(format!("these migrations are not applied: {}", names.join(", ")))]);
    }
    let there = auth.permissions(db).await?;
    Ok(models.iter().flat_map(|model| of_permissions(model, &there)).collect())
}

fn of_permissions(model: &ModelInfo, there: &[Permission]) -> Vec<Finding> {
    let app_label = model.app_label();
    let declared: Vec<String> = model.declared_permissions().map(|(codename, _)| codename).collect();
    let is_of_model = |permission: &&Permission| {
        permission.app_label == app_label
            && (permission.model == model.model_name() || Some(&*permission.model) == model.renamed_from())
    };
    let there: Vec<&Permission> = there.iter().filter(is_of_model).collect();
    let lacking = declared.iter().filter(|codename| !there.iter().any(|known| known.codename == **codename));
    let unnamed = there.iter().filter(|permission| !declared.contains(&permission.codename));
    lacking
        .map(|codename| warning(format!("the database lacks `{app_label}.{codename}`, which `sync-permissions` makes")))
        .chain(unnamed.map(|permission| {
            warning(format!("no declaration names `{}`, which is a permission on `{model}`", permission.label()))
        }))
        .collect()
}

fn error(message: String) -> Finding {
    Finding { severity: Severity::Error, message }
}

fn warning(message: String) -> Finding {
    Finding { severity: Severity::Warning, message }
}
