use std::{fs, path::Path};

use super::{
    Manifest, Written, fields,
    written::Place::{Migration, Model, Module, Mount, PublicModule},
};
use crate::{
    declaration::{Declaration, Serves, migration_file, model_file, test_file},
    error::{Error, Result},
    names,
};

/// Writes a model with its serializer, viewset, migration and test, and registers it.
pub(crate) fn add_model(name: &str, said: &[String]) -> Result<String> {
    let manifest = Manifest::here()?;
    let class = names::pascal(name);
    if class.is_empty()
        || !class.chars().all(|one| one.is_ascii_alphanumeric())
        || !class.starts_with(char::is_alphabetic)
    {
        return Err(Error::refused(format!("`{name}` cannot be a model's name: write it as a struct's, `BigTruck`")));
    }
    let (fields, owner) = fields::read(said)?;
    let module = names::module(&class);
    let model = Declaration {
        table: format!("{}_{}", manifest.crate_name, class.to_lowercase()),
        path: format!("/{}", module.replace('_', "-")),
        app_label: manifest.crate_name.clone(),
        class,
        verbose_name: None,
        fields,
        owner,
        default_permissions: None,
        permissions: Vec::new(),
        user_grants: None,
        group_grants: None,
        serves: Serves::All,
    };
    if model.entity() == module {
        return Err(Error::refused(format!(
            "`{name}` is one and several by the same name: call one of them otherwise"
        )));
    }
    let number = next_migration(Path::new("src/migration"))?;
    let migration = format!("m{number:04}_{module}");

    let mut written = Written::into(Path::new("."));
    written.file(format!("src/{module}.rs"), model_file(&model));
    written.file(format!("src/migration/{migration}.rs"), migration_file(&model, number));
    written.file(format!("tests/{module}.rs"), test_file(&model, &manifest.crate_name, &manifest.program));
    written.more_in("src/lib.rs", PublicModule, &format!("\npub mod {module};"))?;
    written.more_in("src/lib.rs", Model, &format!(".with::<{module}::{}::Entity>()", model.entity()))?;
    written.more_in("src/lib.rs", Mount, &format!(".mount({module}::{})", model.viewset()))?;
    written.more_in("src/migration/mod.rs", Module, &format!("\nmod {migration};"))?;
    let table = format!("{migration}::{}Table", model.viewset());
    written.more_in("src/migration/mod.rs", Migration, &format!("\n        all.push(Box::new({table}));"))?;
    written.write()
}

/// The number behind the highest that a migration in this folder has.
fn next_migration(folder: &Path) -> Result<usize> {
    let mut highest = 0;
    for entry in fs::read_dir(folder).map_err(Error::at(folder))? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix('m')?.split('_').next()?.parse().ok());
        highest = highest.max(number.unwrap_or(0));
    }
    Ok(highest + 1)
}
