use std::collections::HashSet;

use sea_orm::{ConnectionTrait, DatabaseConnection};
use sea_orm_migration::MigratorTrait;

use super::super::Project;
use crate::{
    Result,
    api::{BuiltApi, Finding},
    auth::{Auth, Permission},
    error::causes,
    model::{ModelInfo, Models},
};

/// What the database lacks, and what it has that no declaration names.
pub(super) async fn look<P: Project>(
    db: &DatabaseConnection,
    auth: &Auth,
    models: &Models,
    api: &BuiltApi,
) -> Result<Vec<Finding>> {
    let pending = P::Migrator::get_pending_migrations_read_only(db).await?;
    if !pending.is_empty() {
        let names: Vec<String> = pending.iter().map(|migration| format!("`{}`", migration.name())).collect();
        let message = format!("these migrations are not applied: {}", names.join(", "));
        return Ok(vec![Finding::warning("pending_migrations", message)]);
    }
    let there = auth.permissions(db).await?;
    let mut findings = ungrantable(api, models, &there);
    findings.extend(unreadable(db, models).await);
    findings.extend(models.iter().flat_map(|model| of_permissions(model, &there, api)));
    Ok(findings)
}

/// Models that no migration has made a table for, or one with other columns.
async fn unreadable(db: &DatabaseConnection, models: &Models) -> Vec<Finding> {
    let mut findings = Vec::new();
    for model in models.iter() {
        if let Err(error) = db.query_all(&model.no_rows()).await {
            let message = format!("rows of `{model}` cannot be read: {}", causes(&error));
            let finding = Finding::error("unreadable_rows", message);
            findings.push(finding.write("a migration that makes what is missing, and apply it by `migrate`"));
        }
    }
    findings
}

/// Permissions that endpoints ask and the database lacks: nobody can be granted them.
fn ungrantable(api: &BuiltApi, models: &Models, there: &[Permission]) -> Vec<Finding> {
    let there: HashSet<String> = there.iter().map(Permission::label).collect();
    let declared: HashSet<String> = models.iter().flat_map(labels).collect();
    let lacking = api.permissions_asked().filter(|(_, label)| !there.contains(*label));
    lacking
        .map(|(endpoint, label)| {
            let write = match declared.contains(label) {
                true => "nothing, and run `sync-permissions`, which makes it",
                false => "one that a model of `Project::models` declares",
            };
            let message = format!("it asks `{label}`, which the database lacks: nobody can be granted it");
            Finding::error("ungrantable_permission", message).at(endpoint).write(write)
        })
        .collect()
}

fn of_permissions(model: &ModelInfo, there: &[Permission], api: &BuiltApi) -> Vec<Finding> {
    let app_label = model.app_label();
    let declared: Vec<String> = model.declared_permissions().map(|(codename, _)| codename).collect();
    let is_of_model = |permission: &&Permission| {
        permission.app_label == app_label
            && (permission.model == model.model_name() || Some(&*permission.model) == model.renamed_from())
    };
    let there: Vec<&Permission> = there.iter().filter(is_of_model).collect();
    let asked: HashSet<&String> = api.permissions_asked().map(|(_, label)| label).collect();
    let lacking = declared.iter().filter(|codename| !there.iter().any(|known| known.codename == **codename));
    let unnamed = there.iter().filter(|permission| !declared.contains(&permission.codename));
    lacking
        .map(|codename| format!("{app_label}.{codename}"))
        // those are errors already
        .filter(|label| !asked.contains(label))
        .map(|label| {
            let message = format!("the database lacks `{label}`, which `sync-permissions` makes");
            Finding::warning("missing_permission", message)
        })
        .chain(unnamed.map(|permission| {
            let message = format!("no declaration names `{}`, which is a permission on `{model}`", permission.label());
            Finding::warning("undeclared_permission", message)
        }))
        .collect()
}

fn labels(model: &ModelInfo) -> Vec<String> {
    model.declared_permissions().map(|(codename, _)| format!("{}.{codename}", model.app_label())).collect()
}
