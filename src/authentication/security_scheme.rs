use std::borrow::Cow;

/// How the OpenAPI document describes a credential.
///
/// ```
/// use refrain::authentication::{SecurityKind, SecurityScheme};
///
/// let scheme = SecurityScheme::new("apiKey", SecurityKind::Header("X-Api-Key".into())).described("From your profile.");
/// assert_eq!(scheme.name, "apiKey");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityScheme {
    /// The name operations refer to it by: `tokenAuth`.
    pub name: &'static str,
    /// What the kind does not say of how to send it, for people.
    pub description: Option<Cow<'static, str>>,
    /// Where a client puts it.
    pub kind: SecurityKind,
}

/// Where a client puts a credential.
///
/// ```
/// use refrain::authentication::{Authenticator, BasicAuthentication, SecurityKind};
///
/// assert_eq!(BasicAuthentication::default().security_scheme().kind, SecurityKind::HttpBasic);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecurityKind {
    /// Name and password, as HTTP Basic has it.
    HttpBasic,
    /// `Authorization: Bearer …`.
    HttpBearer,
    /// An API key in the header of this name.
    Header(Cow<'static, str>),
    /// An API key in the cookie of this name.
    Cookie(Cow<'static, str>),
}

impl SecurityScheme {
    /// A scheme that needs no description.
    pub const fn new(name: &'static str, kind: SecurityKind) -> Self {
        Self { name, description: None, kind }
    }

    /// The same with a description.
    #[must_use]
    pub fn described(self, description: impl Into<Cow<'static, str>>) -> Self {
        Self { description: Some(description.into()), ..self }
    }
}
