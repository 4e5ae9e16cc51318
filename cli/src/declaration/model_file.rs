use std::{collections::BTreeSet, fmt::Write};

use super::{Declaration, Field, PrimaryKey, Serves};
use crate::names;

/// One file for a model: its entity, its serializer, its viewset.
pub(crate) fn model_file(model: &Declaration) -> String {
    let mut text = head(model);
    text += &entity(model);
    if let Serves::Nothing(_) = model.serves {
        return text;
    }
    text += &serializer(model);
    text += &viewset(model);
    text
}

fn head(model: &Declaration) -> String {
    let rows = model.rows();
    if let Serves::Nothing(why) = model.serves {
        return format!("//! {}: no viewset serves them, because {why}.\n\n", capital(&rows));
    }
    let mut imports = BTreeSet::from([
        ("refrain", "Access"),
        ("refrain", "ModelPermissions"),
        ("refrain", "Serializer"),
        ("refrain", "ViewSet"),
    ]);
    if model.serves != Serves::All {
        imports.insert(("refrain", "Action"));
    }
    for field in model.fields.iter().filter(|field| !field.secret) {
        imports.extend(field.kind.import().map(|from| (from, field.kind.rust())));
        if is_made_here(model, field) {
            imports.insert(("sea_orm::prelude", "Uuid"));
        }
    }
    if model.owner.is_some() {
        imports.insert(("refrain", "IsOwnerOrReadOnly"));
    }
    let mut text = format!("//! `{}`: {rows}.\n\n", model.path);
    let froms: BTreeSet<&str> = imports.iter().map(|(from, _)| *from).collect();
    for from in froms {
        let names: Vec<&str> = imports.iter().filter(|(source, _)| *source == from).map(|(_, name)| *name).collect();
        let _ = match names.as_slice() {
            [name] => writeln!(text, "use {from}::{name};"),
            _ => writeln!(text, "use {from}::{{{}}};", names.join(", ")),
        };
    }
    text + "\n"
}

fn entity(model: &Declaration) -> String {
    let (module, table) = (model.entity(), &model.table);
    let mut text = format!("/// The model.\npub mod {module} {{\n    use sea_orm::entity::prelude::*;\n");
    let own: BTreeSet<&str> = model
        .fields
        .iter()
        .filter(|field| field.kind.import() == Some("refrain::entity"))
        .map(|field| field.kind.rust())
        .collect();
    for name in own {
        let _ = writeln!(text, "    use refrain::entity::{name};");
    }
    let _ = write!(
        text,
        "\n    /// A row of `{table}`.\n    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, refrain::Model)]\n    \
         #[sea_orm(table_name = {table:?})]\n    #[refrain({})]\n    pub struct Model {{\n",
        attributes(model).join(", ")
    );
    for field in &model.fields {
        let said = column_attributes(field);
        if !said.is_empty() {
            let _ = writeln!(text, "        #[sea_orm({})]", said.join(", "));
        }
        let _ = writeln!(text, "        pub {}: {},", field.name(), field.rust_type());
    }
    text += "    }\n\n";
    text += &relations(model);
    text + "\n    impl ActiveModelBehavior for ActiveModel {}\n}\n\n"
}

/// What `#[refrain(…)]` says of it.
fn attributes(model: &Declaration) -> Vec<String> {
    let mut said = vec![format!("app = {:?}", model.app_label), format!("model = {:?}", model.class)];
    said.extend(model.verbose_name.as_ref().map(|name| format!("verbose_name = {name:?}")));
    if let Some(firsts) = &model.default_permissions {
        said.push(format!("default_permissions({})", firsts.join(", ")));
    }
    if !model.permissions.is_empty() {
        let codename = |codename: &str| {
            let is_word = codename.chars().all(|one| one.is_ascii_alphanumeric() || one == '_')
                && !codename.starts_with(|first: char| first.is_ascii_digit())
                && names::field(codename) == codename;
            if is_word { codename.to_owned() } else { format!("{codename:?}") }
        };
        let each = model.permissions.iter().map(|(own, name)| format!("{} = {name:?}", codename(own)));
        said.push(format!("permissions({})", each.collect::<Vec<_>>().join(", ")));
    }
    let field_of = |column: &String| names::field(column);
    said.extend(model.owner.as_ref().map(|column| format!("owner = {:?}", field_of(column))));
    said.extend(model.user_grants.as_ref().map(|table| format!("user_grants = {table:?}")));
    said.extend(model.group_grants.as_ref().map(|table| format!("group_grants = {table:?}")));
    said
}

