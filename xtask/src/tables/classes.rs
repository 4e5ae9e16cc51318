//! The permission classes that come with the library.

use std::path::Path;

use syn::ItemStruct;

use super::{
    markdown::{Table, code},
    sources::{Sources, text},
    words::{aliases, first_sentence},
};
use crate::Result;

const OPERATORS: &str = "src/permission/operators.rs";

/// A row for each public struct that an expression of permission classes can hold, but for the operators themselves.
pub(super) fn table(sources: &Sources) -> Result<String> {
    let mut table = Table::new(&["class", "what it means", "Django REST Framework, Django"]);
    // of what is no class, the operators alone can be combined
    let classes = sources.structs().filter(|(file, _)| file.path != Path::new(OPERATORS));
    for (_, class) in classes.filter(|(_, class)| can_be_combined(class)) {
        let django = aliases(&class.attrs).iter().map(|name| code(name)).collect::<Vec<_>>();
        table.row([code(&class.ident.to_string()), first_sentence(&class.attrs), django.join(", ")]);
    }
    if table.is_empty() { Err("there are no permission classes".to_owned()) } else { Ok(table.written()) }
}

fn can_be_combined(class: &ItemStruct) -> bool {
    let derives = class.attrs.iter().filter(|attribute| attribute.path().is_ident("derive"));
    derives.into_iter().any(|derive| text(derive).contains("Operators"))
}
