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

#[cfg(test)]
mod tests {
    use super::check;
    use crate::model::{Model, ModelInfo};

    /// Models declared by hand: the app's label, the name, the codename and the name of a permission.
    macro_rules! by_hand {
        ($($name:ident: $app:expr, $model:expr, $codename:expr, $permission:expr;)*) => {$(
            mod $name {
                use sea_orm::entity::prelude::*;

                #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
                #[sea_orm(table_name = "declared_only")]
                pub(super) struct Model {
                    #[sea_orm(primary_key)]
                    pub(super) id: i64,
                }

                #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
                pub(super) enum Relation {}

                impl ActiveModelBehavior for ActiveModel {}

                impl crate::model::Model for Entity {
                    const APP_LABEL: &'static str = $app;
                    const OBJECT_NAME: &'static str = $model;
                    const MODEL_NAME: &'static str = $model;
                    const VERBOSE_NAME: &'static str = "boat";
                    const DEFAULT_PERMISSIONS: &'static [&'static str] = &[];
                    const PERMISSIONS: &'static [(&'static str, &'static str)] = &[($codename, $permission)];
                    const RENAMED_FROM: Option<&'static str> = None;
                }
            }
        )*};
    }

    /// `x` so many times.
    macro_rules! x {
        ($count:expr) => {
            match str::from_utf8(&[b'x'; $count]) {
                Ok(text) => text,
                Err(_) => unreachable!(),
            }
        };
    }

    by_hand! {
        plain: "garage", "boat", "sail", "Can sail";
        longest: x!(100), x!(100), x!(100), x!(255);
        of_no_app: "", "boat", "sail", "Can sail";
        dotted: "garage.boats", "boat", "sail", "Can sail";
        long_app: x!(101), "boat", "sail", "Can sail";
        long_name: "garage", x!(101), "sail", "Can sail";
        nameless: "garage", "boat", "", "Can sail";
        nul_in_codename: "garage", "boat", "sa\0il", "Can sail";
        nul_in_name: "garage", "boat", "sail", "Can\0sail";
    }

    fn told<M: Model>() -> Result<(), String> {
        check(&ModelInfo::of::<M>()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_declaration_by_hand_is_held_to_what_the_tables_can_hold() {
        assert_eq!((told::<plain::Entity>(), told::<longest::Entity>()), (Ok(()), Ok(())));
        let label = "has an app label that is empty or has a dot";
        let codename = "declares an empty codename, or one with a NUL character";
        for (told, expected) in [
            (told::<of_no_app::Entity>(), label),
            (told::<dotted::Entity>(), label),
            (told::<long_app::Entity>(), "has a app label of more than 100 characters"),
            (told::<long_name::Entity>(), "has a model name of more than 100 characters"),
            (told::<nameless::Entity>(), codename),
            (told::<nul_in_codename::Entity>(), codename),
            (told::<nul_in_name::Entity>(), codename),
        ] {
            let told = told.expect_err(expected);
            assert!(told.ends_with(expected), "{told}");
        }
    }
}