fn column_attributes(field: &Field) -> Vec<String> {
    let mut said = Vec::new();
    match field.key {
        Some(PrimaryKey::Counted) => said.push("primary_key".to_owned()),
        Some(PrimaryKey::Given) => said.push("primary_key, auto_increment = false".to_owned()),
        None => {}
    }
    // by its own name where sea-orm would make another of the field's
    if field.name() != field.column {
        said.push(format!("column_name = {:?}", field.column));
    }
    if let Some(kind) = field.kind.column_type() {
        said.push(format!("column_type = {kind:?}"));
        if field.nullable {
            said.push("nullable".to_owned());
        }
    }
    if field.unique && field.key.is_none() {
        said.push("unique".to_owned());
    }
    said
}

fn relations(model: &Declaration) -> String {
    let keys: Vec<(&Field, &str, &str)> = model
        .fields
        .iter()
        .filter_map(|field| {
            let reference = field.refers_to.as_ref()?;
            Some((field, reference.module.as_deref()?, reference.column.as_str()))
        })
        .collect();
    let mut text = String::new();
    if keys.is_empty() {
        return "    /// None are used here.\n    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]\n    \
                pub enum Relation {}\n"
            .to_owned();
    }
    text += "    /// The rows that its keys name.\n    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]\n    \
             pub enum Relation {\n";
    for (field, module, column) in keys {
        let from = names::pascal(&field.name());
        let name = names::pascal(field.column.strip_suffix("_id").unwrap_or(&field.column));
        let (entity, to) = if module.ends_with(&format!("::{}::{}", model.module(), model.entity())) {
            ("Entity".to_owned(), format!("Column::{}", names::pascal(column)))
        } else {
            (format!("{module}::Entity"), format!("{module}::Column::{}", names::pascal(column)))
        };
        let _ = write!(
            text,
            "        #[sea_orm(belongs_to = {entity:?}, from = \"Column::{from}\", to = {to:?})]\n        {name},\n"
        );
    }
    text + "    }\n"
}

fn serializer(model: &Declaration) -> String {
    let (serializer, entity) = (model.serializer(), model.entity());
    let mut text = format!(
        "/// What callers see and write of one.\n#[derive(Serializer)]\n#[serializer(model = {entity})]\npub struct \
         {serializer} {{\n"
    );
    for field in &model.fields {
        if field.secret {
            let _ = writeln!(text, "    // `{}` is a secret: it is not shown", field.column);
            continue;
        }
        let mut said = Vec::new();
        if field.key == Some(PrimaryKey::Counted) {
            said.push("read_only".to_owned());
        }
        if is_made_here(model, field) {
            let made = match field.kind.rust() {
                "Uuid" => "Uuid::new_v4()".to_owned(),
                other => format!("{other}::from(Uuid::new_v4())"),
            };
            said.push(format!("read_only, default = {made}"));
        }
        // what the column's name is to callers, whatever Rust calls it
        if field.name() != field.column {
            said.push(format!("rename = {:?}", field.column));
        }
        if !said.is_empty() {
            let _ = writeln!(text, "    #[serializer({})]", said.join(", "));
        }
        let _ = writeln!(text, "    pub {}: {},", field.name(), field.rust_type());
    }
    text + "}\n\n"
}

/// Is it a uuid that names a new row, which Django makes in Python?
fn is_made_here(model: &Declaration, field: &Field) -> bool {
    model.serves == Serves::All
        && field.key == Some(PrimaryKey::Given)
        && field.refers_to.is_none()
        && matches!(field.kind.rust(), "Uuid" | "UuidText")
}

fn viewset(model: &Declaration) -> String {
    let (viewset, serializer, entity, path) = (model.viewset(), model.serializer(), model.entity(), &model.path);
    let rows = model.rows();
    let who = match model.owner {
        Some(_) => "whoever holds the permission of the action, and changes are for their owners",
        None => "whoever holds the permission of the action",
    };
    let mut text = format!(
        "/// {}: {who}.\npub struct {viewset};\n\nimpl ViewSet for {viewset} {{\n    type Serializer = {serializer};\n    \
         const PATH: &'static str = {path:?};\n",
        capital(&rows)
    );
    if let Serves::Reads(why) = model.serves {
        let _ =
            write!(text, "    // {why}\n    const ACTIONS: &'static [Action] = &[Action::List, Action::Retrieve];\n");
    }
    let expression = if model.owner.is_some() { "ModelPermissions & IsOwnerOrReadOnly" } else { "ModelPermissions" };
    let _ = write!(
        text,
        "\n    fn permissions() -> Access<{entity}::Entity> {{\n        Access::to({expression})\n    }}\n}}\n"
    );
    text
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
