//! The problems that the library answers with.

use http::StatusCode;
use syn::{
    Attribute, Expr, Ident, Item, LitStr, Token,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    visit::Visit,
};

use super::{
    markdown::{Table, code},
    sources::{Sources, text},
    words::first_sentence,
};
use crate::Result;

/// Where each is declared, in the macro `kinds!`.
const FILE: &str = "src/http/kind.rs";

/// A row for each kind of problem, in the order of their declaration.
pub(super) fn table(sources: &Sources) -> Result<String> {
    if let Some((file, call)) = undeclared(sources) {
        return Err(format!("`{file}` makes a problem that `{FILE}` does not declare: `{call}`"));
    }
    let items = sources.below(FILE).flat_map(|file| &file.code.items);
    let mut macros = items.filter_map(|item| match item {
        Item::Macro(item) if item.mac.path.is_ident("kinds") => Some(&item.mac),
        _ => None,
    });
    let kinds = macros.next().ok_or_else(|| format!("`{FILE}` declares no `kinds!`"))?;
    let kinds = kinds.parse_body_with(Punctuated::<Kind, Token![;]>::parse_terminated);
    let mut table = Table::new(&["status", "code", "when"]);
    for kind in kinds.map_err(|error| format!("`{FILE}`: {error}"))? {
        let status = number(&kind.status.to_string())?;
        table.row([status.to_string(), code(&kind.code.value()), first_sentence(&kind.attributes)]);
    }
    Ok(table.written())
}

/// `/// …` `NOT_FOUND = NOT_FOUND "not_found"`
struct Kind {
    attributes: Vec<Attribute>,
    status: Ident,
    code: LitStr,
}

impl Parse for Kind {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<Ident>()?;
        input.parse::<Token![=]>()?;
        Ok(Self { attributes, status: input.parse()?, code: input.parse()? })
    }
}

/// The number of the status of this name.
fn number(name: &str) -> Result<u16> {
    let named = |status: &StatusCode| {
        status.canonical_reason().is_some_and(|reason| reason.to_uppercase().replace([' ', '-'], "_") == name)
    };
    let mut all = (100..600).filter_map(|number| StatusCode::from_u16(number).ok());
    all.find(named).map(|status| status.as_u16()).ok_or_else(|| format!("there is no status `{name}`"))
}

/// The first call that names a status and a code by itself.
fn undeclared(sources: &Sources) -> Option<(String, String)> {
    sources.below("src").find_map(|file| {
        let mut calls = Calls(None);
        calls.visit_file(&file.code);
        calls.0.map(|call| (file.path.display().to_string(), call))
    })
}

struct Calls(Option<String>);

impl<'ast> Visit<'ast> for Calls {
    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        let is_new = ["Problem::new", "Self::new"].contains(&text(&call.func).as_str());
        let mut arguments = call.args.iter();
        let names_status = arguments.next().is_some_and(|status| text(status).starts_with("StatusCode::"));
        if is_new && names_status && matches!(arguments.next(), Some(Expr::Lit(_))) {
            self.0.get_or_insert_with(|| text(call));
        }
        syn::visit::visit_expr_call(self, call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_told_by_its_number() {
        assert_eq!(number("TOO_MANY_REQUESTS"), Ok(429));
        assert!(number("NONSENSE").is_err());
    }

    #[test]
    fn a_problem_that_nobody_declared_is_found() {
        let found = |code: &str| {
            let mut calls = Calls(None);
            calls.visit_file(&syn::parse_file(code).expect("code"));
            calls.0
        };
        let made = r#"fn f() -> Problem { Problem::new(StatusCode::NOT_FOUND, "odd", "Odd.") }"#;
        assert!(found(made).is_some());
        assert_eq!(found("fn f(kind: Kind) -> Problem { Problem::of(kind, \"Odd.\") }"), None);
    }
}
