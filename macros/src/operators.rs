//! `#[derive(Operators)]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{DeriveInput, parse_quote};

/// `&`, `|` and `!` for the type: each wraps it in the type of that name.
pub(crate) fn expand(input: &DeriveInput) -> TokenStream {
    let and = binary(input, "BitAnd", "bitand", "And");
    let or = binary(input, "BitOr", "bitor", "Or");
    let name = &input.ident;
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    quote! {
        #and
        #or
        #[automatically_derived]
        impl #generics ::core::ops::Not for #name #arguments #bounds {
            type Output = ::refrain::permission::Not<Self>;
            fn not(self) -> Self::Output {
                ::refrain::permission::Not(self)
            }
        }
    }
}

fn binary(input: &DeriveInput, operator: &str, method: &str, output: &str) -> TokenStream {
    let (operator, method, output) =
        (format_ident!("{operator}"), format_ident!("{method}"), format_ident!("{output}"));
    let name = &input.ident;
    let (_, arguments, bounds) = input.generics.split_for_impl();
    // The right side is a parameter of the impl only; its name must not meet one of the type's own.
    let mut with_right = input.generics.clone();
    with_right.params.push(parse_quote!(__Right));
    let (generics, ..) = with_right.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #generics ::core::ops::#operator<__Right> for #name #arguments #bounds {
            type Output = ::refrain::permission::#output<Self, __Right>;
            fn #method(self, right: __Right) -> Self::Output {
                ::refrain::permission::#output(self, right)
            }
        }
    }
}
