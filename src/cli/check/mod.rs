mod database;
mod document;

use std::{cmp::Reverse, process::ExitCode};

use serde::Serialize;

use super::{
    Outcome, Project,
    arguments::{Check, CheckFormat},
    out,
};
use crate::{
    api::{BuiltApi, Finding, Severity},
    auth::sync,
    db::Opening,
    error::causes,
    model::Models,
};

/// Tells everything that does not fit. Errors make it fail, and with `--strict` warnings too.
pub(super) async fn run<P: Project>(options: Check) -> Outcome<ExitCode> {
    let report = match look::<P>(&options).await {
        Ok(findings) => Report::of(findings),
        // what cannot even be put together is a finding too, for who reads JSON
        Err(failure) if options.format == CheckFormat::Json => {
            Report::of(vec![Finding::error("cannot_be_built", failure.sentence())])
        }
        Err(failure) => return Err(failure),
    };
    report.print(options.format)?;
    let fails = report.errors > 0 || (options.strict && report.warnings > 0);
    Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn look<P: Project>(options: &Check) -> Outcome<Vec<Finding>> {
    let auth = P::auth();
    let db = options.database.open::<P>(Opening::Looking).await?;
    let api = options.defaults.api::<P>(&db, &auth)?;
    let models = P::models();

    let mut findings = api.check(&models).await;
    findings.extend(of_models(&models, &api));
    findings.extend(document::compared::<P>(options.document.as_deref(), &api));
    let not_looked_at =
        |what: &str, why: &str| Finding::note("database_not_looked_at", format!("{what} not looked at: {why}"));
    if options.database.is_missing::<P>() {
        findings.push(not_looked_at("the database was", "it is not there yet, and `migrate` makes it"));
    } else {
        match api.check_foreign_keys().await {
            Ok(found) => findings.extend(found),
            Err(error) => findings.push(not_looked_at("the foreign keys were", &causes(&error))),
        }
        match database::look::<P>(&db, &auth, &models, &api).await {
            Ok(found) => findings.extend(found),
            Err(error) => findings.push(not_looked_at("the database was", &causes(&error))),
        }
    }
    findings.sort_by_key(|finding| Reverse(finding.severity));
    Ok(findings)
}

/// Declarations that are wrong in themselves, and models that are mounted and not registered.
fn of_models(models: &Models, api: &BuiltApi) -> Vec<Finding> {
    let wrong = models.iter().filter_map(|model| sync::check(model).err());
    let wrong = wrong.map(|error| Finding::error("wrong_declaration", error.to_string()));
    let forgotten = api.models().iter().filter(|model| !models.iter().any(|known| known.entity() == model.entity()));
    let forgotten = forgotten.map(|model| {
        let message = format!("a viewset serves `{model}`, which is not registered: nobody makes its permissions");
        Finding::error("unregistered_model", message).write("the model's entity into `Project::models`")
    });
    wrong.chain(forgotten).collect()
}

/// Everything that was found, and how much of each.
#[derive(Serialize)]
struct Report {
    errors: usize,
    warnings: usize,
    findings: Vec<Finding>,
}

impl Report {
    fn of(findings: Vec<Finding>) -> Self {
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        Self { errors: count(Severity::Error), warnings: count(Severity::Warning), findings }
    }

    fn print(&self, format: CheckFormat) -> Outcome {
        match format {
            CheckFormat::Json => out::json(self),
            CheckFormat::Text => {
                let findings: String = self.findings.iter().map(|finding| format!("{finding}\n")).collect();
                out::text(&format!("{findings}{} errors, {} warnings\n", self.errors, self.warnings))
            }
        }
    }
}
