use std::collections::HashSet;

use crate::{Error, Result, model::ModelInfo};

/// Django's static checks of a declaration (CONTRACT 2.8).
///
/// ```
/// # use refrain::doc_example::car;
/// use refrain::{auth::sync, model::ModelInfo};
///
/// assert!(sync::check(&ModelInfo::of::<car::Entity>()).is_ok());
/// ```
///
/// The derive makes the same at compile time; this one is for models declared by hand.
pub fn check(model: &ModelInfo) -> Result<()> {
    let wrong = |what: String| Err(Error::wiring(format!("the model `{model}` {what}")));
    if model.app_label().is_empty() || model.app_label().contains('.') {
        return wrong("has an app label that is empty or has a dot".to_owned());
    }
    for (what, text) in [("app label", model.app_label()), ("model name", model.model_name())] {
        if text.chars().count() > 100 {
            return wrong(format!("has a {what} of more than 100 characters"));
        }
    }
    let mut seen = HashSet::new();
    for (codename, name) in model.declared_permissions() {
        if codename.chars().count() > 100 {
            return wrong(format!("declares the codename `{codename}`, which has more than 100 characters"));
        }
        if name.chars().count() > 255 {
            return wrong(format!("declares a name of more than 255 characters for `{codename}`"));
        }
        if codename.is_empty() || codename.contains('\0') || name.contains('\0') {
            return wrong("declares an empty codename, or one with a NUL character".to_owned());
        }
        if !seen.insert(codename.clone()) {
            return wrong(format!("declares the codename `{codename}` twice"));
        }
    }
    Ok(())
}
