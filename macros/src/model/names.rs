//! Names that follow from other names.

use heck::ToUpperCamelCase;
use proc_macro2::Ident;
use syn::{Field, LitStr};

/// A class name in lower-case words, as Django makes the default `verbose_name` (CONTRACT 2.3): `BigTruck` is
/// `big truck`, `HTTPServer` is `http server`.
///
/// A word begins at a capital after a small letter, and at one before a small letter unless it is the first character.
pub(crate) fn words(class_name: &str) -> String {
    let characters: Vec<char> = class_name.chars().collect();
    let mut words = String::with_capacity(class_name.len() + 4);
    for (at, character) in characters.iter().enumerate() {
        let after_small = at > 0 && characters[at - 1].is_ascii_lowercase();
        let before_small = at > 0 && characters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        if character.is_ascii_uppercase() && (after_small || before_small) {
            words.push(' ');
        }
        words.push(*character);
    }
    words.trim().to_lowercase()
}

/// The variant of `Column` that sea-orm makes for the field; `None` for a field it ignores.
pub(crate) fn column(field: &Field) -> Option<String> {
    let mut column = field_name(field)?.to_upper_camel_case();
    let mut ignored = false;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("sea_orm")) {
        // What sea-orm cannot read, sea-orm reports.
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("enum_name") {
                column = meta.value()?.parse::<LitStr>()?.value();
            } else if meta.path.is_ident("ignore") {
                ignored = true;
            } else if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::Expr>()?;
            } else if meta.input.peek(syn::token::Paren) {
                let skipped;
                syn::parenthesized!(skipped in meta.input);
                skipped.parse::<proc_macro2::TokenStream>()?;
            }
            Ok(())
        });
    }
    (!ignored).then_some(column)
}

/// The field's name without `r#`.
pub(crate) fn field_name(field: &Field) -> Option<String> {
    field.ident.as_ref().map(plain)
}

/// The identifier without `r#`.
pub(crate) fn plain(ident: &Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::{ItemStruct, parse_quote};

    #[test]
    fn class_names_become_words_as_django_has_them() {
        for (class_name, expected) in [
            ("Car", "car"),
            ("car", "car"),
            ("BigTruck", "big truck"),
            ("TokenProxy", "token proxy"),
            ("HTTPServer", "http server"),
            ("MyHTTP", "my http"),
            ("Car2Go", "car2 go"),
            ("Plan9", "plan9"),
            ("Log_Entry", "log_ entry"),
            ("ABC", "abc"),
            ("Éclair", "éclair"),
        ] {
            assert_eq!(words(class_name), expected, "{class_name}");
        }
    }

    #[test]
    fn columns_are_named_as_sea_orm_names_them() {
        let model: ItemStruct = parse_quote! {
            struct Model {
                owner_id: i32,
                r#type: String,
                #[sea_orm(column_type = "Text", enum_name = "Boss", column_name = "owner")]
                manager_id: i32,
                #[sea_orm(ignore)]
                cached: bool,
                #[sea_orm(belongs_to, from = "owner_id", to = "id")]
                url2: i32,
            }
        };
        let columns: Vec<_> = model.fields.iter().map(column).collect();
        let columns: Vec<_> = columns.iter().map(Option::as_deref).collect();
        assert_eq!(columns, [Some("OwnerId"), Some("Type"), Some("Boss"), None, Some("Url2")]);
    }
}
