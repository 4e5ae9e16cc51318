//! What can be set on a value of a type, with the variable of the environment that sets it.

use std::path::Path;

use syn::{Expr, FnArg, ImplItemFn, ItemImpl, Member, ReturnType, Stmt, visit::Visit};

use super::{
    environment::{self, Variable},
    markdown::{Table, code, link},
    sources::{Sources, text},
    words::{aliases, default_of, first_sentence, is_hidden},
};
use crate::Result;

/// A row for each method that takes the value and gives it back changed.
pub(super) fn table(sources: &Sources, name: &str, page: &Path) -> Result<String> {
    let (file, _) = sources.struct_named(name)?;
    let variables = environment::variables(sources)?;
    let mut table = Table::new(&["setting", "what it says", "left out", "environment, option", "Django"]);
    for setter in setters(sources, name) {
        let method = setter.sig.ident.to_string();
        let sets = |variable: &&Variable| {
            variable.sets.as_ref().is_some_and(|sets| *sets == (name.to_owned(), method.clone()))
        };
        let variable = variables.iter().find(sets).map(Variable::shown).unwrap_or_default();
        let django = aliases(&setter.attrs).iter().map(|name| code(name)).collect::<Vec<_>>().join(", ");
        let left_out = default(sources, name, setter).unwrap_or_default();
        table.row([code(&call(setter)), first_sentence(&setter.attrs), left_out, variable, django]);
    }
    if table.is_empty() {
        return Err(format!("nothing can be set on `{name}`"));
    }
    let caption = link(name, &file.path, page).map(|link| format!("Methods of {link}:\n\n"));
    Ok(caption.unwrap_or_default() + &table.written())
}

/// Methods that take the value and give it back changed.
pub(super) fn setters<'a>(sources: &'a Sources, name: &'a str) -> impl Iterator<Item = &'a ImplItemFn> {
    sources.methods_of(name).filter(move |method| {
        let is_of_value = matches!(method.sig.inputs.first(), Some(FnArg::Receiver(_)));
        let gives_it = match &method.sig.output {
            // where it can be refused, in a result
            ReturnType::Type(_, answer) => {
                let answer = text(answer);
                [name, "Self"].iter().any(|of| answer == **of || answer == format!("Result<{of}>"))
            }
            ReturnType::Default => false,
        };
        is_of_value && !is_hidden(&method.attrs) && gives_it
    })
}

/// `max_connections(connections)`
fn call(method: &ImplItemFn) -> String {
    let arguments = method.sig.inputs.iter().filter_map(|argument| match argument {
        FnArg::Typed(argument) => Some(text(&argument.pat).trim_start_matches("mut ").to_owned()),
        FnArg::Receiver(_) => None,
    });
    format!("{}({})", method.sig.ident, arguments.collect::<Vec<_>>().join(", "))
}

/// What holds where it is not called: what its documentation says, else what `Default` has.
pub(super) fn default(sources: &Sources, name: &str, setter: &ImplItemFn) -> Option<String> {
    let said = default_of(&setter.attrs).or_else(|| {
        let value = default_value(sources, name, &setter.sig.ident.to_string())?;
        shown(&value)
    });
    // what takes nothing switches something on
    said.or_else(|| (setter.sig.inputs.len() == 1).then(|| "off".to_owned()))
}

/// What `impl Default` has in the field of this name.
pub(super) fn default_value(sources: &Sources, name: &str, field: &str) -> Option<Expr> {
    let is_default = |item: &&ItemImpl| {
        item.trait_
            .as_ref()
            .is_some_and(|(_, path, _)| path.segments.last().is_some_and(|last| last.ident == "Default"))
    };
    let mut fields = Fields { named: field, found: None };
    sources.impls_of(name).filter(is_default).for_each(|item| fields.visit_item_impl(item));
    fields.found
}

struct Fields<'a> {
    named: &'a str,
    found: Option<Expr>,
}

impl<'ast> Visit<'ast> for Fields<'_> {
    fn visit_field_value(&mut self, field: &'ast syn::FieldValue) {
        if matches!(&field.member, Member::Named(name) if name == self.named) {
            self.found = Some(field.expr.clone());
        }
    }
}

/// A value as a reader writes it: `5 s`, `1,000`.
fn shown(value: &Expr) -> Option<String> {
    match value {
        Expr::Call(call) => match (text(&call.func).as_str(), call.args.first()) {
            ("Some", Some(value)) => shown(value),
            ("Duration::from_secs", Some(value)) => number(value).map(duration),
            _ => None,
        },
        Expr::Lit(_) | Expr::Binary(_) => number(value).map(grouped),
        _ => None,
    }
}

/// The number of seconds, or of things, that a default is.
pub(super) fn number(value: &Expr) -> Option<u64> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        Expr::Binary(product) if matches!(product.op, syn::BinOp::Mul(_)) => {
            Some(number(&product.left)? * number(&product.right)?)
        }
        Expr::Call(call) if matches!(text(&call.func).as_str(), "Some" | "Duration::from_secs") => {
            number(call.args.first()?)
        }
        Expr::Block(block) => match &block.block.stmts[..] {
            [Stmt::Expr(value, None)] => number(value),
            _ => None,
        },
        _ => None,
    }
}

fn duration(seconds: u64) -> String {
    match seconds {
        0 => "0".to_owned(),
        _ if seconds.is_multiple_of(86_400) => format!("{} days", seconds / 86_400),
        _ if seconds.is_multiple_of(3_600) => format!("{} h", seconds / 3_600),
        _ if seconds > 60 && seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}

fn grouped(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", grouped(number / 1_000), number % 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_is_written_as_a_reader_would() {
        let shown = |code: &str| shown(&syn::parse_str(code).expect("an expression"));
        assert_eq!(shown("Duration::from_secs(5)").as_deref(), Some("5 s"));
        assert_eq!(shown("Some(Duration::from_secs(10 * 60))").as_deref(), Some("10 min"));
        assert_eq!(shown("1_000").as_deref(), Some("1,000"));
        assert_eq!(shown("None"), None);
    }
}
