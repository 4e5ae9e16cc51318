//! What Python takes for a digit, a word and a space, where Rust's standard library differs.

use std::{ops::RangeInclusive, sync::LazyLock};

use regex::Regex;

/// `str.isdigit` of one character: decimal digits of every script, and these.
pub(super) fn is_digit(character: char) -> bool {
    static DECIMAL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\p{Nd}$").expect("it is well formed"));
    character.is_ascii_digit()
        || (!character.is_ascii()
            && (OTHER_DIGITS.iter().any(|range| range.contains(&character))
                || DECIMAL.is_match(character.encode_utf8(&mut [0; 4]))))
}

/// Digits that stand in no place of a number: superscripts, circled ones and the like.
const OTHER_DIGITS: [RangeInclusive<char>; 20] = [
    '\u{b2}'..='\u{b3}',
    '\u{b9}'..='\u{b9}',
    '\u{1369}'..='\u{1371}',
    '\u{19da}'..='\u{19da}',
    '\u{2070}'..='\u{2070}',
    '\u{2074}'..='\u{2079}',
    '\u{2080}'..='\u{2089}',
    '\u{2460}'..='\u{2468}',
    '\u{2474}'..='\u{247c}',
    '\u{2488}'..='\u{2490}',
    '\u{24ea}'..='\u{24ea}',
    '\u{24f5}'..='\u{24fd}',
    '\u{24ff}'..='\u{24ff}',
    '\u{2776}'..='\u{277e}',
    '\u{2780}'..='\u{2788}',
    '\u{278a}'..='\u{2792}',
    '\u{10a40}'..='\u{10a43}',
    '\u{10e60}'..='\u{10e68}',
    '\u{11052}'..='\u{1105a}',
    '\u{1f100}'..='\u{1f10a}',
];

/// `\W+`: a word has letters, numbers and `_`; marks that are set over letters part words.
pub(super) static BETWEEN_WORDS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[^\p{L}\p{N}_]+").expect("it is well formed"));

/// `str.isspace` of one character: what separates in files too.
pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}
