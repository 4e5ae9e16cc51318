//! Finds the public items of a crate in its sources.

use std::{
    collections::HashSet,
    fmt, fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Ident, TokenTree};
use syn::{
    Attribute, ImplItem, Item, ItemFn, ItemImpl, ItemMod, ItemTrait, Meta, TraitItem, Type, UseTree, Visibility,
    ext::IdentExt,
};

use super::page::Page;
use crate::Result;

/// A page for each item of the crate that rustdoc shows; the crate begins in this file.
///
/// Public is what says `pub` in a public module, or is re-exported from a private one. Re-exports are known by their
/// names alone: an item that has the name of a re-exported one is taken for it.
pub(super) fn pages(crate_file: &Path) -> Result<Vec<Page>> {
    let mut walk = Walk::default();
    walk.file(crate_file, crate_file.parent().expect("a file is in a folder"))?;
    Ok(walk.shown())
}

struct Walk {
    /// Are the module that is read and all around it public?
    in_public: bool,
    /// The items that say `pub`, each with whether its module is public.
    found: Vec<(bool, Page)>,
    exported: HashSet<String>,
    /// The methods of types, which may be declared in another file.
    impls: Vec<(PathBuf, ItemImpl)>,
}

impl Default for Walk {
    fn default() -> Self {
        Self { in_public: true, found: Vec::new(), exported: HashSet::new(), impls: Vec::new() }
    }
}

impl Walk {
    fn shown(self) -> Vec<Page> {
        let Self { found, exported, impls, .. } = self;
        let shown = found.into_iter().filter(|(in_public, page)| *in_public || exported.contains(&page.name));
        let mut pages: Vec<Page> = shown.map(|(_, page)| page).collect();
        for (file, item) in impls {
            add_methods(&mut pages, &file, &item);
        }
        pages
    }

    /// Reads a file; the modules it names are in `folder`.
    fn file(&mut self, file: &Path, folder: &Path) -> Result {
        let failed = |error: &dyn fmt::Display| format!("`{}`: {error}", file.display());
        let source = fs::read_to_string(file).map_err(|error| failed(&error))?;
        let parsed = syn::parse_file(&source).map_err(|error| failed(&error))?;
        self.items(&parsed.items, file, folder)
    }

    fn items(&mut self, items: &[Item], file: &Path, folder: &Path) -> Result {
        let mut globbed = HashSet::new();
        for item in items {
            if let Item::Use(item) = item
                && is_public(&item.vis)
                && is_documented(&item.attrs)
            {
                re_exports(&item.tree, None, &mut self.exported, &mut globbed);
            }
        }
        for item in items {
            match item {
                Item::Mod(module) if is_documented(&module.attrs) => {
                    let is_public = is_public(&module.vis) || globbed.contains(&module.ident.to_string());
                    let around = self.in_public;
                    self.in_public &= is_public;
                    self.module(module, file, folder)?;
                    self.in_public = around;
                }
                Item::Struct(item) => self.item(file, &item.ident, &item.vis, &item.attrs),
                // what an entity's relations are is read by sea-orm
                Item::Enum(item) if derives(&item.attrs, "DeriveRelation") => {}
                Item::Enum(item) => self.item(file, &item.ident, &item.vis, &item.attrs),
                Item::Type(item) => self.item(file, &item.ident, &item.vis, &item.attrs),
                Item::Fn(item) => self.item(file, &name_of(item), &item.vis, &item.attrs),
                Item::Macro(item) if item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")) => {
                    if let Some(name) = &item.ident {
                        self.found.push((true, Page::new(file.to_owned(), name.to_string(), &item.attrs)));
                    }
                }
                Item::Trait(item) => self.trait_item(item, file),
                Item::Impl(item) if item.trait_.is_none() => self.impls.push((file.to_owned(), item.clone())),
                _ => {}
            }
        }
        Ok(())
    }

    fn module(&mut self, module: &ItemMod, file: &Path, folder: &Path) -> Result {
        let inner = folder.join(module.ident.unraw().to_string());
        if let Some((_, items)) = &module.content {
            return self.items(items, file, &inner);
        }
        let beside = inner.with_extension("rs");
        let own = if beside.is_file() { beside } else { inner.join("mod.rs") };
        self.file(&own, &inner)
    }

    fn item(&mut self, file: &Path, name: &Ident, visibility: &Visibility, attributes: &[Attribute]) {
        if is_public(visibility) && is_documented(attributes) {
            self.found.push((self.in_public, Page::new(file.to_owned(), name.to_string(), attributes)));
        }
    }

    fn trait_item(&mut self, item: &ItemTrait, file: &Path) {
        if !is_public(&item.vis) || !is_documented(&item.attrs) {
            return;
        }
        let mut page = Page::new(file.to_owned(), item.ident.to_string(), &item.attrs);
        for inner in &item.items {
            if let TraitItem::Fn(method) = inner
                && is_documented(&method.attrs)
            {
                page.method(method.sig.ident.to_string(), &method.attrs);
            }
        }
        self.found.push((self.in_public, page));
    }
}

