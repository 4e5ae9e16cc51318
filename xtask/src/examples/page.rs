//! What rustdoc shows on one page: an item, with its methods.

use std::path::PathBuf;

use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token, punctuated::Punctuated};

/// A public item and the methods that can be called on it.
pub(super) struct Page {
    pub(super) file: PathBuf,
    pub(super) name: String,
    /// The text of its examples, and of those of its methods.
    examples: String,
    has_own: bool,
    methods: Vec<Method>,
}

struct Method {
    name: String,
    has_own: bool,
}

impl Page {
    pub(super) fn new(file: PathBuf, name: String, attributes: &[Attribute]) -> Self {
        let examples = examples(attributes);
        Self { file, name, has_own: !examples.is_empty(), examples, methods: Vec::new() }
    }

    pub(super) fn method(&mut self, name: String, attributes: &[Attribute]) {
        let examples = examples(attributes);
        self.methods.push(Method { name, has_own: !examples.is_empty() });
        self.examples.push_str(&examples);
    }

    pub(super) fn items(&self) -> usize {
        1 + self.methods.len()
    }

    /// The names of what has no example.
    pub(super) fn without_example(&self) -> Vec<String> {
        let itself = (!self.has_own).then(|| self.name.clone());
        let shown = |method: &&Method| method.has_own || calls(&self.examples, &method.name);
        let methods = self.methods.iter().filter(|method| !shown(method));
        itself.into_iter().chain(methods.map(|method| format!("{}::{}", self.name, method.name))).collect()
    }
}

/// The compiled blocks of Rust in a documentation, without their hidden lines.
fn examples(attributes: &[Attribute]) -> String {
    let mut found = String::new();
    let mut block: Option<bool> = None;
    for line in attributes.iter().flat_map(documentation) {
        for line in line.lines() {
            let line = line.trim();
            match (line.strip_prefix("```"), block) {
                (Some(language), None) => block = Some(is_compiled(language)),
                (Some(_), Some(_)) => block = None,
                (None, Some(true)) if line != "#" && !line.starts_with("# ") => {
                    found.push_str(line);
                    found.push('\n');
                }
                _ => {}
            }
        }
    }
    found
}

/// The text of a doc comment's line.
fn documentation(attribute: &Attribute) -> Option<String> {
    // what rustdoc alone is to read stands behind a condition
    let conditional = match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => {
            let both = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
            Some(both.into_iter().nth(1)?)
        }
        _ => None,
    };
    let Meta::NameValue(pair) = conditional.as_ref().unwrap_or(&attribute.meta) else { return None };
    match &pair.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if pair.path.is_ident("doc") => Some(text.value()),
        _ => None,
    }
}

/// As rustdoc reads what stands behind the fence: nothing is Rust, another word another language. What must not compile
/// shows nobody what to write.
fn is_compiled(language: &str) -> bool {
    let mut words = language.split([',', ' ']).map(str::trim).filter(|word| !word.is_empty());
    words.all(|word| matches!(word, "rust" | "no_run" | "should_panic") || word.starts_with("edition"))
}

/// Does the code call a method of this name, or implement one?
fn calls(code: &str, name: &str) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(name).any(|(start, _)| {
        let before = &code[..start];
        let ends = code[start + name.len()..].chars().next().is_none_or(|behind| !is_word(behind));
        ends && [".", "::", "fn "].iter().any(|sign| before.ends_with(sign))
    })
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn page(item: &syn::ItemStruct) -> Page {
        Page::new(PathBuf::new(), item.ident.to_string(), &item.attrs)
    }

    #[test]
    fn an_item_without_a_block_of_rust_has_no_example() {
        let page = page(&parse_quote! {
            /// A car.
            ///
            /// ```json
            /// {"name": "Fiat"}
            /// ```
            pub struct Car;
        });
        assert_eq!(page.without_example(), ["Car"]);
    }

    #[test]
    fn a_method_is_shown_where_an_example_of_the_page_calls_it_in_view() {
        let mut page = page(&parse_quote! {
            /// A car.
            ///
            /// ```no_run
            /// # Car.stop();
            /// Car.start_all();
            /// Car.turn(left);
            /// ```
            pub struct Car;
        });
        for name in ["start", "stop", "turn", "left"] {
            page.method(name.to_owned(), &[]);
        }
        assert_eq!(page.without_example(), ["Car::start", "Car::stop", "Car::left"]);
    }

    #[test]
    fn a_method_with_an_example_shows_what_else_it_calls() {
        let mut page = page(&parse_quote! {
            /// A car.
            pub struct Car;
        });
        let start: syn::ItemFn = parse_quote! {
            /// Starts it.
            ///
            /// ```
            /// car.start().stop();
            /// ```
            pub fn start() {}
        };
        page.method("start".to_owned(), &start.attrs);
        page.method("stop".to_owned(), &[]);
        assert_eq!(page.without_example(), ["Car"]);
    }
}
