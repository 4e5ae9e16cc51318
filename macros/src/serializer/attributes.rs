//! What `#[serializer(…)]` says, before anything is checked.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{
    Attribute, Expr, ExprLit, ExprUnary, Ident, Lit, LitStr, Path, Result, Token, Type, UnOp, ext::IdentExt,
    meta::ParseNestedMeta, punctuated::Punctuated, spanned::Spanned,
};

use super::rename::RenameAll;

const ON_FIELD: &str = "`read_only`, `write_only`, `create_only`, `column`, `rename`, `default`, `filled`, `beside`, \
                        `computed`, `read_if`, `write_if`, `length(…)`, `range(…)`, `pattern`, `one_of(…)`, `unique_items`, `with`";
const ON_STRUCT: &str = "`model`, `rename_all`, `filled(…)`";

/// On the struct.
#[derive(Default)]
pub(super) struct OnStruct {
    pub(super) model: Option<Path>,
    pub(super) rename_all: Option<RenameAll>,
    pub(super) filled: Vec<Ident>,
}

/// On a field.
#[derive(Default)]
pub(super) struct OnField {
    pub(super) access: Option<(Ident, &'static str)>,
    pub(super) column: Option<Ident>,
    pub(super) rename: Option<LitStr>,
    pub(super) default: Option<Expr>,
    pub(super) filled: Option<Span>,
    pub(super) beside: Option<Span>,
    pub(super) computed: Option<Span>,
    /// expressions of permission classes
    pub(super) read_if: Option<Expr>,
    pub(super) write_if: Option<Expr>,
    /// `.length(1..=5)`, each with the span of what says it
    pub(super) validators: Vec<TokenStream>,
}

impl OnStruct {
    pub(super) fn read(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        for attribute in of_ours(attributes) {
            attribute.parse_nested_meta(|meta| match word(&meta).as_str() {
                "model" => {
                    let help = "`model` is written `model = car`, the module of the entity";
                    found.model = Some(meta.value().map_err(|_| meta.error(help))?.parse()?);
                    Ok(())
                }
                "rename_all" => {
                    found.rename_all = Some(RenameAll::read(&text(&meta, "rename_all = \"camelCase\"")?)?);
                    Ok(())
                }
                "filled" => {
                    let help = "`filled` on a struct is written `filled(tenant_id)`: fields of the model";
                    let names = in_parentheses(&meta, help, Ident::parse_any)?;
                    found.filled.extend(names);
                    Ok(())
                }
                _ => Err(meta.error(format!("no attribute of a serializer; there are {ON_STRUCT}"))),
            })?;
        }
        Ok(found)
    }
}

impl OnField {
    pub(super) fn read(attributes: &[Attribute], ty: &Type) -> Result<Self> {
        let mut found = Self::default();
        for attribute in of_ours(attributes) {
            attribute.parse_nested_meta(|meta| found.read_one(&meta, ty))?;
        }
        Ok(found)
    }

