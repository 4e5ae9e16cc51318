//! A serializer of a model's rows.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Path, Result, ext::IdentExt, spanned::Spanned};

use super::{
    declaration::{Declaration, DeclaredField, HeldBy},
    parts::{default_value, in_constant, poem_types, rules, rules_of, shows},
};

pub(super) fn emit(declaration: &Declaration<'_>, model: &Path) -> Result<TokenStream> {
    let (me, visibility, doc) = (declaration.ident, declaration.visibility, &declaration.doc);
    let name = me.to_string();
    let made = |by: HeldBy, suffix: &str, says: &str| {
        let mut fields = declaration.held_by(by).peekable();
        if fields.peek().is_none() {
            return (None, quote!(()));
        }
        let ident = format_ident!("{me}{suffix}");
        let members = fields.map(|field| {
            let (ident, ty) = (field.ident, field.ty);
            let doc = if field.doc.is_empty() { format!("`{}`.", field.name) } else { field.doc.clone() };
            quote!(#[doc = #doc] #visibility #ident: #ty)
        });
        let says = format!("{says} [`{me}`] that no column holds.");
        let item = quote! {
            #[doc = #says]
            #[derive(::core::clone::Clone)]
            #[allow(dead_code)]
            #visibility struct #ident { #(#members),* }
        };
        (Some(item), quote!(#ident))
    };
    let (computed, computed_type) = made(HeldBy::Representation, "Computed", "The members of a representation of");
    let (beside, beside_type) = made(HeldBy::Body, "Beside", "The members of a body of");
    let all_rules = declaration.fields.iter().filter(|field| field.held_by() != HeldBy::Representation).map(rules);
    let getters = declaration.held_by(HeldBy::Column).map(|field| getter(field, model));
    let table = declaration.held_by(HeldBy::Column).map(|field| entry(field, model));
    let from_row = declaration.fields.iter().map(|field| {
        let ident = field.ident;
        match field.held_by() {
            HeldBy::Column => {
                let get = getter_of(field);
                quote!(#ident: ::core::clone::Clone::clone(#get(row)))
            }
            HeldBy::Body => quote!(#ident: serializer::Sent::LeftOut),
            HeldBy::Representation => quote!(#ident: computed.#ident),
        }
    });
    let (beside_methods, computed_methods) = (beside_methods(declaration), computed_methods(declaration));
    let filled = (!declaration.filled.is_empty()).then(|| {
        let names = declaration.filled.iter().map(|field| field.unraw().to_string());
        quote! {
            fn filled() -> serializer::Filled<#model::Entity> {
                serializer::Filled::of(&[#(#names),*])
            }
        }
    });
    let (poem, shown) = (poem_types(declaration), shown(declaration, model));
    let shows = shows(declaration, &quote!(serializer::output_schema::<Self>));
    let items = in_constant(quote! {
        #(#all_rules)*
        #(#getters)*
        #poem

        #shows

        #shown

        #[automatically_derived]
        impl serializer::Serializer for #me {
            type Entity = #model::Entity;
            type Computed = #computed_type;
            type Beside = #beside_type;

            const NAME: &'static str = #name;
            const DOC: &'static str = #doc;

            fn fields() -> &'static serializer::Fields<#model::Entity> {
                static FIELDS: ::std::sync::OnceLock<serializer::Fields<#model::Entity>> = ::std::sync::OnceLock::new();
                FIELDS.get_or_init(|| serializer::Fields::of(::std::vec![#(#table),*]))
            }

            fn from_row(row: &#model::Model, computed: #computed_type) -> Self {
                let _ = (row, &computed);
                Self { #(#from_row),* }
            }

            #beside_methods
            #computed_methods
            #filled
        }
    });
    Ok(quote!(#computed #beside #items))
}

/// How viewsets show rows: as they are, or with what they compute.
fn shown(declaration: &Declaration<'_>, model: &Path) -> TokenStream {
    let me = declaration.ident;
    if declaration.held_by(HeldBy::Representation).next().is_none() {
        return quote! {
            #[automatically_derived]
            impl<V: ::core::marker::Sync> private::Shown<V> for #me {
                async fn computed_of(
                    _: &V,
                    _: &private::Context<'_>,
                    rows: &[#model::Model],
                ) -> ::core::result::Result<::std::vec::Vec<()>, private::Problem> {
                    ::core::result::Result::Ok(::std::vec![(); rows.len()])
                }
            }

            #[automatically_derived]
            impl ::core::convert::From<#model::Model> for #me {
                fn from(row: #model::Model) -> Self {
                    <Self as serializer::Serializer>::from_row(&row, ())
                }
            }
        };
    }
    let computed = format_ident!("{me}Computed");
    quote! {
        #[automatically_derived]
        impl<V: private::ViewSet<Serializer = #me> + private::Represent> private::Shown<V> for #me {
            async fn computed_of(
                viewset: &V,
                cx: &private::Context<'_>,
                rows: &[#model::Model],
            ) -> ::core::result::Result<::std::vec::Vec<#computed>, private::Problem> {
                private::Represent::represent(viewset, cx, rows).await
            }
        }
    }
}

fn getter_of(field: &DeclaredField<'_>) -> syn::Ident {
    format_ident!("get_{}", field.plain)
}

/// The one place that names the model's field.
fn getter(field: &DeclaredField<'_>, model: &Path) -> TokenStream {
    let (name, ty) = (getter_of(field), field.ty);
    let of = field.says.column.as_ref().unwrap_or(field.ident);
    // a name of its own: a field that another macro was given brings that macro's names
    let row = syn::Ident::new("row", Span::call_site());
    let access = quote_spanned!(of.span() => &#row.#of);
    let held = quote_spanned!(ty.span() => serializer::held::<#ty, _>);
    quote! {
        #[allow(non_snake_case)]
        fn #name(#row: &#model::Model) -> &#ty {
            #held(#access)
        }
    }
}

/// A field as data.
fn entry(field: &DeclaredField<'_>, model: &Path) -> TokenStream {
    let (ty, name, doc) = (field.ty, &field.name, &field.doc);
    let of = field.says.column.as_ref().unwrap_or(field.ident).unraw().to_string();
    let (get, rules) = (getter_of(field), rules_of(field));
    let new = quote_spanned!(ty.span() => serializer::Field::<#model::Entity>::new::<#ty>);
    let doc = (!doc.is_empty()).then(|| quote!(.doc(#doc)));
    let access = field.says.access.as_ref().map(|(_, variant)| {
        let variant = format_ident!("{variant}");
        quote!(.access(serializer::FieldAccess::#variant))
    });
    let default = default_value(field).map(|value| {
        let call = quote_spanned!(value.span() => default::<#ty>);
        quote!(.#call(|| #value, #rules()))
    });
    let filled = field.says.filled.map(|_| quote!(.filled()));
    let guarded = [("read_if", &field.says.read_if), ("write_if", &field.says.write_if)];
    let guarded = guarded.into_iter().filter_map(|(method, permissions)| {
        let permissions = permissions.as_ref()?;
        let method = syn::Ident::new(method, permissions.span());
        Some(quote_spanned!(permissions.span() => .#method(#permissions)))
    });
    quote!(#new(#name, #of, #get, #rules()) #doc #access #default #filled #(#guarded)*)
}

fn beside_methods(declaration: &Declaration<'_>) -> TokenStream {
    let fields: Vec<_> = declaration.held_by(HeldBy::Body).collect();
    let read = fields.iter().map(|field| {
        let (ident, name, rules) = (field.ident, &field.name, rules_of(field));
        quote!(let #ident = private::read_member(body, #name, #rules(), of, at);)
    });
    let members = fields.iter().map(|field| {
        let (name, doc, rules) = (&field.name, &field.doc, rules_of(field));
        quote!(serializer::MemberSchema::beside(#name, #doc, #rules()))
    });
    let idents = fields.iter().map(|field| field.ident);
    let (made, listed) = match fields.is_empty() {
        true => (quote!(()), None),
        false => {
            let beside = format_ident!("{}Beside", declaration.ident);
            let listed = quote! {
                fn beside() -> ::std::vec::Vec<serializer::MemberSchema> {
                    ::std::vec![#(#members),*]
                }
            };
            (quote!(#beside { #(#idents: #idents?),* }), Some(listed))
        }
    };
    quote! {
        #[allow(unused_variables)]
        fn read_beside(
            body: &serializer::Members<'_>,
            of: serializer::BodyOf,
            at: &mut serializer::At,
        ) -> ::core::option::Option<Self::Beside> {
            #(#read)*
            ::core::option::Option::Some(#made)
        }
        #listed
    }
}

fn computed_methods(declaration: &Declaration<'_>) -> Option<TokenStream> {
    let fields: Vec<_> = declaration.held_by(HeldBy::Representation).collect();
    if fields.is_empty() {
        return None;
    }
    let members = fields.iter().map(|field| {
        let (name, doc, ty) = (&field.name, &field.doc, field.ty);
        let new = quote_spanned!(ty.span() => serializer::MemberSchema::computed::<#ty>);
        quote!(#new(#name, #doc))
    });
    let written = fields.iter().map(|field| {
        let (ident, member, ty) = (field.ident, field.member(), field.ty);
        let _ = ty;
        quote! {
            out.extend_from_slice(#member);
            serializer::Shows::write(&computed.#ident, &serializer::Bounds::default(), out);
        }
    });
    Some(quote! {
        fn computed() -> ::std::vec::Vec<serializer::MemberSchema> {
            ::std::vec![#(#members),*]
        }

        fn write_computed(computed: &Self::Computed, out: &mut ::std::vec::Vec<u8>) {
            #(#written)*
        }
    })
}