/// Puts the public methods of a block on the page of its type.
fn add_methods(pages: &mut [Page], file: &Path, item: &ItemImpl) {
    let Type::Path(path) = &*item.self_ty else { return };
    let Some(name) = path.path.segments.last().map(|segment| segment.ident.to_string()) else { return };
    let beside = pages.iter().position(|page| page.file == file && page.name == name);
    let Some(place) = beside.or_else(|| pages.iter().position(|page| page.name == name)) else { return };
    for inner in &item.items {
        if let ImplItem::Fn(method) = inner
            && is_public(&method.vis)
            && is_documented(&method.attrs)
        {
            pages[place].method(method.sig.ident.to_string(), &method.attrs);
        }
    }
}

/// The names that a `use` gives to others, and the modules of which it gives everything.
fn re_exports(tree: &UseTree, module: Option<&Ident>, names: &mut HashSet<String>, globbed: &mut HashSet<String>) {
    match tree {
        UseTree::Path(path) => re_exports(&path.tree, Some(&path.ident), names, globbed),
        UseTree::Name(name) => drop(names.insert(name.ident.to_string())),
        UseTree::Rename(renamed) => drop(names.insert(renamed.ident.to_string())),
        UseTree::Glob(_) => globbed.extend(module.map(Ident::to_string)),
        UseTree::Group(group) => group.items.iter().for_each(|tree| re_exports(tree, module, names, globbed)),
    }
}

/// A derive is documented under its own name: `#[proc_macro_derive(Model, attributes(refrain))]`.
fn name_of(function: &ItemFn) -> Ident {
    let derive = function.attrs.iter().find(|attribute| attribute.path().is_ident("proc_macro_derive"));
    match derive.map(|attribute| &attribute.meta) {
        Some(Meta::List(list)) => match list.tokens.clone().into_iter().next() {
            Some(TokenTree::Ident(name)) => name,
            _ => function.sig.ident.clone(),
        },
        _ => function.sig.ident.clone(),
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Is it compiled outside of tests, and not hidden?
fn is_documented(attributes: &[Attribute]) -> bool {
    !attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            matches!(list.tokens.to_string().as_str(), "test" | "doctest")
        }
        Meta::List(list) => list.path.is_ident("doc") && list.tokens.to_string() == "hidden",
        _ => false,
    })
}

fn derives(attributes: &[Attribute], name: &str) -> bool {
    let names = |tokens: proc_macro2::TokenStream| {
        tokens.into_iter().any(|token| matches!(token, TokenTree::Ident(ident) if ident == name))
    };
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("derive") && names(list.tokens.clone()),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What has no example, of a crate that is all in one file.
    fn without_example(source: &str) -> Vec<String> {
        let file = syn::parse_file(source).expect("the source is Rust");
        let mut walk = Walk::default();
        walk.items(&file.items, Path::new("lib.rs"), Path::new("")).expect("no other file is read");
        walk.shown().iter().flat_map(Page::without_example).collect()
    }

    #[test]
    fn what_a_private_module_has_is_asked_for_where_it_is_re_exported() {
        let source = "
            mod cars { pub struct Car; pub struct Engine; pub(crate) struct Bolt; }
            mod parts { pub struct Wheel; }
            pub mod roads { pub struct Road; }
            pub use cars::Car;
            pub use parts::*;
        ";
        assert_eq!(without_example(source), ["Car", "Wheel", "Road"]);
    }

    #[test]
    fn what_is_hidden_or_only_tested_is_not_asked_for() {
        let source = "
            #[doc(hidden)] pub mod private { pub struct Engine; }
            #[cfg(test)] pub mod fixture { pub struct Dummy; }
            #[doc(hidden)] pub struct Bolt;
            #[derive(Debug, DeriveRelation)] pub enum Relation {}
            pub struct Car;
            impl Car { pub fn start(&self) {} #[doc(hidden)] pub fn crank(&self) {} fn idle(&self) {} }
            impl Drop for Car { fn drop(&mut self) {} }
        ";
        assert_eq!(without_example(source), ["Car", "Car::start"]);
    }

    #[test]
    fn traits_functions_macros_and_derives_are_asked_for_by_the_names_that_users_write() {
        let source = "
            pub trait Drives { fn drive(&self); }
            pub fn park() {}
            pub type Seats = u8;
            #[macro_export] macro_rules! honk { () => {} }
            #[proc_macro_derive(Model, attributes(refrain))] pub fn model(item: TokenStream) -> TokenStream { item }
        ";
        assert_eq!(without_example(source), ["Drives", "Drives::drive", "park", "Seats", "honk", "Model"]);
    }
}
