//! `#[derive(Model)]`.

mod attributes;
mod check;
mod constants;
mod names;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Data, DeriveInput, Error, Field, Fields, FieldsNamed, Ident, Result};

use attributes::{Attributes, Text};

/// A model as declared, defaults filled in.
struct Declaration {
    app: Text,
    model: Text,
    verbose_name: Text,
    default_permissions: Vec<Text>,
    permissions: Vec<(Text, Text)>,
    /// The variant of `Column` that holds the owner's key.
    owner: Option<Text>,
    user_grants: Option<Text>,
    group_grants: Option<Text>,
    key: Option<Text>,
    renamed_from: Option<Text>,
    proxy_of: Option<Text>,
    /// Each field that has a column, and the variant of `Column` that it is.
    fields: Vec<(String, Ident)>,
}

/// The traits `Model` and, with an owner, `Owned` for the entity of this `Model`, and its permissions as constants.
pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    // The dense format of sea-orm repeats derives and attributes on a second struct; the entity has one declaration.
    if input.ident == "ModelEx" {
        return Ok(TokenStream::new());
    }
    let declaration = Declaration::read(input)?;
    check::check(&declaration)?;
    Ok(declaration.emit(input))
}

impl Declaration {
    fn read(input: &DeriveInput) -> Result<Self> {
        let fields = entity_fields(input)?;
        let found = Attributes::of(input)?;
        let (Some(app), Some(model)) = (found.app, found.model) else {
            let message = "a model names its app and its class: `#[refrain(app = \"drivers\", model = \"Car\")]`";
            return Err(match input.attrs.iter().find(|attribute| attribute.path().is_ident("refrain")) {
                Some(incomplete) => Error::new_spanned(incomplete, message),
                None => Error::new(input.ident.span(), message),
            });
        };
        let derived = Text { value: names::words(&model.value), span: model.span };
        let every =
            || ["add", "change", "delete", "view"].map(|action| Text { value: action.into(), span: model.span });
        Ok(Self {
            verbose_name: found.verbose_name.unwrap_or(derived),
            default_permissions: found.default_permissions.unwrap_or_else(|| every().into()),
            permissions: found.permissions.unwrap_or_default(),
            owner: found.owner.map(|owner| owner_column(&owner, fields)).transpose()?,
            user_grants: found.user_grants,
            group_grants: found.group_grants,
            key: found.key,
            renamed_from: found.renamed_from,
            proxy_of: found.proxy_of,
            fields: fields.named.iter().filter_map(field_with_column).collect(),
            app,
            model,
        })
    }

    fn emit(&self, input: &DeriveInput) -> TokenStream {
        let (app, model, verbose_name) = (&self.app.value, &self.model.value, &self.verbose_name.value);
        let model_name = model.to_lowercase();
        let actions = self.default_permissions.iter().map(|action| &action.value);
        let permissions = self
            .permissions
            .iter()
            .map(|(Text { value: codename, .. }, Text { value: name, .. })| quote!((#codename, #name)));
        let renamed_from = match &self.renamed_from {
            Some(former) => {
                let former = former.value.to_lowercase();
                quote!(::core::option::Option::Some(#former))
            }
            None => quote!(::core::option::Option::None),
        };
        let proxy_of = self.proxy_of.as_ref().map(|concrete| {
            let (app, concrete) = concrete.value.split_once('.').unwrap_or((app, &concrete.value));
            let concrete = concrete.to_lowercase();
            quote!(
                const PROXY_OF: ::core::option::Option<(&'static str, &'static str)> =
                    ::core::option::Option::Some((#app, #concrete));
            )
        });
        // Spanned on the struct, so that a missing entity is reported there.
        let entity = quote_spanned!(input.ident.span() => Entity);
        let column = self.owner.as_ref().map(|column| format_ident!("{}", column.value, span = column.span));
        let owner = column.as_ref().map(|column| {
            quote! {
                fn owner() -> ::core::option::Option<Column> {
                    ::core::option::Option::Some(Column::#column)
                }
            }
        });
        let owned = column.as_ref().map(|column| {
            quote! {
                #[automatically_derived]
                impl ::refrain::model::Owned for #entity {
                    const OWNER: Column = Column::#column;
                }
            }
        });
        let grants = [("USER_GRANTS", &self.user_grants), ("GROUP_GRANTS", &self.group_grants)]
            .into_iter()
            .filter_map(|(name, table)| Some((format_ident!("{name}"), &table.as_ref()?.value)))
            .map(|(name, table)| {
                quote!(const #name: ::core::option::Option<&'static str> = ::core::option::Option::Some(#table);)
            });
        let key = self.key.as_ref().map(|_| {
            quote!(
                const KEY_IS_UUID: bool = true;
            )
        });
        let constants = constants::of(self, &entity);
        let fields = self.fields.iter().map(|(name, variant)| quote!((#name, Column::#variant)));
        quote! {
            #[automatically_derived]
            impl ::refrain::model::Model for #entity {
                const APP_LABEL: &'static str = #app;
                const OBJECT_NAME: &'static str = #model;
                const MODEL_NAME: &'static str = #model_name;
                const VERBOSE_NAME: &'static str = #verbose_name;
                const DEFAULT_PERMISSIONS: &'static [&'static str] = &[#(#actions),*];
                const PERMISSIONS: &'static [(&'static str, &'static str)] = &[#(#permissions),*];
                const RENAMED_FROM: ::core::option::Option<&'static str> = #renamed_from;
                const FIELDS: &'static [(&'static str, Column)] = &[#(#fields),*];
                #(#grants)*
                #key
                #proxy_of
                #owner
            }
            #owned
            #constants
        }
    }
}

fn field_with_column(field: &Field) -> Option<(String, Ident)> {
    let variant = names::column(field)?;
    Some((names::field_name(field)?, Ident::new(&variant, field.ident.as_ref()?.span())))
}

fn owner_column(owner: &Text, fields: &FieldsNamed) -> Result<Text> {
    let name = &owner.value;
    let Some(field) = fields.named.iter().find(|field| names::field_name(field).as_ref() == Some(name)) else {
        let with_column = fields.named.iter().filter(|field| names::column(field).is_some());
        let known: Vec<_> = with_column.filter_map(names::field_name).collect();
        return Err(Error::new(owner.span, format!("no field `{name}`; the fields are `{}`", known.join("`, `"))));
    };
    let Some(column) = names::column(field) else {
        return Err(Error::new(owner.span, format!("the field `{name}` has no column: sea-orm ignores it")));
    };
    Ok(Text { value: column, span: owner.span })
}

fn entity_fields(input: &DeriveInput) -> Result<&FieldsNamed> {
    match &input.data {
        Data::Struct(data) if input.ident == "Model" => {
            if let Fields::Named(fields) = &data.fields {
                return Ok(fields);
            }
        }
        _ => {}
    }
    let message = "derived on a sea-orm entity: on its `struct Model { … }`, beside `DeriveEntityModel`";
    Err(Error::new(input.ident.span(), message))
}
