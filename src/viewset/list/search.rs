use std::iter::Peekable;

/// The parameter that searches a list.
pub(crate) const SEARCH: &str = "search";

/// The most characters a search may have.
pub(crate) const MOST_CHARACTERS: usize = 200;

/// The most terms; each is looked for in every field.
const MOST_TERMS: usize = 10;

/// The terms of a search (CONTRACT 7.25): words, and phrases in quotes. Spaces and commas stand between them.
pub(crate) fn terms(text: &str) -> Result<Vec<String>, String> {
    if text.contains('\0') {
        return Err("Null characters are not allowed.".to_owned());
    }
    if text.chars().count() > MOST_CHARACTERS {
        return Err(format!("Ensure this field has no more than {MOST_CHARACTERS} characters."));
    }
    let mut terms = Vec::new();
    let mut rest = text.trim_start_matches(separates);
    while let Some(first) = rest.chars().next() {
        let term = match first {
            '"' | '\'' => phrase(rest),
            _ => None,
        };
        let (term, behind) = term.unwrap_or_else(|| word(rest));
        if !term.is_empty() {
            terms.push(term);
        }
        rest = behind.trim_start_matches(separates);
    }
    match terms.len() <= MOST_TERMS {
        true => Ok(terms),
        false => Err(format!("Ensure that there are no more than {MOST_TERMS} terms.")),
    }
}

fn separates(sign: char) -> bool {
    sign == ',' || sign.is_whitespace()
}

fn word(text: &str) -> (String, &str) {
    let (word, rest) = text.split_at(text.find(separates).unwrap_or(text.len()));
    (word.to_owned(), rest)
}

/// What stands between a quote and the next of its kind, and what stands behind that; a backslash takes the meaning of a
/// quote away. `None` where the quote is not closed, or a word goes on behind it: it is a sign as any other then.
fn phrase(text: &str) -> Option<(String, &str)> {
    let mut signs: Peekable<_> = text.char_indices().peekable();
    let (_, quote) = signs.next()?;
    let mut phrase = String::new();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\\' if signs.peek().is_some_and(|(_, next)| *next == quote || *next == '\\') => {
                phrase.extend(signs.next().map(|(_, next)| next));
            }
            _ if sign == quote => {
                let behind = &text[at + quote.len_utf8()..];
                return behind.chars().next().is_none_or(separates).then_some((phrase, behind));
            }
            _ => phrase.push(sign),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_phrases() {
        for (text, expected) in [
            ("", vec![]),
            (" , ,", vec![]),
            ("red car", vec!["red", "car"]),
            ("red,car, fast\tone", vec!["red", "car", "fast", "one"]),
            ("\"red car\" fast", vec!["red car", "fast"]),
            ("'red, car',fast", vec!["red, car", "fast"]),
            (r#""say \"hi\" \\ \n""#, vec![r#"say "hi" \ \n"#]),
            ("it's dad's", vec!["it's", "dad's"]),
            ("\"never closed word", vec!["\"never", "closed", "word"]),
            ("\"\" x", vec!["x"]),
            ("\"a\"b c", vec!["\"a\"b", "c"]),
            ("100% _under ^start =exact", vec!["100%", "_under", "^start", "=exact"]),
            ("é\u{3000}ü", vec!["é", "ü"]),
        ] {
            assert_eq!(
                terms(text).as_deref(),
                Ok(&*expected.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>()),
                "{text}"
            );
        }
    }

    #[test]
    fn a_search_has_bounds() {
        assert!(terms("a\0b").is_err());
        assert_eq!(terms(&"é".repeat(200)).map(|terms| terms.len()), Ok(1));
        assert!(terms(&"e".repeat(201)).is_err());
        assert_eq!(terms("a b c d e f g h i j").map(|terms| terms.len()), Ok(10));
        assert!(terms("a b c d e f g h i j k").is_err());
    }
}
