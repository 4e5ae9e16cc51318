use serde_json::{Map, Value};

/// What a token says, once it is known to count.
///
/// ```
/// use refrain::{auth::Ceiling, authentication::bearer::Claims};
///
/// /// A ceiling for tokens of programs, none for those of people.
/// fn ceiling(claims: &Claims) -> Option<Ceiling> {
///     println!("{} comes with {:?}", claims.subject(), claims.get("aud"));
///     let is_program = claims.text("client_kind") == Some("program");
///     is_program.then(|| Ceiling::new(claims.scopes().filter(|scope| scope.starts_with("drivers."))))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Claims(Map<String, Value>);

impl Claims {
    pub(super) fn new(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// Whom it is about, by the provider's own key: the claim `sub`.
    pub fn subject(&self) -> &str {
        self.text("sub").unwrap_or_default()
    }

    /// A claim that is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// A claim of any kind.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The scopes it was given: the words of the claim `scope`; where it is left out, the texts of `scp`.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        let words = self.text("scope").map(str::split_whitespace);
        let listed = self.get("scp").filter(|_| words.is_none()).and_then(Value::as_array);
        words.into_iter().flatten().chain(listed.into_iter().flatten().filter_map(Value::as_str))
    }
}
