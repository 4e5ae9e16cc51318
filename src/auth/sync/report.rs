use std::fmt;

/// What a synchronisation did, and what it found.
///
/// ```
/// # use refrain::doc_example::{Example, car};
/// # refrain::doc_example::run(async |Example { db, auth, .. }| {
/// use refrain::{auth::sync::SyncOptions, model::Models};
///
/// let models = Models::default().with::<car::Entity>();
/// let report = auth.sync_permissions(&db, &models, &SyncOptions::default()).await?;
/// print!("{report}");
/// for unnamed in &report.unnamed {
///     println!("{}: {} grants hang on it", unnamed.full_name(), unnamed.grants);
/// }
/// # Ok(())
/// # });
/// ```
#[derive(Clone, Debug, Default)]
pub struct SyncReport {
    /// Labels of permissions that were added.
    pub created: Vec<String>,
    /// Former and new labels of permissions that were renamed.
    pub renamed: Vec<(String, String)>,
    /// The same, of those that were not renamed because the database is Django's and the flag was not given.
    pub held_back: Vec<(String, String)>,
    /// Labels of permissions that were removed by name.
    pub removed: Vec<String>,
    /// Permissions on registered models that no declaration names.
    pub unnamed: Vec<UnnamedPermission>,
}

/// A permission that no declaration names.
///
/// ```
/// use refrain::auth::sync::{SyncReport, SyncOptions};
///
/// /// To remove what no declaration names and nobody holds.
/// fn removing(report: &SyncReport) -> SyncOptions {
///     let unheld = report.unnamed.iter().filter(|permission| permission.grants == 0);
///     SyncOptions { remove: unheld.map(|permission| permission.full_name()).collect(), ..SyncOptions::default() }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct UnnamedPermission {
    pub(super) id: i32,
    /// `app.codename`, which several models of an app may share.
    pub label: String,
    /// The model whose it is, as in `car`.
    pub model: String,
    /// The name for people.
    pub name: String,
    /// How many grants hang on it: of users, of groups, and on single rows.
    pub grants: u64,
}

impl UnnamedPermission {
    /// `app.model.codename`, which no other has.
    pub fn full_name(&self) -> String {
        match self.label.split_once('.') {
            Some((app_label, codename)) => format!("{app_label}.{}.{codename}", self.model),
            None => self.label.clone(),
        }
    }
}

/// A line for each thing done or found; nothing where nothing was.
impl fmt::Display for SyncReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for label in &self.created {
            writeln!(f, "added {label}")?;
        }
        for (former, label) in &self.renamed {
            writeln!(f, "renamed {former} to {label}")?;
        }
        for (former, label) in &self.held_back {
            writeln!(f, "not renamed {former} to {label}: the database was made by Django")?;
        }
        for label in &self.removed {
            writeln!(f, "removed {label}")?;
        }
        for unnamed in &self.unnamed {
            let shared = self.unnamed.iter().filter(|other| other.label == unnamed.label).count() > 1;
            let name = if shared { unnamed.full_name() } else { unnamed.label.clone() };
            writeln!(f, "no declaration names {name}, on which {} grants hang", unnamed.grants)?;
        }
        Ok(())
    }
}
