use std::{collections::HashMap, fmt};

use async_trait::async_trait;

use super::{PasswordMistake, PasswordOwner, PasswordValidator, python::BETWEEN_WORDS};
use crate::Result;

/// Not too similar to what is known of its owner: names and address, whole and word by word.
///
/// ```
/// use refrain::auth::password_validators::{UserAttribute, UserAttributeSimilarity};
///
/// let validator = UserAttributeSimilarity::new([UserAttribute::Username, UserAttribute::Email], 0.5);
/// # let _ = validator;
/// ```
///
/// How similar is how many characters both have, in whichever order: Python's `quick_ratio`. 0.7 is too much where nothing
/// is said.
#[doc(alias = "UserAttributeSimilarityValidator")]
#[derive(Clone, Debug, PartialEq)]
pub struct UserAttributeSimilarity {
    attributes: Vec<UserAttribute>,
    max_similarity: f64,
}

/// What is known of a user.
///
/// ```
/// use refrain::auth::password_validators::UserAttribute;
///
/// assert_eq!(UserAttribute::FirstName.to_string(), "first name");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserAttribute {
    /// The unique name.
    Username,
    /// The given name.
    FirstName,
    /// The family name.
    LastName,
    /// The address.
    Email,
}

impl UserAttributeSimilarity {
    /// Of these, the first that is too similar is told.
    ///
    /// # Panics
    /// Where `max_similarity` is below 0.1: nearly every password would be refused.
    #[doc(alias = "user_attributes")]
    pub fn new(attributes: impl IntoIterator<Item = UserAttribute>, max_similarity: f64) -> Self {
        assert!(max_similarity >= 0.1, "`max_similarity` is at least 0.1");
        Self { attributes: attributes.into_iter().collect(), max_similarity }
    }

    fn is_similar(&self, password: &[char], part: &str) -> bool {
        let part: Vec<char> = part.chars().collect();
        !is_far_longer(password.len(), self.max_similarity, part.len())
            && quick_ratio(password, &part) >= self.max_similarity
    }
}

impl Default for UserAttributeSimilarity {
    fn default() -> Self {
        use UserAttribute::{Email, FirstName, LastName, Username};
        Self::new([Username, FirstName, LastName, Email], 0.7)
    }
}

#[async_trait]
impl PasswordValidator for UserAttributeSimilarity {
    async fn validate(&self, password: &str, owner: PasswordOwner<'_>) -> Result<Option<PasswordMistake>> {
        let password: Vec<char> = password.to_lowercase().chars().collect();
        let similar = self.attributes.iter().find(|attribute| {
            let value = attribute.of(owner).to_lowercase();
            !value.is_empty()
                && BETWEEN_WORDS.split(&value).chain([&*value]).any(|part| self.is_similar(&password, part))
        });
        Ok(similar.map(|attribute| {
            let sentence = format!("The password is too similar to the {attribute}.");
            PasswordMistake::new("password_too_similar", sentence)
        }))
    }

    fn help_text(&self) -> String {
        "Your password can’t be too similar to your other personal information.".to_owned()
    }
}

impl UserAttribute {
    fn of(self, owner: PasswordOwner<'_>) -> &str {
        match self {
            Self::Username => owner.username,
            Self::FirstName => owner.first_name,
            Self::LastName => owner.last_name,
            Self::Email => owner.email,
        }
    }
}

/// As Django calls them.
impl fmt::Display for UserAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Username => "username",
            Self::FirstName => "first name",
            Self::LastName => "last name",
            Self::Email => "email address",
        })
    }
}

/// Is a password so much longer than a part that the two cannot be too similar? Then they are not compared.
fn is_far_longer(password: usize, max_similarity: f64, part: usize) -> bool {
    let bound = max_similarity / 2.0 * password as f64;
    password >= 10 * part && (part as f64) < bound
}

/// How many characters two texts share, each as often as both have it, by how many they have.
fn quick_ratio(one: &[char], other: &[char]) -> f64 {
    let length = one.len() + other.len();
    if length == 0 {
        return 1.0;
    }
    let mut left: HashMap<char, usize> = HashMap::new();
    for character in other {
        *left.entry(*character).or_default() += 1;
    }
    let shared = one.iter().filter(|character| match left.get_mut(*character) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    });
    2.0 * shared.count() as f64 / length as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(one: &str, other: &str) -> f64 {
        quick_ratio(&one.chars().collect::<Vec<_>>(), &other.chars().collect::<Vec<_>>())
    }

    #[test]
    fn characters_count_as_often_as_both_have_them() {
        assert_eq!(ratio("", ""), 1.0);
        assert_eq!(ratio("abc", "cba"), 1.0);
        assert_eq!(ratio("aab", "abb"), 2.0 * 2.0 / 6.0);
        assert_eq!(ratio("a", "aaaaaaaaaa"), 2.0 / 11.0);
        assert_eq!(ratio("abc", "xyz"), 0.0);
    }

    #[test]
    fn what_is_far_shorter_is_not_compared() {
        assert!(is_far_longer(10, 0.7, 1) && is_far_longer(1, 0.7, 0));
        assert!(!is_far_longer(9, 0.7, 1) && !is_far_longer(0, 0.7, 0));
        // a tenth, and still as similar as is asked for
        assert!(!is_far_longer(10, 0.1, 1) && !is_far_longer(20, 0.15, 2));
    }
}
