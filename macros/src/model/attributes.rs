//! What `#[refrain(…)]` says, before anything is checked.

use proc_macro2::Span;
use syn::{
    DeriveInput, Error, Ident, LitStr, Result, Token,
    ext::IdentExt,
    meta::ParseNestedMeta,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use super::names::plain;

const KNOWN: &str = "`app`, `model`, `verbose_name`, `default_permissions(…)`, `permissions(…)`, `owner`, `user_grants`, \
                     `group_grants`, `key`, `renamed_from`, `proxy_of`";

/// The attributes of a model as written.
#[derive(Default)]
pub(crate) struct Attributes {
    pub(crate) app: Option<Text>,
    pub(crate) model: Option<Text>,
    pub(crate) verbose_name: Option<Text>,
    pub(crate) default_permissions: Option<Vec<Text>>,
    pub(crate) permissions: Option<Vec<(Text, Text)>>,
    pub(crate) owner: Option<Text>,
    pub(crate) user_grants: Option<Text>,
    pub(crate) group_grants: Option<Text>,
    pub(crate) key: Option<Text>,
    pub(crate) renamed_from: Option<Text>,
    pub(crate) proxy_of: Option<Text>,
}

/// A string or a bare word, and where it stands.
#[derive(Clone)]
pub(crate) struct Text {
    pub(crate) value: String,
    pub(crate) span: Span,
}

impl Attributes {
    pub(crate) fn of(input: &DeriveInput) -> Result<Self> {
        let mut found = Self::default();
        for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("refrain")) {
            attribute.parse_nested_meta(|meta| found.read(&meta))?;
        }
        Ok(found)
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let name = meta.path.get_ident().map(Ident::to_string).unwrap_or_default();
        match name.as_str() {
            "app" => set(&mut self.app, meta, &name, text),
            "model" => set(&mut self.model, meta, &name, text),
            "verbose_name" => set(&mut self.verbose_name, meta, &name, text),
            "owner" => set(&mut self.owner, meta, &name, text),
            "user_grants" => set(&mut self.user_grants, meta, &name, text),
            "group_grants" => set(&mut self.group_grants, meta, &name, text),
            "key" => set(&mut self.key, meta, &name, text),
            "renamed_from" => set(&mut self.renamed_from, meta, &name, text),
            "proxy_of" => set(&mut self.proxy_of, meta, &name, text),
            "default_permissions" => set(&mut self.default_permissions, meta, &name, actions),
            "permissions" => set(&mut self.permissions, meta, &name, pairs),
            _ => Err(meta.error(format!("unknown attribute; the attributes are {KNOWN}"))),
        }
    }
}

impl Parse for Text {
    /// A codename may hold what no Rust word can (CONTRACT 2.9): then it is written as a string.
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.peek(LitStr) {
            let literal: LitStr = input.parse()?;
            return Ok(Self { value: literal.value(), span: literal.span() });
        }
        let word = input.call(Ident::parse_any)?;
        Ok(Self { value: plain(&word), span: word.span() })
    }
}

fn set<T>(
    place: &mut Option<T>,
    meta: &ParseNestedMeta<'_>,
    name: &str,
    read: fn(&ParseNestedMeta<'_>, &str) -> Result<T>,
) -> Result<()> {
    if place.is_some() {
        return Err(meta.error(format!("`{name}` is given twice")));
    }
    *place = Some(read(meta, name)?);
    Ok(())
}

/// `= "text"`.
fn text(meta: &ParseNestedMeta<'_>, name: &str) -> Result<Text> {
    let help = || meta.error(format!("`{name}` is written `{name} = \"…\"`"));
    let literal: LitStr = meta.value().map_err(|_| help())?.parse().map_err(|_| help())?;
    Ok(Text { value: literal.value(), span: literal.span() })
}

/// `(view, change)`.
fn actions(meta: &ParseNestedMeta<'_>, name: &str) -> Result<Vec<Text>> {
    in_parentheses(meta, || format!("`{name}` is written `{name}(view, change)`"), Text::parse)
}

/// `(codename = "name", …)`.
fn pairs(meta: &ParseNestedMeta<'_>, name: &str) -> Result<Vec<(Text, Text)>> {
    let help = || format!("`{name}` is written `{name}(publish_car = \"Can publish car\")`: codename and name");
    in_parentheses(meta, help, |input| {
        let codename: Text = input.parse()?;
        let wrong = |_| Error::new(codename.span, help());
        input.parse::<Token![=]>().map_err(wrong)?;
        let literal: LitStr = input.parse().map_err(wrong)?;
        Ok((codename, Text { value: literal.value(), span: literal.span() }))
    })
}

fn in_parentheses<T>(
    meta: &ParseNestedMeta<'_>,
    help: impl Fn() -> String,
    one: impl Fn(ParseStream<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    if !meta.input.peek(syn::token::Paren) {
        return Err(meta.error(help()));
    }
    let content;
    syn::parenthesized!(content in meta.input);
    let mut list = Punctuated::<T, Token![,]>::new();
    while !content.is_empty() {
        list.push_value(one(&content)?);
        if !content.is_empty() {
            list.push_punct(content.parse().map_err(|error: Error| Error::new(error.span(), help()))?);
        }
    }
    Ok(list.into_iter().collect())
}
