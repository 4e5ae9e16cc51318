//! The library's files, parsed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use syn::{ImplItem, ImplItemFn, Item, ItemImpl, ItemStruct, ItemTrait, Type, Visibility, spanned::Spanned};

use crate::{Result, run::root};

/// All of `src`, and of the crate that makes the tables.
#[derive(Default)]
pub(super) struct Sources {
    files: Vec<File>,
}

/// One of them, by its path from the root.
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) code: syn::File,
}

impl Sources {
    pub(super) fn read() -> Result<Self> {
        let mut sources = Self::default();
        sources.read_folder(&root().join("src"))?;
        sources.read_folder(&root().join("migration/src"))?;
        sources.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(sources)
    }

    fn read_folder(&mut self, folder: &Path) -> Result {
        let failed = |error: std::io::Error| format!("`{}`: {error}", folder.display());
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                self.read_folder(&path)?;
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let text = fs::read_to_string(&path).map_err(failed)?;
                let code = syn::parse_file(&text).map_err(|error| format!("`{}`: {error}", path.display()))?;
                let path = path.strip_prefix(root()).unwrap_or(&path).to_owned();
                self.files.push(File { path, code });
            }
        }
        Ok(())
    }

    /// Those of a folder.
    pub(super) fn below(&self, folder: &'static str) -> impl Iterator<Item = &File> {
        self.files.iter().filter(move |file| file.path.starts_with(folder))
    }

    /// The one trait of this name.
    pub(super) fn trait_named(&self, name: &str) -> Result<(&File, &ItemTrait)> {
        let found = self.files.iter().flat_map(|file| file.code.items.iter().map(move |item| (file, item)));
        let mut found = found.filter_map(|(file, item)| match item {
            Item::Trait(item) if item.ident == name => Some((file, item)),
            _ => None,
        });
        found.next().ok_or_else(|| format!("there is no trait `{name}`"))
    }

    /// The one public struct of this name.
    pub(super) fn struct_named(&self, name: &str) -> Result<(&File, &ItemStruct)> {
        let mut found = self.structs().filter(|(_, item)| item.ident == name);
        found.next().ok_or_else(|| format!("there is no struct `{name}`"))
    }

    /// All public structs.
    pub(super) fn structs(&self) -> impl Iterator<Item = (&File, &ItemStruct)> {
        let all = self.files.iter().flat_map(|file| file.code.items.iter().map(move |item| (file, item)));
        all.filter_map(|(file, item)| match item {
            Item::Struct(item) if is_public(&item.vis) => Some((file, item)),
            _ => None,
        })
    }

    /// The public methods that a type has by itself, in the order of its files.
    pub(super) fn methods_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a ImplItemFn> {
        let impls = self.impls_of(name).filter(|item| item.trait_.is_none());
        impls.flat_map(|item| &item.items).filter_map(|item| match item {
            ImplItem::Fn(method) if is_public(&method.vis) => Some(method),
            _ => None,
        })
    }

    /// Everything that is implemented for a type.
    pub(super) fn impls_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a ItemImpl> {
        let all = self.files.iter().flat_map(|file| &file.code.items);
        all.filter_map(move |item| match item {
            Item::Impl(item) if last_word(&item.self_ty).is_some_and(|word| word == name) => Some(item),
            _ => None,
        })
    }
}

pub(super) fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The last word of a type's path, without its parameters.
pub(super) fn last_word(of: &Type) -> Option<String> {
    match of {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

/// A piece of code as it is written, on one line.
pub(super) fn text(of: &impl Spanned) -> String {
    let text = of.span().source_text().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
