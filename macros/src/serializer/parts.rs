//! What both kinds of serializers are made of.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Type, spanned::Spanned};

use super::declaration::{Declaration, DeclaredField, HeldBy};

pub(super) fn rules_of(field: &DeclaredField<'_>) -> Ident {
    format_ident!("rules_{}", field.plain)
}

/// The function that knows a field's rules: the one place that asks anything of its type.
pub(super) fn rules(field: &DeclaredField<'_>) -> TokenStream {
    let ty = field.ty;
    let of = match field.held_by() {
        HeldBy::Body => quote_spanned!(ty.span() => <#ty as serializer::IsSent>::Of),
        _ => quote!(#ty),
    };
    let made = quote_spanned!(ty.span() => serializer::rules::<#of>());
    let (name, validators) = (rules_of(field), &field.says.validators);
    quote! {
        #[allow(non_snake_case)]
        fn #name() -> &'static serializer::Rules<#of> {
            static RULES: ::std::sync::OnceLock<serializer::Rules<#of>> = ::std::sync::OnceLock::new();
            RULES.get_or_init(|| #made #(#validators)*)
        }
    }
}

/// How a struct is described, under its own name, and written; `schema` makes its schema, once.
pub(super) fn shows(declaration: &Declaration<'_>, schema: &TokenStream) -> TokenStream {
    let (me, write) = (declaration.ident, write_self(declaration));
    let name = me.to_string();
    quote! {
        #[automatically_derived]
        impl serializer::Shows for #me {
            fn schema() -> serializer::MetaSchemaRef {
                serializer::MetaSchemaRef::Reference(::std::string::String::from(#name))
            }

            fn register(registry: &mut serializer::Registry) {
                private::register_object::<Self>(registry, #name, #schema);
            }

            fn write(&self, _: &serializer::Bounds, out: &mut ::std::vec::Vec<u8>) {
                #write
            }
        }
    }
}

/// Writes this struct as an object: what poem-openapi's types, computed members and nested objects are written by.
fn write_self(declaration: &Declaration<'_>) -> TokenStream {
    let has_model = declaration.model.is_some();
    let mut column = 0_usize;
    let members = declaration.fields.iter().map(|field| {
        let place = column;
        column += usize::from(field.held_by() == HeldBy::Column);
        let (ident, member) = (field.ident, field.member());
        match field.held_by() {
            HeldBy::Body => quote!(let _ = &self.#ident;),
            // no caller is known who may be shown it
            _ if field.is_write_only() || field.says.read_if.is_some() => quote!(let _ = &self.#ident;),
            HeldBy::Column if has_model => {
                let rules = rules_of(field);
                quote!(private::write_column::<Self, _>(#place, #rules(), &self.#ident, out);)
            }
            HeldBy::Column => {
                let rules = rules_of(field);
                quote!(private::write_member(#member, #rules(), &self.#ident, out);)
            }
            HeldBy::Representation => quote! {
                out.extend_from_slice(#member);
                serializer::Shows::write(&self.#ident, &serializer::Bounds::default(), out);
            },
        }
    });
    quote! {
        let start = out.len();
        #(#members)*
        private::close_object(start, out);
    }
}

/// The traits by which poem-openapi knows a type.
pub(super) fn poem_types(declaration: &Declaration<'_>) -> TokenStream {
    let me = declaration.ident;
    let name = me.to_string();
    quote! {
        #[automatically_derived]
        impl private::poem_openapi::types::Type for #me {
            const IS_REQUIRED: bool = true;
            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(#name)
            }

            fn schema_ref() -> serializer::MetaSchemaRef {
                <Self as serializer::Shows>::schema()
            }

            fn register(registry: &mut serializer::Registry) {
                <Self as serializer::Shows>::register(registry);
            }

            fn as_raw_value(&self) -> ::core::option::Option<&Self> {
                ::core::option::Option::Some(self)
            }

            fn raw_element_iter<'a>(&'a self) -> ::std::boxed::Box<dyn ::core::iter::Iterator<Item = &'a Self> + 'a> {
                ::std::boxed::Box::new(::core::iter::once(self))
            }
        }

        #[automatically_derived]
        impl private::poem_openapi::types::IsObjectType for #me {}

        #[automatically_derived]
        impl private::poem_openapi::types::ToJSON for #me {
            fn to_json(&self) -> ::core::option::Option<private::serde_json::Value> {
                private::serde_json::from_str(&self.to_json_string()).ok()
            }

            fn to_json_string(&self) -> ::std::string::String {
                private::json_of(self)
            }
        }
    }
}

/// What stands in an anonymous constant does not meet the program's own names.
pub(super) fn in_constant(items: TokenStream) -> TokenStream {
    quote! {
        const _: () = {
            use ::refrain::serializer::{self, private};
            #items
        };
    }
}

/// A default as a value of the field's type.
pub(super) fn default_value(field: &DeclaredField<'_>) -> Option<TokenStream> {
    let value = field.says.default.as_ref()?;
    let ty: &Type = field.ty;
    Some(match super::attributes::is_bare_literal(value, ty) {
        true => quote!(#value),
        false => quote_spanned!(value.span() => private::default_of::<#ty, _>(#value)),
    })
}
