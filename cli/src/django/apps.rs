//! Which table is which model's.

use crate::names;

/// Django's own apps and those that the library knows: their tables are its own to read.
pub(super) const KNOWN: [&str; 6] = ["admin", "auth", "authtoken", "contenttypes", "guardian", "sessions"];

/// A content type, with the permissions on it.
pub(super) struct ContentType {
    pub(super) app_label: String,
    /// in lower case
    pub(super) model: String,
    /// codenames and names
    pub(super) permissions: Vec<(String, String)>,
}

impl ContentType {
    /// Where Django puts its rows, unless the model says a `db_table`. The apps of others name theirs as they like.
    pub(super) fn table(&self) -> String {
        match (&*self.app_label, &*self.model) {
            ("auth", model) => format!("auth_{model}"),
            ("contenttypes", _) => "django_content_type".to_owned(),
            ("admin", "logentry") => "django_admin_log".to_owned(),
            ("sessions", "session") => "django_session".to_owned(),
            (app, model) => format!("{app}_{model}"),
        }
    }

    /// Whoever can write rows of content types could else write sources.
    pub(super) fn has_plain_names(&self) -> bool {
        names::is_plain(&self.app_label) && names::is_plain(&self.model)
    }

    /// `drivers.car`
    pub(super) fn label(&self) -> String {
        format!("{}.{}", self.app_label, self.model)
    }

    /// The class's name: `BigTruck`, where the permissions say `big truck`; else the best guess, `Bigtruck`.
    pub(super) fn class(&self) -> String {
        let guess = self.verbose_name().map(|name| names::pascal(&name));
        guess.filter(|class| class.to_lowercase() == self.model).unwrap_or_else(|| names::pascal(&self.model))
    }

    /// What the automatic permissions call it.
    pub(super) fn verbose_name(&self) -> Option<String> {
        self.permissions.iter().find_map(|(codename, name)| {
            let first = self.automatic(codename)?;
            Some(name.strip_prefix(&format!("Can {first} "))?.to_owned())
        })
    }

    /// The first parts of the automatic permissions that are there.
    pub(super) fn automatic_permissions(&self) -> Vec<&'static str> {
        let is_there = |first: &&&str| {
            let codename = format!("{first}_{}", self.model);
            self.permissions.iter().any(|(own, _)| *own == codename)
        };
        FIRSTS.iter().filter(is_there).copied().collect()
    }

    /// Those that the model's `Meta` names.
    pub(super) fn own_permissions(&self) -> Vec<(String, String)> {
        self.permissions.iter().filter(|(codename, _)| self.automatic(codename).is_none()).cloned().collect()
    }

    fn automatic(&self, codename: &str) -> Option<&'static str> {
        FIRSTS.into_iter().find(|first| codename.strip_prefix(first) == Some(&format!("_{}", self.model)))
    }
}

pub(super) const FIRSTS: [&str; 4] = ["add", "change", "delete", "view"];
