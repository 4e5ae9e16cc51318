//! What the documentation of an item says, in the parts of which a table is made.

use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Token, parenthesized, punctuated::Punctuated};

/// How a default is told: `; 2.5 MB where nothing is said`.
const SILENCE: &str = " where nothing is said";

/// Its first sentence, without the default that it ends with.
pub(super) fn first_sentence(attributes: &[Attribute]) -> String {
    let text = plain(&paragraph(attributes));
    let sentence = match sentence_end(&text) {
        Some(end) => &text[..end],
        None => text.strip_suffix('.').unwrap_or(&text),
    };
    match sentence.split_once(SILENCE) {
        Some((before, _)) => before[..default_begin(before)].trim_end_matches([' ', ';', ':']).to_owned(),
        None => sentence.to_owned(),
    }
}

/// What holds where nothing is said, and what else its sentence says of that.
pub(super) fn default_of(attributes: &[Attribute]) -> Option<String> {
    let text = plain(&paragraph(attributes));
    let (before, behind) = text.split_once(SILENCE)?;
    let more = behind.split(['.', ';', ':']).next().unwrap_or_default();
    Some(format!("{}{more}", before[default_begin(before)..].trim_end_matches(',')))
}

/// Where a default begins that stands at the end of a text.
fn default_begin(before: &str) -> usize {
    let ends = [": ", "; ", ". ", "? "].iter().filter_map(|sign| before.rfind(sign).map(|place| place + sign.len()));
    ends.max().unwrap_or(0)
}

/// The names by which Django or its kin know it.
pub(super) fn aliases(attributes: &[Attribute]) -> Vec<String> {
    let mut names = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        // what is no list, as documentation itself, has no aliases
        let _ = attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("alias") {
                return Ok(());
            }
            if meta.input.peek(Token![=]) {
                names.push(meta.value()?.parse::<LitStr>()?.value());
            } else {
                let content;
                parenthesized!(content in meta.input);
                let all = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?;
                names.extend(all.iter().map(LitStr::value));
            }
            Ok(())
        });
    }
    names
}

pub(super) fn is_hidden(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("doc")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("hidden"))
    })
}

/// The lines of the documentation up to the first empty one.
fn paragraph(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) => Some(line.value()),
            _ => None,
        },
        _ => None,
    });
    let lines = lines.map(|line| line.trim().to_owned()).take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

/// Where the first sentence ends: at a point, or behind a question mark, with what begins a sentence behind it.
fn sentence_end(text: &str) -> Option<usize> {
    let point = text.match_indices(". ").map(|(place, _)| (place, place + 2));
    let question = text.match_indices("? ").map(|(place, _)| (place + 1, place + 2));
    let begins = |next: usize| !text[next..].starts_with(|next: char| next.is_lowercase());
    point.chain(question).filter(|(_, next)| begins(*next)).map(|(end, _)| end).min()
}

/// Without links to items, which lead nowhere from a page, and without the numbers of the contract.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('[') {
        plain.push_str(before);
        // a code span may hold brackets of its own
        if before.matches('`').count() % 2 == 1 {
            plain.push('[');
            rest = behind;
            continue;
        }
        let Some((shown, behind)) = behind.split_once(']') else {
            plain.push('[');
            rest = behind;
            break;
        };
        plain.push_str(shown);
        rest = match behind.strip_prefix('(').and_then(|behind| behind.split_once(')')) {
            Some((_, behind)) => behind,
            None => behind,
        };
    }
    plain.push_str(rest);
    while let Some(begin) = plain.find(" (CONTRACT ") {
        let Some(length) = plain[begin..].find(')') else { break };
        plain.replace_range(begin..=begin + length, "");
    }
    plain
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn a_cell_is_the_first_sentence() {
        let attributes: Vec<Attribute> = vec![
            parse_quote!(#[doc = " The most bytes of a [`Body`](crate::Body) (CONTRACT 1.2); 2.5 MB where nothing is"]),
            parse_quote!(#[doc = " said, 0 for none. More."]),
            parse_quote!(#[doc = ""]),
            parse_quote!(#[doc = " Not this."]),
            parse_quote!(#[doc(alias("A", "B"))]),
            parse_quote!(#[doc(alias = "C")]),
        ];
        assert_eq!(first_sentence(&attributes), "The most bytes of a `Body`");
        assert_eq!(default_of(&attributes).as_deref(), Some("2.5 MB, 0 for none"));
        assert_eq!(aliases(&attributes), ["A", "B", "C"]);
        assert!(!is_hidden(&attributes));
    }

    #[test]
    fn a_point_within_a_sentence_does_not_end_it() {
        let attributes: Vec<Attribute> =
            vec![parse_quote!(#[doc = " As in 2.5 MB, `a. b` and `HasPerm([\"x\"])`. More."])];
        assert_eq!(first_sentence(&attributes), "As in 2.5 MB, `a. b` and `HasPerm([\"x\"])`");
        assert_eq!(default_of(&attributes), None);
        let question: Vec<Attribute> = vec![parse_quote!(#[doc = " May it? As long as it can where nothing is said."])];
        assert_eq!(first_sentence(&question), "May it?");
        assert_eq!(default_of(&question).as_deref(), Some("As long as it can"));
    }
}
