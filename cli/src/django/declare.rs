//! Declarations of a site's models, in the program of this folder.

use std::{collections::BTreeMap, path::Path};

use super::{
    apps::{ContentType, FIRSTS, KNOWN},
    site::Site,
    tables::{Column, Table, Tables},
};
use crate::{
    declaration::{Declaration, Field, Kind, PrimaryKey, Reference, Serves, model_file},
    error::{Error, Result},
    names,
    project::{Manifest, Place, Written},
};

/// Writes a file for each model of these apps, and registers them.
pub(super) fn write(site: &Site, tables: &Tables, apps: &[String]) -> Result<String> {
    Manifest::here()?;
    for app in apps {
        if !site.content_types.iter().any(|model| model.app_label == *app) {
            return Err(Error::refused(format!("no model is of the app `{app}`")));
        }
    }
    let is_asked = |model: &&ContentType| match apps {
        _ if !model.has_plain_names() => false,
        [] => !KNOWN.contains(&&*model.app_label),
        apps => apps.contains(&model.app_label),
    };
    let chosen: Vec<(&ContentType, &Table)> = site
        .content_types
        .iter()
        .filter(is_asked)
        .filter_map(|model| Some((model, tables.get(&model.table())?)))
        .filter(|(_, table)| table.key().is_some_and(|key| key.kind.is_some()))
        .collect();
    if chosen.is_empty() {
        return Err(Error::refused("no model with a table and one key is left to be written"));
    }
    let modules = modules(site, &chosen);
    let mut written = Written::into(Path::new("."));
    let mut by_app: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (content_type, table) in chosen {
        let model = declaration(site, tables, content_type, table, &modules);
        let app = module_of_app(&content_type.app_label);
        let module = model.module();
        let path = format!("{app}::{module}");
        written.file(format!("src/{app}/{module}.rs"), model_file(&model));
        written.more_in("src/lib.rs", Place::Model, &format!(".with::<{path}::{}::Entity>()", model.entity()))?;
        if !matches!(model.serves, Serves::Nothing(_)) {
            written.more_in("src/lib.rs", Place::Mount, &format!(".mount({path}::{})", model.viewset()))?;
        }
        by_app.entry(app).or_default().push(module);
    }
    for (app, modules) in by_app {
        let beside = format!("src/{app}.rs");
        if Path::new(&beside).exists() {
            return Err(Error::refused(format!(
                "`{beside}` is there already: the app's models would be in `src/{app}/`"
            )));
        }
        let each: String = modules.iter().map(|module| format!("pub mod {module};\n")).collect();
        written.file(format!("src/{app}/mod.rs"), format!("//! The models of the site's app `{app}`.\n\n{each}"));
        written.more_in("src/lib.rs", Place::PublicModule, &format!("\npub mod {app};"))?;
    }
    written.write()
}

/// The columns that the library reads nothing like.
pub(super) fn unreadable(table: &Table) -> Vec<&Column> {
    table.columns.iter().filter(|column| column.kind.is_none()).collect()
}

/// The paths of the entities that are written, by their tables, and of the library's own users.
fn modules(site: &Site, chosen: &[(&ContentType, &Table)]) -> BTreeMap<String, (String, Option<Kind>)> {
    let mut modules: BTreeMap<String, (String, Option<Kind>)> = BTreeMap::new();
    for (content_type, table) in chosen {
        let class = content_type.class();
        let several = names::module(&class);
        let path = format!("crate::{}::{several}::{}", module_of_app(&content_type.app_label), names::field(&class));
        modules.insert(table.name.clone(), (path, table.key().and_then(|key| key.kind)));
    }
    // keys of Django's own users have 32 bits, which SQLite does not say
    if site.users.table == "auth_user" {
        let written = modules.remove("auth_user");
        let path = written.map_or("refrain::entity::user".to_owned(), |(path, _)| path);
        modules.insert("auth_user".to_owned(), (path, Some(Kind::Int)));
    }
    modules
}

/// A folder that is called as the app is, unless cargo or the program needs that name.
fn module_of_app(label: &str) -> String {
    match label {
        "lib" | "main" | "migration" => format!("{label}_app"),
        label => names::field(label),
    }
}

