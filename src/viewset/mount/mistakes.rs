use sea_orm::{ColumnTrait, DbBackend, IdenStatic};

use super::list_mistakes::list_mistakes;
use crate::{
    model::key_columns,
    permission::{Action, Permissions},
    serializer::{self, Serializer},
    viewset::{
        ColumnOf, EntityOf, ViewSet,
        bulk::bulk_mistakes,
        columns::{column_name, field_of},
        conditional::version_mistakes,
        list::ListParameters,
        mount::Place,
        row::{FIELDS, TOLD_MEMBER, lookup_columns},
        write::soft_delete_mistakes,
    },
};

/// What cannot work of a viewset, on this database if one is connected: in words that say what to write.
pub(super) fn mistakes<V: ViewSet>(on: Option<DbBackend>) -> Vec<String> {
    let filled: Vec<ColumnOf<V>> = V::version().into_iter().chain(V::soft_delete()).collect();
    let mut mistakes = serializer::mistakes::<V::Serializer>(on, V::ACTIONS.contains(&Action::Create), &filled);
    mistakes.extend(places::<V>());
    mistakes.extend(lookup::<V>());
    mistakes.extend(list_mistakes::<V>());
    mistakes.extend(version_mistakes::<V>());
    mistakes.extend(soft_delete_mistakes::<V>());
    mistakes.extend(bulk_mistakes::<V>());
    let filters_by_fields = V::SPARSE_FIELDS && ListParameters::of::<V>().filter(FIELDS).is_some();
    mistakes.extend(filters_by_fields.then(|| {
        format!(
            "it filters by `{FIELDS}`, and `?{FIELDS}=` chooses members (`SPARSE_FIELDS`): give the field a `rename`"
        )
    }));
    let has_told = V::Serializer::fields().named(TOLD_MEMBER).is_some()
        || V::Serializer::computed().iter().any(|member| member.name == TOLD_MEMBER);
    mistakes.extend((V::ROW_PERMISSIONS && has_told).then(|| {
        format!("its serializer has a field `{TOLD_MEMBER}`, which `ROW_PERMISSIONS` writes: give the field a `rename`")
    }));
    mistakes
}

/// Each path is words behind slashes; a variable is the parent's, which one column points at.
fn places<V: ViewSet>() -> Vec<String> {
    let plain = |path: &str| {
        path.split('/').map(|step| if step.starts_with('{') { "row" } else { step }).collect::<Vec<_>>().join("/")
    };
    let mut mistakes = Vec::new();
    for Place { path, nested } in Place::<V>::all() {
        let words = if nested.is_some() { plain(path) } else { path.to_owned() };
        if !is_path(&words) {
            mistakes.push(format!(
                "`{path}` is to be a slash and a word, as in `/posts`, or several of them; one with a variable, as in \
                 `/cars/{{car_id}}/trips`, is said by `fn nested()`, which names the viewset whose row the variable is"
            ));
        }
        let Some(nested) = nested else { continue };
        mistakes.extend(guarded::<V>("nests", &nested.key));
        if nested.variable().is_none() || (nested.parent.schemas)().len() != 1 {
            mistakes.push(format!(
                "`{path}` is below a row that one variable names, as in `/cars/{{car_id}}/trips`; a parent whose own path \
                 has several is not found so"
            ));
        }
    }
    mistakes
}

/// Cursors hold what their callers may not read or make.
pub(super) fn unsealed_cursors<V: ViewSet>() -> Option<String> {
    V::pagination().is_by_cursor().then(|| {
        "its pages go by cursors, which are sealed with a secret key: give the API `.secret_key(…)`, or sessions, which \
         have one"
            .to_owned()
    })
}

/// Slashes and words.
fn is_path(path: &str) -> bool {
    let word = |word: &str| {
        let plain = word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '~'));
        plain && !matches!(word, "" | "." | "..")
    };
    path.strip_prefix('/').is_some_and(|path| path.split('/').all(word))
}

/// Callers know columns as fields, and find out by a filter or an order what is in one.
pub(crate) fn unreadable<V: ViewSet>(does: &str, column: &ColumnOf<V>) -> Option<String> {
    match field_of::<V>(column) {
        None => Some(format!(
            "it {does} by `{}`, which is no field of its serializer: declare it as one",
            column_name(column)
        )),
        Some(field) if !field.is_shown() => {
            Some(format!("it {does} by `{}`, which is `write_only`: nobody may be shown it", field.name()))
        }
        Some(field) if field.reading().is_some_and(Permissions::may_ask_hooks) => Some(format!(
            "it {does} by `{}`, whose `read_if` asks a row hook, which no statement can ask: say its rule as a condition",
            field.name()
        )),
        Some(_) => None,
    }
}

/// An address tells what a row has in the column that it goes by.
fn guarded<V: ViewSet>(does: &str, column: &ColumnOf<V>) -> Option<String> {
    let field = field_of::<V>(column).filter(|field| field.reading().is_some())?;
    Some(format!("it {does} by `{}`, which has a `read_if`: an address would tell it to everybody", field.name()))
}

/// A path names one row: by the whole key, or by a column that no two rows have alike.
fn lookup<V: ViewSet>() -> Option<String> {
    let names = |columns: &[ColumnOf<V>]| columns.iter().map(|column| column.as_str()).collect::<Vec<_>>();
    let keys: Vec<ColumnOf<V>> = key_columns::<EntityOf<V>>().collect();
    if names(&lookup_columns::<V>()) == names(&keys) {
        return None;
    }
    let column = V::lookup();
    guarded::<V>("looks up", &column).or_else(|| unreadable::<V>("looks up", &column)).or_else(|| {
        let name = column_name(&column);
        (!column.def().is_unique()).then(|| {
            format!("it looks up by `{name}`, which the model does not say is unique: `#[sea_orm(unique)]`, if it is")
        })
    })
}
