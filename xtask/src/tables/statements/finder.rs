//! Every function that runs a statement.

use std::{collections::BTreeSet, path::Path};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{
    Attribute, Expr, ExprAwait, ExprCall, ExprMethodCall, ImplItemFn, ItemFn, ItemImpl, ItemMod, ItemTrait, Macro,
    TraitItemFn,
    visit::{self, Visit},
};

use crate::tables::sources::{File, last_word};

/// What runs a statement, whatever it is called on.
const METHODS: [&str; 18] = [
    "query_one",
    "query_one_raw",
    "query_all",
    "query_all_raw",
    "execute",
    "execute_raw",
    "execute_unprepared",
    "execute_whole",
    "exec",
    "exec_with_returning",
    "exec_without_returning",
    "fetch_one",
    "fetch_all",
    "fetch_optional",
    "stream",
    "stream_raw",
    "listen_all",
    "ping",
];

/// What does so where it is awaited with so many arguments: the same names mean something else elsewhere.
const AWAITED: [(&str, usize); 11] = [
    ("one", 1),
    ("all", 1),
    ("count", 1),
    ("insert", 1),
    ("update", 1),
    ("save", 1),
    ("delete", 1),
    ("num_items", 0),
    ("keys_where", 3),
    ("create_table", 1),
    ("drop_table", 1),
];

/// The library's own functions that run what they are handed: whoever calls them is looked for.
const HANDED: [&str; 3] = ["judged", "judged_in", "judge_one"];

/// Where those are, and the executor that hands on everybody's.
const HANDS_ON: [&str; 4] =
    ["src/db/executor.rs", "src/model/info.rs", "src/permission/rule/judge.rs", "src/permission/rule/table_rows.rs"];

/// What is no part of a program that serves: the kit for tests, and the examples in the documentation.
const LEFT_OUT: [&str; 2] = ["src/testing", "src/doc_example.rs"];

/// A function, by its file and, where it has one, its type.
pub(super) type Place = (String, String);

/// Those of some files that run a statement.
pub(super) fn places<'f>(files: impl Iterator<Item = &'f File>) -> BTreeSet<Place> {
    let mut found = BTreeSet::new();
    for file in files.filter(|file| !is_among(&HANDS_ON, &file.path) && !is_among(&LEFT_OUT, &file.path)) {
        let path = file.path.display().to_string();
        found.extend(of_file(&file.code).into_iter().map(|function| (path.clone(), function)));
    }
    found
}

fn is_among(paths: &[&str], path: &Path) -> bool {
    paths.iter().any(|one| path.starts_with(one))
}

fn of_file(code: &syn::File) -> BTreeSet<String> {
    let mut finder = Finder::default();
    finder.visit_file(code);
    finder.found
}

#[derive(Default)]
struct Finder {
    /// the type whose methods are looked at, then the functions around the place
    within: Vec<String>,
    found: BTreeSet<String>,
}

impl Finder {
    fn note(&mut self) {
        self.found.insert(self.within.join("::"));
    }

    fn inside(&mut self, name: String, attributes: &[Attribute], look: impl FnOnce(&mut Self)) {
        if attributes.iter().any(is_of_tests) {
            return;
        }
        self.within.push(name);
        look(self);
        self.within.pop();
    }
}

/// `#[test]` and `#[cfg(test)]`.
fn is_of_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("test")
        || (attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test")))
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !item.attrs.iter().any(is_of_tests) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let name = last_word(&item.self_ty).unwrap_or_default();
        self.inside(name, &item.attrs, |finder| visit::visit_item_impl(finder, item));
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        self.inside(item.ident.to_string(), &item.attrs, |finder| visit::visit_item_trait(finder, item));
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.inside(item.sig.ident.to_string(), &item.attrs, |finder| visit::visit_item_fn(finder, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.inside(item.sig.ident.to_string(), &item.attrs, |finder| visit::visit_impl_item_fn(finder, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        self.inside(item.sig.ident.to_string(), &item.attrs, |finder| visit::visit_trait_item_fn(finder, item));
    }

    fn visit_expr_await(&mut self, item: &'ast ExprAwait) {
        if let Expr::MethodCall(call) = &*item.base
            && AWAITED.iter().any(|(name, arguments)| call.method == name && call.args.len() == *arguments)
        {
            self.note();
        }
        visit::visit_expr_await(self, item);
    }

    fn visit_expr_method_call(&mut self, item: &'ast ExprMethodCall) {
        if METHODS.iter().any(|name| item.method == name) {
            self.note();
        }
        visit::visit_expr_method_call(self, item);
    }

    /// `judge_one(…)`, `ConnectionTrait::execute_unprepared(…)`, and what migrations do: `P::Migrator::up(…)`.
    fn visit_expr_call(&mut self, item: &'ast ExprCall) {
        if let Expr::Path(called) = &*item.func {
            let mut words = called.path.segments.iter().rev().map(|word| word.ident.to_string());
            let (name, of) = (words.next().unwrap_or_default(), words.next());
            let migrates = of.as_deref() == Some("Migrator") && !name.starts_with("migration");
            let is_method = of.is_some() && METHODS.contains(&&*name);
            if is_method || migrates || name.ends_with("_read_only") || HANDED.contains(&&*name) {
                self.note();
            }
        }
        visit::visit_expr_call(self, item);
    }

    /// What stands in a macro is not parsed: a name behind a dot is enough.
    fn visit_macro(&mut self, item: &'ast Macro) {
        if calls_method(item.tokens.clone()) {
            self.note();
        }
    }
}

fn calls_method(tokens: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_call = |three: &[TokenTree]| match three {
        [TokenTree::Punct(dot), TokenTree::Ident(name), TokenTree::Group(arguments)] => {
            dot.as_char() == '.'
                && METHODS.iter().any(|method| name == method)
                && arguments.delimiter() == Delimiter::Parenthesis
        }
        _ => false,
    };
    let inside = |token: &TokenTree| matches!(token, TokenTree::Group(group) if calls_method(group.stream()));
    tokens.windows(3).any(is_call) || tokens.iter().any(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &str) -> Vec<String> {
        of_file(&syn::parse_file(code).expect("rust")).into_iter().collect()
    }

    #[test]
    fn a_function_that_runs_a_statement_is_found_however_it_does() {
        let runs = [
            "db.query_one(&statement).await?;",
            "let later = connection.execute(statement);",
            "car::Entity::find().all(&db).await?;",
            "judge_one(db, rows, &[]).await?;",
            "ConnectionTrait::execute_unprepared(db, sql).await?;",
            "P::Migrator::up(db, None).await?;",
            "M::get_pending_migrations_read_only(db).await?;",
            "tokio::select! { row = db.query_one(&statement) => row }",
            "let run = async move { db.ping().await };",
        ];
        for body in runs {
            assert_eq!(found(&format!("impl Cars {{ async fn sold(&self) {{ {body} }} }}")), ["Cars::sold"], "{body}");
        }
    }

    #[test]
    fn what_only_has_the_name_is_not() {
        let others = [
            "names.iter().all(is_plain)",
            "sent.one()",
            "self.insert(db, &ids).await?",
            "written.judged(viewset, told).await?",
            "grant.keys_where(plain)",
            "P::Migrator::migrations()",
            "M::find()",
            "execute::<P>(command)",
        ];
        for body in others {
            assert_eq!(found(&format!("async fn f() {{ {body}; }}")), [""; 0], "{body}");
        }
        assert_eq!(found("#[cfg(test)] mod tests { fn f() { db.execute(sql); } }"), [""; 0]);
    }
}
