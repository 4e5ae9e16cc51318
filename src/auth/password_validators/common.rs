use std::{
    collections::HashSet,
    fmt,
    io::Read,
    sync::{Arc, LazyLock},
};

use async_trait::async_trait;
use flate2::read::GzDecoder;

use super::{PasswordMistake, PasswordOwner, PasswordValidator, python::is_space};
use crate::Result;

/// None of those that many people have: the nearly 20,000 of the list that Django ships, or of one of your own.
///
/// ```
/// # refrain::doc_example::run(async |_| {
/// use refrain::auth::password_validators::{CommonPassword, PasswordOwner, PasswordValidator};
///
/// let ours = CommonPassword::listed(["garage2026"]);
/// assert!(ours.validate("Garage2026", PasswordOwner::default()).await?.is_some());
/// assert!(CommonPassword::default().validate("password", PasswordOwner::default()).await?.is_some());
/// # Ok(())
/// # });
/// ```
///
/// Case and surrounding spaces are not looked at. The list is Royce Williams', and comes from Django under its licence.
#[doc(alias = "CommonPasswordValidator")]
#[derive(Clone, Default)]
pub struct CommonPassword {
    /// Django's where nothing is said
    own: Option<Arc<HashSet<String>>>,
}

impl CommonPassword {
    /// None of these.
    #[doc(alias = "password_list_path")]
    pub fn listed(passwords: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self { own: Some(Arc::new(passwords.into_iter().map(|password| simplified(password.as_ref())).collect())) }
    }
}

#[async_trait]
impl PasswordValidator for CommonPassword {
    async fn validate(&self, password: &str, _: PasswordOwner<'_>) -> Result<Option<PasswordMistake>> {
        let listed = self.own.as_deref().unwrap_or(&DJANGO);
        let is_common = listed.contains(&simplified(password));
        Ok(is_common.then(|| PasswordMistake::new("password_too_common", "This password is too common.")))
    }

    fn help_text(&self) -> String {
        "Your password can’t be a commonly used password.".to_owned()
    }
}

fn simplified(password: &str) -> String {
    password.to_lowercase().trim_matches(is_space).to_owned()
}

static DJANGO: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut text = String::new();
    let packed = &include_bytes!("common-passwords.txt.gz")[..];
    GzDecoder::new(packed).read_to_string(&mut text).expect("the list is packed whole");
    text.lines().map(|line| line.trim_matches(is_space).to_owned()).collect()
});

/// How many they are.
impl fmt::Debug for CommonPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommonPassword").field("own", &self.own.as_ref().map(|own| own.len())).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn is_common(validator: &CommonPassword, password: &str) -> bool {
        validator.validate(password, PasswordOwner::default()).await.expect("it asks nobody").is_some()
    }

    #[tokio::test]
    async fn djangos_list_and_ones_own() {
        let (djangos, own) = (CommonPassword::default(), CommonPassword::listed(["Garage7"]));
        assert_eq!(DJANGO.len(), 19_640);
        for password in ["password", "PassWord", " 123456\t", "пароль"] {
            assert!(is_common(&djangos, password).await && !is_common(&own, password).await, "{password}");
        }
        assert!(is_common(&own, "gARAGE7 ").await && !is_common(&djangos, "garage7").await);
        assert!(!is_common(&djangos, "").await);
    }
}
