//! An object inside of a value: a typed JSON column, an item of a list.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Result;

use super::{
    declaration::Declaration,
    parts::{default_value, in_constant, poem_types, rules, rules_of, shows},
};

pub(super) fn emit(declaration: &Declaration<'_>) -> Result<TokenStream> {
    let (me, doc) = (declaration.ident, &declaration.doc);
    let name = me.to_string();
    let all_rules = declaration.fields.iter().map(rules);
    let fields = || declaration.fields.iter();
    let idents: Vec<_> = fields().map(|field| field.ident).collect();
    let names: Vec<_> = fields().map(rules_of).collect();
    let members = fields().map(|field| {
        let (name, doc, rules) = (&field.name, &field.doc, rules_of(field));
        let has_default = field.says.default.is_some();
        quote!(serializer::MemberSchema::nested(#name, #doc, #rules(), #has_default))
    });
    let read = fields().map(|field| {
        let (ident, name, rules) = (field.ident, &field.name, rules_of(field));
        let default = match default_value(field) {
            Some(value) => quote!(::core::option::Option::Some(|| #value)),
            None => quote!(::core::option::Option::None),
        };
        quote!(let #ident = private::nested_member(&members, #name, #rules(), #default, at);)
    });
    let schema = quote!(|registry| private::nested_schema(#name, #doc, ::std::vec![#(#members),*], registry));
    let (poem, shows) = (poem_types(declaration), shows(declaration, &schema));
    Ok(in_constant(quote! {
        #(#all_rules)*
        #poem

        #[automatically_derived]
        impl serializer::Body for #me {
            fn read_body(body: serializer::Json<'_>) -> ::core::result::Result<Self, private::Problem> {
                private::read_object::<Self>(body)
            }
        }

        #shows

        #[automatically_derived]
        impl serializer::FieldType for #me {
            type Inner = Self;

            fn inner(&self) -> ::core::option::Option<&Self> {
                ::core::option::Option::Some(self)
            }

            fn read(
                json: serializer::Json<'_>,
                _: &serializer::Bounds,
                at: &mut serializer::At,
            ) -> ::core::option::Option<Self> {
                let members = private::members_of(json, at)?;
                #(#read)*
                ::core::option::Option::Some(Self { #(#idents: #idents?),* })
            }

            fn from_text(
                _: &str,
                _: &serializer::Bounds,
            ) -> ::core::result::Result<Self, serializer::NotRead> {
                ::core::result::Result::Err(serializer::NotRead::NO_TEXT)
            }

            fn check(_: private::sea_orm::DbBackend, mistakes: &mut ::std::vec::Vec<::std::string::String>) {
                #(private::check_rules(#names(), mistakes);)*
            }
        }
    }))
}