fn declaration(
    site: &Site,
    tables: &Tables,
    content_type: &ContentType,
    table: &Table,
    modules: &BTreeMap<String, (String, Option<Kind>)>,
) -> Declaration {
    let class = content_type.class();
    let automatic = content_type.automatic_permissions();
    let verbose_name = content_type.verbose_name().filter(|name| *name != names::spaced(&class));
    let own_grants = |is_groups| {
        let mut of = site.own_grants.iter().filter(|grants| grants.on == table.name && grants.is_groups == is_groups);
        of.next().map(|grants| grants.table.clone())
    };
    let fields: Vec<Field> = table.columns.iter().filter_map(|column| field(site, table, column, modules)).collect();
    let several = names::module(&class).replace('_', "-");
    let is_shared = site.content_types.iter().filter(|other| other.class() == class).count() > 1;
    Declaration {
        path: if is_shared { format!("/{}/{several}", content_type.app_label) } else { format!("/{several}") },
        app_label: content_type.app_label.clone(),
        verbose_name,
        table: table.name.clone(),
        owner: owner(site, table),
        default_permissions: (automatic != FIRSTS).then(|| automatic.iter().map(|first| (*first).to_owned()).collect()),
        permissions: content_type.own_permissions(),
        user_grants: own_grants(false),
        group_grants: own_grants(true),
        serves: serves(table, tables, &fields, &automatic),
        fields,
        class,
    }
}

/// None for a column that is not read, which the report names.
fn field(
    site: &Site,
    table: &Table,
    column: &Column,
    modules: &BTreeMap<String, (String, Option<Kind>)>,
) -> Option<Field> {
    let reference = table.refers_to(&column.name);
    let target = reference.and_then(|reference| modules.get(&reference.table));
    let is_key = table.primary_key.contains(&column.name);
    let names_user = reference.is_some_and(|reference| reference.table == site.users.table && reference.to == "id");
    let kind = match modules.get(&site.users.table) {
        Some((_, Some(kind))) if names_user || (is_key && table.name == site.users.table) => *kind,
        _ => column.kind?,
    };
    Some(Field {
        column: column.name.clone(),
        kind,
        nullable: column.nullable && !is_key,
        key: is_key.then_some(if is_counted(column, reference.is_some()) {
            PrimaryKey::Counted
        } else {
            PrimaryKey::Given
        }),
        secret: reference.is_none() && is_secret(&table.name, &column.name),
        unique: column.unique,
        refers_to: reference.map(|reference| Reference {
            table: reference.table.clone(),
            column: reference.to.clone(),
            module: target.map(|(module, _)| module.clone()),
        }),
    })
}

fn is_counted(column: &Column, refers: bool) -> bool {
    let is_number = matches!(column.kind, Some(Kind::SmallInt | Kind::Int | Kind::BigInt));
    // a whole key of SQLite's is its row's number, counted or not
    !refers && is_number && (column.counted || column.name == "id")
}

/// Is it something that a list must not show, by its name?
fn is_secret(table: &str, column: &str) -> bool {
    const PARTS: [&str; 7] = ["password", "secret", "token", "api_key", "session_key", "session_data", "private_key"];
    (table == "authtoken_token" && column == "key") || PARTS.iter().any(|part| column.to_lowercase().contains(part))
}

/// The column that names the user whose a row is: one that is called so. Whoever makes a row is written into it.
fn owner(site: &Site, table: &Table) -> Option<String> {
    let names_user = |column: &&&str| {
        let key = table.refers_to(column);
        key.is_some_and(|key| key.table == site.users.table) && !table.primary_key.iter().any(|key| key == **column)
    };
    let called = ["owner_id", "user_id", "author_id", "created_by_id", "creator_id"];
    called.iter().find(names_user).map(|column| (*column).to_owned())
}

fn serves(table: &Table, tables: &Tables, fields: &[Field], automatic: &[&str]) -> Serves {
    let key = fields.iter().find(|field| field.key.is_some());
    if key.is_some_and(|key| key.secret) {
        return Serves::Nothing("the key that names one is a secret");
    }
    if !automatic.contains(&"view") {
        return Serves::Nothing("there is no permission to view one");
    }
    if automatic != FIRSTS {
        return Serves::Reads("not all four permissions are there");
    }
    if fields.iter().any(|field| field.secret) {
        return Serves::Reads("a column is a secret, which is not written here");
    }
    if !unreadable(table).is_empty() {
        return Serves::Reads("a column is of a type that is not written here");
    }
    if key.and_then(|key| key.refers_to.as_ref()).is_some_and(|parent| tables.get(&parent.table).is_some()) {
        return Serves::Reads("a row continues one of another table, which is made first");
    }
    Serves::All
}
