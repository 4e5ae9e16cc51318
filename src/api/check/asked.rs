use super::{Finding, Looked};
use crate::model::{ModelInfo, Models};

impl Looked<'_> {
    /// Permissions that no model declares. Of apps unknown here nothing is known.
    pub(super) fn unknown(&self, registered: &Models, mounted: &Models) -> Vec<Finding> {
        let models: Vec<&ModelInfo> = registered.iter().chain(mounted.iter()).collect();
        let unknown = self.endpoint.permissions_asked.iter().filter(|label| is_undeclared(label, &models));
        unknown
            .map(|label| {
                let codename = label.split_once('.').map_or(label.as_str(), |(_, codename)| codename);
                let write =
                    format!("one that a model declares, or declare it: `#[refrain(permissions({codename} = \"…\"))]`");
                self.error("unknown_permission", format!("it asks `{label}`, which no model declares")).write(write)
            })
            .collect()
    }
}

fn is_undeclared(label: &str, models: &[&ModelInfo]) -> bool {
    let Some((app_label, codename)) = label.split_once('.') else { return true };
    let mut of_app = models.iter().filter(|model| model.app_label() == app_label).peekable();
    of_app.peek().is_some() && !of_app.any(|model| model.declared_permissions().any(|(known, _)| known == codename))
}
