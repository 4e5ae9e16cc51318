//! What a trait lets its implementer write.

use std::path::Path;

use syn::{Expr, FnArg, Pat, ReturnType, Stmt, TraitItem, TraitItemFn, TypeParamBound};

use super::{
    markdown::{Table, code, link},
    sources::{Sources, text},
    words::{aliases, default_of, first_sentence, is_hidden},
};
use crate::Result;

/// A row for each item: its signature in short, its first sentence, and what holds where it is left out.
pub(super) fn table(sources: &Sources, name: &str, page: &Path) -> Result<String> {
    let (file, item) = sources.trait_named(name)?;
    let mut table = Table::new(&["item", "what it says", "left out", "Django"]);
    for item in &item.items {
        let (attributes, signature, left_out) = match item {
            TraitItem::Const(item) => {
                let value = item.default.as_ref().map(|(_, value)| code(&text(value)));
                (&item.attrs, format!("const {}: {}", item.ident, short(&text(&item.ty))), value)
            }
            TraitItem::Type(item) => (&item.attrs, format!("type {}", item.ident), None),
            TraitItem::Fn(item) => (&item.attrs, signature(item), item.default.as_ref().map(|_| value(item))),
            _ => continue,
        };
        if is_hidden(attributes) {
            continue;
        }
        let sentence = first_sentence(attributes);
        if sentence.is_empty() {
            return Err(format!("`{name}` has an item without a sentence: `{signature}`"));
        }
        let django = aliases(attributes).iter().map(|name| code(name)).collect::<Vec<_>>();
        // the words of the documentation say more than code
        let left_out = left_out.map(|value| default_of(attributes).unwrap_or(value));
        table.row([code(&signature), sentence, left_out.unwrap_or("required".to_owned()), django.join(", ")]);
    }
    let what = lowered(&first_sentence(&item.attrs));
    let caption = link(name, &file.path, page).map(|link| format!("{link}: {what}.\n\n"));
    Ok(caption.unwrap_or_default() + &table.written())
}

/// `async fn created(&self, cx, row, beside) -> Result<()>`
fn signature(item: &TraitItemFn) -> String {
    let arguments = item.sig.inputs.iter().map(|argument| match argument {
        FnArg::Receiver(receiver) => text(receiver),
        FnArg::Typed(argument) => match &*argument.pat {
            Pat::Ident(name) => name.ident.to_string().trim_start_matches('_').to_owned(),
            pattern => text(pattern),
        },
    });
    let arguments = arguments.map(|argument| if argument == "_" { "…".to_owned() } else { argument });
    let (answer, is_future) = answer(&item.sig.output);
    let word = if is_future || item.sig.asyncness.is_some() { "async fn" } else { "fn" };
    let arrow = if answer.is_empty() || answer == "()" { String::new() } else { format!(" -> {}", short(&answer)) };
    format!("{word} {}({}){arrow}", item.sig.ident, arguments.collect::<Vec<_>>().join(", "))
}

/// What a function gives back, and whether that comes later.
fn answer(output: &ReturnType) -> (String, bool) {
    let ReturnType::Type(_, answer) = output else { return (String::new(), false) };
    if let syn::Type::ImplTrait(future) = &**answer
        && let Some(TypeParamBound::Trait(bound)) = future.bounds.first()
        && let Some(segment) = bound.path.segments.last()
        && let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments
        && let Some(syn::GenericArgument::AssocType(output)) = arguments.args.first()
    {
        return (text(&output.ty), true);
    }
    (text(answer), false)
}

/// A type without what only the compiler needs: `EntityOf<Self>` is the viewset's entity.
fn short(of: &str) -> String {
    let mut short = of.replace("<Self as EntityTrait>::", "").replace("Self::", "");
    for noise in ["'static ", "'static, ", "<'_>", "std::result::", "Of<Self>", "Of<Of>"] {
        short = short.replace(noise, "");
    }
    short
}

/// The body of a default, where it is one short expression.
fn value(item: &TraitItemFn) -> String {
    let said = |statements: &[Stmt]| match statements {
        [] => Some("nothing".to_owned()),
        [Stmt::Expr(Expr::Async(later), None)] => match &later.block.stmts[..] {
            [] => Some("nothing".to_owned()),
            [Stmt::Expr(value, None)] => Some(code(&text(value))),
            _ => None,
        },
        [Stmt::Expr(value, None)] => Some(code(&text(value))),
        _ => None,
    };
    let said = item.default.as_ref().and_then(|block| said(&block.stmts));
    match said.as_deref() {
        Some("`Vec::new()`") => "none".to_owned(),
        Some("`Ok(())`") => "nothing".to_owned(),
        Some(said) if said.len() <= 44 && !said.contains("Self") => said.to_owned(),
        _ => "its default".to_owned(),
    }
}

fn lowered(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_short() {
        let code = "trait Shop { fn price(_item: Item) -> Vec<EntityOf<Self>>; \
                    fn sold(&self, _cx: &Context<'_>) -> impl Future<Output = Result<(), Problem>> + Send { async { Ok(()) } } }";
        let syn::Item::Trait(shop) = &syn::parse_file(code).expect("a trait").items[0] else { panic!("a trait") };
        let [TraitItem::Fn(price), TraitItem::Fn(sold)] = &shop.items[..] else { panic!("two functions") };
        assert_eq!(signature(price), "fn price(item) -> Vec<Entity>");
        assert_eq!(signature(sold), "async fn sold(&self, cx) -> Result<(), Problem>");
        assert_eq!(value(sold), "nothing");
    }
}
