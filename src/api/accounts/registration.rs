use poem::{Request, RequestBody};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaRequest, Registry},
};

use refrain_entity::UserColumn;

use super::{email, mistakes};
use crate::{
    Result,
    accounts::normalized,
    api::{LimitedAuth, Valid, credentials::MOST_BYTES},
    auth::{NewUser, normalized_address, password_validators::PasswordOwner},
    http::Problem,
    serializer::{Body, Json, Serializer, read_body},
};

/// Who registers.
#[derive(Serializer)]
pub(super) struct Registration {
    /// The unique name they want: letters, numbers and `@ . + - _`.
    #[serializer(length(1..=150))]
    username: String,
    /// The address; may be left out.
    #[serializer(length(0..=254), default = "", with = email_if_any)]
    email: String,
    /// The password they want.
    #[serializer(length(1..))]
    password: String,
}

/// Who registers by a mail.
#[derive(Serializer)]
pub(super) struct RegistrationByMail {
    /// The unique name they want: letters, numbers and `@ . + - _`.
    #[serializer(length(1..=150))]
    username: String,
    /// The address, to which the link goes.
    #[serializer(length(1..=254), with = email)]
    email: String,
    /// The password they want.
    #[serializer(length(1..))]
    password: String,
}

/// Somebody who may be made a user, if nobody has the name.
pub(super) struct Applicant {
    pub(super) username: String,
    pub(super) email: String,
    password: String,
}

impl Applicant {
    /// Counts the try, and checks what they want.
    pub(super) async fn of(form: impl Into<Registration>, users: &LimitedAuth) -> Result<Self, Problem> {
        let Registration { username, email, password } = form.into();
        users.begin("register", &username).await?;
        let mut email = email.trim().to_owned();
        let table = users.users();
        let name = if table.is_named_by_address() { address(&username, &email) } else { normalized(&username) };
        if let (true, Ok(name)) = (table.is_named_by_address(), &name) {
            email.clone_from(name);
        }
        let owner = PasswordOwner::new(name.as_deref().unwrap_or(&username), &email);
        let mut refused = mistakes(users, "password", &password, owner).await?;
        if !email.is_empty() && !table.has(UserColumn::Email) {
            refused.push(("email", NOT_SET.to_owned()));
        }
        match name {
            Ok(username) if refused.is_empty() => Ok(Self { username, email, password }),
            Ok(_) => Err(Problem::invalid(refused)),
            Err(sentence) => {
                refused.push(("username", sentence.to_owned()));
                Err(Problem::invalid(refused))
            }
        }
    }

    /// A plain, active user and their hashed password. Nobody has looked for who has the name: it takes the same time
    /// whether somebody has.
    pub(super) async fn user(&self, users: &LimitedAuth) -> Result<(NewUser, String)> {
        let stored = users.passwords().hash(&self.password).await?;
        Ok((NewUser::new(&*self.username).email(&*self.email), stored))
    }
}

impl From<RegistrationByMail> for Registration {
    fn from(form: RegistrationByMail) -> Self {
        let RegistrationByMail { username, email, password } = form;
        Self { username, email, password }
    }
}

/// A name that is an address, and no other than the one that is given.
fn address(username: &str, email: &str) -> Result<String, &'static str> {
    let username = normalized_address(username);
    self::email(&username)?;
    match email.is_empty() || normalized_address(email) == username {
        true => Ok(username),
        false => Err("The username has to be the email address."),
    }
}

fn email_if_any(text: &str) -> Result<(), &'static str> {
    if text.trim().is_empty() { Ok(()) } else { email(text) }
}

/// A body of these members and of no other: who sends `is_staff` is told that nothing comes of it.
pub(super) struct Exactly<T>(pub(super) T);

const NOT_SET: &str = "This field cannot be set.";

const MEMBERS: [&str; 3] = ["username", "email", "password"];

impl<'a, T: Body> ApiExtractor<'a> for Exactly<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Valid::<T, MOST_BYTES>::request_meta()
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let read = |json: Json<'_>| {
            refuse_others(json)?;
            T::read_body(json)
        };
        read_body(request, body, MOST_BYTES, read).await.map(Self).map_err(Into::into)
    }
}

fn refuse_others(json: Json<'_>) -> Result<(), Problem> {
    let members = json.members().unwrap_or_default();
    let others: Vec<_> = members
        .iter()
        .filter(|(name, _)| !MEMBERS.contains(&&**name))
        .map(|(name, _)| (name.clone().into_owned(), NOT_SET))
        .collect();
    if others.is_empty() { Ok(()) } else { Err(Problem::invalid(others)) }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn who_is_named_by_their_address_gives_one_address() {
        assert_eq!(address("Ann@EXAMPLE.org", ""), Ok("Ann@example.org".to_owned()));
        assert_eq!(address("ann@example.org", " ann@EXAMPLE.org "), Ok("ann@example.org".to_owned()));
        let another = Err("The username has to be the email address.");
        assert_eq!(address("ann@example.org", "bob@example.org"), another);
        assert_eq!(address("ann", ""), Err("Enter a valid email address."));
        assert_eq!(address("ann", "ann@example.org"), Err("Enter a valid email address."));
    }
}
