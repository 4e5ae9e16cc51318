//! A constant on the entity for each permission: `car::Entity::VIEW_CAR`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::parse_str;

use super::Declaration;

/// What an entity has by these names already: sea-orm's columns, and the constants of the traits that are derived here.
const TAKEN: [&str; 11] = [
    "COLUMN",
    "APP_LABEL",
    "OBJECT_NAME",
    "MODEL_NAME",
    "VERBOSE_NAME",
    "DEFAULT_PERMISSIONS",
    "PERMISSIONS",
    "RENAMED_FROM",
    "USER_GRANTS",
    "GROUP_GRANTS",
    "OWNER",
];

/// The codenames in upper case, automatic ones and custom ones. Those that are no identifier then, are taken, or are
/// shared by two codenames have none: their permissions are named by text.
pub(super) fn of(model: &Declaration, entity: &TokenStream) -> TokenStream {
    let model_name = model.model.value.to_lowercase();
    let automatic = model.default_permissions.iter().map(|action| format!("{}_{model_name}", action.value));
    let custom = model.permissions.iter().map(|(codename, _)| codename.value.clone());
    let codenames: Vec<String> = automatic.chain(custom).collect();
    let is_only = |name: &str| codenames.iter().filter(|codename| codename.to_uppercase() == name).count() == 1;
    let constants: Vec<TokenStream> = codenames
        .iter()
        .filter_map(|codename| {
            let name = codename.to_uppercase();
            let identifier: Ident = parse_str(&name).ok()?;
            let doc = format!("The permission `{}.{codename}`.", model.app.value);
            (is_only(&name) && !TAKEN.contains(&name.as_str())).then(|| {
                quote! {
                    #[doc = #doc]
                    pub const #identifier: ::refrain::grants::PermissionOf<#entity> =
                        ::refrain::grants::PermissionOf::new(#codename);
                }
            })
        })
        .collect();
    if constants.is_empty() {
        return TokenStream::new();
    }
    quote! {
        #[automatically_derived]
        #[allow(dead_code)]
        impl #entity {
            #(#constants)*
        }
    }
}
