//! `#[derive(Choices)]`: a few lines of forwarding for each enum.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Result};

use super::{declaration::doc, parts::in_constant};

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    if !matches!(input.data, Data::Enum(_)) {
        let message = "derived on an enum of sea-orm's, beside `DeriveActiveEnum`";
        return Err(Error::new(input.ident.span(), message));
    }
    let (me, name, doc) = (&input.ident, input.ident.to_string(), doc(&input.attrs));
    Ok(in_constant(quote! {
        #[automatically_derived]
        impl serializer::Choice for #me {
            const NAME: &'static str = #name;
            const DOC: &'static str = #doc;
        }

        #[automatically_derived]
        impl serializer::Shows for #me {
            fn schema() -> serializer::MetaSchemaRef {
                private::choice::schema::<Self>()
            }

            fn register(registry: &mut serializer::Registry) {
                private::choice::register::<Self>(registry);
            }

            fn write(&self, _: &serializer::Bounds, out: &mut ::std::vec::Vec<u8>) {
                private::choice::write(self, out);
            }
        }

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
                private::choice::read(json, at)
            }

            fn from_text(
                text: &str,
                _: &serializer::Bounds,
            ) -> ::core::result::Result<Self, serializer::NotRead> {
                private::choice::from_text(text)
            }
        }
    }))
}
