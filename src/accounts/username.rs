//! What somebody can be called, in Django's words (CONTRACT 3.21).

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

/// A name as it is stored; or why nobody can have it.
pub(crate) fn normalized(text: &str) -> Result<String, &'static str> {
    // letters and numbers as Python has them
    static NAME: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^[\p{L}\p{N}_@.+-]+$").expect("it is well formed"));
    let name: String = text.trim().nfkc().collect();
    if !NAME.is_match(&name) {
        return Err("Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.");
    }
    if name.chars().count() > LONGEST {
        return Err("Ensure this field has no more than 150 characters.");
    }
    Ok(name)
}

const LONGEST: usize = 150;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_normalised_and_checked() {
        for (text, name) in
            [(" alice ", "alice"), ("\u{2126}", "\u{3a9}"), ("ﬁ", "fi"), ("a.b+c-d_e@f½", "a.b+c-d_e@f1⁄2")]
        {
            let is_valid = !name.contains('⁄');
            assert_eq!(normalized(text).ok().as_deref(), is_valid.then_some(name), "{text}");
        }
        for text in ["", " ", "a b", "a/b", "a\0", "a\nb", "a\u{301}\u{302}", "<b>", &"x".repeat(151), &"ﷺ".repeat(10)]
        {
            assert!(normalized(text).is_err(), "{text:?}");
        }
        assert!(normalized(&"x".repeat(150)).is_ok());
    }
}
