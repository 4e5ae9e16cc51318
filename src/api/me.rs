use std::borrow::Cow;

use poem::Request;
use poem_openapi::{
    Object, OpenApi,
    payload::Json,
    registry::{MetaSchema, MetaSchemaRef},
    types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type},
};
use serde_json::{Value, json};

use super::Guarded;
use crate::{
    Db, Result,
    auth::{User, UserId},
    http::{Problem, site_of},
    permission::IsAuthenticated,
};

/// `GET /auth/me`: tells callers who they are.
///
/// ```
/// use refrain::{Api, Me};
///
/// # refrain::doc_example::run(async |refrain::doc_example::Example { db, .. }| {
/// let api = Api::new("Drivers", "1.0", db).with(Me).build()?;
/// # let _ = api;
/// # Ok(())
/// # });
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Me;

/// A user as they see themselves.
#[derive(Object)]
pub(super) struct Profile {
    /// The key.
    id: UserKey,
    /// The unique name.
    username: String,
    /// May they be in where staff is?
    is_staff: bool,
    /// Do they hold every permission?
    is_superuser: bool,
    /// An inactive user cannot log in.
    is_active: bool,
    /// The names of their groups, in order.
    groups: Vec<String>,
    /// The permissions they hold, directly and through groups, in order.
    permissions: Vec<String>,
}

#[OpenApi]
impl Me {
    /// Tell who is asking
    #[oai(path = "/auth/me", method = "get", operation_id = "auth_me")]
    async fn me(&self, caller: Guarded<IsAuthenticated>, request: &Request) -> Result<Json<Profile>, Problem> {
        let site = site_of(request)?;
        Ok(Json(Self::profile(&caller, &site.db).await?))
    }
}

impl Me {
    pub(super) async fn profile(user: &User, db: impl Into<Db<'_>>) -> Result<Profile> {
        let db = db.into();
        let mut permissions: Vec<String> = user.all_permissions(db).await?.into_iter().collect();
        permissions.sort();
        Ok(Profile {
            id: UserKey(user.id().ok_or_else(|| crate::Error::invalid("nobody in particular has no profile"))?),
            username: user.username.clone(),
            is_staff: user.is_staff,
            is_superuser: user.is_superuser,
            is_active: user.is_active,
            groups: user.group_names(db).await?,
            permissions,
        })
    }
}

/// A user's key, a number or the text of a uuid: which of them, the site knows, and so the document is told of it later.
struct UserKey(UserId);

/// The format of a user's key in the framework's document, to be replaced by what the site's keys are.
pub(super) const USER_KEY: &str = "user-key";

impl Type for UserKey {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "user_key".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("integer", USER_KEY)))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(self.as_raw_value().into_iter())
    }
}

impl ToJSON for UserKey {
    fn to_json(&self) -> Option<Value> {
        Some(match self.0 {
            UserId::Integer(id) => json!(id),
            UserId::Uuid(id) => json!(id),
        })
    }
}

/// The framework asks it of every object's members; no body has one.
impl ParseFromJSON for UserKey {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        Err(ParseError::expected_type(value.unwrap_or_default()))
    }
}
