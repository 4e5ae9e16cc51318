//! Names of one thing and of several, as code writes them.

use heck::{ToSnakeCase, ToUpperCamelCase};

/// `BigTruck`: `big_truck`.
pub(crate) fn snake(name: &str) -> String {
    name.to_snake_case()
}

/// `big_truck`: `BigTruck`.
pub(crate) fn pascal(name: &str) -> String {
    name.to_upper_camel_case()
}

/// `BigTruck`: `big truck`, as Django says it.
pub(crate) fn spaced(name: &str) -> String {
    name.to_snake_case().replace('_', " ")
}

/// `box`: `boxes`, `category`: `categories`, `car`: `cars`.
pub(crate) fn plural(name: &str) -> String {
    let before_y = |stem: &str| stem.ends_with(|last: char| !"aeiou".contains(last));
    match name.strip_suffix(['y', 'Y']) {
        Some(stem) if before_y(stem) => format!("{stem}ies"),
        _ if ["s", "x", "z", "ch", "sh"].iter().any(|end| name.ends_with(end)) => format!("{name}es"),
        _ => format!("{name}s"),
    }
}

/// Is it a name as Django makes them? Others are not written into sources, nor made folders of.
pub(crate) fn is_plain(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|one| one.is_ascii_alphanumeric() || one == '_')
}

/// The module of a class: `BigTruck`: `big_trucks`.
pub(crate) fn module(class: &str) -> String {
    plural(&snake(class))
}

/// A name that Rust takes for a field or a module: `type` is `type_`, `2nd` is `_2nd`.
pub(crate) fn field(name: &str) -> String {
    let name = name.to_snake_case();
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("_{name}")
    } else if KEYWORDS.contains(&&*name) {
        format!("{name}_")
    } else {
        name
    }
}

/// Those of the 2024 edition, the reserved ones included.
const KEYWORDS: [&str; 51] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_are_named_as_english_does() {
        let named = ["car", "category", "day", "box", "address", "branch", "big_truck"].map(plural);
        assert_eq!(named, ["cars", "categories", "days", "boxes", "addresses", "branches", "big_trucks"]);
    }

    #[test]
    fn names_that_no_django_makes_are_not_plain() {
        assert!(["car", "Big_Truck2", "_x"].into_iter().all(is_plain));
        let odd = ["", "2x", "a b", "../x", "x\nuse std::fs;", "a\"b", "é"];
        assert!(!odd.into_iter().any(is_plain));
    }

    #[test]
    fn what_rust_keeps_for_itself_gets_another_name() {
        assert_eq!(["type", "Owner_ID", "2nd", "box"].map(field), ["type_", "owner_id", "_2nd", "box_"]);
    }
}
