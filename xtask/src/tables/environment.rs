//! The variables of the environment that the command line reads.

use syn::{Attribute, Expr, Field, Fields, Item, LitStr, Token, visit::Visit};

use super::{
    markdown::{Table, code},
    settings,
    sources::{Sources, last_word, text},
    words::{default_of, first_sentence},
};
use crate::Result;

/// What the command line is made of.
const FOLDER: &str = "src/cli";

/// One of them: a field of the command line's arguments.
pub(super) struct Variable {
    name: String,
    option: String,
    unit: String,
    sentence: String,
    default: Option<String>,
    /// The type and the method that it is handed to.
    pub(super) sets: Option<(String, String)>,
}

impl Variable {
    pub(super) fn shown(&self) -> String {
        format!("`{}`, `--{}`", self.name, self.option)
    }
}

/// A row for each variable.
pub(super) fn table(sources: &Sources) -> Result<String> {
    let mut table = Table::new(&["environment, option", "what it says", "unit", "left out"]);
    for variable in variables(sources)? {
        let left_out = variable.default.clone().unwrap_or_default();
        table.row([variable.shown(), variable.sentence, variable.unit, left_out]);
    }
    if table.is_empty() { Err(format!("`{FOLDER}` reads no variables")) } else { Ok(table.written()) }
}

/// All of them, in the order of the files.
pub(super) fn variables(sources: &Sources) -> Result<Vec<Variable>> {
    let mut variables = Vec::new();
    for item in sources.below(FOLDER).flat_map(|file| &file.code.items) {
        let Item::Struct(arguments) = item else { continue };
        let Fields::Named(fields) = &arguments.fields else { continue };
        for field in &fields.named {
            let Some(mut variable) = variable(field)? else { continue };
            variable.sets = setter(sources, &arguments.ident.to_string(), &field_name(field));
            if let Some((of, method)) = &variable.sets {
                variable.default = agreed(sources, &variable, of, method)?;
            }
            variables.push(variable);
        }
    }
    Ok(variables)
}

fn field_name(field: &Field) -> String {
    field.ident.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// What clap is told of a field; nothing of one that no variable sets.
fn variable(field: &Field) -> Result<Option<Variable>> {
    let name = field_name(field);
    let (mut environment, mut option, mut unit, mut default) = (None, String::new(), String::new(), None);
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("arg")) {
        let mut said = Said::default();
        said.read(attribute).map_err(|error| format!("`{name}`: {error}"))?;
        environment = said.environment.map(|said| said.unwrap_or_else(|| name.to_uppercase()));
        option = said.option.unwrap_or_else(|| name.replace('_', "-"));
        unit = said.unit.unwrap_or_default().to_lowercase();
        default = said.default.map(|value| code(&value));
    }
    let Some(environment) = environment else { return Ok(None) };
    let default = default.or_else(|| default_of(&field.attrs));
    let sentence = first_sentence(&field.attrs);
    Ok(Some(Variable { name: environment, option, unit, sentence, default, sets: None }))
}

#[derive(Default)]
struct Said {
    /// Its name, where that is not the field's.
    environment: Option<Option<String>>,
    option: Option<String>,
    unit: Option<String>,
    default: Option<String>,
}

impl Said {
    fn read(&mut self, attribute: &Attribute) -> syn::Result<()> {
        attribute.parse_nested_meta(|meta| {
            let value = match meta.input.peek(Token![=]) {
                true => Some(meta.value()?.parse::<Expr>()?),
                false => None,
            };
            let words = value.as_ref().and_then(|value| syn::parse_str::<LitStr>(&text(value)).ok());
            let words = words.map(|words| words.value());
            match meta.path.get_ident().map(ToString::to_string).as_deref() {
                Some("env") => self.environment = Some(words),
                Some("long") => self.option = words,
                Some("value_name") => self.unit = words,
                Some("default_value") => self.default = words,
                _ => {}
            }
            Ok(())
        })
    }
}

/// The default that help and code agree on: one that is said twice must be one.
fn agreed(sources: &Sources, variable: &Variable, of: &str, method: &str) -> Result<Option<String>> {
    let value = settings::default_value(sources, of, method).and_then(|value| settings::number(&value));
    if let (Some(value), Some(said)) = (value, &variable.default) {
        let digits: String = said.chars().take_while(char::is_ascii_digit).collect();
        if digits != value.to_string() {
            return Err(format!("the help of `--{}` says {said}, and `{of}` has {value}", variable.option));
        }
    }
    let setter = settings::setters(sources, of).find(|setter| setter.sig.ident == method);
    let of_setter = || setter.and_then(|setter| settings::default(sources, of, setter));
    Ok(variable.default.clone().or_else(of_setter))
}

/// The method that is called with a field's value, and the type whose it is.
fn setter(sources: &Sources, arguments: &str, field: &str) -> Option<(String, String)> {
    for item in sources.impls_of(arguments).flat_map(|item| &item.items) {
        let syn::ImplItem::Fn(method) = item else { continue };
        let syn::ReturnType::Type(_, answer) = &method.sig.output else { continue };
        let of = last_word(answer).filter(|word| sources.struct_named(word).is_ok());
        let Some(of) = of else { continue };
        let methods = settings::setters(sources, &of).map(|setter| setter.sig.ident.to_string()).collect();
        let mut calls = Calls { field, methods, within: false, found: None };
        calls.visit_block(&method.block);
        if let Some(found) = calls.found {
            return Some((of, found));
        }
    }
    None
}

/// Finds the call of a setter with `self.field`, or within an `if let` or `match` of it.
struct Calls<'a> {
    field: &'a str,
    methods: Vec<String>,
    within: bool,
    found: Option<String>,
}

impl Calls<'_> {
    fn mentions(&self, code: &impl syn::spanned::Spanned) -> bool {
        let path = format!("self.{}", self.field);
        text(code).match_indices(&path).any(|(place, _)| {
            let behind = text(code)[place + path.len()..].chars().next();
            !behind.is_some_and(|next| next.is_alphanumeric() || next == '_')
        })
    }

    fn look_within(&mut self, begins: bool, look: impl FnOnce(&mut Self)) {
        let before = self.within;
        self.within |= begins;
        look(self);
        self.within = before;
    }
}

impl<'ast> Visit<'ast> for Calls<'_> {
    fn visit_expr_if(&mut self, branch: &'ast syn::ExprIf) {
        let begins = self.mentions(&branch.cond);
        self.look_within(begins, |calls| calls.visit_block(&branch.then_branch));
    }

    fn visit_expr_match(&mut self, branches: &'ast syn::ExprMatch) {
        let begins = self.mentions(&branches.expr);
        self.look_within(begins, |calls| branches.arms.iter().for_each(|arm| calls.visit_arm(arm)));
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let name = call.method.to_string();
        if self.methods.contains(&name) && (self.within || call.args.iter().any(|argument| self.mentions(argument))) {
            self.found.get_or_insert(name);
        }
        syn::visit::visit_expr_method_call(self, call);
    }
}