    fn read_one(&mut self, meta: &ParseNestedMeta<'_>, ty: &Type) -> Result<()> {
        let span = meta.path.span();
        match word(meta).as_str() {
            "read_only" => self.access(meta, "ReadOnly"),
            "write_only" => self.access(meta, "WriteOnly"),
            "create_only" => self.access(meta, "CreateOnly"),
            "filled" => once(meta, &mut self.filled, span),
            "beside" => once(meta, &mut self.beside, span),
            "computed" => once(meta, &mut self.computed, span),
            "column" => {
                let help = "`column` is written `column = kind`: the model's field, without quotes";
                let value = meta.value().map_err(|_| meta.error(help))?;
                let ident = value.call(Ident::parse_any).map_err(|error| syn::Error::new(error.span(), help))?;
                once(meta, &mut self.column, raw(ident))
            }
            "rename" => {
                let name = text(meta, "rename = \"type\"")?;
                if name.value().is_empty() {
                    return Err(syn::Error::new(name.span(), "a name has a letter at least"));
                }
                once(meta, &mut self.rename, name)
            }
            "default" => {
                let help = "`default` is written `default = false`";
                let value = meta.value().map_err(|_| meta.error(help))?.parse()?;
                once(meta, &mut self.default, value)
            }
            "read_if" | "write_if" => {
                let name = word(meta);
                let help = format!("`{name}` is written `{name} = HasPerm(\"hr.view_salary\") | IsOwner`");
                let permissions = meta.value().map_err(|_| meta.error(&help))?.parse()?;
                let place = if name == "read_if" { &mut self.read_if } else { &mut self.write_if };
                once(meta, place, permissions)
            }
            "length" | "range" => {
                let name = word(meta);
                let help = format!("`{name}` is written `{name}(1..=100)`");
                let [range] = &in_parentheses(meta, &help, <Expr as syn::parse::Parse>::parse)?[..] else {
                    return Err(meta.error(help));
                };
                if !matches!(range, Expr::Range(_)) {
                    return Err(syn::Error::new(range.span(), help));
                }
                self.says(meta, quote_spanned!(range.span() => #range));
                Ok(())
            }
            "pattern" => {
                let pattern = text(meta, "pattern = \"[a-z]+\"")?;
                self.says(meta, quote_spanned!(pattern.span() => #pattern));
                Ok(())
            }
            "one_of" => {
                let help = "`one_of` is written `one_of(\"a\", \"b\")`";
                let choices = in_parentheses(meta, help, <Expr as syn::parse::Parse>::parse)?;
                if choices.is_empty() {
                    return Err(meta.error(help));
                }
                self.says(meta, quote_spanned!(span => &[#(#choices),*]));
                Ok(())
            }
            "unique_items" => {
                self.says(meta, TokenStream::new());
                Ok(())
            }
            "with" => {
                let help = "`with` is written `with = path::to::function`";
                let function: Path = meta.value().map_err(|_| meta.error(help))?.parse()?;
                self.says(meta, quote_spanned!(function.span() => #function));
                Ok(())
            }
            "model" | "rename_all" => Err(meta.error("this stands on the struct, not on a field")),
            _ => {
                let _ = ty;
                Err(meta.error(format!("no attribute of a field; there are {ON_FIELD}")))
            }
        }
    }

    fn access(&mut self, meta: &ParseNestedMeta<'_>, variant: &'static str) -> Result<()> {
        let Some(ident) = meta.path.get_ident() else { return Err(meta.error("a single word")) };
        if let Some((before, _)) = &self.access {
            return Err(meta.error(format!("a field is `{before}` or `{ident}`, not both")));
        }
        self.access = Some((ident.clone(), variant));
        Ok(())
    }

    fn says(&mut self, meta: &ParseNestedMeta<'_>, arguments: TokenStream) {
        let name = raw(Ident::new(&word(meta), meta.path.span()));
        self.validators.push(quote_spanned!(meta.path.span() => .#name(#arguments)));
    }
}

/// A number or a truth value stands for the type it is declared as; everything else converts into it.
pub(super) fn is_bare_literal(value: &Expr, ty: &Type) -> bool {
    let literal = match value {
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => expr,
        other => other,
    };
    let Expr::Lit(ExprLit { lit, .. }) = literal else { return false };
    let Type::Path(path) = ty else { return false };
    let primitive = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "bool"];
    let is_primitive = primitive.iter().any(|name| path.path.is_ident(name));
    matches!(lit, Lit::Int(_) | Lit::Float(_) | Lit::Bool(_)) && is_primitive
}

fn of_ours(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("serializer"))
}

fn word(meta: &ParseNestedMeta<'_>) -> String {
    meta.path.get_ident().map(Ident::to_string).unwrap_or_default()
}

fn once<T>(meta: &ParseNestedMeta<'_>, place: &mut Option<T>, value: T) -> Result<()> {
    if place.is_some() {
        return Err(meta.error(format!("`{}` is given twice", word(meta))));
    }
    *place = Some(value);
    Ok(())
}

fn text(meta: &ParseNestedMeta<'_>, example: &str) -> Result<LitStr> {
    let help = || meta.error(format!("`{}` is written `{example}`", word(meta)));
    meta.value().map_err(|_| help())?.parse().map_err(|_| help())
}

fn in_parentheses<T>(
    meta: &ParseNestedMeta<'_>,
    help: &str,
    one: fn(syn::parse::ParseStream<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    if !meta.input.peek(syn::token::Paren) {
        return Err(meta.error(help));
    }
    let content;
    syn::parenthesized!(content in meta.input);
    Ok(Punctuated::<T, Token![,]>::parse_terminated_with(&content, one)?.into_iter().collect())
}

/// A keyword as the name of a field: `r#type`.
fn raw(ident: Ident) -> Ident {
    let plain = ident.unraw().to_string();
    match syn::parse_str::<Ident>(&plain) {
        Ok(_) => ident,
        Err(_) => Ident::new_raw(&plain, ident.span()),
    }
}
