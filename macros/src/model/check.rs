//! What Django checks when it starts (CONTRACT 2.8), said while compiling.
//!
//! Lengths are counted in characters, as Django counts them.

use std::collections::HashSet;

use syn::{Error, Result};

use super::{Declaration, attributes::Text};

const APP_LABEL: usize = 100;
const CODENAME: usize = 100;
const NAME: usize = 255;

/// Every mistake in the declaration, not only the first.
pub(crate) fn check(model: &Declaration) -> Result<()> {
    let mut mistakes = Mistakes::default();
    labels(model, &mut mistakes);
    tables(model, &mut mistakes);
    automatic(model, &mut mistakes);
    custom(model, &mut mistakes);
    mistakes.into_result()
}

fn labels(model: &Declaration, mistakes: &mut Mistakes) {
    let app = &model.app;
    if app.value.contains('.') {
        let last = app.value.rsplit('.').next().unwrap_or_default();
        mistakes
            .add(app, format!("the app label `{}` holds a dot; Django's label is the last part, `{last}`", app.value));
    } else {
        mistakes.identifier(app, "the app label");
    }
    mistakes.longer(app, "the app label", APP_LABEL, "its column holds no more");
    mistakes.identifier(&model.model, "the class name");
    if let Some(former) = &model.renamed_from {
        mistakes.identifier(former, "the former class name");
        if former.value.to_lowercase() == model.model.value.to_lowercase() {
            mistakes.add(former, format!("`renamed_from` names the model itself, `{}`", former.value));
        }
    }
    if let Some(concrete) = &model.proxy_of {
        let (app, name) = concrete.value.split_once('.').unwrap_or((&app.value, &concrete.value));
        let part = |value: &str| Text { value: value.to_owned(), span: concrete.span };
        mistakes.identifier(&part(app), "the app label");
        mistakes.identifier(&part(name), "the class name");
        let is_itself = app == model.app.value && name.to_lowercase() == model.model.value.to_lowercase();
        if is_itself {
            mistakes.add(concrete, format!("`proxy_of` names the model itself, `{}`", concrete.value));
        }
    }
    if model.verbose_name.value.trim().is_empty() {
        mistakes
            .add(&model.verbose_name, "`verbose_name` is empty; leave it out for the class name in words".to_owned());
    }
}

fn tables(model: &Declaration, mistakes: &mut Mistakes) {
    for (table, what) in [(&model.user_grants, "`user_grants`"), (&model.group_grants, "`group_grants`")] {
        if let Some(table) = table {
            mistakes.empty(table, what);
        }
    }
    if let Some(key) = model.key.as_ref().filter(|key| key.value != "uuid") {
        mistakes.add(key, format!("a key is what its column says, or `key = \"uuid\"`; not `{}`", key.value));
    }
}

fn automatic(model: &Declaration, mistakes: &mut Mistakes) {
    let mut seen = HashSet::new();
    for action in &model.default_permissions {
        mistakes.empty(action, "a default permission");
        if !seen.insert(action.value.as_str()) {
            mistakes.add(action, format!("the default permission `{}` is given twice", action.value));
        }
    }
    let Some(longest) = model.default_permissions.iter().map(|action| action.value.chars().count()).max() else {
        return;
    };
    let most = CODENAME.saturating_sub(longest + 1);
    mistakes.longer(&model.model, "the class name", most, "its codenames would pass 100 (auth.E011)");
    let most = NAME.saturating_sub(longest + "Can  ".len());
    mistakes.longer(&model.verbose_name, "the verbose name", most, "its permissions' names would pass 255 (auth.E007)");
}

fn custom(model: &Declaration, mistakes: &mut Mistakes) {
    let model_name = model.model.value.to_lowercase();
    let mut seen = HashSet::new();
    for (codename, name) in &model.permissions {
        mistakes.empty(codename, "a codename");
        mistakes.empty(name, "the name of a permission");
        mistakes.longer(codename, "the codename", CODENAME, "auth.E012");
        mistakes.longer(name, "the name of a permission", NAME, "auth.E008");
        let automatic = |action: &&Text| codename.value == format!("{}_{model_name}", action.value);
        if let Some(action) = model.default_permissions.iter().find(automatic) {
            let help = format!("leave it out, or `{}` out of the default permissions (auth.E005)", action.value);
            mistakes.add(codename, format!("the model has `{}` already: {help}", codename.value));
        }
        if !seen.insert(codename.value.as_str()) {
            mistakes.add(codename, format!("the codename `{}` is given twice (auth.E006)", codename.value));
        }
    }
}

/// Errors on their way into one.
#[derive(Default)]
pub(crate) struct Mistakes(Option<Error>);

impl Mistakes {
    pub(crate) fn into_result(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }

    fn add(&mut self, at: &Text, message: String) {
        let error = Error::new(at.span, message);
        match &mut self.0 {
            Some(first) => first.combine(error),
            None => self.0 = Some(error),
        }
    }

    fn empty(&mut self, text: &Text, what: &str) {
        if text.value.trim().is_empty() {
            self.add(text, format!("{what} is empty"));
        }
    }

    /// Labels and class names are identifiers in Django; has_perm's `app.codename` rests on that.
    fn identifier(&mut self, text: &Text, what: &str) {
        let word = |c: char| c == '_' || c.is_alphanumeric();
        if text.value.is_empty() {
            self.add(text, format!("{what} is empty"));
        } else if !text.value.chars().all(word) || text.value.starts_with(|c: char| c.is_numeric()) {
            self.add(text, format!("{what} `{}` is not one word of letters, digits and `_`", text.value));
        }
    }

    fn longer(&mut self, text: &Text, what: &str, most: usize, why: &str) {
        let length = text.value.chars().count();
        if length > most {
            self.add(text, format!("{what} has {length} characters, at most {most} fit: {why}"));
        }
    }
}
